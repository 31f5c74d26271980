/* Every fault that this guest can make: of its own stage 1, taken at its EL1; of stage 2, which the hypervisor sees. Each is
 * compared with what the manual says of its syndrome, to the bit. */
#include "lib.h"

extern u64 level1[], alias2[], alias3[]; /* lib.c */

static u64 data[512] __attribute__((aligned(4096)));

/* ---- stage 1 ---- */

static void expect(const char *name, u64 before, u64 esr, u64 far)
{
    check(name, last()->count, before + 1);
    check(name, last()->esr, esr);
    check(name, last()->far, far);
}

static void read_faults(const char *name, u64 va, u64 code)
{
    const u64 before = last()->count;
    read64(va);
    expect(name, before, 0x96000000 | code, va);
}

static void write_faults(const char *name, u64 va, u64 code)
{
    const u64 before = last()->count;
    write64(va, 0);
    expect(name, before, 0x96000040 | code, va);
}

static void translation(void)
{
    read_faults("translation fault, level 0", 0x8012345678, 0x04);
    read_faults("translation fault, level 0, TTBR1", 0xffffff8012345678, 0x04);
    read_faults("translation fault, level 1", 0x112345678, 0x05);
    read_faults("translation fault, level 2", ALIAS + 0x345678, 0x06);
    read_faults("translation fault, level 3", ALIAS + 0x5678, 0x07);
    write_faults("translation fault of a write", ALIAS + 0x5678, 0x07);
    alias2[1] = 0x80000000 | (PTE_MEM & ~PTE_AF);
    map_page(ALIAS, (u64)data | ((PTE_MEM | PTE_TABLE) & ~PTE_AF));
    read_faults("access flag fault, level 3", ALIAS + 8, 0x0b);
    read_faults("access flag fault, level 2", ALIAS + 0x200008, 0x0a);
    level1[4] = 0x80000000 | (PTE_MEM & ~PTE_AF);
    DSB();
    read_faults("access flag fault, level 1", 0x100000008, 0x09);
    level1[4] = 0x1000000000000 >> 4 | PTE_MEM; /* beyond the 40 bits of TCR_EL1.IPS */
    ASM("dsb sy; tlbi vmalle1; dsb sy; isb");
    read_faults("address size fault, level 1", 0x100000008, 0x01);
    level1[4] = 0;
}

static void permission(void)
{
    alias2[1] = 0x80000000 | PTE_MEM | PTE_RO;
    map_page(ALIAS, (u64)data | PTE_MEM | PTE_TABLE | PTE_RO);
    ASM("dsb sy; tlbi vmalle1; dsb sy; isb");
    data[1] = 77;
    check("a read-only page can be read", read64(ALIAS + 8), 77);
    write_faults("permission fault, level 3", ALIAS + 8, 0x0f);
    write_faults("permission fault, level 2", ALIAS + 0x200010, 0x0e);
    level1[4] = 0x80000000 | PTE_MEM | PTE_RO;
    ASM("dsb sy; isb");
    write_faults("permission fault, level 1", 0x100000008, 0x0d);
    const u64 before = last()->count;
    __asm__ volatile("at s1e1w, %0; isb" ::"r"(ALIAS + 8) : "memory");
    check("AT S1E1W of a read-only page", MRS(par_el1) & 0xfff, 0x81f);
    __asm__ volatile("at s1e1r, %0; isb" ::"r"(ALIAS + 8) : "memory");
    check("AT S1E1R of a read-only page", MRS(par_el1) & 0xfffffffff001, (u64)data);
    __asm__ volatile("at s1e0r, %0; isb" ::"r"(ALIAS + 8) : "memory");
    check("AT S1E0R of a page of EL1", MRS(par_el1) & 0xfff, 0x81f);
    check("AT takes no exception", last()->count, before);
}

static void from_el0(void)
{
    const u64 before = last()->count;
    run_word_at_el0(0xf9400000, ALIAS + 8); /* LDR X0, [X0] */
    expect("permission fault, from EL0", before, 0x9200000f, ALIAS + 8);
    map_page(ALIAS, (u64)data | PTE_MEM | PTE_TABLE | PTE_RO | PTE_EL0);
    ASM("tlbi vmalle1; dsb sy; isb");
    check("a page of EL0", run_word_at_el0(0xf9400000, ALIAS + 8), 77);
    run_word_at_el0(0xf9000000, ALIAS + 8); /* STR X0, [X0] */
    expect("permission fault of a write, from EL0", before + 1, 0x9200004f, ALIAS + 8);
    check("its vector", last()->vector, 0x400);
}

/* A fetch that faults: goes on where it has come from. */
static void fetch(const char *name, u64 va, u64 esr)
{
    const u64 before = last()->count;
    __asm__ volatile("adr x1, 1f; str x1, [%1]; br %0; 1:" ::"r"(va), "r"(&recover) : "x1", "memory");
    expect(name, before, esr, va);
    check(name, last()->elr, va);
}

static void fetches(void)
{
    map_page(ALIAS, (u64)data | PTE_MEM | PTE_TABLE | PTE_PXN);
    ASM("tlbi vmalle1; dsb sy; isb");
    fetch("a fetch that PXN forbids", ALIAS + 8, 0x8600000f);
    fetch("a fetch from what is not mapped", ALIAS + 0x5678, 0x86000007);
    fetch("a fetch from an odd address", (u64)fetches + 2, 0x8a000000);
}

static void others(void)
{
    u64 before = last()->count;
    ASM("brk #0x1234");
    check("BRK", last()->esr, 0xf2001234);
    ASM("svc #0x5678");
    check("SVC", last()->esr, 0x56005678);
    ASM(".inst 0");
    check("UDF", last()->esr, 0x02000000);
    run_word(SYS(1, 3, 4, 1, 1, 0), 0);
    check("a register of EL2", last()->esr, 0x02000000);
    check("one exception each", last()->count, before + 4);
    MSR(sctlr_el1, SCTLR_ON | SCTLR_A);
    ISB();
    before = last()->count;
    read64((u64)data + 4);
    MSR(sctlr_el1, SCTLR_ON);
    ISB();
    expect("alignment fault", before, 0x96000021, (u64)data + 4);
    before = last()->count;
    __asm__ volatile(
        "adr x1, 1f; str x1, [%0]; msr elr_el1, x1; mov x1, #0x3cf; msr spsr_el1, x1; eret; 1:" ::"r"(&recover)
        : "x1", "memory");
    check("illegal exception return", last()->count, before + 1);
    check("its syndrome", last()->esr, 0x3a000000);
}

/* ---- stage 2 ---- */

/* The syndrome of LDR X0, [X0] and its kin: the bits that each row says, and the fault. */
static const struct access {
    const char *name;
    u32 word;
    u64 iss; /* SAS, SSE, SRT, SF, AR, WnR */
} accesses[] = {
    {"LDRB W0", 0x39400000, 0},
    {"LDRH W0", 0x79400000, 1 << 22},
    {"LDR W0", 0xb9400000, 2 << 22},
    {"LDR X0", 0xf9400000, 3 << 22 | 1 << 15},
    {"LDRSB W0", 0x39c00000, 1 << 21},
    {"LDRSB X0", 0x39800000, 1 << 21 | 1 << 15},
    {"LDRSH W0", 0x79c00000, 1 << 22 | 1 << 21},
    {"LDRSH X0", 0x79800000, 1 << 22 | 1 << 21 | 1 << 15},
    {"LDRSW X0", 0xb9800000, 2 << 22 | 1 << 21 | 1 << 15},
    {"STRB W7", 0x39000007, 7 << 16 | 1 << 6},
    {"STRH W8", 0x79000008, 1 << 22 | 8 << 16 | 1 << 6},
    {"STR W16", 0xb9000010, 2 << 22 | 16 << 16 | 1 << 6},
    {"STR XZR", 0xf900001f, 3 << 22 | 31 << 16 | 1 << 15 | 1 << 6},
    {"LDAR X0", 0xc8dffc00, 3 << 22 | 1 << 15 | 1 << 14},
    {"STLR W9", 0x889ffc09, 2 << 22 | 9 << 16 | 1 << 14 | 1 << 6},
    {"LDUR X0", 0xf8400000, 3 << 22 | 1 << 15},
};

enum { STAGE2_LEVEL1 = 0x05 };

/* Nothing is there: the hypervisor sees the access, the guest an external abort. */
static void hole(const struct access *access)
{
    const u64 va = GUEST_HOLE + 0x123458, before = last()->count;
    run_word(access->word, va);
    const struct result log = call(CALL_EXIT_LOG, 0, 0, 0, 0, 0, 0);
    check(access->name, log.x0, 0x93000000 | access->iss | STAGE2_LEVEL1);
    check(access->name, log.x1, va);
    check(access->name, log.x2, va >> 12 << 4);
    expect(access->name, before, 0x96000010 | (access->iss & 1 << 6), va);
}

enum { NOTHING = GUEST_RAM + GUEST_RAM_SIZE + 0x207000 };

/* A table of stage 1 where nothing is, and one in what stage 2 says is a device (HCR_EL2.PTW). The levels are those of stage 2;
 * QEMU 7.2 gives those of stage 1, which are the same here. */
static void walks(void)
{
    level1[5] = NOTHING | PTE_VALID | PTE_TABLE;
    DSB();
    const u64 va = 0x140003210;
    u64 before = last()->count;
    read64(va);
    struct result log = call(CALL_EXIT_LOG, 0, 0, 0, 0, 0, 0);
    check("ESR_EL2 of a walk that finds nothing", log.x0, 0x92000086);
    check("FAR_EL2 of it", log.x1, va);
    check("HPFAR_EL2 of it", log.x2, NOTHING >> 8);
    check("the guest has an abort", last()->count, before + 1);
    map_page(ALIAS, (u64)data | PTE_MEM | PTE_TABLE);
    ASM("tlbi vmalle1; dsb sy; isb");
    CALL1(CALL_DEVICE, (u64)alias3);
    before = last()->count;
    check("what is behind the table", read64(ALIAS + 8), 77);
    log = call(CALL_EXIT_LOG, 0, 0, 0, 0, 0, 0);
    check("ESR_EL2 of a walk in a device", log.x0, 0x9200008f);
    check("HPFAR_EL2 of it", log.x2, (u64)alias3 >> 8);
    check("the guest has no abort", last()->count, before);
}

int main(void)
{
    mmu_on();
    translation();
    permission();
    from_el0();
    fetches();
    others();
    for (unsigned n = 0; n < sizeof accesses / sizeof *accesses; n++)
        hole(&accesses[n]);
    walks();
    return 0;
}
