/* Has nothing to do but to wait for its timer. */
#include "lib.h"

enum { TIMES = 5, TICKS = 3000, VTIMER = 27 };

int main(void)
{
    gic_on();
    gic_enable(VTIMER, 0x40, false);
    for (u64 n = 0; n < TIMES; n++) {
        const u64 until = MRS(cntvct_el0) + TICKS;
        MSR(cntv_cval_el0, until);
        MSR(cntv_ctl_el0, TIMER_ENABLE);
        ISB();
        u32 acked = 1023;
        for (u64 waits = 0; acked == 1023 && waits < 100; waits++) {
            WFI();
            acked = gic_ack();
        }
        check("what has ended the wait", acked, VTIMER);
        check("not before its time", MRS(cntvct_el0) >= until, 1);
        MSR(cntv_ctl_el0, 0);
        ISB();
        gic_eoi(acked);
        check("once for each time", gic_ack(), 1023);
    }
    return 0;
}
