/* The registers by which a hypervisor controls a GICv2's virtual CPU interface: GICH_*. */
#pragma once
#include "gic/virtual.h"

/* The register at an offset, a multiple of 4 below GICH_SIZE. */
uint32_t gic_gich_read(const struct gic_virtual *at, uint64_t offset);
void gic_gich_write(const struct gic_virtual *at, uint64_t offset, uint32_t value);
