#include "gdbstub/target.h"
#include "gdbstub/xml.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CORE_REGISTERS = 34 }; /* x0-x30, sp, pc, cpsr: what g and G carry */

static void ok(struct text *reply)
{
    text_add(reply, "OK");
}

/* Errors have numbers in this protocol; which ones is nobody's business. */
static enum target_action error(struct text *reply)
{
    text_add(reply, "E01");
    return TARGET_REPLY;
}

static enum target_action ok_or_error(struct text *reply, bool good)
{
    text_add(reply, good ? "OK" : "E01");
    return TARGET_REPLY;
}

/* ---- registers: in the order of trapeze_register_info, little-endian ---- */

static bool register_bytes(const struct target *target, uint64_t index, unsigned *bytes)
{
    struct trapeze_register info;
    if (index > UINT16_MAX || !trapeze_register_info(target->t, (unsigned)index, &info))
        return false;
    *bytes = info.bits / 8;
    return true;
}

static void put_register(const struct target *target, unsigned index, unsigned bytes, struct text *reply)
{
    uint64_t value[2] = {0};
    trapeze_register_get(target->t, target->cpu, index, value, sizeof value);
    text_hex(reply, value, bytes);
}

static enum target_action read_all(struct target *target, const char *at, size_t size, struct text *reply)
{
    (void)at, (void)size;
    unsigned bytes;
    for (unsigned i = 0; i < CORE_REGISTERS && register_bytes(target, i, &bytes); i++)
        put_register(target, i, bytes, reply);
    return TARGET_REPLY;
}

/* Those that the packet has; the rest stays. */
static enum target_action write_all(struct target *target, const char *at, size_t size, struct text *reply)
{
    unsigned bytes;
    for (unsigned i = 0; i < CORE_REGISTERS && register_bytes(target, i, &bytes) && size >= 2 * bytes; i++) {
        uint64_t value[2] = {0};
        if (!hex_bytes(at, value, bytes))
            return error(reply);
        trapeze_register_set(target->t, target->cpu, i, value, bytes);
        at += 2 * bytes;
        size -= 2 * bytes;
    }
    target->watched = NO_CPU;
    return ok_or_error(reply, size == 0);
}

static enum target_action read_one(struct target *target, const char *at, size_t size, struct text *reply)
{
    (void)size;
    uint64_t index;
    unsigned bytes;
    if (!hex_number(&at, &index) || *at || !register_bytes(target, index, &bytes))
        return error(reply);
    put_register(target, (unsigned)index, bytes, reply);
    return TARGET_REPLY;
}

static enum target_action write_one(struct target *target, const char *at, size_t size, struct text *reply)
{
    (void)size;
    uint64_t index, value[2] = {0};
    unsigned bytes;
    if (!hex_number(&at, &index) || *at++ != '=' || !register_bytes(target, index, &bytes) ||
        !hex_bytes(at, value, bytes))
        return error(reply);
    target->watched = NO_CPU;
    return ok_or_error(reply, trapeze_register_set(target->t, target->cpu, (unsigned)index, value, bytes));
}

/* ---- memory ---- */

static bool address_and_length(const char **at, uint64_t *address, uint64_t *length)
{
    return hex_number(at, address) && *(*at)++ == ',' && hex_number(at, length);
}

static enum target_action read_memory(struct target *target, const char *at, size_t size, struct text *reply)
{
    (void)size;
    uint8_t bytes[RSP_PACKET_MAX / 2];
    uint64_t address, length;
    if (!address_and_length(&at, &address, &length) || *at)
        return error(reply);
    length = length < sizeof bytes ? length : sizeof bytes;
    const size_t got = trapeze_memory_read(target->t, target->cpu, target->world, address, bytes, length);
    if (got == 0 && length)
        return error(reply);
    text_hex(reply, bytes, got);
    return TARGET_REPLY;
}

static bool write_bytes(struct target *target, uint64_t address, const void *bytes, uint64_t length)
{
    return trapeze_memory_write(target->t, target->cpu, target->world, address, bytes, length) == length;
}

static enum target_action write_hex(struct target *target, const char *at, size_t size, struct text *reply)
{
    const char *end = at + size;
    uint8_t bytes[RSP_PACKET_MAX / 2];
    uint64_t address, length;
    if (!address_and_length(&at, &address, &length) || *at++ != ':' || length > sizeof bytes ||
        (size_t)(end - at) != 2 * length || !hex_bytes(at, bytes, length))
        return error(reply);
    return ok_or_error(reply, write_bytes(target, address, bytes, length));
}

static enum target_action write_binary(struct target *target, const char *at, size_t size, struct text *reply)
{
    const char *end = at + size;
    uint64_t address, length;
    if (!address_and_length(&at, &address, &length) || *at++ != ':' || (size_t)(end - at) != length)
        return error(reply);
    return ok_or_error(reply, write_bytes(target, address, at, length));
}

/* ---- break- and watchpoints: Z0 and Z1 are one, as memory is never patched ---- */

static bool point(const char *at, enum trapeze_point *kind, uint64_t *address, uint64_t *size)
{
    static const enum trapeze_point kinds[] = {TRAPEZE_BREAKPOINT, TRAPEZE_BREAKPOINT, TRAPEZE_WATCH_WRITE,
                                               TRAPEZE_WATCH_READ, TRAPEZE_WATCH_ACCESS};
    if (*at < '0' || *at > '4' || at[1] != ',')
        return false;
    *kind = kinds[*at - '0'];
    at += 2;
    return address_and_length(&at, address, size) && *size;
}

static enum target_action insert(struct target *target, const char *at, size_t size, struct text *reply)
{
    (void)size;
    enum trapeze_point kind;
    uint64_t address, length;
    if (*at >= '5' && *at <= '9')
        return TARGET_REPLY; /* a kind that is not supported */
    if (!point(at, &kind, &address, &length))
        return error(reply);
    trapeze_point_remove(target->t, kind, address, length); /* inserting twice is inserting once */
    return ok_or_error(reply, trapeze_point_add(target->t, kind, address, length));
}

static enum target_action take_out(struct target *target, const char *at, size_t size, struct text *reply)
{
    (void)size;
    enum trapeze_point kind;
    uint64_t address, length;
    if (*at >= '5' && *at <= '9')
        return TARGET_REPLY;
    if (!point(at, &kind, &address, &length))
        return error(reply);
    trapeze_point_remove(target->t, kind, address, length); /* so is taking out */
    ok(reply);
    return TARGET_REPLY;
}

/* ---- threads: number n is CPU n - 1 ---- */

/* At *at: -1 (all), 0 (any) or a number. False: no such thread. any: -1 or 0, then *cpu is as it was. */
static bool thread(const struct target *target, const char **at, unsigned *cpu, bool *any)
{
    uint64_t number;
    *any = true;
    if (!strncmp(*at, "-1", 2)) {
        *at += 2;
        return true;
    }
    if (!hex_number(at, &number) || number > trapeze_cpus(target->t))
        return false;
    *any = number == 0;
    *cpu = number ? (unsigned)number - 1 : *cpu;
    return true;
}

static enum target_action select_thread(struct target *target, const char *at, size_t size, struct text *reply)
{
    (void)size;
    bool any;
    unsigned cpu = target->cpu;
    if (*at != 'g' && *at != 'c')
        return error(reply);
    const bool registers = *at++ == 'g';
    if (!thread(target, &at, &cpu, &any) || *at)
        return error(reply);
    if (registers)
        target->cpu = cpu;
    else
        target->step = any ? target->cpu : cpu;
    ok(reply);
    return TARGET_REPLY;
}

static enum target_action alive(struct target *target, const char *at, size_t size, struct text *reply)
{
    (void)size;
    bool any;
    unsigned cpu;
    return ok_or_error(reply, thread(target, &at, &cpu, &any) && !any && !*at);
}

/* ---- running ---- */

/* At another address if one is given. */
static enum target_action resume(struct target *target, const char *at, enum target_action action, struct text *reply)
{
    uint64_t address;
    if (!*at)
        return action;
    if (!hex_number(&at, &address) || *at)
        return error(reply);
    trapeze_register_write(target->t, target->step, (unsigned)trapeze_register_find(target->t, "PC"), address);
    return action;
}

static enum target_action go_on(struct target *target, const char *at, size_t size, struct text *reply)
{
    (void)size;
    return resume(target, at, TARGET_CONTINUE, reply);
}

static enum target_action step(struct target *target, const char *at, size_t size, struct text *reply)
{
    (void)size;
    return resume(target, at, TARGET_STEP, reply);
}

/* With a signal, which no guest could receive: it is passed over. */
static enum target_action resume_signal(struct target *target, const char *at, enum target_action action,
                                        struct text *reply)
{
    uint64_t signal;
    if (!hex_number(&at, &signal))
        return error(reply);
    at += *at == ';';
    return resume(target, at, action, reply);
}

static enum target_action go_on_signal(struct target *target, const char *at, size_t size, struct text *reply)
{
    (void)size;
    return resume_signal(target, at, TARGET_CONTINUE, reply);
}

static enum target_action step_signal(struct target *target, const char *at, size_t size, struct text *reply)
{
    (void)size;
    return resume_signal(target, at, TARGET_STEP, reply);
}

/* vCont;ACTION[:THREAD]...: the first step wins, as only one CPU can be stepped; otherwise all go on. */
static enum target_action vcont(struct target *target, const char *at, struct text *reply)
{
    enum target_action action = TARGET_REPLY;
    uint64_t signal;
    while (*at++ == ';') {
        const char what = *at++;
        unsigned cpu = target->cpu;
        bool any;
        if (!what || !strchr("csCS", what) || ((what == 'C' || what == 'S') && !hex_number(&at, &signal)))
            return error(reply);
        if (*at == ':' && (at++, !thread(target, &at, &cpu, &any)))
            return error(reply);
        if (action == TARGET_STEP)
            continue;
        action = what == 's' || what == 'S' ? TARGET_STEP : TARGET_CONTINUE;
        target->step = cpu;
    }
    return action == TARGET_REPLY || at[-1] ? error(reply) : action;
}

static enum target_action verbose(struct target *target, const char *at, size_t size, struct text *reply)
{
    (void)size;
    if (!strcmp(at, "Cont?"))
        text_add(reply, "vCont;c;C;s;S");
    else if (!strncmp(at, "Cont;", 5))
        return vcont(target, at + 4, reply);
    else if (!strncmp(at, "Kill;", 5))
        return TARGET_KILL;
    return TARGET_REPLY; /* vMustReplyEmpty, and all that is not known */
}

static enum target_action why_stopped(struct target *target, const char *at, size_t size, struct text *reply)
{
    (void)at, (void)size;
    *reply = target->stop;
    return TARGET_REPLY;
}

static enum target_action detach(struct target *target, const char *at, size_t size, struct text *reply)
{
    (void)target, (void)at, (void)size;
    ok(reply);
    return TARGET_DETACH;
}

static enum target_action die(struct target *target, const char *at, size_t size, struct text *reply)
{
    (void)target, (void)at, (void)size, (void)reply;
    return TARGET_KILL;
}

static enum target_action query(struct target *target, const char *at, size_t size, struct text *reply)
{
    (void)size;
    return query_packet(target, at - 1, reply);
}

/* By the first letter. Called with what follows it. */
static const struct {
    char letter;
    enum target_action (*fn)(struct target *target, const char *at, size_t size, struct text *reply);
} packets[] = {
    /* clang-format off */
    {'?', why_stopped},  {'c', go_on},         {'C', go_on_signal}, {'D', detach},      {'g', read_all},
    {'G', write_all},    {'H', select_thread}, {'k', die},          {'m', read_memory}, {'M', write_hex},
    {'p', read_one},     {'P', write_one},     {'q', query},        {'Q', query},       {'s', step},
    {'S', step_signal},  {'T', alive},         {'v', verbose},      {'X', write_binary},
    {'z', take_out},     {'Z', insert},
    /* clang-format on */
};

enum target_action target_packet(struct target *target, const char *packet, size_t size, struct text *reply)
{
    reply->size = 0;
    for (size_t i = 0; i < sizeof packets / sizeof *packets; i++)
        if (size && packet[0] == packets[i].letter)
            return packets[i].fn(target, packet + 1, size - 1, reply);
    return TARGET_REPLY;
}

/* ---- stops ---- */

static const char *watch_word(enum trapeze_point kind)
{
    return kind == TRAPEZE_WATCH_WRITE ? "watch" : kind == TRAPEZE_WATCH_READ ? "rwatch" : "awatch";
}

/* A signal number, the thread, and for a watchpoint the address: stop replies of the form T. */
static void describe(struct target *target, unsigned signal, enum trapeze_stop why)
{
    struct text *stop = &target->stop;
    stop->size = 0;
    text_format(stop, "T%02x", signal);
    const struct trapeze_break hit = trapeze_break_hit(target->t);
    if (why == TRAPEZE_BREAK && hit.kind != TRAPEZE_BREAKPOINT) {
        text_format(stop, "%s:%" PRIx64 ";", watch_word(hit.kind), hit.address);
        target->watched = (int)hit.cpu;
    }
    text_format(stop, "thread:%x;", target->cpu + 1);
}

void target_stopped(struct target *target, enum trapeze_stop why, bool over, bool interrupted, struct text *reply)
{
    enum { SIGNAL_INT = 2, SIGNAL_TRAP = 5 };
    target->watched = NO_CPU;
    if (over && why != TRAPEZE_STUCK && why != TRAPEZE_LOOP && why != TRAPEZE_LACKING) {
        target->stop.size = 0;
        text_format(&target->stop, "W%02x", (unsigned)trapeze_exit_code(target->t) & 0xff);
    } else {
        target->cpu = why == TRAPEZE_BREAK ? trapeze_break_hit(target->t).cpu : target->cpu;
        describe(target, interrupted ? SIGNAL_INT : SIGNAL_TRAP, why);
    }
    *reply = target->stop;
}

bool target_step_is_done(struct target *target)
{
    const bool done = target->watched == (int)target->step;
    target->watched = NO_CPU;
    return done;
}

bool target_init(struct target *target, struct trapeze *t)
{
    *target = (struct target){.t = t, .cpu = trapeze_current_cpu(t), .watched = NO_CPU, .xml = xml_target(t)};
    target->step = target->cpu;
    describe(target, 5, TRAPEZE_EVENT);
    return target->xml;
}

void target_free(struct target *target)
{
    free(target->xml);
}
