/* Compares what two traces mean: for each CPU the sequence of what happened to it. One side may be a log of Linux' KVM. */
#pragma once
#include "tools/record.h"
#include <stdio.h>

struct diff_options {
    uint32_t kinds;   /* that are compared */
    bool pc;          /* with the addresses of instructions */
    bool time;        /* with times, in cycles */
    bool addresses;   /* with virtual addresses of data, and addresses given to the firmware */
    bool synchronous; /* without interrupts and SErrors: they come when they come */
    unsigned context; /* events printed before and behind the first difference */
};

/* Exceptions, control registers, worlds, firmware calls, lines of the console; three events of context. */
struct diff_options diff_default(void);

enum diff_result { DIFF_EQUAL, DIFF_DIFFERENT, DIFF_FAILED };

/* DIFF_DIFFERENT: the first difference has been printed to `to`, with the field in which it lies. DIFF_FAILED: *error. */
enum diff_result diff_files(const char *a, const char *b, const struct diff_options *options, FILE *to,
                            struct trapeze_error *error);

/* Whether two events mean the same. False: the field that differs, in words, in why[DIFF_WHY_MAX]. */
enum { DIFF_WHY_MAX = 512 };
bool diff_same(const struct record *a, const struct record *b, const struct diff_options *options, char *why);
