/* Loads and stores. */
#include "base/bits.h"
#include "cpu/isa/lower.h"
#include <stddef.h>

typedef handler_fn *const *forms_t; /* [enum ldst_form] */

/* size and opc select the instruction; NULL: unallocated, or a prefetch. */
static forms_t single(const struct fields *f)
{
    /* clang-format off */
    static const forms_t table[4][4] = {
        /* store     load        signed to 64  signed to 32 */
        {STRB_form,  LDRB_form,  LDRSB_x_form, LDRSB_w_form},
        {STRH_form,  LDRH_form,  LDRSH_x_form, LDRSH_w_form},
        {STR_w_form, LDR_w_form, LDRSW_form,   NULL},
        {STR_x_form, LDR_x_form, NULL,         NULL},
    };
    /* clang-format on */
    return table[f->size][f->opc];
}

static bool is_prefetch(const struct fields *f)
{
    return f->size == 3 && f->opc == 2;
}

/* Loads write to rt, stores read it. */
static uint8_t data_register(bool load, uint32_t rt)
{
    return load ? dst(rt) : src(rt);
}

static void by_offset(struct lowering *l, const struct fields *f, enum ldst_form form, int32_t offset)
{
    const forms_t forms = single(f);
    if (forms)
        set_imm(l, forms[form], data_register(f->opc != 0, f->rt), or_sp(f->rn), offset);
    else if (is_prefetch(f) && form == LDST_IMM)
        set_imm(l, NOP, 0, 0, 0);
}

/* clang-format off */
LOWER(LDST_uimm)     { by_offset(l, f, LDST_IMM, (int32_t)(f->imm << f->size)); }
LOWER(LDST_unscaled) { by_offset(l, f, LDST_IMM, (int32_t)sign_extend(f->imm, 9)); }
LOWER(LDST_pre)      { by_offset(l, f, LDST_PRE, (int32_t)sign_extend(f->imm, 9)); }
LOWER(LDST_post)     { by_offset(l, f, LDST_POST, (int32_t)sign_extend(f->imm, 9)); }
/* clang-format on */

/* The index register, whole or its low half, shifted by the size or not. */
LOWER(LDST_reg)
{
    /* clang-format off */
    static const enum ldst_form by_option[EXTENSIONS] = {
        [EXTEND_UXTW] = LDST_UXTW, [EXTEND_UXTX] = LDST_LSL,
        [EXTEND_SXTW] = LDST_SXTW, [EXTEND_SXTX] = LDST_LSL,
    };
    /* clang-format on */
    const forms_t forms = single(f);
    if (!bit(f->option, 1))
        return;
    if (is_prefetch(f))
        set_imm(l, NOP, 0, 0, 0);
    else if (forms)
        set_reg(l, forms[by_option[f->option]], data_register(f->opc != 0, f->rt), or_sp(f->rn), src(f->rm),
                (uint8_t)(f->S ? f->size : 0), 0);
}

LOWER(LDR_literal)
{
    const int32_t offset = (int32_t)(l->index * 4 + sign_extend(f->imm, 19) * 4);
    if (f->opc < 2)
        set_imm(l, f->opc ? LDR_x_literal : LDR_w_literal, dst(f->rt), 0, offset);
    else if (f->opc == 3) /* PRFM */
        set_imm(l, NOP, 0, 0, 0);
}

static void pair(struct lowering *l, const struct fields *f, enum ldst_form form)
{
    static const forms_t table[4][2] = {
        {STP_w_form, LDP_w_form},
        {NULL, LDPSW_form},
        {STP_x_form, LDP_x_form},
        {NULL, NULL},
    };
    const forms_t forms = table[f->opc][f->L];
    const int64_t offset = sign_extend(f->imm, 7) * (f->opc == 2 ? 8 : 4);
    if (forms)
        set_reg(l, forms[form], data_register(f->L, f->rt), or_sp(f->rn), data_register(f->L, f->rt2), 0,
                (int16_t)offset);
}

/* There is no LDNPSW. */
LOWER(LDSTNP)
{
    if (f->opc != 1)
        pair(l, f, LDST_IMM);
}

/* clang-format off */
LOWER(LDSTP_offset) { pair(l, f, LDST_IMM); }
LOWER(LDSTP_pre)    { pair(l, f, LDST_PRE); }
LOWER(LDSTP_post)   { pair(l, f, LDST_POST); }
/* clang-format on */
