/* An interrupt controller on a bench: its registers by offset, its inputs by INTID, its outputs written down. */
#pragma once
#include "gic/gic.h"
#include "test.h"
#include <stdlib.h>

struct rig {
    struct gic gic;
    uint8_t lines[GIC_CPUS]; /* a set of enum line */
    uint64_t when[GIC_CPUS]; /* of the last change */
    unsigned changes;        /* of all lines together */
    uint64_t now;
};

enum { /* GICD_* and GICC_* offsets */
       /* clang-format off */
    GICD_CTLR = 0x000, GICD_TYPER = 0x004, GICD_IIDR = 0x008,
    GICD_IGROUPR = 0x080, GICD_ISENABLER = 0x100, GICD_ICENABLER = 0x180, GICD_ISPENDR = 0x200, GICD_ICPENDR = 0x280,
    GICD_ISACTIVER = 0x300, GICD_ICACTIVER = 0x380, GICD_IPRIORITYR = 0x400, GICD_ITARGETSR = 0x800,
    GICD_ICFGR = 0xc00, GICD_SGIR = 0xf00, GICD_CPENDSGIR = 0xf10, GICD_SPENDSGIR = 0xf20, GICD_ICPIDR2 = 0xfe8,
    GICC_CTLR = 0x000, GICC_PMR = 0x004, GICC_BPR = 0x008, GICC_IAR = 0x00c, GICC_EOIR = 0x010, GICC_RPR = 0x014,
    GICC_HPPIR = 0x018, GICC_ABPR = 0x01c, GICC_AIAR = 0x020, GICC_AEOIR = 0x024, GICC_AHPPIR = 0x028,
    GICC_APR = 0x0d0, GICC_NSAPR = 0x0e0, GICC_IIDR = 0x0fc, GICC_DIR = 0x1000
       /* clang-format on */
};

static inline void rig_output(void *owner, unsigned cpu, enum line line, bool level, uint64_t now)
{
    struct rig *rig = owner;
    assert_int_not_equal((rig->lines[cpu] & line) != 0, level); /* told of changes only */
    rig->lines[cpu] = (uint8_t)(level ? rig->lines[cpu] | line : rig->lines[cpu] & ~line);
    rig->when[cpu] = now;
    rig->changes++;
}

static inline uint64_t rig_read(struct rig *rig, struct gic_face *face, unsigned cpu, uint64_t offset, unsigned size)
{
    const struct transaction t = {.now = rig->now, .size = (uint8_t)size, .cpu = (uint8_t)cpu};
    return face->device.ops->read(&face->device, offset, t) & ones(8 * size);
}

static inline void rig_write(struct rig *rig, struct gic_face *face, unsigned cpu, uint64_t offset, unsigned size,
                             uint64_t value)
{
    const struct transaction t = {.now = rig->now, .size = (uint8_t)size, .cpu = (uint8_t)cpu};
    face->device.ops->write(&face->device, offset, value, t);
}

static inline uint32_t gicd(struct rig *rig, unsigned cpu, uint64_t offset)
{
    return (uint32_t)rig_read(rig, &rig->gic.gicd, cpu, offset, 4);
}

static inline void gicd_set(struct rig *rig, unsigned cpu, uint64_t offset, uint32_t value)
{
    rig_write(rig, &rig->gic.gicd, cpu, offset, 4, value);
}

static inline uint32_t gicc(struct rig *rig, unsigned cpu, uint64_t offset)
{
    return (uint32_t)rig_read(rig, &rig->gic.gicc, cpu, offset, 4);
}

static inline void gicc_set(struct rig *rig, unsigned cpu, uint64_t offset, uint32_t value)
{
    rig_write(rig, &rig->gic.gicc, cpu, offset, 4, value);
}

/* Everything off, as after reset. */
static inline struct rig *rig_reset(unsigned cpus)
{
    struct rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    gic_init(&rig->gic, 2, cpus, rig_output, rig);
    return rig;
}

/* Distributor and CPU interfaces on for both groups, no priority masked. */
static inline struct rig *rig_on(unsigned cpus)
{
    struct rig *rig = rig_reset(cpus);
    gicd_set(rig, 0, GICD_CTLR, 3);
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        gicc_set(rig, cpu, GICC_CTLR, 3);
        gicc_set(rig, cpu, GICC_PMR, 0xff);
    }
    return rig;
}

/* Enables an interrupt, sent to the PEs in `targets`. */
static inline void rig_enable(struct rig *rig, unsigned intid, uint8_t priority, uint8_t targets)
{
    rig_write(rig, &rig->gic.gicd, 0, GICD_IPRIORITYR + intid, 1, priority);
    rig_write(rig, &rig->gic.gicd, 0, GICD_ITARGETSR + intid, 1, targets);
    gicd_set(rig, 0, GICD_ISENABLER + intid / 32 * 4, UINT32_C(1) << intid % 32);
}

static inline void rig_edge(struct rig *rig, unsigned intid)
{
    const uint32_t old = gicd(rig, 0, GICD_ICFGR + intid / 16 * 4);
    gicd_set(rig, 0, GICD_ICFGR + intid / 16 * 4, old | UINT32_C(2) << intid % 16 * 2);
}

static inline void rig_spi(struct rig *rig, unsigned intid, bool level)
{
    const struct irq_line line = gic_spi(&rig->gic, intid - 32);
    irq_set(&line, level, rig->now);
}

static inline void rig_ppi(struct rig *rig, unsigned cpu, unsigned intid, bool level)
{
    const struct irq_line line = gic_ppi(&rig->gic, cpu, intid);
    irq_set(&line, level, rig->now);
}

static inline bool rig_pending(struct rig *rig, unsigned intid)
{
    return bit(gicd(rig, 0, GICD_ISPENDR + intid / 32 * 4), intid % 32);
}

static inline bool rig_active(struct rig *rig, unsigned intid)
{
    return bit(gicd(rig, 0, GICD_ISACTIVER + intid / 32 * 4), intid % 32);
}
