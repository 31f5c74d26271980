#include "vectors.h"
#include "bus/sparse.h"
#include "cpu/sysreg/sysreg_table.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* ---- files ---- */

enum { LINE_MAX_BYTES = 1 << 16 };

struct vectors {
    FILE *file;
    ZSTD_DStream *stream;
    ZSTD_inBuffer in;
    ZSTD_outBuffer out;
    size_t at; /* of the next byte of `out` */
    char *packed, *plain;
    size_t packed_size, plain_size;
    char line[LINE_MAX_BYTES];
};

struct vectors *vectors_open(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return NULL;
    }
    struct vectors *v = calloc(1, sizeof *v);
    assert(v);
    v->file = file;
    v->stream = ZSTD_createDStream();
    v->packed_size = ZSTD_DStreamInSize();
    v->plain_size = ZSTD_DStreamOutSize();
    v->packed = malloc(v->packed_size);
    v->plain = malloc(v->plain_size);
    assert(v->stream && v->packed && v->plain);
    return v;
}

void vectors_close(struct vectors *v)
{
    fclose(v->file);
    ZSTD_freeDStream(v->stream);
    free(v->packed);
    free(v->plain);
    free(v);
}

/* Unpacks more; false at the end. */
static bool refill(struct vectors *v)
{
    for (;;) {
        if (v->in.pos == v->in.size)
            v->in = (ZSTD_inBuffer){v->packed, fread(v->packed, 1, v->packed_size, v->file), 0};
        v->out = (ZSTD_outBuffer){v->plain, v->plain_size, 0};
        v->at = 0;
        const bool end = v->in.size == 0;
        const size_t status = ZSTD_decompressStream(v->stream, &v->out, &v->in);
        assert(!ZSTD_isError(status));
        if (v->out.pos || end)
            return v->out.pos;
    }
}

const char *vectors_next(struct vectors *v)
{
    size_t length = 0;
    for (;;) {
        if (v->at == v->out.pos && !refill(v)) {
            assert(length == 0); /* the last line ends like every other */
            return NULL;
        }
        const char c = v->plain[v->at++];
        if (c == '\n')
            break;
        assert(length < LINE_MAX_BYTES - 1);
        v->line[length++] = c;
    }
    v->line[length] = '\0';
    return v->line;
}

/* ---- values ---- */

struct json json_line(const char *line)
{
    return (struct json){line, line + strlen(line)};
}

/* The end of the value that starts at `at`. */
static const char *value_end(const char *at, const char *end)
{
    int depth = 0;
    bool quoted = false;
    for (; at < end; at++) {
        quoted ^= *at == '"';
        if (quoted)
            continue;
        if (*at == '{' || *at == '[')
            depth++;
        else if ((*at == '}' || *at == ']' || *at == ',') && depth == 0)
            return at;
        else if (*at == '}' || *at == ']')
            depth--;
    }
    return end;
}

bool json_each(struct json container, struct json *place, struct json *key, struct json *value)
{
    if (!container.at)
        return false;
    const bool object = *container.at == '{';
    const char *at = place->at ? place->at : container.at + 1;
    while (at < container.end && (*at == ',' || *at == ' '))
        at++;
    *key = (struct json){0};
    if (at >= container.end || *at == '}' || *at == ']')
        return false;
    if (object) {
        const char *close = memchr(at + 1, '"', (size_t)(container.end - at - 1));
        assert(close && close[1] == ':');
        *key = (struct json){at, close + 1};
        at = close + 2;
    }
    *value = (struct json){at, value_end(at, container.end)};
    place->at = value->end;
    return true;
}

struct json json_get(struct json object, const char *key)
{
    struct json place = {0}, name, value;
    while (json_each(object, &place, &name, &value))
        if (json_is(name, key))
            return value;
    return (struct json){0};
}

struct json json_element(struct json array, unsigned index)
{
    struct json place = {0}, name, value;
    for (unsigned i = 0; json_each(array, &place, &name, &value); i++)
        if (i == index)
            return value;
    return (struct json){0};
}

/* Without its quotes. */
static struct json text_of(struct json value)
{
    if (value.at && *value.at == '"')
        return (struct json){value.at + 1, value.end - 1};
    return value;
}

uint64_t json_number(struct json value, uint64_t absent)
{
    if (!value.at)
        return absent;
    return strtoull(text_of(value).at, NULL, *value.at == '"' ? 16 : 10);
}

bool json_is(struct json value, const char *text)
{
    const struct json plain = text_of(value);
    const size_t length = strlen(text);
    return plain.at && (size_t)(plain.end - plain.at) == length && !memcmp(plain.at, text, length);
}

void json_copy(struct json value, char *to, size_t size)
{
    const struct json plain = text_of(value);
    const size_t length = plain.at ? (size_t)(plain.end - plain.at) : 0;
    const size_t copied = length < size - 1 ? length : size - 1;
    if (copied)
        memcpy(to, plain.at, copied);
    to[copied] = '\0';
}

size_t json_bytes(struct json value, uint8_t *to, size_t size)
{
    const struct json plain = text_of(value);
    size_t n = 0;
    for (const char *p = plain.at; p && p + 1 < plain.end && n < size; p += 2) {
        const char digits[] = {p[0], p[1], '\0'};
        to[n++] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return n;
}

/* ---- the machine ---- */

void vector_machine_init(struct vector_machine *m, const char *model, bool has_el2)
{
    const struct cpu_model *found = cpu_model_find(model);
    assert(found);
    bus_init(&m->bus);
    enum status status = bus_add_sparse(&m->bus);
    assert(status == STATUS_OK);
    status = cluster_init(&m->cluster, &m->bus, cost_table[COST_MODEL_UNIT]);
    assert(status == STATUS_OK);
    m->cluster.gic_v3 = true;
    m->cluster.list_registers = 16;
    m->cpu = aligned_alloc(64, (sizeof *m->cpu + 63) & ~(size_t)63);
    assert(m->cpu);
    cpu_init(m->cpu, &m->cluster, found, has_el2);
}

void vector_machine_free(struct vector_machine *m)
{
    free(m->cpu);
    cluster_free(&m->cluster);
    bus_free(&m->bus);
}

void vector_machine_reset(struct vector_machine *m)
{
    code_clear(&m->cluster.code);
    sparse_clear(m->bus.sparse);
    cpu_reset(m->cpu, 0);
    mmu_reset(&m->cpu->mmu);
}

int vector_find_register(struct json name)
{
    for (unsigned i = 0; i < SYSREG_COUNT; i++)
        if (json_is(name, sysreg_table[i].name))
            return (int)i;
    return -1;
}

bool vector_set_register(struct cpu *cpu, struct json name, uint64_t value)
{
    const int reg = vector_find_register(name);
    if (reg >= 0)
        cpu->state.sys[reg] = value;
    return reg >= 0;
}

void vector_set_el(struct cpu *cpu, unsigned el, bool sp)
{
    static const enum sysreg pointers[] = {SP_EL0, SP_EL1, SP_EL2};
    struct state *s = &cpu->state;
    s->el = (uint8_t)el;
    s->sp_sel = sp;
    s->x[SP] = s->sys[pointers[sp ? el : 0]];
}

void vector_ready(struct cpu *cpu)
{
    cpu_control_changed(cpu);
}

void vector_poke(struct vector_machine *m, uint64_t address, const void *from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        *(uint8_t *)bus_store_host(&m->bus, pa(address + i), 1) = ((const uint8_t *)from)[i];
}

void vector_peek(struct vector_machine *m, uint64_t address, void *to, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)to)[i] = *(uint8_t *)bus_load_host(&m->bus, pa(address + i), 1);
}

/* ---- the account ---- */

void account_skip(struct account *a, const char *why)
{
    unsigned i = 0;
    while (i < a->reasons && strcmp(a->reason[i].why, why))
        i++;
    assert(i < ACCOUNT_REASONS);
    if (i == a->reasons) {
        a->reasons++;
        snprintf(a->reason[i].why, sizeof a->reason[i].why, "%s", why);
    }
    a->reason[i].count++;
}

void account_fail(struct account *a, const char *line, const char *what)
{
    if (a->failed++ < ACCOUNT_SHOWN)
        printf("differs: %s\n    %.1500s\n", what, line);
}

int account_close(const struct account *a, const char *set)
{
    unsigned skipped = 0;
    for (unsigned i = 0; i < a->reasons; i++) {
        printf("%8u not run: %s\n", a->reason[i].count, a->reason[i].why);
        skipped += a->reason[i].count;
    }
    printf("%s: %u passed, %u differ, %u differ by decision, %u not run\n", set, a->passed, a->failed, a->excepted,
           skipped);
    return a->failed || !a->passed;
}
