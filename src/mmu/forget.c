/* What the fast tables and the TLB are made to forget, and what the fast tables are told to remember. */
#include "mmu/mmu.h"

static struct fast *next_used(struct mmu *mmu, uint64_t *left)
{
    if (!*left)
        return NULL;
    struct fast *f = &mmu->fast[__builtin_ctzll(*left)];
    *left &= *left - 1;
    return f;
}

static void mark_used(struct mmu *mmu)
{
    mmu->used |= BIT(mmu->current - mmu->fast);
}

void mmu_watch(struct mmu *mmu, bool watched)
{
    if (watched && !mmu->watched)
        mmu_forget_all(mmu);
    mmu->watched = watched;
}

bool mmu_remember(struct mmu *mmu, va_t address, enum access_type type, void *host)
{
    if (mmu->watched)
        return false;
    struct fast_page *table = type == ACCESS_WRITE ? mmu->current->write : mmu->current->read;
    const uint64_t page = align_down(address.raw, PAGE_SIZE);
    table[(page >> PAGE_SHIFT) % FAST_PAGES] = (struct fast_page){page, (uintptr_t)host - (uintptr_t)address.raw};
    mark_used(mmu);
    return true;
}

void mmu_remember_code(struct mmu *mmu, va_t address, struct code_page *page)
{
    mmu->current->code[(address.raw >> PAGE_SHIFT) % FAST_CODE_PAGES] =
        (struct fast_code){align_down(address.raw, PAGE_SIZE), page};
    mark_used(mmu);
}

void mmu_forget_stores(struct mmu *mmu, const void *host_page)
{
    uint64_t left = mmu->used;
    for (struct fast *f; (f = next_used(mmu, &left));)
        for (unsigned k = 0; k < FAST_PAGES; k++) {
            struct fast_page *p = &f->write[k];
            if (p->tag != FAST_NO_PAGE && p->tag + p->host == (uintptr_t)host_page)
                p->tag = FAST_NO_PAGE;
        }
}

void mmu_forget_all(struct mmu *mmu)
{
    uint64_t left = mmu->used;
    for (struct fast *f; (f = next_used(mmu, &left));)
        fast_clear(f);
    mmu->used = 0;
}

void mmu_forget_code(struct mmu *mmu, const struct code_page *page)
{
    uint64_t left = mmu->used;
    for (struct fast *f; (f = next_used(mmu, &left));)
        for (unsigned k = 0; k < FAST_CODE_PAGES; k++)
            if (f->code[k].page == page)
                f->code[k].tag = FAST_NO_PAGE;
}

/* ---- TLBI ---- */

void mmu_forget_entry(void *owner, const struct tlb_entry *e)
{
    struct mmu *mmu = owner;
    uint64_t left = mmu->used;
    for (struct fast *f; (f = next_used(mmu, &left));)
        if (f->tag.regime == e->tag.regime && f->tag.vmid == e->tag.vmid && (e->global || f->tag.asid == e->tag.asid))
            fast_forget(f, e->va, e->shift);
}

/* The contexts that a TLBI without an address names, as a whole. */
static void forget_contexts(struct mmu *mmu, const struct tlb_match *m)
{
    uint64_t left = mmu->used;
    for (struct fast *f; (f = next_used(mmu, &left));) {
        const bool named = f->tag.regime == m->regime && (!m->by_vmid || f->tag.vmid == m->vmid) &&
                           (!m->by_asid || f->tag.asid == m->asid);
        if (!named)
            continue;
        fast_clear(f);
        mmu->used &= ~BIT(f - mmu->fast);
    }
}

void mmu_invalidate(struct mmu *mmu, const struct tlb_match *match)
{
    const bool some = match->by_va || match->by_ipa;
    tlb_invalidate(&mmu->tlb, match, some ? mmu_forget_entry : NULL, mmu);
    if (!some)
        forget_contexts(mmu, match);
}
