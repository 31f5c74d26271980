#include "cpu/exception.h"
#include "cpu/cluster.h"
#include "cpu/exec/flags.h"
#include "cpu/pmu.h"
#include "hyp/route.h"

const struct exception_bank exception_banks[3] = {
    [1] = {ELR_EL1, SPSR_EL1, ESR_EL1, FAR_EL1, VBAR_EL1, SP_EL1},
    [2] = {ELR_EL2, SPSR_EL2, ESR_EL2, FAR_EL2, VBAR_EL2, SP_EL2},
};

/* ---- PSTATE.{EL, SP} ---- */

static uint64_t *selected_sp(struct state *s)
{
    return &s->sys[s->sp_sel && s->el ? exception_banks[s->el].sp : SP_EL0];
}

void exception_select_el(struct cpu *cpu, unsigned el, bool sp_sel)
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
    exception_select_el(cpu, cpu->state.el, sp_sel);
}

/* ---- entry ---- */

/* PSTATE as SPSR_ELx holds it (GetPSRFromPSTATE). */
static uint64_t spsr_of(const struct state *s)
{
    return (uint64_t)flags_pack(&s->flags) << 28 | (uint64_t)s->ss << 21 | (uint64_t)s->il << 20 |
           (uint64_t)s->daif << 6 | (uint64_t)s->el << 2 | s->sp_sel;
}

static uint64_t vector_offset(const struct state *s, unsigned to)
{
    if (to > s->el)
        return 0x400;
    return s->sp_sel ? 0x200 : 0x000;
}

/* EL0 and EL1 extend the address from bit 55, EL2 with zeros. */
uint64_t exception_branch_address(const struct state *s, uint64_t target)
{
    const bool upper = s->el < 2 && bit(target, 55);
    const uint64_t plain = upper ? target | ~ones(56) : target & ones(56);
    if (likely(target == plain))
        return target;
    const bool tagged = s->el == 2 ? bit(s->sys[TCR_EL2], 20) : bit(s->sys[TCR_EL1], upper ? 38 : 37);
    return tagged ? plain : target;
}

/* Whether FAR_ELx says something about an exception of this class. */
static bool has_far(uint64_t esr)
{
    const uint64_t ec = bits(esr, 31, 26);
    return ec == EC_PC_ALIGNMENT || (ec >= EC_INSN_ABORT_LOWER && ec <= EC_DATA_ABORT_SAME);
}

static void tell_verdict(struct trapeze_event *event, const struct verdict *v)
{
    event->exception.trap = hyp_trap_is_a_rule(v->decided) ? NULL : hyp_traps[v->decided].name;
    event->exception.row = (int)v->decided;
    event->exception.losing[0] = (uint64_t)v->losing;
    event->exception.losing[1] = (uint64_t)(v->losing >> 64);
}

static COLD void tell(const struct cpu *cpu, unsigned from, uint16_t vector, uint64_t elr,
                      const struct exception_about *about)
{
    const struct state *s = &cpu->state;
    const struct exception_bank *bank = &exception_banks[s->el];
    const unsigned kind = vector & 0x180;
    const uint64_t esr = kind == VECTOR_SYNC || kind == VECTOR_SERROR ? s->sys[bank->esr] : 0;
    const uint64_t far = kind == VECTOR_SYNC && has_far(esr) ? s->sys[bank->far] : 0;
    struct trapeze_event event = {
        .kind = TRAPEZE_EVENT_EXCEPTION,
        .cpu = (uint8_t)cpu->number,
        .el = (uint8_t)from,
        .cycles = about->cycles,
        .pc = about->pc,
        .exception = {.to = s->el, .vector = vector, .esr = esr, .far = far, .elr = elr, .row = -1}};
    if (about->verdict)
        tell_verdict(&event, about->verdict);
    event.exception.has_ipa = about->fault && about->fault->stage2;
    if (event.exception.has_ipa)
        event.exception.ipa = about->fault->ipa.raw;
    trace_emit(&cpu->cluster->trace, &event);
}

/* An exception at the vector that it leads to: its first instruction, or the fetch of it, does not get anywhere. */
static COLD void looped(struct cpu *cpu, uint64_t vector, uint64_t now)
{
    enum { ONE_EXCEPTION = 64 }; /* cycles, at the most */
    const struct cluster *cluster = cpu->cluster;
    const bool again = cpu->looped.times && now - cpu->looped.last <= ONE_EXCEPTION;
    cpu->looped.times = again ? cpu->looped.times + 1 : 1;
    cpu->looped.last = now;
    if (cpu->looped.times == LOOPED_TIMES && cluster->looped)
        cluster->looped(cluster->watcher, cpu, vector);
}

uint64_t exception_enter(struct cpu *cpu, unsigned to, enum vector vector, uint64_t return_pc,
                         const struct exception_about *about)
{
    struct state *s = &cpu->state;
    const struct exception_bank *bank = &exception_banks[to];
    const unsigned from = s->el;
    const uint64_t offset = vector_offset(s, to) + vector;
    s->sys[bank->elr] = return_pc;
    s->sys[bank->spsr] = spsr_of(s);
    s->daif = 0xf;
    s->ss = 0;
    if (unlikely(s->il)) {
        s->il = 0;
        cpu_lines_changed(cpu);
    }
    exception_select_el(cpu, to, true);
    if (unlikely(cpu->pmu_runs))
        pmu_el_changed(cpu, from, about->cycles);
    if (trace_wants(&cpu->cluster->trace, TRAPEZE_EVENT_EXCEPTION))
        tell(cpu, from, (uint16_t)offset, return_pc, about);
    const uint64_t pc = exception_branch_address(s, s->sys[bank->vbar] + offset);
    if (unlikely(pc == return_pc && vector == VECTOR_SYNC))
        looped(cpu, pc, about->cycles);
    return pc;
}

/* ---- synchronous exceptions ---- */

static const struct op *take_at(struct cpu *cpu, const struct op *op, unsigned to, uint64_t return_pc,
                                const struct verdict *verdict, const struct fault *fault)
{
    const int64_t left = left_after(cpu, op);
    const struct exception_about about = {pc_of(cpu, op), engine_now(cpu, op), verdict, fault};
    return engine_enter(cpu, left, exception_enter(cpu, to, VECTOR_SYNC, return_pc, &about));
}

const struct op *exception_sync(struct cpu *cpu, const struct op *op, unsigned to, uint64_t esr, bool next)
{
    cpu->state.sys[exception_banks[to].esr] = esr;
    return take_at(cpu, op, to, pc_of(cpu, next ? op + 1 : op), NULL, NULL);
}

const struct op *exception_undefined(struct cpu *cpu, const struct op *op)
{
    return exception_sync(cpu, op, hyp_route(&cpu->state, 1), syndrome(EC_UNKNOWN, 0), false);
}

const struct op *exception_sp_alignment(struct cpu *cpu, const struct op *op)
{
    return exception_sync(cpu, op, hyp_route(&cpu->state, 1), syndrome(EC_SP_ALIGNMENT, 0), false);
}

const struct op *exception_trap(struct cpu *cpu, const struct op *op, trapset_t caught, uint64_t esr)
{
    cpu->last_verdict = hyp_judge(&cpu->state, caught, esr);
    const struct verdict *v = &cpu->last_verdict;
    cpu->state.sys[exception_banks[v->to].esr] = v->syndrome;
    return take_at(cpu, op, v->to, pc_of(cpu, op), v, NULL);
}

/* Where an abort goes, with FAR and HPFAR written. */
static unsigned report_fault(struct state *s, const struct fault *fault)
{
    const unsigned to = hyp_route(s, fault->stage2 ? 2 : 1);
    s->sys[exception_banks[to].far] = fault->va.raw;
    if (fault_has_ipa(fault))
        s->sys[HPFAR_EL2] = bits(fault->ipa.raw, 47, 12) << 4;
    return to;
}

const struct op *exception_data_abort(struct cpu *cpu, const struct op *op, const struct fault *fault,
                                      struct abort_access access)
{
    const unsigned to = report_fault(&cpu->state, fault);
    cpu->state.sys[exception_banks[to].esr] = syndrome_data_abort(to == cpu->state.el, fault, access);
    return take_at(cpu, op, to, pc_of(cpu, op), NULL, fault);
}

/* ---- in place of an instruction ---- */

/* It costs a cycle, or a guest whose vectors cannot be fetched would stop the clock. */
static const struct op *take_before(struct cpu *cpu, int64_t left, unsigned to, uint64_t esr, uint64_t pc,
                                    const struct fault *fault)
{
    const struct exception_about about = {pc, cpu->deadline - (uint64_t)left, NULL, fault};
    cpu->state.sys[exception_banks[to].esr] = esr;
    return engine_enter_later(cpu, left - 1, exception_enter(cpu, to, VECTOR_SYNC, pc, &about));
}

const struct op *exception_insn_abort(struct cpu *cpu, int64_t left, const struct fault *fault)
{
    const unsigned to = report_fault(&cpu->state, fault);
    const bool misaligned = fault->kind == FAULT_ALIGNMENT;
    const uint64_t esr = misaligned ? syndrome(EC_PC_ALIGNMENT, 0) : syndrome_insn_abort(to == cpu->state.el, fault);
    return take_before(cpu, left, to, esr, fault->va.raw, fault);
}

const struct op *exception_illegal_state(struct cpu *cpu, int64_t left, uint64_t pc)
{
    return take_before(cpu, left, hyp_route(&cpu->state, 1), syndrome(EC_ILLEGAL_STATE, 0), pc, NULL);
}
