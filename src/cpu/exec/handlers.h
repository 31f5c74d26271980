/* The names of the handlers, for lowering to choose from: by hand, or by row of a table and form. */
#pragma once
#include "cpu/exec/flags.h"
#include "cpu/exec/op.h"

/* Not instructions: the rare ways on. AT_DEADLINE runs events before op; ENTER_TARGET and ENTER_ANEW go to cpu->target after op;
 * END_OF_PAGE stands behind the last operation of a page. */
handler_fn AT_DEADLINE, ENTER_TARGET, ENTER_ANEW, END_OF_PAGE;

enum { SHIFT_NONE, SHIFT_LSL, SHIFT_LSR, SHIFT_ASR, SHIFT_ROR, SHIFTS };
/* clang-format off */
enum { EXTEND_UXTB, EXTEND_UXTH, EXTEND_UXTW, EXTEND_UXTX, EXTEND_SXTB, EXTEND_SXTH, EXTEND_SXTW, EXTEND_SXTX, EXTENSIONS };
/* clang-format on */
enum { LOGICAL_W, LOGICAL_SIGNED, LOGICAL_TWICE, LOGICAL_ROTATED, LOGICAL_FORMS };

#define ALU(name, ...)      handler_fn name##_w, name##_x;
#define ALU_X(name, ...)    handler_fn name;
#define SELECT(name, ...)   extern handler_fn *const name##_if[2][NV]; /* [sf][enum cond] */
#define CCMP(name, ...)     extern handler_fn *const name##_if[2][NV];
#define SHIFTED(name, ...)  extern handler_fn *const name##_shifted[2][SHIFTS];
#define EXTENDED(name, ...) extern handler_fn *const name##_extended[2][EXTENSIONS];
#define LOGICAL(name, ...)  extern handler_fn *const name##_logical[LOGICAL_FORMS];
#define CHECKSUM(name, ...) handler_fn name;
#include "cpu/exec/exec_alu.def"
#undef ALU
#undef ALU_X
#undef SELECT
#undef CCMP
#undef SHIFTED
#undef EXTENDED
#undef LOGICAL
#undef CHECKSUM

/* SUBS then B.cond in the page, by condition and kind of SUBS. */
enum compare_kind { COMPARE_IMM_W, COMPARE_IMM_X, COMPARE_REG_W, COMPARE_REG_X, COMPARE_KINDS };
extern handler_fn *const compare_b[NV][COMPARE_KINDS];

#define BRANCH(name, ...) handler_fn name##_near, name##_far;
#include "cpu/exec/exec_branch.def"
#undef BRANCH
enum { NEAR, FAR, BRANCH_FORMS };
extern handler_fn *const b_cond[NV][BRANCH_FORMS];
handler_fn BL_near, BL_far, BR, BLR;

enum ldst_form { LDST_IMM, LDST_LSL, LDST_UXTW, LDST_SXTW, LDST_PRE, LDST_POST, LDST_FORMS };

/* [whether the base is SP][enum ldst_form]; and the unprivileged form, LDTR and STTR. */
#define LOAD(name, ...)                                  \
    extern handler_fn *const name##_form[2][LDST_FORMS]; \
    handler_fn name##_unprivileged;
#define STORE(name, ...)           LOAD(name)
#define LOAD_PAIR(name, ...)       extern handler_fn *const name##_form[2][LDST_FORMS];
#define STORE_PAIR(name, ...)      LOAD_PAIR(name)
#define LOAD_ORDERED(name, ...)    handler_fn name, name##_slow;
#define STORE_ORDERED(name, ...)   handler_fn name, name##_slow;
#define LOAD_LITERAL(name, ...)    handler_fn name;
#define LOAD_EXCLUSIVE(name, ...)  handler_fn name;
#define STORE_EXCLUSIVE(name, ...) handler_fn name;
#include "cpu/exec/exec_ldst.def"
#undef LOAD
#undef STORE
#undef LOAD_PAIR
#undef STORE_PAIR
#undef LOAD_ORDERED
#undef STORE_ORDERED
#undef LOAD_LITERAL
#undef LOAD_EXCLUSIVE
#undef STORE_EXCLUSIVE

/* Of SIMD&FP registers: [whether the base is SP][enum ldst_form]. In operations they are named by their low half. */
#define LOAD(name, ...)         extern handler_fn *const name##_form[2][LDST_FORMS];
#define STORE(name, ...)        LOAD(name)
#define LOAD_PAIR(name, ...)    LOAD(name)
#define STORE_PAIR(name, ...)   LOAD(name)
#define LOAD_LITERAL(name, ...) handler_fn name;
#include "cpu/exec/exec_fp_ldst.def"
#undef LOAD
#undef STORE
#undef LOAD_PAIR
#undef STORE_PAIR
#undef LOAD_LITERAL

/* LD1-LD4 and ST1-ST4 of multiple structures and of single ones, LD1R-LD4R. */
enum structure_form { STRUCTURE_NO_OFFSET, STRUCTURE_POST_IMM, STRUCTURE_POST_REG, STRUCTURE_FORMS };
typedef handler_fn *const structure_forms_t[STRUCTURE_FORMS];
extern structure_forms_t LD_multiple_form, ST_multiple_form, LD_single_form, ST_single_form, LD_replicate_form;

#define MOVE(name, ...)   handler_fn name;
#define FILL(name, ...)   extern handler_fn *const name##_q[2]; /* [Q] */
#define MODIFY(name, ...) FILL(name)
#define INSERT(name, ...) handler_fn name;
#define EXPORT(name, ...) handler_fn name;
#include "cpu/exec/exec_fp_move.def"
#undef MOVE
#undef FILL
#undef MODIFY
#undef INSERT
#undef EXPORT

handler_fn UNDEFINED, UNIMPLEMENTED, FP_ABSENT, FP_TRAPPED, NOP;
handler_fn SVC, HVC, SMC, BRK, HLT, ERET, WFI, WFE, SEV, SEVL, ISB, CLREX;
handler_fn MSR_SPSel, MSR_DAIFSet, MSR_DAIFClr, SYS_NOP, SYS_VA, DC_IVAC, DC_ZVA, DC_ZVA_slow, TLBI, AT;
handler_fn MRS_plain, MRS_hook, MRS_SP_EL0, MSR_SP_EL0, SYS_IMPDEF, MSR_plain, MSR_hook;
