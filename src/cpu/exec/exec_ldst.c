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

/* Does a load or store from the fast table; false when that does not answer. */
INLINE bool load_fast(struct cpu *cpu, const struct op *op, uint64_t address, struct access a)
{
    char *host;
    if (unlikely(!fast_find(cpu->mmu.current->read, address, a.size * a.registers, &host)))
        return false;
    const uint64_t data[2] = {host_read(host, a.size), a.registers == 2 ? host_read(host + a.size, a.size) : 0};
    load_finish(cpu, op, address, a, data);
    return true;
}

INLINE bool store_fast(struct cpu *cpu, const struct op *op, uint64_t address, struct access a)
{
    char *host;
    if (unlikely(!fast_find(cpu->mmu.current->write, address, a.size * a.registers, &host)))
        return false;
    host_write(host, a.size, X(rd));
    if (a.registers == 2)
        host_write(host + a.size, a.size, X(rm));
    write_back(cpu, op, address, a);
    return true;
}

/* A handler and its twin for the slow path. kind: load or store; where: the address, worked out anew by the twin, as
 * nothing has changed yet; then struct access. */
#define MEMORY(kind, name, where, ...)                                           \
    COLD INTERPRETED(name##_slow)                                                \
    {                                                                            \
        GO(kind##_slow(cpu, op, (where), (struct access){__VA_ARGS__}));         \
    }                                                                            \
    HANDLER(name)                                                                \
    {                                                                            \
        if (likely(kind##_fast(cpu, op, (where), (struct access){__VA_ARGS__}))) \
            NEXT(1);                                                             \
        BECOME(name##_slow);                                                     \
    }

#define INDEXED(kind, name, type, ...) \
    MEMORY(kind, name, X(rn) + ((uint64_t)(type)X(rm) << NUM(ra)), __VA_ARGS__, WRITEBACK_NONE)
#define SINGLE(kind, name, ...)                                                                                  \
    MEMORY(kind, name##_imm, X(rn) + (uint64_t)IMM, __VA_ARGS__, WRITEBACK_NONE)                                 \
    INDEXED(kind, name##_lsl, uint64_t, __VA_ARGS__)                                                             \
    INDEXED(kind, name##_uxtw, uint32_t, __VA_ARGS__)                                                            \
    INDEXED(kind, name##_sxtw, int32_t, __VA_ARGS__)                                                             \
    MEMORY(kind, name##_pre, X(rn) + (uint64_t)IMM, __VA_ARGS__, WRITEBACK_PRE)                                  \
    MEMORY(kind, name##_post, X(rn), __VA_ARGS__, WRITEBACK_POST)                                                \
    HANDLER_TABLE(handler_fn *const name##_form[LDST_FORMS] = {name##_imm, name##_lsl, name##_uxtw, name##_sxtw, \
                                                               name##_pre, name##_post};)
#define LOAD(name, size, sign) SINGLE(load, name, size, sign, 1, false)
#define STORE(name, size)      SINGLE(store, name, size, 0, 1, true)

#define DOUBLE(kind, name, ...)                                                       \
    MEMORY(kind, name##_offset, X(rn) + (uint64_t)IMM16, __VA_ARGS__, WRITEBACK_NONE) \
    MEMORY(kind, name##_pre, X(rn) + (uint64_t)IMM16, __VA_ARGS__, WRITEBACK_PRE)     \
    MEMORY(kind, name##_post, X(rn), __VA_ARGS__, WRITEBACK_POST)                     \
    HANDLER_TABLE(handler_fn *const name##_form[LDST_FORMS] = {                       \
                      [LDST_IMM] = name##_offset, [LDST_PRE] = name##_pre, [LDST_POST] = name##_post};)
#define LOAD_PAIR(name, size, sign) DOUBLE(load, name, size, sign, 2, false)
#define STORE_PAIR(name, size)      DOUBLE(store, name, size, 0, 2, true)

#include "cpu/exec/exec_ldst.def"

MEMORY(load, LDR_w_literal, cpu->pc_page + (uint64_t)IMM, 4, 0, 1, false, WRITEBACK_NONE)
MEMORY(load, LDR_x_literal, cpu->pc_page + (uint64_t)IMM, 8, 0, 1, false, WRITEBACK_NONE)
