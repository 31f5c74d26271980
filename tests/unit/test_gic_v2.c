#include "gic_rig.h"

static void pend(struct rig *rig, unsigned intid)
{
    gicd_set(rig, 0, GICD_ISPENDR + intid / 32 * 4, UINT32_C(1) << intid % 32);
}

static void to_group1(struct rig *rig, unsigned intid)
{
    const uint64_t at = GICD_IGROUPR + intid / 32 * 4;
    gicd_set(rig, 0, at, gicd(rig, 0, at) | UINT32_C(1) << intid % 32);
}

static void registers_have_the_bits_that_qemus_have(void **state)
{
    (void)state;
    static const struct {
        uint16_t offset;
        uint32_t reset, ones, zeros; /* what reads back */
    } expected[] = {
        {GICC_CTLR, 0, 0x21f, 0},
        {GICC_PMR, 0, 0xff, 0},
        {GICC_BPR, 0, 7, 0},
        {GICC_EOIR, 0, 0, 0},
        {GICC_RPR, 0xff, 0xff, 0xff},
        {GICC_HPPIR, 0x3ff, 0x3ff, 0x3ff},
        {GICC_ABPR, 1, 7, 1},
        {GICC_APR + 12, 0, UINT32_MAX, 0},
        {GICC_NSAPR, 0, UINT32_MAX, 0},
        {GICC_IIDR, 0x2043b, 0x2043b, 0x2043b},
        {GICC_DIR, 0, 0, 0},
        {0x2c, 0, 0, 0},
    };
    for (unsigned i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct rig *rig = rig_reset(1);
        assert_int_equal(gicc(rig, 0, expected[i].offset), expected[i].reset);
        gicc_set(rig, 0, expected[i].offset, UINT32_MAX);
        assert_int_equal(gicc(rig, 0, expected[i].offset), expected[i].ones);
        gicc_set(rig, 0, expected[i].offset, 0);
        assert_int_equal(gicc(rig, 0, expected[i].offset), expected[i].zeros);
        free(rig);
    }
}

static void nothing_is_signalled_while_distributor_or_interface_are_off(void **state)
{
    (void)state;
    for (unsigned on = 0; on < 4; on++) {
        struct rig *rig = rig_on(1);
        rig_enable(rig, 40, 0x80, 1);
        gicd_set(rig, 0, GICD_CTLR, on & 1);
        gicc_set(rig, 0, GICC_CTLR, on >> 1);
        pend(rig, 40);
        assert_int_equal(rig->lines[0], on == 3 ? LINE_IRQ : 0);
        assert_int_equal(gicc(rig, 0, GICC_IAR), on == 3 ? 40 : 1023);
        free(rig);
    }
}

static void only_priorities_above_the_mask_are_signalled(void **state)
{
    (void)state;
    struct rig *rig = rig_on(1);
    rig_enable(rig, 40, 0x80, 1);
    pend(rig, 40);
    gicc_set(rig, 0, GICC_PMR, 0x80);
    assert_int_equal(rig->lines[0], 0);
    assert_int_equal(gicc(rig, 0, GICC_IAR), 1023);
    assert_int_equal(gicc(rig, 0, GICC_HPPIR), 40);
    gicc_set(rig, 0, GICC_PMR, 0x81);
    assert_int_equal(rig->lines[0], LINE_IRQ);
    assert_int_equal(gicc(rig, 0, GICC_IAR), 40);
    free(rig);
}

static void priority_0xff_is_never_signalled(void **state)
{
    (void)state;
    struct rig *rig = rig_on(1);
    rig_enable(rig, 40, 0xff, 1);
    pend(rig, 40);
    assert_int_equal(rig->lines[0], 0);
    free(rig);
}

static void a_higher_group_priority_preempts_and_a_subpriority_does_not(void **state)
{
    (void)state;
    static const struct {
        uint8_t bpr, active, pending;
        bool preempts;
    } cases[] = {
        {0, 0x80, 0x7e, true},      {0, 0x81, 0x80, false}, {0, 0x80, 0x80, false}, {3, 0x8f, 0x80, false},
        {3, 0x80, 0x7f, true},      {4, 0x9f, 0x80, false}, {4, 0x80, 0x60, true},  {6, 0x80, 0x7f, true},
        {6, 0xff - 1, 0x80, false}, {7, 0x80, 0x00, false},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rig *rig = rig_on(1);
        gicc_set(rig, 0, GICC_BPR, cases[i].bpr);
        rig_enable(rig, 40, cases[i].active, 1);
        rig_enable(rig, 41, cases[i].pending, 1);
        pend(rig, 40);
        assert_int_equal(gicc(rig, 0, GICC_IAR), 40);
        pend(rig, 41);
        assert_int_equal(rig->lines[0], cases[i].preempts ? LINE_IRQ : 0);
        assert_int_equal(gicc(rig, 0, GICC_IAR), cases[i].preempts ? 41 : 1023);
        free(rig);
    }
}

static void active_priorities_nest_and_are_given_back_in_order(void **state)
{
    (void)state;
    struct rig *rig = rig_on(1);
    rig_enable(rig, 40, 0xa0, 1);
    rig_enable(rig, 41, 0x60, 1);
    pend(rig, 40);
    assert_int_equal(gicc(rig, 0, GICC_IAR), 40);
    assert_int_equal(gicc(rig, 0, GICC_RPR), 0xa0);
    pend(rig, 41);
    assert_int_equal(gicc(rig, 0, GICC_IAR), 41);
    assert_int_equal(gicc(rig, 0, GICC_RPR), 0x60);
    assert_int_equal(gicc(rig, 0, GICC_APR + 4), 1 << (0x60 / 2 - 32));
    assert_int_equal(gicc(rig, 0, GICC_APR + 8), 1 << (0xa0 / 2 - 64));
    gicc_set(rig, 0, GICC_EOIR, 41);
    assert_int_equal(gicc(rig, 0, GICC_RPR), 0xa0);
    gicc_set(rig, 0, GICC_EOIR, 40);
    assert_int_equal(gicc(rig, 0, GICC_RPR), 0xff);
    free(rig);
}

static void the_running_priority_is_the_group_priority(void **state)
{
    (void)state;
    struct rig *rig = rig_on(1);
    gicc_set(rig, 0, GICC_BPR, 4);
    rig_enable(rig, 40, 0xbf, 1);
    pend(rig, 40);
    gicc(rig, 0, GICC_IAR);
    assert_int_equal(gicc(rig, 0, GICC_RPR), 0xa0);
    free(rig);
}

static void with_eoimode_the_end_drops_the_priority_and_dir_deactivates(void **state)
{
    (void)state;
    struct rig *rig = rig_on(1);
    gicc_set(rig, 0, GICC_CTLR, 0x203);
    rig_enable(rig, 40, 0x80, 1);
    rig_spi(rig, 40, true);
    assert_int_equal(gicc(rig, 0, GICC_IAR), 40);
    gicc_set(rig, 0, GICC_EOIR, 40);
    assert_int_equal(gicc(rig, 0, GICC_RPR), 0xff);
    assert_true(rig_active(rig, 40));
    assert_int_equal(rig->lines[0], 0);
    gicc_set(rig, 0, GICC_DIR, 40);
    assert_false(rig_active(rig, 40));
    assert_int_equal(rig->lines[0], LINE_IRQ);
    free(rig);
}

static void without_eoimode_dir_does_nothing(void **state)
{
    (void)state;
    struct rig *rig = rig_on(1);
    rig_enable(rig, 40, 0x80, 1);
    pend(rig, 40);
    gicc(rig, 0, GICC_IAR);
    gicc_set(rig, 0, GICC_DIR, 40);
    assert_true(rig_active(rig, 40));
    free(rig);
}

static void an_end_of_a_spurious_interrupt_changes_nothing(void **state)
{
    (void)state;
    struct rig *rig = rig_on(1);
    rig_enable(rig, 40, 0x80, 1);
    pend(rig, 40);
    gicc(rig, 0, GICC_IAR);
    gicc_set(rig, 0, GICC_EOIR, 1023);
    gicc_set(rig, 0, GICC_EOIR, 1022);
    gicc_set(rig, 0, GICC_EOIR, 288);
    assert_int_equal(gicc(rig, 0, GICC_RPR), 0x80);
    gicc_set(rig, 0, GICC_EOIR, 40);
    gicd_set(rig, 0, GICD_ISACTIVER + 4, 1 << 8);
    gicc_set(rig, 0, GICC_EOIR, 40); /* nothing has begun */
    assert_true(rig_active(rig, 40));
    free(rig);
}

static void group_0_is_an_fiq_if_fiqen_says_so_and_group_1_never(void **state)
{
    (void)state;
    struct rig *rig = rig_on(1);
    gicc_set(rig, 0, GICC_CTLR, 0xb);
    rig_enable(rig, 40, 0x80, 1);
    rig_enable(rig, 41, 0x40, 1);
    to_group1(rig, 41);
    pend(rig, 40);
    assert_int_equal(rig->lines[0], LINE_FIQ);
    pend(rig, 41);
    assert_int_equal(rig->lines[0], LINE_IRQ); /* the higher priority is what is offered */
    gicc_set(rig, 0, GICC_CTLR, 0x3);
    gicd_set(rig, 0, GICD_ICPENDR + 4, 1 << 9);
    assert_int_equal(rig->lines[0], LINE_IRQ);
    free(rig);
}

static void group_1_needs_ackctl_or_the_alias(void **state)
{
    (void)state;
    struct rig *rig = rig_on(1);
    rig_enable(rig, 41, 0x40, 1);
    to_group1(rig, 41);
    pend(rig, 41);
    assert_int_equal(gicc(rig, 0, GICC_IAR), 1022);
    assert_int_equal(gicc(rig, 0, GICC_HPPIR), 1022);
    assert_int_equal(gicc(rig, 0, GICC_AHPPIR), 41);
    assert_false(rig_active(rig, 41));
    assert_int_equal(gicc(rig, 0, GICC_AIAR), 41);
    assert_int_equal(gicc(rig, 0, GICC_NSAPR + 4), 1);
    gicc_set(rig, 0, GICC_AEOIR, 41);
    assert_int_equal(gicc(rig, 0, GICC_NSAPR + 4), 0);
    gicc_set(rig, 0, GICC_CTLR, 0x7);
    pend(rig, 41);
    assert_int_equal(gicc(rig, 0, GICC_HPPIR), 41);
    assert_int_equal(gicc(rig, 0, GICC_IAR), 41);
    free(rig);
}

static void the_aliases_do_not_see_group_0(void **state)
{
    (void)state;
    struct rig *rig = rig_on(1);
    rig_enable(rig, 40, 0x40, 1);
    pend(rig, 40);
    assert_int_equal(gicc(rig, 0, GICC_AIAR), 1023);
    assert_int_equal(gicc(rig, 0, GICC_AHPPIR), 1023);
    assert_int_equal(gicc(rig, 0, GICC_IAR), 40);
    gicc_set(rig, 0, GICC_AEOIR, 40);
    assert_true(rig_active(rig, 40));
    free(rig);
}

static void group_1_uses_its_own_binary_point_less_one_unless_cbpr(void **state)
{
    (void)state;
    for (unsigned cbpr = 0; cbpr < 2; cbpr++) {
        struct rig *rig = rig_on(1);
        gicc_set(rig, 0, GICC_CTLR, 0x7 | cbpr << 4);
        gicc_set(rig, 0, GICC_BPR, 0);
        gicc_set(rig, 0, GICC_ABPR, 5); /* group priority <7:5> */
        rig_enable(rig, 41, 0xbf, 1);
        to_group1(rig, 41);
        pend(rig, 41);
        gicc(rig, 0, GICC_IAR);
        assert_int_equal(gicc(rig, 0, GICC_RPR), cbpr ? 0xbe : 0xa0);
        free(rig);
    }
}

static void a_reset_lowers_the_lines_and_forgets_everything(void **state)
{
    (void)state;
    struct rig *rig = rig_on(2);
    rig_enable(rig, 40, 0x80, 3);
    rig_spi(rig, 40, true);
    gicc(rig, 1, GICC_IAR);
    gicd_set(rig, 0, GICD_SGIR, 3 << 16 | 2);
    assert_int_equal(rig->lines[0], LINE_IRQ);
    rig->gic.gicd.device.ops->reset(&rig->gic.gicd.device);
    rig->gic.gicc.device.ops->reset(&rig->gic.gicc.device);
    assert_int_equal(rig->lines[0] | rig->lines[1], 0);
    struct rig *fresh = rig_reset(2);
    assert_memory_equal(&rig->gic.dist, &fresh->gic.dist, sizeof fresh->gic.dist);
    assert_memory_equal(rig->gic.iface, fresh->gic.iface, sizeof fresh->gic.iface);
    free(fresh);
    free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_have_the_bits_that_qemus_have),
        cmocka_unit_test(nothing_is_signalled_while_distributor_or_interface_are_off),
        cmocka_unit_test(only_priorities_above_the_mask_are_signalled),
        cmocka_unit_test(priority_0xff_is_never_signalled),
        cmocka_unit_test(a_higher_group_priority_preempts_and_a_subpriority_does_not),
        cmocka_unit_test(active_priorities_nest_and_are_given_back_in_order),
        cmocka_unit_test(the_running_priority_is_the_group_priority),
        cmocka_unit_test(with_eoimode_the_end_drops_the_priority_and_dir_deactivates),
        cmocka_unit_test(without_eoimode_dir_does_nothing),
        cmocka_unit_test(an_end_of_a_spurious_interrupt_changes_nothing),
        cmocka_unit_test(group_0_is_an_fiq_if_fiqen_says_so_and_group_1_never),
        cmocka_unit_test(group_1_needs_ackctl_or_the_alias),
        cmocka_unit_test(the_aliases_do_not_see_group_0),
        cmocka_unit_test(group_1_uses_its_own_binary_point_less_one_unless_cbpr),
        cmocka_unit_test(a_reset_lowers_the_lines_and_forgets_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
