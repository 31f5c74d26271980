/* The table walk: one core, which both stages of translation drive, for every granule (AArch64.TranslationTableWalk). */
#pragma once
#include "base/addr.h"
#include "base/fault.h"
#include <stdint.h>

struct bus;

/* What a descriptor says. */
enum walk_meaning { WALK_TABLE, WALK_BLOCK, WALK_PAGE, WALK_INVALID, WALK_UNREAD /* it could not be read */ };

/* A descriptor, as whoever looks on is told of it. */
struct walk_step {
    uint8_t stage, level;
    enum walk_meaning meaning;
    uint64_t address; /* of the descriptor, in the output space of its stage */
    pa_t at;          /* where that is in memory; not of one unread */
    uint64_t value;   /* as the walk sees it, whatever the byte order in memory */
};

/* Told of each descriptor in the order of their reading. */
struct walk_observer {
    void (*told)(void *owner, const struct walk_step *step);
    void *owner;
};

/* Where the descriptor at `address`, in the output space of the stage being walked, lies in memory. */
typedef struct fault locate_descriptor_fn(void *owner, uint64_t address, pa_t *at);

/* What the registers say of a stage, whatever the address. */
struct walk_rules {
    uint64_t base; /* TTBR_ELx, of which the bits above the size of the first table are its address */
    uint8_t stage;
    uint8_t granule;     /* log2 of its bytes: 12, 14, 16 */
    uint8_t input_bits;  /* size of the input: 64 - TxSZ */
    uint8_t start_level; /* 0..3 */
    uint8_t output_bits; /* implemented or configured output size */
    bool big_endian;     /* SCTLR_ELx.EE: of the descriptors */
    /* from these, by walk_rules_finish: */
    bool base_too_large;
    uint64_t table;     /* the first one's address */
    uint64_t too_large; /* the bits of an address that are beyond the output size */
};

/* Works out what follows from the rest. */
void walk_rules_finish(struct walk_rules *rules);

struct walk {
    const struct walk_rules *rules;
    uint64_t input; /* the address to translate */
    struct bus *bus;
    locate_descriptor_fn *locate; /* NULL: the output space is that of memory */
    void *owner;
    const struct walk_observer *observer; /* NULL: nobody looks on */
};

struct leaf {
    uint64_t output;       /* translated address */
    uint64_t descriptor;   /* block or page descriptor */
    uint64_t table_limits; /* descriptors of the tables passed, ORed: in <63:59> what they forbid (stage 1) */
    uint8_t level;
    uint8_t shift; /* log2 of the bytes that the leaf maps */
};

/* Walks. Faults: translation, address size, access flag, external on a walk, and whatever `locate` returns. Sets .kind and
 * .level only. Descriptors are read from memory, never from a device: a walk has no side effects. The Contiguous bit is a
 * hint: accepted, and not acted on. */
struct fault table_walk(const struct walk *walk, struct leaf *leaf);

/* log2 of the bytes that one descriptor of a level maps. */
static inline unsigned level_shift(unsigned granule, unsigned level)
{
    return granule + (granule - 3) * (3 - level);
}

static inline struct fault fault_at_level(enum fault_kind kind, unsigned level)
{
    return (struct fault){.kind = kind, .level = (uint8_t)level};
}
