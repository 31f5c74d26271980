/* The guests' driver of the interrupt controller. */
#include "lib.h"

enum {
    GICC_CTLR = 0x00,
    GICC_PMR = 0x04,
    GICC_BPR = 0x08,
    GICC_IAR = 0x0c,
    GICC_EOIR = 0x10,
    GICC_RPR = 0x14,
    GICC_DIR = 0x1000
};
enum { GICD_SGIR = 0xf00, IGROUPR = 0x080, ISENABLER = 0x100, IPRIORITYR = 0x400, ITARGETSR = 0x800, ICFGR = 0xc00 };
enum { TRIES = 2000 };

static u64 gicc(u32 reg)
{
    return GUEST_GICC + reg;
}

static u64 private_frame(void)
{
    return gic_version == 3 ? GUEST_GICR + 0x20000 * this_cpu() + 0x10000 : GUEST_GICD;
}

u64 gic_dist(u32 offset)
{
    const u32 width = offset >= ICFGR ? 2 : offset >= IPRIORITYR ? 8 : 1;
    const u32 base = offset >= ICFGR ? ICFGR : offset >= IPRIORITYR ? IPRIORITYR : offset & ~0x7fu;
    return (offset - base) * 8 / width < 32 ? private_frame() + offset : GUEST_GICD + offset;
}

void gic_cpu_on(void)
{
    if (gic_version == 2) {
        write32(gicc(GICC_PMR), 0xf8);
        write32(gicc(GICC_BPR), 0);
        write32(gicc(GICC_CTLR), 1);
        return;
    }
    MSR(icc_sre_el1, 7);
    ISB();
    MSR(icc_pmr_el1, 0xf8);
    MSR(icc_bpr1_el1, 0);
    MSR(icc_ctlr_el1, 0);
    MSR(icc_igrpen1_el1, 1);
    ISB();
    write32(private_frame() + IGROUPR, 0xffffffff);
}

void gic_on(void)
{
    write32(GUEST_GICD, gic_version == 3 ? 0x12 : 1);
    if (gic_version == 3)
        write32(GUEST_GICD + IGROUPR + 4, 0xffffffff);
    gic_cpu_on();
}

void gic_enable(u32 intid, u8 priority, bool edge)
{
    const u64 config = gic_dist(ICFGR + intid / 16 * 4);
    const u32 shift = intid % 16 * 2;
    write8(gic_dist(IPRIORITYR + intid), priority);
    write32(config, (read32(config) & ~(3u << shift)) | (edge ? 2u << shift : 0));
    write32(gic_dist(ISENABLER + intid / 32 * 4), 1u << intid % 32);
}

u32 gic_ack(void)
{
    if (gic_version == 2)
        return read32(gicc(GICC_IAR));
    const u32 intid = (u32)MRS(icc_iar1_el1);
    DSB();
    return intid;
}

u32 gic_wait(void)
{
    u32 acked = 1023;
    for (unsigned n = 0; n < TRIES && acked == 1023; n++)
        acked = gic_ack();
    return acked;
}

void gic_eoi(u32 acked)
{
    if (gic_version == 2)
        write32(gicc(GICC_EOIR), acked);
    else
        MSR(icc_eoir1_el1, acked);
    ISB();
}

void gic_deactivate(u32 acked)
{
    if (gic_version == 2)
        write32(gicc(GICC_DIR), acked);
    else
        MSR(icc_dir_el1, acked);
    ISB();
}

void gic_eoi_mode(bool separate)
{
    if (gic_version == 2)
        write32(gicc(GICC_CTLR), separate ? 0x201 : 1);
    else
        MSR(icc_ctlr_el1, separate ? 2 : 0);
    ISB();
}

void gic_mask(u8 priority)
{
    if (gic_version == 2)
        write32(gicc(GICC_PMR), priority);
    else
        MSR(icc_pmr_el1, priority);
    ISB();
}

void gic_binary_point(u8 value)
{
    if (gic_version == 2)
        write32(gicc(GICC_BPR), value);
    else
        MSR(icc_bpr1_el1, value);
    ISB();
}

u32 gic_running(void)
{
    return gic_version == 2 ? read32(gicc(GICC_RPR)) : (u32)MRS(icc_rpr_el1);
}

void gic_send(u32 cpus, u32 sgi)
{
    DSB();
    if (gic_version == 2)
        write32(GUEST_GICD + GICD_SGIR, cpus << 16 | sgi);
    else
        MSR(icc_sgi1r_el1, (u64)sgi << 24 | cpus);
    ISB();
}

void gic_send_others(u32 sgi)
{
    DSB();
    if (gic_version == 2)
        write32(GUEST_GICD + GICD_SGIR, 1u << 24 | sgi);
    else
        MSR(icc_sgi1r_el1, (u64)sgi << 24 | BIT(40));
    ISB();
}
