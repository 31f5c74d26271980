/* The interrupt controller and the timers of `virt`, wired to its PEs. */
#pragma once
#include "base/status.h"

struct virt;

enum {
    VIRT_GICD = 0x08000000,
    VIRT_GICC = 0x08010000,
    VIRT_GICH = 0x08030000, /* with EL2, as GICV */
    VIRT_GICV = 0x08040000,
    VIRT_GICR = 0x080a0000, /* of a GICv3, and then none of the three */
    VIRT_PPI_PMU = 23,      /* INTIDs */
    VIRT_PPI_CNTHP = 26,
    VIRT_PPI_CNTV = 27,
    VIRT_PPI_CNTP = 30
};

/* Makes and maps them, once virt->cpu exists. STATUS_NO_MEMORY, STATUS_OUT_OF_RANGE: the map has no room. */
enum status virt_add_interrupts(struct virt *virt);

/* After PE `number` has been reset: lines follow the timers' registers again; a GICv3's CPU interface is reset with it. */
void virt_interrupts_started(struct virt *virt, unsigned number);

/* PE `number` is powered down, and with it a GICv3's CPU interface: interrupts for any PE go to others. */
void virt_interrupts_stopped(struct virt *virt, unsigned number);
