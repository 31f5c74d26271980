/* run: el1 el2 */
#include "common/lib.h"

void test(void)
{
    SHOW_REG(midr_el1);
    SHOW_REG(mpidr_el1);
    SHOW_REG(revidr_el1);
    SHOW_REG(ctr_el0);
    SHOW_REG(dczid_el0);
    SHOW_REG(clidr_el1);
    SHOW_REG(cntfrq_el0);
    SHOW_REG(id_aa64pfr0_el1);
    SHOW_REG(id_aa64pfr1_el1);
    SHOW_REG(id_aa64dfr0_el1);
    SHOW_REG(id_aa64isar0_el1);
    SHOW_REG(id_aa64isar1_el1);
    SHOW_REG(id_aa64mmfr0_el1);
    SHOW_REG(id_aa64mmfr1_el1);
    SHOW_REG(id_aa64afr0_el1);
    SHOW_REG(mvfr0_el1);
    SHOW_REG(mvfr1_el1);
    SHOW_REG(mvfr2_el1);
    for (u64 level = 0; level < 4; level++) {
        MSR(csselr_el1, level);
        ISB();
        SHOW_REG(ccsidr_el1);
    }
    SHOW_REG(CurrentEL);
    SHOW_REG(daif);
    SHOW_REG(spsel);
}
