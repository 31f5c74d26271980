/* run: el1 el2 */
#include "common/lib.h"

static u64 at_el1(void)
{
    DO("svc #0x123");
    DO("brk #0x456");
    DO("hvc #0x789"); /* to EL2 */
    return 0x11;
}

void test(void)
{
    DO("svc #1");
    DO("svc #0xffff");
    DO("brk #2");
    DO("msr daifclr, #0xf; svc #3; msr daifset, #0xf"); /* PSTATE.DAIF in SPSR */
    DO("cmp xzr, xzr; svc #4");                         /* NZCV */
    if (!at_el2)
        return;
    DO("hvc #5"); /* from EL2 to EL2 */
    show("returned", at_level(EL1H, at_el1));
    show("returned", at_level(EL1T, at_el1));
}
