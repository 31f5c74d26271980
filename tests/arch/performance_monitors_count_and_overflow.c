/* run: el1 el2 */
#include "common/lib.h"

static volatile u32 taken;

static void irq(void)
{
    const u32 iar = read32(GICC + 0xc);
    show("interrupt", iar);
    SHOW_REG(pmovsset_el0);
    MSR(pmovsclr_el0, 1u << 31 | 1);
    ISB();
    write32(GICC + 0x10, iar);
    taken++;
}

/* What can be written. */
#define MASK(reg)       \
    do {                \
        MSR(reg, ~0ul); \
        ISB();          \
        SHOW_REG(reg);  \
        MSR(reg, 0);    \
    } while (0)

static void masks(void)
{
    SHOW_REG(pmcr_el0);
    MASK(pmselr_el0);
    MASK(pmuserenr_el0);
    MASK(pmccfiltr_el0);
    MASK(pmevtyper0_el0);
    MASK(pmevcntr5_el0);
    MASK(pmccntr_el0);
    MSR(pmcntenset_el0, ~0ul);
    SHOW_REG(pmcntenclr_el0);
    MSR(pmcntenclr_el0, 0x8000000fu);
    SHOW_REG(pmcntenset_el0);
    MSR(pmcntenclr_el0, ~0ul);
    MSR(pmintenset_el1, ~0ul);
    SHOW_REG(pmintenclr_el1);
    MSR(pmintenclr_el1, ~0ul);
    MSR(pmovsset_el0, ~0ul);
    SHOW_REG(pmovsclr_el0);
    MSR(pmovsclr_el0, ~0ul);
    SHOW_REG(pmovsset_el0);
    MSR(pmselr_el0, 31); /* PMXEVTYPER_EL0 is PMCCFILTR_EL0 */
    ISB();
    MSR(pmxevtyper_el0, 1u << 31);
    SHOW_REG(pmccfiltr_el0);
    MSR(pmccfiltr_el0, 0);
}

static void software_increments(void)
{
    const u64 el2_too = 1u << 27; /* NSH */
    MSR(pmevtyper0_el0, el2_too);
    MSR(pmevtyper1_el0, el2_too);
    MSR(pmevcntr0_el0, 0xffffffff);
    MSR(pmevcntr1_el0, 7);
    MSR(pmcntenset_el0, 1);
    MSR(pmcr_el0, 1);
    ISB();
    MSR(pmswinc_el0, 3);
    ISB();
    SHOW_REG(pmevcntr0_el0);
    SHOW_REG(pmevcntr1_el0);
    SHOW_REG(pmovsclr_el0);
    MSR(pmcr_el0, 3); /* P */
    ISB();
    SHOW_REG(pmevcntr1_el0);
    MSR(pmovsclr_el0, ~0ul);
}

static void cycles(void)
{
    MSR(pmccfiltr_el0, 1u << 27);
    MSR(pmcr_el0, 1 | 4);
    MSR(pmcntenset_el0, 1u << 31);
    ISB();
    const u64 one = MRS(pmccntr_el0);
    ISB();
    show("goes on", MRS(pmccntr_el0) > one);
    MSR(pmcr_el0, 0);
    ISB();
    const u64 stopped = MRS(pmccntr_el0);
    ISB();
    show("stands still", MRS(pmccntr_el0) == stopped);
    MSR(pmccntr_el0, 0xffff0000); /* overflows after 65536 cycles */
    MSR(pmintenset_el1, 1u << 31);
    MSR(pmcr_el0, 1);
    ISB();
    DO("msr daifclr, #2");
    while (!taken)
        ;
    DO("msr daifset, #2");
    show("above 32 bits", MRS(pmccntr_el0) >> 32);
}

void test(void)
{
    on_irq = irq;
    gic_on();
    write32(GICD + 0x100, 1u << 23);
    if (at_el2) {
        MSR(hcr_el2, 1u << 31 | 1 << 4); /* IMO */
        SHOW_REG(mdcr_el2);
    }
    ISB();
    masks();
    software_increments();
    cycles();
    if (!at_el2)
        return;
    MASK(mdcr_el2);
    MSR(mdcr_el2, 4);
    ISB();
    SHOW_REG(pmcr_el0);
}
