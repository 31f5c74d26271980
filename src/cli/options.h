/* The command line: QEMU's spelling, and ours. Pure: it reads no file, prints nothing and does not exit. */
#pragma once
#include "trapeze.h"
#include <stdio.h>

enum { INPUTS_MAX = 64, NOTES_MAX = 32, STRINGS_MAX = 256 };

enum action { ACTION_RUN, ACTION_HELP, ACTION_VERSION, ACTION_CPUS, ACTION_MACHINES };

enum serial_kind { SERIAL_DEFAULT, SERIAL_NULL, SERIAL_STDIO, SERIAL_FILE };

struct input {
    enum input_kind { INPUT_TEXT, INPUT_FILE, INPUT_AFTER } kind;
    const char *value;
};

struct options {
    struct trapeze_config config;
    enum action action;
    struct serial {
        enum serial_kind kind;
        bool monitor; /* mon:stdio: Ctrl-C goes to the guest */
        const char *file;
    } serial[TRAPEZE_SERIALS_MAX];
    unsigned serials;
    const char *dumpdtb; /* NULL: no */
    const char *gdb;     /* where to listen; NULL: no */
    bool wait;           /* -S */
    uint64_t max_insns;  /* 0: none */
    uint64_t max_time;   /* nanoseconds; 0: none */
    const char *expect[TRAPEZE_STRINGS_MAX / 2], *fail[TRAPEZE_STRINGS_MAX / 2];
    unsigned expects, fails;
    struct input input[INPUTS_MAX];
    unsigned inputs;
    bool digest, stats;
    const char *trace, *trace_events;            /* NULL: no trace; the default */
    const char *record, *record_events, *marker; /* NULL: no trace file; the default; every line */
    char note[NOTES_MAX][160];                   /* for people: what was accepted and does nothing */
    unsigned notes;
    char *string[STRINGS_MAX]; /* what the others point to */
    unsigned strings;
};

/* False: *error says which option is wrong, and why. options_free in either case. */
bool options_parse(struct options *options, int argc, char **argv, struct trapeze_error *error);
void options_free(struct options *options);

/* The table of options, for --help. */
void options_print(FILE *to);
