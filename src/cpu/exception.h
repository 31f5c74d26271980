/* Taking exceptions, and returning from them. Each function returns the operation to go on with. */
#pragma once
#include "cpu/cpu.h"
#include "hyp/syndrome.h"

enum vector { VECTOR_SYNC = 0x000, VECTOR_IRQ = 0x080, VECTOR_FIQ = 0x100, VECTOR_SERROR = 0x180 };

/* Takes an exception to EL `to` (1 or 2) while op runs, with return_pc in ELR (AArch64.TakeException). ESR, FAR and
 * HPFAR are the caller's: they belong to the kind of exception. */
const struct op *exception_take(struct cpu *cpu, const struct op *op, unsigned to, enum vector vector,
                                uint64_t return_pc);

/* Takes the pending interrupt of the highest priority that is unmasked, if there is one: state.pc becomes its vector. False:
 * none was taken. */
bool exception_take_interrupt(struct cpu *cpu);

/* A synchronous exception at op, reported with ESR `esr`. `next`: the return address is that of the instruction after
 * op (SVC, HVC), not of op. */
const struct op *exception_sync(struct cpu *cpu, const struct op *op, unsigned to, uint64_t esr, bool next);

/* An SP alignment fault at op (AArch64.SPAlignmentFault). */
const struct op *exception_sp_alignment(struct cpu *cpu, const struct op *op);

/* MSR SPSel: changes PSTATE.SP and with it what SP means. */
void exception_select_sp(struct cpu *cpu, bool sp_sel);

/* An Undefined exception at op. */
const struct op *exception_undefined(struct cpu *cpu, const struct op *op);

/* A data abort of op (AArch64.DataAbort), and an instruction abort at pc (AArch64.InstructionAbort). */
const struct op *exception_data_abort(struct cpu *cpu, const struct op *op, const struct fault *fault,
                                      struct abort_access access);
const struct op *exception_insn_abort(struct cpu *cpu, int64_t left, const struct fault *fault);

/* What the judge has to say to an access caught by `caught` (not empty) that would be reported as `esr`. */
const struct op *exception_trap(struct cpu *cpu, const struct op *op, trapset_t caught, uint64_t esr);

/* ERET (AArch64.ExceptionReturn). */
const struct op *exception_return(struct cpu *cpu, const struct op *op);
