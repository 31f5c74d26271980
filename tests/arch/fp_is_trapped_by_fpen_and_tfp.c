/* run: el1 el2 */
#include "common/lib.h"

static u64 memory[8] __attribute__((aligned(64)));

/* A load and a store of each kind, moves, and the two registers; what has been loaded, and ESR where it was not. */
static u64 use(void)
{
    u64 x = 0;
    __asm__ volatile(".arch armv8-a+fp+simd\n"
                     "fmov d0, %1\n"
                     "str d0, [%2]\n"
                     "stp q0, q1, [%2]\n"
                     "ldr q2, [%2]\n"
                     "ldp d4, d5, [%2], 0\n"
                     "ld1 {v3.4s}, [%2]\n"
                     "st4 {v3.b, v4.b, v5.b, v6.b}[3], [%2]\n"
                     "movi v7.16b, 1\n"
                     "umov %w0, v0.h[1]\n"
                     "msr fpcr, xzr\n"
                     "mrs %0, fpsr\n"
                     : "+r"(x)
                     : "r"(0x1122334455667788), "r"(memory)
                     : "memory");
    show("used", x);
    return x;
}

/* EC 0x07 is before any fault of the address and before the alignment of SP. */
static u64 use_at_nowhere(void)
{
    DO_WITH(0x3, ".arch armv8-a+fp+simd\nldr q0, [%0]");
    DO_WITH(0x3, ".arch armv8-a+fp+simd\nst1 {v0.2d}, [%0]");
    return 0;
}

static u64 at_el1_and_el0(void)
{
    use();
    return at_level(EL0T, use);
}

static u64 at_el0_nowhere(void)
{
    return at_level(EL0T, use_at_nowhere);
}

static void at_each_level(void)
{
    if (!at_el2) {
        at_el1_and_el0();
        return;
    }
    use();
    at_level(EL1H, at_el1_and_el0);
}

void test(void)
{
    for (u64 fpen = 0; fpen < 4; fpen++) {
        show("FPEN", fpen);
        MSR(cpacr_el1, fpen << 20);
        ISB();
        at_each_level();
    }
    MSR(cpacr_el1, 0);
    ISB();
    if (!at_el2) {
        at_el0_nowhere();
        return;
    }
    at_level(EL1H, at_el0_nowhere);
    MSR(cptr_el2, 0x37ff); /* TFP */
    ISB();
    at_each_level();
    MSR(cpacr_el1, 3ul << 20); /* from EL1 and EL0 to EL2 now */
    ISB();
    at_each_level();
    at_level(EL1H, use_at_nowhere);
    MSR(cpacr_el1, 0);
    MSR(hcr_el2, 1ul << 31 | 1ul << 27); /* TGE */
    ISB();
    at_level(EL0T, use);
    MSR(cptr_el2, 0x33ff);
    ISB();
    at_level(EL0T, use);
}
