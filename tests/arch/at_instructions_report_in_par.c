/* run: el1 el2 */
#include "common/lib.h"

#define AT(op, address)                          \
    do {                                         \
        DO_WITH(address, "at " #op ", %0; isb"); \
        show(#op, MRS(par_el1));                 \
    } while (0)

void test(void)
{
    tables_build(0);
    tables_map(WINDOW + 0x1000ul, (WINDOW + 0x5000ul) | PAGE_MEMORY | PAGE_READ_ONLY);
    tables_map(WINDOW + 0x2000ul, 0);
    tables_map(WINDOW + 0x3000ul, (WINDOW + 0x6000ul) | PAGE_MEMORY | PAGE_EL0);
    mmu_on();
    if (at_el2) {
        AT(s1e2r, WINDOW + 0x1234ul);
        AT(s1e2w, WINDOW + 0x1234ul);
        AT(s1e2r, WINDOW + 0x2234ul);
        AT(s1e2r, 0x09000000);
        return;
    }
    AT(s1e1r, WINDOW + 0x1234ul);
    AT(s1e1w, WINDOW + 0x1234ul);
    AT(s1e1r, WINDOW + 0x2234ul);
    AT(s1e0r, WINDOW + 0x1234ul);
    AT(s1e0r, WINDOW + 0x3234ul);
    AT(s1e0w, WINDOW + 0x3234ul);
    AT(s1e1r, 0x09000000);
    AT(s1e1r, 0x8000000000ul);
    mmu_off();
}
