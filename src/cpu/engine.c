#include "cpu/cluster.h"
#include "cpu/exception.h"
#include "cpu/exec/handlers.h"
#include "cpu/isa/lower.h"
#include "cpu/pmu.h"
#include "cpu/sysreg/sysreg_table.h"
#include <string.h>

/* ---- leaving ---- */

enum { HORIZON = 1 << 24 }; /* cycles: the farthest deadline, some 20 ms of the host's time: then it looks up anyway */

static const struct op *leave(struct cpu *cpu, const struct op *op)
{
    (void)cpu, (void)op;
    return NULL;
}

static const struct op halt = {.fn = leave};

static void run_from(struct cpu *cpu, const struct op *op)
{
    while (op)
        op = op->fn(cpu, op); /* once when threaded, once an instruction when not */
}

/* ---- going to a page ---- */

/* Control is in its page until it leaves it by a branch, an exception, ISB or the page's end: only then is an address
 * translated again, however often the engine looks at the world in between. So what the TLB is asked depends on the program alone. */
static void stay(struct cpu *cpu)
{
    cpu->here = (struct here){true, cpu->pc_page, cpu->page->pa};
}

static bool stays(const struct cpu *cpu, uint64_t pc)
{
    return cpu->here.valid && cpu->here.page == (pc & ~UINT64_C(0xffc)) && bus_load_host(cpu->bus, cpu->here.pa, 4);
}

/* The decoded page at a physical address, NULL when the host has no memory for it. */
static struct code_page *decoded_page(struct cpu *cpu, pa_t at)
{
    struct code_page *evicted;
    const bool known = *bus_page_flags(cpu->bus, at) & PAGE_CODE;
    struct code_page *page = code_get(&cpu->cluster->code, at, &evicted);
    for (unsigned i = 0; i < cpu->cluster->cpus && (evicted || !known); i++) {
        struct mmu *mmu = &cpu->cluster->cpu[i]->mmu;
        if (evicted)
            mmu_forget_code(mmu, evicted);
        mmu_forget_stores(mmu, bus_load_host(cpu->bus, at, PAGE_SIZE));
    }
    return page;
}

/* Looks up the page of pc and finds it decoded, NULL when the host has no memory for it; or the fault. */
static struct fault fetch_page(struct cpu *cpu, uint64_t pc, struct code_page **page)
{
    struct translation t;
    if (pc % 4)
        return (struct fault){.kind = FAULT_ALIGNMENT, .va = va(pc)};
    struct fault fault = mmu_translate(&cpu->mmu, &cpu->state, va(pc), ACCESS_FETCH, false, &t);
    if (fault.kind != FAULT_NONE)
        return fault;
    if (!bus_load_host(cpu->bus, t.pa, 4))
        return (struct fault){.kind = FAULT_EXTERNAL, .va = va(pc)};
    *page = decoded_page(cpu, pa(align_down(t.pa.raw, PAGE_SIZE)));
    if (*page)
        mmu_remember_code(&cpu->mmu, va(pc), *page);
    return fault;
}

/* Leaves the engine with pc next, `left` cycles before the deadline. */
static const struct op *halt_at(struct cpu *cpu, int64_t left, uint64_t pc)
{
    cpu->state.cycles = cpu->deadline - (uint64_t)left;
    cpu->state.pc = pc;
    return &halt;
}

/* The page of pc; NULL: *next says what to do instead. */
static struct code_page *find_page(struct cpu *cpu, int64_t left, uint64_t pc, const struct op **next)
{
    const struct fast_code *known = fast_code_slot(cpu->mmu.current, pc);
    struct code_page *page = known->page;
    const bool same = stays(cpu, pc);
    struct fault fault = NO_FAULT;
    if (likely(fast_code_hit(known, pc)) && (!same || page->pa.raw == cpu->here.pa.raw))
        return page;
    if (same)
        page = decoded_page(cpu, cpu->here.pa);
    else
        fault = fetch_page(cpu, pc, &page);
    if (fault.kind != FAULT_NONE) {
        *next = exception_insn_abort(cpu, left, &fault);
        return NULL;
    }
    if (!page) {
        cpu->status = STATUS_NO_MEMORY;
        *next = halt_at(cpu, left, pc);
    }
    return page;
}

static const struct op *attend(struct cpu *cpu, int64_t left, uint64_t pc, bool may_yield);

/* Goes to pc without looking at the clock. A page decoded just now may run for longer than the deadline allows for. */
static const struct op *enter(struct cpu *cpu, int64_t left, uint64_t pc)
{
    const struct op *instead = NULL;
    struct code_page *page = find_page(cpu, left, pc, &instead);
    if (unlikely(!page))
        return instead;
    if (unlikely(cpu->cluster->code.longest_run > cpu->margin))
        return attend(cpu, left, pc, false);
    const struct op *next = &page->op[bits(pc, 11, 2)];
    cpu->page = page;
    cpu->pc_page = align_down(pc, PAGE_SIZE);
    cpu->limit = left + next->cost;
    return next;
}

/* ---- one operation at a time: near a deadline, and for those who look on ---- */

/* Stands behind the one operation in cpu->single_page. */
static const struct op *after_single(struct cpu *cpu, const struct op *op)
{
    const bool end_of_page = op == &cpu->single_page.op[PAGE_OPS];
    stay(cpu);
    return attend(cpu, cpu->limit - op->cost, pc_of(cpu, op), end_of_page);
}

static COLD void trace_insn(const struct cpu *cpu, uint64_t pc, uint32_t word)
{
    const struct state *s = &cpu->state;
    trace_emit(&cpu->cluster->trace, &(struct trapeze_event){.kind = TRAPEZE_EVENT_INSN,
                                                             .cpu = (uint8_t)cpu->number,
                                                             .el = s->el,
                                                             .cycles = s->cycles,
                                                             .pc = pc,
                                                             .insn.word = word});
}

/* Puts one instruction, alone, into a page of nothing but after_single. With the deadline at its beginning whatever does
 * not fall through looks at the clock, and so comes back. */
static const struct op *place_single(struct cpu *cpu, uint64_t pc, uint32_t word)
{
    struct code_page *single = &cpu->single_page;
    for (unsigned i = 0; i < 3; i++) /* what was there before */
        single->op[single->index + i] = (struct op){.fn = after_single};
    const unsigned index = (unsigned)bits(pc, 11, 2);
    if (trace_wants(&cpu->cluster->trace, TRAPEZE_EVENT_INSN))
        trace_insn(cpu, pc, word);
    const unsigned cost = code_lower(&cpu->cluster->code, word, &single->op[index], index, true);
    single->op[index + 1].cost = single->op[index + 2].cost = (uint16_t)cost;
    single->index = index;
    single->decoded = true;
    cpu->page = single;
    cpu->pc_page = align_down(pc, PAGE_SIZE);
    cpu->limit = 0;
    cpu->count.done++;
    return &single->op[index];
}

/* The same with the instruction at pc. */
static const struct op *enter_single(struct cpu *cpu, uint64_t pc)
{
    const struct op *instead = NULL;
    cpu->deadline = cpu->state.cycles;
    const struct code_page *page = find_page(cpu, 0, pc, &instead);
    if (!page)
        return instead;
    const uint32_t *word = bus_load_host(cpu->bus, pa(page->pa.raw + bits(pc, 11, 2) * 4), 4);
    cpu->single_page.pa = page->pa;
    return place_single(cpu, pc, *word);
}

/* PSTATE.IL is set: the instruction at pc is fetched, and not executed. */
static COLD const struct op *enter_illegal(struct cpu *cpu, uint64_t pc)
{
    const struct op *instead;
    cpu->deadline = cpu->state.cycles;
    return find_page(cpu, 0, pc, &instead) ? exception_illegal_state(cpu, 0, pc) : instead;
}

/* ---- looking up ---- */

/* Whether somebody wants the next operation not to run yet. */
static bool held(struct cpu *cpu)
{
    if (cpu->attention & ATTEND_STOP || cpu->cluster->interrupted || cpu->count.done >= cpu->count.stop)
        return true;
    return cpu->steps && --cpu->steps == 0;
}

/* Whether somebody who looks on wants to stop where an interrupt, if any was taken, has led. */
static bool refused(struct cpu *cpu)
{
    return cpu->attention & ATTEND_SINGLE && cpu->single && cpu->single(cpu->single_owner, cpu);
}

/* The engine's one look at the world: runs what is due, leaves, takes an interrupt, or goes on at pc, at full speed or,
 * when an event is near, one operation at a time. may_yield: here a quantum may end. */
static const struct op *attend(struct cpu *cpu, int64_t left, uint64_t pc, bool may_yield)
{
    struct state *s = &cpu->state;
    s->cycles = cpu->deadline - (uint64_t)left;
    s->pc = pc;
    cpu->attention &= ~(uint32_t)ATTEND_EVENTS;
    events_run(&cpu->events, s->cycles);
    cpu->yielded = (may_yield && s->cycles >= cpu->until) || cpu->attention & ATTEND_YIELD;
    if (cpu->yielded)
        return &halt;
    if (held(cpu))
        return &halt;
    while (cpu->attention & ATTEND_LINES && exception_take_interrupt(cpu))
        cpu->here.valid = false; /* one may unmask the next: FIQ to EL2 behind IRQ to EL1 */
    if (refused(cpu))
        return &halt;
    cpu->first_event = events_deadline(&cpu->events);
    cpu->margin = cpu->cluster->code.longest_run;
    if (unlikely(s->il))
        return enter_illegal(cpu, s->pc);
    if (cpu->attention & ATTEND_SINGLE || cpu->first_event - s->cycles <= cpu->margin)
        return enter_single(cpu, s->pc);
    uint64_t deadline = s->cycles + HORIZON;
    if (cpu->first_event - cpu->margin < deadline)
        deadline = cpu->first_event - cpu->margin;
    if (cpu->until < deadline)
        deadline = cpu->until;
    cpu->deadline = deadline;
    return enter(cpu, (int64_t)(deadline - s->cycles), s->pc);
}

COLD const struct op *engine_deadline(struct cpu *cpu, const struct op *next)
{
    stay(cpu);
    return attend(cpu, cpu->limit - next->cost, pc_of(cpu, next), true);
}

const struct op *engine_look_up(struct cpu *cpu, const struct op *next)
{
    const bool sooner = events_deadline(&cpu->events) < cpu->first_event;
    if (likely(!sooner && !cpu->attention && cpu->page->decoded))
        return next;
    stay(cpu);
    return attend(cpu, cpu->limit - next->cost, pc_of(cpu, next), false);
}

const struct op *engine_enter(struct cpu *cpu, int64_t left, uint64_t pc)
{
    cpu->here.valid = false;
    if (unlikely(left <= 0 || cpu->attention))
        return attend(cpu, left, pc, true);
    return enter(cpu, left, pc);
}

const struct op *engine_branch(struct cpu *cpu, int64_t left, uint64_t pc)
{
    if (align_down(pc, PAGE_SIZE) != cpu->pc_page)
        return engine_enter(cpu, left, pc);
    stay(cpu);
    return left <= 0 || cpu->attention ? attend(cpu, left, pc, true) : enter(cpu, left, pc);
}

/* Of no page, so without cost. */
static const struct op enter_target[2] = {{.fn = ENTER_ANEW}};

const struct op *engine_enter_later(struct cpu *cpu, int64_t left, uint64_t pc)
{
    cpu->target = pc;
    cpu->limit = left;
    return enter_target;
}

const struct op *engine_wait(struct cpu *cpu, const struct op *next, enum wait wait)
{
    cpu->state.wait = (uint8_t)wait;
    stay(cpu);
    return halt_at(cpu, cpu->limit - next->cost, pc_of(cpu, next));
}

/* ---- running ---- */

enum status cpu_run(struct cpu *cpu, uint64_t until)
{
    cpu->status = STATUS_OK;
    cpu->until = until;
    cpu->attention &= ~(uint32_t)(ATTEND_STOP | ATTEND_YIELD);
    cpu->deadline = cpu->state.cycles;
    run_from(cpu, attend(cpu, 0, cpu->state.pc, false));
    cluster_rest(cpu->cluster, cpu);
    return cpu->status;
}

enum status cpu_step(struct cpu *cpu, uint64_t until)
{
    const bool single = cpu->attention & ATTEND_SINGLE;
    cpu->attention |= ATTEND_SINGLE;
    cpu->steps = 2; /* looks: the one before the operation, the one behind it */
    const enum status status = cpu_run(cpu, until);
    cpu->steps = 0;
    if (!single)
        cpu->attention &= ~(uint32_t)ATTEND_SINGLE;
    return status;
}

enum status cpu_execute(struct cpu *cpu, uint32_t word)
{
    const uint32_t attention = cpu->attention & ~(uint32_t)(ATTEND_STOP | ATTEND_YIELD);
    cpu->status = STATUS_OK;
    cpu->until = UINT64_MAX;
    cpu->steps = 1; /* look: the one behind the operation */
    cpu->attention = attention | ATTEND_SINGLE;
    cpu->deadline = cpu->state.cycles;
    run_from(cpu, place_single(cpu, cpu->state.pc, word));
    cpu->here.valid = false;
    cpu->steps = 0;
    if (!(attention & ATTEND_SINGLE))
        cpu->attention &= ~(uint32_t)ATTEND_SINGLE;
    return cpu->status;
}

void cpu_stop(struct cpu *cpu)
{
    cpu->attention |= ATTEND_STOP;
}

void cpu_single(struct cpu *cpu, single_fn *single, void *owner)
{
    cpu->single = single;
    cpu->single_owner = owner;
    const bool one_by_one = single || cpu->count.on;
    cpu->attention = one_by_one ? cpu->attention | ATTEND_SINGLE : cpu->attention & ~(uint32_t)ATTEND_SINGLE;
}

void cpu_count(struct cpu *cpu)
{
    cpu->count.on = true;
    cpu->attention |= ATTEND_SINGLE;
}

/* ---- life ---- */

/* Whether SP has to be aligned to 16 bytes where it is a base register (CheckSPAlignment). */
static bool checks_sp(const struct state *s)
{
    if (s->el == 2)
        return bit(s->sys[SCTLR_EL2], 3);
    return bit(s->sys[SCTLR_EL1], s->el ? 3 : 4);
}

/* What depends on the EL. */
static inline void select_el(struct cpu *cpu)
{
    cpu->sp_low = checks_sp(&cpu->state) ? 0xf : 0;
    cpu_traps_changed(cpu);
}

void cpu_el_changed(struct cpu *cpu)
{
    select_el(cpu);
    mmu_select_el(&cpu->mmu, &cpu->state);
}

void cpu_context_changed(struct cpu *cpu)
{
    select_el(cpu);
    mmu_select(&cpu->mmu, &cpu->state);
}

void cpu_control_changed(struct cpu *cpu)
{
    hyp_arm(&cpu->state, &cpu->armed_sets);
    pmu_update(cpu);
    cpu_context_changed(cpu);
    cpu_lines_changed(cpu);
}

void cpu_lines_changed(struct cpu *cpu)
{
    const struct state *s = &cpu->state;
    const bool up = s->lines || s->il || bits(effective_hcr(s), 8, 6); /* VSE, VI, VF */
    cpu->attention = up ? cpu->attention | ATTEND_LINES : cpu->attention & ~(uint32_t)ATTEND_LINES;
}

void cpu_reset(struct cpu *cpu, uint64_t entry)
{
    struct state *s = &cpu->state;
    const struct state old = *s;
    *s = (struct state){.el = old.has_el2 ? 2 : 1,
                        .sp_sel = true,
                        .daif = 0xf,
                        .has_el2 = old.has_el2,
                        .pc = entry,
                        .lines = old.lines,
                        .cycles = old.cycles,
                        .idle = old.idle};
    cpu->here.valid = false;
    sysreg_reset(cpu);
    cpu_control_changed(cpu);
}

/* Two entries of the TLB translate one address: break-before-make was not kept. */
static void tell_conflict(void *owner, va_t address, const struct tlb_entry *younger)
{
    (void)younger;
    const struct cpu *cpu = owner;
    const struct state *s = &cpu->state;
    if (trace_wants(&cpu->cluster->trace, TRAPEZE_EVENT_TLB))
        trace_emit(&cpu->cluster->trace, &(struct trapeze_event){.kind = TRAPEZE_EVENT_TLB,
                                                                 .cpu = (uint8_t)cpu->number,
                                                                 .el = s->el,
                                                                 .cycles = s->cycles,
                                                                 .pc = s->pc,
                                                                 .note = {"TLB conflict", address.raw}});
}

void cpu_init(struct cpu *cpu, struct cluster *cluster, const struct cpu_model *model, bool has_el2)
{
    memset(cpu, 0, sizeof *cpu); /* a compound literal of this size would pass over the stack */
    cpu->cluster = cluster;
    cpu->bus = cluster->bus;
    cpu->model = model;
    cpu->state.has_el2 = has_el2;
    cpu->count.stop = UINT64_MAX;
    cluster_add(cluster, cpu);
    for (unsigned i = 0; i < PAGE_OPS + 2; i++)
        cpu->single_page.op[i] = (struct op){.fn = after_single};
    sysreg_init(cpu);
    mmu_init(&cpu->mmu, cluster->bus, model);
    cpu->mmu.conflict = tell_conflict;
    cpu->mmu.conflict_owner = cpu;
    cpu_reset(cpu, 0);
}
