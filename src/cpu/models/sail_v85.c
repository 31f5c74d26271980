/* The processor of the golden vectors (tests/vectors/data/README.md), with those of its features that the model has. */
#include "cpu/models/model.h"

/* clang-format off */
static const struct model_reset reset[] = {
    {ID_AA64PFR0_EL1,  0x00110111}, /* half precision */
    {ID_AA64DFR0_EL1,  0x00101106}, /* 2 breakpoints, 2 watchpoints */
    {ID_AA64ISAR0_EL1, 0x00010000},
    {ID_AA64MMFR0_EL1, 0x00100026},
    {CLIDR_EL1,        0x0a200023},
    {SYSREG_COUNT,     0},
};
/* clang-format on */

const struct cpu_model cpu_model_sail_v85 = {
    .name = "sail-v85",
    .about = "the processor of the golden vectors, for tests",
    .cost = COST_MODEL_A72,
    .pa_bits = 52,
    .asid_bits = 16,
    .vmid_bits = 8,
    .granules = BIT(12) | BIT(14) | BIT(16),
    .tlb_sets = 256,
    .tlb_ways = 4,
    .fp16 = true,
    .reset = reset,
};
