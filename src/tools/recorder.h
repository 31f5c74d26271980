/* Writes what happens in a machine to a trace file. */
#pragma once
#include "tools/listeners.h"

struct recorder;

struct recorder_config {
    const char *file;
    const char *kinds;   /* of KINDS_WORDS; NULL: all but insn and mem */
    const char *marker;  /* of the console's lines only those that contain this; NULL: all */
    const char *machine; /* a line for people: what is run */
};

/* Listens from now on. NULL: *error says why. */
struct recorder *recorder_open(const struct recorder_config *config, struct listeners *listeners,
                               struct trapeze_error *error);

/* Whether something could not be written: then the run has been stopped (TRAPEZE_EVENT). NULL is allowed, and false. */
bool recorder_failed(const struct recorder *recorder);

/* Writes what is left; nobody may listen any more. False: not everything could be written, and *error says why. NULL is
 * allowed, and true. */
bool recorder_close(struct recorder *recorder, struct trapeze_error *error);
