/* Data processing, immediate and register. */
#include "base/bits.h"
#include "cpu/isa/lower.h"

static unsigned width(const struct fields *f)
{
    return f->sf ? 64 : 32;
}

static bool fits_32(int64_t value)
{
    return value == (int32_t)value;
}

/* ---- PC-relative ---- */

LOWER(ADR)
{
    const int64_t offset = sign_extend(f->immhi << 2 | f->immlo, 21);
    set_imm(l, ADR, dst(f->rd), 0, (int32_t)(l->index * 4 + offset));
}

/* The pages reach 4 GiB either way: beyond 32 bits of offset two operations' immediates would be needed. */
LOWER(ADRP)
{
    const int64_t offset = sign_extend(f->immhi << 2 | f->immlo, 21) * 4096;
    if (fits_32(offset))
        set_imm(l, ADR, dst(f->rd), 0, (int32_t)offset);
    else
        set_imm(l, ADRP, dst(f->rd), 0, (int32_t)(offset / 4096));
}

/* ---- add and subtract, immediate ---- */

static int32_t shifted_imm(const struct fields *f)
{
    return (int32_t)(f->imm << 12 * f->sh);
}

LOWER(ADD_imm)
{
    set_imm(l, BY_WIDTH(f, ADD_imm), or_sp(f->rd), or_sp(f->rn), shifted_imm(f));
}

LOWER(SUB_imm)
{
    set_imm(l, BY_WIDTH(f, ADD_imm), or_sp(f->rd), or_sp(f->rn), -shifted_imm(f));
}

LOWER(ADDS_imm)
{
    set_imm(l, BY_WIDTH(f, ADDS_imm), dst(f->rd), or_sp(f->rn), shifted_imm(f));
}

LOWER(SUBS_imm)
{
    set_imm(l, BY_WIDTH(f, SUBS_imm), dst(f->rd), or_sp(f->rn), shifted_imm(f));
}

/* ---- logical, immediate ---- */

/* The element of a bitmask immediate (DecodeBitMasks): `length` ones rotated right by `rotate` in `size` bits. */
struct bitmask {
    unsigned size, length, rotate;
};

static bool decode_bitmask(const struct fields *f, struct bitmask *mask)
{
    const uint32_t selector = f->N << 6 | (~f->imms & 0x3f);
    if (selector < 2 || (!f->sf && f->N))
        return false;
    mask->size = 1u << (31 - __builtin_clz(selector));
    mask->length = f->imms % mask->size + 1;
    mask->rotate = f->immr % mask->size;
    return mask->length < mask->size;
}

/* 32 bits of the pattern. */
static uint32_t pattern_32(const struct bitmask *mask)
{
    uint64_t element = ones(mask->length);
    if (mask->rotate)
        element = (element >> mask->rotate | element << (mask->size - mask->rotate)) & ones(mask->size);
    for (unsigned size = mask->size; size < 32; size *= 2)
        element |= element << size;
    return (uint32_t)element;
}

static void logical(struct lowering *l, const struct fields *f, handler_fn *const form[LOGICAL_FORMS], uint8_t rd)
{
    struct bitmask mask;
    if (!decode_bitmask(f, &mask))
        return;
    if (mask.size <= 32) {
        set_imm(l, form[f->sf ? LOGICAL_TWICE : LOGICAL_W], rd, src(f->rn), (int32_t)pattern_32(&mask));
        return;
    }
    const uint64_t run = ones(mask.length);
    const uint64_t value = mask.rotate ? run >> mask.rotate | run << (64 - mask.rotate) : run;
    if (fits_32((int64_t)value))
        set_imm(l, form[LOGICAL_SIGNED], rd, src(f->rn), (int32_t)value);
    else
        set_reg(l, form[LOGICAL_ROTATED], rd, src(f->rn), (uint8_t)mask.rotate, (uint8_t)(64 - mask.length), 0);
}

/* clang-format off */
LOWER(AND_imm)  { logical(l, f, AND_imm_logical, or_sp(f->rd)); }
LOWER(ORR_imm)  { logical(l, f, ORR_imm_logical, or_sp(f->rd)); }
LOWER(EOR_imm)  { logical(l, f, EOR_imm_logical, or_sp(f->rd)); }
LOWER(ANDS_imm) { logical(l, f, ANDS_imm_logical, dst(f->rd)); }
/* clang-format on */

/* ---- move wide ---- */

/* hw names a halfword of the register. */
static void move_wide(struct lowering *l, const struct fields *f, handler_fn *fn)
{
    if (f->sf || f->hw < 2)
        set_reg(l, fn, dst(f->rd), 0, 0, (uint8_t)(f->hw * 16), (int16_t)f->imm);
}

LOWER(MOVZ)
{
    const uint64_t value = (uint64_t)f->imm << f->hw * 16;
    if (fits_32((int64_t)value))
        set_imm(l, MOV_imm, dst(f->rd), 0, (int32_t)value);
    else
        move_wide(l, f, BY_WIDTH(f, MOVZ));
}

LOWER(MOVN)
{
    const uint64_t value = ~((uint64_t)f->imm << f->hw * 16);
    if (f->sf && fits_32((int64_t)value))
        set_imm(l, MOV_imm, dst(f->rd), 0, (int32_t)value);
    else
        move_wide(l, f, BY_WIDTH(f, MOVN));
}

/* MOVK reads what it writes, so it may not write to the sink. */
LOWER(MOVK)
{
    move_wide(l, f, f->rd == 31 ? NOP : BY_WIDTH(f, MOVK));
}

/* ---- bitfields ---- */

static bool bitfield_allocated(const struct fields *f)
{
    return f->N == f->sf && (f->sf || (f->immr < 32 && f->imms < 32));
}

static void set_bitfield(struct lowering *l, const struct fields *f, handler_fn *fn, unsigned rm, unsigned ra)
{
    set_reg(l, fn, dst(f->rd), src(f->rn), (uint8_t)rm, (uint8_t)ra, 0);
}

/* Both extracts and inserts are a shift to the top and a shift down. */
static void shift_pair(struct lowering *l, const struct fields *f, handler_fn *fn)
{
    const unsigned up = width(f) - 1 - f->imms;
    const unsigned down = f->imms >= f->immr ? up + f->immr : up - (width(f) - f->immr);
    set_bitfield(l, f, fn, up, down);
}

LOWER(UBFM)
{
    if (!bitfield_allocated(f))
        return;
    if (f->imms == width(f) - 1)
        set_bitfield(l, f, BY_WIDTH(f, LSR_imm), f->immr, 0);
    else if (f->imms + 1 == f->immr)
        set_bitfield(l, f, BY_WIDTH(f, LSL_imm), width(f) - f->immr, 0);
    else if (f->immr == 0 && f->imms == 7)
        set_bitfield(l, f, BY_WIDTH(f, UXTB), 0, 0);
    else if (f->immr == 0 && f->imms == 15)
        set_bitfield(l, f, BY_WIDTH(f, UXTH), 0, 0);
    else
        shift_pair(l, f, BY_WIDTH(f, LSL_LSR));
}

LOWER(SBFM)
{
    if (!bitfield_allocated(f))
        return;
    if (f->immr == 0 && f->imms == 7)
        set_bitfield(l, f, BY_WIDTH(f, SXTB), 0, 0);
    else if (f->immr == 0 && f->imms == 15)
        set_bitfield(l, f, BY_WIDTH(f, SXTH), 0, 0);
    else if (f->immr == 0 && f->imms == 31 && f->sf)
        set_bitfield(l, f, SXTW, 0, 0);
    else
        shift_pair(l, f, BY_WIDTH(f, LSL_ASR));
}

/* BFI puts the low bits of rn at bit rm, BFXIL bits of rn from bit rm on at 0; ra: how many bits of the width stay. */
LOWER(BFM)
{
    if (!bitfield_allocated(f))
        return;
    if (f->rd == 31)
        set_imm(l, NOP, 0, 0, 0);
    else if (f->imms >= f->immr)
        set_bitfield(l, f, BY_WIDTH(f, BFXIL), f->immr, width(f) - 1 - f->imms + f->immr);
    else
        set_bitfield(l, f, BY_WIDTH(f, BFI), width(f) - f->immr, width(f) - 1 - f->imms);
}

LOWER(EXTR)
{
    if (f->N == f->sf && f->imms < width(f))
        set_reg(l, BY_WIDTH(f, EXTR), dst(f->rd), src(f->rn), src(f->rm), (uint8_t)f->imms, 0);
}

/* ---- register forms ---- */

static void three(struct lowering *l, const struct fields *f, handler_fn *fn, uint32_t ra)
{
    set_reg(l, fn, dst(f->rd), src(f->rn), src(f->rm), (uint8_t)ra, 0);
}

static void shifted(struct lowering *l, const struct fields *f, handler_fn *const forms[2][SHIFTS])
{
    if (!f->sf && f->imm > 31)
        return;
    const unsigned form = f->imm == 0 ? SHIFT_NONE : SHIFT_LSL + f->shift;
    three(l, f, forms[f->sf][form], f->imm);
}

/* Additions have no ROR. */
static void shifted_add(struct lowering *l, const struct fields *f, handler_fn *const forms[2][SHIFTS])
{
    if (f->shift != 3)
        shifted(l, f, forms);
}

LOWER(ORR_reg)
{
    shifted(l, f, ORR_reg_shifted);
    if (f->rn == 31 && f->imm == 0)
        three(l, f, BY_WIDTH(f, MOV_reg), 0);
}

/* clang-format off */
LOWER(AND_reg)  { shifted(l, f, AND_reg_shifted); }
LOWER(BIC_reg)  { shifted(l, f, BIC_reg_shifted); }
LOWER(ORN_reg)  { shifted(l, f, ORN_reg_shifted); }
LOWER(EOR_reg)  { shifted(l, f, EOR_reg_shifted); }
LOWER(EON_reg)  { shifted(l, f, EON_reg_shifted); }
LOWER(ANDS_reg) { shifted(l, f, ANDS_reg_shifted); }
LOWER(BICS_reg) { shifted(l, f, BICS_reg_shifted); }
LOWER(ADD_reg)  { shifted_add(l, f, ADD_reg_shifted); }
LOWER(ADDS_reg) { shifted_add(l, f, ADDS_reg_shifted); }
LOWER(SUB_reg)  { shifted_add(l, f, SUB_reg_shifted); }
LOWER(SUBS_reg) { shifted_add(l, f, SUBS_reg_shifted); }
/* clang-format on */

static void extended(struct lowering *l, const struct fields *f, handler_fn *const forms[2][EXTENSIONS], uint8_t rd)
{
    if (f->imm <= 4)
        set_reg(l, forms[f->sf][f->option], rd, or_sp(f->rn), src(f->rm), (uint8_t)f->imm, 0);
}

/* clang-format off */
LOWER(ADD_ext)  { extended(l, f, ADD_ext_extended, or_sp(f->rd)); }
LOWER(ADDS_ext) { extended(l, f, ADDS_ext_extended, dst(f->rd)); }
LOWER(SUB_ext)  { extended(l, f, SUB_ext_extended, or_sp(f->rd)); }
LOWER(SUBS_ext) { extended(l, f, SUBS_ext_extended, dst(f->rd)); }
/* clang-format on */

/* ---- by condition ---- */

static void compare(struct lowering *l, const struct fields *f, handler_fn *const forms[2][NV], uint32_t second)
{
    set_reg(l, forms[f->sf][cond_of(f)], SINK, src(f->rn), (uint8_t)second, 0, (int16_t)f->nzcv);
}

/* clang-format off */
LOWER(CCMN_reg) { compare(l, f, CCMN_reg_if, f->rm); }
LOWER(CCMP_reg) { compare(l, f, CCMP_reg_if, f->rm); }
LOWER(CCMN_imm) { compare(l, f, CCMN_imm_if, f->imm); }
LOWER(CCMP_imm) { compare(l, f, CCMP_imm_if, f->imm); }
/* clang-format on */

static void select(struct lowering *l, const struct fields *f, handler_fn *const forms[2][NV])
{
    three(l, f, forms[f->sf][cond_of(f)], 0);
}

/* clang-format off */
LOWER(CSEL)  { select(l, f, CSEL_if); }
LOWER(CSINC) { select(l, f, CSINC_if); }
LOWER(CSINV) { select(l, f, CSINV_if); }
LOWER(CSNEG) { select(l, f, CSNEG_if); }
/* clang-format on */

/* ---- carries, bits, shifts by registers, multiplication, division ---- */

/* clang-format off */
LOWER(ADC)    { three(l, f, BY_WIDTH(f, ADC), 0); }
LOWER(ADCS)   { three(l, f, BY_WIDTH(f, ADCS), 0); }
LOWER(SBC)    { three(l, f, BY_WIDTH(f, SBC), 0); }
LOWER(SBCS)   { three(l, f, BY_WIDTH(f, SBCS), 0); }
LOWER(RBIT)   { three(l, f, BY_WIDTH(f, RBIT), 0); }
LOWER(REV16)  { three(l, f, BY_WIDTH(f, REV16), 0); }
LOWER(REV_w)  { three(l, f, REV_w, 0); }
LOWER(REV32)  { three(l, f, REV32, 0); }
LOWER(REV_x)  { three(l, f, REV_x, 0); }
LOWER(CLZ)    { three(l, f, BY_WIDTH(f, CLZ), 0); }
LOWER(CLS)    { three(l, f, BY_WIDTH(f, CLS), 0); }
LOWER(UDIV)   { three(l, f, BY_WIDTH(f, UDIV), 0); }
LOWER(SDIV)   { three(l, f, BY_WIDTH(f, SDIV), 0); }
LOWER(LSLV)   { three(l, f, BY_WIDTH(f, LSLV), 0); }
LOWER(LSRV)   { three(l, f, BY_WIDTH(f, LSRV), 0); }
LOWER(ASRV)   { three(l, f, BY_WIDTH(f, ASRV), 0); }
LOWER(RORV)   { three(l, f, BY_WIDTH(f, RORV), 0); }
LOWER(MADD_w) { three(l, f, f->ra == 31 ? MUL_w : MADD_w, f->ra); }
LOWER(MADD_x) { three(l, f, f->ra == 31 ? MUL_x : MADD_x, f->ra); }
LOWER(MSUB_w) { three(l, f, MSUB_w, f->ra); }
LOWER(MSUB_x) { three(l, f, MSUB_x, f->ra); }
LOWER(SMADDL) { three(l, f, SMADDL, f->ra); }
LOWER(SMSUBL) { three(l, f, SMSUBL, f->ra); }
LOWER(UMADDL) { three(l, f, UMADDL, f->ra); }
LOWER(UMSUBL) { three(l, f, UMSUBL, f->ra); }
LOWER(SMULH)  { three(l, f, SMULH, 0); }
LOWER(UMULH)  { three(l, f, UMULH, 0); }
/* clang-format on */

/* size: log2 of the bytes; only the doublewords are in X registers. */
LOWER(CRC32)
{
    static handler_fn *const forms[2][4] = {{CRC32B, CRC32H, CRC32W, CRC32X}, {CRC32CB, CRC32CH, CRC32CW, CRC32CX}};
    if (f->sf == (f->size == 3))
        three(l, f, forms[f->C][f->size], 0);
}
