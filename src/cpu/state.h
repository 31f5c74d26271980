/* Architectural state of one PE: plain data, all that a snapshot saves and a digest covers. */
#pragma once
#include "base/bits.h"
#include "cpu/sysreg/sysreg.h"

/* Indices into x[] beside X0-X30: the operand decides once, at decode, what register 31 means. */
enum {
    /* clang-format off */
    XZR  = 31, /* reads as zero, never written */
    SP   = 32, /* the stack pointer selected by PSTATE.{EL, SP} */
    SINK = 33, /* where writes to XZR go */
    X_COUNT
    /* clang-format on */
};

enum { V_COUNT = 32 }; /* SIMD&FP registers */

/* PSTATE.{N, Z, C, V}; N and Z kept as the values they are computed from: storing is cheaper than packing. */
struct flags {
    int64_t n;    /* N is n < 0 */
    uint64_t z;   /* Z is z == 0 */
    uint8_t c, v; /* bytes, not bool: gcc would mask what it has just set */
};

/* The interrupt inputs of a PE: the levels that the interrupt controllers drive. */
enum line {
    LINE_IRQ = 1 << 0,
    LINE_FIQ = 1 << 1,
    LINE_SERROR = 1 << 2,
    LINE_VIRQ = 1 << 3, /* from the virtual CPU interface */
    LINE_VFIQ = 1 << 4
};

enum wait { WAIT_NONE, WAIT_WFI, WAIT_WFE, WAIT_OFF /* powered down */ };

/* The exclusive monitor: what LDXR has marked. */
struct monitor {
    uint64_t pa; /* aligned to the granule, MONITOR_GRANULE bytes */
    bool open;
    uint8_t size; /* bytes that LDXR or LDXP read */
};

enum { MONITOR_GRANULE = 64 };

struct state {
    uint64_t x[X_COUNT];
    struct flags flags;
    uint8_t el;     /* PSTATE.EL */
    uint8_t sp_sel; /* PSTATE.SP */
    uint8_t daif;   /* PSTATE.{D, A, I, F} as bits 3..0 */
    uint8_t il;     /* PSTATE.IL */
    uint8_t ss;     /* PSTATE.SS */
    uint8_t lines;  /* a set of enum line */
    uint8_t wait;   /* enum wait */
    bool event;     /* the event register of WFE, but for event streams since event_since */
    bool has_el2;
    struct monitor monitor;
    struct {
        uint64_t since; /* cycles: when the counters in sys were exact */
        uint8_t phase;  /* cycles since then that PMCR_EL0.D has not counted yet */
    } pmu;
    uint64_t event_since;    /* cycles */
    uint64_t pc;             /* valid while the PE is not running */
    uint64_t cycles;         /* valid while the PE is not running, and inside register hooks */
    uint64_t idle;           /* of these, spent waiting */
    uint64_t v[2 * V_COUNT]; /* V0-V31: two halves each, the low one (Dn) first */
    uint64_t sys[SYSREG_COUNT];
};

/* The value of HCR_EL2 that acts: zero when EL2 is not implemented (EffectiveHCR_EL2). */
static inline uint64_t effective_hcr(const struct state *s)
{
    return s->has_el2 ? s->sys[HCR_EL2] : 0;
}
