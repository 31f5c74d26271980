/* Translation regimes: which registers, and which of their fields, rule each. */
#pragma once
#include "base/addr.h"
#include "cpu/models/model.h"
#include "cpu/state.h"

enum regime { REGIME_EL10, REGIME_EL2, REGIMES };

enum { NO_BIT = 0xff };

enum granule_field { TG0, TG1 }; /* they number the granules differently */

/* One half of a regime's virtual addresses. Bit numbers in TCR_ELx. */
struct regime_half {
    enum sysreg ttbr;
    uint8_t txsz; /* the lowest of 6 bits */
    uint8_t epd, tbi;
    uint8_t tg;    /* the lower of 2 bits */
    uint8_t tg_of; /* enum granule_field */
};

struct regime_row {
    enum sysreg sctlr, tcr, mair;
    uint8_t ps; /* TCR_ELx.{I}PS: the lowest of 3 bits */
    bool two_privileges;
    struct regime_half half[2]; /* by VA<55>; a regime with one half has it twice */
};

extern const struct regime_row regime_rows[REGIMES];

static inline enum regime regime_of_el(unsigned el)
{
    return el == 2 ? REGIME_EL2 : REGIME_EL10;
}

static inline const struct regime_half *regime_half_of(enum regime regime, va_t address)
{
    return &regime_rows[regime].half[bit(address.raw, 55)];
}

/* Bit numbers in the registers of those names. What asks for them is inline: every change of EL does. */
enum { REGIME_HCR_VM = 0, REGIME_HCR_DC = 12, REGIME_HCR_TGE = 27, REGIME_TCR_A1 = 22, REGIME_TCR_AS = 36 };

/* Which stages act, as the context has it (AArch64.FirstStageTranslate, AArch64.SecondStageTranslate). */
enum stages {
    STAGE1 = 1,           /* SCTLR_ELx.M, unless HCR_EL2.{DC, TGE} take its place */
    STAGE2 = 2,           /* HCR_EL2.{VM, DC}, in the EL1&0 regime */
    DEFAULT_CACHEABLE = 4 /* HCR_EL2.DC */
};

static inline unsigned regime_stages(const struct state *s, enum regime regime)
{
    const unsigned m = (unsigned)bits(s->sys[regime_rows[regime].sctlr], 0, 0);
    if (regime == REGIME_EL2)
        return m;
    const uint64_t hcr = effective_hcr(s);
    const bool dc = bit(hcr, REGIME_HCR_DC);
    const bool stage1 = m && !dc && !bit(hcr, REGIME_HCR_TGE);
    return (stage1 ? STAGE1 : 0) | (bit(hcr, REGIME_HCR_VM) || dc ? STAGE2 : 0) | (dc ? DEFAULT_CACHEABLE : 0);
}

/* The VMID and the ASID in force: zero where there is none. asid_bits, vmid_bits: what the core implements. */
static inline uint16_t regime_vmid(const struct state *s, enum regime regime, unsigned vmid_bits)
{
    if (regime == REGIME_EL2 || !s->has_el2)
        return 0;
    return (uint16_t)(bits(s->sys[VTTBR_EL2], 63, 48) & ones(vmid_bits));
}

static inline uint16_t regime_asid(const struct state *s, enum regime regime, unsigned asid_bits)
{
    if (regime == REGIME_EL2)
        return 0;
    const uint64_t tcr = s->sys[TCR_EL1];
    const uint64_t ttbr = s->sys[bit(tcr, REGIME_TCR_A1) ? TTBR1_EL1 : TTBR0_EL1];
    return (uint16_t)(bits(ttbr, 63, 48) & ones(bit(tcr, REGIME_TCR_AS) ? asid_bits : 8));
}

/* Whether bits 63..56 of an address are the program's own (EffectiveTBI). */
static inline bool regime_ignores_top_byte(const struct state *s, enum regime regime, va_t address)
{
    return bit(s->sys[regime_rows[regime].tcr], regime_half_of(regime, address)->tbi);
}

/* log2 of the granule that a field TG0 or TG1 selects. One that is reserved, or that the core does not have, acts as 4 KiB:
 * every core has that (IMPLEMENTATION DEFINED). */
unsigned regime_granule(const struct cpu_model *model, uint64_t tg, enum granule_field field);

/* The output size in bits that a field IPS or PS selects, no more than the core has (48: there are no 52-bit addresses
 * yet). */
unsigned regime_output_bits(uint64_t ps, unsigned pa_bits);
