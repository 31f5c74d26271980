/* Cortex-A57. */
#include "cpu/models/model.h"

/* clang-format off */
static const struct model_reset reset[] = {
    {MIDR_EL1,         0x411fd070},
    {ID_AA64PFR0_EL1,  0x00ff0111}, /* no EL3, AArch32, FP arithmetic, nor system registers of the GIC */
    {ID_AA64DFR0_EL1,  0x10305106}, /* 6 breakpoints, 4 watchpoints, PMUv3 */
    {ID_AA64ISAR0_EL1, 0x00010000}, /* CRC32; no Cryptographic Extension */
    {ID_AA64MMFR0_EL1, 0x00000024}, /* granules of 4K and 64K, little-endian only */
    {CTR_EL0,          0x8444c004},
    {CLIDR_EL1,        0x0a200023},
    {PMCR_EL0,         0x41013000},
    {SYSREG_COUNT,     0},
};
/* clang-format on */

const struct cpu_model cpu_model_a57 = {
    .name = "cortex-a57",
    .about = "Cortex-A57 r1p0: Armv8.0, CRC32, 44-bit PA, 1024-entry TLB; no FP arithmetic, AArch32 or EL3 yet",
    .cost = COST_MODEL_A72,
    .pa_bits = 44,
    .asid_bits = 16,
    .vmid_bits = 8,
    .granules = BIT(12) | BIT(16),
    .tlb_sets = 256,
    .tlb_ways = 4,
    .cortex = true,
    .ccsidr = {0x701fe00a, 0x201fe012, 0x70ffe07a},
    .reset = reset,
};
