/* One processing element: its architectural state, and the engine that runs it. */
#pragma once
#include "bus/bus.h"
#include "bus/events.h"
#include "bus/irq.h"
#include "cpu/exec/op.h"
#include "cpu/models/model.h"
#include "cpu/state.h"
#include "hyp/trap.h"
#include "mmu/mmu.h"

struct cluster;
struct cpu;

/* A register's hooks, with their owner: the CPU itself, the timer, the interrupt controller. state.cycles is valid. */
typedef uint64_t sysreg_read_fn(void *owner, struct state *s, enum sysreg reg);
typedef void sysreg_write_fn(void *owner, struct state *s, enum sysreg reg, uint64_t value);

struct sysreg_hook {
    sysreg_read_fn *read;   /* NULL: the value is state.sys[reg] */
    sysreg_write_fn *write; /* NULL: the same */
    sysreg_read_fn *look;   /* what one sees who changes nothing, where `read` does; NULL: what `read` gives */
    void *owner;
};

/* Why the engine has to look up before the next operation. */
enum attention {
    ATTEND_STOP = 1 << 0,   /* cpu_stop was called */
    ATTEND_LINES = 1 << 1,  /* an interrupt input is up, or HCR_EL2.{VI, VF, VSE} or PSTATE.IL is set */
    ATTEND_YIELD = 1 << 2,  /* the quantum has to end: another PE must see what has happened */
    ATTEND_EVENTS = 1 << 4, /* an event has been asked for that is due before the first one known */
    ATTEND_SINGLE = 1 << 3  /* one operation at a time: stepping, tracing, breakpoints */
};

/* Asked before every operation while ATTEND_SINGLE is up; pc is in state.pc, of the vector if an interrupt has just been
 * taken. True: stop here. */
typedef bool single_fn(void *owner, struct cpu *cpu);

/* When, after `after` (cycles), an event stream next sets the event register; EVENT_NEVER. */
typedef uint64_t event_stream_fn(void *owner, uint64_t after);

struct cpu {
    struct state state;

    /* Where the engine is. now = deadline - (limit - op->cost), for the op about to run. */
    int64_t limit;          /* the deadline, in the cost coordinates of the current page */
    struct code_page *page; /* the current page */
    uint64_t pc_page;       /* its virtual address */
    struct here {           /* the page that control is in, when the engine has last looked up; not looked up again */
        bool valid;         /* false: it is about to be entered */
        uint64_t page;      /* its virtual address */
        pa_t pa;
    } here;
    uint64_t target;    /* of the jump being made */
    uint64_t deadline;  /* cycles: when the engine has to look up */
    uint32_t attention; /* a set of enum attention */

    const trapset_t *armed; /* [direction], of the current EL: what the judge would have to look at */
    struct armed armed_sets;
    struct verdict last_verdict;
    struct { /* exceptions taken at their own vector, one behind the other */
        unsigned times;
        uint64_t last; /* cycles */
    } looped;

    /* For MRS and MSR, by row of sysreg_a64: the traps, the register and its hooks, side by side. */
    struct sysreg_access {
        trapset_t traps;
        struct sysreg_hook hook;
        uint64_t writable, fixed; /* the bits that a write changes; the value of the others */
        enum sysreg reg;
    } sysreg[SYSREG_A64_COUNT];

    bool pmu_runs;   /* a counter of the PMU is on: a change of the EL matters to it */
    uint64_t sp_low; /* the bits of SP that have to be zero where it is a base: SCTLR_ELx.{SA, SA0} */
    uint64_t fp_off; /* 1: one of FP_TRAPS would act at the current EL; 0: none */

    uint64_t first_event; /* when the first event is due, as the engine last saw it */
    unsigned margin;      /* cycles before the first event from which on operations run one by one */
    uint64_t until;       /* cycles: the end of the quantum */
    bool yielded;         /* the engine left because the quantum is over */
    uint64_t steps;       /* operations until a stop, while stepping */
    struct {
        bool on;       /* instructions are counted, as cycles do not: one operation at a time */
        uint64_t done; /* so many have run one at a time */
        uint64_t stop; /* no more than that may */
    } count;
    enum status status; /* why the engine left, if not stopped */
    single_fn *single;  /* NULL: none */
    void *single_owner;

    /* wiring */
    unsigned number;
    const struct cpu_model *model;
    struct cluster *cluster;
    struct bus *bus;
    struct events events;    /* of this PE alone, in its own time */
    event_stream_fn *stream; /* of the generic timers; NULL: none */
    void *stream_owner;
    struct irq_line pmu_line; /* its overflow interrupt */
    uint8_t lines_to_come;    /* the lines, when the event that sets them has run */
    struct cpu_power {
        bool pending; /* it has been turned on, but its time has not come */
        uint64_t entry, context;
    } power;

    struct mmu mmu;
    struct code_page single_page; /* where one operation runs, between two that look up */
};

/* Makes a PE of a cluster in its reset state. has_el2: implements EL2. The cluster gives it its number. */
void cpu_init(struct cpu *cpu, struct cluster *cluster, const struct cpu_model *model, bool has_el2);

/* To the state after reset, in the highest Exception level, at `entry`. Time goes on. */
void cpu_reset(struct cpu *cpu, uint64_t entry);

/* Gives a register its hooks: for its owner outside the CPU, once, before the machine runs. */
void cpu_hook_sysreg(struct cpu *cpu, enum sysreg reg, struct sysreg_hook hook);

/* Runs until its time reaches `until` (cycles; it may be a block late), it waits (state.wait) or is stopped. Leaves
 * state.pc and state.cycles valid. STATUS_NO_MEMORY: the instruction at state.pc was not executed, for want of memory to
 * decode it into. */
enum status cpu_run(struct cpu *cpu, uint64_t until);

/* Takes a pending interrupt, if any, and runs one instruction. Otherwise as cpu_run. Moves no event. */
enum status cpu_step(struct cpu *cpu, uint64_t until);

/* Executes one instruction word at state.pc as if it had been fetched from there: no fetch, no interrupt before it. For
 * test vectors. */
enum status cpu_execute(struct cpu *cpu, uint32_t word);

/* Makes cpu_run return before the next operation. The next cpu_run goes on as if nothing had been. */
void cpu_stop(struct cpu *cpu);

/* One operation at a time from now on, `single` being asked before each; NULL: at full speed again. */
void cpu_single(struct cpu *cpu, single_fn *single, void *owner);

/* Counts instructions where they do not take a cycle each: one at a time from now on, for good. */
void cpu_count(struct cpu *cpu);

/* Instructions executed; where they are not counted and take other than one cycle, the cycles not spent waiting. */
static inline uint64_t cpu_instructions(const struct cpu *cpu)
{
    return cpu->count.on ? cpu->count.done : cpu->state.cycles - cpu->state.idle;
}

/* Whether a waiting PE has a reason to go on (WFI and WFE wake-up events). */
bool cpu_wakes(const struct cpu *cpu);

/* Sets the event register if an event stream has done so up to now (cycles), for streams are not run but asked. To be
 * called before WFE looks at it, and before what makes the streams changes. */
void cpu_settle_streams(struct cpu *cpu, uint64_t now);

/* The PE is about to wait in WFE: the next event of a stream wakes it. */
void cpu_await_streams(struct cpu *cpu, uint64_t now);

/* The traps of the current EL have changed: selects the armed ones. */
static inline void cpu_traps_changed(struct cpu *cpu)
{
    cpu->armed = cpu->armed_sets.at[cpu->state.el];
    cpu->fp_off = (cpu->armed[DIRECTION_READ] & FP_TRAPS) != 0;
}

/* A control register, or the EL, or an interrupt input has changed: selects the armed traps and the fast table; looks at
 * the inputs before the next operation. */
void cpu_control_changed(struct cpu *cpu);
void cpu_context_changed(struct cpu *cpu); /* what translation depends on has been written */
void cpu_el_changed(struct cpu *cpu);      /* PSTATE.EL has, and nothing else */
void cpu_lines_changed(struct cpu *cpu);

/* ---- between the handlers and the engine; each returns the operation to go on with ---- */

/* At a taken branch after which the deadline has passed. `next` is of the current page. */
const struct op *engine_deadline(struct cpu *cpu, const struct op *next);

/* To be called where the world may have changed under the engine (a device, a register hook, the firmware): stops, runs
 * events asked for sooner, takes interrupts, leaves a page that was written to. `next` is of the current page. */
const struct op *engine_look_up(struct cpu *cpu, const struct op *next);

/* Goes to a virtual address, `left` cycles before the deadline. Translates, decodes; takes the fault if there is one. */
const struct op *engine_enter(struct cpu *cpu, int64_t left, uint64_t pc);

/* The same for a branch: one within the page that control is in translates nothing. */
const struct op *engine_branch(struct cpu *cpu, int64_t left, uint64_t pc);

/* As engine_enter, but translates only when the returned operation runs: a vector that itself cannot be fetched then loops,
 * and does not recurse. */
const struct op *engine_enter_later(struct cpu *cpu, int64_t left, uint64_t pc);

/* Leaves the engine to wait, with `next` next. */
const struct op *engine_wait(struct cpu *cpu, const struct op *next, enum wait wait);

/* Cycles at the moment that op begins. */
static inline uint64_t engine_now(const struct cpu *cpu, const struct op *op)
{
    return cpu->deadline - (uint64_t)(cpu->limit - op->cost);
}

/* Cycles before the deadline once op has run; not positive: the deadline has passed. */
static inline int64_t left_after(const struct cpu *cpu, const struct op *op)
{
    return cpu->limit - op[1].cost;
}

/* The address of an operation of the current page: how a fault finds its pc. */
static inline uint64_t pc_of(const struct cpu *cpu, const struct op *op)
{
    return cpu->pc_page + (uint64_t)(op - cpu->page->op) * 4;
}
