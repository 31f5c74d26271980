/* What an A64 load or store accesses, read from its instruction word alone: for those that a data abort's syndrome does not
 * describe (ESR_EL2.ISS.ISV is 0), as pairs, writeback and vector registers. All of Armv8.0. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum access_kind {
    ACCESS_NONE,      /* no load or store, or none of Armv8.0 */
    ACCESS_TRANSFER,  /* moves elements between registers and memory */
    ACCESS_EXCLUSIVE, /* LDXR, STXR and their kin: nothing else is said of them */
    ACCESS_PREFETCH,  /* PRFM, PRFUM: may do nothing */
    ACCESS_ZERO,      /* DC ZVA: zeroes the block around the base */
    ACCESS_CACHE,     /* cache maintenance by address */
};

enum { ACCESS_SP = 31, ACCESS_PC = 32, ACCESS_NOWHERE = 33 }; /* bases that are no X register; nowhere: address 0 */

/* Elements lie in memory one after the other; element n belongs to lane n % lanes of register n / lanes, or, when
 * interleaved, to lane n / registers of register n % registers. */
struct access {
    uint8_t kind;
    bool load;
    bool vector;       /* the registers are V, not X */
    bool sign, wide;   /* what is loaded is sign-extended, to 64 bits if `wide`, else to 32 */
    bool unprivileged; /* LDTR, STTR: with the permissions of EL0 */
    uint8_t size;      /* of an element: 1 << size bytes, size 0 to 4 */

    uint8_t base;    /* X register, or one of the above */
    int64_t offset;  /* added to it, unless */
    bool indexed;    /* X[index] is, shifted left: */
    bool index_wide; /* the whole of it, else its lower half, */
    bool index_sign; /* as a signed number or not */
    uint8_t index, shift;
    bool writeback; /* base + offset goes to the base register */
    bool post;      /* the access is at the base, without the offset */

    uint8_t reg[4];    /* 31: zero, or V31 */
    uint8_t registers; /* 1 to 4 */
    uint8_t lanes;     /* of each register, 1 to 16 */
    uint8_t lane;      /* the first of them */
    bool interleaved;
    bool keep;         /* the other lanes of a vector register keep their value; else they become zero */
    uint8_t replicate; /* LD1R to LD4R: all lanes of so many bytes get the one that is loaded; 0: no */
};

/* Describes the load or store `word`. */
struct access access_decode(uint32_t word);

/* The bit text of encoding class n of the table, for tests; NULL after the last. Words of a class: each letter is any bit. */
const char *access_class(unsigned n);
