/* Pages are taken away while another CPU of the guest uses them: data, code, and the tables of its stage 1. What it has written
 * is there when they are back. Then stage-2 permissions, and blocks. */
#include "lib.h"

enum { PAGES = 8, ROUNDS = 24 };

static u64 data[PAGES][512] __attribute__((aligned(4096)));
static volatile u64 stop, stopped, turns;

/* Its own page of code. */
__attribute__((noinline, section(".text.mover"), aligned(4096))) static void use_pages(u64 turn)
{
    for (u64 n = 0; n < PAGES; n++) {
        volatile u64 *at = (u64 *)(ALIAS + n * 4096);
        for (u64 word = 0; word < 512; word += 73) {
            if (at[word] != turn)
                check("a page has lost what was written", at[word], turn);
            at[word] = turn + 1;
        }
    }
}

static void user(void)
{
    mmu_on();
    while (!stop) {
        use_pages(turns);
        turns++;
        WFE();
    }
    stopped = 1;
    SEV();
    for (;;)
        WFI();
}

static void wait_for_turn(u64 turn)
{
    while (turns <= turn) {
        SEV();
        CALL1(CALL_YIELD, 0);
    }
}

extern u64 level1[], alias2[], alias3[]; /* lib.c: the tables of stage 1 */

static void take_pages_away(void)
{
    const u64 others[] = {(u64)use_pages, (u64)alias3, (u64)alias2, (u64)level1};
    start_cpu(1, user);
    wait_for_turn(0);
    for (u64 round = 0; round < ROUNDS; round++) {
        for (u64 n = 0; n < PAGES; n++)
            CALL1(CALL_MOVE_PAGE, (u64)data[(n + round) % PAGES]);
        CALL1(CALL_MOVE_PAGE, others[round % 4]);
        wait_for_turn(turns);
    }
    stop = 1;
    while (!stopped) {
        SEV();
        CALL1(CALL_YIELD, 0);
    }
    check("all turns were taken", read64(ALIAS), turns);
}

__attribute__((noinline, section(".text.other"), aligned(4096))) static u64 other(void)
{
    __asm__ volatile("");
    return 42;
}

/* ESR_EL2 of a data abort from below by `ldr/str x` to x<srt>, a permission fault at level 3. */
static void permissions(void)
{
    volatile u64 *at = data[0];
    at[0] = 1;
    CALL1(CALL_WRITE_PROTECT, (u64)at);
    __asm__ volatile("mov x7, #77; str x7, [%0]" ::"r"(at) : "x7", "memory");
    struct result log = call(CALL_EXIT_LOG, 0, 0, 0, 0, 0, 0);
    check("ESR_EL2 of a write to a read-only page", log.x0, 0x93c7804f);
    check("FAR_EL2 of it", log.x1, (u64)at);
    check("what was written", at[0], 77);
    CALL1(CALL_NO_EXECUTE, (u64)other);
    check("what it returns", other(), 42);
    log = call(CALL_EXIT_LOG, 0, 0, 0, 0, 0, 0);
    check("ESR_EL2 of a fetch from a page that is not executable", log.x0, 0x8200000f);
    check("FAR_EL2 of the fetch", log.x1, (u64)other);
}

static void blocks(void)
{
    const u64 exits = CALL1(CALL_EXITS, 0);
    for (u64 at = GUEST_BLOCK; at < GUEST_BLOCK + 0x200000; at += 0x13008)
        write64(at, at);
    for (u64 at = GUEST_BLOCK; at < GUEST_BLOCK + 0x200000; at += 0x13008)
        check("a block keeps what is written", read64(at), at);
    check("a block is mapped by one exit", CALL1(CALL_EXITS, 0) - exits, 1);
    const struct result log = call(CALL_EXIT_LOG, 0, 0, 0, 0, 0, 0);
    check("ESR_EL2 of the first access", log.x0 & ~0x1f0000ul, 0x93c08046 & ~0x1f0000ul);
    check("HPFAR_EL2 of it", log.x2, GUEST_BLOCK >> 8);
}

int main(void)
{
    mmu_on();
    for (u64 n = 0; n < PAGES; n++)
        map_page(ALIAS + n * 4096, (u64)data[n] | PTE_MEM | PTE_TABLE);
    take_pages_away();
    permissions();
    blocks();
    return 0;
}
