#include "machine/load.h"
#include <gelf.h>
#include <stdio.h>
#include <string.h>

/* What an ELF file is being loaded with. */
struct elf_load {
    struct images *images;
    struct bus *bus;
    const char *option;
    const struct file *file;
    Elf *elf;
    GElf_Ehdr header;
    struct entry *entry;
};

static const char *last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool is_elf(const struct file *file)
{
    return file->size >= SELFMAG && !memcmp(file->data, ELFMAG, SELFMAG);
}

static bool bad(const struct elf_load *l, const char *what)
{
    return refuse(l->images->error, "%s %s: %s", l->option, l->file->path, what);
}

/* The entry is a virtual address: where its segment's physical address differs, so does the entry's. */
static void place_entry(const struct elf_load *l, const GElf_Phdr *s)
{
    if (s->p_flags & PF_X && l->header.e_entry - s->p_vaddr < s->p_filesz)
        l->entry->pc = l->header.e_entry - s->p_vaddr + s->p_paddr;
}

static bool load_segment(const struct elf_load *l, const GElf_Phdr *s)
{
    if (s->p_type != PT_LOAD || s->p_memsz == 0)
        return true;
    if (s->p_filesz > s->p_memsz)
        return bad(l, "broken: a segment is larger in the file than in memory");
    if (s->p_offset > l->file->size || s->p_filesz > l->file->size - s->p_offset)
        return bad(l, "truncated: a segment ends behind the end of the file");
    struct image image = {
        .base = pa(s->p_paddr), .size = s->p_memsz, .data = l->file->data + s->p_offset, .data_size = s->p_filesz};
    snprintf(image.name, sizeof image.name, "%s %.40s", l->option, last_name(l->file->path));
    if (!images_add(l->images, l->bus, &image))
        return false;
    if (s->p_paddr < l->entry->low)
        l->entry->low = s->p_paddr;
    if (s->p_paddr + s->p_memsz > l->entry->high)
        l->entry->high = s->p_paddr + s->p_memsz;
    place_entry(l, s);
    return true;
}

static bool load_segments(struct elf_load *l)
{
    size_t count;
    if (elf_getphdrnum(l->elf, &count) != 0 || count == 0)
        return bad(l, "has no program headers: an object file? Link it first");
    l->entry->pc = l->header.e_entry;
    l->entry->low = UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr segment;
        if (!gelf_getphdr(l->elf, (int)i, &segment))
            return bad(l, "truncated: a program header cannot be read");
        if (!load_segment(l, &segment))
            return false;
    }
    l->entry->known = true;
    return l->entry->high || bad(l, "has nothing to load");
}

static bool check_header(struct elf_load *l)
{
    if (!l->elf || elf_kind(l->elf) != ELF_K_ELF || !gelf_getehdr(l->elf, &l->header))
        return bad(l, "a broken ELF file");
    if (l->header.e_machine != EM_AARCH64 || gelf_getclass(l->elf) != ELFCLASS64)
        return refuse(l->images->error, "%s %s: an ELF file for machine %u, not for AArch64 (%u)", l->option,
                      l->file->path, l->header.e_machine, EM_AARCH64);
    if (l->header.e_ident[EI_DATA] != ELFDATA2LSB)
        return bad(l, "a big-endian ELF file");
    return true;
}

bool load_elf(struct images *images, struct bus *bus, struct symbols *symbols, const char *option,
              const struct file *file, struct entry *entry)
{
    elf_version(EV_CURRENT);
    *entry = (struct entry){0};
    struct elf_load l = {.images = images, .bus = bus, .option = option, .file = file, .entry = entry};
    l.elf = elf_memory((char *)file->data, file->size);
    const bool ok = check_header(&l) && load_segments(&l) && (symbols_add_elf(symbols, l.elf) || bad(&l, "no memory"));
    elf_end(l.elf);
    return ok;
}
