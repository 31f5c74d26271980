/* SUBS, immediate or register, and the B.cond behind it in one operation: the pair that compilers emit most. Flags and
 * registers end as if one by one. More pairs, and longer ones, help only the programs they are chosen from. */
#include "cpu/exec/exec.h"

/* Whether a condition holds after SUBS of a and b: asked of the operands where that is shorter than asking the flags. */
INLINE bool compares(const struct flags *flags, enum cond cond, uint64_t a, uint64_t b, unsigned width)
{
    const int64_t sa = sign_extend(a, width), sb = sign_extend(b, width);
    switch (cond) {
    case EQ: return a == b;
    case NE: return a != b;
    case HS: return a >= b;
    case LO: return a < b;
    case HI: return a > b;
    case LS: return a <= b;
    case GE: return sa >= sb;
    case LT: return sa < sb;
    case GT: return sa > sb;
    case LE: return sa <= sb;
    default: return cond_holds(flags, cond);
    }
}

#define COMPARE_B(name, type, bits_, cond, second)      \
    HANDLER(name)                                       \
    {                                                   \
        struct flags *const flags = &cpu->state.flags;  \
        const type a = (type)X(rn), b = (type)(second); \
        SET(rd, sub_flags(flags, a, b, bits_));         \
        if (compares(flags, cond, a, b, bits_))         \
            GO_NEAR(1);                                 \
        NEXT(2);                                        \
    }

#define COMPARE_B_KINDS(cond, ...)                            \
    COMPARE_B(SUBS_imm_w_B_##cond, uint32_t, 32, cond, IMM)   \
    COMPARE_B(SUBS_imm_x_B_##cond, uint64_t, 64, cond, IMM)   \
    COMPARE_B(SUBS_reg_w_B_##cond, uint32_t, 32, cond, X(rm)) \
    COMPARE_B(SUBS_reg_x_B_##cond, uint64_t, 64, cond, X(rm))
EACH_COND(COMPARE_B_KINDS)

#define FORMS(cond, ...) [cond] = {SUBS_imm_w_B_##cond, SUBS_imm_x_B_##cond, SUBS_reg_w_B_##cond, SUBS_reg_x_B_##cond},
HANDLER_TABLE(handler_fn *const compare_b[NV][COMPARE_KINDS] = {EACH_COND(FORMS)};)
