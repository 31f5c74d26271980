#include "machine/boot.h"
#include "base/bits.h"
#include "machine/fdt.h"
#include <errno.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLASH_OF_BIOS = 0 };

#define MIB (UINT64_C(1) << 20)

static const uint64_t flash_base[VIRT_FLASHES] = {VIRT_FLASH0, VIRT_FLASH1};

/* What boot_load works on. */
struct boot {
    struct trapeze *t;
    const struct trapeze_config *config;
    struct trapeze_error *error;
    struct fdt_boot chosen;
    uint64_t ram_end;
    uint64_t tree_at, tree_limit; /* where the device tree goes; limit 0: none */
    bool tree_optional;           /* left out when it does not fit, as QEMU does */
};

static uint64_t align_up(uint64_t x, uint64_t size)
{
    return align_down(x + size - 1, size);
}

static struct bus *bus_of(struct boot *b)
{
    return &b->t->virt.bus;
}

/* Reads a file that stays as long as the machine. */
static bool read_kept(struct boot *b, struct file *file, const char *option, const char *path)
{
    return file_read(file, option, path, b->error) && images_own(&b->t->images, file->data);
}

static bool add_at(struct boot *b, const struct file *file, const char *option, uint64_t base)
{
    const char *slash = strrchr(file->path, '/');
    struct image image = {.base = pa(base), .size = file->size, .data = file->data, .data_size = file->size};
    snprintf(image.name, sizeof image.name, "%s %.40s", option, slash ? slash + 1 : file->path);
    return images_add(&b->t->images, bus_of(b), &image);
}

/* ---- flash ---- */

static bool load_bios(struct boot *b)
{
    struct file file;
    const char *path = b->config->bios;
    if (!path)
        return true;
    if (b->config->flash[FLASH_OF_BIOS].file)
        return refuse(b->error, "-bios %s: flash bank 0 has an image already (-drive if=pflash)", path);
    if (!read_kept(b, &file, "-bios", path))
        return false;
    if (file.size > FLASH_SIZE)
        return refuse(b->error, "-bios %s: %zu bytes do not fit in a flash bank of 64 MiB", path, file.size);
    return add_at(b, &file, "-bios", VIRT_FLASH0);
}

/* Flash keeps what is in it over a reset: it is no image to be loaded again. */
static bool load_flash(struct boot *b, unsigned bank)
{
    const struct trapeze_flash *flash = &b->config->flash[bank];
    struct file file;
    if (!flash->file)
        return true;
    if (!file_read(&file, "-drive if=pflash", flash->file, b->error))
        return false;
    const bool fits = file.size == FLASH_SIZE;
    if (fits)
        memcpy(bus_image_host(bus_of(b), pa(flash_base[bank]), FLASH_SIZE), file.data, FLASH_SIZE);
    file_free(&file);
    if (!fits)
        return refuse(b->error, "-drive if=pflash,file=%s: %zu bytes; a flash bank is 64 MiB (truncate -s 64M pads)",
                      flash->file, file.size);
    if (!flash->keep)
        return true;
    b->t->flash[bank].file = strdup(flash->file);
    return b->t->flash[bank].file || refuse(b->error, "no memory");
}

static bool write_flash(const char *path, const void *image)
{
    FILE *stream = fopen(path, "r+b");
    if (!stream)
        return false;
    const bool written = fwrite(image, 1, FLASH_SIZE, stream) == FLASH_SIZE;
    return !fclose(stream) && written;
}

bool trapeze_keep_flash(struct trapeze *t, struct trapeze_error *error)
{
    bool kept = true;
    for (unsigned i = 0; i < VIRT_FLASHES; i++) {
        const char *path = t->flash[i].file;
        if (path && !write_flash(path, bus_image_host(&t->virt.bus, pa(flash_base[i]), FLASH_SIZE)))
            kept = refuse(error, "%s: cannot write the flash back: %s", path, strerror(errno));
    }
    return kept;
}

/* ---- the kernel, the initial ramdisk, the device tree's place ---- */

/* An ELF kernel leaves the start of RAM to the device tree, if it fits below. */
static void place_tree_below(struct boot *b)
{
    const struct entry *e = &b->t->entry;
    b->tree_at = VIRT_RAM;
    b->tree_optional = true;
    if (e->low > VIRT_RAM)
        b->tree_limit = e->low;
    else if (e->high < VIRT_RAM)
        b->tree_limit = b->ram_end;
    else
        b->tree_limit = 0;
}

static bool load_initrd(struct boot *b)
{
    const struct entry *e = &b->t->entry;
    const uint64_t half = b->config->ram_size / 2;
    uint64_t at = VIRT_RAM + (half < 128 * MIB ? half : 128 * MIB);
    struct file file;
    if (e->high > at)
        at = e->high;
    at = align_up(at, PAGE_SIZE);
    b->chosen.initrd = b->chosen.initrd_end = at;
    if (!b->config->initrd)
        return true;
    if (!read_kept(b, &file, "-initrd", b->config->initrd))
        return false;
    if (at >= b->ram_end || file.size > b->ram_end - at)
        return refuse(b->error,
                      "-initrd %s: %zu bytes at 0x%" PRIx64 " do not fit behind the kernel: RAM ends at 0x%" PRIx64,
                      b->config->initrd, file.size, at, b->ram_end);
    b->chosen.initrd_end = at + file.size;
    return add_at(b, &file, "-initrd", at);
}

static bool load_kernel(struct boot *b)
{
    const char *path = b->config->kernel;
    struct trapeze *t = b->t;
    struct file file;
    if (!read_kept(b, &file, "-kernel", path))
        return false;
    const bool elf = is_elf(&file);
    const bool loaded = elf ? load_elf(&t->images, bus_of(b), &t->symbols, "-kernel", &file, &t->entry)
                            : load_linux(&t->images, bus_of(b), pa(VIRT_RAM), &file, &t->entry);
    if (!loaded || !load_initrd(b))
        return false;
    if (elf) {
        place_tree_below(b);
        return true;
    }
    b->tree_at = align_up(b->chosen.initrd_end, 2 * MIB);
    b->tree_limit = b->ram_end;
    return true;
}

/* Firmware finds the device tree at the start of RAM. */
static bool load_main(struct boot *b)
{
    if (b->config->kernel && b->config->bios)
        return refuse(b->error, "-kernel together with -bios: firmware would ask fw_cfg, which is not modelled yet");
    if (b->config->kernel)
        return load_kernel(b);
    if (b->config->initrd)
        return refuse(b->error, "-initrd %s: needs -kernel", b->config->initrd);
    b->tree_at = VIRT_RAM;
    b->tree_limit = b->ram_end;
    return true;
}

/* ---- -device loader ---- */

static bool load_value(struct boot *b, const struct trapeze_loader *l, unsigned number)
{
    uint8_t *data = malloc(sizeof l->data);
    if (!data || !images_own(&b->t->images, data))
        return data || refuse(b->error, "no memory");
    memcpy(data, &l->data, sizeof l->data);
    struct image image = {.base = pa(l->address), .size = l->data_len, .data = data, .data_size = l->data_len};
    snprintf(image.name, sizeof image.name, "-device loader (number %u)", number + 1);
    return images_add(&b->t->images, bus_of(b), &image);
}

static bool load_loader_file(struct boot *b, const struct trapeze_loader *l, uint64_t *entry)
{
    struct file file;
    if (!read_kept(b, &file, "-device loader", l->file))
        return false;
    if (is_elf(&file) && !l->force_raw) {
        struct entry e;
        const bool ok = load_elf(&b->t->images, bus_of(b), &b->t->symbols, "-device loader", &file, &e);
        *entry = e.pc;
        return ok;
    }
    if (!l->has_address)
        return refuse(b->error, "-device loader,file=%s: a file that is no ELF needs addr=", l->file);
    return add_at(b, &file, "-device loader", l->address);
}

static bool load_loader(struct boot *b, unsigned number)
{
    const struct trapeze_loader *l = &b->config->loader[number];
    uint64_t entry = l->address;
    if (l->starts && l->cpu >= b->config->cpus)
        return refuse(b->error, "-device loader,cpu-num=%u: the machine has %u CPUs", l->cpu, b->config->cpus);
    if (l->file && !load_loader_file(b, l, &entry))
        return false;
    if (!l->file && l->data_len && !load_value(b, l, number))
        return false;
    if (l->starts)
        b->t->start[l->cpu] = (struct start){true, entry};
    return true;
}

/* ---- the device tree ---- */

static void *make_tree(struct boot *b)
{
    const char *path = b->config->dtb, *why;
    struct file file;
    if (!path) {
        void *tree = fdt_make(&b->t->virt, &b->chosen);
        if (!tree)
            refuse(b->error, "no memory for the device tree");
        return tree;
    }
    if (!file_read(&file, "-dtb", path, b->error))
        return NULL;
    void *tree = fdt_adopt(&b->t->virt, file.data, file.size, &b->chosen, &why);
    file_free(&file);
    if (!tree)
        refuse(b->error, "-dtb %s: %s", path, why);
    return tree;
}

static bool load_tree(struct boot *b)
{
    struct trapeze *t = b->t;
    t->device_tree.blob = make_tree(b);
    if (!t->device_tree.blob)
        return false;
    const uint64_t size = t->device_tree.size = fdt_totalsize(t->device_tree.blob);
    const bool fits = b->tree_limit > b->tree_at && size <= b->tree_limit - b->tree_at;
    if (!fits && b->tree_optional)
        return true;
    if (!fits)
        return refuse(b->error,
                      "the device tree (%" PRIu64 " KiB at 0x%" PRIx64 ") does not fit in RAM: -m is too small",
                      size >> 10, b->tree_at);
    t->device_tree.at = b->tree_at;
    return images_add(&t->images, bus_of(b),
                      &(struct image){"the device tree", pa(b->tree_at), size, t->device_tree.blob, size});
}

/* ---- starting ---- */

/* Where a CPU that the loader does not start begins, and with what in its registers (the boot protocol of arm64). */
static void set_start(struct trapeze *t, unsigned number)
{
    struct state *s = &t->virt.cpu[number].state;
    if (t->start[number].set)
        s->pc = t->start[number].pc;
    if (number || !t->entry.known)
        return;
    s->pc = t->entry.pc;
    if (t->entry.linux_image)
        s->x[0] = t->device_tree.at;
}

void boot_reload(void *owner)
{
    struct trapeze *t = owner;
    images_write(&t->images, &t->virt.bus);
    for (unsigned i = 0; i < t->virt.config.cpus; i++)
        set_start(t, i);
}

bool boot_load(struct trapeze *t, const struct trapeze_config *config, struct trapeze_error *error)
{
    struct boot b = {.t = t, .config = config, .error = error, .ram_end = VIRT_RAM + config->ram_size};
    b.chosen.append = config->append;
    t->images.error = error;
    bool ok = load_bios(&b) && load_main(&b);
    for (unsigned i = 0; i < VIRT_FLASHES && ok; i++)
        ok = load_flash(&b, i);
    for (unsigned i = 0; i < config->loaders && ok; i++)
        ok = load_loader(&b, i);
    if (!ok || !load_tree(&b))
        return false;
    boot_reload(t);
    t->images.error = NULL;
    return true;
}
