/* The registers of a GICv2's virtual CPU interface, as a virtual machine sees them: GICV_*. */
#pragma once
#include "gic/virtual.h"

/* The register at an offset, a multiple of 4 below GICV_SIZE. Reading GICV_IAR acknowledges. */
uint32_t gic_gicv_read(const struct gic_virtual *at, uint64_t offset);
void gic_gicv_write(const struct gic_virtual *at, uint64_t offset, uint32_t value);
