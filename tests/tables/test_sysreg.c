#include "cpu/sysreg/sysreg_table.h"
#include "guest.h"
#include <fnmatch.h>
#include <stdio.h>

static const char *name_of(unsigned row)
{
    return sysreg_table[sysreg_a64[row].reg].name;
}

static void no_two_names_share_an_encoding(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SYSREG_A64_COUNT; i++)
        assert_int_equal(sysreg_find_a64(sysreg_a64[i].encoding), i);
}

static void names_stand_in_the_order_of_their_encodings(void **state)
{
    (void)state;
    for (unsigned i = 1; i < SYSREG_A64_COUNT; i++)
        if (memcmp(&sysreg_a64[i - 1].encoding, &sysreg_a64[i].encoding, sizeof sysreg_a64[i].encoding) >= 0)
            fail_msg("%s stands after %s", name_of(i), name_of(i - 1));
}

static void every_control_of_a_trap_rearms_when_written(void **state)
{
    (void)state;
    for (unsigned id = 0; id < TRAP_COUNT; id++) {
        const struct sysreg_row *control = &sysreg_table[hyp_traps[id].control];
        if (control->writable && !control->write)
            fail_msg("writing the control of %s does not rearm", hyp_traps[id].name);
    }
}

static void every_trap_catches_some_access(void **state)
{
    (void)state;
    struct virt *virt = guest_new(true), *v3 = guest_v3(1, true);
    const trapset_t used = sysreg_carried(&virt->cpu[0]) | sysreg_carried(&v3->cpu[0]);
    for (unsigned id = 0; id < TRAP_COUNT; id++)
        if (!(used >> id & 1) && id != TRAP_ABSENT)
            fail_msg("no access carries %s", hyp_traps[id].name);
    guest_free(virt);
    guest_free(v3);
}

static void what_belongs_to_el2_cannot_be_armed_without_it(void **state)
{
    (void)state;
    struct virt *one = guest_new(false), *two = guest_new(true);
    for (unsigned id = 0; id < TRAP_COUNT; id++) {
        if (hyp_traps[id].to == 2)
            assert_false(sysreg_can_arm(&one->cpu[0], (enum trap_id)id));
        assert_true(sysreg_can_arm(&two->cpu[0], (enum trap_id)id));
    }
    assert_false(sysreg_can_arm(&one->cpu[0], TRAP_BELOW_HIGHEST));
    guest_free(one);
    guest_free(two);
}

/* ---- against the list of encodings ---- */

enum { PATTERNS = 200 };

static struct pattern {
    char glob[32];
    bool used;
} patterns[PATTERNS];

static unsigned read_patterns(void)
{
    char line[256];
    unsigned count = 0;
    FILE *file = fopen(TABLES "/absent_registers.txt", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        if (*line == '#')
            continue;
        assert_true(count < PATTERNS);
        assert_int_equal(sscanf(line, "%31s", patterns[count++].glob), 1);
    }
    fclose(file);
    return count;
}

static bool excepted(const char *name, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!fnmatch(patterns[i].glob, name, 0))
            return patterns[i].used = true;
    return false;
}

static void every_register_of_armv8_0_has_its_row_under_its_name(void **state)
{
    (void)state;
    char line[256], name[64];
    unsigned op0, op1, crn, crm, op2, seen = 0;
    const unsigned count = read_patterns();
    FILE *file = fopen(REF "/a64_sysreg_encodings.csv", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%u,%u,%u,%u,%u,%63[^,]", &op0, &op1, &crn, &crm, &op2, name) != 6)
            continue; /* the heading */
        const struct sysreg_encoding e = {(uint8_t)op0, (uint8_t)op1, (uint8_t)crn, (uint8_t)crm, (uint8_t)op2};
        const int row = sysreg_find_a64(e);
        seen++;
        if (!(row >= 0 && !strcmp(name_of((unsigned)row), name)) && !excepted(name, count))
            fail_msg("%s is %s", name, row >= 0 ? name_of((unsigned)row) : "absent");
    }
    fclose(file);
    assert_true(seen > 500);
    for (unsigned i = 0; i < count; i++)
        if (!patterns[i].used)
            fail_msg("absent_registers.txt: %s is no longer needed", patterns[i].glob);
}

/* ---- behaviour ---- */

/* Runs one word at the current EL of a fresh machine at EL `el`. */
static struct virt *at_el(bool el2, unsigned el)
{
    struct virt *virt = guest_new(el2);
    struct state *s = &virt->cpu[0].state;
    s->el = (uint8_t)el;
    s->sp_sel = el != 0;
    s->sys[VBAR_EL1] = s->sys[VBAR_EL2] = GUEST_BASE + 0x800;
    cpu_control_changed(&virt->cpu[0]);
    return virt;
}

static void hcr_tvm_traps_el1_writes_but_not_reads(void **state)
{
    (void)state;
    struct virt *virt = at_el(true, 1);
    struct cpu *cpu = &virt->cpu[0];
    cpu->state.sys[HCR_EL2] = BIT(31) | BIT(26);
    cpu_control_changed(cpu);
    cpu_execute(cpu, 0xd5381001); /* MRS X1, SCTLR_EL1 */
    assert_int_equal(cpu->state.el, 1);
    cpu_execute(cpu, 0xd5181001); /* MSR SCTLR_EL1, X1 */
    assert_int_equal(cpu->state.el, 2);
    assert_int_equal(cpu->state.sys[ESR_EL2], 0x62300420);
    assert_int_equal(cpu->last_verdict.decided, TRAP_TVM);
    assert_int_equal(hyp_traps[cpu->last_verdict.decided].control, HCR_EL2);
    assert_string_equal(hyp_traps[cpu->last_verdict.decided].name, "HCR_EL2.TVM");
    assert_true(cpu->last_verdict.losing == 0);
    guest_free(virt);
}

static void rearming_one_control_gives_what_arming_all_gives(void **state)
{
    (void)state;
    static const enum sysreg controls[] = {HCR_EL2,     CPTR_EL2,  MDCR_EL2,  CNTHCTL_EL2, ACTLR_EL2,
                                           CNTKCTL_EL1, CPACR_EL1, SCTLR_EL1, MDSCR_EL1,   PMUSERENR_EL0};
    struct virt *virt = at_el(true, 2);
    struct cpu *cpu = &virt->cpu[0];
    struct armed all;
    for (unsigned i = 0; i < 10 * 64; i++) {
        const enum sysreg control = controls[i / 64];
        const uint64_t changed = BIT(i % 64);
        cpu->state.sys[control] ^= changed;
        hyp_rearm(&cpu->state, &cpu->armed_sets, control, changed);
        hyp_arm(&cpu->state, &all);
        assert_memory_equal(&all, &cpu->armed_sets, sizeof all);
    }
    guest_free(virt);
}

static void reserved_bits_read_as_zero_or_one_whatever_is_written(void **state)
{
    (void)state;
    static const struct {
        uint32_t write, read; /* of X1, to X2 */
        uint64_t zeros, ones; /* what reads back */
    } cases[] = {
        {0xd5181001, 0xd5381002, 0x30d00980, 0x34dddb9f},  /* SCTLR_EL1 */
        {0xd51c1101, 0xd53c1102, 0x80000000, 0x3ffffffff}, /* HCR_EL2: RW */
        {0xd51c1141, 0xd53c1142, 0x33ff, 0x800037ff},      /* CPTR_EL2 */
        {0xd51cc001, 0xd53cc002, 0, ~UINT64_C(0x7ff)},     /* VBAR_EL2 */
        {0xd51c2141, 0xd53c2142, 0x80000000, 0x8007ffff},  /* VTCR_EL2 */
        {0xd51c2041, 0xd53c2042, 0x80800000, 0x8097ff3f},  /* TCR_EL2 */
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct virt *virt = at_el(true, 2);
        struct cpu *cpu = &virt->cpu[0];
        cpu->state.x[1] = 0;
        cpu_execute(cpu, cases[i].write);
        cpu_execute(cpu, cases[i].read);
        assert_true(cpu->state.x[2] == cases[i].zeros);
        cpu->state.x[1] = UINT64_MAX;
        cpu_execute(cpu, cases[i].write);
        cpu_execute(cpu, cases[i].read);
        if (cpu->state.x[2] != cases[i].ones)
            fail_msg("%08x: %llx", cases[i].read, (unsigned long long)cpu->state.x[2]);
        guest_free(virt);
    }
}

static void sp_el0_is_undefined_while_it_is_sp(void **state)
{
    (void)state;
    struct virt *virt = at_el(true, 2);
    struct cpu *cpu = &virt->cpu[0];
    cpu_execute(cpu, 0xd5384101); /* MRS X1, SP_EL0 */
    assert_int_equal(cpu->state.sys[ESR_EL2], 0);
    cpu_execute(cpu, 0xd50040bf); /* MSR SPSel, #0 */
    cpu_execute(cpu, 0xd5384101);
    assert_int_equal(cpu->state.sys[ESR_EL2], 0x02000000);
    guest_free(virt);
}

static void el2_is_not_promised_where_it_is_not(void **state)
{
    (void)state;
    for (unsigned el2 = 0; el2 < 2; el2++) {
        struct virt *virt = at_el(el2, 1);
        struct cpu *cpu = &virt->cpu[0];
        cpu_execute(cpu, 0xd5380401); /* MRS X1, ID_AA64PFR0_EL1 */
        assert_int_equal(cpu->state.x[1], el2 ? 0x00ff0111 : 0x00ff0011);
        guest_free(virt);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_two_names_share_an_encoding),
        cmocka_unit_test(names_stand_in_the_order_of_their_encodings),
        cmocka_unit_test(every_control_of_a_trap_rearms_when_written),
        cmocka_unit_test(every_trap_catches_some_access),
        cmocka_unit_test(what_belongs_to_el2_cannot_be_armed_without_it),
        cmocka_unit_test(every_register_of_armv8_0_has_its_row_under_its_name),
        cmocka_unit_test(hcr_tvm_traps_el1_writes_but_not_reads),
        cmocka_unit_test(rearming_one_control_gives_what_arming_all_gives),
        cmocka_unit_test(reserved_bits_read_as_zero_or_one_whatever_is_written),
        cmocka_unit_test(sp_el0_is_undefined_while_it_is_sp),
        cmocka_unit_test(el2_is_not_promised_where_it_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
