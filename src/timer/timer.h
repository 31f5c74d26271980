/* The generic timers of one PE: CNTP, CNTV, CNTHP. The registers are state.sys; a condition, its line and the moment when
 * it changes next come from one comparison (TimerConditionMet). */
#pragma once
#include "bus/events.h"
#include "bus/irq.h"
#include "cpu/state.h"

enum timer_name { TIMER_CNTP, TIMER_CNTV, TIMER_CNTHP, TIMER_COUNT };

enum { TIMER_FREQUENCY = 62500000 /* Hz */ };

struct timer;

/* One timer of a PE: what its hooks and events are given as their owner. */
struct timer_unit {
    struct timer *timer;
    enum timer_name name;
    struct irq_line line;
};

struct timer {
    struct state *state;    /* of the PE */
    struct events *events;  /* of the PE, in its time */
    uint64_t ticks, cycles; /* that many ticks of the counter take that many cycles; no common divisor */
    struct timer_unit unit[TIMER_COUNT];
    void (*offset_changes)(void *owner, uint64_t now); /* CNTVOFF_EL2 is about to; NULL: nobody asks */
    void *owner;
};

/* The timers of a PE whose clock runs at clock_hz, the counter at counter_hz (neither is 0). It stays where it is. */
void timer_init(struct timer *timer, struct state *state, struct events *events, uint64_t clock_hz,
                uint64_t counter_hz);

/* Connects a timer's output. */
void timer_connect(struct timer *timer, enum timer_name name, struct irq_line line);

/* The registers have changed under the timers (a reset, a debugger): drives the lines, arms what is to come. */
void timer_update(struct timer *timer);

/* CNTPCT_EL0 at a time (cycles), modulo 2^64: floor(now * ticks / cycles). */
uint64_t timer_count(const struct timer *timer, uint64_t now);

/* When, after `after` (cycles), an event stream next generates an event: a bit of CNTVCT_EL0 by CNTKCTL_EL1, or of
 * CNTPCT_EL0 by CNTHCTL_EL2, changes the way that EVNTDIR names (TestEventCNTV, TestEventCNTP). EVENT_NEVER: none does. A
 * counter that jumps, because CNTVOFF_EL2 is written, generates none. */
uint64_t timer_next_stream_event(const struct timer *timer, uint64_t after);

/* The hooks of the timers' registers, to be called with &timer->unit[name]; state.cycles is the time. */
struct timer_hook {
    enum sysreg reg;
    enum timer_name name;
    uint64_t (*read)(void *owner, struct state *s, enum sysreg reg);
    void (*write)(void *owner, struct state *s, enum sysreg reg, uint64_t value);
};

enum { TIMER_HOOKS = 12 };
extern const struct timer_hook timer_hooks[TIMER_HOOKS];
