/* run: el1 el2 */
#include "common/lib.h"

static void call(const char *name, u64 function, u64 x1, u64 x2, u64 x3)
{
    show(name, psci(function, x1, x2, x3));
}

void test(void)
{
    call("PSCI_VERSION", 0x84000000, 0, 0, 0);
    call("MIGRATE_INFO_TYPE", 0x84000006, 0, 0, 0);
    call("AFFINITY_INFO of 0", 0xc4000004, 0, 0, 0);
    call("AFFINITY_INFO of 99", 0xc4000004, 99, 0, 0);
    call("CPU_ON of 0", 0xc4000003, 0, 0x40200000, 0);
    call("CPU_ON of 99", 0xc4000003, 99, 0x40200000, 0);
    call("FEATURES of PSCI_VERSION", 0x8400000a, 0x84000000, 0, 0);
    call("FEATURES of CPU_ON", 0x8400000a, 0xc4000003, 0, 0);
    call("FEATURES of nothing", 0x8400000a, 0x84000099, 0, 0);
    call("no such function", 0x84000099, 0, 0, 0);
    call("no such service", 0xc6000000, 0, 0, 0);
}
