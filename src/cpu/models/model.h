/* Core models: what a named core implements, what its identification registers say, how large its TLB is. */
#pragma once
#include "base/bits.h"
#include "cpu/sysreg/sysreg.h"
#include "timing/cost.h"
#include <stdbool.h>
#include <stddef.h>

/* A register that has another value after reset than sysreg.def says. */
struct model_reset {
    enum sysreg reg;
    uint64_t value;
};

enum { MODEL_CACHES = 3 };

struct cpu_model {
    const char *name; /* as -cpu spells it */
    const char *about;
    enum cost_model cost; /* under --timing fast */
    uint8_t pa_bits;      /* ID_AA64MMFR0_EL1.PARange */
    uint8_t asid_bits, vmid_bits;
    uint32_t granules; /* a set of 1 << log2 of their bytes; 12 is always among them */
    uint16_t tlb_sets, tlb_ways;
    bool fp16;                       /* FEAT_FP16: arithmetic of half precision */
    bool cortex;                     /* has the IMPLEMENTATION DEFINED registers of Cortex-A53, A57 and A72 */
    uint32_t ccsidr[MODEL_CACHES];   /* CCSIDR_EL1 by CSSELR_EL1: L1 data, L1 instruction, L2 */
    const struct model_reset *reset; /* ended by value 0 of reg SYSREG_COUNT */
};

extern const struct cpu_model cpu_model_a53, cpu_model_a57, cpu_model_a72, cpu_model_sail_v85;

/* All of them, ended by NULL. */
extern const struct cpu_model *const cpu_models[];

/* NULL: no core has this name. */
const struct cpu_model *cpu_model_find(const char *name);
