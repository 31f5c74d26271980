/* run: el1 el2
   smp: 4 */
#include "common/lib.h"

enum { ADDS = 1000, CPUS = 4 };
static volatile u64 counter, ready;

static u64 add(volatile u64 *at, u64 n)
{
    u64 value, status;
    do
        __asm__ volatile("ldaxr %0, [%2]; add %0, %0, %3; stlxr %w1, %0, [%2]"
                         : "=&r"(value), "=&r"(status)
                         : "r"(at), "r"(n)
                         : "memory");
    while (status & 1);
    return value;
}

static void work(void)
{
    mmu_on();
    for (unsigned i = 0; i < ADDS; i++)
        add(&counter, MRS(mpidr_el1) & 0xff);
    add(&ready, 1);
    DO("sev");
}

void test(void)
{
    tables_build(0);
    for (unsigned i = 1; i < CPUS; i++)
        start_cpu(i, work);
    mmu_on();
    while (ready < CPUS - 1)
        DO("wfe");
    show("counter", counter);
    show("CPU_ON of a CPU that is on", psci(0xc4000003, 1, 0, 0));
    show("AFFINITY_INFO", psci(0xc4000004, 2, 0, 0));
}
