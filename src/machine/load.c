#include "machine/load.h"
#include "base/bits.h"
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool refuse(struct trapeze_error *error, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(error->text, sizeof error->text, format, list);
    va_end(list);
    return false;
}

/* ---- files ---- */

static bool read_stream(struct file *file, const char *option, FILE *stream, struct trapeze_error *error)
{
    struct stat st;
    if (fstat(fileno(stream), &st) != 0)
        return refuse(error, "%s %s: %s", option, file->path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return refuse(error, "%s %s: not a regular file", option, file->path);
    if (st.st_size == 0)
        return refuse(error, "%s %s: the file is empty", option, file->path);
    file->size = (size_t)st.st_size;
    file->data = malloc(file->size);
    if (!file->data)
        return refuse(error, "%s %s: no memory for %zu bytes", option, file->path, file->size);
    if (fread(file->data, 1, file->size, stream) == file->size)
        return true;
    file_free(file);
    return refuse(error, "%s %s: cannot be read to its end", option, file->path);
}

bool file_read(struct file *file, const char *option, const char *path, struct trapeze_error *error)
{
    *file = (struct file){.path = path};
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return refuse(error, "%s %s: %s", option, path, strerror(errno));
    const bool ok = read_stream(file, option, stream, error);
    fclose(stream);
    return ok;
}

void file_free(struct file *file)
{
    free(file->data);
    file->data = NULL;
}

/* ---- images ---- */

void images_free(struct images *images)
{
    for (unsigned i = 0; i < images->owners; i++)
        free(images->owned[i]);
    images->owners = images->images = 0;
}

bool images_own(struct images *images, void *memory)
{
    if (images->owners < FILES_MAX) {
        images->owned[images->owners++] = memory;
        return true;
    }
    free(memory);
    return refuse(images->error, "more than %d images", FILES_MAX);
}

static const struct image *overlapped(const struct images *images, const struct image *image)
{
    for (unsigned i = 0; i < images->images; i++) {
        const struct image *old = &images->image[i];
        if (image->base.raw < old->base.raw + old->size && old->base.raw < image->base.raw + image->size)
            return old;
    }
    return NULL;
}

bool images_add(struct images *images, struct bus *bus, const struct image *image)
{
    const uint64_t first = image->base.raw, last = first + image->size - 1;
    if (image->size == 0)
        return true;
    if (images->images == IMAGES_MAX)
        return refuse(images->error, "%s: more than %d pieces to load", image->name, IMAGES_MAX);
    if (last < first || !bus_image_host(bus, image->base, image->size))
        return refuse(images->error, "%s: no memory at 0x%" PRIx64 "..0x%" PRIx64 " (does it fit in -m?)", image->name,
                      first, last);
    const struct image *old = overlapped(images, image);
    if (old)
        return refuse(images->error, "%s: 0x%" PRIx64 "..0x%" PRIx64 " overlaps %s at 0x%" PRIx64 "..0x%" PRIx64,
                      image->name, first, last, old->name, old->base.raw, old->base.raw + old->size - 1);
    images->image[images->images++] = *image;
    return true;
}

/* Tells those who have decoded the pages that they have changed. */
static void tell(struct bus *bus, const struct image *image)
{
    const uint64_t end = image->base.raw + image->size;
    for (uint64_t page = align_down(image->base.raw, PAGE_SIZE); page < end; page += PAGE_SIZE)
        if (*bus_page_flags(bus, pa(page)) && bus->written)
            bus->written(bus->owner, pa(page), (struct transaction){.size = 1, .cpu = NOT_A_CPU});
}

void images_write(const struct images *images, struct bus *bus)
{
    for (unsigned i = 0; i < images->images; i++) {
        const struct image *image = &images->image[i];
        uint8_t *to = bus_image_host(bus, image->base, image->size);
        if (image->data_size)
            memcpy(to, image->data, image->data_size);
        if (image->size > image->data_size)
            memset(to + image->data_size, 0, image->size - image->data_size);
        tell(bus, image);
    }
}
