#include "mmu/mmu.h"
#include <string.h>

void mmu_init(struct mmu *mmu, struct bus *bus, const struct cpu_model *model)
{
    memset(mmu, 0, sizeof *mmu);
    mmu->bus = bus;
    mmu->model = model;
    mmu->current = &mmu->fast[0];
    tlb_init(&mmu->tlb, model->tlb_sets, model->tlb_ways);
    for (unsigned i = 0; i < FAST_CONTEXTS; i++)
        fast_clear(&mmu->fast[i]);
}

void mmu_reset(struct mmu *mmu)
{
    tlb_clear(&mmu->tlb);
    mmu_forget_all(mmu);
}

/* ---- contexts ---- */

enum {
    CONTEXT_EL = 32,      /* <33:32>, above VMID<31:16> and ASID<15:0> */
    CONTEXT_STAGES = 34,  /* <36:34> */
    CONTEXT_ALIGN = 37,   /* SCTLR_ELx.A */
    CONTEXT_BIG = 38,     /* data are big-endian */
    CONTEXT_TAGS = 39,    /* <40:39>: TBI, TBI1 */
    CONTEXT_SP_ALIGN = 41 /* <42:41>: SCTLR_ELx.SA0, SA */
};

/* What SCTLR_ELx adds: alignment checks, and the endianness of data by its bit `big`. */
static uint64_t context_of_sctlr(uint64_t sctlr, unsigned big)
{
    return bits(sctlr, 1, 1) << CONTEXT_ALIGN | bits(sctlr, big, big) << CONTEXT_BIG |
           bits(sctlr, 4, 3) << CONTEXT_SP_ALIGN;
}

/* All that a fast table depends on, in one word. */
static uint64_t context_of(const struct mmu *mmu, const struct state *s, unsigned el)
{
    if (el == 2)
        return UINT64_C(2) << CONTEXT_EL | (uint64_t)regime_stages(s, REGIME_EL2) << CONTEXT_STAGES |
               context_of_sctlr(s->sys[SCTLR_EL2], 25) | bits(s->sys[TCR_EL2], 20, 20) << CONTEXT_TAGS;
    return regime_asid(s, REGIME_EL10, mmu->model->asid_bits) |
           (uint64_t)regime_vmid(s, REGIME_EL10, mmu->model->vmid_bits) << 16 | (uint64_t)el << CONTEXT_EL |
           (uint64_t)regime_stages(s, REGIME_EL10) << CONTEXT_STAGES |
           context_of_sctlr(s->sys[SCTLR_EL1], el == 0 ? 24 : 25) | bits(s->sys[TCR_EL1], 38, 37) << CONTEXT_TAGS;
}

static struct tlb_tag tag_of(uint64_t context)
{
    return (struct tlb_tag){
        .asid = (uint16_t)bits(context, 15, 0),
        .vmid = (uint16_t)bits(context, 31, 16),
        .regime = (uint8_t)regime_of_el((unsigned)bits(context, CONTEXT_EL + 1, CONTEXT_EL)),
        .stages = (uint8_t)bits(context, CONTEXT_STAGES + 2, CONTEXT_STAGES),
    };
}

/* mmu->flush: EL2, which has neither VMID nor ASID, takes nobody's place. */
static COLD void flush_for(struct mmu *mmu, uint64_t context)
{
    const uint32_t ids = (uint32_t)context;
    if (bits(context, CONTEXT_EL + 1, CONTEXT_EL) == 2 || ids == mmu->flushed_for)
        return;
    mmu->flushed_for = ids;
    mmu_reset(mmu);
}

void mmu_select(struct mmu *mmu, const struct state *s)
{
    memset(mmu->selected, 0, sizeof mmu->selected);
    mmu_find_el(mmu, s);
}

void mmu_find_el(struct mmu *mmu, const struct state *s)
{
    const uint64_t context = context_of(mmu, s, s->el);
    const uint64_t hash = context ^ context >> 14 ^ context >> 30;
    struct fast *fast = &mmu->fast[hash % FAST_CONTEXTS];
    mmu->current = fast;
    if (unlikely(mmu->flush))
        flush_for(mmu, context);
    else
        mmu->selected[s->el] = (struct selected){fast, context};
    if (likely(fast->context == context))
        return;
    if (mmu->used & BIT(hash % FAST_CONTEXTS))
        fast_clear(fast);
    mmu->used &= ~BIT(hash % FAST_CONTEXTS);
    fast->context = context;
    fast->tag = tag_of(context);
}

/* ---- translating ---- */

/* Who wants what. */
struct request {
    const struct state *s;
    struct tlb_tag tag;
    va_t address;
    enum access_type type;
    uint8_t el;
    bool misaligned;
    bool stage1_only;
    const struct walk_observer *observer; /* NULL: nobody looks on */
};

static uint64_t within(uint64_t base, const struct tlb_entry *e, va_t address)
{
    return (base & ~ones(e->shift)) | (address.raw & ones(e->shift));
}

/* The order of AArch64.FirstStageTranslate: alignment, then permissions. */
static struct fault check_stage1(const struct tlb_entry *e, const struct request *r)
{
    if (r->misaligned && memattr_is_device(e->s1[FOR_DATA]))
        return fault_at_level(FAULT_ALIGNMENT, 0);
    if (!permitted_stage1(e->permissions, r->type, r->el))
        return fault_at_level(FAULT_PERMISSION, e->s1_level);
    return NO_FAULT;
}

/* The order of AArch64.SecondStageTranslate. */
static struct fault check_stage2(const struct tlb_entry *e, const struct request *r, ipa_t address)
{
    struct fault fault = NO_FAULT;
    if (r->misaligned && memattr_is_device(e->all[FOR_DATA]))
        fault = fault_at_level(FAULT_ALIGNMENT, 0);
    else if (!permitted_stage2(e->permissions, r->type))
        fault = fault_at_level(FAULT_PERMISSION, e->s2_level);
    fault.stage2 = fault.kind != FAULT_NONE;
    fault.ipa = address;
    return fault;
}

/* Whether the top byte is one that the TLB, which does not have it, need not know. */
static bool is_canonical(const struct state *s, enum regime regime, va_t address)
{
    const bool upper = regime == REGIME_EL10 && bit(address.raw, 55);
    return bits(address.raw, 63, 56) == (upper ? 0xffu : 0) || regime_ignores_top_byte(s, regime, address);
}

/* The older one wins, unless it is to be an abort. */
static COLD struct fault meet_rival(struct mmu *mmu, const struct request *r, const struct tlb_entry *rival)
{
    if (tlb_tell(&mmu->tlb, rival) && mmu->conflict)
        mmu->conflict(mmu->conflict_owner, r->address, rival);
    return fault_at_level(mmu->conflict_aborts ? FAULT_TLB_CONFLICT : FAULT_NONE, 0);
}

/* *hit: NULL on a miss. */
static struct fault look_up(struct mmu *mmu, const struct request *r, const struct tlb_entry **hit)
{
    const struct tlb_entry *rival = NULL;
    *hit = NULL;
    if (is_canonical(r->s, r->tag.regime, r->address))
        *hit = tlb_find(&mmu->tlb, &r->tag, r->address, &rival);
    return unlikely(rival) ? meet_rival(mmu, r, rival) : NO_FAULT;
}

/* What was learned on the way: whether to keep the translation, or its stage 1 half. */
enum learned { NOTHING, HALF, WHOLE };

/* *e: the translation, from the TLB (hit) or by walking (NULL: a miss), as far as it goes; e->ipa and e->pa are the address's own
 * page or block. *learned: what the TLB does not have. A stage that faults is not learned. */
static struct fault resolve(struct mmu *mmu, const struct request *r, const struct tlb_entry *hit, struct tlb_entry *e,
                            enum learned *learned)
{
    struct fault fault = NO_FAULT;
    *e = hit ? *hit : (struct tlb_entry){.tag = r->tag};
    *learned = NOTHING;
    if (!hit)
        fault = stage1_walk(mmu, r->s, r->address, r->observer, e);
    if (fault.kind == FAULT_NONE)
        fault = check_stage1(e, r);
    if (fault.kind != FAULT_NONE || r->stage1_only)
        return fault;
    const ipa_t at = ipa(within(e->ipa.raw, e, r->address));
    const bool walked = !e->whole;
    if (walked)
        fault = stage2_walk(mmu, r->s, at, r->observer, e);
    if (fault.kind == FAULT_NONE)
        fault = check_stage2(e, r, at);
    if (fault.kind != FAULT_NONE)
        *learned = !hit && r->tag.stages & STAGE1 ? HALF : NOTHING;
    else if (walked && r->tag.stages)
        *learned = WHOLE;
    return fault;
}

/* ---- remembering translations ---- */

/* Whether some of what the entry translates may have other entries already, for the same or another ASID. */
static bool may_have_rivals(const struct mmu *mmu, const struct tlb_entry *e)
{
    return (e->global && e->tag.regime == REGIME_EL10) || tlb_has_smaller(&mmu->tlb, e->shift);
}

/* Keeps a translation, and keeps the fast tables a subset of the TLB. Where it has rivals, look-ups must find both. */
static void keep(struct mmu *mmu, struct tlb_entry *e, va_t address)
{
    const uint64_t mask = ~ones(e->shift);
    struct tlb_entry evicted;
    e->va = va(bits(address.raw, 55, 0) & mask);
    if (may_have_rivals(mmu, e))
        mmu_forget_entry(mmu, e);
    if (!tlb_insert(&mmu->tlb, e, &evicted))
        return;
    mmu->counts.evictions++;
    mmu_forget_entry(mmu, &evicted);
}

/* The stage 1 half of a translation of which stage 2 has faulted. */
static COLD void keep_half(struct mmu *mmu, const struct tlb_entry *e, va_t address)
{
    struct tlb_entry half = *e;
    half.shift = e->s1_shift;
    half.ipa.raw &= ~ones(half.shift);
    half.permissions &= (uint16_t)~S2_ALL;
    half.whole = false;
    half.s2_level = half.s2_shift = 0;
    half.all[FOR_DATA] = half.all[FOR_FETCH] = (struct memattr){0};
    half.pa = pa(0);
    keep(mmu, &half, address);
}

static void learn(struct mmu *mmu, va_t address, struct tlb_entry *e, enum learned learned)
{
    if (learned == HALF)
        keep_half(mmu, e, address);
    if (learned != WHOLE)
        return;
    e->ipa.raw = ((e->ipa.raw & ~ones(e->s1_shift)) | (address.raw & ones(e->s1_shift))) & ~ones(e->shift);
    e->pa.raw &= ~ones(e->shift);
    keep(mmu, e, address);
}

struct fault mmu_translate(struct mmu *mmu, const struct state *s, va_t address, enum access_type type, bool misaligned,
                           struct translation *out)
{
    const struct request r = {
        .s = s, .tag = mmu->current->tag, .address = address, .type = type, .el = s->el, .misaligned = misaligned};
    const struct tlb_entry *hit;
    struct tlb_entry e;
    enum learned learned = NOTHING;
    struct fault fault = look_up(mmu, &r, &hit);
    if (likely(r.tag.stages)) {
        mmu->counts.lookups++;
        mmu->counts.misses += !hit || !hit->whole;
    }
    if (likely(fault.kind == FAULT_NONE))
        fault = resolve(mmu, &r, hit, &e, &learned);
    if (learned)
        learn(mmu, address, &e, learned);
    fault.va = address;
    if (fault.kind != FAULT_NONE)
        return fault;
    const struct memattr attributes = e.all[type == ACCESS_FETCH ? FOR_FETCH : FOR_DATA];
    *out = (struct translation){pa(within(e.pa.raw, &e, address)), memattr_is_device(attributes), attributes};
    return fault;
}

/* ---- AT ---- */

enum { PAR_RES1 = 11, PAR_S = 9, PAR_NS = 9, PAR_PTW = 8 };

static uint64_t par_of_fault(const struct fault *fault)
{
    return BIT(PAR_RES1) | (uint64_t)fault->stage2 << PAR_S | (uint64_t)fault->on_walk << PAR_PTW |
           (uint64_t)fault_status(fault) << 1 | 1;
}

static uint64_t par_of(uint64_t address, struct memattr a)
{
    return (uint64_t)a.attr << 56 | bits(address, 47, 12) << 12 | BIT(PAR_RES1) | BIT(PAR_NS) | (uint64_t)a.sh << 7;
}

uint64_t mmu_at(struct mmu *mmu, const struct state *s, va_t address, struct at_request request, struct fault *fault)
{
    const struct request r = {.s = s,
                              .tag = tag_of(context_of(mmu, s, request.el)),
                              .address = address,
                              .type = request.write ? ACCESS_WRITE : ACCESS_READ,
                              .el = request.el,
                              .stage1_only = !request.both};
    const struct tlb_entry *hit;
    struct tlb_entry e;
    enum learned forgotten;
    if (unlikely(mmu->flush))
        flush_for(mmu, context_of(mmu, s, request.el));
    *fault = look_up(mmu, &r, &hit);
    if (fault->kind == FAULT_NONE)
        *fault = resolve(mmu, &r, hit, &e, &forgotten);
    fault->va = address;
    if (fault->kind != FAULT_NONE)
        return par_of_fault(fault);
    if (request.both)
        return par_of(within(e.pa.raw, &e, address), e.all[FOR_DATA]);
    return par_of(within(e.ipa.raw, &e, address), e.s1[FOR_DATA]);
}

/* ---- for debuggers ---- */

static const struct tlb_entry *known_at(const struct mmu *mmu, const struct state *s, const struct tlb_tag *tag,
                                        va_t address)
{
    const struct tlb_entry *rival;
    return is_canonical(s, tag->regime, address) ? tlb_find(&mmu->tlb, tag, address, &rival) : NULL;
}

static bool probe_virtual(struct mmu *mmu, const struct state *s, unsigned el, va_t address, struct tlb_entry *e)
{
    const struct tlb_tag tag = tag_of(context_of(mmu, s, el));
    const struct tlb_entry *known = known_at(mmu, s, &tag, address);
    *e = known ? *known : (struct tlb_entry){.tag = tag};
    return known || stage1_walk(mmu, s, address, NULL, e).kind == FAULT_NONE;
}

bool mmu_probe(const struct mmu *mmu, const struct state *s, enum mmu_space space, uint64_t address, pa_t *out)
{
    struct mmu *walker = (struct mmu *)mmu; /* walks change nothing that shows */
    const unsigned el = space == MMU_CURRENT ? s->el : space == MMU_EL2 ? 2 : 1;
    struct tlb_entry e = {.tag = tag_of(context_of(mmu, s, el)), .shift = 63, .ipa = ipa(address)};
    if (space != MMU_IPA && !probe_virtual(walker, s, el, va(address), &e))
        return false;
    if (!e.whole && stage2_walk(walker, s, ipa(within(e.ipa.raw, &e, va(address))), NULL, &e).kind != FAULT_NONE)
        return false;
    *out = pa(within(e.pa.raw, &e, va(address)));
    return true;
}

/* Stage 2 alone, of an intermediate address. */
static struct fault explain_intermediate(struct mmu *mmu, const struct request *r, struct tlb_entry *e)
{
    const ipa_t at = ipa(r->address.raw);
    *e = (struct tlb_entry){.tag = r->tag, .shift = 63, .ipa = at, .permissions = S1_ALL, .global = true};
    e->s1[FOR_DATA] = e->s1[FOR_FETCH] = (struct memattr){ATTR_WRITE_BACK, SH_NON};
    const struct fault fault = stage2_walk(mmu, r->s, at, r->observer, e);
    return fault.kind == FAULT_NONE ? check_stage2(e, r, at) : fault;
}

struct fault mmu_explain(const struct mmu *mmu, const struct state *s, struct mmu_question question,
                         const struct walk_observer *observer, struct mmu_explanation *out)
{
    struct mmu *walker = (struct mmu *)mmu; /* walks change nothing that shows */
    const struct request r = {.s = s,
                              .tag = tag_of(context_of(mmu, s, question.el)),
                              .address = va(question.address),
                              .type = question.type,
                              .el = question.el,
                              .observer = observer};
    enum learned forgotten;
    *out = (struct mmu_explanation){.cached = NULL};
    if (!question.intermediate)
        out->cached = known_at(mmu, s, &r.tag, r.address);
    struct fault fault = question.intermediate ? explain_intermediate(walker, &r, &out->found)
                                               : resolve(walker, &r, NULL, &out->found, &forgotten);
    fault.va = r.address;
    out->found.ipa = ipa(within(out->found.ipa.raw, &out->found, r.address));
    out->found.pa = pa(within(out->found.pa.raw, &out->found, r.address));
    return fault;
}
