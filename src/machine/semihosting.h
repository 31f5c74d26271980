/* Semihosting for A64 (HLT #0xf000): the calls of the Arm semihosting specification, version 3. Time is modelled time;
 * files are refused unless a directory is named, and then lie in it. */
#pragma once
#include "cpu/cpu.h"
#include <stdbool.h>
#include <stdint.h>

enum { SEMIHOSTING_FILES = 32 };

/* The next byte typed at the console, if there is one. */
typedef bool semihosting_input_fn(void *owner, uint8_t *byte);

struct semihosting_file {
    enum { FILE_CLOSED, FILE_CONSOLE_IN, FILE_CONSOLE_OUT, FILE_FEATURES, FILE_HOST } kind;
    int host;          /* its descriptor */
    uint64_t position; /* of FILE_FEATURES */
};

struct semihosting {
    int directory; /* its descriptor; negative: file calls are refused */
    int error;     /* what SYS_ERRNO says */
    struct semihosting_file file[SEMIHOSTING_FILES];
};

/* directory: NULL for none. False: it cannot be opened. */
bool semihosting_init(struct semihosting *semihosting, const char *directory);

/* Closes all files, as a reset does, and the directory. */
void semihosting_reset(struct semihosting *semihosting);
void semihosting_free(struct semihosting *semihosting);

/* The cluster's hook; the owner is the struct virt. */
bool semihosting_call(void *owner, struct cpu *cpu);
