/* run: el1. Memory that moves without a TLBI, between two address spaces: QEMU drops all translations at each change of ASID,
 * hardware keeps what it is not told to forget. */
#include "common/lib.h"

enum { NOT_GLOBAL = 1 << 11, PAGE_A = WINDOW + 0x10000, PAGE_B = WINDOW + 0x11000 };

static void enter_space(u64 asid)
{
    MSR(ttbr0_el1, (MRS(ttbr0_el1) & ~(0xfffful << 48)) | asid << 48);
    ISB();
}

static u64 through(u64 page)
{
    tables_map(WINDOW, page | PAGE_MEMORY | NOT_GLOBAL);
    enter_space(2);
    enter_space(1);
    return read32(WINDOW);
}

void test(void)
{
    tables_build(0);
    mmu_on();
    write32(PAGE_A, 0xa);
    write32(PAGE_B, 0xb);
    enter_space(1);
    show("first", through(PAGE_A));
    show("moved without a TLBI", through(PAGE_B));
    DO("dsb sy; tlbi vmalle1; dsb sy; isb");
    show("after a TLBI", through(PAGE_B));
}
