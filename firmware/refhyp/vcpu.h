/* A virtual CPU and its machine. The host's part owns both; the HYP part (hyp_*.c) reads and writes struct vcpu while the
 * guest runs on the physical CPU. */
#pragma once
#include "arm.h"

enum { MAX_CPUS = 8, MAX_VCPUS = 4, LOG_SIZE = 8, MAX_LRS = 16 };

/* The system registers that the host's kernel and the guest's both own: exchanged at each switch. */
struct el1_regs {
#define EL1_REG(name) u64 name;
#include "el1_regs.def"
#undef EL1_REG
};

struct fp_regs {
    u64 v[32][2]; /* low half first */
    u64 fpcr, fpsr;
};

/* Why the guest left. */
enum exit_kind { EXIT_SYNC, EXIT_IRQ, EXIT_FIQ, EXIT_SERROR };

struct exit {
    u64 kind;
    u64 esr, far, hpfar; /* of EXIT_SYNC */
    u64 insn_par;        /* PAR_EL1 for the guest's pc, when the syndrome does not describe the access (ISV is 0) */
};

struct exit_record {
    u64 esr, far, hpfar, pc;
};

/* The hardware's part of the virtual interrupt controller, as the world switch loads and saves it. */
struct vgic_state {
    u64 hcr, vmcr; /* GICH_ or ICH_ */
    u64 apr[2];    /* v2: APR; v3: AP0R0, AP1R0 */
    u64 lr[MAX_LRS];
    u64 used;              /* list registers that are loaded */
    u64 misr, eisr, elrsr; /* as they were when the guest left */
};

struct vm;
struct irq {
    u8 priority, targets, source; /* source: of an SGI of v2, the sender */
    bool enabled, edge, group1;
    bool pending; /* latched; a level interrupt is also pending while its level is high */
    bool level, active;
    u8 hw;  /* the physical interrupt it is linked to, or 0 */
    u8 cpu; /* the virtual CPU that it goes to */
};

struct vcpu {
    /* What the assembly of the world switch knows by place (hyp_entry.S checks). */
    u64 x[31];
    u64 pc, pstate;
    struct fp_regs fp; /* the guest's, whenever the host runs */

    struct el1_regs el1;
    u64 hcr, cptr, mdcr, cnthctl, actlr, vmpidr, vttbr, cntvoff; /* for EL2, while the guest runs */
    struct exit exit;
    struct vgic_state vgic;
    u64 fp_exits; /* FP accesses that the switch has answered by itself */

    /* The host's alone. */
    struct vm *vm;
    unsigned index;
    bool on, blocked; /* powered on; waits for an interrupt */
    bool vf, vi, vse; /* lines of the modelled controller, and SError */
    u64 vmid_generation;
    struct {
        u64 ctl, cval;
        bool active; /* its physical interrupt is active in the guest's name */
    } timer;
    struct irq irqs[32];
    u16 sgi_sources[16]; /* v2: who has sent it */
    struct exit_record log[LOG_SIZE];
    u64 logged;
    u64 ich_hcr; /* what the guest has asked for of GICH_HCR: traps (v3), maintenance interrupts */
    bool take_code;
    u64 maintenance; /* GICH_MISR's bits that have been seen */
};

/* What a virtual CPU does with what it has in x[] and in the vector registers. Register 31 is zero. */
static inline u64 vcpu_x(const struct vcpu *vcpu, unsigned reg)
{
    return reg < 31 ? vcpu->x[reg] : 0;
}

static inline void vcpu_set_x(struct vcpu *vcpu, unsigned reg, u64 value)
{
    if (reg < 31)
        vcpu->x[reg] = value;
}

static inline bool vcpu_at_el0(const struct vcpu *vcpu)
{
    return (vcpu->pstate & 0xf) == PSR_EL0T;
}

/* Whether a data abort's syndrome says all of the access: ISV is 1, and the address is where it begins. Unaligned it may go
 * on in another page; what is at the beginning of a page may be the rest of one that has begun in the page before. */
static inline bool describes_access(u64 esr, u64 far)
{
    const u64 bytes = 1u << bits(esr, 23, 22); /* SAS */
    return bits(esr, 24, 24) && far % bytes == 0 && (bytes == 1 || far % 4096);
}

/* The stack pointer in use. */
static inline u64 *vcpu_sp(struct vcpu *vcpu)
{
    return vcpu_at_el0(vcpu) || !(vcpu->pstate & 1) ? &vcpu->el1.sp_el0 : &vcpu->el1.sp_el1;
}
