#include "mmu/mmu.h"
#include "mmu/walk.h"
#include <string.h>

enum { PHYSICAL_BITS = 48, SMALLEST_SHIFT = PAGE_SHIFT }; /* ID_AA64MMFR0_EL1.PARange = 0b0101 */

void fast_clear(struct fast *fast)
{
    memset(fast->read, 0xff, sizeof fast->read); /* FAST_NO_PAGE */
    memset(fast->write, 0xff, sizeof fast->write);
    memset(fast->code, 0xff, sizeof fast->code);
}

void mmu_init(struct mmu *mmu, struct bus *bus, const struct cpu_model *model)
{
    memset(mmu, 0, sizeof *mmu);
    mmu->bus = bus;
    mmu->model = model;
    mmu->current = &mmu->fast[0];
    for (unsigned i = 0; i < FAST_CONTEXTS; i++)
        fast_clear(&mmu->fast[i]);
}

void mmu_reset(struct mmu *mmu)
{
    memset(&mmu->tlb, 0, sizeof mmu->tlb);
    for (unsigned i = 0; i < FAST_CONTEXTS; i++)
        fast_clear(&mmu->fast[i]);
}

/* ---- contexts ---- */

/* All that a fast table depends on, in one word: ASID<15:0>, VMID<31:16>, EL<33:32>, stages on<35:34>. */
static uint64_t context_of(const struct state *s)
{
    if (s->el == 2)
        return UINT64_C(2) << 32 | bits(s->sys[SCTLR_EL2], 0, 0) << 34;
    const uint64_t ttbr = s->sys[bit(s->sys[TCR_EL1], 22) ? TTBR1_EL1 : TTBR0_EL1]; /* TCR_EL1.A1 */
    const uint64_t vm = bits(effective_hcr(s), 0, 0);
    const uint64_t vmid = vm ? bits(s->sys[VTTBR_EL2], 63, 48) : 0;
    return bits(ttbr, 63, 48) | vmid << 16 | (uint64_t)s->el << 32 | bits(s->sys[SCTLR_EL1], 0, 0) << 34 | vm << 35;
}

static struct tlb_tag tag_of(uint64_t context)
{
    return (struct tlb_tag){
        .asid = (uint16_t)bits(context, 15, 0),
        .vmid = (uint16_t)bits(context, 31, 16),
        .regime = bits(context, 33, 32) == 2 ? REGIME_EL2 : REGIME_EL10,
        .stage1 = bit(context, 34),
        .stage2 = bit(context, 35),
    };
}

void mmu_select(struct mmu *mmu, const struct state *s)
{
    const uint64_t context = context_of(s);
    const uint64_t hash = context ^ context >> 14 ^ context >> 30;
    struct fast *fast = &mmu->fast[hash % FAST_CONTEXTS];
    mmu->current = fast;
    if (likely(fast->context == context))
        return;
    fast_clear(fast);
    fast->context = context;
    fast->tag = tag_of(context);
}

/* ---- stage 2 ---- */

/* The output size that TCR_ELx.IPS, PS or VTCR_EL2.PS selects, no more than is implemented. */
static unsigned output_bits(uint64_t ps)
{
    static const uint8_t sizes[8] = {32, 36, 40, 42, 44, 48, 48, 48};
    return sizes[ps] < PHYSICAL_BITS ? sizes[ps] : PHYSICAL_BITS;
}

/* Descriptors lie in memory: a walk that reached a device would have side effects. */
static struct fault read_physical(void *owner, uint64_t address, uint64_t *descriptor)
{
    const struct mmu *mmu = owner;
    const void *host = bus_load_host(mmu->bus, pa(address), sizeof *descriptor);
    if (!host)
        return (struct fault){.kind = FAULT_EXTERNAL_WALK};
    memcpy(descriptor, host, sizeof *descriptor);
    return NO_FAULT;
}

/* Fills the entry's stage 2 half: pa, s2_level, S2 permissions, and the smaller mapping size. */
static struct fault stage2(struct mmu *mmu, const struct state *s, ipa_t address, struct tlb_entry *e)
{
    static const uint8_t start_levels[4] = {2, 1, 0, 3};
    const uint64_t vtcr = s->sys[VTCR_EL2];
    const struct walk walk = {
        .table = bits(s->sys[VTTBR_EL2], 47, 1) << 1,
        .input = address.raw,
        .input_bits = 64 - (unsigned)bits(vtcr, 5, 0),
        .start_level = start_levels[bits(vtcr, 7, 6)],
        .output_bits = output_bits(bits(vtcr, 18, 16)),
    };
    struct fault fault = {.kind = FAULT_TRANSLATION}; /* beyond the input size: level 0 */
    struct leaf leaf;
    if (address.raw >> walk.input_bits == 0)
        fault = table_walk(&walk, read_physical, mmu, &leaf);
    if (fault.kind != FAULT_NONE) {
        fault.stage2 = true;
        fault.ipa = address;
        return fault;
    }
    const uint64_t d = leaf.descriptor;
    e->permissions |= (bit(d, 6) ? S2_R : 0) | (bit(d, 7) ? S2_W : 0) | (bit(d, 54) ? 0 : S2_X);
    e->device |= bits(d, 5, 4) == 0; /* MemAttr<3:2> == 0b00: Device */
    e->pa = pa(leaf.output);
    e->s2_level = leaf.level;
    e->shift = leaf.shift < e->shift ? leaf.shift : e->shift;
    return NO_FAULT;
}

/* ---- stage 1 ---- */

/* TCR_ELx.TBI, TBI0, TBI1: bits 63..56 of the address are the program's own (EffectiveTBI). */
static bool top_byte_ignored(const struct state *s, va_t address)
{
    if (s->el == 2)
        return bit(s->sys[TCR_EL2], 20);
    return bit(s->sys[TCR_EL1], bit(address.raw, 55) ? 38 : 37);
}

struct stage1_reader {
    struct mmu *mmu;
    const struct state *s;
    bool two_stages;
};

/* A stage 1 descriptor lies at an intermediate address: with stage 2 on, that is translated first. */
static struct fault read_intermediate(void *owner, uint64_t address, uint64_t *descriptor)
{
    const struct stage1_reader *r = owner;
    if (!r->two_stages)
        return read_physical(r->mmu, address, descriptor);
    struct tlb_entry table = {.shift = 63};
    struct fault fault = stage2(r->mmu, r->s, ipa(address), &table);
    if (fault.kind == FAULT_NONE && !(table.permissions & S2_R))
        fault = (struct fault){.kind = FAULT_PERMISSION, .level = table.s2_level, .stage2 = true, .ipa = ipa(address)};
    fault.on_walk = fault.kind != FAULT_NONE;
    return fault.on_walk ? fault : read_physical(r->mmu, table.pa.raw, descriptor);
}

/* AP, APTable, XN: what stage 1 allows (AArch64.S1DirectBasePermissions). */
static unsigned stage1_permissions(const struct state *s, enum regime regime, const struct leaf *leaf)
{
    const uint64_t d = leaf->descriptor;
    const uint64_t sctlr = s->sys[regime == REGIME_EL2 ? SCTLR_EL2 : SCTLR_EL1];
    const bool read_only = bit(d, 7) || bit(leaf->table_limits, 62);
    const bool el0 = regime == REGIME_EL10 && bit(d, 6) && !bit(leaf->table_limits, 61);
    const bool wxn = bit(sctlr, 19) && !read_only;
    const bool uxn = bit(d, 54) || bit(leaf->table_limits, 60);
    const bool pxn = regime == REGIME_EL2 ? uxn : bit(d, 53) || bit(leaf->table_limits, 59) || (el0 && !read_only);
    unsigned allowed = S1_EL1_R | (read_only ? 0 : S1_EL1_W) | (pxn || wxn ? 0 : S1_EL1_X);
    if (el0)
        allowed |= S1_EL0_R | (read_only ? 0 : S1_EL0_W);
    if (regime == REGIME_EL10 && !uxn && !(wxn && el0))
        allowed |= S1_EL0_X;
    return allowed;
}

/* Fills the entry's stage 1 half: ipa, s1_level, S1 permissions, global, device, shift. */
static struct fault stage1(struct mmu *mmu, const struct state *s, va_t address, struct tlb_entry *e)
{
    const bool el2 = e->tag.regime == REGIME_EL2;
    const bool upper = !el2 && bit(address.raw, 55);
    const uint64_t tcr = s->sys[el2 ? TCR_EL2 : TCR_EL1];
    const unsigned txsz = (unsigned)(upper ? bits(tcr, 21, 16) : bits(tcr, 5, 0));
    const bool disabled = !el2 && bit(tcr, upper ? 23 : 7); /* EPD1, EPD0 */
    const unsigned input_bits = 64 - (txsz < 16 ? 16 : txsz > 39 ? 39 : txsz);
    const enum sysreg ttbr = el2 ? TTBR0_EL2 : upper ? TTBR1_EL1 : TTBR0_EL1;
    const struct walk walk = {
        .table = bits(s->sys[ttbr], 47, 1) << 1,
        .input = address.raw,
        .input_bits = input_bits,
        .start_level = 4 - (input_bits - 4) / 9,
        .output_bits = output_bits(el2 ? bits(tcr, 18, 16) : bits(tcr, 34, 32)),
    };
    const int64_t extension = sign_extend(address.raw, top_byte_ignored(s, address) ? 56 : 64) >> input_bits;
    struct stage1_reader reader = {mmu, s, e->tag.stage2};
    struct leaf leaf;
    struct fault fault = {.kind = FAULT_TRANSLATION};
    if (!disabled && extension == (upper ? -1 : 0))
        fault = table_walk(&walk, read_intermediate, &reader, &leaf);
    if (fault.kind != FAULT_NONE)
        return fault;
    const uint64_t mair = s->sys[el2 ? MAIR_EL2 : MAIR_EL1];
    e->permissions |= stage1_permissions(s, e->tag.regime, &leaf);
    const unsigned attr = 8 * (unsigned)bits(leaf.descriptor, 4, 2); /* AttrIndx */
    e->device = bits(mair, attr + 7, attr + 4) == 0;
    e->global = el2 || !bit(leaf.descriptor, 11); /* nG */
    e->ipa = ipa(leaf.output);
    e->s1_level = leaf.level;
    e->shift = leaf.shift;
    return NO_FAULT;
}

/* ---- both ---- */

static unsigned needed(enum access_type type, unsigned el)
{
    const unsigned s1[] = {[ACCESS_READ] = S1_EL0_R, [ACCESS_WRITE] = S1_EL0_W, [ACCESS_FETCH] = S1_EL0_X};
    return el == 0 ? s1[type] : s1[type] << 3;
}

static struct fault check_stage1(const struct tlb_entry *e, enum access_type type, unsigned el)
{
    if (e->permissions & needed(type, el))
        return NO_FAULT;
    return (struct fault){.kind = FAULT_PERMISSION, .level = e->s1_level};
}

static struct fault check_stage2(const struct tlb_entry *e, enum access_type type, ipa_t address)
{
    if (e->permissions & (unsigned)(S2_R << type))
        return NO_FAULT;
    return (struct fault){.kind = FAULT_PERMISSION, .level = e->s2_level, .stage2 = true, .ipa = address};
}

/* Fills the stage 1 half of *e, and checks it: its faults come before those of stage 2. */
static struct fault walk_stage1(struct mmu *mmu, const struct state *s, va_t address, enum access_type type,
                                struct tlb_entry *e)
{
    if (!e->tag.stage1) {
        e->permissions |= S1_ALL;
        e->global = true;
        e->ipa = ipa(top_byte_ignored(s, address) ? bits(address.raw, 55, 0) : address.raw);
        return e->ipa.raw >> PHYSICAL_BITS ? (struct fault){.kind = FAULT_ADDRESS_SIZE} : NO_FAULT;
    }
    const struct fault fault = stage1(mmu, s, address, e);
    return fault.kind == FAULT_NONE ? check_stage1(e, type, s->el) : fault;
}

/* Fills the stage 2 half of *e, for the intermediate address `at` that its stage 1 half gives. */
static struct fault walk_stage2(struct mmu *mmu, const struct state *s, ipa_t at, struct tlb_entry *e)
{
    e->pa = pa_of_ipa(at);
    if (e->tag.stage2)
        return stage2(mmu, s, at, e);
    e->permissions |= S2_ALL;
    return NO_FAULT;
}

static void forget(struct mmu *mmu, const struct tlb_match *match)
{
    for (unsigned i = 0; i < FAST_CONTEXTS; i++) {
        struct fast *f = &mmu->fast[i];
        const struct tlb_tag *tag = &f->tag;
        if (tag->regime != match->regime || (match->by_vmid && tag->vmid != match->vmid))
            continue;
        if (!match->by_va) {
            fast_clear(f);
            continue;
        }
        const uint64_t page = match->va.raw >> PAGE_SHIFT;
        f->read[page % FAST_PAGES].tag = FAST_NO_PAGE;
        f->write[page % FAST_PAGES].tag = FAST_NO_PAGE;
        f->code[page % FAST_CODE_PAGES].tag = FAST_NO_PAGE;
    }
}

/* Keeps a translation, and keeps the fast tables a subset of the TLB. */
static void keep(struct mmu *mmu, struct tlb_entry *e, va_t address, ipa_t at)
{
    const uint64_t mask = ~ones(e->shift);
    e->va = va(address.raw & mask);
    e->ipa = ipa(at.raw & mask);
    e->pa = pa(e->pa.raw & mask);
    const struct tlb_entry evicted = tlb_insert(&mmu->tlb, e);
    if (!evicted.valid)
        return;
    forget(mmu, &(struct tlb_match){.regime = evicted.tag.regime,
                                    .by_vmid = true,
                                    .vmid = evicted.tag.vmid,
                                    .by_va = evicted.shift == SMALLEST_SHIFT,
                                    .va = evicted.va});
}

static uint64_t within(uint64_t base, const struct tlb_entry *e, va_t address)
{
    return (base & ~ones(e->shift)) | (address.raw & ones(e->shift));
}

struct fault mmu_translate(struct mmu *mmu, const struct state *s, va_t address, enum access_type type,
                           struct translation *out)
{
    const struct tlb_tag tag = mmu->current->tag;
    const struct tlb_entry *hit = tlb_lookup(&mmu->tlb, &tag, address);
    struct tlb_entry e = hit ? *hit : (struct tlb_entry){.tag = tag, .shift = tag.stage1 ? 0 : SMALLEST_SHIFT};
    struct fault fault = hit ? check_stage1(&e, type, s->el) : walk_stage1(mmu, s, address, type, &e);
    const ipa_t at = ipa(within(e.ipa.raw, &e, address));

    /* A stage 2 fault leaves the stage 1 half in the TLB: the next access to emulated MMIO walks stage 2 only. */
    const bool half = !(e.permissions & S2_ALL);
    if (fault.kind == FAULT_NONE && half) {
        fault = walk_stage2(mmu, s, at, &e);
        if ((tag.stage1 || tag.stage2) && (!hit || fault.kind == FAULT_NONE))
            keep(mmu, &e, address, at);
    }
    if (fault.kind == FAULT_NONE)
        fault = check_stage2(&e, type, at);
    const bool off = !tag.stage1 && type != ACCESS_FETCH; /* then data accesses are Device-nGnRnE */
    *out = (struct translation){pa(within(e.pa.raw, &e, address)), e.device || off};
    fault.va = address;
    return fault;
}

/* ---- for debuggers ---- */

/* Stage 1 of *e->tag at `address`; false: it leads nowhere. Walks only read RAM: see read_physical. */
static bool probe_stage1(struct mmu *mmu, const struct state *s, va_t address, struct tlb_entry *e)
{
    if (e->tag.stage1)
        return stage1(mmu, s, address, e).kind == FAULT_NONE;
    e->ipa = ipa(top_byte_ignored(s, address) ? bits(address.raw, 55, 0) : address.raw);
    return true;
}

bool mmu_probe(const struct mmu *mmu, const struct state *s, enum mmu_space space, uint64_t address, pa_t *out)
{
    struct mmu *walker = (struct mmu *)mmu; /* walks change nothing in it */
    struct state seen = *s;                 /* as if the regime's EL were current */
    if (space != MMU_CURRENT)
        seen.el = space == MMU_EL2 ? 2 : 1;
    struct tlb_entry e = {.tag = tag_of(context_of(&seen)), .shift = SMALLEST_SHIFT};
    const struct tlb_entry *known = space == MMU_IPA ? NULL : tlb_lookup(&mmu->tlb, &e.tag, va(address));
    if (known && known->permissions & S2_ALL) {
        *out = pa(within(known->pa.raw, known, va(address)));
        return true;
    }
    e.ipa = ipa(address);
    if (space != MMU_IPA && !probe_stage1(walker, &seen, va(address), &e))
        return false;
    const ipa_t at = ipa(space == MMU_IPA ? address : within(e.ipa.raw, &e, va(address)));
    if (walk_stage2(walker, &seen, at, &e).kind != FAULT_NONE)
        return false;
    *out = pa(within(e.pa.raw, &e, va(at.raw)));
    return true;
}

/* ---- the fast tables ---- */

void mmu_watch(struct mmu *mmu, bool watched)
{
    if (watched && !mmu->watched)
        mmu_forget_all(mmu);
    mmu->watched = watched;
}

void mmu_remember(struct mmu *mmu, va_t address, enum access_type type, void *host)
{
    if (mmu->watched)
        return;
    struct fast_page *table = type == ACCESS_WRITE ? mmu->current->write : mmu->current->read;
    const uint64_t page = align_down(address.raw, PAGE_SIZE);
    table[(page >> PAGE_SHIFT) % FAST_PAGES] = (struct fast_page){page, (uintptr_t)host - (uintptr_t)address.raw};
}

void mmu_remember_code(struct mmu *mmu, va_t address, struct code_page *page)
{
    mmu->current->code[(address.raw >> PAGE_SHIFT) % FAST_CODE_PAGES] =
        (struct fast_code){align_down(address.raw, PAGE_SIZE), page};
}

void mmu_forget_stores(struct mmu *mmu, const void *host_page)
{
    for (unsigned i = 0; i < FAST_CONTEXTS; i++)
        for (unsigned k = 0; k < FAST_PAGES; k++) {
            struct fast_page *p = &mmu->fast[i].write[k];
            if (p->tag != FAST_NO_PAGE && p->tag + p->host == (uintptr_t)host_page)
                p->tag = FAST_NO_PAGE;
        }
}

void mmu_forget_all(struct mmu *mmu)
{
    for (unsigned i = 0; i < FAST_CONTEXTS; i++)
        fast_clear(&mmu->fast[i]);
}

void mmu_forget_code(struct mmu *mmu, const struct code_page *page)
{
    for (unsigned i = 0; i < FAST_CONTEXTS; i++)
        for (unsigned k = 0; k < FAST_CODE_PAGES; k++)
            if (mmu->fast[i].code[k].page == page)
                mmu->fast[i].code[k].tag = FAST_NO_PAGE;
}

void mmu_invalidate(struct mmu *mmu, const struct tlb_match *match)
{
    struct tlb_match forgotten = *match;
    if (tlb_invalidate(&mmu->tlb, match))
        forgotten.by_va = false; /* the other pages of a block went with the one named */
    forget(mmu, &forgotten);
}
