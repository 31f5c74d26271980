/* run: el1
   gic: 3 */
#include "common/lib.h"

/* Random reads and writes of the registers of distributor, redistributor and CPU interface, acknowledges and ends among
 * them. Left out is what QEMU does otherwise than the architecture: a distributor that has one group only, and the binary
 * point changing while interrupts are active. */
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

/* Registers that any value may be written to, and how many of each; the first are the redistributor's in the other table. */
struct family {
    u32 offset, count;
};

static const struct family distributor[] = {{0x008, 1},  {0x080, 10}, {0x100, 10}, {0x180, 10}, {0x200, 10},
                                            {0x280, 10}, {0x300, 1},  {0x380, 10}, {0x400, 73}, {0x800, 72},
                                            {0xc00, 19}, {0xd00, 9},  {0xe00, 18}, {0xf00, 12}, {0xffd0, 12}};
static const struct family redistributor[] = {{0x00004, 1}, {0x0000c, 1}, {0x00014, 1}, {0x0ffd0, 12}, {0x10080, 2},
                                              {0x10100, 2}, {0x10180, 2}, {0x10200, 2}, {0x10280, 2},  {0x10300, 1},
                                              {0x10380, 2}, {0x10400, 9}, {0x10c00, 3}, {0x10d00, 1},  {0x10e00, 1}};

static void memory(u64 base, struct family family, u64 r)
{
    const u64 at = base + family.offset + (r >> 8 & 0xff) % family.count * 4;
    if (r & 0x10000)
        write32(at, base == GICR && family.offset == 0x14 ? 0 : next() & next()); /* it stays awake */
    note(read32(at));
}

static void bytes(u64 r)
{
    const u64 at = (r & 1 ? GICD + 0x400 + 32 + r % 256 : GICR + 0x10400 + r % 32);
    *(volatile uint8_t *)at = (uint8_t)(r >> 32);
    note(*(volatile uint8_t *)(at ^ 1));
}

static void routers(u64 r)
{
    volatile u64 *at = (volatile u64 *)(GICD + 0x6000 + (r >> 8 & 0x1ff) % 290 * 8);
    if (r & 0x10000)
        *at = next() & 3 ? 0 : next() & 0xff00ffffff;
    note(*at);
    note(read32((u64)at + (r & 4)));
}

static u32 active[256], depth, acks, special;
static u32 group_of[256];

static void acknowledge(u64 r)
{
    const u32 group1 = r & 1, intid = group1 ? MRS(icc_iar1_el1) : MRS(icc_iar0_el1);
    note(intid);
    acks += intid < 1020;
    special += intid >= 1020;
    if (intid < 1020 && depth < 256) {
        group_of[depth] = group1;
        active[depth++] = intid;
    }
}

static void end(void)
{
    if (depth && group_of[depth - 1])
        MSR(icc_eoir1_el1, active[--depth]);
    else if (depth)
        MSR(icc_eoir0_el1, active[--depth]);
    note(MRS(icc_rpr_el1));
}

static void interface(u64 r)
{
    note(MRS(icc_ctlr_el1));
    note(MRS(icc_pmr_el1));
    note(MRS(icc_bpr0_el1));
    note(MRS(icc_bpr1_el1));
    note(MRS(icc_ap0r0_el1));
    note(MRS(icc_ap1r0_el1));
    note(MRS(icc_igrpen0_el1));
    note(MRS(icc_igrpen1_el1));
    note(MRS(icc_hppir0_el1));
    note(MRS(icc_hppir1_el1));
    if (r & 0x300)
        return;
    MSR(icc_pmr_el1, (next() & 0xff) | 0xc0);
    if (depth)
        return;
    MSR(icc_bpr0_el1, r >> 10 & 7);
    MSR(icc_bpr1_el1, r >> 13 & 7);
    MSR(icc_ctlr_el1, r >> 16 & 1); /* CBPR */
}

static void step(void)
{
    const u64 r = next();
    switch (r >> 60) {
    case 0:
    case 1: memory(GICD, distributor[r % (sizeof distributor / sizeof *distributor)], r); break;
    case 2: memory(GICR, redistributor[r % (sizeof redistributor / sizeof *redistributor)], r); break;
    case 3: bytes(r); break;
    case 4: routers(r); break;
    case 5: MSR(icc_sgi1r_el1, (r & 15) << 24 | 1); break;
    case 6: MSR(icc_sgi0r_el1, (r & 15) << 24 | 1); break;
    case 7: MSR(icc_asgi1r_el1, (r & 15) << 24 | 1); break;
    case 8: interface(r); break;
    case 9:
    case 10:
    case 11: end(); break;
    default: acknowledge(r);
    }
}

void test(void)
{
    gic_v3_on();
    MSR(icc_igrpen0_el1, 1);
    write32(GICD, 3);
    for (unsigned i = 0; i < 200; i++) {
        for (unsigned n = 0; n < 50; n++)
            step();
        show("sum", sum);
    }
    show("acknowledged", acks);
    show("spurious", special);
    show("left active", depth);
}
