/* Syndromes in words. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { ESR_TEXT_MAX = 160 };

/* The name of an Exception class, ESR_ELx.EC (0..63): "data abort from a lower EL". */
const char *esr_class(unsigned ec);

/* The name of a fault status, DFSC or IFSC (0..63): "translation fault, level 2". */
const char *esr_fault(unsigned status);

/* Class and instruction specific part in words: "MSR SCTLR_EL1, x3". to: at least ESR_TEXT_MAX bytes; returns it. */
const char *esr_describe(uint64_t esr, char *to);
