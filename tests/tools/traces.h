/* Trace files for tests: written from events, in a place of their own. */
#pragma once
#include "test.h"
#include "tools/trace_file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline struct trapeze *traces_machine(void)
{
    struct trapeze_error error;
    struct trapeze_config config = trapeze_config_default();
    config.el2 = true;
    struct trapeze *t = trapeze_create(&config, &error);
    assert_non_null(t);
    return t;
}

static inline const char *traces_path(char *to, const char *name)
{
    sprintf(to, P_tmpdir "/trapeze-test-%d-%.40s", (int)getpid(), name);
    return to;
}

static inline void traces_write(const char *path, const struct record *r, unsigned count)
{
    struct trapeze_error error;
    struct trapeze *t = traces_machine();
    struct trace_writer *w = trace_writer_open(path, t, "a test", &error);
    assert_non_null(w);
    for (unsigned i = 0; i < count; i++)
        assert_true(trace_writer_add(w, &r[i]));
    assert_true(trace_writer_close(w, &error));
    trapeze_destroy(t);
}

/* A data abort from a guest with VMID 1. */
static inline struct record traces_abort(uint64_t esr, uint64_t ipa)
{
    return (struct record){.event = {.kind = TRAPEZE_EVENT_EXCEPTION,
                                     .el = 1,
                                     .stage2 = true,
                                     .vmid = 1,
                                     .cycles = 1000,
                                     .pc = 0x40200000,
                                     .exception = {.to = 2,
                                                   .vector = 0x400,
                                                   .esr = esr,
                                                   .far = ipa,
                                                   .elr = 0x40200000,
                                                   .row = -1,
                                                   .has_ipa = true,
                                                   .ipa = ipa}}};
}
