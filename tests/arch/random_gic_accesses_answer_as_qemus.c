/* run: el1 */
#include "common/lib.h"

/* Random reads and writes of the interrupt controller's registers, acknowledges and ends among them. Left out is what
 * QEMU does otherwise than the architecture: GICC_HPPIR under a priority mask, a distributor that has one group only,
 * the binary point changing while interrupts are active, and senders of SGIs that do not exist. */
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

/* Registers that any value may be written to, and how many of each. */
static const struct {
    u32 offset, count;
} families[] = {{0x080, 9}, {0x100, 10}, {0x180, 10}, {0x200, 10}, {0x280, 10},
                {0x300, 1}, {0x380, 9},  {0x400, 73}, {0x800, 72}, {0xc00, 19}};

static void distributor(u64 r)
{
    const u32 f = r % (sizeof families / sizeof *families);
    const u64 at = GICD + families[f].offset + (r >> 8 & 0xff) % families[f].count * 4;
    if (r & 0x10000)
        write32(at, next() & next());
    note(read32(at));
}

static u32 active[256], depth, acks, special;

static void acknowledge(void)
{
    const u32 iar = read32(GICC + 0xc);
    note(iar);
    acks += (iar & 0x3ff) < 1020;
    special += (iar & 0x3ff) >= 1020;
    if ((iar & 0x3ff) < 1020 && depth < 256)
        active[depth++] = iar;
}

static void end(void)
{
    if (depth)
        write32(GICC + 0x10, active[--depth]);
    note(read32(GICC + 0x14));
}

static void interface(u64 r)
{
    static const u32 plain[] = {0xd0, 0xd4, 0xd8, 0xdc, 0xe0, 0xe4, 0xe8, 0xec, 0x14, 0xfc, 0, 4, 8, 0x1c};
    note(read32(GICC + plain[r % 14]));
    if (r & 0x300)
        return;
    write32(GICC + 4, next() | 0xc0);
    if (depth == 0)
        write32(GICC + 8, r >> 10 & 7);
}

static void step(void)
{
    const u64 r = next();
    switch (r >> 60 & 7) {
    case 0:
    case 1: distributor(r); break;
    case 2: write32(GICD + 0xf00, 2u << 24 | (r & 15)); break;
    case 3:
    case 4: acknowledge(); break;
    case 5:
    case 6: end(); break;
    default: interface(r);
    }
}

void test(void)
{
    write32(GICD, 3);
    write32(GICC, 0x17); /* both groups, AckCtl, CBPR */
    for (unsigned i = 0; i < 200; i++) {
        for (unsigned n = 0; n < 50; n++)
            step();
        show("sum", sum);
    }
    show("acknowledged", acks);
    show("spurious", special);
    show("left active", depth);
}
