#include "tools/record.h"
#include <string.h>

#define MEMBER(m) ((struct record *)0)->m
#define SIGNED(m) ((__typeof__(MEMBER(m)))-1 < 1)
#define TRUTH(m)  ((__typeof__(MEMBER(m)))2 == 1)

#define NUMBER(name, member, comparison)                                                             \
    {                                                                                                \
        name, offsetof(struct record, member), sizeof MEMBER(member), SIGNED(member), TRUTH(member), \
            COMPARE_##comparison                                                                     \
    }
#define TEXT(name, member, comparison)                                               \
    {                                                                                \
        name, offsetof(struct record, member), 0, false, false, COMPARE_##comparison \
    }

/* clang-format off */
static const struct field common[] = {
    NUMBER("cpu",      event.cpu,    ALWAYS),
    NUMBER("el",       event.el,     ALWAYS),
    NUMBER("stage2",   event.stage2, ALWAYS),
    NUMBER("vmid",     event.vmid,   ALWAYS),
    NUMBER("cycles",   event.cycles, TIME),
    NUMBER("pc",       event.pc,     PC),
};

static const struct field insn[] = {
    NUMBER("word",     event.insn.word, ALWAYS),
    TEXT  ("symbol",   symbol,          PC),
};

static const struct field exception[] = {
    NUMBER("to",       event.exception.to,        ALWAYS),
    NUMBER("vector",   event.exception.vector,    ALWAYS),
    NUMBER("esr",      event.exception.esr,       ALWAYS),
    NUMBER("far",      event.exception.far,       ADDRESS),
    NUMBER("elr",      event.exception.elr,       PC),
    TEXT  ("trap",     event.exception.trap,      ALWAYS),
    NUMBER("row",      event.exception.row,       NEVER),
    NUMBER("losing0",  event.exception.losing[0], NEVER),
    NUMBER("losing1",  event.exception.losing[1], NEVER),
    NUMBER("has_ipa",  event.exception.has_ipa,   ALWAYS),
    NUMBER("ipa",      event.exception.ipa,       ALWAYS),
    TEXT  ("walk",     walk,                      NEVER),
};

static const struct field ret[] = {
    NUMBER("to",       event.ret.to,     ALWAYS),
    NUMBER("target",   event.ret.target, PC),
    TEXT  ("symbol",   symbol,           PC),
};

static const struct field memory[] = {
    NUMBER("write",    event.memory.write, ALWAYS),
    NUMBER("size",     event.memory.size,  ALWAYS),
    NUMBER("va",       event.memory.va,    ADDRESS),
    NUMBER("pa",       event.memory.pa,    ADDRESS),
    NUMBER("value",    event.memory.value, ALWAYS),
};

static const struct field irq[] = {
    TEXT  ("line",     event.irq.line,  ALWAYS),
    NUMBER("level",    event.irq.level, ALWAYS),
};

static const struct field note[] = {
    TEXT  ("what",     event.note.what,  ALWAYS),
    NUMBER("value",    event.note.value, ALWAYS),
};

static const struct field interrupt[] = {
    NUMBER("step",     event.interrupt.step,     ALWAYS),
    NUMBER("priority", event.interrupt.priority, ALWAYS),
    NUMBER("intid",    event.interrupt.intid,    ALWAYS),
};

static const struct field lr[] = {
    NUMBER("number",   event.lr.number,   ALWAYS),
    NUMBER("from",     event.lr.from,     ALWAYS),
    NUMBER("to",       event.lr.to,       ALWAYS),
    NUMBER("group1",   event.lr.group1,   ALWAYS),
    NUMBER("hardware", event.lr.hardware, ALWAYS),
    NUMBER("vintid",   event.lr.vintid,   ALWAYS),
    NUMBER("pintid",   event.lr.pintid,   ALWAYS),
    TEXT  ("by",       event.lr.by,       ALWAYS),
};

static const struct field world[] = {
    NUMBER("from_stage2", event.world.from_stage2, ALWAYS),
    NUMBER("to_stage2",   event.world.to_stage2,   ALWAYS),
    NUMBER("from",        event.world.from,        ALWAYS),
    NUMBER("to",          event.world.to,          ALWAYS),
};

static const struct field control[] = {
    TEXT  ("name",     event.control.name, ALWAYS),
    NUMBER("from",     event.control.from, ALWAYS),
    NUMBER("to",       event.control.to,   ALWAYS),
};

static const struct field psci[] = {
    TEXT  ("name",     event.psci.name,        ALWAYS),
    NUMBER("function", event.psci.function,    ALWAYS),
    NUMBER("x1",       event.psci.argument[0], ALWAYS),
    NUMBER("x2",       event.psci.argument[1], ADDRESS), /* of CPU_ON: the entry */
    NUMBER("x3",       event.psci.argument[2], ADDRESS),
    NUMBER("result",   event.psci.result,      ALWAYS),
};

static const struct field marker[] = {
    TEXT  ("text",     event.marker.text, ALWAYS),
};

#define SCHEMA(name, fields) {name, fields, sizeof fields / sizeof *fields}

const struct schema schema_common = SCHEMA("common", common);

const struct schema schema_kinds[TRAPEZE_EVENT_KINDS] = {
    [TRAPEZE_EVENT_INSN]      = SCHEMA("insn", insn),
    [TRAPEZE_EVENT_EXCEPTION] = SCHEMA("exc", exception),
    [TRAPEZE_EVENT_RETURN]    = SCHEMA("return", ret),
    [TRAPEZE_EVENT_MEMORY]    = SCHEMA("mem", memory),
    [TRAPEZE_EVENT_IRQ]       = SCHEMA("irq", irq),
    [TRAPEZE_EVENT_TLB]       = SCHEMA("tlb", note),
    [TRAPEZE_EVENT_NOTE]      = SCHEMA("note", note),
    [TRAPEZE_EVENT_INTERRUPT] = SCHEMA("int", interrupt),
    [TRAPEZE_EVENT_LR]        = SCHEMA("lr", lr),
    [TRAPEZE_EVENT_WORLD]     = SCHEMA("world", world),
    [TRAPEZE_EVENT_CONTROL]   = SCHEMA("control", control),
    [TRAPEZE_EVENT_PSCI]      = SCHEMA("psci", psci),
    [TRAPEZE_EVENT_MARKER]    = SCHEMA("marker", marker),
};
/* clang-format on */

/* ---- fields ---- */

uint64_t field_value(const struct record *r, const struct field *f)
{
    uint64_t value = 0;
    memcpy(&value, (const char *)r + f->offset, f->size);
    const unsigned unused = 64 - 8u * f->size;
    return f->is_signed ? (uint64_t)((int64_t)(value << unused) >> unused) : value;
}

const char *field_text(const struct record *r, const struct field *f)
{
    const char *text;
    memcpy(&text, (const char *)r + f->offset, sizeof text);
    return text;
}

void field_set_value(struct record *r, const struct field *f, uint64_t value)
{
    if (f->is_truth)
        value = value != 0; /* whatever a file says */
    memcpy((char *)r + f->offset, &value, f->size);
}

void field_set_text(struct record *r, const struct field *f, const char *text)
{
    memcpy((char *)r + f->offset, &text, sizeof text);
}

/* ---- words ---- */

static uint32_t kind_of(const char *word, size_t length)
{
    uint32_t kinds = 0;
    for (unsigned i = 0; i < TRAPEZE_EVENT_KINDS; i++)
        if (strlen(schema_kinds[i].name) == length && !strncmp(word, schema_kinds[i].name, length))
            kinds = 1u << i;
    return kinds & 1u << TRAPEZE_EVENT_EXCEPTION ? kinds | 1u << TRAPEZE_EVENT_RETURN : kinds;
}

bool kinds_parse(const char *text, uint32_t *kinds)
{
    *kinds = 0;
    for (bool more = true; more; text++) {
        const size_t length = strcspn(text, ",");
        const uint32_t kind = kind_of(text, length);
        if (!kind)
            return false;
        *kinds |= kind;
        text += length;
        more = *text == ',';
    }
    return true;
}
