#include "hyp/route.h"
#include "hyp/effective.h"

const uint8_t interrupt_mask[INTERRUPTS] = {[INTERRUPT_SERROR] = 4, [INTERRUPT_FIQ] = 1, [INTERRUPT_IRQ] = 2};

static unsigned at_least_current(const struct state *s, unsigned to)
{
    return to > s->el ? to : s->el;
}

unsigned hyp_route(const struct state *s, unsigned to)
{
    if (s->el == 0 && bit(effective_hcr(s), 27))
        return 2;
    return at_least_current(s, to);
}

unsigned hyp_route_debug(const struct state *s)
{
    return at_least_current(s, bit(hyp_mdcr(s), 8) ? 2 : 1); /* TDE */
}

static const uint8_t lines[INTERRUPTS] = {
    [INTERRUPT_SERROR] = LINE_SERROR,
    [INTERRUPT_FIQ] = LINE_FIQ,
    [INTERRUPT_IRQ] = LINE_IRQ,
};

static const uint8_t routed_by[INTERRUPTS] = {[INTERRUPT_SERROR] = 5, [INTERRUPT_FIQ] = 3, [INTERRUPT_IRQ] = 4};

bool hyp_physical_pending(const struct state *s, enum interrupt kind)
{
    return s->lines & lines[kind];
}

unsigned hyp_physical_target(const struct state *s, enum interrupt kind)
{
    const unsigned to = bit(hyp_hcr(s), routed_by[kind]) ? 2 : 1; /* AMO, FMO, IMO */
    const bool masked = s->daif & interrupt_mask[kind];
    if (to == 2)
        return s->el < 2 || !masked ? 2 : 0; /* EL1 cannot mask what is EL2's */
    return s->el < 2 && !masked ? 1 : 0;
}
