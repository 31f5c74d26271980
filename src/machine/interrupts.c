#include "machine/interrupts.h"
#include "cpu/sysreg/sysreg_table.h"
#include "gic/ich.h"
#include "gic/virtual.h"
#include "machine/virt.h"

static void drive(void *owner, unsigned cpu, enum line line, bool level, uint64_t now)
{
    cluster_set_line(owner, cpu, line, level, now);
}

/* ---- event streams: the timers make them, the PE waits for them ---- */

static uint64_t stream(void *owner, uint64_t after)
{
    return timer_next_stream_event(owner, after);
}

static void settle(void *owner, uint64_t now)
{
    cpu_settle_streams(owner, now);
}

static void add_timers(struct virt *virt, unsigned number)
{
    static const uint8_t ppi[TIMER_COUNT] = {
        [TIMER_CNTP] = VIRT_PPI_CNTP, [TIMER_CNTV] = VIRT_PPI_CNTV, [TIMER_CNTHP] = VIRT_PPI_CNTHP};
    struct timer *timer = &virt->timer[number];
    struct cpu *cpu = &virt->cpu[number];
    cpu->pmu_line = gic_ppi(&virt->gic, number, VIRT_PPI_PMU);
    timer_init(timer, &cpu->state, &cpu->events, VIRT_CLOCK, TIMER_FREQUENCY);
    timer->offset_changes = settle;
    timer->owner = cpu;
    cpu->stream = stream;
    cpu->stream_owner = timer;
    for (unsigned i = 0; i < TIMER_COUNT; i++)
        timer_connect(timer, (enum timer_name)i, gic_ppi(&virt->gic, number, ppi[i]));
    for (unsigned i = 0; i < TIMER_HOOKS; i++) {
        const struct timer_hook *hook = &timer_hooks[i];
        cpu_hook_sysreg(
            cpu, hook->reg,
            (struct sysreg_hook){.read = hook->read, .write = hook->write, .owner = &timer->unit[hook->name]});
    }
}

/* The traps of ICH_HCR_EL2 are the PE's, the rest is the interrupt controller's. */
static void write_ich_hcr(void *owner, struct state *s, enum sysreg reg, uint64_t value)
{
    const struct icc *icc = owner;
    const struct cluster *cluster = icc->gic->owner;
    struct icc_hook hook;
    sysreg_write_control(cluster->cpu[icc->cpu], s, reg, value & ICH_HCR_TRAPS);
    if (ich_hook_of(reg, &hook))
        hook.write(owner, s, reg, value);
}

/* A GICv3's CPU interface is system registers. */
static void add_interface(struct virt *virt, unsigned number)
{
    struct icc_hook hook;
    virt->icc[number] = (struct icc){&virt->gic, number};
    for (unsigned i = 0; i < SYSREG_COUNT; i++) {
        const enum sysreg reg = (enum sysreg)i;
        if (!icc_hook_of(reg, &hook) && !ich_hook_of(reg, &hook))
            continue;
        sysreg_write_fn *const write = reg == ICH_HCR_EL2 ? write_ich_hcr : hook.write;
        cpu_hook_sysreg(&virt->cpu[number], reg, (struct sysreg_hook){hook.read, write, hook.look, &virt->icc[number]});
    }
}

static enum status add_v3(struct virt *virt)
{
    for (unsigned i = 0; i < virt->config.cpus; i++)
        add_interface(virt, i);
    const enum status status = bus_map(&virt->bus, pa(VIRT_GICD), GICD_V3_SIZE, &virt->gic.gicd.device);
    const uint64_t size = (uint64_t)GICR_SIZE * virt->config.cpus;
    return status == STATUS_OK ? bus_map(&virt->bus, pa(VIRT_GICR), size, &virt->gic.gicr.device) : status;
}

static enum status add_v2(struct virt *virt)
{
    enum status status = bus_map(&virt->bus, pa(VIRT_GICD), GICD_SIZE, &virt->gic.gicd.device);
    if (status == STATUS_OK)
        status = bus_map(&virt->bus, pa(VIRT_GICC), GICC_SIZE, &virt->gic.gicc.device);
    if (status == STATUS_OK && virt->config.el2)
        status = bus_map(&virt->bus, pa(VIRT_GICH), GICH_SIZE, &virt->gic.gich.device);
    if (status == STATUS_OK && virt->config.el2)
        status = bus_map(&virt->bus, pa(VIRT_GICV), GICV_SIZE, &virt->gic.gicv.device);
    return status;
}

enum status virt_add_interrupts(struct virt *virt)
{
    gic_init(&virt->gic, virt->config.gic_v3 ? 3 : 2, virt->config.cpus, drive, &virt->cluster);
    virt->gic.trace = &virt->cluster.trace;
    if (virt->config.el2) /* gives interrupts to a virtual machine */
        gic_virtual_init(&virt->gic, virt->cluster.list_registers);
    for (unsigned i = 0; i < virt->config.cpus; i++)
        add_timers(virt, i);
    return virt->config.gic_v3 ? add_v3(virt) : add_v2(virt);
}

void virt_interrupts_started(struct virt *virt, unsigned number)
{
    timer_update(&virt->timer[number]);
    if (virt->config.gic_v3)
        icc_reset(&virt->icc[number], virt->cpu[number].state.cycles);
    if (virt->config.gic_v3 && virt->config.el2)
        gic_virtual_reset(&virt->gic, number, virt->cpu[number].state.cycles);
}

void virt_interrupts_stopped(struct virt *virt, unsigned number)
{
    if (virt->config.gic_v3)
        icc_reset(&virt->icc[number], virt->cpu[number].state.cycles);
}
