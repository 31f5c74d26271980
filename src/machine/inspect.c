#include "machine/inspect.h"
#include <string.h>

static void stop(struct inspect *inspect, enum trapeze_stop why)
{
    inspect->stopped = true;
    inspect->why = why;
    scheduler_stop(inspect->scheduler);
}

/* ---- breakpoints: asked before every operation ---- */

static bool breakpoint_at(const struct inspect *inspect, uint64_t pc)
{
    for (unsigned i = 0; i < inspect->points; i++)
        if (inspect->point[i].kind == TRAPEZE_BREAKPOINT && inspect->point[i].address == pc)
            return true;
    return false;
}

static bool reported_here(const struct place *place, const struct state *s)
{
    return place->known && place->pc == s->pc && place->cycles == s->cycles;
}

static bool before_operation(void *owner, struct cpu *cpu)
{
    struct inspect *inspect = owner;
    const struct state *s = &cpu->state;
    struct place *place = &inspect->reported[cpu->number];
    if (!breakpoint_at(inspect, s->pc) || (int)cpu->number == inspect->stepping || reported_here(place, s))
        return false;
    *place = (struct place){true, s->pc, s->cycles};
    inspect->hit = (struct trapeze_break){TRAPEZE_BREAKPOINT, s->pc, cpu->number};
    stop(inspect, TRAPEZE_BREAK);
    return true;
}

/* ---- watchpoints and events ---- */

static bool touches(const struct point *point, const struct trapeze_event *event)
{
    const uint64_t last = event->memory.va + event->memory.size - 1;
    if (point->kind == TRAPEZE_BREAKPOINT || last < point->address)
        return false;
    if (event->memory.va - point->address >= point->size && event->memory.va >= point->address)
        return false;
    return point->kind == TRAPEZE_WATCH_ACCESS || event->memory.write == (point->kind == TRAPEZE_WATCH_WRITE);
}

static void watch(struct inspect *inspect, const struct trapeze_event *event)
{
    for (unsigned i = 0; i < inspect->points; i++) {
        const struct point *point = &inspect->point[i];
        if (!touches(point, event))
            continue;
        const uint64_t first = event->memory.va > point->address ? event->memory.va : point->address;
        inspect->hit = (struct trapeze_break){point->kind, first, event->cpu};
        stop(inspect, TRAPEZE_BREAK);
        return;
    }
}

/* The event with what all of them tell: whose world it was. */
static bool tell(const struct inspect *inspect, struct trapeze_event event)
{
    const struct state *s = &inspect->scheduler->cluster->cpu[event.cpu]->state;
    event.stage2 = bit(effective_hcr(s), 0); /* VM */
    event.vmid = (uint16_t)bits(s->sys[VTTBR_EL2], 63, 48);
    return inspect->listener(inspect->listener_owner, &event);
}

static void sink(void *owner, const struct trapeze_event *event)
{
    struct inspect *inspect = owner;
    if (event->kind == TRAPEZE_EVENT_MEMORY && inspect->watchpoints)
        watch(inspect, event);
    if (inspect->kinds >> event->kind & 1 && tell(inspect, *event) && !inspect->stopped)
        stop(inspect, TRAPEZE_EVENT);
}

/* ---- what the engine has to do for all this ---- */

/* One operation at a time for breakpoints, and for events that carry a pc; no fast path for data while it is watched. */
static void arm(struct inspect *inspect)
{
    const uint32_t insn = 1u << TRAPEZE_EVENT_INSN, memory = 1u << TRAPEZE_EVENT_MEMORY;
    struct cluster *cluster = inspect->scheduler->cluster;
    const bool single = inspect->points > inspect->watchpoints || inspect->kinds & (insn | memory);
    const bool data = inspect->watchpoints || inspect->kinds & memory;
    cluster->trace.mask = inspect->kinds | (data ? memory : 0);
    for (unsigned i = 0; i < cluster->cpus; i++) {
        cpu_single(cluster->cpu[i], single ? before_operation : NULL, inspect);
        mmu_watch(&cluster->cpu[i]->mmu, data);
    }
}

void inspect_init(struct inspect *inspect, struct scheduler *scheduler)
{
    *inspect = (struct inspect){.scheduler = scheduler, .stepping = NOT_STEPPING};
    scheduler->cluster->trace = (struct trace){.sink = sink, .owner = inspect};
}

void inspect_begin(struct inspect *inspect)
{
    inspect->stopped = false;
}

bool inspect_stopped(const struct inspect *inspect, enum trapeze_stop *why)
{
    *why = inspect->why;
    return inspect->stopped;
}

static uint64_t busy(const struct cpu *cpu)
{
    return cpu->state.cycles - cpu->state.idle;
}

enum schedule_end inspect_step(struct inspect *inspect, unsigned number, bool *done)
{
    enum { PATIENCE = 1000000 }; /* instructions of the others */
    struct scheduler *scheduler = inspect->scheduler;
    const struct cpu *cpu = scheduler->cluster->cpu[number];
    const uint64_t before = busy(cpu);
    enum schedule_end end = SCHEDULE_STOPPED;
    inspect->stepping = (int)number;
    for (unsigned i = 0; i < PATIENCE && end == SCHEDULE_STOPPED && busy(cpu) == before; i++) {
        end = scheduler_step(scheduler);
        if (scheduler->stopping)
            break;
    }
    inspect->stepping = NOT_STEPPING;
    *done = busy(cpu) != before;
    return end;
}

bool inspect_add(struct inspect *inspect, struct point point)
{
    if (inspect->points == POINTS_MAX)
        return false;
    inspect->point[inspect->points++] = point;
    inspect->watchpoints += point.kind != TRAPEZE_BREAKPOINT;
    arm(inspect);
    return true;
}

bool inspect_remove(struct inspect *inspect, struct point point)
{
    for (unsigned i = 0; i < inspect->points; i++) {
        struct point *p = &inspect->point[i];
        if (p->kind != point.kind || p->address != point.address || p->size != point.size)
            continue;
        memmove(p, p + 1, (inspect->points - i - 1) * sizeof *p);
        inspect->points--;
        inspect->watchpoints -= point.kind != TRAPEZE_BREAKPOINT;
        arm(inspect);
        return true;
    }
    return false;
}

void inspect_listen(struct inspect *inspect, uint32_t kinds, trapeze_event_fn *listener, void *owner)
{
    inspect->kinds = listener ? kinds : 0;
    inspect->listener = listener;
    inspect->listener_owner = owner;
    arm(inspect);
}
