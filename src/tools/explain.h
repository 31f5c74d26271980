/* What happened, and why, in plain words. */
#pragma once
#include "tools/trace_file.h"
#include <stdio.h>

/* Every field of a syndrome, and what it says. */
void explain_esr(uint64_t esr, FILE *to);

/* Event `number` of a trace file: the syndrome, what decided, what would have decided else, the walk with each descriptor,
 * and what would have changed the outcome. False: *error says why. */
bool explain_event(const char *file, uint64_t number, FILE *to, struct trapeze_error *error);
