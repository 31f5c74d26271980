/* The machine: QEMU's `virt`, assembled. */
#pragma once
#include "base/status.h"
#include "bus/bus.h"
#include "cpu/cluster.h"
#include "devices/flash.h"
#include "devices/pl011.h"
#include "devices/pl031.h"
#include "devices/pl061.h"
#include "devices/virtio_mmio.h"
#include "gic/icc.h"
#include "machine/interrupts.h"
#include "machine/scheduler.h"
#include "machine/semihosting.h"
#include "timer/timer.h"

#define VIRT_CLOCK UINT64_C(1000000000) /* of the core: cycles a second */

/* The map: QEMU's. */
enum {
    /* clang-format off */
    VIRT_FLASH0   = 0x00000000,
    VIRT_FLASH1   = 0x04000000,
    VIRT_UART     = 0x09000000,
    VIRT_RTC      = 0x09010000,
    VIRT_GPIO     = 0x09030000,
    VIRT_VIRTIO   = 0x0a000000,
    VIRT_RAM      = 0x40000000
    /* clang-format on */
};

enum { VIRT_DEVICES_MAX = 16, VIRT_FLASHES = 2 };

/* Why the machine has stopped itself. After VIRT_RESET whoever runs it calls virt_reset, or leaves it at that. */
enum virt_outcome { VIRT_RUNNING, VIRT_OFF, VIRT_RESET, VIRT_LIMIT };

/* Called by virt_reset: to write the images again and set where CPU 0 begins. */
typedef void virt_reload_fn(void *owner);

struct virt_config {
    const struct cpu_model *model;
    unsigned cpus;
    bool gic_v3;       /* else GICv2, for up to 8 CPUs */
    uint64_t ram_size; /* bytes, whole pages */
    bool el2;
    unsigned list_registers; /* of each virtual CPU interface; 0: as many as the cores have */
    bool timing;             /* the core model's costs; else one cycle an instruction */
    bool count;              /* instructions are counted under timing, too */
    uart_sink_fn *console;
    uart_room_fn *console_room;          /* the UART may take a byte again: pl011_receive */
    semihosting_input_fn *console_input; /* for semihosting; NULL: nothing is ever typed */
    void *console_owner;
    bool semihosting;
    const char *semihosting_dir; /* NULL: file calls are refused */
    const char *command_line;    /* for semihosting; NULL: empty */
    virt_reload_fn *reload;      /* NULL: nothing to load */
    void *reload_owner;
};

struct virt {
    struct virt_config config;
    struct bus bus;
    struct cluster cluster;
    struct scheduler scheduler;
    struct cpu *cpu; /* [config.cpus] */
    struct gic gic;
    struct icc icc[GIC_CPUS]; /* of a GICv3 */
    struct timer timer[GIC_CPUS];
    struct pl011 uart;
    struct pl031 rtc;
    struct pl061 gpio;
    struct virtio_mmio virtio;
    struct flash flash[VIRT_FLASHES];
    struct virt_device {
        struct device *device;
        struct device_place place;
    } device[VIRT_DEVICES_MAX]; /* in the order of their device tree nodes, the last first */
    unsigned devices;
    struct semihosting semihosting;
    int exit_code; /* of a guest that left by semihosting */
    enum virt_outcome outcome;
};

/* Assembles the machine in *virt, in its reset state, with CPU 0 on and the others off. */
enum status virt_init(struct virt *virt, const struct virt_config *config);
void virt_free(struct virt *virt);

/* Everything as after power-on but RAM, flash and time, and the images loaded again. Not while the machine runs. */
void virt_reset(struct virt *virt);

/* Says why, and stops the run. */
void virt_stop(struct virt *virt, enum virt_outcome outcome);
