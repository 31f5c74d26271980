/* Random programs, and the events that meet them, end the same whether they run, with comparisons and branches fused, or
 * are stepped one by one, which fuses nothing. */
#include "cpu/exec/flags.h"
#include "cpu/isa/lower.h"
#include "guest.h"

enum { PROGRAMS = 300, WORDS = 400, B_SELF = 0x14000000 };

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 32);
}

static bool computes(const struct row *row)
{
    return row->cost <= COST_CRC && row->lower != lower_FP;
}

/* A word of a random row that computes, or branches over the next word on a condition. */
static uint32_t random_word(const struct decoder *decoder, uint64_t *seed)
{
    for (;;) {
        const struct row *row = &decoder->row[next_random(seed) % decoder->rows];
        const uint32_t word = (next_random(seed) & ~row->mask) | row->value;
        struct op op[3] = {{.fn = NULL}, {.fn = UNDEFINED}};
        struct lowering l = {.op = &op[1], .index = 1};
        if (row->lower == lower_B_cond)
            return 0x54000040 | (word & 0xf); /* to the word after the next */
        if (!computes(row))
            continue;
        const struct fields fields = decode_fields(row, word);
        row->lower(&l, &fields);
        if (op[1].fn != UNDEFINED)
            return word;
    }
}

static void stop(void *owner, uint64_t now)
{
    (void)now;
    cpu_stop(owner);
}

/* An event that the program can see. */
static void poke(void *owner, uint64_t now)
{
    struct cpu *cpu = owner;
    cpu->state.x[now % XZR] ^= now;
}

static void fill(struct virt *virt, uint64_t seed)
{
    for (unsigned i = 0; i < XZR; i++)
        virt->cpu[0].state.x[i] = (uint64_t)next_random(&seed) << (next_random(&seed) % 40);
    for (unsigned i = 0; i < WORDS; i++)
        guest_put(virt, 4 * i, 4, i < WORDS - 2 ? random_word(&virt->cluster.code.decoder, &seed) : B_SELF);
    struct cpu *cpu = &virt->cpu[0];
    for (unsigned when = 11; when < WORDS; when += 37)
        events_add(&cpu->events, when, 0, poke, cpu);
}

static void a_program_ends_the_same_run_or_stepped(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= PROGRAMS; seed++) {
        struct virt *ran = guest_new(false), *stepped = guest_new(false);
        fill(ran, seed);
        fill(stepped, seed);
        events_add(&ran->cpu[0].events, WORDS, 0, stop, &ran->cpu[0]);
        cpu_run(&ran->cpu[0], EVENT_NEVER);
        while (stepped->cpu[0].state.cycles < ran->cpu[0].state.cycles)
            cpu_step(&stepped->cpu[0], EVENT_NEVER);
        const struct state *a = &ran->cpu[0].state, *b = &stepped->cpu[0].state;
        assert_int_equal(a->pc, b->pc);
        assert_int_equal(flags_pack(&a->flags), flags_pack(&b->flags));
        assert_memory_equal(a->x, b->x, (SP + 1) * sizeof *a->x);
        guest_free(ran);
        guest_free(stepped);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_ends_the_same_run_or_stepped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
