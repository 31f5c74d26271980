/* run: el1 el2 */
#include "common/lib.h"

void test(void)
{
    if (at_el2)
        MSR(cptr_el2, 0x33ff);
    MSR(cpacr_el1, 3ul << 20);
    ISB();
    SHOW_REG(fpcr);
    SHOW_REG(fpsr);
    MSR(fpcr, 0x07c00000);
    MSR(fpsr, 0x0800009f);
    SHOW_REG(fpcr);
    SHOW_REG(fpsr);
    MSR(fpcr, ~0ul);
    MSR(fpsr, ~0ul);
    SHOW_REG(fpcr);
    SHOW_REG(fpsr);
}
