/* Counts what a run did: exits by reason and world, and which trap rows, Exception classes, fault levels and list register
 * transitions it touched of those that the machine can reach. */
#pragma once
#include "tools/trace_file.h"
#include <stdio.h>

struct stats;

/* The kinds of events that it counts from. */
#define STATS_KINDS (1u << TRAPEZE_EVENT_EXCEPTION | 1u << TRAPEZE_EVENT_LR | 1u << TRAPEZE_EVENT_WORLD)

enum { STATS_ANY_WORLD = -2, STATS_HOST = -1 /* stage 2 is off */ };

/* For a machine that runs; for a file. NULL: no memory. */
struct stats *stats_of_machine(const struct trapeze *t);
struct stats *stats_of_file(const struct trace_reader *reader);
void stats_free(struct stats *stats); /* NULL is allowed */

/* False: no memory, the counts are no longer whole. */
bool stats_add(struct stats *stats, const struct trapeze_event *event);

/* Exits to EL2 for a reason, the short name of an Exception class, "IRQ", "FIQ", "SERROR" or "total", from a world: a VMID,
 * STATS_HOST or STATS_ANY_WORLD. False: there is no such reason. */
bool stats_exits(const struct stats *stats, const char *reason, int world, uint64_t *count);

/* A table for people: exits by reason and world. */
void stats_print_exits(const struct stats *stats, FILE *to);

/* And what was touched, and what not. */
void stats_print_touched(const struct stats *stats, FILE *to);
