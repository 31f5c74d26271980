#include "tools/diff.h"
#include "base/bits.h"
#include "tools/kvmlog.h"
#include "tools/lines.h"
#include "tools/trace_file.h"
#include "trace/esr.h"
#include <inttypes.h>
#include <string.h>

enum { CPUS = 256 };

struct diff_options diff_default(void)
{
    return (struct diff_options){.kinds = 1u << TRAPEZE_EVENT_EXCEPTION | 1u << TRAPEZE_EVENT_CONTROL |
                                          1u << TRAPEZE_EVENT_WORLD | 1u << TRAPEZE_EVENT_PSCI |
                                          1u << TRAPEZE_EVENT_MARKER,
                                 .context = 3};
}

/* ---- two events ---- */

/* The first field of two syndromes in which they differ. */
static bool same_syndrome(uint64_t a, uint64_t b, char *why)
{
    char x[ESR_TEXT_MAX], y[ESR_TEXT_MAX];
    const struct esr_field *f;
    if (a == b)
        return true;
    for (unsigned i = 0; (f = esr_field(a, i)); i++) {
        const uint64_t m = bits(a, f->hi, f->lo), n = bits(b, f->hi, f->lo);
        if (m == n)
            continue;
        snprintf(why, DIFF_WHY_MAX,
                 "ESR_ELx.%s (<%u:%u>, lowest bit that differs %d): 0x%" PRIx64 ", %s, against 0x%" PRIx64 ", %s",
                 f->name, f->hi, f->lo, f->lo + __builtin_ctzll(m ^ n), m, esr_field_words(a, f, x), n,
                 esr_field_words(b, f, y));
        return false;
    }
    const unsigned other = (unsigned)__builtin_ctzll(a ^ b);
    snprintf(why, DIFF_WHY_MAX, "ESR_ELx<%u>, which lies in no field: %u against %u", other, bit(a, other),
             bit(b, other));
    return false;
}

static bool compares(const struct field *f, const struct diff_options *o)
{
    const bool asked[] = {[COMPARE_ALWAYS] = true,
                          [COMPARE_PC] = o->pc,
                          [COMPARE_TIME] = o->time,
                          [COMPARE_ADDRESS] = o->addresses,
                          [COMPARE_NEVER] = false};
    return asked[f->comparison];
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

static bool same_field(const struct record *a, const struct record *b, const struct field *f, char *why)
{
    if (!f->size) {
        const char *x = field_text(a, f), *y = field_text(b, f);
        if (!same_text(x, y))
            snprintf(why, DIFF_WHY_MAX, "%s: %.160s against %.160s", f->name, x ? x : "nothing", y ? y : "nothing");
        return same_text(x, y);
    }
    const uint64_t m = field_value(a, f), n = field_value(b, f);
    if (m == n)
        return true;
    const int length = snprintf(why, DIFF_WHY_MAX, "%s: 0x%" PRIx64 " against 0x%" PRIx64, f->name, m, n);
    if (__builtin_popcountll(m ^ n) == 1)
        snprintf(why + length, DIFF_WHY_MAX - (size_t)length, ", bit %d", __builtin_ctzll(m ^ n));
    return false;
}

static bool same_fields(const struct record *a, const struct record *b, const struct schema *s,
                        const struct diff_options *o, char *why)
{
    for (unsigned i = 0; i < s->fields; i++)
        if (compares(&s->field[i], o) && !same_field(a, b, &s->field[i], why))
            return false;
    return true;
}

/* What a log knows of an exit. */
static bool same_exit(const struct record *a, const struct record *b, const struct diff_options *o, char *why)
{
    static const char *const kinds[] = {"a trap", "IRQ", "FIQ", "SError"};
    const struct trapeze_event *x = &a->event, *y = &b->event;
    const unsigned m = x->exception.vector >> 7 & 3, n = y->exception.vector >> 7 & 3;
    if (m != n) {
        snprintf(why, DIFF_WHY_MAX, "the kind of exit: %s against %s", kinds[m], kinds[n]);
        return false;
    }
    if (o->pc && x->pc != y->pc) {
        snprintf(why, DIFF_WHY_MAX, "pc: 0x%" PRIx64 " against 0x%" PRIx64, x->pc, y->pc);
        return false;
    }
    const bool partial = a->partial || b->partial;
    const uint64_t mask = partial ? UINT64_C(0x3f) << 26 : UINT32_MAX;
    if (!m && !same_syndrome(x->exception.esr & mask, y->exception.esr & mask, why))
        return false;
    if (partial || x->exception.ipa >> 12 == y->exception.ipa >> 12) /* Linux has that of HPFAR_EL2 */
        return true;
    snprintf(why, DIFF_WHY_MAX, "ipa: 0x%" PRIx64 " against 0x%" PRIx64, x->exception.ipa, y->exception.ipa);
    return false;
}

bool diff_same(const struct record *a, const struct record *b, const struct diff_options *o, char *why)
{
    const unsigned x = a->event.kind, y = b->event.kind;
    if (x != y) {
        snprintf(why, DIFF_WHY_MAX, "the kind of event: %s against %s", schema_kinds[x].name, schema_kinds[y].name);
        return false;
    }
    if (a->logged || b->logged)
        return same_exit(a, b, o, why);
    if (x == TRAPEZE_EVENT_EXCEPTION && !same_syndrome(a->event.exception.esr, b->event.exception.esr, why))
        return false;
    return same_fields(a, b, &schema_common, o, why) && same_fields(a, b, &schema_kinds[x], o, why);
}

/* ---- one side: a file, read for one CPU ---- */

struct side {
    const char *file;
    const struct kvmlog *log;    /* NULL: a trace file */
    struct trace_reader *reader; /* while it is read */
    size_t at;                   /* in the log */
};

static bool side_open(struct side *side, struct trapeze_error *error)
{
    side->at = 0;
    side->reader = side->log ? NULL : trace_reader_open(side->file, error);
    return side->log || side->reader;
}

static void side_close(struct side *side)
{
    trace_reader_close(side->reader);
    side->reader = NULL;
}

static bool side_next(struct side *side, struct record *r)
{
    if (!side->log)
        return trace_reader_next(side->reader, r);
    if (side->at == side->log->count)
        return false;
    *r = side->log->record[side->at++];
    return true;
}

struct diff {
    struct side side[2];
    const struct diff_options *options;
    bool exits; /* one side is a log: of exits from guests alone */
    struct lines *lines;
    FILE *to;
    struct trapeze_error *error;
};

static bool wanted(const struct diff *d, const struct record *r)
{
    const struct trapeze_event *e = &r->event;
    const bool exception = e->kind == TRAPEZE_EVENT_EXCEPTION;
    if (exception && d->options->synchronous && e->exception.vector & 0x180)
        return false;
    if (d->exits)
        return exception && e->exception.to == 2 && e->el < 2 && e->stage2;
    return d->options->kinds >> e->kind & 1;
}

/* The next event of the CPU that is compared. */
static bool next_of(const struct diff *d, struct side *side, unsigned cpu, struct record *r)
{
    while (side_next(side, r))
        if (r->event.cpu == cpu && wanted(d, r))
            return true;
    return false;
}

/* ---- the first difference ---- */

struct difference {
    bool found;
    bool ended; /* one of the two has no more events */
    unsigned cpu;
    uint64_t ordinal; /* among the events of the CPU that are compared */
    uint64_t cycles;
    char why[DIFF_WHY_MAX];
};

static void compare_cpu(struct diff *d, unsigned cpu, struct difference *out)
{
    struct record a, b;
    *out = (struct difference){.cpu = cpu};
    for (;; out->ordinal++) {
        const bool has_a = next_of(d, &d->side[0], cpu, &a), has_b = next_of(d, &d->side[1], cpu, &b);
        if (!has_a && !has_b)
            return;
        if (has_a && has_b && diff_same(&a, &b, d->options, out->why))
            continue;
        out->found = true;
        out->cycles = has_a ? a.event.cycles : b.event.cycles;
        out->ended = !has_a || !has_b;
        if (out->ended)
            snprintf(out->why, sizeof out->why, "%s ends here", has_a ? d->side[1].file : d->side[0].file);
        return;
    }
}

/* A file that ends before its end. */
static const char *damage_of(const struct diff *d)
{
    for (unsigned i = 0; i < 2; i++)
        if (d->side[i].reader && trace_reader_damage(d->side[i].reader))
            return trace_reader_damage(d->side[i].reader);
    return NULL;
}

static bool open_both(struct diff *d)
{
    return side_open(&d->side[0], d->error) && side_open(&d->side[1], d->error);
}

static void close_both(struct diff *d)
{
    side_close(&d->side[0]);
    side_close(&d->side[1]);
}

static bool find_cpus(struct diff *d, bool cpus[CPUS])
{
    struct record r;
    const bool good = open_both(d);
    for (unsigned i = 0; i < 2 && good; i++)
        while (side_next(&d->side[i], &r))
            cpus[r.event.cpu] |= wanted(d, &r);
    close_both(d);
    return good;
}

/* ---- saying it ---- */

static void print_event(const struct diff *d, char mark, const struct record *r)
{
    char text[ESR_TEXT_MAX];
    fprintf(d->to, "%c %8" PRIu64 " ", mark, r->number);
    if (r->logged)
        fprintf(d->to, "exit at 0x%016" PRIx64 ": %s", r->event.pc,
                r->event.exception.vector & 0x180 ? "interrupt" : esr_describe(r->event.exception.esr, text));
    else
        lines_put(d->lines, d->to, r);
    fputc('\n', d->to);
}

/* Events of one side from one ordinal to another. */
static void print_part(struct diff *d, unsigned which, unsigned cpu, uint64_t from, uint64_t count, char mark)
{
    struct side *side = &d->side[which];
    struct record r;
    if (!side_open(side, d->error))
        return;
    for (uint64_t i = 0; i < from + count && next_of(d, side, cpu, &r); i++)
        if (i >= from)
            print_event(d, mark, &r);
    side_close(side);
}

static void print_difference(struct diff *d, const struct difference *x)
{
    const uint64_t context = d->options->context, before = x->ordinal < context ? x->ordinal : context;
    fprintf(d->to, "cpu %u: %" PRIu64 " events alike, then a difference in %s\n", x->cpu, x->ordinal, x->why);
    fprintf(d->to, "< %s\n> %s\n", d->side[0].file, d->side[1].file);
    print_part(d, 0, x->cpu, x->ordinal - before, before, ' ');
    print_part(d, 0, x->cpu, x->ordinal, context + 1, '<');
    print_part(d, 1, x->cpu, x->ordinal, context + 1, '>');
}

/* ---- all of it ---- */

/* The first difference in time, of all CPUs. False: a file failed. */
static bool compare_all(struct diff *d, struct difference *first)
{
    bool cpus[CPUS] = {false};
    if (!find_cpus(d, cpus))
        return false;
    for (unsigned cpu = 0; cpu < CPUS; cpu++) {
        struct difference x;
        if (!cpus[cpu])
            continue;
        if (!open_both(d)) {
            close_both(d);
            return false;
        }
        compare_cpu(d, cpu, &x);
        const char *damage = x.found && !x.ended ? NULL : damage_of(d);
        if (damage)
            snprintf(d->error->text, sizeof d->error->text, "%.500s", damage);
        close_both(d);
        if (damage)
            return false;
        if (x.found && (!first->found || x.cycles < first->cycles))
            *first = x;
    }
    return true;
}

static bool prepare(struct side *side, const char *file, struct kvmlog *log, struct trapeze_error *error)
{
    side->file = file;
    if (trace_is_one(file))
        return true;
    side->log = log;
    return kvmlog_read(file, log, error);
}

enum diff_result diff_files(const char *a, const char *b, const struct diff_options *options, FILE *to,
                            struct trapeze_error *error)
{
    struct kvmlog log[2] = {{0}, {0}};
    struct diff d = {.options = options, .to = to, .error = error, .lines = lines_new()};
    struct difference first = {.found = false};
    bool good = d.lines && prepare(&d.side[0], a, &log[0], error) && prepare(&d.side[1], b, &log[1], error);
    if (!d.lines)
        snprintf(error->text, sizeof error->text, "the host has no memory");
    d.exits = d.side[0].log || d.side[1].log;
    good = good && compare_all(&d, &first);
    if (good && first.found)
        print_difference(&d, &first);
    lines_free(d.lines);
    kvmlog_free(&log[0]);
    kvmlog_free(&log[1]);
    return !good ? DIFF_FAILED : first.found ? DIFF_DIFFERENT : DIFF_EQUAL;
}
