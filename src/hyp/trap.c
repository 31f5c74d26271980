#include "hyp/trap.h"
#include "hyp/effective.h"
#include <assert.h>

enum { EL0 = 1, EL1 = 2, EL2 = 4, ANY_EL = 7 }; /* sets of Exception levels */
enum { UNDEF = 0, EL1_FP = EL1 | 8, FP = 8 };   /* in the column `taken to` */
enum { READ = 1, WRITE = 2, RW = 3 };           /* sets of directions */
enum { HCR_TGE = 27 };

struct row {
    const char *name;
    uint8_t to, from, access;
    enum sysreg control;
    uint64_t mask, armed;
};

static const struct row rows[TRAP_COUNT] = {
#define TRAP(id, to, from, control, mask, armed, access) {#control "." #id, to, from, access, control, mask, armed},
#include "hyp/trap.def"
#undef TRAP
};

_Static_assert(TRAP_COUNT <= 128, "a trapset_t holds every trap");

/* ---- arming ---- */

/* Whether the control bit has a say: what EL2 keeps to itself is inert without EL2. */
static bool acts(const struct state *s, const struct row *row)
{
    const bool inert = row->to == EL2 && !s->has_el2;
    return !inert && (hyp_effective(s, row->control) & row->mask) == row->armed;
}

static void set_armed(const struct state *s, struct armed *armed, unsigned id)
{
    const struct row *row = &rows[id];
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
        if (rows[id].control == control && rows[id].mask & changed)
            set_armed(s, armed, id);
}

/* ---- judging ---- */

static enum trap_id first_of(trapset_t set)
{
    const uint64_t low = (uint64_t)set, high = (uint64_t)(set >> 64);
    return (enum trap_id)(low ? __builtin_ctzll(low) : 64 + __builtin_ctzll(high));
}

struct verdict hyp_judge(const struct state *s, trapset_t caught)
{
    assert(caught);
    const enum trap_id first = first_of(caught);
    const uint8_t aim = rows[first].to;
    const unsigned to = hyp_route(s, aim == EL2 ? 2 : 1);
    return (struct verdict){
        .decided = first,
        .losing = caught & ~((trapset_t)1 << first),
        .from = s->el,
        .to = (uint8_t)to,
        .undefined = aim == UNDEF || (aim & FP && to == 2),
    };
}

const char *hyp_trap_name(enum trap_id id)
{
    return rows[id].name;
}

enum sysreg hyp_trap_control(enum trap_id id)
{
    return rows[id].control;
}

bool hyp_trap_is_a_rule(enum trap_id id)
{
    return rows[id].to == UNDEF && rows[id].mask == 0;
}
