#include "gic/gicv.h"

/* ---- acknowledging, and what is said of it ---- */

/* The INTID in a list register, of an SGI with its sender. */
static uint32_t id_of(uint64_t lr)
{
    const unsigned id = (unsigned)bits(lr, 9, 0);
    const bool sgi = id < GIC_SGIS && !(lr & ICH_LR_HW);
    return id | (sgi ? (uint32_t)bits(lr, 34, 32) << 10 : 0);
}

/* What GICV_IAR and GICV_HPPIR see of the interrupt in list register `best`: one of Group 1 only if AckCtl says so. */
static uint32_t seen(const struct gic_vcpu *v, unsigned best)
{
    const bool hidden = gic_lr_group1(v->lr[best]) && !(v->vmcr & ICH_VMCR_VACKCTL);
    return hidden ? GIC_GROUP1_PENDING : id_of(v->lr[best]);
}

/* And the aliases, which are for Group 1 alone. */
static uint32_t seen_by_alias(const struct gic_vcpu *v, unsigned best)
{
    return gic_lr_group1(v->lr[best]) ? id_of(v->lr[best]) : GIC_SPURIOUS;
}

static uint32_t acknowledge(const struct gic_virtual *at, uint32_t (*see)(const struct gic_vcpu *v, unsigned best))
{
    const int best = gic_vcpu_best(at->v);
    if (!gic_vcpu_signals(at->v))
        return GIC_SPURIOUS;
    const uint32_t value = see(at->v, (unsigned)best);
    if (value >= GIC_SPECIAL && value <= GIC_SPURIOUS)
        return value;
    gic_virtual_acknowledge(at, (unsigned)best);
    gic_virtual_update(at);
    return value;
}

static uint32_t read_iar(const struct gic_virtual *at)
{
    return acknowledge(at, seen);
}

static uint32_t read_aiar(const struct gic_virtual *at)
{
    return acknowledge(at, seen_by_alias);
}

/* Neither the priority mask nor what is active hides it. */
static uint32_t read_hppir(const struct gic_virtual *at)
{
    const int best = gic_vcpu_best(at->v);
    return best >= 0 ? seen(at->v, (unsigned)best) : GIC_SPURIOUS;
}

static uint32_t read_ahppir(const struct gic_virtual *at)
{
    const int best = gic_vcpu_best(at->v);
    return best >= 0 ? seen_by_alias(at->v, (unsigned)best) : GIC_SPURIOUS;
}

/* ---- the end of interrupts ---- */

/* The list register in which the interrupt, as GICV_IAR gave it, is active; -1: none. */
static int find_active(const struct gic_virtual *at, uint32_t value)
{
    const uint64_t id = bits(value, 9, 0);
    if (id >= GIC_SGIS)
        return gic_vcpu_find_active(at->v, ones(10), id);
    return gic_vcpu_find_active(at->v, ones(10) | ones(3) << 32, id | bits(value, 12, 10) << 32);
}

/* counts: the end of what is in no list register is counted. */
static void deactivate(const struct gic_virtual *at, uint32_t value, const char *by, bool counts)
{
    const int n = find_active(at, value);
    if (n >= 0)
        gic_virtual_deactivate(at, (unsigned)n, by);
    else if (counts)
        gic_vcpu_count_end(at->v);
}

/* An end that clears no active priority does not count. */
static void end(const struct gic_virtual *at, uint32_t value)
{
    if (bits(value, 9, 0) >= GIC_SPECIAL)
        return;
    const bool dropped = gic_vcpu_drop(at->v) != GIC_IDLE_PRIORITY;
    if (!(at->v->vmcr & ICH_VMCR_VEOIM))
        deactivate(at, value, "eoi", dropped);
    gic_virtual_update(at);
}

static void write_eoir(const struct gic_virtual *at, uint32_t value)
{
    end(at, value);
}

/* For interrupts of Group 1 alone. */
static void write_aeoir(const struct gic_virtual *at, uint32_t value)
{
    const int n = find_active(at, value);
    if (n < 0 || gic_lr_group1(at->v->lr[n]))
        end(at, value);
}

/* Deactivation, where GICV_EOIR drops the priority only. */
static void write_dir(const struct gic_virtual *at, uint32_t value)
{
    if (bits(value, 9, 0) >= GIC_SPECIAL || !(at->v->vmcr & ICH_VMCR_VEOIM))
        return;
    deactivate(at, value, "deactivate", true);
    gic_virtual_update(at);
}

/* ---- control: GICV_CTLR, PMR, BPR and ABPR are the fields of GICH_VMCR ---- */

static uint32_t read_ctlr(const struct gic_virtual *at)
{
    return at->v->vmcr & GICH_VMCR_CTLR;
}

static void write_ctlr(const struct gic_virtual *at, uint32_t value)
{
    at->v->vmcr = (at->v->vmcr & ~GICH_VMCR_CTLR) | (value & GICH_VMCR_CTLR);
    gic_virtual_update(at);
}

static uint32_t read_pmr(const struct gic_virtual *at)
{
    return gic_vcpu_pmr(at->v);
}

static void write_pmr(const struct gic_virtual *at, uint32_t value)
{
    gic_vcpu_write_pmr(at->v, (unsigned)bits(value, 7, 0));
    gic_virtual_update(at);
}

static uint32_t read_bpr(const struct gic_virtual *at)
{
    return gic_vcpu_bpr(at->v, false);
}

static void write_bpr(const struct gic_virtual *at, uint32_t value)
{
    gic_vcpu_write_bpr(at->v, false, value);
    gic_virtual_update(at);
}

static uint32_t read_abpr(const struct gic_virtual *at)
{
    return gic_vcpu_bpr(at->v, true);
}

static void write_abpr(const struct gic_virtual *at, uint32_t value)
{
    gic_vcpu_write_bpr(at->v, true, value);
    gic_virtual_update(at);
}

static uint32_t read_rpr(const struct gic_virtual *at)
{
    return gic_vcpu_running(at->v);
}

static uint32_t read_apr(const struct gic_virtual *at)
{
    return at->v->apr[0] | at->v->apr[1];
}

static void write_apr(const struct gic_virtual *at, uint32_t value)
{
    at->v->apr[0] = value;
    at->v->apr[1] = 0;
    gic_virtual_update(at);
}

/* GICV_IIDR: architecture version 2, Arm. */
static uint32_t read_iidr(const struct gic_virtual *at)
{
    (void)at;
    return 0x2043b;
}

/* ---- the table ---- */

/* clang-format off */
static const struct gicv_register {
    const char *name;
    uint16_t offset;
    uint32_t (*read)(const struct gic_virtual *at);              /* NULL: reads as zero */
    void (*write)(const struct gic_virtual *at, uint32_t value); /* NULL: ignores writes */
} registers[] = {
    {"GICV_CTLR",   0x0000, read_ctlr,   write_ctlr},
    {"GICV_PMR",    0x0004, read_pmr,    write_pmr},
    {"GICV_BPR",    0x0008, read_bpr,    write_bpr},
    {"GICV_IAR",    0x000c, read_iar,    NULL},
    {"GICV_EOIR",   0x0010, NULL,        write_eoir},
    {"GICV_RPR",    0x0014, read_rpr,    NULL},
    {"GICV_HPPIR",  0x0018, read_hppir,  NULL},
    {"GICV_ABPR",   0x001c, read_abpr,   write_abpr},
    {"GICV_AIAR",   0x0020, read_aiar,   NULL},
    {"GICV_AEOIR",  0x0024, NULL,        write_aeoir},
    {"GICV_AHPPIR", 0x0028, read_ahppir, NULL},
    {"GICV_APR0",   0x00d0, read_apr,    write_apr},
    {"GICV_IIDR",   0x00fc, read_iidr,   NULL},
    {"GICV_DIR",    0x1000, NULL,        write_dir},
};
/* clang-format on */

static const struct gicv_register *find(uint64_t offset)
{
    for (unsigned i = 0; i < sizeof registers / sizeof *registers; i++)
        if (registers[i].offset == offset)
            return &registers[i];
    return NULL;
}

uint32_t gic_gicv_read(const struct gic_virtual *at, uint64_t offset)
{
    const struct gicv_register *r = find(offset);
    return r && r->read ? r->read(at) : 0;
}

void gic_gicv_write(const struct gic_virtual *at, uint64_t offset, uint32_t value)
{
    const struct gicv_register *r = find(offset);
    if (r && r->write)
        r->write(at, value);
}
