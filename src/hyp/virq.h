/* Virtual interrupts: what HCR_EL2.{VI, VF, VSE} and the virtual CPU interface hold pending for EL1. */
#pragma once
#include "hyp/route.h"

/* Whether a virtual interrupt of the kind is pending, be it masked or not: it needs AMO, FMO or IMO, and TGE clear. */
bool hyp_virtual_pending(const struct state *s, enum interrupt kind);

/* Whether EL1 would take it now. */
bool hyp_virtual_taken(const struct state *s, enum interrupt kind);

/* ISR_EL1 as read at the current EL: EL1 sees the virtual kinds in place of the physical ones that are EL2's. */
uint64_t hyp_pending(const struct state *s);
