/* The virtual CPU interfaces of a machine, wired: their lines, their maintenance interrupts, the physical interrupts that
 * end with virtual ones; and GICH and GICV, their faces as devices of a GICv2. */
#pragma once
#include "gic/gic.h"

enum { GICH_SIZE = 0x1000, GICV_SIZE = 0x2000 }; /* bytes that answer */

enum { GIC_MAINTENANCE = 25 }; /* INTID of the maintenance interrupt */

/* The machine has virtual CPU interfaces, of `lrs` list registers each (1..GIC_LRS). After gic_init. */
void gic_virtual_init(struct gic *gic, unsigned lrs);

/* PE `cpu` has been reset: so is its interface, which is part of it in a GICv3. */
void gic_virtual_reset(struct gic *gic, unsigned cpu, uint64_t now);

/* Who accesses a virtual interface, and when: PE `cpu`, whose interface is *v. */
struct gic_virtual {
    struct gic *gic;
    struct gic_vcpu *v;
    unsigned cpu;
    uint64_t now; /* cycles */
};

/* The interface has changed: drives its lines. To be called after any of those below, too. */
void gic_virtual_update(const struct gic_virtual *at);

/* List register `n` is written, ICH_LR<n>_EL2. */
void gic_virtual_write_lr(const struct gic_virtual *at, unsigned n, uint64_t value);

/* The interrupt in list register `n` becomes active. */
void gic_virtual_acknowledge(const struct gic_virtual *at, unsigned n);

/* It is not active any more, nor is the physical one that it is linked to. by: "eoi" or "deactivate". */
void gic_virtual_deactivate(const struct gic_virtual *at, unsigned n, const char *by);
