/* The one judge of traps: whether an access is refused, where the refusal is taken, and why. */
#pragma once
#include "base/bits.h"
#include "cpu/state.h"
#include "hyp/route.h"

enum trap_id {
#define TRAP(id, ...) TRAP_##id,
#include "hyp/trap.def"
#undef TRAP
    TRAP_COUNT
};

typedef unsigned __int128 trapset_t; /* a set of trap_id */

#define T(id) ((trapset_t)1 << TRAP_##id) /* the set of one trap, for tables */

/* What keeps FP and SIMD to themselves (CheckFPAdvSIMDEnabled64): instructions, and FPCR and FPSR. */
#define FP_TRAPS (T(FPEN) | T(FPEN_EL0) | T(TFP))

enum direction { DIRECTION_READ, DIRECTION_WRITE }; /* instructions that access no register count as reads */

/* The traps that would act, by the EL of the access and its direction. */
struct armed {
    trapset_t at[4][2];
};

/* What the judge decided, and why: traces, gdb and tests read this record. */
struct verdict {
    trapset_t losing;     /* the other traps that would also have caught the access */
    uint64_t syndrome;    /* ESR_ELx as reported */
    enum trap_id decided; /* the row of trap.def */
    uint8_t from, to;     /* Exception levels */
    bool undefined;       /* reported as an Undefined exception, not with the syndrome of the access */
};

/* Works out which traps act. */
void hyp_arm(const struct state *s, struct armed *armed);

/* The same when of all controls only `control` has been written, and there only the bits `changed`. */
void hyp_rearm(const struct state *s, struct armed *armed, enum sysreg control, uint64_t changed);

/* Judges an access that the traps `caught` (not empty: the access's set & the armed set) would refuse, and that would be
 * reported as `syndrome_of_access`. */
struct verdict hyp_judge(const struct state *s, trapset_t caught, uint64_t syndrome_of_access);

/* A row of trap.def. */
struct trap_row {
    const char *name;         /* "HCR_EL2.TVM" */
    uint8_t to, from, access; /* Exception levels, 0: Undefined, and sets of them and of 1 << enum direction */
    bool fp;                  /* of FP and SIMD: Undefined where HCR_EL2.TGE takes it to EL2 */
    enum sysreg control;
    uint64_t mask, armed; /* it acts when (control as it acts & mask) == armed */
};
extern const struct trap_row hyp_traps[TRAP_COUNT];

/* A rule is no control bit: it always acts. */
static inline bool hyp_trap_is_a_rule(enum trap_id id)
{
    return hyp_traps[id].to == 0 && hyp_traps[id].mask == 0;
}
