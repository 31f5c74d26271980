/* Every load and store on a device: each runs on memory and on a device that is like memory, with the same registers at the
 * same addresses, and must leave the same registers and the same bytes. Between memory and the device, too. Exclusives must
 * get an external abort. What is run is made from the hypervisor's own table of encodings. */
#include "../refhyp/decode.h"
#include "lib.h"
#include "words.h"

enum { PAGE_SIZE = 4096, TIMES = 3 /* of each encoding; once when another CPU disturbs */ };

/* Addresses near the instruction: its page, then memory, the page under test, memory. */
#define NEAR_PAGE ALIAS
#define FIRST     (ALIAS + 1 * PAGE_SIZE)
#define MIDDLE    (ALIAS + 2 * PAGE_SIZE)

struct state {
    u64 x[31], sp, nzcv, saved[15];
    u64 v[32][2];
};

extern u32 near_page[], instruction[];
void run_instruction(struct state *state);

/* Both worlds have memory of their own around the middle; the device's middle is not memory. */
struct world {
    u8 first[PAGE_SIZE], middle[PAGE_SIZE], last[PAGE_SIZE];
};
static struct world memory __attribute__((aligned(4096))), device __attribute__((aligned(4096)));

static u64 seed = 11;
static volatile bool done;

/* ---- the two worlds ---- */

static void map(unsigned number, u64 ipa, u64 flags)
{
    const u64 va = ALIAS + number * PAGE_SIZE;
    map_page(va, ipa | PTE_MEM | PTE_TABLE | flags);
    __asm__ volatile("dsb nshst; tlbi vaae1, %0; dsb nsh; isb" ::"r"(va >> 12) : "memory");
}

static void enter(const struct world *world)
{
    map(1, (u64)world->first, PTE_EL0);
    map(2, world == &memory ? (u64)world->middle : GUEST_SCRATCH, PTE_EL0);
    map(3, (u64)world->last, PTE_EL0);
}

static void fill_worlds(void)
{
    for (u64 n = 0; n < sizeof memory / 8; n++) {
        const u64 value = (u64)words_random(&seed) << 32 | words_random(&seed);
        ((u64 *)&memory)[n] = ((u64 *)&device)[n] = value;
        if (n / (PAGE_SIZE / 8) == 1)
            write64(GUEST_SCRATCH + n * 8 % PAGE_SIZE, value);
    }
}

/* Whether both worlds hold the same from `va` on; addresses are those of the instruction. */
static bool same_memory(u64 va, unsigned bytes)
{
    for (u64 at = (va - FIRST) & ~UINT64_C(7); at < va - FIRST + bytes; at += 8) {
        const bool middle = at / PAGE_SIZE == 1;
        const u64 there = middle ? read64(GUEST_SCRATCH + at % PAGE_SIZE) : *(u64 *)((u8 *)&device + at);
        if (*(u64 *)((u8 *)&memory + at) != there)
            return false;
    }
    return true;
}

/* ---- a case: registers and a word for an access at a place ---- */

struct test {
    u32 word;
    struct access access;
    u64 address;
    unsigned bytes;
    struct state before;
};

static u64 random64(void)
{
    return (u64)words_random(&seed) << 32 | words_random(&seed);
}

static unsigned access_bytes(const struct test *test)
{
    if (test->access.kind == ACCESS_ZERO)
        return 4u << (MRS(dczid_el0) & 15);
    if (test->access.kind == ACCESS_EXCLUSIVE)
        return (1u << bits(test->word, 31, 30)) << bits(test->word, 21, 21);
    return (unsigned)(test->access.registers * test->access.lanes) << test->access.size;
}

/* In the middle; every fourth one near its ends, where it may reach out. Those that must be are aligned. */
static void choose_address(struct test *test)
{
    const bool ordered = bits(test->word, 29, 24) == 8, literal = test->access.base == ACCESS_PC;
    u64 offset = PAGE_SIZE + random64() % (PAGE_SIZE - 64);
    if (random64() % 4 == 0)
        offset = (random64() % 2 ? PAGE_SIZE : 2 * PAGE_SIZE) - random64() % 64;
    if (ordered || test->access.kind == ACCESS_ZERO)
        offset &= ~(u64)(test->bytes - 1);
    if (literal)
        offset &= ~UINT64_C(3);
    test->address = FIRST + offset;
}

static u64 index_value(const struct test *test)
{
    const struct access *a = &test->access;
    const u64 x = a->index < 31 ? test->before.x[a->index] : 0;
    const u64 value = a->index_wide ? x : a->index_sign ? (u64)(int64_t)(int)x : (u32)x;
    return a->indexed ? value << a->shift : (u64)a->offset;
}

/* The base register, or the word's own offset, so that the access is at the address. */
static void aim(struct test *test)
{
    const struct access *a = &test->access;
    const u64 base = test->address - (a->post ? 0 : index_value(test));
    if (a->base == ACCESS_PC) {
        const u64 pc = NEAR_PAGE + (u64)((u8 *)instruction - (u8 *)near_page);
        test->word = (test->word & ~UINT32_C(0x00ffffe0)) | (u32)(bits(test->address - pc, 20, 2) << 5);
        test->access = access_decode(test->word);
    } else if (a->base == ACCESS_SP) {
        test->before.sp = base;
    } else {
        test->before.x[a->base] = base;
    }
}

/* CONSTRAINED UNPREDICTABLE, or without an address that could be chosen. */
static bool unsuitable(const struct test *test)
{
    const struct access *a = &test->access;
    bool found = a->base == ACCESS_NOWHERE || (a->indexed && !a->post && a->index == a->base);
    found |= a->load && a->registers == 2 && a->reg[0] == a->reg[1];
    for (unsigned n = 0; n < a->registers; n++)
        found |= a->writeback && !a->vector && a->reg[n] == a->base;
    return found;
}

static bool prepare(struct test *test)
{
    test->access = access_decode(test->word);
    if (test->access.kind == ACCESS_NONE || unsuitable(test))
        return false;
    u64 *const at = (u64 *)&test->before;
    for (unsigned n = 0; n < sizeof test->before / 8; n++)
        at[n] = random64();
    test->before.nzcv &= UINT64_C(0xf0000000);
    test->bytes = access_bytes(test);
    choose_address(test);
    aim(test);
    return true;
}

/* ---- running ---- */

static void set_instruction(u32 word)
{
    *(volatile u32 *)instruction = word;
    __asm__ volatile("dc cvau, %0; dsb ish; ic ialluis; dsb ish; isb" ::"r"(instruction) : "memory");
}

static struct state run(const struct test *test, const struct world *world)
{
    void (*const here)(struct state *) = (void (*)(struct state *))NEAR_PAGE;
    struct state state = test->before;
    enter(world);
    here(&state);
    return state;
}

/* What differs, or NULL. */
static const char *compare(const struct state *a, const struct state *b)
{
    static const struct part {
        const char *name;
        size_t from, to;
    } parts[] = {
        {"X registers differ", offsetof(struct state, x), offsetof(struct state, sp)},
        {"SP differs", offsetof(struct state, sp), offsetof(struct state, nzcv)},
        {"NZCV differs", offsetof(struct state, nzcv), offsetof(struct state, saved)},
        {"V registers differ", offsetof(struct state, v), sizeof(struct state)},
    };
    for (unsigned n = 0; n < sizeof parts / sizeof *parts; n++)
        for (size_t at = parts[n].from; at < parts[n].to; at += 8)
            if (*(const u64 *)((const u8 *)a + at) != *(const u64 *)((const u8 *)b + at))
                return parts[n].name;
    return NULL;
}

static void run_both(const struct test *test)
{
    const u64 exceptions = last()->count;
    set_instruction(test->word);
    const struct state wanted = run(test, &memory);
    const struct state got = run(test, &device);
    const char *what = compare(&wanted, &got);
    if (last()->count != exceptions)
        what = "an exception";
    else if (!what && !test->access.load && !same_memory(test->address, test->bytes))
        what = "memory differs";
    if (what)
        check(what, test->word, 0);
}

/* On the device alone: no register changes, and what comes is an external abort for that address. A store without a load
 * before it may fail without an access. */
static void run_exclusive(const struct test *test)
{
    const u64 exceptions = last()->count, middle = test->address - MIDDLE;
    if (middle >= PAGE_SIZE || !bits(test->word, 22, 22))
        return;
    set_instruction(test->word);
    const struct state got = run(test, &device);
    const bool aborted = last()->count == exceptions + 1 && esr_ec(last()->esr) == EC_DATA_SAME &&
                         bits(last()->esr, 5, 0) == 0x10 && last()->far == test->address &&
                         last()->elr == NEAR_PAGE + (u64)((u8 *)instruction - (u8 *)near_page);
    if (!aborted || compare(&test->before, &got))
        check("no external abort, or registers differ", test->word, 0);
}

/* ---- all of them ---- */

/* The other CPU takes the instruction's page away, again and again. */
static void take_pages(void)
{
    while (!done) {
        CALL1(CALL_MOVE_PAGE, (u64)near_page);
        CALL1(CALL_YIELD, 0);
        for (unsigned wait = 0; wait < 3000 && !done; wait++)
            ;
    }
}

static void start(void)
{
    MSR(cpacr_el1, 3 << 20); /* registers alone: whether there is arithmetic is not asked */
    mmu_on();
    map(0, (u64)near_page, 0);
    fill_worlds();
    if (cpu_count > 1)
        start_cpu(1, take_pages);
}

int main(void)
{
    static struct test test;
    struct words words = {.seed = 5, .times = cpu_count > 1 ? 1 : TIMES};
    unsigned count = 0;
    start();
    while (words_next(&words, &test.word)) {
        if (!prepare(&test))
            continue;
        if (++count % 16 == 0)
            CALL1(CALL_TAKE_CODE, 0);
        (test.access.kind == ACCESS_EXCLUSIVE ? run_exclusive : run_both)(&test);
    }
    done = true;
    check("memory differs at the end", same_memory(FIRST, sizeof memory), true);
    check("more instructions than that", count > 150, true);
    return 0;
}
