/* Images: files read once, put into the machine's memory at creation and again at every reset. */
#pragma once
#include "bus/bus.h"
#include "machine/symbols.h"
#include "trapeze.h"

/* A file's contents. */
struct file {
    const char *path; /* the caller's */
    uint8_t *data;
    size_t size;
};

/* Reads a whole file. `option` begins the error, "-kernel". False: *error says why, nothing to free. */
bool file_read(struct file *file, const char *option, const char *path, struct trapeze_error *error);
void file_free(struct file *file);

/* Something that lies in memory when the machine starts. */
struct image {
    char name[64]; /* for errors: the option and the file's last name */
    pa_t base;
    uint64_t size;       /* bytes that it occupies: what is beyond data_size is zero */
    const uint8_t *data; /* of a struct file, or owned */
    size_t data_size;
};

enum { IMAGES_MAX = 128, FILES_MAX = 48 };

struct images {
    struct image image[IMAGES_MAX];
    unsigned images;
    void *owned[FILES_MAX]; /* what the images' data points into */
    unsigned owners;
    struct trapeze_error *error;
};

void images_free(struct images *images);

/* Frees `memory` (from malloc) with the images. False: too many; then it is freed at once, and images->error says so. */
bool images_own(struct images *images, void *memory);

/* Adds an image. False, and images->error: there is no memory at the place, or another image lies there. */
bool images_add(struct images *images, struct bus *bus, const struct image *image);

/* Writes all images to memory. */
void images_write(const struct images *images, struct bus *bus);

/* How a loaded program starts. */
struct entry {
    bool known;
    bool linux_image; /* expects the boot protocol of an arm64 Linux Image */
    uint64_t pc;
    uint64_t low, high; /* physical addresses that the images reach from, and to (exclusive) */
};

/* Whether the file begins as an ELF file does. */
bool is_elf(const struct file *file);

/* Adds an AArch64 ELF's segments by physical address, and its symbols. */
bool load_elf(struct images *images, struct bus *bus, struct symbols *symbols, const char *option,
              const struct file *file, struct entry *entry);

/* Adds an arm64 Image, or a raw file as an old Image without header, to RAM at `base`. */
bool load_linux(struct images *images, struct bus *bus, pa_t base, const struct file *file, struct entry *entry);

/* Sets the error's text. Returns false, so that a function can end with it. */
bool refuse(struct trapeze_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
