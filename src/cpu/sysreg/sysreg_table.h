/* What each system register does: the rows of sysreg.def with their hooks. */
#pragma once
#include "cpu/cpu.h"

struct sysreg_row {
    const char *name;
    uint16_t when; /* where there is such a register: see sysreg.c */
    trapset_t traps;
    uint64_t reset;
    uint64_t writable;      /* the bits that a write changes */
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

/* All that may refuse an access by the name in row `row` of sysreg_a64, on a core that has the register. */
trapset_t sysreg_a64_traps(unsigned row);

/* Whether the PE has the register. */
bool sysreg_present(const struct cpu *cpu, enum sysreg reg);

/* The traps that some access of this PE carries, be it to a register or another instruction's. */
trapset_t sysreg_carried(const struct cpu *cpu);

/* Whether this PE's software can make the trap act. */
bool sysreg_can_arm(const struct cpu *cpu, enum trap_id id);

/* The value that a write leaves in the bits that it can change, the others being as they are. */
static inline uint64_t sysreg_masked(const struct sysreg_access *a, uint64_t value)
{
    return (value & a->writable) | a->fixed;
}

/* The write hook of the registers in trap.def's column `control`: for owners that hook one of these too, to go on to. */
sysreg_write_fn sysreg_write_control;

/* Whether traps or translation depend on the register: it stands in trap.def's column `control`, or belongs to a regime. */
bool sysreg_is_control(enum sysreg reg);
