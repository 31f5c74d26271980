/* The closing table: exits by reason. A guest says which of its counts depend on time, or on what traps a model of the CPU
 * has; those stand in a column of their own. */
#include "vm.h"

static const char *const names[REASONS] = {
    [R_INTERRUPT] = "interrupt",
    [R_STAGE2_DATA] = "stage-2 fault, data",
    [R_STAGE2_INSN] = "stage-2 fault, instruction",
    [R_STAGE2_WALK] = "stage-2 fault, walk of stage 1",
    [R_STAGE2_PERMISSION] = "stage-2 fault, permission",
    [R_MMIO] = "MMIO, by the syndrome",
    [R_MMIO_DECODED] = "MMIO, by the instruction",
    [R_HVC] = "HVC",
    [R_SMC] = "SMC",
    [R_WFI] = "WFI",
    [R_WFE] = "WFE",
    [R_SYSREG] = "trapped register",
    [R_TIMER_REG] = "trapped timer register",
    [R_SGI_REG] = "trapped SGI register",
    [R_CACHE] = "cache maintenance",
    [R_TLBI] = "TLB maintenance",
    [R_FP] = "FP access",
    [R_ABORT] = "abort given to the guest",
    [R_MAINTENANCE] = "with maintenance pending",
};

static u64 exact[REASONS], varying[REASONS];

void vm_account(const struct vm *vm)
{
    for (unsigned r = 0; r < REASONS; r++)
        ((vm->guest->varying & REASON(r)) ? varying : exact)[r] += vm->exits[r];
}

/* Of all reasons, or of those that there were. */
void print_closing_table(bool all)
{
    print("\n%-32s%8s%8s\n", "exits by reason", "exact", "varying");
    for (unsigned r = 0; r < REASONS; r++)
        if (all || exact[r] || varying[r])
            print("%-32s%8u%8u\n", names[r], exact[r], varying[r]);
}
