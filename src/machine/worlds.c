/* Memory as one of the worlds sees it: for people, who may look anywhere and change nothing by it. */
#include "machine/library.h"
#include <string.h>

/* Where an address leads. */
static bool locate(const struct cpu *cpu, enum trapeze_world world, uint64_t address, pa_t *out)
{
    static const enum mmu_space spaces[] = {
        [TRAPEZE_CURRENT] = MMU_CURRENT, [TRAPEZE_EL1] = MMU_EL10, [TRAPEZE_EL2] = MMU_EL2, [TRAPEZE_IPA] = MMU_IPA};
    if (world != TRAPEZE_PHYSICAL)
        return mmu_probe(&cpu->mmu, &cpu->state, spaces[world], address, out);
    *out = pa(address);
    return true;
}

/* How much of the run at `address` lies in its page. */
static size_t piece(uint64_t address, size_t size)
{
    const size_t room = PAGE_SIZE - address % PAGE_SIZE;
    return size < room ? size : room;
}

size_t trapeze_memory_read(const struct trapeze *t, unsigned cpu, enum trapeze_world world, uint64_t address, void *to,
                           size_t size)
{
    struct cpu *c = &t->virt.cpu[cpu];
    size_t done = 0;
    while (done < size) {
        const size_t count = piece(address + done, size - done);
        pa_t at;
        const void *host = locate(c, world, address + done, &at) ? bus_load_host(c->bus, at, count) : NULL;
        if (!host)
            break;
        memcpy((char *)to + done, host, count);
        done += count;
    }
    return done;
}

/* Through the bus, so that decoded code and exclusive monitors learn of it. */
static void put(struct bus *bus, pa_t at, const uint8_t *from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bus_write(bus, pa(at.raw + i), from[i], (struct transaction){.size = 1, .cpu = NOT_A_CPU});
}

size_t trapeze_memory_write(struct trapeze *t, unsigned cpu, enum trapeze_world world, uint64_t address,
                            const void *from, size_t size)
{
    struct cpu *c = &t->virt.cpu[cpu];
    size_t done = 0;
    while (done < size) {
        const size_t count = piece(address + done, size - done);
        pa_t at;
        if (!locate(c, world, address + done, &at) || !bus_store_host(c->bus, at, count))
            break;
        put(c->bus, at, (const uint8_t *)from + done, count);
        done += count;
    }
    return done;
}

const char *trapeze_symbol(const struct trapeze *t, uint64_t address, uint64_t *offset)
{
    return symbols_find(&t->symbols, address, offset);
}
