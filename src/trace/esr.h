/* Syndromes in words. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ESR_TEXT_MAX = 160 };

/* The name of an Exception class, ESR_ELx.EC (0..63): "data abort from a lower EL". */
const char *esr_class(unsigned ec);

/* The name of a fault status, DFSC or IFSC (0..63): "translation fault, level 2". */
const char *esr_fault(unsigned status);

/* Class and instruction specific part in words: "MSR SCTLR_EL1, x3". to: at least ESR_TEXT_MAX bytes; returns it. */
const char *esr_describe(uint64_t esr, char *to);

/* The short name of an Exception class, as Linux gives it to exits of KVM: "DABT_LOW". */
const char *esr_short(unsigned ec);

/* A field of ESR_ELx in the layout of a class. */
struct esr_field {
    uint8_t hi, lo;
    const char *name, *about;
    const char *const *word; /* what its values mean; NULL: esr_field_words knows */
};

/* The fields of a syndrome, from the top: EC, IL, those of its class; NULL from the end on. */
const struct esr_field *esr_field(uint64_t esr, unsigned index);

/* The value of a field in words: "translation fault, level 2". to: at least ESR_TEXT_MAX bytes; returns it. */
const char *esr_field_words(uint64_t esr, const struct esr_field *field, char *to);

/* The bits that are set and lie in no field: 0 in every syndrome of Armv8.0. */
uint64_t esr_reserved(uint64_t esr);
