/* TLB invalidation for a guest that is not the present context. Stage 2 belongs to a VMID: it is that of VTTBR_EL2, for the
 * time of the instruction. All CPUs hear it. */
#include "hyp.h"

u64 hyp_flush_ipa(u64 vttbr, u64 ipa)
{
    DSB(); /* the descriptor is written */
    MSR(vttbr_el2, vttbr);
    ISB();
    /* Stage 2 by its address; then what combines both stages, which may be kept by virtual address alone. */
    __asm__ volatile("tlbi ipas2e1is, %0; dsb ish; tlbi vmalle1is; dsb ish; isb" ::"r"(ipa >> 12) : "memory");
    MSR(vttbr_el2, 0);
    ISB();
    return 0;
}

u64 hyp_flush_vm(u64 vttbr)
{
    DSB();
    MSR(vttbr_el2, vttbr);
    ISB();
    ASM("tlbi vmalls12e1is; dsb ish; isb");
    MSR(vttbr_el2, 0);
    ISB();
    return 0;
}

u64 hyp_flush_all(void)
{
    ASM("dsb sy; tlbi alle1is; ic ialluis; dsb ish; isb");
    return 0;
}
