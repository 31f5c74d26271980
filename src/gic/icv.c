#include "gic/icv.h"
#include "gic/virtual.h"

/* ICV_CTLR_EL1: the fixed fields are those of ICC_CTLR_EL1: A3V, IDbits, PRIbits. */
enum { CTLR_CBPR = 1 << 0, CTLR_EOI_MODE = 1 << 1, CTLR_FIXED = 1 << 15 | 1 << 11 | (GIC_VPRIORITY_BITS - 1) << 8 };

enum { FIRST_LPI = 8192 }; /* LPIs have no active state of their own: their end is always a deactivation */

static struct gic_virtual interface_of(const struct icc_at *at)
{
    return (struct gic_virtual){at->gic, &at->gic->vcpu[at->cpu], at->cpu, at->now};
}

static struct gic_vcpu *vcpu_of(const struct icc_at *at)
{
    return &at->gic->vcpu[at->cpu];
}

static void changed(const struct icc_at *at)
{
    const struct gic_virtual interface = interface_of(at);
    gic_virtual_update(&interface);
}

static bool is_special(uint64_t intid)
{
    return intid >= GIC_SPECIAL && intid <= GIC_SPURIOUS;
}

/* ---- acknowledging ---- */

/* The other group hides it; neither the priority mask nor what is active does. */
uint64_t icv_read_hppir(const struct icc_at *at)
{
    const struct gic_vcpu *v = vcpu_of(at);
    const int best = gic_vcpu_best(v);
    return best >= 0 && gic_lr_group1(v->lr[best]) == at->group1 ? gic_lr_vintid(v->lr[best]) : GIC_SPURIOUS;
}

uint64_t icv_read_iar(const struct icc_at *at)
{
    const struct gic_virtual interface = interface_of(at);
    const uint64_t intid = icv_read_hppir(at);
    if (is_special(intid) || !gic_vcpu_signals(interface.v))
        return GIC_SPURIOUS;
    gic_virtual_acknowledge(&interface, (unsigned)gic_vcpu_best(interface.v));
    gic_virtual_update(&interface);
    return intid;
}

/* ---- the end of interrupts ---- */

/* Whether the end that has dropped `priority` is that of the interrupt in a list register. */
static bool ends(const struct icc_at *at, uint64_t lr, unsigned priority)
{
    const unsigned mask = gic_vcpu_group_mask(vcpu_of(at), at->group1);
    return gic_lr_group1(lr) == at->group1 && (gic_lr_priority(lr) & mask) == priority;
}

/* The priority is dropped before anything is checked; an end that drops none does nothing (VirtualWriteEOIR0, 1). */
void icv_write_eoir(const struct icc_at *at, uint64_t value)
{
    const struct gic_virtual interface = interface_of(at);
    const uint64_t intid = bits(value, 23, 0);
    const unsigned dropped = is_special(intid) ? GIC_IDLE_PRIORITY : gic_vcpu_drop(interface.v);
    if (dropped == GIC_IDLE_PRIORITY)
        return;
    const bool deactivates = intid >= FIRST_LPI || !(interface.v->vmcr & ICH_VMCR_VEOIM);
    const int n = gic_vcpu_find_active(interface.v, ones(32), intid);
    if (n < 0 && deactivates && intid < FIRST_LPI)
        gic_vcpu_count_end(interface.v);
    if (n >= 0 && deactivates && ends(at, interface.v->lr[n], dropped))
        gic_virtual_deactivate(&interface, (unsigned)n, "eoi");
    gic_virtual_update(&interface);
}

/* Deactivation, where ICV_EOIR<n>_EL1 drops the priority only (VirtualWriteDIR). */
void icv_write_dir(const struct icc_at *at, uint64_t value)
{
    const struct gic_virtual interface = interface_of(at);
    const uint64_t intid = bits(value, 23, 0);
    if (intid >= GIC_SPECIAL || !(interface.v->vmcr & ICH_VMCR_VEOIM))
        return;
    const int n = gic_vcpu_find_active(interface.v, ones(32), intid);
    if (n >= 0)
        gic_virtual_deactivate(&interface, (unsigned)n, "deactivate");
    else
        gic_vcpu_count_end(interface.v);
    gic_virtual_update(&interface);
}

/* ---- control: the fields of ICH_VMCR_EL2 ---- */

uint64_t icv_read_pmr(const struct icc_at *at)
{
    return gic_vcpu_pmr(vcpu_of(at));
}

void icv_write_pmr(const struct icc_at *at, uint64_t value)
{
    gic_vcpu_write_pmr(vcpu_of(at), (unsigned)bits(value, 7, 0));
    changed(at);
}

/* Under CBPR the binary point of Group 1 is one more than that of Group 0, as far as there is one. */
uint64_t icv_read_bpr(const struct icc_at *at)
{
    const struct gic_vcpu *v = vcpu_of(at);
    const unsigned common = gic_vcpu_bpr(v, false);
    if (at->group1 && v->vmcr & ICH_VMCR_VCBPR)
        return common < 7 ? common + 1 : 7;
    return gic_vcpu_bpr(v, at->group1);
}

void icv_write_bpr(const struct icc_at *at, uint64_t value)
{
    struct gic_vcpu *v = vcpu_of(at);
    if (at->group1 && v->vmcr & ICH_VMCR_VCBPR)
        return;
    gic_vcpu_write_bpr(v, at->group1, (unsigned)bits(value, 2, 0));
    changed(at);
}

uint64_t icv_read_apr(const struct icc_at *at)
{
    return vcpu_of(at)->apr[at->group1];
}

void icv_write_apr(const struct icc_at *at, uint64_t value)
{
    vcpu_of(at)->apr[at->group1] = (uint32_t)value;
    changed(at);
}

uint64_t icv_read_rpr(const struct icc_at *at)
{
    return gic_vcpu_running(vcpu_of(at));
}

uint64_t icv_read_ctlr(const struct icc_at *at)
{
    const uint32_t vmcr = vcpu_of(at)->vmcr;
    return CTLR_FIXED | (vmcr & ICH_VMCR_VCBPR ? CTLR_CBPR : 0) | (vmcr & ICH_VMCR_VEOIM ? CTLR_EOI_MODE : 0);
}

static void set_vmcr(const struct icc_at *at, uint64_t mask, bool value)
{
    uint32_t *vmcr = &vcpu_of(at)->vmcr;
    *vmcr = value ? *vmcr | (uint32_t)mask : *vmcr & ~(uint32_t)mask;
}

void icv_write_ctlr(const struct icc_at *at, uint64_t value)
{
    set_vmcr(at, ICH_VMCR_VCBPR, value & CTLR_CBPR);
    set_vmcr(at, ICH_VMCR_VEOIM, value & CTLR_EOI_MODE);
    changed(at);
}

static uint64_t enable_of(const struct icc_at *at)
{
    return at->group1 ? ICH_VMCR_VENG1 : ICH_VMCR_VENG0;
}

uint64_t icv_read_igrpen(const struct icc_at *at)
{
    return (vcpu_of(at)->vmcr & enable_of(at)) != 0;
}

void icv_write_igrpen(const struct icc_at *at, uint64_t value)
{
    set_vmcr(at, enable_of(at), bit(value, 0));
    changed(at);
}
