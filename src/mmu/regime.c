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

enum { HCR_VM = 0, HCR_DC = 12, HCR_TGE = 27, TCR_A1 = 22, TCR_AS = 36 };

unsigned regime_stages(const struct state *s, enum regime regime)
{
    const unsigned m = (unsigned)bits(s->sys[regime_rows[regime].sctlr], 0, 0);
    if (regime == REGIME_EL2)
        return m;
    const uint64_t hcr = effective_hcr(s);
    const bool dc = bit(hcr, HCR_DC);
    const bool stage1 = m && !dc && !bit(hcr, HCR_TGE);
    return (stage1 ? STAGE1 : 0) | (bit(hcr, HCR_VM) || dc ? STAGE2 : 0) | (dc ? DEFAULT_CACHEABLE : 0);
}

uint16_t regime_vmid(const struct state *s, enum regime regime, unsigned vmid_bits)
{
    if (regime == REGIME_EL2 || !s->has_el2)
        return 0;
    return (uint16_t)(bits(s->sys[VTTBR_EL2], 63, 48) & ones(vmid_bits));
}

uint16_t regime_asid(const struct state *s, enum regime regime, unsigned asid_bits)
{
    if (regime == REGIME_EL2)
        return 0;
    const uint64_t tcr = s->sys[TCR_EL1];
    const uint64_t ttbr = s->sys[bit(tcr, TCR_A1) ? TTBR1_EL1 : TTBR0_EL1];
    return (uint16_t)(bits(ttbr, 63, 48) & ones(bit(tcr, TCR_AS) ? asid_bits : 8));
}

bool regime_ignores_top_byte(const struct state *s, enum regime regime, va_t address)
{
    return bit(s->sys[regime_rows[regime].tcr], regime_half_of(regime, address)->tbi);
}

unsigned regime_output_bits(uint64_t ps, unsigned pa_bits)
{
    static const uint8_t sizes[8] = {32, 36, 40, 42, 44, 48, 48, 48}; /* 0b110: 52 is for 64 KiB granules */
    return sizes[ps] < pa_bits ? sizes[ps] : pa_bits;
}
