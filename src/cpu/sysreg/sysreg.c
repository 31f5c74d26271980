#include "cpu/cluster.h"
#include "cpu/exception.h"
#include "cpu/exec/flags.h"
#include "cpu/pmu.h"
#include "cpu/sysreg/sysreg_table.h"
#include "hyp/virq.h"
#include <string.h>

/* ---- hooks: on_read_<name>, on_write_<name> ---- */

#define on_read_plain  NULL /* the value is state.sys[reg] */
#define on_write_plain NULL

#define READ_HOOK(name)  static uint64_t on_read_##name(void *owner, struct state *s, enum sysreg reg)
#define WRITE_HOOK(name) static void on_write_##name(void *owner, struct state *s, enum sysreg reg, uint64_t value)

/* Of registers whose owner is not the CPU: replaced by cpu_hook_sysreg. A machine without the owner has storage. */
READ_HOOK(owned)
{
    (void)owner;
    return s->sys[reg];
}

WRITE_HOOK(owned)
{
    (void)owner;
    s->sys[reg] = value;
}

/* ---- identification ---- */

/* EL1 sees what EL2 lets it see. */
READ_HOOK(midr)
{
    (void)owner;
    return s->sys[s->el == 1 && s->has_el2 ? VPIDR_EL2 : reg];
}

READ_HOOK(mpidr)
{
    (void)owner;
    return s->sys[s->el == 1 && s->has_el2 ? VMPIDR_EL2 : reg];
}

/* The cache that CSSELR_EL1 selects; UNKNOWN, so zero, when there is none. */
READ_HOOK(ccsidr)
{
    (void)reg;
    const struct cpu *cpu = owner;
    const uint64_t selected = bits(s->sys[CSSELR_EL1], 3, 0);
    return selected < MODEL_CACHES ? cpu->model->ccsidr[selected] : 0;
}

/* DCZID_EL0.DZP: whether DC ZVA is prohibited where it is asked. */
READ_HOOK(dczid)
{
    const struct cpu *cpu = owner;
    const bool prohibited = cpu->armed[DIRECTION_READ] & (T(DZE) | T(TDZ));
    return s->sys[reg] | (uint64_t)prohibited << 4;
}

/* L2CTLR_EL1<25:24>: the PEs of the cluster, less one; no more than four can be said. */
READ_HOOK(l2ctlr)
{
    const struct cpu *cpu = owner;
    const unsigned others = cpu->cluster->cpus - 1;
    return with_bits(s->sys[reg], 25, 24, others < 3 ? others : 3);
}

/* ---- PSTATE ---- */

READ_HOOK(el)
{
    (void)owner, (void)reg;
    return (uint64_t)s->el << 2;
}

READ_HOOK(spsel)
{
    (void)owner, (void)reg;
    return s->sp_sel;
}

WRITE_HOOK(spsel)
{
    (void)s, (void)reg;
    exception_select_sp(owner, bit(value, 0));
}

READ_HOOK(daif)
{
    (void)owner, (void)reg;
    return (uint64_t)s->daif << 6;
}

WRITE_HOOK(daif)
{
    (void)owner, (void)reg;
    s->daif = (uint8_t)bits(value, 9, 6);
}

READ_HOOK(nzcv)
{
    (void)owner, (void)reg;
    return (uint64_t)flags_pack(&s->flags) << 28;
}

WRITE_HOOK(nzcv)
{
    (void)owner, (void)reg;
    s->flags = flags_unpack((unsigned)bits(value, 31, 28));
}

READ_HOOK(isr)
{
    (void)owner, (void)reg;
    return hyp_pending(s);
}

/* ---- control ---- */

/* Registers of trap.def's column `control`. */
void sysreg_write_control(void *owner, struct state *s, enum sysreg reg, uint64_t value)
{
    struct cpu *cpu = owner;
    const uint64_t changed = s->sys[reg] ^ value;
    if (!changed)
        return;
    s->sys[reg] = value;
    hyp_rearm(s, &cpu->armed_sets, reg, changed);
    cpu_traps_changed(cpu);
    if (reg == HCR_EL2 || reg == SCTLR_EL1)
        cpu_context_changed(cpu);
    if (reg == HCR_EL2)
        cpu_lines_changed(cpu);
}

#define on_write_control sysreg_write_control

/* CNTKCTL_EL1 and CNTHCTL_EL2 make event streams, beside trapping. */
WRITE_HOOK(stream)
{
    cpu_settle_streams(owner, s->cycles);
    sysreg_write_control(owner, s, reg, value);
}

/* HPMN and HPME belong to the PMU. */
WRITE_HOOK(mdcr)
{
    pmu_catch_up(owner);
    sysreg_write_control(owner, s, reg, value);
    pmu_update(owner);
}

/* Translation of the EL1&0 regime. EL2 writes these when it switches worlds: they act when it has left. */
WRITE_HOOK(el1_regime)
{
    struct cpu *cpu = owner;
    if (reg == SCTLR_EL1) {
        sysreg_write_control(owner, s, reg, value);
        return;
    }
    s->sys[reg] = value;
    if (s->el < 2)
        mmu_select(&cpu->mmu, s);
    else
        mmu_el1_changed(&cpu->mmu);
}

WRITE_HOOK(el2_regime)
{
    s->sys[reg] = value;
    cpu_context_changed(owner);
}

/* ---- debug ---- */

/* While the OS Lock is open, only software's own part of MDSCR_EL1 can be written: SS, TDCC, KDE, MDE. */
WRITE_HOOK(mdscr)
{
    const uint64_t own = BIT(0) | BIT(12) | BIT(13) | BIT(15);
    const bool locked = bit(s->sys[OSLSR_EL1], 1);
    sysreg_write_control(owner, s, reg, locked ? value : (value & own) | (s->sys[reg] & ~own));
}

WRITE_HOOK(oslar)
{
    (void)owner, (void)reg;
    s->sys[OSLSR_EL1] = with_bits(s->sys[OSLSR_EL1], 1, 1, value);
}

/* The claim tags live in DBGCLAIMCLR_EL1, which reads them; DBGCLAIMSET_EL1 reads as ones. */
WRITE_HOOK(claimset)
{
    (void)owner, (void)reg;
    s->sys[DBGCLAIMCLR_EL1] |= value;
}

WRITE_HOOK(claimclr)
{
    (void)owner;
    s->sys[reg] &= ~value;
}

/* ---- performance monitors ---- */

#define on_read_pmcr        pmu_read_pmcr
#define on_read_pmcnten     pmu_read_pmcnten
#define on_read_pmovs       pmu_read_pmovs
#define on_read_pminten     pmu_read_pminten
#define on_read_pmccntr     pmu_read_pmccntr
#define on_read_pmevcntr    pmu_read_pmevcntr
#define on_read_pmevtyper   pmu_read_pmevtyper
#define on_read_pmxevcntr   pmu_read_pmxevcntr
#define on_read_pmxevtyper  pmu_read_pmxevtyper
#define on_write_pmcr       pmu_write_pmcr
#define on_write_pmcntenset pmu_write_pmcntenset
#define on_write_pmcntenclr pmu_write_pmcntenclr
#define on_write_pmovsset   pmu_write_pmovsset
#define on_write_pmovsclr   pmu_write_pmovsclr
#define on_write_pmintenset pmu_write_pmintenset
#define on_write_pmintenclr pmu_write_pmintenclr
#define on_write_pmswinc    pmu_write_pmswinc
#define on_write_pmccntr    pmu_write_pmccntr
#define on_write_pmccfiltr  pmu_write_pmccfiltr
#define on_write_pmevcntr   pmu_write_pmevcntr
#define on_write_pmevtyper  pmu_write_pmevtyper
#define on_write_pmxevcntr  pmu_write_pmxevcntr
#define on_write_pmxevtyper pmu_write_pmxevtyper

/* ---- the table ---- */

/* The column `when`: a kind and a number. */
enum { WHEN_ALWAYS, WHEN_BREAKPOINT, WHEN_WATCHPOINT, WHEN_CORTEX, WHEN_GIC_V3, WHEN_LIST_REGISTER };

#define ALWAYS        (WHEN_ALWAYS << 8)
#define BREAKPOINT(n) (WHEN_BREAKPOINT << 8 | (n))
#define WATCHPOINT(n) (WHEN_WATCHPOINT << 8 | (n))
#define CORTEX        (WHEN_CORTEX << 8)
#define GIC_V3        (WHEN_GIC_V3 << 8)
#define LIST_REG(n)   (WHEN_LIST_REGISTER << 8 | (n))

/* The column `writable`. */
#define ALL   UINT64_MAX
#define LOW32 UINT32_MAX
#define NONE  0

const struct sysreg_row sysreg_table[SYSREG_COUNT] = {
#define REG(name, when, traps, reset, writable, read, write) \
    [name] = {#name, when, traps, reset, writable, on_read_##read, on_write_##write},
#define A64(...)
#include "cpu/sysreg/sysreg.def"
#undef REG
#undef A64
};

#define RW_EL0 0
#define RO_EL0 T(READ_ONLY)
#define WO_EL0 T(WRITE_ONLY)
#define RW_EL1 T(BELOW_EL1)
#define RO_EL1 T(BELOW_EL1) | T(READ_ONLY)
#define WO_EL1 T(BELOW_EL1) | T(WRITE_ONLY)
#define RW_EL2 T(BELOW_EL2)
#define RO_EL2 T(BELOW_EL2) | T(READ_ONLY)

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

bool sysreg_is_control(enum sysreg reg)
{
    sysreg_write_fn *const write = sysreg_table[reg].write;
    if (write == on_write_control || write == on_write_el1_regime || write == on_write_el2_regime)
        return true;
    for (unsigned id = 0; id < TRAP_COUNT; id++)
        if (hyp_traps[id].control == reg && !hyp_trap_is_a_rule(id))
            return true;
    return false;
}

/* ---- of a core model ---- */

static uint64_t reset_value(const struct cpu_model *model, enum sysreg reg)
{
    for (const struct model_reset *r = model->reset; r->reg != SYSREG_COUNT; r++)
        if (r->reg == reg)
            return r->value;
    return sysreg_table[reg].reset;
}

bool sysreg_present(const struct cpu *cpu, enum sysreg reg)
{
    const struct cpu_model *model = cpu->model;
    const unsigned kind = sysreg_table[reg].when >> 8, number = sysreg_table[reg].when & 0xff;
    const uint64_t dfr0 = reset_value(model, ID_AA64DFR0_EL1);
    switch (kind) {
    case WHEN_BREAKPOINT: return number <= bits(dfr0, 15, 12);
    case WHEN_WATCHPOINT: return number <= bits(dfr0, 23, 20);
    case WHEN_CORTEX: return model->cortex;
    case WHEN_GIC_V3: return cpu->cluster->gic_v3;
    case WHEN_LIST_REGISTER: return cpu->cluster->gic_v3 && number < cpu->cluster->list_registers;
    default: return true;
    }
}

void cpu_hook_sysreg(struct cpu *cpu, enum sysreg reg, struct sysreg_hook hook)
{
    for (unsigned i = 0; i < SYSREG_A64_COUNT; i++)
        if (cpu->sysreg[i].reg == reg)
            cpu->sysreg[i].hook = hook;
}

/* What the core does not have is refused to all, but for TIDCP, which does not ask whether it has it. */
static trapset_t traps_of(const struct cpu *cpu, unsigned row)
{
    const trapset_t traps = sysreg_a64_traps(row);
    return sysreg_present(cpu, sysreg_a64[row].reg) ? traps : (traps & T(TIDCP)) | T(ABSENT);
}

void sysreg_init(struct cpu *cpu)
{
    for (unsigned i = 0; i < SYSREG_A64_COUNT; i++) {
        const enum sysreg reg = sysreg_a64[i].reg;
        const struct sysreg_row *row = &sysreg_table[reg];
        cpu->sysreg[i] = (struct sysreg_access){
            .traps = traps_of(cpu, i),
            .hook = {.read = row->read, .write = row->write, .owner = cpu},
            .writable = row->writable,
            .fixed = reset_value(cpu->model, reg) & ~row->writable,
            .reg = reg,
        };
    }
}

/* MPIDR_EL1.{Aff1, Aff0}: as many PEs as an SGI can name at once have one Aff1, as on QEMU's virt. */
static uint64_t affinity(const struct cpu *cpu)
{
    const unsigned targets = cpu->cluster->gic_v3 ? 16 : 8;
    return (cpu->number / targets) << 8 | cpu->number % targets;
}

void sysreg_reset(struct cpu *cpu)
{
    uint64_t *sys = cpu->state.sys;
    for (unsigned i = 0; i < SYSREG_COUNT; i++)
        sys[i] = sysreg_present(cpu, i) ? reset_value(cpu->model, i) : 0;
    sys[VPIDR_EL2] = sys[MIDR_EL1];
    sys[MPIDR_EL1] = sys[VMPIDR_EL2] = BIT(31) | affinity(cpu);
    sys[ID_AA64PFR0_EL1] = with_bits(sys[ID_AA64PFR0_EL1], 27, 24, cpu->cluster->gic_v3);
    if (!cpu->state.has_el2)
        sys[ID_AA64PFR0_EL1] = with_bits(sys[ID_AA64PFR0_EL1], 11, 8, 0);
}
