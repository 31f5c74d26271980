/* run: el2 */
#include "common/lib.h"
#include <stddef.h>

/* Every reason for the maintenance interrupt, PPI 25, taken as an interrupt at EL2 and shown with what it says; then a
 * virtual machine whose interrupts nest, in both EOI modes, and one that is linked to the virtual timer's. */
enum { GICH = 0x08030000, GICV = 0x08040000 };

static const char *reason;

static void maintenance_irq(void)
{
    const u32 iar = read32(GICC + 0xc);
    print(reason);
    show(": interrupt", iar);
    show("misr", read32(GICH + 0x10));
    show("eisr", read32(GICH + 0x20));
    show("elrsr", read32(GICH + 0x30));
    show("hcr", read32(GICH));
    write32(GICH, 0);
    write32(GICC + 0x10, iar);
}

/* From nothing: one list register, the reason asked for, then what makes it so. */
static void ask(const char *name, u32 hcr, u32 lr)
{
    reason = name;
    write32(GICH, 0);
    write32(GICH + 8, 0xf8fc0017);
    write32(GICH + 0xf0, 0);
    for (u32 n = 0; n < 4; n++)
        write32(GICH + 0x100 + 4 * n, n ? 0 : lr);
    write32(GICH, hcr);
    show(name, read32(GICH + 0x10));
}

static void done(void)
{
    DO("msr daifclr, #2; isb; msr daifset, #2");
}

static void maintenance(void)
{
    ask("an end", 1, 0x14080028);
    write32(GICV + 0x10, read32(GICV + 0xc));
    done();
    ask("underflow", 3, 0x10000028);
    done();
    ask("an end of what is in no list register", 5, 0x10000028);
    read32(GICV + 0xc);
    write32(GICV + 0x10, 77);
    done();
    ask("none pending", 9, 0x10000028);
    read32(GICV + 0xc);
    done();
    ask("group 0 on", 0x11, 0);
    done();
    ask("group 0 off", 0x21, 0);
    write32(GICV, 2);
    done();
    ask("group 1 on", 0x41, 0);
    done();
    ask("group 1 off", 0x81, 0);
    write32(GICV, 1);
    done();
    ask("nothing while it is off", 2, 0);
    done();
}

/* ---- a virtual machine ---- */

/* What preempts is taken within: EL1 keeps where it was. */
static void preempted(void)
{
    write32(GICH + 0x104, 1u << 28 | 10 << 23 | 1 << 30 | 41);
    const u64 elr = MRS(elr_el1), spsr = MRS(spsr_el1);
    DO("msr daifclr, #2; isb; msr daifset, #2");
    MSR(elr_el1, elr);
    MSR(spsr_el1, spsr);
}

static void guest_irq(void)
{
    const u32 iar = read32(GICV + 0xc);
    show("virtual interrupt", iar);
    show("running", read32(GICV + 0x14));
    if (iar == 40)
        preempted();
    if (iar == 27)
        MSR(cntv_ctl_el0, 0);
    ISB();
    write32(GICV + 0x10, iar);
    show("running after it", read32(GICV + 0x14));
    if (read32(GICV) & 0x200)
        write32(GICV + 0x1000, iar);
}

/* The virtual timer's: it stays active, for the virtual machine to end. */
static void host_irq(void)
{
    const u32 iar = read32(GICC + 0xc);
    show("interrupt", iar);
    write32(GICH + 0x10c, 0x80000000 | 1 << 28 | 8 << 23 | iar << 10 | iar);
    write32(GICC + 0x10, iar);
    show("active", read32(GICD + 0x300));
}

static void irq(void)
{
    if (MRS(CurrentEL) == 4)
        guest_irq();
    else if (reason)
        maintenance_irq();
    else
        host_irq();
}

static u64 guest(void)
{
    SHOW_REG(isr_el1);
    for (unsigned i = 0; i < 4; i++)
        DO("msr daifclr, #2; isb; msr daifset, #2");
    SHOW_REG(isr_el1);
    return 0;
}

static u64 guest_with_timer(void)
{
    MSR(cntv_cval_el0, 0);
    MSR(cntv_ctl_el0, 1);
    ISB();
    return guest();
}

static void show_list_registers(void)
{
    for (u32 n = 0; n < 4; n++)
        show("list register", read32(GICH + 0x100 + 4 * n));
    show("misr", read32(GICH + 0x10));
}

/* eoimode: bit 9 of GICV_CTLR. */
static void machine(u32 eoimode)
{
    reason = NULL;
    write32(GICD + 0x180, 1u << 25); /* the maintenance interrupt stays pending */
    write32(GICC, 0x201);            /* the host's ends drop the priority alone */
    write32(GICH + 8, 0xf84c0017 | eoimode);
    write32(GICH + 0xf0, 0);
    write32(GICH + 0x100, 1u << 28 | 20 << 23 | 40);
    write32(GICH + 0x104, 0);
    write32(GICH + 0x108, 1u << 28 | 25 << 23 | 5 << 10 | 3); /* from CPU 5 */
    write32(GICH + 0x10c, 0);
    write32(GICH, 1);
    at_level(EL1H, guest);
    show_list_registers();
    write32(GICH + 0x100, 1u << 28 | 20 << 23 | 1 << 19 | 40);
    at_level(EL1H, guest_with_timer);
    show_list_registers();
    show("active", read32(GICD + 0x300));
}

void test(void)
{
    on_irq = irq;
    gic_on();
    write32(GICD + 0x100, 1u << 25 | 1u << 27);
    MSR(hcr_el2, 1u << 31 | 1 << 4); /* IMO */
    ISB();
    maintenance();
    machine(0);
    machine(0x200);
}
