/* run: el1 el2 */
#include "common/lib.h"

static u64 at_el0(void)
{
    DO(".inst 0x00000000");
    DO("msr sctlr_el1, xzr");
    DO("mrs x0, esr_el1");
    DO("hvc #1");
    DO("eret");
    return 0;
}

static u64 at_el1(void)
{
    DO("mrs x0, hcr_el2");
    DO("msr vbar_el2, x0");
    DO("tlbi alle2");
    return at_level(EL0T, at_el0);
}

void test(void)
{
    DO(".inst 0x00000000");       /* UDF */
    DO(".inst 0xffffffff");       /* unallocated */
    DO(".inst 0xb8200000");       /* LDADD: Armv8.1 */
    DO(".inst 0xdac103e0");       /* XPACI: Armv8.3 */
    DO("mrs x0, s3_0_c15_c15_7"); /* no such register */
    DO("msr s3_3_c4_c2_7, x0");
    DO(".inst 0xd69f0bff"); /* ERETAA */
    if (at_el2)
        at_level(EL1H, at_el1);
    else
        at_level(EL0T, at_el0);
}
