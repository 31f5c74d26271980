/* GICv3: distributor, redistributors and ICC_*, on a bench and on the machine. QEMU is the other oracle: tests/arch. */
#include "cpu/sysreg/sysreg_table.h"
#include "gic/dist_regs.h"
#include "gic/icc.h"
#include "gic_rig.h"
#include "guest.h"
#include "machine/psci.h"
#include <stdio.h>

/* A rig of version 3, and one PE's view of it at a time. */
struct rig3 {
    struct rig rig;
    struct icc icc[GIC_CPUS];
    struct state state; /* of whoever accesses a system register */
};

static struct rig3 *rig3_new(unsigned cpus)
{
    struct rig3 *r = calloc(1, sizeof *r);
    assert_non_null(r);
    gic_init(&r->rig.gic, 3, cpus, rig_output, &r->rig);
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        r->icc[cpu] = (struct icc){&r->rig.gic, cpu};
    r->state.el = 2;
    r->state.has_el2 = true;
    return r;
}

static uint64_t icc(struct rig3 *r, unsigned cpu, enum sysreg reg)
{
    struct icc_hook hook;
    assert_true(icc_hook_of(reg, &hook));
    return hook.read(&r->icc[cpu], &r->state, reg);
}

static void icc_set(struct rig3 *r, unsigned cpu, enum sysreg reg, uint64_t value)
{
    struct icc_hook hook;
    assert_true(icc_hook_of(reg, &hook));
    hook.write(&r->icc[cpu], &r->state, reg, value);
}

static uint64_t gicr(struct rig3 *r, unsigned cpu, uint64_t offset, unsigned size)
{
    return rig_read(&r->rig, &r->rig.gic.gicr, 0, cpu * 0x20000 + offset, size);
}

static void gicr_set(struct rig3 *r, unsigned cpu, uint64_t offset, unsigned size, uint64_t value)
{
    rig_write(&r->rig, &r->rig.gic.gicr, 0, cpu * 0x20000 + offset, size, value);
}

static void wake(struct rig3 *r, unsigned cpu)
{
    gicr_set(r, cpu, 0x14, 4, 0);
}

/* Everybody awake, both groups on, SGIs and SPI 40 of group 1 and enabled. */
static struct rig3 *rig3_on(unsigned cpus)
{
    struct rig3 *r = rig3_new(cpus);
    gicd_set(&r->rig, 0, GICD_CTLR, 3);
    gicd_set(&r->rig, 0, GICD_IGROUPR + 4, 1 << 8);
    gicd_set(&r->rig, 0, GICD_ISENABLER + 4, 1 << 8);
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        wake(r, cpu);
        gicr_set(r, cpu, 0x10080, 4, 0xffff);
        gicr_set(r, cpu, 0x10100, 4, 0xffff);
        icc_set(r, cpu, ICC_PMR_EL1, 0xff);
        icc_set(r, cpu, ICC_IGRPEN0_EL1, 1);
        icc_set(r, cpu, ICC_IGRPEN1_EL1, 1);
    }
    return r;
}

static void route(struct rig3 *r, unsigned intid, uint64_t to)
{
    rig_write(&r->rig, &r->rig.gic.gicd, 0, 0x6000 + 8 * intid, 8, to);
}

/* The PEs that IRQ is signalled to. */
static uint64_t signalled(const struct rig3 *r)
{
    uint64_t set = 0;
    for (unsigned cpu = 0; cpu < r->rig.gic.dist.cpus; cpu++)
        set |= r->rig.lines[cpu] & LINE_IRQ ? BIT(cpu) : 0;
    return set;
}

/* ---- where registers lie ---- */

/* Of the manual's registers those that an implementation without a second Security state, LPIs, messages and extended
 * ranges has; `first` is the offset of the first one. */
static const struct {
    const char *name;
    unsigned first;
} present[] = {
    {"GICD_CTLR", 0},       {"GICD_TYPER", 0},       {"GICD_IIDR", 0},        {"GICD_IGROUPR", 4},
    {"GICD_ISENABLER", 4},  {"GICD_ICENABLER", 4},   {"GICD_ISPENDR", 4},     {"GICD_ICPENDR", 4},
    {"GICD_ISACTIVER", 4},  {"GICD_ICACTIVER", 4},   {"GICD_IPRIORITYR", 32}, {"GICD_ICFGR", 8},
    {"GICD_IROUTER", 256},  {"GICD_PIDR2", 0},       {"GICR_IIDR", 0},        {"GICR_TYPER", 0},
    {"GICR_WAKER", 0},      {"GICR_PIDR2", 0},       {"GICR_IGROUPR0", 0},    {"GICR_ISENABLER0", 0},
    {"GICR_ICENABLER0", 0}, {"GICR_ISPENDR0", 0},    {"GICR_ICPENDR0", 0},    {"GICR_ISACTIVER0", 0},
    {"GICR_ICACTIVER0", 0}, {"GICR_IPRIORITYR0", 0}, {"GICR_ICFGR0", 0},      {"GICR_ICFGR1", 0},
};

enum { PRESENT = sizeof present / sizeof *present };

static unsigned find_present(const char *name)
{
    unsigned i = 0;
    while (i < PRESENT && strcmp(present[i].name, name))
        i++;
    return i;
}

static void registers_lie_where_the_manual_has_them(void **state)
{
    (void)state;
    char line[128], name[32];
    unsigned offset, seen = 0;
    FILE *file = fopen(REF "/gic_mmio_offsets.csv", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%31[^,],%x", name, &offset) != 2)
            continue; /* the heading */
        const bool gicd = !strncmp(name, "GICD_", 5);
        if (!gicd && strncmp(name, "GICR_", 5))
            continue;
        const unsigned i = find_present(name), first = i < PRESENT ? present[i].first : 0;
        const enum gic_frame frame = gicd               ? GIC_FRAME_GICD_V3
                                     : offset < 0x10000 ? GIC_FRAME_GICR_RD
                                                        : GIC_FRAME_GICR_SGI;
        if (offset < 0x20000 && gic_dist_takes(frame, (offset & 0xffff) + first, 4) != (i < PRESENT))
            fail_msg("%s at %x is %s", name, offset, i < PRESENT ? "absent" : "there");
        seen += i < PRESENT;
    }
    fclose(file);
    assert_int_equal(seen, PRESENT);
}

static void registers_take_the_widths_of_the_manual_and_no_others(void **state)
{
    (void)state;
    struct rig3 *r = rig3_new(2);
    struct gic_face *gicd = &r->rig.gic.gicd;
    rig_write(&r->rig, gicd, 0, 0x6000 + 8 * 40, 8, UINT64_C(0x1200345678));
    rig_write(&r->rig, gicd, 0, 0x6000 + 8 * 40 + 4, 4, 0xffffff34);
    assert_int_equal(rig_read(&r->rig, gicd, 0, 0x6000 + 8 * 40, 8), UINT64_C(0x3400345678));
    assert_int_equal(rig_read(&r->rig, gicd, 0, 0x6000 + 8 * 40, 2), 0);
    rig_write(&r->rig, gicd, 0, GICD_IPRIORITYR + 41, 1, 0x88);
    rig_write(&r->rig, gicd, 0, GICD_IPRIORITYR + 42, 2, 0x9999);
    rig_write(&r->rig, gicd, 0, GICD_IPRIORITYR + 40, 8, UINT64_MAX);
    assert_int_equal(rig_read(&r->rig, gicd, 0, GICD_IPRIORITYR + 40, 4), 0x8800);
    rig_write(&r->rig, gicd, 0, GICD_ISENABLER + 4, 1, 0xff);
    assert_int_equal(rig_read(&r->rig, gicd, 0, GICD_ISENABLER + 4, 4), 0);
    assert_int_equal(gicr(r, 1, 0x8, 8), UINT64_C(0x0000000101000110));
    assert_int_equal(gicr(r, 1, 0xa, 4), 0);
    free(r);
}

static void redistributors_name_the_pes_that_mpidr_names(void **state)
{
    (void)state;
    struct virt *virt = guest_v3(40, true);
    for (unsigned cpu = 0; cpu < 40; cpu++) {
        const struct transaction t = {.size = 8};
        const uint64_t mpidr = virt->cpu[cpu].state.sys[MPIDR_EL1];
        uint64_t typer;
        assert_true(bus_read(&virt->bus, pa(VIRT_GICR + cpu * UINT64_C(0x20000) + 8), t, &typer));
        assert_int_equal(typer >> 32, bits(mpidr, 39, 32) << 24 | bits(mpidr, 23, 0));
        assert_int_equal(bits(typer, 23, 8), cpu);
        assert_int_equal(bit(typer, 4), cpu == 39);
        assert_int_equal(bits(virt->cpu[cpu].state.sys[ID_AA64PFR0_EL1], 27, 24), 1);
    }
    guest_free(virt);
}

static void what_a_pe_has_of_its_own_is_in_its_redistributor_alone(void **state)
{
    (void)state;
    struct rig3 *r = rig3_new(3);
    gicd_set(&r->rig, 1, GICD_ISENABLER, UINT32_MAX);
    gicd_set(&r->rig, 1, GICD_IPRIORITYR, UINT32_MAX);
    gicd_set(&r->rig, 1, GICD_ITARGETSR + 40, UINT32_MAX);
    gicd_set(&r->rig, 1, GICD_SGIR, 2 << 24 | 5);
    gicr_set(r, 2, 0x10100, 4, 0x80000001);
    for (unsigned cpu = 0; cpu < 3; cpu++) {
        assert_int_equal(gicd(&r->rig, cpu, GICD_ISENABLER), 0);
        assert_int_equal(gicd(&r->rig, cpu, GICD_ITARGETSR + 40), 0);
        assert_int_equal(gicr(r, cpu, 0x10100, 4), cpu == 2 ? 0x80000001 : 0);
        assert_int_equal(gicr(r, cpu, 0x10400, 4), 0);
        assert_int_equal(gicr(r, cpu, 0x10200, 4), 0);
    }
    free(r);
}

/* ---- SGIs ---- */

static void sgis_are_disabled_and_made_pending_as_other_interrupts_are(void **state)
{
    (void)state;
    struct rig3 *r = rig3_on(1);
    gicr_set(r, 0, 0x10180, 4, 1 << 3);
    gicr_set(r, 0, 0x10200, 4, 1 << 3);
    assert_int_equal(signalled(r), 0);
    gicr_set(r, 0, 0x10100, 4, 1 << 3);
    assert_int_equal(signalled(r), 1);
    gicr_set(r, 0, 0x10280, 4, 1 << 3);
    assert_int_equal(signalled(r), 0);
    free(r);
}

static void an_sgi_names_pes_of_one_aff1_or_all_but_the_sender(void **state)
{
    (void)state;
    struct rig3 *r = rig3_on(64);
    icc_set(r, 7, ICC_SGI1R_EL1, 5 << 24 | 2 << 16 | 0x8003);
    assert_int_equal(signalled(r), BIT(32) | BIT(33) | BIT(47));
    icc_set(r, 7, ICC_SGI1R_EL1, BIT(40) | 6 << 24);
    assert_int_equal(signalled(r), ~BIT(7));
    assert_int_equal(icc(r, 33, ICC_IAR1_EL1), 5);
    assert_int_equal(icc(r, 33, ICC_IAR1_EL1), GIC_SPURIOUS);
    assert_int_equal(icc(r, 34, ICC_IAR1_EL1), 6);
    assert_int_equal(gicr(r, 33, 0x10200, 4), 1 << 6);
    free(r);
}

static void an_sgi_is_pending_once_whoever_sends_it(void **state)
{
    (void)state;
    struct rig3 *r = rig3_on(3);
    icc_set(r, 0, ICC_SGI1R_EL1, 5 << 24 | 4);
    icc_set(r, 1, ICC_SGI1R_EL1, 5 << 24 | 4);
    assert_int_equal(icc(r, 2, ICC_IAR1_EL1), 5);
    icc_set(r, 2, ICC_EOIR1_EL1, 5);
    assert_int_equal(signalled(r), 0);
    free(r);
}

static void an_sgi_of_the_other_group_is_not_sent(void **state)
{
    (void)state;
    static const struct {
        enum sysreg reg;
        uint8_t line; /* that rises when SGI 2 is of Group 0; of Group 1 */
        uint8_t line1;
    } senders[] = {{ICC_SGI0R_EL1, LINE_FIQ, 0}, {ICC_SGI1R_EL1, 0, LINE_IRQ}, {ICC_ASGI1R_EL1, LINE_FIQ, 0}};
    for (unsigned i = 0; i < 3; i++)
        for (unsigned group1 = 0; group1 < 2; group1++) {
            struct rig3 *r = rig3_on(1);
            gicr_set(r, 0, 0x10080, 4, group1 << 2);
            icc_set(r, 0, senders[i].reg, 2 << 24 | 1);
            assert_int_equal(r->rig.lines[0], group1 ? senders[i].line1 : senders[i].line);
            free(r);
        }
}

/* ---- routing ---- */

static void a_sleeping_pe_is_given_nothing(void **state)
{
    (void)state;
    struct rig3 *r = rig3_on(1);
    gicr_set(r, 0, 0x14, 4, 2);
    assert_int_equal(gicr(r, 0, 0x14, 4), 6);
    icc_set(r, 0, ICC_SGI1R_EL1, 5 << 24 | 1);
    rig_spi(&r->rig, 40, true);
    assert_int_equal(signalled(r), 0);
    assert_int_equal(icc(r, 0, ICC_IAR1_EL1), GIC_SPURIOUS);
    wake(r, 0);
    assert_int_equal(gicr(r, 0, 0x14, 4), 0);
    assert_int_equal(signalled(r), 1);
    free(r);
}

static void an_spi_goes_where_it_is_routed_and_waits_where_nobody_is(void **state)
{
    (void)state;
    struct rig3 *r = rig3_on(40);
    rig_spi(&r->rig, 40, true);
    assert_int_equal(signalled(r), BIT(0));
    route(r, 40, 0x207);
    assert_int_equal(signalled(r), BIT(39));
    route(r, 40, 0x208); /* a 41st PE */
    assert_int_equal(signalled(r), 0);
    route(r, 40, UINT64_C(1) << 32 | 0x207); /* another Aff3 */
    assert_int_equal(signalled(r), 0);
    assert_true(rig_pending(&r->rig, 40));
    route(r, 40, 0x100);
    assert_int_equal(signalled(r), BIT(16));
    free(r);
}

static void an_spi_for_any_pe_goes_to_the_first_one_that_takes_its_group(void **state)
{
    (void)state;
    struct rig3 *r = rig3_on(4);
    route(r, 40, BIT(31) | 3);
    rig_spi(&r->rig, 40, true);
    assert_int_equal(signalled(r), BIT(0));
    icc_set(r, 0, ICC_IGRPEN1_EL1, 0);
    assert_int_equal(signalled(r), BIT(1));
    gicr_set(r, 1, 0x14, 4, 2);
    assert_int_equal(signalled(r), BIT(2));
    icc_set(r, 0, ICC_IGRPEN1_EL1, 1);
    assert_int_equal(signalled(r), BIT(0));
    icc_reset(&r->icc[0], 0);
    assert_int_equal(signalled(r), BIT(2));
    assert_int_equal(icc(r, 2, ICC_IAR1_EL1), 40);
    wake(r, 1);
    assert_int_equal(signalled(r), 0); /* it is active, wherever it would go now */
    rig_spi(&r->rig, 40, false);
    icc_set(r, 2, ICC_EOIR1_EL1, 40);
    gicd_set(&r->rig, 0, GICD_IGROUPR + 4, 0); /* CPU 1 takes Group 0 too; 0 does not, after its reset */
    rig_spi(&r->rig, 40, true);
    assert_int_equal(r->rig.lines[1], LINE_FIQ);
    assert_int_equal(r->rig.lines[0] | r->rig.lines[2] | r->rig.lines[3], 0);
    free(r);
}

/* ---- the CPU interface ---- */

static void priorities_below_the_fifth_bit_mask_and_preempt_nothing(void **state)
{
    (void)state;
    struct rig3 *r = rig3_on(1);
    icc_set(r, 0, ICC_PMR_EL1, 0x8f);
    assert_int_equal(icc(r, 0, ICC_PMR_EL1), 0x88);
    gicr_set(r, 0, 0x10400 + 1, 1, 0x87);
    gicr_set(r, 0, 0x10400 + 2, 1, 0x80);
    icc_set(r, 0, ICC_SGI1R_EL1, 1 << 24 | 1);
    assert_int_equal(icc(r, 0, ICC_IAR1_EL1), 1);
    assert_int_equal(icc(r, 0, ICC_RPR_EL1), 0x80);
    assert_int_equal(icc(r, 0, ICC_AP1R0_EL1), 1 << 16);
    icc_set(r, 0, ICC_SGI1R_EL1, 2 << 24 | 1);
    assert_int_equal(icc(r, 0, ICC_IAR1_EL1), GIC_SPURIOUS);
    gicr_set(r, 0, 0x10400 + 2, 1, 0x7f);
    assert_int_equal(icc(r, 0, ICC_IAR1_EL1), 2);
    free(r);
}

static void the_end_of_one_group_does_not_end_the_other(void **state)
{
    (void)state;
    struct rig3 *r = rig3_on(1);
    icc_set(r, 0, ICC_SGI1R_EL1, 1 << 24 | 1);
    assert_int_equal(icc(r, 0, ICC_IAR1_EL1), 1);
    icc_set(r, 0, ICC_EOIR0_EL1, 1);
    assert_int_equal(icc(r, 0, ICC_RPR_EL1), 0);
    assert_int_equal(gicr(r, 0, 0x10300, 4), 2);
    icc_set(r, 0, ICC_DIR_EL1, 1); /* without EOImode it does nothing */
    assert_int_equal(gicr(r, 0, 0x10300, 4), 2);
    icc_set(r, 0, ICC_EOIR1_EL1, 1);
    assert_int_equal(icc(r, 0, ICC_RPR_EL1), 0xff);
    assert_int_equal(gicr(r, 0, 0x10300, 4), 0);
    free(r);
}

static void looking_at_an_acknowledge_register_acknowledges_nothing(void **state)
{
    (void)state;
    struct rig3 *r = rig3_on(1);
    struct icc_hook hook;
    icc_set(r, 0, ICC_SGI1R_EL1, 4 << 24 | 1);
    assert_true(icc_hook_of(ICC_IAR1_EL1, &hook));
    assert_int_equal(hook.look(&r->icc[0], &r->state, ICC_IAR1_EL1), 4);
    assert_int_equal(signalled(r), 1);
    assert_int_equal(hook.read(&r->icc[0], &r->state, ICC_IAR1_EL1), 4);
    assert_int_equal(signalled(r), 0);
    free(r);
}

/* ---- on the machine ---- */

enum {
    VECTORS = 0x2000,
    VECTOR_IRQ = 0x280,
    MSR_ICC_PMR_X0 = 0xd5184600,
    MSR_IGRPEN1_X0 = 0xd518cce0,
    MRS_X1_ICC_IAR1 = 0xd538cc01,
    MSR_SGI1R_X0 = 0xd518cba0,
    ADD_X2_X2_1 = 0x91000442,
    B_SELF = 0x14000000
};

static void put(struct virt *virt, uint64_t address, uint32_t value)
{
    assert_true(bus_write(&virt->bus, pa(address), value, (struct transaction){.size = 4}));
}

/* SGI 1 of Group 1 is pending for the first CPU of two, interrupts are not masked, and ICC_PMR_EL1 is 0. */
static struct virt *machine(void)
{
    struct virt *virt = guest_v3(2, false);
    put(virt, VIRT_GICD, 2);
    for (unsigned cpu = 0; cpu < 2; cpu++) {
        const uint64_t redistributor = VIRT_GICR + cpu * 0x20000;
        put(virt, redistributor + 0x14, 0);
        put(virt, redistributor + 0x10080, 2);
        put(virt, redistributor + 0x10100, 2);
        virt->cpu[cpu].state.sys[VBAR_EL1] = GUEST_BASE + VECTORS;
        virt->cpu[cpu].state.daif = 0;
        icc_reset(&virt->icc[cpu], 0);
    }
    put(virt, VIRT_GICR + 0x10200, 2);
    guest_code(virt, VECTORS + VECTOR_IRQ, (const uint32_t[]){MRS_X1_ICC_IAR1, B_SELF}, 2);
    return virt;
}

static void an_interrupt_that_a_write_lets_through_comes_before_the_next_instruction(void **state)
{
    (void)state;
    static const uint32_t orders[2][4] = {{MSR_ICC_PMR_X0, MSR_IGRPEN1_X0, ADD_X2_X2_1, B_SELF},
                                          {MSR_IGRPEN1_X0, MSR_ICC_PMR_X0, ADD_X2_X2_1, B_SELF}};
    for (unsigned i = 0; i < 2; i++) {
        struct virt *virt = machine();
        struct state *s = &virt->cpu[0].state;
        guest_code(virt, 0, orders[i], 4);
        s->x[0] = 0xf1;
        guest_step(virt, 3);
        assert_int_equal(s->x[2], 0);
        assert_int_equal(s->x[1], 1);
        assert_int_equal(s->sys[ELR_EL1], GUEST_BASE + 8);
        guest_free(virt);
    }
}

static void the_interface_is_reset_with_its_pe_and_the_redistributor_is_not(void **state)
{
    (void)state;
    struct virt *virt = machine();
    virt->gic.iface[1].pmr = 0xf8;
    virt->gic.iface[1].ctlr |= 2;
    virt->cpu[1].state.wait = WAIT_OFF;
    cluster_power_on(&virt->cluster, 1, GUEST_BASE, 0, 0);
    assert_int_equal(virt->gic.iface[1].pmr, 0);
    assert_false(virt->gic.iface[1].ctlr & 2);
    assert_true(gic_bit(&virt->gic.dist.enabled, 1, 1));
    guest_free(virt);
}

static void a_cpu_that_is_switched_off_is_given_no_interrupt_for_any_pe(void **state)
{
    (void)state;
    struct virt *virt = machine();
    for (unsigned cpu = 0; cpu < 2; cpu++)
        gic_dist_set_taker(&virt->gic.dist, cpu, true, true);
    virt->cpu[0].state.x[0] = 0x84000002; /* CPU_OFF */
    assert_true(psci_call(virt, &virt->cpu[0], false));
    assert_int_equal(virt->cpu[0].state.wait, WAIT_OFF);
    assert_int_equal(virt->gic.dist.taker[1], 1);
    guest_free(virt);
}

static void a_gicv2_machine_has_none_of_these_registers(void **state)
{
    (void)state;
    struct virt *virt = guest_new(true);
    for (unsigned i = 0; i < SYSREG_A64_COUNT; i++)
        if (!strncmp(sysreg_table[sysreg_a64[i].reg].name, "ICC_", 4))
            assert_true(virt->cpu[0].sysreg[i].traps == T(ABSENT));
    assert_int_equal(bits(virt->cpu[0].state.sys[ID_AA64PFR0_EL1], 27, 24), 0);
    guest_free(virt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_lie_where_the_manual_has_them),
        cmocka_unit_test(registers_take_the_widths_of_the_manual_and_no_others),
        cmocka_unit_test(redistributors_name_the_pes_that_mpidr_names),
        cmocka_unit_test(what_a_pe_has_of_its_own_is_in_its_redistributor_alone),
        cmocka_unit_test(sgis_are_disabled_and_made_pending_as_other_interrupts_are),
        cmocka_unit_test(an_sgi_names_pes_of_one_aff1_or_all_but_the_sender),
        cmocka_unit_test(an_sgi_is_pending_once_whoever_sends_it),
        cmocka_unit_test(an_sgi_of_the_other_group_is_not_sent),
        cmocka_unit_test(a_sleeping_pe_is_given_nothing),
        cmocka_unit_test(an_spi_goes_where_it_is_routed_and_waits_where_nobody_is),
        cmocka_unit_test(an_spi_for_any_pe_goes_to_the_first_one_that_takes_its_group),
        cmocka_unit_test(priorities_below_the_fifth_bit_mask_and_preempt_nothing),
        cmocka_unit_test(the_end_of_one_group_does_not_end_the_other),
        cmocka_unit_test(looking_at_an_acknowledge_register_acknowledges_nothing),
        cmocka_unit_test(an_interrupt_that_a_write_lets_through_comes_before_the_next_instruction),
        cmocka_unit_test(the_interface_is_reset_with_its_pe_and_the_redistributor_is_not),
        cmocka_unit_test(a_cpu_that_is_switched_off_is_given_no_interrupt_for_any_pe),
        cmocka_unit_test(a_gicv2_machine_has_none_of_these_registers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
