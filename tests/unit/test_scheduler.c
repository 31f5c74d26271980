#include "guest.h"
#include <signal.h>
#include <unistd.h>

enum { /* instruction words */
       NOP_ = 0xd503201f,
       ADD_X0_X0_1 = 0x91000400,
       LDR_X3_X1 = 0xf9400023,
       STR_X0_X1 = 0xf9000020,
       ADD_X4_X4_X3 = 0x8b030084,
       B_BACK_1 = 0x17ffffff,
       B_BACK_3 = 0x17fffffd,
       B_SELF = 0x14000000,
       WFE_ = 0xd503205f,
       SEV_ = 0xd503209f,
};

enum { OTHER = 0x1000, SHARED = 0x8000 };

static void stop_all(void *owner, uint64_t now)
{
    (void)now;
    scheduler_stop(owner);
}

/* CPU 0 counts in shared memory, CPU 1 sums what it sees there: every change of their order shows. */
static struct virt *racing_pair(void)
{
    struct virt *virt = guest_of("cortex-a72", 2, false, false);
    guest_code(virt, 0, (const uint32_t[]){ADD_X0_X0_1, STR_X0_X1, NOP_, B_BACK_3}, 4);
    guest_code(virt, OTHER, (const uint32_t[]){LDR_X3_X1, ADD_X4_X4_X3, 0x17fffffe}, 3);
    for (unsigned i = 0; i < 2; i++)
        virt->cpu[i].state.x[1] = GUEST_BASE + SHARED;
    virt->cpu[1].state.pc = GUEST_BASE + OTHER;
    virt->cpu[1].state.wait = WAIT_NONE;
    return virt;
}

static void assert_same(const struct virt *a, const struct virt *b)
{
    for (unsigned i = 0; i < a->config.cpus; i++) {
        const struct state *s = &a->cpu[i].state, *t = &b->cpu[i].state;
        assert_int_equal(s->cycles, t->cycles);
        assert_int_equal(s->pc, t->pc);
        assert_memory_equal(s->x, t->x, XZR * sizeof *s->x);
    }
}

static void a_stop_ends_no_quantum(void **state)
{
    (void)state;
    struct virt *whole = racing_pair(), *stopped = racing_pair();
    events_add(&whole->scheduler.events, 20000, 0, stop_all, &whole->scheduler);
    events_add(&stopped->scheduler.events, 20000, 0, stop_all, &stopped->scheduler);
    scheduler_run(&whole->scheduler);
    for (unsigned i = 0; i < 5000; i++)
        scheduler_step(&stopped->scheduler);
    for (unsigned when = 7000; when < 20000; when += 777) {
        events_add(&stopped->cpu[1].events, when, 0, stop_all, &stopped->scheduler);
        scheduler_run(&stopped->scheduler);
    }
    scheduler_run(&stopped->scheduler);
    assert_same(whole, stopped);
    assert_int_not_equal(whole->cpu[1].state.x[4], 0);
    guest_free(whole);
    guest_free(stopped);
}

static void no_cpu_is_more_than_a_quantum_ahead(void **state)
{
    (void)state;
    struct virt *virt = racing_pair();
    for (unsigned i = 0; i < 20000; i++) {
        scheduler_step(&virt->scheduler);
        const int64_t ahead = (int64_t)(virt->cpu[0].state.cycles - virt->cpu[1].state.cycles);
        assert_true(llabs(ahead) <= QUANTUM + 8);
    }
    guest_free(virt);
}

static void sev_wakes_the_other_cpu_at_the_time_of_the_sender(void **state)
{
    (void)state;
    struct virt *virt = guest_of("cortex-a72", 2, false, false);
    for (unsigned i = 0; i < 500; i++)
        guest_put(virt, 4 * i, 4, NOP_);
    guest_code(virt, 2000, (const uint32_t[]){SEV_, B_SELF}, 2);
    guest_code(virt, OTHER, (const uint32_t[]){WFE_, B_SELF}, 2);
    virt->cpu[1].state.pc = GUEST_BASE + OTHER;
    virt->cpu[1].state.wait = WAIT_NONE;
    events_add(&virt->scheduler.events, 5000, 0, stop_all, &virt->scheduler);
    scheduler_run(&virt->scheduler);
    assert_int_equal(virt->cpu[1].state.idle, 499);
    guest_free(virt);
}

static void set_irq_of_1(void *owner, uint64_t now)
{
    cluster_set_line(owner, 1, LINE_IRQ, true, now);
}

static void a_line_raised_by_another_cpu_is_seen_at_its_time(void **state)
{
    (void)state;
    struct virt *virt = guest_of("cortex-a72", 2, false, false);
    struct state *s = &virt->cpu[1].state;
    guest_code(virt, 0, (const uint32_t[]){NOP_, B_BACK_1}, 2);
    guest_code(virt, OTHER, (const uint32_t[]){ADD_X0_X0_1, B_BACK_1}, 2);
    guest_code(virt, 0x2000 + 0x280, (const uint32_t[]){B_SELF}, 1);
    s->pc = GUEST_BASE + OTHER;
    s->wait = WAIT_NONE;
    s->daif = 0;
    s->sys[VBAR_EL1] = GUEST_BASE + 0x2000;
    events_add(&virt->cpu[0].events, 600, 0, set_irq_of_1, &virt->cluster); /* CPU 1 has not run yet */
    events_add(&virt->scheduler.events, 5000, 0, stop_all, &virt->scheduler);
    scheduler_run(&virt->scheduler);
    assert_int_equal(s->x[0], 300);
    guest_free(virt);
}

/* Stores of other CPUs clear the monitor exactly: those to the granule, and no others. */
static void a_store_to_a_marked_granule_by_another_cpu_clears_its_monitor(void **state)
{
    (void)state;
    for (unsigned offset = 0; offset < 2; offset++) {
        struct virt *virt = racing_pair();
        struct monitor *monitor = &virt->cpu[1].state.monitor;
        *bus_page_flags(&virt->bus, pa(GUEST_BASE + SHARED)) |= PAGE_MONITORED;
        *monitor = (struct monitor){.pa = GUEST_BASE + SHARED + offset * MONITOR_GRANULE, .open = true, .size = 8};
        for (unsigned i = 0; i < 10; i++)
            scheduler_step(&virt->scheduler);
        assert_int_equal(monitor->open, offset != 0);
        assert_int_equal(virt->cpu[1].state.event, offset == 0);
        guest_free(virt);
    }
}

static struct virt *interrupted; /* by the signal handler */

static void on_alarm(int signal)
{
    (void)signal;
    scheduler_interrupt(&interrupted->scheduler);
}

static void a_busy_machine_can_be_interrupted_by_a_signal(void **state)
{
    (void)state;
    interrupted = guest_new(false);
    guest_put(interrupted, 0, 4, B_SELF);
    signal(SIGALRM, on_alarm);
    ualarm(20000, 0);
    assert_int_equal(scheduler_run(&interrupted->scheduler), SCHEDULE_STOPPED);
    assert_int_equal(interrupted->cpu[0].state.pc, GUEST_BASE);
    guest_free(interrupted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stop_ends_no_quantum),
        cmocka_unit_test(no_cpu_is_more_than_a_quantum_ahead),
        cmocka_unit_test(sev_wakes_the_other_cpu_at_the_time_of_the_sender),
        cmocka_unit_test(a_line_raised_by_another_cpu_is_seen_at_its_time),
        cmocka_unit_test(a_busy_machine_can_be_interrupted_by_a_signal),
        cmocka_unit_test(a_store_to_a_marked_granule_by_another_cpu_clears_its_monitor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
