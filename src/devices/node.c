#include "devices/node.h"
#include <inttypes.h>
#include <stdio.h>

int node_add(void *fdt, int parent, const char *name)
{
    const int node = fdt_add_subnode(fdt, parent, name);
    assert(node >= 0);
    return node;
}

int node_add_at(void *fdt, int parent, const char *name, uint64_t unit)
{
    char full[64];
    snprintf(full, sizeof full, "%s@%" PRIx64, name, unit);
    return node_add(fdt, parent, full);
}

static void set(void *fdt, int node, const char *property, const void *value, size_t size)
{
    const int error = fdt_setprop(fdt, node, property, value, (int)size);
    assert(!error);
    (void)error;
}

void node_flag(void *fdt, int node, const char *property)
{
    set(fdt, node, property, NULL, 0);
}

void node_string(void *fdt, int node, const char *property, const char *value)
{
    const int error = fdt_setprop_string(fdt, node, property, value);
    assert(!error);
    (void)error;
}

void node_strings(void *fdt, int node, const char *property, const char *values, size_t size)
{
    set(fdt, node, property, values, size);
}

void node_cells(void *fdt, int node, const char *property, const uint32_t *cells, unsigned count)
{
    set(fdt, node, property, NULL, 0);
    for (unsigned i = 0; i < count; i++) {
        const int error = fdt_appendprop_u32(fdt, node, property, cells[i]);
        assert(!error);
        (void)error;
    }
}

int node_device(void *fdt, const char *name, const struct device_place *place, unsigned trigger)
{
    const int node = node_add_at(fdt, 0, name, place->base);
    NODE_CELLS(fdt, node, "reg", CELLS64(place->base), CELLS64(place->size));
    if (trigger)
        NODE_CELLS(fdt, node, "interrupts", INTERRUPT_SPI, place->spi, trigger);
    return node;
}

void node_primecell_clock(void *fdt, int node)
{
    NODE_CELLS(fdt, node, "clocks", PHANDLE_CLOCK);
    node_string(fdt, node, "clock-names", "apb_pclk");
}
