/* The TLB by itself: what each TLBI drops and what it leaves, pieces of blocks, worlds side by side. */
#include "../vectors/vectors.h"
#include "test.h"
#include <stdlib.h>
#include <string.h>

/* ---- TLBI: each form executed, with the same entries in the TLB each time ---- */

enum { X = 0x7000, Y = 0x9000, P = 0x400000, Q = 0x402000, BLOCK_X = 0 /* of 2 MiB, X lies in it */ };

/* clang-format off */
static const struct named_entry {
    char name;
    struct tlb_tag tag; /* VMID, ASID, regime, stages */
    bool global, whole;
    uint64_t va, ipa;
    uint8_t shift, s1_shift, s2_shift;
} entries[] = {
    {'a', {1, 1, REGIME_EL10, STAGE1 | STAGE2}, false, true,  X,       P,       12, 12, 12},
    {'b', {1, 2, REGIME_EL10, STAGE1 | STAGE2}, false, true,  X,       P,       12, 12, 12},
    {'c', {1, 3, REGIME_EL10, STAGE1 | STAGE2}, true,  true,  X,       P,       12, 12, 12},
    {'d', {1, 1, REGIME_EL10, STAGE1 | STAGE2}, false, true,  Y,       Q,       12, 12, 12},
    {'e', {2, 1, REGIME_EL10, STAGE1 | STAGE2}, false, true,  X,       P,       12, 12, 12},
    {'f', {1, 1, REGIME_EL10, STAGE1},          false, true,  X,       P,       12, 12, 0},  /* while HCR_EL2.VM is 0 */
    {'g', {1, 1, REGIME_EL10, STAGE2},          true,  true,  P,       P,       12, 56, 12}, /* while SCTLR_EL1.M is 0 */
    {'h', {1, 1, REGIME_EL10, STAGE1 | STAGE2}, false, false, 0xb000,  P,       12, 12, 0},  /* stage 2 has faulted */
    {'p', {1, 1, REGIME_EL10, STAGE1 | STAGE2}, false, true,  0x55000, 0x455000, 12, 21, 12}, /* a piece of BLOCK_X */
    {'q', {1, 1, REGIME_EL10, STAGE1 | STAGE2}, false, true,  0x15000, 0x415000, 12, 12, 21}, /* of P's stage 2 block */
    {'y', {0, 0, REGIME_EL2,  STAGE1},          true,  true,  X,       P,       12, 12, 0},
    {'z', {0, 0, REGIME_EL2,  STAGE1},          true,  true,  Y,       Q,       12, 12, 0},
};

#define BY_VA  (UINT64_C(1) << 48 | X >> 12) /* ASID 1 */
#define BY_IPA (P >> 12)

/* Of each row of tlbi.def what goes, when executed with VMID 1. */
static const struct expectation {
    const char *form;
    uint64_t xt;
    const char *gone;
} expectations[] = {
    {"VMALLE1",    0,      "abcdfghpq"},
    {"VAE1",       BY_VA,  "acfp"},
    {"ASIDE1",     BY_VA,  "adfhpq"},
    {"VAAE1",      BY_VA,  "abcfp"},
    {"VALE1",      BY_VA,  "acfp"},
    {"VAALE1",     BY_VA,  "abcfp"},
    {"IPAS2E1",    BY_IPA, "abcgq"},
    {"IPAS2LE1",   BY_IPA, "abcgq"},
    {"ALLE2",      0,      "yz"},
    {"VAE2",       BY_VA,  "y"},
    {"ALLE1",      0,      "abcdefghpq"},
    {"VALE2",      BY_VA,  "y"},
    {"VMALLS12E1", 0,      "abcdfghpq"},
};
/* clang-format on */

enum { ENTRIES = sizeof entries / sizeof *entries, FORMS = sizeof expectations / sizeof *expectations };

static const struct form {
    const char *name;
    uint8_t op1, crm, op2;
} forms[] = {
#define TLBI(name, op1, crm, op2, traps, regime, by) {#name, op1, crm, op2},
#include "cpu/sysreg/tlbi.def"
#undef TLBI
};

static uint32_t word_of(const struct form *form, bool shareable)
{
    const unsigned crm = form->crm - (shareable ? 4 : 0);
    return 0xd5088001u | (uint32_t)form->op1 << 16 | crm << 8 | (uint32_t)form->op2 << 5; /* Xt is X1 */
}

static const struct expectation *expected_of(const char *form)
{
    for (unsigned i = 0; i < FORMS; i++)
        if (!strcmp(expectations[i].form, form))
            return &expectations[i];
    fail_msg("%s: a row of tlbi.def without an expectation", form);
    return NULL;
}

static void fill(struct tlb *tlb)
{
    struct tlb_entry evicted;
    tlb_clear(tlb);
    for (unsigned i = 0; i < ENTRIES; i++) {
        const struct named_entry *n = &entries[i];
        const struct tlb_entry e = {.tag = n->tag,
                                    .global = n->global,
                                    .whole = n->whole,
                                    .shift = n->shift,
                                    .s1_shift = n->s1_shift,
                                    .s2_shift = n->s2_shift,
                                    .permissions = (uint16_t)i, /* its number */
                                    .va = va(n->va),
                                    .ipa = ipa(n->ipa)};
        assert_false(tlb_insert(tlb, &e, &evicted));
    }
}

/* The names of those that are not there, in order. */
static void gone_from(const struct tlb *tlb, char *names)
{
    bool there[ENTRIES] = {false};
    for (unsigned i = 0; i < (unsigned)tlb->sets * tlb->ways; i++)
        if (tlb->key[i])
            there[tlb->entry[i].permissions] = true;
    for (unsigned i = 0; i < ENTRIES; i++)
        if (!there[i])
            *names++ = entries[i].name;
    *names = '\0';
}

/* Executes a form at an EL; the TLBs of the PE and of another one must lose these. */
static void execute(struct vector_machine *m, struct cpu *other, uint32_t word, uint64_t xt, unsigned el)
{
    struct state *s = &m->cpu->state;
    fill(&m->cpu->mmu.tlb);
    fill(&other->mmu.tlb);
    vector_set_el(m->cpu, el, true);
    vector_ready(m->cpu);
    s->pc = 0x8000;
    s->x[1] = xt;
    assert_int_equal(cpu_execute(m->cpu, word), STATUS_OK);
    assert_int_equal(s->pc, 0x8004);
}

static struct cpu *second_cpu(struct vector_machine *m)
{
    struct cpu *cpu = aligned_alloc(64, (sizeof *cpu + 63) & ~(size_t)63);
    assert_non_null(cpu);
    cpu_init(cpu, &m->cluster, m->cpu->model, true);
    return cpu;
}

static void each_tlbi_drops_what_it_names_and_leaves_the_rest(void **state)
{
    (void)state;
    struct vector_machine m;
    char here[ENTRIES + 1], there[ENTRIES + 1];
    vector_machine_init(&m, "cortex-a72", true);
    struct cpu *other = second_cpu(&m);
    m.cpu->state.sys[VTTBR_EL2] = UINT64_C(1) << 48;
    assert_int_equal(FORMS, sizeof forms / sizeof *forms);
    for (unsigned i = 0; i < FORMS * 2; i++) {
        const struct form *form = &forms[i / 2];
        const struct expectation *e = expected_of(form->name);
        const bool shareable = i % 2;
        for (unsigned el = form->op1 ? 2 : 1; el <= 2; el++) {
            execute(&m, other, word_of(form, shareable), e->xt, el);
            gone_from(&m.cpu->mmu.tlb, here);
            gone_from(&other->mmu.tlb, there);
            assert_string_equal(here, e->gone);
            assert_string_equal(there, shareable ? e->gone : "");
        }
    }
    free(other);
    vector_machine_free(&m);
}

static void an_asid_of_8_bits_is_compared_as_8_bits(void **state)
{
    (void)state;
    struct vector_machine m;
    char gone[ENTRIES + 1];
    vector_machine_init(&m, "cortex-a72", true);
    struct cpu *other = second_cpu(&m);
    m.cpu->state.sys[VTTBR_EL2] = UINT64_C(1) << 48;
    execute(&m, other, word_of(&forms[1], false), BY_VA | UINT64_C(0xff00) << 48, 1); /* VAE1 */
    gone_from(&m.cpu->mmu.tlb, gone);
    assert_string_equal(gone, "acfp");
    m.cpu->state.sys[TCR_EL1] = BIT(36); /* AS */
    execute(&m, other, word_of(&forms[1], false), BY_VA | UINT64_C(0xff00) << 48, 1);
    gone_from(&m.cpu->mmu.tlb, gone);
    assert_string_equal(gone, "c");
    free(other);
    vector_machine_free(&m);
}

/* ---- two guests, each with 64 pages, which lie elsewhere for each ---- */

enum { L1 = 0x10000, L2 = 0x11000, L3 = 0x12000, S2_OF_GUEST = 0x20000, S2_STEP = 0x10000, PAGES = 64, AT = 0x800000 };
enum { FIRST = 0x40000 /* the first page of the 64 */, FRAME_STEP = 0x100000 };

#define LDR 0xf9400020 /* ldr x0, [x1] */

static void put(struct vector_machine *m, uint64_t at, uint64_t value)
{
    vector_poke(m, at, &value, sizeof value);
}

static uint64_t stage2_of(unsigned guest)
{
    return S2_OF_GUEST + guest * S2_STEP;
}

static void make_guest(struct vector_machine *m, unsigned guest)
{
    const uint64_t root = stage2_of(guest);
    put(m, root, (root + 0x1000) | 3);
    put(m, root + 0x1000, (root + 0x2000) | 3); /* by pages: the tables */
    put(m, root + 0x1000 + 8 * (AT >> 21), (root + 0x3000) | 3);
    for (unsigned i = 0; i < 512; i++)
        put(m, root + 0x2000 + 8 * i, (uint64_t)i << 12 | 0x7ff);
    for (unsigned i = 0; i < PAGES; i++) {
        put(m, root + 0x3000 + 8 * i, (AT + guest * FRAME_STEP + i * 0x1000) | 0x7ff);
        put(m, AT + guest * FRAME_STEP + i * 0x1000, 1000 * guest + i);
    }
}

static void start(struct vector_machine *m, const char *model, bool not_global)
{
    struct state *s;
    vector_machine_init(m, model, true);
    vector_machine_reset(m);
    s = &m->cpu->state;
    put(m, L1, L2 | 3);
    put(m, L2, L3 | 3);
    for (unsigned i = 0; i < PAGES; i++)
        put(m, L3 + 8 * (FIRST >> 12) + 8 * i, (AT + i * 0x1000) | 0x743 | (not_global ? BIT(11) : 0));
    make_guest(m, 0);
    make_guest(m, 1);
    s->sys[TTBR0_EL1] = L1 | UINT64_C(1) << 48;
    s->sys[TCR_EL1] = 25 | 25 << 16 | UINT64_C(2) << 30 | UINT64_C(2) << 32;
    s->sys[MAIR_EL1] = 0xff;
    s->sys[SCTLR_EL1] |= 1;
    s->sys[VTCR_EL2] = 25 | 1 << 6 | 2 << 16;
    s->sys[VTTBR_EL2] = stage2_of(0);
    s->sys[HCR_EL2] = BIT(31) | 1;
    vector_set_el(m->cpu, 1, true);
    vector_ready(m->cpu);
}

static void write_register(struct vector_machine *m, enum sysreg reg, uint64_t value)
{
    m->cpu->state.sys[reg] = value;
    vector_ready(m->cpu);
}

static void enter_guest(struct vector_machine *m, unsigned guest)
{
    write_register(m, VTTBR_EL2, stage2_of(guest) | (uint64_t)guest << 48);
}

static void touch_all(struct vector_machine *m, unsigned guest)
{
    struct state *s = &m->cpu->state;
    for (unsigned i = 0; i < PAGES; i++) {
        s->pc = 0x8000;
        s->x[1] = FIRST + i * 0x1000;
        assert_int_equal(cpu_execute(m->cpu, LDR), STATUS_OK);
        assert_int_equal(s->pc, 0x8004);
        assert_int_equal(s->x[0], 1000 * guest + i);
    }
}

static void after_warm_up_a_world_switch_misses_no_tlb(void **state)
{
    (void)state;
    static const char *const models[] = {"cortex-a53", "cortex-a57", "cortex-a72"};
    for (unsigned k = 0; k < 3; k++) {
        struct vector_machine m;
        start(&m, models[k], true);
        for (unsigned guest = 0; guest < 2; guest++) {
            enter_guest(&m, guest);
            touch_all(&m, guest);
        }
        const struct mmu_counts *counts = &m.cpu->mmu.counts;
        assert_int_equal(counts->misses, 2 * PAGES);
        for (unsigned i = 0; i < 8; i++) {
            enter_guest(&m, i % 2);
            touch_all(&m, i % 2);
        }
        assert_int_equal(counts->misses, 2 * PAGES);
        assert_int_equal(counts->lookups, 2 * PAGES); /* nor are look-ups needed: the fast tables have it all */
        assert_int_equal(counts->evictions, 0);
        vector_machine_free(&m);
    }
}

/* What another world says: by VMID 1, or by ASID 9 of ours. */
static void invalidate_others(struct vector_machine *m, bool by_asid)
{
    static const uint32_t vmalls12e1 = 0xd50c87df, aside1 = 0xd5088741, vae1 = 0xd5088721; /* Xt is X1 */
    struct state *s = &m->cpu->state;
    s->pc = 0x8000;
    if (by_asid) {
        s->x[1] = UINT64_C(9) << 48 | FIRST >> 12;
        cpu_execute(m->cpu, aside1);
        cpu_execute(m->cpu, vae1);
    } else {
        vector_set_el(m->cpu, 2, true);
        enter_guest(m, 1);
        cpu_execute(m->cpu, vmalls12e1);
        vector_set_el(m->cpu, 1, true);
        enter_guest(m, 0);
    }
}

static void a_tlbi_for_another_vmid_or_asid_evicts_nothing_of_ours_not_even_from_the_fast_tables(void **state)
{
    (void)state;
    for (unsigned by_asid = 0; by_asid < 2; by_asid++) {
        struct vector_machine m;
        start(&m, "cortex-a72", true);
        enter_guest(&m, 1);
        touch_all(&m, 1);
        enter_guest(&m, 0);
        write_register(&m, TTBR0_EL1, L1 | UINT64_C(9) << 48);
        touch_all(&m, 0);
        write_register(&m, TTBR0_EL1, L1 | UINT64_C(1) << 48);
        touch_all(&m, 0);
        const struct mmu_counts before = m.cpu->mmu.counts;
        invalidate_others(&m, by_asid);
        touch_all(&m, 0);
        assert_int_equal(m.cpu->mmu.counts.lookups, before.lookups);
        if (by_asid)
            write_register(&m, TTBR0_EL1, L1 | UINT64_C(9) << 48);
        else
            enter_guest(&m, 1);
        touch_all(&m, by_asid ? 0 : 1);
        assert_int_equal(m.cpu->mmu.counts.misses, before.misses + PAGES); /* theirs are gone */
        vector_machine_free(&m);
    }
}

/* ---- who looks on changes nothing, not even when the page of the program itself is evicted ---- */

enum { CODE = FIRST - 0x1000, CODE_AT = 0x8000 };

/* Touches all pages one after another, and stays where it is. */
static void start_program(struct vector_machine *m)
{
    static const uint32_t program[] = {LDR, 0x91400421, 0xf1000442, 0x54ffffa1, 0x14000000}; /* b.ne back to LDR; b . */
    start(m, "cortex-a72", true);
    struct state *s = &m->cpu->state;
    tlb_init(&m->cpu->mmu.tlb, 1, 2);
    put(m, L3 + 8 * (CODE >> 12), CODE_AT | 0x703);
    vector_poke(m, CODE_AT, program, sizeof program);
    write_register(m, HCR_EL2, BIT(31));
    s->pc = CODE;
    s->x[1] = FIRST;
    s->x[2] = PAGES;
}

static void a_stepped_program_fills_the_tlb_as_one_that_runs_does(void **state)
{
    (void)state;
    static struct vector_machine runs, steps;
    start_program(&runs);
    start_program(&steps);
    assert_int_equal(cpu_run(runs.cpu, runs.cpu->state.cycles + 4 * PAGES + 10), STATUS_OK);
    while (steps.cpu->state.cycles < runs.cpu->state.cycles)
        assert_int_equal(cpu_step(steps.cpu, UINT64_MAX), STATUS_OK);
    const struct tlb *a = &runs.cpu->mmu.tlb, *b = &steps.cpu->mmu.tlb;
    assert_int_equal(steps.cpu->state.pc, CODE + 16);
    assert_int_equal(runs.cpu->mmu.counts.misses, PAGES + 1); /* the program's own page but once */
    assert_int_equal(steps.cpu->mmu.counts.misses, PAGES + 1);
    assert_int_equal(a->births, b->births);
    assert_memory_equal(a->key, b->key, sizeof a->key);
    vector_machine_free(&runs);
    vector_machine_free(&steps);
}

/* ---- conflicts ---- */

static char read_first(struct vector_machine *m, struct fault *fault)
{
    struct translation t;
    uint64_t value = 0;
    *fault = mmu_translate(&m->cpu->mmu, &m->cpu->state, va(FIRST), ACCESS_READ, false, &t);
    return fault->kind == FAULT_NONE && bus_read(&m->bus, t.pa, (struct transaction){.size = 8}, &value);
}

/* Two entries for FIRST: a page, and the block that takes its place without a TLBI. */
static void make_conflict(struct vector_machine *m)
{
    start(m, "cortex-a72", true);
    struct state *s = &m->cpu->state;
    write_register(m, HCR_EL2, BIT(31));
    touch_all(m, 0);
    put(m, L2, AT | 0x741 | BIT(11));
    s->pc = 0x8000;
    s->x[1] = FIRST - 0x2000; /* a page that had no entry */
    assert_int_equal(cpu_execute(m->cpu, LDR), STATUS_OK);
    assert_int_equal(s->pc, 0x8004);
}

static void a_conflict_is_an_abort_if_that_is_wanted_and_the_fast_tables_do_not_hide_it(void **state)
{
    (void)state;
    for (unsigned aborts = 0; aborts < 2; aborts++) {
        struct vector_machine m;
        struct fault fault;
        make_conflict(&m);
        struct state *s = &m.cpu->state;
        m.cpu->mmu.conflict_aborts = aborts;
        s->pc = 0x8000;
        s->x[1] = FIRST;
        assert_int_equal(cpu_execute(m.cpu, LDR), STATUS_OK);
        assert_int_equal(s->pc, aborts ? s->sys[VBAR_EL1] + 0x200 : 0x8004);
        if (aborts) {
            assert_int_equal(s->sys[ESR_EL1], 0x96000030); /* DFSC: TLB conflict */
            assert_int_equal(s->sys[FAR_EL1], FIRST);
        }
        assert_int_equal(read_first(&m, &fault), !aborts);
        vector_machine_free(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_tlbi_drops_what_it_names_and_leaves_the_rest),
        cmocka_unit_test(an_asid_of_8_bits_is_compared_as_8_bits),
        cmocka_unit_test(a_stepped_program_fills_the_tlb_as_one_that_runs_does),
        cmocka_unit_test(a_conflict_is_an_abort_if_that_is_wanted_and_the_fast_tables_do_not_hide_it),
        cmocka_unit_test(after_warm_up_a_world_switch_misses_no_tlb),
        cmocka_unit_test(a_tlbi_for_another_vmid_or_asid_evicts_nothing_of_ours_not_even_from_the_fast_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
