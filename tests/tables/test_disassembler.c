/* a64.def beside LLVM's tables: words of every row, of every clause of the v9.4 model, and any words. LLVM runs once, on all of them. */
#include "base/bits.h"
#include "decoding.h"

enum { WORDS_OF_A_ROW = 120, WORDS_OF_A_CLAUSE = 10, ANY_WORDS = 10000, WORDS_MAX = 70000 };

static struct decoding d;
static uint32_t word[WORDS_MAX];
static bool llvm_knows[WORDS_MAX];
static unsigned words;

static void choose_words_of_clauses(uint64_t *seed)
{
    char line[1024];
    uint32_t mask, value;
    FILE *file = fopen(REF "/decode_v94.csv", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "A64,%*u,%*[01x],%x,%x", &mask, &value) == 2)
            for (unsigned n = 0; n < WORDS_OF_A_CLAUSE; n++)
                word[words++] = word_of(mask, value, seed);
    fclose(file);
}

static void choose_words(void)
{
    uint64_t seed = 4;
    choose_words_of_clauses(&seed);
    for (unsigned i = 0; i < d.decoder.rows; i++)
        for (unsigned n = 0; n < WORDS_OF_A_ROW; n++)
            word[words++] = word_of(d.decoder.row[i].mask, d.decoder.row[i].value, &seed);
    for (unsigned n = 0; n < ANY_WORDS; n++)
        word[words++] = next_random(&seed);
    assert_true(words <= WORDS_MAX);
}

/* llvm-mc names the line of each word that it does not know. */
static void ask_llvm(void)
{
    char line[512];
    FILE *file = fopen("words.txt", "w");
    assert_non_null(file);
    for (unsigned i = 0; i < words; i++, llvm_knows[i - 1] = true)
        fprintf(file, "0x%02x 0x%02x 0x%02x 0x%02x\n", word[i] & 0xff, word[i] >> 8 & 0xff, word[i] >> 16 & 0xff,
                word[i] >> 24);
    fclose(file);
    assert_int_equal(system(LLVM_MC " --disassemble -triple=aarch64 -mattr=+crc,+neon,+fp-armv8,+el3 words.txt"
                                    " >words.s 2>words.log"),
                     0);
    unsigned number, known = 0, rejected = 0;
    for (file = fopen("words.log", "r"); fgets(line, sizeof line, file);)
        if (strstr(line, "invalid instruction encoding") && sscanf(line, "words.txt:%u:", &number) == 1) {
            llvm_knows[number - 1] = false;
            rejected++;
        }
    fclose(file);
    for (file = fopen("words.s", "r"); fgets(line, sizeof line, file);)
        known += *line == '\t' && line[1] != '.';
    fclose(file);
    assert_int_equal(known + rejected, words);
}

static int compare_with_llvm(void **state)
{
    (void)state;
    decoding_open(&d);
    choose_words();
    ask_llvm();
    return 0;
}

static int forget(void **state)
{
    (void)state;
    decoding_close(&d);
    return 0;
}

/* Of FP and SIMD the table has classes, not words. */
static void llvm_knows_every_word_that_we_execute(void **state)
{
    (void)state;
    for (unsigned i = 0; i < words; i++) {
        const struct row *row = accepted(&d, word[i]);
        if (row && !is_fp(row) && !llvm_knows[i] && !excepted(&d, "llvm-rejects", row->name, false))
            wrong("%08x is %s, LLVM knows no such word", word[i], row->name);
    }
    nothing_was_wrong();
    every_exception_is_needed(&d, "llvm-rejects");
}

static const char *name_of(uint32_t w)
{
    const struct row *row = decode(&d.decoder, w);
    if (row)
        return row->name;
    if (bits(w, 31, 16) == 0)
        return "UDF";
    return bits(w, 31, 22) == 0x354 ? "system" : "no row";
}

static void every_word_that_llvm_knows_is_executed(void **state)
{
    (void)state;
    for (unsigned i = 0; i < words; i++)
        if (llvm_knows[i] && !accepted(&d, word[i]) && !excepted(&d, "llvm-accepts", name_of(word[i]), false))
            wrong("LLVM knows %08x, which is UNDEFINED here (%s)", word[i], name_of(word[i]));
    nothing_was_wrong();
    every_exception_is_needed(&d, "llvm-accepts");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(llvm_knows_every_word_that_we_execute),
        cmocka_unit_test(every_word_that_llvm_knows_is_executed),
    };
    return cmocka_run_group_tests(tests, compare_with_llvm, forget);
}
