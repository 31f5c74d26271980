#include "machine/virt.h"
#include "machine/psci.h"
#include <stdlib.h>
#include <string.h>

static const struct {
    pa_t base;
    uint64_t size;
} uart_map = {{0x09000000}, 0x1000};

static const pa_t ram_base = {0x40000000};

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
        virt->cpu[i].state.wait = i ? WAIT_OFF : WAIT_NONE;
    }
    return STATUS_OK;
}

static enum status assemble(struct virt *virt)
{
    const struct virt_config *config = &virt->config;
    enum status status = bus_add_ram(&virt->bus, ram_base, config->ram_size);
    if (status != STATUS_OK)
        return status;
    pl011_init(&virt->uart, &(struct pl011_wiring){.sink = config->console, .owner = config->console_owner});
    status = bus_map(&virt->bus, uart_map.base, uart_map.size, &virt->uart.device);
    status = status == STATUS_OK ? add_cpus(virt) : status;
    return status == STATUS_OK ? virt_add_interrupts(virt) : status;
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
    scheduler_init(&virt->scheduler, &virt->cluster);
    const enum status assembled = assemble(virt);
    if (assembled != STATUS_OK) {
        virt_free(virt);
        return assembled;
    }
    virt->cluster.firmware = psci_call;
    virt->cluster.owner = virt;
    return STATUS_OK;
}

void virt_free(struct virt *virt)
{
    free(virt->cpu);
    cluster_free(&virt->cluster);
    bus_free(&virt->bus);
}
