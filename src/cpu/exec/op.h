/* Decoded code: one operation an instruction, ready to run, in arrays of a physical page. */
#pragma once
#include "base/addr.h"
#include <stdbool.h>
#include <stdint.h>

struct cpu;
struct op;

/* Executes op and says which operation is next; NULL leaves the engine. */
typedef const struct op *handler_fn(struct cpu *cpu, const struct op *op);

/* Registers are indices into state.x[], with what 31 means already decided. */
struct op {
    handler_fn *fn;
    uint16_t cost; /* cycles of the page's operations before this one */
    uint8_t rd, rn;
    union {
        int32_t imm;
        struct {
            uint8_t rm, ra;
            int16_t imm16;
        };
    };
};

_Static_assert(sizeof(struct op) == 16, "operations index by a shift, four a cache line");

enum { PAGE_OPS = PAGE_SIZE / 4 };

struct code_page {
    struct op op[PAGE_OPS + 2]; /* behind the page's own: one that goes on to the next page, and that one's cost */
    pa_t pa;
    unsigned index; /* of the one operation, where there is but one */
    uint8_t drops;  /* how often stores have had it dropped: see code_patch */
    bool decoded;
};
