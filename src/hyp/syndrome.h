/* ESR_ELx and HSR values: one constructor per Exception class. IL is 1 unless said otherwise: A64 is 32-bit. */
#pragma once
#include "base/bits.h"
#include "base/fault.h"
#include "cpu/sysreg/sysreg.h"

enum exception_class {
    /* clang-format off */
    EC_UNKNOWN          = 0x00,
    EC_WFX              = 0x01,
    EC_ILLEGAL_STATE    = 0x0e,
    EC_FP               = 0x07,
    EC_SVC64            = 0x15,
    EC_HVC64            = 0x16,
    EC_SMC64            = 0x17,
    EC_SYSREG           = 0x18,
    EC_INSN_ABORT_LOWER = 0x20,
    EC_INSN_ABORT_SAME  = 0x21,
    EC_PC_ALIGNMENT     = 0x22,
    EC_DATA_ABORT_LOWER = 0x24,
    EC_DATA_ABORT_SAME  = 0x25,
    EC_SP_ALIGNMENT     = 0x26,
    EC_SERROR           = 0x2f,
    EC_BRK64            = 0x3c
    /* clang-format on */
};

#define ESR_IL BIT(25) /* the instruction was 32 bits long */

static inline uint64_t syndrome(enum exception_class ec, uint64_t iss)
{
    return (uint64_t)ec << 26 | ESR_IL | iss;
}

/* WFI and WFE. ti: 0 WFI, 1 WFE. CV and COND as for an instruction that is not conditional. */
static inline uint64_t syndrome_wfx(unsigned ti)
{
    return syndrome(EC_WFX, UINT64_C(1) << 24 | UINT64_C(14) << 20 | ti);
}

/* Accesses to FP and SIMD registers. */
static inline uint64_t syndrome_fp(void)
{
    return syndrome(EC_FP, UINT64_C(1) << 24 | UINT64_C(14) << 20);
}

/* MRS, MSR and system instructions. rt: 0..31; read: MRS. */
static inline uint64_t syndrome_sysreg(struct sysreg_encoding e, unsigned rt, bool read)
{
    return syndrome(EC_SYSREG, (uint64_t)e.op0 << 20 | (uint64_t)e.op2 << 17 | (uint64_t)e.op1 << 14 |
                                   (uint64_t)e.crn << 10 | (uint64_t)rt << 5 | (uint64_t)e.crm << 1 | read);
}

/* The instruction's part of a data abort's ISS, valid for stage 2 faults on plain loads and stores of one register. */
struct abort_access {
    bool valid;       /* ISV */
    uint8_t sas;      /* log2 of the bytes accessed */
    bool sse;         /* sign-extending */
    uint8_t srt;      /* the register */
    bool sf;          /* 64-bit register */
    bool ordered;     /* acquire or release */
    bool write;       /* WnR; meaningful without ISV, as is the next */
    bool maintenance; /* CM: cache maintenance or address translation */
};

/* The ISS of a data abort (AArch64.FaultSyndrome). */
static inline uint64_t syndrome_data_abort(bool same_el, const struct fault *fault, struct abort_access a)
{
    const bool isv = a.valid && fault->stage2 && !fault->on_walk;
    const uint64_t access = UINT64_C(1) << 24 | (uint64_t)a.sas << 22 | (uint64_t)a.sse << 21 | (uint64_t)a.srt << 16 |
                            (uint64_t)a.sf << 15 | (uint64_t)a.ordered << 14;
    return syndrome(same_el ? EC_DATA_ABORT_SAME : EC_DATA_ABORT_LOWER,
                    (isv ? access : 0) | (uint64_t)a.maintenance << 8 | (uint64_t)fault->on_walk << 7 |
                        (uint64_t)a.write << 6 | fault_status(fault));
}

static inline uint64_t syndrome_insn_abort(bool same_el, const struct fault *fault)
{
    return syndrome(same_el ? EC_INSN_ABORT_SAME : EC_INSN_ABORT_LOWER,
                    (uint64_t)fault->on_walk << 7 | fault_status(fault));
}
