/* Moves to, from and between SIMD&FP registers: their bits, never a value. */
#include "cpu/exec/exec.h"

#define EVERY(type, x) ((uint64_t)(type)(x) * (UINT64_MAX / (type)-1))
#define ELEMENT        (D(rn) >> NUM(ra))

/* A byte of ones for each bit that is set (AdvSIMDExpandImm, op 1, cmode 1110). */
INLINE uint64_t bytes_of_bits(uint8_t x)
{
    const uint64_t in_its_byte = EVERY(uint8_t, x) & UINT64_C(0x8040201008040201);
    const uint64_t top = (in_its_byte + UINT64_C(0x7f7f7f7f7f7f7f7f)) | in_its_byte; /* bit 7: the byte is not zero */
    return (top >> 7 & UINT64_C(0x0101010101010101)) * 0xff;
}

/* A handler, of which the first thing is CheckFPAdvSIMDEnabled64. */
#define FP_HANDLER(name, ...)      \
    HANDLER(name)                  \
    {                              \
        if (unlikely(cpu->fp_off)) \
            BECOME(FP_TRAPPED);    \
        __VA_ARGS__;               \
        NEXT(1);                   \
    }

#define WRITE(low, high)              \
    const uint64_t l = low, h = high; \
    V(rd)[0] = l;                     \
    V(rd)[1] = h
#define BY_Q(name) HANDLER_TABLE(handler_fn *const name##_q[2] = {name##_64, name##_128};)

#define MOVE(name, low, high) FP_HANDLER(name, WRITE(low, high))
#define FILL(name, half)                                                  \
    FP_HANDLER(name##_64, WRITE(half, 0))                                 \
    FP_HANDLER(name##_128, const uint64_t both = half; WRITE(both, both)) \
    BY_Q(name)
#define MODIFIED(i, half)              \
    do {                               \
        const uint64_t old = V(rd)[i]; \
        V(rd)[i] = half;               \
    } while (0)
#define MODIFY(name, half)                                       \
    FP_HANDLER(name##_64, MODIFIED(0, half); V(rd)[1] = 0)       \
    FP_HANDLER(name##_128, MODIFIED(0, half); MODIFIED(1, half)) \
    BY_Q(name)
#define INSERT(name, type, value)                                         \
    FP_HANDLER(name, const uint64_t mask = (uint64_t)(type)-1 << NUM(rm); \
               HALF(rd) = (D(rd) & ~mask) | ((uint64_t)(type)(value) << NUM(rm)))
#define EXPORT(name, value) FP_HANDLER(name, SET(rd, (uint64_t)(value)))

#include "cpu/exec/exec_fp_move.def"
