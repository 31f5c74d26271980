/* The virtual timer: its time begins with the guest, whatever the machine's; its interrupt is linked to the hardware's. */
#include "lib.h"

enum { VTIMER = 27, SECOND = 62500000, TIMES = 5, PERIOD = 500 };

/* CNTPCT less CNTVCT is somewhere between these. */
struct offset {
    u64 least, most;
};

static struct offset offset(void)
{
    const u64 before = MRS(cntpct_el0);
    ISB();
    const u64 virtual = MRS(cntvct_el0);
    ISB();
    const u64 after = MRS(cntpct_el0);
    return (struct offset){before - virtual, after - virtual};
}

/* In WFI, as elsewhere here: who polls may keep the time from going on where it is another thread's. */
static u32 wait_for_it(void)
{
    u32 acked = 1023;
    for (unsigned n = 0; n < 100 && acked == 1023; n++) {
        WFI();
        acked = gic_ack();
    }
    return acked;
}

static void condition(void)
{
    MSR(cntv_ctl_el0, TIMER_ENABLE | TIMER_IMASK);
    MSR(cntv_cval_el0, ~0ul >> 1); /* QEMU adds CNTVOFF, and never ends when the sum wraps */
    ISB();
    check("CNTV_CTL before its time", MRS(cntv_ctl_el0), TIMER_ENABLE | TIMER_IMASK);
    MSR(cntv_tval_el0, 0xffffffff); /* -1 */
    ISB();
    check("CNTV_CTL after its time", MRS(cntv_ctl_el0), TIMER_ENABLE | TIMER_IMASK | TIMER_ISTATUS);
    check("CNTV_CVAL lies before now", MRS(cntv_cval_el0) < MRS(cntvct_el0), 1);
    MSR(cntv_tval_el0, 0x7fffffff);
    ISB();
    check("CNTV_CTL long before its time", MRS(cntv_ctl_el0), TIMER_ENABLE | TIMER_IMASK);
    MSR(cntv_cval_el0, 0);
    ISB();
    check("no interrupt with IMASK", gic_ack(), 1023);
    MSR(cntv_ctl_el0, 0);
    ISB();
}

static void timer_enable(bool on)
{
    MSR(cntv_ctl_el0, on ? TIMER_ENABLE : 0);
    ISB();
}

static void once(void)
{
    check("the timer's interrupt", wait_for_it(), VTIMER);
    CALL1(CALL_YIELD, 0); /* active while others run */
    check("not while it is active", gic_ack(), 1023);
}

/* EOI deactivates the physical interrupt too: it comes again while the condition holds. (On QEMU's GICv2 it does when
 * something else makes it look at its lines; there we do not insist.) */
static void linked(void)
{
    MSR(cntv_cval_el0, MRS(cntvct_el0));
    timer_enable(true);
    once();
    gic_eoi(VTIMER);
    const bool again = gic_wait() == VTIMER;
    if (gic_version == 3)
        check("the interrupt comes again while its line is high", again, 1);
    timer_enable(false);
    if (again || gic_wait() == VTIMER) /* it may have been on its way */
        gic_eoi(VTIMER);
    for (u64 n = 0; n < 4; n++) {
        check("not when it is off", gic_ack(), 1023);
        timer_enable(true);
        once();
        timer_enable(false);
        gic_eoi(VTIMER);
    }
    check("not when it is off", gic_ack(), 1023);
}

static volatile u64 taken;

static void handler(void)
{
    const u32 acked = gic_ack();
    check("the interrupt", acked, VTIMER);
    taken++;
    timer_enable(false);
    gic_eoi(acked);
    if (taken == TIMES)
        return;
    MSR(cntv_tval_el0, PERIOD);
    timer_enable(true);
}

static void periodic(void)
{
    on_irq = handler;
    const u64 begin = MRS(cntvct_el0);
    MSR(cntv_tval_el0, PERIOD);
    timer_enable(true);
    while (taken < TIMES) {
        WFI(); /* with interrupts masked: none is lost between the question and the wait */
        IRQ_UNMASK();
        ISB();
        IRQ_MASK();
    }
    check("interrupts of a period", taken, TIMES);
    check("they took their time", MRS(cntvct_el0) - begin >= TIMES * PERIOD, 1);
}

int main(void)
{
    const struct offset begin = offset();
    check("CNTFRQ_EL0", MRS(cntfrq_el0), SECOND);
    check("time begins with the guest", MRS(cntvct_el0) < SECOND, 1);
    gic_on();
    gic_enable(VTIMER, 0x40, false);
    condition();
    linked();
    periodic();
    const struct offset end = offset();
    check("the offset stays", begin.least <= end.most && end.least <= begin.most, 1);
    return 0;
}
