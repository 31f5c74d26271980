#include "gic_rig.h"

static void registers_read_as_qemus_after_reset(void **state)
{
    (void)state;
    struct rig *rig = rig_reset(2);
    assert_int_equal(gicd(rig, 0, GICD_TYPER), 0x28);
    assert_int_equal(gicd(rig, 0, GICD_IIDR), 0x43b);
    assert_int_equal(gicd(rig, 0, GICD_ICPIDR2), 0x2b);
    assert_int_equal(gicd(rig, 0, GICD_ISENABLER), 0xffff);
    assert_int_equal(gicd(rig, 0, GICD_ICFGR), 0xaaaaaaaa);
    assert_int_equal(gicd(rig, 0, GICD_ICFGR + 4), 0);
    assert_int_equal(gicd(rig, 1, GICD_ITARGETSR), 0x02020202);
    free(rig);
}

static void every_bit_of_288_interrupts_can_be_written_and_none_behind_them(void **state)
{
    (void)state;
    static const struct {
        uint16_t set, clear;
    } families[] = {{GICD_ISENABLER, GICD_ICENABLER}, {GICD_ISPENDR, GICD_ICPENDR}, {GICD_ISACTIVER, GICD_ICACTIVER}};
    struct rig *rig = rig_reset(1);
    for (unsigned f = 0; f < 3; f++) {
        for (unsigned n = 1; n < 32; n++) {
            const uint32_t expected = n < GIC_WORDS ? 0x80c00001 : 0;
            gicd_set(rig, 0, families[f].set + 4 * n, 0x80c00001);
            assert_int_equal(gicd(rig, 0, families[f].set + 4 * n), expected);
            assert_int_equal(gicd(rig, 0, families[f].clear + 4 * n), expected);
            gicd_set(rig, 0, families[f].clear + 4 * n, 0x80800000);
            assert_int_equal(gicd(rig, 0, families[f].set + 4 * n), expected & 0x00400001);
        }
    }
    free(rig);
}

static void sgis_are_always_enabled_and_their_pending_state_is_not_of_ispendr(void **state)
{
    (void)state;
    struct rig *rig = rig_reset(1);
    gicd_set(rig, 0, GICD_ICENABLER, UINT32_MAX);
    gicd_set(rig, 0, GICD_ISPENDR, UINT32_MAX);
    assert_int_equal(gicd(rig, 0, GICD_ISENABLER), 0xffff);
    assert_int_equal(gicd(rig, 0, GICD_ISPENDR), 0xffff0000);
    gicd_set(rig, 0, GICD_SGIR, 2 << 24 | 5); /* to itself */
    gicd_set(rig, 0, GICD_ICPENDR, UINT32_MAX);
    assert_int_equal(gicd(rig, 0, GICD_ISPENDR), 1 << 5);
    free(rig);
}

static void private_interrupts_are_banked_by_the_reader(void **state)
{
    (void)state;
    struct rig *rig = rig_reset(4);
    gicd_set(rig, 2, GICD_ISENABLER, 1 << 27);
    rig_write(rig, &rig->gic.gicd, 2, GICD_IPRIORITYR + 27, 1, 0x50);
    rig_ppi(rig, 2, 27, true);
    for (unsigned cpu = 0; cpu < 4; cpu++) {
        assert_int_equal(gicd(rig, cpu, GICD_ISENABLER), cpu == 2 ? 0x0800ffff : 0xffff);
        assert_int_equal(gicd(rig, cpu, GICD_IPRIORITYR + 24), cpu == 2 ? 0x50000000 : 0);
        assert_int_equal(gicd(rig, cpu, GICD_ISPENDR), cpu == 2 ? 1 << 27 : 0);
    }
    free(rig);
}

static void bytes_of_priorities_and_targets_can_be_written_alone(void **state)
{
    (void)state;
    struct rig *rig = rig_reset(8);
    gicd_set(rig, 0, GICD_IPRIORITYR + 40, 0x44332211);
    rig_write(rig, &rig->gic.gicd, 0, GICD_IPRIORITYR + 42, 1, 0xff);
    assert_int_equal(gicd(rig, 0, GICD_IPRIORITYR + 40), 0x44ff2211);
    rig_write(rig, &rig->gic.gicd, 0, GICD_ITARGETSR + 33, 1, 0xa5);
    assert_int_equal(gicd(rig, 0, GICD_ITARGETSR + 32), 0xa500);
    assert_int_equal(rig_read(rig, &rig->gic.gicd, 0, GICD_ITARGETSR + 33, 1), 0xa5);
    rig_write(rig, &rig->gic.gicd, 0, GICD_IPRIORITYR + 30, 4, 0x88776655); /* two private, two shared */
    assert_int_equal(rig_read(rig, &rig->gic.gicd, 0, GICD_IPRIORITYR + 28, 8), UINT64_C(0x0000887766550000));
    free(rig);
}

static void targets_are_masked_by_the_cpus_there_are(void **state)
{
    (void)state;
    struct rig *rig = rig_reset(3);
    gicd_set(rig, 0, GICD_ITARGETSR + 284, UINT32_MAX);
    gicd_set(rig, 0, GICD_ITARGETSR + 288, UINT32_MAX);
    gicd_set(rig, 0, GICD_ITARGETSR, UINT32_MAX);
    assert_int_equal(gicd(rig, 0, GICD_ITARGETSR + 284), 0x07070707);
    assert_int_equal(gicd(rig, 0, GICD_ITARGETSR + 288), 0);
    assert_int_equal(gicd(rig, 0, GICD_ITARGETSR), 0x01010101);
    free(rig);
}

static void with_one_cpu_targets_read_as_zero_and_everything_goes_to_it(void **state)
{
    (void)state;
    struct rig *rig = rig_on(1);
    rig_enable(rig, 40, 0x80, 0);
    assert_int_equal(gicd(rig, 0, GICD_ITARGETSR + 40), 0);
    rig_spi(rig, 40, true);
    assert_int_equal(rig->lines[0], LINE_IRQ);
    free(rig);
}

static void configuration_has_only_its_upper_bits_and_sgis_stay_edge_triggered(void **state)
{
    (void)state;
    struct rig *rig = rig_reset(1);
    for (unsigned n = 0; n < 20; n++) {
        gicd_set(rig, 0, GICD_ICFGR + 4 * n, UINT32_MAX);
        assert_int_equal(gicd(rig, 0, GICD_ICFGR + 4 * n), n < 18 ? 0xaaaaaaaa : 0);
        gicd_set(rig, 0, GICD_ICFGR + 4 * n, 0);
        assert_int_equal(gicd(rig, 0, GICD_ICFGR + 4 * n), n == 0 ? 0xaaaaaaaa : 0);
    }
    free(rig);
}

static void a_level_interrupt_stays_pending_until_its_line_falls(void **state)
{
    (void)state;
    struct rig *rig = rig_on(1);
    rig_enable(rig, 40, 0x80, 1);
    rig_spi(rig, 40, true);
    gicd_set(rig, 0, GICD_ICPENDR + 4, UINT32_MAX);
    assert_true(rig_pending(rig, 40));
    assert_int_equal(gicc(rig, 0, GICC_IAR), 40);
    assert_true(rig_pending(rig, 40));
    assert_true(rig_active(rig, 40));
    gicc_set(rig, 0, GICC_EOIR, 40);
    assert_int_equal(rig->lines[0], LINE_IRQ); /* and again */
    rig_spi(rig, 40, false);
    assert_false(rig_pending(rig, 40));
    assert_int_equal(rig->lines[0], 0);
    free(rig);
}

static void a_level_interrupt_written_to_ispendr_is_pending_until_acknowledged(void **state)
{
    (void)state;
    struct rig *rig = rig_on(1);
    rig_enable(rig, 40, 0x80, 1);
    gicd_set(rig, 0, GICD_ISPENDR + 4, 1 << 8);
    rig_spi(rig, 40, true);
    rig_spi(rig, 40, false);
    assert_true(rig_pending(rig, 40));
    assert_int_equal(gicc(rig, 0, GICC_IAR), 40);
    assert_false(rig_pending(rig, 40));
    free(rig);
}

static void an_edge_interrupt_is_pending_once_for_each_rise(void **state)
{
    (void)state;
    struct rig *rig = rig_on(1);
    rig_edge(rig, 50);
    rig_enable(rig, 50, 0x80, 1);
    rig_spi(rig, 50, true);
    rig_spi(rig, 50, false);
    assert_true(rig_pending(rig, 50));
    assert_int_equal(gicc(rig, 0, GICC_IAR), 50);
    assert_false(rig_pending(rig, 50));
    rig_spi(rig, 50, true); /* active and pending */
    assert_true(rig_pending(rig, 50));
    assert_int_equal(gicc(rig, 0, GICC_IAR), 1023);
    gicc_set(rig, 0, GICC_EOIR, 50);
    assert_int_equal(gicc(rig, 0, GICC_IAR), 50);
    gicc_set(rig, 0, GICC_EOIR, 50);
    rig_spi(rig, 50, true); /* is up already */
    assert_int_equal(gicc(rig, 0, GICC_IAR), 1023);
    free(rig);
}

static void an_edge_interrupt_can_be_taken_back_by_icpendr(void **state)
{
    (void)state;
    struct rig *rig = rig_on(1);
    rig_edge(rig, 50);
    rig_enable(rig, 50, 0x80, 1);
    rig_spi(rig, 50, true);
    assert_int_equal(rig->lines[0], LINE_IRQ);
    gicd_set(rig, 0, GICD_ICPENDR + 4, 1 << 18);
    assert_int_equal(rig->lines[0], 0);
    free(rig);
}

static void a_line_that_rose_while_disabled_is_seen_when_enabled_and_not_after_it_fell(void **state)
{
    (void)state;
    struct rig *rig = rig_on(1);
    rig_spi(rig, 40, true);
    assert_int_equal(rig->lines[0], 0);
    rig_enable(rig, 40, 0x80, 1);
    assert_int_equal(rig->lines[0], LINE_IRQ);
    rig_spi(rig, 40, false);
    assert_int_equal(rig->lines[0], 0);
    free(rig);
}

static void an_spi_goes_to_every_target_and_is_acknowledged_by_one(void **state)
{
    (void)state;
    struct rig *rig = rig_on(4);
    rig_enable(rig, 60, 0x80, 0x0a);
    rig->now = 77;
    rig_spi(rig, 60, true);
    assert_int_equal(rig->lines[0] | rig->lines[2], 0);
    assert_int_equal(rig->lines[1] & rig->lines[3], LINE_IRQ);
    assert_int_equal(rig->when[3], 77);
    assert_int_equal(gicc(rig, 3, GICC_IAR), 60);
    assert_int_equal(rig->lines[1], 0);
    assert_int_equal(gicc(rig, 1, GICC_IAR), 1023);
    gicc_set(rig, 3, GICC_EOIR, 60);
    assert_int_equal(rig->lines[1] & rig->lines[3], LINE_IRQ);
    free(rig);
}

static void the_highest_priority_is_offered_first_and_the_lowest_intid_among_equals(void **state)
{
    (void)state;
    static const uint16_t order[] = {200, 27, 34, 287, 33, 100};
    struct rig *rig = rig_on(1);
    rig_enable(rig, 33, 0x90, 1);
    rig_enable(rig, 34, 0x80, 1);
    rig_enable(rig, 100, 0x90, 1);
    rig_enable(rig, 200, 0x10, 1);
    rig_enable(rig, 287, 0x80, 1);
    rig_enable(rig, 27, 0x80, 1);
    for (unsigned i = 0; i < 6; i++)
        gicd_set(rig, 0, GICD_ISPENDR + order[i] / 32 * 4, UINT32_C(1) << order[i] % 32);
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(gicc(rig, 0, GICC_HPPIR), order[i]);
        assert_int_equal(gicc(rig, 0, GICC_IAR), order[i]);
        gicc_set(rig, 0, GICC_EOIR, order[i]);
    }
    assert_int_equal(gicc(rig, 0, GICC_IAR), 1023);
    free(rig);
}

static void a_group_that_the_distributor_disables_hides_nothing_of_the_other(void **state)
{
    (void)state;
    struct rig *rig = rig_on(1);
    rig_enable(rig, 40, 0x10, 1);
    rig_enable(rig, 41, 0x20, 1);
    gicd_set(rig, 0, GICD_IGROUPR + 4, 1 << 8);
    gicd_set(rig, 0, GICD_ISPENDR + 4, 3 << 8);
    gicd_set(rig, 0, GICD_CTLR, 1);
    assert_int_equal(gicc(rig, 0, GICC_IAR), 41);
    gicd_set(rig, 0, GICD_CTLR, 0);
    assert_int_equal(rig->lines[0], 0);
    free(rig);
}

static void sgis_reach_the_list_the_others_or_the_sender(void **state)
{
    (void)state;
    static const struct {
        uint32_t sgir;
        uint8_t receivers;
    } cases[] = {
        {0 << 24 | 0x05 << 16 | 3, 0x5}, {0 << 24 | 0xf0 << 16 | 3, 0}, {1 << 24 | 0xff << 16 | 3, 0xd},
        {2 << 24 | 0xff << 16 | 3, 0x2}, {3 << 24 | 0xff << 16 | 3, 0},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rig *rig = rig_on(4);
        gicd_set(rig, 1, GICD_SGIR, cases[i].sgir);
        for (unsigned cpu = 0; cpu < 4; cpu++)
            assert_int_equal(rig->lines[cpu], bit(cases[i].receivers, cpu) ? LINE_IRQ : 0);
        free(rig);
    }
}

static void an_sgi_from_two_senders_is_acknowledged_twice_with_each_sender(void **state)
{
    (void)state;
    struct rig *rig = rig_on(4);
    gicd_set(rig, 3, GICD_SGIR, 1 << 16 | 7);
    gicd_set(rig, 1, GICD_SGIR, 1 << 16 | 7);
    assert_int_equal(gicd(rig, 0, GICD_SPENDSGIR + 4), 0x0a000000);
    assert_int_equal(gicc(rig, 0, GICC_HPPIR), 1 << 10 | 7);
    assert_int_equal(gicc(rig, 0, GICC_IAR), 1 << 10 | 7);
    gicc_set(rig, 0, GICC_EOIR, 1 << 10 | 7);
    assert_int_equal(gicc(rig, 0, GICC_IAR), 3 << 10 | 7);
    gicc_set(rig, 0, GICC_EOIR, 3 << 10 | 7);
    assert_int_equal(gicc(rig, 0, GICC_IAR), 1023);
    free(rig);
}

static void sgi_senders_can_be_set_and_cleared_by_bytes(void **state)
{
    (void)state;
    struct rig *rig = rig_on(2);
    rig_write(rig, &rig->gic.gicd, 0, GICD_SPENDSGIR + 9, 1, 0xff); /* there are two */
    assert_int_equal(gicd(rig, 0, GICD_CPENDSGIR + 8), 0x300);
    assert_int_equal(rig->lines[0], LINE_IRQ);
    rig_write(rig, &rig->gic.gicd, 0, GICD_CPENDSGIR + 9, 1, 1);
    assert_int_equal(gicc(rig, 0, GICC_HPPIR), 1 << 10 | 9);
    rig_write(rig, &rig->gic.gicd, 0, GICD_CPENDSGIR + 9, 1, 2);
    assert_int_equal(rig->lines[0], 0);
    free(rig);
}

/* xorshift: any sequence will do, if it is always the same. */
static uint64_t next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    return *seed ^= *seed << 17;
}

static void random_accesses_of_any_width_change_lines_only_as_the_registers_say(void **state)
{
    (void)state;
    uint64_t seed = 88172645463325252;
    for (unsigned cpus = 1; cpus <= 8; cpus++) {
        struct rig *rig = rig_on(cpus);
        for (unsigned i = 0; i < 30000; i++) {
            const uint64_t r = next(&seed), value = next(&seed);
            struct gic_face *face = r & 1 ? &rig->gic.gicd : &rig->gic.gicc;
            const unsigned size = 1u << bits(r, 3, 2), limit = r & 1 ? GICD_SIZE : r & 0x10000 ? GICC_SIZE : 0x100;
            const uint64_t offset = bits(r, 47, 32) % (limit - size + 1);
            const unsigned cpu = (unsigned)bits(r, 11, 8); /* some are no PE */
            if (r & 2)
                rig_write(rig, face, cpu, offset, size, value);
            else
                rig_read(rig, face, cpu, offset, size);
            rig_spi(rig, 32 + (unsigned)bits(value, 15, 8), value & 1);
        }
        for (unsigned cpu = 0; cpu < cpus; cpu++) {
            const struct gic_best best = gic_dist_best(&rig->gic.dist, cpu);
            assert_int_equal(best.intid, rig->gic.iface[cpu].best.intid); /* nothing was missed */
            assert_int_equal(rig->lines[cpu], gic_iface_line(&rig->gic.iface[cpu]));
        }
        free(rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_read_as_qemus_after_reset),
        cmocka_unit_test(every_bit_of_288_interrupts_can_be_written_and_none_behind_them),
        cmocka_unit_test(sgis_are_always_enabled_and_their_pending_state_is_not_of_ispendr),
        cmocka_unit_test(private_interrupts_are_banked_by_the_reader),
        cmocka_unit_test(bytes_of_priorities_and_targets_can_be_written_alone),
        cmocka_unit_test(targets_are_masked_by_the_cpus_there_are),
        cmocka_unit_test(with_one_cpu_targets_read_as_zero_and_everything_goes_to_it),
        cmocka_unit_test(configuration_has_only_its_upper_bits_and_sgis_stay_edge_triggered),
        cmocka_unit_test(a_level_interrupt_stays_pending_until_its_line_falls),
        cmocka_unit_test(a_level_interrupt_written_to_ispendr_is_pending_until_acknowledged),
        cmocka_unit_test(an_edge_interrupt_is_pending_once_for_each_rise),
        cmocka_unit_test(an_edge_interrupt_can_be_taken_back_by_icpendr),
        cmocka_unit_test(a_line_that_rose_while_disabled_is_seen_when_enabled_and_not_after_it_fell),
        cmocka_unit_test(an_spi_goes_to_every_target_and_is_acknowledged_by_one),
        cmocka_unit_test(the_highest_priority_is_offered_first_and_the_lowest_intid_among_equals),
        cmocka_unit_test(a_group_that_the_distributor_disables_hides_nothing_of_the_other),
        cmocka_unit_test(sgis_reach_the_list_the_others_or_the_sender),
        cmocka_unit_test(an_sgi_from_two_senders_is_acknowledged_twice_with_each_sender),
        cmocka_unit_test(sgi_senders_can_be_set_and_cleared_by_bytes),
        cmocka_unit_test(random_accesses_of_any_width_change_lines_only_as_the_registers_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
