/* The table walk of the 4 KiB granule: one core, which both stages of translation drive (AArch64.TranslationTableWalk). */
#pragma once
#include "base/fault.h"
#include <stdint.h>

struct bus;

/* Reads the little-endian descriptor at `address`, which lies in the output space of the stage being walked. */
typedef struct fault read_descriptor_fn(void *owner, uint64_t address, uint64_t *descriptor);

struct walk {
    uint64_t base;        /* TTBR_ELx, of which the bits above the size of the first table are its address */
    uint64_t input;       /* the address to translate */
    unsigned input_bits;  /* its size: 64 - TxSZ */
    unsigned start_level; /* 0..2 */
    unsigned output_bits; /* implemented or configured output size */
    bool big_endian;      /* SCTLR_ELx.EE: of the descriptors */
};

struct leaf {
    uint64_t output;       /* translated address */
    uint64_t descriptor;   /* block or page descriptor */
    uint64_t table_limits; /* descriptor<63:59> of the tables passed, ORed: what they forbid (stage 1) */
    uint8_t level;
    uint8_t shift; /* log2 of the bytes that the leaf maps */
};

/* Walks. Faults: translation, address size, access flag, and whatever `read` returns. Sets .kind and .level only. The
 * Contiguous bit is a hint: accepted, and not acted on. */
struct fault table_walk(const struct walk *walk, read_descriptor_fn *read, void *owner, struct leaf *leaf);

/* Reads a descriptor from memory; owner: the struct bus. Never from a device: a walk has no side effects. */
struct fault walk_read_physical(void *owner, uint64_t address, uint64_t *descriptor);

/* log2 of the bytes that one descriptor of a level maps. */
static inline unsigned level_shift(unsigned level)
{
    return 12 + 9 * (3 - level);
}

static inline struct fault fault_at_level(enum fault_kind kind, unsigned level)
{
    return (struct fault){.kind = kind, .level = (uint8_t)level};
}
