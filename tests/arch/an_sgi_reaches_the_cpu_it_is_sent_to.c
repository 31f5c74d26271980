/* run: el1 el2
   smp: 2 */
#include "common/lib.h"

static volatile u32 received, ready;

static void irq(void)
{
    const u32 iar = read32(GICC + 0xc);
    show("interrupt", iar);
    show("on CPU", MRS(mpidr_el1));
    write32(GICC + 0x10, iar);
    received = 1;
    DSB();
    DO("sev");
}

static void other(void)
{
    write32(GICC + 4, 0xff);
    write32(GICC, 1);
    if (at_el2)
        MSR(hcr_el2, 1u << 31 | 1 << 4);
    ISB();
    ready = 1;
    DSB();
    DO("sev; msr daifclr, #2");
    for (;;)
        DO("wfi");
}

void test(void)
{
    on_irq = irq;
    gic_on();
    start_cpu(1, other);
    while (!ready)
        DO("wfe");
    write32(GICD + 0xf00, 2u << 16 | 5); /* SGI 5 to CPU 1 */
    while (!received)
        DO("wfe");
    print("the end\n");
}
