/* run: el1 el2
   gic: 3 */
#include "common/lib.h"

static void priority(u32 intid, uint8_t value)
{
    *(volatile uint8_t *)(GICR + 0x10400 + intid) = value;
}

static void group1(u32 set)
{
    write32(GICR + 0x10080, set);
}

static void send(u32 intid, bool to_group1)
{
    if (to_group1)
        MSR(icc_sgi1r_el1, (u64)intid << 24 | 1);
    else
        MSR(icc_sgi0r_el1, (u64)intid << 24 | 1);
    ISB();
}

static void state(const char *what)
{
    print(what);
    print(": ");
    print_hex(MRS(icc_rpr_el1));
    print_hex((u64)read32(GICR + 0x10300) << 32 | read32(GICR + 0x10200)); /* active, pending */
    print_hex(MRS(icc_ap0r0_el1) << 32 | MRS(icc_ap1r0_el1));
    print_hex(MRS(icc_hppir0_el1) << 32 | MRS(icc_hppir1_el1));
    print(" isr ");
    print_hex(MRS(isr_el1));
    print("\n");
}

/* SGI 1 at `low` is active; whether SGI 2 at `high` preempts it. */
static void preempts(u32 point, uint8_t low, uint8_t high)
{
    MSR(icc_bpr1_el1, point);
    priority(1, low);
    priority(2, high);
    send(1, true);
    show("first", MRS(icc_iar1_el1));
    send(2, true);
    const u32 second = MRS(icc_iar1_el1);
    show("second", second);
    state("both");
    if (second == 2)
        MSR(icc_eoir1_el1, 2);
    MSR(icc_eoir1_el1, 1);
    if (second != 2) {
        show("afterwards", MRS(icc_iar1_el1));
        MSR(icc_eoir1_el1, 2);
    }
    state("none");
}

static void ends(void)
{
    MSR(icc_ctlr_el1, 2);
    SHOW_REG(icc_ctlr_el1);
    priority(3, 0x50);
    send(3, true);
    show("split", MRS(icc_iar1_el1));
    state("acknowledged");
    MSR(icc_eoir0_el1, 3); /* the other group's: nothing */
    state("wrong end");
    MSR(icc_eoir1_el1, 3);
    state("dropped");
    send(3, true);
    state("pending and active");
    MSR(icc_dir_el1, 3);
    state("deactivated");
    show("again", MRS(icc_iar1_el1));
    MSR(icc_eoir1_el1, 3);
    MSR(icc_dir_el1, 3);
    MSR(icc_ctlr_el1, 0);
    state("the end");
}

static void groups(void)
{
    group1(0xfff0);
    priority(1, 0x80);
    priority(8, 0x40);
    send(1, false);
    state("group 0");
    send(8, true);
    state("group 1 above it");
    show("iar0", MRS(icc_iar0_el1));
    show("iar1", MRS(icc_iar1_el1));
    show("iar0", MRS(icc_iar0_el1));
    MSR(icc_eoir1_el1, 8);
    show("iar0", MRS(icc_iar0_el1));
    state("group 0 active");
    MSR(icc_eoir0_el1, 1);
    send(1, true); /* it is not of that group */
    state("nothing");
    MSR(icc_asgi1r_el1, 1 << 24 | 1);
    state("by ASGI1R");
    MSR(icc_igrpen0_el1, 0);
    state("group 0 off");
    MSR(icc_igrpen0_el1, 1);
    MSR(icc_pmr_el1, 0x80);
    state("masked");
    show("iar0", MRS(icc_iar0_el1));
    MSR(icc_pmr_el1, 0x87);
    SHOW_REG(icc_pmr_el1);
    MSR(icc_pmr_el1, 0x88);
    show("iar0", MRS(icc_iar0_el1));
    MSR(icc_eoir0_el1, 1);
    state("the end");
}

static void points(void)
{
    MSR(icc_ctlr_el1, 1);
    for (u32 i = 0; i < 8; i++) {
        MSR(icc_bpr0_el1, i);
        MSR(icc_bpr1_el1, 7);
        show("bpr", MRS(icc_bpr0_el1) << 32 | MRS(icc_bpr1_el1));
    }
    MSR(icc_ctlr_el1, 0);
    for (u32 i = 0; i < 8; i++) {
        MSR(icc_bpr1_el1, i);
        show("bpr", MRS(icc_bpr0_el1) << 32 | MRS(icc_bpr1_el1));
    }
}

void test(void)
{
    gic_v3_on();
    MSR(icc_igrpen0_el1, 1);
    write32(GICR + 0x10100, 0xffff);
    group1(0xffff);
    for (u32 point = 0; point < 8; point++) {
        preempts(point, 0xa0, 0x98);
        preempts(point, 0xa0, 0x60);
        preempts(point, 0xa7, 0xa0);
    }
    MSR(icc_bpr1_el1, 0);
    ends();
    groups();
    points();
}
