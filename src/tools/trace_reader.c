#include "tools/trace_file.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { KINDS_MAX = 64, REGISTERS_MAX = 32, WORDS_MAX = FIELDS_MAX * 2 + 4 };

/* How the file writes a kind of event. */
struct layout {
    bool known; /* the header tells of it */
    int kind;   /* enum trapeze_event_kind; -1: one that we do not have */
    unsigned fields;
    struct column {
        const struct field *field; /* NULL: one that we do not have */
        bool text;
    } column[FIELDS_MAX];
};

struct bytes {
    const uint8_t *at, *end;
    bool bad; /* more was asked for than there is */
};

struct trace_reader {
    FILE *in;
    char *file;
    char damage[600]; /* "": none */
    bool over;
    /* the header */
    char *header; /* its text, cut into words */
    const char *machine;
    struct trace_trap trap[TRAPS_MAX];
    struct reg {
        const char *name;
        uint64_t value;
    } reg[REGISTERS_MAX];
    unsigned regs;
    struct layout common, layout[KINDS_MAX];
    /* the block */
    uint8_t *raw;
    struct bytes bytes;
    uint32_t left; /* events in it that have not been read */
    uint64_t number;
    struct record last_common, last[TRAPEZE_EVENT_KINDS];
    char *text[TEXTS_MAX];
    uint32_t texts;
};

/* The file ends here, for this reason. Always false. */
static bool damaged(struct trace_reader *r, const char *reason)
{
    snprintf(r->damage, sizeof r->damage, "trace file %.300s: %s behind event %" PRIu64, r->file, reason, r->number);
    r->over = true;
    return false;
}

/* ---- blocks ---- */

static uint32_t get32(const uint8_t *from)
{
    uint32_t value;
    memcpy(&value, from, sizeof value);
    return value;
}

static bool unpack(struct trace_reader *r, const uint8_t *packed, size_t stored, size_t size)
{
    free(r->raw);
    r->raw = malloc(size + 1);
    if (!r->raw)
        return damaged(r, "the host has no memory for what stands");
    const size_t got = ZSTD_decompress(r->raw, size, packed, stored);
    if (ZSTD_isError(got) || got != size)
        return damaged(r, "a damaged block");
    r->raw[size] = '\0';
    r->bytes = (struct bytes){r->raw, r->raw + size, false};
    return true;
}

static bool get_body(struct trace_reader *r, uint8_t *head)
{
    const uint32_t size = get32(head + 8), stored = get32(head + 12), crc = get32(head + 20);
    if (get32(head) != BLOCK_MAGIC || size > BLOCK_MAX || stored > ZSTD_compressBound(BLOCK_MAX))
        return damaged(r, "a damaged block");
    uint8_t *packed = malloc(stored + 1);
    if (!packed)
        return damaged(r, "the host has no memory for what stands");
    const bool whole = fread(packed, 1, stored, r->in) == stored;
    memset(head + 20, 0, 4);
    const bool sound = whole && trace_crc(trace_crc(0, head, BLOCK_HEAD), packed, stored) == crc;
    const bool ok = sound && unpack(r, packed, stored, size);
    free(packed);
    if (!whole)
        return damaged(r, "cut in the block");
    return ok || (*r->damage ? false : damaged(r, "a damaged block"));
}

/* Reads a block. False: there is none, r->over. */
static bool get_block(struct trace_reader *r, uint32_t *type, uint32_t *events)
{
    uint8_t head[BLOCK_HEAD];
    const size_t got = fread(head, 1, sizeof head, r->in);
    if (got != sizeof head)
        return damaged(r, got ? "cut in the block" : "cut");
    if (!get_body(r, head))
        return false;
    uint64_t first;
    memcpy(&first, head + 24, sizeof first);
    *type = get32(head + 4);
    *events = get32(head + 16);
    return *type == BLOCK_HEADER || first == r->number || damaged(r, "a block is missing");
}

static void drop_texts(struct trace_reader *r)
{
    while (r->texts)
        free(r->text[--r->texts]);
}

/* Goes to the next block of events. False: there is none. */
static bool next_block(struct trace_reader *r)
{
    uint32_t type = BLOCK_HEADER, events = 0;
    if (r->over || !get_block(r, &type, &events))
        return false;
    drop_texts(r);
    r->last_common = (struct record){0};
    memset(r->last, 0, sizeof r->last);
    r->left = events;
    if (type == BLOCK_END)
        r->over = true;
    return type == BLOCK_END ? false : type == BLOCK_EVENTS || damaged(r, "a block of no known kind");
}

/* ---- events ---- */

static uint64_t get_varint(struct bytes *b)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (b->at == b->end)
            break;
        const uint8_t byte = *b->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    b->bad = true;
    return 0;
}

static const char *get_text(struct trace_reader *r)
{
    struct bytes *b = &r->bytes;
    const uint64_t number = get_varint(b);
    if (number == 0 || number <= r->texts)
        return number ? r->text[number - 1] : NULL;
    const uint64_t size = get_varint(b);
    if (b->bad || number != r->texts + 1 || number > TEXTS_MAX || size > (uint64_t)(b->end - b->at)) {
        b->bad = true;
        return NULL;
    }
    char *text = strndup((const char *)b->at, size);
    b->at += size;
    b->bad |= !text;
    if (text)
        r->text[r->texts++] = text;
    return text;
}

static void get_fields(struct trace_reader *r, const struct layout *layout, uint64_t set, struct record *last)
{
    for (unsigned i = 0; i < layout->fields && !r->bytes.bad; i++) {
        const struct field *f = layout->column[i].field;
        if (!(set >> i & 1))
            continue;
        if (layout->column[i].text) {
            const char *text = get_text(r);
            if (f)
                field_set_text(last, f, text);
            continue;
        }
        const uint64_t z = get_varint(&r->bytes), difference = z >> 1 ^ (0 - (z & 1));
        if (f)
            field_set_value(last, f, field_value(last, f) + difference);
    }
}

/* The common fields of one record, put over another's. */
static void copy_common(struct record *to, const struct record *from)
{
    for (unsigned i = 0; i < schema_common.fields; i++)
        field_set_value(to, &schema_common.field[i], field_value(from, &schema_common.field[i]));
}

/* A text whose field is not in the set of an event is none: the writer says so. */
static void forget_texts(struct record *r, const struct schema *s)
{
    for (unsigned i = 0; i < s->fields; i++)
        if (!s->field[i].size)
            field_set_text(r, &s->field[i], NULL);
}

/* Reads one event. False: of a kind that we do not have, or broken. */
static bool get_event(struct trace_reader *r, struct record *to)
{
    struct record ignored = {0};
    const uint64_t number = get_varint(&r->bytes), set = get_varint(&r->bytes);
    if (r->bytes.bad || number >= KINDS_MAX || !r->layout[number].known) {
        r->bytes.bad = true;
        return false;
    }
    const struct layout *layout = &r->layout[number];
    struct record *last = layout->kind < 0 ? &ignored : &r->last[layout->kind];
    get_fields(r, &r->common, set, &r->last_common);
    if (layout->kind >= 0)
        forget_texts(last, &schema_kinds[layout->kind]);
    get_fields(r, layout, set >> r->common.fields, last);
    if (layout->kind < 0 || r->bytes.bad)
        return false;
    copy_common(last, &r->last_common);
    *to = *last;
    to->event.kind = (enum trapeze_event_kind)layout->kind;
    return true;
}

bool trace_reader_next(struct trace_reader *r, struct record *to)
{
    for (;;) {
        while (!r->left)
            if (!next_block(r))
                return false;
        const bool got = get_event(r, to);
        if (r->bytes.bad)
            return damaged(r, "a damaged block");
        r->left--;
        to->number = r->number++;
        if (got)
            return true;
    }
}

/* ---- the header ---- */

/* The next word of a line, which it ends; NULL: no more. */
static char *word(char **line)
{
    char *w = *line + strspn(*line, " ");
    if (!*w)
        return NULL;
    *line = w + strcspn(w, " ");
    if (**line)
        *(*line)++ = '\0';
    return w;
}

static bool number_word(char **line, uint64_t *value)
{
    char *end, *w = word(line);
    if (!w)
        return false;
    *value = strtoull(w, &end, 0);
    return !*end;
}

static bool header_version(struct trace_reader *r, char *line)
{
    uint64_t version;
    (void)r;
    return number_word(&line, &version) && version == TRACE_VERSION;
}

static bool header_machine(struct trace_reader *r, char *line)
{
    r->machine = line;
    return true;
}

static bool header_register(struct trace_reader *r, char *line)
{
    struct reg reg = {.name = word(&line)};
    if (!number_word(&line, &reg.value))
        return false;
    if (r->regs < REGISTERS_MAX)
        r->reg[r->regs++] = reg;
    return true;
}

static bool header_trap(struct trace_reader *r, char *line)
{
    struct trace_trap trap = {0};
    uint64_t row, to, from, reachable;
    if (!number_word(&line, &row))
        return false;
    trap.name = word(&line);
    trap.control = word(&line);
    const bool ok = number_word(&line, &trap.mask) && number_word(&line, &trap.armed) && number_word(&line, &to) &&
                    number_word(&line, &from) && number_word(&line, &reachable);
    if (!ok || row >= TRAPS_MAX)
        return ok;
    if (!strcmp(trap.control, "-"))
        trap.control = NULL;
    trap.to = (unsigned)to;
    trap.from = (unsigned)from;
    trap.reachable = reachable;
    r->trap[row] = trap;
    return true;
}

static const struct field *find_field(const struct schema *s, const char *name, bool text)
{
    for (unsigned i = 0; s && i < s->fields; i++)
        if (!strcmp(s->field[i].name, name) && !s->field[i].size == text)
            return &s->field[i];
    return NULL;
}

static bool header_columns(struct layout *layout, const struct schema *s, char *line)
{
    for (char *w = word(&line); w; w = word(&line)) {
        char *colon = strchr(w, ':');
        if (!colon || layout->fields == FIELDS_MAX)
            return false;
        *colon = '\0';
        const bool text = colon[1] == 't';
        layout->column[layout->fields++] = (struct column){find_field(s, w, text), text};
    }
    return true;
}

static bool header_kind(struct trace_reader *r, char *line)
{
    const char *number = word(&line), *name = word(&line);
    if (!name)
        return false;
    if (!strcmp(name, "common")) {
        r->common.known = true;
        return header_columns(&r->common, &schema_common, line);
    }
    char *end;
    const unsigned long at = strtoul(number, &end, 10);
    if (*end || at >= KINDS_MAX || r->layout[at].known)
        return false;
    struct layout *layout = &r->layout[at];
    *layout = (struct layout){.known = true, .kind = -1};
    for (int i = 0; i < TRAPEZE_EVENT_KINDS; i++)
        if (!strcmp(schema_kinds[i].name, name))
            layout->kind = i;
    return header_columns(layout, layout->kind < 0 ? NULL : &schema_kinds[layout->kind], line);
}

/* Words that a later version adds are passed over. */
static bool header_line(struct trace_reader *r, char *line)
{
    static const struct {
        const char *word;
        bool (*read)(struct trace_reader *r, char *line);
    } lines[] = {{"trapeze-trace", header_version},
                 {"machine", header_machine},
                 {"register", header_register},
                 {"trap", header_trap},
                 {"kind", header_kind}};
    const char *first = word(&line);
    for (unsigned i = 0; first && i < sizeof lines / sizeof *lines; i++)
        if (!strcmp(first, lines[i].word))
            return lines[i].read(r, line);
    return true;
}

static bool read_header(struct trace_reader *r)
{
    uint32_t type, events;
    if (!get_block(r, &type, &events))
        return false;
    if (type != BLOCK_HEADER)
        return damaged(r, "no header");
    r->header = (char *)r->raw;
    r->raw = NULL;
    r->machine = "";
    if (strncmp(r->header, "trapeze-trace ", 14) != 0)
        return damaged(r, "no header");
    for (char *line = r->header; *line;) {
        char *next = line + strcspn(line, "\n");
        if (*next)
            *next++ = '\0';
        if (!header_line(r, line))
            return damaged(r, "written by another version");
        line = next;
    }
    return r->common.known || damaged(r, "no header");
}

/* ---- life ---- */

static void *fail(struct trace_reader *r, const char *file, const char *reason, struct trapeze_error *error)
{
    snprintf(error->text, sizeof error->text, "trace file %.300s: %s", file, reason);
    trace_reader_close(r);
    return NULL;
}

bool trace_is_one(const char *file)
{
    char magic[sizeof TRACE_MAGIC - 1] = "";
    FILE *in = fopen(file, "rb");
    const bool is =
        in && fread(magic, 1, sizeof magic, in) == sizeof magic && !memcmp(magic, TRACE_MAGIC, sizeof magic);
    if (in)
        fclose(in);
    return is;
}

struct trace_reader *trace_reader_open(const char *file, struct trapeze_error *error)
{
    struct trace_reader *r = calloc(1, sizeof *r);
    char magic[sizeof TRACE_MAGIC - 1];
    if (!r || !(r->file = strdup(file)))
        return fail(r, file, strerror(ENOMEM), error);
    r->in = fopen(file, "rb");
    if (!r->in)
        return fail(r, file, strerror(errno), error);
    if (fread(magic, 1, sizeof magic, r->in) != sizeof magic || memcmp(magic, TRACE_MAGIC, sizeof magic) != 0)
        return fail(r, file, "not a trace file", error);
    if (read_header(r))
        return r;
    snprintf(error->text, sizeof error->text, "%.500s", r->damage);
    trace_reader_close(r);
    return NULL;
}

const char *trace_reader_damage(const struct trace_reader *r)
{
    return *r->damage ? r->damage : NULL;
}

const char *trace_reader_machine(const struct trace_reader *r)
{
    return r->machine;
}

const struct trace_trap *trace_reader_trap(const struct trace_reader *r, unsigned row)
{
    return row < TRAPS_MAX && r->trap[row].name ? &r->trap[row] : NULL;
}

bool trace_reader_register(const struct trace_reader *r, const char *name, uint64_t *value)
{
    for (unsigned i = 0; i < r->regs; i++) {
        if (strcmp(r->reg[i].name, name) != 0)
            continue;
        *value = r->reg[i].value;
        return true;
    }
    return false;
}

void trace_reader_close(struct trace_reader *r)
{
    if (!r)
        return;
    if (r->in)
        fclose(r->in);
    drop_texts(r);
    free(r->raw);
    free(r->header);
    free(r->file);
    free(r);
}
