/* One run of a machine as the command line asks for it: serial ports, input, limits, traces, gdb, and what it says of the
 * outcome. */
#pragma once
#include "cli/options.h"

enum exit_code {
    EXIT_OK = 0,
    EXIT_GUEST = 1,    /* the guest failed */
    EXIT_USAGE = 2,    /* the command line, or an image */
    EXIT_LIMIT = 3,    /* a limit, or every CPU waiting for ever */
    EXIT_MISMATCH = 4, /* two traces differ */
    EXIT_LACKING = 5,  /* under --strict: what the model lacks was reached */
    EXIT_DEFECT = 70   /* ours, or the host's */
};

/* Builds the machine, runs it and frees it. Messages of one line go to stderr. */
enum exit_code session_run(struct options *options);
