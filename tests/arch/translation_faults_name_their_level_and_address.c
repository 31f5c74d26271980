/* run: el1 el2 */
#include "common/lib.h"

/* Calls what cannot be fetched: the exception's handler goes on at the return address. */
static void call(u64 address)
{
    DO_WITH(address, "adr x1, 1f; ldr x2, =recover; str x1, [x2]; br %0; 1:");
}

void test(void)
{
    tables_build(0);
    mmu_on();
    write32(WINDOW + 0x2000ul, 0x1234);
    show("before", read32(WINDOW + 0x2000ul));
    tables_map(WINDOW + 0x2000ul, 0); /* level 3 */
    tlb_flush();
    read32(WINDOW + 0x2000ul);
    write32(WINDOW + 0x2ffcul, 1);
    read32(0x80000000ul);   /* level 1 */
    read32(0x8000000000ul); /* above TTBR0's range */
    DO_WITH(WINDOW + 0x2040ul, "dc civac, %0");
    tables_map(WINDOW + 0x2000ul, (WINDOW + 0x3000ul) | PAGE_MEMORY | PAGE_READ_ONLY);
    tlb_flush();
    show("read-only", read32(WINDOW + 0x2000ul));
    write32(WINDOW + 0x2000ul, 2);
    tables_map(WINDOW + 0x2000ul, (WINDOW + 0x3000ul) | (PAGE_MEMORY & ~(u64)PAGE_AF)); /* access flag */
    tlb_flush();
    read32(WINDOW + 0x2000ul);
    tables_map(WINDOW + 0x2000ul, (WINDOW + 0x3000ul) | PAGE_MEMORY | PAGE_XN);
    tlb_flush();
    call(WINDOW + 0x2000ul);
    call(0x80000000ul);
    mmu_off();
}
