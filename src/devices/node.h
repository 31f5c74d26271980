/* What device tree nodes of devices have in common. Nodes are written into room that suffices: an error is ours. */
#pragma once
#include "bus/device.h"
#include <assert.h>
#include <libfdt.h>

/* Handles that nodes name one another by. */
enum phandle { PHANDLE_CLOCK = 0x8000, PHANDLE_GIC = 0x8001, PHANDLE_GPIO = 0x8002, PHANDLE_CPU0 = 0x8100 };

enum { INTERRUPT_SPI = 0, INTERRUPT_PPI = 1, INTERRUPT_EDGE = 1, INTERRUPT_LEVEL = 4 };

/* Adds node NAME or NAME@unit below `parent`; returns its offset. */
int node_add(void *fdt, int parent, const char *name);
int node_add_at(void *fdt, int parent, const char *name, uint64_t unit);

/* Sets a property to nothing, a string, `size` bytes of strings, or cells of 32 bits. */
void node_flag(void *fdt, int node, const char *property);
void node_string(void *fdt, int node, const char *property, const char *value);
void node_strings(void *fdt, int node, const char *property, const char *values, size_t size);
void node_cells(void *fdt, int node, const char *property, const uint32_t *cells, unsigned count);

#define NODE_STRINGS(fdt, node, property, values) node_strings(fdt, node, property, values, sizeof(values))
#define NODE_CELLS(fdt, node, property, ...) \
    node_cells(fdt, node, property, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / 4)

/* An address or size in two cells. */
#define CELLS64(x) (uint32_t)((uint64_t)(x) >> 32), (uint32_t)(x)

/* A memory-mapped device's node below the root, with reg and, where `trigger` is not 0, interrupts. */
int node_device(void *fdt, const char *name, const struct device_place *place, unsigned trigger);

/* The bus clock that PrimeCells name. */
void node_primecell_clock(void *fdt, int node);
