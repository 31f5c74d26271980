#include "guest.h"
#include "machine/inspect.h"

enum { /* instruction words */
       ADD_X0_X0_1 = 0x91000400,
       STR_X0_X1 = 0xf9000020,
       LDRB_W2_X1_3 = 0x39400c22,
       STP_X0_X0_X3 = 0xa9000060,
       B_BACK_4 = 0x17fffffc,
};

enum { DATA = 0x8000, LIMIT = 20000 };

static void stop_all(void *owner, uint64_t now)
{
    (void)now;
    scheduler_stop(owner);
}

/* loop: add x0, x0, 1; str x0, [x1]; ldrb w2, [x1, 3]; stp x0, x0, [x3]; b loop. With LIMIT cycles to run. */
static struct virt *counter(struct inspect *inspect)
{
    struct virt *virt = guest_new(false);
    guest_code(virt, 0, (const uint32_t[]){ADD_X0_X0_1, STR_X0_X1, LDRB_W2_X1_3, STP_X0_X0_X3, B_BACK_4}, 5);
    virt->cpu[0].state.x[1] = GUEST_BASE + DATA;
    virt->cpu[0].state.x[3] = GUEST_BASE + DATA + 0xff8; /* the pair: on two pages */
    events_add(&virt->cpu[0].events, LIMIT, 0, stop_all, &virt->scheduler);
    inspect_init(inspect, &virt->scheduler);
    return virt;
}

static bool run(struct virt *virt, struct inspect *inspect)
{
    enum trapeze_stop why;
    inspect_begin(inspect);
    scheduler_run(&virt->scheduler);
    return inspect_stopped(inspect, &why) && why == TRAPEZE_BREAK;
}

static void assert_ends_as_unwatched(const struct virt *virt)
{
    struct inspect unused;
    struct virt *plain = counter(&unused);
    scheduler_run(&plain->scheduler);
    const struct state *a = &plain->cpu[0].state, *b = &virt->cpu[0].state;
    assert_int_equal(a->cycles, LIMIT);
    assert_int_equal(b->cycles, LIMIT);
    assert_int_equal(a->pc, b->pc);
    assert_memory_equal(a->x, b->x, sizeof a->x);
    assert_memory_equal(a->sys, b->sys, sizeof a->sys);
    guest_free(plain);
}

static void a_breakpoint_stops_before_its_instruction_each_time_and_changes_nothing(void **state)
{
    (void)state;
    struct inspect inspect;
    struct virt *virt = counter(&inspect);
    unsigned hits = 0;
    assert_true(inspect_add(&inspect, (struct point){TRAPEZE_BREAKPOINT, GUEST_BASE + 8, 4}));
    while (hits < 100 && run(virt, &inspect)) {
        hits++;
        assert_int_equal(virt->cpu[0].state.pc, GUEST_BASE + 8);
        assert_int_equal(virt->cpu[0].state.x[0], hits);
        assert_int_equal(inspect.hit.address, GUEST_BASE + 8);
    }
    assert_int_equal(hits, 100);
    assert_true(inspect_remove(&inspect, (struct point){TRAPEZE_BREAKPOINT, GUEST_BASE + 8, 4}));
    assert_false(run(virt, &inspect));
    assert_ends_as_unwatched(virt);
    guest_free(virt);
}

static void a_watchpoint_stops_behind_the_access_and_changes_nothing(void **state)
{
    (void)state;
    const struct {
        struct point point;
        uint64_t pc, address; /* where it stops, what is reported */
    } cases[] = {
        {{TRAPEZE_WATCH_WRITE, GUEST_BASE + DATA, 8}, 8, DATA},
        {{TRAPEZE_WATCH_WRITE, GUEST_BASE + DATA + 7, 1}, 8, DATA + 7},
        {{TRAPEZE_WATCH_READ, GUEST_BASE + DATA, 8}, 12, DATA + 3},
        {{TRAPEZE_WATCH_ACCESS, GUEST_BASE + DATA + 3, 1}, 8, DATA + 3},
        {{TRAPEZE_WATCH_WRITE, GUEST_BASE + DATA + 0x1000, 8}, 16, DATA + 0x1000},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct inspect inspect;
        struct virt *virt = counter(&inspect);
        for (unsigned passes = 0; passes < 3; passes++)
            scheduler_step(&virt->scheduler); /* the fast table knows the pages already */
        while (virt->cpu[0].state.pc != GUEST_BASE)
            scheduler_step(&virt->scheduler);
        assert_true(inspect_add(&inspect, cases[i].point));
        assert_true(run(virt, &inspect));
        assert_int_equal(virt->cpu[0].state.pc, GUEST_BASE + cases[i].pc);
        assert_int_equal(inspect.hit.kind, cases[i].point.kind);
        assert_int_equal(inspect.hit.address, GUEST_BASE + cases[i].address);
        assert_true(run(virt, &inspect));
        assert_true(inspect_remove(&inspect, cases[i].point));
        assert_false(run(virt, &inspect));
        assert_ends_as_unwatched(virt);
        guest_free(virt);
    }
}

static void what_lies_beside_a_watchpoint_does_not_stop(void **state)
{
    (void)state;
    const struct point beside[] = {
        {TRAPEZE_WATCH_READ, GUEST_BASE + DATA, 3},       {TRAPEZE_WATCH_READ, GUEST_BASE + DATA + 4, 8},
        {TRAPEZE_WATCH_ACCESS, GUEST_BASE + DATA + 8, 8}, {TRAPEZE_WATCH_WRITE, GUEST_BASE + DATA - 8, 8},
        {TRAPEZE_WATCH_ACCESS, UINT64_MAX - 7, 8},
    };
    struct inspect inspect;
    struct virt *virt = counter(&inspect);
    for (unsigned i = 0; i < sizeof beside / sizeof *beside; i++)
        assert_true(inspect_add(&inspect, beside[i]));
    assert_false(run(virt, &inspect));
    assert_ends_as_unwatched(virt);
    guest_free(virt);
}

/* ---- events ---- */

struct heard {
    unsigned count[TRAPEZE_EVENT_KINDS];
    struct trapeze_event last[TRAPEZE_EVENT_KINDS];
    unsigned stop_at; /* INSN events; 0: never */
};

static bool hear(void *owner, const struct trapeze_event *event)
{
    struct heard *heard = owner;
    heard->count[event->kind]++;
    heard->last[event->kind] = *event;
    return event->kind == TRAPEZE_EVENT_INSN && heard->count[event->kind] == heard->stop_at;
}

static void every_instruction_and_access_is_told_of_and_nothing_changes(void **state)
{
    (void)state;
    struct inspect inspect;
    struct heard heard = {.stop_at = 0};
    struct virt *virt = counter(&inspect);
    inspect_listen(&inspect, 1u << TRAPEZE_EVENT_INSN | 1u << TRAPEZE_EVENT_MEMORY, hear, &heard);
    assert_false(run(virt, &inspect));
    assert_int_equal(heard.count[TRAPEZE_EVENT_INSN], LIMIT);
    assert_int_equal(heard.count[TRAPEZE_EVENT_MEMORY], LIMIT / 5 * 4);
    assert_int_equal(heard.last[TRAPEZE_EVENT_INSN].insn.word, B_BACK_4);
    assert_int_equal(heard.last[TRAPEZE_EVENT_INSN].cycles, LIMIT - 1);
    assert_int_equal(heard.last[TRAPEZE_EVENT_MEMORY].pc, GUEST_BASE + 12);
    assert_int_equal(heard.last[TRAPEZE_EVENT_MEMORY].memory.pa, GUEST_BASE + DATA + 0x1000);
    assert_int_equal(heard.last[TRAPEZE_EVENT_MEMORY].memory.value, LIMIT / 5);
    assert_true(heard.last[TRAPEZE_EVENT_MEMORY].memory.write);
    assert_ends_as_unwatched(virt);
    guest_free(virt);
}

static void a_listener_stops_the_run_behind_the_instruction_it_was_told_of(void **state)
{
    (void)state;
    struct inspect inspect;
    struct heard heard = {.stop_at = 7};
    struct virt *virt = counter(&inspect);
    enum trapeze_stop why = TRAPEZE_OFF;
    inspect_listen(&inspect, 1u << TRAPEZE_EVENT_INSN, hear, &heard);
    run(virt, &inspect);
    assert_true(inspect_stopped(&inspect, &why));
    assert_int_equal(why, TRAPEZE_EVENT);
    assert_int_equal(virt->cpu[0].state.cycles, 7);
    inspect_listen(&inspect, 0, NULL, NULL);
    run(virt, &inspect);
    assert_ends_as_unwatched(virt);
    guest_free(virt);
}

/* ---- stepping ---- */

static void a_step_passes_the_breakpoint_it_starts_at_and_runs_one_instruction(void **state)
{
    (void)state;
    struct inspect inspect;
    struct virt *virt = counter(&inspect);
    bool done;
    inspect_add(&inspect, (struct point){TRAPEZE_BREAKPOINT, GUEST_BASE, 4});
    inspect_add(&inspect, (struct point){TRAPEZE_BREAKPOINT, GUEST_BASE + 4, 4});
    for (unsigned i = 1; i <= 3; i++) {
        inspect_step(&inspect, 0, &done);
        assert_true(done);
        assert_int_equal(virt->cpu[0].state.cycles, i);
        assert_int_equal(virt->cpu[0].state.pc, GUEST_BASE + 4 * i);
    }
    assert_false(inspect.stopped);
    guest_free(virt);
}

static void stepping_a_cpu_lets_the_others_run_as_far_as_they_must(void **state)
{
    (void)state;
    struct virt *virt = guest_of("cortex-a72", 2, false, false);
    struct inspect inspect;
    bool done;
    guest_code(virt, 0, (const uint32_t[]){ADD_X0_X0_1, 0x17ffffff}, 2);
    virt->cpu[1].state.wait = WAIT_NONE;
    inspect_init(&inspect, &virt->scheduler);
    for (unsigned i = 1; i < 3000; i++) {
        inspect_step(&inspect, 1, &done);
        assert_true(done);
        assert_int_equal(virt->cpu[1].state.cycles, i);
    }
    assert_true(virt->cpu[0].state.cycles >= 2000);
    virt->cpu[1].state.wait = WAIT_OFF;
    virt->scheduler.current = NULL;
    inspect_step(&inspect, 1, &done);
    assert_false(done); /* and it has come back */
    guest_free(virt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_breakpoint_stops_before_its_instruction_each_time_and_changes_nothing),
        cmocka_unit_test(a_watchpoint_stops_behind_the_access_and_changes_nothing),
        cmocka_unit_test(what_lies_beside_a_watchpoint_does_not_stop),
        cmocka_unit_test(every_instruction_and_access_is_told_of_and_nothing_changes),
        cmocka_unit_test(a_listener_stops_the_run_behind_the_instruction_it_was_told_of),
        cmocka_unit_test(a_step_passes_the_breakpoint_it_starts_at_and_runs_one_instruction),
        cmocka_unit_test(stepping_a_cpu_lets_the_others_run_as_far_as_they_must),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
