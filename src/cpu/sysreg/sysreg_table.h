/* What each system register does: the rows of sysreg.def with their hooks. */
#pragma once
#include "cpu/cpu.h"

struct sysreg_row {
    const char *name;
    trapset_t traps;
    uint64_t reset;
    sysreg_read_fn *read;   /* NULL: plain; the owner is the struct cpu */
    sysreg_write_fn *write; /* NULL: plain */
};

/* Fills cpu->sysreg with the hooks of the CPU's own registers, and state.sys with the reset values of sysreg.def and of
 * the core model. */
void sysreg_init(struct cpu *cpu);
void sysreg_reset(struct cpu *cpu);

/* One AArch64 name of a register. */
struct sysreg_a64 {
    enum sysreg reg;
    struct sysreg_encoding encoding;
    trapset_t access; /* the traps that say from which EL up, and whether it can be written */
};

extern const struct sysreg_row sysreg_table[SYSREG_COUNT];
extern const struct sysreg_a64 sysreg_a64[SYSREG_A64_COUNT];

/* The row of sysreg_a64 with this encoding, -1 when there is none. */
int sysreg_find_a64(struct sysreg_encoding e);

/* All that may refuse an access by the name in row `row` of sysreg_a64. */
trapset_t sysreg_a64_traps(unsigned row);
