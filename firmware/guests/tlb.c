/* TLB invalidation by the guest: each form makes this CPU, and those for the Inner Shareable domain also the other CPU, see the
 * new descriptor. And ASIDs keep address spaces apart without any. */
#include "lib.h"

extern u64 level1[], alias2[], alias3[]; /* lib.c */

enum { ASID = 5 };

static u64 pages[2][512] __attribute__((aligned(4096)));
static u64 other1[512] __attribute__((aligned(4096))), other2[512] __attribute__((aligned(4096))),
    other3[512] __attribute__((aligned(4096)));
static volatile u64 asked, answered, seen;

/* ---- the other CPU reads when it is asked to ---- */

static void set_asid(u64 *table, u64 asid)
{
    MSR(ttbr0_el1, (u64)table | asid << 48);
    ISB();
}

static void reader(void)
{
    mmu_on();
    set_asid(level1, ASID);
    for (;;) {
        while (asked == answered)
            CALL1(CALL_YIELD, 0);
        ISB();
        seen = read64(ALIAS);
        DSB();
        answered = asked;
    }
}

static u64 read_there(void)
{
    asked = asked + 1;
    while (asked != answered)
        CALL1(CALL_YIELD, 0);
    return seen;
}

/* ---- forms ---- */

static const struct form {
    const char *name;
    u32 word;
    bool everywhere, by_asid, by_address, global;
} forms[] = {
    {"TLBI VMALLE1", SYS(0, 1, 0, 8, 7, 0), false, false, false, true},
    {"TLBI VAE1", SYS(0, 1, 0, 8, 7, 1), false, true, true, false},
    {"TLBI ASIDE1", SYS(0, 1, 0, 8, 7, 2), false, true, false, false},
    {"TLBI VAAE1", SYS(0, 1, 0, 8, 7, 3), false, false, true, false},
    {"TLBI VALE1", SYS(0, 1, 0, 8, 7, 5), false, true, true, true},
    {"TLBI VAALE1", SYS(0, 1, 0, 8, 7, 7), false, false, true, true},
    {"TLBI VMALLE1IS", SYS(0, 1, 0, 8, 3, 0), true, false, false, false},
    {"TLBI VAE1IS", SYS(0, 1, 0, 8, 3, 1), true, true, true, true},
    {"TLBI ASIDE1IS", SYS(0, 1, 0, 8, 3, 2), true, true, false, false},
    {"TLBI VAAE1IS", SYS(0, 1, 0, 8, 3, 3), true, false, true, true},
    {"TLBI VALE1IS", SYS(0, 1, 0, 8, 3, 5), true, true, true, false},
    {"TLBI VAALE1IS", SYS(0, 1, 0, 8, 3, 7), true, false, true, false},
};

static void one_form(const struct form *form, bool broadcast)
{
    const u64 kind = PTE_MEM | PTE_TABLE | (form->global ? 0 : PTE_NG);
    prepare_word(form->word);
    map_page(ALIAS, (u64)pages[0] | kind);
    ASM("tlbi vmalle1is; dsb sy; isb");
    check(form->name, read64(ALIAS), 100);
    if (form->everywhere || broadcast)
        check(form->name, read_there(), 100);
    map_page(ALIAS, (u64)pages[1] | kind);
    run_prepared((form->by_asid ? (u64)ASID << 48 : 0) | (form->by_address ? ALIAS >> 12 : 0));
    ASM("dsb sy; isb");
    check(form->name, read64(ALIAS), 101);
    if (form->everywhere || broadcast)
        check(form->name, read_there(), 101);
}

/* Two address spaces, exchanged without invalidation; what is global stays the same. */
static void address_spaces(void)
{
    other1[0] = level1[0];
    other1[2] = level1[2];
    other1[3] = (u64)other2 | PTE_VALID | PTE_TABLE;
    other2[0] = (u64)other3 | PTE_VALID | PTE_TABLE;
    map_page(ALIAS, (u64)pages[0] | PTE_MEM | PTE_TABLE | PTE_NG);
    other3[0] = (u64)pages[1] | PTE_MEM | PTE_TABLE | PTE_NG;
    ASM("dsb sy; tlbi vmalle1; dsb sy; isb");
    for (unsigned n = 0; n < 8; n++) {
        set_asid(level1, ASID);
        check("the first address space", read64(ALIAS), 100);
        set_asid(other1, 0x45); /* differs from the other in one bit, of the low eight */
        check("the second address space", read64(ALIAS), 101);
    }
    set_asid(level1, ASID);
}

int main(void)
{
    pages[0][0] = 100;
    pages[1][0] = 101;
    mmu_on();
    set_asid(level1, ASID);
    start_cpu(1, reader);
    for (unsigned n = 0; n < sizeof forms / sizeof *forms; n++)
        one_form(&forms[n], false);
    call(CALL_TRAPS, HCR_FB, 0, 0, 0, 0, 0); /* local forms become those of the Inner Shareable domain */
    for (unsigned n = 0; n < sizeof forms / sizeof *forms; n++)
        one_form(&forms[n], true);
    call(CALL_TRAPS, 0, 0, 0, 0, 0, 0);
    address_spaces();
    return 0;
}
