/* run: el1 el2 */
#include "common/lib.h"

static u64 cell[4] __attribute__((aligned(64)));

static void accesses(const char *when)
{
    print(when);
    print("\n");
    DO_WITH((u64)cell + 1, "ldr x1, [%0]");
    DO_WITH((u64)cell + 4, "str w1, [%0]");
    DO_WITH((u64)cell + 2, "strh w1, [%0, #1]");
    DO_WITH((u64)cell + 4, "ldp x1, x2, [%0]");
    DO_WITH((u64)cell + 8, "ldp x1, x2, [%0]");
}

void test(void)
{
    accesses("MMU off: Device memory");
    tables_build(0);
    mmu_on();
    accesses("Normal memory");
    if (at_el2)
        MSR(sctlr_el2, MRS(sctlr_el2) | 2);
    else
        MSR(sctlr_el1, MRS(sctlr_el1) | 2);
    ISB();
    accesses("SCTLR.A");
    mmu_off();
}
