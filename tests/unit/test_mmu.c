/* The TLB as the guest sees it, and the fast tables that it must not see. */
#include "../vectors/vectors.h"
#include "test.h"
#include <stdlib.h>
#include <string.h>

/* Stage 1 tables, of 39-bit addresses; stage 2 tables of two guests; what is mapped. */
enum { L1 = 0x10000, L2 = 0x11000, L3 = 0x12000, S2_L1 = 0x20000, S2_NEXT = 0x8000, S2_L2 = 0x1000, S2_L3 = 0x2000 };
enum { DATA_AT = 0x400000, PAGES = 8, PAGE_A = DATA_AT, PAGE_B = DATA_AT + 0x1000 };

#define TABLE      UINT64_C(3)
#define NORMAL     UINT64_C(0x743) /* AF, Inner Shareable, EL0 too, AttrIndx 0, page */
#define BLOCK      UINT64_C(0x741)
#define NOT_GLOBAL BIT(11)
#define S2_PAGE    UINT64_C(0x7ff) /* AF, read-write, Normal */
#define S2_BLOCK   UINT64_C(0x7fd)
#define LDR        0xf9400020 /* ldr x0, [x1] */
#define STR        0xf9000020

static void put(struct vector_machine *m, uint64_t at, uint64_t value)
{
    vector_poke(m, at, &value, sizeof value);
}

static void map(struct vector_machine *m, unsigned page, uint64_t descriptor)
{
    put(m, L3 + 8 * page, descriptor);
}

/* The whole of stage 2 of guest 0 or 1: DATA_AT by pages, the rest by a block. */
static void make_stage2(struct vector_machine *m, unsigned guest)
{
    const uint64_t root = S2_L1 + guest * S2_NEXT;
    put(m, root, (root + S2_L2) | TABLE);
    put(m, root + S2_L2, S2_BLOCK);
    put(m, root + S2_L2 + 8 * (DATA_AT >> 21), (root + S2_L3) | TABLE);
    for (unsigned i = 0; i < PAGES; i++)
        put(m, root + S2_L3 + 8 * i, (DATA_AT + ((i ^ guest) << 12)) | S2_PAGE);
}

/* An EL1 guest with page 0 of its addresses at PAGE_A. Entries of the TLB: sets x ways. */
static void start(struct vector_machine *m, unsigned sets, unsigned ways)
{
    vector_machine_init(m, "sail-v85", true);
    vector_machine_reset(m);
    tlb_init(&m->cpu->mmu.tlb, sets, ways);
    struct state *s = &m->cpu->state;
    put(m, L1, L2 | TABLE);
    put(m, L2, L3 | TABLE);
    put(m, PAGE_A, 'A');
    put(m, PAGE_B, 'B');
    map(m, 0, PAGE_A | NORMAL | NOT_GLOBAL);
    make_stage2(m, 0);
    make_stage2(m, 1);
    s->sys[TTBR0_EL1] = s->sys[TTBR1_EL1] = L1;
    s->sys[TCR_EL1] = 25 | 25 << 16 | UINT64_C(2) << 30 | UINT64_C(5) << 32;
    s->sys[MAIR_EL1] = 0xff;
    s->sys[SCTLR_EL1] |= 1;
    s->sys[VTCR_EL2] = 25 | 1 << 6 | 5 << 16;
    s->sys[VTTBR_EL2] = S2_L1;
    s->sys[HCR_EL2] = BIT(31);
    vector_set_el(m->cpu, 1, true);
    vector_ready(m->cpu);
}

static void set(struct vector_machine *m, enum sysreg reg, uint64_t value)
{
    m->cpu->state.sys[reg] = value;
    vector_ready(m->cpu);
}

static char look_at(struct vector_machine *m, uint64_t address)
{
    struct translation t;
    uint64_t value = 0;
    if (mmu_translate(&m->cpu->mmu, &m->cpu->state, va(address), ACCESS_READ, false, &t).kind != FAULT_NONE)
        return '!';
    assert_true(bus_read(&m->bus, t.pa, (struct transaction){.size = 8, .cpu = NOT_A_CPU}, &value));
    return (char)value;
}

static void invalidate_page(struct vector_machine *m, uint64_t address)
{
    mmu_invalidate(&m->cpu->mmu,
                   &(struct tlb_match){.regime = REGIME_EL10, .by_vmid = true, .by_va = true, .va = va(address)});
}

static void a_translation_stays_until_the_guest_invalidates_it(void **state)
{
    (void)state;
    struct vector_machine m;
    start(&m, 256, 4);
    assert_int_equal(look_at(&m, 0), 'A');
    map(&m, 0, PAGE_B | NORMAL | NOT_GLOBAL);
    assert_int_equal(look_at(&m, 0), 'A');
    invalidate_page(&m, 0);
    assert_int_equal(look_at(&m, 0), 'B');
    vector_machine_free(&m);
}

static void another_asid_does_not_see_the_translation_but_a_global_one_is_seen(void **state)
{
    (void)state;
    struct vector_machine m;
    start(&m, 256, 4);
    assert_int_equal(look_at(&m, 0), 'A');
    map(&m, 0, PAGE_B | NORMAL);
    set(&m, TTBR0_EL1, L1 | UINT64_C(7) << 48);
    assert_int_equal(look_at(&m, 0), 'B');
    map(&m, 0, PAGE_A | NORMAL);
    set(&m, TTBR0_EL1, L1 | UINT64_C(9) << 48);
    assert_int_equal(look_at(&m, 0), 'B');
    vector_machine_free(&m);
}

static void an_asid_of_8_bits_ignores_the_upper_half(void **state)
{
    (void)state;
    struct vector_machine m;
    start(&m, 256, 4);
    set(&m, TTBR0_EL1, L1 | UINT64_C(0x107) << 48);
    assert_int_equal(look_at(&m, 0), 'A');
    map(&m, 0, PAGE_B | NORMAL | NOT_GLOBAL);
    set(&m, TTBR0_EL1, L1 | UINT64_C(0x207) << 48);
    assert_int_equal(look_at(&m, 0), 'A');
    set(&m, TCR_EL1, m.cpu->state.sys[TCR_EL1] | BIT(36));
    assert_int_equal(look_at(&m, 0), 'B');
    vector_machine_free(&m);
}

static void another_vmid_does_not_see_the_translation_even_when_stage_2_is_off(void **state)
{
    (void)state;
    struct vector_machine m;
    start(&m, 256, 4);
    assert_int_equal(look_at(&m, 0), 'A');
    map(&m, 0, PAGE_B | NORMAL);
    set(&m, VTTBR_EL2, S2_L1 | UINT64_C(2) << 48);
    assert_int_equal(look_at(&m, 0), 'B');
    set(&m, VTTBR_EL2, S2_L1);
    assert_int_equal(look_at(&m, 0), 'A');
    vector_machine_free(&m);
}

static void a_fault_is_never_kept(void **state)
{
    (void)state;
    struct vector_machine m;
    start(&m, 256, 4);
    map(&m, 0, 0);
    assert_int_equal(look_at(&m, 0), '!');
    map(&m, 0, PAGE_B | NORMAL);
    assert_int_equal(look_at(&m, 0), 'B');
    vector_machine_free(&m);
}

static void the_stage_1_half_of_a_stage_2_fault_is_kept_and_stage_2_is_not(void **state)
{
    (void)state;
    struct vector_machine m;
    start(&m, 256, 4);
    set(&m, HCR_EL2, BIT(31) | 1);
    put(&m, S2_L1 + S2_L3, 0);
    assert_int_equal(look_at(&m, 0), '!');
    map(&m, 0, PAGE_B | NORMAL | NOT_GLOBAL); /* not seen: no TLBI */
    put(&m, S2_L1 + S2_L3, PAGE_A | S2_PAGE);
    assert_int_equal(look_at(&m, 0), 'A');
    vector_machine_free(&m);
}

static void invalidating_one_page_of_a_block_drops_the_block(void **state)
{
    (void)state;
    struct vector_machine m;
    start(&m, 256, 4);
    put(&m, L2 + 8, DATA_AT | BLOCK);
    assert_int_equal(look_at(&m, 0x200000), 'A');
    put(&m, L2 + 8, 0);
    assert_int_equal(look_at(&m, 0x201000), 'B');
    invalidate_page(&m, 0x203000);
    assert_int_equal(look_at(&m, 0x200000), '!');
    vector_machine_free(&m);
}

static void a_tlbi_by_ipa_drops_what_a_stage_2_leaf_is_part_of(void **state)
{
    (void)state;
    struct vector_machine m;
    start(&m, 256, 4);
    set(&m, HCR_EL2, BIT(31) | 1);
    assert_int_equal(look_at(&m, 0), 'A');
    put(&m, S2_L1 + S2_L3, PAGE_B | S2_PAGE);
    struct tlb_match match = {.regime = REGIME_EL10, .by_vmid = true, .by_ipa = true, .ipa = ipa(PAGE_B)};
    mmu_invalidate(&m.cpu->mmu, &match);
    assert_int_equal(look_at(&m, 0), 'A');
    match.ipa = ipa(PAGE_A);
    mmu_invalidate(&m.cpu->mmu, &match);
    assert_int_equal(look_at(&m, 0), 'B');
    vector_machine_free(&m);
}

static unsigned conflicts;

static void count(void *owner, va_t address, const struct tlb_entry *younger)
{
    (void)owner, (void)address, (void)younger;
    conflicts++;
}

static void of_two_entries_for_one_address_the_older_wins_and_one_event_says_so(void **state)
{
    (void)state;
    struct vector_machine m;
    start(&m, 256, 4);
    conflicts = 0;
    m.cpu->mmu.conflict = count;
    assert_int_equal(look_at(&m, 0), 'A');
    put(&m, L2, PAGE_B / 0x200000 * 0x200000 | BLOCK | NOT_GLOBAL); /* without break-before-make */
    assert_int_equal(look_at(&m, 0x1000), 'B');
    assert_int_equal(conflicts, 0);
    put(&m, PAGE_A, 'a');
    assert_int_equal(look_at(&m, 0), 'a');
    assert_int_equal(look_at(&m, 0), 'a');
    assert_int_equal(conflicts, 1);
    vector_machine_free(&m);
}

static void entries_go_first_in_first_out_when_a_set_is_full(void **state)
{
    (void)state;
    struct vector_machine m;
    start(&m, 1, 2);
    for (unsigned i = 0; i < 3; i++)
        map(&m, i, PAGE_A | NORMAL);
    assert_int_equal(look_at(&m, 0x0000), 'A');
    assert_int_equal(look_at(&m, 0x1000), 'A');
    assert_int_equal(look_at(&m, 0x0000), 'A'); /* a hit makes nobody younger */
    for (unsigned i = 0; i < 3; i++)
        map(&m, i, PAGE_B | NORMAL);
    assert_int_equal(look_at(&m, 0x2000), 'B');
    assert_int_equal(look_at(&m, 0x1000), 'A');
    assert_int_equal(look_at(&m, 0x0000), 'B');
    vector_machine_free(&m);
}

static void flush_mode_keeps_nothing_over_a_change_of_asid(void **state)
{
    (void)state;
    struct vector_machine m;
    start(&m, 256, 4);
    m.cpu->mmu.flush = true;
    assert_int_equal(look_at(&m, 0), 'A');
    map(&m, 0, PAGE_B | NORMAL | NOT_GLOBAL);
    assert_int_equal(look_at(&m, 0), 'A');
    set(&m, TTBR0_EL1, L1 | UINT64_C(1) << 48);
    set(&m, TTBR0_EL1, L1);
    assert_int_equal(look_at(&m, 0), 'B');
    vector_machine_free(&m);
}

static void a_tagged_address_shares_the_entry_and_without_tbi_faults(void **state)
{
    (void)state;
    struct vector_machine m;
    start(&m, 256, 4);
    assert_int_equal(look_at(&m, 0), 'A');
    map(&m, 0, PAGE_B | NORMAL | NOT_GLOBAL);
    assert_int_equal(look_at(&m, UINT64_C(0x5a) << 56), '!');
    set(&m, TCR_EL1, m.cpu->state.sys[TCR_EL1] | BIT(37));
    assert_int_equal(look_at(&m, UINT64_C(0x5a) << 56), 'A');
    vector_machine_free(&m);
}

/* ---- walks explained ---- */

struct seen {
    struct walk_step step[32];
    unsigned count;
};

static void see(void *owner, const struct walk_step *step)
{
    struct seen *seen = owner;
    assert_true(seen->count < 32);
    seen->step[seen->count++] = *step;
}

static struct fault explain(struct vector_machine *m, uint64_t address, struct seen *seen, struct mmu_explanation *e)
{
    const struct walk_observer observer = {see, seen};
    const struct mmu_question question = {.address = address, .type = ACCESS_WRITE, .el = 1};
    seen->count = 0;
    return mmu_explain(&m->cpu->mmu, &m->cpu->state, question, &observer, e);
}

static void assert_step(const struct walk_step *s, unsigned stage, unsigned level, enum walk_meaning is, uint64_t value)
{
    assert_int_equal(s->stage, stage);
    assert_int_equal(s->level, level);
    assert_int_equal(s->meaning, is);
    if (is != WALK_UNREAD)
        assert_int_equal(s->value, value);
}

static void a_walk_tells_each_descriptor_in_order_and_the_tlb_of_nothing(void **state)
{
    (void)state;
    struct vector_machine m;
    struct seen seen;
    struct mmu_explanation e;
    start(&m, 256, 4);
    set(&m, HCR_EL2, BIT(31) | 1);
    assert_int_equal(explain(&m, 0x123, &seen, &e).kind, FAULT_NONE);
    assert_int_equal(seen.count, 2 + 1 + 2 + 1 + 2 + 1 + 3); /* stage 2 of each table, the table; stage 2 of the page */
    for (unsigned i = 0; i < 9; i += 3) {
        assert_step(&seen.step[i], 2, 1, WALK_TABLE, (S2_L1 + S2_L2) | TABLE);
        assert_step(&seen.step[i + 1], 2, 2, WALK_BLOCK, S2_BLOCK);
    }
    assert_step(&seen.step[2], 1, 1, WALK_TABLE, L2 | TABLE);
    assert_step(&seen.step[8], 1, 3, WALK_PAGE, PAGE_A | NORMAL | NOT_GLOBAL);
    assert_int_equal(seen.step[8].address, L3);
    assert_step(&seen.step[11], 2, 3, WALK_PAGE, PAGE_A | S2_PAGE);
    assert_int_equal(e.found.pa.raw, PAGE_A + 0x123);
    assert_null(e.cached);
    map(&m, 0, PAGE_B | NORMAL);
    assert_int_equal(look_at(&m, 0), 'B'); /* the walk before has put nothing into the TLB */
    map(&m, 0, 0);
    assert_int_equal(explain(&m, 0, &seen, &e).kind, FAULT_TRANSLATION); /* nor does it ask it */
    assert_step(&seen.step[8], 1, 3, WALK_INVALID, 0);
    assert_int_equal(e.cached->pa.raw, PAGE_B);
    vector_machine_free(&m);
}

static void a_walk_that_stage_2_stops_tells_of_the_descriptor_that_could_not_be_read(void **state)
{
    (void)state;
    struct vector_machine m;
    struct seen seen;
    struct mmu_explanation e;
    start(&m, 256, 4);
    set(&m, HCR_EL2, BIT(31) | 1);
    put(&m, L2, (DATA_AT + PAGES * 0x1000) | TABLE);
    const struct fault fault = explain(&m, 0x1000, &seen, &e);
    assert_int_equal(fault.kind, FAULT_TRANSLATION);
    assert_true(fault.stage2 && fault.on_walk);
    assert_int_equal(fault.ipa.raw, DATA_AT + PAGES * 0x1000 + 8);
    assert_step(&seen.step[seen.count - 2], 2, 3, WALK_INVALID, 0);
    assert_step(&seen.step[seen.count - 1], 1, 3, WALK_UNREAD, 0);
    vector_machine_free(&m);
}

/* ---- TLBI as instructions ---- */

enum { TLBI_VMALLE1 = 0xd508871f, TLBI_VMALLE1IS = 0xd508831f, TLBI_ALLE2 = 0xd50c871f };

/* What the second PE of a cluster sees of page 0, once the first one has executed `word` at EL1. */
static char seen_by_another_after(uint32_t word, uint64_t hcr)
{
    struct vector_machine m;
    start(&m, 256, 4);
    set(&m, HCR_EL2, hcr);
    struct cpu *first = m.cpu, *second = aligned_alloc(64, (sizeof *second + 63) & ~(size_t)63);
    assert_non_null(second);
    cpu_init(second, &m.cluster, first->model, true);
    second->state = first->state;
    cpu_control_changed(second);
    m.cpu = second;
    assert_int_equal(look_at(&m, 0), 'A');
    map(&m, 0, PAGE_B | NORMAL);
    assert_int_equal(cpu_execute(first, word), STATUS_OK);
    const char seen = look_at(&m, 0);
    m.cpu = first;
    vector_machine_free(&m);
    free(second);
    return seen;
}

static void a_tlbi_reaches_other_cpus_when_inner_shareable_or_under_hcr_fb(void **state)
{
    (void)state;
    assert_int_equal(seen_by_another_after(TLBI_VMALLE1, BIT(31)), 'A');
    assert_int_equal(seen_by_another_after(TLBI_VMALLE1IS, BIT(31)), 'B');
    assert_int_equal(seen_by_another_after(TLBI_VMALLE1, BIT(31) | BIT(9)), 'B');
}

static void hcr_ttlb_traps_a_tlbi_of_el1_and_el0_has_none(void **state)
{
    (void)state;
    struct vector_machine m;
    start(&m, 256, 4);
    set(&m, HCR_EL2, BIT(31) | BIT(25)); /* TTLB */
    assert_int_equal(look_at(&m, 0), 'A');
    map(&m, 0, PAGE_B | NORMAL);
    cpu_execute(m.cpu, TLBI_VMALLE1IS);
    assert_int_equal(m.cpu->state.el, 2);
    assert_int_equal(m.cpu->state.sys[ESR_EL2], 0x621023e6); /* EC 0x18, op0 1, CRn 8, CRm 3, Rt 31 */
    vector_set_el(m.cpu, 1, true);
    vector_ready(m.cpu);
    assert_int_equal(look_at(&m, 0), 'A');
    cpu_execute(m.cpu, TLBI_ALLE2);
    assert_int_equal(m.cpu->state.el, 1);
    assert_int_equal(m.cpu->state.sys[ESR_EL1] >> 26, 0);
    vector_set_el(m.cpu, 0, false);
    vector_ready(m.cpu);
    cpu_execute(m.cpu, TLBI_VMALLE1);
    assert_int_equal(m.cpu->state.el, 1);
    assert_int_equal(m.cpu->state.sys[ESR_EL1] >> 26, 0);
    vector_machine_free(&m);
}

/* ---- random programs: the fast tables change nothing ---- */

static uint64_t rng(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* One step of a program, the same for both machines. */
struct step {
    unsigned kind, page;
    uint64_t random;
};

static uint64_t address_of(const struct step *t)
{
    const uint64_t tag = bits(t->random, 41, 40) ? 0 : UINT64_C(0x5a) << 56;
    const uint64_t odd = bit(t->random, 61) ? 4 : 0; /* misaligned, maybe over a page's end */
    return (uint64_t)t->page << 12 | bits(t->random, 38, 38) << 21 | bits(t->random, 11, 3) << 3 | odd | tag;
}

static void change_tables(struct vector_machine *m, const struct step *t)
{
    const uint64_t r = t->random, page = DATA_AT + (bits(r, 2, 0) << 12);
    const uint64_t ng = bit(r, 4) ? NOT_GLOBAL : 0, ro = bits(r, 6, 5) ? 0 : BIT(7);
    if (bits(r, 9, 8) == 0)
        put(m, L2 + 8 * bits(r, 38, 38), bit(r, 10) ? L3 | TABLE : (DATA_AT | BLOCK | ng | ro));
    else if (bits(r, 9, 8) == 1)
        put(m, S2_L1 + bits(r, 11, 11) * S2_NEXT + S2_L3 + 8 * t->page, bits(r, 13, 12) ? page | S2_PAGE : 0);
    else
        map(m, t->page, bits(r, 13, 12) ? page | NORMAL | ng | ro : 0);
}

/* One control at a time, so that a context differs from the last by that alone. */
static void change_controls(struct vector_machine *m, const struct step *t)
{
    struct state *s = &m->cpu->state;
    const uint64_t guest = s->sys[VTTBR_EL2] >> 48 ^ 1;
    switch (t->random % 6) {
    case 0: s->sys[TTBR0_EL1] ^= BIT(48); break;                                /* ASID */
    case 1: s->sys[VTTBR_EL2] = (S2_L1 + guest * S2_NEXT) | guest << 48; break; /* VMID */
    case 2: s->sys[HCR_EL2] ^= BIT(0); break;                                   /* VM */
    case 3: s->sys[TCR_EL1] ^= BIT(37); break;                                  /* TBI0 */
    case 4: s->sys[SCTLR_EL1] ^= BIT(1); break;                                 /* A */
    case 5: s->sys[SCTLR_EL1] ^= bits(t->random, 15, 14) == 0; break;           /* M */
    }
}

static void invalidate(struct vector_machine *m, const struct step *t)
{
    const struct tlb_match match = {.regime = REGIME_EL10,
                                    .by_vmid = bit(t->random, 0),
                                    .vmid = (uint16_t)bits(t->random, 1, 1),
                                    .by_asid = bit(t->random, 2),
                                    .asid = (uint16_t)bits(t->random, 3, 3),
                                    .by_va = bit(t->random, 0) && bit(t->random, 4),
                                    .by_ipa = bits(t->random, 0, 0) && bits(t->random, 5, 4) == 2,
                                    .va = va(address_of(t)),
                                    .ipa = ipa(DATA_AT + (bits(t->random, 20, 17) << 12))};
    mmu_invalidate(&m->cpu->mmu, &match);
}

static void take_step(struct vector_machine *m, const struct step *t)
{
    struct state *s = &m->cpu->state;
    vector_set_el(m->cpu, 1 - bits(t->random, 63, 63), !bit(t->random, 63));
    if (t->kind == 0)
        change_tables(m, t);
    else if (t->kind == 1)
        change_controls(m, t);
    else if (t->kind == 2)
        invalidate(m, t);
    vector_ready(m->cpu);
    s->pc = 0x8000;
    s->x[0] = t->random;
    s->x[1] = address_of(t);
    assert_int_equal(cpu_execute(m->cpu, bit(t->random, 62) ? STR : LDR), STATUS_OK);
}

static void check_page(struct vector_machine *m, const struct fast *f, const struct fast_page *p)
{
    const struct tlb_entry *rival, *e;
    if (p->tag == FAST_NO_PAGE || !f->tag.stages)
        return;
    e = tlb_find(&m->cpu->mmu.tlb, &f->tag, va(p->tag), &rival);
    assert_non_null(e);
    assert_true(e->whole);
    const uint64_t at = e->pa.raw | (p->tag & ones(e->shift));
    assert_ptr_equal(bus_load_host(&m->bus, pa(at), 1), (void *)(uintptr_t)(p->tag + p->host));
}

/* Whatever a fast table answers, the TLB would answer with the same memory. */
static void check_inclusion(struct vector_machine *m)
{
    for (unsigned i = 0; i < FAST_CONTEXTS; i++) {
        const struct fast *f = &m->cpu->mmu.fast[i];
        for (unsigned k = 0; k < FAST_PAGES && bit(m->cpu->mmu.used, i); k++) {
            check_page(m, f, &f->read[k]);
            check_page(m, f, &f->write[k]);
        }
    }
}

static void the_fast_tables_are_a_subset_of_the_tlb_and_change_no_result(void **state)
{
    (void)state;
    static struct vector_machine fast, slow;
    uint64_t seed = 0x9e3779b97f4a7c15;
    start(&fast, 8, 2);
    start(&slow, 8, 2);
    unsigned faults = 0, hits = 0;
    for (unsigned i = 0; i < 40000; i++) {
        const struct step t = {(unsigned)(rng(&seed) % 20), (unsigned)(rng(&seed) % PAGES), rng(&seed)};
        mmu_forget_all(&slow.cpu->mmu);
        char *host;
        take_step(&fast, &t);
        take_step(&slow, &t);
        const struct state *f = &fast.cpu->state, *s = &slow.cpu->state;
        assert_int_equal(f->pc, s->pc);
        assert_memory_equal(f->x, s->x, sizeof f->x);
        assert_memory_equal(f->sys, s->sys, sizeof f->sys);
        faults += f->pc != 0x8004;
        hits += fast_find(fast.cpu->mmu.current->read, f->x[1], 8, 0, &host);
        if (i % 16 == 0)
            check_inclusion(&fast);
    }
    assert_true(faults > 4000 && hits > 3000); /* the program does test something */
    vector_machine_free(&fast);
    vector_machine_free(&slow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_translation_stays_until_the_guest_invalidates_it),
        cmocka_unit_test(another_asid_does_not_see_the_translation_but_a_global_one_is_seen),
        cmocka_unit_test(an_asid_of_8_bits_ignores_the_upper_half),
        cmocka_unit_test(another_vmid_does_not_see_the_translation_even_when_stage_2_is_off),
        cmocka_unit_test(a_fault_is_never_kept),
        cmocka_unit_test(the_stage_1_half_of_a_stage_2_fault_is_kept_and_stage_2_is_not),
        cmocka_unit_test(invalidating_one_page_of_a_block_drops_the_block),
        cmocka_unit_test(a_tlbi_by_ipa_drops_what_a_stage_2_leaf_is_part_of),
        cmocka_unit_test(of_two_entries_for_one_address_the_older_wins_and_one_event_says_so),
        cmocka_unit_test(entries_go_first_in_first_out_when_a_set_is_full),
        cmocka_unit_test(flush_mode_keeps_nothing_over_a_change_of_asid),
        cmocka_unit_test(a_tagged_address_shares_the_entry_and_without_tbi_faults),
        cmocka_unit_test(a_walk_tells_each_descriptor_in_order_and_the_tlb_of_nothing),
        cmocka_unit_test(a_walk_that_stage_2_stops_tells_of_the_descriptor_that_could_not_be_read),
        cmocka_unit_test(a_tlbi_reaches_other_cpus_when_inner_shareable_or_under_hcr_fb),
        cmocka_unit_test(hcr_ttlb_traps_a_tlbi_of_el1_and_el0_has_none),
        cmocka_unit_test(the_fast_tables_are_a_subset_of_the_tlb_and_change_no_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
