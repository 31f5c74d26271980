/* The distributor's registers, as families: one row for all registers that hold the same thing of each interrupt. */
#pragma once
#include "gic/dist.h"

/* What the distributor's state is seen through. */
enum gic_frame {
    GIC_FRAME_GICD_V2,
    GIC_FRAME_GICD_V3,
    GIC_FRAME_GICR_RD, /* of a redistributor: RD_base, SGI_base */
    GIC_FRAME_GICR_SGI
};

/* Whether the frame takes accesses of `size` bytes at an offset. What it does not take reads as zero and ignores writes. */
bool gic_dist_takes(enum gic_frame frame, uint64_t offset, unsigned size);

/* The register at an offset in the frame, a multiple of 4; `cpu`: the PE that looks at a GICv2's distributor, or whose
 * redistributor it is. Zero where there is none. */
uint32_t gic_dist_read(const struct gic_dist *dist, enum gic_frame frame, unsigned cpu, uint64_t offset);

/* Writes those bytes of it that `lanes` covers. Returns the set of PEs that may now be given another interrupt. */
uint64_t gic_dist_write(struct gic_dist *dist, enum gic_frame frame, unsigned cpu, uint64_t offset, uint32_t value,
                        uint32_t lanes);
