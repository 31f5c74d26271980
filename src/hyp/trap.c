#include "hyp/trap.h"
#include <assert.h>

enum { EL0 = 1, EL1 = 2, EL2 = 4, ANY_EL = 15 }; /* sets of Exception levels */
enum { UNDEF = 0 };                              /* in the column `taken to` */
enum { READ = 1, WRITE = 2, RW = 3 };            /* sets of directions */

struct row {
    const char *name;
    uint8_t to, from, access;
    enum sysreg control;
    uint64_t mask, armed;
};

static const struct row rows[TRAP_COUNT] = {
#define TRAP(id, to, from, control, mask, armed, access) {#id, to, from, access, control, mask, armed},
#include "hyp/trap.def"
#undef TRAP
};

_Static_assert(TRAP_COUNT <= 128, "a trapset_t holds every trap");

/* Whether the EL2 controls have a say: all of HCR_EL2, CPTR_EL2 and MDCR_EL2 is inert without EL2. */
static bool acts(const struct state *s, const struct row *row)
{
    const bool inert = row->mask && row->to == EL2 && !s->has_el2;
    return !inert && (s->sys[row->control] & row->mask) == row->armed;
}

void hyp_arm(const struct state *s, struct armed *armed)
{
    *armed = (struct armed){0};
    for (unsigned id = 0; id < TRAP_COUNT; id++) {
        if (!acts(s, &rows[id]))
            continue;
        for (unsigned el = 0; el < 4; el++) {
            if (!bit(rows[id].from, el))
                continue;
            armed->at[el][DIRECTION_READ] |= rows[id].access & READ ? (trapset_t)1 << id : 0;
            armed->at[el][DIRECTION_WRITE] |= rows[id].access & WRITE ? (trapset_t)1 << id : 0;
        }
    }
}

unsigned hyp_route(const struct state *s, unsigned to)
{
    const bool tge = bit(effective_hcr(s), 27);
    if (s->el == 0 && to == 1 && tge)
        return 2;
    return to > s->el ? to : s->el;
}

static enum trap_id first_of(trapset_t set)
{
    const uint64_t low = (uint64_t)set, high = (uint64_t)(set >> 64);
    return (enum trap_id)(low ? __builtin_ctzll(low) : 64 + __builtin_ctzll(high));
}

struct verdict hyp_judge(const struct state *s, trapset_t caught)
{
    assert(caught);
    const enum trap_id first = first_of(caught);
    const unsigned aim = rows[first].to == EL2 ? 2 : 1;
    return (struct verdict){
        .decided = first,
        .losing = caught & ~((trapset_t)1 << first),
        .from = s->el,
        .to = (uint8_t)hyp_route(s, aim),
        .undefined = rows[first].to == UNDEF,
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
