/* Stage 2: intermediate to physical addresses. */
#pragma once
#include "mmu/tlb.h"
#include "mmu/walk.h"

struct mmu;

/* What the registers say of stage 2, worked out: made anew when one of them has changed. */
struct stage2_plan {
    uint64_t vtcr, vttbr, sctlr; /* what it was made from; SCTLR_EL2 0: never */
    struct walk_rules rules;
    bool fits; /* VTCR_EL2.{SL0, T0SZ} fit each other and the core */
};

/* Fills the stage 2 half of *e for `address`: pa, level, permissions, attributes of both stages together, and the smaller
 * mapping size. Without STAGE2 in its tag, pa is the address. Faults without .va. observer: of the walk; NULL: nobody. */
struct fault stage2_walk(struct mmu *mmu, const struct state *s, ipa_t address, const struct walk_observer *observer,
                         struct tlb_entry *e);

/* Where the stage 1 descriptor at `address` lies in memory (AArch64.SecondStageWalk). Faults with .on_walk. */
struct fault stage2_of_descriptor(struct mmu *mmu, const struct state *s, ipa_t address,
                                  const struct walk_observer *observer, pa_t *out);
