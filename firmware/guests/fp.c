/* Two of these run on one CPU in turn: each finds its own FP registers, though they are exchanged only when they are used. */
#include "lib.h"

enum { ROUNDS = 12 };

u64 fp_registers_survive(u64 seed); /* 0, or 1 when one has not */

int main(void)
{
    MSR(cpacr_el1, 3 << 20);
    ISB();
    for (u64 round = 0; round < ROUNDS; round++)
        check("an FP register is another's", fp_registers_survive(guest_number << 56 | round << 32 | 0x1234567), 0);
    MSR(cpacr_el1, 0);
    ISB();
    const u64 before = last()->count;
    run_word(0x1e604000, 0); /* FMOV D0, D0 */
    check("FP that CPACR_EL1 does not allow", last()->count, before + 1);
    check("its syndrome", last()->esr, 0x1fe00000);
    return 0;
}
