#include "machine/virt.h"
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

static enum status load_segment(struct virt *virt, Elf *elf, const GElf_Phdr *segment)
{
    if (segment->p_type != PT_LOAD || segment->p_filesz == 0)
        return STATUS_OK;
    void *to = bus_image_host(&virt->bus, pa(segment->p_paddr), segment->p_filesz);
    if (!to)
        return STATUS_OUT_OF_RANGE;
    const Elf_Data *data = elf_getdata_rawchunk(elf, (int64_t)segment->p_offset, segment->p_filesz, ELF_T_BYTE);
    if (!data || !data->d_buf || data->d_size < segment->p_filesz)
        return STATUS_BAD_FILE;
    memcpy(to, data->d_buf, segment->p_filesz);
    return STATUS_OK;
}

static enum status load_segments(struct virt *virt, Elf *elf)
{
    GElf_Ehdr header;
    size_t count;
    if (!gelf_getehdr(elf, &header) || header.e_machine != EM_AARCH64 || elf_getphdrnum(elf, &count) != 0)
        return STATUS_BAD_FILE;
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr segment;
        if (!gelf_getphdr(elf, (int)i, &segment))
            return STATUS_BAD_FILE;
        const enum status status = load_segment(virt, elf, &segment);
        if (status != STATUS_OK)
            return status;
    }
    virt->cpu[0].state.pc = header.e_entry;
    return STATUS_OK;
}

enum status virt_load_elf(struct virt *virt, const char *path)
{
    elf_version(EV_CURRENT);
    const int file = open(path, O_RDONLY);
    if (file < 0)
        return STATUS_BAD_FILE;
    Elf *elf = elf_begin(file, ELF_C_READ, NULL);
    const enum status status = elf ? load_segments(virt, elf) : STATUS_BAD_FILE;
    elf_end(elf);
    close(file);
    return status;
}
