/* Which pending interrupt is taken, and which one wakes a PE that waits. */
#include "cpu/exception.h"
#include "hyp/virq.h"
#include <assert.h>

static const enum vector vectors[INTERRUPTS] = {
    [INTERRUPT_SERROR] = VECTOR_SERROR,
    [INTERRUPT_FIQ] = VECTOR_FIQ,
    [INTERRUPT_IRQ] = VECTOR_IRQ,
};

/* ISS is 0: nothing in the machine raises an SError yet, so no core's encoding of its cause applies. A virtual SError is
 * used up by being taken (AArch64.TakeVirtualSErrorException). */
static void report_serror(struct state *s, unsigned to, bool virtual)
{
    s->sys[exception_banks[to].esr] = syndrome(EC_SERROR, 0);
    if (virtual)
        s->sys[HCR_EL2] &= ~BIT(8); /* VSE */
}

static void take(struct cpu *cpu, unsigned to, enum interrupt kind, bool virtual)
{
    struct state *s = &cpu->state;
    const struct exception_about about = {s->pc, s->cycles, NULL, NULL};
    if (kind == INTERRUPT_SERROR)
        report_serror(s, to, virtual);
    s->pc = exception_enter(cpu, to, vectors[kind], s->pc, &about);
    cpu_lines_changed(cpu);
}

/* Virtual before physical ones: which is first is IMPLEMENTATION DEFINED, and EL1 cannot hold up what is EL2's. */
bool exception_take_interrupt(struct cpu *cpu)
{
    const struct state *s = &cpu->state;
    for (unsigned kind = 0; kind < INTERRUPTS; kind++) {
        if (!hyp_virtual_taken(s, kind))
            continue;
        take(cpu, 1, kind, true);
        return true;
    }
    for (unsigned kind = 0; kind < INTERRUPTS; kind++) {
        const unsigned to = hyp_physical_pending(s, kind) ? hyp_physical_target(s, kind) : 0;
        if (!to)
            continue;
        take(cpu, to, kind, false);
        return true;
    }
    return false;
}

/* WFI: what is pending wakes it, masked or not. */
static bool wakes_wfi(const struct state *s, enum interrupt kind)
{
    return hyp_physical_pending(s, kind) || (s->el < 2 && hyp_virtual_pending(s, kind));
}

/* WFE: only what would be taken. */
static bool wakes_wfe(const struct state *s, enum interrupt kind)
{
    return (hyp_physical_pending(s, kind) && hyp_physical_target(s, kind)) || hyp_virtual_taken(s, kind);
}

void cpu_settle_streams(struct cpu *cpu, uint64_t now)
{
    struct state *s = &cpu->state;
    if (cpu->stream && cpu->stream(cpu->stream_owner, s->event_since) <= now)
        s->event = true;
    s->event_since = now;
}

static void stream_event(void *owner, uint64_t now)
{
    cpu_settle_streams(owner, now);
}

void cpu_await_streams(struct cpu *cpu, uint64_t now)
{
    enum { PRIORITY = 3 }; /* behind the lines and the timers */
    const uint64_t next = cpu->stream ? cpu->stream(cpu->stream_owner, now) : EVENT_NEVER;
    events_cancel(&cpu->events, stream_event, cpu);
    if (next == EVENT_NEVER)
        return;
    const bool added = events_add(&cpu->events, next, PRIORITY, stream_event, cpu);
    assert(added);
    (void)added;
}

bool cpu_wakes(const struct cpu *cpu)
{
    const struct state *s = &cpu->state;
    if (s->wait == WAIT_NONE)
        return true;
    if (s->wait == WAIT_OFF)
        return false;
    bool wakes = s->wait == WAIT_WFE && s->event;
    for (unsigned kind = 0; kind < INTERRUPTS; kind++)
        wakes |= s->wait == WAIT_WFE ? wakes_wfe(s, kind) : wakes_wfi(s, kind);
    return wakes;
}
