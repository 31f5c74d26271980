/* The words that handlers are written in.
 *
 * One source serves three builds: threaded, where a handler jumps to the next one; a loop, for debugging and
 * sanitizers; and stencils, machine code with holes in place of operands (stencil.h). What a handler must keep for it:
 *
 *  - It reads its operands by the words below only, and never compares them: what the operation is, down to its
 *    condition, width and kind of shift, is in its name, which the tables make.
 *  - It checks first and changes last: BECOME has the whole instruction done again, by another handler.
 *  - It ends in one of the words below, and calls no function that returns. Those that do, are INTERPRETED. */
#pragma once
#include "base/hints.h"
#include "cpu/cpu.h"
#include "cpu/exec/handlers.h"

/* Returns what another handler returns; except in the loop build, by a jump: gcc sees to it by itself. */
#if defined(__clang__) && (defined(TRAPEZE_THREADED) || defined(TRAPEZE_STENCIL))
#define TAIL __attribute__((musttail)) return
#else
#define TAIL return
#endif

#ifdef TRAPEZE_STENCIL
#include "cpu/exec/stencil.h"
#else

/* ---- operands ---- */

#define REGISTER(f)  (cpu->state.x[op->f])
#define HALF(f)      (cpu->state.v[op->f])
#define READ(x)      (x)
#define IMM          ((int64_t)op->imm)
#define IMM16        ((int64_t)op->imm16)
#define NUM(f)       ((unsigned)op->f)                /* a shift amount, a bit number, a small number */
#define PC_AFTER     pc_of(cpu, op + 1)               /* address of the next instruction */
#define TARGET(n)    (op + (n) + op[n].imm)           /* where the branch n operations on goes to, in the page */
#define COST_PAST(n) (op[(n) + 1].cost)               /* the page's cost up to and with that branch */
#define COST_STEP(n) (TARGET(n)->cost - COST_PAST(n)) /* from there to its target */

/* ---- definitions ---- */

#define HANDLER(name)      const struct op *name(struct cpu *cpu, const struct op *op)
#define INTERPRETED(name)  HANDLER(name) /* a handler that has no stencil */
#define HANDLER_TABLE(...) __VA_ARGS__   /* a table of handlers */

/* ---- ways on ---- */

/* In release builds a tail call, so that each handler has its own indirect jump for the host to predict; in debug builds
 * a return to the loop in engine.c. Nothing else differs. */
#ifdef TRAPEZE_THREADED
#define GO(next)                         \
    do {                                 \
        const struct op *next_ = (next); \
        TAIL next_->fn(cpu, next_);      \
    } while (0)
#else
#define GO(next) return (next)
#endif

#define NEXT(n)         GO(op + (n))
#define AIM(n)          const struct op *const aim_ = TARGET(n) /* once, before a store that might have changed it */
#define GO_TARGET(n)    GO(aim_)
#define GO_LATE(n)      TAIL AT_DEADLINE(cpu, aim_)
#define BECOME(handler) TAIL handler(cpu, op)

#endif

/* The 64-bit register that field f of the operation names. */
#define X(f)          READ(REGISTER(f))
#define SET(f, value) (REGISTER(f) = (value))

/* The half of a SIMD&FP register that field f names, Dn if it is the low one; and where f names a low half, both: the
 * whole register. A handler of FP and SIMD looks at cpu->fp_off first. */
#define D(f) READ(HALF(f))
#define V(f) (&HALF(f))

/* Ends a handler by going on n operations further: NEXT(n); at an operation that a function has chosen: GO(next); in
 * another handler of the same operation, for the rare case: BECOME(handler); at the target of the branch n operations on,
 * charging what has run since the last branch: GO_NEAR(n); at a virtual address: GO_FAR(pc). */
#define GO_NEAR(n)                            \
    do {                                      \
        AIM(n);                               \
        const int64_t limit_ = cpu->limit;    \
        cpu->limit = limit_ + COST_STEP(n);   \
        if (unlikely(limit_ <= COST_PAST(n))) \
            GO_LATE(n);                       \
        GO_TARGET(n);                         \
    } while (0)

#define GO_FAR(pc) GO_PAGE(pc, ENTER_TARGET)

#define GO_PAGE(pc, otherwise)                                                 \
    do {                                                                       \
        const uint64_t pc_ = (pc);                                             \
        const int64_t left_ = cpu->limit - COST_PAST(0);                       \
        const struct fast_code *code_ = fast_code_slot(cpu->mmu.current, pc_); \
        cpu->target = pc_;                                                     \
        if (unlikely(left_ <= 0 || !fast_code_hit(code_, pc_)))                \
            BECOME(otherwise);                                                 \
        const struct op *to_ = &code_->page->op[bits(pc_, 11, 2)];             \
        cpu->page = code_->page;                                               \
        cpu->pc_page = code_->tag;                                             \
        cpu->limit = left_ + to_->cost;                                        \
        GO(to_);                                                               \
    } while (0)
