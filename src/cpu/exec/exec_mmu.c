/* TLB maintenance and address translation instructions: imm is the row of tlbi.def or at.def, rd the register. */
#include "cpu/cluster.h"
#include "cpu/exception.h"
#include "cpu/exec/exec.h"
#include "cpu/sysreg/sysreg.h"

enum { HCR_FB = 9 };

/* ---- TLBI ---- */

enum { VMID = 1, ASID = 2, VA = 4, IPA = 8 }; /* what a TLBI matches, beside the regime */

static const struct {
    const char *name, *shared; /* for people: the local form, and that of the Inner Shareable domain */
    struct sysreg_encoding encoding;
    trapset_t traps;
    uint8_t regime, by;
} tlbi_rows[] = {
#define TLBI(name, op1, crm, op2, traps, regime, by) \
    {"TLBI " #name, "TLBI " #name "IS", {1, op1, 8, crm, op2}, traps, REGIME_##regime, by},
#include "cpu/sysreg/tlbi.def"
#undef TLBI
};

/* What Xt and the current VMID name. */
static struct tlb_match match_of(const struct cpu *cpu, unsigned row, uint64_t xt)
{
    const struct state *s = &cpu->state;
    const unsigned by = tlbi_rows[row].by;
    const bool long_asid = bit(s->sys[TCR_EL1], 36); /* TCR_EL1.AS */
    return (struct tlb_match){
        .regime = tlbi_rows[row].regime,
        .by_vmid = by & VMID,
        .by_asid = by & ASID,
        .by_va = by & VA,
        .by_ipa = by & IPA,
        .vmid = regime_vmid(s, tlbi_rows[row].regime, cpu->model->vmid_bits),
        .asid = (uint16_t)(bits(xt, 63, 48) & ones(long_asid ? cpu->model->asid_bits : 8)),
        .va = va(bits(xt, 43, 0) << 12),
        .ipa = ipa(bits(xt, 35, 0) << 12),
    };
}

static COLD void tell_tlbi(const struct cpu *cpu, const struct op *op, unsigned row, bool shared, uint64_t xt)
{
    const char *name = shared ? tlbi_rows[row].shared : tlbi_rows[row].name;
    const bool takes = tlbi_rows[row].by & (ASID | VA | IPA);
    trace_emit(&cpu->cluster->trace, &(struct trapeze_event){.kind = TRAPEZE_EVENT_TLB,
                                                             .cpu = (uint8_t)cpu->number,
                                                             .el = cpu->state.el,
                                                             .cycles = engine_now(cpu, op),
                                                             .pc = pc_of(cpu, op),
                                                             .note = {name, takes ? xt : 0}});
}

/* A handler whose locals others may point to cannot end in a jump: what needs such locals is a function of its own. */
#define APART static __attribute__((noinline))

/* rn: for the Inner Shareable domain, as HCR_EL2.FB makes the local forms at EL1. */
APART const struct op *invalidate(struct cpu *cpu, const struct op *op)
{
    struct sysreg_encoding e = tlbi_rows[IMM].encoding;
    e.crm = (uint8_t)(e.crm - 4 * NUM(rn));
    const struct op *trap =
        exception_refused(cpu, op, tlbi_rows[IMM].traps, DIRECTION_READ, syndrome_sysreg(e, op->rd, false));
    if (unlikely(trap))
        return trap;
    const struct tlb_match match = match_of(cpu, (unsigned)IMM, X(rd));
    if (trace_wants(&cpu->cluster->trace, TRAPEZE_EVENT_TLB))
        tell_tlbi(cpu, op, (unsigned)IMM, NUM(rn), X(rd));
    if (NUM(rn) || (cpu->state.el == 1 && bit(effective_hcr(&cpu->state), HCR_FB)))
        cluster_invalidate(cpu->cluster, &match);
    else
        mmu_invalidate(&cpu->mmu, &match);
    return op + 1;
}

INTERPRETED(TLBI)
{
    GO(invalidate(cpu, op));
}

/* ---- AT ---- */

static const struct {
    struct sysreg_encoding encoding;
    trapset_t traps;
    struct at_request request;
} at_rows[] = {
#define AT(name, op1, op2, traps, el, write, both) {{1, op1, 7, 8, op2}, traps, {el, write, both}},
#include "cpu/sysreg/at.def"
#undef AT
};

/* Whether the fault is an exception and not a value for PAR_EL1: a stage 1 walk at EL1 of which EL2 has to know, and what
 * the memory system says. */
static bool is_abort(const struct cpu *cpu, const struct fault *fault)
{
    return (fault->on_walk && cpu->state.el == 1) || fault->kind == FAULT_EXTERNAL_WALK;
}

APART const struct op *translate(struct cpu *cpu, const struct op *op)
{
    const uint64_t esr = syndrome_sysreg(at_rows[IMM].encoding, op->rd, false);
    const struct op *trap = exception_refused(cpu, op, at_rows[IMM].traps, DIRECTION_READ, esr);
    if (unlikely(trap))
        return trap;
    struct fault fault;
    const uint64_t par = mmu_at(&cpu->mmu, &cpu->state, va(X(rd)), at_rows[IMM].request, &fault);
    if (unlikely(fault.kind != FAULT_NONE && is_abort(cpu, &fault)))
        return exception_data_abort(cpu, op, &fault, (struct abort_access){.write = true, .maintenance = true});
    cpu->state.sys[PAR_EL1] = par;
    return op + 1;
}

INTERPRETED(AT)
{
    GO(translate(cpu, op));
}
