/* Random accesses, of any width and alignment, to every device of the machine: none crashes. Input: ten bytes an access:
 * where, how, and the value. */
#include "fuzz.h"

static void access_bus(struct virt *virt, uint64_t address, struct transaction t, bool write, uint64_t value)
{
    const uint64_t room = PAGE_SIZE - address % PAGE_SIZE; /* the bus is never asked across a page */
    if (t.size > room)
        return;
    if (write)
        bus_write(&virt->bus, pa(address), value, t);
    else
        bus_read(&virt->bus, pa(address), t, &value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};
    struct virt *virt = fuzz_machine(2, size & 1, size & 2);
    const struct bus *bus = &virt->bus;
    uint64_t now = virt->scheduler.now;
    while (in.size && !virt->outcome) {
        const unsigned which = (unsigned)take(&in, 1) % (bus->windows + bus->memories), how = (unsigned)take(&in, 1);
        const uint64_t offset = take(&in, 4), value = take(&in, 4) * (how & 1 << 6 ? UINT64_C(0x100000001) : 1);
        const bool device = which < bus->windows;
        const uint64_t base = device ? bus->window[which].base.raw : bus->memory[which - bus->windows].base.raw;
        const uint64_t room = device ? bus->window[which].size : bus->memory[which - bus->windows].size;
        const struct transaction t = {.now = now, .size = (uint8_t)(1 << (how & 3)), .cpu = how >> 2 & 1};
        access_bus(virt, base + offset % room, t, how & 1 << 3, value);
        now += how & 1 << 7 ? 100000 : 10;
        events_run(&virt->scheduler.events, now);
        virt->scheduler.now = now;
    }
    return 0;
}
