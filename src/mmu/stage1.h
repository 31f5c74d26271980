/* Stage 1: virtual to intermediate (or physical) addresses. */
#pragma once
#include "mmu/tlb.h"

struct mmu;
struct walk_observer;

/* Fills the stage 1 half of *e, whose tag says the regime: ipa, level, permissions, attributes, global, shift. e->shift is
 * 56 where stage 1 is off. Faults without .va. observer: of the walk; NULL: nobody. */
struct fault stage1_walk(struct mmu *mmu, const struct state *s, va_t address, const struct walk_observer *observer,
                         struct tlb_entry *e);
