#include "cpu/models/model.h"
#include <string.h>

const struct cpu_model *const cpu_models[] = {
    &cpu_model_a53, &cpu_model_a57, &cpu_model_a72, &cpu_model_sail_v85, NULL,
};

const struct cpu_model *cpu_model_find(const char *name)
{
    for (unsigned i = 0; cpu_models[i]; i++)
        if (!strcmp(cpu_models[i]->name, name))
            return cpu_models[i];
    return NULL;
}
