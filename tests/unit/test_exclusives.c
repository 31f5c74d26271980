#include "guest.h"

/* X1 = the address, X2 = data; two PEs that share a page. */
enum { DATA = 0x8000, TABLE = 0x10000 };
enum insn {
    LDXR_X0_X1 = 0xc85f7c20,
    LDXR_W0_X1 = 0x885f7c20,
    STXR_W3_X2_X1 = 0xc8037c22,
    STR_X2_X1 = 0xf9000022,
    CLREX_ALL = 0xd5033f5f,
    ERET_ = 0xd69f03e0
};

static struct virt *two(void)
{
    static const uint32_t code[] = {STR_X2_X1, LDXR_X0_X1, STXR_W3_X2_X1, CLREX_ALL, LDXR_W0_X1, ERET_};
    struct virt *virt = guest_of("cortex-a72", 2, false, false);
    guest_code(virt, 0, code, sizeof code / sizeof *code);
    guest_put(virt, TABLE + 8, 8,
              0x40000701); /* 1 GiB at 0x40000000, itself: Normal memory, so that stores can be fast */
    for (unsigned i = 0; i < 2; i++) {
        struct cpu *cpu = &virt->cpu[i];
        cpu->state.wait = WAIT_NONE;
        cpu->state.sys[TTBR0_EL1] = GUEST_BASE + TABLE;
        cpu->state.sys[TCR_EL1] = 25; /* 39 bits: starts at level 1 */
        cpu->state.sys[MAIR_EL1] = 0xff;
        cpu->state.sys[SCTLR_EL1] |= 1;
        cpu_control_changed(cpu);
        cpu->state.x[1] = GUEST_BASE + DATA;
        cpu->state.x[2] = 100 + i;
    }
    return virt;
}

/* Runs one of the instructions above. */
static void run(struct virt *virt, unsigned number, enum insn insn)
{
    struct cpu *cpu = &virt->cpu[number];
    virt->cluster.running = cpu;
    cpu->state.pc = GUEST_BASE;
    for (uint32_t word = 0; word != (uint32_t)insn; cpu->state.pc += word == (uint32_t)insn ? 0 : 4)
        memcpy(&word, bus_load_host(&virt->bus, pa(cpu->state.pc), 4), 4);
    cpu_step(cpu, EVENT_NEVER);
    virt->cluster.running = NULL;
}

static uint64_t memory(struct virt *virt)
{
    uint64_t value;
    memcpy(&value, bus_load_host(&virt->bus, pa(GUEST_BASE + DATA), 8), 8);
    return value;
}

/* STXR of PE 0: whether it stored. */
static bool stores(struct virt *virt)
{
    virt->cpu[0].state.x[3] = 7;
    run(virt, 0, STXR_W3_X2_X1);
    return virt->cpu[0].state.x[3] == 0;
}

static void stxr_stores_once_after_ldxr(void **state)
{
    (void)state;
    struct virt *virt = two();
    assert_false(stores(virt));
    assert_int_equal(memory(virt), 0);
    run(virt, 0, LDXR_X0_X1);
    assert_true(stores(virt));
    assert_int_equal(memory(virt), 100);
    assert_false(stores(virt));
    guest_free(virt);
}

static void stxr_of_another_size_or_granule_fails(void **state)
{
    (void)state;
    struct virt *virt = two();
    run(virt, 0, LDXR_W0_X1);
    assert_false(stores(virt));
    run(virt, 0, LDXR_X0_X1);
    virt->cpu[0].state.x[1] += MONITOR_GRANULE;
    assert_false(stores(virt));
    guest_free(virt);
}

static void clrex_and_eret_clear_the_monitor(void **state)
{
    (void)state;
    struct virt *virt = two();
    run(virt, 0, LDXR_X0_X1);
    run(virt, 0, CLREX_ALL);
    assert_false(stores(virt));
    run(virt, 0, LDXR_X0_X1);
    virt->cpu[0].state.sys[SPSR_EL1] = 0x3c5;
    run(virt, 0, ERET_);
    assert_false(stores(virt));
    guest_free(virt);
}

static void another_pes_store_to_the_granule_clears_the_monitor_even_from_the_fast_table(void **state)
{
    (void)state;
    struct virt *virt = two();
    for (unsigned i = 0; i < 3; i++)
        run(virt, 1, STR_X2_X1);
    char *host;
    assert_true(fast_find(virt->cpu[1].mmu.current->write, GUEST_BASE + DATA, 8, 0, &host));
    run(virt, 0, LDXR_X0_X1);
    run(virt, 1, STR_X2_X1);
    assert_false(stores(virt));
    guest_free(virt);
}

static void another_pes_store_beside_the_granule_leaves_the_monitor(void **state)
{
    (void)state;
    struct virt *virt = two();
    run(virt, 0, LDXR_X0_X1);
    virt->cpu[1].state.x[1] += MONITOR_GRANULE;
    run(virt, 1, STR_X2_X1);
    assert_true(stores(virt));
    guest_free(virt);
}

static void a_devices_store_clears_the_monitor_of_the_one_that_runs(void **state)
{
    (void)state;
    struct virt *virt = two();
    run(virt, 0, LDXR_X0_X1);
    guest_put(virt, DATA + 8, 8, 1);
    assert_false(stores(virt));
    guest_free(virt);
}

static void losing_the_monitor_is_an_event_at_the_time_of_the_store(void **state)
{
    (void)state;
    struct virt *virt = two();
    run(virt, 0, LDXR_X0_X1);
    virt->cpu[0].state.event = false;
    virt->cpu[1].state.cycles = 500;
    run(virt, 1, STR_X2_X1);
    assert_false(virt->cpu[0].state.event);
    events_run(&virt->cpu[0].events, 500);
    assert_true(virt->cpu[0].state.event);
    guest_free(virt);
}

static void a_page_that_nobody_monitors_any_more_is_stored_to_fast_again(void **state)
{
    (void)state;
    struct virt *virt = two();
    run(virt, 0, LDXR_X0_X1);
    assert_true(*bus_page_flags(&virt->bus, pa(GUEST_BASE + DATA)) & PAGE_MONITORED);
    run(virt, 1, STR_X2_X1);
    assert_false(*bus_page_flags(&virt->bus, pa(GUEST_BASE + DATA)) & PAGE_MONITORED);
    guest_free(virt);
}

static void a_misaligned_exclusive_faults_before_the_monitor_is_asked(void **state)
{
    (void)state;
    struct virt *virt = two();
    virt->cpu[0].state.x[1] += 4;
    assert_false(stores(virt));
    assert_int_equal(virt->cpu[0].state.x[3], 7);
    assert_int_equal(virt->cpu[0].state.sys[ESR_EL1], 0x96000061); /* same EL, write, alignment */
    guest_free(virt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stxr_stores_once_after_ldxr),
        cmocka_unit_test(stxr_of_another_size_or_granule_fails),
        cmocka_unit_test(clrex_and_eret_clear_the_monitor),
        cmocka_unit_test(another_pes_store_to_the_granule_clears_the_monitor_even_from_the_fast_table),
        cmocka_unit_test(another_pes_store_beside_the_granule_leaves_the_monitor),
        cmocka_unit_test(a_devices_store_clears_the_monitor_of_the_one_that_runs),
        cmocka_unit_test(losing_the_monitor_is_an_event_at_the_time_of_the_store),
        cmocka_unit_test(a_page_that_nobody_monitors_any_more_is_stored_to_fast_again),
        cmocka_unit_test(a_misaligned_exclusive_faults_before_the_monitor_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
