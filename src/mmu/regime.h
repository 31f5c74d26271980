/* Translation regimes: which registers, and which of their fields, rule each. */
#pragma once
#include "base/addr.h"
#include "cpu/state.h"

enum regime { REGIME_EL10, REGIME_EL2, REGIMES };

enum { NO_BIT = 0xff };

/* One half of a regime's virtual addresses. Bit numbers in TCR_ELx. */
struct regime_half {
    enum sysreg ttbr;
    uint8_t txsz; /* the lowest of 6 bits */
    uint8_t epd, tbi;
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

/* Which stages act, as the context has it (AArch64.FirstStageTranslate, AArch64.SecondStageTranslate). */
enum stages {
    STAGE1 = 1,           /* SCTLR_ELx.M, unless HCR_EL2.{DC, TGE} take its place */
    STAGE2 = 2,           /* HCR_EL2.{VM, DC}, in the EL1&0 regime */
    DEFAULT_CACHEABLE = 4 /* HCR_EL2.DC */
};

unsigned regime_stages(const struct state *s, enum regime regime);

/* The VMID and the ASID in force: zero where there is none. asid_bits, vmid_bits: what the core implements. */
uint16_t regime_vmid(const struct state *s, enum regime regime, unsigned vmid_bits);
uint16_t regime_asid(const struct state *s, enum regime regime, unsigned asid_bits);

/* Whether bits 63..56 of an address are the program's own (EffectiveTBI). */
bool regime_ignores_top_byte(const struct state *s, enum regime regime, va_t address);

/* The output size in bits that a field IPS or PS selects, no more than the core has (48: no 52-bit addresses with the
 * 4 KiB granule). */
unsigned regime_output_bits(uint64_t ps, unsigned pa_bits);
