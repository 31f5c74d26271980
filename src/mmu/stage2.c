#include "mmu/stage2.h"
#include "mmu/mmu.h"

enum { SCTLR_EE = 25, HCR_PTW = 2, HCR_CD = 32, HCR_ID = 33 };

/* What VTCR_EL2.{TG0, SL0} mean with each granule: the level for SL0 = 0; the highest level there is, and the one that takes
 * a core of more than so many bits. */
struct first_levels {
    uint8_t granule, level, highest, large, more_than;
};

static const struct first_levels *first_levels_of(unsigned granule)
{
    static const struct first_levels rows[] = {{12, 2, 0, 0, 42}, {14, 3, 1, 1, 40}, {16, 3, 1, 1, 42}};
    return &rows[(granule - 12) / 2];
}

/* Whether VTCR_EL2.{SL0, T0SZ} fit each other and the core: a first level that there is, a first table of 2 entries to 16
 * pages. An input size above the core's acts as the core's (Unpredictable_LARGEIPA, Unpredictable_RESTnSZ:
 * Constraint_FORCE; a level 0 Translation fault is allowed, too). */
static bool plan_levels(const struct mmu *mmu, uint64_t vtcr, struct walk_rules *rules)
{
    const unsigned pa_bits = mmu_pa_bits(mmu), sl0 = (unsigned)bits(vtcr, 7, 6);
    unsigned size = 64 - (unsigned)bits(vtcr, 5, 0);
    size = size < 25 ? 25 : size > 48 ? 48 : size;
    rules->granule = (uint8_t)regime_granule(mmu->model, bits(vtcr, 15, 14), TG0);
    rules->input_bits = (uint8_t)(size < pa_bits ? size : pa_bits);
    const struct first_levels *first = first_levels_of(rules->granule);
    const int level = first->level - (int)sl0;
    if (level < first->highest || (level == first->large && pa_bits <= first->more_than))
        return false;
    rules->start_level = (uint8_t)level;
    const int entries = rules->input_bits - (int)level_shift(rules->granule, (unsigned)level); /* log2 */
    return entries >= 1 && entries <= rules->granule - 3 + 4;
}

static COLD void make_plan(const struct mmu *mmu, struct stage2_plan *plan)
{
    plan->rules = (struct walk_rules){
        .base = plan->vttbr,
        .stage = 2,
        .output_bits = (uint8_t)regime_output_bits(bits(plan->vtcr, 18, 16), mmu_pa_bits(mmu)),
        .big_endian = bit(plan->sctlr, SCTLR_EE),
    };
    plan->fits = plan_levels(mmu, plan->vtcr, &plan->rules);
    if (plan->fits)
        walk_rules_finish(&plan->rules);
}

/* The plan, by the registers as they are now. */
static const struct stage2_plan *plan_for(struct mmu *mmu, const struct state *s)
{
    struct stage2_plan *plan = &mmu->stage2;
    const uint64_t vtcr = s->sys[VTCR_EL2], vttbr = s->sys[VTTBR_EL2], sctlr = s->sys[SCTLR_EL2] | 1;
    if (likely(plan->vttbr == vttbr && plan->vtcr == vtcr && plan->sctlr == sctlr))
        return plan;
    plan->vtcr = vtcr;
    plan->vttbr = vttbr;
    plan->sctlr = sctlr; /* with a bit set, so that 0 is never met */
    make_plan(mmu, plan);
    return plan;
}

static struct fault walk_tables(struct mmu *mmu, const struct state *s, ipa_t address,
                                const struct walk_observer *observer, struct leaf *leaf)
{
    const struct stage2_plan *plan = plan_for(mmu, s);
    const struct walk walk = {.rules = &plan->rules, .input = address.raw, .bus = mmu->bus, .observer = observer};
    struct fault fault = fault_at_level(FAULT_TRANSLATION, 0);
    if (plan->fits && address.raw >> plan->rules.input_bits == 0)
        fault = table_walk(&walk, leaf);
    fault.stage2 = fault.kind != FAULT_NONE;
    fault.ipa = address;
    return fault;
}

struct fault stage2_walk(struct mmu *mmu, const struct state *s, ipa_t address, const struct walk_observer *observer,
                         struct tlb_entry *e)
{
    e->pa = pa_of_ipa(address);
    e->all[FOR_DATA] = e->s1[FOR_DATA];
    e->all[FOR_FETCH] = e->s1[FOR_FETCH];
    if (!(e->tag.stages & STAGE2)) {
        e->permissions |= S2_ALL;
        e->whole = true;
        return NO_FAULT;
    }
    struct leaf leaf;
    const struct fault fault = walk_tables(mmu, s, address, observer, &leaf);
    if (fault.kind != FAULT_NONE)
        return fault;
    const unsigned memattr = (unsigned)bits(leaf.descriptor, 5, 2), sh = (unsigned)bits(leaf.descriptor, 9, 8);
    const uint64_t hcr = effective_hcr(s);
    e->all[FOR_DATA] = memattr_combine(e->s1[FOR_DATA], memattr, sh, !bit(hcr, HCR_CD));
    e->all[FOR_FETCH] = memattr_for_fetch(memattr_combine(e->s1[FOR_FETCH], memattr, sh, !bit(hcr, HCR_ID)));
    e->permissions |= (uint16_t)permissions_stage2(&leaf);
    e->pa = pa(leaf.output);
    e->s2_level = leaf.level;
    e->s2_shift = leaf.shift;
    e->shift = leaf.shift < e->shift ? leaf.shift : e->shift;
    e->whole = true;
    return NO_FAULT;
}

struct fault stage2_of_descriptor(struct mmu *mmu, const struct state *s, ipa_t address,
                                  const struct walk_observer *observer, pa_t *out)
{
    struct leaf leaf;
    struct fault fault = walk_tables(mmu, s, address, observer, &leaf);
    if (fault.kind == FAULT_NONE) {
        const bool device = bits(leaf.descriptor, 5, 4) == 0; /* MemAttr<3:2> */
        const bool refused = !(permissions_stage2(&leaf) & S2_R) || (device && bit(effective_hcr(s), HCR_PTW));
        if (refused)
            fault = (struct fault){.kind = FAULT_PERMISSION, .level = leaf.level, .stage2 = true, .ipa = address};
        *out = pa(leaf.output);
    }
    fault.on_walk = fault.kind != FAULT_NONE;
    return fault;
}
