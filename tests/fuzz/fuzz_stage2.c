/* Random instructions at EL1 and EL0 under a stage 2 that maps a small window: whatever a guest does with its own tables,
 * registers and memory, nothing outside the window changes. EL2 sends every exit back to the guest. Input: as
 * fuzz_engine's. */
#include "fuzz_code.h"

enum {
    TABLES = 0x40100000, /* stage 2's */
    MONITOR = 0x40110000,
    WINDOW_BYTES = 0x10000, /* from AT on */
    OUTSIDE_BYTES = (2 << 20) - WINDOW_BYTES
};

static void put64(struct virt *virt, uint64_t at, uint64_t value)
{
    bus_write(&virt->bus, pa(at), value, (struct transaction){.size = 8, .cpu = NOT_A_CPU});
}

/* A page each, so that nothing but the window is there; the last one read-only. */
static void make_stage2(struct virt *virt)
{
    put64(virt, TABLES + 8 * (AT >> 30), (TABLES + 0x1000) | 3);
    put64(virt, TABLES + 0x1000, (TABLES + 0x2000) | 3);
    for (unsigned i = 0; i < WINDOW_BYTES / PAGE_SIZE; i++) {
        const uint64_t allowed = i == WINDOW_BYTES / PAGE_SIZE - 1 ? 0x77f : 0x7ff;
        put64(virt, TABLES + 0x2000 + 8 * i, (AT + i * PAGE_SIZE) | allowed);
    }
}

/* EL2: every vector goes back to where the guest's own vectors are. */
static void make_monitor(struct virt *virt)
{
    static const uint32_t code[] = {
        0xd538c000 | 0, /* mrs x0, vbar_el1 */
        0xd51c4020,     /* msr elr_el2, x0 */
        0xd28078a0,     /* mov x0, #0x3c5 */
        0xd51c4000,     /* msr spsr_el2, x0 */
        0xd69f03e0,     /* eret */
    };
    for (unsigned vector = 0; vector < 0x800; vector += 0x80)
        for (unsigned i = 0; i < sizeof code / sizeof *code; i++)
            bus_write(&virt->bus, pa(MONITOR + vector + 4 * i), code[i],
                      (struct transaction){.size = 4, .cpu = NOT_A_CPU});
}

static void enter_guest(struct virt *virt, uint64_t seed)
{
    struct cpu *cpu = &virt->cpu[0];
    struct state *s = &cpu->state;
    fill_registers(s, seed);
    for (unsigned i = 0; i < XZR; i += 2) /* anywhere in RAM: most of it is not the guest's */
        s->x[i] = AT + (next_random(&seed) & ((2 << 20) - 8));
    s->sys[VTTBR_EL2] = TABLES | UINT64_C(1) << 48;
    s->sys[VTCR_EL2] = 25 | 1 << 6 | 2 << 16;
    s->sys[HCR_EL2] = BIT(31) | BIT(19) | 1; /* TSC: the firmware is not the guest's to call */
    s->sys[VBAR_EL2] = MONITOR;
    s->el = 1;
    s->pc = AT;
    cpu_control_changed(cpu);
}

/* All of RAM but the guest's window, filled with what no store of zero leaves alone. */
static const uint8_t *outside(struct virt *virt)
{
    static bool filled;
    uint8_t *ram = bus_image_host(&virt->bus, pa(AT + WINDOW_BYTES), OUTSIDE_BYTES);
    if (!filled)
        memset(ram, 0xa5, OUTSIDE_BYTES);
    filled = true;
    return ram;
}

/* Code of the input, and behind its end of what the seed makes. */
static void fill_all_code(struct virt *virt, struct input *in, uint64_t seed)
{
    uint8_t bytes[WORDS * 6];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = i < in->size ? in->data[i] : (uint8_t)next_random(&seed);
    fill_code(virt, &(struct input){bytes, sizeof bytes});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t before[OUTSIDE_BYTES];
    struct input in = {data, size};
    const unsigned choices = (unsigned)take(&in, 1);
    struct virt *virt = fuzz_machine(1, true, choices & 4);
    const uint8_t *ram = outside(virt);
    make_stage2(virt);
    make_monitor(virt);
    const uint64_t seed = take(&in, 8);
    enter_guest(virt, seed);
    fill_all_code(virt, &in, seed);
    memcpy(before, ram, OUTSIDE_BYTES);
    if (choices & 2)
        for (unsigned i = 0; i < CYCLES / 2 && !virt->cpu[0].state.wait && !virt->outcome; i++)
            cpu_step(&virt->cpu[0], EVENT_NEVER);
    else
        for (unsigned i = 0; i < 4 && !virt->outcome; i++)
            cpu_run(&virt->cpu[0], virt->cpu[0].state.cycles + CYCLES / 4);
    if (memcmp(before, ram, OUTSIDE_BYTES) != 0)
        abort();
    return 0;
}
