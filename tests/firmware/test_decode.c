/* The reference hypervisor's decoder of loads and stores beside the model's table and Capstone: every combination of the
 * fields that make an encoding (sizes, opcodes, modes), registers and immediates at random. */
#include "base/bits.h"
#include "cpu/isa/lower.h"
#include "guests/words.h"
#include "refhyp/decode.h"
#include "test.h"
#include <capstone/capstone.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static csh capstone;
static struct decoder model;

static int open_oracles(void **state)
{
    (void)state;
    if (cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &capstone) != CS_ERR_OK || !decoder_init(&model))
        return -1;
    return cs_option(capstone, CS_OPT_DETAIL, CS_OPT_ON) == CS_ERR_OK ? 0 : -1;
}

static int close_oracles(void **state)
{
    (void)state;
    decoder_free(&model);
    cs_close(&capstone);
    return 0;
}

/* Notes what is wrong, shows the first cases, and fails at the end. */
static unsigned wrongs;
#define wrong(...) ((void)(wrongs++ < 30 && (print_error(__VA_ARGS__), print_error("\n"), 0)))

static void nothing_was_wrong(void)
{
    const unsigned found = wrongs;
    wrongs = 0;
    assert_int_equal(found, 0);
}

/* ---- words ---- */

typedef void visit_fn(uint32_t word);

static void each_word(visit_fn *visit)
{
    struct words w = {.seed = 1, .times = 24};
    for (uint32_t word; words_next(&w, &word);)
        visit(word);
    for (unsigned n = 0; n < 200000; n++)
        visit((words_random(&w.seed) & ~UINT32_C(0x0a000000)) | 0x08000000); /* loads and stores */
    for (unsigned n = 0; n < 200000; n++)
        visit(words_random(&w.seed));
}

/* Loads and stores of Armv8.0 are all in one group; the operations by address are system instructions. */
static bool in_group(uint32_t word)
{
    return bit(word, 27) && !bit(word, 25);
}

/* ---- the model's table ---- */

static bool model_executes(uint32_t word)
{
    const struct row *row = decode(&model, word);
    struct op op = {.fn = UNDEFINED};
    struct lowering l = {.op = &op, .alone = true};
    if (!row)
        return false;
    const struct fields fields = decode_fields(row, word);
    row->lower(&l, &fields);
    return op.fn != UNDEFINED;
}

/* Of FP and SIMD the model's table may have classes of words, not words. */
static bool is_class(uint32_t word)
{
    const struct row *row = decode(&model, word);
    return row && strcmp(row->name, "FP") == 0;
}

static void compare_with_model(uint32_t word)
{
    const bool accepted = access_decode(word).kind != ACCESS_NONE;
    if (accepted && !in_group(word) && bits(word, 31, 19) != 0x1aa1) /* SYS, op0 1 */
        wrong("%08x is no load or store", word);
    if (in_group(word) && accepted != model_executes(word) && (accepted || !is_class(word)))
        wrong("%08x is %s here, %s to the model", word, accepted ? "a load or store" : "none",
              accepted ? "UNDEFINED" : "an instruction");
}

static void the_decoder_accepts_the_loads_and_stores_that_the_model_executes_and_nothing_else(void **state)
{
    (void)state;
    each_word(compare_with_model);
    nothing_was_wrong();
}

/* ---- Capstone ---- */

static unsigned number_of(arm64_reg reg)
{
    const char *name = cs_reg_name(capstone, reg);
    return strstr(name, "sp") || strstr(name, "zr") ? 31 : (unsigned)atoi(name + 1);
}

/* What the arrangement of a vector register says: bytes of an element as a power of two, and lanes. */
static void arrange(struct access *a, const cs_arm64_op *op)
{
    static const uint8_t size[] = {[ARM64_VAS_8B] = 0, [ARM64_VAS_16B] = 0, [ARM64_VAS_4H] = 1, [ARM64_VAS_8H] = 1,
                                   [ARM64_VAS_2S] = 2, [ARM64_VAS_4S] = 2,  [ARM64_VAS_1D] = 3, [ARM64_VAS_2D] = 3};
    static const uint8_t lanes[] = {[ARM64_VAS_8B] = 8, [ARM64_VAS_16B] = 16, [ARM64_VAS_4H] = 4, [ARM64_VAS_8H] = 8,
                                    [ARM64_VAS_2S] = 2, [ARM64_VAS_4S] = 4,   [ARM64_VAS_1D] = 1, [ARM64_VAS_2D] = 2};
    a->keep = op->vector_index >= 0;
    a->lane = a->keep ? (uint8_t)op->vector_index : 0;
    a->size = a->keep ? (uint8_t)(op->vess - ARM64_VESS_B) : size[op->vas];
    a->lanes = a->keep ? 1 : lanes[op->vas];
}

/* A register after the address: the step of a structure. */
static void add_register(struct access *a, const cs_arm64_op *op, bool after)
{
    static const char letters[] = "bhsdq";
    const char letter = *cs_reg_name(capstone, op->reg);
    if (after) {
        a->indexed = a->index_wide = true;
        a->index = (uint8_t)number_of(op->reg);
        return;
    }
    a->reg[a->registers++] = (uint8_t)number_of(op->reg);
    a->vector = letter == 'v' || strchr(letters, letter);
    a->lanes = 1;
    if (letter == 'v')
        arrange(a, op);
    else
        a->size = (uint8_t)(a->vector ? strchr(letters, letter) - letters : letter == 'w' ? 2 : 3);
    a->wide = letter == 'x';
}

static void add_address(struct access *a, const cs_arm64_op *op)
{
    a->base = (uint8_t)number_of(op->mem.base);
    a->offset = op->mem.disp;
    a->indexed = op->mem.index != ARM64_REG_INVALID;
    if (!a->indexed)
        return;
    a->index = (uint8_t)number_of(op->mem.index);
    a->index_sign = op->ext == ARM64_EXT_SXTW || op->ext == ARM64_EXT_SXTX;
    a->index_wide = *cs_reg_name(capstone, op->mem.index) == 'x';
    a->shift = (uint8_t)op->shift.value;
}

/* An immediate after the address is the step; one instead of it is the address, that of a literal. */
static void add_immediate(struct access *a, const cs_arm64_op *op, bool after)
{
    a->offset = op->imm;
    if (!after)
        a->base = ACCESS_PC;
}

/* What only the name says: LDRSB and its kin, structures, LDTR, exclusives and so on. */
static void add_name(struct access *a, const char *name)
{
    const char *end = name + strlen(name);
    a->load = !strncmp(name, "ld", 2);
    a->unprivileged = !strncmp(name + 2, "tr", 2);
    a->sign = a->load && end[-2] == 's' && !a->vector;
    if (!a->vector && strchr("bh", end[-1]))
        a->size = end[-1] == 'h';
    if (a->sign && end[-1] == 'w')
        a->size = 2;
    a->interleaved = a->vector && strchr("234", name[2]) && a->lanes > 1;
    if (a->vector && name[2] < '5' && end[-1] == 'r') {
        a->replicate = (uint8_t)(a->lanes << a->size);
        a->lanes = 1;
        a->interleaved = false;
    }
    if (strchr(name + 2, 'x'))
        a->kind = ACCESS_EXCLUSIVE;
    if (!strncmp(name, "prf", 3))
        a->kind = ACCESS_PREFETCH;
}

static struct access access_of_capstone(uint32_t word)
{
    struct access a = {.kind = ACCESS_NONE};
    cs_insn *insn;
    if (cs_disasm(capstone, (const uint8_t *)&word, 4, 0, 1, &insn) != 1)
        return a;
    const cs_arm64 *detail = &insn->detail->arm64;
    bool after = false;
    a.kind = ACCESS_TRANSFER;
    for (unsigned i = 0; i < detail->op_count; i++) {
        const cs_arm64_op *op = &detail->operands[i];
        if (op->type == ARM64_OP_REG)
            add_register(&a, op, after);
        else if (op->type == ARM64_OP_MEM)
            add_address(&a, op);
        else if (op->type == ARM64_OP_IMM)
            add_immediate(&a, op, after);
        a.post |= after;
        after |= op->type == ARM64_OP_MEM;
    }
    a.writeback = detail->writeback;
    add_name(&a, insn->mnemonic);
    cs_free(insn, 1);
    return a;
}

/* All that counts of an access, in words. */
static void describe(const struct access *a, char *text, size_t size)
{
    static const char *const kind[] = {"none", "transfer", "exclusive", "prefetch"};
    int n = snprintf(text, size, "%s", kind[a->kind]);
    if (a->kind == ACCESS_EXCLUSIVE)
        n += snprintf(text + n, size - (size_t)n, " base %u", a->base);
    if (a->kind != ACCESS_TRANSFER)
        return;
    n += snprintf(text + n, size - (size_t)n, "%s%s size %u%s base %u", a->load ? " load" : " store",
                  a->unprivileged ? " unprivileged" : "", a->size, a->sign ? a->wide ? " signed 64" : " signed 32" : "",
                  a->base);
    if (a->indexed)
        n += snprintf(text + n, size - (size_t)n, " index %u%s%s << %u", a->index, a->index_wide ? " whole" : "",
                      a->index_sign && !a->index_wide ? " signed" : "", a->shift);
    else
        n += snprintf(text + n, size - (size_t)n, " offset %ld", (long)a->offset);
    n += snprintf(text + n, size - (size_t)n, "%s%s registers", a->writeback ? " writeback" : "",
                  a->post ? " post" : "");
    for (unsigned i = 0; i < a->registers; i++)
        n += snprintf(text + n, size - (size_t)n, " %s%u", a->vector ? "v" : "x", a->reg[i]);
    snprintf(text + n, size - (size_t)n, " lanes %u from %u%s%s fill %u", a->lanes, a->lane,
             a->interleaved ? " interleaved" : "", a->keep ? " keep" : "", a->replicate);
}

/* CONSTRAINED UNPREDICTABLE: the base is written back and transferred, or two loads go to one register. Capstone rejects
 * some of them, and takes LDTR to its base for one. */
static bool unpredictable(uint32_t word, const struct access *a)
{
    bool found = a->load && a->registers == 2 && a->reg[0] == a->reg[1];
    for (unsigned i = 0; i < a->registers; i++)
        found |= (a->writeback || a->unprivileged) && !a->vector && a->reg[i] == a->base && a->base != ACCESS_SP;
    return found || (a->kind == ACCESS_EXCLUSIVE && bits(word, 22, 21) == 3 && bits(word, 14, 10) == bits(word, 4, 0));
}

static void compare_with_capstone(uint32_t word)
{
    char ours[200], theirs[200];
    if (!in_group(word))
        return;
    const struct access a = access_decode(word), b = access_of_capstone(word);
    if (b.kind == ACCESS_NONE && unpredictable(word, &a))
        return;
    describe(&a, ours, sizeof ours);
    describe(&b, theirs, sizeof theirs);
    if (strcmp(ours, theirs))
        wrong("%08x: %s\n    Capstone: %s", word, ours, theirs);
}

static void what_the_decoder_says_of_operands_is_what_capstone_says(void **state)
{
    (void)state;
    each_word(compare_with_capstone);
    nothing_was_wrong();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_decoder_accepts_the_loads_and_stores_that_the_model_executes_and_nothing_else),
        cmocka_unit_test(what_the_decoder_says_of_operands_is_what_capstone_says),
    };
    return cmocka_run_group_tests(tests, open_oracles, close_oracles);
}
