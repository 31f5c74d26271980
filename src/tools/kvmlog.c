#include "tools/kvmlog.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 4096, TASKS_MAX = 256, TASK_NAME = 64 };

struct tasks {
    char name[TASKS_MAX][TASK_NAME];
    unsigned count;
};

/* The number of the task that a line begins with, "NAME-PID", which ends at " [". */
static unsigned task_of(struct tasks *tasks, const char *line)
{
    char name[TASK_NAME];
    line += strspn(line, " \t");
    const char *end = strstr(line, " [");
    snprintf(name, sizeof name, "%.*s", end ? (int)(end - line < TASK_NAME ? end - line : TASK_NAME - 1) : 0, line);
    for (unsigned i = 0; i < tasks->count; i++)
        if (!strcmp(tasks->name[i], name))
            return i;
    if (tasks->count < TASKS_MAX)
        memcpy(tasks->name[tasks->count++], name, sizeof name);
    return tasks->count - 1;
}

static struct record *add(struct kvmlog *log)
{
    if (log->count == log->room) {
        const size_t room = log->room ? 2 * log->room : 1024;
        struct record *more = realloc(log->record, room * sizeof *more);
        if (!more)
            return NULL;
        log->record = more;
        log->room = room;
    }
    log->record[log->count] = (struct record){0};
    return &log->record[log->count++];
}

/* What follows "kvm_exit: ". False: no memory. */
static bool read_exit(struct kvmlog *log, unsigned task, uint64_t number, const char *text)
{
    static const struct {
        const char *word;
        uint16_t vector;
    } types[] = {{"IRQ:", 0x480}, {"SERROR:", 0x580}, {"EL1_SERROR:", 0x580}, {"TRAP:", 0x400}};
    unsigned ec = 0;
    uint64_t pc = 0;
    uint16_t vector = 0;
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++)
        if (!strncmp(text, types[i].word, strlen(types[i].word)))
            vector = types[i].vector;
    const char *class = strstr(text, "HSR_EC: "), *place = strstr(text, "PC: ");
    if (!class)
        class = strstr(text, "ESR_EC: ");
    if (!vector || !class || sscanf(class + 8, "%x", &ec) != 1 || ec > 63)
        return true;
    if (place)
        sscanf(place + 4, "%" SCNx64, &pc);
    struct record *r = add(log);
    if (!r)
        return false;
    r->number = number;
    r->logged = r->partial = true;
    r->event = (struct trapeze_event){.kind = TRAPEZE_EVENT_EXCEPTION,
                                      .cpu = (uint8_t)task,
                                      .el = 1,
                                      .stage2 = true,
                                      .pc = pc,
                                      .exception = {.to = 2, .vector = vector, .row = -1, .elr = pc}};
    r->event.exception.esr = vector == 0x400 ? (uint64_t)ec << 26 : 0;
    return true;
}

/* What follows "kvm_guest_fault: ": completes the exit of the task. */
static void read_fault(struct kvmlog *log, unsigned task, const char *text)
{
    uint64_t ipa = 0, far = 0;
    unsigned esr = 0;
    if (sscanf(text, "ipa %" SCNx64 ", hsr %x, hxfar %" SCNx64, &ipa, &esr, &far) != 3 &&
        sscanf(text, "ipa %" SCNx64 ", esr %x, hxfar %" SCNx64, &ipa, &esr, &far) != 3)
        return;
    for (size_t i = log->count; i-- > 0;) {
        struct record *r = &log->record[i];
        if (r->event.cpu != task)
            continue;
        if (r->partial && r->event.exception.esr >> 26 == esr >> 26) {
            r->partial = false;
            r->event.exception.esr = esr;
            r->event.exception.far = far;
            r->event.exception.ipa = ipa;
            r->event.exception.has_ipa = true;
        }
        return;
    }
}

static bool read_line(struct kvmlog *log, struct tasks *tasks, uint64_t number, const char *line)
{
    const char *exit = strstr(line, "kvm_exit: "), *fault = strstr(line, "kvm_guest_fault: ");
    if (exit)
        return read_exit(log, task_of(tasks, line), number, exit + 10);
    if (fault)
        read_fault(log, task_of(tasks, line), fault + 17);
    return true;
}

bool kvmlog_read(const char *file, struct kvmlog *log, struct trapeze_error *error)
{
    char line[LINE_MAX_BYTES];
    struct tasks *tasks = calloc(1, sizeof *tasks);
    FILE *in = fopen(file, "r");
    const char *wrong = !tasks ? strerror(ENOMEM) : in ? NULL : strerror(errno);
    *log = (struct kvmlog){0};
    for (uint64_t number = 1; !wrong && fgets(line, sizeof line, in); number++)
        if (!read_line(log, tasks, number, line))
            wrong = strerror(ENOMEM);
    if (!wrong && ferror(in))
        wrong = "it cannot be read";
    if (!wrong && !log->count)
        wrong = "neither a trace file nor a log with lines of kvm_exit";
    if (in)
        fclose(in);
    free(tasks);
    if (!wrong)
        return true;
    snprintf(error->text, sizeof error->text, "%.300s: %s", file, wrong);
    kvmlog_free(log);
    return false;
}

void kvmlog_free(struct kvmlog *log)
{
    free(log->record);
    *log = (struct kvmlog){0};
}
