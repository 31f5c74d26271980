#include "gic/icc.h"
#include "gic/icv.h"

/* ICC_CTLR_EL1: Aff3 can be other than 0, INTIDs have 24 bits, priorities as many as decide on preemption. */
enum {
    CTLR_CBPR = 1 << 0,
    CTLR_EOI_MODE = 1 << 1,
    CTLR_FIXED = 1 << 15 | 1 << 11 | (GIC_V3_PREEMPTION - 1) << 8,
    PRIORITY_MASK = 0xff & ~((1 << (8 - GIC_V3_PREEMPTION)) - 1)
};

static struct gic_iface *iface_of(const struct icc_at *at)
{
    return &at->gic->iface[at->cpu];
}

static void tell(const struct icc_at *at, enum trapeze_interrupt_step step, unsigned intid)
{
    trace_interrupt(at->gic->trace, step, at->cpu, intid, *gic_priority(&at->gic->dist, at->cpu, intid), at->now);
}

static void changed(const struct icc_at *at)
{
    gic_update(at->gic, BIT(at->cpu), at->now);
}

/* ---- acknowledging ---- */

/* Neither the priority mask nor what is active hides it; the other group does. */
static uint64_t icc_read_hppir(const struct icc_at *at)
{
    const struct gic_iface *iface = iface_of(at);
    const bool seen = iface->best.group1 == at->group1 && gic_iface_enables(iface, at->group1);
    return seen ? iface->best.intid : GIC_SPURIOUS;
}

static uint64_t icc_read_iar(const struct icc_at *at)
{
    struct gic_iface *iface = iface_of(at);
    const uint64_t intid = icc_read_hppir(at);
    if (intid == GIC_SPURIOUS || !gic_iface_signals(iface))
        return GIC_SPURIOUS;
    gic_iface_activate(iface);
    const uint64_t concerned = gic_dist_acknowledge(&at->gic->dist, at->cpu, (unsigned)intid, 0);
    tell(at, TRAPEZE_INTERRUPT_ACKNOWLEDGED, (unsigned)intid);
    gic_update(at->gic, concerned | BIT(at->cpu), at->now);
    return intid;
}

/* ---- the end of interrupts ---- */

static uint64_t deactivate(const struct icc_at *at, unsigned intid)
{
    if (gic_bit(&at->gic->dist.active, at->cpu, intid))
        tell(at, TRAPEZE_INTERRUPT_DEACTIVATED, intid);
    return gic_dist_deactivate(&at->gic->dist, at->cpu, intid);
}

/* One that is not of the group of the highest active priority ends nothing: UNPREDICTABLE, as the order of ends is. */
static void icc_write_eoir(const struct icc_at *at, uint64_t value)
{
    struct gic_iface *iface = iface_of(at);
    const uint64_t intid = bits(value, 23, 0);
    if (intid >= GIC_INTERRUPTS || gic_iface_running(iface) == GIC_IDLE_PRIORITY ||
        gic_iface_running_group(iface) != at->group1)
        return;
    uint64_t concerned = BIT(at->cpu);
    gic_iface_drop(iface, at->group1);
    tell(at, TRAPEZE_INTERRUPT_PRIORITY_DROP, (unsigned)intid);
    if (!(iface->ctlr & GICC_CTLR_EOI_MODE))
        concerned |= deactivate(at, (unsigned)intid);
    gic_update(at->gic, concerned, at->now);
}

static void icc_write_dir(const struct icc_at *at, uint64_t value)
{
    const uint64_t intid = bits(value, 23, 0);
    if (intid < GIC_INTERRUPTS && iface_of(at)->ctlr & GICC_CTLR_EOI_MODE)
        gic_update(at->gic, deactivate(at, (unsigned)intid), at->now);
}

/* ---- control ---- */

static uint64_t icc_read_pmr(const struct icc_at *at)
{
    return iface_of(at)->pmr;
}

static void icc_write_pmr(const struct icc_at *at, uint64_t value)
{
    iface_of(at)->pmr = (uint8_t)(value & PRIORITY_MASK);
    changed(at);
}

/* Under CBPR the binary point of Group 1 is one more than that of Group 0, as far as there is one. */
static uint64_t icc_read_bpr(const struct icc_at *at)
{
    const struct gic_iface *iface = iface_of(at);
    if (!at->group1)
        return iface->bpr;
    if (!(iface->ctlr & GICC_CTLR_CBPR))
        return iface->abpr;
    return iface->bpr < 7 ? iface->bpr + 1u : 7;
}

static void icc_write_bpr(const struct icc_at *at, uint64_t value)
{
    struct gic_iface *iface = iface_of(at);
    const unsigned least = gic_iface_least_point(iface, at->group1), point = (unsigned)bits(value, 2, 0);
    uint8_t *to = at->group1 ? &iface->abpr : &iface->bpr;
    if (at->group1 && iface->ctlr & GICC_CTLR_CBPR)
        return;
    *to = (uint8_t)(point < least ? least : point);
    changed(at);
}

static uint64_t icc_read_apr(const struct icc_at *at)
{
    return iface_of(at)->apr[at->group1][0];
}

static void icc_write_apr(const struct icc_at *at, uint64_t value)
{
    iface_of(at)->apr[at->group1][0] = (uint32_t)value;
    changed(at);
}

static uint64_t icc_read_rpr(const struct icc_at *at)
{
    return gic_iface_running(iface_of(at));
}

static uint64_t icc_read_ctlr(const struct icc_at *at)
{
    const uint32_t ctlr = iface_of(at)->ctlr;
    return CTLR_FIXED | (ctlr & GICC_CTLR_CBPR ? CTLR_CBPR : 0) | (ctlr & GICC_CTLR_EOI_MODE ? CTLR_EOI_MODE : 0);
}

static void icc_write_ctlr(const struct icc_at *at, uint64_t value)
{
    uint32_t *ctlr = &iface_of(at)->ctlr;
    *ctlr &= ~(uint32_t)(GICC_CTLR_CBPR | GICC_CTLR_EOI_MODE);
    *ctlr |= (uint32_t)((value & CTLR_CBPR ? GICC_CTLR_CBPR : 0) | (value & CTLR_EOI_MODE ? GICC_CTLR_EOI_MODE : 0));
    changed(at);
}

static uint32_t enable_of(const struct icc_at *at)
{
    return (uint32_t)(at->group1 ? GICC_CTLR_ENABLE_GRP1 : GICC_CTLR_ENABLE_GRP0);
}

static uint64_t icc_read_igrpen(const struct icc_at *at)
{
    return (iface_of(at)->ctlr & enable_of(at)) != 0;
}

static void icc_write_igrpen(const struct icc_at *at, uint64_t value)
{
    uint32_t *ctlr = &iface_of(at)->ctlr;
    *ctlr = bit(value, 0) ? *ctlr | enable_of(at) : *ctlr & ~enable_of(at);
    gic_update(at->gic, gic_dist_set_taker(&at->gic->dist, at->cpu, at->group1, bit(value, 0)), at->now);
}

/* ---- SGIs ---- */

/* Whether ICC_SGI<n>R_EL1 names PE `cpu`: all but the sender, or those of one Aff3.Aff2.Aff1 in TargetList. */
static bool is_target(const struct icc_at *at, uint64_t value, unsigned cpu)
{
    const uint64_t affinity = bits(value, 55, 48) << 24 | bits(value, 39, 32) << 16 | bits(value, 23, 16) << 8;
    if (bit(value, 40)) /* IRM */
        return cpu != at->cpu;
    return (gic_affinity(cpu) & ~UINT32_C(0xff)) == affinity && bit(value, bits(gic_affinity(cpu), 7, 0));
}

/* With one Security state what ICC_ASGI1R_EL1 sends is Group 0's. */
static void icc_write_sgi(const struct icc_at *at, uint64_t value)
{
    struct gic_change change;
    uint64_t concerned = 0;
    gic_begin(at->gic, &change);
    for (unsigned cpu = 0; cpu < at->gic->dist.cpus; cpu++)
        if (is_target(at, value, cpu))
            concerned |= gic_dist_raise_sgi(&at->gic->dist, cpu, (unsigned)bits(value, 27, 24), at->group1);
    gic_end(at->gic, &change, concerned, at->now);
}

/* ---- the table ---- */

typedef uint64_t icc_read_fn(const struct icc_at *at);
typedef void icc_write_fn(const struct icc_at *at, uint64_t value);

enum { FMO = 1 << 3, IMO = 1 << 4 }; /* of HCR_EL2 */

/* clang-format off */
static const struct icc_register {
    uint8_t group;        /* of the registers of one group: its number */
    uint8_t virtual;      /* a set of bits of HCR_EL2, of which any makes EL1's accesses virtual */
    icc_read_fn *read, *icv_read;
    icc_write_fn *write, *icv_write;
} registers[SYSREG_COUNT] = {
    /*                   group virtual    physical         virtual           physical         virtual */
    [ICC_PMR_EL1]     = {0, FMO | IMO,    icc_read_pmr,    icv_read_pmr,    icc_write_pmr,    icv_write_pmr},
    [ICC_IAR0_EL1]    = {0, FMO,          icc_read_iar,    icv_read_iar,    NULL,             NULL},
    [ICC_EOIR0_EL1]   = {0, FMO,          NULL,            NULL,            icc_write_eoir,   icv_write_eoir},
    [ICC_HPPIR0_EL1]  = {0, FMO,          icc_read_hppir,  icv_read_hppir,  NULL,             NULL},
    [ICC_BPR0_EL1]    = {0, FMO,          icc_read_bpr,    icv_read_bpr,    icc_write_bpr,    icv_write_bpr},
    [ICC_AP0R0_EL1]   = {0, FMO,          icc_read_apr,    icv_read_apr,    icc_write_apr,    icv_write_apr},
    [ICC_AP1R0_EL1]   = {1, IMO,          icc_read_apr,    icv_read_apr,    icc_write_apr,    icv_write_apr},
    [ICC_DIR_EL1]     = {0, FMO | IMO,    NULL,            NULL,            icc_write_dir,    icv_write_dir},
    [ICC_RPR_EL1]     = {0, FMO | IMO,    icc_read_rpr,    icv_read_rpr,    NULL,             NULL},
    [ICC_SGI1R_EL1]   = {1, 0,            NULL,            NULL,             icc_write_sgi,   NULL},
    [ICC_ASGI1R_EL1]  = {0, 0,            NULL,            NULL,             icc_write_sgi,   NULL},
    [ICC_SGI0R_EL1]   = {0, 0,            NULL,            NULL,             icc_write_sgi,   NULL},
    [ICC_IAR1_EL1]    = {1, IMO,          icc_read_iar,    icv_read_iar,    NULL,             NULL},
    [ICC_EOIR1_EL1]   = {1, IMO,          NULL,            NULL,            icc_write_eoir,   icv_write_eoir},
    [ICC_HPPIR1_EL1]  = {1, IMO,          icc_read_hppir,  icv_read_hppir,  NULL,             NULL},
    [ICC_BPR1_EL1]    = {1, IMO,          icc_read_bpr,    icv_read_bpr,    icc_write_bpr,    icv_write_bpr},
    [ICC_CTLR_EL1]    = {0, FMO | IMO,    icc_read_ctlr,   icv_read_ctlr,   icc_write_ctlr,   icv_write_ctlr},
    [ICC_IGRPEN0_EL1] = {0, FMO,          icc_read_igrpen, icv_read_igrpen, icc_write_igrpen, icv_write_igrpen},
    [ICC_IGRPEN1_EL1] = {1, IMO,          icc_read_igrpen, icv_read_igrpen, icc_write_igrpen, icv_write_igrpen},
};
/* clang-format on */

/* ---- hooks ---- */

static struct icc_at at_of(const struct icc *icc, const struct state *s, enum sysreg reg)
{
    return (struct icc_at){icc->gic, icc->cpu, registers[reg].group, s->cycles};
}

static bool is_virtual(const struct state *s, enum sysreg reg)
{
    return s->el == 1 && effective_hcr(s) & registers[reg].virtual;
}

static uint64_t read_register(void *owner, struct state *s, enum sysreg reg)
{
    const struct icc_at at = at_of(owner, s, reg);
    icc_read_fn *const read = is_virtual(s, reg) ? registers[reg].icv_read : registers[reg].read;
    return read ? read(&at) : 0;
}

static void write_register(void *owner, struct state *s, enum sysreg reg, uint64_t value)
{
    const struct icc_at at = at_of(owner, s, reg);
    icc_write_fn *const write = is_virtual(s, reg) ? registers[reg].icv_write : registers[reg].write;
    if (write)
        write(&at, value);
}

static uint64_t look_at_iar(void *owner, struct state *s, enum sysreg reg)
{
    return read_register(owner, s, reg == ICC_IAR0_EL1 ? ICC_HPPIR0_EL1 : ICC_HPPIR1_EL1);
}

void icc_reset(const struct icc *icc, uint64_t now)
{
    struct gic *gic = icc->gic;
    const uint8_t lines = gic->iface[icc->cpu].lines; /* they follow */
    gic_iface_reset(&gic->iface[icc->cpu], 3);
    gic->iface[icc->cpu].lines = lines;
    const uint64_t concerned =
        gic_dist_set_taker(&gic->dist, icc->cpu, false, false) | gic_dist_set_taker(&gic->dist, icc->cpu, true, false);
    gic_update(gic, concerned, now);
}

bool icc_hook_of(enum sysreg reg, struct icc_hook *hook)
{
    const struct icc_register *r = &registers[reg];
    const bool acknowledges = reg == ICC_IAR0_EL1 || reg == ICC_IAR1_EL1;
    *hook = (struct icc_hook){r->read ? read_register : NULL, r->write ? write_register : NULL,
                              acknowledges ? look_at_iar : NULL};
    return r->read || r->write;
}
