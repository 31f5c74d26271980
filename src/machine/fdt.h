/* The flattened device tree: QEMU's `virt`, as far as this machine has what it describes. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct virt;

enum { FDT_MAX = 2 << 20 }; /* bytes: Linux looks no further */

/* What the boot loader adds. */
struct fdt_boot {
    const char *append;          /* the kernel's command line; NULL: none */
    uint64_t initrd, initrd_end; /* physical addresses; equal: none */
};

/* The machine's own tree, of fdt_totalsize bytes, with room to grow in; to be freed. NULL: no memory. */
void *fdt_make(const struct virt *virt, const struct fdt_boot *boot);

/* A given tree, of `size` bytes, told of this machine's memory and firmware and of what the boot loader adds; to be freed.
 * NULL: *why says what is wrong with it. */
void *fdt_adopt(const struct virt *virt, const void *blob, size_t size, const struct fdt_boot *boot, const char **why);
