/* run: el1 el2 */
#include "common/lib.h"

static void irq(void)
{
    const u32 iar = read32(GICC + 0xc);
    show("interrupt", iar);
    write32(GICC + 0x10, iar);
}

void test(void)
{
    on_irq = irq;
    gic_on();
    if (at_el2)
        MSR(hcr_el2, 1u << 31 | 1 << 4); /* IMO */
    ISB();
    write32(GICD + 0xf00, 2u << 24 | 3); /* SGI 3 to this CPU */
    DSB();
    SHOW_REG(isr_el1);
    DO("msr daifclr, #2; isb; msr daifset, #2");
    SHOW_REG(isr_el1);
    print("the end\n");
}
