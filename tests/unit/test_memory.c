/* Loads and stores where they do not simply succeed. */
#include "guest.h"

/* VA 0x1000: EL1 only; 0x2000: nothing; 0x3000: EL0 too; 0x4000: Device. GUEST_BASE on: itself. */
enum { TABLE = 0x10000, DATA = 0x20000, EL1_PAGE = 0x1000, EL0_PAGE = 0x3000, DEVICE_PAGE = 0x4000 };
enum { ESR_ALIGNMENT = 0x96000021, ESR_WRITE = 1 << 6, ESR_PERMISSION = 0x9600000f, ESR_TRANSLATION = 0x96000007 };

enum {
    LDR_X0_X1 = 0xf9400020,
    LDR_X0_SP = 0xf94003e0,
    STR_X0_SP_PRE_16 = 0xf81f0fe0,
    LDP_X2_X3_X1_POST_16 = 0xa8c10c22,
    STP_X2_X3_X1_POST_16 = 0xa8810c22,
    LDAR_X0_X1 = 0xc8dffc20,
    LDTR_X0_X1 = 0xf8400820,
    DC_ZVA_X1 = 0xd50b7421,
    HLT_SEMIHOSTING = 0xd45e0000,
    FMOV_D0_X0 = 0x9e670000,
    FADD_D0_D0_D0 = 0x1e602800,
    LDR_Q0_X1 = 0x3dc00020,
    STR_Q0_X1 = 0x3d800020,
    LDR_Q0_SP = 0x3dc003e0,
    LDP_Q2_Q3_X1_POST_32 = 0xacc10c22,
    STP_Q2_Q3_X1_POST_32 = 0xac810c22,
    LD4_4S_V30_X1_POST = 0x4cdf083e, /* {v30.4s, v31.4s, v0.4s, v1.4s}, 64 */
    ST4_4S_V30_X1_POST = 0x4c9f083e
};

static struct virt *mapped(void)
{
    struct virt *virt = guest_new(false);
    struct state *s = &virt->cpu[0].state;
    static const uint64_t page[][2] = {{EL1_PAGE, DATA | 0x703}, {EL0_PAGE, DATA | 0x743}, {DEVICE_PAGE, DATA | 0x707}};
    guest_put(virt, TABLE, 8, (GUEST_BASE + TABLE + 0x1000) | 3);
    guest_put(virt, TABLE + 8, 8, 0x40000701);
    guest_put(virt, TABLE + 0x1000, 8, (GUEST_BASE + TABLE + 0x2000) | 3);
    for (unsigned i = 0; i < 3; i++)
        guest_put(virt, TABLE + 0x2000 + page[i][0] / 0x1000 * 8, 8, GUEST_BASE + page[i][1]);
    s->sys[TTBR0_EL1] = GUEST_BASE + TABLE;
    s->sys[TCR_EL1] = 25;
    s->sys[MAIR_EL1] = 0x00ff;
    s->sys[SCTLR_EL1] |= 1;
    cpu_control_changed(&virt->cpu[0]);
    return virt;
}

static void set_sctlr(struct virt *virt, unsigned bit_number, bool value)
{
    uint64_t *sctlr = &virt->cpu[0].state.sys[SCTLR_EL1];
    *sctlr = with_bits(*sctlr, bit_number, bit_number, value);
    cpu_control_changed(&virt->cpu[0]);
}

/* Executes one instruction, from nowhere, and returns the ESR of its exception, 0 without one. */
static uint64_t execute(struct virt *virt, uint32_t insn)
{
    struct state *s = &virt->cpu[0].state;
    s->sys[ESR_EL1] = 0;
    s->pc = GUEST_BASE;
    cpu_execute(&virt->cpu[0], insn);
    return s->sys[ESR_EL1];
}

static void sp_as_a_base_has_to_be_aligned_where_sctlr_sa_says_so_on_the_fast_path_too(void **state)
{
    (void)state;
    struct virt *virt = mapped();
    struct state *s = &virt->cpu[0].state;
    s->x[SP] = EL1_PAGE + 0x108;
    set_sctlr(virt, 3, false);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(execute(virt, LDR_X0_SP), 0);
    set_sctlr(virt, 3, true);
    assert_int_equal(execute(virt, LDR_X0_SP), 0x9a000000);
    s->x[SP] = EL1_PAGE + 0x110;
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(execute(virt, LDR_X0_SP), 0);
    s->x[SP] = EL1_PAGE + 0x118;
    assert_int_equal(execute(virt, LDR_X0_SP), 0x9a000000);
    assert_int_equal(execute(virt, STR_X0_SP_PRE_16), 0x9a000000);
    assert_int_equal(s->x[SP], EL1_PAGE + 0x118);
    guest_free(virt);
}

static void another_base_than_sp_need_not_be_aligned_to_16(void **state)
{
    (void)state;
    struct virt *virt = mapped();
    virt->cpu[0].state.x[1] = EL1_PAGE + 8;
    set_sctlr(virt, 3, true);
    assert_int_equal(execute(virt, LDR_X0_X1), 0);
    guest_free(virt);
}

static void sctlr_a_refuses_what_the_fast_path_allowed_before(void **state)
{
    (void)state;
    struct virt *virt = mapped();
    virt->cpu[0].state.x[1] = EL1_PAGE + 1;
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(execute(virt, LDR_X0_X1), 0);
    set_sctlr(virt, 1, true);
    assert_int_equal(execute(virt, LDR_X0_X1), ESR_ALIGNMENT);
    assert_int_equal(virt->cpu[0].state.sys[FAR_EL1], EL1_PAGE + 1);
    virt->cpu[0].state.x[1] = EL1_PAGE + 8;
    assert_int_equal(execute(virt, LDR_X0_X1), 0);
    guest_free(virt);
}

static void device_memory_refuses_misaligned_accesses_always(void **state)
{
    (void)state;
    struct virt *virt = mapped();
    virt->cpu[0].state.x[1] = DEVICE_PAGE + 4;
    assert_int_equal(execute(virt, LDR_X0_X1), ESR_ALIGNMENT);
    guest_free(virt);
}

static void acquire_has_to_be_aligned_on_the_fast_path_too(void **state)
{
    (void)state;
    struct virt *virt = mapped();
    virt->cpu[0].state.x[1] = EL1_PAGE;
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(execute(virt, LDAR_X0_X1), 0);
    virt->cpu[0].state.x[1] = EL1_PAGE + 4;
    assert_int_equal(execute(virt, LDAR_X0_X1), ESR_ALIGNMENT);
    guest_free(virt);
}

static void a_pair_of_which_the_second_faults_leaves_memory_registers_and_base_alone(void **state)
{
    (void)state;
    struct virt *virt = mapped();
    struct state *s = &virt->cpu[0].state;
    uint64_t before = 77, after;
    guest_put(virt, DATA + 0xff8, 8, before);
    s->x[1] = EL1_PAGE + 0xff8;
    s->x[2] = 2;
    s->x[3] = 3;
    assert_int_equal(execute(virt, STP_X2_X3_X1_POST_16), ESR_TRANSLATION | ESR_WRITE);
    assert_int_equal(s->sys[FAR_EL1], EL1_PAGE + 0x1000);
    memcpy(&after, bus_load_host(&virt->bus, pa(GUEST_BASE + DATA + 0xff8), 8), 8);
    assert_int_equal(after, before);
    assert_int_equal(execute(virt, LDP_X2_X3_X1_POST_16), ESR_TRANSLATION);
    assert_int_equal(s->x[1], EL1_PAGE + 0xff8);
    assert_int_equal(s->x[2], 2);
    guest_free(virt);
}

static void ldtr_at_el1_asks_for_what_el0_may(void **state)
{
    (void)state;
    struct virt *virt = mapped();
    virt->cpu[0].state.x[1] = EL1_PAGE;
    assert_int_equal(execute(virt, LDR_X0_X1), 0);
    assert_int_equal(execute(virt, LDTR_X0_X1), ESR_PERMISSION);
    virt->cpu[0].state.x[1] = EL0_PAGE;
    assert_int_equal(execute(virt, LDTR_X0_X1), 0);
    guest_free(virt);
}

static void dc_zva_zeroes_its_block_of_64_bytes_and_no_more(void **state)
{
    (void)state;
    struct virt *virt = mapped();
    uint8_t *bytes = bus_load_host(&virt->bus, pa(GUEST_BASE + DATA), 256);
    for (unsigned pass = 0; pass < 2; pass++) { /* slow, fast */
        memset(bytes, 0xff, 256);
        virt->cpu[0].state.x[1] = EL1_PAGE + 64 + 13;
        assert_int_equal(execute(virt, DC_ZVA_X1), 0);
        for (unsigned i = 0; i < 256; i++)
            assert_int_equal(bytes[i], i / 64 == 1 ? 0 : 0xff);
    }
    virt->cpu[0].state.x[1] = DEVICE_PAGE;
    assert_int_equal(execute(virt, DC_ZVA_X1), ESR_ALIGNMENT | ESR_WRITE);
    guest_free(virt);
}

static bool call(void *owner, struct cpu *cpu)
{
    (void)owner;
    cpu->state.x[0]++;
    return true;
}

static void hlt_f000_calls_the_semihosting_host_if_there_is_one(void **state)
{
    (void)state;
    struct virt *virt = guest_new(false);
    struct state *s = &virt->cpu[0].state;
    virt->cluster.semihosting = call;
    s->x[0] = 0;
    assert_int_equal(execute(virt, HLT_SEMIHOSTING), 0);
    assert_int_equal(s->x[0], 1);
    assert_int_equal(s->pc, GUEST_BASE + 4);
    assert_int_equal(execute(virt, HLT_SEMIHOSTING | 1 << 5), 0x02000000);
    virt->cluster.semihosting = NULL;
    assert_int_equal(execute(virt, HLT_SEMIHOSTING), 0x02000000);
    guest_free(virt);
}

static struct virt *with_fp(void)
{
    struct virt *virt = mapped();
    virt->cpu[0].state.sys[CPACR_EL1] = 3 << 20;
    cpu_control_changed(&virt->cpu[0]);
    return virt;
}

static void set_cpacr(struct virt *virt, uint64_t fpen)
{
    struct cpu *cpu = &virt->cpu[0];
    cpu->state.x[5] = fpen << 20;
    assert_int_equal(execute(virt, 0xd5181045), 0); /* MSR CPACR_EL1, X5 */
    cpu->state.pc = GUEST_BASE;
}

static void fp_is_trapped_by_cpacr_on_the_fast_path_too_before_any_other_fault(void **state)
{
    (void)state;
    static const uint32_t insns[] = {FMOV_D0_X0, LDR_Q0_X1, STR_Q0_X1, LDP_Q2_Q3_X1_POST_32, ST4_4S_V30_X1_POST};
    struct virt *virt = with_fp();
    struct state *s = &virt->cpu[0].state;
    for (unsigned i = 0; i < sizeof insns / sizeof *insns; i++) {
        s->x[1] = EL1_PAGE;
        set_cpacr(virt, 3);
        for (unsigned n = 0; n < 3; n++, s->x[1] = EL1_PAGE)
            assert_int_equal(execute(virt, insns[i]), 0);
        set_cpacr(virt, 1); /* from EL0 alone */
        assert_int_equal(execute(virt, insns[i]), 0);
        set_cpacr(virt, 2);
        s->x[1] = EL1_PAGE;
        assert_int_equal(execute(virt, insns[i]), 0x1fe00000);
        assert_int_equal(s->x[1], EL1_PAGE);
        s->x[1] = 0x2001; /* nothing is there */
        set_sctlr(virt, 1, true);
        assert_int_equal(execute(virt, insns[i]), 0x1fe00000);
        set_sctlr(virt, 1, false);
    }
    s->x[SP] = EL1_PAGE + 8;
    set_sctlr(virt, 3, true);
    assert_int_equal(execute(virt, LDR_Q0_SP), 0x1fe00000);
    set_cpacr(virt, 3);
    assert_int_equal(execute(virt, LDR_Q0_SP), 0x9a000000);
    guest_free(virt);
}

static void what_fp_lacks_is_trapped_too_and_else_undefined_and_counted(void **state)
{
    (void)state;
    struct virt *virt = with_fp();
    assert_int_equal(execute(virt, FMOV_D0_X0), 0);
    assert_int_equal(virt->cluster.unimplemented, 0);
    assert_int_equal(execute(virt, FADD_D0_D0_D0), 0x02000000);
    assert_int_equal(virt->cluster.unimplemented, 1);
    set_cpacr(virt, 0);
    assert_int_equal(execute(virt, FADD_D0_D0_D0), 0x1fe00000);
    assert_int_equal(virt->cluster.unimplemented, 1);
    guest_free(virt);
}

static void sctlr_a_wants_the_size_of_a_register_or_of_an_element(void **state)
{
    (void)state;
    static const struct {
        uint32_t insn;
        uint64_t esr[4]; /* at offsets 16, 8, 4, 2 */
    } cases[] = {
        {LDR_Q0_X1, {0, ESR_ALIGNMENT, ESR_ALIGNMENT, ESR_ALIGNMENT}},
        {LDP_Q2_Q3_X1_POST_32, {0, ESR_ALIGNMENT, ESR_ALIGNMENT, ESR_ALIGNMENT}},
        {LD4_4S_V30_X1_POST, {0, 0, 0, ESR_ALIGNMENT}},
        {ST4_4S_V30_X1_POST, {0, 0, 0, ESR_ALIGNMENT | ESR_WRITE}},
    };
    struct virt *virt = with_fp();
    struct state *s = &virt->cpu[0].state;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
        for (unsigned n = 0; n < 4; n++) {
            set_sctlr(virt, 1, false);
            s->x[1] = EL1_PAGE + (16 >> n);
            assert_int_equal(execute(virt, cases[i].insn), 0);
            set_sctlr(virt, 1, true);
            s->x[1] = EL1_PAGE + (16 >> n);
            assert_int_equal(execute(virt, cases[i].insn), cases[i].esr[n]);
            s->x[1] = DEVICE_PAGE + (16 >> n);
            set_sctlr(virt, 1, false);
            assert_int_equal(execute(virt, cases[i].insn), cases[i].esr[n]);
        }
    guest_free(virt);
}

static void structures_that_fault_in_their_second_page_leave_all_as_it_was(void **state)
{
    (void)state;
    struct virt *virt = with_fp();
    struct state *s = &virt->cpu[0].state;
    uint64_t before[2 * V_COUNT], after;
    guest_put(virt, DATA + 0xff0, 8, 77);
    for (unsigned i = 0; i < 2 * V_COUNT; i++)
        before[i] = s->v[i] = i;
    static const uint32_t insns[][2] = {{LD4_4S_V30_X1_POST, 0},
                                        {ST4_4S_V30_X1_POST, ESR_WRITE},
                                        {LDP_Q2_Q3_X1_POST_32, 0},
                                        {STP_Q2_Q3_X1_POST_32, ESR_WRITE}};
    for (unsigned i = 0; i < 4; i++) {
        s->x[1] = EL1_PAGE + 0xff0;
        assert_int_equal(execute(virt, insns[i][0]), ESR_TRANSLATION | insns[i][1]);
        assert_int_equal(s->sys[FAR_EL1], EL1_PAGE + 0x1000);
        assert_int_equal(s->x[1], EL1_PAGE + 0xff0);
        assert_memory_equal(s->v, before, sizeof before);
        memcpy(&after, bus_load_host(&virt->bus, pa(GUEST_BASE + DATA + 0xff0), 8), 8);
        assert_int_equal(after, 77);
    }
    guest_free(virt);
}

static void half_precision_is_undefined_unless_the_core_has_it(void **state)
{
    (void)state;
    static const uint32_t insns[] = {0x1ee04020, 0x1ee70020, 0x1ee60020, 0x9ee70020, 0x1eee1000, 0x0f03fe00};
    for (unsigned has = 0; has < 2; has++)
        for (unsigned i = 0; i < sizeof insns / sizeof *insns; i++) {
            struct virt *virt = guest_of(has ? "sail-v85" : "cortex-a72", 1, false, false);
            virt->cpu[0].state.sys[CPACR_EL1] = 3 << 20;
            cpu_control_changed(&virt->cpu[0]);
            assert_int_equal(execute(virt, insns[i]), has ? 0 : 0x02000000);
            assert_int_equal(virt->cluster.unimplemented, 0);
            guest_free(virt);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sp_as_a_base_has_to_be_aligned_where_sctlr_sa_says_so_on_the_fast_path_too),
        cmocka_unit_test(another_base_than_sp_need_not_be_aligned_to_16),
        cmocka_unit_test(sctlr_a_refuses_what_the_fast_path_allowed_before),
        cmocka_unit_test(device_memory_refuses_misaligned_accesses_always),
        cmocka_unit_test(acquire_has_to_be_aligned_on_the_fast_path_too),
        cmocka_unit_test(a_pair_of_which_the_second_faults_leaves_memory_registers_and_base_alone),
        cmocka_unit_test(ldtr_at_el1_asks_for_what_el0_may),
        cmocka_unit_test(dc_zva_zeroes_its_block_of_64_bytes_and_no_more),
        cmocka_unit_test(hlt_f000_calls_the_semihosting_host_if_there_is_one),
        cmocka_unit_test(fp_is_trapped_by_cpacr_on_the_fast_path_too_before_any_other_fault),
        cmocka_unit_test(what_fp_lacks_is_trapped_too_and_else_undefined_and_counted),
        cmocka_unit_test(sctlr_a_wants_the_size_of_a_register_or_of_an_element),
        cmocka_unit_test(structures_that_fault_in_their_second_page_leave_all_as_it_was),
        cmocka_unit_test(half_precision_is_undefined_unless_the_core_has_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
