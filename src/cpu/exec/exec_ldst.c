#include "cpu/exec/exec_ldst.h"

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

#define ONE(kind, name, ...)        \
    SINGLE(kind, name, __VA_ARGS__) \
    SLOW(kind, name##_unprivileged, X(rn) + (uint64_t)IMM, __VA_ARGS__, WRITEBACK_NONE, UNPRIVILEGED)
#define LOAD(name, size, sign)         ONE(load, name, size, sign, 1, false, false)
#define STORE(name, size)              ONE(store, name, size, 0, 1, true, false)
#define LOAD_PAIR(name, size, sign)    DOUBLE(load, name, size, sign, 2, false, false)
#define STORE_PAIR(name, size)         DOUBLE(store, name, size, 0, 2, true, false)
#define LOAD_LITERAL(name, size, sign) AT_LITERAL(load, name, size, sign, 1, false, false)

#define ORDERED_ACCESS(kind, name, size, write)                                       \
    SLOW(kind, name##_slow, X(rn), size, 0, 1, write, false, WRITEBACK_NONE, ORDERED) \
    FAST(kind, name, X(rn) % (size), name##_slow, X(rn), size, 0, 1, write, false, WRITEBACK_NONE, ORDERED)
#define LOAD_ORDERED(name, size)  ORDERED_ACCESS(load, name, size, false)
#define STORE_ORDERED(name, size) ORDERED_ACCESS(store, name, size, true)

#define EXCLUSIVE_ACCESS(kind, name, size, registers, write)                                                         \
    INTERPRETED(name)                                                                                                \
    {                                                                                                                \
        GO(kind##_exclusive(cpu, op, (struct access){size, 0, registers, write, false, WRITEBACK_NONE, EXCLUSIVE})); \
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
