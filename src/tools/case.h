/* A case of `trapeze test`: a folder with a file `case`, a line for each thing it asks for. `#` begins a comment.
 *
 *     payload PATH            the kernel: relative to the case, or else to the folder of the program
 *     options WORD ...        as on the command line; may come again; 'quoted' words hold spaces
 *     exit N                  the exit code, 0 otherwise
 *     console FILE            what the console prints, all of it (carriage returns apart)
 *     prints TEXT             a text that it prints among others; may come again
 *     trace FILE              the trace that a run has to equal
 *     events KINDS            of that trace; exc,control,world,psci otherwise
 *     compare WORD ...        as the options of trace diff: pc, time, addresses, synchronous
 *     budget exits(REASON) < N     or <=, =, >=, >; exits(REASON, vmid 1), exits(total, host); may come again
 *     timeout SECONDS         of the wall clock, 60 otherwise */
#pragma once
#include "tools/diff.h"

enum { CASE_OPTIONS_MAX = 64, CASE_TEXTS_MAX = 16, CASE_BUDGETS_MAX = 32 };

struct budget {
    char *text; /* as written */
    char reason[24];
    int world; /* as stats_exits takes it */
    char relation[3];
    uint64_t limit;
};

struct test_case {
    char *folder, *name;
    char *payload; /* NULL: none */
    char *option[CASE_OPTIONS_MAX];
    unsigned options;
    char *console, *trace; /* goldens in the folder; NULL: none */
    char *prints[CASE_TEXTS_MAX];
    unsigned texts;
    char *events;
    struct diff_options diff;
    struct budget budget[CASE_BUDGETS_MAX];
    unsigned budgets;
    unsigned exit, timeout;
};

/* Reads the case in a folder. False: *error says which line is wrong; case_free in either case. */
bool case_read(struct test_case *c, const char *folder, const char *name, struct trapeze_error *error);
void case_free(struct test_case *c);

/* Whether a count keeps to a budget. */
bool budget_holds(const struct budget *b, uint64_t count);
