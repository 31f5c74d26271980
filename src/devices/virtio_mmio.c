#include "devices/virtio_mmio.h"
#include "devices/mmio.h"
#include "devices/node.h"

enum { MAGIC_VALUE = 0x000, VERSION = 0x004, VENDOR_ID = 0x00c };

/* An empty slot has DeviceID 0, and no other register. */
static uint32_t read_word(struct device *device, uint64_t offset, struct transaction t)
{
    (void)device, (void)t;
    switch (offset % VIRTIO_SLOT_SIZE) {
    case MAGIC_VALUE: return 0x74726976; /* "virt" */
    case VERSION: return 1;              /* as QEMU's, which are legacy devices unless told otherwise */
    case VENDOR_ID: return 0x554d4551;   /* "QEMU" */
    default: return 0;
    }
}

static uint64_t virtio_read(struct device *device, uint64_t offset, struct transaction t)
{
    return mmio_read(device, offset, t, read_word);
}

static void virtio_write(struct device *device, uint64_t offset, uint64_t value, struct transaction t)
{
    (void)device, (void)offset, (void)value, (void)t;
}

static void virtio_reset(struct device *device)
{
    (void)device;
}

static void virtio_fdt(const struct device *device, void *fdt, const struct device_place *place)
{
    (void)device;
    for (unsigned i = VIRTIO_SLOTS; i-- > 0;) { /* a node goes before those that are there */
        const struct device_place slot = {place->base + i * VIRTIO_SLOT_SIZE, VIRTIO_SLOT_SIZE, place->spi + i};
        const int node = node_device(fdt, "virtio_mmio", &slot, INTERRUPT_EDGE);
        node_string(fdt, node, "compatible", "virtio,mmio");
        node_flag(fdt, node, "dma-coherent");
    }
}

static const struct device_ops virtio_ops = {virtio_read, virtio_write, virtio_reset, virtio_fdt};

void virtio_mmio_init(struct virtio_mmio *virtio)
{
    *virtio = (struct virtio_mmio){.device = {"virtio-mmio", &virtio_ops, NULL, 0}};
}
