/* run: el2 */
#include "common/lib.h"

static u64 stage2_1[512] __attribute__((aligned(4096))), stage2_2[512] __attribute__((aligned(4096)));

enum { S2_MEMORY = 0x7c0 | 0x3c | 1 }; /* AF, inner shareable, read and write, Normal write-back, a block */

#define FP(address, text) DO_WITH(address, ".arch armv8-a+fp+simd\n" text)

/* ISV is 0: whoever emulates them has to read the instruction. */
static void vectors(u64 address)
{
    MSR(cpacr_el1, 3ul << 20);
    ISB();
    FP(address, "str b0, [%0]");
    FP(address, "ldr d0, [%0]");
    FP(address, "ldr q0, [%0], 16");
    FP(address, "stp q0, q1, [%0, -32]");
    FP(address, "ld3r {v0.2s, v1.2s, v2.2s}, [%0]");
    FP(address, "st1 {v0.h}[3], [%0]");
}

static u64 guest(void)
{
    write32(0x48000000ul, 0x55);
    show("guest reads", read32(0x48000000ul));
    read32(0x50001234ul);
    write32(0x50005678ul, 1);
    read32(0x52000010ul);
    write32(0x52000010ul, 2);
    read32(0x80000000ul);
    vectors(0x50001230ul);
    vectors(0x52000010ul);
    DO_WITH(0x50000000, "adr x1, 1f; ldr x2, =recover; str x1, [x2]; br %0; 1:");
    tables_build(0);
    mmu_on();
    read32(0x50001234ul);
    tables_map(WINDOW + 0x3000ul, 0x50003000ul | PAGE_MEMORY);
    tlb_flush();
    read32(WINDOW + 0x3008ul);
    mmu_off();
    return 0x77;
}

void test(void)
{
    stage2_1[0] = 0 | 0x7c0 | 4 | 1; /* Device */
    stage2_1[1] = (u64)stage2_2 | 3;
    for (u64 i = 0; i < 512; i++)
        stage2_2[i] = (0x40000000 + (i << 21)) | S2_MEMORY;
    stage2_2[0x80] = 0;                                /* 0x50000000: a translation fault */
    stage2_2[0x90] = 0x52000000 | (S2_MEMORY & ~0x80); /* read-only */
    MSR(vtcr_el2, 25ul | 1 << 6 | 1 << 8 | 1 << 10 | 3 << 12 | 2 << 16 | 1ul << 31);
    MSR(vttbr_el2, (u64)stage2_1 | 1ul << 48);
    MSR(hcr_el2, 1ul << 31 | 1);
    ISB();
    DO("tlbi vmalls12e1; dsb sy; isb");
    show("returned", at_level(EL1H, guest));
    SHOW_REG(hpfar_el2);
    SHOW_REG(far_el2);
}
