/* The slots for virtio devices on the memory bus (virtio 1.1, 4.2), all of them empty. */
#pragma once
#include "bus/device.h"

enum { VIRTIO_SLOTS = 32, VIRTIO_SLOT_SIZE = 0x200 };

struct virtio_mmio {
    struct device device;
};

/* One device for all slots, VIRTIO_SLOTS * VIRTIO_SLOT_SIZE bytes; slot n has interrupt spi + n. */
void virtio_mmio_init(struct virtio_mmio *virtio);
