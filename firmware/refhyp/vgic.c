/* The virtual interrupt controller: which interrupts of a guest are pending, and which of them are in list registers. */
#include "vm.h"

struct irq *vgic_irq(struct vcpu *vcpu, u32 intid)
{
    return intid < 32 ? &vcpu->irqs[intid] : &vcpu->vm->spis[intid - 32];
}

void vgic_reset(struct vm *vm)
{
    (void)vm;
}
void vgic_before(struct vcpu *vcpu)
{
    (void)vcpu;
}
void vgic_after(struct vcpu *vcpu)
{
    (void)vcpu;
}
bool vgic_pending(struct vcpu *vcpu)
{
    return vcpu->vi || vcpu->vf;
}
void vgic_raise(struct vcpu *vcpu, u32 intid, u32 source)
{
    (void)vcpu, (void)intid, (void)source;
}
void vgic_level(struct vcpu *vcpu, u32 intid, bool level)
{
    (void)vcpu, (void)intid, (void)level;
}
void vgic_sgi(struct vcpu *from, u32 cpus_mask, u32 intid)
{
    (void)from, (void)cpus_mask, (void)intid;
}
bool vgic_mmio_dist(struct vcpu *vcpu, u64 offset, unsigned size, bool write, u64 *value)
{
    (void)vcpu, (void)offset, (void)size, (void)write, (void)value;
    return true;
}
bool vgic_mmio_redist(struct vcpu *vcpu, u64 offset, unsigned size, bool write, u64 *value)
{
    (void)vcpu, (void)offset, (void)size, (void)write, (void)value;
    return true;
}
