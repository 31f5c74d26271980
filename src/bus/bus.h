/* The physical address space: memory, and devices found by address. Every access ends here. */
#pragma once
#include "base/addr.h"
#include "base/hints.h"
#include "base/status.h"
#include "bus/device.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BUS_DEVICES_MAX = 64, BUS_MEMORIES_MAX = 8 };

/* What is known of a page of memory: stores to a page with one of these go to bus_write, whatever a fast table holds. */
enum page_flags {
    PAGE_CODE = 1,     /* holds decoded code */
    PAGE_MONITORED = 2 /* an exclusive monitor has marked a granule of it */
};

/* A run of memory. Stores to a ROM go to its device; so do loads while it is not `direct` (flash answering commands). */
struct memory {
    pa_t base;
    uint64_t size; /* bytes, whole pages */
    uint8_t *host;
    uint8_t *flags;     /* enum page_flags, one byte a page */
    struct device *rom; /* NULL: RAM */
    bool direct;
};

/* Told of stores to flagged pages, and of all that no PE does, after they are done, and of memory that has become, or is no longer, direct. */
typedef void bus_written_fn(void *owner, pa_t address, struct transaction t);
typedef void bus_remapped_fn(void *owner);

struct bus_sparse; /* test machines: memory at every address, made when touched */

struct bus {
    struct memory memory[BUS_MEMORIES_MAX];
    unsigned memories;
    struct bus_window {
        pa_t base;
        uint64_t size;
        struct device *device;
    } window[BUS_DEVICES_MAX];
    unsigned windows;
    struct bus_sparse *sparse; /* NULL: none */
    bus_written_fn *written;
    bus_remapped_fn *remapped;
    void *owner;
};

/* An address space with nothing in it. */
void bus_init(struct bus *bus);
void bus_free(struct bus *bus);

/* Zeroed RAM at [base, base + size), both page-aligned. STATUS_NO_MEMORY, STATUS_OUT_OF_RANGE (overlaps, or too many):
 * nothing changed. */
enum status bus_add_ram(struct bus *bus, pa_t base, uint64_t size);

/* The same for memory that loads read and stores hand to `device`. */
enum status bus_add_rom(struct bus *bus, pa_t base, uint64_t size, struct device *device);

/* Whether loads of the device's ROM read the memory, or ask the device. */
void bus_set_direct(struct bus *bus, const struct device *device, bool direct);

/* Memory at every address of the physical address space that nothing else is at, allocated when first touched. */
enum status bus_add_sparse(struct bus *bus);

/* Puts a device at [base, base + size). STATUS_OUT_OF_RANGE when it overlaps or the map is full. */
enum status bus_map(struct bus *bus, pa_t base, uint64_t size, struct device *device);

/* Where [address, address + size), inside one page, lies in host memory; NULL when it is not memory that a load reads
 * (that a store writes). */
void *bus_load_host_elsewhere(struct bus *bus, pa_t address, uint64_t size);
void *bus_store_host(struct bus *bus, pa_t address, uint64_t size);

static inline void *bus_load_host(struct bus *bus, pa_t address, uint64_t size)
{
    const struct memory *first = &bus->memory[0]; /* most often it is this one: RAM */
    const uint64_t offset = address.raw - first->base.raw;
    if (likely(offset < first->size && size <= first->size - offset && first->direct))
        return first->host + offset;
    return bus_load_host_elsewhere(bus, address, size);
}

/* For loaders: host memory of a run of one RAM or ROM, over any number of pages; NULL when it does not fit. */
void *bus_image_host(struct bus *bus, pa_t address, uint64_t size);

/* Tells who has decoded or marked the memory that [address, address + size) has been written through bus_image_host. */
void bus_image_written(struct bus *bus, pa_t address, uint64_t size);

/* The flags of the page of memory at this address; NULL when there is none. */
uint8_t *bus_page_flags(struct bus *bus, pa_t address);

/* Reads or writes t.size bytes, little-endian, never across a page. False: nothing answers there. */
bool bus_read(struct bus *bus, pa_t address, struct transaction t, uint64_t *value);
bool bus_write(struct bus *bus, pa_t address, uint64_t value, struct transaction t);
