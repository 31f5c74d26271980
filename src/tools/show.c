#include "tools/show.h"
#include "tools/lines.h"
#include "tools/stats.h"
#include "tools/trace_file.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>

struct show_options show_default(void)
{
    return (struct show_options){.kinds = UINT32_MAX, .cpu = -1, .vmid = -1, .to = UINT64_MAX};
}

static bool wanted(const struct record *r, const struct show_options *o)
{
    const struct trapeze_event *e = &r->event;
    if (r->number < o->from || !(o->kinds >> e->kind & 1))
        return false;
    return (o->cpu < 0 || e->cpu == o->cpu) && (o->vmid < 0 || (e->stage2 && e->vmid == o->vmid));
}

/* Why a file or the output ends before its end. True: it does not. */
static bool whole(const struct trace_reader *reader, FILE *to, struct trapeze_error *error)
{
    const char *damage = trace_reader_damage(reader);
    errno = 0;
    if (fflush(to) != 0 || ferror(to))
        snprintf(error->text, sizeof error->text, "the output cannot be written: %s", strerror(errno ? errno : EIO));
    else if (damage)
        snprintf(error->text, sizeof error->text, "%.500s", damage);
    else
        return true;
    return false;
}

bool show_file(const char *file, const struct show_options *o, FILE *to, struct trapeze_error *error)
{
    struct record r;
    struct trace_reader *reader = trace_reader_open(file, error);
    struct lines *lines = reader ? lines_new() : NULL;
    if (reader && !lines)
        snprintf(error->text, sizeof error->text, "the host has no memory");
    while (lines && !ferror(to) && trace_reader_next(reader, &r) && r.number <= o->to) {
        if (!wanted(&r, o))
            continue;
        if (!o->bare)
            fprintf(to, "%8" PRIu64 " ", r.number);
        lines_put(lines, to, &r);
        fputc('\n', to);
    }
    const bool good = lines && whole(reader, to, error);
    lines_free(lines);
    trace_reader_close(reader);
    return good;
}

bool show_stats(const char *file, FILE *to, struct trapeze_error *error)
{
    struct record r;
    struct trace_reader *reader = trace_reader_open(file, error);
    struct stats *stats = reader ? stats_of_file(reader) : NULL;
    bool good = stats;
    while (good && trace_reader_next(reader, &r))
        good = stats_add(stats, &r.event);
    if (reader && !good)
        snprintf(error->text, sizeof error->text, "the host has no memory");
    if (good) {
        fprintf(to, "%s\n", trace_reader_machine(reader));
        stats_print_exits(stats, to);
        stats_print_touched(stats, to);
        good = whole(reader, to, error);
    }
    stats_free(stats);
    trace_reader_close(reader);
    return good;
}
