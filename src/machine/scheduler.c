#include "machine/scheduler.h"

void scheduler_init(struct scheduler *s, struct cluster *cluster)
{
    *s = (struct scheduler){.cluster = cluster, .limit_instructions = EVENT_NEVER, .limit_cycles = EVENT_NEVER};
}

/* When a PE can do something: now, or if it waits, when something of its own comes; EVENT_NEVER. */
static uint64_t ready_at(const struct cpu *cpu)
{
    if (cpu->state.wait == WAIT_NONE || cpu_wakes(cpu))
        return cpu->state.cycles;
    const uint64_t event = events_deadline(&cpu->events);
    return event == EVENT_NEVER || event > cpu->state.cycles ? event : cpu->state.cycles;
}

/* The PE that is behind all others, the lower number among equals; *others: when the next one is ready. */
static struct cpu *slowest(const struct cluster *cluster, uint64_t *others)
{
    struct cpu *first = cluster->cpu[0];
    *others = EVENT_NEVER;
    for (unsigned i = 1; i < cluster->cpus; i++) {
        struct cpu *cpu = cluster->cpu[i];
        const bool earlier = ready_at(cpu) < ready_at(first);
        const uint64_t left_out = ready_at(earlier ? first : cpu);
        *others = left_out < *others ? left_out : *others;
        first = earlier ? cpu : first;
    }
    return first;
}

/* Time passes for a PE that waits, and what is due happens. Whether it then goes on. */
static bool wake(struct cpu *cpu, uint64_t now)
{
    struct state *s = &cpu->state;
    if (s->wait == WAIT_NONE)
        return true;
    s->idle += now - s->cycles;
    s->cycles = now;
    events_run(&cpu->events, now);
    if (!cpu_wakes(cpu))
        return false;
    if (s->wait == WAIT_WFE)
        s->event = false;
    s->wait = WAIT_NONE;
    return true;
}

static bool all_wait(const struct cluster *cluster)
{
    for (unsigned i = 0; i < cluster->cpus; i++)
        if (cluster->cpu[i]->state.wait == WAIT_NONE || cpu_wakes(cluster->cpu[i]))
            return false;
    return true;
}

/* Whether time may go on to when the next PE, or the machine, has something to do. */
static bool may_jump(struct scheduler *s, uint64_t ready, uint64_t event)
{
    if (!s->idle || !all_wait(s->cluster) || s->idle(s->idle_owner, ready < event ? ready : event))
        return true;
    s->stopping = true;
    return false;
}

/* ---- limits: events of whoever runs, and only while it does, so that they wake nobody and bound no quantum ---- */

enum { OVERSHOOT = 1 << 20 }; /* cycles: more than a turn can end late */

static void limit_reached(void *owner, uint64_t now)
{
    struct scheduler *s = owner;
    (void)now;
    s->limited = true;
    scheduler_stop(s);
}

/* Instructions that may still be executed. */
static uint64_t left_of(const struct scheduler *s)
{
    const uint64_t done = scheduler_instructions(s);
    return s->limit_instructions > done ? s->limit_instructions - done : 0;
}

/* When this PE, running alone, would reach a limit; EVENT_NEVER. */
static uint64_t limit_of(const struct scheduler *s, const struct cpu *cpu)
{
    if (s->limit_instructions == EVENT_NEVER || cpu->count.on)
        return s->limit_cycles;
    const uint64_t by_count = cpu->state.cycles + left_of(s);
    return by_count < s->limit_cycles ? by_count : s->limit_cycles;
}

/* Arms the limit if the turn can reach it. False: it has been reached. */
static bool arm_limit(struct scheduler *s, struct cpu *cpu)
{
    const uint64_t at = limit_of(s, cpu);
    if (at <= cpu->state.cycles || (s->limit_instructions != EVENT_NEVER && !left_of(s)))
        return false;
    cpu->count.stop =
        s->limit_instructions == EVENT_NEVER || !cpu->count.on ? UINT64_MAX : cpu->count.done + left_of(s);
    if (at != EVENT_NEVER && (s->until >= at || at - s->until < OVERSHOOT))
        events_add(&cpu->events, at, UINT32_MAX, limit_reached, s);
    return true;
}

/* Chooses whose turn it is, running the machine's events on the way. False: nothing will ever happen again. */
static bool choose(struct scheduler *s)
{
    while (!s->current && !s->stopping && !s->cluster->interrupted) {
        uint64_t others;
        struct cpu *cpu = slowest(s->cluster, &others);
        const uint64_t ready = ready_at(cpu), event = events_deadline(&s->events);
        const uint64_t next = event < ready ? event : ready;
        if (!may_jump(s, ready, event))
            continue;
        if (next >= s->limit_cycles && next != EVENT_NEVER) {
            s->now = s->limit_cycles;
            s->limited = true;
            return true;
        }
        if (event <= ready && event != EVENT_NEVER) {
            s->now = event;
            events_run(&s->events, event);
            continue;
        }
        if (ready == EVENT_NEVER)
            return false;
        s->now = ready;
        if (!wake(cpu, ready))
            continue;
        s->current = cpu;
        s->until = others > EVENT_NEVER - QUANTUM ? EVENT_NEVER : others + QUANTUM;
        s->until = event < s->until ? event : s->until;
    }
    return true;
}

static enum schedule_end turn(struct scheduler *s, enum status (*run)(struct cpu *cpu, uint64_t until))
{
    if (!choose(s))
        return SCHEDULE_STUCK;
    if (s->stopping || s->limited || s->cluster->interrupted)
        return s->limited ? SCHEDULE_LIMIT : SCHEDULE_STOPPED;
    struct cpu *cpu = s->current;
    if (!arm_limit(s, cpu))
        return SCHEDULE_LIMIT;
    s->cluster->running = cpu;
    const enum status status = run(cpu, s->until);
    s->cluster->running = NULL;
    s->limited |= cpu->count.done >= cpu->count.stop;
    events_cancel(&cpu->events, limit_reached, s);
    if (cpu->state.wait != WAIT_NONE || cpu->yielded)
        s->current = NULL;
    if (status == STATUS_NO_MEMORY)
        return SCHEDULE_NO_MEMORY;
    return s->limited ? SCHEDULE_LIMIT : SCHEDULE_STOPPED;
}

enum schedule_end scheduler_run(struct scheduler *s)
{
    enum schedule_end end;
    s->stopping = s->limited = false;
    do
        end = turn(s, cpu_run);
    while (end == SCHEDULE_STOPPED && !s->stopping && !s->cluster->interrupted);
    s->cluster->interrupted = 0;
    return end;
}

enum schedule_end scheduler_step(struct scheduler *s)
{
    s->stopping = s->limited = false;
    return turn(s, cpu_step);
}

void scheduler_stop(struct scheduler *s)
{
    s->stopping = true;
    if (s->cluster->running)
        cpu_stop(s->cluster->running);
}

void scheduler_interrupt(struct scheduler *s)
{
    s->cluster->interrupted = 1;
}

uint64_t scheduler_instructions(const struct scheduler *s)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < s->cluster->cpus; i++)
        sum += cpu_instructions(s->cluster->cpu[i]);
    return sum;
}

uint64_t scheduler_now(const struct scheduler *s)
{
    return s->cluster->running ? s->cluster->running->state.cycles : s->now;
}
