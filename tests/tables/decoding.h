/* What the tests of decoding share: random words, what our table says of a word, and the exceptions to their rules.
 *
 * exceptions.txt: KIND NAME REASON, one a line, # comments. An exception that is never used fails the test. */
#pragma once
#include "cpu/isa/lower.h"
#include "test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXCEPTIONS_MAX = 160 };

struct exception {
    char kind[24], name[96];
    unsigned used;
};

struct decoding {
    struct decoder decoder;
    struct exception exception[EXCEPTIONS_MAX];
    unsigned exceptions;
};

static inline uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 32);
}

/* A random word with the fixed bits of (mask, value). */
static inline uint32_t word_of(uint32_t mask, uint32_t value, uint64_t *seed)
{
    return (next_random(seed) & ~mask) | value;
}

static inline void decoding_open(struct decoding *d)
{
    char line[256];
    FILE *file = fopen(TABLES "/exceptions.txt", "r");
    *d = (struct decoding){0};
    assert_true(decoder_init(&d->decoder));
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        assert_true(d->exceptions < EXCEPTIONS_MAX);
        struct exception *e = &d->exception[d->exceptions];
        d->exceptions += *line != '#' && sscanf(line, "%23s %95s", e->kind, e->name) == 2;
    }
    fclose(file);
}

static inline void decoding_close(struct decoding *d)
{
    decoder_free(&d->decoder);
}

/* Notes what is wrong, shows the first cases, and fails at the end. */
static unsigned wrongs;
#define wrong(...) ((void)(wrongs++ < 30 && (print_error(__VA_ARGS__), print_error("\n"), 0)))

static inline void nothing_was_wrong(void)
{
    const unsigned found = wrongs;
    wrongs = 0;
    assert_int_equal(found, 0);
}

/* Whether an exception of this kind names `name`, or, for kind "later" and "family:ROW", a part of it. */
static inline bool excepted(struct decoding *d, const char *kind, const char *name, bool part)
{
    bool found = false;
    for (unsigned i = 0; i < d->exceptions; i++) {
        struct exception *e = &d->exception[i];
        if (strcmp(e->kind, kind) || (part ? !strstr(name, e->name) : strcmp(name, e->name) != 0))
            continue;
        e->used++;
        found = true;
    }
    return found;
}

/* Fails for exceptions whose kind begins so, and that were not needed. */
static inline void every_exception_is_needed(const struct decoding *d, const char *kind)
{
    for (unsigned i = 0; i < d->exceptions; i++) {
        const struct exception *e = &d->exception[i];
        if (!strncmp(e->kind, kind, strlen(kind)) && !e->used)
            fail_msg("exceptions.txt: %s %s is no longer needed", e->kind, e->name);
    }
}

/* The row of a word that the table takes for an instruction; NULL: UNDEFINED. */
static inline const struct row *accepted(const struct decoding *d, uint32_t word)
{
    const struct row *row = decode(&d->decoder, word);
    struct op op = {.fn = UNDEFINED};
    struct lowering l = {.op = &op, .alone = true};
    if (!row)
        return NULL;
    const struct fields fields = decode_fields(row, word);
    row->lower(&l, &fields);
    return op.fn == UNDEFINED ? NULL : row;
}

static inline bool is_fp(const struct row *row)
{
    return row && !strcmp(row->name, "FP");
}
