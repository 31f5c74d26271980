#include "tools/case.h"
#include "tools/stats.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 4096 };

static const char *const no_memory = "the host has no memory";

/* ---- words ---- */

static char *trimmed(char *text)
{
    text += strspn(text, " \t\r\n");
    for (size_t size = strlen(text); size && strchr(" \t\r\n", text[size - 1]); size--)
        text[size - 1] = '\0';
    return text;
}

/* The next word, which it cuts off; 'quotes' keep it together. NULL: no more, or a quote that does not end. */
static char *next_word(char **text)
{
    char *w = *text + strspn(*text, " \t");
    if (!*w)
        return NULL;
    const bool quoted = *w == '\'';
    w += quoted;
    char *end = quoted ? strchr(w, '\'') : w + strcspn(w, " \t");
    if (!end)
        return NULL;
    *text = *end ? end + 1 : end;
    *end = '\0';
    return w;
}

/* ---- lines: each reads what stands behind its word, and returns what is wrong, NULL if nothing is ---- */

typedef const char *read_fn(struct test_case *c, char *rest);

static const char *keep(char **to, const char *text)
{
    if (*to)
        return "given twice";
    if (!*text)
        return "what?";
    *to = strdup(text);
    return *to ? NULL : no_memory;
}

static const char *read_payload(struct test_case *c, char *rest)
{
    return keep(&c->payload, rest);
}

static const char *read_options(struct test_case *c, char *rest)
{
    for (char *w = next_word(&rest); w; w = next_word(&rest)) {
        if (c->options == CASE_OPTIONS_MAX)
            return "too many options";
        if (!(c->option[c->options++] = strdup(w)))
            return no_memory;
    }
    return *trimmed(rest) ? "a quote that does not end" : NULL;
}

static const char *read_number(unsigned *to, const char *text, unsigned most)
{
    char *end;
    const unsigned long value = strtoul(text, &end, 10);
    if (end == text || *end || value > most)
        return "expected a number";
    *to = (unsigned)value;
    return NULL;
}

static const char *read_exit(struct test_case *c, char *rest)
{
    return read_number(&c->exit, rest, 255);
}

static const char *read_timeout(struct test_case *c, char *rest)
{
    return read_number(&c->timeout, rest, 86400);
}

/* A golden is a file of the case's own. */
static const char *read_golden(char **to, const char *text)
{
    return strchr(text, '/') ? "a golden lies in the folder of its case" : keep(to, text);
}

static const char *read_console(struct test_case *c, char *rest)
{
    return read_golden(&c->console, rest);
}

static const char *read_trace(struct test_case *c, char *rest)
{
    return read_golden(&c->trace, rest);
}

static const char *read_prints(struct test_case *c, char *rest)
{
    if (c->texts == CASE_TEXTS_MAX)
        return "too many texts";
    c->prints[c->texts] = NULL;
    return keep(&c->prints[c->texts++], rest);
}

static const char *read_events(struct test_case *c, char *rest)
{
    return kinds_parse(rest, &c->diff.kinds) ? keep(&c->events, rest) : "expected a list of " KINDS_WORDS;
}

static const char *read_compare(struct test_case *c, char *rest)
{
    const struct {
        const char *word;
        bool *to;
    } words[] = {{"pc", &c->diff.pc},
                 {"time", &c->diff.time},
                 {"addresses", &c->diff.addresses},
                 {"synchronous", &c->diff.synchronous}};
    for (char *w = next_word(&rest); w; w = next_word(&rest)) {
        bool known = false;
        for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
            if (!strcmp(w, words[i].word))
                known = *words[i].to = true;
        if (!known)
            return "expected pc, time, addresses or synchronous";
    }
    return NULL;
}

/* "host", "vmid 3". False: neither. */
static bool read_world(const char *text, int *world)
{
    unsigned vmid;
    if (!strcmp(text, "host")) {
        *world = STATS_HOST;
        return true;
    }
    if (strncmp(text, "vmid ", 5) != 0 || read_number(&vmid, text + 5, UINT16_MAX))
        return false;
    *world = (int)vmid;
    return true;
}

static const char *read_budget(struct test_case *c, char *rest)
{
    static const char *const form = "expected exits(REASON[, vmid N|, host]) < N, or <=, =, >=, >";
    char inside[64], relation[3];
    unsigned limit;
    int end = 0;
    if (c->budgets == CASE_BUDGETS_MAX)
        return "too many budgets";
    struct budget *b = &c->budget[c->budgets];
    *b = (struct budget){.world = STATS_ANY_WORLD};
    if (sscanf(rest, "exits(%63[^)]) %2[<>=] %n", inside, relation, &end) != 2 || !end)
        return form;
    if (!strstr(" < <= = >= > ", relation) || read_number(&limit, rest + end, UINT32_MAX))
        return form;
    char *comma = strchr(inside, ',');
    if (comma) {
        *comma = '\0';
        if (!read_world(trimmed(comma + 1), &b->world))
            return form;
    }
    snprintf(b->reason, sizeof b->reason, "%.23s", trimmed(inside));
    memcpy(b->relation, relation, sizeof relation);
    b->limit = limit;
    c->budgets++;
    return keep(&b->text, rest);
}

static const struct {
    const char *word;
    read_fn *read;
} lines[] = {
    {"payload", read_payload}, {"options", read_options}, {"exit", read_exit},     {"console", read_console},
    {"prints", read_prints},   {"trace", read_trace},     {"events", read_events}, {"compare", read_compare},
    {"budget", read_budget},   {"timeout", read_timeout},
};

/* What is wrong with a line; NULL: nothing. */
static const char *read_line(struct test_case *c, char *line)
{
    char *text = trimmed(line);
    if (!*text || *text == '#')
        return NULL;
    char *rest = text + strcspn(text, " \t");
    if (*rest)
        *rest++ = '\0';
    for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strcmp(text, lines[i].word))
            return lines[i].read(c, trimmed(rest));
    return "no such word";
}

/* ---- all of it ---- */

static bool wrong(const struct test_case *c, unsigned line, const char *why, struct trapeze_error *error)
{
    if (line)
        snprintf(error->text, sizeof error->text, "%.300s/case:%u: %s", c->folder, line, why);
    else
        snprintf(error->text, sizeof error->text, "%.300s/case: %s", c->folder, why);
    return false;
}

static FILE *open_case(const char *folder)
{
    char path[LINE_SIZE];
    const int size = snprintf(path, sizeof path, "%s/case", folder);
    return size < (int)sizeof path ? fopen(path, "r") : NULL;
}

bool case_read(struct test_case *c, const char *folder, const char *name, struct trapeze_error *error)
{
    char line[LINE_SIZE];
    *c = (struct test_case){.timeout = 60, .diff = diff_default(), .folder = strdup(folder), .name = strdup(name)};
    c->diff.kinds &= ~(1u << TRAPEZE_EVENT_MARKER);
    if (!c->folder || !c->name)
        return wrong(c, 0, no_memory, error);
    FILE *in = open_case(folder);
    if (!in)
        return wrong(c, 0, strerror(errno), error);
    const char *why = NULL;
    unsigned number = 0;
    while (!why && fgets(line, sizeof line, in)) {
        number++;
        why = !strchr(line, '\n') && !feof(in) ? "a line too long, or with a byte 0" : read_line(c, line);
    }
    if (!why && ferror(in))
        why = "it cannot be read";
    fclose(in);
    if (!why && !c->payload && !c->options)
        return wrong(c, 0, "neither payload nor options: what is to run?", error);
    return !why || wrong(c, number, why, error);
}

void case_free(struct test_case *c)
{
    for (unsigned i = 0; i < c->options; i++)
        free(c->option[i]);
    for (unsigned i = 0; i < c->texts; i++)
        free(c->prints[i]);
    for (unsigned i = 0; i < c->budgets; i++)
        free(c->budget[i].text);
    free(c->folder);
    free(c->name);
    free(c->payload);
    free(c->console);
    free(c->trace);
    free(c->events);
}

bool budget_holds(const struct budget *b, uint64_t count)
{
    if (b->relation[0] == '=')
        return count == b->limit;
    if (count == b->limit)
        return b->relation[1] == '=';
    return (b->relation[0] == '<') == (count < b->limit);
}
