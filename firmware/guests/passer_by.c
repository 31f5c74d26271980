/* Comes, uses the addresses that the keeper uses for memory of its own, and goes. */
#include "lib.h"

enum { PAGES = 16 };

static u64 data[PAGES][512] __attribute__((aligned(4096)));

int main(void)
{
    mmu_on();
    for (u64 n = 0; n < PAGES; n++) {
        data[n][0] = 0xabcd0000 + n;
        map_page(ALIAS + (PAGES - 1 - n) * 4096, (u64)data[n] | PTE_MEM | PTE_TABLE);
    }
    for (u64 round = 0; round < 3; round++) {
        for (u64 n = 0; n < PAGES; n++)
            check("memory is another's", read64(ALIAS + n * 4096), 0xabcd0000 + PAGES - 1 - n);
        CALL1(CALL_YIELD, 0);
    }
    return 0;
}
