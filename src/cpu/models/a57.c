/* Cortex-A57. */
#include "cpu/models/model.h"

/* clang-format off */
static const struct model_reset reset[] = {
    {MIDR_EL1,  0x411fd070},
    {VPIDR_EL2, 0x411fd070},
    {SYSREG_COUNT, 0},
};
/* clang-format on */

const struct cpu_model cpu_model_a57 = {
    .name = "cortex-a57",
    .about = "Cortex-A57",
    .cost = COST_MODEL_A72,
    .pa_bits = 44,
    .asid_bits = 16,
    .vmid_bits = 8,
    .tlb_sets = 256,
    .tlb_ways = 4,
    .reset = reset,
};
