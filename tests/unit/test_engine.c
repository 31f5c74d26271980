#include "guest.h"

enum { /* instruction words */
       NOP_ = 0xd503201f,
       ADD_X0_X0_1 = 0x91000400,
       ADD_X0_X0_2 = 0x91000800,
       STR_W1_X2 = 0xb9000041,
       B_SELF = 0x14000000,
       B_BACK_1 = 0x17ffffff,
       WFI_ = 0xd503207f,
       HVC_0 = 0xd4000002,
       BR_X3 = 0xd61f0060,
       LDR_X0_X1 = 0xf9400020,
       DAIFCLR_2 = 0xd50342ff,
       DAIFSET_2 = 0xd50342df,
       ISB_ = 0xd5033fdf,
};

static void stop(void *owner, uint64_t now)
{
    (void)now;
    cpu_stop(owner);
}

static void a_store_to_the_next_instruction_is_executed(void **state)
{
    (void)state;
    struct virt *virt = guest_new(false);
    guest_code(virt, 0, (const uint32_t[]){ADD_X0_X0_1, STR_W1_X2, ADD_X0_X0_1, B_SELF}, 4);
    virt->cpu[0].state.x[1] = ADD_X0_X0_2;
    virt->cpu[0].state.x[2] = GUEST_BASE + 8;
    events_add(&virt->cpu[0].events, 10, 0, stop, &virt->cpu[0]);
    cpu_run(&virt->cpu[0], EVENT_NEVER);
    assert_int_equal(virt->cpu[0].state.x[0], 3);
    guest_free(virt);
}

static void stepping_counts_and_ends_as_running_does(void **state)
{
    (void)state;
    const uint32_t loop[] = {ADD_X0_X0_1, B_BACK_1};
    struct virt *ran = guest_new(false), *stepped = guest_new(false);
    guest_code(ran, 0, loop, 2);
    guest_code(stepped, 0, loop, 2);
    events_add(&ran->cpu[0].events, 101, 0, stop, &ran->cpu[0]);
    cpu_run(&ran->cpu[0], EVENT_NEVER);
    guest_step(stepped, 101);
    const struct state *a = &ran->cpu[0].state, *b = &stepped->cpu[0].state;
    assert_int_equal(a->cycles, 101);
    assert_int_equal(b->cycles, 101);
    assert_int_equal(a->pc, b->pc);
    assert_int_equal(a->x[0], b->x[0]);
    guest_free(ran);
    guest_free(stepped);
}

/* A page of code and data: its operations are patched in place after a while, which nothing can tell. */
static void code_beside_data_and_patching_itself_runs_as_stepped(void **state)
{
    (void)state;
    /* loop: str w4, [x2]; str w5, [x2, 4]; subs x0..; (patched words); add x3, x3, 1; b loop */
    const uint32_t loop[] = {0xb9000044,
                             0xb9000445,
                             ADD_X0_X0_1,
                             0xf1000c1f /* cmp x0, #3 */,
                             0x54000040 /* b.eq +8 */,
                             NOP_,
                             0x91000463,
                             0xb9400446 /* ldr w6, [x2, 4] */,
                             0xca060084 /* eor x4, x4, x6 */,
                             0x17fffff7};
    for (unsigned target = 3; target < 12; target++) {
        struct virt *ran = guest_new(false), *stepped = guest_new(false);
        struct virt *both[] = {ran, stepped};
        for (unsigned i = 0; i < 2; i++) {
            struct state *s = &both[i]->cpu[0].state;
            guest_code(both[i], 0, loop, 10);
            s->x[2] = GUEST_BASE + 4 * target;
            s->x[4] = 0xf1000c1f ^ 0x54000040;
            s->x[5] = 0x54000040;
            s->sys[VBAR_EL1] = GUEST_BASE; /* what cannot be executed starts again */
        }
        events_add(&ran->cpu[0].events, 1000, 0, stop, &ran->cpu[0]);
        cpu_run(&ran->cpu[0], EVENT_NEVER);
        guest_step(stepped, 1000);
        assert_int_equal(ran->cpu[0].state.pc, stepped->cpu[0].state.pc);
        assert_int_equal(ran->cpu[0].state.cycles, stepped->cpu[0].state.cycles);
        assert_memory_equal(ran->cpu[0].state.x, stepped->cpu[0].state.x, XZR * 8);
        guest_free(ran);
        guest_free(stepped);
    }
}

struct seen {
    struct cpu *cpu;
    uint64_t cycles, pc;
};

static void look(void *owner, uint64_t now)
{
    struct seen *seen = owner;
    seen->cycles = now;
    seen->pc = seen->cpu->state.pc;
    cpu_stop(seen->cpu);
}

/* Law 2: not at the next branch, but at the instruction. */
static void an_event_in_the_middle_of_a_block_is_seen_at_its_instruction(void **state)
{
    (void)state;
    for (unsigned when = 1; when < 300; when += 7) {
        struct virt *virt = guest_new(false);
        struct seen seen = {.cpu = &virt->cpu[0]};
        for (unsigned i = 0; i < 400; i++)
            guest_put(virt, 4 * i, 4, NOP_);
        guest_put(virt, 1600, 4, B_SELF);
        events_add(&virt->cpu[0].events, when, 0, look, &seen);
        cpu_run(&virt->cpu[0], EVENT_NEVER);
        assert_int_equal(seen.cycles, when);
        assert_int_equal(seen.pc, GUEST_BASE + 4 * when);
        guest_free(virt);
    }
}

static void with_costs_an_event_is_seen_at_the_first_boundary_not_before_it(void **state)
{
    (void)state;
    struct virt *virt = guest_of("cortex-a53", 1, false, true);
    struct seen seen = {.cpu = &virt->cpu[0]};
    for (unsigned i = 0; i < 200; i++)
        guest_put(virt, 4 * i, 4, LDR_X0_X1); /* 2 cycles */
    guest_put(virt, 800, 4, B_SELF);
    virt->cpu[0].state.x[1] = GUEST_BASE;
    events_add(&virt->cpu[0].events, 101, 0, look, &seen);
    cpu_run(&virt->cpu[0], EVENT_NEVER);
    assert_int_equal(seen.cycles, 102);
    assert_int_equal(seen.pc, GUEST_BASE + 4 * 51);
    guest_free(virt);
}

/* The prices are written out: a change of cost.def, or of a row's class in a64.def, has to be meant. */
static void fast_timing_prices_instructions_by_core(void **state)
{
    (void)state;
    static const struct {
        uint32_t word;
        unsigned a53, a72;
    } priced[] = {
        {ADD_X0_X0_1, 1, 1},
        {0x1b017c00 /* mul w0, w0, w1 */, 3, 3},
        {0x9b417c00 /* smulh x0, x0, x1 */, 3, 5},
        {0x9ac10c00 /* sdiv x0, x0, x1 */, 8, 12},
        {0x1ac14000 /* crc32b w0, w0, w1 */, 2, 2},
        {LDR_X0_X1, 2, 2},
        {0xa9400c22 /* ldp x2, x3, [x1] */, 2, 2},
        {0xf9000020 /* str x0, [x1] */, 1, 1},
        {0xa9000c22 /* stp x2, x3, [x1] */, 2, 2},
        {0xd5033bbf /* dmb ish */, 10, 12},
        {0xd5381000 /* mrs x0, sctlr_el1 */, 4, 4},
        {0xd4000001 /* svc #0 */, 20, 25},
        {B_SELF, 1, 1},
    };
    for (unsigned i = 0; i < 2 * sizeof priced / sizeof *priced; i++) {
        struct virt *virt = guest_of(i % 2 ? "cortex-a72" : "cortex-a53", 1, false, true);
        guest_put(virt, 0, 4, priced[i / 2].word);
        virt->cpu[0].state.x[1] = GUEST_BASE + 0x100;
        guest_step(virt, 1);
        assert_int_equal(virt->cpu[0].state.cycles, i % 2 ? priced[i / 2].a72 : priced[i / 2].a53);
        guest_free(virt);
    }
}

static void a_quantum_ends_at_a_branch_however_it_was_reached(void **state)
{
    (void)state;
    for (unsigned single = 0; single < 2; single++) {
        struct virt *virt = guest_new(false);
        struct cpu *cpu = &virt->cpu[0];
        for (unsigned i = 0; i < 100; i++)
            guest_put(virt, 4 * i, 4, NOP_);
        guest_put(virt, 400, 4, B_SELF);
        do
            single ? cpu_step(cpu, 50) : cpu_run(cpu, 50);
        while (!cpu->yielded);
        assert_int_equal(cpu->state.cycles, 101);
        assert_int_equal(cpu->state.pc, GUEST_BASE + 400);
        guest_free(virt);
    }
}

static void a_call_to_the_firmware_can_stop_the_machine_at_once(void **state)
{
    (void)state;
    struct virt *virt = guest_new(false);
    guest_code(virt, 0, (const uint32_t[]){HVC_0, B_SELF}, 2);
    virt->cpu[0].state.x[0] = 0x84000008; /* PSCI SYSTEM_OFF */
    assert_int_equal(scheduler_run(&virt->scheduler), SCHEDULE_STOPPED);
    assert_int_equal(virt->outcome, VIRT_OFF);
    assert_int_equal(virt->cpu[0].state.cycles, 1);
    assert_int_equal(virt->cpu[0].state.pc, GUEST_BASE + 4);
    guest_free(virt);
}

static void stop_all(void *owner, uint64_t now)
{
    (void)now;
    scheduler_stop(owner);
}

static void wfi_passes_the_time_to_the_next_event(void **state)
{
    (void)state;
    struct virt *virt = guest_new(false);
    guest_code(virt, 0, (const uint32_t[]){WFI_, B_SELF}, 2);
    events_add(&virt->cpu[0].events, 5000, 0, stop_all, &virt->scheduler);
    scheduler_run(&virt->scheduler);
    assert_int_equal(virt->cpu[0].state.cycles, 5000);
    assert_int_equal(virt->cpu[0].state.idle, 4999);
    assert_int_equal(virt->cpu[0].state.pc, GUEST_BASE + 4);
    guest_free(virt);
}

static void a_machine_whose_cpus_all_wait_for_ever_says_so(void **state)
{
    (void)state;
    struct virt *virt = guest_of("cortex-a72", 2, false, false);
    guest_code(virt, 0, (const uint32_t[]){WFI_, B_SELF}, 2);
    virt->cpu[1].state.wait = WAIT_NONE;
    assert_int_equal(scheduler_run(&virt->scheduler), SCHEDULE_STUCK);
    guest_free(virt);
}

static void a_branch_to_a_misaligned_address_faults_there(void **state)
{
    (void)state;
    struct virt *virt = guest_new(false);
    struct state *s = &virt->cpu[0].state;
    guest_code(virt, 0, (const uint32_t[]){BR_X3}, 1);
    s->x[3] = GUEST_BASE + 0x102;
    s->sys[VBAR_EL1] = GUEST_BASE + 0x800;
    guest_step(virt, 2); /* the branch, then the fetch */
    assert_int_equal(bits(s->sys[ESR_EL1], 31, 26), 0x22);
    assert_int_equal(s->sys[FAR_EL1], GUEST_BASE + 0x102);
    assert_int_equal(s->pc, GUEST_BASE + 0x800 + 0x200);
    guest_free(virt);
}

static void an_address_that_nothing_answers_is_an_external_abort(void **state)
{
    (void)state;
    struct virt *virt = guest_new(false);
    struct state *s = &virt->cpu[0].state;
    guest_code(virt, 0, (const uint32_t[]){LDR_X0_X1}, 1);
    s->x[1] = 0x7000000000;
    s->sys[VBAR_EL1] = GUEST_BASE + 0x800;
    guest_step(virt, 1);
    assert_int_equal(s->sys[ESR_EL1], 0x96000010);
    assert_int_equal(s->sys[ELR_EL1], GUEST_BASE);
    guest_free(virt);
}

static void vectors_that_cannot_be_fetched_do_not_stop_the_clock(void **state)
{
    (void)state;
    struct virt *virt = guest_new(false);
    virt->cpu[0].state.sys[VBAR_EL1] = 0x7000000000;
    events_add(&virt->cpu[0].events, 1000000, 0, stop, &virt->cpu[0]);
    cpu_run(&virt->cpu[0], EVENT_NEVER);
    assert_int_equal(virt->cpu[0].state.cycles, 1000000);
    guest_free(virt);
}

static void raise_irq(void *owner, uint64_t now)
{
    cluster_set_line(owner, 0, LINE_IRQ, true, now);
}

static void daifclr_isb_daifset_takes_a_pending_irq(void **state)
{
    (void)state;
    struct virt *virt = guest_new(false);
    struct state *s = &virt->cpu[0].state;
    guest_code(virt, 0, (const uint32_t[]){NOP_, DAIFCLR_2, ISB_, DAIFSET_2, B_SELF}, 5);
    guest_code(virt, 0x800 + 0x280, (const uint32_t[]){B_SELF}, 1);
    s->sys[VBAR_EL1] = GUEST_BASE + 0x800;
    raise_irq(&virt->cluster, 0);
    events_add(&virt->cpu[0].events, 100, 0, stop, &virt->cpu[0]);
    cpu_run(&virt->cpu[0], EVENT_NEVER);
    assert_int_equal(s->pc, GUEST_BASE + 0x800 + 0x280);
    assert_int_equal(s->sys[ELR_EL1], GUEST_BASE + 8);
    guest_free(virt);
}

static void an_irq_in_a_loop_is_taken_at_the_instruction_at_which_it_came(void **state)
{
    (void)state;
    for (unsigned when = 10; when < 200; when += 13) {
        struct virt *virt = guest_new(false);
        struct state *s = &virt->cpu[0].state;
        guest_code(virt, 0, (const uint32_t[]){ADD_X0_X0_1, NOP_, NOP_, 0x17fffffd}, 4);
        guest_code(virt, 0x800 + 0x280, (const uint32_t[]){B_SELF}, 1);
        s->sys[VBAR_EL1] = GUEST_BASE + 0x800;
        s->daif = 0;
        events_add(&virt->cpu[0].events, when, 0, raise_irq, &virt->cluster);
        events_add(&virt->cpu[0].events, 1000, 0, stop, &virt->cpu[0]);
        virt->cluster.running = &virt->cpu[0];
        cpu_run(&virt->cpu[0], EVENT_NEVER);
        assert_int_equal(s->sys[ELR_EL1], GUEST_BASE + when % 4 * 4);
        assert_int_equal(s->x[0], (when + 3) / 4);
        guest_free(virt);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_to_the_next_instruction_is_executed),
        cmocka_unit_test(stepping_counts_and_ends_as_running_does),
        cmocka_unit_test(code_beside_data_and_patching_itself_runs_as_stepped),
        cmocka_unit_test(an_event_in_the_middle_of_a_block_is_seen_at_its_instruction),
        cmocka_unit_test(with_costs_an_event_is_seen_at_the_first_boundary_not_before_it),
        cmocka_unit_test(fast_timing_prices_instructions_by_core),
        cmocka_unit_test(a_quantum_ends_at_a_branch_however_it_was_reached),
        cmocka_unit_test(a_call_to_the_firmware_can_stop_the_machine_at_once),
        cmocka_unit_test(wfi_passes_the_time_to_the_next_event),
        cmocka_unit_test(a_machine_whose_cpus_all_wait_for_ever_says_so),
        cmocka_unit_test(a_branch_to_a_misaligned_address_faults_there),
        cmocka_unit_test(vectors_that_cannot_be_fetched_do_not_stop_the_clock),
        cmocka_unit_test(an_address_that_nothing_answers_is_an_external_abort),
        cmocka_unit_test(daifclr_isb_daifset_takes_a_pending_irq),
        cmocka_unit_test(an_irq_in_a_loop_is_taken_at_the_instruction_at_which_it_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
