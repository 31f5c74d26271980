#include "machine/symbols.h"
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

void symbols_free(struct symbols *symbols)
{
    for (size_t i = 0; i < symbols->count; i++)
        free(symbols->symbol[i].name);
    free(symbols->symbol);
    *symbols = (struct symbols){0};
}

static bool make_room(struct symbols *symbols)
{
    if (symbols->count < symbols->room)
        return true;
    const size_t room = symbols->room ? symbols->room * 2 : 256;
    struct symbol *more = realloc(symbols->symbol, room * sizeof *more);
    if (!more)
        return false;
    symbols->symbol = more;
    symbols->room = room;
    return true;
}

bool symbols_add(struct symbols *symbols, const char *name, uint64_t address, uint64_t size)
{
    if (!make_room(symbols))
        return false;
    char *copy = strdup(name);
    if (!copy)
        return false;
    symbols->symbol[symbols->count++] = (struct symbol){address, size, copy};
    return true;
}

/* ---- from an ELF ---- */

/* Functions, objects and labels; not the mapping symbols $x and $d, nor what lies in no section. */
static bool wanted(const GElf_Sym *symbol, const char *name)
{
    const unsigned type = GELF_ST_TYPE(symbol->st_info);
    const bool kind = type == STT_FUNC || type == STT_OBJECT || type == STT_NOTYPE;
    return kind && symbol->st_shndx != SHN_UNDEF && symbol->st_shndx != SHN_ABS && name && *name && *name != '$';
}

static bool add_table(struct symbols *symbols, Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    const uint64_t count = header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
    for (uint64_t i = 0; data && i < count && i < INT32_MAX; i++) {
        GElf_Sym symbol;
        if (!gelf_getsym(data, (int)i, &symbol))
            break;
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
        if (wanted(&symbol, name) && !symbols_add(symbols, name, symbol.st_value, symbol.st_size))
            return false;
    }
    return true;
}

bool symbols_add_elf(struct symbols *symbols, Elf *elf)
{
    Elf_Scn *section = NULL;
    while ((section = elf_nextscn(elf, section))) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB &&
            !add_table(symbols, elf, section, &header))
            return false;
    }
    symbols_sort(symbols);
    return true;
}

/* ---- finding ---- */

static int order(const void *a, const void *b)
{
    const struct symbol *x = a, *y = b;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    if (!x->size != !y->size)
        return x->size ? 1 : -1;
    return strcmp(x->name, y->name); /* qsort keeps no order of its own */
}

void symbols_sort(struct symbols *symbols)
{
    if (symbols->count)
        qsort(symbols->symbol, symbols->count, sizeof *symbols->symbol, order);
}

const char *symbols_find(const struct symbols *symbols, uint64_t address, uint64_t *offset)
{
    size_t low = 0, high = symbols->count; /* all before low are at or before address, all from high on behind */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (symbols->symbol[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low)
        return NULL;
    const struct symbol *s = &symbols->symbol[low - 1];
    *offset = address - s->address;
    return s->size && *offset >= s->size ? NULL : s->name;
}
