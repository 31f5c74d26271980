#include "tools/trace.h"
#include "tools/lines.h"
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct tracer {
    struct trapeze *t;
    FILE *out;
    char *file;
    int failed; /* errno of the first write that failed; 0 */
    struct lines *lines;
};

const char *symbol_text(const struct trapeze *t, uint64_t address, char *to)
{
    uint64_t offset = 0;
    const char *name = trapeze_symbol(t, address, &offset);
    if (!name)
        return NULL;
    if (offset)
        snprintf(to, SYMBOL_MAX, "%.40s+0x%" PRIx64, name, offset);
    else
        snprintf(to, SYMBOL_MAX, "%.60s", name);
    return to;
}

const char *symbol_of(const struct trapeze *t, const struct trapeze_event *event, char *to)
{
    if (event->kind == TRAPEZE_EVENT_INSN)
        return symbol_text(t, event->pc, to);
    return event->kind == TRAPEZE_EVENT_RETURN ? symbol_text(t, event->ret.target, to) : NULL;
}

/* Stops the run when a line cannot be written. */
static bool on_event(void *owner, const struct trapeze_event *event)
{
    struct tracer *tracer = owner;
    char symbol[SYMBOL_MAX];
    if (tracer->failed)
        return true;
    errno = 0;
    lines_put(tracer->lines, tracer->out,
              &(struct record){.event = *event, .symbol = symbol_of(tracer->t, event, symbol)});
    fputc('\n', tracer->out);
    if (ferror(tracer->out))
        tracer->failed = errno ? errno : EIO;
    return tracer->failed;
}

/* ---- opening and closing ---- */

static void *fail(struct tracer *tracer, struct trapeze_error *error, const char *option, const char *what,
                  const char *reason)
{
    snprintf(error->text, sizeof error->text, "%s %.200s: %s", option, what, reason);
    tracer_close(tracer, error);
    return NULL;
}

struct tracer *tracer_open(const char *file, const char *kinds, struct listeners *listeners,
                           struct trapeze_error *error)
{
    uint32_t set;
    if (!kinds_parse(kinds, &set))
        return fail(NULL, error, "--trace-events", kinds, "expected a list of " KINDS_WORDS);
    struct tracer *tracer = calloc(1, sizeof *tracer);
    if (!tracer)
        return fail(NULL, error, "--trace", file, "the host has no memory");
    tracer->t = listeners->t;
    tracer->file = strdup(file);
    tracer->lines = lines_new();
    if (!tracer->file || !tracer->lines)
        return fail(tracer, error, "--trace", file, "the host has no memory");
    tracer->out = strcmp(file, "-") ? fopen(file, "w") : stdout;
    if (!tracer->out)
        return fail(tracer, error, "--trace", file, strerror(errno));
    signal(SIGPIPE, SIG_IGN); /* a reader that has gone is an error to report, not a death */
    listeners_add(listeners, set, on_event, tracer);
    return tracer;
}

bool tracer_failed(const struct tracer *tracer)
{
    return tracer && tracer->failed;
}

static void close_file(struct tracer *tracer)
{
    errno = 0;
    const int wrong = tracer->out == stdout ? fflush(stdout) : fclose(tracer->out);
    if (wrong && !tracer->failed)
        tracer->failed = errno ? errno : EIO;
}

bool tracer_close(struct tracer *tracer, struct trapeze_error *error)
{
    if (!tracer)
        return true;
    if (tracer->out)
        close_file(tracer);
    const int failed = tracer->failed;
    if (failed)
        snprintf(error->text, sizeof error->text, "--trace %.200s: %s", tracer->file, strerror(failed));
    lines_free(tracer->lines);
    free(tracer->file);
    free(tracer);
    return !failed;
}
