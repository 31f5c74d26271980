/* The virtual timer. The guest's own is loaded into the CPU's while it is the one that has run last there: CNTVOFF_EL2 makes
 * its time, its interrupt is the physical INTID 27, which stays active until the guest has dealt with the virtual one that it
 * is linked to. */
#include "vm.h"

static bool has_vgic(const struct vcpu *vcpu)
{
    return vcpu->vm->guest->options & VGIC;
}

void vtimer_load(struct vcpu *vcpu)
{
    if (vcpu->timer.active)
        gic->set_active(IRQ_VTIMER, true);
    MSR(cntv_cval_el0, vcpu->timer.cval);
    MSR(cntv_ctl_el0, vcpu->timer.ctl);
    ISB();
}

void vtimer_put(struct vcpu *vcpu)
{
    vcpu->timer.ctl = MRS(cntv_ctl_el0) & (TIMER_ENABLE | TIMER_IMASK);
    vcpu->timer.cval = MRS(cntv_cval_el0);
    MSR(cntv_ctl_el0, 0);
    ISB();
    gic->set_active(IRQ_VTIMER, false);
}

void vtimer_tick(struct vcpu *vcpu)
{
    if (!has_vgic(vcpu)) { /* no list register would deactivate it: masked at the timer, a line of the controller */
        MSR(cntv_ctl_el0, MRS(cntv_ctl_el0) | TIMER_IMASK);
        ISB();
        gic->set_active(IRQ_VTIMER, false);
        vcpu->vm->pic_pending |= 1;
        pic_update(vcpu);
        return;
    }
    vcpu->timer.active = true;
    vgic_irq(vcpu, IRQ_VTIMER)->hw = IRQ_VTIMER;
    vgic_raise(vcpu, IRQ_VTIMER);
}

u64 vtimer_deadline(const struct vcpu *vcpu)
{
    const bool raises = (vcpu->timer.ctl & (TIMER_ENABLE | TIMER_IMASK)) == TIMER_ENABLE;
    return raises && !vcpu->timer.active ? vcpu->timer.cval + vcpu->cntvoff : ~UINT64_C(0);
}
