#include "tools/trace_file.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum {
    LEVEL = 1,           /* of zstd: the run must not wait for it */
    EVENT_MAX = 4 << 10, /* bytes that one event can take, its texts not counted */
    SLOTS = 2 * TEXTS_MAX
};

struct trace_writer {
    FILE *out;
    char *file;
    int failed; /* errno; 0: not */
    ZSTD_CCtx *zstd;
    uint8_t *raw, *packed; /* BLOCK_MAX; what it may take compressed */
    size_t used;
    uint32_t events;      /* in raw */
    uint64_t first;       /* number of the first of them */
    struct record common; /* the last event: its common fields */
    struct record last[TRAPEZE_EVENT_KINDS];
    struct text {
        char *text; /* NULL: free */
        uint32_t number;
    } slot[SLOTS]; /* the texts of the block, hashed */
    uint32_t texts;
};

uint32_t trace_crc(uint32_t crc, const uint8_t *bytes, size_t size)
{
    static const uint32_t nibble[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
                                        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
    crc = ~crc;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        crc = crc >> 4 ^ nibble[crc & 15];
        crc = crc >> 4 ^ nibble[crc & 15];
    }
    return ~crc;
}

/* ---- blocks ---- */

static void put32(uint8_t *to, uint32_t value)
{
    memcpy(to, &value, sizeof value);
}

static void put_all(struct trace_writer *w, const void *bytes, size_t size)
{
    errno = 0;
    if (!w->failed && fwrite(bytes, 1, size, w->out) != size)
        w->failed = errno ? errno : EIO;
}

/* Flushed each time: what is said to be written is there whatever happens to us. */
static void put_block(struct trace_writer *w, uint32_t type, const void *raw, size_t size, uint32_t events)
{
    uint8_t head[BLOCK_HEAD];
    const size_t stored = ZSTD_compressCCtx(w->zstd, w->packed, ZSTD_compressBound(BLOCK_MAX), raw, size, LEVEL);
    if (ZSTD_isError(stored)) {
        w->failed = w->failed ? w->failed : ENOMEM;
        return;
    }
    put32(head, BLOCK_MAGIC);
    put32(head + 4, type);
    put32(head + 8, (uint32_t)size);
    put32(head + 12, (uint32_t)stored);
    put32(head + 16, events);
    put32(head + 20, 0);
    memcpy(head + 24, &w->first, 8);
    put32(head + 20, trace_crc(trace_crc(0, head, BLOCK_HEAD), w->packed, stored));
    put_all(w, head, sizeof head);
    put_all(w, w->packed, stored);
    errno = 0;
    if (!w->failed && fflush(w->out) != 0)
        w->failed = errno ? errno : EIO;
}

static void start_block(struct trace_writer *w)
{
    w->first += w->events;
    w->events = 0;
    w->used = 0;
    w->common = (struct record){0};
    memset(w->last, 0, sizeof w->last);
    for (unsigned i = 0; i < SLOTS && w->texts; i++) {
        w->texts -= w->slot[i].text != NULL;
        free(w->slot[i].text);
        w->slot[i].text = NULL;
    }
}

static void end_block(struct trace_writer *w)
{
    if (w->events)
        put_block(w, BLOCK_EVENTS, w->raw, w->used, w->events);
    start_block(w);
}

/* ---- events ---- */

static void put_varint(struct trace_writer *w, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        w->raw[w->used++] = (uint8_t)(value | 0x80);
    w->raw[w->used++] = (uint8_t)value;
}

static uint32_t hash(const char *text, size_t size)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < size; i++)
        h = (h ^ (uint8_t)text[i]) * 16777619u;
    return h ^ h >> 15;
}

static void put_new_text(struct trace_writer *w, struct text *slot, const char *text, size_t size)
{
    slot->text = strdup(text);
    if (!slot->text) {
        w->failed = ENOMEM;
        return;
    }
    slot->number = ++w->texts;
    put_varint(w, slot->number);
    put_varint(w, size);
    memcpy(w->raw + w->used, text, size);
    w->used += size;
}

static void put_text(struct trace_writer *w, const char *text)
{
    if (!text) {
        put_varint(w, 0);
        return;
    }
    const size_t size = strlen(text);
    struct text *slot = &w->slot[hash(text, size) % SLOTS];
    while (slot->text && strcmp(slot->text, text) != 0)
        slot = slot + 1 < w->slot + SLOTS ? slot + 1 : w->slot;
    if (slot->text)
        put_varint(w, slot->number);
    else
        put_new_text(w, slot, text, size);
}

static bool same(const struct record *a, const struct record *b, const struct field *f)
{
    if (f->size)
        return field_value(a, f) == field_value(b, f);
    const char *x = field_text(a, f), *y = field_text(b, f);
    return x == y && !x; /* texts of the event before may be gone: only none is like none */
}

static uint64_t differing(const struct record *a, const struct record *b, const struct schema *s)
{
    uint64_t set = 0;
    for (unsigned i = 0; i < s->fields; i++)
        set |= (uint64_t)!same(a, b, &s->field[i]) << i;
    return set;
}

static uint64_t zigzag(uint64_t difference)
{
    return difference << 1 ^ (uint64_t)((int64_t)difference >> 63);
}

static void put_fields(struct trace_writer *w, const struct record *r, struct record *last, const struct schema *s,
                       uint64_t set)
{
    for (unsigned i = 0; i < s->fields; i++) {
        const struct field *f = &s->field[i];
        if (!(set >> i & 1))
            continue;
        if (f->size) {
            put_varint(w, zigzag(field_value(r, f) - field_value(last, f)));
            field_set_value(last, f, field_value(r, f));
        } else {
            put_text(w, field_text(r, f));
        }
    }
}

/* The texts of an event, in bytes. */
static size_t text_size(const struct record *r, const struct schema *s)
{
    size_t size = 0;
    for (unsigned i = 0; i < s->fields; i++)
        if (!s->field[i].size && field_text(r, &s->field[i]))
            size += strlen(field_text(r, &s->field[i]));
    return size;
}

bool trace_writer_add(struct trace_writer *w, const struct record *r)
{
    const struct schema *s = &schema_kinds[r->event.kind];
    struct record *last = &w->last[r->event.kind];
    if (w->failed || text_size(r, s) > BLOCK_MAX - BLOCK_FULL - EVENT_MAX)
        return !w->failed;
    const uint64_t common = differing(r, &w->common, &schema_common), own = differing(r, last, s);
    put_varint(w, r->event.kind);
    put_varint(w, common | own << schema_common.fields);
    put_fields(w, r, &w->common, &schema_common, common);
    put_fields(w, r, last, s, own);
    w->events++;
    if (w->used >= BLOCK_FULL || w->texts >= TEXTS_MAX - FIELDS_MAX)
        end_block(w);
    return !w->failed;
}

/* ---- the header ---- */

static void put_schema(FILE *to, int number, const struct schema *s)
{
    fprintf(to, "kind %d %s", number, s->name);
    for (unsigned i = 0; i < s->fields; i++)
        fprintf(to, " %s:%c", s->field[i].name, s->field[i].size ? 'n' : 't');
    fputc('\n', to);
}

static void put_traps(FILE *to, const struct trapeze *t)
{
    struct trapeze_trap trap;
    for (unsigned i = 0; trapeze_trap_info(t, i, &trap); i++)
        fprintf(to, "trap %u %s %s 0x%" PRIx64 " 0x%" PRIx64 " %u %u %u\n", i, trap.name,
                trap.control ? trap.control : "-", trap.mask, trap.armed, trap.to, trap.from, trap.reachable);
}

static void put_registers(FILE *to, const struct trapeze *t)
{
    static const char *const names[] = {"MIDR_EL1", "ID_AA64PFR0_EL1", "ID_AA64DFR0_EL1", "ID_AA64MMFR0_EL1",
                                        "ID_AA64MMFR1_EL1"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        const int index = trapeze_register_find(t, names[i]);
        if (index >= 0)
            fprintf(to, "register %s 0x%" PRIx64 "\n", names[i], trapeze_register_read(t, 0, (unsigned)index));
    }
}

static void put_header(struct trace_writer *w, const struct trapeze *t, const char *machine)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (!to) {
        w->failed = ENOMEM;
        return;
    }
    fprintf(to, "trapeze-trace %d\nmachine %.2000s\n", TRACE_VERSION, machine);
    put_registers(to, t);
    put_traps(to, t);
    put_schema(to, -1, &schema_common);
    for (int i = 0; i < TRAPEZE_EVENT_KINDS; i++)
        put_schema(to, i, &schema_kinds[i]);
    if (fclose(to) != 0)
        w->failed = ENOMEM;
    else
        put_block(w, BLOCK_HEADER, text, size, 0);
    free(text);
}

/* ---- life ---- */

static void release(struct trace_writer *w)
{
    start_block(w);
    ZSTD_freeCCtx(w->zstd);
    free(w->raw);
    free(w->packed);
    free(w->file);
    free(w);
}

static struct trace_writer *make(const char *file)
{
    struct trace_writer *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->file = strdup(file);
    w->zstd = ZSTD_createCCtx();
    w->raw = malloc(BLOCK_MAX);
    w->packed = malloc(ZSTD_compressBound(BLOCK_MAX));
    if (w->file && w->zstd && w->raw && w->packed)
        return w;
    release(w);
    return NULL;
}

static void *fail(struct trace_writer *w, const char *file, int reason, struct trapeze_error *error)
{
    snprintf(error->text, sizeof error->text, "trace file %.300s: %s", file, strerror(reason));
    if (w)
        release(w);
    return NULL;
}

struct trace_writer *trace_writer_open(const char *file, const struct trapeze *t, const char *machine,
                                       struct trapeze_error *error)
{
    struct trace_writer *w = make(file);
    if (!w)
        return fail(NULL, file, ENOMEM, error);
    w->out = fopen(file, "wb");
    if (!w->out)
        return fail(w, file, errno, error);
    put_all(w, TRACE_MAGIC, strlen(TRACE_MAGIC));
    put_header(w, t, machine);
    if (!w->failed)
        return w;
    fclose(w->out);
    return fail(w, file, w->failed, error);
}

bool trace_writer_close(struct trace_writer *w, struct trapeze_error *error)
{
    if (!w)
        return true;
    end_block(w);
    put_block(w, BLOCK_END, "", 0, 0);
    errno = 0;
    if (fclose(w->out) != 0 && !w->failed)
        w->failed = errno ? errno : EIO;
    const int failed = w->failed;
    if (failed)
        snprintf(error->text, sizeof error->text, "trace file %.300s: %s; what was written before can be read", w->file,
                 strerror(failed));
    release(w);
    return !failed;
}
