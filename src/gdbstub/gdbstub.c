#include "gdbstub/gdbstub.h"
#include "gdbstub/link.h"
#include "gdbstub/target.h"
#include <stdlib.h>

/* Between two looks at the client: short enough to answer an interrupt at once, long enough not to be felt. */
enum { SLICE_INSTRUCTIONS = 1000000, SLICE_NANOSECONDS = 10000000 };

struct gdbstub {
    struct trapeze *t;
    struct gdbstub_runner runner;
    int listener, client; /* NO_LINK: none */
    unsigned port;
    struct rsp in;
    struct target target; /* of the client */
    struct text reply;
    size_t framed; /* bytes of the last packet sent */
    char frame[RSP_FRAMED_SIZE(RSP_PACKET_MAX)];
};

struct gdbstub *gdbstub_open(const char *where, struct trapeze *t, struct trapeze_error *error)
{
    unsigned port;
    const int listener = link_listen(where, &port, error);
    struct gdbstub *stub = listener == NO_LINK ? NULL : calloc(1, sizeof *stub);
    if (!stub) {
        link_close(listener);
        return NULL;
    }
    stub->t = t;
    stub->listener = listener;
    stub->client = NO_LINK;
    stub->port = port;
    return stub;
}

unsigned gdbstub_port(const struct gdbstub *stub)
{
    return stub->port;
}

static void hang_up(struct gdbstub *stub)
{
    if (stub->client == NO_LINK)
        return;
    link_close(stub->client);
    stub->client = NO_LINK;
    target_free(&stub->target);
}

void gdbstub_close(struct gdbstub *stub)
{
    if (!stub)
        return;
    hang_up(stub);
    link_close(stub->listener);
    free(stub);
}

/* ---- packets ---- */

static bool send_byte(struct gdbstub *stub, char byte)
{
    return stub->target.no_ack || link_send(stub->client, &byte, 1);
}

static bool send_reply(struct gdbstub *stub)
{
    stub->framed = rsp_frame(stub->frame, stub->reply.bytes, stub->reply.size);
    return link_send(stub->client, stub->frame, stub->framed);
}

static bool refuse_long(struct gdbstub *stub)
{
    stub->reply.size = 0;
    text_add(&stub->reply, "E02");
    return send_byte(stub, '+') && send_reply(stub);
}

/* Receives up to the next good packet. False: the client has gone. */
static bool receive(struct gdbstub *stub)
{
    bool there = true;
    while (there) {
        uint8_t byte;
        if (!link_receive(stub->client, &byte, 1))
            return false;
        switch (rsp_byte(&stub->in, byte)) {
        case RSP_PACKET: return send_byte(stub, '+');
        case RSP_BAD: there = send_byte(stub, '-'); break;
        case RSP_TOO_LONG: there = refuse_long(stub); break;
        case RSP_NAK: there = link_send(stub->client, stub->frame, stub->framed); break;
        default: break;
        }
    }
    return false;
}

/* ---- running ---- */

static struct gdbstub_piece by_itself(void *owner, struct trapeze *t, const struct trapeze_until *until)
{
    (void)owner;
    const enum trapeze_stop why = trapeze_run(t, until);
    const bool over = why == TRAPEZE_OFF || why == TRAPEZE_RESET || why == TRAPEZE_STUCK || why == TRAPEZE_LOOP ||
                      why == TRAPEZE_LACKING || why == TRAPEZE_NO_MEMORY;
    return (struct gdbstub_piece){why, over};
}

/* Up to the next look at the client. */
static struct gdbstub_piece run_piece(struct gdbstub *stub)
{
    const struct trapeze_until until = {.instructions = trapeze_instructions(stub->t) + SLICE_INSTRUCTIONS,
                                        .nanoseconds = trapeze_nanoseconds(stub->t) + SLICE_NANOSECONDS};
    return stub->runner.fn(stub->runner.owner, stub->t, &until);
}

static bool sliced(struct gdbstub_piece piece)
{
    return !piece.over && (piece.why == TRAPEZE_INSTRUCTIONS || piece.why == TRAPEZE_TIME);
}

enum client { CLIENT_QUIET, CLIENT_INTERRUPTS, CLIENT_GONE };

/* While the machine runs, only 0x03 and acknowledgements are taken; a packet stops the machine and waits its turn. */
static enum client listen_while_running(struct gdbstub *stub)
{
    while (link_wait(stub->client, 0)) {
        const int byte = link_peek(stub->client);
        if (byte < 0)
            return CLIENT_GONE;
        if (byte != 0x03 && byte != '+' && byte != '-')
            return CLIENT_INTERRUPTS;
        uint8_t taken;
        link_receive(stub->client, &taken, 1);
        if (byte == 0x03)
            return CLIENT_INTERRUPTS;
    }
    return CLIENT_QUIET;
}

static struct gdbstub_piece step_piece(struct gdbstub *stub)
{
    const enum trapeze_stop why = trapeze_step(stub->t, stub->target.step);
    const bool over = why == TRAPEZE_OFF || why == TRAPEZE_RESET || why == TRAPEZE_STUCK || why == TRAPEZE_LOOP ||
                      why == TRAPEZE_LACKING || why == TRAPEZE_NO_MEMORY;
    return (struct gdbstub_piece){why, over};
}

/* Runs for the client until there is something to tell it. False: it has gone. */
static bool run_for_client(struct gdbstub *stub, enum target_action action, struct gdbstub_piece *piece)
{
    enum client client = CLIENT_QUIET;
    const bool step = action == TARGET_STEP;
    *piece = (struct gdbstub_piece){TRAPEZE_INSTRUCTIONS, false};
    if (!step || !target_step_is_done(&stub->target))
        do {
            *piece = step ? step_piece(stub) : run_piece(stub);
            client = listen_while_running(stub);
        } while (client == CLIENT_QUIET && sliced(*piece) && !(step && piece->why == TRAPEZE_INSTRUCTIONS));
    if (step)
        stub->target.cpu = stub->target.step;
    else if (!piece->over)
        stub->target.cpu = trapeze_current_cpu(stub->t);
    target_stopped(&stub->target, piece->why, piece->over, client == CLIENT_INTERRUPTS && !step, &stub->reply);
    return client != CLIENT_GONE && send_reply(stub);
}

/* ---- serving ---- */

enum service { SERVICE_GONE, SERVICE_KILLED, SERVICE_OVER };

/* Whether a machine at its end is kept for the client to look at: nothing more will happen, but why can be seen. */
static bool worth_a_look(struct gdbstub_piece piece)
{
    return piece.why == TRAPEZE_STUCK || piece.why == TRAPEZE_LOOP || piece.why == TRAPEZE_LACKING;
}

/* Answers the client until it leaves or the run is over. */
static enum service serve(struct gdbstub *stub, struct gdbstub_piece *piece)
{
    while (receive(stub)) {
        const enum target_action action = target_packet(&stub->target, stub->in.packet, stub->in.size, &stub->reply);
        if (action == TARGET_KILL)
            return SERVICE_KILLED;
        if (action == TARGET_REPLY || action == TARGET_DETACH) {
            if (!send_reply(stub) || action == TARGET_DETACH)
                return SERVICE_GONE;
            continue;
        }
        const bool there = run_for_client(stub, action, piece);
        if (piece->over && !(there && worth_a_look(*piece)))
            return SERVICE_OVER;
        if (!there)
            return SERVICE_GONE;
    }
    return SERVICE_GONE;
}

static bool welcome(struct gdbstub *stub)
{
    const int client = link_accept(stub->listener);
    if (client == NO_LINK)
        return true;
    if (!target_init(&stub->target, stub->t)) {
        link_close(client);
        return false;
    }
    stub->client = client;
    stub->in = (struct rsp){0};
    stub->framed = 0;
    return true;
}

enum gdbstub_end gdbstub_serve(struct gdbstub *stub, bool wait, struct gdbstub_runner runner, enum trapeze_stop *why)
{
    struct gdbstub_piece piece = {TRAPEZE_INSTRUCTIONS, false};
    stub->runner = runner.fn ? runner : (struct gdbstub_runner){by_itself, NULL};
    while (!piece.over) {
        if (link_wait(stub->listener, wait ? -1 : 0) && !welcome(stub))
            return GDBSTUB_FAILED;
        if (stub->client == NO_LINK && wait)
            continue;
        wait = false;
        enum service service = SERVICE_GONE;
        if (stub->client != NO_LINK)
            service = serve(stub, &piece);
        hang_up(stub);
        if (service == SERVICE_KILLED)
            return GDBSTUB_KILLED;
        if (!piece.over)
            piece = run_piece(stub);
    }
    *why = piece.why;
    return GDBSTUB_OVER;
}
