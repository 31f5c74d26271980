/* One interrupt line, seen from the device that drives it. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* The level of line `number` of the receiver has been set at time `now` (cycles, of whoever sets it: transaction.now, or
 * the event's); setting the level that it has, changes nothing. */
typedef void irq_set_fn(void *owner, unsigned number, bool level, uint64_t now);

struct irq_line {
    irq_set_fn *set; /* NULL: not connected */
    void *owner;
    unsigned number;
};

static inline void irq_set(const struct irq_line *line, bool level, uint64_t now)
{
    if (line->set)
        line->set(line->owner, line->number, level, now);
}
