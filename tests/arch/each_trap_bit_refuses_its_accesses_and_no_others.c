/* run: el2 */
/* The trap matrix: one control bit after the other, and under each every access that some bit of Armv8.0 may refuse, at EL1
 * and at EL0. What is refused is printed with its syndrome; what is not, is not. */
#include "common/lib.h"

enum { HCR_RW = 1u << 31, CPTR = 0x33ff, CPACR = 3 << 20, CNTHCTL = 3, CNTKCTL = 0x303, PMUSERENR = 0xf, HPMN = 6 };
enum { SCTLR = 0x30d00800 | 1 << 26 | 1 << 18 | 1 << 16 | 1 << 15 | 1 << 14 | 1 << 9 }; /* UCI nTWE nTWI UCT DZE UMA */

enum control { HCR_EL2, CPTR_EL2, MDCR_EL2, CNTHCTL_EL2, SCTLR_EL1, CPACR_EL1, CNTKCTL_EL1, PMUSERENR_EL0, MDSCR_EL1 };

static const u64 open[] = {HCR_RW, CPTR, HPMN, CNTHCTL, SCTLR, CPACR, CNTKCTL, PMUSERENR, 0};
static u64 control[sizeof open / sizeof *open];

static void set_controls(void)
{
    MSR(cptr_el2, control[CPTR_EL2]);
    MSR(mdcr_el2, control[MDCR_EL2]);
    MSR(cnthctl_el2, control[CNTHCTL_EL2]);
    MSR(sctlr_el1, control[SCTLR_EL1]);
    MSR(cpacr_el1, control[CPACR_EL1]);
    MSR(cntkctl_el1, control[CNTKCTL_EL1]);
    MSR(pmuserenr_el0, control[PMUSERENR_EL0]);
    MSR(mdscr_el1, control[MDSCR_EL1]);
    MSR(hcr_el2, control[HCR_EL2]);
    ISB();
}

static bool is(enum control which, unsigned bit)
{
    return (control[which] ^ open[which]) >> bit & 1;
}

/* clang-format off */

#define READ(reg)  (void)MRS(reg);
#define BOTH(reg)  READ(reg) MSR(reg, 0);

/* ---- what EL0 may do ---- */

#define PMU_REGISTERS                                                                                        \
    BOTH(pmcr_el0) BOTH(pmcntenset_el0) BOTH(pmcntenclr_el0) BOTH(pmovsclr_el0) MSR(pmswinc_el0, 0);         \
    BOTH(pmselr_el0) READ(pmceid0_el0) READ(pmceid1_el0) BOTH(pmccntr_el0) BOTH(pmxevtyper_el0)              \
    BOTH(pmxevcntr_el0) READ(pmuserenr_el0) BOTH(pmovsset_el0) BOTH(pmevcntr0_el0) BOTH(pmevtyper0_el0)      \
    BOTH(pmccfiltr_el0)

#define TIMER_REGISTERS                                                                                    \
    READ(cntfrq_el0) READ(cntpct_el0) READ(cntvct_el0) BOTH(cntp_ctl_el0) BOTH(cntp_cval_el0)              \
    BOTH(cntp_tval_el0) BOTH(cntv_ctl_el0) BOTH(cntv_cval_el0) BOTH(cntv_tval_el0)

#define CACHE_BY_ADDRESS                                                                                   \
    DO_WITH(WINDOW, "dc cvac, %0"); DO_WITH(WINDOW, "dc cvau, %0"); DO_WITH(WINDOW, "dc civac, %0");       \
    DO_WITH(WINDOW, "ic ivau, %0");

/* What waits, or needs what is not there, runs only where it is refused. */
static void only_refused(bool at_el0)
{
    if (is(HCR_EL2, 13) || (at_el0 && is(SCTLR_EL1, 16)))
        DO("wfi");
    if (is(HCR_EL2, 14) || (at_el0 && is(SCTLR_EL1, 18)))
        DO("sevl; wfe; wfe"); /* not while an event is registered */
    if (is(HCR_EL2, 28) || (at_el0 && is(SCTLR_EL1, 14)))
        DO_WITH(WINDOW, "dc zva, %0");
    if (is(CPTR_EL2, 10) || is(CPACR_EL1, 20) || (at_el0 && is(CPACR_EL1, 21)))
        DO(".inst 0x1e604000; .inst 0xd53b4400; .inst 0xd51b4420"); /* FMOV D0, D0; MRS FPCR; MSR FPSR */
    if (is(MDCR_EL2, 8))
        DO("brk #5");
}

static u64 at_el0(void)
{
    only_refused(true);
    READ(ctr_el0)
    READ(dczid_el0)
    READ(daif)
    DO("msr daifset, #1; msr daifclr, #1");
    READ(mdccsr_el0)
    TIMER_REGISTERS
    PMU_REGISTERS
    CACHE_BY_ADDRESS
    return 0;
}

/* ---- what EL1 may do ---- */

static void identification(void)
{
    READ(midr_el1) READ(mpidr_el1) READ(revidr_el1) READ(aidr_el1)
    READ(id_pfr0_el1) READ(id_dfr0_el1) READ(id_mmfr0_el1) READ(id_isar0_el1) READ(id_isar5_el1) READ(mvfr0_el1)
    READ(mvfr2_el1) READ(id_aa64pfr0_el1) READ(id_aa64pfr1_el1) READ(id_aa64dfr0_el1) READ(id_aa64dfr1_el1)
    READ(id_aa64afr0_el1) READ(id_aa64isar0_el1) READ(id_aa64mmfr0_el1) READ(id_aa64mmfr1_el1)
    READ(ctr_el0) READ(clidr_el1) READ(ccsidr_el1) BOTH(csselr_el1) READ(dczid_el0)
}

static void translation(void)
{
    READ(sctlr_el1)
    MSR(sctlr_el1, control[SCTLR_EL1]);
    READ(actlr_el1)
    READ(cpacr_el1)
    MSR(cpacr_el1, control[CPACR_EL1]);
    BOTH(ttbr0_el1) BOTH(ttbr1_el1) BOTH(tcr_el1) BOTH(afsr0_el1) BOTH(afsr1_el1) BOTH(esr_el1) BOTH(far_el1)
    BOTH(mair_el1) BOTH(amair_el1) BOTH(contextidr_el1)
    READ(par_el1) READ(vbar_el1) READ(isr_el1) READ(tpidr_el1) /* never trapped */
    DO("tlbi vmalle1; tlbi vmalle1is; dsb sy; isb");
    DO_WITH(0, "tlbi vae1, %0"); DO_WITH(0, "tlbi vale1is, %0"); DO_WITH(0, "tlbi aside1, %0");
    DO_WITH(0, "tlbi vaae1, %0");
}

static void debug(void)
{
    BOTH(mdccint_el1)
    READ(mdscr_el1)
    MSR(mdscr_el1, control[MDSCR_EL1]);
    READ(mdccsr_el0)
    BOTH(dbgbvr0_el1) BOTH(dbgbcr0_el1) BOTH(dbgwvr0_el1) BOTH(dbgwcr0_el1)
    READ(mdrar_el1) READ(oslsr_el1) BOTH(osdlr_el1)
    MSR(oslar_el1, 1);
}

static u64 at_el1(void)
{
    only_refused(false);
    if (is(HCR_EL2, 19))
        DO("smc #7");
    if (is(HCR_EL2, 20))
        DO("mrs x0, s3_1_c15_c2_0; msr s3_1_c11_c0_2, x0; sys #0, c15, c0, #0");
    identification();
    translation();
    debug();
    TIMER_REGISTERS
    BOTH(pmintenset_el1)
    BOTH(pmintenclr_el1)
    PMU_REGISTERS
    CACHE_BY_ADDRESS
    DO("ic iallu; ic ialluis");
    DO_WITH(WINDOW, "dc ivac, %0"); DO_WITH(0, "dc isw, %0"); DO_WITH(0, "dc csw, %0"); DO_WITH(0, "dc cisw, %0");
    return 0;
}

static const char *name; /* of the bit */

static u64 both(void)
{
    at_el1();
    print(name);
    print(" at EL0\n");
    return at_level(EL0T, at_el0);
}

/* clang-format on */

/* ---- the bits ---- */

static const struct row {
    const char *name;
    enum control control;
    u64 changed;    /* from what lets everything pass */
    bool el1_alone; /* who handles EL0's exceptions would be trapped itself */
} rows[] = {
    {"nothing", HCR_EL2, 0, false},
    {"HCR_EL2.TWI", HCR_EL2, 1 << 13, false},
    {"HCR_EL2.TWE", HCR_EL2, 1 << 14, false},
    {"HCR_EL2.TID1", HCR_EL2, 1 << 16, false},
    {"HCR_EL2.TID2", HCR_EL2, 1 << 17, false},
    {"HCR_EL2.TID3", HCR_EL2, 1 << 18, false},
    {"HCR_EL2.TSC", HCR_EL2, 1 << 19, false},
    {"HCR_EL2.TIDCP", HCR_EL2, 1 << 20, false},
    {"HCR_EL2.TACR", HCR_EL2, 1 << 21, false},
    {"HCR_EL2.TSW", HCR_EL2, 1 << 22, false},
    {"HCR_EL2.TPC", HCR_EL2, 1 << 23, false},
    {"HCR_EL2.TPU", HCR_EL2, 1 << 24, false},
    {"HCR_EL2.TTLB", HCR_EL2, 1 << 25, false},
    {"HCR_EL2.TVM", HCR_EL2, 1 << 26, true},
    {"HCR_EL2.TDZ", HCR_EL2, 1 << 28, false},
    {"HCR_EL2.TRVM", HCR_EL2, 1 << 30, true},
    {"CPTR_EL2.TFP", CPTR_EL2, 1 << 10, false},
    {"CPTR_EL2.TCPAC", CPTR_EL2, 1u << 31, false},
    {"MDCR_EL2.TPMCR", MDCR_EL2, 1 << 5, false},
    {"MDCR_EL2.TPM", MDCR_EL2, 1 << 6, false},
    {"MDCR_EL2.TDE", MDCR_EL2, 1 << 8, false},
    {"MDCR_EL2.TDA", MDCR_EL2, 1 << 9, false},
    {"MDCR_EL2.TDOSA", MDCR_EL2, 1 << 10, false},
    {"MDCR_EL2.TDRA", MDCR_EL2, 1 << 11, false},
    {"CNTHCTL_EL2.EL1PCTEN", CNTHCTL_EL2, 1 << 0, false},
    {"CNTHCTL_EL2.EL1PCEN", CNTHCTL_EL2, 1 << 1, false},
    {"SCTLR_EL1.UMA", SCTLR_EL1, 1 << 9, false},
    {"SCTLR_EL1.DZE", SCTLR_EL1, 1 << 14, false},
    {"SCTLR_EL1.UCT", SCTLR_EL1, 1 << 15, false},
    {"SCTLR_EL1.nTWI", SCTLR_EL1, 1 << 16, false},
    {"SCTLR_EL1.nTWE", SCTLR_EL1, 1 << 18, false},
    {"SCTLR_EL1.UCI", SCTLR_EL1, 1 << 26, false},
    {"CPACR_EL1.FPEN=0b10", CPACR_EL1, 1 << 20, false},
    {"CPACR_EL1.FPEN=0b01", CPACR_EL1, 1 << 21, false},
    {"CPACR_EL1.FPEN=0b00", CPACR_EL1, 3 << 20, false},
    {"CNTKCTL_EL1.EL0PCTEN", CNTKCTL_EL1, 1 << 0, false},
    {"CNTKCTL_EL1.EL0VCTEN", CNTKCTL_EL1, 1 << 1, false},
    {"CNTKCTL_EL1.EL0PCTEN, EL0VCTEN", CNTKCTL_EL1, 3 << 0, false},
    {"CNTKCTL_EL1.EL0VTEN", CNTKCTL_EL1, 1 << 8, false},
    {"CNTKCTL_EL1.EL0PTEN", CNTKCTL_EL1, 1 << 9, false},
    {"PMUSERENR_EL0.EN", PMUSERENR_EL0, 1 << 0, false},
    {"PMUSERENR_EL0.EN, SW", PMUSERENR_EL0, 3 << 0, false},
    {"PMUSERENR_EL0.EN, CR", PMUSERENR_EL0, 5 << 0, false},
    {"PMUSERENR_EL0.EN, ER", PMUSERENR_EL0, 9 << 0, false},
    {"MDSCR_EL1.TDCC", MDSCR_EL1, 1 << 12, false},
};

void test(void)
{
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        for (unsigned c = 0; c < sizeof open / sizeof *open; c++)
            control[c] = open[c];
        control[row->control] ^= row->changed;
        name = row->name;
        print(name);
        print("\n");
        set_controls();
        at_level(EL1H, row->el1_alone ? at_el1 : both);
    }
    /* Under TGE what EL0 may not do is EL2's. */
    print("HCR_EL2.TGE\n");
    control[MDSCR_EL1] = open[MDSCR_EL1];
    control[SCTLR_EL1] = 0x30d00800;
    control[CNTKCTL_EL1] = control[PMUSERENR_EL0] = control[CPACR_EL1] = 0;
    control[HCR_EL2] = HCR_RW | 1 << 27;
    set_controls();
    at_level(EL0T, at_el0);
}
