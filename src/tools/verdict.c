#include "tools/verdict.h"
#include "tools/stats.h"
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { PATH_SIZE = 4096, SHOWN = 160 /* bytes of a line */ };

struct judge {
    const struct test_case *c;
    const struct outcome *outcome;
    bool update;
    struct verdict_report *report;
    FILE *to; /* the report's text */
};

static void fail(struct judge *j, enum verdict_kind kind)
{
    if (j->report->kind < kind)
        j->report->kind = kind;
}

/* ---- files ---- */

/* All of a file with an end of string; carriage returns are left out. NULL: it cannot be read. */
static char *read_text(const char *path)
{
    FILE *in = fopen(path, "rb");
    char *text = NULL;
    size_t size = 0, room = 0;
    for (int byte; in && (byte = getc(in)) != EOF;) {
        if (size + 2 > room) {
            char *more = realloc(text, room = room ? 2 * room : 4096);
            if (!more)
                break;
            text = more;
        }
        if (byte != '\r')
            text[size++] = byte ? (char)byte : '?';
    }
    const bool good = in && feof(in);
    if (in)
        fclose(in);
    if (good && !text)
        text = malloc(1);
    if (text)
        text[size] = '\0';
    if (good)
        return text;
    free(text);
    return NULL;
}

static const char *join(char *to, const char *folder, const char *name)
{
    snprintf(to, PATH_SIZE, "%s/%s", folder, name);
    return to;
}

static bool copy(const char *from, const char *to)
{
    char bytes[1 << 14];
    FILE *in = fopen(from, "rb"), *out = in ? fopen(to, "wb") : NULL;
    bool good = out;
    for (size_t got; good && (got = fread(bytes, 1, sizeof bytes, in));)
        good = fwrite(bytes, 1, got, out) == got;
    if (in) {
        good = good && !ferror(in);
        fclose(in);
    }
    if (out)
        good = fclose(out) == 0 && good;
    return good;
}

static void write_golden(struct judge *j, const char *from, const char *golden)
{
    if (copy(from, golden)) {
        j->report->updated = true;
        fprintf(j->to, "%s is written anew\n", golden);
        return;
    }
    fail(j, VERDICT_FAILED);
    fprintf(j->to, "%s: %s\n", golden, strerror(errno));
}

/* ---- exit code ---- */

static void judge_status(struct judge *j)
{
    char path[PATH_SIZE];
    const int status = j->outcome->status;
    if (WIFEXITED(status) && WEXITSTATUS(status) == (int)j->c->exit)
        return;
    fail(j, VERDICT_FAILED);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        fprintf(j->to, "it ran for more than %u seconds\n", j->c->timeout);
    else if (WIFSIGNALED(status))
        fprintf(j->to, "it was ended by signal %d\n", WTERMSIG(status));
    else
        fprintf(j->to, "exit code %d instead of %u\n", WEXITSTATUS(status), j->c->exit);
    char *said = read_text(join(path, j->outcome->place, "errors"));
    if (said)
        fputs(said, j->to);
    free(said);
}

/* ---- console ---- */

static void print_line(struct judge *j, char mark, const char *text)
{
    const size_t size = strcspn(text, "\n");
    fprintf(j->to, "%c %.*s\n", mark, (int)(size < SHOWN ? size : SHOWN), text);
}

/* The first line in which two texts differ. */
static void print_difference(struct judge *j, const char *golden, const char *now)
{
    unsigned line = 1;
    const char *a = golden, *b = now;
    while (*a && *b && strcspn(a, "\n") == strcspn(b, "\n") && !strncmp(a, b, strcspn(a, "\n") + 1)) {
        a += strcspn(a, "\n") + 1;
        b += strcspn(b, "\n") + 1;
        line++;
    }
    fprintf(j->to, "the console differs from %s in line %u:\n", j->c->console, line);
    print_line(j, '<', a);
    print_line(j, '>', b);
}

static void judge_golden_console(struct judge *j, const char *path, const char *now)
{
    char golden_path[PATH_SIZE];
    char *golden = read_text(join(golden_path, j->c->folder, j->c->console));
    const bool same = golden && !strcmp(golden, now);
    if (!same && golden)
        print_difference(j, golden, now);
    if (!same && !golden)
        fprintf(j->to, "%s is missing\n", golden_path);
    free(golden);
    if (!same && j->update)
        write_golden(j, path, golden_path);
    else if (!same)
        fail(j, VERDICT_FAILED);
}

static void judge_console(struct judge *j)
{
    char path[PATH_SIZE];
    char *now = read_text(join(path, j->outcome->place, "console"));
    if (!now) {
        fail(j, VERDICT_FAILED);
        fprintf(j->to, "%s cannot be read\n", path);
        return;
    }
    if (j->c->console)
        judge_golden_console(j, path, now);
    for (unsigned i = 0; i < j->c->texts; i++) {
        if (strstr(now, j->c->prints[i]))
            continue;
        fail(j, VERDICT_FAILED);
        fprintf(j->to, "the console does not print %s\n", j->c->prints[i]);
    }
    free(now);
}

/* ---- trace ---- */

static void judge_trace(struct judge *j)
{
    char path[PATH_SIZE], golden[PATH_SIZE];
    struct trapeze_error error;
    if (!j->c->trace)
        return;
    join(path, j->outcome->place, "trace");
    join(golden, j->c->folder, j->c->trace);
    const enum diff_result result = diff_files(golden, path, &j->c->diff, j->to, &error);
    if (result == DIFF_EQUAL)
        return;
    if (result == DIFF_FAILED)
        fprintf(j->to, "%s\n", error.text);
    if (j->update)
        write_golden(j, path, golden);
    else
        fail(j, result == DIFF_DIFFERENT ? VERDICT_MISMATCH : VERDICT_FAILED);
}

/* ---- budgets ---- */

static struct stats *count(const char *path, struct trapeze_error *error)
{
    struct record r;
    struct trace_reader *reader = trace_reader_open(path, error);
    struct stats *stats = reader ? stats_of_file(reader) : NULL;
    bool good = stats;
    while (good && trace_reader_next(reader, &r))
        good = stats_add(stats, &r.event);
    if (reader && !good)
        snprintf(error->text, sizeof error->text, "the host has no memory");
    trace_reader_close(reader);
    if (good)
        return stats;
    stats_free(stats);
    return NULL;
}

static void judge_budgets(struct judge *j)
{
    char path[PATH_SIZE];
    struct trapeze_error error;
    if (!j->c->budgets)
        return;
    struct stats *stats = count(join(path, j->outcome->place, "trace"), &error);
    if (!stats) {
        fail(j, VERDICT_FAILED);
        fprintf(j->to, "%s\n", error.text);
        return;
    }
    for (unsigned i = 0; i < j->c->budgets; i++) {
        const struct budget *b = &j->c->budget[i];
        uint64_t exits;
        const bool known = stats_exits(stats, b->reason, b->world, &exits);
        if (known && budget_holds(b, exits))
            continue;
        fail(j, VERDICT_FAILED);
        if (known)
            fprintf(j->to, "%s: there were %" PRIu64 "\n", b->text, exits);
        else
            fprintf(j->to, "%s: no such reason\n", b->text);
    }
    stats_free(stats);
}

bool verdict_of(const struct test_case *c, const struct outcome *outcome, bool update, struct verdict_report *report)
{
    *report = (struct verdict_report){.kind = VERDICT_PASSED};
    struct judge j = {c, outcome, update, report, open_memstream(&report->text, &report->size)};
    if (!j.to)
        return false;
    judge_status(&j);
    judge_console(&j);
    judge_trace(&j);
    judge_budgets(&j);
    return fclose(j.to) == 0;
}
