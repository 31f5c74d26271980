#include "hyp/virq.h"
#include "hyp/effective.h"

static const struct {
    uint8_t line;      /* from the virtual CPU interface: there is none for SError */
    uint8_t pend;      /* HCR_EL2.{VSE, VF, VI} */
    uint8_t routed_by; /* HCR_EL2.{AMO, FMO, IMO} */
} kinds[INTERRUPTS] = {
    [INTERRUPT_SERROR] = {0, 8, 5},
    [INTERRUPT_FIQ] = {LINE_VFIQ, 6, 3},
    [INTERRUPT_IRQ] = {LINE_VIRQ, 7, 4},
};

bool hyp_virtual_pending(const struct state *s, enum interrupt kind)
{
    const uint64_t hcr = hyp_hcr(s);
    const bool up = bit(hcr, kinds[kind].pend) || s->lines & kinds[kind].line;
    return up && bit(hcr, kinds[kind].routed_by) && !bit(hcr, 27);
}

bool hyp_virtual_taken(const struct state *s, enum interrupt kind)
{
    return s->el < 2 && !(s->daif & interrupt_mask[kind]) && hyp_virtual_pending(s, kind);
}

uint64_t hyp_pending(const struct state *s)
{
    uint64_t pending = 0;
    for (unsigned kind = 0; kind < INTERRUPTS; kind++) {
        const bool virtual = s->el < 2 && bit(hyp_hcr(s), kinds[kind].routed_by);
        const bool up = virtual ? hyp_virtual_pending(s, kind) : hyp_physical_pending(s, kind);
        pending |= (uint64_t)up << kinds[kind].pend; /* A, I and F stand where VSE, VI and VF do */
    }
    return pending;
}
