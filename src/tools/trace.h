/* --trace: what happens, a line an event, for people to read and for diff to compare. */
#pragma once
#include "tools/listeners.h"

struct tracer;

/* Listens to the machine from now on. file: "-" is the standard output. kinds: of KINDS_WORDS, separated by commas. NULL:
 * *error says why. */
struct tracer *tracer_open(const char *file, const char *kinds, struct listeners *listeners,
                           struct trapeze_error *error);

/* Whether a line could not be written: then the run has been stopped (TRAPEZE_EVENT), and what was written is there. */
bool tracer_failed(const struct tracer *tracer); /* NULL is allowed, and false */

/* Writes what is left; nobody may listen any more. False: not everything could be written, and *error says why. NULL is
 * allowed, and true. */
bool tracer_close(struct tracer *tracer, struct trapeze_error *error);

/* "main+0x10": the place of an address in the images loaded, in to[SYMBOL_MAX]; NULL: not known. */
enum { SYMBOL_MAX = 64 };
const char *symbol_text(const struct trapeze *t, uint64_t address, char *to);

/* The symbol that a record of the event has. */
const char *symbol_of(const struct trapeze *t, const struct trapeze_event *event, char *to);
