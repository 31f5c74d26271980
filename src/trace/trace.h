/* What happened, as typed events (struct trapeze_event): free while nobody listens. */
#pragma once
#include "trapeze.h"

typedef void trace_sink_fn(void *owner, const struct trapeze_event *event);

/* Who listens, and to which kinds: a set of 1 << enum trapeze_event_kind. */
struct trace {
    uint32_t mask;
    trace_sink_fn *sink;
    void *owner;
};

/* Whether one of the kinds in the set is listened to. Compiled without TRAPEZE_TRACE, to measure what these questions
 * cost, nobody ever listens. */
static inline bool trace_wants_any(const struct trace *trace, uint32_t kinds)
{
#ifdef TRAPEZE_TRACE
    return __builtin_expect((trace->mask & kinds) != 0, 0);
#else
    (void)trace, (void)kinds;
    return false;
#endif
}

static inline bool trace_wants(const struct trace *trace, enum trapeze_event_kind kind)
{
    return trace_wants_any(trace, 1u << kind);
}

static inline void trace_emit(const struct trace *trace, const struct trapeze_event *event)
{
    trace->sink(trace->owner, event);
}

/* ---- what interrupt controllers tell of, at time `now`; trace: NULL is allowed, nobody listens then ---- */

/* A physical interrupt of PE `cpu` has gone on in its life. */
void trace_tell_interrupt(const struct trace *trace, enum trapeze_interrupt_step step, unsigned cpu, unsigned intid,
                          uint8_t priority, uint64_t now);

static inline void trace_interrupt(const struct trace *trace, enum trapeze_interrupt_step step, unsigned cpu,
                                   unsigned intid, uint8_t priority, uint64_t now)
{
    if (trace && trace_wants(trace, TRAPEZE_EVENT_INTERRUPT))
        trace_tell_interrupt(trace, step, cpu, intid, priority, now);
}

/* What a list register holds. */
struct trace_lr {
    uint8_t state; /* enum trapeze_lr_state */
    bool group1, hardware;
    uint32_t vintid, pintid;
};

/* List register `number` of PE `cpu` has gone from one content to another, by what is named: "write", "acknowledge",
 * "eoi", "deactivate". Told only when the state is another one, or when a valid one has got another interrupt. */
void trace_tell_lr(const struct trace *trace, unsigned cpu, unsigned number, struct trace_lr from, struct trace_lr to,
                   const char *by, uint64_t now);

static inline void trace_list_register(const struct trace *trace, unsigned cpu, unsigned number, struct trace_lr from,
                                       struct trace_lr to, const char *by, uint64_t now)
{
    if (trace && trace_wants(trace, TRAPEZE_EVENT_LR))
        trace_tell_lr(trace, cpu, number, from, to, by, now);
}
