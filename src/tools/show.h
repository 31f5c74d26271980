/* Trace files as text. */
#pragma once
#include "tools/record.h"
#include <stdio.h>

struct show_options {
    uint32_t kinds;
    int cpu, vmid;     /* -1: all; a VMID stands for events while stage 2 is on */
    uint64_t from, to; /* numbers of events, both included */
    bool bare;         /* without the numbers: exactly as --trace writes them */
};

struct show_options show_default(void);

/* False: *error says why, or where the file ends too early; what could be read has been printed. */
bool show_file(const char *file, const struct show_options *options, FILE *to, struct trapeze_error *error);

/* What a run did, counted from its trace: exits and what was touched. False: as above. */
bool show_stats(const char *file, FILE *to, struct trapeze_error *error);
