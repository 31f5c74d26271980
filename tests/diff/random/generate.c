/* generate OUT SEED COUNT LENGTH [INDEX]: writes COUNT sequences of LENGTH random instructions for runtime.S, made from the
 * rows of a64.def; with INDEX, LENGTH sequences that are the beginnings of that one: where the first line differs, its last
 * instruction is the one. */
#include "bus/bus.h"
#include "cpu/code.h"
#include "cpu/isa/lower.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BASE = 0x40300000, FINISH = 0x40200400, STATE = 33 * 8, OFFSET = 28, SCRATCH = 29, OTHER = 27 };
enum { MOVZ_X29_SCRATCH = 0xd2a80a1d, LENGTH_MAX = 4096 }; /* movz x29, #0x4050, lsl 16 */

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 32);
}

static bool is_memory(const struct row *row)
{
    return row->cost == COST_LOAD || row->cost == COST_STORE || row->cost == COST_LOAD_PAIR ||
           row->cost == COST_STORE_PAIR;
}

/* Computes, or moves data; what needs an exclusive monitor or other privileges has tests of its own. */
static bool suits(const struct row *row)
{
    return row->lower != lower_FP && (row->cost <= COST_CRC || is_memory(row)) && row->lower != lower_B_cond;
}

static void put_register(uint32_t *word, unsigned lsb, uint32_t number)
{
    *word = (uint32_t)with_bits(*word, lsb + 4, lsb, number);
}

/* The registers that the addresses are made of are read by all, and written by none but writeback. */
static void spare(uint32_t *word, unsigned lsb)
{
    const uint32_t number = (uint32_t)bits(*word, lsb + 4, lsb);
    if (number == OFFSET || number == SCRATCH)
        put_register(word, lsb, OTHER);
}

static bool allocated(const struct row *row, uint32_t word)
{
    struct op op[3] = {{.fn = NULL}, {.fn = UNDEFINED}};
    struct lowering l = {.op = &op[1], .index = 1, .alone = true};
    const struct fields fields = decode_fields(row, word);
    row->lower(&l, &fields);
    return op[1].fn != UNDEFINED;
}

static bool is_one_of(const struct row *row, lower_fn *const *lower, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (row->lower == lower[i])
            return true;
    return false;
}

#define IS(row, ...) \
    is_one_of(row, (lower_fn *const[]){__VA_ARGS__}, sizeof((lower_fn *const[]){__VA_ARGS__}) / sizeof(lower_fn *))

/* Makes the address, of a load or store that is not literal, one in the scratch memory. */
static void aim(const struct row *row, uint32_t *word, uint64_t *seed)
{
    put_register(word, 5, SCRATCH);
    if (IS(row, lower_LDR_reg, lower_STR_reg, lower_LDRS_reg, lower_LDR_fp_reg, lower_STR_fp_reg))
        put_register(word, 16, OFFSET);
    if (IS(row, lower_LDR_fp_uimm, lower_STR_fp_uimm) && bit(*word, 23))
        *word &= ~(uint32_t)BIT(21); /* of 128 bits: no farther than others */
    if (IS(row, lower_LD_multiple_post, lower_ST_multiple_post, lower_LD_single_post, lower_ST_single_post) &&
        next_random(seed) & 1)
        put_register(word, 16, 31); /* post-index by what is accessed */
}

static uint32_t random_word(const struct decoder *decoder, uint64_t *seed)
{
    for (;;) {
        const struct row *row = &decoder->row[next_random(seed) % decoder->rows];
        uint32_t word = (next_random(seed) & ~row->mask) | row->value;
        if (!suits(row))
            continue;
        spare(&word, 0);
        const bool pair = row->cost == COST_LOAD_PAIR || row->cost == COST_STORE_PAIR;
        if (pair)
            spare(&word, 10);
        if (is_memory(row) && !IS(row, lower_LDR_literal, lower_LDR_fp_literal))
            aim(row, &word, seed);
        if (pair && bits(word, 4, 0) == bits(word, 14, 10))
            continue; /* CONSTRAINED UNPREDICTABLE */
        if ((word & row->mask) == row->value && allocated(row, word))
            return word;
    }
}

/* Appends one sequence; returns how many bytes. */
static size_t put_sequence(uint8_t *out, uint64_t address, const uint64_t state[33], const uint32_t *code,
                           unsigned length)
{
    const uint64_t bytes = (length + 1) * 4;
    const uint64_t end = address + STATE + length * 4;
    const uint32_t branch = 0x14000000 | (uint32_t)(((FINISH - end) >> 2) & 0x3ffffff);
    const uint64_t padded = (bytes + 7) & ~UINT64_C(7);
    memcpy(out, state, 32 * 8);
    memcpy(out + 256, &padded, 8);
    memcpy(out + STATE, code, length * 4);
    memcpy(out + STATE + length * 4, &branch, 4);
    return STATE + padded;
}

static void make(const struct decoder *decoder, uint64_t seed, unsigned length, uint64_t state[33], uint32_t *code)
{
    for (unsigned i = 0; i < 32; i++)
        state[i] = ((uint64_t)next_random(&seed) << 32 | next_random(&seed)) >> next_random(&seed) % 64;
    state[OFFSET] = 0x48;
    state[SCRATCH] = 0x40500000;
    state[31] = (uint64_t)(next_random(&seed) & 0xf) << 28;
    for (unsigned i = 0; i < length; i += 2) {
        code[i] = random_word(decoder, &seed);
        code[i + 1] = MOVZ_X29_SCRATCH;
    }
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    const uint64_t seed = strtoull(argv[2], NULL, 0);
    const unsigned count = (unsigned)atoi(argv[3]), length = (unsigned)atoi(argv[4]) & ~1u;
    static const uint8_t no_costs[COST_CLASSES];
    struct bus bus;
    struct code code;
    uint64_t state[33] = {0};
    static uint32_t words[LENGTH_MAX];
    uint8_t *out = calloc(1, 16 << 20);
    size_t size = 0;
    bus_init(&bus);
    if (!out || length > LENGTH_MAX || !code_init(&code, &bus, no_costs))
        return 1;
    if (argc > 5)
        make(&code.decoder, seed + strtoull(argv[5], NULL, 0), length, state, words);
    for (unsigned i = 0; i < (argc > 5 ? length : count) && size < (1 << 20) - 65536; i++) {
        if (argc <= 5)
            make(&code.decoder, seed + i, length, state, words);
        size += put_sequence(out + size, BASE + size, state, words, argc > 5 ? i + 1 : length);
    }
    FILE *file = fopen(argv[1], "wb");
    const bool good = file && fwrite(out, 1, size + STATE, file) == size + STATE && fclose(file) == 0;
    code_free(&code);
    free(out);
    return good ? 0 : 1;
}
