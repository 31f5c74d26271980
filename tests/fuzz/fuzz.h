/* What both fuzzers do: a machine to play with, and the input as a stream of numbers. */
#pragma once
#include "machine/virt.h"
#include <stdlib.h>
#include <string.h>

struct input {
    const uint8_t *data;
    size_t size;
};

/* The next `bytes` of the input as a number; 0 behind its end. */
static inline uint64_t take(struct input *in, unsigned bytes)
{
    uint64_t value = 0;
    const size_t size = in->size < bytes ? in->size : bytes;
    memcpy(&value, in->data, size);
    in->data += size;
    in->size -= size;
    return value;
}

static inline void fuzz_console(void *owner, uint8_t byte)
{
    (void)owner, (void)byte;
}

static inline struct virt *fuzz_new(unsigned cpus, bool el2, bool gic_v3)
{
    const struct virt_config config = {.model = cpu_model_find("cortex-a72"),
                                       .cpus = cpus,
                                       .ram_size = 2 << 20,
                                       .el2 = el2,
                                       .gic_v3 = gic_v3,
                                       .console = fuzz_console};
    struct virt *virt = malloc(sizeof *virt);
    if (!virt || virt_init(virt, &config) != STATUS_OK)
        abort();
    return virt;
}

/* A machine in its reset state, with or without EL2, with a GICv2 or a GICv3. Making one takes far longer than an input runs, so each is made once
 * and reset: RAM, flash and time stay from the input before. */
static inline struct virt *fuzz_machine(unsigned cpus, bool el2, bool gic_v3)
{
    static struct virt *machines[2][2];
    struct virt **machine = &machines[gic_v3][el2];
    if (!*machine)
        *machine = fuzz_new(cpus, el2, gic_v3);
    virt_reset(*machine);
    (*machine)->outcome = VIRT_RUNNING;
    return *machine;
}
