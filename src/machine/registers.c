/* The registers of a PE by name: the general ones, then those of sysreg.def in its order. */
#include "cpu/exec/flags.h"
#include "cpu/sysreg/sysreg_table.h"
#include "machine/library.h"
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

static const struct general {
    const char *name;
    unsigned bits;
    get_fn *get;
    set_fn *set;
    unsigned n;
} general[] = {
/* clang-format off */
#define X(n) {"X" #n, 64, get_x, set_x, n}
    X(0),  X(1),  X(2),  X(3),  X(4),  X(5),  X(6),  X(7),  X(8),  X(9),  X(10), X(11), X(12), X(13), X(14), X(15),
    X(16), X(17), X(18), X(19), X(20), X(21), X(22), X(23), X(24), X(25), X(26), X(27), X(28), X(29), X(30),
#undef X
    {"SP",     64, get_x,      set_x,      SP},
    {"PC",     64, get_pc,     set_pc,     0},
    {"PSTATE", 32, get_pstate, set_pstate, 0},
    /* clang-format on */
};

enum { GENERALS = sizeof general / sizeof *general };

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

/* ---- both ---- */

bool trapeze_register_info(const struct trapeze *t, unsigned index, struct trapeze_register *info)
{
    if (index >= GENERALS + SYSREG_COUNT)
        return false;
    const enum sysreg reg = index < GENERALS ? 0 : (enum sysreg)(index - GENERALS);
    if (index < GENERALS)
        *info = (struct trapeze_register){general[index].name, general[index].bits, "general", true};
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
    return index < GENERALS ? general[index].get(c, general[index].n) : get_sysreg(c, (enum sysreg)(index - GENERALS));
}

bool trapeze_register_write(struct trapeze *t, unsigned cpu, unsigned index, uint64_t value)
{
    struct cpu *c = &t->virt.cpu[cpu];
    if (index < GENERALS)
        return general[index].set(c, general[index].n, value);
    return set_sysreg(c, (enum sysreg)(index - GENERALS), value);
}
