/* run: el1 el2 */
#include "common/lib.h"

/* Returns to the next line with this SPSR, and says what the next instruction did. */
static void return_with(u64 spsr)
{
    show("ERET with", spsr);
    if (at_el2)
        DO_WITH(spsr, "adr x1, 1f; msr elr_el2, x1; msr spsr_el2, %0; adr x1, 2f; ldr x2, =recover; str x1, [x2]; "
                      "eret; 1: nop; 2:");
    else
        DO_WITH(spsr, "adr x1, 1f; msr elr_el1, x1; msr spsr_el1, %0; adr x1, 2f; ldr x2, =recover; str x1, [x2]; "
                      "eret; 1: nop; 2:");
    recover = 0;
    /* the handler has returned with IL still in SPSR: clear it for what follows */
}

void test(void)
{
    return_with(0x3cd);                             /* EL3 */
    return_with(0x3c2);                             /* M[1] */
    return_with(at_el2 ? 0x3ca : 0x3c9);            /* M[1]; a higher EL */
    return_with(0x3c1);                             /* EL0 with SP_EL0 only */
    return_with(0x200003c5ul | (at_el2 ? 0xc : 0)); /* C set; legal at EL1, not at EL2 */
}
