/* The one queue of things to come, ordered by (when, priority, sequence): the same inputs, the same order. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define EVENT_NEVER UINT64_MAX
#define EVENTS_MAX  32

/* Called when the event is due. now: cycles, never before the time asked for. */
typedef void event_fn(void *owner, uint64_t now);

struct event {
    uint64_t when;     /* cycles */
    uint32_t priority; /* among equals in time the lower number goes first */
    uint32_t sequence; /* among equals in both, the first asked goes first */
    event_fn *fn;
    void *owner;
};

struct events {
    struct event pending[EVENTS_MAX]; /* ascending */
    unsigned count;
    uint32_t next_sequence;
};

/* Asks for fn(owner) at `when` (cycles). False when the queue is full; then nothing has changed. */
bool events_add(struct events *queue, uint64_t when, uint32_t priority, event_fn *fn, void *owner);

/* Forgets every pending event of (fn, owner). */
void events_cancel(struct events *queue, event_fn *fn, void *owner);

/* Runs, in order, everything due at or before now (cycles), including what that adds. */
void events_run(struct events *queue, uint64_t now);

/* The time of the first pending event in cycles, EVENT_NEVER when there is none. */
static inline uint64_t events_deadline(const struct events *queue)
{
    return queue->count ? queue->pending[0].when : EVENT_NEVER;
}
