#include "mmu/stage2.h"
#include "mmu/mmu.h"

enum { SCTLR_EE = 25, HCR_PTW = 2, HCR_CD = 32, HCR_ID = 33 };

/* Whether VTCR_EL2.{SL0, T0SZ} fit each other and the core: no level 0 on a core of 42 bits or fewer, a first table of 2
 * entries to 16 pages. An input size above the core's acts as the core's (Unpredictable_LARGEIPA, Unpredictable_RESTnSZ:
 * Constraint_FORCE; a level 0 Translation fault is allowed, too). */
static bool describe_walk(const struct mmu *mmu, uint64_t vtcr, struct walk *walk)
{
    const unsigned pa_bits = mmu_pa_bits(mmu), sl0 = (unsigned)bits(vtcr, 7, 6);
    unsigned size = 64 - (unsigned)bits(vtcr, 5, 0);
    size = size < 25 ? 25 : size > 48 ? 48 : size;
    walk->input_bits = size < pa_bits ? size : pa_bits;
    walk->start_level = 2 - sl0;
    if (sl0 == 3 || (sl0 == 2 && pa_bits <= 42))
        return false;
    const int entries = (int)walk->input_bits - (int)level_shift(walk->start_level); /* log2 */
    return entries >= 1 && entries <= 9 + 4;
}

static struct fault walk_tables(struct mmu *mmu, const struct state *s, ipa_t address, struct leaf *leaf)
{
    const uint64_t vtcr = s->sys[VTCR_EL2];
    struct walk walk = {
        .base = s->sys[VTTBR_EL2],
        .input = address.raw,
        .output_bits = regime_output_bits(bits(vtcr, 18, 16), mmu_pa_bits(mmu)),
        .big_endian = bit(s->sys[SCTLR_EL2], SCTLR_EE),
    };
    struct fault fault = fault_at_level(FAULT_TRANSLATION, 0);
    if (describe_walk(mmu, vtcr, &walk) && address.raw >> walk.input_bits == 0)
        fault = table_walk(&walk, walk_read_physical, mmu->bus, leaf);
    fault.stage2 = fault.kind != FAULT_NONE;
    fault.ipa = address;
    return fault;
}

struct fault stage2_walk(struct mmu *mmu, const struct state *s, ipa_t address, struct tlb_entry *e)
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
    const struct fault fault = walk_tables(mmu, s, address, &leaf);
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

struct fault stage2_of_descriptor(struct mmu *mmu, const struct state *s, ipa_t address, pa_t *out)
{
    struct leaf leaf;
    struct fault fault = walk_tables(mmu, s, address, &leaf);
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
