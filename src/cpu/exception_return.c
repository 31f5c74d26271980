#include "cpu/cluster.h"
#include "cpu/exception.h"
#include "cpu/exec/flags.h"
#include "cpu/pmu.h"
#include "hyp/effective.h"

static unsigned target_el(uint64_t spsr)
{
    return (unsigned)bits(spsr, 3, 2);
}

/* Whether SPSR names a state that ERET may enter (IllegalExceptionReturn). There is no AArch32 to return to. */
static bool legal_return(const struct state *s, uint64_t spsr)
{
    const unsigned el = target_el(spsr);
    return !bit(spsr, 4) && !bit(spsr, 1) && el <= s->el && !(el == 0 && bit(spsr, 0)) &&
           !(el == 1 && bit(effective_hcr(s), 27)); /* TGE */
}

/* Whether debug exceptions are generated from an EL (AArch64.GenerateDebugExceptionsFrom). */
static bool debug_enabled(const struct state *s, unsigned from, bool masked)
{
    const unsigned target = bit(hyp_mdcr(s), 8) ? 2 : 1; /* TDE */
    if (bit(s->sys[OSLSR_EL1], 1))                       /* OSLK */
        return false;
    return from == target ? bit(s->sys[MDSCR_EL1], 13) && !masked : from < target; /* KDE */
}

/* PSTATE.SS after the return (DebugExceptionReturnSS). */
static bool step_after(const struct state *s, uint64_t spsr, bool legal)
{
    if (likely(!bit(s->sys[MDSCR_EL1], 0))) /* SS */
        return false;
    const unsigned to = legal ? target_el(spsr) : s->el;
    const bool here = debug_enabled(s, s->el, s->daif & 8), there = debug_enabled(s, to, bit(spsr, 9));
    return !here && there && bit(spsr, 21);
}

static COLD void tell(const struct cpu *cpu, const struct op *op, unsigned from, uint64_t target)
{
    const struct trapeze_event event = {.kind = TRAPEZE_EVENT_RETURN,
                                        .cpu = (uint8_t)cpu->number,
                                        .el = (uint8_t)from,
                                        .cycles = engine_now(cpu, op),
                                        .pc = pc_of(cpu, op),
                                        .ret = {cpu->state.el, target}};
    trace_emit(&cpu->cluster->trace, &event);
}

/* Sets PSTATE from SPSR (SetPSTATEFromPSR). */
static void restore(struct cpu *cpu, uint64_t spsr)
{
    struct state *s = &cpu->state;
    const bool legal = legal_return(s, spsr);
    s->ss = step_after(s, spsr, legal);
    s->flags = flags_unpack((unsigned)bits(spsr, 31, 28));
    s->daif = (uint8_t)bits(spsr, 9, 6);
    s->il = !legal || bit(spsr, 20);
    if (unlikely(s->il))
        cpu_lines_changed(cpu); /* the next instruction is not executed */
    if (likely(legal))
        exception_select_el(cpu, target_el(spsr), bit(spsr, 0));
}

const struct op *exception_return(struct cpu *cpu, const struct op *op)
{
    struct state *s = &cpu->state;
    const unsigned from = s->el;
    const uint64_t spsr = s->sys[exception_banks[from].spsr];
    const int64_t left = left_after(cpu, op);
    uint64_t pc = s->sys[exception_banks[from].elr];
    restore(cpu, spsr);
    if (unlikely(cpu->pmu_runs))
        pmu_el_changed(cpu, from, engine_now(cpu, op));
    s->monitor.open = false;
    s->event = true;
    if (s->il && bit(spsr, 4) && !bit(spsr, 20))
        pc &= UINT32_MAX - 3; /* PC<63:32> and <1:0> are UNKNOWN: zero */
    else
        pc = exception_branch_address(s, pc);
    if (trace_wants(&cpu->cluster->trace, TRAPEZE_EVENT_RETURN))
        tell(cpu, op, from, pc);
    return engine_enter(cpu, left, pc);
}
