/* Stage 1: virtual to intermediate (or physical) addresses. */
#pragma once
#include "mmu/tlb.h"

struct mmu;

/* Fills the stage 1 half of *e, whose tag says the regime: ipa, level, permissions, attributes, global, shift. e->shift is
 * 56 where stage 1 is off. Faults without .va. */
struct fault stage1_walk(struct mmu *mmu, const struct state *s, va_t address, struct tlb_entry *e);
