/* Keeps what it has on two CPUs while others come and go, until VMIDs have run out three times: its translations are never
 * those of a guest that has got the VMID that was its own. */
#include "lib.h"

enum { PAGES = 16, ROLLOVERS = 3 };

static u64 data[PAGES][512] __attribute__((aligned(4096)));
static volatile u64 stop, stopped;
static u64 begin;

static void keep(void)
{
    for (u64 n = 0; n < PAGES; n++)
        check("memory is another's", read64(ALIAS + n * 4096), 0x1234567800ul + n);
    CALL1(CALL_YIELD, 0);
}

static void second(void)
{
    mmu_on();
    while (!stop)
        keep();
    stopped = 1;
    for (;;)
        call(PSCI_CPU_OFF, 0, 0, 0, 0, 0, 0);
}

int main(void)
{
    mmu_on();
    for (u64 n = 0; n < PAGES; n++) {
        data[n][0] = 0x1234567800ul + n;
        map_page(ALIAS + n * 4096, (u64)data[n] | PTE_MEM | PTE_TABLE);
    }
    begin = CALL1(CALL_ROLLOVERS, 0);
    start_cpu(1, second);
    while (CALL1(CALL_ROLLOVERS, 0) < begin + ROLLOVERS)
        keep();
    stop = 1;
    while (!stopped)
        keep();
    return 0;
}
