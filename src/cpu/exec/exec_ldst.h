/* What loads and stores do last, on the fast path and on the slow one. */
#pragma once
#include "cpu/exec/exec.h"
#include "cpu/memory.h"

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
