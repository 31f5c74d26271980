/* What the fuzzers that run instructions share: registers and code made of the input. */
#pragma once
#include "cpu/cluster.h"
#include "fuzz.h"

enum { WORDS = 96, CYCLES = 600, AT = 0x40000000 };

/* Where interesting things are: RAM, its end, devices, nothing. */
static const uint64_t place[] = {AT,
                                 AT + 0x1ff8,
                                 0x401ffff8,
                                 0x09000000,
                                 0x08000000,
                                 0x08010000,
                                 0x080b0000,
                                 0x0a000000,
                                 0x04000000,
                                 0x80000000,
                                 UINT64_C(0xffff000000001000)};

static inline uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed ^ *seed >> 29;
}

static inline void fill_registers(struct state *s, uint64_t seed)
{
    for (unsigned i = 0; i < XZR; i++) {
        const uint64_t value = next_random(&seed);
        const uint64_t base = place[(value >> 40) % (sizeof place / sizeof *place)];
        s->x[i] = value & 1 << 20 ? value : base + (value & 0xfff & ~(uint64_t)(value >> 21 & 7));
    }
    s->x[SP] = AT + 0x2000;
    s->sys[VBAR_EL1] = AT;
    s->sys[VBAR_EL2] = AT;
}

/* An instruction of a row, or (one row number in eight) any word at all. */
static inline uint32_t next_word(const struct decoder *decoder, struct input *in)
{
    const uint32_t choice = (uint32_t)take(in, 2), word = (uint32_t)take(in, 4);
    const struct row *row = &decoder->row[(choice >> 3) % decoder->rows];
    return choice % 8 ? (word & ~row->mask) | row->value : word;
}

static inline void fill_code(struct virt *virt, struct input *in)
{
    for (unsigned i = 0; i < WORDS && in->size; i++) {
        const uint32_t word = next_word(&virt->cluster.code.decoder, in);
        for (unsigned copy = 0; copy < 0x1000; copy += 0x400) /* vectors run it too */
            if (copy + 4 * i < 0x1000)
                bus_write(&virt->bus, pa(AT + copy + 4 * i), word, (struct transaction){.size = 4, .cpu = NOT_A_CPU});
    }
}
