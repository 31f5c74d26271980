#include "cpu/exec/flags.h"
#include "cpu/sysreg/sysreg_table.h"
#include <string.h>

/* ---- hooks: on_read_<name>, on_write_<name> ---- */

#define on_read_plain  NULL /* the value is state.sys[reg] */
#define on_write_plain NULL

/* Of registers whose owner is not the CPU: replaced by cpu_hook_sysreg. A machine without the owner has storage. */
static uint64_t on_read_owned(void *owner, struct state *s, enum sysreg reg)
{
    (void)owner;
    return s->sys[reg];
}

static void on_write_owned(void *owner, struct state *s, enum sysreg reg, uint64_t value)
{
    (void)owner;
    s->sys[reg] = value;
}

/* EL1 sees what EL2 lets it see. */
static uint64_t on_read_midr(void *owner, struct state *s, enum sysreg reg)
{
    (void)owner, (void)s, (void)reg;
    return s->sys[s->el == 1 && s->has_el2 ? VPIDR_EL2 : reg];
}

static uint64_t on_read_mpidr(void *owner, struct state *s, enum sysreg reg)
{
    (void)owner, (void)s, (void)reg;
    return s->sys[s->el == 1 && s->has_el2 ? VMPIDR_EL2 : reg];
}

static uint64_t on_read_el(void *owner, struct state *s, enum sysreg reg)
{
    (void)owner, (void)s, (void)reg;
    return (uint64_t)s->el << 2;
}

static uint64_t on_read_nzcv(void *owner, struct state *s, enum sysreg reg)
{
    (void)owner, (void)s, (void)reg;
    return (uint64_t)flags_pack(&s->flags) << 28;
}

static void on_write_nzcv(void *owner, struct state *s, enum sysreg reg, uint64_t value)
{
    struct cpu *cpu = owner;
    (void)cpu, (void)s, (void)reg;
    (void)reg;
    s->flags = flags_unpack((unsigned)bits(value, 31, 28));
}

/* Registers of trap.def's column `control`. */
static void on_write_control(void *owner, struct state *s, enum sysreg reg, uint64_t value)
{
    struct cpu *cpu = owner;
    (void)cpu, (void)s, (void)reg;
    if (s->sys[reg] == value)
        return;
    s->sys[reg] = value;
    cpu_control_changed(cpu);
}

/* Translation of the EL1&0 regime. EL2 writes these when it switches worlds: they act when it has left. */
static void on_write_el1_regime(void *owner, struct state *s, enum sysreg reg, uint64_t value)
{
    struct cpu *cpu = owner;
    (void)cpu, (void)s, (void)reg;
    const bool control = reg == SCTLR_EL1 && s->sys[reg] != value;
    s->sys[reg] = value;
    if (control)
        cpu_control_changed(cpu);
    else if (s->el < 2)
        mmu_select(&cpu->mmu, s);
}

static void on_write_el2_regime(void *owner, struct state *s, enum sysreg reg, uint64_t value)
{
    struct cpu *cpu = owner;
    (void)cpu, (void)s, (void)reg;
    s->sys[reg] = value;
    cpu_el_changed(cpu); /* SCTLR_EL2.SA too */
}

/* ---- the table ---- */

const struct sysreg_row sysreg_table[SYSREG_COUNT] = {
#define REG(name, traps, reset, read, write) [name] = {#name, traps, reset, on_read_##read, on_write_##write},
#define A64(...)
#include "cpu/sysreg/sysreg.def"
#undef REG
#undef A64
};

#define RW_EL0 0
#define RO_EL0 T(READ_ONLY)
#define RW_EL1 T(BELOW_EL1)
#define RO_EL1 T(BELOW_EL1) | T(READ_ONLY)
#define RW_EL2 T(BELOW_EL2)

const struct sysreg_a64 sysreg_a64[SYSREG_A64_COUNT] = {
#define REG(...)
#define A64(name, op0, op1, crn, crm, op2, access) {name, {op0, op1, crn, crm, op2}, access},
#include "cpu/sysreg/sysreg.def"
#undef REG
#undef A64
};

int sysreg_find_a64(struct sysreg_encoding e)
{
    for (unsigned i = 0; i < SYSREG_A64_COUNT; i++)
        if (!memcmp(&sysreg_a64[i].encoding, &e, sizeof e))
            return (int)i;
    return -1;
}

trapset_t sysreg_a64_traps(unsigned row)
{
    return sysreg_a64[row].access | sysreg_table[sysreg_a64[row].reg].traps;
}

void cpu_hook_sysreg(struct cpu *cpu, enum sysreg reg, struct sysreg_hook hook)
{
    for (unsigned i = 0; i < SYSREG_A64_COUNT; i++)
        if (cpu->sysreg[i].reg == reg)
            cpu->sysreg[i].hook = hook;
}

void sysreg_init(struct cpu *cpu)
{
    for (unsigned i = 0; i < SYSREG_A64_COUNT; i++) {
        const enum sysreg reg = sysreg_a64[i].reg;
        const struct sysreg_hook hook = {sysreg_table[reg].read, sysreg_table[reg].write, cpu};
        cpu->sysreg[i] = (struct sysreg_access){sysreg_a64_traps(i), hook, reg};
    }
}

void sysreg_reset(struct cpu *cpu)
{
    for (unsigned i = 0; i < SYSREG_COUNT; i++)
        cpu->state.sys[i] = sysreg_table[i].reset;
    for (const struct model_reset *r = cpu->model->reset; r->reg != SYSREG_COUNT; r++)
        cpu->state.sys[r->reg] = r->value;
    cpu->state.sys[MPIDR_EL1] = cpu->state.sys[VMPIDR_EL2] = BIT(31) | (cpu->number / 8) << 8 | cpu->number % 8;
}
