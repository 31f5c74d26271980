/* run: el1 el2
   gic: 3
   smp: 4 */
#include "common/lib.h"

static volatile u32 received[4], ready;

static void irq(void)
{
    const u32 cpu = MRS(mpidr_el1) & 0xff, intid = MRS(icc_iar1_el1);
    received[cpu] = received[cpu] << 8 | intid;
    MSR(icc_eoir1_el1, intid);
    DSB();
    DO("sev");
}

static void take_interrupts(void)
{
    gic_v3_on();
    write32(GICR + (MRS(mpidr_el1) & 0xff) * 0x20000 + 0x10080, 0xffffffff);
    write32(GICR + (MRS(mpidr_el1) & 0xff) * 0x20000 + 0x10100, 0xffff);
    if (at_el2)
        MSR(hcr_el2, 1u << 31 | 1 << 4);
    ISB();
    DO("msr daifclr, #2");
}

static void other(void)
{
    take_interrupts();
    ready++;
    DSB();
    DO("sev");
    for (;;)
        DO("wfi");
}

/* Waits until these have arrived, and shows what all have. */
static void wait_for(u32 a, u32 b, u32 c, u32 d)
{
    while (received[0] != a || received[1] != b || received[2] != c || received[3] != d)
        DO("wfe");
    for (u32 i = 0; i < 4; i++)
        show("received", received[i]);
}

void test(void)
{
    on_irq = irq;
    take_interrupts();
    for (u32 i = 1; i < 4; i++) {
        start_cpu(i, other);
        while (ready != i)
            DO("wfe");
    }
    MSR(icc_sgi1r_el1, 5 << 24 | 0xa);
    wait_for(0, 5, 0, 5);
    MSR(icc_sgi1r_el1, 6 << 24 | 0xfff5);
    wait_for(6, 5, 6, 5);
    MSR(icc_sgi1r_el1, UINT64_C(1) << 40 | 7 << 24 | 1); /* all others */
    wait_for(6, 0x507, 0x607, 0x507);
    MSR(icc_sgi1r_el1, 8 << 24 | 1 << 16 | 0xf); /* another Aff1: nobody */
    MSR(icc_sgi1r_el1, UINT64_C(9) << 48 | 8 << 24 | 0xf);
    MSR(icc_sgi0r_el1, 8 << 24 | 0xf); /* the other group */
    MSR(icc_sgi1r_el1, 9 << 24 | 2);
    wait_for(6, 0x50709, 0x607, 0x507);

    /* an SPI, routed to CPU 2 and then to CPU 3 */
    write32(GICD + 0x84, 1u << 9);
    *(volatile u64 *)(GICD + 0x6000 + 8 * 41) = 2;
    write32(GICD + 0x104, 1u << 9);
    write32(GICD + 0x204, 1u << 9);
    wait_for(6, 0x50709, 0x60729, 0x507);
    *(volatile u64 *)(GICD + 0x6000 + 8 * 41) = 0x100; /* to nobody */
    write32(GICD + 0x204, 1u << 9);
    show("pending", read32(GICD + 0x204));
    *(volatile u64 *)(GICD + 0x6000 + 8 * 41) = 3;
    wait_for(6, 0x50709, 0x60729, 0x50729);
    show("pending", read32(GICD + 0x204));
}
