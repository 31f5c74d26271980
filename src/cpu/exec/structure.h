/* LD1-LD4 and ST1-ST4 of multiple structures and of single ones, LD1R-LD4R: what their operation says. rd is the first
 * register, rn the base, rm what post-index adds if the form says so, ra log2 of the bytes of an element; the rest is
 * in imm16. */
#pragma once
#include "base/bits.h"

struct structure {
    uint8_t registers; /* of one structure: 1..4 (selem) */
    uint8_t repeats;   /* structures behind one another: 1..4 (rpt) */
    bool q;            /* 128 bits of each register, not 64 */
    uint8_t index;     /* of the element, where it is one of each register */
};

static inline int16_t structure_pack(struct structure s)
{
    return (int16_t)((s.registers - 1) | (s.repeats - 1) << 2 | s.q << 4 | s.index << 5);
}

static inline struct structure structure_unpack(int64_t imm16)
{
    const uint64_t packed = (uint64_t)imm16;
    return (struct structure){(uint8_t)(bits(packed, 1, 0) + 1), (uint8_t)(bits(packed, 3, 2) + 1), bit(packed, 4),
                              (uint8_t)bits(packed, 8, 5)};
}
