/* The vocabulary of system registers: their names, and how AArch64 encodes them. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum sysreg {
#define REG(name, ...) name,
#define A64(...)
#include "cpu/sysreg/sysreg.def"
#undef REG
#undef A64
    SYSREG_COUNT
};

/* How many names sysreg.def gives in AArch64: a register may have several. */
enum {
    SYSREG_A64_COUNT = 0
#define REG(...)
#define A64(...) +1
#include "cpu/sysreg/sysreg.def"
#undef REG
#undef A64
};

/* The operands of MRS and MSR (register) that name a register. */
struct sysreg_encoding {
    uint8_t op0, op1, crn, crm, op2;
};
