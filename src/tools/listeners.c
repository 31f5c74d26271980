#include "tools/listeners.h"
#include <assert.h>

static bool on_event(void *owner, const struct trapeze_event *event)
{
    const struct listeners *listeners = owner;
    bool stop = false;
    for (unsigned i = 0; i < listeners->count; i++)
        if (listeners->item[i].kinds >> event->kind & 1)
            stop |= listeners->item[i].fn(listeners->item[i].owner, event);
    return stop;
}

void listeners_add(struct listeners *listeners, uint32_t kinds, trapeze_event_fn *fn, void *owner)
{
    assert(listeners->count < LISTENERS_MAX);
    listeners->item[listeners->count].kinds = kinds;
    listeners->item[listeners->count].fn = fn;
    listeners->item[listeners->count++].owner = owner;
    uint32_t all = 0;
    for (unsigned i = 0; i < listeners->count; i++)
        all |= listeners->item[i].kinds;
    trapeze_on_event(listeners->t, all, on_event, listeners);
}

void listeners_end(struct listeners *listeners)
{
    listeners->count = 0;
    trapeze_on_event(listeners->t, 0, NULL, NULL);
}
