/* Memory attributes, encoded as MAIR_ELx and PAR_EL1 encode them. */
#pragma once
#include "base/bits.h"

enum shareability { SH_NON = 0, SH_OUTER = 2, SH_INNER = 3 };

struct memattr {
    uint8_t attr; /* a byte of MAIR_ELx: 0b0000dd00 Device, else Normal, outer and inner */
    uint8_t sh;   /* enum shareability */
};

enum { ATTR_DEVICE_nGnRnE = 0x00, ATTR_NON_CACHEABLE = 0x44, ATTR_WRITE_THROUGH_RA = 0xaa, ATTR_WRITE_BACK = 0xff };

static inline bool memattr_is_device(struct memattr a)
{
    return bits(a.attr, 7, 4) == 0;
}

/* What a stage 1 leaf says (AArch64.S1AttrDecode): its byte of MAIR_ELx, its SH, and whether SCTLR_ELx.C (I for fetches)
 * lets Normal memory be cacheable. */
struct memattr memattr_stage1(uint8_t mair, unsigned sh, bool cacheable);

/* What it becomes under a stage 2 leaf (S2AttrDecode, CombineS1S2Desc): MemAttr, SH, and whether HCR_EL2.CD (ID) leaves
 * Normal memory cacheable. */
struct memattr memattr_combine(struct memattr s1, unsigned memattr, unsigned sh, bool cacheable);

/* What a fetch makes of Device memory that it may execute (InstructionDevice). */
struct memattr memattr_for_fetch(struct memattr a);

/* Device, and Normal memory that is non-cacheable inside and outside, is Outer Shareable (MemAttrDefaults). */
struct memattr memattr_defaults(struct memattr a);
