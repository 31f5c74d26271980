#include "mmu/stage1.h"
#include "mmu/mmu.h"
#include "mmu/stage2.h"

enum { SCTLR_C = 2, SCTLR_I = 12, SCTLR_EE = 25 };

/* ---- off ---- */

/* AArch64.TranslateAddressS1Off. */
static struct fault stage1_off(struct mmu *mmu, const struct state *s, va_t address, struct tlb_entry *e)
{
    const enum regime regime = e->tag.regime;
    const bool instruction_cache = bit(s->sys[regime_rows[regime].sctlr], SCTLR_I);
    const uint64_t plain = regime_ignores_top_byte(s, regime, address) ? bits(address.raw, 55, 0) : address.raw;
    e->permissions |= S1_ALL;
    e->global = true;
    e->shift = e->s1_shift = 56; /* VA<55:0> is the intermediate address */
    e->ipa = ipa(plain);
    e->s1[FOR_DATA] = (struct memattr){ATTR_DEVICE_nGnRnE, SH_OUTER};
    e->s1[FOR_FETCH] = (struct memattr){instruction_cache ? ATTR_WRITE_THROUGH_RA : ATTR_NON_CACHEABLE, SH_OUTER};
    if (e->tag.stages & DEFAULT_CACHEABLE)
        e->s1[FOR_DATA] = e->s1[FOR_FETCH] = (struct memattr){ATTR_WRITE_BACK, SH_NON};
    return plain >> mmu_pa_bits(mmu) ? fault_at_level(FAULT_ADDRESS_SIZE, 0) : NO_FAULT;
}

/* ---- on ---- */

struct reader {
    struct mmu *mmu;
    const struct state *s;
    const struct walk_observer *observer;
};

/* A descriptor lies at an intermediate address: with stage 2 on, that is translated first. */
static struct fault locate(void *owner, uint64_t address, pa_t *at)
{
    const struct reader *r = owner;
    return stage2_of_descriptor(r->mmu, r->s, ipa(address), r->observer, at);
}

/* 64 - TxSZ. Out of range (below 16, above 39) it acts as the nearest value that is not: CONSTRAINED UNPREDICTABLE, where
 * a level 0 Translation fault is allowed, too (Unpredictable_RESTnSZ: Constraint_FORCE). */
static unsigned input_bits(uint64_t txsz)
{
    return 64 - (unsigned)(txsz < 16 ? 16 : txsz > 39 ? 39 : txsz);
}

/* The first level of which one table is enough. */
static unsigned start_level(unsigned input_bits, unsigned granule)
{
    const unsigned stride = granule - 3;
    return 4 - (input_bits - granule + stride - 1) / stride;
}

static void plan_attributes(struct stage1_plan *plan)
{
    for (unsigned index = 0; index < 8; index++)
        for (unsigned sh = 0; sh < 4; sh++) {
            const uint8_t mair = (uint8_t)(plan->mair >> 8 * index);
            struct memattr *a = plan->attributes[index][sh];
            a[FOR_DATA] = memattr_stage1(mair, sh, bit(plan->sctlr, SCTLR_C));
            a[FOR_FETCH] = memattr_for_fetch(memattr_stage1(mair, sh, bit(plan->sctlr, SCTLR_I)));
        }
}

static COLD void make_plan(const struct mmu *mmu, struct stage1_plan *plan, enum regime regime, bool upper)
{
    const struct regime_row *row = &regime_rows[regime];
    const struct regime_half *half = &row->half[upper];
    const bool negative = upper && row->half[0].ttbr != row->half[1].ttbr;
    const uint64_t tcr = plan->tcr;
    const unsigned size = input_bits(bits(tcr, half->txsz + 5, half->txsz));
    const unsigned granule = regime_granule(mmu->model, bits(tcr, half->tg + 1, half->tg), half->tg_of);
    plan->disabled = half->epd != NO_BIT && bit(tcr, half->epd);
    plan->top = bit(tcr, half->tbi) ? 55 : 63;
    plan->extension = negative ? ones(plan->top - size + 1) : 0;
    plan->rules = (struct walk_rules){
        .base = plan->ttbr,
        .stage = 1,
        .granule = (uint8_t)granule,
        .input_bits = (uint8_t)size,
        .start_level = (uint8_t)start_level(size, granule),
        .output_bits = (uint8_t)regime_output_bits(bits(tcr, row->ps + 2, row->ps), mmu_pa_bits(mmu)),
        .big_endian = bit(plan->sctlr, SCTLR_EE),
    };
    walk_rules_finish(&plan->rules);
    plan_attributes(plan);
}

/* The plan for an address, by the registers as they are now. */
static const struct stage1_plan *plan_for(struct mmu *mmu, const struct state *s, enum regime regime, va_t address)
{
    const bool upper = bit(address.raw, 55);
    const struct regime_row *row = &regime_rows[regime];
    struct stage1_plan *plan = &mmu->stage1[regime][upper];
    const uint64_t tcr = s->sys[row->tcr], ttbr = s->sys[row->half[upper].ttbr];
    const uint64_t mair = s->sys[row->mair], sctlr = s->sys[row->sctlr];
    if (likely(plan->sctlr == sctlr && plan->ttbr == ttbr && plan->tcr == tcr && plan->mair == mair))
        return plan;
    plan->tcr = tcr;
    plan->ttbr = ttbr;
    plan->mair = mair;
    plan->sctlr = sctlr; /* M is set, so that 0 is never met */
    make_plan(mmu, plan, regime, upper);
    return plan;
}

static struct fault walk_tables(struct mmu *mmu, const struct state *s, va_t address, const struct tlb_tag *tag,
                                const struct stage1_plan *plan, const struct walk_observer *observer, struct leaf *leaf)
{
    struct reader reader = {mmu, s, observer};
    const struct walk walk = {.rules = &plan->rules,
                              .input = address.raw,
                              .bus = mmu->bus,
                              .locate = tag->stages & STAGE2 ? locate : NULL,
                              .owner = &reader,
                              .observer = observer};
    if (plan->disabled || bits(address.raw, plan->top, plan->rules.input_bits) != plan->extension)
        return fault_at_level(FAULT_TRANSLATION, 0);
    return table_walk(&walk, leaf);
}

struct fault stage1_walk(struct mmu *mmu, const struct state *s, va_t address, const struct walk_observer *observer,
                         struct tlb_entry *e)
{
    if (!(e->tag.stages & STAGE1))
        return stage1_off(mmu, s, address, e);
    const struct stage1_plan *plan = plan_for(mmu, s, e->tag.regime, address);
    struct leaf leaf;
    const struct fault fault = walk_tables(mmu, s, address, &e->tag, plan, observer, &leaf);
    if (fault.kind != FAULT_NONE)
        return fault;
    const uint64_t d = leaf.descriptor;
    const struct memattr *attributes = plan->attributes[bits(d, 4, 2)][bits(d, 9, 8)]; /* AttrIndx, SH */
    e->permissions |= (uint16_t)permissions_stage1(s, e->tag.regime, &leaf);
    e->global = !regime_rows[e->tag.regime].two_privileges || !bit(d, 11); /* nG */
    e->s1[FOR_DATA] = attributes[FOR_DATA];
    e->s1[FOR_FETCH] = attributes[FOR_FETCH];
    e->ipa = ipa(leaf.output);
    e->s1_level = leaf.level;
    e->shift = e->s1_shift = leaf.shift;
    return NO_FAULT;
}
