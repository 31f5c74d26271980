/* What both the hypervisor and its guests say to the processor, in the manual's names. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define BIT(n) (UINT64_C(1) << (n))

static inline u64 bits(u64 value, unsigned high, unsigned low)
{
    return value >> low & (~UINT64_C(0) >> (63 - high + low));
}

#define MRS(reg)                                                \
    ({                                                          \
        u64 v_;                                                 \
        __asm__ volatile("mrs %0, " #reg : "=r"(v_)::"memory"); \
        v_;                                                     \
    })
#define MSR(reg, value) __asm__ volatile("msr " #reg ", %0" ::"r"((u64)(value)) : "memory")
#define ASM(text)       __asm__ volatile(text ::: "memory")
#define ISB()           ASM("isb")
#define DSB()           ASM("dsb sy")
#define WFI()           ASM("wfi")
#define WFE()           ASM("wfe")
#define SEV()           ASM("dsb sy; sev")
#define IRQ_MASK()      ASM("msr daifset, #2")
#define IRQ_UNMASK()    ASM("msr daifclr, #2")

static inline void write8(u64 address, u8 value)
{
    *(volatile u8 *)address = value;
}

static inline void write32(u64 address, u32 value)
{
    __asm__ volatile("str %w0, [%1]" ::"r"(value), "r"(address) : "memory"); /* one that a syndrome describes */
}

static inline u32 read32(u64 address)
{
    u32 value;
    __asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}

static inline void write64(u64 address, u64 value)
{
    __asm__ volatile("str %0, [%1]" ::"r"(value), "r"(address) : "memory");
}

static inline u64 read64(u64 address)
{
    u64 value;
    __asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}

/* PSTATE as SPSR holds it */
enum { PSR_EL0T = 0, PSR_EL1H = 5, PSR_EL2H = 9, PSR_F = 1 << 6, PSR_I = 1 << 7, PSR_A = 1 << 8, PSR_D = 1 << 9 };
enum { PSR_MASKED = PSR_D | PSR_A | PSR_I | PSR_F };

/* ESR_ELx: the class, the length, and what tells of the instruction */
static inline unsigned esr_ec(u64 esr)
{
    return (unsigned)bits(esr, 31, 26);
}

enum {
    EC_UNKNOWN = 0x00,
    EC_WFX = 0x01,
    EC_FP = 0x07,
    EC_ILLEGAL = 0x0e,
    EC_SVC = 0x15,
    EC_HVC = 0x16,
    EC_SMC = 0x17,
    EC_SYSREG = 0x18,
    EC_INSN_LOW = 0x20, /* instruction abort from a lower level */
    EC_INSN_SAME = 0x21,
    EC_PC_ALIGN = 0x22,
    EC_DATA_LOW = 0x24,
    EC_DATA_SAME = 0x25,
    EC_SP_ALIGN = 0x26,
    EC_SERROR = 0x2f,
    EC_BRK = 0x3c
};
#define ESR_IL BIT(25)

/* SCTLR_EL1: what reads as one, and caches and translation */
#define SCTLR_RES1 UINT64_C(0x30d00800)
enum { SCTLR_M = 1 << 0, SCTLR_A = 1 << 1, SCTLR_C = 1 << 2, SCTLR_I = 1 << 12 };
#define SCTLR_ON (SCTLR_RES1 | SCTLR_M | SCTLR_C | SCTLR_I)

/* Descriptors of stage 1 (the 4 KiB granule), as our MAIR numbers memory: 0 Device-nGnRE, 1 Normal write-back */
#define MAIR_VALUE UINT64_C(0xff04)
enum {
    PTE_VALID = 1 << 0,
    PTE_TABLE = 1 << 1, /* at levels 0 to 2; at level 3: a page */
    PTE_DEVICE = 0 << 2,
    PTE_NORMAL = 1 << 2,
    PTE_EL0 = 1 << 6, /* AP[1] */
    PTE_RO = 1 << 7,  /* AP[2] */
    PTE_SH = 3 << 8,  /* inner shareable */
    PTE_AF = 1 << 10,
    PTE_NG = 1 << 11
};
#define PTE_PXN  BIT(53)
#define PTE_XN   BIT(54)
#define PTE_ADDR UINT64_C(0x0000fffffffff000)
#define PTE_MEM  (PTE_VALID | PTE_NORMAL | PTE_SH | PTE_AF)
#define PTE_DEV  (PTE_VALID | PTE_DEVICE | PTE_AF | PTE_XN | PTE_PXN)

/* TCR_EL1: 39 bits of address from TTBR0, write-back walks, nothing from TTBR1; 40 bits of physical address */
#define TCR_VALUE (UINT64_C(25) | 1 << 8 | 1 << 10 | 3 << 12 | UINT64_C(25) << 16 | BIT(23) | UINT64_C(2) << 32)

/* HCR_EL2 */
#define HCR_VM    BIT(0)
#define HCR_SWIO  BIT(1)
#define HCR_PTW   BIT(2)
#define HCR_FMO   BIT(3)
#define HCR_IMO   BIT(4)
#define HCR_AMO   BIT(5)
#define HCR_VF    BIT(6)
#define HCR_VI    BIT(7)
#define HCR_VSE   BIT(8)
#define HCR_FB    BIT(9)
#define HCR_BSU   BIT(10)
#define HCR_DC    BIT(12)
#define HCR_TWI   BIT(13)
#define HCR_TWE   BIT(14)
#define HCR_TID1  BIT(16)
#define HCR_TID2  BIT(17)
#define HCR_TID3  BIT(18)
#define HCR_TSC   BIT(19)
#define HCR_TIDCP BIT(20)
#define HCR_TACR  BIT(21)
#define HCR_TSW   BIT(22)
#define HCR_TPC   BIT(23)
#define HCR_TPU   BIT(24)
#define HCR_TTLB  BIT(25)
#define HCR_TVM   BIT(26)
#define HCR_TDZ   BIT(28)
#define HCR_HCD   BIT(29)
#define HCR_TRVM  BIT(30)
#define HCR_RW    BIT(31)
/* CPTR_EL2 */
#define CPTR_RES1  UINT64_C(0x33ff)
#define CPTR_TFP   BIT(10)
#define CPTR_TCPAC BIT(31)
/* MDCR_EL2 */
#define MDCR_TPMCR BIT(5)
#define MDCR_TPM   BIT(6)
#define MDCR_TDA   BIT(9)
#define MDCR_TDOSA BIT(10)
#define MDCR_TDRA  BIT(11)
/* CNTHCTL_EL2 */
#define CNTHCTL_EL1PCTEN BIT(0)
#define CNTHCTL_EL1PCEN  BIT(1)
/* CNTx_CTL */
enum { TIMER_ENABLE = 1, TIMER_IMASK = 2, TIMER_ISTATUS = 4 };

/* PSCI, by SMC64 numbers where there are two */
#define PSCI_VERSION    UINT64_C(0x84000000)
#define PSCI_CPU_OFF    UINT64_C(0x84000002)
#define PSCI_CPU_ON     UINT64_C(0xc4000003)
#define PSCI_SYSTEM_OFF UINT64_C(0x84000008)
#define PSCI_FEATURES   UINT64_C(0x8400000a)
#define NOT_SUPPORTED   (~UINT64_C(0))
#define PSCI_INVALID    (~UINT64_C(1))
#define PSCI_ALREADY_ON (~UINT64_C(3))

/* Loops until the lock is ours. Memory has to be cacheable for exclusives: the MMU is on. */
static inline void lock(u32 *lock_word)
{
    u32 seen, failed;
    __asm__ volatile("1: ldaxr %w0, [%2]; cbnz %w0, 2f; stxr %w1, %w3, [%2]; cbz %w1, 3f; b 1b\n"
                     "2: wfe; b 1b\n3:"
                     : "=&r"(seen), "=&r"(failed)
                     : "r"(lock_word), "r"(1)
                     : "memory");
}

static inline void unlock(u32 *lock_word)
{
    __asm__ volatile("stlr wzr, [%0]; dsb sy; sev" ::"r"(lock_word) : "memory");
}
