/* trapeze.h's stepping, break- and watchpoints and events, on machine/inspect.h. */
#include "machine/library.h"

bool trapeze_point_add(struct trapeze *t, enum trapeze_point kind, uint64_t address, uint64_t size)
{
    return inspect_add(&t->inspect, (struct point){kind, address, size});
}

bool trapeze_point_remove(struct trapeze *t, enum trapeze_point kind, uint64_t address, uint64_t size)
{
    return inspect_remove(&t->inspect, (struct point){kind, address, size});
}

struct trapeze_break trapeze_break_hit(const struct trapeze *t)
{
    return t->inspect.hit;
}

void trapeze_on_event(struct trapeze *t, uint32_t kinds, trapeze_event_fn *fn, void *owner)
{
    inspect_listen(&t->inspect, kinds, fn, owner);
}
