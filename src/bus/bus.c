#include "bus/bus.h"
#include "base/bits.h"
#include "bus/sparse.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void bus_init(struct bus *bus)
{
    *bus = (struct bus){0};
}

void bus_free(struct bus *bus)
{
    for (unsigned i = 0; i < bus->memories; i++) {
        munmap(bus->memory[i].host, bus->memory[i].size);
        free(bus->memory[i].flags);
    }
    sparse_free(bus->sparse);
    *bus = (struct bus){0};
}

/* ---- the map ---- */

static bool overlap(pa_t a, uint64_t a_size, pa_t b, uint64_t b_size)
{
    return a.raw < b.raw + b_size && b.raw < a.raw + a_size;
}

static bool taken(const struct bus *bus, pa_t base, uint64_t size)
{
    for (unsigned i = 0; i < bus->memories; i++)
        if (overlap(base, size, bus->memory[i].base, bus->memory[i].size))
            return true;
    for (unsigned i = 0; i < bus->windows; i++)
        if (overlap(base, size, bus->window[i].base, bus->window[i].size))
            return true;
    return false;
}

static enum status add_memory(struct bus *bus, pa_t base, uint64_t size, struct device *rom)
{
    if (bus->memories == BUS_MEMORIES_MAX || taken(bus, base, size))
        return STATUS_OUT_OF_RANGE;
    /* Anonymous memory costs nothing until touched, so that a large guest starts as fast as a small one. */
    void *host = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    uint8_t *flags = calloc(size >> PAGE_SHIFT, 1);
    if (host == MAP_FAILED || !flags) {
        if (host != MAP_FAILED)
            munmap(host, size);
        free(flags);
        return STATUS_NO_MEMORY;
    }
    bus->memory[bus->memories++] = (struct memory){base, size, host, flags, rom, true};
    return STATUS_OK;
}

enum status bus_add_ram(struct bus *bus, pa_t base, uint64_t size)
{
    return add_memory(bus, base, size, NULL);
}

enum status bus_add_rom(struct bus *bus, pa_t base, uint64_t size, struct device *device)
{
    return add_memory(bus, base, size, device);
}

enum status bus_add_sparse(struct bus *bus)
{
    bus->sparse = sparse_new();
    return bus->sparse ? STATUS_OK : STATUS_NO_MEMORY;
}

void bus_set_direct(struct bus *bus, const struct device *device, bool direct)
{
    for (unsigned i = 0; i < bus->memories; i++) {
        struct memory *m = &bus->memory[i];
        if (m->rom != device || m->direct == direct)
            continue;
        m->direct = direct;
        if (bus->remapped)
            bus->remapped(bus->owner);
    }
}

enum status bus_map(struct bus *bus, pa_t base, uint64_t size, struct device *device)
{
    if (bus->windows == BUS_DEVICES_MAX || taken(bus, base, size))
        return STATUS_OUT_OF_RANGE;
    bus->window[bus->windows++] = (struct bus_window){base, size, device};
    return STATUS_OK;
}

/* ---- finding ---- */

static struct memory *memory_at(struct bus *bus, pa_t address, uint64_t size)
{
    for (unsigned i = 0; i < bus->memories; i++) {
        struct memory *m = &bus->memory[i];
        const uint64_t offset = address.raw - m->base.raw;
        if (offset < m->size && size <= m->size - offset)
            return m;
    }
    return NULL;
}

static const struct bus_window *window_at(const struct bus *bus, pa_t address, uint64_t size)
{
    for (unsigned i = 0; i < bus->windows; i++) {
        const struct bus_window *w = &bus->window[i];
        const uint64_t offset = address.raw - w->base.raw;
        if (offset < w->size && size <= w->size - offset)
            return w;
    }
    return NULL;
}

static struct sparse_page *sparse_at(struct bus *bus, pa_t address, uint64_t size)
{
    return bus->sparse && !window_at(bus, address, size) ? sparse_get(bus->sparse, address) : NULL;
}

static void *host_in_sparse(struct bus *bus, pa_t address, uint64_t size)
{
    struct sparse_page *page = sparse_at(bus, address, size);
    return page ? page->bytes + address.raw % PAGE_SIZE : NULL;
}

void *bus_load_host_elsewhere(struct bus *bus, pa_t address, uint64_t size)
{
    const struct memory *m = memory_at(bus, address, size);
    if (!m)
        return host_in_sparse(bus, address, size);
    return m->direct ? m->host + (address.raw - m->base.raw) : NULL;
}

void *bus_store_host(struct bus *bus, pa_t address, uint64_t size)
{
    const struct memory *m = memory_at(bus, address, size);
    if (!m)
        return host_in_sparse(bus, address, size);
    return m->rom ? NULL : m->host + (address.raw - m->base.raw);
}

void *bus_image_host(struct bus *bus, pa_t address, uint64_t size)
{
    const struct memory *m = memory_at(bus, address, size);
    return m ? m->host + (address.raw - m->base.raw) : NULL;
}

uint8_t *bus_page_flags(struct bus *bus, pa_t address)
{
    const struct memory *m = memory_at(bus, address, 1);
    if (m)
        return &m->flags[(address.raw - m->base.raw) >> PAGE_SHIFT];
    struct sparse_page *page = sparse_at(bus, address, 1);
    return page ? &page->flags : NULL;
}

/* The written part of one page, as stores of at most 8 bytes: whoever has decoded or marked it sees those. */
static void page_written(struct bus *bus, uint64_t from, uint64_t to)
{
    const uint8_t *flags = bus_page_flags(bus, pa(from));
    for (uint64_t at = from; flags && *flags && bus->written && at < to; at = align_down(at, 8) + 8) {
        const uint64_t end = align_down(at, 8) + 8;
        const struct transaction t = {.size = (uint8_t)((end < to ? end : to) - at), .cpu = NOT_A_CPU};
        bus->written(bus->owner, pa(at), t);
    }
}

void bus_image_written(struct bus *bus, pa_t address, uint64_t size)
{
    const uint64_t to = address.raw + size;
    for (uint64_t at = address.raw; at < to; at = align_down(at, PAGE_SIZE) + PAGE_SIZE) {
        const uint64_t end = align_down(at, PAGE_SIZE) + PAGE_SIZE;
        page_written(bus, at, end < to ? end : to);
    }
}

/* ---- access ---- */

/* The device that answers: of a ROM, or of a window. */
static struct device *device_at(struct bus *bus, pa_t address, unsigned size, uint64_t *offset)
{
    const struct memory *m = memory_at(bus, address, size);
    if (m) {
        *offset = address.raw - m->base.raw;
        return m->rom;
    }
    const struct bus_window *w = window_at(bus, address, size);
    *offset = w ? address.raw - w->base.raw : 0;
    return w ? w->device : NULL;
}

bool bus_read(struct bus *bus, pa_t address, struct transaction t, uint64_t *value)
{
    const void *host = bus_load_host(bus, address, t.size);
    *value = 0;
    if (host) {
        memcpy(value, host, t.size);
        return true;
    }
    uint64_t offset;
    struct device *device = device_at(bus, address, t.size, &offset);
    if (!device)
        return false;
    *value = device->ops->read(device, offset, t) & ones(8u * t.size);
    return true;
}

bool bus_write(struct bus *bus, pa_t address, uint64_t value, struct transaction t)
{
    void *host = bus_store_host(bus, address, t.size);
    if (host) {
        memcpy(host, &value, t.size);
        if ((*bus_page_flags(bus, address) || t.cpu == NOT_A_CPU) && bus->written)
            bus->written(bus->owner, address, t);
        return true;
    }
    uint64_t offset;
    struct device *device = device_at(bus, address, t.size, &offset);
    if (!device)
        return false;
    device->ops->write(device, offset, value & ones(8u * t.size), t);
    return true;
}
