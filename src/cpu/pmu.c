#include "cpu/pmu.h"
#include <assert.h>

enum { CYCLES = 31 };   /* PMCCNTR_EL0, among the counters that PMCNTENSET_EL0 and its like name */
enum { PRESCALE = 64 }; /* PMCR_EL0.D */
enum { PRIORITY = 2 };  /* of an overflow's event, among those of its PE: behind the timers */

enum { PMCR_E = 0, PMCR_P = 1, PMCR_C = 2, PMCR_D = 3, PMCR_LC = 6 };
enum { MDCR_HPME = 7 };
enum { SW_INCR = 0x00, CPU_CYCLES = 0x11 }; /* PMEVTYPER<n>_EL0.evtCount: the events that there are */

_Static_assert(PMEVCNTR5_EL0 - PMEVCNTR0_EL0 == 5 && PMEVTYPER5_EL0 - PMEVTYPER0_EL0 == 5, "they stand in a row");

/* ---- counters: 0 to 5, and CYCLES ---- */

#define FOR_EACH_COUNTER(n) for (unsigned n = 0; n <= CYCLES; n = n == PMU_COUNTERS - 1 ? CYCLES : n + 1)

static enum sysreg value_of(unsigned n)
{
    return n == CYCLES ? PMCCNTR_EL0 : (enum sysreg)(PMEVCNTR0_EL0 + n);
}

static enum sysreg filter_of(unsigned n)
{
    return n == CYCLES ? PMCCFILTR_EL0 : (enum sysreg)(PMEVTYPER0_EL0 + n);
}

/* How many event counters EL2 leaves to EL1 and EL0: MDCR_EL2.HPMN. */
static unsigned shared(const struct state *s)
{
    const unsigned hpmn = (unsigned)bits(s->sys[MDCR_EL2], 4, 0);
    return s->has_el2 && hpmn < PMU_COUNTERS ? hpmn : PMU_COUNTERS;
}

/* How many the current EL sees, and as a set with the cycle counter. */
static unsigned seen(const struct state *s)
{
    return s->el < 2 ? shared(s) : PMU_COUNTERS;
}

static uint64_t seen_set(const struct state *s)
{
    return BIT(CYCLES) | ones(seen(s));
}

/* The counters that PMCR_EL0.E and MDCR_EL2.HPME turn on. */
static uint64_t on_set(const struct state *s)
{
    const uint64_t guests = BIT(CYCLES) | ones(shared(s)), own = ones(PMU_COUNTERS) & ~guests;
    return (bit(s->sys[PMCR_EL0], PMCR_E) ? guests : 0) | (bit(s->sys[MDCR_EL2], MDCR_HPME) ? own : 0);
}

/* CountEvents. There is no Secure state, so nothing is prohibited. */
static bool counts(const struct state *s, unsigned n, unsigned el)
{
    static const uint8_t filter[] = {30, 31, 27}; /* U, P: not there; NSH: there */
    return bit(on_set(s) & s->sys[PMCNTENSET_EL0], n) && bit(s->sys[filter_of(n)], filter[el]) == (el == 2);
}

static uint64_t event_of(const struct state *s, unsigned n)
{
    return n == CYCLES ? CPU_CYCLES : bits(s->sys[filter_of(n)], 9, 0);
}

static bool counts_cycles(const struct state *s, unsigned n, unsigned el)
{
    return event_of(s, n) == CPU_CYCLES && counts(s, n, el);
}

/* Cycles for one step of the counter; under LC every cycle is one. */
static unsigned step_of(const struct state *s, unsigned n)
{
    const uint64_t pmcr = s->sys[PMCR_EL0];
    return n == CYCLES && bit(pmcr, PMCR_D) && !bit(pmcr, PMCR_LC) ? PRESCALE : 1;
}

/* Bits whose overflow is noticed. */
static unsigned width_of(const struct state *s, unsigned n)
{
    return n == CYCLES && bit(s->sys[PMCR_EL0], PMCR_LC) ? 64 : 32;
}

/* ---- going on ---- */

struct reading {
    uint64_t value;
    bool overflows;
};

static struct reading add(const struct state *s, unsigned n, uint64_t steps)
{
    const uint64_t old = s->sys[value_of(n)], mask = ones(width_of(s, n));
    const uint64_t sum = old + steps;
    const bool overflows = steps > mask - (old & mask);
    return (struct reading){n == CYCLES ? sum : sum & UINT32_MAX, overflows};
}

/* What the counter has come to, the EL having been `el` since state.pmu.since. */
static struct reading read_at(const struct state *s, unsigned n, unsigned el, uint64_t now)
{
    const unsigned step = step_of(s, n);
    const uint64_t cycles = now - s->pmu.since + (step > 1 ? s->pmu.phase : 0);
    return add(s, n, counts_cycles(s, n, el) ? cycles / step : 0);
}

static void set(struct state *s, unsigned n, struct reading reading)
{
    s->sys[value_of(n)] = reading.value;
    s->sys[PMOVSSET_EL0] |= (uint64_t)reading.overflows << n;
}

static void catch_up(struct state *s, unsigned el, uint64_t now)
{
    const unsigned step = step_of(s, CYCLES);
    FOR_EACH_COUNTER(n)
    set(s, n, read_at(s, n, el, now));
    if (counts(s, CYCLES, el))
        s->pmu.phase = (uint8_t)((s->pmu.phase + now - s->pmu.since) % step);
    s->pmu.since = now;
}

/* ---- the interrupt ---- */

/* When the counter overflows, from state.pmu.since on; EVENT_NEVER. */
static uint64_t overflow_at(const struct state *s, unsigned n)
{
    const uint64_t mask = ones(width_of(s, n)), rest = mask - (s->sys[value_of(n)] & mask);
    const unsigned step = step_of(s, n);
    const unsigned __int128 cycles = ((unsigned __int128)rest + 1) * step - (step > 1 ? s->pmu.phase : 0);
    return cycles < EVENT_NEVER - s->pmu.since ? s->pmu.since + (uint64_t)cycles : EVENT_NEVER;
}

/* The next overflow that raises the interrupt; others can wait until somebody looks. */
static uint64_t next_interrupt(const struct state *s)
{
    uint64_t next = EVENT_NEVER;
    FOR_EACH_COUNTER(n)
    {
        const bool asked = bit(s->sys[PMINTENSET_EL1] & ~s->sys[PMOVSSET_EL0], n);
        const uint64_t at = asked && counts_cycles(s, n, s->el) ? overflow_at(s, n) : EVENT_NEVER;
        next = at < next ? at : next;
    }
    return next;
}

static void due(void *owner, uint64_t now);

/* After catch_up: arms the event, drives the line (CheckForPMUOverflow). */
static void update(struct cpu *cpu, uint64_t now)
{
    struct state *s = &cpu->state;
    const uint64_t next = next_interrupt(s);
    events_cancel(&cpu->events, due, cpu);
    if (next != EVENT_NEVER) {
        const bool added = events_add(&cpu->events, next, PRIORITY, due, cpu);
        assert(added);
        (void)added;
    }
    if (next < cpu->first_event)
        cpu->attention |= ATTEND_EVENTS;
    cpu->pmu_runs = on_set(s) & s->sys[PMCNTENSET_EL0];
    irq_set(&cpu->pmu_line, on_set(s) & s->sys[PMINTENSET_EL1] & s->sys[PMOVSSET_EL0], now);
}

static void due(void *owner, uint64_t now)
{
    struct cpu *cpu = owner;
    catch_up(&cpu->state, cpu->state.el, now);
    update(cpu, now);
}

COLD void pmu_el_changed(struct cpu *cpu, unsigned from, uint64_t now)
{
    catch_up(&cpu->state, from, now);
    update(cpu, now);
}

void pmu_update(struct cpu *cpu)
{
    update(cpu, cpu->state.cycles);
}

void pmu_catch_up(struct cpu *cpu)
{
    catch_up(&cpu->state, cpu->state.el, cpu->state.cycles);
}

/* ---- reading ---- */

#define READ(name) uint64_t pmu_read_##name(void *owner, struct state *s, enum sysreg reg)
#define UNUSED     (void)owner, (void)reg

READ(pmcr)
{
    UNUSED;
    return with_bits(s->sys[PMCR_EL0], 15, 11, seen(s));
}

READ(pmcnten)
{
    UNUSED;
    return s->sys[PMCNTENSET_EL0] & seen_set(s);
}

READ(pminten)
{
    UNUSED;
    return s->sys[PMINTENSET_EL1] & seen_set(s);
}

READ(pmovs)
{
    UNUSED;
    uint64_t overflows = s->sys[PMOVSSET_EL0];
    FOR_EACH_COUNTER(n)
    overflows |= (uint64_t)read_at(s, n, s->el, s->cycles).overflows << n;
    return overflows & seen_set(s);
}

READ(pmccntr)
{
    UNUSED;
    return read_at(s, CYCLES, s->el, s->cycles).value;
}

/* An event counter that the current EL does not have reads as zero and ignores writes, as it is free to. */
static uint64_t read_counter(const struct state *s, unsigned n)
{
    return n < seen(s) ? read_at(s, n, s->el, s->cycles).value : 0;
}

static uint64_t read_type(const struct state *s, unsigned n)
{
    return n == CYCLES || n < seen(s) ? s->sys[filter_of(n)] : 0;
}

static unsigned selected(const struct state *s)
{
    return (unsigned)bits(s->sys[PMSELR_EL0], 4, 0);
}

READ(pmevcntr)
{
    UNUSED;
    return read_counter(s, reg - PMEVCNTR0_EL0);
}

READ(pmevtyper)
{
    UNUSED;
    return read_type(s, reg - PMEVTYPER0_EL0);
}

READ(pmxevcntr)
{
    UNUSED;
    return read_counter(s, selected(s));
}

READ(pmxevtyper)
{
    UNUSED;
    return read_type(s, selected(s));
}

/* ---- writing ---- */

/* The counters are brought up to date before, and what follows from the write is done behind. */
#define WRITE(name)                                                                      \
    static void set_##name(struct state *s, enum sysreg reg, uint64_t value);            \
    void pmu_write_##name(void *owner, struct state *s, enum sysreg reg, uint64_t value) \
    {                                                                                    \
        catch_up(s, s->el, s->cycles);                                                   \
        set_##name(s, reg, value);                                                       \
        update(owner, s->cycles);                                                        \
    }                                                                                    \
    static void set_##name(struct state *s, enum sysreg reg, uint64_t value)

/* P: the event counters that the current EL has. */
WRITE(pmcr)
{
    for (unsigned n = 0; bit(value, PMCR_P) && n < seen(s); n++)
        s->sys[value_of(n)] = 0;
    if (bit(value, PMCR_C))
        s->sys[PMCCNTR_EL0] = s->pmu.phase = 0;
    s->sys[reg] = value & ~(BIT(PMCR_P) | BIT(PMCR_C));
}

#define WRITE_SET(name, storage)                   \
    WRITE(name##set)                               \
    {                                              \
        (void)reg;                                 \
        s->sys[storage] |= value & seen_set(s);    \
    }                                              \
    WRITE(name##clr)                               \
    {                                              \
        (void)reg;                                 \
        s->sys[storage] &= ~(value & seen_set(s)); \
    }

WRITE_SET(pmcnten, PMCNTENSET_EL0)
WRITE_SET(pmovs, PMOVSSET_EL0)
WRITE_SET(pminten, PMINTENSET_EL1)

WRITE(pmswinc)
{
    (void)reg;
    for (unsigned n = 0; n < seen(s); n++)
        if (bit(value, n) && event_of(s, n) == SW_INCR && counts(s, n, s->el))
            set(s, n, add(s, n, 1));
}

WRITE(pmccntr)
{
    s->sys[reg] = value;
}

WRITE(pmccfiltr)
{
    s->sys[reg] = value;
}

static void write_counter(struct state *s, unsigned n, uint64_t value)
{
    if (n < seen(s))
        s->sys[value_of(n)] = value;
}

static void write_type(struct state *s, unsigned n, uint64_t value)
{
    if (n == CYCLES)
        s->sys[PMCCFILTR_EL0] = value & ~ones(10); /* it has no evtCount */
    else if (n < seen(s))
        s->sys[filter_of(n)] = value;
}

WRITE(pmevcntr)
{
    write_counter(s, reg - PMEVCNTR0_EL0, value);
}

WRITE(pmevtyper)
{
    write_type(s, reg - PMEVTYPER0_EL0, value);
}

WRITE(pmxevcntr)
{
    (void)reg;
    write_counter(s, selected(s), value);
}

WRITE(pmxevtyper)
{
    (void)reg;
    write_type(s, selected(s), value);
}
