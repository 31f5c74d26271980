/* Exception generation, hints, barriers, system registers and system instructions. */
#include "base/bits.h"
#include "cpu/isa/lower.h"
#include "cpu/sysreg/sysreg_table.h"

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
LOWER(SYSL)  { (void)f, set_imm(l, UNDEFINED, 0, 0, 0); } /* Armv8.0 has none */
LOWER(FP)    { (void)f, set_imm(l, FP_ABSENT, 0, 0, 0); }
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

static int find(const struct fields *f)
{
    return sysreg_find_a64((struct sysreg_encoding){(uint8_t)(2 + f->o0), (uint8_t)f->op1, (uint8_t)f->crn,
                                                    (uint8_t)f->crm, (uint8_t)f->op2});
}

LOWER(MRS)
{
    const int row = find(f);
    set_imm(l, UNIMPLEMENTED, 0, 0, 0);
    if (row >= 0)
        set_imm(l, sysreg_table[sysreg_a64[row].reg].read ? MRS_hook : MRS_plain, dst(f->rt), 0, row);
}

LOWER(MSR)
{
    const int row = find(f);
    set_imm(l, UNIMPLEMENTED, 0, 0, 0);
    if (row >= 0)
        set_imm(l, sysreg_table[sysreg_a64[row].reg].write ? MSR_hook : MSR_plain, src(f->rt), 0, row);
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
    for (unsigned i = 0; i < sizeof tlbi_encodings / sizeof *tlbi_encodings; i++)
        if (tlbi_encodings[i].op1 == f->op1 && tlbi_encodings[i].op2 == f->op2 && tlbi_encodings[i].crm == (f->crm | 4))
            set_imm(l, TLBI, src(f->rt), f->crm == 3, (int32_t)i); /* rn: Inner Shareable */
}

LOWER(SYS)
{
    if (f->crn == 7)
        cache(l, f);
    if (f->crn == 8)
        tlb(l, f);
}
