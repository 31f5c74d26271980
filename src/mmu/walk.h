/* The table walk of the 4 KiB granule: one core, which both stages of translation drive. */
#pragma once
#include "base/fault.h"
#include "base/status.h"
#include <stdint.h>

/* Reads the descriptor at `address`, which lies in the output space of the stage being walked. */
typedef struct fault read_descriptor_fn(void *owner, uint64_t address, uint64_t *descriptor);

struct walk {
    uint64_t table;       /* address of the first table */
    uint64_t input;       /* the address to translate */
    unsigned input_bits;  /* its size: 64 - TxSZ */
    unsigned start_level; /* 0..2 */
    unsigned output_bits; /* implemented or configured output size */
};

struct leaf {
    uint64_t output;       /* translated address */
    uint64_t descriptor;   /* block or page descriptor */
    uint64_t table_limits; /* descriptor<63:59> of the tables passed, ORed: what they forbid (stage 1) */
    uint8_t level;
    uint8_t shift; /* log2 of the bytes that the leaf maps */
};

/* Walks. Faults: translation, address size, access flag, and whatever `read` returns. Sets .kind and .level only. */
struct fault table_walk(const struct walk *walk, read_descriptor_fn *read, void *owner, struct leaf *leaf);
