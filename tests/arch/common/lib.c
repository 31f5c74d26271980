#include "lib.h"

enum { UART = 0x09000000, STACK = 0x4000 };

void test(void);
u64 run_below(u64 (*fn)(void), u64 spsr, void *sp);
extern char secondary_start[];

bool at_el2;
u64 recover;
void (*on_irq)(void);

static char stacks[8][STACK] __attribute__((aligned(16)));
static char below[2][STACK] __attribute__((aligned(16))); /* for EL0, for EL1 */

void lib_start(void)
{
    at_el2 = MRS(CurrentEL) == 8;
}

/* ---- printing ---- */

void print(const char *text)
{
    while (*text)
        write32(UART, (u32)*text++);
}

void print_hex(u64 value)
{
    for (int i = 60; i >= 0; i -= 4)
        write32(UART, (u32) "0123456789abcdef"[value >> i & 15]);
}

void show(const char *name, u64 value)
{
    print(name);
    print("=");
    print_hex(value);
    print("\n");
}

/* ---- exceptions ---- */

struct frame {
    u64 x[31];
    u64 sp_el0;
};

static void print_exception(u64 vector, bool el2)
{
    print(el2 ? "exception to EL2 vector=" : "exception to EL1 vector=");
    print_hex(vector);
    print(" spsr=");
    print_hex(el2 ? MRS(spsr_el2) : MRS(spsr_el1));
    if (!(vector & 0x180)) {
        print(" esr=");
        print_hex(el2 ? MRS(esr_el2) : MRS(esr_el1));
        const u64 class = (el2 ? MRS(esr_el2) : MRS(esr_el1)) >> 26;
        if (class == 0x20 || class == 0x21 || class == 0x22 || class == 0x24 || class == 0x25) {
            print(" far=");
            print_hex(el2 ? MRS(far_el2) : MRS(far_el1));
        }
    }
    print("\n");
}

void exception(u64 vector, struct frame *frame)
{
    const bool el2 = MRS(CurrentEL) == 8;
    (void)frame;
    if ((vector & 0x180) == 0x080 && on_irq) {
        on_irq();
        return;
    }
    print_exception(vector, el2);
    if (vector & 0x180)
        return;
    const u64 elr = el2 ? MRS(elr_el2) : MRS(elr_el1), esr = el2 ? MRS(esr_el2) : MRS(esr_el1);
    const u64 class = esr >> 26;
    const bool behind = class == 0x15 || class == 0x16; /* SVC and HVC: the address is that of the next instruction */
    const u64 to = recover ? recover : behind ? elr : elr + 4;
    recover = 0;
    const u64 spsr = (el2 ? MRS(spsr_el2) : MRS(spsr_el1)) & ~(1ul << 20); /* IL would be taken again */
    if (el2)
        MSR(spsr_el2, spsr);
    else
        MSR(spsr_el1, spsr);
    if (el2)
        MSR(elr_el2, to);
    else
        MSR(elr_el1, to);
}

u64 at_level(u64 spsr, u64 (*fn)(void))
{
    const u64 old = MRS(tpidr_el0);
    const bool to_el1 = spsr & 0xc;
    MSR(tpidr_el0, to_el1); /* call_up asks it: from EL0 by SVC, from EL1 by HVC */
    const u64 result = run_below(fn, spsr, below[to_el1] + STACK);
    MSR(tpidr_el0, old);
    return result;
}

/* ---- firmware ---- */

u64 psci(u64 function, u64 x1, u64 x2, u64 x3)
{
    register u64 r0 __asm__("x0") = function;
    register u64 r1 __asm__("x1") = x1;
    register u64 r2 __asm__("x2") = x2;
    register u64 r3 __asm__("x3") = x3;
    if (at_el2)
        __asm__ volatile("smc #0" : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)::"memory", "x4", "x5", "x6", "x7");
    else
        __asm__ volatile("hvc #0" : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)::"memory", "x4", "x5", "x6", "x7");
    return r0;
}

void power_off(void)
{
    psci(0x84000008, 0, 0, 0);
    for (;;)
        DO("wfi");
}

void start_cpu(unsigned number, void (*fn)(void))
{
    char *top = stacks[number] + STACK - 16;
    *(void (**)(void))top = fn;
    DSB();
    const u64 result = psci(0xc4000003, number, (u64)secondary_start, (u64)top);
    if (result)
        show("CPU_ON", result);
}

/* ---- translation ---- */

static u64 level1[512] __attribute__((aligned(4096))), level2[512] __attribute__((aligned(4096))),
    level3[512] __attribute__((aligned(4096)));

void tables_build(u64 attributes)
{
    level1[0] = PAGE_AF | PAGE_XN | 1; /* MAIR index 0 */
    level1[1] = (u64)level2 | 3;
    for (u64 i = 0; i < 512; i++)
        level2[i] = (0x40000000 + (i << 21)) | PAGE_AF | PAGE_NORMAL | PAGE_INNER | attributes | 1;
    level2[(WINDOW - 0x40000000) >> 21] = (u64)level3 | 3;
    for (u64 i = 0; i < 512; i++)
        level3[i] = (WINDOW + (i << 12)) | PAGE_MEMORY | attributes;
    DSB();
}

void tables_map(u64 va, u64 descriptor)
{
    level3[va >> 12 & 511] = descriptor;
    DSB();
    ISB();
}

void tlb_flush(void)
{
    if (MRS(CurrentEL) == 8)
        DO("dsb sy; tlbi alle2; dsb sy; isb");
    else
        DO("dsb sy; tlbi vmalle1; dsb sy; isb");
}

void mmu_on(void)
{
    const u64 tcr = 25 | 1 << 8 | 1 << 10 | 3 << 12; /* 39 bits, write-back, inner shareable */
    if (MRS(CurrentEL) == 8) {
        MSR(mair_el2, 0xff00);
        MSR(tcr_el2, tcr | 2 << 16 | 1u << 31 | 1 << 23);
        MSR(ttbr0_el2, level1);
        ISB();
        tlb_flush();
        MSR(sctlr_el2, 0x30c50830 | 1 | 1 << 2 | 1 << 12);
    } else {
        MSR(mair_el1, 0xff00);
        MSR(tcr_el1, tcr | 1 << 23 | 2ul << 32 | 25ul << 16);
        MSR(ttbr0_el1, level1);
        ISB();
        tlb_flush();
        MSR(sctlr_el1, 0x30d00800 | 1 | 1 << 2 | 1 << 12);
    }
    ISB();
}

void mmu_off(void)
{
    if (MRS(CurrentEL) == 8)
        MSR(sctlr_el2, 0x30c50830);
    else
        MSR(sctlr_el1, 0x30d00800);
    ISB();
}

/* ---- interrupts ---- */

void gic_on(void)
{
    write32(GICD, 1);
    write32(GICC + 4, 0xff);
    write32(GICC, 1);
}

void gic_v3_on(void)
{
    const u64 redistributor = GICR + (MRS(mpidr_el1) & 0xff) * 0x20000;
    write32(GICD, 3);
    write32(redistributor + 0x14, 0);
    while (read32(redistributor + 0x14))
        ;
    MSR(icc_pmr_el1, 0xff);
    MSR(icc_igrpen1_el1, 1);
    ISB();
}
