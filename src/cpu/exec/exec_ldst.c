#include "cpu/exec/exec_ldst.h"
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

/* Does a load or store from the fast table; false when that does not answer, or a bit of `low`, below PAGE_SIZE, is
 * set: the address or SP is not aligned as it has to be. */
INLINE bool load_fast(struct cpu *cpu, const struct op *op, uint64_t address, uint64_t low, struct access a)
{
    char *host;
    if (unlikely(!fast_find(cpu->mmu.current->read, address, a.size * a.registers, low, &host)))
        return false;
    const uint64_t data[2] = {host_read(host, a.size), a.registers == 2 ? host_read(host + a.size, a.size) : 0};
    load_finish(cpu, op, address, a, data);
    return true;
}

INLINE bool store_fast(struct cpu *cpu, const struct op *op, uint64_t address, uint64_t low, struct access a)
{
    char *host;
    if (unlikely(!fast_find(cpu->mmu.current->write, address, a.size * a.registers, low, &host)))
        return false;
    host_write(host, a.size, X(rd));
    if (a.registers == 2)
        host_write(host + a.size, a.size, X(rm));
    write_back(cpu, op, address, a);
    return true;
}

#define ANY_BASE 0                     /* `low` of an address that need not be aligned */
#define SP_BASE  (X(rn) & cpu->sp_low) /* the bits of SP that have to be zero */

/* The slow twin of a handler. kind: load or store; where: the address, worked out anew, as nothing has changed yet; then
 * struct access. */
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
#define SINGLE(kind, name, ...)                                                                       \
    MEMORY(kind, name, imm, X(rn) + (uint64_t)IMM, __VA_ARGS__, WRITEBACK_NONE, PLAIN)                \
    INDEXED(kind, name, lsl, uint64_t, __VA_ARGS__)                                                   \
    INDEXED(kind, name, uxtw, uint32_t, __VA_ARGS__)                                                  \
    INDEXED(kind, name, sxtw, int32_t, __VA_ARGS__)                                                   \
    MEMORY(kind, name, pre, X(rn) + (uint64_t)IMM, __VA_ARGS__, WRITEBACK_PRE, PLAIN)                 \
    MEMORY(kind, name, post, X(rn), __VA_ARGS__, WRITEBACK_POST, PLAIN)                               \
    SLOW(kind, name##_unprivileged, X(rn) + (uint64_t)IMM, __VA_ARGS__, WRITEBACK_NONE, UNPRIVILEGED) \
    HANDLER_TABLE(handler_fn *const name##_form[2][LDST_FORMS] = {SINGLE_FORMS(name), SINGLE_FORMS(name##_sp)};)
#define LOAD(name, size, sign) SINGLE(load, name, size, sign, 1, false)
#define STORE(name, size)      SINGLE(store, name, size, 0, 1, true)

#define DOUBLE_FORMS(name)                                                             \
    {                                                                                  \
        [LDST_IMM] = name##_offset, [LDST_PRE] = name##_pre, [LDST_POST] = name##_post \
    }
#define DOUBLE(kind, name, ...)                                                             \
    MEMORY(kind, name, offset, X(rn) + (uint64_t)IMM16, __VA_ARGS__, WRITEBACK_NONE, PLAIN) \
    MEMORY(kind, name, pre, X(rn) + (uint64_t)IMM16, __VA_ARGS__, WRITEBACK_PRE, PLAIN)     \
    MEMORY(kind, name, post, X(rn), __VA_ARGS__, WRITEBACK_POST, PLAIN)                     \
    HANDLER_TABLE(handler_fn *const name##_form[2][LDST_FORMS] = {DOUBLE_FORMS(name), DOUBLE_FORMS(name##_sp)};)
#define LOAD_PAIR(name, size, sign) DOUBLE(load, name, size, sign, 2, false)
#define STORE_PAIR(name, size)      DOUBLE(store, name, size, 0, 2, true)

#define LITERAL cpu->pc_page + (uint64_t)IMM
#define LOAD_LITERAL(name, size, sign)                                            \
    SLOW(load, name##_slow, LITERAL, size, sign, 1, false, WRITEBACK_NONE, PLAIN) \
    FAST(load, name, ANY_BASE, name##_slow, LITERAL, size, sign, 1, false, WRITEBACK_NONE, PLAIN)

#define ORDERED_ACCESS(kind, name, size, write)                                \
    SLOW(kind, name##_slow, X(rn), size, 0, 1, write, WRITEBACK_NONE, ORDERED) \
    FAST(kind, name, X(rn) % (size), name##_slow, X(rn), size, 0, 1, write, WRITEBACK_NONE, ORDERED)
#define LOAD_ORDERED(name, size)  ORDERED_ACCESS(load, name, size, false)
#define STORE_ORDERED(name, size) ORDERED_ACCESS(store, name, size, true)

#define EXCLUSIVE_ACCESS(kind, name, size, registers, write)                                                  \
    INTERPRETED(name)                                                                                         \
    {                                                                                                         \
        GO(kind##_exclusive(cpu, op, (struct access){size, 0, registers, write, WRITEBACK_NONE, EXCLUSIVE})); \
    }
#define LOAD_EXCLUSIVE(name, size, registers)  EXCLUSIVE_ACCESS(load, name, size, registers, false)
#define STORE_EXCLUSIVE(name, size, registers) EXCLUSIVE_ACCESS(store, name, size, registers, true)

#include "cpu/exec/exec_ldst.def"

/* ---- DC ZVA: a block of zeros ---- */

HANDLER(DC_ZVA)
{
    char *host;
    const uint64_t address = align_down(X(rd), ZVA_BYTES);
    if (unlikely(cpu->armed[DIRECTION_READ] & (T(DZE) | T(TDZ))))
        BECOME(DC_ZVA_slow);
    if (unlikely(!fast_find(cpu->mmu.current->write, address, ZVA_BYTES, 0, &host)))
        BECOME(DC_ZVA_slow);
    for (unsigned i = 0; i < ZVA_BYTES; i += 8)
        host_write(host + i, 8, 0);
    NEXT(1);
}
