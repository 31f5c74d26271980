/* run: el2, gic: 3 */
#include "common/lib.h"

/* Random reads and writes of a GICv3's virtual interface: list registers filled at EL2 by ICH_*, acknowledged and ended at
 * EL1 by what ICC_* are there, some of them linked to physical interrupts; with the maintenance interrupt, and what EL1
 * sees pending. Left out is what QEMU does otherwise than the architecture: ends under EOImode that find no list
 * register, which it counts, VGrp0DIE, which it
 * asks VENG1 for, and the reserved bits of list registers and of ICH_HCR_EL2, which it keeps; and what is
 * UNPREDICTABLE: one virtual INTID in two list registers, ends that were not acknowledged. */
enum { GICR_SGI = 0x080b0000, LRS = 4, GROUPS = 2 };

#define ICH_AP0R0         s3_4_c12_c8_0
#define ICH_AP1R0         s3_4_c12_c9_0
#define ICH_HCR           s3_4_c12_c11_0
#define ICH_VTR           s3_4_c12_c11_1
#define ICH_MISR          s3_4_c12_c11_2
#define ICH_EISR          s3_4_c12_c11_3
#define ICH_ELRSR         s3_4_c12_c11_5
#define ICH_VMCR          s3_4_c12_c11_7
#define ICH_LR0           s3_4_c12_c12_0
#define ICH_LR1           s3_4_c12_c12_1
#define ICH_LR2           s3_4_c12_c12_2
#define ICH_LR3           s3_4_c12_c12_3
#define ICC_PMR           s3_0_c4_c6_0
#define ICC_IAR0          s3_0_c12_c8_0
#define ICC_EOIR0         s3_0_c12_c8_1
#define ICC_HPPIR0        s3_0_c12_c8_2
#define ICC_BPR0          s3_0_c12_c8_3
#define ICC_AP0R0         s3_0_c12_c8_4
#define ICC_AP1R0         s3_0_c12_c9_0
#define ICC_DIR           s3_0_c12_c11_1
#define ICC_RPR           s3_0_c12_c11_3
#define ICC_IAR1          s3_0_c12_c12_0
#define ICC_EOIR1         s3_0_c12_c12_1
#define ICC_HPPIR1        s3_0_c12_c12_2
#define ICC_BPR1          s3_0_c12_c12_3
#define ICC_CTLR          s3_0_c12_c12_4
#define ICC_IGRPEN0       s3_0_c12_c12_6
#define ICC_IGRPEN1       s3_0_c12_c12_7
#define READ(reg)         MRS_(reg)
#define MRS_(reg)         MRS(reg)
#define WRITE(reg, value) MSR_(reg, value)
#define MSR_(reg, value)  MSR(reg, value)

static u64 seed = 88172645463325252;

static u64 next(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

static u64 sum;

static void note(u64 value)
{
    sum = (sum ^ value) * 0x100000001b3;
}

static u64 lr(unsigned n)
{
    return n == 0 ? READ(ICH_LR0) : n == 1 ? READ(ICH_LR1) : n == 2 ? READ(ICH_LR2) : READ(ICH_LR3);
}

static void write_lr(unsigned n, u64 value)
{
    if (n == 0)
        WRITE(ICH_LR0, value);
    else if (n == 1)
        WRITE(ICH_LR1, value);
    else if (n == 2)
        WRITE(ICH_LR2, value);
    else
        WRITE(ICH_LR3, value);
}

/* ---- EL1's part ---- */

struct {
    u32 intid, group;
} active[64];

static u32 depth, acks, special, taken[2];
static u64 random_bits;

static u64 guest_looks(void)
{
    note(READ(ICC_PMR));
    note(READ(ICC_HPPIR0));
    note(READ(ICC_HPPIR1));
    note(READ(ICC_BPR0));
    note(READ(ICC_BPR1));
    note(READ(ICC_AP0R0));
    note(READ(ICC_AP1R0));
    note(READ(ICC_RPR));
    note(READ(ICC_CTLR));
    note(READ(ICC_IGRPEN0));
    note(READ(ICC_IGRPEN1));
    return MRS(isr_el1);
}

static u64 guest_acknowledges(void)
{
    const u32 group = random_bits & 1;
    const u32 intid = group ? READ(ICC_IAR1) : READ(ICC_IAR0);
    note(intid);
    acks += intid < 1020;
    special += intid >= 1020 && intid < 1024;
    if ((intid < 1020 || intid >= 8192) && depth < 64) {
        active[depth].intid = intid;
        active[depth++].group = group;
    }
    return 0;
}

static u64 guest_ends(void)
{
    if (active[depth].group)
        WRITE(ICC_EOIR1, active[depth].intid);
    else
        WRITE(ICC_EOIR0, active[depth].intid);
    return READ(ICC_CTLR) & 2;
}

static u64 guest_deactivates(void)
{
    WRITE(ICC_DIR, active[depth].intid);
    return 0;
}

static u64 guest_controls(void)
{
    const u64 r = random_bits;
    if (r & 1)
        WRITE(ICC_PMR, (r >> 8 & 0xff) | 0xc0);
    if (r & 2)
        WRITE(ICC_IGRPEN0, (r >> 16 & 3) != 0);
    if (r & 4)
        WRITE(ICC_IGRPEN1, (r >> 18 & 3) != 0);
    if (r & 8)
        WRITE(ICC_BPR0, r >> 20 & 7);
    if (r & 16)
        WRITE(ICC_BPR1, r >> 23 & 7);
    if (r & 32)
        WRITE(ICC_CTLR, r >> 26 & 3);
    return 0;
}

/* ---- EL2's ---- */

static void look(void)
{
    note(READ(ICH_AP0R0));
    note(READ(ICH_AP1R0));
    note(READ(ICH_HCR));
    note(READ(ICH_VTR));
    note(READ(ICH_MISR));
    note(READ(ICH_EISR));
    note(READ(ICH_ELRSR));
    note(READ(ICH_VMCR));
    for (unsigned n = 0; n < LRS; n++)
        note(lr(n));
    note(read32(GICR_SGI + 0x200)); /* the maintenance interrupt among them */
    note(read32(GICR_SGI + 0x300));
    const u64 isr = at_level(EL1H, guest_looks);
    note(isr);
    taken[0] += isr >> 6 & 1;
    taken[1] += isr >> 7 & 1;
}

/* Each list register has virtual INTIDs of its own, LPIs among them, and PPIs of its own. */
static void fill(u64 r)
{
    static const unsigned char states[] = {0, 1, 1, 1, 1, 1, 2, 3};
    const u64 n = r % LRS, state = states[r >> 40 & 7], hw = r >> 10 & 1, group = r >> 11 & 1;
    const u64 base = r >> 14 & 7 ? r >> 17 & 0x200 : 8192;
    const u64 vintid = base + n * 4 + (r >> 12 & 3);
    const u64 low = hw ? 16 + 4 * n % 16 + (r >> 18 & 3) : r >> 20 & 0x200;
    write_lr(n, state << 62 | hw << 61 | group << 60 | (r >> 32 & 31) << 51 | low << 32 | vintid);
    if (hw)
        write32(GICR_SGI + 0x300, 1u << low); /* what an acknowledge would have done */
}

static bool is_active(u32 intid)
{
    for (unsigned n = 0; n < LRS; n++)
        if ((u32)lr(n) == intid && lr(n) >> 62)
            return lr(n) >> 63;
    return !(READ(ICH_VMCR) & 0x200); /* in none: it counts */
}

static void forget(void)
{
    WRITE(ICH_AP0R0, 0);
    WRITE(ICH_AP1R0, 0);
    depth = 0;
}

static void end(void)
{
    if (!depth)
        return;
    depth--;
    if (!is_active(active[depth].intid)) /* it has been overwritten */
        forget();
    else if (at_level(EL1H, guest_ends) && is_active(active[depth].intid))
        at_level(EL1H, guest_deactivates);
}

static void control(u64 r)
{
    random_bits = next();
    if (r & 1)
        WRITE(ICH_HCR, (r >> 8 & 0xde) | (r >> 16 & 7 ? 1 : 0) | (r >> 20 & 31) << 27);
    else if (r & 2)
        at_level(EL1H, guest_controls);
    else
        WRITE(ICH_VMCR, (r >> 32 & 0x210) | (r >> 50 & 3 ? 3 : r >> 52 & 3) | (r >> 44 & 63) << 18 | 0xf8000000);
}

static void step(void)
{
    const u64 r = next();
    random_bits = r;
    switch (r >> 60 & 7) {
    case 0:
    case 1:
    case 2: fill(next()); break;
    case 3:
    case 4: at_level(EL1H, guest_acknowledges); break;
    case 5:
    case 6: end(); break;
    default: control(next());
    }
}

void test(void)
{
    WRITE(s3_4_c12_c9_5, 0xf); /* ICC_SRE_EL2 */
    ISB();
    MSR(hcr_el2, 1ul << 31 | 1 << 4 | 1 << 3); /* IMO, FMO */
    ISB();
    write32(0x080a0014, 0); /* GICR_WAKER */
    SHOW_REG(s3_4_c12_c11_1);
    SHOW_REG(s3_4_c12_c11_7);
    for (unsigned i = 0; i < 200; i++) {
        for (unsigned n = 0; n < 20; n++)
            step();
        look();
        show("sum", sum);
    }
    show("acknowledged", acks);
    show("special", special);
    show("virtual FIQ pending", taken[0]);
    show("virtual IRQ pending", taken[1]);
}
