/* The fields of ESR_ELx, class by class: the layouts that the manual gives with ESR_ELx.ISS. */
#include "base/bits.h"
#include "trace/esr.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- layouts ---- */

#define CONDITION                                        \
    {24, 24, "CV", "whether COND says something", NULL}, \
    {                                                    \
        23, 20, "COND", "the condition code", NULL       \
    }

/* clang-format off */
static const char *const directions[] = {"write (MSR, MCR, STC)", "read (MRS, MRC, LDC)"};
static const char *const writes[]     = {"read", "write"};
static const char *const sizes[]      = {"1 byte", "2 bytes", "4 bytes", "8 bytes"};
static const char *const widths[]     = {"32 bits", "64 bits"};
static const char *const waits[]      = {"WFI", "WFE"};
static const char *const lengths[]    = {"16 bits", "32 bits"};
static const char *const yes_or_no[]  = {"no", "yes"};

static const struct esr_field common[] = {
    {31, 26, "EC",    "Exception class", NULL},
    {25, 25, "IL",    "the length of the instruction", lengths},
};

static const struct esr_field wfx[] = {
    CONDITION,
    {0,  0,  "TI",    "which instruction", waits},
};

static const struct esr_field conditional[] = {
    CONDITION,
};

static const struct esr_field mcr[] = {
    CONDITION,
    {19, 17, "Opc2",  "of the register", NULL},
    {16, 14, "Opc1",  "of the register", NULL},
    {13, 10, "CRn",   "of the register", NULL},
    {9,  5,  "Rt",    "general-purpose register", NULL},
    {4,  1,  "CRm",   "of the register", NULL},
    {0,  0,  "Direction", "the access", directions},
};

static const struct esr_field mcrr[] = {
    CONDITION,
    {19, 16, "Opc1",  "of the register", NULL},
    {14, 10, "Rt2",   "second general-purpose register", NULL},
    {9,  5,  "Rt",    "general-purpose register", NULL},
    {4,  1,  "CRm",   "of the register", NULL},
    {0,  0,  "Direction", "the access", directions},
};

static const struct esr_field ldc[] = {
    CONDITION,
    {19, 12, "imm8",  "the immediate", NULL},
    {9,  5,  "Rn",    "the base register", NULL},
    {4,  4,  "Offset", "whether the offset is added", yes_or_no},
    {3,  1,  "AM",    "the addressing mode", NULL},
    {0,  0,  "Direction", "the access", directions},
};

static const struct esr_field immediate[] = {
    {15, 0,  "imm16", "the immediate of the instruction", NULL},
};

static const struct esr_field smc32[] = {
    CONDITION,
    {19, 19, "CCKNOWNPASS", "whether the instruction is known to have passed its condition", yes_or_no},
};

static const struct esr_field sysreg[] = {
    {21, 20, "Op0",   "of the register", NULL},
    {19, 17, "Op2",   "of the register", NULL},
    {16, 14, "Op1",   "of the register", NULL},
    {13, 10, "CRn",   "of the register", NULL},
    {9,  5,  "Rt",    "general-purpose register", NULL},
    {4,  1,  "CRm",   "of the register", NULL},
    {0,  0,  "Direction", "the access", directions},
};

static const struct esr_field insn_abort[] = {
    {10, 10, "FnV",   "whether FAR is not valid", yes_or_no},
    {9,  9,  "EA",    "the kind of external abort", NULL},
    {7,  7,  "S1PTW", "whether stage 2 faulted on a walk of stage 1", yes_or_no},
    {5,  0,  "IFSC",  "fault status", NULL},
};

static const struct esr_field data_abort[] = {
    {24, 24, "ISV",   "whether the next six say something", yes_or_no},
    {23, 22, "SAS",   "the size of the access", sizes},
    {21, 21, "SSE",   "whether it sign-extends", yes_or_no},
    {20, 16, "SRT",   "the register that is transferred", NULL},
    {15, 15, "SF",    "the width of the register", widths},
    {14, 14, "AR",    "whether it acquires or releases", yes_or_no},
    {10, 10, "FnV",   "whether FAR is not valid", yes_or_no},
    {9,  9,  "EA",    "the kind of external abort", NULL},
    {8,  8,  "CM",    "whether it was cache maintenance or address translation", yes_or_no},
    {7,  7,  "S1PTW", "whether stage 2 faulted on a walk of stage 1", yes_or_no},
    {6,  6,  "WnR",   "the access", writes},
    {5,  0,  "DFSC",  "fault status", NULL},
};

static const struct esr_field fp_exception[] = {
    {23, 23, "TFV",   "whether the trapped exceptions are told", yes_or_no},
    {10, 8,  "VECITR", "the number of the element", NULL},
    {7,  7,  "IDF",   "Input Denormal", yes_or_no},
    {4,  4,  "IXF",   "Inexact", yes_or_no},
    {3,  3,  "UFF",   "Underflow", yes_or_no},
    {2,  2,  "OFF",   "Overflow", yes_or_no},
    {1,  1,  "DZF",   "Divide by Zero", yes_or_no},
    {0,  0,  "IOF",   "Invalid Operation", yes_or_no},
};

static const struct esr_field serror[] = {
    {24, 24, "IDS",   "whether what follows is IMPLEMENTATION DEFINED", yes_or_no},
    {23, 0,  "ISS",   "the core's own syndrome", NULL},
};

static const struct esr_field breakpoint[] = {
    {5,  0,  "IFSC",  "fault status", NULL},
};

static const struct esr_field step[] = {
    {24, 24, "ISV",   "whether EX says something", yes_or_no},
    {6,  6,  "EX",    "whether a load-exclusive was stepped", yes_or_no},
    {5,  0,  "IFSC",  "fault status", NULL},
};

static const struct esr_field watchpoint[] = {
    {8,  8,  "CM",    "whether it was cache maintenance", yes_or_no},
    {6,  6,  "WnR",   "the access", writes},
    {5,  0,  "DFSC",  "fault status", NULL},
};

static const struct esr_field comment[] = {
    {15, 0,  "Comment", "the immediate of the instruction", NULL},
};

#define LAYOUT(fields) {fields, sizeof fields / sizeof *fields}

static const struct layout {
    const struct esr_field *field;
    unsigned fields;
} layouts[64] = {
    [0x01] = LAYOUT(wfx),
    [0x03] = LAYOUT(mcr),          [0x04] = LAYOUT(mcrr),
    [0x05] = LAYOUT(mcr),          [0x06] = LAYOUT(ldc),
    [0x07] = LAYOUT(conditional),  [0x08] = LAYOUT(mcr),
    [0x0c] = LAYOUT(mcrr),
    [0x11] = LAYOUT(immediate),    [0x12] = LAYOUT(immediate),
    [0x13] = LAYOUT(smc32),
    [0x15] = LAYOUT(immediate),    [0x16] = LAYOUT(immediate), [0x17] = LAYOUT(immediate),
    [0x18] = LAYOUT(sysreg),
    [0x20] = LAYOUT(insn_abort),   [0x21] = LAYOUT(insn_abort),
    [0x24] = LAYOUT(data_abort),   [0x25] = LAYOUT(data_abort),
    [0x28] = LAYOUT(fp_exception), [0x2c] = LAYOUT(fp_exception),
    [0x2f] = LAYOUT(serror),
    [0x30] = LAYOUT(breakpoint),   [0x31] = LAYOUT(breakpoint),
    [0x32] = LAYOUT(step),         [0x33] = LAYOUT(step),
    [0x34] = LAYOUT(watchpoint),   [0x35] = LAYOUT(watchpoint),
    [0x38] = LAYOUT(comment),      [0x3a] = LAYOUT(comment),   [0x3c] = LAYOUT(comment),
};

static const char *const short_names[64] = {
    [0x00] = "UNKNOWN",  [0x01] = "WFx",      [0x03] = "CP15_32",  [0x04] = "CP15_64",  [0x05] = "CP14_MR",
    [0x06] = "CP14_LS",  [0x07] = "FP_ASIMD", [0x08] = "CP10_ID",  [0x0c] = "CP14_64",  [0x0e] = "ILL",
    [0x11] = "SVC32",    [0x12] = "HVC32",    [0x13] = "SMC32",    [0x15] = "SVC64",    [0x16] = "HVC64",
    [0x17] = "SMC64",    [0x18] = "SYS64",    [0x1a] = "ERET",     [0x20] = "IABT_LOW", [0x21] = "IABT_CUR",
    [0x22] = "PC_ALIGN", [0x24] = "DABT_LOW", [0x25] = "DABT_CUR", [0x26] = "SP_ALIGN", [0x28] = "FP_EXC32",
    [0x2c] = "FP_EXC64", [0x2f] = "SERROR",   [0x30] = "BREAKPT_LOW", [0x31] = "BREAKPT_CUR",
    [0x32] = "SOFTSTP_LOW", [0x33] = "SOFTSTP_CUR", [0x34] = "WATCHPT_LOW", [0x35] = "WATCHPT_CUR",
    [0x38] = "BKPT32",   [0x3a] = "VECTOR32", [0x3c] = "BRK64",
};
/* clang-format on */

const char *esr_short(unsigned ec)
{
    return ec < 64 && short_names[ec] ? short_names[ec] : "RESERVED";
}

const struct esr_field *esr_field(uint64_t esr, unsigned index)
{
    enum { COMMON = sizeof common / sizeof *common };
    if (index < COMMON)
        return &common[index];
    const struct layout *layout = &layouts[bits(esr, 31, 26)];
    return index - COMMON < layout->fields ? &layout->field[index - COMMON] : NULL;
}

/* ---- words ---- */

static bool is(const struct esr_field *f, const char *name)
{
    return !strcmp(f->name, name);
}

const char *esr_field_words(uint64_t esr, const struct esr_field *f, char *to)
{
    const uint64_t value = bits(esr, f->hi, f->lo);
    if (f->word)
        snprintf(to, ESR_TEXT_MAX, "%s", f->word[value]);
    else if (is(f, "EC"))
        snprintf(to, ESR_TEXT_MAX, "%s", esr_class((unsigned)value));
    else if (is(f, "IFSC") || is(f, "DFSC"))
        snprintf(to, ESR_TEXT_MAX, "%s", esr_fault((unsigned)value));
    else if ((is(f, "SRT") || is(f, "Rt") || is(f, "Rt2")) && value == 31)
        snprintf(to, ESR_TEXT_MAX, "xzr");
    else if (is(f, "SRT") || is(f, "Rt") || is(f, "Rt2"))
        snprintf(to, ESR_TEXT_MAX, "x%" PRIu64, value);
    else
        snprintf(to, ESR_TEXT_MAX, "%" PRIu64, value);
    return to;
}

uint64_t esr_reserved(uint64_t esr)
{
    uint64_t known = 0;
    const struct esr_field *f;
    for (unsigned i = 0; (f = esr_field(esr, i)); i++)
        known |= ones(f->hi + 1u) & ~ones(f->lo);
    return esr & ~known;
}
