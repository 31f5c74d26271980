/* --trace: what happens, a line an event, for people to read and for diff to compare. */
#pragma once
#include "trapeze.h"

struct tracer;

/* Listens to the machine from now on. file: "-" is the standard output. kinds: of insn, exc (exceptions and returns), mem,
 * irq, tlb, note, int (interrupts' lives), lr, world, control, psci, marker; separated by commas. NULL: *error says why. */
struct tracer *tracer_open(const char *file, const char *kinds, struct trapeze *t, struct trapeze_error *error);

/* Whether a line could not be written: then the run has been stopped (TRAPEZE_EVENT), and what was written is there. */
bool tracer_failed(const struct tracer *tracer);

/* Writes what is left. False: not everything could be written, and *error says why. NULL is allowed, and true. */
bool tracer_close(struct tracer *tracer, struct trapeze_error *error);
