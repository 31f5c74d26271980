/* An event as trace files hold it, and the table of its fields: what is written, read, shown and compared follows from
 * that. */
#pragma once
#include "trapeze.h"

struct record {
    uint64_t number; /* in its run, from 0 */
    struct trapeze_event event;
    const char *symbol; /* where the instruction of INSN or the target of RETURN lies: "main+0x10"; NULL: not known */
    const char *walk;   /* of an abort: the walk that it ended, as walk_text writes it; NULL: none */
    bool logged;        /* an exit from a guest, from a log: class, pc and whether it was an interrupt are known */
    bool partial;       /* and nothing else of the syndrome, nor the IPA */
};

/* When two fields that differ make two events different. */
enum comparison {
    COMPARE_ALWAYS,
    COMPARE_PC,      /* addresses of instructions: when asked to */
    COMPARE_TIME,    /* cycles: when asked to */
    COMPARE_ADDRESS, /* virtual addresses of data: when asked to */
    COMPARE_NEVER    /* numbers that depend on the build, and what follows from other fields */
};

struct field {
    const char *name;
    uint16_t offset;    /* in struct record */
    uint8_t size;       /* bytes of an integer; 0: a string, that may be NULL */
    bool is_signed;     /* an integer that may be negative */
    bool is_truth;      /* a bool */
    uint8_t comparison; /* enum comparison */
};

enum { FIELDS_MAX = 16 };

struct schema {
    const char *name; /* of the kind, as options spell it */
    const struct field *field;
    unsigned fields;
};

extern const struct schema schema_common;                     /* what all events have */
extern const struct schema schema_kinds[TRAPEZE_EVENT_KINDS]; /* what each kind has beside */

/* The value of an integer field, extended to 64 bits; of a string field. */
uint64_t field_value(const struct record *r, const struct field *f);
const char *field_text(const struct record *r, const struct field *f);
void field_set_value(struct record *r, const struct field *f, uint64_t value);
void field_set_text(struct record *r, const struct field *f, const char *text);

/* A list of kinds, "exc,irq" (exc: exceptions and returns). False: a word that is none. */
bool kinds_parse(const char *text, uint32_t *kinds);

/* The words, for messages: "insn, exc, ..." */
#define KINDS_WORDS "insn, exc, mem, irq, tlb, note, int, lr, world, control, psci, marker"

/* All but those that slow a run down: insn and mem. */
#define KINDS_USUAL (((1u << TRAPEZE_EVENT_KINDS) - 1) & ~(1u << TRAPEZE_EVENT_INSN | 1u << TRAPEZE_EVENT_MEMORY))
