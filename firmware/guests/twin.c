/* Two of these run on one CPU, at the same virtual addresses and in turn at every call: what one has in its registers, and in
 * memory behind its own tables, is never the other's. */
#include "lib.h"

enum { PAGES = 16, ROUNDS = 12 };

u64 registers_survive(u64 seed); /* 0, or 1 when one has not */

static u64 data[PAGES][512] __attribute__((aligned(4096)));

static u64 value_of(u64 page)
{
    return guest_number << 32 | page;
}

static void fill(void)
{
    mmu_on();
    for (u64 n = 0; n < PAGES; n++) {
        const u64 page = (n + guest_number * 3) % PAGES;
        data[page][n] = value_of(page);
        map_page(ALIAS + n * 4096, (u64)data[page] | PTE_MEM | PTE_TABLE);
    }
}

static void memory_is_mine(void)
{
    for (u64 n = 0; n < PAGES; n++)
        check("memory is another's", read64(ALIAS + n * 4096 + n * 8), value_of((n + guest_number * 3) % PAGES));
}

// clang-format off
#define EACH_REGISTER(R)                                                            \
    R(tpidr_el0,      ~0ul)             R(tpidrro_el0, ~0ul)                        \
    R(contextidr_el1, 0xfffffffful)     R(far_el1,     ~0ul)                        \
    R(esr_el1,        0x3ffffful)       R(elr_el1,     ~0ul)                        \
    R(sp_el0,         ~0ul)             R(ttbr1_el1,   0xfffffffff000ul)            \
    R(spsr_el1,       0xf00003c5ul)     R(csselr_el1,  3ul)                         \
    R(cntkctl_el1,    0x303ul)          R(par_el1,     0xfffffffff000ul)            \
    R(mdscr_el1,      0x1000ul)
// clang-format on

static void registers_are_mine(u64 round)
{
    const u64 seed = (guest_number << 60 | round << 40) + guest_number * 0x0123456789abcdf;
#define WRITE(reg, mask) MSR(reg, seed &mask);
    EACH_REGISTER(WRITE)
#undef WRITE
    check("a general register is another's", registers_survive(seed), 0);
#define READ(reg, mask) check(#reg " is another's", MRS(reg), seed &mask);
    EACH_REGISTER(READ)
#undef READ
}

int main(void)
{
    fill();
    for (u64 round = 0; round < ROUNDS; round++) {
        memory_is_mine();
        registers_are_mine(round);
    }
    return 0;
}
