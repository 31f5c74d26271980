/* Runs the PEs of a machine in turn, by modelled time: none is more than a quantum ahead of the slowest. */
#pragma once
#include "bus/events.h"
#include "cpu/cluster.h"

enum { QUANTUM = 1000 }; /* cycles */

enum schedule_end {
    SCHEDULE_STOPPED,  /* somebody called scheduler_stop or cpu_stop */
    SCHEDULE_STUCK,    /* every PE waits, and nothing is to come */
    SCHEDULE_LIMIT,    /* a limit has been reached */
    SCHEDULE_NO_MEMORY /* of the host */
};

/* Every PE waits, and time is about to jump to `until` (cycles; EVENT_NEVER: nothing is to come). False: not yet; the run
 * stops. */
typedef bool scheduler_idle_fn(void *owner, uint64_t until);

struct scheduler {
    struct cluster *cluster;
    struct events events; /* of the machine: run when the slowest PE has reached them */
    struct cpu *current;  /* whose quantum it is; NULL: to be chosen */
    uint64_t until;       /* its end */
    uint64_t now;         /* cycles, inside events of the machine */
    bool stopping;
    scheduler_idle_fn *idle; /* NULL: time jumps at once */
    void *idle_owner;
    bool limited; /* a limit has ended the run */
    /* Where a run ends, EVENT_NEVER: nowhere. Instructions are exact, time is that of the first PE to reach it. Neither
     * moves the end of a quantum. */
    uint64_t limit_instructions, limit_cycles;
};

void scheduler_init(struct scheduler *s, struct cluster *cluster);

/* Runs until something stops it. Going on after a stop changes nothing: a stop ends no quantum. */
enum schedule_end scheduler_run(struct scheduler *s);

/* Runs one instruction of the PE whose turn it is, and whatever was due before it. */
enum schedule_end scheduler_step(struct scheduler *s);

/* Makes scheduler_run return before the next operation of any PE. */
void scheduler_stop(struct scheduler *s);

/* The same from a signal handler or another thread, and within some 20 ms. */
void scheduler_interrupt(struct scheduler *s);

/* Instructions that all PEs have executed (cpu_instructions). */
uint64_t scheduler_instructions(const struct scheduler *s);

/* The time of whoever runs: of the PE, or of the machine's event. */
uint64_t scheduler_now(const struct scheduler *s);
