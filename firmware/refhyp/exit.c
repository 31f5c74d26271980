/* Why a guest has left, and what is done about it: a row for each exception class. */
#include "abi.h"
#include "mmio.h"
#include "vm.h"

enum { FSC_TRANSLATION = 1, FSC_ACCESS_FLAG = 2, FSC_PERMISSION = 3 };
enum { CALL_HVC_ESR = 0x5a000000 };

void skip_instruction(struct vcpu *vcpu)
{
    vcpu->pc += 4;
}

/* ---- exceptions that the guest takes at its own EL1, as AArch64.TakeException would ---- */

static void take_exception(struct vcpu *vcpu, u64 offset)
{
    const bool same = !vcpu_at_el0(vcpu);
    const bool sp_elx = vcpu->pstate & 1;
    vcpu->el1.elr_el1 = vcpu->pc;
    vcpu->el1.spsr_el1 = vcpu->pstate;
    vcpu->pc = vcpu->el1.vbar_el1 + offset + (!same ? 0x400 : sp_elx ? 0x200 : 0);
    vcpu->pstate = PSR_EL1H | PSR_MASKED;
}

/* `esr` as from a lower level: aborts' classes are one higher when they come from EL1 itself. */
void inject_exception(struct vcpu *vcpu, u64 esr, bool far_valid)
{
    const unsigned ec = esr_ec(esr);
    if ((ec == EC_DATA_LOW || ec == EC_INSN_LOW) && !vcpu_at_el0(vcpu))
        esr += BIT(26);
    vcpu->el1.esr_el1 = esr;
    if (far_valid)
        vcpu->el1.far_el1 = vcpu->exit.far;
    take_exception(vcpu, 0);
}

void inject_undefined(struct vcpu *vcpu)
{
    inject_exception(vcpu, (u64)EC_UNKNOWN << 26 | ESR_IL, false);
}

/* With the access of the exit: WnR and CM are those of its syndrome, as of an abort that has no valid instruction syndrome. */
void inject_external_abort(struct vcpu *vcpu)
{
    const unsigned ec = esr_ec(vcpu->exit.esr);
    const u64 kept = ec == EC_DATA_LOW ? vcpu->exit.esr & (BIT(6) | BIT(8)) : 0;
    inject_exception(vcpu, (u64)ec << 26 | ESR_IL | kept | 0x10, true);
}

/* ---- aborts ---- */

static void permission_fault(struct vcpu *vcpu, u64 ipa)
{
    count_exit(vcpu, R_STAGE2_PERMISSION);
    if (esr_ec(vcpu->exit.esr) == EC_INSN_LOW)
        stage2_protect(vcpu->vm, ipa, S2_XN, 0);
    else
        stage2_protect(vcpu->vm, ipa, 0, S2_READ | S2_WRITE | S2_NORMAL);
}

/* The instruction that has made the access. False: its page has gone meanwhile; the guest fetches it again. */
static bool read_instruction(struct vcpu *vcpu, u32 *word)
{
    const u64 par = vcpu->exit.insn_par, ipa = (par & PTE_ADDR) | (vcpu->pc & 0xfff);
    unsigned level;
    if (par & 1)
        return false;
    if (vcpu->take_code) {
        vcpu->take_code = false;
        stage2_move_page(vcpu->vm, ipa);
    }
    lock(&vcpu->vm->lock);
    const u64 *leaf = table_leaf(vcpu->vm->stage2, ipa, &level);
    if (leaf)
        *word = read32((*leaf & PTE_ADDR) | (ipa & (level == 2 ? BLOCK - 1 : PAGE - 1)));
    unlock(&vcpu->vm->lock);
    return leaf;
}

static u64 extended(u64 value, unsigned size, bool wide)
{
    const unsigned unused = 64 - (8u << size);
    const u64 whole = (u64)((int64_t)(value << unused) >> unused);
    return wide ? whole : (u32)whole;
}

static void device_access(struct vcpu *vcpu, u64 ipa)
{
    const u64 esr = vcpu->exit.esr;
    u32 word;
    if (!describes_access(esr, vcpu->exit.far)) {
        count_exit(vcpu, R_MMIO_DECODED);
        if (read_instruction(vcpu, &word))
            emulate_access(vcpu, word);
        return;
    }
    const unsigned size = (unsigned)bits(esr, 23, 22), reg = (unsigned)bits(esr, 20, 16);
    const bool write = bits(esr, 6, 6), sign = bits(esr, 21, 21), wide = bits(esr, 15, 15);
    u64 value = vcpu_x(vcpu, reg) & bits(~UINT64_C(0), (8u << size) - 1, 0);
    count_exit(vcpu, R_MMIO);
    if (!mmio_access(vcpu, ipa, size, write, &value)) {
        count_exit(vcpu, R_ABORT);
        inject_external_abort(vcpu);
        return;
    }
    if (!write)
        vcpu_set_x(vcpu, reg, sign ? extended(value, size, wide) : value);
    skip_instruction(vcpu);
}

static void abort_exit(struct vcpu *vcpu)
{
    const u64 esr = vcpu->exit.esr, ipa = vcpu->exit.hpfar << 8 | (vcpu->exit.far & 0xfff);
    const bool fetch = esr_ec(esr) == EC_INSN_LOW, walk = bits(esr, 7, 7);
    const unsigned fault = (unsigned)bits(esr, 5, 2);
    if (fault == FSC_PERMISSION && is_ram(ipa)) {
        permission_fault(vcpu, ipa);
    } else if (fault == FSC_TRANSLATION && stage2_fault(vcpu, ipa)) {
        count_exit(vcpu, walk ? R_STAGE2_WALK : fetch ? R_STAGE2_INSN : R_STAGE2_DATA);
    } else if (!fetch && !walk && fault == FSC_TRANSLATION) {
        device_access(vcpu, ipa);
    } else {
        count_exit(vcpu, R_ABORT);
        inject_external_abort(vcpu);
    }
}

/* ---- the rest ---- */

static void wait_exit(struct vcpu *vcpu)
{
    const bool event = bits(vcpu->exit.esr, 0, 0);
    count_exit(vcpu, event ? R_WFE : R_WFI);
    skip_instruction(vcpu);
    if (event)
        this_cpu()->slice_over = true; /* somebody else may have what it waits for */
    else
        vcpu->blocked = true;
}

static void call_exit(struct vcpu *vcpu)
{
    const bool secure = esr_ec(vcpu->exit.esr) == EC_SMC;
    count_exit(vcpu, secure ? R_SMC : R_HVC);
    if (secure)
        skip_instruction(vcpu); /* a trapped SMC has not been executed; HVC has */
    guest_call(vcpu);
}

static void fp_exit(struct vcpu *vcpu)
{
    count_exit(vcpu, R_FP); /* CPTR_EL2's own trap, or one that a test has asked for and is done with */
    vcpu->cptr &= ~CPTR_TFP;
    skip_instruction(vcpu);
}

static void unexpected(struct vcpu *vcpu)
{
    panic("guest %s: exit with ESR %x at %x, FAR %x", vcpu->vm->guest->name, vcpu->exit.esr, vcpu->pc, vcpu->exit.far);
}

static void (*const handlers[64])(struct vcpu *) = {
    [EC_WFX] = wait_exit,           [EC_FP] = fp_exit,          [EC_HVC] = call_exit,       [EC_SMC] = call_exit,
    [EC_SYSREG] = trapped_register, [EC_INSN_LOW] = abort_exit, [EC_DATA_LOW] = abort_exit,
};

static bool is_logged(const struct vcpu *vcpu)
{
    return vcpu->exit.esr != CALL_HVC_ESR || (vcpu->x[0] != CALL_EXIT_LOG && vcpu->x[0] != CALL_EXITS);
}

void handle_exit(struct vcpu *vcpu)
{
    const struct exit *exit = &vcpu->exit;
    if (vcpu->vgic.misr) {
        count_exit(vcpu, R_MAINTENANCE);
        vcpu->vgic.misr = 0;
    }
    for (; vcpu->fp_exits; vcpu->fp_exits--)
        count_exit(vcpu, R_FP);
    if (exit->kind != EXIT_SYNC) {
        if (exit->kind == EXIT_SERROR)
            panic("SError while %s runs", vcpu->vm->guest->name);
        count_exit(vcpu, R_INTERRUPT);
        return;
    }
    if (is_logged(vcpu)) {
        const struct exit_record record = {exit->esr, exit->far, exit->hpfar, vcpu->pc};
        vcpu->log[vcpu->logged++ % LOG_SIZE] = record;
    }
    void (*const handler)(struct vcpu *) = handlers[esr_ec(exit->esr)];
    (handler ? handler : unexpected)(vcpu);
}
