#include "cli/options.h"
#include "cli/keyval.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

typedef bool handler(struct options *o, const char *value, struct trapeze_error *error);

static bool wrong(struct trapeze_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool wrong(struct trapeze_error *error, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(error->text, sizeof error->text, format, list);
    va_end(list);
    return false;
}

static void note(struct options *o, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void note(struct options *o, const char *format, ...)
{
    va_list list;
    if (o->notes == NOTES_MAX)
        return;
    va_start(list, format);
    vsnprintf(o->note[o->notes], sizeof o->note[0], format, list);
    va_end(list);
    o->notes++;
}

/* A copy that lives as long as the options. NULL: no memory, or too many. */
static char *keep(struct options *o, const char *text)
{
    char *copy = o->strings < STRINGS_MAX ? strdup(text) : NULL;
    if (copy)
        o->string[o->strings++] = copy;
    return copy;
}

static bool no_room(struct trapeze_error *error, const char *option)
{
    return wrong(error, "%s: given too often", option);
}

/* ---- the machine ---- */

/* Of -M and -drive and the like: known to QEMU, and without an effect here. */
static bool is_one_of(const char *word, const char *const *words)
{
    for (unsigned i = 0; words[i]; i++)
        if (!strcmp(word, words[i]))
            return true;
    return false;
}

static const char *const idle_machine_keys[] = {"accel",
                                                "acpi",
                                                "highmem",
                                                "iommu",
                                                "usb",
                                                "graphics",
                                                "dump-guest-core",
                                                "mem-merge",
                                                "dtb-randomness",
                                                "dtb-kaslr-seed",
                                                "kernel-irqchip",
                                                "ras",
                                                "suppress-vmdesc",
                                                "memory-backend",
                                                "compact-highmem",
                                                NULL};

static bool machine_gic(struct options *o, const char *value, struct trapeze_error *error)
{
    const bool v3 = !strcmp(value, "3") || !strcmp(value, "max");
    if (!v3 && strcmp(value, "2"))
        return wrong(error, "-M gic-version=%s: 2, 3, or max, which is 3", value);
    o->config.gic = v3 ? 3 : 2;
    return true;
}

static bool machine_list_registers(struct options *o, const char *value, struct trapeze_error *error)
{
    uint64_t count;
    if (!number_parse(value, &count) || count < 1 || count > 16)
        return wrong(error, "-M list-registers=%s: 1 to 16", value);
    o->config.list_registers = (unsigned)count;
    return true;
}

static bool machine_off(const char *key, const char *value, struct trapeze_error *error)
{
    bool on;
    if (switch_parse(value, &on) && !on)
        return true;
    return wrong(error, "-M %s=%s: not modelled yet", key, value);
}

static bool machine_item(struct options *o, struct keyval kv, struct trapeze_error *error)
{
    if (!*kv.key && (!strcmp(kv.value, "virt") || !strncmp(kv.value, "virt-7", 6)))
        return true;
    if (!*kv.key)
        return wrong(error, "-M %s: no such machine; -M help lists them", kv.value);
    if (!strcmp(kv.key, "type"))
        return machine_item(o, (struct keyval){"", kv.value}, error);
    if (!strcmp(kv.key, "virtualization"))
        return switch_parse(kv.value, &o->config.el2) || wrong(error, "-M virtualization=%s: on or off", kv.value);
    if (!strcmp(kv.key, "gic-version"))
        return machine_gic(o, kv.value, error);
    if (!strcmp(kv.key, "list-registers"))
        return machine_list_registers(o, kv.value, error);
    if (!strcmp(kv.key, "secure") || !strcmp(kv.key, "mte") || !strcmp(kv.key, "its"))
        return machine_off(kv.key, kv.value, error);
    if (!strcmp(kv.key, "dumpdtb"))
        return (o->dumpdtb = keep(o, kv.value)) || no_room(error, "-M dumpdtb=");
    if (!is_one_of(kv.key, idle_machine_keys))
        return wrong(error, "-M %s=%s: no such property", kv.key, kv.value);
    note(o, "-M %s=%s changes nothing here", kv.key, kv.value);
    return true;
}

static bool on_machine(struct options *o, const char *value, struct trapeze_error *error)
{
    if (!strcmp(value, "help") || !strcmp(value, "?")) {
        o->action = ACTION_MACHINES;
        return true;
    }
    char *rest = keep(o, value);
    if (!rest)
        return no_room(error, "-M");
    for (struct keyval kv = keyval_next(&rest); kv.key; kv = keyval_next(&rest))
        if (!machine_item(o, kv, error))
            return false;
    return true;
}

static bool on_cpu(struct options *o, const char *value, struct trapeze_error *error)
{
    if (!strcmp(value, "help") || !strcmp(value, "?")) {
        o->action = ACTION_CPUS;
        return true;
    }
    const char *nearest = NULL;
    unsigned best = 5;
    for (unsigned i = 0; trapeze_cpu_name(i); i++) {
        const unsigned distance = edit_distance(value, trapeze_cpu_name(i));
        if (distance == 0) {
            o->config.cpu = trapeze_cpu_name(i);
            return true;
        }
        if (distance < best) {
            best = distance;
            nearest = trapeze_cpu_name(i);
        }
    }
    return wrong(error, "-cpu %s: no such CPU%s%s; -cpu help lists them", value, nearest ? ", the nearest is " : "",
                 nearest ? nearest : "");
}

static bool on_smp(struct options *o, const char *value, struct trapeze_error *error)
{
    static const char *const parts[] = {"sockets", "dies", "clusters", "cores", "threads", NULL};
    char *rest = keep(o, value);
    uint64_t number, cpus = 0, product = 1;
    if (!rest)
        return no_room(error, "-smp");
    for (struct keyval kv = keyval_next(&rest); kv.key; kv = keyval_next(&rest)) {
        if (!number_parse(kv.value, &number) || number < 1 || number > 64)
            return wrong(error, "-smp %s: %s is no number of CPUs", value, kv.value);
        if (!*kv.key || !strcmp(kv.key, "cpus"))
            cpus = number;
        else if (is_one_of(kv.key, parts))
            product *= number;
        else if (strcmp(kv.key, "maxcpus"))
            return wrong(error, "-smp %s: no such property: %s", value, kv.key);
    }
    o->config.cpus = (unsigned)(cpus ? cpus : product);
    return o->config.cpus <= TRAPEZE_CPUS_MAX || wrong(error, "-smp %s: 1 to %d CPUs", value, TRAPEZE_CPUS_MAX);
}

static bool on_memory(struct options *o, const char *value, struct trapeze_error *error)
{
    const char *size = strncmp(value, "size=", 5) ? value : value + 5;
    if (!size_parse(size, UINT64_C(1) << 20, &o->config.ram_size) || o->config.ram_size == 0)
        return wrong(error, "-m %s: not a size; write 512M or 1G", value);
    return true;
}

/* ---- images ---- */

#define KEEPS(name, option, target)                                                     \
    static bool name(struct options *o, const char *value, struct trapeze_error *error) \
    {                                                                                   \
        return (o->target = keep(o, value)) || no_room(error, option);                  \
    }

KEEPS(on_kernel, "-kernel", config.kernel)
KEEPS(on_initrd, "-initrd", config.initrd)
KEEPS(on_append, "-append", config.append)
KEEPS(on_dtb, "-dtb", config.dtb)
KEEPS(on_bios, "-bios", config.bios)
KEEPS(on_gdb, "-gdb", gdb)
KEEPS(on_trace, "--trace", trace)
KEEPS(on_trace_events, "--trace-events", trace_events)
KEEPS(on_record, "--record", record)
KEEPS(on_record_events, "--record-events", record_events)
KEEPS(on_marker, "--marker", marker)
KEEPS(on_semihosting_dir, "--semihosting-dir", config.semihosting_dir)

/* What a -drive says. */
struct drive {
    bool pflash, read_only;
    const char *file;
    uint64_t unit;
    bool has_unit;
};

static bool drive_item(struct drive *d, struct keyval kv, const char *whole, struct trapeze_error *error)
{
    bool on = false;
    if (!strcmp(kv.key, "if"))
        d->pflash = !strcmp(kv.value, "pflash");
    else if (!strcmp(kv.key, "file"))
        d->file = kv.value;
    else if (!strcmp(kv.key, "unit") || !strcmp(kv.key, "index"))
        return (d->has_unit = number_parse(kv.value, &d->unit) && d->unit < 2) ||
               wrong(error, "-drive %s: there are flash banks 0 and 1", whole);
    else if (!strcmp(kv.key, "readonly") || !strcmp(kv.key, "read-only") || !strcmp(kv.key, "snapshot"))
        return switch_parse(kv.value, &on) ? (d->read_only |= on, true)
                                           : wrong(error, "-drive %s: %s is on or off", whole, kv.key);
    else if (!strcmp(kv.key, "format"))
        return !strcmp(kv.value, "raw") || wrong(error, "-drive %s: only format=raw", whole);
    else
        return wrong(error, "-drive %s: no such property: %s", whole, *kv.key ? kv.key : kv.value);
    return true;
}

static bool on_drive(struct options *o, const char *value, struct trapeze_error *error)
{
    struct drive d = {0};
    char *rest = keep(o, value);
    if (!rest)
        return no_room(error, "-drive");
    for (struct keyval kv = keyval_next(&rest); kv.key; kv = keyval_next(&rest))
        if (!drive_item(&d, kv, value, error))
            return false;
    if (!d.pflash)
        return wrong(error, "-drive %s: only if=pflash is modelled yet", value);
    if (!d.file)
        return wrong(error, "-drive %s: names no file=", value);
    if (!d.has_unit)
        d.unit = o->config.flash[0].file ? 1 : 0;
    if (o->config.flash[d.unit].file)
        return wrong(error, "-drive %s: flash bank %" PRIu64 " has an image already", value, d.unit);
    o->config.flash[d.unit] = (struct trapeze_flash){d.file, !d.read_only};
    return true;
}

static bool loader_item(struct trapeze_loader *l, struct keyval kv, const char *whole, struct trapeze_error *error)
{
    uint64_t n = 0;
    bool ok = true;
    if (!strcmp(kv.key, "file"))
        l->file = kv.value;
    else if (!strcmp(kv.key, "addr"))
        ok = l->has_address = number_parse(kv.value, &l->address);
    else if (!strcmp(kv.key, "data"))
        ok = number_parse(kv.value, &l->data);
    else if (!strcmp(kv.key, "data-len"))
        ok = number_parse(kv.value, &n) && n >= 1 && n <= 8, l->data_len = (unsigned)n;
    else if (!strcmp(kv.key, "cpu-num"))
        ok = l->starts = number_parse(kv.value, &n) && n < TRAPEZE_CPUS_MAX, l->cpu = (unsigned)n;
    else if (!strcmp(kv.key, "force-raw"))
        ok = switch_parse(kv.value, &l->force_raw);
    else if (!strcmp(kv.key, "data-be"))
        return wrong(error, "-device %s: data-be is not modelled", whole);
    else
        return wrong(error, "-device %s: no such property: %s", whole, *kv.key ? kv.key : kv.value);
    return ok || wrong(error, "-device %s: %s=%s is not a value for it", whole, kv.key, kv.value);
}

static bool loader_check(const struct trapeze_loader *l, bool has_data, const char *whole, struct trapeze_error *error)
{
    if (l->file && (has_data || l->data_len))
        return wrong(error, "-device %s: file= and data= exclude each other", whole);
    if (!l->file && has_data != (l->data_len != 0))
        return wrong(error, "-device %s: data= and data-len= go together", whole);
    if (!l->file && !l->has_address)
        return wrong(error, "-device %s: needs file= or addr=", whole);
    if (!l->file && !has_data && !l->starts)
        return wrong(error, "-device %s: loads nothing; give file=, data= or cpu-num=", whole);
    return true;
}

static bool on_device(struct options *o, const char *value, struct trapeze_error *error)
{
    struct trapeze_loader l = {0};
    char *rest = keep(o, value);
    bool has_data = false;
    if (!rest || o->config.loaders == TRAPEZE_LOADERS_MAX)
        return no_room(error, "-device");
    const struct keyval first = keyval_next(&rest);
    if (!first.key || *first.key || strcmp(first.value, "loader"))
        return wrong(error, "-device %s: only loader is modelled yet", value);
    for (struct keyval kv = keyval_next(&rest); kv.key; kv = keyval_next(&rest)) {
        has_data |= !strcmp(kv.key, "data");
        if (!loader_item(&l, kv, value, error))
            return false;
    }
    if (!loader_check(&l, has_data, value, error))
        return false;
    o->config.loader[o->config.loaders++] = l;
    return true;
}

/* ---- serial ports and the terminal ---- */

static bool add_serial(struct options *o, struct serial serial, const char *value)
{
    if (o->serials == TRAPEZE_SERIALS_MAX || o->serials == 1)
        note(o, "-serial %s: the machine has one serial port; this one is connected to nothing", value);
    if (o->serials < TRAPEZE_SERIALS_MAX)
        o->serial[o->serials++] = serial;
    return true;
}

static bool on_serial(struct options *o, const char *value, struct trapeze_error *error)
{
    struct serial s = {0};
    if (!strcmp(value, "stdio") || !strcmp(value, "mon:stdio") || !strcmp(value, "chardev:stdio"))
        s = (struct serial){SERIAL_STDIO, value[0] == 'm', NULL};
    else if (!strcmp(value, "null") || !strcmp(value, "none"))
        s.kind = SERIAL_NULL;
    else if (!strncmp(value, "file:", 5) && value[5])
        s = (struct serial){SERIAL_FILE, false, keep(o, value + 5)};
    else
        return wrong(error, "-serial %s: one of stdio, mon:stdio, file:F, null", value);
    return add_serial(o, s, value);
}

static bool on_nographic(struct options *o, const char *value, struct trapeze_error *error)
{
    (void)value, (void)error;
    if (!o->serials)
        o->serial[0].monitor = true;
    return true;
}

static bool on_display(struct options *o, const char *value, struct trapeze_error *error)
{
    (void)o;
    return !strcmp(value, "none") || wrong(error, "-display %s: only none; there is no screen", value);
}

/* ---- running ---- */

static bool on_s(struct options *o, const char *value, struct trapeze_error *error)
{
    (void)value, (void)error;
    o->gdb = "tcp::1234";
    return true;
}

#define SETS(name, target)                                                              \
    static bool name(struct options *o, const char *value, struct trapeze_error *error) \
    {                                                                                   \
        (void)value, (void)error;                                                       \
        o->target;                                                                      \
        return true;                                                                    \
    }

SETS(on_wait, wait = true)
SETS(on_semihosting, config.semihosting = true)
SETS(on_no_reboot, config.no_reboot = true)
SETS(on_strict, config.strict = true)
SETS(on_digest, digest = true)
SETS(on_stats, stats = true)
SETS(on_help, action = ACTION_HELP)
SETS(on_version, action = ACTION_VERSION)

static bool on_semihosting_config(struct options *o, const char *value, struct trapeze_error *error)
{
    char *rest = keep(o, value);
    bool on = true;
    if (!rest)
        return no_room(error, "-semihosting-config");
    for (struct keyval kv = keyval_next(&rest); kv.key; kv = keyval_next(&rest)) {
        if ((!*kv.key || !strcmp(kv.key, "enable")) && !switch_parse(kv.value, &on))
            return wrong(error, "-semihosting-config %s: enable is on or off", value);
        if (*kv.key && strcmp(kv.key, "enable"))
            note(o, "-semihosting-config %s=%s changes nothing here", kv.key, kv.value);
    }
    o->config.semihosting = on;
    return true;
}

static bool on_max_insns(struct options *o, const char *value, struct trapeze_error *error)
{
    return (number_parse(value, &o->max_insns) && o->max_insns) ||
           wrong(error, "--max-insns %s: not a number of instructions", value);
}

static bool on_max_time(struct options *o, const char *value, struct trapeze_error *error)
{
    char *end;
    const double seconds = strtod(value, &end);
    if (*end || end == value || !(seconds > 0) || seconds > 1e9)
        return wrong(error, "--max-time %s: not a time in seconds", value);
    o->max_time = (uint64_t)(seconds * 1e9);
    return o->max_time || wrong(error, "--max-time %s: less than a nanosecond", value);
}

/* Adds a string that the console is watched for to a list of half of those that a run can watch for. */
static bool watch_for(struct options *o, const char *option, const char *value, const char **list, unsigned *count,
                      struct trapeze_error *error)
{
    if (!*value)
        return wrong(error, "%s: the empty string is never printed", option);
    if (*count == TRAPEZE_STRINGS_MAX / 2)
        return no_room(error, option);
    return (list[(*count)++] = keep(o, value)) || no_room(error, option);
}

static bool on_expect(struct options *o, const char *value, struct trapeze_error *error)
{
    return watch_for(o, "--expect", value, o->expect, &o->expects, error);
}

static bool on_fail(struct options *o, const char *value, struct trapeze_error *error)
{
    return watch_for(o, "--fail", value, o->fail, &o->fails, error);
}

static bool add_input(struct options *o, enum input_kind kind, const char *value, struct trapeze_error *error)
{
    if (o->inputs == INPUTS_MAX)
        return no_room(error, "--input");
    o->input[o->inputs++] = (struct input){kind, keep(o, value)};
    return o->input[o->inputs - 1].value || no_room(error, "--input");
}

static bool on_input(struct options *o, const char *value, struct trapeze_error *error)
{
    return add_input(o, INPUT_TEXT, value, error);
}

static bool on_input_file(struct options *o, const char *value, struct trapeze_error *error)
{
    return add_input(o, INPUT_FILE, value, error);
}

static bool on_input_after(struct options *o, const char *value, struct trapeze_error *error)
{
    if (!*value)
        return wrong(error, "--input-after: the empty string is never printed");
    return add_input(o, INPUT_AFTER, value, error);
}

static bool on_timing(struct options *o, const char *value, struct trapeze_error *error)
{
    o->config.timing = !strcmp(value, "fast");
    return o->config.timing || !strcmp(value, "none") || wrong(error, "--timing %s: none or fast", value);
}

static bool on_tlb(struct options *o, const char *value, struct trapeze_error *error)
{
    o->config.tlb_flush = !strcmp(value, "flush");
    return o->config.tlb_flush || !strcmp(value, "hw") || wrong(error, "--tlb %s: hw or flush", value);
}

static bool on_nothing(struct options *o, const char *value, struct trapeze_error *error)
{
    (void)o, (void)value, (void)error;
    return true; /* options_parse has noted it */
}

/* ---- the table ---- */

static const struct option {
    const char *name;     /* behind one or two dashes */
    const char *argument; /* NULL: takes none */
    const char *help;     /* NULL: the same as the option before it */
    handler *handler;
} table[] = {
    /* clang-format off */
    {"-M",                 "virt[,KEY=VALUE...]", "the machine; virtualization=on: with EL2; gic-version=2, 3 or max; list-registers=N: of each virtual CPU interface; dumpdtb=F: writes the device tree and ends", on_machine},
    {"-machine",           "virt[,KEY=VALUE...]", NULL, on_machine},
    {"-cpu",               "NAME",    "the core model; -cpu help lists them", on_cpu},
    {"-smp",               "N",       "CPUs, 1 to 8", on_smp},
    {"-m",                 "SIZE",    "RAM: 512M, 1G; a bare number is MiB", on_memory},
    {"-kernel",            "FILE",    "an ELF, an arm64 Image, or a raw file", on_kernel},
    {"-initrd",            "FILE",    "an initial ramdisk", on_initrd},
    {"-append",            "TEXT",    "the kernel's command line", on_append},
    {"-dtb",               "FILE",    "a device tree instead of the machine's own", on_dtb},
    {"-bios",              "FILE",    "firmware, to flash bank 0", on_bios},
    {"-drive",             "if=pflash,file=F[,unit=N][,readonly=on]", "a flash bank's image of 64 MiB; written back unless readonly", on_drive},
    {"-device",            "loader,...", "file=F[,addr=A][,force-raw=on] or addr=A,data=V,data-len=N; cpu-num=N: that CPU starts there", on_device},
    {"-serial",            "stdio|mon:stdio|file:F|null", "where serial port 0 goes", on_serial},
    {"-nographic",         NULL,      "serial port 0 on the terminal", on_nographic},
    {"-display",           "none",    "as there is no screen anyway", on_display},
    {"-s",                 NULL,      "-gdb tcp::1234", on_s},
    {"-S",                 NULL,      "do not run before gdb says so", on_wait},
    {"-gdb",               "tcp:[HOST]:PORT", "wait for gdb beside running; without HOST on this computer alone", on_gdb},
    {"-semihosting",       NULL,      "answer semihosting calls", on_semihosting},
    {"-semihosting-config", "enable=on", NULL, on_semihosting_config},
    {"-no-reboot",         NULL,      "a reset ends the run", on_no_reboot},
    {"--max-insns",        "N",       "end after N instructions of all CPUs together: exit code 3", on_max_insns},
    {"--max-time",         "SECONDS", "end after this modelled time: exit code 3", on_max_time},
    {"--expect",           "STRING",  "end with exit code 0 once the console has printed it; power-off before: 1", on_expect},
    {"--fail",             "STRING",  "end with exit code 1 once the console has printed it", on_fail},
    {"--input",            "STRING",  "type it into serial port 0", on_input},
    {"--input-file",       "FILE",    "type the file's contents", on_input_file},
    {"--input-after",      "STRING",  "type what follows once the console has printed it", on_input_after},
    {"--strict",           NULL,      "reaching what the model lacks ends the run: exit code 5", on_strict},
    {"--digest",           NULL,      "at the end, SHA-256 of the machine's state, on stderr", on_digest},
    {"--stats",            NULL,      "at the end, what was counted, on stderr", on_stats},
    {"--timing",           "none|fast", "one cycle an instruction, or the core model's costs", on_timing},
    {"--tlb",              "hw|flush", "translations stay until invalidated or evicted, or go at each change of VMID or ASID", on_tlb},
    {"--trace",            "FILE|-",  "write what happens, a line an event", on_trace},
    {"--trace-events",     "KINDS",   "of insn,exc,mem,irq,tlb,note,int,lr,world,control,psci,marker; default exc,irq", on_trace_events},
    {"--record",           "FILE",    "write what happens to a trace file, as trapeze trace record does", on_record},
    {"--record-events",    "KINDS",   "of the same; default all but insn and mem", on_record_events},
    {"--marker",           "TEXT",    "of the console's lines record those with this text; default all", on_marker},
    {"--semihosting-dir",  "DIR",     "where semihosting may open files; without it, nowhere", on_semihosting_dir},
    {"-accel",             "ANY",     "accepted, changes nothing; so are the next ones", on_nothing},
    {"-monitor",           "ANY",     "", on_nothing},
    {"-net",               "ANY",     "", on_nothing},
    {"-nic",               "ANY",     "", on_nothing},
    {"-icount",            "ANY",     "", on_nothing},
    {"-rtc",               "ANY",     "", on_nothing},
    {"-seed",              "ANY",     "", on_nothing},
    {"-name",              "ANY",     "", on_nothing},
    {"-vga",               "ANY",     "", on_nothing},
    {"-nodefaults",        NULL,      "", on_nothing},
    {"-no-user-config",    NULL,      "", on_nothing},
    {"-help",              NULL,      "this", on_help},
    {"-h",                 NULL,      NULL, on_help},
    {"-version",           NULL,      "the version", on_version},
    /* clang-format on */
};

enum { OPTIONS = sizeof table / sizeof *table };

static const char *bare(const char *name)
{
    return name + strspn(name, "-");
}

static const struct option *find(const char *name)
{
    for (unsigned i = 0; i < OPTIONS; i++)
        if (!strcmp(bare(table[i].name), bare(name)))
            return &table[i];
    return NULL;
}

static bool unknown(const char *name, struct trapeze_error *error)
{
    unsigned best = 0;
    for (unsigned i = 1; i < OPTIONS; i++)
        if (edit_distance(bare(table[i].name), bare(name)) < edit_distance(bare(table[best].name), bare(name)))
            best = i;
    return wrong(error, "%s: no such option; the nearest is %s", name, table[best].name);
}

static bool parse_one(struct options *o, const char *name, const char *value, bool *used, struct trapeze_error *error)
{
    if (*name != '-' || !*bare(name))
        return wrong(error, "%s: not an option; an image is given by -kernel or -bios", name);
    const struct option *option = find(name);
    if (!option)
        return unknown(name, error);
    *used = option->argument;
    if (option->argument && !value)
        return wrong(error, "%s: needs an argument, %s", name, option->argument);
    if (option->handler == on_nothing)
        note(o, "%s changes nothing here", name);
    return option->handler(o, value, error);
}

bool options_parse(struct options *options, int argc, char **argv, struct trapeze_error *error)
{
    *options = (struct options){.config = trapeze_config_default()};
    for (int i = 1; i < argc; i++) {
        bool used = false;
        if (!parse_one(options, argv[i], argv[i + 1], &used, error))
            return false;
        i += used;
    }
    options->config.count = options->max_insns != 0;
    if (options->wait && !options->gdb)
        return wrong(error, "-S: nobody could say when to start; add -s or -gdb");
    return true;
}

void options_free(struct options *options)
{
    for (unsigned i = 0; i < options->strings; i++)
        free(options->string[i]);
    options->strings = 0;
}

void options_print(FILE *to)
{
    for (unsigned i = 0; i < OPTIONS; i++) {
        char left[64];
        const struct option *o = &table[i];
        snprintf(left, sizeof left, "%s %s", o->name, o->argument ? o->argument : "");
        const char *help = o->help ? o->help : "the same";
        fprintf(to, strlen(left) < 28 ? "  %-28s%s\n" : "  %s\n                              %s\n", left, help);
    }
}
