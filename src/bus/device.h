/* The one interface of a device. State is plain data; wiring (lines, callbacks) sits beside it. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who accesses, how wide, and when. 16 bytes: it travels in registers. */
struct transaction {
    uint64_t now; /* cycles */
    uint8_t size; /* bytes: 1, 2, 4, 8 */
    uint8_t cpu;  /* the PE's number; NOT_A_CPU: a device, a loader, the debugger */
    bool secure;
};

enum { NOT_A_CPU = 0xff };

struct device;

/* Where the machine has put a device: what its device tree node says. */
struct device_place {
    uint64_t base, size; /* bytes */
    uint32_t spi;        /* its interrupt, counted from the first shared one */
};

struct device_ops {
    /* Offset in bytes from the device's base. Unknown offsets read as zero and ignore writes. */
    uint64_t (*read)(struct device *device, uint64_t offset, struct transaction t);
    void (*write)(struct device *device, uint64_t offset, uint64_t value, struct transaction t);
    /* To the state after power-on. */
    void (*reset)(struct device *device);
    /* Adds the device's nodes to the root of the device tree at `fdt`, which has room. NULL: it has none. */
    void (*fdt)(const struct device *device, void *fdt, const struct device_place *place);
};

struct device {
    const char *name;
    const struct device_ops *ops;
    void *state; /* what a snapshot saves and a digest covers */
    size_t state_size;
};
