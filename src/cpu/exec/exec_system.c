#include "cpu/cluster.h"
#include "cpu/exception.h"
#include "cpu/exec/exec.h"
#include "cpu/sysreg/sysreg_table.h"

INTERPRETED(UNDEFINED)
{
    cpu->cluster->unimplemented++;
    GO(exception_undefined(cpu, op));
}

/* ---- exceptions that instructions ask for ---- */

/* What the judge may refuse; its verdict if one of `traps` is armed, NULL if none is. */
static const struct op *refused(struct cpu *cpu, const struct op *op, trapset_t traps, uint64_t esr)
{
    const trapset_t caught = traps & cpu->armed[DIRECTION_READ];
    return caught ? exception_trap(cpu, op, caught, esr) : NULL;
}

INTERPRETED(SVC)
{
    GO(exception_sync(cpu, op, hyp_route(&cpu->state, 1), syndrome(EC_SVC64, (uint32_t)IMM), true));
}

static bool call_firmware(struct cpu *cpu, const struct op *op, bool smc)
{
    const struct cluster *cluster = cpu->cluster;
    cpu->state.cycles = engine_now(cpu, op);
    return cluster->firmware && cluster->firmware(cluster->owner, cpu, smc);
}

INTERPRETED(HVC)
{
    const struct op *trap = refused(cpu, op, T(BELOW_EL1) | T(HCD), 0);
    if (unlikely(trap))
        GO(trap);
    if (likely(cpu->state.has_el2))
        GO(exception_sync(cpu, op, 2, syndrome(EC_HVC64, (uint32_t)IMM), true));
    if (!call_firmware(cpu, op, false))
        GO(exception_undefined(cpu, op));
    GO(engine_look_up(cpu, op + 1));
}

INTERPRETED(SMC)
{
    const struct op *trap = refused(cpu, op, T(BELOW_EL1) | T(TSC), syndrome(EC_SMC64, (uint32_t)IMM));
    if (unlikely(trap))
        GO(trap);
    if (!call_firmware(cpu, op, true))
        GO(exception_undefined(cpu, op));
    GO(engine_look_up(cpu, op + 1));
}

INTERPRETED(BRK)
{
    GO(exception_sync(cpu, op, hyp_route(&cpu->state, 1), syndrome(EC_BRK64, (uint32_t)IMM), false));
}

INTERPRETED(ERET)
{
    if (unlikely(cpu->state.el == 0))
        GO(exception_undefined(cpu, op));
    GO(exception_return(cpu, op));
}

INTERPRETED(WFI)
{
    const struct op *trap = refused(cpu, op, T(nTWI) | T(TWI), syndrome_wfx(0));
    if (unlikely(trap))
        GO(trap);
    cpu->state.wait = WAIT_WFI;
    const bool wakes = cpu_wakes(cpu);
    cpu->state.wait = WAIT_NONE;
    GO(wakes ? engine_look_up(cpu, op + 1) : engine_wait(cpu, op + 1, WAIT_WFI));
}

/* An event that has been registered already is used up, and nothing is waited for: no trap either (WaitForEvent). */
INTERPRETED(WFE)
{
    if (cpu->state.event) {
        cpu->state.event = false;
        NEXT(1);
    }
    const struct op *trap = refused(cpu, op, T(nTWE) | T(TWE), syndrome_wfx(1));
    if (unlikely(trap))
        GO(trap);
    cpu->state.wait = WAIT_WFE;
    const bool wakes = cpu_wakes(cpu);
    cpu->state.wait = WAIT_NONE;
    GO(wakes ? engine_look_up(cpu, op + 1) : engine_wait(cpu, op + 1, WAIT_WFE));
}

INTERPRETED(SEV)
{
    cluster_send_event(cpu->cluster, engine_now(cpu, op));
    GO(engine_look_up(cpu, op + 1));
}

INTERPRETED(SEVL)
{
    cpu->state.event = true;
    NEXT(1);
}

/* ---- PSTATE ---- */

INTERPRETED(MSR_DAIFSet)
{
    cpu->state.daif |= (uint8_t)IMM;
    NEXT(1);
}

INTERPRETED(MSR_DAIFClr)
{
    cpu->state.daif &= (uint8_t)~IMM;
    GO(engine_look_up(cpu, op + 1));
}

/* ---- system registers: imm is the row of sysreg_a64 ---- */

static const struct op *trap_sysreg(struct cpu *cpu, const struct op *op, enum direction direction)
{
    const unsigned rt = op->rd == SINK ? 31 : op->rd;
    const trapset_t caught = cpu->sysreg[IMM].traps & cpu->armed[direction];
    const bool read = direction == DIRECTION_READ;
    return exception_trap(cpu, op, caught, syndrome_sysreg(sysreg_a64[IMM].encoding, rt, read));
}

COLD INTERPRETED(TRAP_MRS)
{
    GO(trap_sysreg(cpu, op, DIRECTION_READ));
}

COLD INTERPRETED(TRAP_MSR)
{
    GO(trap_sysreg(cpu, op, DIRECTION_WRITE));
}

INTERPRETED(MRS_plain)
{
    const struct sysreg_access *a = &cpu->sysreg[IMM];
    if (unlikely(a->traps & cpu->armed[DIRECTION_READ]))
        BECOME(TRAP_MRS);
    SET(rd, cpu->state.sys[a->reg]);
    NEXT(1);
}

INTERPRETED(MSR_plain)
{
    const struct sysreg_access *a = &cpu->sysreg[IMM];
    if (unlikely(a->traps & cpu->armed[DIRECTION_WRITE]))
        BECOME(TRAP_MSR);
    cpu->state.sys[a->reg] = X(rd);
    NEXT(1);
}

INTERPRETED(MRS_hook)
{
    const struct sysreg_access *a = &cpu->sysreg[IMM];
    if (unlikely(a->traps & cpu->armed[DIRECTION_READ]))
        BECOME(TRAP_MRS);
    cpu->state.cycles = engine_now(cpu, op);
    SET(rd, a->hook.read(a->hook.owner, &cpu->state, a->reg));
    NEXT(1);
}

INTERPRETED(MSR_hook)
{
    const struct sysreg_access *a = &cpu->sysreg[IMM];
    if (unlikely(a->traps & cpu->armed[DIRECTION_WRITE]))
        BECOME(TRAP_MSR);
    cpu->state.cycles = engine_now(cpu, op);
    a->hook.write(a->hook.owner, &cpu->state, a->reg, X(rd));
    GO(engine_look_up(cpu, op + 1));
}

/* ---- TLB maintenance: imm is the row of tlbi.def. ---- */

enum { VMID = 1, ASID = 2, VA = 4 }; /* what a TLBI matches, beside the regime */

static const struct {
    uint8_t lowest_el, regime, by;
} tlbi_rows[] = {
#define TLBI(name, op1, crm, op2, lowest_el, regime, by) {lowest_el, REGIME_##regime, by},
#include "cpu/sysreg/tlbi.def"
#undef TLBI
};

INTERPRETED(TLBI)
{
    const struct state *s = &cpu->state;
    const unsigned by = tlbi_rows[IMM].by;
    if (unlikely(s->el < tlbi_rows[IMM].lowest_el))
        GO(exception_undefined(cpu, op));
    const struct tlb_match match = {
        .regime = tlbi_rows[IMM].regime,
        .by_vmid = by & VMID && bit(effective_hcr(s), 0),
        .by_asid = by & ASID,
        .by_va = by & VA,
        .vmid = (uint16_t)bits(s->sys[VTTBR_EL2], 63, 48),
        .asid = (uint16_t)bits(X(rd), 63, 48),
        .va = va((uint64_t)sign_extend(bits(X(rd), 43, 0) << 12, 56)),
    };
    if (NUM(rn))
        cluster_invalidate(cpu->cluster, &match);
    else
        mmu_invalidate(&cpu->mmu, &match);
    NEXT(1);
}
