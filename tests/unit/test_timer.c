#include "guest.h"
#include "timer/timer.h"

/* Timers of one PE on a bench: a state, a queue, and the levels of their lines with the time of the last change. */
struct rig {
    struct state state;
    struct events events;
    struct timer timer;
    bool level[TIMER_COUNT];
    uint64_t when[TIMER_COUNT];
};

static void set_level(void *owner, unsigned number, bool level, uint64_t now)
{
    struct rig *rig = owner;
    if (rig->level[number] != level)
        rig->when[number] = now;
    rig->level[number] = level;
}

static struct rig *rig_of(uint64_t clock, uint64_t frequency)
{
    struct rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    rig->state.has_el2 = true;
    timer_init(&rig->timer, &rig->state, &rig->events, clock, frequency);
    for (unsigned i = 0; i < TIMER_COUNT; i++)
        timer_connect(&rig->timer, (enum timer_name)i, (struct irq_line){set_level, rig, i});
    return rig;
}

static struct rig *rig_new(void)
{
    return rig_of(1000000000, 62500000);
}

static const struct timer_hook *hook_of(enum sysreg reg)
{
    for (unsigned i = 0; i < TIMER_HOOKS; i++)
        if (timer_hooks[i].reg == reg)
            return &timer_hooks[i];
    fail();
    return NULL;
}

static uint64_t get(struct rig *rig, enum sysreg reg)
{
    const struct timer_hook *hook = hook_of(reg);
    return hook->read(&rig->timer.unit[hook->name], &rig->state, reg);
}

static void set(struct rig *rig, enum sysreg reg, uint64_t value)
{
    const struct timer_hook *hook = hook_of(reg);
    hook->write(&rig->timer.unit[hook->name], &rig->state, reg, value);
}

/* Time passes, event by event. */
static void at(struct rig *rig, uint64_t cycles)
{
    while (rig->events.count && events_deadline(&rig->events) <= cycles) {
        rig->state.cycles = events_deadline(&rig->events);
        events_run(&rig->events, rig->state.cycles);
    }
    rig->state.cycles = cycles;
}

static void the_counter_ticks_every_16_cycles(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    static const uint64_t cycles[] = {0, 15, 16, 31, 32, 1000000007, UINT64_MAX};
    for (unsigned i = 0; i < sizeof cycles / sizeof *cycles; i++) {
        at(rig, cycles[i]);
        assert_int_equal(get(rig, CNTPCT_EL0), cycles[i] / 16);
    }
    free(rig);
}

static void the_counter_does_not_overflow_for_any_ratio(void **state)
{
    (void)state;
    struct rig *slow = rig_of(1000000000, 24000000), *fast = rig_of(1000000000, 1000000000);
    at(slow, UINT64_MAX);
    at(fast, UINT64_MAX);
    assert_int_equal(get(slow, CNTPCT_EL0), UINT64_C(442721857769029238)); /* floor((2^64 - 1) * 3 / 125) */
    assert_int_equal(get(fast, CNTPCT_EL0), UINT64_MAX);
    at(slow, 1);
    set(slow, CNTP_CVAL_EL0, 2); /* 83.33 cycles */
    set(slow, CNTP_CTL_EL0, 1);
    assert_int_equal(events_deadline(&slow->events), 84);
    free(slow);
    free(fast);
}

static void the_line_rises_at_the_first_cycle_of_the_tick_that_meets_cval(void **state)
{
    (void)state;
    static const enum sysreg regs[TIMER_COUNT][2] = {
        {CNTP_CTL_EL0, CNTP_CVAL_EL0}, {CNTV_CTL_EL0, CNTV_CVAL_EL0}, {CNTHP_CTL_EL2, CNTHP_CVAL_EL2}};
    for (unsigned i = 0; i < TIMER_COUNT; i++) {
        struct rig *rig = rig_new();
        at(rig, 7);
        set(rig, regs[i][1], 100);
        set(rig, regs[i][0], 1);
        at(rig, 1599);
        assert_false(rig->level[i]);
        assert_int_equal(get(rig, regs[i][0]), 1);
        at(rig, 1600);
        assert_true(rig->level[i]);
        assert_int_equal(rig->when[i], 1600);
        assert_int_equal(get(rig, regs[i][0]), 5);
        for (unsigned other = 0; other < TIMER_COUNT; other++)
            assert_int_equal(rig->level[other], other == i);
        free(rig);
    }
}

static void the_line_follows_imask_enable_and_cval_at_once(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    at(rig, 3200);
    set(rig, CNTP_CVAL_EL0, 100);
    set(rig, CNTP_CTL_EL0, 1);
    assert_true(rig->level[TIMER_CNTP]);
    set(rig, CNTP_CTL_EL0, 3);
    assert_false(rig->level[TIMER_CNTP]);
    assert_int_equal(get(rig, CNTP_CTL_EL0), 7); /* ISTATUS does not look at IMASK */
    set(rig, CNTP_CTL_EL0, 1);
    assert_true(rig->level[TIMER_CNTP]);
    set(rig, CNTP_CTL_EL0, 0);
    assert_false(rig->level[TIMER_CNTP]);
    assert_int_equal(get(rig, CNTP_CTL_EL0), 0);
    set(rig, CNTP_CTL_EL0, 5);
    set(rig, CNTP_CVAL_EL0, 300);
    assert_false(rig->level[TIMER_CNTP]);
    at(rig, 4800);
    assert_int_equal(rig->when[TIMER_CNTP], 4800);
    assert_true(rig->level[TIMER_CNTP]);
    free(rig);
}

static void a_masked_or_disabled_timer_has_nothing_to_come(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    set(rig, CNTP_CVAL_EL0, 100);
    set(rig, CNTP_CTL_EL0, 1);
    assert_int_equal(events_deadline(&rig->events), 1600);
    set(rig, CNTP_CTL_EL0, 3);
    assert_int_equal(events_deadline(&rig->events), EVENT_NEVER);
    set(rig, CNTP_CTL_EL0, 0);
    assert_int_equal(events_deadline(&rig->events), EVENT_NEVER);
    free(rig);
}

static void tval_is_a_signed_distance_from_now(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    at(rig, 16000);
    set(rig, CNTV_TVAL_EL0, 50);
    assert_int_equal(get(rig, CNTV_CVAL_EL0), 1050);
    assert_int_equal(get(rig, CNTV_TVAL_EL0), 50);
    set(rig, CNTV_CTL_EL0, 1);
    at(rig, 16960);
    assert_int_equal(rig->when[TIMER_CNTV], 16800);
    assert_int_equal(get(rig, CNTV_TVAL_EL0), 0xfffffff6); /* -10 in 32 bits */
    set(rig, CNTV_TVAL_EL0, UINT64_C(0x1234fffffffe));
    assert_int_equal(get(rig, CNTV_CVAL_EL0), 1058);
    assert_true(rig->level[TIMER_CNTV]);
    free(rig);
}

static void tval_moves_with_the_virtual_offset(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    at(rig, 16000);
    set(rig, CNTVOFF_EL2, 400);
    assert_int_equal(get(rig, CNTVCT_EL0), 600);
    assert_int_equal(get(rig, CNTPCT_EL0), 1000);
    set(rig, CNTV_TVAL_EL0, 50);
    assert_int_equal(get(rig, CNTV_CVAL_EL0), 650);
    set(rig, CNTP_TVAL_EL0, 50);
    assert_int_equal(get(rig, CNTP_CVAL_EL0), 1050);
    free(rig);
}

static void writing_cntvoff_rearms_the_virtual_timer_alone(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    set(rig, CNTV_CVAL_EL0, 100);
    set(rig, CNTV_CTL_EL0, 1);
    set(rig, CNTP_CVAL_EL0, 1000);
    set(rig, CNTP_CTL_EL0, 1);
    at(rig, 160);
    set(rig, CNTVOFF_EL2, 10);
    at(rig, 1759);
    assert_false(rig->level[TIMER_CNTV]);
    at(rig, 16000);
    assert_int_equal(rig->when[TIMER_CNTV], 1760);
    assert_int_equal(rig->when[TIMER_CNTP], 16000);
    free(rig);
}

static void a_view_below_the_offset_is_a_large_number_until_the_counter_reaches_it(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    set(rig, CNTV_CVAL_EL0, 100);
    set(rig, CNTVOFF_EL2, 50);
    set(rig, CNTV_CTL_EL0, 1);
    assert_int_equal(get(rig, CNTVCT_EL0), -UINT64_C(50));
    assert_true(rig->level[TIMER_CNTV]);
    at(rig, 799);
    assert_true(rig->level[TIMER_CNTV]);
    at(rig, 800); /* the view is zero */
    assert_false(rig->level[TIMER_CNTV]);
    assert_int_equal(get(rig, CNTV_CTL_EL0), 1);
    at(rig, 2399);
    assert_false(rig->level[TIMER_CNTV]);
    at(rig, 2400);
    assert_true(rig->level[TIMER_CNTV]);
    free(rig);
}

static void without_el2_there_is_no_offset(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    rig->state.has_el2 = false;
    rig->state.sys[CNTVOFF_EL2] = 1234;
    at(rig, 1600);
    assert_int_equal(get(rig, CNTVCT_EL0), 100);
    free(rig);
}

static void a_cval_beyond_the_end_of_time_never_comes(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    set(rig, CNTP_CVAL_EL0, UINT64_MAX);
    set(rig, CNTP_CTL_EL0, 1);
    assert_int_equal(events_deadline(&rig->events), EVENT_NEVER);
    set(rig, CNTP_CVAL_EL0, UINT64_C(1) << 59); /* 2^63 cycles */
    assert_int_equal(events_deadline(&rig->events), UINT64_C(1) << 63);
    free(rig);
}

static void after_a_reset_an_update_lowers_the_lines(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    at(rig, 1600);
    set(rig, CNTP_CTL_EL0, 1);
    set(rig, CNTV_CVAL_EL0, 1000);
    set(rig, CNTV_CTL_EL0, 1);
    assert_true(rig->level[TIMER_CNTP]);
    memset(rig->state.sys, 0, sizeof rig->state.sys);
    timer_update(&rig->timer);
    assert_false(rig->level[TIMER_CNTP]);
    assert_int_equal(events_deadline(&rig->events), EVENT_NEVER);
    free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_counter_ticks_every_16_cycles),
        cmocka_unit_test(the_counter_does_not_overflow_for_any_ratio),
        cmocka_unit_test(the_line_rises_at_the_first_cycle_of_the_tick_that_meets_cval),
        cmocka_unit_test(the_line_follows_imask_enable_and_cval_at_once),
        cmocka_unit_test(a_masked_or_disabled_timer_has_nothing_to_come),
        cmocka_unit_test(tval_is_a_signed_distance_from_now),
        cmocka_unit_test(tval_moves_with_the_virtual_offset),
        cmocka_unit_test(writing_cntvoff_rearms_the_virtual_timer_alone),
        cmocka_unit_test(a_view_below_the_offset_is_a_large_number_until_the_counter_reaches_it),
        cmocka_unit_test(without_el2_there_is_no_offset),
        cmocka_unit_test(a_cval_beyond_the_end_of_time_never_comes),
        cmocka_unit_test(after_a_reset_an_update_lowers_the_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
