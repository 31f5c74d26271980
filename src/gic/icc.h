/* The system registers of a GICv3's CPU interface: ICC_*, over the distributor and the interface core; and what EL1 is
 * given instead of them where its interrupts are virtual. */
#pragma once
#include "gic/gic.h"

/* A PE's interface: what the hooks are given as their owner. */
struct icc {
    struct gic *gic;
    unsigned cpu;
};

struct icc_hook {
    uint64_t (*read)(void *owner, struct state *s, enum sysreg reg);
    void (*write)(void *owner, struct state *s, enum sysreg reg, uint64_t value);
    uint64_t (*look)(void *owner, struct state *s, enum sysreg reg); /* where reading changes something, else NULL */
};

/* The PE has been reset, and its interface with it. */
void icc_reset(const struct icc *icc, uint64_t now);

/* A register's hooks, to be called with the PE's struct icc; state.cycles is the time. False: it is none of these. */
bool icc_hook_of(enum sysreg reg, struct icc_hook *hook);
