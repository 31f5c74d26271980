#include "trace/esr.h"
#include "base/bits.h"
#include "cpu/sysreg/sysreg.h"
#include <inttypes.h>
#include <stdio.h>

/* ---- classes and fault statuses: the manual's tables of ESR_ELx.EC and of ISS.{DFSC, IFSC} ---- */

static const char *const classes[64] = {
    /* clang-format off */
    [0x00] = "unknown reason",
    [0x01] = "trapped WFI or WFE",
    [0x03] = "trapped MCR or MRC (coproc 15)",
    [0x04] = "trapped MCRR or MRRC (coproc 15)",
    [0x05] = "trapped MCR or MRC (coproc 14)",
    [0x06] = "trapped LDC or STC",
    [0x07] = "trapped FP or SIMD",
    [0x08] = "trapped VMRS",
    [0x0c] = "trapped MRRC (coproc 14)",
    [0x0e] = "illegal execution state",
    [0x11] = "SVC (A32)",
    [0x12] = "HVC (A32)",
    [0x13] = "SMC (A32)",
    [0x15] = "SVC",
    [0x16] = "HVC",
    [0x17] = "SMC",
    [0x18] = "trapped system instruction",
    [0x1a] = "trapped ERET",
    [0x20] = "instruction abort from a lower EL",
    [0x21] = "instruction abort from the same EL",
    [0x22] = "misaligned PC",
    [0x24] = "data abort from a lower EL",
    [0x25] = "data abort from the same EL",
    [0x26] = "misaligned SP",
    [0x28] = "FP exception (A32)",
    [0x2c] = "FP exception",
    [0x2f] = "SError",
    [0x30] = "breakpoint from a lower EL",
    [0x31] = "breakpoint from the same EL",
    [0x32] = "software step from a lower EL",
    [0x33] = "software step from the same EL",
    [0x34] = "watchpoint from a lower EL",
    [0x35] = "watchpoint from the same EL",
    [0x38] = "BKPT (A32)",
    [0x3a] = "vector catch (A32)",
    [0x3c] = "BRK",
    /* clang-format on */
};

static const char *const faults[64] = {
    /* clang-format off */
    [0x00] = "address size fault, level 0",  [0x01] = "address size fault, level 1",
    [0x02] = "address size fault, level 2",  [0x03] = "address size fault, level 3",
    [0x04] = "translation fault, level 0",   [0x05] = "translation fault, level 1",
    [0x06] = "translation fault, level 2",   [0x07] = "translation fault, level 3",
    [0x08] = "access flag fault, level 0",   [0x09] = "access flag fault, level 1",
    [0x0a] = "access flag fault, level 2",   [0x0b] = "access flag fault, level 3",
    [0x0c] = "permission fault, level 0",    [0x0d] = "permission fault, level 1",
    [0x0e] = "permission fault, level 2",    [0x0f] = "permission fault, level 3",
    [0x10] = "external abort",               [0x11] = "asynchronous external abort",
    [0x14] = "external abort on a walk, level 0", [0x15] = "external abort on a walk, level 1",
    [0x16] = "external abort on a walk, level 2", [0x17] = "external abort on a walk, level 3",
    [0x18] = "parity error",
    [0x21] = "alignment fault",              [0x22] = "debug",
    [0x30] = "TLB conflict",                 [0x31] = "unsupported hardware update",
    [0x34] = "lockdown",                     [0x35] = "unsupported exclusive or atomic",
    /* clang-format on */
};

const char *esr_class(unsigned ec)
{
    return ec < 64 && classes[ec] ? classes[ec] : "reserved class";
}

const char *esr_fault(unsigned status)
{
    return status < 64 && faults[status] ? faults[status] : "reserved status";
}

/* ---- the instruction specific part ---- */

static const struct name {
    const char *name;
    struct sysreg_encoding e;
} names[] = {
#define REG(...)
#define A64(name, op0, op1, crn, crm, op2, ...) {#name, {op0, op1, crn, crm, op2}},
#include "cpu/sysreg/sysreg.def"
#undef REG
#undef A64
};

static const char *register_name(struct sysreg_encoding e, char generic[24])
{
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        const struct sysreg_encoding *n = &names[i].e;
        if (n->op0 == e.op0 && n->op1 == e.op1 && n->crn == e.crn && n->crm == e.crm && n->op2 == e.op2)
            return names[i].name;
    }
    snprintf(generic, 24, "S%u_%u_C%u_C%u_%u", e.op0, e.op1, e.crn, e.crm, e.op2);
    return generic;
}

static const char *general_name(unsigned number, char text[8])
{
    if (number == 31)
        return "xzr";
    snprintf(text, 8, "x%u", number);
    return text;
}

typedef void describe_fn(uint64_t esr, char *to);

static void plain(uint64_t esr, char *to)
{
    snprintf(to, ESR_TEXT_MAX, "%s", esr_class((unsigned)bits(esr, 31, 26)));
}

static void immediate(uint64_t esr, char *to)
{
    snprintf(to, ESR_TEXT_MAX, "%s #%u", esr_class((unsigned)bits(esr, 31, 26)), (unsigned)bits(esr, 15, 0));
}

static void wait_for(uint64_t esr, char *to)
{
    snprintf(to, ESR_TEXT_MAX, "trapped %s", bit(esr, 0) ? "WFE" : "WFI");
}

static void system_register(uint64_t esr, char *to)
{
    const struct sysreg_encoding e = {(uint8_t)bits(esr, 21, 20), (uint8_t)bits(esr, 16, 14),
                                      (uint8_t)bits(esr, 13, 10), (uint8_t)bits(esr, 4, 1), (uint8_t)bits(esr, 19, 17)};
    char generic[24], rt[8];
    const char *name = register_name(e, generic), *x = general_name((unsigned)bits(esr, 9, 5), rt);
    const bool read = bit(esr, 0);
    if (e.op0 == 1)
        snprintf(to, ESR_TEXT_MAX, "trapped SYS%s #%u, C%u, C%u, #%u, %s", read ? "L" : "", e.op1, e.crn, e.crm, e.op2,
                 x);
    else if (read)
        snprintf(to, ESR_TEXT_MAX, "trapped MRS %s, %s", x, name);
    else
        snprintf(to, ESR_TEXT_MAX, "trapped MSR %s, %s", name, x);
}

static void instruction_abort(uint64_t esr, char *to)
{
    snprintf(to, ESR_TEXT_MAX, "%s: %s%s", esr_class((unsigned)bits(esr, 31, 26)), esr_fault((unsigned)bits(esr, 5, 0)),
             bit(esr, 7) ? ", on a stage 1 walk" : "");
}

static void data_abort(uint64_t esr, char *to)
{
    char rt[8], access[48] = "";
    const char *what = bit(esr, 8) ? "cache maintenance" : bit(esr, 6) ? "write" : "read";
    if (bit(esr, 24)) /* ISV */
        snprintf(access, sizeof access, " of %u bytes, %s", 1u << bits(esr, 23, 22),
                 general_name((unsigned)bits(esr, 20, 16), rt));
    snprintf(to, ESR_TEXT_MAX, "%s: %s%s, %s%s", esr_class((unsigned)bits(esr, 31, 26)),
             esr_fault((unsigned)bits(esr, 5, 0)), bit(esr, 7) ? ", on a stage 1 walk" : "", what, access);
}

const char *esr_describe(uint64_t esr, char *to)
{
    static describe_fn *const by_class[64] = {
        /* clang-format off */
        [0x01] = wait_for,
        [0x15] = immediate,         [0x16] = immediate, [0x17] = immediate, [0x3c] = immediate,
        [0x18] = system_register,
        [0x20] = instruction_abort, [0x21] = instruction_abort,
        [0x24] = data_abort,        [0x25] = data_abort,
        /* clang-format on */
    };
    describe_fn *fn = by_class[bits(esr, 31, 26)];
    (fn ? fn : plain)(esr, to);
    return to;
}
