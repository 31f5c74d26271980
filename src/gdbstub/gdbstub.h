/* gdb's remote protocol in front of a machine: registers, memory, break- and watchpoints, threads (one a CPU), in gdb's
 * all-stop mode. Attaching, continuing and detaching change nothing in what the guest computes. */
#pragma once
#include "trapeze.h"

struct gdbstub;

/* Listens at "tcp:HOST:PORT" or "tcp::PORT" (of this computer alone, 127.0.0.1). Port 0: any that is free. NULL: *error
 * says why. */
struct gdbstub *gdbstub_open(const char *where, struct trapeze *t, struct trapeze_error *error);
void gdbstub_close(struct gdbstub *stub); /* NULL is allowed */

/* The port that it listens at. */
unsigned gdbstub_port(const struct gdbstub *stub);

/* What became of a piece of the run. over: nothing more can come of it, for the reason `why` (a limit of the program's,
 * for example). */
struct gdbstub_piece {
    enum trapeze_stop why;
    bool over;
};

/* Runs the machine for a while, as trapeze_run does, with all that the program does beside it (console, limits). Returns
 * when `until` is reached or earlier. */
typedef struct gdbstub_piece gdbstub_run_fn(void *owner, struct trapeze *t, const struct trapeze_until *until);

/* How the program runs the machine; fn NULL: by trapeze_run alone. */
struct gdbstub_runner {
    gdbstub_run_fn *fn;
    void *owner;
};

enum gdbstub_end {
    GDBSTUB_OVER,   /* the run: *why */
    GDBSTUB_KILLED, /* by the client */
    GDBSTUB_FAILED  /* the host has no memory, or the network failed */
};

/* Runs the machine to its end, and serves clients, one after another, whenever one comes; it stops while one is there that
 * has not continued it. wait: does not run before a client has come (-S). */
enum gdbstub_end gdbstub_serve(struct gdbstub *stub, bool wait, struct gdbstub_runner runner, enum trapeze_stop *why);
