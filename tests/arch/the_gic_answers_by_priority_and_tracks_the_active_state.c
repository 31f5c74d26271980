/* run: el1 el2 */
#include "common/lib.h"

static void state(const char *when)
{
    print(when);
    show(" enabled", read32(GICD + 0x100));
    show("pending", read32(GICD + 0x200));
    show("active", read32(GICD + 0x300));
    show("running priority", read32(GICC + 0x14));
    show("highest pending", read32(GICC + 0x18));
}

void test(void)
{
    show("GICD_TYPER", read32(GICD + 4));
    show("GICC_IIDR", read32(GICC + 0xfc));
    gic_on();
    write32(GICD + 0x400, 0x60a08040); /* priorities of SGIs 0-3 */
    show("priorities", read32(GICD + 0x400));
    show("targets", read32(GICD + 0x800));
    state("before:");
    write32(GICD + 0xf00, 2u << 24 | 2);
    write32(GICD + 0xf00, 2u << 24 | 1);
    state("two pending:");
    const u32 first = read32(GICC + 0xc);
    show("acknowledged", first);
    state("one active:");
    show("acknowledged", read32(GICC + 0xc)); /* lower priority: spurious */
    write32(GICD + 0xf00, 2u << 24 | 0);      /* higher: preempts */
    const u32 second = read32(GICC + 0xc);
    show("acknowledged", second);
    state("two active:");
    write32(GICC + 0x10, second);
    write32(GICC + 0x10, first);
    state("one left:");
    write32(GICC + 4, 0x80); /* masked by priority */
    show("highest pending", read32(GICC + 0x18));
    show("acknowledged", read32(GICC + 0xc));
}
