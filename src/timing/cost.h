/* What an instruction costs in cycles, by core model. `unit` makes cycles an exact count of instructions. */
#pragma once
#include <stdint.h>

enum cost_class {
#define COST(class, ...) COST_##class,
#include "timing/cost.def"
#undef COST
    COST_CLASSES
};

enum cost_model { COST_MODEL_UNIT, COST_MODEL_A53, COST_MODEL_A72, COST_MODELS };

extern const uint8_t cost_table[COST_MODELS][COST_CLASSES];
