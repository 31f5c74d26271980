/* The one judge of traps: whether an access is refused, where the refusal is taken, and why. */
#pragma once
#include "base/bits.h"
#include "cpu/state.h"

enum trap_id {
#define TRAP(id, ...) TRAP_##id,
#include "hyp/trap.def"
#undef TRAP
    TRAP_COUNT
};

typedef unsigned __int128 trapset_t; /* a set of trap_id */

#define T(id) ((trapset_t)1 << TRAP_##id) /* the set of one trap, for tables */

enum direction { DIRECTION_READ, DIRECTION_WRITE }; /* instructions that access no register count as reads */

/* The traps that would act, by the EL of the access and its direction. */
struct armed {
    trapset_t at[4][2];
};

/* What the judge decided, and why: traces, gdb and tests read this record. */
struct verdict {
    trapset_t losing;     /* the other traps that would also have caught the access */
    enum trap_id decided; /* the row of trap.def */
    uint8_t from, to;     /* Exception levels */
    bool undefined;       /* reported as an Undefined exception, not with the syndrome of the access */
};

/* Works out which traps act. To be called when a control register of trap.def has changed. */
void hyp_arm(const struct state *s, struct armed *armed);

/* Judges an access that the traps `caught` (not empty: the access's set & the armed set) would refuse. */
struct verdict hyp_judge(const struct state *s, trapset_t caught);

/* The EL that takes a synchronous exception aimed at EL `to`: never below the current one, and EL2 for EL0's
 * exceptions under HCR_EL2.TGE (RouteToEL2 parts of AArch64.TakeException callers). */
unsigned hyp_route(const struct state *s, unsigned to);

/* "HCR_EL2<26> TVM", for people. The name of the control register and of the row. */
const char *hyp_trap_name(enum trap_id id);
enum sysreg hyp_trap_control(enum trap_id id);
