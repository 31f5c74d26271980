#include "hyp/trap.h"
#include "hyp/effective.h"
#include "hyp/syndrome.h"
#include <assert.h>

enum { EL0 = 1, EL1 = 2, EL2 = 4, ANY_EL = 7 }; /* sets of Exception levels */
enum { READ = 1, WRITE = 2, RW = 3 };           /* sets of directions */
enum { HCR_TGE = 27 };

/* The column `taken to`. */
enum { TO_UNDEF = 0, TO_EL1 = 1, TO_EL1_FP = 1, TO_EL2 = 2 };
enum { FP_UNDEF = 0, FP_EL1 = 0, FP_EL1_FP = 1, FP_EL2 = 0 };

const struct trap_row hyp_traps[TRAP_COUNT] = {
#define TRAP(id, to, from, control, mask, armed, access) \
    {#control "." #id, TO_##to, from, access, FP_##to, control, mask, armed},
#include "hyp/trap.def"
#undef TRAP
};

_Static_assert(TRAP_COUNT <= 128, "a trapset_t holds every trap");

/* ---- arming ---- */

/* Whether the control bit has a say: what EL2 keeps to itself is inert without EL2. */
static bool acts(const struct state *s, const struct trap_row *row)
{
    const bool inert = row->to == 2 && !s->has_el2;
    return !inert && (hyp_effective(s, row->control) & row->mask) == row->armed;
}

static void set_armed(const struct state *s, struct armed *armed, unsigned id)
{
    const struct trap_row *row = &hyp_traps[id];
    const trapset_t trap = (trapset_t)1 << id, on = acts(s, row) ? trap : 0;
    for (unsigned el = 0; el < 3; el++) {
        if (!bit(row->from, el))
            continue;
        trapset_t *at = armed->at[el];
        if (row->access & READ)
            at[DIRECTION_READ] = (at[DIRECTION_READ] & ~trap) | on;
        if (row->access & WRITE)
            at[DIRECTION_WRITE] = (at[DIRECTION_WRITE] & ~trap) | on;
    }
}

void hyp_arm(const struct state *s, struct armed *armed)
{
    *armed = (struct armed){0};
    for (unsigned id = 0; id < TRAP_COUNT; id++)
        set_armed(s, armed, id);
}

void hyp_rearm(const struct state *s, struct armed *armed, enum sysreg control, uint64_t changed)
{
    if (control == HCR_EL2 && bit(changed, HCR_TGE)) {
        hyp_arm(s, armed); /* the other controls act differently, too */
        return;
    }
    if (control == MDCR_EL2)
        changed = ~UINT64_C(0); /* TDE sets others */
    for (unsigned id = 0; id < TRAP_COUNT; id++)
        if (hyp_traps[id].control == control && hyp_traps[id].mask & changed)
            set_armed(s, armed, id);
}

/* ---- judging ---- */

static enum trap_id first_of(trapset_t set)
{
    const uint64_t low = (uint64_t)set, high = (uint64_t)(set >> 64);
    return (enum trap_id)(low ? __builtin_ctzll(low) : 64 + __builtin_ctzll(high));
}

struct verdict hyp_judge(const struct state *s, trapset_t caught, uint64_t syndrome_of_access)
{
    assert(caught);
    const enum trap_id first = first_of(caught);
    const struct trap_row *row = &hyp_traps[first];
    const unsigned to = hyp_route(s, row->to == 2 ? 2 : 1);
    const bool undefined = row->to == 0 || (row->fp && to == 2);
    return (struct verdict){
        .decided = first,
        .losing = caught & ~((trapset_t)1 << first),
        .from = s->el,
        .to = (uint8_t)to,
        .undefined = undefined,
        .syndrome = undefined ? syndrome(EC_UNKNOWN, 0) : syndrome_of_access,
    };
}
