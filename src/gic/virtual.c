#include "gic/virtual.h"
#include "gic/gich.h"
#include "gic/gicv.h"
#include <assert.h>

/* ---- outputs ---- */

static void drive(const struct gic_virtual *at, uint32_t lines)
{
    const struct gic *gic = at->gic;
    const uint32_t changed = lines ^ at->v->lines;
    at->v->lines = lines;
    if (changed & LINE_VIRQ)
        gic->output(gic->owner, at->cpu, LINE_VIRQ, lines & LINE_VIRQ, at->now);
    if (changed & LINE_VFIQ)
        gic->output(gic->owner, at->cpu, LINE_VFIQ, lines & LINE_VFIQ, at->now);
}

/* The line of the maintenance interrupt is as those of devices are. */
static void drive_maintenance(const struct gic_virtual *at, bool level)
{
    if (at->v->maintenance == level)
        return;
    const struct irq_line line = gic_ppi(at->gic, at->cpu, GIC_MAINTENANCE);
    at->v->maintenance = level;
    irq_set(&line, level, at->now);
}

void gic_virtual_update(const struct gic_virtual *at)
{
    drive(at, gic_vcpu_lines(at->v));
    drive_maintenance(at, at->v->hcr & ICH_HCR_EN && gic_vcpu_misr(at->v));
}

/* ---- the life of interrupts in list registers ---- */

static struct trace_lr described(uint64_t lr)
{
    return (struct trace_lr){.state = (uint8_t)bits(lr, 63, 62),
                             .group1 = gic_lr_group1(lr),
                             .hardware = lr & ICH_LR_HW,
                             .vintid = gic_lr_vintid(lr),
                             .pintid = lr & ICH_LR_HW ? (uint32_t)bits(lr, 44, 32) : 0};
}

static void tell(const struct gic_virtual *at, unsigned n, uint64_t before, const char *by)
{
    trace_list_register(at->gic->trace, at->cpu, n, described(before), described(at->v->lr[n]), by, at->now);
}

void gic_virtual_write_lr(const struct gic_virtual *at, unsigned n, uint64_t value)
{
    const uint64_t before = at->v->lr[n];
    at->v->lr[n] = value;
    tell(at, n, before, "write");
}

void gic_virtual_acknowledge(const struct gic_virtual *at, unsigned n)
{
    const uint64_t before = at->v->lr[n];
    gic_vcpu_acknowledge(at->v, n);
    tell(at, n, before, "acknowledge");
}

/* The number in a list register is the hypervisor's: it may be of no interrupt that there is. An SGI of a GICv2 has no one
 * to be deactivated for: it does not say which sender's. */
void gic_virtual_deactivate(const struct gic_virtual *at, unsigned n, const char *by)
{
    struct gic *gic = at->gic;
    const uint64_t before = at->v->lr[n];
    const int intid = gic_vcpu_deactivate(at->v, n);
    tell(at, n, before, by);
    const int first = gic->dist.version == 2 ? GIC_SGIS : 0;
    if (intid >= first && intid < GIC_INTERRUPTS)
        gic_update(gic, gic_dist_deactivate(&gic->dist, at->cpu, (unsigned)intid), at->now);
}

/* ---- faces: accesses of any width and alignment come down to the words they touch ---- */

typedef uint32_t read_fn(const struct gic_virtual *at, uint64_t offset);
typedef void write_fn(const struct gic_virtual *at, uint64_t offset, uint32_t value);

static struct gic_virtual accessed(struct device *device, struct transaction t)
{
    struct gic *gic = ((struct gic_face *)device)->gic;
    const unsigned cpu = gic_cpu_of(gic, t);
    return (struct gic_virtual){gic, &gic->vcpu[cpu], cpu, t.now};
}

static uint64_t read_words(struct device *device, uint64_t offset, struct transaction t, read_fn *read)
{
    const struct gic_virtual who = accessed(device, t);
    uint64_t value = 0;
    for (uint64_t at = align_down(offset, 4); at < offset + t.size; at += 4)
        value |= gic_moved(read(&who, at), at, offset);
    return value;
}

static void write_words(struct device *device, uint64_t offset, uint64_t value, struct transaction t, write_fn *write)
{
    const struct gic_virtual who = accessed(device, t);
    for (uint64_t at = align_down(offset, 4); at < offset + t.size; at += 4) {
        const uint32_t lanes = (uint32_t)gic_moved(ones(8u * t.size), offset, at);
        write(&who, at, (uint32_t)gic_moved(value, offset, at) & lanes);
    }
}

static uint64_t gich_read(struct device *device, uint64_t offset, struct transaction t)
{
    return read_words(device, offset, t, gic_gich_read);
}

static void gich_write(struct device *device, uint64_t offset, uint64_t value, struct transaction t)
{
    write_words(device, offset, value, t, gic_gich_write);
}

static uint64_t gicv_read(struct device *device, uint64_t offset, struct transaction t)
{
    return read_words(device, offset, t, gic_gicv_read);
}

static void gicv_write(struct device *device, uint64_t offset, uint64_t value, struct transaction t)
{
    write_words(device, offset, value, t, gic_gicv_write);
}

/* ---- life ---- */

/* A GICv3 has FIQs for Group 0, always. */
static void reset_registers(struct gic *gic, unsigned cpu, unsigned lrs)
{
    gic_vcpu_reset(&gic->vcpu[cpu], lrs);
    if (gic->dist.version == 3)
        gic->vcpu[cpu].vmcr |= ICH_VMCR_VFIQEN;
}

void gic_virtual_reset(struct gic *gic, unsigned cpu, uint64_t now)
{
    const struct gic_virtual at = {gic, &gic->vcpu[cpu], cpu, now};
    drive(&at, 0);
    drive_maintenance(&at, false);
    reset_registers(gic, cpu, at.v->lrs);
}

/* Lines fall at once: 0 is the PE's past. */
static void gich_reset(struct device *device)
{
    struct gic *gic = ((struct gic_face *)device)->gic;
    for (unsigned cpu = 0; cpu < gic->dist.cpus; cpu++)
        gic_virtual_reset(gic, cpu, 0);
}

/* Another view of what GICH resets. */
static void gicv_reset(struct device *device)
{
    (void)device;
}

/* The machine's device tree node of the distributor tells of them. */
static const struct device_ops gich_ops = {gich_read, gich_write, gich_reset, NULL};
static const struct device_ops gicv_ops = {gicv_read, gicv_write, gicv_reset, NULL};

void gic_virtual_init(struct gic *gic, unsigned lrs)
{
    assert(lrs >= 1 && lrs <= GIC_LRS);
    gic->gich = (struct gic_face){{"gich", &gich_ops, gic->vcpu, sizeof gic->vcpu}, gic};
    gic->gicv = (struct gic_face){{"gicv", &gicv_ops, NULL, 0}, gic};
    for (unsigned cpu = 0; cpu < gic->dist.cpus; cpu++)
        reset_registers(gic, cpu, lrs);
}
