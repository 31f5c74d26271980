#include "cpu/code.h"
#include "bus/bus.h"
#include "cpu/exec/handlers.h"
#include "cpu/isa/lower.h"
#include <stdlib.h>
#include <string.h>

bool code_init(struct code *code, struct bus *bus, const uint8_t *cost)
{
    *code = (struct code){.cost = cost, .bus = bus};
    code->slot = calloc(CODE_SLOTS, sizeof(struct code_page *));
    code->order = calloc(CODE_PAGES_MAX, sizeof(struct code_page *));
    if (code->slot && code->order && decoder_init(&code->decoder))
        return true;
    free(code->slot);
    free(code->order);
    return false;
}

void code_free(struct code *code)
{
    for (unsigned i = 0; i < code->pages; i++)
        free(code->order[i]);
    free(code->slot);
    free(code->order);
    decoder_free(&code->decoder);
}

void code_clear(struct code *code)
{
    for (unsigned i = 0; i < code->pages; i++) {
        struct code_page *page = code->order[i];
        if (page->decoded)
            *bus_page_flags(code->bus, page->pa) &= (uint8_t)~PAGE_CODE;
        free(page);
    }
    memset(code->slot, 0, CODE_SLOTS * sizeof *code->slot);
    code->pages = code->next = 0;
}

/* ---- finding ---- */

static unsigned slot_of(pa_t page)
{
    return (unsigned)(((page.raw >> PAGE_SHIFT) * UINT64_C(0x9e3779b97f4a7c15)) >> 48) % CODE_SLOTS;
}

/* Where a page is, or would go. Less than half of the slots are ever in use. */
static struct code_page **find(struct code *code, pa_t page)
{
    unsigned i = slot_of(page);
    while (code->slot[i] && code->slot[i]->pa.raw != page.raw)
        i = (i + 1) % CODE_SLOTS;
    return &code->slot[i];
}

/* Takes a page out of the slots and closes the gap behind it. */
static void unlink_page(struct code *code, struct code_page **slot)
{
    unsigned gap = (unsigned)(slot - code->slot);
    code->slot[gap] = NULL;
    for (unsigned i = (gap + 1) % CODE_SLOTS; code->slot[i]; i = (i + 1) % CODE_SLOTS) {
        struct code_page *moved = code->slot[i];
        code->slot[i] = NULL;
        *find(code, moved->pa) = moved;
    }
}

/* ---- decoding ---- */

unsigned code_lower(const struct code *code, uint32_t word, struct op *op, unsigned index, bool alone)
{
    const struct row *row = decode(&code->decoder, word);
    struct lowering l = {.op = op, .index = index, .alone = alone, .fp16 = code->fp16};
    set_imm(&l, UNDEFINED, 0, 0, (int32_t)word);
    if (!row)
        return code->cost[COST_SYSTEM];
    const struct fields fields = decode_fields(row, word);
    row->lower(&l, &fields);
    return code->cost[row->cost];
}

/* Whether the clock is always looked at when this operation is done. */
static bool ends_run(const struct op *op)
{
    return op->fn == B_near || op->fn == B_far || op->fn == BL_near || op->fn == BL_far || op->fn == BR ||
           op->fn == BLR || op->fn == UNDEFINED;
}

static void decode_page(struct code *code, struct code_page *page, const uint32_t *words)
{
    unsigned sum = 0, run_start = 0;
    for (unsigned i = 0; i < PAGE_OPS; i++) {
        struct op *op = &page->op[i];
        op->cost = (uint16_t)sum;
        sum += code_lower(code, words[i], op, i, false);
        if (sum - run_start > code->longest_run)
            code->longest_run = sum - run_start;
        if (ends_run(op))
            run_start = sum;
    }
    for (unsigned i = PAGE_OPS; i < PAGE_OPS + 2; i++)
        page->op[i] = (struct op){.fn = END_OF_PAGE, .cost = (uint16_t)sum};
    page->decoded = true;
    *bus_page_flags(code->bus, page->pa) |= PAGE_CODE;
}

/* ---- the cache ---- */

enum { DROPS_BEFORE_PATCHING = 4 };

/* A page to decode into: a new one, or the oldest. NULL: no memory. */
static struct code_page *take_page(struct code *code, struct code_page **evicted)
{
    if (code->pages < CODE_PAGES_MAX) {
        struct code_page *page = aligned_alloc(64, (sizeof *page + 63) & ~(size_t)63);
        if (page)
            code->order[code->pages++] = page;
        return page;
    }
    struct code_page *page = code->order[code->next];
    code->next = (code->next + 1) % CODE_PAGES_MAX;
    struct code_page **slot = find(code, page->pa);
    if (*slot == page)
        unlink_page(code, slot);
    if (page->decoded)
        *bus_page_flags(code->bus, page->pa) &= (uint8_t)~PAGE_CODE;
    *evicted = page;
    return page;
}

struct code_page *code_get(struct code *code, pa_t at, struct code_page **evicted)
{
    *evicted = NULL;
    struct code_page *page = *find(code, at);
    if (page && page->decoded)
        return page;
    if (!page) {
        page = take_page(code, evicted);
        if (!page)
            return NULL;
        page->pa = at;
        page->drops = 0;
        *find(code, at) = page;
    }
    decode_page(code, page, bus_load_host(code->bus, at, PAGE_SIZE));
    return page;
}

struct code_page *code_drop(struct code *code, pa_t address)
{
    struct code_page *page = *find(code, pa(align_down(address.raw, PAGE_SIZE)));
    if (!page || !page->decoded)
        return NULL;
    page->decoded = false;
    page->drops += page->drops < DROPS_BEFORE_PATCHING;
    *bus_page_flags(code->bus, address) &= (uint8_t)~PAGE_CODE;
    return page;
}

/* ---- pages of code and data ---- */

static unsigned cost_of(const struct code_page *page, unsigned index)
{
    return page->op[index + 1u].cost - page->op[index].cost;
}

/* Whether the words from first to last cost what the operations in their place cost: else the whole page has to be
 * summed anew. */
static bool same_costs(const struct code *code, const struct code_page *page, const uint32_t *words, unsigned first,
                       unsigned last)
{
    struct op op;
    for (unsigned i = first; i <= last; i++)
        if (code_lower(code, words[i], &op, i, true) != cost_of(page, i))
            return false;
    return true;
}

bool code_patch(struct code *code, pa_t address, unsigned size)
{
    struct code_page *page = *find(code, pa(align_down(address.raw, PAGE_SIZE)));
    if (!page || !page->decoded || page->drops < DROPS_BEFORE_PATCHING)
        return false;
    const unsigned first = (unsigned)bits(address.raw, 11, 2), last = (unsigned)bits(address.raw + size - 1, 11, 2);
    const uint32_t *words = bus_load_host(code->bus, page->pa, PAGE_SIZE);
    if (!words) /* flash that answers commands */
        return false;
    if (page->op[PAGE_OPS].cost > code->longest_run || !same_costs(code, page, words, first, last)) {
        if (page->op[PAGE_OPS].cost > code->longest_run)
            code->longest_run = page->op[PAGE_OPS].cost; /* a patched page may run on from end to end */
        return false;
    }
    /* The neighbours too: they may be, or may have to become, one operation with what was written. */
    for (unsigned i = first ? first - 1 : 0; i <= last + 1 && i < PAGE_OPS; i++)
        code_lower(code, words[i], &page->op[i], i, false);
    return true;
}
