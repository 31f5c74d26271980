/* Loads and stores of SIMD&FP registers. That FP is trapped costs the fast path no test of its own: cpu->fp_off is a bit
 * that has to be zero, as those of a misaligned SP are. */
#include "cpu/exec/exec_ldst.h"

INLINE bool load_vector_fast(struct cpu *cpu, const struct op *op, uint64_t address, uint64_t low, struct access a)
{
    char *host;
    if (unlikely(!fast_find(cpu->mmu.current->read, address, a.size * a.registers, low | cpu->fp_off, &host)))
        return false;
    load_vector_finish(cpu, op, address, a, host);
    return true;
}

INLINE bool store_vector_fast(struct cpu *cpu, const struct op *op, uint64_t address, uint64_t low, struct access a)
{
    char *host;
    if (unlikely(!fast_find(cpu->mmu.current->write, address, a.size * a.registers, low | cpu->fp_off, &host)))
        return false;
    store_vector_data(cpu, op, a, host);
    write_back(cpu, op, address, a);
    return true;
}

#define LOAD(name, size)         SINGLE(load_vector, name, size, 0, 1, false, true)
#define STORE(name, size)        SINGLE(store_vector, name, size, 0, 1, true, true)
#define LOAD_PAIR(name, size)    DOUBLE(load_vector, name, size, 0, 2, false, true)
#define STORE_PAIR(name, size)   DOUBLE(store_vector, name, size, 0, 2, true, true)
#define LOAD_LITERAL(name, size) AT_LITERAL(load_vector, name, size, 0, 1, false, true)

#include "cpu/exec/exec_fp_ldst.def"
