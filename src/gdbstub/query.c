/* Packets that begin with q and Q: what the stub can do, the target description, threads, monitor commands. */
#include "gdbstub/target.h"
#include <inttypes.h>
#include <string.h>

typedef void query_fn(struct target *target, const char *at, struct text *reply);

static void supported(struct target *target, const char *at, struct text *reply)
{
    (void)target, (void)at;
    text_format(reply, "PacketSize=%x;QStartNoAckMode+;qXfer:features:read+;vContSupported+", RSP_PACKET_MAX);
}

static void no_ack(struct target *target, const char *at, struct text *reply)
{
    (void)at;
    target->no_ack = true;
    text_add(reply, "OK");
}

static void attached(struct target *target, const char *at, struct text *reply)
{
    (void)target, (void)at;
    text_add(reply, "1"); /* so that gdb lets the machine go on when it leaves */
}

static void symbol(struct target *target, const char *at, struct text *reply)
{
    (void)target, (void)at;
    text_add(reply, "OK"); /* we want to know none */
}

/* target.xml:OFFSET,LENGTH */
static void features(struct target *target, const char *at, struct text *reply)
{
    static const char document[] = "target.xml:";
    uint64_t offset, length;
    if (strncmp(at, document, sizeof document - 1)) {
        text_add(reply, "E00");
        return;
    }
    at += sizeof document - 1;
    if (!hex_number(&at, &offset) || *at++ != ',' || !hex_number(&at, &length)) {
        text_add(reply, "E00");
        return;
    }
    const size_t size = strlen(target->xml), start = offset < size ? offset : size;
    const size_t room = RSP_PACKET_MAX / 2, wanted = length < room ? length : room;
    const size_t count = size - start < wanted ? size - start : wanted;
    text_add(reply, start + count < size ? "m" : "l");
    memcpy(reply->bytes + reply->size, target->xml + start, count);
    reply->size += count;
}

/* ---- threads ---- */

static void first_threads(struct target *target, const char *at, struct text *reply)
{
    (void)at;
    for (unsigned i = 1; i <= trapeze_cpus(target->t); i++)
        text_format(reply, "%c%x", i == 1 ? 'm' : ',', i);
}

static void more_threads(struct target *target, const char *at, struct text *reply)
{
    (void)target, (void)at;
    text_add(reply, "l");
}

static void current_thread(struct target *target, const char *at, struct text *reply)
{
    (void)at;
    text_format(reply, "QC%x", target->cpu + 1);
}

/* "CPU 0, EL2" */
static void thread_info(struct target *target, const char *at, struct text *reply)
{
    uint64_t thread;
    if (!hex_number(&at, &thread) || thread == 0 || thread > trapeze_cpus(target->t)) {
        text_add(reply, "E01");
        return;
    }
    const unsigned cpu = (unsigned)thread - 1;
    const int pstate = trapeze_register_find(target->t, "PSTATE");
    struct text about = {.size = 0};
    text_format(&about, "CPU %u, EL%u", cpu,
                (unsigned)(trapeze_register_read(target->t, cpu, (unsigned)pstate) >> 2 & 3));
    text_hex(reply, about.bytes, about.size);
}

/* ---- monitor commands: `out` is what gdb prints ---- */

static void monitor_digest(struct target *target, const char *at, struct text *out)
{
    (void)at;
    uint8_t digest[32];
    trapeze_digest(target->t, digest);
    text_hex(out, digest, sizeof digest);
    text_add(out, "\n");
}

static void monitor_time(struct target *target, const char *at, struct text *out)
{
    (void)at;
    text_format(out, "%" PRIu64 " instructions, %" PRIu64 " ns of modelled time\n", trapeze_instructions(target->t),
                trapeze_nanoseconds(target->t));
}

/* Where each CPU is. */
static void monitor_where(struct target *target, const char *at, struct text *out)
{
    (void)at;
    const unsigned pc = (unsigned)trapeze_register_find(target->t, "PC");
    const unsigned pstate = (unsigned)trapeze_register_find(target->t, "PSTATE");
    for (unsigned i = 0; i < trapeze_cpus(target->t); i++) {
        uint64_t offset = 0;
        const uint64_t address = trapeze_register_read(target->t, i, pc);
        const char *name = trapeze_symbol(target->t, address, &offset);
        text_format(out, "CPU %u EL%u 0x%016" PRIx64, i,
                    (unsigned)(trapeze_register_read(target->t, i, pstate) >> 2 & 3), address);
        if (name)
            text_format(out, " %s+0x%" PRIx64, name, offset);
        text_add(out, "\n");
    }
}

static void monitor_world(struct target *target, const char *at, struct text *out)
{
    static const char *const names[] = {
        [TRAPEZE_CURRENT] = "current", [TRAPEZE_EL1] = "el1",       [TRAPEZE_EL2] = "el2",
        [TRAPEZE_IPA] = "ipa",         [TRAPEZE_PHYSICAL] = "phys",
    };
    enum { NAMES = sizeof names / sizeof *names };
    for (unsigned i = 0; *at && i < NAMES; i++)
        if (!strcmp(at, names[i])) {
            target->world = (enum trapeze_world)i;
            at = "";
        }
    if (*at)
        text_format(out, "no world \"%s\": current, el1, el2, ipa, phys\n", at);
    else
        text_format(out, "memory is seen as: %s\n", names[target->world]);
}

static void monitor_help(struct target *target, const char *at, struct text *out);

static const struct {
    const char *name, *about;
    query_fn *fn;
} commands[] = {
    {"digest", "SHA-256 of all architectural state", monitor_digest},
    {"help", "this list", monitor_help},
    {"time", "instructions and modelled time so far", monitor_time},
    {"where", "where each CPU is", monitor_where},
    {"world", "current|el1|el2|ipa|phys: whose memory x and print see", monitor_world},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void monitor_help(struct target *target, const char *at, struct text *out)
{
    (void)target, (void)at;
    for (unsigned i = 0; i < COMMANDS; i++)
        text_format(out, "%-7s %s\n", commands[i].name, commands[i].about);
}

static void monitor(struct target *target, const char *line, struct text *out)
{
    for (unsigned i = 0; i < COMMANDS; i++) {
        const size_t length = strlen(commands[i].name);
        if (strncmp(line, commands[i].name, length) || (line[length] && line[length] != ' '))
            continue;
        line += length;
        commands[i].fn(target, line + strspn(line, " "), out);
        return;
    }
    text_format(out, "no command \"%.100s\"; there are:\n", line);
    monitor_help(target, "", out);
}

static void command(struct target *target, const char *at, struct text *reply)
{
    char line[256];
    const size_t length = strlen(at) / 2;
    struct text out = {.size = 0};
    if (length >= sizeof line || !hex_bytes(at, line, length)) {
        text_add(reply, "E01");
        return;
    }
    line[length] = '\0';
    monitor(target, line, &out);
    text_hex(reply, out.bytes, out.size < sizeof reply->bytes / 2 ? out.size : sizeof reply->bytes / 2);
}

/* ---- all ---- */

static const struct {
    const char *name;
    query_fn *fn;
} queries[] = {
    {"QStartNoAckMode", no_ack},
    {"qAttached", attached},
    {"qC", current_thread},
    {"qRcmd,", command},
    {"qSupported", supported},
    {"qSymbol", symbol},
    {"qThreadExtraInfo,", thread_info},
    {"qXfer:features:read:", features},
    {"qfThreadInfo", first_threads},
    {"qsThreadInfo", more_threads},
};

/* A name is whole, or ended by what its last letter or the packet's next says: qC is not qCRC. */
static bool is_named(const char *packet, const char *name)
{
    const size_t length = strlen(name);
    const char last = name[length - 1], next = packet[length];
    return !strncmp(packet, name, length) && (last == ':' || last == ',' || !next || next == ':' || next == ';');
}

enum target_action query_packet(struct target *target, const char *packet, struct text *reply)
{
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        if (is_named(packet, queries[i].name)) {
            queries[i].fn(target, packet + strlen(queries[i].name), reply);
            break;
        }
    return TARGET_REPLY;
}
