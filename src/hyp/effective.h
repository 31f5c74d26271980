/* The EL2 controls as they act, which is not always as they read: under HCR_EL2.TGE, and where EL2 is not implemented. */
#pragma once
#include "cpu/state.h"

/* HCR_EL2: 0 without EL2; under TGE the physical interrupts are EL2's and the virtual ones are off (EffectiveHCR_EL2). */
uint64_t hyp_hcr(const struct state *s);

/* MDCR_EL2: TDE sets TDRA, TDOSA and TDA, and TGE sets TDE. */
uint64_t hyp_mdcr(const struct state *s);

/* Any control of trap.def. */
uint64_t hyp_effective(const struct state *s, enum sysreg control);
