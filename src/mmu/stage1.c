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

static struct fault walk_tables(struct mmu *mmu, const struct state *s, va_t address, const struct tlb_tag *tag,
                                const struct walk_observer *observer, struct leaf *leaf)
{
    const struct regime_row *row = &regime_rows[tag->regime];
    const struct regime_half *half = regime_half_of(tag->regime, address);
    const bool upper = row->half[0].ttbr != row->half[1].ttbr && bit(address.raw, 55);
    const uint64_t tcr = s->sys[row->tcr];
    const unsigned size = input_bits(bits(tcr, half->txsz + 5, half->txsz));
    const unsigned top = regime_ignores_top_byte(s, tag->regime, address) ? 55 : 63;
    const uint64_t extension = bits(address.raw, top, size);
    if ((half->epd != NO_BIT && bit(tcr, half->epd)) || extension != (upper ? ones(top - size + 1) : 0))
        return fault_at_level(FAULT_TRANSLATION, 0);
    const unsigned granule = regime_granule(mmu->model, bits(tcr, half->tg + 1, half->tg), half->tg_of);
    struct reader reader = {mmu, s, observer};
    const struct walk walk = {
        .base = s->sys[half->ttbr],
        .input = address.raw,
        .stage = 1,
        .granule = (uint8_t)granule,
        .input_bits = (uint8_t)size,
        .start_level = (uint8_t)start_level(size, granule),
        .output_bits = (uint8_t)regime_output_bits(bits(tcr, row->ps + 2, row->ps), mmu_pa_bits(mmu)),
        .big_endian = bit(s->sys[row->sctlr], SCTLR_EE),
        .bus = mmu->bus,
        .locate = tag->stages & STAGE2 ? locate : NULL,
        .owner = &reader,
        .observer = observer,
    };
    return table_walk(&walk, leaf);
}

struct fault stage1_walk(struct mmu *mmu, const struct state *s, va_t address, const struct walk_observer *observer,
                         struct tlb_entry *e)
{
    if (!(e->tag.stages & STAGE1))
        return stage1_off(mmu, s, address, e);
    const struct regime_row *row = &regime_rows[e->tag.regime];
    struct leaf leaf;
    const struct fault fault = walk_tables(mmu, s, address, &e->tag, observer, &leaf);
    if (fault.kind != FAULT_NONE)
        return fault;
    const uint64_t d = leaf.descriptor, sctlr = s->sys[row->sctlr];
    const uint8_t mair = (uint8_t)(s->sys[row->mair] >> 8 * bits(d, 4, 2)); /* AttrIndx */
    e->permissions |= (uint16_t)permissions_stage1(s, e->tag.regime, &leaf);
    e->global = !row->two_privileges || !bit(d, 11); /* nG */
    e->s1[FOR_DATA] = memattr_stage1(mair, (unsigned)bits(d, 9, 8), bit(sctlr, SCTLR_C));
    e->s1[FOR_FETCH] = memattr_for_fetch(memattr_stage1(mair, (unsigned)bits(d, 9, 8), bit(sctlr, SCTLR_I)));
    e->ipa = ipa(leaf.output);
    e->s1_level = leaf.level;
    e->shift = e->s1_shift = leaf.shift;
    return NO_FAULT;
}
