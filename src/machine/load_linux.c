#include "base/bits.h"
#include "machine/load.h"
#include <stdio.h>
#include <string.h>

enum {
    HEADER_SIZE = 64,
    TEXT_OFFSET = 8, /* offsets in the header of an arm64 Image (Linux, Documentation/arm64/booting) */
    IMAGE_SIZE = 16,
    MAGIC = 56,
    OLD_TEXT_OFFSET = 0x80000, /* of an Image without header, or from before image_size */
    STUB_ROOM = 4096,          /* QEMU keeps its boot stub at the start of RAM and moves what lies there up */
};

#define IMAGE_ALIGNMENT (UINT64_C(2) << 20)

static uint64_t word(const struct file *file, size_t at)
{
    uint64_t value;
    memcpy(&value, file->data + at, sizeof value);
    return value;
}

static bool has_header(const struct file *file)
{
    return file->size >= HEADER_SIZE && !memcmp(file->data + MAGIC, "ARM\x64", 4);
}

bool load_linux(struct images *images, struct bus *bus, pa_t base, const struct file *file, struct entry *entry)
{
    static const uint8_t gzip[2] = {0x1f, 0x8b};
    uint64_t offset = OLD_TEXT_OFFSET, size = file->size;
    if (file->size >= 2 && !memcmp(file->data, gzip, 2))
        return refuse(images->error, "-kernel %s: compressed with gzip; unpack it first (gunzip)", file->path);
    if (has_header(file) && word(file, IMAGE_SIZE)) {
        offset = word(file, TEXT_OFFSET);
        if (offset < STUB_ROOM)
            offset += IMAGE_ALIGNMENT;
        if (word(file, IMAGE_SIZE) > size)
            size = word(file, IMAGE_SIZE);
    }
    struct image image = {.base = pa(base.raw + offset), .size = size, .data = file->data, .data_size = file->size};
    snprintf(image.name, sizeof image.name, "-kernel %.50s",
             strrchr(file->path, '/') ? strrchr(file->path, '/') + 1 : file->path);
    *entry = (struct entry){true, true, image.base.raw, image.base.raw, image.base.raw + size};
    return images_add(images, bus, &image);
}
