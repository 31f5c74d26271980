#include "cli/commands.h"
#include "cli/arguments.h"
#include "cli/keyval.h"
#include "tools/diff.h"
#include "tools/explain.h"
#include "tools/show.h"
#include "tools/suite.h"
#include <string.h>
#include <unistd.h>

static enum exit_code fail(const char *text)
{
    fprintf(stderr, "trapeze: %s\n", text);
    return EXIT_USAGE;
}

static enum exit_code wrong_kinds(const char *kinds)
{
    fprintf(stderr, "trapeze: --events %s: expected a list of " KINDS_WORDS "\n", kinds);
    return EXIT_USAGE;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- trace record ---- */

static enum exit_code record(char **argv)
{
    struct trapeze_error error;
    const char *file = "trace.tpz", *events = NULL, *marker = NULL;
    const struct argument list[] = {
        {"-o", ARGUMENT_TEXT, &file}, {"--events", ARGUMENT_TEXT, &events}, {"--marker", ARGUMENT_TEXT, &marker}};
    struct arguments arguments = {.option = list, .options = COUNT(list)};
    struct options options;
    char **rest;
    if (!arguments_parse(&arguments, argv, &rest, &error))
        return fail(error.text);
    int argc = 0;
    while (rest[argc])
        argc++;
    enum exit_code code = EXIT_USAGE;
    if (argc == 0)
        return fail("trace record: what to run? Its options follow --");
    if (!options_parse(&options, argc + 1, rest - 1, &error)) {
        fail(error.text);
    } else {
        options.record = file;
        options.record_events = events;
        options.marker = marker;
        code = options.action == ACTION_RUN ? session_run(&options) : fail("trace record: nothing to run");
    }
    options_free(&options);
    return code;
}

/* ---- trace show, stats, diff ---- */

static enum exit_code show(char **argv)
{
    struct trapeze_error error;
    struct show_options o = show_default();
    const char *file = NULL, *events = NULL;
    uint64_t cpu = UINT64_MAX, vmid = UINT64_MAX;
    const struct argument list[] = {{"--events", ARGUMENT_TEXT, &events}, {"--cpu", ARGUMENT_NUMBER, &cpu},
                                    {"--vmid", ARGUMENT_NUMBER, &vmid},   {"--from", ARGUMENT_NUMBER, &o.from},
                                    {"--to", ARGUMENT_NUMBER, &o.to},     {"--bare", ARGUMENT_FLAG, &o.bare}};
    struct arguments arguments = {.option = list, .options = COUNT(list), .operand = &file, .room = 1};
    if (!arguments_parse(&arguments, argv, &argv, &error))
        return fail(error.text);
    if (!file)
        return fail("trace show: which file?");
    if (events && !kinds_parse(events, &o.kinds))
        return wrong_kinds(events);
    o.cpu = cpu <= UINT16_MAX ? (int)cpu : -1;
    o.vmid = vmid <= UINT16_MAX ? (int)vmid : -1;
    return show_file(file, &o, stdout, &error) ? EXIT_OK : fail(error.text);
}

static enum exit_code stats(char **argv)
{
    struct trapeze_error error;
    const char *file = NULL;
    struct arguments arguments = {.operand = &file, .room = 1};
    if (!arguments_parse(&arguments, argv, &argv, &error))
        return fail(error.text);
    if (!file)
        return fail("trace stats: which file?");
    return show_stats(file, stdout, &error) ? EXIT_OK : fail(error.text);
}

static enum exit_code diff(char **argv)
{
    struct trapeze_error error;
    struct diff_options o = diff_default();
    const char *file[2] = {NULL, NULL}, *events = NULL;
    uint64_t context = o.context;
    const struct argument list[] = {{"--events", ARGUMENT_TEXT, &events},
                                    {"--pc", ARGUMENT_FLAG, &o.pc},
                                    {"--time", ARGUMENT_FLAG, &o.time},
                                    {"--addresses", ARGUMENT_FLAG, &o.addresses},
                                    {"--synchronous", ARGUMENT_FLAG, &o.synchronous},
                                    {"--context", ARGUMENT_NUMBER, &context}};
    struct arguments arguments = {.option = list, .options = COUNT(list), .operand = file, .room = 2};
    if (!arguments_parse(&arguments, argv, &argv, &error))
        return fail(error.text);
    if (!file[1])
        return fail("trace diff: which two files?");
    if (events && !kinds_parse(events, &o.kinds))
        return wrong_kinds(events);
    o.context = context < 1000 ? (unsigned)context : 1000;
    switch (diff_files(file[0], file[1], &o, stdout, &error)) {
    case DIFF_EQUAL: return EXIT_OK;
    case DIFF_DIFFERENT: return EXIT_MISMATCH;
    default: return fail(error.text);
    }
}

/* ---- explain ---- */

static enum exit_code explain_value(const char *text)
{
    uint64_t esr;
    if (!text || !number_parse(text, &esr))
        return fail("explain esr: which value?");
    explain_esr(esr, stdout);
    return EXIT_OK;
}

static enum exit_code explain(char **argv)
{
    struct trapeze_error error;
    char file[4096];
    uint64_t number;
    if (argv[0] && !strcmp(argv[0], "esr") && !(argv[1] && argv[2]))
        return explain_value(argv[1]);
    const char *at = argv[0] && !argv[1] ? strrchr(argv[0], '@') : NULL;
    if (!at || !number_parse(at + 1, &number) || (size_t)(at - argv[0]) >= sizeof file)
        return fail("explain: expected esr VALUE or TRACE@EVENT");
    snprintf(file, sizeof file, "%.*s", (int)(at - argv[0]), argv[0]);
    return explain_event(file, number, stdout, &error) ? EXIT_OK : fail(error.text);
}

/* ---- test ---- */

/* "2/5". */
static bool parse_shard(const char *text, struct suite_options *o)
{
    char end;
    return sscanf(text, "%u/%u%c", &o->shard, &o->shards, &end) == 2 && o->shard >= 1 && o->shard <= o->shards;
}

static enum exit_code test(char **argv)
{
    static const enum exit_code codes[] = {[SUITE_PASSED] = EXIT_OK,
                                           [SUITE_FAILED] = EXIT_GUEST,
                                           [SUITE_MISMATCH] = EXIT_MISMATCH,
                                           [SUITE_ERROR] = EXIT_USAGE};
    struct trapeze_error error;
    struct suite_options o = {.folder = NULL};
    char program[4096];
    const char *shard = NULL;
    uint64_t jobs = 0;
    const struct argument list[] = {{"--jobs", ARGUMENT_NUMBER, &jobs},
                                    {"--update", ARGUMENT_FLAG, &o.update},
                                    {"--shard", ARGUMENT_TEXT, &shard},
                                    {"--junit", ARGUMENT_TEXT, &o.junit},
                                    {"--tap", ARGUMENT_FLAG, &o.tap}};
    struct arguments arguments = {.option = list, .options = COUNT(list), .operand = &o.folder, .room = 1};
    if (!arguments_parse(&arguments, argv, &argv, &error))
        return fail(error.text);
    if (!o.folder)
        return fail("test: which folder of cases?");
    if (shard && !parse_shard(shard, &o))
        return fail("test: --shard: expected I/N, the I-th of N parts");
    const ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    if (size <= 0)
        return fail("test: /proc/self/exe cannot be read");
    program[size] = '\0';
    o.program = program;
    o.jobs = jobs < 256 ? (unsigned)jobs : 256;
    const enum suite_result result = suite_run(&o, &error);
    if (result == SUITE_ERROR)
        fail(error.text);
    return codes[result];
}

/* ---- the table ---- */

static const struct command {
    const char *word, *second; /* second: NULL, none */
    enum exit_code (*run)(char **argv);
    const char *usage, *help;
} commands[] = {
    /* clang-format off */
    {"trace", "record", record, "trace record [-o FILE] [--events KINDS] [--marker TEXT] -- OPTION...", "run, and write what happens to a file; of the console's lines those with TEXT"},
    {"trace", "show",   show,   "trace show FILE [--events KINDS] [--cpu N] [--vmid N] [--from N] [--to N] [--bare]", "a trace as text; N of events are those in its first column"},
    {"trace", "diff",   diff,   "trace diff A B [--events KINDS] [--pc] [--time] [--addresses] [--synchronous] [--context N]", "compare what two traces mean, or a trace and a log of Linux' kvm_exit; exit code 4: they differ"},
    {"trace", "stats",  stats,  "trace stats FILE", "exits by reason and world, and what the run touched of what it could"},
    {"explain", NULL,   explain, "explain esr VALUE | TRACE@EVENT", "what happened and why, in plain words"},
    {"test", NULL,      test,   "test DIR [--jobs N] [--shard I/N] [--update] [--junit FILE] [--tap]", "run a folder of cases; --update writes goldens anew; exit code 4: a trace differs, 1: else"},
    /* clang-format on */
};

bool commands_know(int argc, char **argv)
{
    for (unsigned i = 0; argc > 1 && i < COUNT(commands); i++)
        if (!strcmp(argv[1], commands[i].word))
            return true;
    return false;
}

enum exit_code commands_run(int argc, char **argv)
{
    for (unsigned i = 0; argc > 1 && i < COUNT(commands); i++) {
        const struct command *c = &commands[i];
        if (strcmp(argv[1], c->word) != 0)
            continue;
        if (!c->second)
            return c->run(argv + 2);
        if (argv[2] && !strcmp(argv[2], c->second))
            return c->run(argv + 3);
    }
    return fail("trace: expected record, show, diff or stats");
}

void commands_print(FILE *to)
{
    for (unsigned i = 0; i < COUNT(commands); i++)
        fprintf(to, "  trapeze %s\n                              %s\n", commands[i].usage, commands[i].help);
}
