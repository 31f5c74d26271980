/* run: el2 */
#include "common/lib.h"

static void irq(void)
{
    show("virtual IRQ at EL", MRS(CurrentEL));
    SHOW_REG(isr_el1);
    DO("hvc #1"); /* EL2 takes HCR_EL2.VI away */
}

static u64 guest(void)
{
    SHOW_REG(isr_el1);
    DO("msr daifclr, #2; isb; msr daifset, #2");
    SHOW_REG(isr_el1);
    return 0;
}

void test(void)
{
    on_irq = irq;
    MSR(hcr_el2, 1ul << 31 | 1 << 4 | 1 << 7); /* IMO, VI */
    ISB();
    SHOW_REG(isr_el1); /* at EL2: the physical one */
    DO("msr daifclr, #2; isb; msr daifset, #2");
    (void)guest;
    print("the end\n");
}
