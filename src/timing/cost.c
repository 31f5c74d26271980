#include "timing/cost.h"

const uint8_t cost_table[COST_MODELS][COST_CLASSES] = {
#define COST(class, unit, a53, a72) \
    [COST_MODEL_UNIT][COST_##class] = unit, [COST_MODEL_A53][COST_##class] = a53, [COST_MODEL_A72][COST_##class] = a72,
#include "timing/cost.def"
#undef COST
};
