#include "tools/lines.h"
#include "trace/esr.h"
#include <capstone/capstone.h>
#include <inttypes.h>
#include <stdlib.h>

struct lines {
    csh capstone;
    cs_insn *insn;
};

struct lines *lines_new(void)
{
    struct lines *lines = calloc(1, sizeof *lines);
    if (!lines || cs_open(CS_ARCH_ARM64, CS_MODE_ARM, &lines->capstone) != CS_ERR_OK) {
        free(lines);
        return NULL;
    }
    lines->insn = cs_malloc(lines->capstone);
    if (lines->insn)
        return lines;
    lines_free(lines);
    return NULL;
}

void lines_free(struct lines *lines)
{
    if (!lines)
        return;
    if (lines->insn)
        cs_free(lines->insn, 1);
    cs_close(&lines->capstone);
    free(lines);
}

/* Kinds that come from no instruction of the CPU's. */
#define PLACELESS \
    (1u << TRAPEZE_EVENT_IRQ | 1u << TRAPEZE_EVENT_INTERRUPT | 1u << TRAPEZE_EVENT_LR | 1u << TRAPEZE_EVENT_MARKER)

static void put_place(FILE *to, const struct trapeze_event *e)
{
    fprintf(to, "%12" PRIu64 " cpu%u EL%u ", e->cycles, e->cpu, e->el);
    if (!e->pc && (PLACELESS >> e->kind & 1))
        fprintf(to, "%-18s ", "");
    else
        fprintf(to, "0x%016" PRIx64 " ", e->pc);
}

static void put_insn(const struct lines *lines, FILE *to, const struct record *r)
{
    const uint8_t *bytes = (const uint8_t *)&r->event.insn.word;
    size_t size = sizeof r->event.insn.word;
    uint64_t address = r->event.pc;
    fprintf(to, "%-24s %08" PRIx32 "  ", r->symbol ? r->symbol : "", r->event.insn.word);
    if (cs_disasm_iter(lines->capstone, &bytes, &size, &address, lines->insn))
        fprintf(to, "%s%s%s", lines->insn->mnemonic, *lines->insn->op_str ? " " : "", lines->insn->op_str);
    else
        fputs("?", to);
}

static const char *vector_name(uint16_t vector)
{
    static const char *const names[] = {"", "IRQ", "FIQ", "SError"};
    return names[vector >> 7 & 3];
}

static void put_exception(const struct lines *lines, FILE *to, const struct record *r)
{
    (void)lines;
    const struct trapeze_event *e = &r->event;
    char text[ESR_TEXT_MAX];
    const bool synchronous = !(e->exception.vector & 0x180);
    fprintf(to, "exception to EL%u, vector 0x%03x: %s", e->exception.to, e->exception.vector,
            synchronous ? esr_describe(e->exception.esr, text) : vector_name(e->exception.vector));
    if (synchronous)
        fprintf(to, "; ESR 0x%08" PRIx64 " FAR 0x%016" PRIx64, e->exception.esr, e->exception.far);
    fprintf(to, " ELR 0x%016" PRIx64, e->exception.elr);
    if (e->exception.has_ipa)
        fprintf(to, " IPA 0x%012" PRIx64 " VMID %u", e->exception.ipa, e->vmid);
    if (e->exception.trap)
        fprintf(to, "; by %s", e->exception.trap);
}

static void put_return(const struct lines *lines, FILE *to, const struct record *r)
{
    (void)lines;
    fprintf(to, "return to EL%u at 0x%016" PRIx64 " %s", r->event.ret.to, r->event.ret.target,
            r->symbol ? r->symbol : "");
}

static void put_memory(const struct lines *lines, FILE *to, const struct record *r)
{
    (void)lines;
    const struct trapeze_event *e = &r->event;
    fprintf(to, "%-5s %u bytes at va 0x%016" PRIx64 " pa 0x%012" PRIx64 ": 0x%0*" PRIx64,
            e->memory.write ? "write" : "read", e->memory.size, e->memory.va, e->memory.pa, 2 * e->memory.size,
            e->memory.value);
}

/* What a damaged file leaves out. */
static const char *known(const char *text)
{
    return text ? text : "(unknown)";
}

static void put_irq(const struct lines *lines, FILE *to, const struct record *r)
{
    (void)lines;
    fprintf(to, "%s goes %s", known(r->event.irq.line), r->event.irq.level ? "up" : "down");
}

static void put_note(const struct lines *lines, FILE *to, const struct record *r)
{
    (void)lines;
    fprintf(to, "%s 0x%" PRIx64, known(r->event.note.what), r->event.note.value);
}

static void put_interrupt(const struct lines *lines, FILE *to, const struct record *r)
{
    (void)lines;
    static const char *const steps[TRAPEZE_INTERRUPT_STEPS] = {"pending", "acknowledged", "priority drop",
                                                               "deactivated"};
    const struct trapeze_event *e = &r->event;
    fprintf(to, "interrupt %u, priority 0x%02x: %s", e->interrupt.intid, e->interrupt.priority,
            e->interrupt.step < TRAPEZE_INTERRUPT_STEPS ? steps[e->interrupt.step] : "?");
}

static void put_lr(const struct lines *lines, FILE *to, const struct record *r)
{
    (void)lines;
    static const char *const states[] = {"invalid", "pending", "active", "pending and active"};
    const struct trapeze_event *e = &r->event;
    fprintf(to, "LR%u, virtual interrupt %u of group %u: %s -> %s by %s", e->lr.number, e->lr.vintid, e->lr.group1,
            states[e->lr.from & 3], states[e->lr.to & 3], known(e->lr.by));
    if (e->lr.hardware)
        fprintf(to, ", linked to interrupt %u", e->lr.pintid);
}

static void put_world(const struct lines *lines, FILE *to, const struct record *r)
{
    (void)lines;
    const struct trapeze_event *e = &r->event;
    fprintf(to, "world: VMID %u, stage 2 %s -> VMID %u, stage 2 %s", e->world.from, e->world.from_stage2 ? "on" : "off",
            e->world.to, e->world.to_stage2 ? "on" : "off");
}

static void put_control(const struct lines *lines, FILE *to, const struct record *r)
{
    (void)lines;
    const struct trapeze_event *e = &r->event;
    fprintf(to, "%s 0x%" PRIx64 " -> 0x%" PRIx64, known(e->control.name), e->control.from, e->control.to);
}

static void put_psci(const struct lines *lines, FILE *to, const struct record *r)
{
    (void)lines;
    const struct trapeze_event *e = &r->event;
    fprintf(to, "firmware call 0x%08" PRIx32 " %s(0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64 ") = %" PRId64,
            e->psci.function, known(e->psci.name), e->psci.argument[0], e->psci.argument[1], e->psci.argument[2],
            e->psci.result);
}

static void put_marker(const struct lines *lines, FILE *to, const struct record *r)
{
    (void)lines;
    fprintf(to, "console: %s", known(r->event.marker.text));
}

typedef void put_fn(const struct lines *lines, FILE *to, const struct record *r);

static put_fn *const put[TRAPEZE_EVENT_KINDS] = {
    /* clang-format off */
    [TRAPEZE_EVENT_INSN]    = put_insn,    [TRAPEZE_EVENT_EXCEPTION] = put_exception,
    [TRAPEZE_EVENT_RETURN]  = put_return,  [TRAPEZE_EVENT_MEMORY]    = put_memory,
    [TRAPEZE_EVENT_IRQ]     = put_irq,     [TRAPEZE_EVENT_TLB]       = put_note,
    [TRAPEZE_EVENT_NOTE]    = put_note,    [TRAPEZE_EVENT_INTERRUPT] = put_interrupt,
    [TRAPEZE_EVENT_LR]      = put_lr,      [TRAPEZE_EVENT_WORLD]     = put_world,
    [TRAPEZE_EVENT_CONTROL] = put_control, [TRAPEZE_EVENT_PSCI]      = put_psci,
    [TRAPEZE_EVENT_MARKER]  = put_marker,
    /* clang-format on */
};

void lines_put(const struct lines *lines, FILE *to, const struct record *r)
{
    put_place(to, &r->event);
    put[r->event.kind](lines, to, r);
}
