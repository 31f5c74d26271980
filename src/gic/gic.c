#include "gic/gic.h"
#include "base/hints.h"
#include "gic/dist_regs.h"
#include "gic/v2.h"
#include <assert.h>

/* ---- outputs ---- */

static void drive(struct gic *gic, unsigned cpu, uint8_t lines, uint64_t now)
{
    struct gic_iface *iface = &gic->iface[cpu];
    const uint8_t changed = lines ^ iface->lines;
    iface->lines = lines;
    if (changed & LINE_IRQ)
        gic->output(gic->owner, cpu, LINE_IRQ, lines & LINE_IRQ, now);
    if (changed & LINE_FIQ)
        gic->output(gic->owner, cpu, LINE_FIQ, lines & LINE_FIQ, now);
}

void gic_update(struct gic *gic, uint64_t cpus, uint64_t now)
{
    for (; cpus; cpus &= cpus - 1) {
        const unsigned cpu = (unsigned)__builtin_ctzll(cpus);
        gic->iface[cpu].best = gic_dist_best(&gic->dist, cpu);
        drive(gic, cpu, gic_iface_line(&gic->iface[cpu]), now);
    }
}

static uint64_t all(const struct gic *gic)
{
    return ones(gic->dist.cpus);
}

/* ---- telling what has become pending ---- */

static bool listened(const struct gic *gic)
{
    return gic->trace && trace_wants(gic->trace, TRAPEZE_EVENT_INTERRUPT);
}

static COLD void note_pending(const struct gic *gic, struct gic_change *before)
{
    for (unsigned cpu = 0; cpu < gic->dist.cpus; cpu++)
        before->banked[cpu] = gic_dist_pending(&gic->dist, cpu, 0);
    for (unsigned word = 1; word < GIC_WORDS; word++)
        before->shared[word] = gic_dist_pending(&gic->dist, 0, word);
}

/* The first PE that a shared interrupt goes to; 0: none. */
static unsigned first_target(const struct gic *gic, unsigned intid)
{
    for (unsigned cpu = 0; cpu < gic->dist.cpus; cpu++)
        if (bit(gic->dist.target[cpu][intid / 32], intid % 32))
            return cpu;
    return 0;
}

static void tell_word(const struct gic *gic, unsigned cpu, unsigned word, uint32_t before, uint64_t now)
{
    for (uint32_t set = gic_dist_pending(&gic->dist, cpu, word) & ~before; set; set &= set - 1) {
        const unsigned intid = word * 32 + (unsigned)__builtin_ctz(set);
        const unsigned to = word ? first_target(gic, intid) : cpu;
        const uint8_t priority = word ? gic->dist.priority[intid] : gic->dist.priority_banked[cpu][intid];
        trace_tell_interrupt(gic->trace, TRAPEZE_INTERRUPT_PENDING, to, intid, priority, now);
    }
}

static COLD void tell_pending(const struct gic *gic, const struct gic_change *before, uint64_t now)
{
    for (unsigned cpu = 0; cpu < gic->dist.cpus; cpu++)
        tell_word(gic, cpu, 0, before->banked[cpu], now);
    for (unsigned word = 1; word < GIC_WORDS; word++)
        tell_word(gic, 0, word, before->shared[word], now);
}

void gic_begin(const struct gic *gic, struct gic_change *change)
{
    change->told = listened(gic);
    if (change->told)
        note_pending(gic, change);
}

void gic_end(struct gic *gic, const struct gic_change *change, uint64_t concerned, uint64_t now)
{
    if (change->told)
        tell_pending(gic, change, now);
    gic_update(gic, concerned, now);
}

/* ---- inputs: a line's number is its INTID, and from bit 16 on the PE ---- */

static void line_changed(void *owner, unsigned number, bool level, uint64_t now)
{
    struct gic *gic = owner;
    const unsigned cpu = number >> 16, intid = number & 0xffff;
    struct gic_change change;
    gic_begin(gic, &change);
    gic_end(gic, &change, gic_dist_set_level(&gic->dist, cpu, intid, level), now);
}

struct irq_line gic_spi(struct gic *gic, unsigned spi)
{
    assert(spi < GIC_INTERRUPTS - GIC_INTERNAL);
    return (struct irq_line){line_changed, gic, GIC_INTERNAL + spi};
}

struct irq_line gic_ppi(struct gic *gic, unsigned cpu, unsigned intid)
{
    assert(cpu < gic->dist.cpus && intid >= GIC_SGIS && intid < GIC_INTERNAL);
    return (struct irq_line){line_changed, gic, cpu << 16 | intid};
}

/* ---- faces: accesses of any width and alignment come down to the words they touch ---- */

unsigned gic_cpu_of(const struct gic *gic, struct transaction t)
{
    return t.cpu < gic->dist.cpus ? t.cpu : 0;
}

static uint64_t read_frame(const struct gic *gic, enum gic_frame frame, unsigned cpu, uint64_t offset, unsigned size)
{
    uint64_t value = 0;
    if (gic->dist.version == 3 && !gic_dist_takes(frame, offset, size))
        return 0;
    for (uint64_t at = align_down(offset, 4); at < offset + size; at += 4)
        value |= gic_moved(gic_dist_read(&gic->dist, frame, cpu, at), at, offset);
    return value;
}

static void write_frame(struct gic *gic, enum gic_frame frame, unsigned cpu, uint64_t offset, uint64_t value,
                        struct transaction t)
{
    struct gic_change change;
    uint64_t changed = 0;
    if (gic->dist.version == 3 && !gic_dist_takes(frame, offset, t.size))
        return;
    gic_begin(gic, &change);
    for (uint64_t at = align_down(offset, 4); at < offset + t.size; at += 4) {
        const uint32_t lanes = (uint32_t)gic_moved(ones(8u * t.size), offset, at);
        changed |= gic_dist_write(&gic->dist, frame, cpu, at, (uint32_t)gic_moved(value, offset, at), lanes);
    }
    gic_end(gic, &change, changed, t.now);
}

static enum gic_frame gicd_frame(const struct gic *gic)
{
    return gic->dist.version == 2 ? GIC_FRAME_GICD_V2 : GIC_FRAME_GICD_V3;
}

static uint64_t gicd_read(struct device *device, uint64_t offset, struct transaction t)
{
    const struct gic *gic = ((struct gic_face *)device)->gic;
    return read_frame(gic, gicd_frame(gic), gic_cpu_of(gic, t), offset, t.size);
}

static void gicd_write(struct device *device, uint64_t offset, uint64_t value, struct transaction t)
{
    struct gic *gic = ((struct gic_face *)device)->gic;
    write_frame(gic, gicd_frame(gic), gic_cpu_of(gic, t), offset, value, t);
}

/* The redistributors one behind the other: RD_base and SGI_base, 64 KiB each. */
static enum gic_frame gicr_frame(uint64_t offset)
{
    return bit(offset, 16) ? GIC_FRAME_GICR_SGI : GIC_FRAME_GICR_RD;
}

static uint64_t gicr_read(struct device *device, uint64_t offset, struct transaction t)
{
    const struct gic *gic = ((struct gic_face *)device)->gic;
    return read_frame(gic, gicr_frame(offset), (unsigned)(offset / GICR_SIZE), bits(offset, 15, 0), t.size);
}

static void gicr_write(struct device *device, uint64_t offset, uint64_t value, struct transaction t)
{
    struct gic *gic = ((struct gic_face *)device)->gic;
    write_frame(gic, gicr_frame(offset), (unsigned)(offset / GICR_SIZE), bits(offset, 15, 0), value, t);
}

static uint64_t gicc_read(struct device *device, uint64_t offset, struct transaction t)
{
    struct gic *gic = ((struct gic_face *)device)->gic;
    uint64_t value = 0;
    for (uint64_t at = align_down(offset, 4); at < offset + t.size; at += 4)
        value |= gic_moved(gic_v2_read(gic, gic_cpu_of(gic, t), at, t.now), at, offset);
    return value;
}

static void gicc_write(struct device *device, uint64_t offset, uint64_t value, struct transaction t)
{
    struct gic *gic = ((struct gic_face *)device)->gic;
    for (uint64_t at = align_down(offset, 4); at < offset + t.size; at += 4) {
        const uint32_t lanes = (uint32_t)gic_moved(ones(8u * t.size), offset, at);
        gic_v2_write(gic, gic_cpu_of(gic, t), at, (uint32_t)gic_moved(value, offset, at) & lanes, t.now);
    }
}

/* ---- life ---- */

/* Lines fall at once: 0 is the PE's past. */
static void gicd_reset(struct device *device)
{
    struct gic *gic = ((struct gic_face *)device)->gic;
    gic_dist_reset(&gic->dist, gic->dist.version, gic->dist.cpus);
    gic_update(gic, all(gic), 0);
}

static void gicc_reset(struct device *device)
{
    struct gic *gic = ((struct gic_face *)device)->gic;
    for (unsigned cpu = 0; cpu < gic->dist.cpus; cpu++) {
        drive(gic, cpu, 0, 0);
        gic_iface_reset(&gic->iface[cpu], gic->dist.version);
    }
    gic_update(gic, all(gic), 0);
}

/* Other views of what GICD resets. */
static void gicr_reset(struct device *device)
{
    (void)device;
}

/* The device tree node is the machine's: other nodes refer to it. */
static const struct device_ops gicd_ops = {gicd_read, gicd_write, gicd_reset, NULL};
static const struct device_ops gicr_ops = {gicr_read, gicr_write, gicr_reset, NULL};
static const struct device_ops gicc_ops = {gicc_read, gicc_write, gicc_reset, NULL};

void gic_init(struct gic *gic, unsigned version, unsigned cpus, gic_output_fn *output, void *owner)
{
    assert(version == 2 || version == 3);
    assert(cpus >= 1 && cpus <= (version == 2 ? GIC_V2_CPUS : GIC_CPUS));
    *gic = (struct gic){.output = output, .owner = owner};
    gic->gicd = (struct gic_face){{"gicd", &gicd_ops, &gic->dist, sizeof gic->dist}, gic};
    gic->gicr = (struct gic_face){{"gicr", &gicr_ops, NULL, 0}, gic};
    gic->gicc = (struct gic_face){{"gicc", &gicc_ops, gic->iface, sizeof gic->iface}, gic};
    gic_dist_reset(&gic->dist, version, cpus);
    for (unsigned cpu = 0; cpu < GIC_CPUS; cpu++)
        gic_iface_reset(&gic->iface[cpu], version);
}
