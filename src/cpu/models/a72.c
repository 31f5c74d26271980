/* Cortex-A72. */
#include "cpu/models/model.h"

/* clang-format off */
static const struct model_reset reset[] = {
    {MIDR_EL1,  0x410fd083},
    {VPIDR_EL2, 0x410fd083},
    {SYSREG_COUNT, 0},
};
/* clang-format on */

const struct cpu_model cpu_model_a72 = {
    .name = "cortex-a72",
    .about = "Cortex-A72",
    .cost = COST_MODEL_A72,
    .pa_bits = 44,
    .asid_bits = 16,
    .vmid_bits = 8,
    .tlb_sets = 256,
    .tlb_ways = 4,
    .reset = reset,
};
