/* What a translation allows, and whether that is enough. */
#pragma once
#include "cpu/state.h"
#include "mmu/regime.h"
#include "mmu/walk.h"

/* ACCESS_MAINTAIN: cache maintenance from EL1 up, which asks for no permission. */
enum access_type { ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH, ACCESS_MAINTAIN };

/* The EL2 regime uses the EL1 bits. Each group in the order of enum access_type. */
enum permission {
    S1_EL0_R = 1 << 0,
    S1_EL0_W = 1 << 1,
    S1_EL0_X = 1 << 2,
    S1_EL1_R = 1 << 3,
    S1_EL1_W = 1 << 4,
    S1_EL1_X = 1 << 5,
    S2_R = 1 << 6,
    S2_W = 1 << 7,
    S2_X = 1 << 8,
    S1_ALL = 0x03f,
    S2_ALL = 0x1c0
};

/* AP, APTable, XN, PXN and what the tables passed forbid, WXN (AArch64.CheckPermission). */
unsigned permissions_stage1(const struct state *s, enum regime regime, const struct leaf *leaf);

/* S2AP, XN (AArch64.CheckS2Permission). */
unsigned permissions_stage2(const struct leaf *leaf);

static inline bool permitted_stage1(unsigned permissions, enum access_type type, unsigned el)
{
    if (type == ACCESS_MAINTAIN)
        return true;
    return permissions >> type & (el == 0 ? S1_EL0_R : S1_EL1_R);
}

static inline bool permitted_stage2(unsigned permissions, enum access_type type)
{
    return type == ACCESS_MAINTAIN || permissions >> type & S2_R;
}
