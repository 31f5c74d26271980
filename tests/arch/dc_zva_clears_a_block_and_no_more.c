/* run: el1 el2 */
#include "common/lib.h"

static unsigned char area[1024] __attribute__((aligned(1024)));

void test(void)
{
    tables_build(0);
    mmu_on();
    for (unsigned i = 0; i < sizeof area; i++)
        area[i] = (unsigned char)(i | 1);
    DO_WITH(area + 300, "dc zva, %0");
    u64 zeroes = 0, first = sizeof area;
    for (unsigned i = 0; i < sizeof area; i++)
        if (!area[i]) {
            first = first < i ? first : i;
            zeroes++;
        }
    show("zeroes", zeroes);
    show("first", first);
    tables_map(WINDOW + 0x1000ul, (WINDOW + 0x1000ul) | PAGE_MEMORY | PAGE_READ_ONLY);
    tlb_flush();
    DO_WITH(WINDOW + 0x1010ul, "dc zva, %0"); /* a store's permission fault */
    mmu_off();
}
