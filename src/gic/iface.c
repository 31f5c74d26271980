#include "gic/iface.h"

void gic_iface_reset(struct gic_iface *iface, unsigned version)
{
    *iface = (struct gic_iface){.preemption = version == 2 ? GIC_V2_PREEMPTION : GIC_V3_PREEMPTION,
                                .ctlr = version == 2 ? 0 : GICC_CTLR_FIQ_EN, /* Group 0 is signalled as FIQ */
                                .best = {.intid = GIC_SPURIOUS, .priority = UINT8_MAX}};
    iface->bpr = (uint8_t)gic_iface_least_point(iface, false);
    iface->abpr = (uint8_t)gic_iface_least_point(iface, true);
}

unsigned gic_iface_least_point(const struct gic_iface *iface, bool group1)
{
    return 7 - iface->preemption + group1;
}

unsigned gic_iface_running(const struct gic_iface *iface)
{
    for (unsigned i = 0; i < GIC_APRS; i++) {
        const uint32_t active = iface->apr[0][i] | iface->apr[1][i];
        if (active)
            return (i * 32 + (unsigned)__builtin_ctz(active)) << (8 - iface->preemption);
    }
    return GIC_IDLE_PRIORITY;
}

bool gic_iface_running_group(const struct gic_iface *iface)
{
    for (unsigned i = 0; i < GIC_APRS; i++) {
        const uint32_t active = iface->apr[0][i] | iface->apr[1][i];
        if (active)
            return !(iface->apr[0][i] & active & -active);
    }
    return false;
}

bool gic_iface_enables(const struct gic_iface *iface, bool group1)
{
    return iface->ctlr & (group1 ? GICC_CTLR_ENABLE_GRP1 : GICC_CTLR_ENABLE_GRP0);
}

/* Which bits of a priority are its group priority (GIC_PriorityMask). */
static unsigned group_mask(const struct gic_iface *iface, bool group1)
{
    const bool own = group1 && !(iface->ctlr & GICC_CTLR_CBPR);
    const unsigned point = own ? iface->abpr - 1u : iface->bpr;
    return 0xff & ~(unsigned)ones(point + 1);
}

bool gic_iface_signals(const struct gic_iface *iface)
{
    const struct gic_best *best = &iface->best;
    if (best->intid == GIC_SPURIOUS || !gic_iface_enables(iface, best->group1) || best->priority >= iface->pmr)
        return false;
    const unsigned running = gic_iface_running(iface), mask = group_mask(iface, best->group1);
    return running == GIC_IDLE_PRIORITY || (best->priority & mask) < (running & mask);
}

uint8_t gic_iface_line(const struct gic_iface *iface)
{
    if (!gic_iface_signals(iface))
        return 0;
    return !iface->best.group1 && iface->ctlr & GICC_CTLR_FIQ_EN ? LINE_FIQ : LINE_IRQ;
}

void gic_iface_activate(struct gic_iface *iface)
{
    const struct gic_best *best = &iface->best;
    const unsigned level = (best->priority & group_mask(iface, best->group1)) >> (8 - iface->preemption);
    iface->apr[best->group1][level / 32] |= UINT32_C(1) << level % 32;
}

void gic_iface_drop(struct gic_iface *iface, bool group1)
{
    for (unsigned i = 0; i < GIC_APRS; i++) {
        uint32_t *active = &iface->apr[group1][i];
        if (!*active)
            continue;
        *active &= *active - 1;
        return;
    }
}
