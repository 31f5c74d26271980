/* Cortex-A53. */
#include "cpu/models/model.h"

/* clang-format off */
static const struct model_reset reset[] = {
    {MIDR_EL1,  0x410fd034},
    {VPIDR_EL2, 0x410fd034},
    {SYSREG_COUNT, 0},
};
/* clang-format on */

const struct cpu_model cpu_model_a53 = {
    .name = "cortex-a53",
    .about = "Cortex-A53",
    .cost = COST_MODEL_A53,
    .pa_bits = 40,
    .asid_bits = 16,
    .vmid_bits = 8,
    .tlb_sets = 128,
    .tlb_ways = 4,
    .reset = reset,
};
