/* The registers of a GICv2's virtual CPU interface, as a virtual machine sees them: GICV_*. */
#pragma once
#include "gic/gic.h"

/* The register at an offset, a multiple of 4 below GICV_SIZE, of PE `cpu`. Reading GICV_IAR acknowledges. */
uint32_t gic_gicv_read(struct gic *gic, unsigned cpu, uint64_t offset, uint64_t now);
void gic_gicv_write(struct gic *gic, unsigned cpu, uint64_t offset, uint32_t value, uint64_t now);
