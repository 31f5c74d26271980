#include "guest.h"
#include "machine/psci.h"

enum { SMC = 0xd4000003, HVC = 0xd4000002, B_SELF = 0x14000000, WFI = 0xd503207f, ENTRY = 0x1000 };

enum { SMCCC_VERSION = 0x80000000, VERSION = 0x84000000, CPU_SUSPEND, CPU_OFF, CPU_ON, AFFINITY_INFO };
enum { MIGRATE_INFO_TYPE = 0x84000006, SYSTEM_OFF = 0x84000008, SYSTEM_RESET, FEATURES };

#define BIT_64 UINT64_C(0x40000000)

static int64_t call(struct virt *virt, uint64_t id, uint64_t x1, uint64_t x2, uint64_t x3)
{
    struct cpu *cpu = &virt->cpu[0];
    cpu->state.x[0] = id;
    cpu->state.x[1] = x1;
    cpu->state.x[2] = x2;
    cpu->state.x[3] = x3;
    assert_true(psci_call(virt, cpu, cpu->state.has_el2));
    return (int64_t)cpu->state.x[0];
}

static void the_conduit_is_smc_with_el2_and_hvc_without(void **state)
{
    (void)state;
    for (unsigned el2 = 0; el2 < 2; el2++) {
        struct virt *virt = guest_new(el2);
        assert_true(psci_call(virt, &virt->cpu[0], el2));
        assert_false(psci_call(virt, &virt->cpu[0], !el2));
        guest_code(virt, 0, (const uint32_t[]){el2 ? SMC : HVC, B_SELF}, 2);
        virt->cpu[0].state.x[0] = VERSION;
        virt->cpu[0].state.x[3] = 33;
        guest_step(virt, 1);
        assert_int_equal(virt->cpu[0].state.x[0], 0x10001);
        assert_int_equal(virt->cpu[0].state.x[3], 33);
        assert_int_equal(virt->cpu[0].state.pc, GUEST_BASE + 4);
        guest_free(virt);
    }
}

static void what_is_not_there_is_not_supported_and_features_says_the_same(void **state)
{
    (void)state;
    struct virt *virt = guest_new(true);
    static const uint32_t there[] = {VERSION,  CPU_SUSPEND,       CPU_OFF,    CPU_ON,       AFFINITY_INFO,
                                     FEATURES, MIGRATE_INFO_TYPE, SYSTEM_OFF, SYSTEM_RESET, SMCCC_VERSION};
    for (unsigned i = 0; i < sizeof there / sizeof *there; i++)
        assert_int_equal(call(virt, FEATURES, there[i], 0, 0), 0);
    assert_int_equal(call(virt, FEATURES, CPU_ON | BIT_64, 0, 0), 0);
    assert_int_equal(call(virt, FEATURES, SYSTEM_OFF | BIT_64, 0, 0), -1);
    assert_int_equal(call(virt, FEATURES, 0x84000005, 0, 0), -1);
    assert_int_equal(call(virt, 0x84000005, 0, 0, 0), -1);
    assert_int_equal(call(virt, 0, 0, 0, 0), -1);
    assert_int_equal(call(virt, SMCCC_VERSION, 0, 0, 0), 0x10001);
    assert_int_equal(call(virt, 0x80000001, 0x80008000, 0, 0), -1);
    assert_int_equal(call(virt, 0x80000001, 0x80000001, 0, 0), 0);
    assert_int_equal(call(virt, MIGRATE_INFO_TYPE, 0, 0, 0), 2);
    guest_free(virt);
}

static void cpu_on_starts_the_other_cpu_at_its_entry_with_the_context(void **state)
{
    (void)state;
    struct virt *virt = guest_of("cortex-a72", 2, true, false);
    struct state *other = &virt->cpu[1].state;
    guest_code(virt, 0, (const uint32_t[]){SMC, 0xd503201f, B_SELF}, 3);
    guest_code(virt, ENTRY, (const uint32_t[]){0x91000401, B_SELF}, 2); /* add x1, x0, #1 */
    struct state *s = &virt->cpu[0].state;
    s->x[0] = CPU_ON | BIT_64;
    s->x[1] = 1;
    s->x[2] = GUEST_BASE + ENTRY;
    s->x[3] = UINT64_C(0x123456789);
    s->cycles = 500;
    other->sys[SCTLR_EL2] |= 1;
    scheduler_step(&virt->scheduler);
    assert_int_equal(s->x[0], 0);
    assert_int_equal(call(virt, AFFINITY_INFO, 1, 0, 0), 2);
    assert_int_equal(call(virt, CPU_ON, 1, GUEST_BASE, 0), -5);
    for (unsigned i = 0; i < 3; i++)
        scheduler_step(&virt->scheduler);
    assert_int_equal(other->x[1], UINT64_C(0x12345678a));
    assert_int_equal(other->el, 2);
    assert_int_equal(other->cycles - other->idle >= 1, 1);
    assert_true(other->idle >= 500);
    assert_int_equal(other->sys[SCTLR_EL2] & 1, 0);
    assert_int_equal(call(virt, AFFINITY_INFO, 1, 0, 0), 0);
    assert_int_equal(call(virt, CPU_ON, 1, GUEST_BASE, 0), -4);
    guest_free(virt);
}

static void cpu_on_refuses_what_is_not_there_or_misaligned(void **state)
{
    (void)state;
    struct virt *virt = guest_of("cortex-a72", 2, false, false);
    assert_int_equal(call(virt, CPU_ON, 2, GUEST_BASE, 0), -2);
    assert_int_equal(call(virt, CPU_ON | BIT_64, UINT64_C(0x100000001), GUEST_BASE, 0), -2);
    assert_int_equal(call(virt, CPU_ON, 1, GUEST_BASE + 2, 0), -2);
    assert_int_equal(call(virt, AFFINITY_INFO, 2, 0, 0), -2);
    assert_int_equal(call(virt, AFFINITY_INFO, 1, 0, 0), 1);
    assert_int_equal(call(virt, CPU_ON, UINT64_C(0x500000001), GUEST_BASE, 0), 0); /* SMC32: the low half counts */
    assert_int_equal(call(virt, CPU_ON, 0, GUEST_BASE, 0), -4);
    guest_free(virt);
}

static void a_cpu_that_is_off_runs_nothing_until_it_is_turned_on_again(void **state)
{
    (void)state;
    struct virt *virt = guest_new(false);
    guest_code(virt, 0, (const uint32_t[]){HVC, 0x91000421}, 2);
    virt->cpu[0].state.x[0] = CPU_OFF;
    virt->cpu[0].state.x[1] = 0;
    assert_int_equal(scheduler_run(&virt->scheduler), SCHEDULE_STUCK);
    assert_int_equal(virt->cpu[0].state.wait, WAIT_OFF);
    assert_int_equal(virt->cpu[0].state.x[1], 0);
    cluster_power_on(&virt->cluster, 0, GUEST_BASE + 4, 7, 0);
    scheduler_step(&virt->scheduler);
    assert_int_equal(virt->cpu[0].state.x[0], 7);
    assert_int_equal(virt->cpu[0].state.x[1], 1);
    guest_free(virt);
}

static void cpu_suspend_waits_like_wfi(void **state)
{
    (void)state;
    struct virt *virt = guest_new(false);
    struct state *s = &virt->cpu[0].state;
    guest_code(virt, 0, (const uint32_t[]){HVC, 0x91000421, B_SELF}, 3);
    s->x[0] = CPU_SUSPEND | BIT_64;
    s->x[1] = 0;
    assert_int_equal(scheduler_run(&virt->scheduler), SCHEDULE_STUCK);
    assert_int_equal(s->wait, WAIT_WFI);
    assert_int_equal(s->x[0], 0);
    cluster_set_line(&virt->cluster, 0, LINE_IRQ, true, 9000);
    scheduler_step(&virt->scheduler);
    assert_int_equal(s->x[1], 1);
    assert_int_equal(s->cycles, 9001);
    assert_int_equal(call(virt, CPU_SUSPEND, 1 << 24, 0, 0), -2);
    guest_free(virt);
}

static unsigned reloads;

static void reload(void *owner)
{
    struct virt *virt = owner;
    reloads++;
    virt->cpu[0].state.pc = GUEST_BASE + ENTRY;
}

static void system_off_and_reset_end_the_run_and_reset_begins_it_anew(void **state)
{
    (void)state;
    struct virt *virt = guest_of("cortex-a72", 2, false, false);
    struct state *s = &virt->cpu[0].state;
    virt->config.reload = reload;
    virt->config.reload_owner = virt;
    guest_code(virt, 0, (const uint32_t[]){HVC, B_SELF}, 2);
    guest_code(virt, ENTRY, (const uint32_t[]){HVC, B_SELF}, 2);
    s->x[0] = SYSTEM_RESET;
    virt->cpu[1].state.wait = WAIT_NONE;
    virt->cpu[1].state.pc = GUEST_BASE + 4;
    assert_int_equal(scheduler_run(&virt->scheduler), SCHEDULE_STOPPED);
    assert_int_equal(virt->outcome, VIRT_RESET);
    const uint64_t before = s->cycles;
    s->daif = 0;
    virt->uart.state.imsc = 1;
    virt_reset(virt);
    assert_int_equal(reloads, 1);
    assert_int_equal(virt->outcome, VIRT_RUNNING);
    assert_int_equal(s->pc, GUEST_BASE + ENTRY);
    assert_int_equal(s->daif, 15);
    assert_int_equal(virt->uart.state.imsc, 0);
    assert_int_equal(virt->cpu[1].state.wait, WAIT_OFF);
    assert_true(s->cycles >= before);
    s->x[0] = SYSTEM_OFF;
    assert_int_equal(scheduler_run(&virt->scheduler), SCHEDULE_STOPPED);
    assert_int_equal(virt->outcome, VIRT_OFF);
    assert_int_equal(s->pc, GUEST_BASE + ENTRY + 4);
    guest_free(virt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_conduit_is_smc_with_el2_and_hvc_without),
        cmocka_unit_test(what_is_not_there_is_not_supported_and_features_says_the_same),
        cmocka_unit_test(cpu_on_starts_the_other_cpu_at_its_entry_with_the_context),
        cmocka_unit_test(cpu_on_refuses_what_is_not_there_or_misaligned),
        cmocka_unit_test(a_cpu_that_is_off_runs_nothing_until_it_is_turned_on_again),
        cmocka_unit_test(cpu_suspend_waits_like_wfi),
        cmocka_unit_test(system_off_and_reset_end_the_run_and_reset_begins_it_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
