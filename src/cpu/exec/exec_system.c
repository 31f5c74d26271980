#include "cpu/cluster.h"
#include "cpu/exception.h"
#include "cpu/exec/exec.h"
#include "cpu/memory.h"
#include "cpu/sysreg/sysreg_table.h"

/* An encoding that Armv8.0 leaves unallocated, or says is UNDEFINED. */
INTERPRETED(UNDEFINED)
{
    GO(exception_undefined(cpu, op));
}

/* One that it allocates, and this model does not have. The first is told of. */
INTERPRETED(UNIMPLEMENTED)
{
    cluster_lacks(cpu->cluster, cpu, op, "unimplemented instruction");
    GO(exception_undefined(cpu, op));
}

/* ---- exceptions that instructions ask for ---- */

/* What the judge may refuse; its verdict if one of `traps` is armed, NULL if none is. */
static const struct op *refused(struct cpu *cpu, const struct op *op, trapset_t traps, uint64_t esr)
{
    return exception_refused(cpu, op, traps, DIRECTION_READ, esr);
}

/* An instruction of FP and SIMD that this model does not have: CPACR_EL1 and CPTR_EL2 are asked before one finds out. */
INTERPRETED(FP_ABSENT)
{
    const struct op *trap = exception_fp_refused(cpu, op);
    if (trap)
        GO(trap);
    BECOME(UNIMPLEMENTED);
}

/* One that it has, where cpu->fp_off says that a trap would act. */
COLD INTERPRETED(FP_TRAPPED)
{
    GO(exception_fp_refused(cpu, op));
}

INTERPRETED(SVC)
{
    GO(exception_sync(cpu, op, hyp_route(&cpu->state, 1), syndrome(EC_SVC64, (uint32_t)IMM), true));
}

static bool call_firmware(struct cpu *cpu, const struct op *op, bool smc)
{
    const struct cluster *cluster = cpu->cluster;
    cpu->state.cycles = engine_now(cpu, op);
    cpu->state.pc = pc_of(cpu, op); /* for those who listen */
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
    GO(exception_sync(cpu, op, hyp_route_debug(&cpu->state), syndrome(EC_BRK64, (uint32_t)IMM), false));
}

/* Nobody halts this PE: HLT is UNDEFINED, except as a call of the semihosting host. */
INTERPRETED(HLT)
{
    const struct cluster *cluster = cpu->cluster;
    cpu->state.cycles = engine_now(cpu, op);
    if (IMM != 0xf000 || !cluster->semihosting || !cluster->semihosting(cluster->owner, cpu))
        BECOME(UNDEFINED);
    GO(engine_look_up(cpu, op + 1));
}

INTERPRETED(ERET)
{
    if (unlikely(cpu->state.el == 0))
        BECOME(UNDEFINED);
    GO(exception_return(cpu, op));
}

INTERPRETED(CLREX)
{
    cpu->state.monitor.open = false;
    NEXT(1);
}

/* With an interrupt pending nothing is waited for, and nothing trapped (InterruptPending). */
INTERPRETED(WFI)
{
    cpu->state.wait = WAIT_WFI;
    const bool wakes = cpu_wakes(cpu);
    cpu->state.wait = WAIT_NONE;
    if (wakes)
        GO(engine_look_up(cpu, op + 1));
    const struct op *trap = refused(cpu, op, T(nTWI) | T(TWI), syndrome_wfx(0));
    GO(trap ? trap : engine_wait(cpu, op + 1, WAIT_WFI));
}

/* An event that has been registered already is used up, and nothing is waited for: no trap either (WaitForEvent). */
INTERPRETED(WFE)
{
    const uint64_t now = engine_now(cpu, op);
    cpu_settle_streams(cpu, now);
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
    if (wakes)
        GO(engine_look_up(cpu, op + 1));
    cpu_await_streams(cpu, now);
    GO(engine_wait(cpu, op + 1, WAIT_WFE));
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

/* What refuses MSR (immediate), of which imm is CRm: the judge's verdict, NULL if nothing does. */
static const struct op *refused_pstate(struct cpu *cpu, const struct op *op, trapset_t traps, unsigned op1,
                                       unsigned op2)
{
    const struct sysreg_encoding e = {0, (uint8_t)op1, 4, (uint8_t)IMM, (uint8_t)op2};
    return refused(cpu, op, traps, syndrome_sysreg(e, 31, false));
}

INTERPRETED(MSR_SPSel)
{
    const struct op *trap = refused_pstate(cpu, op, T(BELOW_EL1), 0, 5);
    if (unlikely(trap))
        GO(trap);
    exception_select_sp(cpu, bit((uint64_t)IMM, 0));
    NEXT(1);
}

INTERPRETED(MSR_DAIFSet)
{
    const struct op *trap = refused_pstate(cpu, op, T(UMA), 3, 6);
    if (unlikely(trap))
        GO(trap);
    cpu->state.daif |= (uint8_t)IMM;
    NEXT(1);
}

INTERPRETED(MSR_DAIFClr)
{
    const struct op *trap = refused_pstate(cpu, op, T(UMA), 3, 7);
    if (unlikely(trap))
        GO(trap);
    cpu->state.daif &= (uint8_t)~IMM;
    GO(engine_look_up(cpu, op + 1));
}

/* ---- system registers: imm is the row of sysreg_a64 ---- */

static const struct op *trap_sysreg(struct cpu *cpu, const struct op *op, enum direction direction)
{
    const unsigned rt = op->rd == SINK ? 31 : op->rd;
    const trapset_t caught = cpu->sysreg[IMM].traps & cpu->armed[direction];
    const bool fp = caught & FP_TRAPS; /* FPCR and FPSR are reported as the instructions are */
    const uint64_t esr = syndrome_sysreg(sysreg_a64[IMM].encoding, rt, direction == DIRECTION_READ);
    return exception_trap(cpu, op, caught, fp ? syndrome_fp() : esr);
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
    cpu->state.sys[a->reg] = sysreg_masked(a, X(rd));
    NEXT(1);
}

INTERPRETED(MRS_hook)
{
    const struct sysreg_access *a = &cpu->sysreg[IMM];
    if (unlikely(a->traps & cpu->armed[DIRECTION_READ]))
        BECOME(TRAP_MRS);
    cpu->state.cycles = engine_now(cpu, op);
    SET(rd, a->hook.read(a->hook.owner, &cpu->state, a->reg));
    GO(engine_look_up(cpu, op + 1)); /* acknowledging an interrupt may raise another line */
}

static void tell_control(const struct cpu *cpu, const struct op *op, enum sysreg reg, uint64_t from)
{
    struct trapeze_event event = {.kind = TRAPEZE_EVENT_CONTROL,
                                  .cpu = (uint8_t)cpu->number,
                                  .el = cpu->state.el,
                                  .cycles = engine_now(cpu, op),
                                  .pc = pc_of(cpu, op),
                                  .control = {sysreg_table[reg].name, from, cpu->state.sys[reg]}};
    if (event.control.from != event.control.to && trace_wants(&cpu->cluster->trace, event.kind))
        trace_emit(&cpu->cluster->trace, &event);
}

/* What a guest's world is known by: HCR_EL2.VM and VTTBR_EL2.VMID. */
struct world {
    bool stage2;
    uint16_t vmid;
};

static struct world world_of(const struct state *s)
{
    return (struct world){bit(effective_hcr(s), 0), (uint16_t)bits(s->sys[VTTBR_EL2], 63, 48)};
}

static void tell_world(const struct cpu *cpu, const struct op *op, struct world from)
{
    const struct world to = world_of(&cpu->state);
    if ((from.stage2 == to.stage2 && from.vmid == to.vmid) || !trace_wants(&cpu->cluster->trace, TRAPEZE_EVENT_WORLD))
        return;
    trace_emit(&cpu->cluster->trace, &(struct trapeze_event){.kind = TRAPEZE_EVENT_WORLD,
                                                             .cpu = (uint8_t)cpu->number,
                                                             .el = cpu->state.el,
                                                             .cycles = engine_now(cpu, op),
                                                             .pc = pc_of(cpu, op),
                                                             .world = {from.stage2, to.stage2, from.vmid, to.vmid}});
}

#define CONTROL_EVENTS (1u << TRAPEZE_EVENT_CONTROL | 1u << TRAPEZE_EVENT_WORLD)

/* MSR_hook for those who listen to what it changes. */
COLD INTERPRETED(MSR_traced)
{
    const struct sysreg_access *a = &cpu->sysreg[IMM];
    const uint64_t from = cpu->state.sys[a->reg];
    const struct world world = world_of(&cpu->state);
    cpu->state.cycles = engine_now(cpu, op);
    a->hook.write(a->hook.owner, &cpu->state, a->reg, sysreg_masked(a, X(rd)));
    if (sysreg_is_control(a->reg))
        tell_control(cpu, op, a->reg, from);
    tell_world(cpu, op, world);
    GO(engine_look_up(cpu, op + 1));
}

INTERPRETED(MSR_hook)
{
    const struct sysreg_access *a = &cpu->sysreg[IMM];
    if (unlikely(a->traps & cpu->armed[DIRECTION_WRITE]))
        BECOME(TRAP_MSR);
    if (trace_wants_any(&cpu->cluster->trace, CONTROL_EVENTS))
        BECOME(MSR_traced);
    cpu->state.cycles = engine_now(cpu, op);
    a->hook.write(a->hook.owner, &cpu->state, a->reg, sysreg_masked(a, X(rd)));
    GO(engine_look_up(cpu, op + 1));
}

/* SP_EL0 cannot be named while it is SP. */
INTERPRETED(MRS_SP_EL0)
{
    if (unlikely(!cpu->state.sp_sel))
        BECOME(UNDEFINED);
    BECOME(MRS_plain);
}

INTERPRETED(MSR_SP_EL0)
{
    if (unlikely(!cpu->state.sp_sel))
        BECOME(UNDEFINED);
    BECOME(MSR_plain);
}

/* An encoding for IMPLEMENTATION DEFINED use that nothing has: TIDCP is asked all the same. imm is the ISS. */
INTERPRETED(SYS_IMPDEF)
{
    const struct op *trap = refused(cpu, op, T(TIDCP), syndrome(EC_SYSREG, (uint64_t)IMM));
    if (trap)
        GO(trap);
    BECOME(UNDEFINED);
}

/* ---- cache maintenance: imm is the row of sysop.def, rd the register ---- */

static const struct {
    struct sysreg_encoding encoding;
    trapset_t traps;
} sysop_rows[] = {
#define SYSOP(name, op1, crm, op2, traps, ...) {{1, op1, 7, crm, op2}, traps},
#include "cpu/sysreg/sysop.def"
#undef SYSOP
};

static const struct op *refused_sysop(struct cpu *cpu, const struct op *op)
{
    return refused(cpu, op, sysop_rows[IMM].traps, syndrome_sysreg(sysop_rows[IMM].encoding, op->rd, false));
}

INTERPRETED(SYS_NOP)
{
    const struct op *trap = refused_sysop(cpu, op);
    if (unlikely(trap))
        GO(trap);
    NEXT(1);
}

INTERPRETED(SYS_VA)
{
    const struct op *trap = refused_sysop(cpu, op);
    GO(unlikely(trap) ? trap : maintain_cache(cpu, op, false));
}

INTERPRETED(DC_IVAC)
{
    const struct op *trap = refused_sysop(cpu, op);
    GO(unlikely(trap) ? trap : maintain_cache(cpu, op, true));
}

COLD INTERPRETED(DC_ZVA_slow)
{
    const struct op *trap = refused_sysop(cpu, op);
    GO(trap ? trap : zero_slow(cpu, op));
}
