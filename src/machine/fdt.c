#include "machine/fdt.h"
#include "devices/node.h"
#include "machine/virt.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 1 << 20 }; /* bytes of the machine's own tree, as QEMU's */

enum {
    TIMER_SECURE = 13,
    TIMER_PHYSICAL = 14,
    TIMER_VIRTUAL = 11,
    TIMER_HYP = 10,
    MAINTENANCE = 9,
    PMU = 7
}; /* PPIs */

/* ---- CPUs ---- */

/* The interrupt specifier's flags: level, and in GICv2's binding the CPUs. */
static uint32_t ppi_flags(const struct virt *virt)
{
    return (virt->config.gic_v3 ? 0 : (uint32_t)ones(virt->config.cpus) << 8) | INTERRUPT_LEVEL;
}

static void add_timer(const struct virt *virt, void *fdt)
{
    const uint32_t flags = ppi_flags(virt);
    const int node = node_add(fdt, 0, "timer");
    NODE_STRINGS(fdt, node, "compatible", "arm,armv8-timer\0arm,armv7-timer");
    node_flag(fdt, node, "always-on");
    NODE_CELLS(fdt, node, "interrupts", INTERRUPT_PPI, TIMER_SECURE, flags, INTERRUPT_PPI, TIMER_PHYSICAL, flags,
               INTERRUPT_PPI, TIMER_VIRTUAL, flags, INTERRUPT_PPI, TIMER_HYP, flags);
}

static uint32_t affinity(const struct virt *virt, unsigned number)
{
    return (uint32_t)bits(virt->cpu[number].state.sys[MPIDR_EL1], 23, 0);
}

static void add_cpu(const struct virt *virt, void *fdt, int cpus, unsigned number)
{
    const uint32_t reg = affinity(virt, number);
    char compatible[32], name[16];
    snprintf(name, sizeof name, "cpu@%u", number); /* by number, as QEMU's, not by affinity */
    snprintf(compatible, sizeof compatible, "arm,%s", virt->config.model->name);
    const int node = node_add(fdt, cpus, name);
    node_string(fdt, node, "device_type", "cpu");
    node_string(fdt, node, "compatible", compatible);
    if (virt->config.cpus > 1)
        node_string(fdt, node, "enable-method", "psci");
    NODE_CELLS(fdt, node, "reg", reg);
    NODE_CELLS(fdt, node, "phandle", PHANDLE_CPU0 + number);
}

static void add_cpu_map(const struct virt *virt, void *fdt, int cpus)
{
    const int map = node_add(fdt, cpus, "cpu-map"), socket = node_add(fdt, map, "socket0");
    const int cluster = node_add(fdt, socket, "cluster0");
    for (unsigned i = virt->config.cpus; i-- > 0;) {
        char name[16];
        snprintf(name, sizeof name, "core%u", i);
        const int core = node_add(fdt, cluster, name);
        NODE_CELLS(fdt, core, "cpu", PHANDLE_CPU0 + i);
    }
}

static void add_cpus(const struct virt *virt, void *fdt)
{
    const int cpus = node_add(fdt, 0, "cpus");
    NODE_CELLS(fdt, cpus, "#address-cells", 1);
    NODE_CELLS(fdt, cpus, "#size-cells", 0);
    for (unsigned i = virt->config.cpus; i-- > 0;) /* a node goes before those that are there */
        add_cpu(virt, fdt, cpus, i);
    add_cpu_map(virt, fdt, cpus);
}

/* The machine's own conduit: SMC where EL2 takes the HVC. */
static void add_psci(const struct virt *virt, void *fdt)
{
    const int node = node_add(fdt, 0, "psci");
    NODE_STRINGS(fdt, node, "compatible", "arm,psci-1.0\0arm,psci-0.2\0arm,psci");
    node_string(fdt, node, "method", virt->config.el2 ? "smc" : "hvc");
    NODE_CELLS(fdt, node, "cpu_suspend", 0xc4000001);
    NODE_CELLS(fdt, node, "cpu_off", 0x84000002);
    NODE_CELLS(fdt, node, "cpu_on", 0xc4000003);
}

/* ---- the rest of the machine ---- */

static void add_clock(void *fdt)
{
    const int node = node_add(fdt, 0, "apb-pclk");
    node_string(fdt, node, "compatible", "fixed-clock");
    NODE_CELLS(fdt, node, "#clock-cells", 0);
    NODE_CELLS(fdt, node, "clock-frequency", 24000000);
    node_string(fdt, node, "clock-output-names", "clk24mhz");
    NODE_CELLS(fdt, node, "phandle", PHANDLE_CLOCK);
}

enum { GIC_SIZE = 0x10000 }; /* that QEMU's tree gives each part */

enum { GICR_ROOM = 0xf60000 }; /* for redistributors, however many there are */

static void add_gic_v2(const struct virt *virt, void *fdt, int node)
{
    node_string(fdt, node, "compatible", "arm,cortex-a15-gic");
    if (virt->config.el2)
        NODE_CELLS(fdt, node, "reg", CELLS64(VIRT_GICD), CELLS64(GIC_SIZE), CELLS64(VIRT_GICC), CELLS64(GIC_SIZE),
                   CELLS64(VIRT_GICH), CELLS64(GIC_SIZE), CELLS64(VIRT_GICV), CELLS64(GIC_SIZE));
    else
        NODE_CELLS(fdt, node, "reg", CELLS64(VIRT_GICD), CELLS64(GIC_SIZE), CELLS64(VIRT_GICC), CELLS64(GIC_SIZE));
}

static void add_gic_v3(void *fdt, int node)
{
    node_string(fdt, node, "compatible", "arm,gic-v3");
    NODE_CELLS(fdt, node, "#redistributor-regions", 1);
    NODE_CELLS(fdt, node, "reg", CELLS64(VIRT_GICD), CELLS64(GIC_SIZE), CELLS64(VIRT_GICR), CELLS64(GICR_ROOM));
}

static void add_gic(const struct virt *virt, void *fdt)
{
    const int node = node_add_at(fdt, 0, "intc", VIRT_GICD);
    NODE_CELLS(fdt, node, "#interrupt-cells", 3);
    node_flag(fdt, node, "interrupt-controller");
    NODE_CELLS(fdt, node, "#address-cells", 2);
    NODE_CELLS(fdt, node, "#size-cells", 2);
    node_flag(fdt, node, "ranges");
    if (virt->config.gic_v3)
        add_gic_v3(fdt, node);
    else
        add_gic_v2(virt, fdt, node);
    if (virt->config.el2)
        NODE_CELLS(fdt, node, "interrupts", INTERRUPT_PPI, MAINTENANCE, INTERRUPT_LEVEL);
    NODE_CELLS(fdt, node, "phandle", PHANDLE_GIC);
}

static void add_pmu(const struct virt *virt, void *fdt)
{
    const int node = node_add(fdt, 0, "pmu");
    node_string(fdt, node, "compatible", "arm,armv8-pmuv3");
    NODE_CELLS(fdt, node, "interrupts", INTERRUPT_PPI, PMU, ppi_flags(virt));
}

/* Appends a number in as many cells as the tree's root says. Returns a libfdt error or 0. */
static int append_cells(void *fdt, int node, const char *property, uint64_t value, int cells)
{
    return cells == 1 ? fdt_appendprop_u32(fdt, node, property, (uint32_t)value)
                      : fdt_appendprop_u64(fdt, node, property, value);
}

/* The same. The node's name must be free. */
static int add_memory(const struct virt *virt, void *fdt)
{
    const int address = fdt_address_cells(fdt, 0), size = fdt_size_cells(fdt, 0);
    if (address < 1 || address > 2 || size < 1 || size > 2)
        return -FDT_ERR_BADNCELLS;
    char name[32];
    snprintf(name, sizeof name, "memory@%x", VIRT_RAM);
    const int node = fdt_add_subnode(fdt, 0, name);
    int error = node < 0 ? node : fdt_setprop_string(fdt, node, "device_type", "memory");
    error = error ? error : append_cells(fdt, node, "reg", VIRT_RAM, address);
    return error ? error : append_cells(fdt, node, "reg", virt->config.ram_size, size);
}

static void add_root(void *fdt)
{
    node_string(fdt, 0, "compatible", "linux,dummy-virt");
    NODE_CELLS(fdt, 0, "#address-cells", 2);
    NODE_CELLS(fdt, 0, "#size-cells", 2);
    node_string(fdt, 0, "model", "linux,dummy-virt");
    NODE_CELLS(fdt, 0, "interrupt-parent", PHANDLE_GIC);
}

/* The nodes of the interrupt controller and the PMU are where QEMU's are: a node goes before those that are there. */
static void add_devices(const struct virt *virt, void *fdt)
{
    for (unsigned i = 0; i < virt->devices; i++) {
        if (i == VIRT_FLASHES)
            add_gic(virt, fdt), add_pmu(virt, fdt);
        const struct virt_device *d = &virt->device[i];
        if (d->device->ops->fdt)
            d->device->ops->fdt(d->device, fdt, &d->place);
    }
}

/* ---- what the boot loader says ---- */

/* A guest that seeds itself from the tree gets the same seed in every run. */
static const uint8_t seed[32] = "Trapeze: the same in every run.";

static int set_initrd(void *fdt, int chosen, const struct fdt_boot *boot)
{
    if (boot->initrd == boot->initrd_end)
        return 0;
    const int error = fdt_setprop_u64(fdt, chosen, "linux,initrd-start", boot->initrd);
    return error ? error : fdt_setprop_u64(fdt, chosen, "linux,initrd-end", boot->initrd_end);
}

/* Adds to /chosen, making it if need be. Returns a libfdt error or 0. */
static int set_chosen(void *fdt, const struct fdt_boot *boot)
{
    int chosen = fdt_path_offset(fdt, "/chosen");
    if (chosen == -FDT_ERR_NOTFOUND)
        chosen = fdt_add_subnode(fdt, 0, "chosen");
    if (chosen < 0)
        return chosen;
    const int error = boot->append ? fdt_setprop_string(fdt, chosen, "bootargs", boot->append) : 0;
    return error ? error : set_initrd(fdt, chosen, boot);
}

static void add_chosen(void *fdt)
{
    char uart[32];
    snprintf(uart, sizeof uart, "/pl011@%x", VIRT_UART);
    const int node = node_add(fdt, 0, "chosen");
    node_string(fdt, node, "stdout-path", uart);
    node_strings(fdt, node, "rng-seed", (const char *)seed, sizeof seed);
}

/* ---- whole trees ---- */

void *fdt_make(const struct virt *virt, const struct fdt_boot *boot)
{
    const size_t append = boot->append ? strlen(boot->append) + 1 : 0;
    const size_t room = ROOM + append;
    void *fdt = calloc(1, room);
    if (!fdt || fdt_create_empty_tree(fdt, (int)room) != 0) {
        free(fdt);
        return NULL;
    }
    add_root(fdt);
    add_chosen(fdt);
    add_clock(fdt);
    add_timer(virt, fdt);
    add_cpus(virt, fdt);
    add_devices(virt, fdt);
    int error = add_memory(virt, fdt);
    add_psci(virt, fdt);
    error = error ? error : set_chosen(fdt, boot);
    assert(!error);
    (void)error;
    return fdt;
}

/* Puts this machine's memory in the place of whatever the tree says. */
static int replace_memory(const struct virt *virt, void *fdt)
{
    int node;
    while ((node = fdt_node_offset_by_prop_value(fdt, -1, "device_type", "memory", sizeof "memory")) >= 0) {
        const int error = fdt_del_node(fdt, node);
        if (error)
            return error;
    }
    while ((node = fdt_path_offset(fdt, "/memory")) >= 0) {
        const int error = fdt_del_node(fdt, node);
        if (error)
            return error;
    }
    return add_memory(virt, fdt);
}

void *fdt_adopt(const struct virt *virt, const void *blob, size_t size, const struct fdt_boot *boot, const char **why)
{
    *why = "it is not a device tree";
    if (size > FDT_MAX) {
        *why = "it is larger than 2 MiB";
        return NULL;
    }
    if (size < sizeof(struct fdt_header) || fdt_check_full(blob, size) != 0)
        return NULL;
    const size_t room = size + 4096 + (boot->append ? strlen(boot->append) : 0);
    void *fdt = calloc(1, room);
    if (!fdt) {
        *why = "there is no memory for it";
        return NULL;
    }
    if (fdt_open_into(blob, fdt, (int)room) || replace_memory(virt, fdt) || set_chosen(fdt, boot)) {
        free(fdt);
        return NULL;
    }
    if (fdt_path_offset(fdt, "/psci") < 0) /* one that is there is taken as it is, as QEMU does */
        add_psci(virt, fdt);
    return fdt;
}
