#include "cpu/isa/decode.h"
#include "base/bits.h"
#include "cpu/isa/lower.h"
#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct text_row {
    const char *bits;
    const char *name;
    lower_fn *lower;
    enum cost_class cost;
};

static const struct text_row table[] = {
#define I(bits, name, cost) {bits, #name, lower_##name, COST_##cost},
#include "cpu/isa/a64.def"
#undef I
};

enum { ROWS = sizeof table / sizeof *table };

static const struct {
    const char *name;
    uint8_t offset;
} field_names[] = {
#define FIELD(name) {#name, offsetof(struct fields, name)},
    FIELDS(FIELD)
#undef FIELD
};

static uint8_t field_offset(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof field_names / sizeof *field_names; i++)
        if (strlen(field_names[i].name) == length && !memcmp(field_names[i].name, name, length))
            return field_names[i].offset;
    assert(!"a64.def names a field that decode.h does not list");
    return 0;
}

/* One word of the bit text: digits, or a field "name" of one bit, or "name:width". Returns the bits it takes. */
static unsigned parse_item(struct row *row, const char *item, size_t length, unsigned top)
{
    if (*item == '0' || *item == '1') {
        for (size_t i = 0; i < length; i++) {
            row->mask |= (uint32_t)BIT(top - i);
            row->value |= item[i] == '1' ? (uint32_t)BIT(top - i) : 0;
        }
        return (unsigned)length;
    }
    const char *colon = memchr(item, ':', length);
    const unsigned width = colon ? (unsigned)atoi(colon + 1) : 1;
    assert(row->fields < ROW_FIELDS_MAX);
    row->field[row->fields++] = (struct row_field){field_offset(item, colon ? (size_t)(colon - item) : length),
                                                   (uint8_t)(top + 1 - width), (uint8_t)width};
    return width;
}

static struct row parse_row(const struct text_row *text)
{
    struct row row = {.name = text->name, .lower = text->lower, .cost = text->cost};
    unsigned left = 32;
    for (const char *p = text->bits + strspn(text->bits, " "); *p; p += strspn(p, " ")) {
        const size_t length = strcspn(p, " ");
        left -= parse_item(&row, p, length, left - 1);
        p += length;
    }
    assert(left == 0 && "a row of a64.def has not 32 bits");
    return row;
}

enum { BUCKET_LSB = 21 };

/* The next of the buckets that a row's words fall into, after `bucket`; the first one again after the last. */
static uint32_t next_bucket(const struct row *row, uint32_t bucket)
{
    const uint32_t fixed = row->mask >> BUCKET_LSB;
    const uint32_t next = ((bucket | fixed) + 1) & ~fixed & (DECODE_BUCKETS - 1); /* counts in the free bits only */
    return next | row->value >> BUCKET_LSB;
}

/* Calls visit for every (bucket, row) pair, rows ascending. */
static void each_candidate(struct decoder *d, void (*visit)(struct decoder *d, uint32_t bucket, unsigned row))
{
    for (unsigned i = 0; i < d->rows; i++) {
        const uint32_t first = d->row[i].value >> BUCKET_LSB;
        uint32_t bucket = first;
        do {
            visit(d, bucket, i);
            bucket = next_bucket(&d->row[i], bucket);
        } while (bucket != first);
    }
}

static void count(struct decoder *d, uint32_t bucket, unsigned row)
{
    (void)row;
    d->bucket[bucket + 1]++;
}

/* While the table is filled, bucket[n + 1] is where the next row of bucket n goes. */
static void place(struct decoder *d, uint32_t bucket, unsigned row)
{
    d->candidate[d->bucket[bucket + 1]++] = (uint16_t)row;
}

/* A counting sort of the rows by bucket. */
static bool fill_buckets(struct decoder *d)
{
    each_candidate(d, count);
    uint32_t start = 0;
    for (unsigned i = 1; i <= DECODE_BUCKETS; i++) {
        const uint32_t size = d->bucket[i];
        d->bucket[i] = start;
        start += size;
    }
    d->candidate = calloc(start, sizeof *d->candidate);
    if (!d->candidate)
        return false;
    each_candidate(d, place);
    return true;
}

bool decoder_init(struct decoder *d)
{
    *d = (struct decoder){.row = calloc(ROWS, sizeof *d->row), .rows = ROWS};
    if (!d->row)
        return false;
    for (unsigned i = 0; i < ROWS; i++)
        d->row[i] = parse_row(&table[i]);
    if (fill_buckets(d))
        return true;
    decoder_free(d);
    return false;
}

void decoder_free(struct decoder *d)
{
    free(d->row);
    free(d->candidate);
    *d = (struct decoder){0};
}

const struct row *decode(const struct decoder *d, uint32_t word)
{
    const uint32_t bucket = word >> 21;
    for (uint32_t i = d->bucket[bucket]; i < d->bucket[bucket + 1]; i++) {
        const struct row *row = &d->row[d->candidate[i]];
        if ((word & row->mask) == row->value)
            return row;
    }
    return NULL;
}

struct fields decode_fields(const struct row *row, uint32_t word)
{
    struct fields fields = {0};
    for (unsigned i = 0; i < row->fields; i++) {
        const struct row_field *f = &row->field[i];
        uint32_t *to = (uint32_t *)((char *)&fields + f->offset);
        *to = (uint32_t)bits(word, f->lsb + f->width - 1u, f->lsb);
    }
    return fields;
}
