/* Which rows of trap.def some access of a machine carries, and can find armed. */
#include "cpu/sysreg/sysreg_table.h"

/* Those of instructions that name no register. */
static trapset_t of_instructions(void)
{
    trapset_t set = T(BELOW_EL1) | T(HCD) | T(TSC) | T(nTWI) | T(TWI) | T(nTWE) | T(TWE) | T(UMA) | T(FPEN) |
                    T(FPEN_EL0) | T(TFP) | T(TIDCP);
#define SYSOP(name, op1, crm, op2, traps, ...)       set |= traps;
#define TLBI(name, op1, crm, op2, traps, regime, by) set |= traps;
#define AT(name, op1, op2, traps, el, write, both)   set |= traps;
#include "cpu/sysreg/at.def"
#include "cpu/sysreg/sysop.def"
#include "cpu/sysreg/tlbi.def"
#undef SYSOP
#undef TLBI
#undef AT
    return set;
}

trapset_t sysreg_carried(const struct cpu *cpu)
{
    trapset_t set = of_instructions();
    for (unsigned i = 0; i < SYSREG_A64_COUNT; i++)
        set |= cpu->sysreg[i].traps;
    return set;
}

/* Bits that nobody can write are as they are. */
bool sysreg_can_arm(const struct cpu *cpu, enum trap_id id)
{
    const struct trap_row *row = &hyp_traps[id];
    const uint64_t fixed = row->mask & ~sysreg_table[row->control].writable;
    const bool of_el2 = row->to == 2 || row->control == HCR_EL2;
    if (row->mask && of_el2 && !cpu->state.has_el2)
        return false;
    return ((cpu->state.sys[row->control] ^ row->armed) & fixed) == 0;
}
