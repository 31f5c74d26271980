/* The Performance Monitors: what counts, when it overflows, and whom it tells. */
#include "cpu/pmu.h"
#include "cpu/sysreg/sysreg_table.h"
#include "guest.h"

enum { NOP_WORD = 0xd503201f, MRS_X3_PMCCNTR = 0xd53b9d03, B_SELF = 0x14000000, SVC_WORD = 0xd4000001 };
enum { E = 1, P = 2, C = 4, D = 8, LC = 64 };

static const uint64_t CYCLES = BIT(31);

static struct output {
    bool level;
    uint64_t since;
} line;

static void set_line(void *owner, unsigned number, bool level, uint64_t now)
{
    (void)number;
    struct output *l = owner;
    if (l->level != level)
        *l = (struct output){level, now};
}

/* A PE at EL `el`, of a machine with EL2. */
static struct virt *at_el(unsigned el)
{
    struct virt *virt = guest_new(true);
    struct cpu *cpu = &virt->cpu[0];
    cpu->state.el = (uint8_t)el;
    cpu->state.sp_sel = el != 0;
    cpu->state.sys[HCR_EL2] = BIT(31);
    cpu->state.sys[VBAR_EL1] = cpu->state.sys[VBAR_EL2] = GUEST_BASE + 0x800;
    line = (struct output){0};
    cpu->pmu_line = (struct irq_line){set_line, &line, 0};
    cpu_control_changed(cpu);
    return virt;
}

static const struct sysreg_access *access_to(const struct cpu *cpu, enum sysreg reg)
{
    for (unsigned i = 0; i < SYSREG_A64_COUNT; i++)
        if (cpu->sysreg[i].reg == reg)
            return &cpu->sysreg[i];
    fail();
    return NULL;
}

static void put(struct virt *virt, enum sysreg reg, uint64_t value)
{
    struct cpu *cpu = &virt->cpu[0];
    const struct sysreg_access *a = access_to(cpu, reg);
    if (a->hook.write)
        a->hook.write(a->hook.owner, &cpu->state, reg, sysreg_masked(a, value));
    else
        cpu->state.sys[reg] = sysreg_masked(a, value);
}

static uint64_t get(struct virt *virt, enum sysreg reg)
{
    struct cpu *cpu = &virt->cpu[0];
    const struct sysreg_access *a = access_to(cpu, reg);
    return a->hook.read ? a->hook.read(a->hook.owner, &cpu->state, reg) : cpu->state.sys[reg];
}

/* Cycles pass. */
static void pass(struct virt *virt, uint64_t cycles)
{
    virt->cpu[0].state.cycles += cycles;
}

static void cycles_are_counted_from_the_write_that_enables_them(void **state)
{
    (void)state;
    struct virt *virt = at_el(1);
    struct state *s = &virt->cpu[0].state;
    guest_code(virt, 0,
               (const uint32_t[]){0xd51b9c01 /* MSR PMCR_EL0, X1 */, 0xd51b9c22 /* MSR PMCNTENSET_EL0, X2 */, NOP_WORD,
                                  NOP_WORD, NOP_WORD, MRS_X3_PMCCNTR, B_SELF},
               7);
    s->x[1] = E | C;
    s->x[2] = CYCLES;
    cpu_run(&virt->cpu[0], 20);
    assert_int_equal(s->x[3], 4);
    guest_free(virt);
}

static void a_prescaler_of_64_keeps_its_rest_and_lc_turns_it_off(void **state)
{
    (void)state;
    struct virt *virt = at_el(1);
    put(virt, PMCR_EL0, E | C | D);
    put(virt, PMCNTENSET_EL0, CYCLES);
    pass(virt, 100);
    assert_int_equal(get(virt, PMCCNTR_EL0), 1);
    put(virt, PMSELR_EL0, 0);
    put(virt, PMOVSCLR_EL0, 0); /* brings it up to date */
    pass(virt, 28);
    assert_int_equal(get(virt, PMCCNTR_EL0), 2);
    put(virt, PMCR_EL0, E | D | LC);
    pass(virt, 100);
    assert_int_equal(get(virt, PMCCNTR_EL0), 102);
    put(virt, PMCR_EL0, 0);
    pass(virt, 1000);
    assert_int_equal(get(virt, PMCCNTR_EL0), 102);
    guest_free(virt);
}

static void an_overflow_of_32_bits_raises_the_line_at_its_cycle_and_of_64_under_lc(void **state)
{
    (void)state;
    struct virt *virt = at_el(1);
    struct cpu *cpu = &virt->cpu[0];
    guest_code(virt, 0, (const uint32_t[]){B_SELF}, 1);
    put(virt, PMCR_EL0, E);
    put(virt, PMCCNTR_EL0, 0x1ffffff00);
    put(virt, PMCNTENSET_EL0, CYCLES);
    put(virt, PMINTENSET_EL1, CYCLES);
    cpu_run(cpu, 255);
    assert_false(line.level);
    cpu_run(cpu, 300);
    assert_true(line.level);
    assert_int_equal(line.since, 256);
    assert_int_equal(get(virt, PMOVSSET_EL0), CYCLES);
    assert_true(get(virt, PMCCNTR_EL0) > UINT64_C(0x200000000));
    put(virt, PMOVSCLR_EL0, CYCLES);
    assert_false(line.level);
    put(virt, PMCR_EL0, E | LC);
    put(virt, PMCCNTR_EL0, 0xffffff00);
    pass(virt, 1000);
    assert_int_equal(get(virt, PMOVSSET_EL0), 0);
    put(virt, PMCCNTR_EL0, UINT64_MAX);
    pass(virt, 1);
    assert_int_equal(get(virt, PMCCNTR_EL0), 0);
    assert_int_equal(get(virt, PMOVSSET_EL0), CYCLES);
    guest_free(virt);
}

static void without_the_interrupt_an_overflow_is_seen_and_no_line_raised(void **state)
{
    (void)state;
    struct virt *virt = at_el(1);
    put(virt, PMCR_EL0, E);
    put(virt, PMCCNTR_EL0, UINT32_MAX);
    put(virt, PMCNTENSET_EL0, CYCLES);
    assert_int_equal(events_deadline(&virt->cpu[0].events), EVENT_NEVER);
    pass(virt, 1);
    assert_int_equal(get(virt, PMOVSCLR_EL0), CYCLES);
    assert_false(line.level);
    put(virt, PMINTENSET_EL1, CYCLES);
    assert_true(line.level);
    put(virt, PMCR_EL0, 0); /* E is asked, too */
    assert_false(line.level);
    guest_free(virt);
}

/* NOPs at EL0, an SVC, then NOPs at EL1 or, by TGE, EL2: what is counted of 10 + 10. */
static uint64_t counted(uint64_t filter, bool tge)
{
    struct virt *virt = at_el(0);
    struct cpu *cpu = &virt->cpu[0];
    uint32_t code[] = {[0 ... 9] = NOP_WORD, [10] = SVC_WORD}, vector[] = {[0 ... 20] = NOP_WORD};
    guest_code(virt, 0, code, 11);
    guest_code(virt, 0xc00, vector, 21);
    cpu->state.sys[HCR_EL2] |= tge ? BIT(27) : 0;
    cpu_control_changed(cpu);
    put(virt, PMCR_EL0, E);
    put(virt, PMCCFILTR_EL0, filter);
    put(virt, PMCNTENSET_EL0, CYCLES);
    for (unsigned i = 0; i < 11 + 9; i++)
        cpu_step(cpu, UINT64_MAX);
    const uint64_t value = get(virt, PMCCNTR_EL0);
    guest_free(virt);
    return value;
}

static void pmccfiltr_says_which_levels_count(void **state)
{
    (void)state;
    assert_int_equal(counted(0, false), 20);
    assert_int_equal(counted(BIT(30), false), 10); /* U: not EL0; the SVC itself counts for EL1 */
    assert_int_equal(counted(BIT(31), false), 10); /* P: not EL1 */
    assert_int_equal(counted(BIT(31) | BIT(30), false), 0);
    assert_int_equal(counted(0, true), 10); /* EL2 only with NSH */
    assert_int_equal(counted(BIT(27), true), 20);
}

static void an_overflow_is_at_its_cycle_where_the_level_that_counts_is_entered(void **state)
{
    (void)state;
    struct virt *virt = at_el(0);
    struct cpu *cpu = &virt->cpu[0];
    uint32_t code[] = {NOP_WORD, NOP_WORD, SVC_WORD};
    guest_code(virt, 0, code, 3);
    guest_code(virt, 0xc00, (const uint32_t[]){B_SELF}, 1);
    put(virt, PMCR_EL0, E);
    put(virt, PMCCFILTR_EL0, BIT(30)); /* not EL0 */
    put(virt, PMCCNTR_EL0, UINT32_MAX - 9);
    put(virt, PMCNTENSET_EL0, CYCLES);
    put(virt, PMINTENSET_EL1, CYCLES);
    assert_int_equal(events_deadline(&cpu->events), EVENT_NEVER);
    cpu_run(cpu, 100);
    assert_true(line.level);
    assert_int_equal(line.since, 2 + 10);
    guest_free(virt);
}

static void software_increments_count_and_overflow_where_they_are_enabled(void **state)
{
    (void)state;
    struct virt *virt = at_el(1);
    put(virt, PMCR_EL0, E);
    put(virt, PMCNTENSET_EL0, 7);
    put(virt, PMEVTYPER1_EL0, 0x11); /* CPU_CYCLES */
    put(virt, PMEVCNTR2_EL0, UINT32_MAX);
    put(virt, PMSWINC_EL0, 0x3f);
    assert_int_equal(get(virt, PMEVCNTR0_EL0), 1);
    assert_int_equal(get(virt, PMEVCNTR1_EL0), 0);
    assert_int_equal(get(virt, PMEVCNTR2_EL0), 0);
    assert_int_equal(get(virt, PMEVCNTR3_EL0), 0); /* off */
    assert_int_equal(get(virt, PMOVSSET_EL0), 4);
    pass(virt, 5);
    assert_int_equal(get(virt, PMEVCNTR1_EL0), 5);
    put(virt, PMSELR_EL0, 1);
    assert_int_equal(get(virt, PMXEVCNTR_EL0), 5);
    assert_int_equal(get(virt, PMXEVTYPER_EL0), 0x11);
    put(virt, PMCR_EL0, E | P);
    assert_int_equal(get(virt, PMEVCNTR0_EL0) | get(virt, PMEVCNTR1_EL0), 0);
    guest_free(virt);
}

static void counters_above_hpmn_are_el2s_own(void **state)
{
    (void)state;
    struct virt *virt = at_el(2);
    struct cpu *cpu = &virt->cpu[0];
    put(virt, MDCR_EL2, 4);
    put(virt, PMCNTENSET_EL0, UINT64_MAX);
    put(virt, PMEVCNTR5_EL0, 55);
    assert_int_equal(bits(get(virt, PMCR_EL0), 15, 11), 6);
    assert_int_equal(get(virt, PMCNTENSET_EL0), 0x8000003f);
    cpu->state.el = 1;
    cpu_control_changed(cpu);
    assert_int_equal(bits(get(virt, PMCR_EL0), 15, 11), 4);
    assert_int_equal(get(virt, PMCNTENSET_EL0), 0x8000000f);
    assert_int_equal(get(virt, PMEVCNTR5_EL0), 0);
    put(virt, PMEVCNTR5_EL0, 66);
    put(virt, PMCNTENCLR_EL0, UINT64_MAX);
    put(virt, PMCR_EL0, P);
    cpu->state.el = 2;
    cpu_control_changed(cpu);
    assert_int_equal(get(virt, PMEVCNTR5_EL0), 55);
    assert_int_equal(get(virt, PMCNTENSET_EL0), 0x30);
    put(virt, PMEVTYPER5_EL0, BIT(27) | 0x11);
    put(virt, PMCR_EL0, E); /* does not turn them on: HPME does */
    pass(virt, 10);
    assert_int_equal(get(virt, PMEVCNTR5_EL0), 55);
    put(virt, MDCR_EL2, BIT(7) | 4);
    pass(virt, 10);
    assert_int_equal(get(virt, PMEVCNTR5_EL0), 65);
    guest_free(virt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cycles_are_counted_from_the_write_that_enables_them),
        cmocka_unit_test(a_prescaler_of_64_keeps_its_rest_and_lc_turns_it_off),
        cmocka_unit_test(an_overflow_of_32_bits_raises_the_line_at_its_cycle_and_of_64_under_lc),
        cmocka_unit_test(without_the_interrupt_an_overflow_is_seen_and_no_line_raised),
        cmocka_unit_test(pmccfiltr_says_which_levels_count),
        cmocka_unit_test(an_overflow_is_at_its_cycle_where_the_level_that_counts_is_entered),
        cmocka_unit_test(software_increments_count_and_overflow_where_they_are_enabled),
        cmocka_unit_test(counters_above_hpmn_are_el2s_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
