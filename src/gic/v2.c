#include "gic/v2.h"

/* Where an access comes from. n: the register's index among those of its name. */
struct at {
    struct gic *gic;
    struct gic_iface *iface;
    unsigned cpu, n;
    uint64_t now;
};

static void tell(const struct at *at, enum trapeze_interrupt_step step, unsigned intid)
{
    trace_interrupt(at->gic->trace, step, at->cpu, intid, *gic_priority(&at->gic->dist, at->cpu, intid), at->now);
}

/* ---- acknowledging, and what is said of it ---- */

/* The interrupt offered, with its sender. */
static uint32_t offered(const struct at *at)
{
    const unsigned intid = at->iface->best.intid;
    return intid | gic_dist_sgi_source(&at->gic->dist, at->cpu, intid) << 10;
}

/* What GICC_IAR and GICC_HPPIR see of the interrupt offered: those of Group 1 only if AckCtl says so. */
static uint32_t seen(const struct at *at)
{
    const bool hidden = at->iface->best.group1 && !(at->iface->ctlr & GICC_CTLR_ACK_CTL);
    return hidden ? GIC_GROUP1_PENDING : offered(at);
}

/* And the aliases, which are for Group 1 alone. */
static uint32_t seen_by_alias(const struct at *at)
{
    return at->iface->best.group1 ? offered(at) : GIC_SPURIOUS;
}

static uint32_t acknowledge(const struct at *at, uint32_t (*see)(const struct at *at))
{
    struct gic *gic = at->gic;
    if (!gic_iface_signals(at->iface))
        return GIC_SPURIOUS;
    const uint32_t value = see(at);
    const unsigned intid = (unsigned)bits(value, 9, 0);
    if (intid >= GIC_INTERRUPTS)
        return value;
    gic_iface_activate(at->iface);
    const uint64_t changed = gic_dist_acknowledge(&gic->dist, at->cpu, intid, (unsigned)bits(value, 12, 10));
    tell(at, TRAPEZE_INTERRUPT_ACKNOWLEDGED, intid);
    gic_update(gic, changed | BIT(at->cpu), at->now);
    return value;
}

static uint32_t read_iar(const struct at *at)
{
    return acknowledge(at, seen);
}

static uint32_t read_aiar(const struct at *at)
{
    return acknowledge(at, seen_by_alias);
}

/* Neither the priority mask nor what is active hides it. */
static uint32_t read_hppir(const struct at *at)
{
    return gic_iface_enables(at->iface, at->iface->best.group1) ? seen(at) : GIC_SPURIOUS;
}

static uint32_t read_ahppir(const struct at *at)
{
    return gic_iface_enables(at->iface, true) ? seen_by_alias(at) : GIC_SPURIOUS;
}

/* ---- the end of interrupts ---- */

static uint64_t deactivate(const struct at *at, unsigned intid)
{
    if (gic_bit(&at->gic->dist.active, at->cpu, intid))
        tell(at, TRAPEZE_INTERRUPT_DEACTIVATED, intid);
    return gic_dist_deactivate(&at->gic->dist, at->cpu, intid);
}

/* `alias`: for interrupts of Group 1 alone. The order of ends is the guest's affair; one without a beginning is ignored. */
static void end(const struct at *at, uint32_t value, bool alias)
{
    struct gic *gic = at->gic;
    const unsigned intid = (unsigned)bits(value, 9, 0);
    if (intid >= GIC_INTERRUPTS || gic_iface_running(at->iface) == GIC_IDLE_PRIORITY)
        return;
    const bool group1 = gic_bit(&gic->dist.group1, at->cpu, intid);
    if (alias && !group1)
        return;
    uint64_t changed = BIT(at->cpu);
    gic_iface_drop(at->iface, group1);
    tell(at, TRAPEZE_INTERRUPT_PRIORITY_DROP, intid);
    if (!(at->iface->ctlr & GICC_CTLR_EOI_MODE))
        changed |= deactivate(at, intid);
    gic_update(gic, changed, at->now);
}

static void write_eoir(const struct at *at, uint32_t value)
{
    end(at, value, false);
}

static void write_aeoir(const struct at *at, uint32_t value)
{
    end(at, value, true);
}

/* Deactivation, where GICC_EOIR drops the priority only. */
static void write_dir(const struct at *at, uint32_t value)
{
    const unsigned intid = (unsigned)bits(value, 9, 0);
    if (intid < GIC_INTERRUPTS && at->iface->ctlr & GICC_CTLR_EOI_MODE)
        gic_update(at->gic, deactivate(at, intid), at->now);
}

/* ---- control ---- */

static void changed(const struct at *at)
{
    gic_update(at->gic, BIT(at->cpu), at->now);
}

static uint32_t read_ctlr(const struct at *at)
{
    return at->iface->ctlr;
}

static void write_ctlr(const struct at *at, uint32_t value)
{
    at->iface->ctlr = value & (GICC_CTLR_ENABLE_GRP0 | GICC_CTLR_ENABLE_GRP1 | GICC_CTLR_ACK_CTL | GICC_CTLR_FIQ_EN |
                               GICC_CTLR_CBPR | GICC_CTLR_EOI_MODE);
    changed(at);
}

static uint32_t read_pmr(const struct at *at)
{
    return at->iface->pmr;
}

static void write_pmr(const struct at *at, uint32_t value)
{
    at->iface->pmr = (uint8_t)value;
    changed(at);
}

static uint32_t read_bpr(const struct at *at)
{
    return at->iface->bpr;
}

static void write_bpr(const struct at *at, uint32_t value)
{
    at->iface->bpr = (uint8_t)bits(value, 2, 0);
    changed(at);
}

static uint32_t read_abpr(const struct at *at)
{
    return at->iface->abpr;
}

static void write_abpr(const struct at *at, uint32_t value)
{
    at->iface->abpr = bits(value, 2, 0) ? (uint8_t)bits(value, 2, 0) : 1; /* the smallest one that is implemented */
    changed(at);
}

static uint32_t read_rpr(const struct at *at)
{
    return gic_iface_running(at->iface);
}

static uint32_t read_apr(const struct at *at)
{
    return at->iface->apr[0][at->n];
}

static void write_apr(const struct at *at, uint32_t value)
{
    at->iface->apr[0][at->n] = value;
    changed(at);
}

static uint32_t read_nsapr(const struct at *at)
{
    return at->iface->apr[1][at->n];
}

static void write_nsapr(const struct at *at, uint32_t value)
{
    at->iface->apr[1][at->n] = value;
    changed(at);
}

/* GICC_IIDR: architecture version 2, Arm. */
static uint32_t read_iidr(const struct at *at)
{
    (void)at;
    return 0x2043b;
}

/* ---- the table ---- */

/* clang-format off */
static const struct v2_register {
    const char *name;
    uint16_t offset, count; /* words */
    uint32_t (*read)(const struct at *at);               /* NULL: reads as zero */
    void (*write)(const struct at *at, uint32_t value);  /* NULL: ignores writes */
} registers[] = {
    {"GICC_CTLR",   0x0000, 1,        read_ctlr,   write_ctlr},
    {"GICC_PMR",    0x0004, 1,        read_pmr,    write_pmr},
    {"GICC_BPR",    0x0008, 1,        read_bpr,    write_bpr},
    {"GICC_IAR",    0x000c, 1,        read_iar,    NULL},
    {"GICC_EOIR",   0x0010, 1,        NULL,        write_eoir},
    {"GICC_RPR",    0x0014, 1,        read_rpr,    NULL},
    {"GICC_HPPIR",  0x0018, 1,        read_hppir,  NULL},
    {"GICC_ABPR",   0x001c, 1,        read_abpr,   write_abpr},
    {"GICC_AIAR",   0x0020, 1,        read_aiar,   NULL},
    {"GICC_AEOIR",  0x0024, 1,        NULL,        write_aeoir},
    {"GICC_AHPPIR", 0x0028, 1,        read_ahppir, NULL},
    {"GICC_APR",    0x00d0, GIC_APRS, read_apr,    write_apr},
    {"GICC_NSAPR",  0x00e0, GIC_APRS, read_nsapr,  write_nsapr},
    {"GICC_IIDR",   0x00fc, 1,        read_iidr,   NULL},
    {"GICC_DIR",    0x1000, 1,        NULL,        write_dir},
};
/* clang-format on */

/* The register at an offset, NULL when there is none; *at says where. */
static const struct v2_register *find(struct at *at, struct gic *gic, unsigned cpu, uint64_t offset, uint64_t now)
{
    for (unsigned i = 0; i < sizeof registers / sizeof *registers; i++) {
        const uint64_t n = (offset - registers[i].offset) / 4;
        if (n >= registers[i].count)
            continue;
        *at = (struct at){gic, &gic->iface[cpu], cpu, (unsigned)n, now};
        return &registers[i];
    }
    return NULL;
}

uint32_t gic_v2_read(struct gic *gic, unsigned cpu, uint64_t offset, uint64_t now)
{
    struct at at;
    const struct v2_register *r = find(&at, gic, cpu, offset, now);
    return r && r->read ? r->read(&at) : 0;
}

void gic_v2_write(struct gic *gic, unsigned cpu, uint64_t offset, uint32_t value, uint64_t now)
{
    struct at at;
    const struct v2_register *r = find(&at, gic, cpu, offset, now);
    if (r && r->write)
        r->write(&at, value);
}
