/* The world switch: the host's EL1 for the guest's, and back. HYP's half of "split mode": it decides nothing; why the guest
 * has left is for the host to look at. */
#include "hyp.h"

struct hyp_config hyp_config;
struct hyp_cpu hyp_cpus[MAX_CPUS];
char hyp_stacks[MAX_CPUS][HYP_STACK] __attribute__((aligned(16)));

static void el1_save(struct el1_regs *to)
{
#define EL1_REG(name) to->name = MRS(name);
#include "el1_regs.def"
#undef EL1_REG
}

static void el1_load(const struct el1_regs *from)
{
#define EL1_REG(name) MSR(name, from->name);
#include "el1_regs.def"
#undef EL1_REG
}

/* ---- traps and stage 2: on in the guest, off in the host ---- */

static void guest_controls(struct hyp_cpu *cpu, const struct vcpu *vcpu)
{
    cpu->host_mdcr = MRS(mdcr_el2);
    cpu->host_vmpidr = MRS(vmpidr_el2);
    cpu->host_actlr = MRS(actlr_el2);
    MSR(vttbr_el2, vcpu->vttbr);
    MSR(vmpidr_el2, vcpu->vmpidr);
    MSR(cptr_el2, CPTR_RES1 | CPTR_TFP | vcpu->cptr);
    MSR(mdcr_el2, cpu->host_mdcr | vcpu->mdcr);
    MSR(actlr_el2, vcpu->actlr);
    MSR(cnthctl_el2, vcpu->cnthctl);
    MSR(cntvoff_el2, vcpu->cntvoff); /* stays: the guest's timer goes on counting while the host runs */
    MSR(hcr_el2, vcpu->hcr);
}

static void host_controls(const struct hyp_cpu *cpu)
{
    MSR(hcr_el2, HCR_RW);
    MSR(vttbr_el2, 0);
    MSR(vmpidr_el2, cpu->host_vmpidr);
    MSR(cptr_el2, CPTR_RES1);
    MSR(mdcr_el2, cpu->host_mdcr);
    MSR(actlr_el2, cpu->host_actlr);
    MSR(cnthctl_el2, CNTHCTL_EL1PCTEN | CNTHCTL_EL1PCEN);
}

/* ---- FP, lazily ---- */

/* The guest's first FP access since it was entered: its registers for the host's, and it tries again. */
static void fp_to_guest(struct hyp_cpu *cpu, struct vcpu *vcpu)
{
    MSR(cptr_el2, CPTR_RES1 | vcpu->cptr);
    ISB();
    fp_save(&cpu->host_fp);
    fp_load(&vcpu->fp);
    cpu->fp_is_guests = true;
    vcpu->fp_exits++;
}

static void fp_to_host(struct hyp_cpu *cpu, struct vcpu *vcpu)
{
    if (!cpu->fp_is_guests)
        return;
    MSR(cptr_el2, CPTR_RES1);
    ISB();
    fp_save(&vcpu->fp);
    fp_load(&cpu->host_fp);
    cpu->fp_is_guests = false;
}

/* ---- why it has left ---- */

/* An abort whose access has to be read from the instruction: where that lies, while the guest's tables are in place. */
static void note_instruction(struct vcpu *vcpu)
{
    const u64 esr = vcpu->exit.esr;
    const bool at_el0 = bits(vcpu->pstate, 3, 0) == PSR_EL0T;
    if (esr_ec(esr) != EC_DATA_LOW || describes_access(esr, vcpu->exit.far))
        return;
    if (at_el0)
        __asm__ volatile("at s1e0r, %0; isb" ::"r"(vcpu->pc) : "memory");
    else
        __asm__ volatile("at s1e1r, %0; isb" ::"r"(vcpu->pc) : "memory");
    vcpu->exit.insn_par = MRS(par_el1);
}

/* HPFAR_EL2 holds the address of translation and access flag faults, and of all that hit a walk. That of a permission fault
 * on the access itself is found by the guest's stage 1. False: somebody has changed that meanwhile; the guest tries again. */
static bool fault_address(struct vcpu *vcpu)
{
    struct exit *exit = &vcpu->exit;
    const unsigned ec = esr_ec(exit->esr);
    if (ec != EC_DATA_LOW && ec != EC_INSN_LOW)
        return true;
    exit->hpfar = MRS(hpfar_el2);
    if (bits(exit->esr, 7, 7) || bits(exit->esr, 5, 2) != 3)
        return true;
    __asm__ volatile("at s1e1r, %0; isb" ::"r"(exit->far) : "memory");
    const u64 par = MRS(par_el1);
    exit->hpfar = bits(par, 47, 12) << 4;
    return !(par & 1);
}

/* False: answered here, the guest goes on. */
static bool leaves(struct hyp_cpu *cpu, struct vcpu *vcpu, u64 kind)
{
    if (kind != EXIT_SYNC)
        return true;
    vcpu->exit.esr = MRS(esr_el2);
    vcpu->exit.far = MRS(far_el2);
    vcpu->exit.hpfar = 0;
    if (esr_ec(vcpu->exit.esr) == EC_FP && !cpu->fp_is_guests) {
        fp_to_guest(cpu, vcpu);
        return false;
    }
    const u64 par = MRS(par_el1); /* the guest's: AT writes it */
    const bool known = fault_address(vcpu);
    if (known)
        note_instruction(vcpu);
    MSR(par_el1, par);
    return known;
}

u64 hyp_run(struct vcpu *vcpu)
{
    struct hyp_cpu *cpu = (struct hyp_cpu *)MRS(tpidr_el2);
    const u64 host_pc = MRS(elr_el2), host_pstate = MRS(spsr_el2);
    el1_save(&cpu->host);
    guest_controls(cpu, vcpu);
    if (vcpu->vgic.hcr)
        hyp_vgic_load(&vcpu->vgic);
    el1_load(&vcpu->el1);
    cpu->vcpu = vcpu;
    u64 kind;
    do {
        ISB();
        kind = guest_enter(vcpu);
    } while (!leaves(cpu, vcpu, kind));
    cpu->vcpu = NULL;
    vcpu->exit.kind = kind;
    vcpu->hcr = (vcpu->hcr & ~HCR_VSE) | (MRS(hcr_el2) & HCR_VSE); /* cleared when it has been taken */
    el1_save(&vcpu->el1);
    if (vcpu->vgic.hcr)
        hyp_vgic_save(&vcpu->vgic);
    fp_to_host(cpu, vcpu);
    host_controls(cpu);
    el1_load(&cpu->host);
    MSR(elr_el2, host_pc);
    MSR(spsr_el2, host_pstate);
    return kind;
}

/* What the guest's stage 1 makes of an address, as PAR_EL1 tells it: its registers are loaded for the time of the AT. */
u64 hyp_translate(struct vcpu *vcpu, u64 va, u64 how)
{
    struct hyp_cpu *cpu = (struct hyp_cpu *)MRS(tpidr_el2);
    const u64 host_pc = MRS(elr_el2), host_pstate = MRS(spsr_el2);
    el1_save(&cpu->host);
    guest_controls(cpu, vcpu);
    el1_load(&vcpu->el1);
    ISB();
    if (how == (AS_EL1 | TO_READ))
        __asm__ volatile("at s1e1r, %0; isb" ::"r"(va) : "memory");
    else if (how == (AS_EL1 | TO_WRITE))
        __asm__ volatile("at s1e1w, %0; isb" ::"r"(va) : "memory");
    else if (how == (AS_EL0 | TO_READ))
        __asm__ volatile("at s1e0r, %0; isb" ::"r"(va) : "memory");
    else
        __asm__ volatile("at s1e0w, %0; isb" ::"r"(va) : "memory");
    const u64 par = MRS(par_el1);
    host_controls(cpu);
    el1_load(&cpu->host);
    MSR(elr_el2, host_pc);
    MSR(spsr_el2, host_pstate);
    return par;
}
