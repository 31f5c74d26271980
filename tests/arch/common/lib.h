/* What the programs of this folder are written with. They print; the runner compares with QEMU. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef uint64_t u64;
typedef uint32_t u32;

#define MRS(reg)                                                \
    ({                                                          \
        u64 v_;                                                 \
        __asm__ volatile("mrs %0, " #reg : "=r"(v_)::"memory"); \
        v_;                                                     \
    })
#define MSR(reg, value)      __asm__ volatile("msr " #reg ", %0" ::"r"((u64)(value)) : "memory")
#define ISB()                __asm__ volatile("isb" ::: "memory")
#define DSB()                __asm__ volatile("dsb sy" ::: "memory")
#define DO(text)             __asm__ volatile(text ::: "memory", "cc", "x0", "x1", "x2")
#define DO_WITH(value, text) __asm__ volatile(text ::"r"((u64)(value)) : "memory", "cc", "x0", "x1", "x2")

enum { EL0T = 0x3c0, EL1T = 0x3c4, EL1H = 0x3c5, EL2T = 0x3c8, EL2H = 0x3c9 }; /* SPSR, all masked */

extern bool at_el2; /* the program has started at EL2 */

void print(const char *text);
void print_hex(u64 value);              /* 16 digits */
void show(const char *name, u64 value); /* name=value, and a new line */
#define SHOW_REG(reg) show(#reg, MRS(reg))

/* Exceptions are printed, and synchronous ones go on behind the instruction, or at `recover` once, if it is not 0. */
extern u64 recover;

/* Called for interrupts. Default: NULL, they are printed like the rest. */
extern void (*on_irq)(void);

/* Calls fn with that PSTATE (EL0T, EL1H, ...), below the current EL, on a stack of its own. */
u64 at_level(u64 spsr, u64 (*fn)(void));

/* PSCI and SMCCC, by the machine's conduit. */
u64 psci(u64 function, u64 x1, u64 x2, u64 x3);
void power_off(void) __attribute__((noreturn));

/* Starts CPU `number` in fn. */
void start_cpu(unsigned number, void (*fn)(void));

/* Page tables, 4K granule, 39 bits, for stage 1 of EL1 or EL2: identity, the first GiB as Device memory, RAM in 2 MiB
 * blocks with `attributes` or'ed in, but for one 4 KiB page that `page` (a descriptor) replaces at `va`. */
enum {
    PAGE_AF = 1 << 10,
    PAGE_EL0 = 1 << 6, /* AP[1] */
    PAGE_READ_ONLY = 1 << 7,
    PAGE_NORMAL = 1 << 2, /* MAIR index 1 */
    PAGE_INNER = 3 << 8,
    PAGE_VALID = 3
};
#define PAGE_XN     (UINT64_C(1) << 54)
#define PAGE_PXN    (UINT64_C(1) << 53)
#define PAGE_MEMORY (PAGE_AF | PAGE_NORMAL | PAGE_INNER | PAGE_VALID)
void tables_build(u64 attributes);
void tables_map(u64 va, u64 descriptor); /* in the two MiB at 0x48000000 */
void mmu_on(void);                       /* of the current EL */
void mmu_off(void);
void tlb_flush(void);
enum { WINDOW = 0x48000000 };

static inline void write32(u64 address, u32 value)
{
    *(volatile u32 *)address = value;
}

static inline u32 read32(u64 address)
{
    return *(volatile u32 *)address;
}

/* GICv2 */
#define GICD 0x08000000ul
#define GICC 0x08010000ul
void gic_on(void); /* distributor and this CPU's interface, lowest priority mask; all of group 0 */

/* GICv3: the redistributor of CPU n lies at GICR + n * 0x20000 */
#define GICR 0x080a0000ul
void gic_v3_on(
    void); /* distributor and, for group 1, this CPU's interface, lowest priority mask; its redistributor awake */
