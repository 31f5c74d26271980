/* Lowering: from the fields of an instruction to one operation. The functions are named by a64.def. */
#pragma once
#include "cpu/exec/handlers.h"
#include "cpu/exec/op.h"
#include "cpu/isa/decode.h"

struct lowering {
    struct op *op;  /* to be filled; its cost stays as it is */
    unsigned index; /* in its page */
    bool alone;     /* for cpu_step: the page holds no other operation to branch to or to fuse with */
    bool fp16;      /* the core has FEAT_FP16 */
};

#define I(bits, name, cost) lower_fn lower_##name;
#include "cpu/isa/a64.def"
#undef I

#define LOWER(name) void lower_##name(struct lowering *l, const struct fields *f) /* defines a lowering */

/* What register number 31 means in an operand: zero to read, nowhere to write, or the stack pointer. */
static inline uint8_t src(uint32_t r)
{
    return (uint8_t)r;
}

static inline uint8_t dst(uint32_t r)
{
    return r == 31 ? SINK : (uint8_t)r;
}

static inline uint8_t or_sp(uint32_t r)
{
    return r == 31 ? SP : (uint8_t)r;
}

/* The condition, with NV as the AL that it means. */
static inline enum cond cond_of(const struct fields *f)
{
    return f->cond == NV ? AL : (enum cond)f->cond;
}

/* The form of a handler for the width of the instruction. */
#define BY_WIDTH(f, name) ((f)->sf ? name##_x : name##_w)

/* Sets the operation, with an immediate or with two more registers. */
static inline void set_imm(struct lowering *l, handler_fn *fn, uint8_t rd, uint8_t rn, int32_t imm)
{
    *l->op = (struct op){.fn = fn, .cost = l->op->cost, .rd = rd, .rn = rn, .imm = imm};
}

static inline void set_reg(struct lowering *l, handler_fn *fn, uint8_t rd, uint8_t rn, uint8_t rm, uint8_t ra,
                           int16_t imm16)
{
    *l->op = (struct op){.fn = fn, .cost = l->op->cost, .rd = rd, .rn = rn, .rm = rm, .ra = ra, .imm16 = imm16};
}

/* Makes one operation of the last two: when the one before is `first`, it becomes `both`, which does the work of
 * two and skips the second. The second stays where it is for those who branch to it. */
static inline void fuse(struct lowering *l, handler_fn *first, handler_fn *both)
{
    if (!l->alone && l->index > 0 && l->op[-1].fn == first)
        l->op[-1].fn = both;
}
