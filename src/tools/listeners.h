/* Several listeners to the events of one machine. */
#pragma once
#include "trapeze.h"

enum { LISTENERS_MAX = 4 };

struct listeners {
    struct trapeze *t;
    struct {
        uint32_t kinds;
        trapeze_event_fn *fn;
        void *owner;
    } item[LISTENERS_MAX];
    unsigned count;
};

/* From now on fn is told, after those before it, of the kinds in the set. Stays where it is while the machine runs. */
void listeners_add(struct listeners *listeners, uint32_t kinds, trapeze_event_fn *fn, void *owner);

/* Nobody listens any more. */
void listeners_end(struct listeners *listeners);
