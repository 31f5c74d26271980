/* Cortex-A53. */
#include "cpu/models/model.h"

/* clang-format off */
static const struct model_reset reset[] = {
    {MIDR_EL1,         0x410fd034},
    {ID_AA64PFR0_EL1,  0x00ff0111}, /* no EL3, AArch32, FP arithmetic, nor system registers of the GIC */
    {ID_AA64DFR0_EL1,  0x10305106}, /* 6 breakpoints, 4 watchpoints, PMUv3 */
    {ID_AA64ISAR0_EL1, 0x00010000}, /* CRC32; no Cryptographic Extension */
    {ID_AA64MMFR0_EL1, 0x00000022}, /* granules of 4K and 64K, little-endian only */
    {CTR_EL0,          0x84448004},
    {CLIDR_EL1,        0x0a200023},
    {PMCR_EL0,         0x41033000},
    {SYSREG_COUNT,     0},
};
/* clang-format on */

const struct cpu_model cpu_model_a53 = {
    .name = "cortex-a53",
    .about = "Cortex-A53 r0p4: Armv8.0, CRC32, 40-bit PA, 512-entry TLB; no FP arithmetic, AArch32 or EL3 yet",
    .cost = COST_MODEL_A53,
    .pa_bits = 40,
    .asid_bits = 16,
    .vmid_bits = 8,
    .granules = BIT(12) | BIT(16),
    .tlb_sets = 128,
    .tlb_ways = 4,
    .cortex = true,
    .ccsidr = {0x700fe01a, 0x201fe00a, 0x707fe07a},
    .reset = reset,
};
