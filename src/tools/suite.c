#include "tools/suite.h"
#include "tools/suite_report.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { JOBS_MAX = 256, PATH_SIZE = 4096, WORDS_MAX = CASE_OPTIONS_MAX + 16 };

struct job {
    pid_t pid; /* 0: idle */
    unsigned item;
    double began;
    char place[PATH_SIZE];
};

struct suite {
    const struct suite_options *options;
    struct suite_item *item;
    unsigned items;
    struct job job[JOBS_MAX];
    unsigned jobs;
    char beside[PATH_SIZE]; /* the folder of the program */
    struct trapeze_error *error;
};

static bool fail(struct suite *s, const char *what, const char *why)
{
    snprintf(s->error->text, sizeof s->error->text, "%.300s: %s", what, why);
    return false;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* ---- finding cases ---- */

static int is_case(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name); /* not by the language of the host */
}

static bool add(struct suite *s, const char *folder, const char *name)
{
    struct suite_item *more = realloc(s->item, (s->items + 1) * sizeof *more);
    if (!more)
        return fail(s, folder, strerror(ENOMEM));
    s->item = more;
    memset(&more[s->items], 0, sizeof *more);
    return case_read(&more[s->items++].c, folder, name, s->error);
}

static bool add_entries(struct suite *s, struct dirent **entry, int count)
{
    const struct suite_options *o = s->options;
    unsigned number = 0;
    for (int i = 0; i < count; i++) {
        char folder[PATH_SIZE], path[PATH_SIZE + 8];
        snprintf(folder, sizeof folder, "%s/%s", o->folder, entry[i]->d_name);
        snprintf(path, sizeof path, "%s/case", folder);
        if (!exists(path))
            continue;
        const bool ours = !o->shards || number % o->shards == o->shard - 1;
        number++;
        if (ours && !add(s, folder, entry[i]->d_name))
            return false;
    }
    return number || fail(s, o->folder, "there is no folder with a file `case` in it");
}

static bool find_cases(struct suite *s)
{
    char path[PATH_SIZE];
    struct dirent **entry;
    snprintf(path, sizeof path, "%s/case", s->options->folder);
    if (exists(path))
        return add(s, s->options->folder, s->options->folder);
    const int count = scandir(s->options->folder, &entry, is_case, by_name);
    if (count < 0)
        return fail(s, s->options->folder, strerror(errno));
    const bool good = add_entries(s, entry, count);
    for (int i = 0; i < count; i++)
        free(entry[i]);
    free(entry);
    return good;
}

/* ---- running one ---- */

/* The words of the command that runs a case; texts[] holds what is made up. */
struct command {
    const char *word[WORDS_MAX + 1];
    unsigned words;
    char payload[2 * PATH_SIZE], trace[PATH_SIZE + 16];
};

static void put(struct command *command, const char *word)
{
    command->word[command->words++] = word;
}

/* A payload lies beside its case, or beside the program. */
static void find_payload(const struct suite *s, const struct test_case *c, char *to, size_t size)
{
    snprintf(to, size, "%s/%s", c->folder, c->payload);
    if (c->payload[0] == '/')
        snprintf(to, size, "%s", c->payload);
    else if (!exists(to))
        snprintf(to, size, "%s/%s", s->beside, c->payload);
}

static void build_command(const struct suite *s, const struct test_case *c, const char *place, struct command *command)
{
    command->words = 0;
    put(command, s->options->program);
    for (unsigned i = 0; i < c->options; i++)
        put(command, c->option[i]);
    if (c->payload) {
        find_payload(s, c, command->payload, sizeof command->payload);
        put(command, "-kernel");
        put(command, command->payload);
    }
    if (c->trace || c->budgets) {
        snprintf(command->trace, sizeof command->trace, "%s/trace", place);
        put(command, "--record");
        put(command, command->trace);
        put(command, "--record-events");
        put(command, c->events ? c->events : "exc,control,world,psci");
    }
    command->word[command->words] = NULL;
}

static void redirect(const char *place, const char *name, int to)
{
    char path[PATH_SIZE + 16];
    snprintf(path, sizeof path, "%s/%s", place, name);
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || dup2(fd, to) < 0)
        _exit(126);
    close(fd);
}

/* In the child: becomes the run. Its time is up when SIGALRM ends it. */
static void become(const struct command *command, const char *place, unsigned timeout)
{
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0)
        _exit(126);
    redirect(place, "console", STDOUT_FILENO);
    redirect(place, "errors", STDERR_FILENO);
    alarm(timeout);
    execv(command->word[0], (char *const *)command->word);
    _exit(126);
}

static bool start(struct suite *s, struct job *job, unsigned item)
{
    const struct test_case *c = &s->item[item].c;
    const char *temporary = getenv("TMPDIR");
    struct command *command = malloc(sizeof *command);
    snprintf(job->place, sizeof job->place, "%s/trapeze-test-XXXXXX", temporary ? temporary : P_tmpdir);
    if (!command || !mkdtemp(job->place)) {
        free(command);
        return fail(s, job->place, strerror(errno));
    }
    build_command(s, c, job->place, command);
    job->item = item;
    job->began = now();
    job->pid = fork();
    if (job->pid == 0)
        become(command, job->place, c->timeout);
    free(command);
    if (job->pid > 0)
        return true;
    job->pid = 0;
    return fail(s, "fork", strerror(errno));
}

/* ---- taking them in ---- */

static void remove_place(const char *place)
{
    static const char *const names[] = {"console", "errors", "trace"};
    char path[PATH_SIZE + 16];
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", place, names[i]);
        unlink(path);
    }
    rmdir(place);
}

static struct job *job_of(struct suite *s, pid_t pid)
{
    for (unsigned i = 0; i < s->jobs; i++)
        if (s->job[i].pid == pid)
            return &s->job[i];
    return NULL;
}

/* Waits for a job, and judges it. */
static bool take(struct suite *s)
{
    int status;
    pid_t pid;
    do
        pid = waitpid(-1, &status, 0);
    while (pid < 0 && errno == EINTR);
    struct job *job = pid > 0 ? job_of(s, pid) : NULL;
    if (!job)
        return pid > 0 || fail(s, "wait", strerror(errno));
    struct suite_item *item = &s->item[job->item];
    item->seconds = now() - job->began;
    item->done = true;
    job->pid = 0;
    const bool good = verdict_of(&item->c, &(struct outcome){job->place, status}, s->options->update, &item->report);
    remove_place(job->place);
    return good || fail(s, item->c.name, strerror(ENOMEM));
}

static unsigned running(const struct suite *s)
{
    unsigned count = 0;
    for (unsigned i = 0; i < s->jobs; i++)
        count += s->job[i].pid != 0;
    return count;
}

/* Reports in the order of names, as soon as all before it are done. */
static void report_done(struct suite *s, struct suite_report *report)
{
    while (report->done < s->items && s->item[report->done].done)
        suite_report_item(report, &s->item[report->done]);
}

static bool run_all(struct suite *s, struct suite_report *report)
{
    bool good = true;
    for (unsigned next = 0; good && (next < s->items || running(s));) {
        struct job *idle = next < s->items ? job_of(s, 0) : NULL;
        good = idle ? start(s, idle, next++) : take(s);
        report_done(s, report);
    }
    while (running(s)) /* after an error: theirs do not outlive us */
        if (!take(s))
            break;
    return good;
}

/* ---- all of it ---- */

static void set_up(struct suite *s)
{
    const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    s->jobs = s->options->jobs ? s->options->jobs : cpus > 0 ? (unsigned)cpus : 1;
    s->jobs = s->jobs < JOBS_MAX ? s->jobs : JOBS_MAX;
    snprintf(s->beside, sizeof s->beside, "%s", s->options->program);
    char *slash = strrchr(s->beside, '/');
    if (slash)
        *slash = '\0';
}

static void tear_down(struct suite *s)
{
    for (unsigned i = 0; i < s->items; i++) {
        case_free(&s->item[i].c);
        free(s->item[i].report.text);
    }
    free(s->item);
}

enum suite_result suite_run(const struct suite_options *options, struct trapeze_error *error)
{
    struct suite *s = calloc(1, sizeof *s);
    struct suite_report report;
    if (!s) {
        snprintf(error->text, sizeof error->text, "%s", strerror(ENOMEM));
        return SUITE_ERROR;
    }
    *s = (struct suite){.options = options, .error = error};
    set_up(s);
    bool good = find_cases(s);
    if (good) {
        const double began = now();
        suite_report_begin(&report, s->items, options->tap);
        good = run_all(s, &report);
        report.seconds = now() - began;
        suite_report_end(&report);
    }
    if (good && options->junit && !suite_report_junit(&report, options->junit, s->item))
        good = fail(s, options->junit, strerror(errno));
    tear_down(s);
    free(s);
    if (!good)
        return SUITE_ERROR;
    return report.mismatched ? SUITE_MISMATCH : report.failed ? SUITE_FAILED : SUITE_PASSED;
}
