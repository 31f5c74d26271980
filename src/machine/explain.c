/* trapeze_walk: what the tables say of an access; trapeze_tlb: what the TLB was asked. */
#include "machine/library.h"

struct steps {
    struct trapeze_walk_step *step;
    size_t count, max;
};

static void told(void *owner, const struct walk_step *s)
{
    static const enum trapeze_descriptor meanings[] = {[WALK_TABLE] = TRAPEZE_TABLE,
                                                       [WALK_BLOCK] = TRAPEZE_BLOCK,
                                                       [WALK_PAGE] = TRAPEZE_PAGE,
                                                       [WALK_INVALID] = TRAPEZE_INVALID,
                                                       [WALK_UNREAD] = TRAPEZE_UNREAD};
    struct steps *steps = owner;
    const bool unread = s->meaning == WALK_UNREAD;
    if (steps->count < steps->max)
        steps->step[steps->count] = (struct trapeze_walk_step){
            s->stage, s->level, meanings[s->meaning], s->address, unread ? 0 : s->at.raw, unread ? 0 : s->value};
    steps->count++;
}

static void set_fault(struct trapeze_walk_end *end, const struct fault *fault)
{
    static const enum trapeze_fault kinds[] = {[FAULT_NONE] = TRAPEZE_FAULT_NONE,
                                               [FAULT_ADDRESS_SIZE] = TRAPEZE_FAULT_ADDRESS_SIZE,
                                               [FAULT_TRANSLATION] = TRAPEZE_FAULT_TRANSLATION,
                                               [FAULT_ACCESS_FLAG] = TRAPEZE_FAULT_ACCESS_FLAG,
                                               [FAULT_PERMISSION] = TRAPEZE_FAULT_PERMISSION,
                                               [FAULT_EXTERNAL] = TRAPEZE_FAULT_EXTERNAL,
                                               [FAULT_EXTERNAL_WALK] = TRAPEZE_FAULT_EXTERNAL};
    if (fault->kind == FAULT_NONE)
        return;
    end->fault = kinds[fault->kind];
    end->fault_stage = fault->stage2 ? 2 : 1;
    end->fault_level = fault->level;
    end->fault_on_walk = fault->on_walk;
    end->fault_status = (uint8_t)fault_status(fault);
    end->fault_ipa = fault->stage2 ? fault->ipa.raw : 0;
}

static void set_found(struct trapeze_walk_end *end, const struct tlb_entry *e, enum trapeze_access access)
{
    const struct memattr *attributes = &e->all[access == TRAPEZE_EXECUTE ? FOR_FETCH : FOR_DATA];
    end->stage1 = e->tag.stages & STAGE1;
    end->stage2 = e->tag.stages & STAGE2;
    end->vmid = e->tag.vmid;
    end->asid = e->tag.asid;
    end->global = e->global;
    end->ipa = e->ipa.raw;
    end->level1 = e->s1_level;
    end->level2 = e->s2_level;
    end->shift = e->shift;
    end->permissions = e->permissions;
    if (!e->whole)
        return;
    end->pa = e->pa.raw;
    end->attr = attributes->attr;
    end->sh = attributes->sh;
}

static void set_cached(struct trapeze_walk_end *end, const struct tlb_entry *e, uint64_t address)
{
    if (!e || !e->whole)
        return;
    end->cached = true;
    end->cached_pa = e->pa.raw | (address & ones(e->shift));
    end->cached_permissions = e->permissions;
}

static uint8_t el_of(const struct cpu *cpu, enum trapeze_world world, bool el0)
{
    const uint8_t el = world == TRAPEZE_CURRENT ? cpu->state.el : world == TRAPEZE_EL2 ? 2 : 1;
    return el0 && el == 1 ? 0 : el;
}

size_t trapeze_walk(const struct trapeze *t, unsigned cpu, enum trapeze_world world, uint64_t address,
                    enum trapeze_access access, bool el0, struct trapeze_walk_step *step, size_t max,
                    struct trapeze_walk_end *end)
{
    static const enum access_type types[] = {ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH};
    const struct cpu *c = &t->virt.cpu[cpu];
    struct steps steps = {step, 0, max};
    const struct walk_observer observer = {told, &steps};
    const struct mmu_question question = {address, types[access], el_of(c, world, el0), world == TRAPEZE_IPA};
    struct mmu_explanation explanation;
    *end = (struct trapeze_walk_end){.pa = address};
    if (world == TRAPEZE_PHYSICAL)
        return 0;
    const struct fault fault = mmu_explain(&c->mmu, &c->state, question, &observer, &explanation);
    end->pa = 0;
    set_found(end, &explanation.found, access);
    set_fault(end, &fault);
    set_cached(end, explanation.cached, address);
    return steps.count;
}

struct trapeze_tlb trapeze_tlb(const struct trapeze *t, unsigned cpu)
{
    const struct mmu *mmu = &t->virt.cpu[cpu].mmu;
    const uint32_t capacity = (uint32_t)mmu->tlb.sets * mmu->tlb.ways;
    return (struct trapeze_tlb){mmu->counts.lookups, mmu->counts.misses, mmu->counts.evictions, capacity};
}
