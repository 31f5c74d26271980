#include "gic/virtual.h"
#include "gic_rig.h"

enum { /* GICH_* and GICV_* offsets */
       /* clang-format off */
    GICH_HCR = 0x00, GICH_VTR = 0x04, GICH_VMCR = 0x08, GICH_MISR = 0x10, GICH_EISR0 = 0x20, GICH_ELRSR0 = 0x30,
    GICH_APR = 0xf0, GICH_LR0 = 0x100,
    GICV_CTLR = 0x00, GICV_PMR = 0x04, GICV_BPR = 0x08, GICV_IAR = 0x0c, GICV_EOIR = 0x10, GICV_RPR = 0x14,
    GICV_HPPIR = 0x18, GICV_ABPR = 0x1c, GICV_AIAR = 0x20, GICV_AEOIR = 0x24, GICV_AHPPIR = 0x28, GICV_APR0 = 0xd0,
    GICV_DIR = 0x1000
       /* clang-format on */
};

enum { /* GICH_LR<n>.State */ PENDING = 1, ACTIVE = 2, BOTH = 3 };

enum { HW = 1u << 31, GROUP1 = 1u << 30, EOI = 1u << 19 }; /* the others' places: 28, 23, 10, 0 */

static uint32_t gich(struct rig *rig, uint64_t offset)
{
    return (uint32_t)rig_read(rig, &rig->gic.gich, 0, offset, 4);
}

static void gich_set(struct rig *rig, uint64_t offset, uint32_t value)
{
    rig_write(rig, &rig->gic.gich, 0, offset, 4, value);
}

static uint32_t gicv(struct rig *rig, uint64_t offset)
{
    return (uint32_t)rig_read(rig, &rig->gic.gicv, 0, offset, 4);
}

static void gicv_set(struct rig *rig, uint64_t offset, uint32_t value)
{
    rig_write(rig, &rig->gic.gicv, 0, offset, 4, value);
}

/* Fills list register n; more: HW, GROUP1, EOI, the physical INTID << 10, the sender << 10. */
static void lr_set(struct rig *rig, unsigned n, unsigned state, unsigned priority, unsigned id, uint32_t more)
{
    gich_set(rig, GICH_LR0 + 4 * n, more | state << 28 | (priority >> 3) << 23 | id);
}

static unsigned lr_state(struct rig *rig, unsigned n)
{
    return (unsigned)bits(gich(rig, GICH_LR0 + 4 * n), 29, 28);
}

static struct rig *virtual_rig(unsigned lrs)
{
    struct rig *rig = rig_on(1);
    gic_virtual_init(&rig->gic, lrs);
    return rig;
}

/* On, both groups, AckCtl, no priority masked. */
static struct rig *on(void)
{
    struct rig *rig = virtual_rig(4);
    gich_set(rig, GICH_HCR, 1);
    gicv_set(rig, GICV_CTLR, 7);
    gicv_set(rig, GICV_PMR, 0xff);
    return rig;
}

static void registers_have_the_bits_of_four_list_registers_and_five_of_priority(void **state)
{
    (void)state;
    static const struct {
        uint16_t offset;
        uint32_t reset, ones, zeros; /* what reads back */
    } expected[] = {
        {GICH_HCR, 0, 0xf80000ff, 0},
        {GICH_VTR, 0x90000003, 0x90000003, 0x90000003},
        {GICH_VMCR, 0x004c0000, 0xf8fc021f, 0x004c0000},
        {GICH_MISR, 0, 0, 0},
        {GICH_EISR0, 0, 0, 0},
        {GICH_ELRSR0, 0xf, 0xf, 0xf},
        {GICH_APR, 0, UINT32_MAX, 0},
        {GICH_LR0, 0, 0xff8fffff, 0},
        {GICH_LR0 + 12, 0, 0xff8fffff, 0},
        {GICH_LR0 + 16, 0, 0, 0},
        {GICH_LR0 + 64, 0, 0, 0},
    };
    for (unsigned i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct rig *rig = virtual_rig(4);
        assert_int_equal(gich(rig, expected[i].offset), expected[i].reset);
        gich_set(rig, expected[i].offset, UINT32_MAX);
        assert_int_equal(gich(rig, expected[i].offset), expected[i].ones);
        gich_set(rig, expected[i].offset, 0);
        assert_int_equal(gich(rig, expected[i].offset), expected[i].zeros);
        free(rig);
    }
}

static void the_machine_sees_the_fields_of_vmcr(void **state)
{
    (void)state;
    struct rig *rig = virtual_rig(4);
    gicv_set(rig, GICV_CTLR, 0x215);
    gicv_set(rig, GICV_PMR, 0xa7);
    gicv_set(rig, GICV_BPR, 5);
    gicv_set(rig, GICV_ABPR, 0);
    assert_int_equal(gich(rig, GICH_VMCR), 0xa0000000 | 5 << 21 | 3 << 18 | 0x215);
    gich_set(rig, GICH_VMCR, 0x58000000 | 1 << 21 | 7 << 18 | 0x9);
    assert_int_equal(gicv(rig, GICV_CTLR), 9);
    assert_int_equal(gicv(rig, GICV_PMR), 0x58);
    assert_int_equal(gicv(rig, GICV_BPR), 2);
    assert_int_equal(gicv(rig, GICV_ABPR), 7);
    free(rig);
}

static void the_highest_priority_pending_is_signalled_and_of_equals_the_first(void **state)
{
    (void)state;
    struct rig *rig = on();
    lr_set(rig, 0, ACTIVE, 0x08, 40, 0);
    lr_set(rig, 1, BOTH, 0x08, 41, 0);
    assert_int_equal(rig->lines[0], 0);
    assert_int_equal(gicv(rig, GICV_IAR), 1023);
    lr_set(rig, 2, PENDING, 0x80, 42, 0);
    lr_set(rig, 3, PENDING, 0x80, 43, 0);
    assert_int_equal(rig->lines[0], LINE_VIRQ);
    assert_int_equal(gicv(rig, GICV_HPPIR), 42);
    lr_set(rig, 3, PENDING, 0x78, 43, 0);
    assert_int_equal(gicv(rig, GICV_IAR), 43);
    assert_int_equal(lr_state(rig, 3), ACTIVE);
    assert_int_equal(gicv(rig, GICV_RPR), 0x78);
    assert_int_equal(rig->lines[0], 0); /* 42 does not preempt */
    assert_int_equal(gicv(rig, GICV_IAR), 1023);
    gicv_set(rig, GICV_EOIR, 43);
    assert_int_equal(lr_state(rig, 3), 0);
    assert_int_equal(rig->lines[0], LINE_VIRQ);
    assert_int_equal(gicv(rig, GICV_IAR), 42);
    free(rig);
}

static void a_preempting_interrupt_nests(void **state)
{
    (void)state;
    struct rig *rig = on();
    lr_set(rig, 0, PENDING, 0xa0, 40, 0);
    assert_int_equal(gicv(rig, GICV_IAR), 40);
    lr_set(rig, 1, PENDING, 0x60, 41, GROUP1);
    assert_int_equal(rig->lines[0], LINE_VIRQ);
    assert_int_equal(gicv(rig, GICV_IAR), 41);
    assert_int_equal(gich(rig, GICH_APR), 1u << (0xa0 >> 3) | 1u << (0x60 >> 3));
    assert_int_equal(gicv(rig, GICV_APR0), gich(rig, GICH_APR));
    gicv_set(rig, GICV_EOIR, 41);
    assert_int_equal(gicv(rig, GICV_RPR), 0xa0);
    gicv_set(rig, GICV_EOIR, 40);
    assert_int_equal(gicv(rig, GICV_RPR), 0xff);
    free(rig);
}

static void the_binary_point_of_the_group_says_what_preempts(void **state)
{
    (void)state;
    static const struct {
        uint32_t ctlr, bpr, abpr, group;
        bool preempts; /* 0x60 over 0x78 */
    } cases[] = {{7, 2, 3, 0, true},        {7, 3, 3, 0, true},       {7, 4, 3, 0, false},
                 {7, 7, 3, GROUP1, true},   {7, 2, 5, GROUP1, false}, {0x17, 4, 3, GROUP1, false},
                 {0x17, 2, 7, GROUP1, true}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rig *rig = on();
        gicv_set(rig, GICV_CTLR, cases[i].ctlr);
        gicv_set(rig, GICV_BPR, cases[i].bpr);
        gicv_set(rig, GICV_ABPR, cases[i].abpr);
        gich_set(rig, GICH_APR, 1u << (0x78 >> 3));
        lr_set(rig, 0, PENDING, 0x60, 40, cases[i].group);
        assert_int_equal(rig->lines[0], cases[i].preempts ? LINE_VIRQ : 0);
        free(rig);
    }
}

static void nothing_is_signalled_while_masked_or_off(void **state)
{
    (void)state;
    struct rig *rig = on();
    lr_set(rig, 0, PENDING, 0x80, 40, 0);
    gicv_set(rig, GICV_PMR, 0x80);
    assert_int_equal(rig->lines[0], 0);
    assert_int_equal(gicv(rig, GICV_IAR), 1023);
    assert_int_equal(gicv(rig, GICV_HPPIR), 40);
    gicv_set(rig, GICV_PMR, 0x88);
    assert_int_equal(rig->lines[0], LINE_VIRQ);
    gicv_set(rig, GICV_CTLR, 6);
    assert_int_equal(rig->lines[0], 0);
    assert_int_equal(gicv(rig, GICV_HPPIR), 1023);
    gicv_set(rig, GICV_CTLR, 5);
    assert_int_equal(rig->lines[0], LINE_VIRQ);
    gich_set(rig, GICH_HCR, 0);
    assert_int_equal(rig->lines[0], 0);
    assert_int_equal(gicv(rig, GICV_IAR), 1023);
    free(rig);
}

static void group_0_is_a_virtual_fiq_if_fiqen_says_so(void **state)
{
    (void)state;
    struct rig *rig = on();
    gicv_set(rig, GICV_CTLR, 0xf);
    lr_set(rig, 0, PENDING, 0x80, 40, 0);
    assert_int_equal(rig->lines[0], LINE_VFIQ);
    lr_set(rig, 1, PENDING, 0x40, 41, GROUP1);
    assert_int_equal(rig->lines[0], LINE_VIRQ);
    gicv_set(rig, GICV_CTLR, 0x7);
    assert_int_equal(gicv(rig, GICV_IAR), 41);
    free(rig);
}

static void group_1_needs_ackctl_or_the_alias(void **state)
{
    (void)state;
    struct rig *rig = on();
    gicv_set(rig, GICV_CTLR, 3);
    lr_set(rig, 0, PENDING, 0x80, 40, GROUP1);
    assert_int_equal(gicv(rig, GICV_IAR), 1022);
    assert_int_equal(gicv(rig, GICV_HPPIR), 1022);
    assert_int_equal(gicv(rig, GICV_AHPPIR), 40);
    assert_int_equal(gicv(rig, GICV_AIAR), 40);
    gicv_set(rig, GICV_AEOIR, 40);
    assert_int_equal(lr_state(rig, 0), 0);
    lr_set(rig, 0, PENDING, 0x80, 40, 0);
    assert_int_equal(gicv(rig, GICV_AIAR), 1023);
    assert_int_equal(gicv(rig, GICV_AHPPIR), 1023);
    assert_int_equal(gicv(rig, GICV_IAR), 40);
    gicv_set(rig, GICV_AEOIR, 40);
    assert_int_equal(lr_state(rig, 0), ACTIVE);
    free(rig);
}

static void an_sgi_names_its_sender_and_ends_by_it(void **state)
{
    (void)state;
    struct rig *rig = on();
    lr_set(rig, 0, ACTIVE, 0x80, 3, 2 << 10);
    lr_set(rig, 1, PENDING, 0x40, 3, 5 << 10);
    assert_int_equal(gicv(rig, GICV_IAR), 5 << 10 | 3);
    gicv_set(rig, GICV_EOIR, 5 << 10 | 3);
    assert_int_equal(lr_state(rig, 0), ACTIVE);
    assert_int_equal(lr_state(rig, 1), 0);
    free(rig);
}

static void with_eoimode_the_end_drops_the_priority_and_dir_deactivates(void **state)
{
    (void)state;
    struct rig *rig = on();
    gicv_set(rig, GICV_CTLR, 0x207);
    lr_set(rig, 0, PENDING, 0x80, 40, 0);
    gicv(rig, GICV_IAR);
    gicv_set(rig, GICV_EOIR, 40);
    assert_int_equal(gicv(rig, GICV_RPR), 0xff);
    assert_int_equal(lr_state(rig, 0), ACTIVE);
    gicv_set(rig, GICV_DIR, 40);
    assert_int_equal(lr_state(rig, 0), 0);
    gicv_set(rig, GICV_CTLR, 7);
    lr_set(rig, 0, ACTIVE, 0x80, 40, 0);
    gicv_set(rig, GICV_DIR, 40);
    assert_int_equal(lr_state(rig, 0), ACTIVE);
    free(rig);
}

static void what_is_pending_again_stays_so_when_its_activity_ends(void **state)
{
    (void)state;
    struct rig *rig = on();
    lr_set(rig, 0, BOTH, 0x80, 40, 0);
    gich_set(rig, GICH_APR, 1u << (0x80 >> 3));
    gicv_set(rig, GICV_EOIR, 40);
    assert_int_equal(lr_state(rig, 0), PENDING);
    assert_int_equal(rig->lines[0], LINE_VIRQ);
    free(rig);
}

static void a_linked_interrupt_ends_with_its_physical_one(void **state)
{
    (void)state;
    for (unsigned eoimode = 0; eoimode < 2; eoimode++) {
        struct rig *rig = on();
        gicv_set(rig, GICV_CTLR, 7 | eoimode << 9);
        rig_enable(rig, 27, 0x80, 1);
        rig_ppi(rig, 0, 27, true);
        assert_int_equal(gicc(rig, 0, GICC_IAR), 27);
        gicc_set(rig, 0, GICC_CTLR, 0x203);
        gicc_set(rig, 0, GICC_EOIR, 27); /* the hypervisor's: it stays active */
        lr_set(rig, 0, PENDING, 0x80, 30, HW | 27 << 10 | GROUP1);
        assert_int_equal(rig->lines[0], LINE_VIRQ);
        assert_int_equal(gicv(rig, GICV_IAR), 30);
        gicv_set(rig, GICV_EOIR, 30);
        assert_int_equal(rig_active(rig, 27), eoimode);
        if (eoimode)
            gicv_set(rig, GICV_DIR, 30);
        assert_false(rig_active(rig, 27));
        assert_int_equal(rig->lines[0], LINE_IRQ); /* its line is still up */
        assert_int_equal(gich(rig, GICH_EISR0), 0);
        free(rig);
    }
}

static void a_link_to_no_interrupt_ends_nothing(void **state)
{
    (void)state;
    for (unsigned id = 0; id < 1024; id += id == 15 ? 273 : 1) { /* SGIs, and those that are not there */
        struct rig *rig = on();
        lr_set(rig, 0, PENDING, 0x80, 30, HW | id << 10);
        gicd_set(rig, 0, GICD_ISACTIVER, UINT32_MAX);
        gicv(rig, GICV_IAR);
        gicv_set(rig, GICV_EOIR, 30);
        assert_int_equal(lr_state(rig, 0), 0);
        assert_int_equal(gicd(rig, 0, GICD_ISACTIVER), UINT32_MAX);
        free(rig);
    }
}

/* ---- maintenance ---- */

static bool maintains(struct rig *rig)
{
    return rig_pending(rig, GIC_MAINTENANCE);
}

static void an_end_asked_for_is_reported_until_the_register_is_written(void **state)
{
    (void)state;
    struct rig *rig = on();
    lr_set(rig, 2, PENDING, 0x80, 40, EOI);
    assert_int_equal(gich(rig, GICH_ELRSR0), 0xb);
    gicv(rig, GICV_IAR);
    assert_int_equal(gich(rig, GICH_EISR0), 0);
    assert_false(maintains(rig));
    gicv_set(rig, GICV_EOIR, 40);
    assert_int_equal(gich(rig, GICH_EISR0), 4);
    assert_int_equal(gich(rig, GICH_ELRSR0), 0xb);
    assert_int_equal(gich(rig, GICH_MISR), 1);
    assert_true(maintains(rig));
    gich_set(rig, GICH_LR0 + 8, 0);
    assert_int_equal(gich(rig, GICH_MISR), 0);
    assert_false(maintains(rig));
    free(rig);
}

static void underflow_is_at_most_one_valid_register(void **state)
{
    (void)state;
    struct rig *rig = on();
    gich_set(rig, GICH_HCR, 3);
    assert_int_equal(gich(rig, GICH_MISR), 2);
    lr_set(rig, 0, PENDING, 0x80, 40, 0);
    assert_int_equal(gich(rig, GICH_MISR), 2);
    assert_true(maintains(rig));
    lr_set(rig, 3, ACTIVE, 0x80, 41, 0);
    assert_int_equal(gich(rig, GICH_MISR), 0);
    assert_false(maintains(rig));
    free(rig);
}

static void ends_that_find_no_register_are_counted(void **state)
{
    (void)state;
    struct rig *rig = on();
    gich_set(rig, GICH_HCR, 5);
    gich_set(rig, GICH_APR, 0xf);
    gicv_set(rig, GICV_EOIR, 1023); /* of nothing */
    lr_set(rig, 0, PENDING, 0x80, 40, 0);
    assert_int_equal(gich(rig, GICH_MISR), 0);
    gicv_set(rig, GICV_EOIR, 40); /* pending is not active */
    assert_int_equal(gich(rig, GICH_HCR), 1u << 27 | 5);
    assert_int_equal(gich(rig, GICH_MISR), 4);
    assert_true(maintains(rig));
    gicv_set(rig, GICV_CTLR, 0x207);
    gicv_set(rig, GICV_EOIR, 41); /* the priority alone */
    assert_int_equal(gich(rig, GICH_HCR), 1u << 27 | 5);
    gicv_set(rig, GICV_DIR, 41);
    assert_int_equal(gich(rig, GICH_HCR), 2u << 27 | 5);
    gich_set(rig, GICH_APR, 0);
    gicv_set(rig, GICV_CTLR, 7);
    gicv_set(rig, GICV_EOIR, 41); /* clears no priority */
    assert_int_equal(gich(rig, GICH_HCR), 2u << 27 | 5);
    gich_set(rig, GICH_HCR, 31u << 27 | 5);
    gich_set(rig, GICH_APR, 1);
    gicv_set(rig, GICV_EOIR, 41);
    assert_int_equal(gich(rig, GICH_HCR), 5); /* it wraps */
    assert_false(maintains(rig));
    free(rig);
}

static void nothing_pending_is_reported_if_asked_for(void **state)
{
    (void)state;
    struct rig *rig = on();
    gich_set(rig, GICH_HCR, 9);
    lr_set(rig, 0, ACTIVE, 0x80, 40, 0);
    lr_set(rig, 1, BOTH, 0x80, 41, 0);
    assert_int_equal(gich(rig, GICH_MISR), 8);
    lr_set(rig, 2, PENDING, 0x40, 42, 0);
    assert_int_equal(gich(rig, GICH_MISR), 0);
    gicv(rig, GICV_IAR);
    assert_int_equal(gich(rig, GICH_MISR), 8);
    assert_true(maintains(rig));
    free(rig);
}

static void groups_going_on_and_off_are_reported_if_asked_for(void **state)
{
    (void)state;
    for (unsigned asked = 0; asked < 16; asked++)
        for (unsigned groups = 0; groups < 4; groups++) {
            struct rig *rig = on();
            gich_set(rig, GICH_HCR, asked << 4 | 1);
            gicv_set(rig, GICV_CTLR, groups);
            const unsigned holds = (groups & 1 ? 1 : 2) | (groups & 2 ? 4 : 8);
            assert_int_equal(gich(rig, GICH_MISR), (asked & holds) << 4);
            assert_int_equal(maintains(rig), (asked & holds) != 0);
            free(rig);
        }
}

static void maintenance_is_silent_while_the_interface_is_off(void **state)
{
    (void)state;
    struct rig *rig = on();
    gich_set(rig, GICH_HCR, 2);
    assert_int_equal(gich(rig, GICH_MISR), 2);
    assert_false(maintains(rig));
    rig->now = 77;
    rig_enable(rig, GIC_MAINTENANCE, 0x80, 1);
    gich_set(rig, GICH_HCR, 3);
    assert_int_equal(rig->lines[0], LINE_IRQ);
    assert_int_equal(rig->when[0], 77);
    free(rig);
}

/* ---- the rest ---- */

static void sixteen_list_registers_all_work(void **state)
{
    (void)state;
    struct rig *rig = virtual_rig(16);
    gich_set(rig, GICH_HCR, 1);
    gicv_set(rig, GICV_CTLR, 7);
    gicv_set(rig, GICV_PMR, 0xff);
    assert_int_equal(gich(rig, GICH_VTR) & 0x3f, 15);
    assert_int_equal(gich(rig, GICH_ELRSR0), 0xffff);
    for (unsigned n = 0; n < 16; n++)
        lr_set(rig, n, PENDING, 0x80 - 8 * n, 40 + n, 0);
    assert_int_equal(gich(rig, GICH_ELRSR0), 0);
    for (unsigned n = 16; n-- > 0;) {
        assert_int_equal(gicv(rig, GICV_IAR), 40 + n);
        gicv_set(rig, GICV_EOIR, 40 + n);
    }
    assert_int_equal(gich(rig, GICH_ELRSR0), 0xffff);
    free(rig);
}

struct heard {
    unsigned count;
    struct trapeze_event event[16];
};

static void hear(void *owner, const struct trapeze_event *event)
{
    struct heard *heard = owner;
    heard->event[heard->count++] = *event;
}

static void the_life_of_an_interrupt_in_a_list_register_is_told(void **state)
{
    (void)state;
    static const struct {
        uint8_t from, to;
        const char *by;
    } expected[] = {{0, PENDING, "write"},  {PENDING, ACTIVE, "acknowledge"}, {ACTIVE, BOTH, "write"},
                    {BOTH, PENDING, "eoi"}, {PENDING, ACTIVE, "acknowledge"}, {ACTIVE, 0, "deactivate"}};
    struct heard heard = {0};
    const struct trace trace = {1u << TRAPEZE_EVENT_LR, hear, &heard};
    struct rig *rig = on();
    rig->gic.trace = &trace;
    lr_set(rig, 1, PENDING, 0x80, 40, GROUP1);
    gicv(rig, GICV_IAR);
    lr_set(rig, 1, BOTH, 0x80, 40, GROUP1);
    gicv_set(rig, GICV_EOIR, 40);
    gicv(rig, GICV_IAR);
    gicv_set(rig, GICV_CTLR, 0x207);
    gicv_set(rig, GICV_DIR, 40);
    assert_int_equal(heard.count, sizeof expected / sizeof *expected);
    for (unsigned i = 0; i < heard.count; i++) {
        assert_int_equal(heard.event[i].lr.number, 1);
        assert_int_equal(heard.event[i].lr.vintid, 40);
        assert_int_equal(heard.event[i].lr.from, expected[i].from);
        assert_int_equal(heard.event[i].lr.to, expected[i].to);
        assert_string_equal(heard.event[i].lr.by, expected[i].by);
    }
    free(rig);
}

static void each_pe_has_an_interface_of_its_own(void **state)
{
    (void)state;
    struct rig *rig = rig_on(2);
    gic_virtual_init(&rig->gic, 4);
    rig_write(rig, &rig->gic.gich, 1, GICH_HCR, 4, 1);
    rig_write(rig, &rig->gic.gicv, 1, GICV_CTLR, 4, 7);
    rig_write(rig, &rig->gic.gicv, 1, GICV_PMR, 4, 0xff);
    rig_write(rig, &rig->gic.gich, 1, GICH_LR0, 4, 0x10000000 | 40);
    assert_int_equal(rig->lines[0], 0);
    assert_int_equal(rig->lines[1], LINE_VIRQ);
    assert_int_equal(gich(rig, GICH_HCR), 0);
    assert_int_equal(gicv(rig, GICV_IAR), 1023);
    assert_int_equal(rig_read(rig, &rig->gic.gicv, 1, GICV_IAR, 4), 40);
    free(rig);
}

static void a_reset_lowers_the_lines_and_forgets_everything(void **state)
{
    (void)state;
    struct rig *rig = on();
    gich_set(rig, GICH_HCR, 3);
    lr_set(rig, 0, PENDING, 0x80, 40, 0);
    assert_int_equal(rig->lines[0], LINE_VIRQ);
    assert_true(maintains(rig));
    rig->gic.gich.device.ops->reset(&rig->gic.gich.device);
    rig->gic.gicv.device.ops->reset(&rig->gic.gicv.device);
    assert_int_equal(rig->lines[0], 0);
    assert_false(maintains(rig));
    struct rig *fresh = virtual_rig(4);
    assert_memory_equal(rig->gic.vcpu, fresh->gic.vcpu, sizeof fresh->gic.vcpu);
    free(fresh);
    free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_have_the_bits_of_four_list_registers_and_five_of_priority),
        cmocka_unit_test(the_machine_sees_the_fields_of_vmcr),
        cmocka_unit_test(the_highest_priority_pending_is_signalled_and_of_equals_the_first),
        cmocka_unit_test(a_preempting_interrupt_nests),
        cmocka_unit_test(the_binary_point_of_the_group_says_what_preempts),
        cmocka_unit_test(nothing_is_signalled_while_masked_or_off),
        cmocka_unit_test(group_0_is_a_virtual_fiq_if_fiqen_says_so),
        cmocka_unit_test(group_1_needs_ackctl_or_the_alias),
        cmocka_unit_test(an_sgi_names_its_sender_and_ends_by_it),
        cmocka_unit_test(with_eoimode_the_end_drops_the_priority_and_dir_deactivates),
        cmocka_unit_test(what_is_pending_again_stays_so_when_its_activity_ends),
        cmocka_unit_test(a_linked_interrupt_ends_with_its_physical_one),
        cmocka_unit_test(a_link_to_no_interrupt_ends_nothing),
        cmocka_unit_test(an_end_asked_for_is_reported_until_the_register_is_written),
        cmocka_unit_test(underflow_is_at_most_one_valid_register),
        cmocka_unit_test(ends_that_find_no_register_are_counted),
        cmocka_unit_test(nothing_pending_is_reported_if_asked_for),
        cmocka_unit_test(groups_going_on_and_off_are_reported_if_asked_for),
        cmocka_unit_test(maintenance_is_silent_while_the_interface_is_off),
        cmocka_unit_test(sixteen_list_registers_all_work),
        cmocka_unit_test(the_life_of_an_interrupt_in_a_list_register_is_told),
        cmocka_unit_test(each_pe_has_an_interface_of_its_own),
        cmocka_unit_test(a_reset_lowers_the_lines_and_forgets_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
