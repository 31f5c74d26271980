/* Small guests for tests: a machine with RAM at 0x40000000 and instruction words in it. */
#pragma once
#include "machine/virt.h"
#include "test.h"
#include <stdlib.h>
#include <string.h>

enum { GUEST_BASE = 0x40000000 };

static inline void guest_no_console(void *owner, uint8_t byte)
{
    (void)owner, (void)byte;
}

/* A machine in its reset state, every CPU about to run at GUEST_BASE. */
static inline struct virt *guest_make(struct virt_config config)
{
    config.ram_size = 16 << 20;
    config.console = guest_no_console;
    struct virt *virt = malloc(sizeof *virt);
    assert_non_null(virt);
    assert_int_equal(virt_init(virt, &config), STATUS_OK);
    for (unsigned i = 0; i < config.cpus; i++)
        virt->cpu[i].state.pc = GUEST_BASE;
    return virt;
}

/* One of `cpus` PEs; el2: starts there. */
static inline struct virt *guest_of(const char *model, unsigned cpus, bool el2, bool timing)
{
    return guest_make((struct virt_config){.model = cpu_model_find(model), .cpus = cpus, .el2 = el2, .timing = timing});
}

/* One with a GICv3. */
static inline struct virt *guest_v3(unsigned cpus, bool el2)
{
    return guest_make(
        (struct virt_config){.model = cpu_model_find("cortex-a72"), .cpus = cpus, .el2 = el2, .gic_v3 = true});
}

static inline struct virt *guest_new(bool el2)
{
    return guest_of("cortex-a72", 1, el2, false);
}

static inline void guest_free(struct virt *virt)
{
    virt_free(virt);
    free(virt);
}

/* Stores a value of 1..8 bytes at an offset from GUEST_BASE, as a device would. */
static inline void guest_put(struct virt *virt, uint64_t offset, unsigned size, uint64_t value)
{
    const struct transaction t = {.size = (uint8_t)size, .cpu = NOT_A_CPU};
    assert_true(bus_write(&virt->bus, pa(GUEST_BASE + offset), value, t));
}

static inline void guest_code(struct virt *virt, uint64_t offset, const uint32_t *word, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        guest_put(virt, offset + 4 * i, 4, word[i]);
}

static inline void guest_step(struct virt *virt, unsigned instructions)
{
    for (unsigned i = 0; i < instructions; i++)
        cpu_step(&virt->cpu[0], EVENT_NEVER);
}
