/* All of memory is the host's: it gives pages and 2 MiB blocks to itself and to guests. Tables are made of such pages. */
#include "host.h"

enum { LEAF_TABLE = PTE_VALID | PTE_TABLE };

struct free_piece {
    struct free_piece *next;
};

static struct {
    u32 lock;
    u64 next, end; /* never given out yet, page-aligned */
    struct free_piece *pages, *blocks;
    u64 in_use;
} memory;

/* CPU 0 is alone until its MMU is on; before, exclusives need not work. */
static void take(void)
{
    if (MRS(sctlr_el1) & SCTLR_M)
        lock(&memory.lock);
}

static void give(void)
{
    if (MRS(sctlr_el1) & SCTLR_M)
        unlock(&memory.lock);
}

void memory_init(u64 from, u64 to)
{
    memory.next = (from + PAGE - 1) & ~(u64)(PAGE - 1);
    memory.end = to;
}

static void *clear(u64 *piece, u64 bytes)
{
    for (u64 n = 0; n < bytes / 8; n++)
        piece[n] = 0;
    return piece;
}

void *page_alloc(void)
{
    take();
    void *page = memory.pages;
    if (page) {
        memory.pages = memory.pages->next;
    } else {
        if (memory.next + PAGE > memory.end)
            panic("no memory left");
        page = (void *)memory.next;
        memory.next += PAGE;
    }
    memory.in_use++;
    give();
    return clear(page, PAGE);
}

void page_free(void *page)
{
    struct free_piece *piece = page;
    take();
    piece->next = memory.pages;
    memory.pages = piece;
    memory.in_use--;
    give();
}

/* Blocks come from the end of memory. */
void *block_alloc(void)
{
    take();
    void *block = memory.blocks;
    if (block) {
        memory.blocks = memory.blocks->next;
    } else {
        memory.end = (memory.end - BLOCK) & ~(u64)(BLOCK - 1);
        if (memory.next > memory.end)
            panic("no memory left for a block");
        block = (void *)memory.end;
    }
    memory.in_use += BLOCK / PAGE;
    give();
    return clear(block, BLOCK);
}

void block_free(void *block)
{
    struct free_piece *piece = block;
    take();
    piece->next = memory.blocks;
    memory.blocks = piece;
    memory.in_use -= BLOCK / PAGE;
    give();
}

u64 pages_in_use(void)
{
    return memory.in_use;
}

/* ---- tables ---- */

static unsigned index_of(u64 va, unsigned level)
{
    const unsigned low = 39 - 9 * level;
    return level == 1 ? (unsigned)bits(va, 39, low) : (unsigned)bits(va, low + 8, low); /* roots may be concatenated */
}

static bool is_table(u64 descriptor)
{
    return (descriptor & LEAF_TABLE) == LEAF_TABLE;
}

/* The entry for an address at `level`; tables on the way are made if `make`. NULL: there is none. */
static u64 *entry_at(u64 *root, u64 va, unsigned level, bool make)
{
    u64 *table = root;
    for (unsigned at = 1; at < level; at++) {
        u64 *entry = &table[index_of(va, at)];
        if (!is_table(*entry)) {
            if (!make || *entry)
                return NULL;
            const u64 next = (u64)page_alloc();
            DSB(); /* a walker never sees what the page has been before */
            *entry = next | LEAF_TABLE;
        }
        table = (u64 *)(*entry & PTE_ADDR);
    }
    return &table[index_of(va, level)];
}

void table_map(u64 *root, u64 va, u64 pa, u64 size, u64 leaf)
{
    for (u64 done = 0; done < size;) {
        const bool block = ((va + done) | (pa + done)) % BLOCK == 0 && size - done >= BLOCK;
        u64 *entry = entry_at(root, va + done, block ? 2 : 3, true);
        if (!entry)
            panic("mapped twice: %x", va + done);
        *entry = (pa + done) | leaf | (block ? 0 : PTE_TABLE);
        done += block ? BLOCK : PAGE;
    }
    DSB();
}

u64 *table_leaf(u64 *root, u64 va, unsigned *level)
{
    for (*level = 2; *level <= 3; ++*level) {
        u64 *entry = entry_at(root, va, *level, false);
        if (entry && (*entry & PTE_VALID) && (*level == 3 || !is_table(*entry)))
            return entry;
    }
    return NULL;
}

/* `levels` of tables lie below this one. */
static void free_below(u64 *table, unsigned entries, unsigned levels)
{
    for (unsigned n = 0; levels && n < entries; n++) {
        if (!is_table(table[n]))
            continue;
        u64 *next = (u64 *)(table[n] & PTE_ADDR);
        free_below(next, 512, levels - 1);
        page_free(next);
    }
}

void table_free(u64 *root, unsigned roots)
{
    free_below(root, roots * 512, 2);
}

/* ---- the host's own map: VA = PA ---- */

extern char image_start[], host_text_end[], host_rodata_end[];

static u64 host_table[512] __attribute__((aligned(4096)));

void host_map_init(void)
{
    const u64 image = (u64)image_start, text_end = (u64)host_text_end, data = (u64)host_rodata_end;
    const u64 read_only = PTE_MEM | PTE_RO, writable = PTE_MEM | PTE_XN | PTE_PXN;
    table_map(host_table, 0, 0, 0x40000000, PTE_DEV);
    table_map(host_table, machine.memory, machine.memory, image - machine.memory, writable);
    table_map(host_table, image, image, text_end - image, read_only | PTE_XN); /* XN is EL0's; with HYP's text */
    table_map(host_table, text_end, text_end, data - text_end, read_only | PTE_XN | PTE_PXN);
    table_map(host_table, data, data, machine.memory + machine.memory_size - data, writable);
}

void host_map_on(void)
{
    MSR(mair_el1, MAIR_VALUE);
    MSR(tcr_el1, TCR_VALUE);
    MSR(ttbr0_el1, host_table);
    ASM("dsb sy; isb; tlbi vmalle1; dsb sy; isb");
    MSR(sctlr_el1, SCTLR_ON);
    ISB();
}
