/* FP and SIMD: loads, stores and moves. Registers are named by their halves: Vn is 2n and 2n + 1. */
#include "base/bits.h"
#include "cpu/exec/structure.h"
#include "cpu/isa/lower.h"
#include <stddef.h>

typedef handler_fn *const (*forms_t)[LDST_FORMS]; /* [base is SP][enum ldst_form] */

static uint8_t vector(uint32_t r)
{
    return (uint8_t)(2 * r);
}

/* The half that holds byte `at` of a register, and the bit of that half that it begins at. */
static uint8_t half(uint32_t r, unsigned at)
{
    return (uint8_t)(2 * r + at / 8);
}

static uint8_t shift(unsigned at)
{
    return (uint8_t)(at % 8 * 8);
}

/* Recognised, for the traps; not there yet. */
LOWER(FP)
{
    (void)f;
    set_imm(l, FP_ABSENT, 0, 0, 0);
}

/* ---- loads and stores ---- */

/* log2 of the bytes, opc<1>:size; over 4: unallocated. */
static unsigned scale(const struct fields *f)
{
    return f->opc << 2 | f->size;
}

static forms_t forms_of(const struct fields *f, unsigned load)
{
    static const forms_t table[5][2] = {
        {STR_b_form, LDR_b_form}, {STR_h_form, LDR_h_form}, {STR_s_form, LDR_s_form},
        {STR_d_form, LDR_d_form}, {STR_q_form, LDR_q_form},
    };
    return scale(f) < 5 ? table[scale(f)][load] : NULL;
}

static void by_offset(struct lowering *l, const struct fields *f, unsigned load, enum ldst_form form, int64_t offset)
{
    const forms_t forms = forms_of(f, load);
    if (forms)
        set_imm(l, forms[f->rn == 31][form], vector(f->rt), or_sp(f->rn), (int32_t)offset);
}

static void scaled(struct lowering *l, const struct fields *f, unsigned load)
{
    by_offset(l, f, load, LDST_IMM, (int64_t)f->imm << scale(f));
}

static void unscaled(struct lowering *l, const struct fields *f, unsigned load, enum ldst_form form)
{
    by_offset(l, f, load, form, sign_extend(f->imm, 9));
}

/* The index register, whole or its low half, shifted by the size or not. */
static void by_register(struct lowering *l, const struct fields *f, unsigned load)
{
    /* clang-format off */
    static const enum ldst_form by_option[EXTENSIONS] = {
        [EXTEND_UXTW] = LDST_UXTW, [EXTEND_UXTX] = LDST_LSL,
        [EXTEND_SXTW] = LDST_SXTW, [EXTEND_SXTX] = LDST_LSL,
    };
    /* clang-format on */
    const forms_t forms = forms_of(f, load);
    if (forms && bit(f->option, 1))
        set_reg(l, forms[f->rn == 31][by_option[f->option]], vector(f->rt), or_sp(f->rn), src(f->rm),
                (uint8_t)(f->S ? scale(f) : 0), 0);
}

/* clang-format off */
LOWER(STR_fp_uimm) { scaled(l, f, 0); }
LOWER(LDR_fp_uimm) { scaled(l, f, 1); }
LOWER(STUR_fp)     { unscaled(l, f, 0, LDST_IMM); }
LOWER(LDUR_fp)     { unscaled(l, f, 1, LDST_IMM); }
LOWER(STR_fp_post) { unscaled(l, f, 0, LDST_POST); }
LOWER(LDR_fp_post) { unscaled(l, f, 1, LDST_POST); }
LOWER(STR_fp_pre)  { unscaled(l, f, 0, LDST_PRE); }
LOWER(LDR_fp_pre)  { unscaled(l, f, 1, LDST_PRE); }
LOWER(STR_fp_reg)  { by_register(l, f, 0); }
LOWER(LDR_fp_reg)  { by_register(l, f, 1); }
/* clang-format on */

LOWER(LDR_fp_literal)
{
    static handler_fn *const forms[3] = {LDR_s_literal, LDR_d_literal, LDR_q_literal};
    if (f->opc < 3)
        set_imm(l, forms[f->opc], vector(f->rt), 0, (int32_t)(l->index * 4 + sign_extend(f->imm, 19) * 4));
}

static void pair(struct lowering *l, const struct fields *f, unsigned load, enum ldst_form form)
{
    static const forms_t table[3][2] = {{STP_s_form, LDP_s_form}, {STP_d_form, LDP_d_form}, {STP_q_form, LDP_q_form}};
    if (f->opc < 3)
        set_reg(l, table[f->opc][load][f->rn == 31][form], vector(f->rt), or_sp(f->rn), vector(f->rt2), 0,
                (int16_t)(sign_extend(f->imm, 7) * (4 << f->opc)));
}

/* clang-format off */
LOWER(STNP_fp)       { pair(l, f, 0, LDST_IMM); }
LOWER(LDNP_fp)       { pair(l, f, 1, LDST_IMM); }
LOWER(STP_fp_post)   { pair(l, f, 0, LDST_POST); }
LOWER(LDP_fp_post)   { pair(l, f, 1, LDST_POST); }
LOWER(STP_fp_offset) { pair(l, f, 0, LDST_IMM); }
LOWER(LDP_fp_offset) { pair(l, f, 1, LDST_IMM); }
LOWER(STP_fp_pre)    { pair(l, f, 0, LDST_PRE); }
LOWER(LDP_fp_pre)    { pair(l, f, 1, LDST_PRE); }
/* clang-format on */

/* ---- structures ---- */

static void structures(struct lowering *l, const struct fields *f, handler_fn *fn, unsigned log, struct structure s)
{
    set_reg(l, fn, (uint8_t)f->rt, or_sp(f->rn), src(f->rm), (uint8_t)log, structure_pack(s));
}

/* What post-index adds: Rm, or, if that is 31, what has been accessed. */
static enum structure_form post(const struct fields *f)
{
    return f->rm == 31 ? STRUCTURE_POST_IMM : STRUCTURE_POST_REG;
}

static void multiple(struct lowering *l, const struct fields *f, handler_fn *fn)
{
    static const struct structure by_opcode[16] = {
        [0x0] = {.registers = 4, .repeats = 1}, [0x2] = {.registers = 1, .repeats = 4},
        [0x4] = {.registers = 3, .repeats = 1}, [0x6] = {.registers = 1, .repeats = 3},
        [0x7] = {.registers = 1, .repeats = 1}, [0x8] = {.registers = 2, .repeats = 1},
        [0xa] = {.registers = 1, .repeats = 2},
    };
    struct structure s = by_opcode[f->opcode];
    const bool reserved = f->size == 3 && !f->Q && s.registers != 1;
    s.q = f->Q;
    if (s.registers && !reserved)
        structures(l, f, fn, f->size, s);
}

/* LD1R-LD4R: of every element of each register. */
static void replicated(struct lowering *l, const struct fields *f, enum structure_form form)
{
    const uint8_t registers = (uint8_t)(bit(f->opcode, 0) << 1 | f->R) + 1;
    if (!f->S)
        structures(l, f, LD_replicate_form[form], f->size, (struct structure){registers, 1, f->Q, 0});
}

/* LD1-LD4, ST1-ST4 of one element of each register: opcode<2:1> is the size, and Q, S and size the index, of which a part
 * says that the size is another. opcode 11x is not asked for. */
static void single(struct lowering *l, const struct fields *f, handler_fn *fn)
{
    const uint8_t registers = (uint8_t)(bit(f->opcode, 0) << 1 | f->R) + 1;
    unsigned log = (unsigned)bits(f->opcode, 2, 1), index = f->Q << 3 | f->S << 2 | f->size;
    if ((log == 1 && bit(f->size, 0)) || (log == 2 && (bit(f->size, 1) || (bit(f->size, 0) && f->S))))
        return;
    log += log == 2 && bit(f->size, 0);
    structures(l, f, fn, log, (struct structure){registers, 1, false, (uint8_t)(index >> log)});
}

static void single_or_replicated(struct lowering *l, const struct fields *f, bool load, enum structure_form form)
{
    if (bits(f->opcode, 2, 1) < 3)
        single(l, f, load ? LD_single_form[form] : ST_single_form[form]);
    else if (load)
        replicated(l, f, form);
}

/* clang-format off */
LOWER(ST_multiple)       { multiple(l, f, ST_multiple_form[STRUCTURE_NO_OFFSET]); }
LOWER(LD_multiple)       { multiple(l, f, LD_multiple_form[STRUCTURE_NO_OFFSET]); }
LOWER(ST_multiple_post)  { multiple(l, f, ST_multiple_form[post(f)]); }
LOWER(LD_multiple_post)  { multiple(l, f, LD_multiple_form[post(f)]); }
LOWER(ST_single)         { single_or_replicated(l, f, false, STRUCTURE_NO_OFFSET); }
LOWER(LD_single)         { single_or_replicated(l, f, true, STRUCTURE_NO_OFFSET); }
LOWER(ST_single_post)    { single_or_replicated(l, f, false, post(f)); }
LOWER(LD_single_post)    { single_or_replicated(l, f, true, post(f)); }
/* clang-format on */

/* ---- elements ---- */

/* log2 of the bytes of the element that imm5 names by its lowest set bit; over 3: reserved. And the element's byte. */
static unsigned element_log(const struct fields *f)
{
    return f->imm5 & 15 ? (unsigned)__builtin_ctz(f->imm5) : 4;
}

static unsigned element_at(const struct fields *f, unsigned log)
{
    return f->imm5 >> (log + 1) << log;
}

/* From an element of Vn. */
static void from_element(struct lowering *l, const struct fields *f, handler_fn *fn, uint8_t rd)
{
    const unsigned at = element_at(f, element_log(f));
    if (fn)
        set_reg(l, fn, rd, half(f->rn, at), 0, shift(at), 0);
}

LOWER(DUP_scalar)
{
    static handler_fn *const forms[5] = {DUP_b_scalar, DUP_h_scalar, DUP_s_scalar, FMOV_d, NULL};
    from_element(l, f, forms[element_log(f)], vector(f->rd));
}

LOWER(DUP_element)
{
    handler_fn *const forms[5] = {DUP_b_q[f->Q], DUP_h_q[f->Q], DUP_s_q[f->Q], f->Q ? DUP_2d : NULL, NULL};
    from_element(l, f, forms[element_log(f)], vector(f->rd));
}

LOWER(SMOV)
{
    static handler_fn *const forms[2][5] = {{SMOV_b_w, SMOV_h_w}, {SMOV_b_x, SMOV_h_x, SMOV_s_x}};
    from_element(l, f, forms[f->Q][element_log(f)], dst(f->rd));
}

LOWER(UMOV)
{
    static handler_fn *const forms[2][5] = {{UMOV_b, UMOV_h, UMOV_s}, {NULL, NULL, NULL, UMOV_d}};
    from_element(l, f, forms[f->Q][element_log(f)], dst(f->rd));
}

LOWER(DUP_general)
{
    handler_fn *const forms[5] = {DUP_b_general_q[f->Q], DUP_h_general_q[f->Q], DUP_s_general_q[f->Q],
                                  f->Q ? DUP_2d_general : NULL, NULL};
    handler_fn *const fn = forms[element_log(f)];
    if (fn)
        set_imm(l, fn, vector(f->rd), src(f->rn), 0);
}

/* To an element of Vd. */
LOWER(INS_general)
{
    static handler_fn *const forms[5] = {INS_b_general, INS_h_general, INS_s_general, INS_d_general, NULL};
    const unsigned log = element_log(f), to = element_at(f, log);
    if (forms[log])
        set_reg(l, forms[log], half(f->rd, to), src(f->rn), shift(to), 0, 0);
}

LOWER(INS_element)
{
    static handler_fn *const forms[5] = {INS_b, INS_h, INS_s, INS_d, NULL};
    const unsigned log = element_log(f), to = element_at(f, log), from = f->imm4 >> log << log;
    if (forms[log])
        set_reg(l, forms[log], half(f->rd, to), half(f->rn, from), shift(to), shift(from), 0);
}

/* ---- immediates ---- */

/* VFPExpandImm: the value of an 8-bit immediate as the highest 16 bits of a number with so many bits of exponent, which
 * are all that is not zero. */
static uint32_t expand_fp(uint32_t imm8, unsigned exponent)
{
    const uint32_t sign = (uint32_t)bit(imm8, 7) << 15, b = bit(imm8, 6);
    const uint32_t replicated = (uint32_t)(b ? ones(exponent - 3) : 0);
    const uint32_t exp = (b ^ 1) << (exponent - 1) | replicated << 2 | (uint32_t)bits(imm8, 5, 4);
    return sign | exp << (15 - exponent) | (imm8 & 15) << (11 - exponent);
}

static uint32_t twice(uint32_t half_word)
{
    return half_word << 16 | half_word;
}

static uint32_t immediate8(const struct fields *f)
{
    return f->immhi << 5 | f->immlo;
}

/* 32 bits of AdvSIMDExpandImm where all of the result is made of them: cmode below 1110. */
static uint32_t expand_shifted(const struct fields *f)
{
    const uint32_t imm = immediate8(f);
    const unsigned by = (unsigned)bits(f->cmode, 2, 1) * 8;
    if (f->cmode < 8)
        return imm << by;
    if (f->cmode < 12)
        return twice(imm << by % 16);
    return f->cmode == 12 ? imm << 8 | 0xff : imm << 16 | 0xffff;
}

static void shifted_immediate(struct lowering *l, const struct fields *f)
{
    const uint32_t imm = expand_shifted(f);
    const bool modifies = f->cmode < 12 && f->cmode & 1;
    if (modifies)
        set_imm(l, f->opc ? BIC_vector_q[f->Q] : ORR_vector_q[f->Q], vector(f->rd), 0, (int32_t)imm);
    else
        set_imm(l, MOVI_q[f->Q], vector(f->rd), 0, (int32_t)(f->opc ? ~imm : imm));
}

/* MOVI MVNI ORR BIC FMOV: cmode and op say which. */
LOWER(MOVI)
{
    const uint32_t imm = immediate8(f);
    if (f->cmode < 14)
        shifted_immediate(l, f);
    else if (f->cmode == 14 && !f->opc)
        set_imm(l, MOVI_q[f->Q], vector(f->rd), 0, (int32_t)(imm * 0x01010101));
    else if (f->cmode == 14)
        set_imm(l, MOVI_bytes_q[f->Q], vector(f->rd), 0, (int32_t)imm);
    else if (!f->opc)
        set_imm(l, MOVI_q[f->Q], vector(f->rd), 0, (int32_t)(expand_fp(imm, 8) << 16));
    else if (f->Q)
        set_imm(l, FMOV_2d_imm, vector(f->rd), 0, (int32_t)(expand_fp(imm, 11) << 16));
}

LOWER(FMOV_vector_h)
{
    if (l->fp16)
        set_imm(l, MOVI_q[f->Q], vector(f->rd), 0, (int32_t)twice(expand_fp(immediate8(f), 5)));
}

enum { TYPE_S, TYPE_D, TYPE_TOP, TYPE_H }; /* ftype */

LOWER(FMOV_imm)
{
    if (f->ftype == TYPE_S)
        set_imm(l, FMOV_s_imm, vector(f->rd), 0, (int32_t)expand_fp(f->imm, 8));
    else if (f->ftype == TYPE_D)
        set_imm(l, FMOV_d_imm, vector(f->rd), 0, (int32_t)(expand_fp(f->imm, 11) << 16));
    else if (f->ftype == TYPE_H && l->fp16)
        set_imm(l, FMOV_h_imm, vector(f->rd), 0, (int32_t)expand_fp(f->imm, 5));
}

/* ---- FMOV between registers ---- */

LOWER(FMOV_reg)
{
    handler_fn *const forms[4] = {FMOV_s, FMOV_d, NULL, l->fp16 ? FMOV_h : NULL};
    if (forms[f->ftype])
        set_imm(l, forms[f->ftype], vector(f->rd), vector(f->rn), 0);
}

/* S with W, D with X, H with both. */
static bool fits(const struct lowering *l, const struct fields *f)
{
    return f->ftype == f->sf || (f->ftype == TYPE_H && l->fp16);
}

LOWER(FMOV_to_general)
{
    static handler_fn *const forms[4] = {UMOV_s, UMOV_d, NULL, UMOV_h};
    if (fits(l, f))
        set_reg(l, forms[f->ftype], dst(f->rd), vector(f->rn), 0, 0, 0);
}

LOWER(FMOV_from_general)
{
    static handler_fn *const forms[4] = {FMOV_s_general, FMOV_d_general, NULL, FMOV_h_general};
    if (fits(l, f))
        set_imm(l, forms[f->ftype], vector(f->rd), src(f->rn), 0);
}

/* Of Vn.D[1]. */
LOWER(FMOV_top_to_general)
{
    set_reg(l, UMOV_d, dst(f->rd), half(f->rn, 8), 0, 0, 0);
}

LOWER(FMOV_top_from_general)
{
    set_reg(l, INS_d_general, half(f->rd, 8), src(f->rn), 0, 0, 0);
}
