/* The distributor's registers, as families: one row for all registers that hold the same thing of each interrupt. */
#pragma once
#include "gic/dist.h"

/* The GICD_* register at an offset, a multiple of 4 below 0x1000, as PE `cpu` sees it. Zero where there is none. */
uint32_t gic_dist_read(const struct gic_dist *dist, unsigned cpu, uint64_t offset);

/* Writes those bytes of it that `lanes` covers. Returns the set of PEs that may now be given another interrupt. */
uint64_t gic_dist_write(struct gic_dist *dist, unsigned cpu, uint64_t offset, uint32_t value, uint32_t lanes);
