/* The registers of a PE by name: the general ones, those of FP and SIMD, then those of sysreg.def in its order. */
#include "cpu/exec/flags.h"
#include "cpu/sysreg/sysreg_table.h"
#include "machine/library.h"
#include <string.h>
#include <strings.h>

typedef uint64_t get_fn(const struct cpu *cpu, unsigned n);
typedef bool set_fn(struct cpu *cpu, unsigned n, uint64_t value);

static uint64_t get_x(const struct cpu *cpu, unsigned n)
{
    return cpu->state.x[n];
}

static bool set_x(struct cpu *cpu, unsigned n, uint64_t value)
{
    cpu->state.x[n] = value;
    return true;
}

static uint64_t get_pc(const struct cpu *cpu, unsigned n)
{
    (void)n;
    return cpu->state.pc;
}

static bool set_pc(struct cpu *cpu, unsigned n, uint64_t value)
{
    (void)n;
    cpu->state.pc = value;
    return true;
}

/* ---- PSTATE, as an SPSR holds it ---- */

static uint64_t get_pstate(const struct cpu *cpu, unsigned n)
{
    (void)n;
    const struct state *s = &cpu->state;
    return (uint64_t)flags_pack(&s->flags) << 28 | (uint64_t)s->ss << 21 | (uint64_t)s->il << 20 |
           (uint64_t)s->daif << 6 | (uint64_t)s->el << 2 | s->sp_sel;
}

/* The banked register that x[SP] stands for. */
static enum sysreg selected_sp(const struct state *s)
{
    static const enum sysreg banks[] = {SP_EL0, SP_EL1, SP_EL2};
    return banks[s->sp_sel ? s->el : 0];
}

/* An AArch64 state that exists here. */
static bool legal(const struct state *s, uint64_t pstate)
{
    const unsigned el = (unsigned)bits(pstate, 3, 2), highest = s->has_el2 ? 2 : 1;
    return !bit(pstate, 4) && !bit(pstate, 1) && el <= highest && !(el == 0 && bit(pstate, 0));
}

static bool set_pstate(struct cpu *cpu, unsigned n, uint64_t value)
{
    (void)n;
    struct state *s = &cpu->state;
    if (!legal(s, value))
        return false;
    s->flags = flags_unpack((unsigned)bits(value, 31, 28));
    s->ss = bit(value, 21);
    s->il = bit(value, 20);
    s->daif = (uint8_t)bits(value, 9, 6);
    s->sys[selected_sp(s)] = s->x[SP];
    s->el = (uint8_t)bits(value, 3, 2);
    s->sp_sel = bit(value, 0);
    s->x[SP] = s->sys[selected_sp(s)];
    cpu_el_changed(cpu);
    return true;
}

/* ---- system registers ---- */

/* How MRS and MSR reach it; NULL: no name in AArch64, so it is storage. */
static const struct sysreg_access *access_of(const struct cpu *cpu, enum sysreg reg)
{
    for (unsigned i = 0; i < SYSREG_A64_COUNT; i++)
        if (cpu->sysreg[i].reg == reg)
            return &cpu->sysreg[i];
    return NULL;
}

/* Whether MSR can write it by one of its names. */
static bool writable(const struct cpu *cpu, enum sysreg reg)
{
    for (unsigned i = 0; i < SYSREG_A64_COUNT; i++)
        if (cpu->sysreg[i].reg == reg && !(cpu->sysreg[i].traps & T(READ_ONLY)))
            return true;
    return !access_of(cpu, reg);
}

/* As MRS would at the current EL, but never refused. A read hook may look at the state, which is a copy here; one that
 * changes something else by reading (an interrupt acknowledge) is not called, but its `look`. */
static uint64_t get_sysreg(const struct cpu *cpu, enum sysreg reg)
{
    if (reg == selected_sp(&cpu->state))
        return cpu->state.x[SP];
    const struct sysreg_access *access = access_of(cpu, reg);
    if (!access || !access->hook.read)
        return cpu->state.sys[reg];
    struct state copy = cpu->state;
    return (access->hook.look ? access->hook.look : access->hook.read)(access->hook.owner, &copy, reg);
}

static bool set_sysreg(struct cpu *cpu, enum sysreg reg, uint64_t value)
{
    if (!writable(cpu, reg))
        return false;
    const struct sysreg_access *access = access_of(cpu, reg);
    if (reg == selected_sp(&cpu->state))
        cpu->state.x[SP] = value;
    else if (access && access->hook.write)
        access->hook.write(access->hook.owner, &cpu->state, reg, sysreg_masked(access, value));
    else
        cpu->state.sys[reg] = access ? sysreg_masked(access, value) : value;
    return true;
}

/* ---- FP and SIMD ---- */

static uint64_t get_v(const struct cpu *cpu, unsigned n)
{
    return cpu->state.v[2 * n];
}

static bool set_v(struct cpu *cpu, unsigned n, uint64_t value)
{
    cpu->state.v[2 * n] = value;
    cpu->state.v[2 * n + 1] = 0;
    return true;
}

static uint64_t get_named(const struct cpu *cpu, unsigned reg)
{
    return get_sysreg(cpu, (enum sysreg)reg);
}

static bool set_named(struct cpu *cpu, unsigned reg, uint64_t value)
{
    return set_sysreg(cpu, (enum sysreg)reg, value);
}

/* ---- all ---- */

static const struct named {
    const char *name;
    unsigned bits;
    const char *group;
    get_fn *get;
    set_fn *set;
    unsigned n;
} named[] = {
/* clang-format off */
#define X(n) {"X" #n, 64,  "general", get_x, set_x, n}
#define V(n) {"V" #n, 128, "fp",      get_v, set_v, n}
    X(0),  X(1),  X(2),  X(3),  X(4),  X(5),  X(6),  X(7),  X(8),  X(9),  X(10), X(11), X(12), X(13), X(14), X(15),
    X(16), X(17), X(18), X(19), X(20), X(21), X(22), X(23), X(24), X(25), X(26), X(27), X(28), X(29), X(30),
    {"SP",     64, "general", get_x,      set_x,      SP},
    {"PC",     64, "general", get_pc,     set_pc,     0},
    {"PSTATE", 32, "general", get_pstate, set_pstate, 0},
    V(0),  V(1),  V(2),  V(3),  V(4),  V(5),  V(6),  V(7),  V(8),  V(9),  V(10), V(11), V(12), V(13), V(14), V(15),
    V(16), V(17), V(18), V(19), V(20), V(21), V(22), V(23), V(24), V(25), V(26), V(27), V(28), V(29), V(30), V(31),
    {"FPSR",   32, "fp",      get_named,  set_named,  FPSR},
    {"FPCR",   32, "fp",      get_named,  set_named,  FPCR},
#undef X
#undef V
    /* clang-format on */
};

enum { NAMED = sizeof named / sizeof *named };

/* FPCR and FPSR are in the table above, as gdb wants them; no name is there twice. */
_Static_assert(FPSR == FPCR + 1, "they stand together in sysreg.def");
enum { REGISTERS = NAMED + SYSREG_COUNT - 2 };

static enum sysreg sysreg_of(unsigned index)
{
    const unsigned reg = index - NAMED;
    return (enum sysreg)(reg < FPCR ? reg : reg + 2);
}

bool trapeze_register_info(const struct trapeze *t, unsigned index, struct trapeze_register *info)
{
    if (index >= REGISTERS)
        return false;
    const enum sysreg reg = index < NAMED ? 0 : sysreg_of(index);
    if (index < NAMED)
        *info = (struct trapeze_register){named[index].name, named[index].bits, named[index].group, true};
    else
        *info = (struct trapeze_register){sysreg_table[reg].name, 64, "system", writable(&t->virt.cpu[0], reg)};
    return true;
}

int trapeze_register_find(const struct trapeze *t, const char *name)
{
    struct trapeze_register info;
    if (!strcasecmp(name, "CPSR"))
        name = "PSTATE";
    for (unsigned i = 0; trapeze_register_info(t, i, &info); i++)
        if (!strcasecmp(info.name, name))
            return (int)i;
    return -1;
}

uint64_t trapeze_register_read(const struct trapeze *t, unsigned cpu, unsigned index)
{
    const struct cpu *c = &t->virt.cpu[cpu];
    return index < NAMED ? named[index].get(c, named[index].n) : get_sysreg(c, sysreg_of(index));
}

bool trapeze_register_write(struct trapeze *t, unsigned cpu, unsigned index, uint64_t value)
{
    struct cpu *c = &t->virt.cpu[cpu];
    if (index < NAMED)
        return named[index].set(c, named[index].n, value);
    return set_sysreg(c, sysreg_of(index), value);
}

/* Bytes of the register; 0: none has this index. */
static size_t bytes_of(const struct trapeze *t, unsigned index)
{
    struct trapeze_register info;
    return trapeze_register_info(t, index, &info) ? info.bits / 8 : 0;
}

/* The two halves of a register of 128 bits; NULL: it has fewer. */
static uint64_t *halves_of(struct cpu *cpu, unsigned index)
{
    return index < NAMED && named[index].bits == 128 ? &cpu->state.v[2 * named[index].n] : NULL;
}

size_t trapeze_register_get(const struct trapeze *t, unsigned cpu, unsigned index, void *to, size_t size)
{
    const size_t bytes = bytes_of(t, index);
    if (!bytes || size < bytes)
        return 0;
    const uint64_t value = bytes > 8 ? 0 : trapeze_register_read(t, cpu, index);
    memcpy(to, bytes > 8 ? halves_of((struct cpu *)&t->virt.cpu[cpu], index) : &value, bytes);
    return bytes;
}

bool trapeze_register_set(struct trapeze *t, unsigned cpu, unsigned index, const void *from, size_t size)
{
    uint64_t value = 0, *halves = halves_of(&t->virt.cpu[cpu], index);
    if (!size || size != bytes_of(t, index))
        return false;
    memcpy(halves ? halves : &value, from, size);
    return halves || trapeze_register_write(t, cpu, index, value);
}
