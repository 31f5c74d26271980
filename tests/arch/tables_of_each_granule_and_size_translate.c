/* run: el2. Tables of each granule and size of both stages, each walked by AT from EL2. */
#include "common/lib.h"

enum { ROOT_BYTES = 16 << 16, TABLES = 3, PAGE_BITS = PAGE_MEMORY | 0xc0, FAR = 0x5a5a5a5a5000 };
#define S2_MEMORY 0x7fful /* AF, inner shareable, read and write, Normal write-back, a page */

static u64 root[2][ROOT_BYTES / 8] __attribute__((aligned(ROOT_BYTES))); /* of stage 1 and stage 2 */
static u64 table[2][TABLES][8192] __attribute__((aligned(65536)));

struct shape {
    unsigned granule, bits, start; /* log2 of bytes; of the input; the first level */
};

static unsigned shift_of(const struct shape *s, unsigned level)
{
    return s->granule + (s->granule - 3) * (3 - level);
}

static u64 ones(unsigned n)
{
    return (1ul << n) - 1;
}

static u64 *entry(const struct shape *s, u64 *at, unsigned level, u64 address)
{
    const unsigned top = level == s->start ? s->bits : shift_of(s, level - 1);
    return &at[(address & ones(top)) >> shift_of(s, level)];
}

/* Puts `leaf` where a walk to `level` ends for the address; 0 clears it. */
static void put(const struct shape *s, unsigned stage, u64 address, unsigned level, u64 leaf)
{
    u64 *at = root[stage - 1];
    for (unsigned l = s->start; l < level; l++) {
        u64 *next = table[stage - 1][l - s->start];
        *entry(s, at, l, address) = leaf ? (u64)next | 3 : 0;
        at = next;
    }
    *entry(s, at, level, address) = leaf;
    DSB();
}

static u64 ask(bool both, u64 address)
{
    DO("tlbi alle1; dsb sy; isb");
    if (both)
        DO_WITH(address, "at s12e1r, %0; isb");
    else
        DO_WITH(address, "at s1e1r, %0; isb");
    return MRS(par_el1);
}

static unsigned granule_of(unsigned tg)
{
    return tg == 1 ? 16 : 12; /* 16 KiB, and what is reserved, act as 4 KiB */
}

static void stage1_of(unsigned tg, unsigned txsz)
{
    struct shape s = {granule_of(tg), 64 - txsz, 0};
    const unsigned stride = s.granule - 3;
    s.start = 4 - (s.bits - s.granule + stride - 1) / stride;
    const u64 address = FAR & ones(s.bits) & ~ones(s.granule);
    MSR(hcr_el2, 1ul << 31);
    MSR(tcr_el1, (u64)txsz | 3 << 8 | 3 << 10 | 3 << 12 | (u64)tg << 14 | 1 << 23 | 4ul << 32);
    MSR(ttbr0_el1, root[0]);
    MSR(mair_el1, 0xff00);
    MSR(sctlr_el1, 0x30d00800 | 1 | 4);
    put(&s, 1, address, 3, 0x48000000 | PAGE_BITS);
    show("page", ask(false, address + 0x123));
    show("beside it", ask(false, address ^ 1ul << s.granule));
    show("elsewhere", ask(false, address ^ 1ul << (s.bits - 1)));
    show("beyond", ask(false, address | 1ul << s.bits));
    put(&s, 1, address, 3, 0);
    if (s.start > 2)
        return;
    put(&s, 1, address, 2, (0x40000000 & ~ones(shift_of(&s, 2))) | (PAGE_BITS & ~2ul));
    show("block", ask(false, address + 0x123));
    put(&s, 1, address, 2, 0);
}

static void stage2_of(unsigned tg, unsigned sl0, unsigned t0sz)
{
    struct shape s = {granule_of(tg), 64 - t0sz, 0};
    const int start = (s.granule == 12 ? 2 : 3) - (int)sl0;
    const int entries = start < 0 ? 0 : (int)s.bits - (int)(s.granule + (s.granule - 3) * (3 - start)); /* log2 */
    const bool fits = entries >= 1 && entries <= (int)s.granule + 1;
    const u64 address = FAR & ones(s.bits) & ~ones(s.granule);
    s.start = start < 0 ? 0 : (unsigned)start;
    MSR(sctlr_el1, 0x30d00800);
    MSR(vtcr_el2, (u64)t0sz | sl0 << 6 | 1 << 8 | 1 << 10 | 3 << 12 | tg << 14 | 4 << 16 | 1ul << 31);
    MSR(vttbr_el2, root[1]);
    MSR(hcr_el2, 1ul << 31 | 1);
    if (fits)
        put(&s, 2, address, 3, 0x48000000 | S2_MEMORY);
    show("ipa page", ask(true, address + 0x123));
    show("ipa beside it", ask(true, address ^ 1ul << s.granule));
    if (fits)
        put(&s, 2, address, 3, 0);
}

/* Stage 1 with one granule under stage 2 with another: all of memory by blocks of stage 2, but for a page. */
static void both_of(unsigned tg1, unsigned tg2)
{
    const struct shape one = {granule_of(tg1), 39, tg1 == 1 ? 2 : 1}, two = {granule_of(tg2), 39, tg2 == 1 ? 2 : 1};
    const u64 address = 0x1234560000, block = 1ul << shift_of(&two, 2);
    MSR(tcr_el1, 25ul | 3 << 8 | 3 << 10 | 3 << 12 | (u64)tg1 << 14 | 1 << 23 | 4ul << 32);
    MSR(ttbr0_el1, root[0]);
    MSR(sctlr_el1, 0x30d00800 | 1 | 4);
    MSR(vtcr_el2, 25ul | (tg2 == 1 ? 1 : 1) << 6 | 1 << 8 | 1 << 10 | 3 << 12 | tg2 << 14 | 4 << 16 | 1ul << 31);
    MSR(vttbr_el2, root[1]);
    MSR(hcr_el2, 1ul << 31 | 1);
    put(&one, 1, address, 3, 0x58000000 | PAGE_BITS);
    for (u64 at = 0x40000000; at < 0x60000000; at += block)
        put(&two, 2, at, 2, at | (S2_MEMORY & ~2ul));
    show("by blocks", ask(true, address + 0x8123));
    put(&two, 2, 0x58000000, 3, 0x48000000 | S2_MEMORY);
    show("by a page", ask(true, address + 0x123));
    show("behind it", ask(true, address + 0x1123));
    put(&one, 1, address, 3, 0);
    for (u64 at = 0x40000000; at < 0x60000000; at += block)
        put(&two, 2, at, 2, 0);
}

void test(void)
{
    static const unsigned char sizes[] = {16, 17, 20, 22, 23, 25, 28, 30, 31, 34, 35, 36, 38, 39};
    for (unsigned tg = 0; tg < 4; tg++)
        for (unsigned i = 0; i < sizeof sizes; i++) {
            show("TG0", tg);
            show("T0SZ", sizes[i]);
            stage1_of(tg, sizes[i]);
        }
    for (unsigned tg = 0; tg < 2; tg++)
        for (unsigned i = 2; i < sizeof sizes; i++)
            for (unsigned sl0 = 0; sl0 < 4; sl0++) {
                show("VTCR.TG0", tg);
                show("VTCR.T0SZ", sizes[i]);
                show("VTCR.SL0", sl0);
                stage2_of(tg, sl0, sizes[i]);
            }
    for (unsigned i = 0; i < 4; i++)
        both_of(i & 1, i >> 1);
}
