/* The symbols of the images loaded: which one an address belongs to. */
#pragma once
#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbol {
    uint64_t address;
    uint64_t size; /* bytes; 0: up to the next symbol */
    char *name;
};

struct symbols {
    struct symbol *symbol; /* [count], ascending by address once sorted */
    size_t count, room;
};

void symbols_free(struct symbols *symbols);

/* Adds one; the name is copied. False: no memory, nothing has changed. */
bool symbols_add(struct symbols *symbols, const char *name, uint64_t address, uint64_t size);

/* Adds the functions, objects and labels of an ELF's symbol table, if it has one, and sorts. False: no memory. */
bool symbols_add_elf(struct symbols *symbols, Elf *elf);

/* To be called when all are there. Of several at one address, one with a size is preferred. */
void symbols_sort(struct symbols *symbols);

/* The symbol at or before `address`, and how far behind it; NULL: none, or it has ended before. */
const char *symbols_find(const struct symbols *symbols, uint64_t address, uint64_t *offset);
