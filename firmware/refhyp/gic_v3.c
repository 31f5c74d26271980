/* GICv3: the distributor and a redistributor for each CPU in memory, the CPU interface in system registers. */
#include "host.h"

enum { GICD_CTLR = 0x000, CTLR_GRP1 = 1 << 1, CTLR_ARE = 1 << 4, CTLR_RWP = 1u << 31 };
enum { GICR_TYPER = 0x08, GICR_WAKER = 0x14, GICR_FRAME = 0x20000, TYPER_LAST = 1 << 4 };
enum { WAKER_SLEEP = 1 << 1, WAKER_ASLEEP = 1 << 2 };
enum {
    SGI_BASE = 0x10000,
    GICR_IGROUPR = 0x080,
    GICR_ISENABLER = 0x100,
    GICR_ISACTIVER = 0x300,
    GICR_ICACTIVER = 0x380,
    GICR_IPRIORITYR = 0x400
};
enum { EOIMODE = 1 << 1 };

static u64 redistributor[MAX_CPUS];

static u64 affinity(u64 mpidr)
{
    return bits(mpidr, 39, 32) << 24 | bits(mpidr, 23, 0);
}

static void init(void)
{
    write32(machine.gicd + GICD_CTLR, CTLR_ARE | CTLR_GRP1);
    while (read32(machine.gicd + GICD_CTLR) & CTLR_RWP)
        ;
}

/* This CPU's redistributor is the one that names its affinity. */
static u64 find_redistributor(void)
{
    for (u64 at = machine.gicr;; at += GICR_FRAME) {
        const u64 typer = read64(at + GICR_TYPER);
        if (typer >> 32 == affinity(this_cpu()->mpidr))
            return at;
        if (typer & TYPER_LAST)
            panic("no redistributor for CPU %u", this_cpu()->number);
    }
}

static void init_cpu(void)
{
    const u64 gicr = redistributor[this_cpu()->number] = find_redistributor();
    write32(gicr + GICR_WAKER, 0);
    while (read32(gicr + GICR_WAKER) & WAKER_ASLEEP)
        ;
    write32(gicr + SGI_BASE + GICR_IGROUPR, 0xffffffff);
    for (u64 n = 0; n < 32; n++)
        write8(gicr + SGI_BASE + GICR_IPRIORITYR + n, 0xa0);
    MSR(icc_sre_el1, 7);
    ISB();
    MSR(icc_pmr_el1, 0xff);
    MSR(icc_bpr1_el1, 0);
    MSR(icc_ctlr_el1, EOIMODE);
    MSR(icc_igrpen1_el1, 1);
    ISB();
}

static u32 ack(void)
{
    const u32 intid = (u32)MRS(icc_iar1_el1);
    DSB();
    return intid;
}

static void eoi(u32 intid)
{
    MSR(icc_eoir1_el1, intid);
    ISB();
}

static void deactivate(u32 intid)
{
    MSR(icc_dir_el1, intid);
    ISB();
}

static u64 own(u64 reg)
{
    return redistributor[this_cpu()->number] + SGI_BASE + reg;
}

static void enable(u32 intid) /* private ones are all that the host has */
{
    write32(own(GICR_ISENABLER), 1u << intid);
}

static void set_active(u32 intid, bool active)
{
    write32(own(active ? GICR_ISACTIVER : GICR_ICACTIVER), 1u << intid);
}

static void send(unsigned cpu, u32 sgi)
{
    const u64 mpidr = cpus[cpu].mpidr;
    DSB();
    MSR(icc_sgi1r_el1, bits(mpidr, 39, 32) << 48 | bits(mpidr, 23, 16) << 32 | (u64)sgi << 24 |
                           bits(mpidr, 15, 8) << 16 | BIT(bits(mpidr, 3, 0)));
    ISB();
}

const struct gic gic_v3 = {init, init_cpu, ack, eoi, deactivate, enable, set_active, send};
