#include "mmu/regime.h"

/* clang-format off */
const struct regime_row regime_rows[REGIMES] = {
    [REGIME_EL10] = {
        .sctlr = SCTLR_EL1, .tcr = TCR_EL1, .mair = MAIR_EL1, .ps = 32, .two_privileges = true,
        .half = {{.ttbr = TTBR0_EL1, .txsz = 0,  .epd = 7,  .tbi = 37},
                 {.ttbr = TTBR1_EL1, .txsz = 16, .epd = 23, .tbi = 38}},
    },
    [REGIME_EL2] = {
        .sctlr = SCTLR_EL2, .tcr = TCR_EL2, .mair = MAIR_EL2, .ps = 16, .two_privileges = false,
        .half = {{.ttbr = TTBR0_EL2, .txsz = 0, .epd = NO_BIT, .tbi = 20},
                 {.ttbr = TTBR0_EL2, .txsz = 0, .epd = NO_BIT, .tbi = 20}},
    },
};
/* clang-format on */

unsigned regime_output_bits(uint64_t ps, unsigned pa_bits)
{
    static const uint8_t sizes[8] = {32, 36, 40, 42, 44, 48, 48, 48}; /* 0b110: 52 is for 64 KiB granules */
    return sizes[ps] < pa_bits ? sizes[ps] : pa_bits;
}
