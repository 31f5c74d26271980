/* Decoded pages, found by physical page: a bounded cache, shared by the PEs of a cluster. Dropping a page changes
 * nothing but speed. */
#pragma once
#include "base/addr.h"
#include "cpu/exec/op.h"
#include "cpu/isa/decode.h"

struct bus;

enum { CODE_PAGES_MAX = 16384 /* 256 MiB of operations */, CODE_SLOTS = 1 << 16 };

struct code {
    struct code_page **slot;  /* [CODE_SLOTS], open addressing by page number */
    struct code_page **order; /* [CODE_PAGES_MAX], the oldest at next */
    unsigned pages, next;
    unsigned longest_run; /* cycles: the most that any decoded page so far takes between two looks at the clock */
    struct decoder decoder;
    const uint8_t *cost; /* [cost class] */
    bool fp16;           /* what is decoded: of cores with FEAT_FP16 */
    struct bus *bus;
};

/* False: no memory. */
bool code_init(struct code *code, struct bus *bus, const uint8_t *cost);
void code_free(struct code *code);

/* The decoded page at a physical address, decoding it if need be; NULL when the host has no memory for it. `evicted`:
 * the page that had to go, of which no table may know any more; NULL: none. */
struct code_page *code_get(struct code *code, pa_t page, struct code_page **evicted);

/* The page that a store has reached, no longer valid and not to be found again; NULL when it was not decoded. Its
 * operations stay until the next code_get, so that the one that stored can finish. */
struct code_page *code_drop(struct code *code, pa_t address);

/* A store of `size` bytes has reached a page of which stores drop the operations time and again: code and data together.
 * Lowers anew just the instructions that were written, in place. False: drop the page, this time or yet. */
bool code_patch(struct code *code, pa_t address, unsigned size);

/* Forgets every page, and frees it: memory has been replaced. No CPU may be running. */
void code_clear(struct code *code);

/* Lowers one instruction, `alone` or as the one behind op[-1]; returns its cost in cycles. */
unsigned code_lower(const struct code *code, uint32_t word, struct op *op, unsigned index, bool alone);
