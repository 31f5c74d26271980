#include "cpu/exec/exec.h"

#define BRANCH(name, ...)                         \
    HANDLER(name##_near)                          \
    {                                             \
        if (__VA_ARGS__)                          \
            GO_NEAR(0);                           \
        NEXT(1);                                  \
    }                                             \
    HANDLER(name##_far)                           \
    {                                             \
        if (__VA_ARGS__)                          \
            GO_FAR(cpu->pc_page + (uint64_t)IMM); \
        NEXT(1);                                  \
    }
#include "cpu/exec/exec_branch.def"

#define B_COND(cond, ...) BRANCH(B_##cond, cond_holds(&cpu->state.flags, cond))
EACH_COND(B_COND)

#define FORMS(cond, ...) [cond] = {B_##cond##_near, B_##cond##_far},
HANDLER_TABLE(handler_fn *const b_cond[NV][BRANCH_FORMS] = {EACH_COND(FORMS)};)

HANDLER(BL_near)
{
    cpu->state.x[30] = PC_AFTER;
    GO_NEAR(0);
}

HANDLER(BL_far)
{
    cpu->state.x[30] = PC_AFTER;
    GO_FAR(cpu->pc_page + (uint64_t)IMM);
}

/* BR and RET. */
HANDLER(BR)
{
    GO_FAR(X(rn));
}

HANDLER(BLR)
{
    const uint64_t target = X(rn);
    cpu->state.x[30] = PC_AFTER;
    GO_FAR(target);
}

/* Not an instruction: stands behind the last one of a page, and costs nothing. */
HANDLER(END_OF_PAGE)
{
    GO_FAR(cpu->pc_page + PAGE_SIZE);
}

/* A context synchronization event: what follows is fetched through the translation that is now in force. */
HANDLER(ISB)
{
    GO_PAGE(PC_AFTER, ENTER_ANEW);
}

COLD INTERPRETED(AT_DEADLINE)
{
    GO(engine_deadline(cpu, op));
}

COLD INTERPRETED(ENTER_TARGET)
{
    GO(engine_branch(cpu, left_after(cpu, op), cpu->target));
}

COLD INTERPRETED(ENTER_ANEW)
{
    GO(engine_enter(cpu, left_after(cpu, op), cpu->target));
}
