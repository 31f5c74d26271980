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

/* The slot where page number `page` would be, and no other's page. */
static void forget_slot(struct fast *fast, va_t address, unsigned shift, uint64_t page)
{
    struct fast_page *read = &fast->read[page % FAST_PAGES], *write = &fast->write[page % FAST_PAGES];
    struct fast_code *code = &fast->code[page % FAST_CODE_PAGES];
    if (within(read->tag, address, shift))
        read->tag = FAST_NO_PAGE;
    if (within(write->tag, address, shift))
        write->tag = FAST_NO_PAGE;
    if (within(code->tag, address, shift))
        code->tag = FAST_NO_PAGE;
}

void fast_forget(struct fast *fast, va_t address, unsigned shift)
{
    const uint64_t first = address.raw >> PAGE_SHIFT;
    const uint64_t pages = shift - PAGE_SHIFT < 8 ? UINT64_C(1) << (shift - PAGE_SHIFT) : FAST_PAGES;
    for (uint64_t page = first; page < first + pages; page++)
        forget_slot(fast, address, shift, page);
}
