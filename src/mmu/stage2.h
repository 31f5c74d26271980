/* Stage 2: intermediate to physical addresses. */
#pragma once
#include "mmu/tlb.h"

struct mmu;
struct walk_observer;

/* Fills the stage 2 half of *e for `address`: pa, level, permissions, attributes of both stages together, and the smaller
 * mapping size. Without STAGE2 in its tag, pa is the address. Faults without .va. observer: of the walk; NULL: nobody. */
struct fault stage2_walk(struct mmu *mmu, const struct state *s, ipa_t address, const struct walk_observer *observer,
                         struct tlb_entry *e);

/* Where the stage 1 descriptor at `address` lies in memory (AArch64.SecondStageWalk). Faults with .on_walk. */
struct fault stage2_of_descriptor(struct mmu *mmu, const struct state *s, ipa_t address,
                                  const struct walk_observer *observer, pa_t *out);
