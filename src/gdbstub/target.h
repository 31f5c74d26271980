/* What packets mean: each is answered from the machine, or asks for it to run. Knows no socket. */
#pragma once
#include "gdbstub/rsp.h"
#include "trapeze.h"

enum target_action {
    TARGET_REPLY,    /* nothing but the reply */
    TARGET_CONTINUE, /* run; the reply is that of target_stopped, later */
    TARGET_STEP,     /* one instruction of CPU target.step; the same */
    TARGET_DETACH,   /* reply, then let the client go and the machine run */
    TARGET_KILL      /* end without a reply */
};

enum { NO_CPU = -1 };

struct target {
    struct trapeze *t;
    char *xml;                /* the target description */
    unsigned cpu;             /* whose registers and memory: packet H, or where it stopped */
    unsigned step;            /* whose instruction, after TARGET_STEP */
    enum trapeze_world world; /* whose memory: monitor world */
    bool no_ack;
    struct text stop; /* the last stop, as a reply */
    int watched;      /* the CPU that has stopped behind a watched access; NO_CPU */
};

/* For a client that has just come. False: no memory. */
bool target_init(struct target *target, struct trapeze *t);
void target_free(struct target *target);

/* What the packet asks for, with the reply in *reply (empty: not supported). packet: NUL-terminated behind `size`. */
enum target_action target_packet(struct target *target, const char *packet, size_t size, struct text *reply);

/* The machine has stopped: makes the reply. over: for good. interrupted: the client asked for it. */
void target_stopped(struct target *target, enum trapeze_stop why, bool over, bool interrupted, struct text *reply);

/* A step over a watched access is done already: gdb takes it that AArch64 stops before the access, and steps; we have
 * stopped behind it. */
bool target_step_is_done(struct target *target);

/* Packets that begin with q, Q. As target_packet. */
enum target_action query_packet(struct target *target, const char *packet, struct text *reply);
