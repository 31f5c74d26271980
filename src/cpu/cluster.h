/* What the PEs of a machine share, and what they do to one another. */
#pragma once
#include "cpu/code.h"
#include "cpu/cpu.h"
#include "trace/trace.h"
#include <signal.h>

enum { CPUS_MAX = 64 };

/* Stands in for the firmware at EL3 (or EL2, when EL2 is not implemented): a call by SMC or HVC. False: it has none, and
 * the instruction is UNDEFINED. */
typedef bool firmware_fn(void *owner, struct cpu *cpu, bool smc);

/* Semihosting: HLT #0xf000. False: not enabled. */
typedef bool semihosting_fn(void *owner, struct cpu *cpu);

/* A PE has been reset. */
typedef void started_fn(void *owner, struct cpu *cpu);

/* An exception has been taken at its own vector, time and again with nothing retired between: `vector` is its address. */
typedef void looped_fn(void *owner, struct cpu *cpu, uint64_t vector);

/* What this model lacks has been reached, by the instruction at pc: what kind of thing, and the instruction's word. */
typedef void lacking_fn(void *owner, struct cpu *cpu, uint64_t pc, const char *what, uint32_t word);

enum { LOOPED_TIMES = 16 }; /* another PE may yet mend the page: it is given this long */

struct cluster {
    struct cpu *cpu[CPUS_MAX];
    unsigned cpus;
    volatile sig_atomic_t interrupted; /* from outside, at any moment: everything stops at the next look */
    struct cpu *running;               /* NULL: none, an event of the machine runs */
    struct bus *bus;
    bool gic_v3;             /* the interrupt controller's registers are system registers; set before cpu_init */
    unsigned list_registers; /* ICH_LR<n>_EL2, likewise */
    struct code code;
    struct trace trace;
    firmware_fn *firmware;
    semihosting_fn *semihosting;
    looped_fn *looped; /* NULL: nobody asks */
    lacking_fn *lacking;
    void *watcher;          /* the owner of the two */
    started_fn *started;    /* NULL: nobody asks */
    void *owner;            /* of the three */
    uint64_t unimplemented; /* instructions reached that this model does not have */
};

/* STATUS_NO_MEMORY: nothing to free. */
enum status cluster_init(struct cluster *cluster, struct bus *bus, const uint8_t *cost);
void cluster_free(struct cluster *cluster);

/* Adds a PE; it takes the next number. */
void cluster_add(struct cluster *cluster, struct cpu *cpu);

/* Sets the level of an interrupt input of PE `number` at time `now` (cycles), by whoever runs: the PE sees it at `now` or
 * at its own time, whichever is later. */
void cluster_set_line(struct cluster *cluster, unsigned number, enum line line, bool level, uint64_t now);

/* Counts that what this model lacks has been reached, and tells of it the first time. */
void cluster_lacks(struct cluster *cluster, struct cpu *cpu, const struct op *op, const char *what);

/* The event register of one PE; SEV: of all. */
void cluster_send_event_to(struct cluster *cluster, struct cpu *cpu, uint64_t now);
void cluster_send_event(struct cluster *cluster, uint64_t now);

/* A PE stops running: from now on others' stores to the granule that its monitor has marked must be seen. */
void cluster_rest(struct cluster *cluster, const struct cpu *cpu);

/* TLB maintenance, here and in the other PEs of the Inner Shareable domain. */
void cluster_invalidate(struct cluster *cluster, const struct tlb_match *match);

/* Turns PE `number`, which is powered down, on at time `now` (cycles) or its own, whichever is later: it starts from
 * reset at `entry` with `context` in X0. */
void cluster_power_on(struct cluster *cluster, unsigned number, uint64_t entry, uint64_t context, uint64_t now);

/* Resets PE `number` to start at address 0 when time `now` has come, which is not before its own. Not while one runs. */
void cluster_reset(struct cluster *cluster, unsigned number, uint64_t now);
