/* The virtual interrupt controller: which interrupts of a guest are pending or active. Before the guest runs, as many as fit
 * are put into list registers, active ones first, then by priority; when it has left, what has become of them is read back.
 * So the hardware's state is in list registers while the guest runs, and here while the host does. */
#include "vm.h"

enum { GIC_HCR_EN = 1 << 0, GIC_HCR_UIE = 1 << 1, GIC_HCR_ONE_SHOT = 0xfe };
enum { LR_PENDING = 1, LR_ACTIVE = 2 };

/* A list register, whichever its layout. */
struct lr {
    u32 intid, hw, source;
    u8 priority, state;
    bool group1, eoi;
};

static u64 pack(const struct lr *lr)
{
    if (hyp_config.gic_version == 2)
        return lr->intid | (lr->hw ? (u64)lr->hw << 10 | BIT(31) : (u64)lr->source << 10 | (u64)lr->eoi << 19) |
               (u64)(lr->priority >> 3) << 23 | (u64)lr->state << 28 | (u64)lr->group1 << 30;
    return lr->intid | (lr->hw ? (u64)lr->hw << 32 | BIT(61) : (u64)lr->eoi << 41) | (u64)lr->priority << 48 |
           (u64)lr->group1 << 60 | (u64)lr->state << 62;
}

static u8 state_of(u64 lr)
{
    return (u8)(hyp_config.gic_version == 2 ? bits(lr, 29, 28) : bits(lr, 63, 62));
}

static u32 intid_of(u64 lr)
{
    return (u32)(hyp_config.gic_version == 2 ? bits(lr, 9, 0) : bits(lr, 31, 0));
}

static bool is_sgi_of_v2(u32 intid)
{
    return hyp_config.gic_version == 2 && intid < 16;
}

struct irq *vgic_irq(struct vcpu *vcpu, u32 intid)
{
    return intid < 32 ? &vcpu->irqs[intid] : &vcpu->vm->spis[(intid - 32) % SPIS];
}

void vgic_reset(struct vm *vm)
{
    for (unsigned cpu = 0; cpu < vm->guest->cpus; cpu++) {
        for (unsigned n = 0; n < 32; n++)
            vm->vcpus[cpu]->irqs[n] = (struct irq){.edge = n < 16, .enabled = n < 16, .cpu = (u8)cpu};
        vm->vcpus[cpu]->vgic.hcr = (vm->guest->options & VGIC) ? GIC_HCR_EN : 0;
    }
    for (unsigned n = 0; n < SPIS; n++)
        vm->spis[n] = (struct irq){.targets = 1};
}

/* ---- what is for whom ---- */

static bool is_for(const struct vcpu *vcpu, u32 intid, const struct irq *irq)
{
    return intid < 32 || irq->cpu == vcpu->index;
}

static bool is_pending(const struct vcpu *vcpu, u32 intid, const struct irq *irq)
{
    if (!irq->enabled || !vcpu->vm->distributor_on)
        return false;
    return irq->pending || (!irq->edge && irq->level) || (is_sgi_of_v2(intid) && vcpu->sgi_sources[intid]);
}

/* The state that a list register would have to show: a level that stays high, and another sender's SGI, come after it has
 * been deactivated. */
static u8 wanted_state(const struct vcpu *vcpu, u32 intid, const struct irq *irq)
{
    if (!is_for(vcpu, intid, irq))
        return 0;
    const bool pending = is_pending(vcpu, intid, irq);
    if (!irq->active)
        return pending ? LR_PENDING : 0;
    return irq->edge && !irq->hw && !is_sgi_of_v2(intid) && pending ? LR_PENDING | LR_ACTIVE : LR_ACTIVE;
}

bool vgic_pending(struct vcpu *vcpu)
{
    if (vcpu->vi || vcpu->vf || (vcpu->hcr & HCR_VSE))
        return true;
    if (!(vcpu->vm->guest->options & VGIC))
        return false;
    bool found = false;
    lock(&vcpu->vm->lock);
    for (u32 intid = 0; intid < 32 + SPIS && !found; intid++)
        found = wanted_state(vcpu, intid, vgic_irq(vcpu, intid)) == LR_PENDING;
    unlock(&vcpu->vm->lock);
    return found;
}

/* ---- into list registers, and back ---- */

/* What comes first: active before pending, then the higher priority (the lower number), then the lower INTID. */
static bool comes_before(const struct lr *a, const struct lr *b)
{
    const bool a_active = a->state & LR_ACTIVE, b_active = b->state & LR_ACTIVE;
    if (a_active != b_active)
        return a_active;
    return a->priority < b->priority;
}

static struct lr make_lr(const struct vcpu *vcpu, u32 intid, struct irq *irq, u8 state)
{
    struct lr lr = {.intid = intid, .hw = irq->hw, .priority = irq->priority, .state = state, .group1 = irq->group1};
    if (is_sgi_of_v2(intid)) {
        if (!(state & LR_ACTIVE))
            irq->source = (u8)__builtin_ctz(vcpu->sgi_sources[intid]);
        lr.source = irq->source;
        lr.eoi = vcpu->sgi_sources[intid] & ~(1u << irq->source);
    } else {
        lr.eoi = !irq->edge && !irq->hw;
    }
    return lr;
}

/* Keeps the first `limit` of them in order; the one that does not fit is left out. Returns how many there are. */
static unsigned insert(struct lr list[], unsigned used, unsigned limit, const struct lr *lr)
{
    unsigned at = used;
    while (at > 0 && comes_before(lr, &list[at - 1]))
        at--;
    for (unsigned n = used < limit ? used : limit - 1; n > at; n--)
        list[n] = list[n - 1];
    if (at < limit)
        list[at] = *lr;
    return used < limit ? used + 1 : limit;
}

void vgic_before(struct vcpu *vcpu)
{
    struct vgic_state *state = &vcpu->vgic;
    struct lr list[MAX_LRS];
    unsigned used = 0, wanted = 0;
    if (!(vcpu->vm->guest->options & VGIC))
        return;
    lock(&vcpu->vm->lock);
    for (u32 intid = 0; intid < 32 + SPIS; intid++) {
        struct irq *irq = vgic_irq(vcpu, intid);
        const u8 shown = wanted_state(vcpu, intid, irq);
        if (!shown)
            continue;
        const struct lr lr = make_lr(vcpu, intid, irq, shown);
        wanted++;
        used = insert(list, used, (unsigned)hyp_config.list_registers, &lr);
    }
    for (unsigned n = 0; n < used; n++)
        state->lr[n] = pack(&list[n]);
    state->used = used;
    state->hcr = GIC_HCR_EN | (wanted > used ? GIC_HCR_UIE : 0) | vcpu->ich_hcr;
    unlock(&vcpu->vm->lock);
}

static void read_back(struct vcpu *vcpu, u64 lr)
{
    const u32 intid = intid_of(lr);
    const u8 state = state_of(lr);
    struct irq *irq = vgic_irq(vcpu, intid);
    const bool was_pending = wanted_state(vcpu, intid, irq) & LR_PENDING;
    irq->active = state & LR_ACTIVE;
    if (was_pending && !(state & LR_PENDING)) {
        irq->pending = false;
        if (is_sgi_of_v2(intid))
            vcpu->sgi_sources[intid] &= (u16) ~(1u << irq->source);
    }
    if (irq->hw && !state)
        vcpu->timer.active = false; /* the hardware has deactivated the physical one too */
}

void vgic_after(struct vcpu *vcpu)
{
    struct vgic_state *state = &vcpu->vgic;
    if (!(vcpu->vm->guest->options & VGIC))
        return;
    lock(&vcpu->vm->lock);
    for (u64 n = 0; n < state->used; n++)
        read_back(vcpu, state->lr[n]);
    vcpu->maintenance |= state->misr;
    vcpu->ich_hcr &=
        ~(state->misr & GIC_HCR_ONE_SHOT & ~GIC_HCR_UIE); /* GIC_HCR's enables have the places of MISR's bits */
    unlock(&vcpu->vm->lock);
}

/* ---- from outside ---- */

static struct vcpu *target_of(struct vcpu *vcpu, u32 intid)
{
    return intid < 32 ? vcpu : vcpu->vm->vcpus[vgic_irq(vcpu, intid)->cpu];
}

void vgic_raise(struct vcpu *vcpu, u32 intid)
{
    lock(&vcpu->vm->lock);
    vgic_irq(vcpu, intid)->pending = true;
    unlock(&vcpu->vm->lock);
    vcpu_wake(target_of(vcpu, intid));
}

void vgic_level(struct vcpu *vcpu, u32 intid, bool level)
{
    lock(&vcpu->vm->lock);
    vgic_irq(vcpu, intid)->level = level;
    unlock(&vcpu->vm->lock);
    vcpu_wake(target_of(vcpu, intid));
}

void vgic_sgi(struct vcpu *from, u32 cpus_mask, u32 intid)
{
    struct vm *vm = from->vm;
    for (unsigned n = 0; n < vm->guest->cpus; n++) {
        if (!(cpus_mask >> n & 1))
            continue;
        lock(&vm->lock);
        if (is_sgi_of_v2(intid))
            vm->vcpus[n]->sgi_sources[intid] |= (u16)(1u << from->index);
        else
            vm->vcpus[n]->irqs[intid].pending = true;
        unlock(&vm->lock);
        vcpu_wake(vm->vcpus[n]);
    }
}
