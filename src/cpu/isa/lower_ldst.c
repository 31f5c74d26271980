/* Loads and stores. */
#include "base/bits.h"
#include "cpu/isa/lower.h"
#include <stddef.h>

typedef handler_fn *const (*forms_t)[LDST_FORMS]; /* [base is SP][enum ldst_form] */

/* What the fields size and opc select. */
struct single {
    forms_t forms; /* NULL: unallocated, or a prefetch */
    handler_fn *unprivileged;
};

#define ROW(name)                        \
    {                                    \
        name##_form, name##_unprivileged \
    }

static const struct single *single(const struct fields *f, unsigned opc)
{
    /* clang-format off */
    static const struct single table[4][4] = {
        /* store       load        signed to 64   signed to 32 */
        { ROW(STRB),  ROW(LDRB),  ROW(LDRSB_x),  ROW(LDRSB_w) },
        { ROW(STRH),  ROW(LDRH),  ROW(LDRSH_x),  ROW(LDRSH_w) },
        { ROW(STR_w), ROW(LDR_w), ROW(LDRSW),    {NULL, NULL} },
        { ROW(STR_x), ROW(LDR_x), {NULL, NULL},  {NULL, NULL} },
    };
    /* clang-format on */
    return &table[f->size][opc];
}

enum { STORE, LOAD, LOAD_SIGNED }; /* opc; for the last, its low bit is a field */

/* PRFM and PRFUM take the place of a 64-bit register's sign extension. */
static bool is_prefetch(const struct fields *f, unsigned opc)
{
    return f->size == 3 && opc == 2;
}

/* Loads write to rt, stores read it. */
static uint8_t data_register(bool load, uint32_t rt)
{
    return load ? dst(rt) : src(rt);
}

static void prefetch(struct lowering *l)
{
    set_imm(l, NOP, 0, 0, 0);
}

static void by_offset(struct lowering *l, const struct fields *f, unsigned opc, enum ldst_form form, int32_t offset)
{
    const forms_t forms = single(f, opc)->forms;
    if (forms)
        set_imm(l, forms[f->rn == 31][form], data_register(opc != STORE, f->rt), or_sp(f->rn), offset);
}

static void scaled(struct lowering *l, const struct fields *f, unsigned opc)
{
    by_offset(l, f, opc, LDST_IMM, (int32_t)(f->imm << f->size));
    if (is_prefetch(f, opc))
        prefetch(l);
}

static void unscaled(struct lowering *l, const struct fields *f, unsigned opc)
{
    by_offset(l, f, opc, LDST_IMM, (int32_t)sign_extend(f->imm, 9));
    if (is_prefetch(f, opc))
        prefetch(l);
}

static void indexed(struct lowering *l, const struct fields *f, unsigned opc, enum ldst_form form)
{
    by_offset(l, f, opc, form, (int32_t)sign_extend(f->imm, 9));
}

static void unprivileged(struct lowering *l, const struct fields *f, unsigned opc)
{
    handler_fn *const fn = single(f, opc)->unprivileged;
    if (fn)
        set_imm(l, fn, data_register(opc != STORE, f->rt), or_sp(f->rn), (int32_t)sign_extend(f->imm, 9));
}

/* The index register, whole or its low half, shifted by the size or not. */
static void by_register(struct lowering *l, const struct fields *f, unsigned opc)
{
    /* clang-format off */
    static const enum ldst_form by_option[EXTENSIONS] = {
        [EXTEND_UXTW] = LDST_UXTW, [EXTEND_UXTX] = LDST_LSL,
        [EXTEND_SXTW] = LDST_SXTW, [EXTEND_SXTX] = LDST_LSL,
    };
    /* clang-format on */
    const forms_t forms = single(f, opc)->forms;
    if (!bit(f->option, 1))
        return;
    if (is_prefetch(f, opc))
        prefetch(l);
    else if (forms)
        set_reg(l, forms[f->rn == 31][by_option[f->option]], data_register(opc != STORE, f->rt), or_sp(f->rn),
                src(f->rm), (uint8_t)(f->S ? f->size : 0), 0);
}

/* clang-format off */
LOWER(STR_uimm)      { scaled(l, f, STORE); }
LOWER(LDR_uimm)      { scaled(l, f, LOAD); }
LOWER(LDRS_uimm)     { scaled(l, f, LOAD_SIGNED + f->opc); }
LOWER(STUR)          { unscaled(l, f, STORE); }
LOWER(LDUR)          { unscaled(l, f, LOAD); }
LOWER(LDURS)         { unscaled(l, f, LOAD_SIGNED + f->opc); }
LOWER(STR_post)      { indexed(l, f, STORE, LDST_POST); }
LOWER(LDR_post)      { indexed(l, f, LOAD, LDST_POST); }
LOWER(LDRS_post)     { indexed(l, f, LOAD_SIGNED + f->opc, LDST_POST); }
LOWER(STR_pre)       { indexed(l, f, STORE, LDST_PRE); }
LOWER(LDR_pre)       { indexed(l, f, LOAD, LDST_PRE); }
LOWER(LDRS_pre)      { indexed(l, f, LOAD_SIGNED + f->opc, LDST_PRE); }
LOWER(STTR)          { unprivileged(l, f, STORE); }
LOWER(LDTR)          { unprivileged(l, f, LOAD); }
LOWER(LDTRS)         { unprivileged(l, f, LOAD_SIGNED + f->opc); }
LOWER(STR_reg)       { by_register(l, f, STORE); }
LOWER(LDR_reg)       { by_register(l, f, LOAD); }
LOWER(LDRS_reg)      { by_register(l, f, LOAD_SIGNED + f->opc); }
/* clang-format on */

LOWER(LDR_literal)
{
    static handler_fn *const forms[4] = {LDR_w_literal, LDR_x_literal, LDRSW_literal, NOP /* PRFM */};
    set_imm(l, forms[f->opc], dst(f->rt), 0, (int32_t)(l->index * 4 + sign_extend(f->imm, 19) * 4));
}

/* ---- pairs ---- */

static void pair(struct lowering *l, const struct fields *f, unsigned load, enum ldst_form form)
{
    static const forms_t table[4][2] = {
        {STP_w_form, LDP_w_form},
        {NULL, LDPSW_form},
        {STP_x_form, LDP_x_form},
        {NULL, NULL},
    };
    const forms_t forms = table[f->opc][load];
    const int64_t offset = sign_extend(f->imm, 7) * (f->opc == 2 ? 8 : 4);
    if (forms)
        set_reg(l, forms[f->rn == 31][form], data_register(load, f->rt), or_sp(f->rn), data_register(load, f->rt2), 0,
                (int16_t)offset);
}

/* There is no LDNPSW. */
static void non_temporal(struct lowering *l, const struct fields *f, unsigned load)
{
    if (f->opc != 1)
        pair(l, f, load, LDST_IMM);
}

/* clang-format off */
LOWER(STNP)       { non_temporal(l, f, 0); }
LOWER(LDNP)       { non_temporal(l, f, 1); }
LOWER(STP_post)   { pair(l, f, 0, LDST_POST); }
LOWER(LDP_post)   { pair(l, f, 1, LDST_POST); }
LOWER(STP_offset) { pair(l, f, 0, LDST_IMM); }
LOWER(LDP_offset) { pair(l, f, 1, LDST_IMM); }
LOWER(STP_pre)    { pair(l, f, 0, LDST_PRE); }
LOWER(LDP_pre)    { pair(l, f, 1, LDST_PRE); }
/* clang-format on */

/* ---- exclusives, acquire and release ---- */

/* Rs, Rt2 and o0 as far as they are should-be-one, or order what is in order anyway, are not looked at. */
LOWER(LDXR)
{
    static handler_fn *const forms[4] = {LDXRB, LDXRH, LDXR_w, LDXR_x};
    set_reg(l, forms[f->size], dst(f->rt), or_sp(f->rn), 0, 0, 0);
}

LOWER(STXR)
{
    static handler_fn *const forms[4] = {STXRB, STXRH, STXR_w, STXR_x};
    set_reg(l, forms[f->size], src(f->rt), or_sp(f->rn), 0, dst(f->rs), 0);
}

LOWER(LDXP)
{
    set_reg(l, f->size ? LDXP_x : LDXP_w, dst(f->rt), or_sp(f->rn), dst(f->rt2), 0, 0);
}

LOWER(STXP)
{
    set_reg(l, f->size ? STXP_x : STXP_w, src(f->rt), or_sp(f->rn), src(f->rt2), dst(f->rs), 0);
}

LOWER(LDAR)
{
    static handler_fn *const forms[2][4] = {{LDARB, LDARH, LDAR_w, LDAR_x},
                                            {LDARB_slow, LDARH_slow, LDAR_w_slow, LDAR_x_slow}};
    set_imm(l, forms[f->rn == 31][f->size], dst(f->rt), or_sp(f->rn), 0);
}

LOWER(STLR)
{
    static handler_fn *const forms[2][4] = {{STLRB, STLRH, STLR_w, STLR_x},
                                            {STLRB_slow, STLRH_slow, STLR_w_slow, STLR_x_slow}};
    set_imm(l, forms[f->rn == 31][f->size], src(f->rt), or_sp(f->rn), 0);
}
