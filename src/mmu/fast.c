#include "mmu/fast.h"
#include <string.h>

void fast_clear(struct fast *fast)
{
    memset(fast->read, 0xff, sizeof fast->read); /* FAST_NO_PAGE */
    memset(fast->write, 0xff, sizeof fast->write);
    memset(fast->code, 0xff, sizeof fast->code);
}

/* Bits 63..56 are the program's own, or the extension of the others: a TLB entry does not have them. */
static bool within(uint64_t tag, va_t address, unsigned shift)
{
    return tag != FAST_NO_PAGE && bits(tag ^ address.raw, 55, 0) >> shift == 0;
}

static void forget_pages(struct fast_page *table, va_t address, unsigned shift)
{
    for (unsigned i = 0; i < FAST_PAGES; i++)
        if (within(table[i].tag, address, shift))
            table[i].tag = FAST_NO_PAGE;
}

static void forget_block(struct fast *fast, va_t address, unsigned shift)
{
    forget_pages(fast->read, address, shift);
    forget_pages(fast->write, address, shift);
    for (unsigned i = 0; i < FAST_CODE_PAGES; i++)
        if (within(fast->code[i].tag, address, shift))
            fast->code[i].tag = FAST_NO_PAGE;
}

void fast_forget(struct fast *fast, va_t address, unsigned shift)
{
    if (shift > PAGE_SHIFT) {
        forget_block(fast, address, shift);
        return;
    }
    const uint64_t page = address.raw >> PAGE_SHIFT;
    fast->read[page % FAST_PAGES].tag = FAST_NO_PAGE;
    fast->write[page % FAST_PAGES].tag = FAST_NO_PAGE;
    fast->code[page % FAST_CODE_PAGES].tag = FAST_NO_PAGE;
}
