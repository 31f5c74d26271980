#include "cli/watch.h"
#include <inttypes.h>
#include <string.h>

static bool count(void *owner, const struct trapeze_event *event)
{
    struct counter *counter = owner;
    counter->failed |= !stats_add(counter->stats, event);
    return false;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The machine, in a line for people. */
static void describe(const struct trapeze_config *c, char *to, size_t size)
{
    const char *image = c->kernel ? c->kernel : c->bios ? c->bios : "";
    snprintf(to, size, "virt,virtualization=%s,gic-version=%u, %s, %u CPUs, %" PRIu64 " MiB %s", c->el2 ? "on" : "off",
             c->gic, c->cpu, c->cpus, c->ram_size >> 20, base_name(image));
}

static bool open_recorder(struct watch *watch, const struct options *o, struct trapeze_error *error)
{
    char machine[512];
    if (!o->record)
        return true;
    describe(&o->config, machine, sizeof machine);
    const struct recorder_config config = {
        .file = o->record, .kinds = o->record_events, .marker = o->marker, .machine = machine};
    watch->recorder = recorder_open(&config, &watch->listeners, error);
    return watch->recorder;
}

static bool open_counter(struct watch *watch, const struct options *o, struct trapeze_error *error)
{
    if (!o->stats)
        return true;
    watch->counter.stats = stats_of_machine(watch->listeners.t);
    if (!watch->counter.stats) {
        snprintf(error->text, sizeof error->text, "--stats: the host has no memory");
        return false;
    }
    listeners_add(&watch->listeners, STATS_KINDS, count, &watch->counter);
    return true;
}

bool watch_open(struct watch *watch, const struct options *o, struct trapeze *t, struct trapeze_error *error)
{
    *watch = (struct watch){.listeners.t = t};
    if (o->trace) {
        const char *events = o->trace_events ? o->trace_events : "exc,irq";
        watch->tracer = tracer_open(o->trace, events, &watch->listeners, error);
        if (!watch->tracer)
            return false;
    }
    return open_recorder(watch, o, error) && open_counter(watch, o, error);
}

bool watch_failed(const struct watch *watch)
{
    return tracer_failed(watch->tracer) || recorder_failed(watch->recorder);
}

void watch_report(const struct watch *watch, FILE *to)
{
    if (!watch->counter.stats)
        return;
    stats_print_exits(watch->counter.stats, to);
    stats_print_touched(watch->counter.stats, to);
    if (watch->counter.failed)
        fputs("the host had no memory: the counts are too low\n", to);
}

bool watch_close(struct watch *watch, struct trapeze_error *error)
{
    if (watch->listeners.t)
        listeners_end(&watch->listeners);
    stats_free(watch->counter.stats);
    const bool recorded = recorder_close(watch->recorder, error);
    return tracer_close(watch->tracer, error) && recorded;
}
