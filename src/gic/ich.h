/* The system registers by which EL2 controls a GICv3's virtual CPU interface: ICH_*_EL2. */
#pragma once
#include "gic/icc.h"

/* A register's hooks, to be called with the PE's struct icc; state.cycles is the time. False: it is none of these.
 * ICH_HCR_EL2's traps are not theirs: they are state.sys[ICH_HCR_EL2], which the writer of that register keeps. */
bool ich_hook_of(enum sysreg reg, struct icc_hook *hook);

/* The bits of ICH_HCR_EL2 that trap: TC, TALL0, TALL1, TDIR. */
#define ICH_HCR_TRAPS UINT64_C(0x5c00)
