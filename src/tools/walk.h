/* A table walk as a text in a trace, so that an abort can be explained without the machine. */
#pragma once
#include "trapeze.h"

enum { WALK_STEPS_MAX = 32, WALK_TEXT_MAX = 2600 };

struct walk_report {
    unsigned steps;
    struct trapeze_walk_step step[WALK_STEPS_MAX];
    struct trapeze_walk_end end;
};

/* Whether the event is an abort that a walk may explain; then the walk, as the machine does it now. */
bool walk_of_event(const struct trapeze *t, const struct trapeze_event *event, struct walk_report *walk);

/* As text: for each descriptor "STAGE LEVEL IS ADDRESS PA VALUE;", then "= " and the end's numbers, all hexadecimal. to: at
 * least WALK_TEXT_MAX bytes; returns it. */
const char *walk_text(const struct walk_report *walk, char *to);

/* And back. False: it is none. */
bool walk_parse(const char *text, struct walk_report *walk);
