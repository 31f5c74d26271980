/* run: el2 */
#include "common/lib.h"

/* Random reads and writes of a GICv2's virtual interface: list registers filled at EL2, acknowledged and ended through
 * GICV, some of them linked to physical interrupts; with the maintenance interrupt, and what EL1 sees pending. Left out is
 * what QEMU does otherwise than the architecture: GICV_HPPIR under a priority mask, the aliases, the binary point changing
 * while interrupts are active or differing between the groups, GICV_ABPR below its minimum, a fifth list register,
 * SPIs that stay active; and what is UNPREDICTABLE: one virtual INTID in two list registers, ends that were not acknowledged. */
enum { GICH = 0x08030000, GICV = 0x08040000, LRS = 4 };

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

static u32 active[64], depth, acks, special, taken[2];

static u64 guest(void)
{
    return MRS(isr_el1);
}

static void look(void)
{
    static const u32 plain[] = {0x00, 0x04, 0x08,  0x10,  0x20,  0x24,  0x30,
                                0x34, 0xf0, 0x100, 0x104, 0x108, 0x10c, 0x140};
    for (u32 i = 0; i < sizeof plain / sizeof *plain; i++)
        note(read32(GICH + plain[i]));
    static const u32 machine[] = {0x00, 0x04, 0x08, 0x14, 0x1c, 0xd0, 0xfc};
    for (u32 i = 0; i < sizeof machine / sizeof *machine; i++)
        note(read32(GICV + machine[i]));
    note(read32(GICD + 0x200)); /* the maintenance interrupt among them */
    note(read32(GICD + 0x300));
    const u64 isr = at_level(EL1H, guest);
    note(isr);
    taken[0] += isr >> 6 & 1;
    taken[1] += isr >> 7 & 1;
}

/* Each list register has virtual INTIDs of its own, SGIs and others, and PPIs of its own. */
static void fill(u64 r)
{
    static const unsigned char states[] = {0, 1, 1, 1, 1, 1, 2, 3};
    const u32 n = r % LRS, state = states[r >> 40 & 7], hw = r >> 10 & 1, group = r >> 11 & 1;
    const u32 vintid = n * 4 + (r >> 12 & 3) + (hw | (r >> 14 & 1) ? 16 : 0) + (r >> 14 & 3 ? 0x200 & r : 0);
    const u32 low = hw ? 16 + 4 * n % 16 + (r >> 16 & 3) : (u32)(r >> 16 & 0x200) | (vintid < 16 ? r >> 16 & 7 : 0);
    write32(GICH + 0x100 + 4 * n, hw << 31 | group << 30 | state << 28 | (r >> 32 & 31) << 23 | low << 10 | vintid);
    if (hw)
        write32(GICD + 0x300, 1u << low); /* what an acknowledge would have done */
}

static void acknowledge(void)
{
    const u32 iar = read32(GICV + 0xc);
    note(iar);
    acks += (iar & 0x3ff) < 1020;
    special += (iar & 0x3ff) >= 1020;
    if ((iar & 0x3ff) < 1020 && depth < 64)
        active[depth++] = iar;
}

static bool is_active(u32 iar)
{
    for (u32 n = 0; n < LRS; n++) {
        const u32 lr = read32(GICH + 0x100 + 4 * n);
        if ((lr & 0x3ff) == (iar & 0x3ff) && lr >> 28 & 3)
            return lr >> 29 & 1;
    }
    return true; /* in none: it counts */
}

static void end(void)
{
    if (!depth)
        return;
    const u32 iar = active[--depth];
    if (!is_active(iar)) { /* it has been overwritten */
        write32(GICH + 0xf0, 0);
        depth = 0;
        return;
    }
    write32(GICV + 0x10, iar);
    if (read32(GICV) & 0x200 && is_active(iar))
        write32(GICV + 0x1000, iar);
}

static u32 ctlr(u64 r)
{
    return (r & 0x208) | 0x14 | (r & 3 ? 3 : 0);
}

static void control(u64 r)
{
    if (r & 1)
        write32(GICH, (r >> 8 & 0xfe) | (r >> 16 & 7 ? 1 : 0) | (r >> 20 & 31) << 27);
    else
        write32(GICV + 4, (r >> 8 & 0xff) | 0xc0);
    if (r & 2)
        write32(GICV, ctlr(r >> 24));
    if (read32(GICH + 0xf0) || r & 4)
        return;
    depth = 0;
    write32(GICH + 8, ctlr(r >> 32) | (r >> 44 & 7) << 21 | 7 << 18 | (u32)(r >> 50 & 31) << 27 | (u32)1 << 31);
}

static void step(void)
{
    const u64 r = next();
    switch (r >> 60 & 7) {
    case 0:
    case 1:
    case 2: fill(next()); break;
    case 3:
    case 4: acknowledge(); break;
    case 5:
    case 6: end(); break;
    default: control(next());
    }
}

void test(void)
{
    MSR(hcr_el2, 1ul << 31 | 1 << 4 | 1 << 3); /* IMO, FMO */
    ISB();
    write32(GICH + 8, 0x1full << 27 | 7 << 18 | 0x17);
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
