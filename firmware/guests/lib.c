#include "lib.h"

enum { STACK = 0x2000, CPUS = 4 };

extern char secondary_start[];
void hypercall(const u64 *arguments, struct result *result);
u64 run_at_el0(u64 (*fn)(void), u64 spsr, void *sp, u64 x0);

u64 gic_version, cpu_count, guest_number;
u64 el0_caller; /* the stack pointer of who is waiting in run_at_el0 */
u64 recover;
void (*on_irq)(void), (*on_fiq)(void), (*on_serror)(void);
struct exception last_exception[CPUS];

static char stacks[CPUS][STACK] __attribute__((aligned(16)));
static char el0_stack[STACK] __attribute__((aligned(16)));

void *memset(void *to, int byte, size_t n)
{
    for (volatile char *at = to; n; n--)
        *at++ = (char)byte;
    return to;
}

void *memcpy(void *to, const void *from, size_t n)
{
    const volatile char *source = from;
    for (volatile char *at = to; n; n--)
        *at++ = *source++;
    return to;
}

/* ---- what the hypervisor does for us ---- */

struct result call(u64 function, u64 x1, u64 x2, u64 x3, u64 x4, u64 x5, u64 x6)
{
    const u64 arguments[7] = {function, x1, x2, x3, x4, x5, x6};
    struct result result;
    hypercall(arguments, &result);
    return result;
}

void report(bool passed_, const char *reason)
{
    for (;;)
        CALL2(CALL_REPORT, passed_, (u64)reason);
}

void passed(void)
{
    report(true, "every check has held");
}

static char *put(char *at, const char *text)
{
    while (*text)
        *at++ = *text++;
    return at;
}

static char *put_hex(char *at, u64 value)
{
    int shift = 60;
    while (shift && !(value >> shift))
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        *at++ = "0123456789abcdef"[value >> shift & 15];
    return at;
}

void check(const char *reason, u64 is, u64 should)
{
    if (is == should)
        return;
    static char text[256];
    char *at = put(text, reason);
    at = put_hex(put(at, ": "), is);
    at = put_hex(put(at, ", not "), should);
    *at = 0;
    report(false, text);
}

void check_exit(const char *reason, u64 esr)
{
    check(reason, CALL1(CALL_EXIT_LOG, 0), esr);
}

void print(const char *text)
{
    while (*text)
        write8(GUEST_UART, (u8)*text++);
}

void print_hex(u64 value)
{
    char text[17];
    *put_hex(text, value) = 0;
    print(text);
}

/* ---- exceptions ---- */

unsigned this_cpu(void)
{
    return (unsigned)MRS(tpidr_el1);
}

struct exception *last(void)
{
    return &last_exception[this_cpu()];
}

struct frame {
    u64 x[31], elr, spsr;
};

/* Behind the instruction, or where the test wants to go on. */
static void step_over(struct frame *frame, u64 esr)
{
    const unsigned ec = esr_ec(esr);
    if (recover)
        frame->elr = recover;
    else if (ec != EC_SVC && ec != EC_HVC)
        frame->elr += 4;
    recover = 0;
    frame->spsr &= ~BIT(20); /* PSTATE.IL would be taken again */
}

void exception(u64 vector, struct frame *frame)
{
    void (*const handlers[4])(void) = {0, on_irq, on_fiq, on_serror};
    void (*const handler)(void) = handlers[bits(vector, 8, 7)];
    if (handler) {
        handler();
        return;
    }
    struct exception *e = last();
    e->count++;
    e->vector = vector;
    e->esr = MRS(esr_el1);
    e->far = MRS(far_el1);
    e->elr = frame->elr;
    e->spsr = frame->spsr;
    if (bits(vector, 8, 7) != 0)
        check("an interrupt that nobody has asked for, by vector", vector, 0);
    step_over(frame, e->esr);
}

u64 at_el0(u64 (*fn)(void))
{
    return run_at_el0(fn, PSR_EL0T | PSR_MASKED, el0_stack + STACK, 0);
}

/* ---- other CPUs ---- */

void start_cpu(unsigned number, void (*fn)(void))
{
    u64 *top = (u64 *)(stacks[number] + STACK - 16);
    top[0] = (u64)fn;
    top[1] = number;
    DSB();
    check("CPU_ON", call(PSCI_CPU_ON, number, (u64)secondary_start, (u64)top, 0, 0, 0).x0, 0);
}

/* ---- translation ---- */

u64 level1[512] __attribute__((aligned(4096))), alias2[512] __attribute__((aligned(4096))),
    alias3[512] __attribute__((aligned(4096)));

void mmu_on(void)
{
    level1[0] = PTE_DEV;
    level1[2] = 0x80000000 | PTE_MEM;
    level1[3] = (u64)alias2 | PTE_VALID | PTE_TABLE;
    alias2[0] = (u64)alias3 | PTE_VALID | PTE_TABLE;
    MSR(mair_el1, MAIR_VALUE);
    MSR(tcr_el1, TCR_VALUE);
    MSR(ttbr0_el1, level1);
    ASM("dsb sy; isb; tlbi vmalle1; dsb sy; isb");
    MSR(sctlr_el1, SCTLR_ON);
    ISB();
}

void map_page(u64 va, u64 descriptor)
{
    alias3[bits(va, 20, 12)] = descriptor;
    ASM("dsb sy; isb");
}

/* ---- instructions that are data ---- */

static u32 code[16] __attribute__((aligned(64)));

static void write_code(const u32 *words, unsigned count)
{
    for (unsigned n = 0; n < count; n++)
        code[n] = words[n];
    __asm__ volatile("dc cvau, %0; dsb sy; ic ivau, %0; dsb sy; isb" ::"r"(code) : "memory");
}

void prepare_word(u32 word)
{
    const u32 words[] = {word, 0xd65f03c0}; /* RET */
    write_code(words, 2);
}

u64 run_prepared(u64 x0)
{
    return ((u64(*)(u64))code)(x0);
}

u64 run_word(u32 word, u64 x0)
{
    prepare_word(word);
    return run_prepared(x0);
}

u64 run_word_at_el0(u32 word, u64 x0)
{
    prepare_word(word);
    return run_at_el0((u64(*)(void))code, PSR_EL0T | PSR_MASKED, el0_stack + STACK, x0);
}

u64 esr_of(u32 word)
{
    return (u64)EC_SYSREG << 26 | ESR_IL | bits(word, 20, 19) << 20 | bits(word, 7, 5) << 17 |
           bits(word, 18, 16) << 14 | bits(word, 15, 12) << 10 | bits(word, 4, 0) << 5 | bits(word, 11, 8) << 1 |
           bits(word, 21, 21);
}
