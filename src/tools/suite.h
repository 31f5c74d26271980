/* trapeze test: a folder of cases, each run by a process of its own, several at a time. */
#pragma once
#include "trapeze.h"

struct suite_options {
    const char *folder;     /* of folders with a file `case`; or such a folder */
    const char *program;    /* that runs the cases: this one; payloads may lie beside it */
    unsigned jobs;          /* at a time; 0: as many as there are CPUs */
    unsigned shard, shards; /* only every shards-th case, from the shard-th (from 1) on; 0, 0: all */
    bool update;            /* goldens that differ are written anew */
    bool tap;               /* TAP on the standard output, instead of lines for people */
    const char *junit;      /* a file; NULL: none */
};

enum suite_result { SUITE_PASSED, SUITE_FAILED, SUITE_MISMATCH, SUITE_ERROR };

/* SUITE_MISMATCH: at least one trace differs from its golden. SUITE_ERROR: *error says what is wrong with the folder, a
 * case or the host. */
enum suite_result suite_run(const struct suite_options *options, struct trapeze_error *error);
