/* run: el1 el2 */
#include "common/lib.h"

void test(void)
{
    DO_WITH(0x40200002, "adr x1, 1f; ldr x2, =recover; str x1, [x2]; br %0; 1:");
    if (at_el2)
        MSR(sctlr_el2, MRS(sctlr_el2) | 1 << 3);
    else
        MSR(sctlr_el1, MRS(sctlr_el1) | 1 << 3);
    ISB();
    /* SP_EL0, so that the handler's stack stays good */
    DO("msr spsel, #0; mov x0, #0x40000000; add sp, x0, #8; ldr x1, [sp]; msr spsel, #1");
    print("the end\n");
}
