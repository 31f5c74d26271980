/* List registers: priorities, preemption, more interrupts than fit, levels, and the separation of EOI and deactivation. */
#include "lib.h"

enum { FIRST = 32, MANY = 8, LEVEL = 45, EDGE = 46 };

static void expect(const char *what, u32 intid)
{
    const u32 acked = gic_wait();
    check(what, acked, intid);
    gic_eoi(acked);
}

static void none(const char *what)
{
    check(what, gic_ack(), 1023);
}

/* Twice as many as there are list registers, the last one first. */
static void more_than_fit(void)
{
    for (u32 n = 0; n < MANY; n++)
        gic_enable(FIRST + n, (u8)(0x80 - 8 * n), true);
    CALL1(CALL_MAINTENANCE, 0);
    CALL2(CALL_RAISE, FIRST, MANY);
    for (u32 n = MANY; n > 0; n--)
        expect("more interrupts than list registers, by priority", FIRST + n - 1);
    none("all of them are done");
    check("GICH_MISR.U has been seen", CALL1(CALL_MAINTENANCE, 0), 2);
}

static void preemption(void)
{
    CALL2(CALL_RAISE, FIRST, 1); /* priority 0x80 */
    check("the first", gic_wait(), FIRST);
    check("the running priority", gic_running(), 0x80);
    CALL2(CALL_RAISE, FIRST + 1, 1); /* 0x78 */
    check("a higher priority preempts", gic_wait(), FIRST + 1);
    check("the running priority is its", gic_running(), 0x78);
    gic_eoi(FIRST + 1);
    check("the running priority is back", gic_running(), 0x80);
    gic_binary_point(5);             /* 0x80 and 0x40 are in groups of 64 */
    CALL2(CALL_RAISE, FIRST + 7, 1); /* 0x48 */
    check("a higher group preempts", gic_wait(), FIRST + 7);
    check("the running priority is that of its group", gic_running(), 0x40);
    CALL2(CALL_RAISE, FIRST + 6, 1); /* 0x50 */
    none("within a group nothing preempts");
    gic_eoi(FIRST + 7);
    check("the other follows", gic_wait(), FIRST + 6);
    gic_eoi(FIRST + 6);
    gic_eoi(FIRST);
    gic_binary_point(0);
    check("nothing runs", gic_running(), 0xff);
}

static void masked(void)
{
    gic_mask(0x60);
    CALL2(CALL_RAISE, FIRST + 4, 1); /* 0x60 */
    none("masked by its priority");
    gic_mask(0x68);
    expect("unmasked", FIRST + 4);
    gic_mask(0xf8);
}

/* A level that stays high comes again after each EOI: the hypervisor has to hear of that. */
static void level(void)
{
    gic_enable(LEVEL, 0x40, false);
    CALL1(CALL_MAINTENANCE, 0);
    CALL2(CALL_LEVEL, LEVEL, 1);
    for (u32 n = 0; n < 3; n++)
        expect("a level that is high", LEVEL);
    CALL2(CALL_LEVEL, LEVEL, 0);
    none("a level that is low");
    check("GICH_MISR.EOI has been seen", CALL1(CALL_MAINTENANCE, 0), 1);
}

static void separate(void)
{
    gic_eoi_mode(true);
    gic_enable(EDGE, 0x40, true);
    CALL2(CALL_RAISE, EDGE, 1);
    check("it comes", gic_wait(), EDGE);
    check("its priority", gic_running(), 0x40);
    gic_eoi(EDGE);
    check("EOI drops the priority", gic_running(), 0xff);
    CALL2(CALL_RAISE, EDGE, 1);
    none("it is active still, and pending");
    gic_deactivate(EDGE);
    check("deactivated, it comes again", gic_wait(), EDGE);
    gic_eoi(EDGE);
    gic_deactivate(EDGE);
    gic_eoi_mode(false);
    none("and not once more");
}

static u32 seen;

static void handler(void)
{
    seen = gic_ack();
    gic_eoi(seen);
}

static void by_exception(void)
{
    on_irq = handler;
    CALL2(CALL_RAISE, EDGE, 1);
    check("masked in PSTATE", seen, 0);
    check("ISR_EL1.I", MRS(isr_el1), 0x80);
    IRQ_UNMASK();
    ISB();
    for (unsigned n = 0; n < 2000 && !seen; n++)
        ASM("nop");
    IRQ_MASK();
    check("taken", seen, EDGE);
    check("ISR_EL1.I afterwards", MRS(isr_el1), 0);
}

static void to_itself(void)
{
    gic_enable(5, 0x30, true);
    gic_send(1, 5);
    expect("an SGI to itself", 5);
}

int main(void)
{
    gic_on();
    none("nothing is pending");
    more_than_fit();
    preemption();
    masked();
    level();
    separate();
    by_exception();
    to_itself();
    return 0;
}
