/* run: el1 el2 */
#include "common/lib.h"

static u64 cell[2] __attribute__((aligned(64)));

void test(void)
{
    u64 value, status;
    tables_build(0);
    mmu_on();
    cell[0] = 7;
    __asm__ volatile("ldxr %0, [%2]; add %0, %0, #1; stxr %w1, %0, [%2]"
                     : "=&r"(value), "=&r"(status)
                     : "r"(cell)
                     : "memory");
    show("first status", status & 1);
    show("cell", cell[0]);
    __asm__ volatile("stxr %w1, %0, [%2]" : "+r"(value), "=&r"(status) : "r"(cell) : "memory");
    show("second status", status & 1);
    __asm__ volatile("ldaxr %0, [%2]; clrex; stlxr %w1, %0, [%2]" : "=&r"(value), "=&r"(status) : "r"(cell) : "memory");
    show("after clrex", status & 1);
    u64 high;
    cell[1] = 9;
    __asm__ volatile("ldxp %0, %1, [%3]; stxp %w2, %1, %0, [%3]"
                     : "=&r"(value), "=&r"(high), "=&r"(status)
                     : "r"(cell)
                     : "memory");
    show("pair status", status & 1);
    show("cell", cell[0]);
    show("cell+8", cell[1]);
    __asm__ volatile("ldxr %0, [%2]; svc #1; stxr %w1, %0, [%2]" : "=&r"(value), "=&r"(status) : "r"(cell) : "memory");
    show("after an exception and its return", status & 1);
    DO_WITH((u64)cell + 1, "ldxr x1, [%0]"); /* not aligned */
    mmu_off();
}
