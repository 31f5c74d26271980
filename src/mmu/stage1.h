/* Stage 1: virtual to intermediate (or physical) addresses. */
#pragma once
#include "mmu/tlb.h"
#include "mmu/walk.h"

struct mmu;

/* What the registers say of one half of a regime's addresses, worked out: made anew when one of them has changed. */
struct stage1_plan {
    uint64_t tcr, ttbr, mair, sctlr; /* what it was made from; 0: never */
    struct walk_rules rules;
    bool disabled;                      /* TCR_ELx.EPDn */
    uint8_t top;                        /* the highest bit of an address that counts */
    uint64_t extension;                 /* what the bits above the input have to be */
    struct memattr attributes[8][4][2]; /* by AttrIndx, SH, and FOR_DATA or FOR_FETCH */
};

/* Fills the stage 1 half of *e, whose tag says the regime: ipa, level, permissions, attributes, global, shift. e->shift is
 * 56 where stage 1 is off. Faults without .va. observer: of the walk; NULL: nobody. */
struct fault stage1_walk(struct mmu *mmu, const struct state *s, va_t address, const struct walk_observer *observer,
                         struct tlb_entry *e);
