#include "cpu/exec/exec.h"

typedef __int128 int128_t;
typedef unsigned __int128 uint128_t;

/* A value of `width` bits rotated right by n < width. */
INLINE uint64_t ror(uint64_t x, unsigned n, unsigned width)
{
    return width == 32 ? (uint32_t)x >> n | (uint32_t)x << (-n % 32) : x >> n | x << (-n % 64);
}

/* `from` where the mask has ones, `to` elsewhere. */
INLINE uint64_t merge(uint64_t to, uint64_t from, uint64_t mask)
{
    return (to & ~mask) | (from & mask);
}

/* a if it holds, else b: a conditional move. Made a branch, as some compilers would, guests' data mispredicts it. */
INLINE uint64_t select(bool holds, uint64_t a, uint64_t b)
{
    __asm__("" : "+r"(a), "+r"(b)); /* both are there already */
    return holds ? a : b;
}

/* Signed division, towards zero; by zero gives 0, and the one overflow wraps. */
INLINE uint64_t signed_divide(int64_t a, int64_t b)
{
    if (b == 0)
        return 0;
    return b == -1 ? -(uint64_t)a : (uint64_t)(a / b);
}

/* All 64 bits in the opposite order. */
INLINE uint64_t reverse_bits(uint64_t x)
{
    x = (x & UINT64_C(0x5555555555555555)) << 1 | (x >> 1 & UINT64_C(0x5555555555555555));
    x = (x & UINT64_C(0x3333333333333333)) << 2 | (x >> 2 & UINT64_C(0x3333333333333333));
    x = (x & UINT64_C(0x0f0f0f0f0f0f0f0f)) << 4 | (x >> 4 & UINT64_C(0x0f0f0f0f0f0f0f0f));
    return __builtin_bswap64(x);
}

INLINE uint64_t swap_bytes_in_pairs(uint64_t x)
{
    return (x & UINT64_C(0x00ff00ff00ff00ff)) << 8 | (x >> 8 & UINT64_C(0x00ff00ff00ff00ff));
}

INLINE uint64_t swap_words(uint64_t x)
{
    return x << 32 | x >> 32;
}

INLINE unsigned leading_zeros(uint64_t x, unsigned width)
{
    return x ? (unsigned)__builtin_clzll(x) - (64 - width) : width;
}

#define R(f) ((T)X(f)) /* a register at the operation's width */
#define I    ((T)IMM)

/* A handler for one operation, of width T: what it does `first`, and what it writes to rd. */
#define OPERATION(name, type, bits_, first, ...)       \
    HANDLER(name)                                      \
    {                                                  \
        typedef type T;                                \
        enum { WIDTH = bits_ };                        \
        struct flags *const flags = &cpu->state.flags; \
        (void)flags;                                   \
        first;                                         \
        SET(rd, (T)(__VA_ARGS__));                     \
        NEXT(1);                                       \
    }

/* Its operands a and b, both read before anything is decided. */
#define A_AND_B(second) \
    const T a = R(rn);  \
    const T b = (T)(second)

#define ALU(name, ...)                               \
    OPERATION(name##_w, uint32_t, 32, , __VA_ARGS__) \
    OPERATION(name##_x, uint64_t, 64, , __VA_ARGS__)

#define ALU_X(name, ...) OPERATION(name, uint64_t, 64, , __VA_ARGS__)

/* ---- by condition ---- */

#define FORM(cond, name) [cond] = name##_##cond,
#define BY_COND(name) \
    HANDLER_TABLE(handler_fn *const name##_if[2][NV] = {{EACH_COND(FORM, name##_w)}, {EACH_COND(FORM, name##_x)}};)

#define SELECT_IF(cond, name, second)                                                                \
    OPERATION(name##_w_##cond, uint32_t, 32, A_AND_B(second), select(cond_holds(flags, cond), a, b)) \
    OPERATION(name##_x_##cond, uint64_t, 64, A_AND_B(second), select(cond_holds(flags, cond), a, b))
#define SELECT(name, second)           \
    EACH_COND(SELECT_IF, name, second) \
    BY_COND(name)

#define COMPARE_IF(name, type, cond, bits_, ...)       \
    HANDLER(name)                                      \
    {                                                  \
        typedef type T;                                \
        enum { WIDTH = bits_ };                        \
        struct flags *const flags = &cpu->state.flags; \
        if (cond_holds(flags, cond))                   \
            (void)(__VA_ARGS__);                       \
        else                                           \
            *flags = flags_unpack((unsigned)IMM16);    \
        NEXT(1);                                       \
    }
#define CCMP_IF(cond, name, ...)                                 \
    COMPARE_IF(name##_w_##cond, uint32_t, cond, 32, __VA_ARGS__) \
    COMPARE_IF(name##_x_##cond, uint64_t, cond, 64, __VA_ARGS__)
#define CCMP(name, ...)                   \
    EACH_COND(CCMP_IF, name, __VA_ARGS__) \
    BY_COND(name)

/* ---- by what becomes of the second operand ---- */

#define SHIFTED_WIDTH(name, type, bits_, ...)                                                      \
    OPERATION(name##_none, type, bits_, A_AND_B(R(rm)), __VA_ARGS__)                               \
    OPERATION(name##_lsl, type, bits_, A_AND_B(R(rm) << NUM(ra)), __VA_ARGS__)                     \
    OPERATION(name##_lsr, type, bits_, A_AND_B(R(rm) >> NUM(ra)), __VA_ARGS__)                     \
    OPERATION(name##_asr, type, bits_, A_AND_B(sign_extend(R(rm), bits_) >> NUM(ra)), __VA_ARGS__) \
    OPERATION(name##_ror, type, bits_, A_AND_B(ror(R(rm), NUM(ra), bits_)), __VA_ARGS__)
#define SHIFTED(name, ...)                                                                     \
    SHIFTED_WIDTH(name##_w, uint32_t, 32, __VA_ARGS__)                                         \
    SHIFTED_WIDTH(name##_x, uint64_t, 64, __VA_ARGS__)                                         \
    HANDLER_TABLE(handler_fn *const name##_shifted[2][SHIFTS] = {                              \
                      {name##_w_none, name##_w_lsl, name##_w_lsr, name##_w_asr, name##_w_ror}, \
                      {name##_x_none, name##_x_lsl, name##_x_lsr, name##_x_asr, name##_x_ror}, \
                  };)

#define EXTENDED_KIND(name, type, bits_, kind, ...) \
    OPERATION(name, type, bits_, A_AND_B((T)(kind)X(rm) << NUM(ra)), __VA_ARGS__)
#define EXTENDED_WIDTH(name, type, bits_, ...)                     \
    EXTENDED_KIND(name##_uxtb, type, bits_, uint8_t, __VA_ARGS__)  \
    EXTENDED_KIND(name##_uxth, type, bits_, uint16_t, __VA_ARGS__) \
    EXTENDED_KIND(name##_uxtw, type, bits_, uint32_t, __VA_ARGS__) \
    EXTENDED_KIND(name##_lsl, type, bits_, uint64_t, __VA_ARGS__)  \
    EXTENDED_KIND(name##_sxtb, type, bits_, int8_t, __VA_ARGS__)   \
    EXTENDED_KIND(name##_sxth, type, bits_, int16_t, __VA_ARGS__)  \
    EXTENDED_KIND(name##_sxtw, type, bits_, int32_t, __VA_ARGS__)
#define EXTENDED_FORMS(name)                                                                                 \
    {                                                                                                        \
        name##_uxtb, name##_uxth, name##_uxtw, name##_lsl, name##_sxtb, name##_sxth, name##_sxtw, name##_lsl \
    }
#define EXTENDED(name, ...)                             \
    EXTENDED_WIDTH(name##_w, uint32_t, 32, __VA_ARGS__) \
    EXTENDED_WIDTH(name##_x, uint64_t, 64, __VA_ARGS__) \
    HANDLER_TABLE(                                      \
        handler_fn *const name##_extended[2][EXTENSIONS] = {EXTENDED_FORMS(name##_w), EXTENDED_FORMS(name##_x)};)

/* Rotated: a run of ones, WIDTH - ra long, rotated right by rm. */
#define LOGICAL(name, ...)                                                                                      \
    OPERATION(name##_w, uint32_t, 32, A_AND_B(IMM), __VA_ARGS__)                                                \
    OPERATION(name##_signed, uint64_t, 64, A_AND_B(IMM), __VA_ARGS__)                                           \
    OPERATION(name##_twice, uint64_t, 64, A_AND_B((uint64_t)(uint32_t)IMM *UINT64_C(0x100000001)), __VA_ARGS__) \
    OPERATION(name##_rotated, uint64_t, 64, A_AND_B(ror(UINT64_MAX >> NUM(ra), NUM(rm), 64)), __VA_ARGS__)      \
    HANDLER_TABLE(                                                                                              \
        handler_fn *const name##_logical[LOGICAL_FORMS] = {name##_w, name##_signed, name##_twice, name##_rotated};)

/* ---- CRC32: what four bits at the low end do to the rest ---- */

static __attribute__((unused)) const uint32_t crc32_ieee[16] = {
    0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
    0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

static __attribute__((unused)) const uint32_t crc32_castagnoli[16] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

/* The CRC of `size` bytes more, all registers bit-reversed as the instructions have them (Poly32Mod2). */
static __attribute__((unused)) uint32_t crc32(const uint32_t table[16], uint32_t crc, uint64_t data, unsigned size)
{
    for (unsigned i = 0; i < 2 * size; i++)
        crc = crc >> 4 ^ table[(crc ^ data >> 4 * i) & 0xf];
    return crc;
}

#define CHECKSUM(name, table, size)                          \
    INTERPRETED(name)                                        \
    {                                                        \
        SET(rd, crc32(table, (uint32_t)X(rn), X(rm), size)); \
        NEXT(1);                                             \
    }

#include "cpu/exec/exec_alu.def"

HANDLER(NOP)
{
    (void)cpu; /* the loop engine does not pass it on */
    NEXT(1);
}
