/* The registers by which a hypervisor controls a GICv2's virtual CPU interface: GICH_*. */
#pragma once
#include "gic/gic.h"

/* The register at an offset, a multiple of 4 below GICH_SIZE, of PE `cpu`. */
uint32_t gic_gich_read(struct gic *gic, unsigned cpu, uint64_t offset, uint64_t now);
void gic_gich_write(struct gic *gic, unsigned cpu, uint64_t offset, uint32_t value, uint64_t now);
