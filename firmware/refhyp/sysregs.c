/* Trapped system registers and system instructions (class 0x18): found by what the syndrome says of the encoding. What the
 * guest sees is its own state in struct vcpu, or what the host reads. */
#include "vm.h"

/* The encoding as one number, in the order of the instruction's fields. */
#define REG(op0, op1, crn, crm, op2) ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

static u32 encoding(u64 esr)
{
    return (u32)REG(bits(esr, 21, 20), bits(esr, 16, 14), bits(esr, 13, 10), bits(esr, 4, 1), bits(esr, 19, 17));
}

struct access {
    bool write;
    u64 *value;
    u32 reg;
};

/* ---- the registers of stage 1 (HCR_EL2.TVM, TRVM), and ACTLR_EL1 (TACR): the guest's own are in memory now ---- */

static const struct own {
    u32 reg;
    u32 offset;
} own[] = {
#define OWN(op0, op1, crn, crm, op2, name)                            \
    {                                                                 \
        REG(op0, op1, crn, crm, op2), offsetof(struct el1_regs, name) \
    }
    OWN(3, 0, 1, 0, 0, sctlr_el1),       OWN(3, 0, 1, 0, 1, actlr_el1),  OWN(3, 0, 1, 0, 2, cpacr_el1),
    OWN(3, 0, 2, 0, 0, ttbr0_el1),       OWN(3, 0, 2, 0, 1, ttbr1_el1),  OWN(3, 0, 2, 0, 2, tcr_el1),
    OWN(3, 0, 5, 1, 0, afsr0_el1),       OWN(3, 0, 5, 1, 1, afsr1_el1),  OWN(3, 0, 5, 2, 0, esr_el1),
    OWN(3, 0, 6, 0, 0, far_el1),         OWN(3, 0, 10, 2, 0, mair_el1),  OWN(3, 0, 10, 3, 0, amair_el1),
    OWN(3, 0, 13, 0, 1, contextidr_el1), OWN(3, 2, 0, 0, 0, csselr_el1), OWN(2, 0, 0, 2, 2, mdscr_el1),
#undef OWN
};

static bool own_register(struct vcpu *vcpu, const struct access *access)
{
    for (unsigned n = 0; n < sizeof own / sizeof *own; n++) {
        u64 *place = (u64 *)((char *)&vcpu->el1 + own[n].offset);
        if (own[n].reg != access->reg)
            continue;
        if (access->write)
            *place = *access->value;
        else
            *access->value = *place;
        return true;
    }
    return false;
}

/* ---- identification (TID1 to TID3): as the host sees it ---- */

static bool identification(const struct access *access)
{
    switch (access->reg) {
#define ID_REG(op1, crm, op2, name) \
    case REG(3, op1, 0, crm, op2):  \
        *access->value = MRS(name); \
        return true;
#include "id_regs.def"
#undef ID_REG
    }
    return false;
}

/* ---- system instructions: caches and the TLB ---- */

enum reason system_reason(const struct access *access, u64 esr)
{
    const unsigned op0 = (unsigned)bits(esr, 21, 20), crn = (unsigned)bits(esr, 13, 10),
                   crm = (unsigned)bits(esr, 4, 1);
    (void)access;
    if (op0 == 1 && crn == 8)
        return R_TLBI;
    if (op0 == 1 && crn == 7)
        return R_CACHE;
    if (op0 == 3 && crn == 14)
        return R_TIMER_REG;
    if (op0 == 3 && crn == 12 && crm == 11)
        return R_SGI_REG;
    return R_SYSREG;
}

/* GICv3: SGIs are sent by a register, which always traps. Aff1 to Aff3 are 0 for all of ours. */
static void sgi_register(struct vcpu *vcpu, u64 value)
{
    const u32 others = (u32)((1u << vcpu->vm->guest->cpus) - 1) & ~(1u << vcpu->index);
    vgic_sgi(vcpu, bits(value, 40, 40) ? others : (u32)bits(value, 15, 0), (u32)bits(value, 27, 24));
}

void trapped_register(struct vcpu *vcpu)
{
    const u64 esr = vcpu->exit.esr;
    const unsigned rt = (unsigned)bits(esr, 9, 5);
    u64 value = vcpu_x(vcpu, rt);
    const struct access access = {!bits(esr, 0, 0), &value, encoding(esr)};
    const enum reason reason = system_reason(&access, esr);
    count_exit(vcpu, reason);
    if (!access.write)
        value = 0; /* of what is not known */
    if (reason == R_TLBI)
        hyp_call(HYP_FLUSH_VM, vcpu->vttbr, 0, 0, 0); /* more than was asked for */
    else if (reason == R_SGI_REG)
        sgi_register(vcpu, value);
    else if (!own_register(vcpu, &access) && !access.write)
        identification(&access);
    if (!access.write)
        vcpu_set_x(vcpu, rt, value);
    skip_instruction(vcpu);
}
