/* Taking exceptions, and returning from them. Each function that returns an operation returns the one to go on with. */
#pragma once
#include "cpu/cpu.h"
#include "hyp/syndrome.h"

enum vector { VECTOR_SYNC = 0x000, VECTOR_IRQ = 0x080, VECTOR_FIQ = 0x100, VECTOR_SERROR = 0x180 };

/* ---- synchronous exceptions ---- */

/* An exception at op taken to EL `to`, reported with ESR `esr`. `next`: the return address is that of the instruction
 * after op (SVC, HVC), not of op. */
const struct op *exception_sync(struct cpu *cpu, const struct op *op, unsigned to, uint64_t esr, bool next);

/* An Undefined exception at op (AArch64.UndefinedFault). */
const struct op *exception_undefined(struct cpu *cpu, const struct op *op);

/* An SP alignment fault at op (AArch64.SPAlignmentFault). */
const struct op *exception_sp_alignment(struct cpu *cpu, const struct op *op);

/* A data abort of op (AArch64.DataAbort). */
const struct op *exception_data_abort(struct cpu *cpu, const struct op *op, const struct fault *fault,
                                      struct abort_access access);

/* Instead of the instruction at the fault's va, `left` cycles before the deadline: an instruction abort, a PC alignment
 * fault (AArch64.InstructionAbort, AArch64.PCAlignmentFault). */
const struct op *exception_insn_abort(struct cpu *cpu, int64_t left, const struct fault *fault);

/* Instead of the instruction at pc: PSTATE.IL is set (AArch64.IllegalExecutionState). */
const struct op *exception_illegal_state(struct cpu *cpu, int64_t left, uint64_t pc);

/* What the judge has to say to an access caught by `caught` (not empty) that would be reported as `esr`. */
const struct op *exception_trap(struct cpu *cpu, const struct op *op, trapset_t caught, uint64_t esr);

/* The same for an access that carries `traps`; NULL: none of them is armed, and the access goes on. */
static inline const struct op *exception_refused(struct cpu *cpu, const struct op *op, trapset_t traps,
                                                 enum direction direction, uint64_t esr)
{
    const trapset_t caught = traps & cpu->armed[direction];
    return unlikely(caught) ? exception_trap(cpu, op, caught, esr) : NULL;
}

/* CheckFPAdvSIMDEnabled64 for an instruction of FP and SIMD; NULL: it goes on. */
static inline const struct op *exception_fp_refused(struct cpu *cpu, const struct op *op)
{
    return exception_refused(cpu, op, FP_TRAPS, DIRECTION_READ, syndrome_fp());
}

/* ---- interrupts ---- */

/* Takes the pending interrupt of the highest priority that is unmasked, if there is one: state.pc becomes its vector. False:
 * none was taken. */
bool exception_take_interrupt(struct cpu *cpu);

/* ---- return ---- */

/* ERET (AArch64.ExceptionReturn). */
const struct op *exception_return(struct cpu *cpu, const struct op *op);

/* ---- between exception.c, exception_return.c and interrupts.c ---- */

/* What an EL above 0 keeps for the exceptions it takes. */
struct exception_bank {
    enum sysreg elr, spsr, esr, far, vbar, sp;
};
extern const struct exception_bank exception_banks[3];

/* What a listener is told of an exception beside its target: the instruction concerned and its time; what the judge has
 * decided, if it is a trap; the fault, if it is an abort. */
struct exception_about {
    uint64_t pc, cycles;
    const struct verdict *verdict; /* NULL: no trap */
    const struct fault *fault;     /* NULL: no abort */
};

/* Enters EL `to` at a vector, ESR, FAR and HPFAR being the caller's: they belong to the kind of exception. Returns the
 * address of the vector (AArch64.TakeException). */
uint64_t exception_enter(struct cpu *cpu, unsigned to, enum vector vector, uint64_t return_pc,
                         const struct exception_about *about);

/* Changes PSTATE.{EL, SP} and with them what SP means. */
void exception_select_el(struct cpu *cpu, unsigned el, bool sp_sel);

/* MSR SPSel: changes PSTATE.SP alone. */
void exception_select_sp(struct cpu *cpu, bool sp_sel);

/* The address that a branch to `target` goes to at the current EL: without a tag (AArch64.BranchAddr). */
uint64_t exception_branch_address(const struct state *s, uint64_t target);
