#include "mmu/regime.h"

/* clang-format off */
const struct regime_row regime_rows[REGIMES] = {
    [REGIME_EL10] = {
        .sctlr = SCTLR_EL1, .tcr = TCR_EL1, .mair = MAIR_EL1, .ps = 32, .two_privileges = true,
        .half = {{.ttbr = TTBR0_EL1, .txsz = 0,  .epd = 7,  .tbi = 37, .tg = 14, .tg_of = TG0},
                 {.ttbr = TTBR1_EL1, .txsz = 16, .epd = 23, .tbi = 38, .tg = 30, .tg_of = TG1}},
    },
    [REGIME_EL2] = {
        .sctlr = SCTLR_EL2, .tcr = TCR_EL2, .mair = MAIR_EL2, .ps = 16, .two_privileges = false,
        .half = {{.ttbr = TTBR0_EL2, .txsz = 0, .epd = NO_BIT, .tbi = 20, .tg = 14, .tg_of = TG0},
                 {.ttbr = TTBR0_EL2, .txsz = 0, .epd = NO_BIT, .tbi = 20, .tg = 14, .tg_of = TG0}},
    },
};
/* clang-format on */

unsigned regime_granule(const struct cpu_model *model, uint64_t tg, enum granule_field field)
{
    static const uint8_t sizes[2][4] = {[TG0] = {12, 16, 14, 12}, [TG1] = {12, 14, 12, 16}};
    const unsigned granule = sizes[field][tg];
    return bit(model->granules, granule) ? granule : 12;
}

unsigned regime_output_bits(uint64_t ps, unsigned pa_bits)
{
    static const uint8_t sizes[8] = {32, 36, 40, 42, 44, 48, 48, 48}; /* 0b110: 52 bits are FEAT_LPA */
    return sizes[ps] < pa_bits ? sizes[ps] : pa_bits;
}
