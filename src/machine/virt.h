/* The machine: QEMU's `virt`, assembled. */
#pragma once
#include "base/status.h"
#include "bus/bus.h"
#include "cpu/cluster.h"
#include "devices/pl011.h"
#include "gic/gic.h"
#include "machine/interrupts.h"
#include "machine/scheduler.h"
#include "timer/timer.h"

#define VIRT_CLOCK UINT64_C(1000000000) /* of the core: cycles a second */

/* Why the machine has stopped itself. */
enum virt_outcome { VIRT_RUNNING, VIRT_OFF, VIRT_RESET, VIRT_LIMIT };

struct virt_config {
    const struct cpu_model *model;
    unsigned cpus;
    uint64_t ram_size; /* bytes, whole pages */
    bool el2;
    bool timing; /* the core model's costs; else one cycle an instruction */
    uart_sink_fn *console;
    void *console_owner;
};

struct virt {
    struct virt_config config;
    struct bus bus;
    struct cluster cluster;
    struct scheduler scheduler;
    struct cpu *cpu; /* [config.cpus] */
    struct gic gic;
    struct timer timer[GIC_CPUS];
    struct pl011 uart;
    enum virt_outcome outcome;
};

/* Assembles the machine in *virt, in its reset state, with CPU 0 on and the others off. */
enum status virt_init(struct virt *virt, const struct virt_config *config);
void virt_free(struct virt *virt);

/* Loads an ELF's segments by physical address and starts at its entry. STATUS_BAD_FILE, STATUS_OUT_OF_RANGE. */
enum status virt_load_elf(struct virt *virt, const char *path);

/* Says why, and stops the run. */
void virt_stop(struct virt *virt, enum virt_outcome outcome);
