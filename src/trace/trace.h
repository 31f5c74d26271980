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

static inline bool trace_wants(const struct trace *trace, enum trapeze_event_kind kind)
{
    return __builtin_expect(trace->mask >> kind & 1, 0);
}

static inline void trace_emit(const struct trace *trace, const struct trapeze_event *event)
{
    trace->sink(trace->owner, event);
}
