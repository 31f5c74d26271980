#include "machine/virt.h"
#include "gic/virtual.h"
#include "machine/psci.h"
#include <stdlib.h>
#include <string.h>

void virt_stop(struct virt *virt, enum virt_outcome outcome)
{
    virt->outcome = outcome;
    scheduler_stop(&virt->scheduler);
}

static enum status add_cpus(struct virt *virt)
{
    const unsigned count = virt->config.cpus;
    virt->cpu = aligned_alloc(64, (count * sizeof *virt->cpu + 63) & ~(size_t)63);
    if (!virt->cpu)
        return STATUS_NO_MEMORY;
    for (unsigned i = 0; i < count; i++) {
        cpu_init(&virt->cpu[i], &virt->cluster, virt->config.model, virt->config.el2);
        if (virt->config.timing && virt->config.count)
            cpu_count(&virt->cpu[i]);
        virt->cpu[i].state.wait = i ? WAIT_OFF : WAIT_NONE;
    }
    return STATUS_OK;
}

/* ---- devices ---- */

/* Where everything is, and its shared interrupt. */
static const struct device_place
    /* clang-format off */
    flash_place[VIRT_FLASHES] = {{VIRT_FLASH0, FLASH_SIZE, 0}, {VIRT_FLASH1, FLASH_SIZE, 0}},
    uart_place   = {VIRT_UART,   0x1000, 1},
    rtc_place    = {VIRT_RTC,    0x1000, 2},
    gpio_place   = {VIRT_GPIO,   0x1000, 7},
    virtio_place = {VIRT_VIRTIO, VIRTIO_SLOTS * VIRTIO_SLOT_SIZE, 16},
    gicd_place   = {VIRT_GICD,   GICD_SIZE, 0},
    gicc_place   = {VIRT_GICC,   GICC_SIZE, 0},
    gicr_place   = {VIRT_GICR,   GICR_SIZE, 0},
    gich_place   = {VIRT_GICH,   GICH_SIZE, 0},
    gicv_place   = {VIRT_GICV,   GICV_SIZE, 0};
/* clang-format on */

static struct irq_line line_of(struct virt *virt, uint32_t spi)
{
    return gic_spi(&virt->gic, spi);
}

static void note_device(struct virt *virt, struct device *device, struct device_place place)
{
    virt->device[virt->devices++] = (struct virt_device){device, place};
}

static enum status map_device(struct virt *virt, struct device *device, struct device_place place)
{
    note_device(virt, device, place);
    return bus_map(&virt->bus, pa(place.base), place.size, device);
}

static enum status add_flashes(struct virt *virt)
{
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < VIRT_FLASHES && status == STATUS_OK; i++) {
        status = flash_init(&virt->flash[i], &virt->bus, pa(flash_place[i].base));
        note_device(virt, &virt->flash[i].device, flash_place[i]);
    }
    return status;
}

/* An event of the machine has been asked for, perhaps before the end of the quantum, which was set without it. */
static void end_quantum(void *owner)
{
    const struct cluster *cluster = owner;
    if (cluster->running)
        cluster->running->attention |= ATTEND_YIELD;
}

static void init_devices(struct virt *virt)
{
    const struct virt_config *config = &virt->config;
    pl011_init(&virt->uart, &(struct pl011_wiring){.sink = config->console,
                                                   .room = config->console_room,
                                                   .owner = config->console_owner,
                                                   .irq = line_of(virt, uart_place.spi)});
    pl031_init(&virt->rtc, &(struct pl031_wiring){.events = &virt->scheduler.events,
                                                  .asked = end_quantum,
                                                  .owner = &virt->cluster,
                                                  .clock = VIRT_CLOCK,
                                                  .irq = line_of(virt, rtc_place.spi)});
    pl061_init(&virt->gpio, line_of(virt, gpio_place.spi));
    virtio_mmio_init(&virt->virtio);
}

/* In the order of QEMU's, so that the device tree has it too. */
static enum status add_devices(struct virt *virt)
{
    init_devices(virt);
    enum status status = add_flashes(virt);
    if (status == STATUS_OK)
        status = map_device(virt, &virt->uart.device, uart_place);
    if (status == STATUS_OK)
        status = map_device(virt, &virt->rtc.device, rtc_place);
    if (status == STATUS_OK)
        status = map_device(virt, &virt->gpio.device, gpio_place);
    if (status == STATUS_OK)
        status = map_device(virt, &virt->virtio.device, virtio_place);
    return status;
}

/* ---- life ---- */

static enum status assemble(struct virt *virt)
{
    if (!semihosting_init(&virt->semihosting, virt->config.semihosting_dir))
        return STATUS_BAD_FILE;
    enum status status = bus_add_ram(&virt->bus, pa(VIRT_RAM), virt->config.ram_size);
    if (status == STATUS_OK)
        status = add_devices(virt);
    if (status == STATUS_OK)
        status = add_cpus(virt);
    if (status == STATUS_OK)
        status = virt_add_interrupts(virt);
    note_device(virt, &virt->gic.gicd.device, gicd_place);
    note_device(virt, &virt->gic.gicc.device, gicc_place);
    if (virt->config.gic_v3)
        note_device(virt, &virt->gic.gicr.device, gicr_place);
    if (!virt->config.el2 || virt->config.gic_v3)
        return status;
    note_device(virt, &virt->gic.gich.device, gich_place);
    note_device(virt, &virt->gic.gicv.device, gicv_place);
    return status;
}

/* What watches a PE's registers is told that they are those of reset. */
static void started(void *owner, struct cpu *cpu)
{
    virt_interrupts_started(owner, cpu->number);
}

enum status virt_init(struct virt *virt, const struct virt_config *config)
{
    memset(virt, 0, sizeof *virt);
    virt->config = *config;
    bus_init(&virt->bus);
    const enum cost_model cost = config->timing ? config->model->cost : COST_MODEL_UNIT;
    const enum status status = cluster_init(&virt->cluster, &virt->bus, cost_table[cost]);
    if (status != STATUS_OK)
        return status;
    virt->cluster.gic_v3 = config->gic_v3;
    virt->cluster.list_registers = config->list_registers ? config->list_registers : GIC_LRS_DEFAULT;
    scheduler_init(&virt->scheduler, &virt->cluster);
    const enum status assembled = assemble(virt);
    if (assembled != STATUS_OK) {
        virt_free(virt);
        return assembled;
    }
    virt->cluster.firmware = psci_call;
    virt->cluster.semihosting = semihosting_call;
    virt->cluster.started = started;
    virt->cluster.owner = virt;
    return STATUS_OK;
}

void virt_free(struct virt *virt)
{
    semihosting_free(&virt->semihosting);
    free(virt->cpu);
    cluster_free(&virt->cluster);
    bus_free(&virt->bus);
}

/* All PEs go on from the latest time that one of them has seen. */
static uint64_t latest(const struct virt *virt)
{
    uint64_t now = 0;
    for (unsigned i = 0; i < virt->config.cpus; i++)
        now = virt->cpu[i].state.cycles > now ? virt->cpu[i].state.cycles : now;
    return now;
}

void virt_reset(struct virt *virt)
{
    const uint64_t now = latest(virt);
    for (unsigned i = 0; i < virt->config.cpus; i++) {
        cluster_reset(&virt->cluster, i, now);
        virt->cpu[i].state.wait = i ? WAIT_OFF : WAIT_NONE;
    }
    for (unsigned i = 0; i < virt->devices; i++)
        virt->device[i].device->ops->reset(virt->device[i].device);
    semihosting_reset(&virt->semihosting);
    virt->scheduler.current = NULL;
    virt->outcome = VIRT_RUNNING;
    if (virt->config.reload)
        virt->config.reload(virt->config.reload_owner);
}
