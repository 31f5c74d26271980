/* The virtual CPU interfaces of a machine, wired: their lines, their maintenance interrupts, the physical interrupts that
 * end with virtual ones; and GICH and GICV, their faces as devices of a GICv2. */
#pragma once
#include "gic/gic.h"

enum { GICH_SIZE = 0x1000, GICV_SIZE = 0x2000 }; /* bytes that answer */

enum { GIC_MAINTENANCE = 25 }; /* INTID of the maintenance interrupt */

/* The machine has virtual CPU interfaces, of `lrs` list registers each (1..GIC_LRS). After gic_init. */
void gic_virtual_init(struct gic *gic, unsigned lrs);

/* PE `cpu`'s interface has changed: drives its lines. */
void gic_virtual_update(struct gic *gic, unsigned cpu, uint64_t now);

/* The interrupt in list register `n` of PE `cpu` is not active any more, nor is the physical one that it is linked to. */
void gic_virtual_deactivate(struct gic *gic, unsigned cpu, unsigned n, uint64_t now);
