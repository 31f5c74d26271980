#include "tools/trace.h"
#include "trace/esr.h"
#include <capstone/capstone.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tracer {
    struct trapeze *t;
    FILE *out;
    char *file;
    int failed; /* errno of the first write that failed; 0 */
    csh capstone;
    cs_insn *insn;
};

/* ---- lines ---- */

/* "main+0x10", in a column of its own; nothing where no symbol is known. */
static void put_symbol(const struct tracer *tracer, uint64_t address, int width)
{
    char text[64] = "";
    uint64_t offset = 0;
    const char *name = trapeze_symbol(tracer->t, address, &offset);
    if (name && offset)
        snprintf(text, sizeof text, "%.40s+0x%" PRIx64, name, offset);
    else if (name)
        snprintf(text, sizeof text, "%.60s", name);
    fprintf(tracer->out, "%-*s", width, text);
}

/* Kinds that come from no instruction of the CPU's. */
#define PLACELESS \
    (1u << TRAPEZE_EVENT_IRQ | 1u << TRAPEZE_EVENT_INTERRUPT | 1u << TRAPEZE_EVENT_LR | 1u << TRAPEZE_EVENT_MARKER)

static void put_place(const struct tracer *tracer, const struct trapeze_event *e)
{
    fprintf(tracer->out, "%12" PRIu64 " cpu%u EL%u ", e->cycles, e->cpu, e->el);
    if (!e->pc && (PLACELESS >> e->kind & 1))
        fprintf(tracer->out, "%-18s ", "");
    else
        fprintf(tracer->out, "0x%016" PRIx64 " ", e->pc);
}

static void put_insn(const struct tracer *tracer, const struct trapeze_event *e)
{
    const uint8_t *bytes = (const uint8_t *)&e->insn.word;
    size_t size = sizeof e->insn.word;
    uint64_t address = e->pc;
    put_symbol(tracer, e->pc, 24);
    fprintf(tracer->out, " %08" PRIx32 "  ", e->insn.word);
    if (cs_disasm_iter(tracer->capstone, &bytes, &size, &address, tracer->insn))
        fprintf(tracer->out, "%s%s%s", tracer->insn->mnemonic, *tracer->insn->op_str ? " " : "", tracer->insn->op_str);
    else
        fputs("?", tracer->out);
}

static const char *vector_name(uint16_t vector)
{
    static const char *const names[] = {"", "IRQ", "FIQ", "SError"};
    return names[vector >> 7 & 3];
}

static void put_exception(const struct tracer *tracer, const struct trapeze_event *e)
{
    char text[ESR_TEXT_MAX];
    const bool synchronous = !(e->exception.vector & 0x180);
    fprintf(tracer->out, "exception to EL%u, vector 0x%03x: %s", e->exception.to, e->exception.vector,
            synchronous ? esr_describe(e->exception.esr, text) : vector_name(e->exception.vector));
    if (synchronous)
        fprintf(tracer->out, "; ESR 0x%08" PRIx64 " FAR 0x%016" PRIx64, e->exception.esr, e->exception.far);
    fprintf(tracer->out, " ELR 0x%016" PRIx64, e->exception.elr);
    if (e->exception.has_ipa)
        fprintf(tracer->out, " IPA 0x%012" PRIx64 " VMID %u", e->exception.ipa, e->vmid);
    if (e->exception.trap)
        fprintf(tracer->out, "; by %s", e->exception.trap);
}

static void put_return(const struct tracer *tracer, const struct trapeze_event *e)
{
    fprintf(tracer->out, "return to EL%u at 0x%016" PRIx64 " ", e->ret.to, e->ret.target);
    put_symbol(tracer, e->ret.target, 0);
}

static void put_memory(const struct tracer *tracer, const struct trapeze_event *e)
{
    fprintf(tracer->out, "%-5s %u bytes at va 0x%016" PRIx64 " pa 0x%012" PRIx64 ": 0x%0*" PRIx64,
            e->memory.write ? "write" : "read", e->memory.size, e->memory.va, e->memory.pa, 2 * e->memory.size,
            e->memory.value);
}

static void put_irq(const struct tracer *tracer, const struct trapeze_event *e)
{
    fprintf(tracer->out, "%s goes %s", e->irq.line, e->irq.level ? "up" : "down");
}

static void put_note(const struct tracer *tracer, const struct trapeze_event *e)
{
    fprintf(tracer->out, "%s 0x%" PRIx64, e->note.what, e->note.value);
}

static void put_interrupt(const struct tracer *tracer, const struct trapeze_event *e)
{
    static const char *const steps[TRAPEZE_INTERRUPT_STEPS] = {"pending", "acknowledged", "priority drop",
                                                               "deactivated"};
    fprintf(tracer->out, "interrupt %u, priority 0x%02x: %s", e->interrupt.intid, e->interrupt.priority,
            steps[e->interrupt.step]);
}

static void put_lr(const struct tracer *tracer, const struct trapeze_event *e)
{
    static const char *const states[] = {"invalid", "pending", "active", "pending and active"};
    fprintf(tracer->out, "LR%u, virtual interrupt %u of group %u: %s -> %s by %s", e->lr.number, e->lr.vintid,
            e->lr.group1, states[e->lr.from & 3], states[e->lr.to & 3], e->lr.by);
    if (e->lr.hardware)
        fprintf(tracer->out, ", linked to interrupt %u", e->lr.pintid);
}

static void put_world(const struct tracer *tracer, const struct trapeze_event *e)
{
    fprintf(tracer->out, "world: VMID %u, stage 2 %s -> VMID %u, stage 2 %s", e->world.from,
            e->world.from_stage2 ? "on" : "off", e->world.to, e->world.to_stage2 ? "on" : "off");
}

static void put_control(const struct tracer *tracer, const struct trapeze_event *e)
{
    fprintf(tracer->out, "%s 0x%" PRIx64 " -> 0x%" PRIx64, e->control.name, e->control.from, e->control.to);
}

static void put_psci(const struct tracer *tracer, const struct trapeze_event *e)
{
    fprintf(tracer->out, "firmware call 0x%08" PRIx32 " %s(0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64 ") = %" PRId64,
            e->psci.function, e->psci.name ? e->psci.name : "(unknown)", e->psci.argument[0], e->psci.argument[1],
            e->psci.argument[2], e->psci.result);
}

static void put_marker(const struct tracer *tracer, const struct trapeze_event *e)
{
    fprintf(tracer->out, "console: %s", e->marker.text);
}

typedef void put_fn(const struct tracer *tracer, const struct trapeze_event *e);

static put_fn *const put[TRAPEZE_EVENT_KINDS] = {
    [TRAPEZE_EVENT_INSN] = put_insn,       [TRAPEZE_EVENT_EXCEPTION] = put_exception,
    [TRAPEZE_EVENT_RETURN] = put_return,   [TRAPEZE_EVENT_MEMORY] = put_memory,
    [TRAPEZE_EVENT_IRQ] = put_irq,         [TRAPEZE_EVENT_TLB] = put_note,
    [TRAPEZE_EVENT_NOTE] = put_note,       [TRAPEZE_EVENT_INTERRUPT] = put_interrupt,
    [TRAPEZE_EVENT_LR] = put_lr,           [TRAPEZE_EVENT_WORLD] = put_world,
    [TRAPEZE_EVENT_CONTROL] = put_control, [TRAPEZE_EVENT_PSCI] = put_psci,
    [TRAPEZE_EVENT_MARKER] = put_marker,
};

/* Stops the run when a line cannot be written. */
static bool on_event(void *owner, const struct trapeze_event *event)
{
    struct tracer *tracer = owner;
    if (tracer->failed)
        return true;
    errno = 0;
    put_place(tracer, event);
    put[event->kind](tracer, event);
    fputc('\n', tracer->out);
    if (ferror(tracer->out))
        tracer->failed = errno ? errno : EIO;
    return tracer->failed;
}

/* ---- opening and closing ---- */

/* False: a word that is none. */
static bool parse_kinds(const char *text, uint32_t *kinds)
{
    static const struct {
        const char *word;
        uint32_t kinds;
    } words[] = {
        {"insn", 1u << TRAPEZE_EVENT_INSN},     {"exc", 1u << TRAPEZE_EVENT_EXCEPTION | 1u << TRAPEZE_EVENT_RETURN},
        {"mem", 1u << TRAPEZE_EVENT_MEMORY},    {"irq", 1u << TRAPEZE_EVENT_IRQ},
        {"tlb", 1u << TRAPEZE_EVENT_TLB},       {"note", 1u << TRAPEZE_EVENT_NOTE},
        {"int", 1u << TRAPEZE_EVENT_INTERRUPT}, {"lr", 1u << TRAPEZE_EVENT_LR},
        {"world", 1u << TRAPEZE_EVENT_WORLD},   {"control", 1u << TRAPEZE_EVENT_CONTROL},
        {"psci", 1u << TRAPEZE_EVENT_PSCI},     {"marker", 1u << TRAPEZE_EVENT_MARKER},
    };
    *kinds = 0;
    for (bool more = true; more; text++) {
        const size_t length = strcspn(text, ",");
        uint32_t kind = 0;
        for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
            if (strlen(words[i].word) == length && !strncmp(text, words[i].word, length))
                kind = words[i].kinds;
        if (!kind)
            return false;
        *kinds |= kind;
        text += length;
        more = *text == ',';
    }
    return true;
}

static void *fail(struct tracer *tracer, struct trapeze_error *error, const char *option, const char *what,
                  const char *reason)
{
    snprintf(error->text, sizeof error->text, "%s %.200s: %s", option, what, reason);
    tracer_close(tracer, error);
    return NULL;
}

static bool open_capstone(struct tracer *tracer)
{
    if (cs_open(CS_ARCH_ARM64, CS_MODE_ARM, &tracer->capstone) != CS_ERR_OK)
        return false;
    tracer->insn = cs_malloc(tracer->capstone);
    return tracer->insn;
}

struct tracer *tracer_open(const char *file, const char *kinds, struct trapeze *t, struct trapeze_error *error)
{
    uint32_t set;
    if (!parse_kinds(kinds, &set))
        return fail(NULL, error, "--trace-events", kinds,
                    "expected a list of insn, exc, mem, irq, tlb, note, int, lr, world, control, psci, marker");
    struct tracer *tracer = calloc(1, sizeof *tracer);
    if (!tracer)
        return fail(NULL, error, "--trace", file, "the host has no memory");
    tracer->t = t;
    tracer->file = strdup(file);
    if (!tracer->file || !open_capstone(tracer))
        return fail(tracer, error, "--trace", file, "the host has no memory");
    tracer->out = strcmp(file, "-") ? fopen(file, "w") : stdout;
    if (!tracer->out)
        return fail(tracer, error, "--trace", file, strerror(errno));
    signal(SIGPIPE, SIG_IGN); /* a reader that has gone is an error to report, not a death */
    trapeze_on_event(t, set, on_event, tracer);
    return tracer;
}

bool tracer_failed(const struct tracer *tracer)
{
    return tracer->failed;
}

static void close_file(struct tracer *tracer)
{
    errno = 0;
    const int wrong = tracer->out == stdout ? fflush(stdout) : fclose(tracer->out);
    if (wrong && !tracer->failed)
        tracer->failed = errno ? errno : EIO;
}

bool tracer_close(struct tracer *tracer, struct trapeze_error *error)
{
    if (!tracer)
        return true;
    if (tracer->out) {
        trapeze_on_event(tracer->t, 0, NULL, NULL);
        close_file(tracer);
    }
    const int failed = tracer->failed;
    if (failed)
        snprintf(error->text, sizeof error->text, "--trace %.200s: %s", tracer->file, strerror(failed));
    if (tracer->insn)
        cs_free(tracer->insn, 1);
    if (tracer->capstone)
        cs_close(&tracer->capstone);
    free(tracer->file);
    free(tracer);
    return !failed;
}
