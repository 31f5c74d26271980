/* Instruction words of every encoding of loads and stores, made from the decoder's own table: each combination of the fields
 * that tell encodings apart, several times, with registers and immediates at random. Also words that are unallocated. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct words {
    uint64_t seed;
    unsigned times; /* how often each combination comes */

    unsigned class, n; /* zero to begin with */
    uint32_t shape;    /* the fields that tell encodings apart */
};

uint32_t words_random(uint64_t *seed);

/* The next word. False: there is none. */
bool words_next(struct words *w, uint32_t *word);
