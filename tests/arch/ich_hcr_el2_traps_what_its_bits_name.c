/* run: el2, gic: 3 */
#include "common/lib.h"

/* Every register of the virtual interface, read or written at EL1 under each trap of ICH_HCR_EL2, and those that send
 * SGIs; and, without a trap, as virtual registers (HCR_EL2.IMO and FMO) and as physical ones. */
#define ICH_HCR          s3_4_c12_c11_0
#define MSR_(reg, value) MSR(reg, value)

#define READ(reg)             \
    print("read " #reg "\n"); \
    MRS_(reg)
#define MRS_(reg) (void)MRS(reg)

#define WRITE(reg)             \
    print("write " #reg "\n"); \
    MSR(reg, 0)

static u64 guest(void)
{
    READ(s3_0_c4_c6_0);   /* ICC_PMR_EL1 */
    READ(s3_0_c12_c8_0);  /* ICC_IAR0_EL1 */
    READ(s3_0_c12_c8_2);  /* ICC_HPPIR0_EL1 */
    READ(s3_0_c12_c8_3);  /* ICC_BPR0_EL1 */
    READ(s3_0_c12_c8_4);  /* ICC_AP0R0_EL1 */
    READ(s3_0_c12_c9_0);  /* ICC_AP1R0_EL1 */
    READ(s3_0_c12_c11_3); /* ICC_RPR_EL1 */
    READ(s3_0_c12_c12_0); /* ICC_IAR1_EL1 */
    READ(s3_0_c12_c12_2); /* ICC_HPPIR1_EL1 */
    READ(s3_0_c12_c12_3); /* ICC_BPR1_EL1 */
    READ(s3_0_c12_c12_4); /* ICC_CTLR_EL1 */
    READ(s3_0_c12_c12_5); /* ICC_SRE_EL1 */
    READ(s3_0_c12_c12_6); /* ICC_IGRPEN0_EL1 */
    READ(s3_0_c12_c12_7); /* ICC_IGRPEN1_EL1 */
    WRITE(s3_0_c4_c6_0);
    WRITE(s3_0_c12_c8_3);
    WRITE(s3_0_c12_c8_4);
    WRITE(s3_0_c12_c9_0);
    WRITE(s3_0_c12_c12_3);
    WRITE(s3_0_c12_c12_4);
    WRITE(s3_0_c12_c12_5);
    WRITE(s3_0_c12_c12_6);
    WRITE(s3_0_c12_c12_7);
    WRITE(s3_0_c12_c8_1);  /* ICC_EOIR0_EL1 */
    WRITE(s3_0_c12_c12_1); /* ICC_EOIR1_EL1 */
    WRITE(s3_0_c12_c11_1); /* ICC_DIR_EL1 */
    WRITE(s3_0_c12_c11_5); /* ICC_SGI1R_EL1 */
    WRITE(s3_0_c12_c11_6); /* ICC_ASGI1R_EL1 */
    WRITE(s3_0_c12_c11_7); /* ICC_SGI0R_EL1 */
    READ(s3_4_c12_c11_0);  /* ICH_HCR_EL2 */
    READ(s3_4_c12_c12_0);  /* ICH_LR0_EL2 */
    READ(s3_0_c12_c8_1);   /* those that are write-only, and read-only */
    WRITE(s3_0_c12_c8_0);
    return 0;
}

static void under(const char *what, u64 hcr, u64 ich_hcr)
{
    print(what);
    print("\n");
    MSR(hcr_el2, 1ul << 31 | hcr);
    MSR_(ICH_HCR, ich_hcr);
    ISB();
    at_level(EL1H, guest);
}

void test(void)
{
    MSR(s3_4_c12_c9_5, 0xf); /* ICC_SRE_EL2 */
    ISB();
    under("physical", 0, 0);
    under("IMO", 1 << 4, 0);
    under("FMO", 1 << 3, 0);
    under("IMO and FMO", 3 << 3, 0);
    under("TC", 3 << 3, 1 << 10);
    under("TALL0", 3 << 3, 1 << 11);
    under("TALL1", 3 << 3, 1 << 12);
    under("TDIR", 3 << 3, 1 << 14);
    under("all", 3 << 3, 0x5c00);
    under("all, physical", 0, 0x5c00);
    MSR_(ICH_HCR, 0);
    READ(s3_4_c12_c12_4); /* ICH_LR4_EL2: there are four */
    READ(s3_4_c12_c8_1);  /* ICH_AP0R1_EL2 */
    WRITE(s3_4_c12_c11_1);
}
