/* The registers of a GICv2 CPU interface, over the distributor: GICC_*. */
#pragma once
#include "gic/gic.h"

/* The register at an offset, a multiple of 4 below GICC_SIZE, of PE `cpu`. Reading GICC_IAR acknowledges. */
uint32_t gic_v2_read(struct gic *gic, unsigned cpu, uint64_t offset, uint64_t now);
void gic_v2_write(struct gic *gic, unsigned cpu, uint64_t offset, uint32_t value, uint64_t now);
