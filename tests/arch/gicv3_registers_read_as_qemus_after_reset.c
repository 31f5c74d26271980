/* run: el1 el2
   gic: 3
   smp: 2 */
#include "common/lib.h"

static void dump(const char *name, u64 base, u32 size)
{
    for (u32 offset = 0; offset < size; offset += 4) {
        const u32 value = read32(base + offset);
        if (!value)
            continue;
        print(name);
        print_hex(offset);
        show("", value);
    }
}

void test(void)
{
    dump("GICD ", GICD, 0x10000);
    dump("GICR 0 ", GICR, 0x20000);
    dump("GICR 1 ", GICR + 0x20000, 0x20000);
    show("typer", *(volatile u64 *)(GICR + 8));
    show("typer 1", *(volatile u64 *)(GICR + 0x20008));
    SHOW_REG(mpidr_el1);
    show("pfr0.gic", MRS(id_aa64pfr0_el1) >> 24 & 15);
    SHOW_REG(icc_ctlr_el1);
    SHOW_REG(icc_pmr_el1);
    SHOW_REG(icc_bpr0_el1);
    SHOW_REG(icc_bpr1_el1);
    SHOW_REG(icc_ap0r0_el1);
    SHOW_REG(icc_ap1r0_el1);
    SHOW_REG(icc_rpr_el1);
    SHOW_REG(icc_sre_el1);
    SHOW_REG(icc_igrpen0_el1);
    SHOW_REG(icc_igrpen1_el1);
    SHOW_REG(icc_iar0_el1);
    SHOW_REG(icc_iar1_el1);
    SHOW_REG(icc_hppir0_el1);
    SHOW_REG(icc_hppir1_el1);
    MSR(icc_sre_el1, 0);
    SHOW_REG(icc_sre_el1);
    if (at_el2) {
        SHOW_REG(icc_sre_el2);
        MSR(icc_sre_el2, 0);
        SHOW_REG(icc_sre_el2);
    }
    SHOW_REG(icc_ap0r1_el1); /* UNDEFINED, as the next three */
    SHOW_REG(icc_ap1r3_el1);
    SHOW_REG(s3_0_c12_c12_1); /* ICC_EOIR1_EL1 is write-only */
    MSR(s3_0_c12_c11_3, 0);   /* ICC_RPR_EL1 is read-only */
}
