/* Every trap that a hypervisor can set for EL1: armed, the instruction leaves with its own syndrome, to the bit; not armed, it
 * does not leave. Then those that EL1 sets for EL0. */
#include "lib.h"

enum { DATA = 0x80100000 };

/* What CALL_TRAPS sets. */
enum control { HCR, MDCR, CPTR, CNTHCTL, ACTLR };

struct trap {
    const char *name;
    u32 word;
    u8 control;
    u64 bit;
    u64 x0; /* an address, where it wants one */
};

#define R(op1, crn, crm, op2)  SYS(1, 3, op1, crn, crm, op2)
#define W(op1, crn, crm, op2)  SYS(0, 3, op1, crn, crm, op2)
#define RD(op1, crn, crm, op2) SYS(1, 2, op1, crn, crm, op2)
#define WD(op1, crn, crm, op2) SYS(0, 2, op1, crn, crm, op2)
#define I(op1, crn, crm, op2)  SYS(0, 1, op1, crn, crm, op2)
#define BOTH(name, bit, ...)              \
    {name, R(__VA_ARGS__), HCR, bit, 0},  \
    {                                     \
        name, W(__VA_ARGS__), HCR, bit, 0 \
    }
#define STAGE1(name, ...)                      \
    {name, W(__VA_ARGS__), HCR, HCR_TVM, 0},   \
    {                                          \
        name, R(__VA_ARGS__), HCR, HCR_TRVM, 0 \
    }

// clang-format off
static const struct trap traps[] = {
    STAGE1("SCTLR_EL1",      0, 1, 0, 0),
    STAGE1("TTBR0_EL1",      0, 2, 0, 0),
    STAGE1("TTBR1_EL1",      0, 2, 0, 1),
    STAGE1("TCR_EL1",        0, 2, 0, 2),
    STAGE1("AFSR0_EL1",      0, 5, 1, 0),
    STAGE1("AFSR1_EL1",      0, 5, 1, 1),
    STAGE1("ESR_EL1",        0, 5, 2, 0),
    STAGE1("FAR_EL1",        0, 6, 0, 0),
    STAGE1("MAIR_EL1",       0, 10, 2, 0),
    STAGE1("AMAIR_EL1",      0, 10, 3, 0),
    STAGE1("CONTEXTIDR_EL1", 0, 13, 0, 1),
    BOTH("ACTLR_EL1",        HCR_TACR, 0, 1, 0, 1),
    {"REVIDR_EL1",           R(0, 0, 0, 6),    HCR, HCR_TID1, 0},
    {"AIDR_EL1",             R(1, 0, 0, 7),    HCR, HCR_TID1, 0},
    {"CTR_EL0",              R(3, 0, 0, 1),    HCR, HCR_TID2, 0},
    {"CCSIDR_EL1",           R(1, 0, 0, 0),    HCR, HCR_TID2, 0},
    {"CLIDR_EL1",            R(1, 0, 0, 1),    HCR, HCR_TID2, 0},
    BOTH("CSSELR_EL1",       HCR_TID2, 2, 0, 0, 0),
    {"ID_PFR0_EL1",          R(0, 0, 1, 0),    HCR, HCR_TID3, 0},
    {"ID_MMFR0_EL1",         R(0, 0, 1, 4),    HCR, HCR_TID3, 0},
    {"ID_ISAR5_EL1",         R(0, 0, 2, 5),    HCR, HCR_TID3, 0},
    {"MVFR0_EL1",            R(0, 0, 3, 0),    HCR, HCR_TID3, 0},
    {"ID_AA64PFR0_EL1",      R(0, 0, 4, 0),    HCR, HCR_TID3, 0},
    {"ID_AA64DFR0_EL1",      R(0, 0, 5, 0),    HCR, HCR_TID3, 0},
    {"ID_AA64ISAR0_EL1",     R(0, 0, 6, 0),    HCR, HCR_TID3, 0},
    {"ID_AA64MMFR0_EL1",     R(0, 0, 7, 0),    HCR, HCR_TID3, 0},
    {"ID_AA64MMFR1_EL1",     R(0, 0, 7, 1),    HCR, HCR_TID3, 0},
    {"DC ISW",               I(0, 7, 6, 2),    HCR, HCR_TSW, 0},
    {"DC CSW",               I(0, 7, 10, 2),   HCR, HCR_TSW, 0},
    {"DC CISW",              I(0, 7, 14, 2),   HCR, HCR_TSW, 0},
    {"DC IVAC",              I(0, 7, 6, 1),    HCR, HCR_TPC, DATA},
    {"DC CVAC",              I(3, 7, 10, 1),   HCR, HCR_TPC, DATA},
    {"DC CIVAC",             I(3, 7, 14, 1),   HCR, HCR_TPC, DATA},
    {"DC CVAU",              I(3, 7, 11, 1),   HCR, HCR_TPU, DATA},
    {"IC IALLUIS",           I(0, 7, 1, 0),    HCR, HCR_TPU, 0},
    {"IC IALLU",             I(0, 7, 5, 0),    HCR, HCR_TPU, 0},
    {"IC IVAU",              I(3, 7, 5, 1),    HCR, HCR_TPU, DATA},
    {"DC ZVA",               I(3, 7, 4, 1),    HCR, HCR_TDZ, DATA},
    {"TLBI VMALLE1IS",       I(0, 8, 3, 0),    HCR, HCR_TTLB, 0},
    {"TLBI VAE1IS",          I(0, 8, 3, 1),    HCR, HCR_TTLB, 0},
    {"TLBI ASIDE1IS",        I(0, 8, 3, 2),    HCR, HCR_TTLB, 0},
    {"TLBI VAAE1IS",         I(0, 8, 3, 3),    HCR, HCR_TTLB, 0},
    {"TLBI VALE1IS",         I(0, 8, 3, 5),    HCR, HCR_TTLB, 0},
    {"TLBI VAALE1IS",        I(0, 8, 3, 7),    HCR, HCR_TTLB, 0},
    {"TLBI VMALLE1",         I(0, 8, 7, 0),    HCR, HCR_TTLB, 0},
    {"TLBI VAE1",            I(0, 8, 7, 1),    HCR, HCR_TTLB, 0},
    {"TLBI ASIDE1",          I(0, 8, 7, 2),    HCR, HCR_TTLB, 0},
    {"TLBI VAAE1",           I(0, 8, 7, 3),    HCR, HCR_TTLB, 0},
    {"TLBI VALE1",           I(0, 8, 7, 5),    HCR, HCR_TTLB, 0},
    {"TLBI VAALE1",          I(0, 8, 7, 7),    HCR, HCR_TTLB, 0},
    {"CPACR_EL1",            R(0, 1, 0, 2),    CPTR, CPTR_TCPAC, 0},
    {"CPACR_EL1",            W(0, 1, 0, 2),    CPTR, CPTR_TCPAC, 0},
    {"MDSCR_EL1",            RD(0, 0, 2, 2),   MDCR, MDCR_TDA, 0},
    {"MDSCR_EL1",            WD(0, 0, 2, 2),   MDCR, MDCR_TDA, 0},
    {"DBGBVR0_EL1",          RD(0, 0, 0, 4),   MDCR, MDCR_TDA, 0},
    {"DBGBCR1_EL1",          RD(0, 0, 1, 5),   MDCR, MDCR_TDA, 0},
    {"DBGWVR0_EL1",          RD(0, 0, 0, 6),   MDCR, MDCR_TDA, 0},
    {"DBGWCR0_EL1",          RD(0, 0, 0, 7),   MDCR, MDCR_TDA, 0},
    {"OSLAR_EL1",            WD(0, 1, 0, 4),   MDCR, MDCR_TDOSA, 0},
    {"OSLSR_EL1",            RD(0, 1, 1, 4),   MDCR, MDCR_TDOSA, 0},
    {"OSDLR_EL1",            RD(0, 1, 3, 4),   MDCR, MDCR_TDOSA, 0},
    {"MDRAR_EL1",            RD(0, 1, 0, 0),   MDCR, MDCR_TDRA, 0},
    {"CNTPCT_EL0",           R(3, 14, 0, 1),   CNTHCTL, CNTHCTL_EL1PCTEN, 0},
};
// clang-format on

static void arm(const struct trap *trap, bool on)
{
    u64 values[5] = {0};
    values[trap->control] = on ? trap->bit : 0;
    call(CALL_TRAPS, values[HCR], values[MDCR], values[CPTR], values[CNTHCTL], 0, values[ACTLR]);
}

static bool is_read(u32 word)
{
    return word >> 21 & 1;
}

/* What is written is what is there. */
static u64 operand(const struct trap *trap)
{
    return is_read(trap->word) || bits(trap->word, 20, 19) == 1 ? trap->x0 : run_word(trap->word | 1u << 21, 0);
}

static void one_trap(const struct trap *trap)
{
    arm(trap, false);
    const bool readable = trap->word != WD(0, 1, 0, 4); /* OSLAR_EL1 is not */
    const u64 x0 = readable ? operand(trap) : 0;
    prepare_word(trap->word);
    u64 exits = CALL1(CALL_EXITS, 0);
    const u64 free = run_prepared(x0);
    check(trap->name, CALL1(CALL_EXITS, 0) - exits, 0);
    arm(trap, true);
    exits = CALL1(CALL_EXITS, 0);
    const u64 trapped = run_prepared(x0);
    check(trap->name, CALL1(CALL_EXITS, 0) - exits, 1);
    check_exit(trap->name, esr_of(trap->word));
    if (is_read(trap->word) && trap->control == HCR)
        check(trap->name, trapped, free); /* what is emulated is what is there */
}

/* With another register than x0, and x31. */
static void registers(void)
{
    call(CALL_TRAPS, HCR_TID3, 0, 0, 0, 0, 0);
    __asm__ volatile("mrs x17, id_aa64mmfr0_el1" ::: "x17");
    check_exit("ISS.Rt", esr_of(R(0, 0, 7, 0) | 17));
    __asm__ volatile("mrs xzr, id_aa64mmfr0_el1");
    check_exit("ISS.Rt of XZR", esr_of(R(0, 0, 7, 0) | 31));
    call(CALL_TRAPS, 0, 0, 0, 0, 0, 0);
}

/* Traps that not every model of a CPU has: what is seen is printed. */
static void print_trap(const char *name, u32 word, u64 hcr, u64 mdcr)
{
    prepare_word(word);
    call(CALL_TRAPS, hcr, mdcr, 0, 0, 0, 0);
    const u64 exits = CALL1(CALL_EXITS, 0);
    run_prepared(0);
    const bool trapped = CALL1(CALL_EXITS, 0) != exits;
    if (trapped)
        check_exit(name, esr_of(word));
    print(name);
    print(trapped ? " traps\n" : " does not trap\n");
    call(CALL_TRAPS, 0, 0, 0, 0, 0, 0);
}

static void implementation_defined(void)
{
    print_trap("HCR_EL2.TIDCP: L2CTLR_EL1", R(1, 11, 0, 2), HCR_TIDCP, 0);
    print_trap("HCR_EL2.TIDCP: CPUACTLR_EL1", R(1, 15, 2, 0), HCR_TIDCP, 0);
    print_trap("HCR_EL2.TIDCP: CPUECTLR_EL1", R(1, 15, 2, 1), HCR_TIDCP, 0);
    /* ACTLR_EL2 of these cores: each bit that is not set keeps writes of one register from EL1 */
    print_trap("ACTLR_EL2.CPUACTLR: CPUACTLR_EL1", W(1, 15, 2, 0), 0, 0);
    print_trap("ACTLR_EL2.CPUECTLR: CPUECTLR_EL1", W(1, 15, 2, 1), 0, 0);
    print_trap("ACTLR_EL2.L2CTLR: L2CTLR_EL1", W(1, 11, 0, 2), 0, 0);
    print_trap("ACTLR_EL2.L2ECTLR: L2ECTLR_EL1", W(1, 11, 0, 3), 0, 0);
    print_trap("ACTLR_EL2.L2ACTLR: L2ACTLR_EL1", W(1, 15, 0, 0), 0, 0);
}

/* The physical timer is trapped unless it is allowed. */
static void physical_timer(void)
{
    const u32 words[] = {R(3, 14, 2, 0), R(3, 14, 2, 1), R(3, 14, 2, 2), W(3, 14, 2, 1), W(3, 14, 2, 2)};
    for (unsigned n = 0; n < 5; n++) {
        run_word(words[n], 0);
        check_exit("CNTP_*", esr_of(words[n]));
    }
    call(CALL_TRAPS, 0, 0, 0, CNTHCTL_EL1PCEN, 0, 0);
    const u64 exits = CALL1(CALL_EXITS, 0);
    run_word(words[1], 0);
    check("CNTP_CTL_EL0 that is allowed", CALL1(CALL_EXITS, 0) - exits, 0);
    call(CALL_TRAPS, 0, 0, 0, 0, 0, 0);
}

static bool has_pmu(void)
{
    const u64 version = bits(MRS(id_aa64dfr0_el1), 11, 8);
    return version != 0 && version != 15;
}

/* The PMU, if there is one: TPM for all of it, TPMCR for one register. */
static void performance_monitors(void)
{
    if (!has_pmu())
        return;
    const u32 words[] = {R(3, 9, 12, 0), R(3, 9, 12, 1), R(3, 9, 12, 3), R(3, 9, 12, 6), R(3, 9, 13, 0),
                         R(3, 9, 14, 0), R(0, 9, 14, 1), W(0, 9, 14, 2), W(3, 9, 12, 3)};
    for (unsigned n = 0; n < sizeof words / sizeof *words; n++) {
        const struct trap trap = {"a register of the PMU", words[n], MDCR, MDCR_TPM, 0};
        one_trap(&trap);
    }
    print_trap("MDCR_EL2.TPMCR: PMCR_EL0", R(3, 9, 12, 0), 0, MDCR_TPMCR);
}

/* The first WFE takes the event that returning from an exception has left. */
__attribute__((noinline)) static u64 two_wfe(void)
{
    ASM("wfe; wfe");
    return 0;
}

static void waiting(void)
{
    u64 exits = CALL1(CALL_EXITS, 0);
    two_wfe();
    const bool trapped = CALL1(CALL_EXITS, 0) != exits;
    if (trapped)
        check_exit("WFE", 0x07e00001);
    print(trapped ? "HCR_EL2.TWE traps\n" : "HCR_EL2.TWE does not trap\n");
    call(CALL_TRAPS, HCR_TWI | HCR_TWE, 0, 0, 0, 0, 0); /* on by themselves: off */
    exits = CALL1(CALL_EXITS, 0);
    ASM("sevl; wfe");
    check("WFE that is not trapped", CALL1(CALL_EXITS, 0) - exits, 0);
    const u64 before = last()->count;
    MSR(sctlr_el1, SCTLR_ON);
    at_el0(two_wfe);
    const u64 count = last()->count - before, esr = last()->esr;
    if (count)
        check("WFE at EL0", esr, 0x07e00001);
    print(count ? "SCTLR_EL1.nTWE traps\n" : "SCTLR_EL1.nTWE does not trap\n");
    call(CALL_TRAPS, 0, 0, 0, 0, 0, 0);
}

static u64 smc_call(u64 function)
{
    register u64 x0 __asm__("x0") = function;
    __asm__ volatile("smc #0x123" : "+r"(x0)::"memory");
    return x0;
}

static u64 smc_traps(u64 hcr)
{
    register u64 x0 __asm__("x0") = CALL_TRAPS;
    register u64 x1 __asm__("x1") = hcr;
    register u64 x2 __asm__("x2") = 0;
    register u64 x3 __asm__("x3") = 0;
    register u64 x4 __asm__("x4") = 0;
    register u64 x5 __asm__("x5") = 0;
    register u64 x6 __asm__("x6") = 0;
    __asm__ volatile("smc #0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5), "r"(x6) : "memory");
    return x0;
}

static void calls(void)
{
    check("SMC is answered by the hypervisor", smc_call(PSCI_VERSION), 0x10001);
    check_exit("SMC", 0x5e000123);
    ASM("mov x0, #0; hvc #0xabcd");
    check_exit("HVC", 0x5a00abcd);
    ASM("mov x0, #0; hvc #0xffff");
    check_exit("HVC", 0x5a00ffff);
    call(CALL_TRAPS, HCR_HCD, 0, 0, 0, 0, 0);
    const u64 before = last()->count;
    ASM("mov x0, #0; hvc #1");
    const u64 esr = last()->esr, count = last()->count;
    smc_traps(0); /* there is no other way */
    check("HVC is UNDEFINED with HCR_EL2.HCD", count, before + 1);
    check("and its ESR_EL1", esr, 0x02000000);
}

/* ---- what EL1 keeps from EL0 ---- */

enum el1_control { SCTLR, CNTKCTL, MDSCR, PMUSERENR };

static const struct el0_trap {
    const char *name;
    u32 word;
    u8 control;
    u64 allow; /* the bits that let it pass */
    u64 esr;   /* 0: class 0x18 */
} el0_traps[] = {
    {"WFI at EL0", 0xd503207f, SCTLR, BIT(16), 0x07e00000},
    {"MRS DAIF at EL0", R(3, 4, 2, 1), SCTLR, BIT(9), 0},
    {"CTR_EL0 at EL0", R(3, 0, 0, 1), SCTLR, BIT(15), 0},
    {"IC IVAU at EL0", I(3, 7, 5, 1), SCTLR, BIT(26), 0},
    {"DC CVAC at EL0", I(3, 7, 10, 1), SCTLR, BIT(26), 0},
    {"DC CVAU at EL0", I(3, 7, 11, 1), SCTLR, BIT(26), 0},
    {"DC CIVAC at EL0", I(3, 7, 14, 1), SCTLR, BIT(26), 0},
    {"DC ZVA at EL0", I(3, 7, 4, 1), SCTLR, BIT(14), 0},
    {"CNTPCT_EL0 at EL0", R(3, 14, 0, 1), CNTKCTL, BIT(0), 0},
    {"CNTVCT_EL0 at EL0", R(3, 14, 0, 2), CNTKCTL, BIT(1), 0},
    {"CNTFRQ_EL0 at EL0", R(3, 14, 0, 0), CNTKCTL, BIT(1), 0},
    {"CNTV_CTL_EL0 at EL0", R(3, 14, 3, 1), CNTKCTL, BIT(8), 0},
    {"CNTV_CVAL_EL0 at EL0", R(3, 14, 3, 2), CNTKCTL, BIT(8), 0},
    {"CNTV_TVAL_EL0 at EL0", R(3, 14, 3, 0), CNTKCTL, BIT(8), 0},
    {"CNTP_CTL_EL0 at EL0", R(3, 14, 2, 1), CNTKCTL, BIT(9), 0},
    {"CNTP_CVAL_EL0 at EL0", R(3, 14, 2, 2), CNTKCTL, BIT(9), 0},
    {"PMCNTENSET_EL0 at EL0", R(3, 9, 12, 1), PMUSERENR, BIT(0), 0},
    {"PMOVSCLR_EL0 at EL0", W(3, 9, 12, 3), PMUSERENR, BIT(0), 0},
    {"PMSWINC_EL0 at EL0", W(3, 9, 12, 4), PMUSERENR, BIT(1), 0},
    {"PMSELR_EL0 at EL0", R(3, 9, 12, 5), PMUSERENR, BIT(3), 0},
    {"PMCCNTR_EL0 read at EL0", R(3, 9, 13, 0), PMUSERENR, BIT(2), 0},
    {"PMCCNTR_EL0 written at EL0", W(3, 9, 13, 0), PMUSERENR, BIT(0), 0},
};

static void set_el1_control(u8 control, u64 bits_set)
{
    if (control == SCTLR)
        MSR(sctlr_el1, SCTLR_ON | bits_set);
    else if (control == CNTKCTL)
        MSR(cntkctl_el1, bits_set);
    else if (control == MDSCR)
        MSR(mdscr_el1, bits_set);
    else
        MSR(pmuserenr_el0, bits_set);
    ISB();
}

static u64 el0_data[8] __attribute__((aligned(4096)));

static void one_el0_trap(const struct el0_trap *trap)
{
    const bool zero = trap->word == I(3, 7, 4, 1), maintenance = bits(trap->word, 20, 19) == 1;
    const u64 x0 = maintenance ? ALIAS : 0;
    const u64 before = last()->count;
    set_el1_control(trap->control, 0);
    run_word_at_el0(trap->word, x0);
    check(trap->name, last()->count, before + 1);
    check(trap->name, last()->esr, trap->esr ? trap->esr : esr_of(trap->word));
    check(trap->name, last()->vector, 0x400);
    set_el1_control(trap->control, trap->allow);
    el0_data[0] = 7;
    if (trap->word != 0xd503207f) /* it would wait */
        run_word_at_el0(trap->word, x0);
    check(trap->name, last()->count, before + 1);
    check(trap->name, el0_data[0], zero ? 0 : 7);
    set_el1_control(trap->control, 0);
}

/* CPACR_EL1.FPEN = 0b01: FP is EL1's alone. */
static void fp_at_level_0(void)
{
    const u32 fmov_d0_d0 = 0x1e604000;
    const u64 cpacr = MRS(cpacr_el1), before = last()->count;
    MSR(cpacr_el1, 1ul << 20);
    run_word_at_el0(fmov_d0_d0, 0);
    check("FP at EL0", last()->count, before + 1);
    check("FP at EL0", last()->esr, 0x1fe00000);
    MSR(cpacr_el1, 3ul << 20);
    run_word_at_el0(fmov_d0_d0, 0);
    check("FP that EL0 may use", last()->count, before + 1);
    MSR(cpacr_el1, cpacr);
    ISB();
}

/* The debug communication channel: not every model traps it. */
static void debug_channel_at_level_0(void)
{
    const u64 before = last()->count;
    set_el1_control(MDSCR, BIT(12));
    run_word_at_el0(RD(3, 0, 1, 0), 0);
    const bool trapped = last()->count != before;
    if (trapped)
        check("MDCCSR_EL0 at EL0", last()->esr, esr_of(RD(3, 0, 1, 0)));
    set_el1_control(MDSCR, 0);
    print(trapped ? "MDSCR_EL1.TDCC traps\n" : "MDSCR_EL1.TDCC does not trap\n");
}

static void at_level_0(void)
{
    map_page(ALIAS, (u64)el0_data | PTE_MEM | PTE_TABLE | PTE_EL0);
    call(CALL_TRAPS, 0, 0, 0, CNTHCTL_EL1PCEN, 0, 0); /* allowed */
    for (unsigned n = 0; n < sizeof el0_traps / sizeof *el0_traps; n++)
        if (el0_traps[n].control != PMUSERENR || has_pmu())
            one_el0_trap(&el0_traps[n]);
    fp_at_level_0();
    debug_channel_at_level_0();
    /* EL2's traps of what EL1 allows its EL0 */
    set_el1_control(SCTLR, BIT(15) | BIT(14));
    call(CALL_TRAPS, HCR_TID2 | HCR_TDZ, 0, 0, 0, 0, 0);
    run_word_at_el0(R(3, 0, 0, 1), 0);
    check_exit("CTR_EL0 at EL0, trapped to EL2", esr_of(R(3, 0, 0, 1)));
    run_word_at_el0(I(3, 7, 4, 1), ALIAS);
    check_exit("DC ZVA at EL0, trapped to EL2", esr_of(I(3, 7, 4, 1)));
    call(CALL_TRAPS, 0, 0, 0, 0, 0, 0);
    set_el1_control(SCTLR, 0);
}

int main(void)
{
    mmu_on();
    write64(DATA, 0); /* mapped */
    for (unsigned n = 0; n < sizeof traps / sizeof *traps; n++)
        one_trap(&traps[n]);
    call(CALL_TRAPS, 0, 0, 0, 0, 0, 0);
    implementation_defined();
    registers();
    physical_timer();
    performance_monitors();
    calls();
    at_level_0();
    waiting();
    return 0;
}
