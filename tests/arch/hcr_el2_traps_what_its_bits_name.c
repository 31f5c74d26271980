/* run: el2 */
#include "common/lib.h"

static u64 guest(void)
{
    MSR(sctlr_el1, 0x30d00800); /* TVM */
    MSR(ttbr0_el1, 0);
    MSR(contextidr_el1, 0);
    (void)MRS(sctlr_el1); /* TRVM */
    (void)MRS(mair_el1);
    DO("sev; wfe");                      /* TWE: not when the event register is set */
    DO("wfi");                           /* TWI */
    DO("smc #7");                        /* TSC */
    (void)MRS(actlr_el1);                /* TACR */
    (void)MRS(id_aa64pfr0_el1);          /* TID3 */
    (void)MRS(ctr_el0);                  /* TID2 */
    (void)MRS(aidr_el1);                 /* TID1 */
    DO("tlbi vmalle1");                  /* TTLB */
    DO("ic iallu");                      /* TPU */
    DO_WITH(0x48000000, "dc civac, %0"); /* TPC */
    DO_WITH(0, "dc isw, %0");            /* TSW */
    return 0;
}

static u64 zeroing_guest(void) /* only when trapped: with the MMU off memory is Device memory */
{
    DO_WITH(0x48000000, "dc zva, %0"); /* TDZ */
    return guest();
}

void test(void)
{
    for (unsigned bit = 0; bit < 32; bit++) {
        if (!(1u << bit & 0x57fee000)) /* TWI, TWE, TID0-3, TSC, TIDCP, TACR, TSW, TPC, TPU, TTLB, TVM, TRVM, TDZ */
            continue;
        show("HCR_EL2 bit", bit);
        MSR(hcr_el2, 1ul << 31 | 1u << bit | 1u << 13); /* TWI too: WFI would wait for ever */
        ISB();
        at_level(EL1H, bit == 28 ? zeroing_guest : guest);
    }
}
