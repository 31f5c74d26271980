/* The interrupt controller and the timers on the machine: what a CPU sees, and when. */
#include "guest.h"

enum { /* instruction words */
       NOP_ = 0xd503201f,
       WFI_ = 0xd503207f,
       MSR_CNTP_TVAL_X0 = 0xd51be200,
       MSR_CNTV_TVAL_X0 = 0xd51be300,
       MSR_CNTP_CTL_X1 = 0xd51be221,
       MSR_CNTV_CTL_X1 = 0xd51be321,
       MRS_X4_CNTPCT = 0xd53be024,
       STR_W2_X3 = 0xb9000062,
       LDR_W5_X3 = 0xb9400065,
       ADD_X0_X0_1 = 0x91000400,
       B_BACK_1 = 0x17ffffff,
       B_SELF = 0x14000000,
};

enum { OTHER = 0x1000, VECTORS = 0x2000, VECTOR_IRQ_SAME_EL = 0x280 };

static const uint64_t gicd = VIRT_GICD, gicc = VIRT_GICC;

static void put(struct virt *virt, unsigned cpu, uint64_t address, uint32_t value)
{
    const struct transaction t = {.size = 4, .cpu = (uint8_t)cpu};
    assert_true(bus_write(&virt->bus, pa(address), value, t));
}

static uint64_t get(struct virt *virt, unsigned cpu, uint64_t address)
{
    const struct transaction t = {.now = virt->cpu[cpu].state.cycles, .size = 4, .cpu = (uint8_t)cpu};
    uint64_t value;
    assert_true(bus_read(&virt->bus, pa(address), t, &value));
    return value;
}

/* CPUs that all run, with their interrupt controller on, all timers enabled in it, and interrupts masked. */
static struct virt *machine(unsigned cpus, bool el2)
{
    struct virt *virt = guest_of("cortex-a72", cpus, el2, false);
    put(virt, 0, gicd, 1);
    for (unsigned i = 0; i < cpus; i++) {
        put(virt, i, gicd + 0x100, 1 << 26 | 1 << 27 | 1 << 30);
        put(virt, i, gicc + 0x004, 0xff);
        put(virt, i, gicc + 0x000, 1);
        virt->cpu[i].state.wait = WAIT_NONE;
        virt->cpu[i].state.sys[VBAR_EL1] = GUEST_BASE + VECTORS;
    }
    guest_code(virt, VECTORS + VECTOR_IRQ_SAME_EL, (const uint32_t[]){B_SELF}, 1);
    return virt;
}

static void stop(void *owner, uint64_t now)
{
    (void)now;
    scheduler_stop(owner);
}

static enum schedule_end run_to(struct virt *virt, uint64_t cycles)
{
    events_add(&virt->scheduler.events, cycles, 0, stop, &virt->scheduler);
    return scheduler_run(&virt->scheduler);
}

static void wfi_with_only_a_timer_armed_jumps_to_its_time(void **state)
{
    (void)state;
    struct virt *virt = machine(1, false);
    struct state *s = &virt->cpu[0].state;
    guest_code(virt, 0, (const uint32_t[]){MSR_CNTP_TVAL_X0, MSR_CNTP_CTL_X1, WFI_, MRS_X4_CNTPCT, B_SELF}, 5);
    s->x[0] = 1000000000; /* 16 s */
    s->x[1] = 1;
    while (s->pc != GUEST_BASE + 16)
        assert_int_equal(scheduler_step(&virt->scheduler), SCHEDULE_STOPPED);
    assert_int_equal(s->x[4], 1000000000);
    assert_int_equal(s->cycles, UINT64_C(16000000000) + 1);
    assert_int_equal(s->cycles - s->idle, 4); /* instructions */
    assert_int_equal(get(virt, 0, gicc + 0x18), 30);
    guest_free(virt);
}

static void wfi_with_nothing_armed_ends_the_run(void **state)
{
    (void)state;
    struct virt *virt = machine(2, false);
    guest_code(virt, 0, (const uint32_t[]){MSR_CNTP_CTL_X1, WFI_}, 2);
    virt->cpu[0].state.x[1] = virt->cpu[1].state.x[1] = 3; /* masked by IMASK */
    assert_int_equal(scheduler_run(&virt->scheduler), SCHEDULE_STUCK);
    guest_free(virt);
}

static void wfi_is_trapped_only_where_it_would_wait(void **state)
{
    (void)state;
    for (unsigned pending = 0; pending < 2; pending++) {
        struct virt *virt = machine(1, true);
        struct state *s = &virt->cpu[0].state;
        s->el = 1;
        s->sys[HCR_EL2] = BIT(31) | BIT(13) | BIT(4); /* RW, TWI, IMO */
        s->lines = pending ? LINE_VIRQ : 0;           /* masked by PSTATE.I, and pending all the same */
        cpu_control_changed(&virt->cpu[0]);
        cpu_execute(&virt->cpu[0], WFI_);
        assert_int_equal(s->el, pending ? 1 : 2);
        assert_int_equal(s->sys[ESR_EL2], pending ? 0 : 0x07e00000);
        guest_free(virt);
    }
}

static void a_timer_interrupt_is_taken_at_the_first_instruction_of_its_tick(void **state)
{
    (void)state;
    for (unsigned nops = 0; nops < 20; nops++) {
        struct virt *virt = machine(1, false);
        struct state *s = &virt->cpu[0].state;
        for (unsigned i = 0; i < nops; i++)
            guest_put(virt, 4 * i, 4, NOP_);
        guest_code(virt, 4 * nops, (const uint32_t[]){MSR_CNTV_TVAL_X0, MSR_CNTV_CTL_X1, ADD_X0_X0_1, B_BACK_1}, 4);
        s->x[0] = 10;
        s->x[1] = 1;
        s->daif = 0;
        run_to(virt, 1000);
        const uint64_t due = (nops / 16 + 10) * 16; /* CNTV_TVAL is written at `nops` cycles */
        const uint64_t loops = s->x[0] - 10;
        assert_int_equal(loops, (due - nops - 2 + 1) / 2); /* two cycles a loop, the addition first */
        assert_int_equal(s->pc, GUEST_BASE + VECTORS + VECTOR_IRQ_SAME_EL);
        guest_free(virt);
    }
}

/* CPU 0 sends SGI 1 to CPU 1 in its instruction `when`. */
static struct virt *sender(unsigned when)
{
    struct virt *virt = machine(2, false);
    struct state *s = &virt->cpu[0].state;
    for (unsigned i = 0; i < when; i++)
        guest_put(virt, 4 * i, 4, NOP_);
    guest_code(virt, 4 * when, (const uint32_t[]){STR_W2_X3, B_SELF}, 2);
    s->x[2] = 1 << 17 | 1;
    s->x[3] = VIRT_GICD + 0xf00;
    virt->cpu[1].state.pc = GUEST_BASE + OTHER;
    return virt;
}

static void an_sgi_wakes_the_other_cpu_at_the_time_of_the_sender(void **state)
{
    (void)state;
    struct virt *virt = sender(500);
    guest_code(virt, OTHER, (const uint32_t[]){WFI_, LDR_W5_X3, B_SELF}, 3);
    virt->cpu[1].state.x[3] = VIRT_GICC + 0xc;
    run_to(virt, 5000);
    assert_int_equal(virt->cpu[1].state.idle, 499);
    assert_int_equal(virt->cpu[1].state.x[5], 1); /* SGI 1 from CPU 0 */
    assert_int_equal(virt->cpu[1].state.lines, 0);
    guest_free(virt);
}

static void an_sgi_interrupts_a_busy_cpu_at_the_time_of_the_sender(void **state)
{
    (void)state;
    struct virt *virt = sender(600);
    guest_code(virt, OTHER, (const uint32_t[]){ADD_X0_X0_1, B_BACK_1}, 2);
    virt->cpu[1].state.daif = 0;
    run_to(virt, 5000);
    assert_int_equal(virt->cpu[1].state.x[0], 300);
    assert_int_equal(virt->cpu[1].state.pc, GUEST_BASE + VECTORS + VECTOR_IRQ_SAME_EL);
    guest_free(virt);
}

static void an_sgi_ends_the_quantum_of_its_sender(void **state)
{
    (void)state;
    struct virt *virt = sender(100);
    guest_code(virt, OTHER, (const uint32_t[]){B_SELF}, 1);
    while (virt->cpu[0].state.pc != GUEST_BASE + 404)
        scheduler_step(&virt->scheduler);
    assert_int_equal(virt->cpu[1].state.cycles, 0);
    const uint64_t sent = virt->cpu[0].state.cycles;
    scheduler_step(&virt->scheduler);
    assert_int_equal(virt->cpu[0].state.cycles, sent);
    assert_int_equal(virt->cpu[1].state.cycles, 1);
    guest_free(virt);
}

static void an_sgi_to_oneself_is_taken_before_the_next_instruction(void **state)
{
    (void)state;
    struct virt *virt = sender(10);
    virt->cpu[0].state.x[2] = 2 << 24 | 1;
    virt->cpu[0].state.daif = 0;
    virt->cpu[1].state.wait = WAIT_OFF;
    run_to(virt, 1000);
    assert_int_equal(virt->cpu[0].state.sys[ELR_EL1], GUEST_BASE + 44);
    guest_free(virt);
}

static void each_input_of_a_cpu_arrives_at_its_own_time(void **state)
{
    (void)state;
    struct virt *virt = machine(2, false);
    struct cpu *cpu = &virt->cpu[1];
    virt->cluster.running = &virt->cpu[0];
    cluster_set_line(&virt->cluster, 1, LINE_IRQ, true, 500);
    cluster_set_line(&virt->cluster, 1, LINE_FIQ, true, 300);
    events_run(&cpu->events, 300);
    assert_int_equal(cpu->state.lines, LINE_FIQ);
    cpu->state.cycles = 400;
    cluster_set_line(&virt->cluster, 1, LINE_FIQ, false, 350); /* is past for the receiver */
    assert_int_equal(cpu->state.lines, 0);
    events_run(&cpu->events, 500);
    assert_int_equal(cpu->state.lines, LINE_IRQ);
    cluster_set_line(&virt->cluster, 1, LINE_IRQ, false, 900);
    cluster_set_line(&virt->cluster, 1, LINE_IRQ, true, 450); /* overtakes the fall */
    events_run(&cpu->events, 900);
    assert_int_equal(cpu->state.lines, LINE_IRQ);
    virt->cluster.running = NULL;
    guest_free(virt);
}

static void a_uart_interrupt_reaches_the_cpu_that_its_target_names(void **state)
{
    (void)state;
    struct virt *virt = machine(2, false);
    put(virt, 0, gicd + 0x104, 1 << 1);
    put(virt, 0, gicd + 0x820, 2 << 8);
    put(virt, 0, 0x09000038, 1 << 5); /* UARTIMSC.TXIM */
    put(virt, 0, 0x09000000, 'x');
    assert_int_equal(virt->cpu[0].state.lines, 0);
    assert_int_equal(virt->cpu[1].state.lines, LINE_IRQ);
    assert_int_equal(get(virt, 1, gicc + 0xc), 33);
    put(virt, 0, 0x09000044, 1 << 5);
    put(virt, 1, gicc + 0x10, 33);
    assert_int_equal(virt->cpu[1].state.lines, 0);
    guest_free(virt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wfi_with_only_a_timer_armed_jumps_to_its_time),
        cmocka_unit_test(wfi_with_nothing_armed_ends_the_run),
        cmocka_unit_test(wfi_is_trapped_only_where_it_would_wait),
        cmocka_unit_test(a_timer_interrupt_is_taken_at_the_first_instruction_of_its_tick),
        cmocka_unit_test(an_sgi_wakes_the_other_cpu_at_the_time_of_the_sender),
        cmocka_unit_test(an_sgi_interrupts_a_busy_cpu_at_the_time_of_the_sender),
        cmocka_unit_test(an_sgi_ends_the_quantum_of_its_sender),
        cmocka_unit_test(an_sgi_to_oneself_is_taken_before_the_next_instruction),
        cmocka_unit_test(each_input_of_a_cpu_arrives_at_its_own_time),
        cmocka_unit_test(a_uart_interrupt_reaches_the_cpu_that_its_target_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
