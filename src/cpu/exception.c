#include "cpu/exception.h"
#include "cpu/exec/flags.h"

/* What an EL above 0 keeps for the exceptions it takes. */
static const struct bank {
    enum sysreg elr, spsr, esr, far, vbar, sp;
} banks[] = {
    [1] = {ELR_EL1, SPSR_EL1, ESR_EL1, FAR_EL1, VBAR_EL1, SP_EL1},
    [2] = {ELR_EL2, SPSR_EL2, ESR_EL2, FAR_EL2, VBAR_EL2, SP_EL2},
};

static uint64_t *selected_sp(struct state *s)
{
    return &s->sys[s->sp_sel && s->el ? banks[s->el].sp : SP_EL0];
}

/* Changes PSTATE.{EL, SP} and with them what SP means. */
static void select_el(struct cpu *cpu, unsigned el, bool sp_sel)
{
    struct state *s = &cpu->state;
    *selected_sp(s) = s->x[SP];
    s->el = (uint8_t)el;
    s->sp_sel = sp_sel;
    s->x[SP] = *selected_sp(s);
    cpu_el_changed(cpu);
}

void exception_select_sp(struct cpu *cpu, bool sp_sel)
{
    select_el(cpu, cpu->state.el, sp_sel);
}

/* PSTATE as SPSR_ELx holds it (GetPSRFromPSTATE). */
static uint64_t spsr_of(const struct state *s)
{
    return (uint64_t)flags_pack(&s->flags) << 28 | (uint64_t)s->daif << 6 | (uint64_t)s->el << 2 | s->sp_sel;
}

static uint64_t vector_offset(const struct state *s, unsigned to)
{
    if (to > s->el)
        return 0x400;
    return s->sp_sel ? 0x200 : 0x000;
}

/* Changes the state; returns the address of the vector. */
static uint64_t take(struct cpu *cpu, unsigned to, enum vector vector, uint64_t return_pc)
{
    struct state *s = &cpu->state;
    const struct bank *bank = &banks[to];
    const uint64_t pc = s->sys[bank->vbar] + vector_offset(s, to) + vector;
    s->sys[bank->elr] = return_pc;
    s->sys[bank->spsr] = spsr_of(s);
    s->daif = 0xf;
    select_el(cpu, to, true);
    return pc;
}

const struct op *exception_take(struct cpu *cpu, const struct op *op, unsigned to, enum vector vector,
                                uint64_t return_pc)
{
    const int64_t left = left_after(cpu, op);
    return engine_enter(cpu, left, take(cpu, to, vector, return_pc));
}

/* ---- interrupts ---- */

struct interrupt {
    uint8_t line, daif; /* enum line; the bit of PSTATE.DAIF */
    uint8_t hcr, route; /* bits of HCR_EL2: virtual pending, and routing of the physical one */
    enum vector vector;
};

/* In the order in which they are taken: physical before virtual, SError first. */
static const struct interrupt interrupts[] = {
    {LINE_SERROR, 4, 8, 5, VECTOR_SERROR},
    {LINE_FIQ, 1, 6, 3, VECTOR_FIQ},
    {LINE_IRQ, 2, 7, 4, VECTOR_IRQ},
};

/* Where a physical interrupt goes, and whether it is masked there (AArch64.PhysicalInterruptTarget). */
static bool physical_taken(const struct state *s, const struct interrupt *i, unsigned *to)
{
    const uint64_t hcr = effective_hcr(s);
    if (!(s->lines & i->line))
        return false;
    *to = bit(hcr, i->route) || bit(hcr, 27) || s->el == 2 ? 2 : 1;
    if (s->el == 2 && !bit(hcr, i->route) && !bit(hcr, 27))
        return false; /* aimed at EL1, pending while in EL2 */
    return *to > s->el || !(s->daif & i->daif);
}

static bool virtual_taken(const struct state *s, const struct interrupt *i, uint8_t daif)
{
    const uint64_t hcr = effective_hcr(s);
    const uint8_t line = i->line == LINE_IRQ ? LINE_VIRQ : i->line == LINE_FIQ ? LINE_VFIQ : 0;
    const bool pending = bit(hcr, i->hcr) || s->lines & line;
    return s->el < 2 && pending && bit(hcr, i->route) && !bit(hcr, 27) && !(daif & i->daif);
}

static void take_interrupt(struct cpu *cpu, unsigned to, const struct interrupt *i, bool is_virtual)
{
    struct state *s = &cpu->state;
    if (i->line == LINE_SERROR)
        s->sys[banks[to].esr] = syndrome(EC_SERROR, 0);
    if (i->line == LINE_SERROR && is_virtual)
        s->sys[HCR_EL2] &= ~BIT(8);
    s->pc = take(cpu, to, i->vector, s->pc);
    cpu_lines_changed(cpu);
}

bool exception_take_interrupt(struct cpu *cpu)
{
    unsigned to;
    for (unsigned i = 0; i < sizeof interrupts / sizeof *interrupts; i++) {
        if (!physical_taken(&cpu->state, &interrupts[i], &to))
            continue;
        take_interrupt(cpu, to, &interrupts[i], false);
        return true;
    }
    for (unsigned i = 0; i < sizeof interrupts / sizeof *interrupts; i++) {
        if (!virtual_taken(&cpu->state, &interrupts[i], cpu->state.daif))
            continue;
        take_interrupt(cpu, 1, &interrupts[i], true);
        return true;
    }
    return false;
}

/* WFI and WFE wake up for what is pending, masked or not, if it would be taken were it not masked. */
bool cpu_wakes(const struct cpu *cpu)
{
    bool wakes = cpu->state.wait == WAIT_NONE || (cpu->state.wait == WAIT_WFE && cpu->state.event);
    for (unsigned i = 0; i < sizeof interrupts / sizeof *interrupts; i++)
        wakes |= (cpu->state.lines & interrupts[i].line) || virtual_taken(&cpu->state, &interrupts[i], 0);
    return wakes && cpu->state.wait != WAIT_OFF;
}

/* ---- synchronous exceptions ---- */

const struct op *exception_sync(struct cpu *cpu, const struct op *op, unsigned to, uint64_t esr, bool next)
{
    cpu->state.sys[banks[to].esr] = esr;
    return exception_take(cpu, op, to, VECTOR_SYNC, pc_of(cpu, next ? op + 1 : op));
}

const struct op *exception_undefined(struct cpu *cpu, const struct op *op)
{
    return exception_sync(cpu, op, hyp_route(&cpu->state, 1), syndrome(EC_UNKNOWN, 0), false);
}

const struct op *exception_sp_alignment(struct cpu *cpu, const struct op *op)
{
    return exception_sync(cpu, op, hyp_route(&cpu->state, 1), syndrome(EC_SP_ALIGNMENT, 0), false);
}

/* Where an abort goes, with FAR and HPFAR written. */
static unsigned report_fault(struct state *s, const struct fault *fault)
{
    const unsigned to = hyp_route(s, fault->stage2 ? 2 : 1);
    s->sys[banks[to].far] = fault->va.raw;
    if (fault->stage2)
        s->sys[HPFAR_EL2] = bits(fault->ipa.raw, 47, 12) << 4;
    return to;
}

const struct op *exception_data_abort(struct cpu *cpu, const struct op *op, const struct fault *fault,
                                      struct abort_access access)
{
    const unsigned to = report_fault(&cpu->state, fault);
    return exception_sync(cpu, op, to, syndrome_data_abort(to == cpu->state.el, fault, access), false);
}

const struct op *exception_insn_abort(struct cpu *cpu, int64_t left, const struct fault *fault)
{
    struct state *s = &cpu->state;
    const unsigned to = report_fault(s, fault);
    const bool misaligned = fault->kind == FAULT_ALIGNMENT;
    s->sys[banks[to].esr] = misaligned ? syndrome(EC_PC_ALIGNMENT, 0) : syndrome_insn_abort(to == s->el, fault);
    /* It costs a cycle, or a guest whose vectors cannot be fetched would stop the clock. */
    return engine_enter_later(cpu, left - 1, take(cpu, to, VECTOR_SYNC, fault->va.raw));
}

const struct op *exception_trap(struct cpu *cpu, const struct op *op, trapset_t caught, uint64_t esr)
{
    cpu->last_verdict = hyp_judge(&cpu->state, caught);
    const struct verdict *v = &cpu->last_verdict;
    return exception_sync(cpu, op, v->to, v->undefined ? syndrome(EC_UNKNOWN, 0) : esr, false);
}

/* Whether SPSR names a state that ERET may enter (IllegalExceptionReturn; AArch32 is not in the slice). */
static bool legal_return(const struct state *s, uint64_t spsr)
{
    const unsigned el = (unsigned)bits(spsr, 3, 2);
    return !bit(spsr, 4) && !bit(spsr, 1) && el <= s->el && !(el == 0 && bit(spsr, 0)) &&
           !(el == 1 && s->has_el2 && bit(s->sys[HCR_EL2], 27));
}

const struct op *exception_return(struct cpu *cpu, const struct op *op)
{
    struct state *s = &cpu->state;
    const uint64_t spsr = s->sys[banks[s->el].spsr], pc = s->sys[banks[s->el].elr];
    const int64_t left = left_after(cpu, op);
    s->flags = flags_unpack((unsigned)bits(spsr, 31, 28));
    s->daif = (uint8_t)bits(spsr, 9, 6);
    if (!legal_return(s, spsr)) /* PSTATE.IL: the next instruction is not executed */
        return exception_sync(cpu, op, hyp_route(s, 1), syndrome(EC_ILLEGAL_STATE, 0), false);
    select_el(cpu, (unsigned)bits(spsr, 3, 2), bit(spsr, 0));
    return engine_enter(cpu, left, pc);
}
