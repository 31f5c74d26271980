/* Who listens to a run: --trace, --record, --stats. */
#pragma once
#include "cli/options.h"
#include "tools/listeners.h"
#include "tools/recorder.h"
#include "tools/stats.h"
#include "tools/trace.h"

struct watch {
    struct listeners listeners;
    struct tracer *tracer; /* NULL: not asked for; so are the next two */
    struct recorder *recorder;
    struct counter {
        struct stats *stats;
        bool failed; /* no memory: the counts are not whole */
    } counter;
};

/* Listens as the options ask, from now on. False: *error says why; watch_close in either case. */
bool watch_open(struct watch *watch, const struct options *options, struct trapeze *t, struct trapeze_error *error);

/* Whether something that was heard could not be written, and so has stopped the run. */
bool watch_failed(const struct watch *watch);

/* What was counted, for --stats. */
void watch_report(const struct watch *watch, FILE *to);

/* False: not everything could be written, and *error says why. */
bool watch_close(struct watch *watch, struct trapeze_error *error);
