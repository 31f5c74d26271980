/* What a user looks at while the machine runs: break- and watchpoints, and events. None of it moves a cycle. */
#pragma once
#include "cpu/cluster.h"
#include "machine/scheduler.h"
#include "trapeze.h"

enum { POINTS_MAX = 256, NOT_STEPPING = -1 };

struct point {
    enum trapeze_point kind;
    uint64_t address, size; /* bytes; of a breakpoint: not used */
};

/* Where a PE stood when its breakpoint was reported: it goes on from there. */
struct place {
    bool known;
    uint64_t pc, cycles;
};

struct inspect {
    struct scheduler *scheduler;
    struct point point[POINTS_MAX];
    unsigned points, watchpoints; /* all; of these, not breakpoints */
    uint32_t kinds;               /* that the listener wants */
    trapeze_event_fn *listener;
    void *listener_owner;
    bool stopped; /* the run, for the reason `why` */
    enum trapeze_stop why;
    struct trapeze_break hit;
    struct place reported[CPUS_MAX];
    int stepping; /* the number of the PE whose breakpoints do not count now; NOT_STEPPING */
};

/* For a machine that has its PEs. */
void inspect_init(struct inspect *inspect, struct scheduler *scheduler);

/* Before the scheduler runs, and behind it: whether something here has ended the run (TRAPEZE_BREAK, TRAPEZE_EVENT). */
void inspect_begin(struct inspect *inspect);
bool inspect_stopped(const struct inspect *inspect, enum trapeze_stop *why);

/* Runs until PE `number` has executed one instruction, whose breakpoint does not count, or something stops it. *done: it
 * has; otherwise it waits, and the others have run for a while. */
enum schedule_end inspect_step(struct inspect *inspect, unsigned number, bool *done);

/* Sets and takes away. False: there is no room; there is no such point. */
bool inspect_add(struct inspect *inspect, struct point point);
bool inspect_remove(struct inspect *inspect, struct point point);

/* Who is told of the kinds in `kinds`, a set of 1 << enum trapeze_event_kind. */
void inspect_listen(struct inspect *inspect, uint32_t kinds, trapeze_event_fn *listener, void *owner);
