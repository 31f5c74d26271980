/* Exception generation, hints, barriers, system registers and system instructions. */
#include "base/bits.h"
#include "cpu/isa/lower.h"
#include "cpu/sysreg/sysreg_table.h"
#include "hyp/syndrome.h"

/* clang-format off */
LOWER(SVC)   { set_imm(l, SVC, 0, 0, (int32_t)f->imm); }
LOWER(HVC)   { set_imm(l, HVC, 0, 0, (int32_t)f->imm); }
LOWER(SMC)   { set_imm(l, SMC, 0, 0, (int32_t)f->imm); }
LOWER(BRK)   { set_imm(l, BRK, 0, 0, (int32_t)f->imm); }
LOWER(ERET)  { (void)f, set_imm(l, ERET, 0, 0, 0); }
LOWER(ISB)   { (void)f, set_imm(l, ISB, 0, 0, 0); }
LOWER(DSB)   { (void)f, set_imm(l, NOP, 0, 0, 0); } /* accesses complete in order: nothing to wait for */
LOWER(DMB)   { (void)f, set_imm(l, NOP, 0, 0, 0); }
LOWER(CLREX) { (void)f, set_imm(l, CLREX, 0, 0, 0); }
LOWER(HLT)   { set_imm(l, HLT, 0, 0, (int32_t)f->imm); }
LOWER(DCPS)  { (void)f, set_imm(l, UNDEFINED, 0, 0, 0); } /* outside Debug state, where we never are */
LOWER(DRPS)  { (void)f, set_imm(l, UNDEFINED, 0, 0, 0); }
/* clang-format on */

LOWER(HINT)
{
    const unsigned hint = f->crm << 3 | f->op2;
    static handler_fn *const hints[] = {NOP, NOP, WFE, WFI, SEV, SEVL};
    set_imm(l, hint < 6 ? hints[hint] : NOP, 0, 0, 0);
}

LOWER(MSR_imm)
{
    const unsigned pstate = f->op1 << 3 | f->op2;
    if (pstate == 005) /* SPSel */
        set_imm(l, MSR_SPSel, 0, 0, (int32_t)f->crm);
    else if (pstate == 036) /* DAIFSet */
        set_imm(l, MSR_DAIFSet, 0, 0, (int32_t)f->crm);
    else if (pstate == 037) /* DAIFClr */
        set_imm(l, MSR_DAIFClr, 0, 0, (int32_t)f->crm);
}

static struct sysreg_encoding encoding_of(const struct fields *f, unsigned op0)
{
    return (struct sysreg_encoding){(uint8_t)op0, (uint8_t)f->op1, (uint8_t)f->crn, (uint8_t)f->crm, (uint8_t)f->op2};
}

/* For IMPLEMENTATION DEFINED use. False: of another kind. */
static bool implementation_defined(struct lowering *l, const struct fields *f, unsigned op0, bool read)
{
    if (f->crn != 11 && f->crn != 15)
        return false;
    set_imm(l, SYS_IMPDEF, 0, 0, (int32_t)bits(syndrome_sysreg(encoding_of(f, op0), f->rt, read), 24, 0));
    return true;
}

/* No register has this encoding. */
static void no_register(struct lowering *l, const struct fields *f, bool read)
{
    if (!(f->o0 && implementation_defined(l, f, 3, read)))
        set_imm(l, UNDEFINED, 0, 0, 0);
}

LOWER(MRS)
{
    const int row = sysreg_find_a64(encoding_of(f, 2 + f->o0));
    if (row < 0) {
        no_register(l, f, true);
        return;
    }
    const enum sysreg reg = sysreg_a64[row].reg;
    handler_fn *const plain = reg == SP_EL0 ? MRS_SP_EL0 : MRS_plain;
    set_imm(l, sysreg_table[reg].read ? MRS_hook : plain, dst(f->rt), 0, row);
}

LOWER(MSR)
{
    const int row = sysreg_find_a64(encoding_of(f, 2 + f->o0));
    if (row < 0) {
        no_register(l, f, false);
        return;
    }
    const enum sysreg reg = sysreg_a64[row].reg;
    handler_fn *const plain = reg == SP_EL0 ? MSR_SP_EL0 : MSR_plain;
    set_imm(l, sysreg_table[reg].write ? MSR_hook : plain, src(f->rt), 0, row);
}

static const struct {
    uint8_t op1, crm, op2;
} tlbi_encodings[] = {
#define TLBI(name, op1, crm, op2, ...) {op1, crm, op2},
#include "cpu/sysreg/tlbi.def"
#undef TLBI
};

static const struct {
    uint8_t op1, crm, op2;
    handler_fn *fn;
} sysops[] = {
#define SYSOP(name, op1, crm, op2, traps, fn) {op1, crm, op2, fn},
#include "cpu/sysreg/sysop.def"
#undef SYSOP
};

static void cache(struct lowering *l, const struct fields *f)
{
    for (unsigned i = 0; i < sizeof sysops / sizeof *sysops; i++)
        if (sysops[i].op1 == f->op1 && sysops[i].crm == f->crm && sysops[i].op2 == f->op2)
            set_imm(l, sysops[i].fn, src(f->rt), 0, (int32_t)i);
}

static void tlb(struct lowering *l, const struct fields *f)
{
    const bool broadcast = !(f->crm & 4); /* the row has the local form */
    for (unsigned i = 0; i < sizeof tlbi_encodings / sizeof *tlbi_encodings; i++)
        if (tlbi_encodings[i].op1 == f->op1 && tlbi_encodings[i].op2 == f->op2 && tlbi_encodings[i].crm == (f->crm | 4))
            set_imm(l, TLBI, src(f->rt), broadcast, (int32_t)i);
}

static const struct {
    uint8_t op1, op2;
} at_encodings[] = {
#define AT(name, op1, op2, ...) {op1, op2},
#include "cpu/sysreg/at.def"
#undef AT
};

static void translate(struct lowering *l, const struct fields *f)
{
    for (unsigned i = 0; f->crm == 8 && i < sizeof at_encodings / sizeof *at_encodings; i++)
        if (at_encodings[i].op1 == f->op1 && at_encodings[i].op2 == f->op2)
            set_imm(l, AT, src(f->rt), 0, (int32_t)i);
}

LOWER(SYS)
{
    if (f->crn == 7)
        cache(l, f), translate(l, f);
    if (f->crn == 8)
        tlb(l, f);
    implementation_defined(l, f, 1, false);
}

/* Armv8.0 itself has none. */
LOWER(SYSL)
{
    if (!implementation_defined(l, f, 1, true))
        set_imm(l, UNDEFINED, 0, 0, 0);
}
