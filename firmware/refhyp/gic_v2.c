/* GICv2: the distributor and the CPU interface in memory. */
#include "host.h"

enum {
    GICD_CTLR = 0x000,
    GICD_ISENABLER = 0x100,
    GICD_ISACTIVER = 0x300,
    GICD_ICACTIVER = 0x380,
    GICD_IPRIORITYR = 0x400,
    GICD_SGIR = 0xf00
};
enum { GICC_CTLR = 0x00, GICC_PMR = 0x04, GICC_IAR = 0x0c, GICC_EOIR = 0x10, GICC_DIR = 0x1000 };
enum { CTLR_ENABLE = 1, CTLR_EOIMODE = 1 << 9 };

static void init(void)
{
    write32(machine.gicd + GICD_CTLR, 1);
}

static void init_cpu(void)
{
    for (u64 n = 0; n < 32; n++)
        write8(machine.gicd + GICD_IPRIORITYR + n, 0xa0);
    write32(machine.gicc + GICC_PMR, 0xff);
    write32(machine.gicc + GICC_CTLR, CTLR_ENABLE | CTLR_EOIMODE);
}

static u32 ack(void)
{
    return read32(machine.gicc + GICC_IAR); /* with the sender of an SGI: EOI wants it back */
}

static void eoi(u32 intid)
{
    write32(machine.gicc + GICC_EOIR, intid);
}

static void deactivate(u32 intid)
{
    write32(machine.gicc + GICC_DIR, intid);
}

static void enable(u32 intid)
{
    write32(machine.gicd + GICD_ISENABLER + intid / 32 * 4, 1u << intid % 32);
}

static void set_active(u32 intid, bool active)
{
    write32(machine.gicd + (active ? GICD_ISACTIVER : GICD_ICACTIVER) + intid / 32 * 4, 1u << intid % 32);
}

static void send(unsigned cpu, u32 sgi)
{
    write32(machine.gicd + GICD_SGIR, 1u << (16 + cpu) | sgi);
}

const struct gic gic_v2 = {init, init_cpu, ack, eoi, deactivate, enable, set_active, send};
