#include "mmu/permissions.h"

enum { SCTLR_WXN = 19 };

unsigned permissions_stage1(const struct state *s, enum regime regime, const struct leaf *leaf)
{
    const uint64_t d = leaf->descriptor, tables = leaf->table_limits;
    const bool two = regime_rows[regime].two_privileges;
    const bool wxn = bit(s->sys[regime_rows[regime].sctlr], SCTLR_WXN);
    const bool write = !bit(d, 7) && !bit(tables, 62);          /* AP<2>, APTable<1> */
    const bool el0 = two && bit(d, 6) && !bit(tables, 61);      /* AP<1>, APTable<0> */
    const bool uxn = bit(d, 54) || bit(tables, 60);             /* UXN or XN, XNTable */
    const bool pxn = two ? bit(d, 53) || bit(tables, 59) : uxn; /* PXN, PXNTable */
    unsigned allowed = S1_EL1_R | (write ? S1_EL1_W : 0);
    if (!pxn && !(write && wxn) && !(write && el0))
        allowed |= S1_EL1_X;
    if (el0)
        allowed |= S1_EL0_R | (write ? S1_EL0_W : 0);
    if (two && !uxn && !(write && el0 && wxn))
        allowed |= S1_EL0_X;
    return allowed;
}

unsigned permissions_stage2(const struct leaf *leaf)
{
    const uint64_t d = leaf->descriptor;
    return (bit(d, 6) ? S2_R : 0) | (bit(d, 7) ? S2_W : 0) | (bit(d, 54) ? 0 : S2_X);
}
