/* Without list registers: a modelled controller whose lines are HCR_EL2.VI and VF, and HCR_EL2.VSE for an SError. */
#include "lib.h"

static u64 irqs, fiqs, serrors, serror_esr;

static void irq(void)
{
    irqs++;
    write32(GUEST_PIC + PIC_ACK, 1);
}

static void fiq(void)
{
    fiqs++;
    write32(GUEST_PIC + PIC_ACK, 2);
}

static void serror(void)
{
    serrors++;
    serror_esr = MRS(esr_el1);
}

int main(void)
{
    on_irq = irq;
    on_fiq = fiq;
    on_serror = serror;
    write32(GUEST_PIC + PIC_FAST, 2);
    write32(GUEST_PIC + PIC_PENDING, 3);
    check("ISR_EL1 with nothing enabled", MRS(isr_el1), 0);
    write32(GUEST_PIC + PIC_ENABLE, 3);
    check("ISR_EL1 with both lines high", MRS(isr_el1), 0xc0);
    check("nothing is taken when masked", irqs + fiqs, 0);
    ASM("msr daifclr, #1; isb");
    check("FIQs that have been taken", fiqs, 1);
    check("no IRQ with them", irqs, 0);
    ASM("msr daifclr, #2; isb; msr daifset, #3");
    check("IRQs that have been taken", irqs, 1);
    check("ISR_EL1 when both are low again", MRS(isr_el1), 0);
    write32(GUEST_PIC + PIC_PENDING, 1);
    ASM("wfi"); /* a line that is high does not let it wait */
    ASM("msr daifclr, #3; isb; msr daifset, #3");
    check("and once more", irqs, 2);
    CALL1(CALL_SERROR, 0);
    check("ISR_EL1.A", MRS(isr_el1), 0x100);
    check("no SError when masked", serrors, 0);
    ASM("msr daifclr, #4; isb; msr daifset, #4");
    check("SErrors that have been taken", serrors, 1);
    check("its syndrome", serror_esr, 0xbe000000);
    check("it is no longer pending", MRS(isr_el1), 0);
    return 0;
}
