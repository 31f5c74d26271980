#include "timer/timer.h"
#include <assert.h>
#include <stddef.h>

enum { CTL_ENABLE = 1 << 0, CTL_IMASK = 1 << 1, CTL_ISTATUS = 1 << 2 }; /* CNTx_CTL */

enum { PRIORITY = 1 }; /* of a timer's event, among those of its PE: behind lines that others drive */

/* clang-format off */
static const struct {
    enum sysreg ctl, cval;
    bool virtual; /* counts from CNTVOFF_EL2 */
} timers[TIMER_COUNT] = {
    [TIMER_CNTP]  = {CNTP_CTL_EL0,  CNTP_CVAL_EL0,  false},
    [TIMER_CNTV]  = {CNTV_CTL_EL0,  CNTV_CVAL_EL0,  true},
    [TIMER_CNTHP] = {CNTHP_CTL_EL2, CNTHP_CVAL_EL2, false},
};
/* clang-format on */

/* ---- the counter ---- */

uint64_t timer_count(const struct timer *timer, uint64_t now)
{
    if (timer->ticks == 1) /* the common ratio needs no 128-bit division */
        return now / timer->cycles;
    return (uint64_t)((unsigned __int128)now * timer->ticks / timer->cycles);
}

/* The first cycle at which the counter has reached `count`; EVENT_NEVER when time ends before. */
static uint64_t cycle_of(const struct timer *timer, unsigned __int128 count)
{
    const unsigned __int128 when = (count * timer->cycles + timer->ticks - 1) / timer->ticks;
    return when < EVENT_NEVER ? (uint64_t)when : EVENT_NEVER;
}

static uint64_t offset_of(const struct timer_unit *unit)
{
    const struct state *s = unit->timer->state;
    return timers[unit->name].virtual && s->has_el2 ? s->sys[CNTVOFF_EL2] : 0;
}

/* The counter as the timer sees it. */
static uint64_t view(const struct timer_unit *unit, uint64_t now)
{
    return timer_count(unit->timer, now) - offset_of(unit);
}

/* ---- the comparison ---- */

/* Whether the condition is met (ISTATUS), and when that changes. */
struct condition {
    bool met;
    uint64_t changes; /* cycles; EVENT_NEVER */
};

/* A view that lies below the offset is a large number: such a condition ends when the counter reaches the offset. */
static struct condition compare(const struct timer_unit *unit, uint64_t now)
{
    const struct state *s = unit->timer->state;
    const uint64_t cval = s->sys[timers[unit->name].cval], seen = view(unit, now);
    if (!(s->sys[timers[unit->name].ctl] & CTL_ENABLE))
        return (struct condition){false, EVENT_NEVER};
    const bool met = seen >= cval;
    const unsigned __int128 ticks = met ? ((unsigned __int128)1 << 64) - seen : cval - seen;
    return (struct condition){met, cycle_of(unit->timer, timer_count(unit->timer, now) + ticks)};
}

/* ---- event streams ---- */

/* clang-format off */
static const struct {
    enum sysreg control;
    enum timer_name counter;
    bool of_el2;
} streams[] = {
    {CNTKCTL_EL1, TIMER_CNTV, false},
    {CNTHCTL_EL2, TIMER_CNTP, true},
};
/* clang-format on */

/* The bit EVNTI of the counter rises, or falls, where the counter is a half, or a whole, of its period. */
static uint64_t next_event(const struct timer_unit *unit, uint64_t control, uint64_t after)
{
    const unsigned evnti = (unsigned)bits(control, 7, 4);
    const bool evntdir = bit(control, 3), evnten = bit(control, 2);
    if (!evnten)
        return EVENT_NEVER;
    const uint64_t phase = view(unit, after) + (evntdir ? 0 : BIT(evnti)), period = BIT(evnti) << 1;
    return cycle_of(unit->timer, (unsigned __int128)timer_count(unit->timer, after) + period - phase % period);
}

uint64_t timer_next_stream_event(const struct timer *timer, uint64_t after)
{
    uint64_t next = EVENT_NEVER;
    for (unsigned i = 0; i < sizeof streams / sizeof *streams; i++) {
        if (streams[i].of_el2 && !timer->state->has_el2)
            continue;
        const uint64_t at = next_event(&timer->unit[streams[i].counter], timer->state->sys[streams[i].control], after);
        next = at < next ? at : next;
    }
    return next;
}

/* ---- conditions ---- */

static void due(void *owner, uint64_t now);

static void update(struct timer_unit *unit, uint64_t now)
{
    struct timer *timer = unit->timer;
    const struct condition condition = compare(unit, now);
    const bool masked = timer->state->sys[timers[unit->name].ctl] & CTL_IMASK;
    events_cancel(timer->events, due, unit);
    if (!masked && condition.changes != EVENT_NEVER) {
        const bool added = events_add(timer->events, condition.changes, PRIORITY, due, unit);
        assert(added);
        (void)added;
    }
    irq_set(&unit->line, condition.met && !masked, now);
}

static void due(void *owner, uint64_t now)
{
    update(owner, now);
}

void timer_update(struct timer *timer)
{
    for (unsigned i = 0; i < TIMER_COUNT; i++)
        update(&timer->unit[i], timer->state->cycles);
}

/* ---- hooks ---- */

static uint64_t read_count(void *owner, struct state *s, enum sysreg reg)
{
    (void)reg;
    return view(owner, s->cycles);
}

static uint64_t read_plain(void *owner, struct state *s, enum sysreg reg)
{
    (void)owner;
    return s->sys[reg];
}

/* The counters are read-only: the judge refuses before. */
static void write_nothing(void *owner, struct state *s, enum sysreg reg, uint64_t value)
{
    (void)owner, (void)s, (void)reg, (void)value;
}

/* ISTATUS is UNKNOWN while the timer is off: zero here. */
static uint64_t read_ctl(void *owner, struct state *s, enum sysreg reg)
{
    return s->sys[reg] | (compare(owner, s->cycles).met ? CTL_ISTATUS : 0);
}

static void write_ctl(void *owner, struct state *s, enum sysreg reg, uint64_t value)
{
    s->sys[reg] = value & (CTL_ENABLE | CTL_IMASK);
    update(owner, s->cycles);
}

static void write_cval(void *owner, struct state *s, enum sysreg reg, uint64_t value)
{
    s->sys[reg] = value;
    update(owner, s->cycles);
}

static void write_offset(void *owner, struct state *s, enum sysreg reg, uint64_t value)
{
    const struct timer *timer = ((struct timer_unit *)owner)->timer;
    if (timer->offset_changes)
        timer->offset_changes(timer->owner, s->cycles);
    write_cval(owner, s, reg, value);
}

/* TVAL is CVAL as a signed 32-bit distance from now. */
static uint64_t read_tval(void *owner, struct state *s, enum sysreg reg)
{
    (void)reg;
    const struct timer_unit *unit = owner;
    return bits(s->sys[timers[unit->name].cval] - view(unit, s->cycles), 31, 0);
}

static void write_tval(void *owner, struct state *s, enum sysreg reg, uint64_t value)
{
    (void)reg;
    const struct timer_unit *unit = owner;
    const uint64_t distance = (uint64_t)sign_extend(bits(value, 31, 0), 32);
    write_cval(owner, s, timers[unit->name].cval, view(unit, s->cycles) + distance);
}

/* clang-format off */
const struct timer_hook timer_hooks[TIMER_HOOKS] = {
    {CNTPCT_EL0,     TIMER_CNTP,  read_count, write_nothing},
    {CNTP_CTL_EL0,   TIMER_CNTP,  read_ctl,   write_ctl},
    {CNTP_CVAL_EL0,  TIMER_CNTP,  read_plain, write_cval},
    {CNTP_TVAL_EL0,  TIMER_CNTP,  read_tval,  write_tval},
    {CNTVCT_EL0,     TIMER_CNTV,  read_count, write_nothing},
    {CNTV_CTL_EL0,   TIMER_CNTV,  read_ctl,   write_ctl},
    {CNTV_CVAL_EL0,  TIMER_CNTV,  read_plain, write_cval},
    {CNTV_TVAL_EL0,  TIMER_CNTV,  read_tval,  write_tval},
    {CNTVOFF_EL2,    TIMER_CNTV,  read_plain, write_offset},
    {CNTHP_CTL_EL2,  TIMER_CNTHP, read_ctl,   write_ctl},
    {CNTHP_CVAL_EL2, TIMER_CNTHP, read_plain, write_cval},
    {CNTHP_TVAL_EL2, TIMER_CNTHP, read_tval,  write_tval},
};
/* clang-format on */

/* ---- life ---- */

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        const uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

void timer_init(struct timer *timer, struct state *state, struct events *events, uint64_t clock_hz, uint64_t counter_hz)
{
    const uint64_t divisor = common_divisor(clock_hz, counter_hz);
    *timer =
        (struct timer){.state = state, .events = events, .ticks = counter_hz / divisor, .cycles = clock_hz / divisor};
    for (unsigned i = 0; i < TIMER_COUNT; i++)
        timer->unit[i] = (struct timer_unit){.timer = timer, .name = (enum timer_name)i};
}

void timer_connect(struct timer *timer, enum timer_name name, struct irq_line line)
{
    timer->unit[name].line = line;
}
