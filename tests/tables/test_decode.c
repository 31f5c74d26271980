/* a64.def by itself, and beside the decode clauses of the Armv9.4 model (ref/decode_v94.csv). */
#include "decoding.h"
#include <ctype.h>

static struct decoding d;

static int open_tables(void **state)
{
    (void)state;
    decoding_open(&d);
    return 0;
}

static int close_tables(void **state)
{
    (void)state;
    decoding_close(&d);
    return 0;
}

static void no_two_rows_of_a64_def_overlap(void **state)
{
    (void)state;
    for (unsigned i = 0; i < d.decoder.rows; i++)
        for (unsigned k = i + 1; k < d.decoder.rows; k++) {
            const struct row *a = &d.decoder.row[i], *b = &d.decoder.row[k];
            if (((a->value ^ b->value) & a->mask & b->mask) == 0)
                fail_msg("%s and %s overlap: %08x %08x", a->name, b->name, a->value, b->value);
        }
}

static void every_row_is_found_by_the_words_it_describes(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (unsigned i = 0; i < d.decoder.rows; i++)
        for (unsigned n = 0; n < 100; n++) {
            const struct row *row = &d.decoder.row[i];
            assert_ptr_equal(decode(&d.decoder, word_of(row->mask, row->value, &seed)), row);
        }
}

/* ---- the clauses ---- */

enum { CLAUSES_MAX = 1400 };

struct clause {
    uint32_t mask, value;
    char group[16], handler[120]; /* without "decode_" */
};

static struct clause clause[CLAUSES_MAX];
static unsigned clauses;

/* All of A64 but SVE and SME, in order of priority. */
static int read_clauses(void **state)
{
    char line[1024];
    FILE *file = fopen(REF "/decode_v94.csv", "r");
    open_tables(state);
    clauses = 0;
    while (file && fgets(line, sizeof line, file)) {
        struct clause *c = &clause[clauses];
        const int got =
            sscanf(line, "A64,%*u,%*[01x],%x,%x,%15[^,],decode_%119[^,]", &c->mask, &c->value, c->group, c->handler);
        clauses += got == 4 && strcmp(c->group, "SVE") != 0 && strcmp(c->group, "SME") != 0;
        assert_true(clauses < CLAUSES_MAX);
    }
    fclose(file);
    return clauses > 1000 ? 0 : -1;
}

static struct clause *clause_of(uint32_t word)
{
    for (unsigned i = 0; i < clauses; i++)
        if ((word & clause[i].mask) == clause[i].value)
            return &clause[i];
    return NULL;
}

/* Whether the clause is an instruction that our row may hold: its name begins so, or exceptions.txt says so. */
static bool same_family(const struct row *row, const struct clause *c)
{
    char name[32] = {0}, kind[40];
    const size_t length = strcspn(row->name, "_");
    for (size_t i = 0; i < length && i < sizeof name - 1; i++)
        name[i] = (char)tolower(row->name[i]);
    snprintf(kind, sizeof kind, "family:%.16s", row->name);
    return !strncmp(c->handler, name, length) || excepted(&d, kind, c->handler, true);
}

static void every_word_we_execute_has_a_clause_of_its_family(void **state)
{
    (void)state;
    uint64_t seed = 2;
    for (unsigned i = 0; i < d.decoder.rows; i++)
        for (unsigned n = 0; n < 300 && !is_fp(&d.decoder.row[i]); n++) {
            const struct row *row = &d.decoder.row[i];
            const uint32_t word = word_of(row->mask, row->value, &seed);
            const struct clause *c = accepted(&d, word) ? clause_of(word) : NULL;
            if (c && !same_family(row, c))
                wrong("%08x is %s here, %s there", word, row->name, c->handler);
            if (accepted(&d, word) && !c && !excepted(&d, "clause-rejects", row->name, false))
                wrong("%08x is %s here, nothing there", word, row->name);
        }
    nothing_was_wrong();
    every_exception_is_needed(&d, "family:");
    every_exception_is_needed(&d, "clause-rejects");
}

/* Whether some word of the clause's pattern is accepted: those of a special case that another clause hides count too. */
static bool has_row(const struct clause *c, uint64_t *seed)
{
    for (unsigned n = 0; n < 200; n++)
        if (accepted(&d, word_of(c->mask, c->value, seed)))
            return true;
    return false;
}

static void every_clause_of_armv8_0_has_a_row_and_those_of_later_extensions_are_listed(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (unsigned i = 0; i < clauses; i++) {
        const struct clause *c = &clause[i];
        if (!has_row(c, &seed) && !excepted(&d, "later", c->handler, true))
            wrong("no word of %s (%08x) is accepted", c->handler, c->value);
    }
    nothing_was_wrong();
    every_exception_is_needed(&d, "later");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_two_rows_of_a64_def_overlap, open_tables, close_tables),
        cmocka_unit_test_setup_teardown(every_row_is_found_by_the_words_it_describes, open_tables, close_tables),
        cmocka_unit_test_setup_teardown(every_word_we_execute_has_a_clause_of_its_family, read_clauses, close_tables),
        cmocka_unit_test_setup_teardown(every_clause_of_armv8_0_has_a_row_and_those_of_later_extensions_are_listed,
                                        read_clauses, close_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
