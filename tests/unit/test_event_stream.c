/* Event streams: when they set the event register, and whom they wake. */
#include "cpu/sysreg/sysreg_table.h"
#include "guest.h"
#include "machine/inspect.h"

enum { WFE_WORD = 0xd503205f, ADD_X0_X0_1 = 0x91000400, B_BACK_2 = 0x17fffffe, TICK = 16 /* cycles */ };

/* CNTKCTL_EL1, CNTHCTL_EL2 */
static uint64_t stream_of(unsigned evnti, bool evntdir)
{
    return (uint64_t)evnti << 4 | (uint64_t)evntdir << 3 | BIT(2);
}

/* A PE at EL1 that runs WFE over and over, and counts in X0 how often it has come back. */
static struct virt *waiting(enum sysreg control, uint64_t value)
{
    struct virt *virt = guest_new(true);
    struct state *s = &virt->cpu[0].state;
    guest_code(virt, 0, (const uint32_t[]){WFE_WORD, ADD_X0_X0_1, B_BACK_2}, 3);
    s->el = 1;
    s->sys[HCR_EL2] = BIT(31);
    s->sys[control] = value;
    cpu_control_changed(&virt->cpu[0]);
    return virt;
}

/* Runs until it has come back once more; the time at which it was woken. 0: nothing wakes it. */
static uint64_t woken(struct virt *virt)
{
    struct state *s = &virt->cpu[0].state;
    const uint64_t before = s->x[0];
    while (s->x[0] == before)
        if (scheduler_step(&virt->scheduler) == SCHEDULE_STUCK)
            return 0;
    return s->cycles - 1; /* the ADD's own */
}

static void wfe_wakes_where_the_bit_rises_or_falls(void **state)
{
    (void)state;
    struct virt *rising = waiting(CNTKCTL_EL1, stream_of(3, false));
    assert_int_equal(woken(rising), 8 * TICK);
    assert_int_equal(woken(rising), 24 * TICK);
    assert_int_equal(woken(rising), 40 * TICK);
    guest_free(rising);
    struct virt *falling = waiting(CNTHCTL_EL2, stream_of(3, true));
    assert_int_equal(woken(falling), 16 * TICK);
    assert_int_equal(woken(falling), 32 * TICK);
    guest_free(falling);
}

static void without_a_stream_nothing_wakes_it(void **state)
{
    (void)state;
    struct virt *virt = waiting(CNTKCTL_EL1, stream_of(3, false) & ~BIT(2));
    assert_int_equal(woken(virt), 0);
    guest_free(virt);
}

static void an_event_before_the_wfe_is_kept_and_used_up_once(void **state)
{
    (void)state;
    struct virt *virt = waiting(CNTKCTL_EL1, stream_of(3, false));
    virt->cpu[0].state.cycles = 9 * TICK;
    assert_int_equal(woken(virt), 9 * TICK + 1); /* at once: the WFE takes its cycle */
    assert_int_equal(woken(virt), 24 * TICK);
    guest_free(virt);
}

static void wfe_is_not_trapped_while_a_stream_has_set_the_event_register(void **state)
{
    (void)state;
    struct virt *virt = waiting(CNTKCTL_EL1, stream_of(3, false));
    struct cpu *cpu = &virt->cpu[0];
    cpu->state.sys[HCR_EL2] |= BIT(14); /* TWE */
    cpu->state.cycles = 9 * TICK;
    cpu_control_changed(cpu);
    cpu_execute(cpu, WFE_WORD);
    assert_int_equal(cpu->state.el, 1);
    cpu_execute(cpu, WFE_WORD);
    assert_int_equal(cpu->state.el, 2);
    guest_free(virt);
}

static void a_stream_that_is_turned_off_or_moved_leaves_what_it_has_done(void **state)
{
    (void)state;
    struct virt *virt = waiting(CNTKCTL_EL1, stream_of(3, false));
    struct cpu *cpu = &virt->cpu[0];
    cpu->state.cycles = 9 * TICK;
    cpu->state.x[1] = 0;
    cpu_execute(cpu, 0xd518e101); /* MSR CNTKCTL_EL1, X1 */
    assert_true(cpu->state.event);
    cpu->state.event = false;
    cpu->state.cycles = 100 * TICK;
    cpu->state.x[1] = stream_of(3, false);
    cpu_execute(cpu, 0xd518e101);
    cpu_settle_streams(cpu, cpu->state.cycles);
    assert_false(cpu->state.event);
    cpu->state.cycles = 105 * TICK; /* 104 = 8 modulo 16 */
    cpu->state.el = 2;
    cpu_control_changed(cpu);
    cpu->state.x[1] = 3;
    cpu_execute(cpu, 0xd51ce061); /* MSR CNTVOFF_EL2, X1 */
    assert_true(cpu->state.event);
    guest_free(virt);
}

static void cntvoff_moves_the_stream_of_el1_and_not_that_of_el2(void **state)
{
    (void)state;
    struct virt *one = waiting(CNTKCTL_EL1, stream_of(3, false));
    one->cpu[0].state.sys[CNTVOFF_EL2] = 3;
    assert_int_equal(woken(one), 11 * TICK);
    guest_free(one);
    struct virt *two = waiting(CNTHCTL_EL2, stream_of(3, false));
    two->cpu[0].state.sys[CNTVOFF_EL2] = 3;
    assert_int_equal(woken(two), 8 * TICK);
    guest_free(two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wfe_wakes_where_the_bit_rises_or_falls),
        cmocka_unit_test(without_a_stream_nothing_wakes_it),
        cmocka_unit_test(an_event_before_the_wfe_is_kept_and_used_up_once),
        cmocka_unit_test(wfe_is_not_trapped_while_a_stream_has_set_the_event_register),
        cmocka_unit_test(a_stream_that_is_turned_off_or_moved_leaves_what_it_has_done),
        cmocka_unit_test(cntvoff_moves_the_stream_of_el1_and_not_that_of_el2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
