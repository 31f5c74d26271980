/* run: el1 el2 */
#include "common/lib.h"

static volatile u32 taken;

static void irq(void)
{
    const u32 iar = read32(GICC + 0xc);
    show("interrupt", iar);
    if (at_el2)
        MSR(cnthp_ctl_el2, 0);
    MSR(cntp_ctl_el0, 0);
    MSR(cntv_ctl_el0, 0);
    ISB();
    write32(GICC + 0x10, iar);
    taken++;
}

static void wait(void)
{
    const u32 before = taken;
    DO("msr daifclr, #2");
    while (taken == before)
        DO("wfi");
    DO("msr daifset, #2");
}

void test(void)
{
    MSR(cntv_cval_el0, -1ul);
    MSR(cntv_ctl_el0, 1);
    ISB();
    SHOW_REG(cntv_ctl_el0);
    MSR(cntv_cval_el0, 0);
    ISB();
    SHOW_REG(cntv_ctl_el0);
    MSR(cntv_ctl_el0, 3); /* masked: ISTATUS still tells */
    ISB();
    SHOW_REG(cntv_ctl_el0);
    MSR(cntv_ctl_el0, 0);
    ISB();

    on_irq = irq;
    gic_on();
    write32(GICD + 0x100, 1u << 26 | 1u << 27 | 1u << 30);
    if (at_el2)
        MSR(hcr_el2, 1u << 31 | 1 << 4); /* IMO */
    ISB();
    MSR(cntv_tval_el0, 100);
    MSR(cntv_ctl_el0, 1);
    wait();
    MSR(cntp_tval_el0, 100);
    MSR(cntp_ctl_el0, 1);
    wait();
    if (at_el2) {
        MSR(cnthp_tval_el2, 100);
        MSR(cnthp_ctl_el2, 1);
        wait();
    }
    show("taken", taken);
}
