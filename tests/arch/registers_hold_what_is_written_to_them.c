/* run: el1 el2 */
#include "common/lib.h"

#define HOLD(reg)                               \
    do {                                        \
        MSR(reg, UINT64_C(0x123456789abcdef0)); \
        SHOW_REG(reg);                          \
    } while (0)

void test(void)
{
    HOLD(tpidr_el0);
    HOLD(tpidrro_el0);
    HOLD(tpidr_el1);
    HOLD(elr_el1);
    HOLD(sp_el0);
    HOLD(far_el1);
    HOLD(ttbr0_el1);
    HOLD(ttbr1_el1);
    HOLD(mair_el1);
    HOLD(contextidr_el1);
    HOLD(nzcv);
    HOLD(cntv_cval_el0);
    MSR(tpidr_el0, 0);
    if (!at_el2)
        return;
    HOLD(tpidr_el2);
    HOLD(elr_el2);
    HOLD(far_el2);
    HOLD(mair_el2);
    HOLD(vttbr_el2);
    HOLD(hpfar_el2);
    HOLD(cntvoff_el2);
    HOLD(sp_el1);
}
