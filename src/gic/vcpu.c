#include "gic/vcpu.h"

enum { UNUSED_BITS = 8 - GIC_VPRIORITY_BITS, MIN_BPR = UNUSED_BITS - 1, IDLE = 0xff };

void gic_vcpu_reset(struct gic_vcpu *v, unsigned lrs)
{
    *v = (struct gic_vcpu){.lrs = lrs};
    gic_vcpu_write_vmcr(v, 0, 0);
}

/* ---- fields ---- */

static const struct {
    uint8_t hi, lo, least;
} binary_point[2] = {{23, 21, MIN_BPR}, {20, 18, MIN_BPR + 1}};

unsigned gic_vcpu_pmr(const struct gic_vcpu *v)
{
    return (unsigned)bits(v->vmcr, 31, 24);
}

void gic_vcpu_write_pmr(struct gic_vcpu *v, unsigned value)
{
    v->vmcr = (uint32_t)with_bits(v->vmcr, 31, 24, value & ~(unsigned)ones(UNUSED_BITS));
}

unsigned gic_vcpu_bpr(const struct gic_vcpu *v, bool group1)
{
    return (unsigned)bits(v->vmcr, binary_point[group1].hi, binary_point[group1].lo);
}

void gic_vcpu_write_bpr(struct gic_vcpu *v, bool group1, unsigned value)
{
    const unsigned least = binary_point[group1].least, given = (unsigned)bits(value, 2, 0);
    v->vmcr =
        (uint32_t)with_bits(v->vmcr, binary_point[group1].hi, binary_point[group1].lo, given < least ? least : given);
}

void gic_vcpu_write_vmcr(struct gic_vcpu *v, uint64_t value, uint32_t allowed)
{
    v->vmcr = (uint32_t)value & allowed;
    gic_vcpu_write_pmr(v, (unsigned)bits(value, 31, 24));
    gic_vcpu_write_bpr(v, false, (unsigned)bits(value, 23, 21));
    gic_vcpu_write_bpr(v, true, (unsigned)bits(value, 20, 18));
}

unsigned gic_vcpu_group_mask(const struct gic_vcpu *v, bool group1)
{
    const bool own = group1 && !(v->vmcr & ICH_VMCR_VCBPR);
    const unsigned point = own ? gic_vcpu_bpr(v, true) - 1 : gic_vcpu_bpr(v, false);
    return 0xff & ~(unsigned)ones(point + 1);
}

/* ---- choosing ---- */

/* Of an interrupt that is active too, the pending state waits. */
static bool is_candidate(const struct gic_vcpu *v, uint64_t lr)
{
    return (lr & ICH_LR_STATE) == ICH_LR_PENDING && v->vmcr & (gic_lr_group1(lr) ? ICH_VMCR_VENG1 : ICH_VMCR_VENG0);
}

int gic_vcpu_best(const struct gic_vcpu *v)
{
    int best = -1;
    for (unsigned n = 0; n < v->lrs; n++) {
        const uint64_t lr = v->lr[n];
        if (is_candidate(v, lr) && (best < 0 || gic_lr_priority(lr) < gic_lr_priority(v->lr[best])))
            best = (int)n;
    }
    return best;
}

unsigned gic_vcpu_running(const struct gic_vcpu *v)
{
    const uint32_t active = v->apr[0] | v->apr[1];
    return active ? (unsigned)__builtin_ctz(active) << UNUSED_BITS : IDLE;
}

static bool signals(const struct gic_vcpu *v, int best)
{
    if (best < 0 || !(v->hcr & ICH_HCR_EN))
        return false;
    const unsigned priority = gic_lr_priority(v->lr[best]), running = gic_vcpu_running(v);
    const unsigned mask = gic_vcpu_group_mask(v, gic_lr_group1(v->lr[best]));
    return priority < gic_vcpu_pmr(v) && (running == IDLE || (priority & mask) < (running & mask));
}

bool gic_vcpu_signals(const struct gic_vcpu *v)
{
    return signals(v, gic_vcpu_best(v));
}

uint8_t gic_vcpu_lines(const struct gic_vcpu *v)
{
    const int best = gic_vcpu_best(v);
    if (!signals(v, best))
        return 0;
    return !gic_lr_group1(v->lr[best]) && v->vmcr & ICH_VMCR_VFIQEN ? LINE_VFIQ : LINE_VIRQ;
}

/* ---- life of an interrupt ---- */

void gic_vcpu_acknowledge(struct gic_vcpu *v, unsigned n)
{
    const uint64_t lr = v->lr[n];
    const bool group1 = gic_lr_group1(lr);
    const unsigned level = (gic_lr_priority(lr) & gic_vcpu_group_mask(v, group1)) >> UNUSED_BITS;
    v->lr[n] = (lr & ~ICH_LR_PENDING) | ICH_LR_ACTIVE;
    v->apr[group1] |= UINT32_C(1) << level;
}

/* Group 0 first, where both groups are active at one priority. */
unsigned gic_vcpu_drop(struct gic_vcpu *v)
{
    const unsigned running = gic_vcpu_running(v);
    if (running == IDLE)
        return IDLE;
    const uint32_t level = UINT32_C(1) << (running >> UNUSED_BITS);
    v->apr[!(v->apr[0] & level)] &= ~level;
    return running;
}

int gic_vcpu_find_active(const struct gic_vcpu *v, uint64_t mask, uint64_t id)
{
    for (unsigned n = 0; n < v->lrs; n++)
        if (v->lr[n] & ICH_LR_ACTIVE && (v->lr[n] & mask) == id)
            return (int)n;
    return -1;
}

int gic_vcpu_deactivate(struct gic_vcpu *v, unsigned n)
{
    v->lr[n] &= ~ICH_LR_ACTIVE;
    return v->lr[n] & ICH_LR_HW ? (int)bits(v->lr[n], 44, 32) : -1;
}

void gic_vcpu_count_end(struct gic_vcpu *v)
{
    v->hcr = (uint32_t)with_bits(v->hcr, 31, 27, bits(v->hcr, 31, 27) + 1);
}

/* ---- maintenance ---- */

uint32_t gic_vcpu_eisr(const struct gic_vcpu *v)
{
    uint32_t set = 0;
    for (unsigned n = 0; n < v->lrs; n++)
        set |= (uint32_t)((v->lr[n] & (ICH_LR_STATE | ICH_LR_HW | ICH_LR_EOI)) == ICH_LR_EOI) << n;
    return set;
}

uint32_t gic_vcpu_elrsr(const struct gic_vcpu *v)
{
    uint32_t set = 0;
    for (unsigned n = 0; n < v->lrs; n++)
        set |= (uint32_t) !(v->lr[n] & ICH_LR_STATE) << n;
    return set & ~gic_vcpu_eisr(v);
}

static unsigned count_in_state(const struct gic_vcpu *v, uint64_t state)
{
    unsigned count = 0;
    for (unsigned n = 0; n < v->lrs; n++)
        count += (v->lr[n] & ICH_LR_STATE) == state;
    return count;
}

uint32_t gic_vcpu_misr(const struct gic_vcpu *v)
{
    const uint32_t hcr = v->hcr;
    const bool group0 = v->vmcr & ICH_VMCR_VENG0, group1 = v->vmcr & ICH_VMCR_VENG1;
    uint32_t misr = gic_vcpu_eisr(v) ? MISR_EOI : 0;
    if (hcr & ICH_HCR_UIE && count_in_state(v, 0) + 1 >= v->lrs)
        misr |= MISR_U; /* at most one holds an interrupt */
    if (hcr & ICH_HCR_LRENPIE && hcr & ICH_HCR_EOICOUNT)
        misr |= MISR_LRENP;
    if (hcr & ICH_HCR_NPIE && !count_in_state(v, ICH_LR_PENDING))
        misr |= MISR_NP;
    const uint64_t groups =
        (group0 ? ICH_HCR_VGRP0EIE : ICH_HCR_VGRP0DIE) | (group1 ? ICH_HCR_VGRP1EIE : ICH_HCR_VGRP1DIE);
    return misr | (uint32_t)(hcr & groups); /* VGrp0E to VGrp1D stand where the bits that enable them do */
}
