/* What loads and stores do, on the fast path and on the slow one, and the handlers for their forms of address. */
#pragma once
#include "cpu/exec/exec.h"
#include "cpu/memory.h"
#include <string.h>

/* `size` bytes of host memory as a little-endian number. memcpy, because guests align as they like. */
INLINE uint64_t host_read(const void *host, unsigned size)
{
    uint64_t value = 0;
    memcpy(&value, host, size);
    return value;
}

INLINE void host_write(void *host, unsigned size, uint64_t value)
{
    memcpy(host, &value, size);
}

/* ---- the last steps ---- */

/* Where writeback leaves the base register. For pairs the offset is imm16, else imm. */
INLINE void write_back(struct cpu *cpu, const struct op *op, uint64_t address, struct access a)
{
    (void)op;
    if (a.writeback == WRITEBACK_PRE)
        SET(rn, address);
    if (a.writeback == WRITEBACK_POST)
        SET(rn, address + (uint64_t)(a.registers == 2 ? IMM16 : IMM));
}

/* The last step of every load: writeback, extension, registers. */
INLINE void load_finish(struct cpu *cpu, const struct op *op, uint64_t address, struct access a, const uint64_t data[2])
{
    write_back(cpu, op, address, a);
    SET(rd, a.sign ? (uint64_t)sign_extend(data[0], a.size * 8) & ones(a.sign) : data[0]);
    if (a.registers == 2)
        SET(rm, a.sign ? (uint64_t)sign_extend(data[1], a.size * 8) & ones(a.sign) : data[1]);
}

/* The same into SIMD&FP registers, of which the bits above the data become zero. `from`: the data as in memory. */
INLINE void load_vector_finish(struct cpu *cpu, const struct op *op, uint64_t address, struct access a,
                               const char *from)
{
    const unsigned part = a.size == 16 ? 8 : a.size;
    V(rd)[0] = host_read(from, part);
    V(rd)[1] = a.size == 16 ? host_read(from + 8, 8) : 0;
    if (a.registers == 2) {
        V(rm)[0] = host_read(from + a.size, part);
        V(rm)[1] = a.size == 16 ? host_read(from + 24, 8) : 0;
    }
    write_back(cpu, op, address, a);
}

/* The data of a store from SIMD&FP registers, as they lie in memory. */
INLINE void store_vector_data(struct cpu *cpu, const struct op *op, struct access a, char *to)
{
    const bool q = a.size == 16;
    const unsigned part = q ? 8 : a.size;
    host_write(to, part, V(rd)[0]);
    if (q)
        host_write(to + 8, 8, V(rd)[1]);
    if (a.registers == 1)
        return;
    host_write(to + a.size, part, V(rm)[0]);
    if (q)
        host_write(to + 24, 8, V(rm)[1]);
}

/* ---- handlers: kind is load, store, load_vector or store_vector ---- */

#define ANY_BASE 0                     /* `low` of an address that need not be aligned */
#define SP_BASE  (X(rn) & cpu->sp_low) /* the bits of SP that have to be zero */

/* The slow twin of a handler. where: the address, worked out anew, as nothing has changed yet; then struct access. */
#define SLOW(kind, name, where, ...)                                     \
    COLD INTERPRETED(name)                                               \
    {                                                                    \
        GO(kind##_slow(cpu, op, (where), (struct access){__VA_ARGS__})); \
    }
#define FAST(kind, name, low, slow, where, ...)                                         \
    HANDLER(name)                                                                       \
    {                                                                                   \
        if (likely(kind##_fast(cpu, op, (where), (low), (struct access){__VA_ARGS__}))) \
            NEXT(1);                                                                    \
        BECOME(slow);                                                                   \
    }

/* A slow handler and two fast ones: for a general base register, and for SP. */
#define MEMORY(kind, name, form, where, ...)                                      \
    SLOW(kind, name##_##form##_slow, where, __VA_ARGS__)                          \
    FAST(kind, name##_##form, ANY_BASE, name##_##form##_slow, where, __VA_ARGS__) \
    FAST(kind, name##_sp_##form, SP_BASE, name##_##form##_slow, where, __VA_ARGS__)

#define INDEXED(kind, name, form, type, ...) \
    MEMORY(kind, name, form, X(rn) + ((uint64_t)(type)X(rm) << NUM(ra)), __VA_ARGS__, WRITEBACK_NONE, PLAIN)
#define SINGLE_FORMS(name)                                                        \
    {                                                                             \
        name##_imm, name##_lsl, name##_uxtw, name##_sxtw, name##_pre, name##_post \
    }
#define SINGLE(kind, name, ...)                                                        \
    MEMORY(kind, name, imm, X(rn) + (uint64_t)IMM, __VA_ARGS__, WRITEBACK_NONE, PLAIN) \
    INDEXED(kind, name, lsl, uint64_t, __VA_ARGS__)                                    \
    INDEXED(kind, name, uxtw, uint32_t, __VA_ARGS__)                                   \
    INDEXED(kind, name, sxtw, int32_t, __VA_ARGS__)                                    \
    MEMORY(kind, name, pre, X(rn) + (uint64_t)IMM, __VA_ARGS__, WRITEBACK_PRE, PLAIN)  \
    MEMORY(kind, name, post, X(rn), __VA_ARGS__, WRITEBACK_POST, PLAIN)                \
    HANDLER_TABLE(handler_fn *const name##_form[2][LDST_FORMS] = {SINGLE_FORMS(name), SINGLE_FORMS(name##_sp)};)

#define DOUBLE_FORMS(name)                                                             \
    {                                                                                  \
        [LDST_IMM] = name##_offset, [LDST_PRE] = name##_pre, [LDST_POST] = name##_post \
    }
#define DOUBLE(kind, name, ...)                                                             \
    MEMORY(kind, name, offset, X(rn) + (uint64_t)IMM16, __VA_ARGS__, WRITEBACK_NONE, PLAIN) \
    MEMORY(kind, name, pre, X(rn) + (uint64_t)IMM16, __VA_ARGS__, WRITEBACK_PRE, PLAIN)     \
    MEMORY(kind, name, post, X(rn), __VA_ARGS__, WRITEBACK_POST, PLAIN)                     \
    HANDLER_TABLE(handler_fn *const name##_form[2][LDST_FORMS] = {DOUBLE_FORMS(name), DOUBLE_FORMS(name##_sp)};)

#define LITERAL cpu->pc_page + (uint64_t)IMM
#define AT_LITERAL(kind, name, ...)                                      \
    SLOW(kind, name##_slow, LITERAL, __VA_ARGS__, WRITEBACK_NONE, PLAIN) \
    FAST(kind, name, ANY_BASE, name##_slow, LITERAL, __VA_ARGS__, WRITEBACK_NONE, PLAIN)
