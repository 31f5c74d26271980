#include "gic/virtual.h"
#include "gic/gich.h"
#include "gic/gicv.h"
#include <assert.h>

/* ---- outputs ---- */

static void drive(struct gic *gic, unsigned cpu, uint32_t lines, uint64_t now)
{
    struct gic_vcpu *v = &gic->vcpu[cpu];
    const uint32_t changed = lines ^ v->lines;
    v->lines = lines;
    if (changed & LINE_VIRQ)
        gic->output(gic->owner, cpu, LINE_VIRQ, lines & LINE_VIRQ, now);
    if (changed & LINE_VFIQ)
        gic->output(gic->owner, cpu, LINE_VFIQ, lines & LINE_VFIQ, now);
}

/* The line is the redistributor's, or the distributor's, as those of devices are. */
static void drive_maintenance(struct gic *gic, unsigned cpu, bool level, uint64_t now)
{
    struct gic_vcpu *v = &gic->vcpu[cpu];
    const struct irq_line line = gic_ppi(gic, cpu, GIC_MAINTENANCE);
    if (v->maintenance == level)
        return;
    v->maintenance = level;
    irq_set(&line, level, now);
}

void gic_virtual_update(struct gic *gic, unsigned cpu, uint64_t now)
{
    const struct gic_vcpu *v = &gic->vcpu[cpu];
    drive(gic, cpu, gic_vcpu_lines(v), now);
    drive_maintenance(gic, cpu, v->hcr & ICH_HCR_EN && gic_vcpu_misr(v), now);
}

/* The number in a list register is the hypervisor's: it may be of no interrupt that there is. An SGI of a GICv2 has no one
 * to be deactivated for. */
void gic_virtual_deactivate(struct gic *gic, unsigned cpu, unsigned n, uint64_t now)
{
    const int intid = gic_vcpu_deactivate(&gic->vcpu[cpu], n);
    if (intid >= GIC_SGIS && intid < GIC_INTERRUPTS)
        gic_update(gic, gic_dist_deactivate(&gic->dist, cpu, (unsigned)intid), now);
}

/* ---- faces: accesses of any width and alignment come down to the words they touch ---- */

/* x, whose byte 0 lies at `from`, seen from `to`. */
static uint64_t moved(uint64_t x, uint64_t from, uint64_t to)
{
    return to >= from ? x >> 8 * (to - from) : x << 8 * (from - to);
}

typedef uint32_t read_fn(struct gic *gic, unsigned cpu, uint64_t offset, uint64_t now);
typedef void write_fn(struct gic *gic, unsigned cpu, uint64_t offset, uint32_t value, uint64_t now);

static uint64_t read_words(struct device *device, uint64_t offset, struct transaction t, read_fn *read)
{
    struct gic *gic = ((struct gic_face *)device)->gic;
    uint64_t value = 0;
    for (uint64_t at = align_down(offset, 4); at < offset + t.size; at += 4)
        value |= moved(read(gic, gic_cpu_of(gic, t), at, t.now), at, offset);
    return value;
}

static void write_words(struct device *device, uint64_t offset, uint64_t value, struct transaction t, write_fn *write)
{
    struct gic *gic = ((struct gic_face *)device)->gic;
    for (uint64_t at = align_down(offset, 4); at < offset + t.size; at += 4) {
        const uint32_t lanes = (uint32_t)moved(ones(8u * t.size), offset, at);
        write(gic, gic_cpu_of(gic, t), at, (uint32_t)moved(value, offset, at) & lanes, t.now);
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

/* Lines fall at once: 0 is the PE's past. */
static void gich_reset(struct device *device)
{
    struct gic *gic = ((struct gic_face *)device)->gic;
    for (unsigned cpu = 0; cpu < gic->dist.cpus; cpu++) {
        drive(gic, cpu, 0, 0);
        drive_maintenance(gic, cpu, false, 0);
        gic_vcpu_reset(&gic->vcpu[cpu], gic->vcpu[cpu].lrs);
    }
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
        gic_vcpu_reset(&gic->vcpu[cpu], lrs);
}
