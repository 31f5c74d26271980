#include "cli/session.h"
#include "cli/terminal.h"
#include "cli/watch.h"
#include "gdbstub/gdbstub.h"
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SLICE = 2000000 }; /* instructions between two looks at the keyboard */

struct serial_file {
    FILE *file;  /* NULL: not to a file */
    int failure; /* errno of the first byte that could not be written */
};

struct session {
    struct options *options;
    struct trapeze *t;
    struct watch watch;
    struct serial_file serial[TRAPEZE_SERIALS_MAX];
    bool interactive; /* standard input is the guest's keyboard */
    bool keyboard_over;
    bool quit;
    uint64_t started; /* nanoseconds of the wall clock */
};

static bool say(const char *text)
{
    fprintf(stderr, "trapeze: %s\n", text);
    return false;
}

/* ---- serial ports ---- */

static void to_stdout(void *owner, uint8_t byte)
{
    (void)owner;
    while (write(STDOUT_FILENO, &byte, 1) < 0 && errno == EINTR)
        ;
}

static void to_file(void *owner, uint8_t byte)
{
    struct serial_file *to = owner;
    if (putc(byte, to->file) == EOF && !to->failure)
        to->failure = errno;
}

static bool open_serials(struct session *s)
{
    for (unsigned i = 0; i < TRAPEZE_SERIALS_MAX; i++) {
        const struct serial *serial = &s->options->serial[i];
        const bool standard = serial->kind == SERIAL_STDIO || (serial->kind == SERIAL_DEFAULT && i == 0);
        if (standard)
            s->options->config.serial[i] = to_stdout;
        if (serial->kind != SERIAL_FILE)
            continue;
        s->serial[i].file = fopen(serial->file, "wb");
        if (!s->serial[i].file) {
            fprintf(stderr, "trapeze: -serial file:%s: %s\n", serial->file, strerror(errno));
            return false;
        }
        setvbuf(s->serial[i].file, NULL, _IONBF, 0);
        s->options->config.serial[i] = to_file;
        s->options->config.serial_owner[i] = &s->serial[i];
    }
    return true;
}

/* False: what a port has sent could not all be written. */
static bool close_serials(struct session *s)
{
    bool good = true;
    for (unsigned i = 0; i < TRAPEZE_SERIALS_MAX; i++) {
        struct serial_file *to = &s->serial[i];
        if (!to->file || (fclose(to->file) == 0 && !to->failure))
            continue;
        good = false;
        fprintf(stderr, "trapeze: -serial file:%s: %s\n", s->options->serial[i].file,
                strerror(to->failure ? to->failure : errno));
    }
    return good;
}

static bool serial_is_standard(const struct session *s)
{
    const enum serial_kind kind = s->options->serial[0].kind;
    return kind == SERIAL_STDIO || kind == SERIAL_DEFAULT;
}

/* ---- input ---- */

/* Everything that a stream still has. NULL: no memory, or it cannot be read. */
static uint8_t *read_all(FILE *stream, size_t *size)
{
    uint8_t *data = NULL;
    size_t room = 0, got;
    *size = 0;
    do {
        if (*size == room) {
            uint8_t *more = realloc(data, room = room ? 2 * room : 4096);
            if (!more)
                break;
            data = more;
        }
        got = fread(data + *size, 1, room - *size, stream);
        *size += got;
    } while (got);
    if (!ferror(stream) && *size < room)
        return data;
    free(data);
    return NULL;
}

/* Types what a stream holds. */
static bool type_stream(struct session *s, const char *name, const char *after, FILE *stream)
{
    size_t size;
    uint8_t *data = stream ? read_all(stream, &size) : NULL;
    const bool ok = data && trapeze_script(s->t, after, data, size);
    if (!ok)
        fprintf(stderr, "trapeze: --input-file %s: %s\n", name, strerror(errno));
    free(data);
    return ok;
}

static bool type_file(struct session *s, const char *path, const char *after)
{
    FILE *stream = fopen(path, "rb");
    const bool ok = type_stream(s, path, after, stream);
    if (stream)
        fclose(stream);
    return ok;
}

/* What follows an --input-after waits for it; several of them in a row are waited for one after another. */
static bool type_inputs(struct session *s)
{
    const char *after = NULL;
    bool ok = true;
    for (unsigned i = 0; i < s->options->inputs && ok; i++) {
        const struct input *in = &s->options->input[i];
        if (in->kind == INPUT_AFTER && after)
            ok = trapeze_script(s->t, after, NULL, 0);
        else if (in->kind == INPUT_TEXT)
            ok = trapeze_script(s->t, after, (const uint8_t *)in->value, strlen(in->value));
        else if (in->kind == INPUT_FILE)
            ok = type_file(s, in->value, after);
        after = in->kind == INPUT_AFTER ? in->value : NULL;
    }
    return ok;
}

/* Same bytes, same run: what comes through a pipe is read to its end before the machine starts. */
static bool type_pipe(struct session *s)
{
    struct stat st;
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (fstat(STDIN_FILENO, &st) != 0 || !(S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode)))
        return true;
    if (S_ISFIFO(st.st_mode) && poll(&input, 1, 1000) == 0)
        fputs("trapeze: reading what to type from standard input, a pipe, to its end (or give </dev/null)\n", stderr);
    return type_stream(s, "(standard input)", NULL, stdin);
}

static bool open_input(struct session *s)
{
    if (!type_inputs(s))
        return false;
    if (s->options->inputs || s->options->gdb || !serial_is_standard(s))
        return true;
    return isatty(STDIN_FILENO) || type_pipe(s);
}

/* ---- the keyboard and the clock on the wall ---- */

static uint64_t wall(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Hands keys to the guest. False: none came in time. */
static bool read_keys(struct session *s, int milliseconds)
{
    unsigned char byte;
    bool any = false;
    while (!s->keyboard_over && !s->quit) {
        switch (terminal_key(any ? 0 : milliseconds, &byte)) {
        case KEY_BYTE: trapeze_type(s->t, byte); break;
        case KEY_QUIT: s->quit = true; break;
        case KEY_END: s->keyboard_over = true; break;
        case KEY_NONE: return any;
        }
        any = true;
    }
    return any;
}

/* Time may pass for a guest that waits as it passes on the wall; a key comes first. */
static bool idle(void *owner, uint64_t nanoseconds)
{
    struct session *s = owner;
    const uint64_t now = wall() - s->started;
    if (nanoseconds <= now || s->keyboard_over)
        return true;
    const uint64_t left = (nanoseconds - now) / 1000000 + 1;
    return !read_keys(s, nanoseconds == UINT64_MAX ? -1 : left > 1000000 ? 1000000 : (int)left);
}

/* ---- running ---- */

static uint64_t least(uint64_t a, uint64_t b)
{
    return !a || (b && b < a) ? b : a;
}

static bool reached(const struct session *s, enum trapeze_stop why)
{
    const struct options *o = s->options;
    if (why == TRAPEZE_INSTRUCTIONS)
        return o->max_insns && trapeze_instructions(s->t) >= o->max_insns;
    if (why == TRAPEZE_TIME)
        return o->max_time && trapeze_nanoseconds(s->t) >= o->max_time;
    if (why == TRAPEZE_EVENT)
        return s->quit || watch_failed(&s->watch);
    return why != TRAPEZE_BREAK;
}

/* gdb's runner, too: a piece of the run, with the limits and strings of the command line. */
static struct gdbstub_piece run_piece(void *owner, struct trapeze *t, const struct trapeze_until *wanted)
{
    struct session *s = owner;
    const struct options *o = s->options;
    struct trapeze_until until = {.instructions = least(wanted->instructions, o->max_insns),
                                  .nanoseconds = least(wanted->nanoseconds, o->max_time)};
    for (unsigned i = 0; i < o->expects; i++)
        until.console[i] = o->expect[i];
    for (unsigned i = 0; i < o->fails; i++)
        until.console[o->expects + i] = o->fail[i];
    const enum trapeze_stop why = trapeze_run(t, &until);
    return (struct gdbstub_piece){why, reached(s, why)};
}

static enum trapeze_stop run_alone(struct session *s)
{
    struct gdbstub_piece piece;
    do {
        if (s->interactive)
            read_keys(s, 0);
        const struct trapeze_until until = {.instructions = s->interactive ? trapeze_instructions(s->t) + SLICE : 0};
        piece = s->quit ? (struct gdbstub_piece){TRAPEZE_EVENT, true} : run_piece(s, s->t, &until);
    } while (!piece.over);
    return piece.why;
}

static bool run_with_gdb(struct session *s, enum trapeze_stop *why)
{
    struct trapeze_error error;
    struct gdbstub *stub = gdbstub_open(s->options->gdb, s->t, &error);
    if (!stub)
        return say(error.text);
    if (!strcmp(strrchr(s->options->gdb, ':'), ":0"))
        fprintf(stderr, "trapeze: gdb is awaited at port %u\n", gdbstub_port(stub));
    const struct gdbstub_runner runner = {run_piece, s};
    const enum gdbstub_end end = gdbstub_serve(stub, s->options->wait, runner, why);
    gdbstub_close(stub);
    s->quit = end == GDBSTUB_KILLED;
    return end != GDBSTUB_FAILED || say("-gdb: the network or the host's memory failed");
}

/* ---- the outcome ---- */

static enum exit_code guest(const char *text)
{
    say(text);
    return EXIT_GUEST;
}

static enum exit_code limit(const char *text)
{
    say(text);
    return EXIT_LIMIT;
}

static enum exit_code off(const struct session *s)
{
    const int code = trapeze_exit_code(s->t);
    if (code) {
        fprintf(stderr, "trapeze: the guest has reported a failure: code %d\n", code);
        return EXIT_GUEST;
    }
    return s->options->expects ? guest("the guest has ended before it printed what --expect says") : EXIT_OK;
}

static enum exit_code verdict(const struct session *s, enum trapeze_stop why)
{
    if (s->quit)
        return EXIT_OK;
    switch (why) {
    case TRAPEZE_OFF:
    case TRAPEZE_RESET: return off(s);
    case TRAPEZE_CONSOLE:
        return trapeze_console_hit(s->t) < s->options->expects ? EXIT_OK : guest("the guest printed what --fail says");
    case TRAPEZE_INSTRUCTIONS: return limit("the limit of --max-insns has been reached");
    case TRAPEZE_TIME: return limit("the limit of --max-time has been reached");
    case TRAPEZE_STUCK: return limit(trapeze_stuck(s->t));
    case TRAPEZE_LOOP: return guest(trapeze_stuck(s->t));
    case TRAPEZE_LACKING: say(trapeze_stuck(s->t)); return EXIT_LACKING;
    case TRAPEZE_NO_MEMORY: say("the host has no memory"); return EXIT_DEFECT;
    default: return EXIT_DEFECT;
    }
}

static bool counted(const struct session *s)
{
    return s->options->config.count || !s->options->config.timing;
}

static void report_tlbs(const struct session *s)
{
    for (unsigned i = 0; i < trapeze_cpus(s->t); i++) {
        const struct trapeze_tlb tlb = trapeze_tlb(s->t, i);
        fprintf(stderr, "tlb%u lookups %" PRIu64 " misses %" PRIu64 " evictions %" PRIu64 " entries %" PRIu32 "\n", i,
                tlb.lookups, tlb.misses, tlb.evictions, tlb.capacity);
    }
}

static void report(const struct session *s)
{
    uint8_t digest[32];
    if (s->options->stats)
        report_tlbs(s);
    if (s->options->stats)
        fprintf(stderr, "%s %" PRIu64 "\nmodelled-seconds %" PRIu64 ".%09" PRIu64 "\nunimplemented %" PRIu64 "\n",
                counted(s) ? "instructions" : "busy-cycles", trapeze_instructions(s->t),
                trapeze_nanoseconds(s->t) / 1000000000, trapeze_nanoseconds(s->t) % 1000000000,
                trapeze_unimplemented(s->t));
    watch_report(&s->watch, stderr);
    if (!s->options->digest)
        return;
    trapeze_digest(s->t, digest);
    fputs("digest ", stderr);
    for (unsigned i = 0; i < sizeof digest; i++)
        fprintf(stderr, "%02x", digest[i]);
    fputc('\n', stderr);
}

/* ---- life ---- */

static bool dump_tree(const struct session *s)
{
    size_t size;
    const void *tree = trapeze_device_tree(s->t, &size);
    FILE *to = fopen(s->options->dumpdtb, "wb");
    const bool ok = to && fwrite(tree, 1, size, to) == size;
    if ((to && fclose(to) != 0) || !ok) {
        fprintf(stderr, "trapeze: -M dumpdtb=%s: %s\n", s->options->dumpdtb, strerror(errno));
        return false;
    }
    return true;
}

static enum exit_code end_watch(struct session *s, enum exit_code code)
{
    struct trapeze_error error;
    if (watch_close(&s->watch, &error))
        return code;
    say(error.text);
    return EXIT_USAGE;
}

static enum exit_code run(struct session *s)
{
    enum trapeze_stop why = TRAPEZE_EVENT;
    struct trapeze_error error;
    if (s->options->dumpdtb)
        return dump_tree(s) ? EXIT_OK : EXIT_USAGE;
    if (!watch_open(&s->watch, s->options, s->t, &error))
        return say(error.text), end_watch(s, EXIT_USAGE);
    if (!open_input(s))
        return end_watch(s, EXIT_USAGE);
    s->interactive = !s->options->gdb && serial_is_standard(s) && terminal_open(!s->options->serial[0].monitor);
    s->started = wall();
    if (s->interactive)
        trapeze_on_idle(s->t, idle, s);
    const bool ran = s->options->gdb ? run_with_gdb(s, &why) : (why = run_alone(s), true);
    terminal_close();
    enum exit_code code = ran ? verdict(s, why) : EXIT_USAGE;
    report(s);
    if (!trapeze_keep_flash(s->t, &error)) {
        say(error.text);
        code = EXIT_USAGE;
    }
    return end_watch(s, code);
}

enum exit_code session_run(struct options *options)
{
    struct session s = {.options = options};
    struct trapeze_error error;
    enum exit_code code = EXIT_USAGE;
    if (open_serials(&s)) {
        s.t = trapeze_create(&options->config, &error);
        if (s.t)
            code = run(&s);
        else
            say(error.text);
    }
    trapeze_destroy(s.t);
    return close_serials(&s) ? code : EXIT_USAGE;
}
