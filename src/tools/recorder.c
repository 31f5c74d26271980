#include "tools/recorder.h"
#include "tools/trace.h"
#include "tools/trace_file.h"
#include "tools/walk.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct recorder {
    struct trapeze *t;
    struct trace_writer *writer;
    const char *marker;
    bool failed;
};

static bool on_event(void *owner, const struct trapeze_event *event)
{
    struct recorder *recorder = owner;
    char symbol[SYMBOL_MAX], walk[WALK_TEXT_MAX];
    struct walk_report report;
    struct record r = {.event = *event};
    if (event->kind == TRAPEZE_EVENT_MARKER && recorder->marker && !strstr(event->marker.text, recorder->marker))
        return false;
    r.symbol = symbol_of(recorder->t, event, symbol);
    r.walk = walk_of_event(recorder->t, event, &report) ? walk_text(&report, walk) : NULL;
    recorder->failed |= !trace_writer_add(recorder->writer, &r);
    return recorder->failed;
}

struct recorder *recorder_open(const struct recorder_config *config, struct listeners *listeners,
                               struct trapeze_error *error)
{
    uint32_t kinds = KINDS_USUAL;
    if (config->kinds && !kinds_parse(config->kinds, &kinds)) {
        snprintf(error->text, sizeof error->text, "--events %.200s: expected a list of " KINDS_WORDS, config->kinds);
        return NULL;
    }
    struct recorder *recorder = calloc(1, sizeof *recorder);
    if (!recorder) {
        snprintf(error->text, sizeof error->text, "trace file %.200s: the host has no memory", config->file);
        return NULL;
    }
    recorder->t = listeners->t;
    recorder->marker = config->marker;
    recorder->writer = trace_writer_open(config->file, listeners->t, config->machine, error);
    if (!recorder->writer) {
        free(recorder);
        return NULL;
    }
    listeners_add(listeners, kinds, on_event, recorder);
    return recorder;
}

bool recorder_failed(const struct recorder *recorder)
{
    return recorder && recorder->failed;
}

bool recorder_close(struct recorder *recorder, struct trapeze_error *error)
{
    if (!recorder)
        return true;
    const bool good = trace_writer_close(recorder->writer, error);
    free(recorder);
    return good;
}
