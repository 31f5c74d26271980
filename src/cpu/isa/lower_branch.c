/* Branches: near ones go from operation to operation, far ones leave the page. */
#include "base/bits.h"
#include "cpu/isa/lower.h"

/* A branch by `imm`, a signed number of instructions in `width` bits. Returns whether it stays in the page. */
static bool branch(struct lowering *l, handler_fn *near, handler_fn *far, uint32_t imm, unsigned width, uint8_t rd,
                   uint8_t rn)
{
    const int64_t distance = sign_extend(imm, width);
    const int64_t target = l->index + distance;
    const bool stays = !l->alone && target >= 0 && target < PAGE_OPS;
    set_imm(l, stays ? near : far, rd, rn, (int32_t)(stays ? distance : target * 4));
    return stays;
}

/* clang-format off */
LOWER(B)  { branch(l, B_near, B_far, f->imm, 26, 0, 0); }
LOWER(BL) { branch(l, BL_near, BL_far, f->imm, 26, 0, 0); }
/* clang-format on */

LOWER(CBZ)
{
    if (f->sf)
        branch(l, CBZ_x_near, CBZ_x_far, f->imm, 19, src(f->rt), 0);
    else
        branch(l, CBZ_w_near, CBZ_w_far, f->imm, 19, src(f->rt), 0);
}

LOWER(CBNZ)
{
    if (f->sf)
        branch(l, CBNZ_x_near, CBNZ_x_far, f->imm, 19, src(f->rt), 0);
    else
        branch(l, CBNZ_w_near, CBNZ_w_far, f->imm, 19, src(f->rt), 0);
}

/* clang-format off */
LOWER(TBZ)  { branch(l, TBZ_near, TBZ_far, f->imm, 14, src(f->rt), (uint8_t)(f->b5 << 5 | f->b40)); }
LOWER(TBNZ) { branch(l, TBNZ_near, TBNZ_far, f->imm, 14, src(f->rt), (uint8_t)(f->b5 << 5 | f->b40)); }
/* clang-format on */

/* A comparison right before becomes one operation with the branch. */
static void fuse_compare(struct lowering *l, handler_fn *const fused[COMPARE_KINDS])
{
    fuse(l, SUBS_imm_w, fused[COMPARE_IMM_W]);
    fuse(l, SUBS_imm_x, fused[COMPARE_IMM_X]);
    fuse(l, SUBS_reg_shifted[0][SHIFT_NONE], fused[COMPARE_REG_W]);
    fuse(l, SUBS_reg_shifted[1][SHIFT_NONE], fused[COMPARE_REG_X]);
}

LOWER(B_cond)
{
    const enum cond cond = cond_of(f);
    if (branch(l, b_cond[cond][NEAR], b_cond[cond][FAR], f->imm, 19, 0, 0))
        fuse_compare(l, compare_b[cond]);
}

/* clang-format off */
LOWER(BR)  { set_imm(l, BR, 0, src(f->rn), 0); }
LOWER(BLR) { set_imm(l, BLR, 0, src(f->rn), 0); }
LOWER(RET) { set_imm(l, BR, 0, src(f->rn), 0); }
/* clang-format on */
