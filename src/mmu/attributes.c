#include "mmu/attributes.h"

enum { S2_NC = 1, S2_WT = 2 }; /* half of MemAttr: 0b11 is Write-Back */
enum { NIBBLE_NC = 4 };        /* half of a MAIR byte */

struct memattr memattr_defaults(struct memattr a)
{
    if (memattr_is_device(a) || a.attr == ATTR_NON_CACHEABLE)
        a.sh = SH_OUTER;
    return a;
}

struct memattr memattr_for_fetch(struct memattr a)
{
    return memattr_is_device(a) ? (struct memattr){ATTR_NON_CACHEABLE, SH_OUTER} : a;
}

struct memattr memattr_stage1(uint8_t mair, unsigned sh, bool cacheable)
{
    /* Reserved values: Device without regard to bits 1..0, SH 0b01 as Non-shareable. */
    if (bits(mair, 7, 4) == 0)
        return memattr_defaults((struct memattr){mair & 0xc, SH_OUTER});
    const uint8_t attr = cacheable ? mair : ATTR_NON_CACHEABLE;
    return memattr_defaults((struct memattr){attr, (uint8_t)(sh == 1 ? SH_NON : sh)});
}

/* The weaker of two cacheabilities; the hints are those of stage 1 (CombineS1S2AttrHints). */
static unsigned combine_half(unsigned s1, unsigned s2)
{
    if (s1 == NIBBLE_NC || s2 <= S2_NC)
        return NIBBLE_NC;
    return s2 == S2_WT ? s1 & ~4u : s1; /* 0bx1RW is Write-Back, 0bx0RW Write-Through */
}

static uint8_t combine_sh(unsigned s1, unsigned s2)
{
    if (s1 == SH_OUTER || s2 == SH_OUTER)
        return SH_OUTER;
    return s1 == SH_INNER || s2 == SH_INNER ? SH_INNER : SH_NON;
}

struct memattr memattr_combine(struct memattr s1, unsigned memattr, unsigned sh, bool cacheable)
{
    const bool s2_device = bits(memattr, 3, 2) == 0;
    const uint8_t device = (uint8_t)(bits(memattr, 1, 0) << 2);
    if (memattr_is_device(s1) && s2_device)
        return (struct memattr){s1.attr < device ? s1.attr : device, SH_OUTER};
    if (memattr_is_device(s1))
        return s1;
    if (s2_device)
        return (struct memattr){device, SH_OUTER};
    const unsigned outer = combine_half(s1.attr >> 4, cacheable ? memattr >> 2 : S2_NC);
    const unsigned inner = combine_half(s1.attr & 0xf, cacheable ? memattr & 3 : S2_NC);
    return memattr_defaults((struct memattr){(uint8_t)(outer << 4 | inner), combine_sh(s1.sh, sh)});
}
