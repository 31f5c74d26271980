/* What guests ask for: PSCI, and the calls of abi.h. */
#include "abi.h"
#include "mmio.h"
#include "vm.h"

/* A string of the guest. */
static void copy_string(struct vcpu *vcpu, u64 ipa, char *to, unsigned size)
{
    unsigned n = 0;
    while (n + 1 < size && guest_memory(vcpu, ipa + n, &to[n], 1, false) && to[n])
        n++;
    to[n] = 0;
}

static u64 call_report(struct vcpu *vcpu)
{
    char reason[128];
    copy_string(vcpu, vcpu->x[2], reason, sizeof reason);
    vm_report(vcpu->vm, vcpu->x[1], reason);
    return 0;
}

static u64 call_exit_log(struct vcpu *vcpu)
{
    static const struct exit_record none;
    const u64 back = vcpu->x[1];
    const bool there = back < LOG_SIZE && back < vcpu->logged;
    const struct exit_record *record = there ? &vcpu->log[(vcpu->logged - 1 - back) % LOG_SIZE] : &none;
    vcpu->x[1] = record->far;
    vcpu->x[2] = record->hpfar;
    vcpu->x[3] = record->pc;
    return record->esr;
}

static u64 call_exits(struct vcpu *vcpu)
{
    return vcpu->logged;
}

static u64 call_traps(struct vcpu *vcpu)
{
    vcpu->hcr = GUEST_HCR ^ vcpu->x[1]; /* a bit that is on by itself is turned off */
    vcpu->mdcr = vcpu->x[2];
    vcpu->cptr = vcpu->x[3];
    vcpu->cnthctl = CNTHCTL_EL1PCTEN ^ vcpu->x[4];
    vcpu->ich_hcr = vcpu->x[5];
    vcpu->actlr = vcpu->x[6];
    return 0;
}

static u64 call_move_page(struct vcpu *vcpu)
{
    stage2_move_page(vcpu->vm, vcpu->x[1]);
    return 0;
}

static u64 call_raise(struct vcpu *vcpu)
{
    for (u64 n = 0; n < vcpu->x[2]; n++)
        vgic_raise(vcpu, (u32)(vcpu->x[1] + n));
    return 0;
}

static u64 call_level(struct vcpu *vcpu)
{
    vgic_level(vcpu, (u32)vcpu->x[1], vcpu->x[2]);
    return 0;
}

static u64 call_serror(struct vcpu *vcpu)
{
    vcpu->hcr |= HCR_VSE;
    return 0;
}

static u64 call_yield(struct vcpu *vcpu)
{
    (void)vcpu;
    this_cpu()->slice_over = true;
    ASM("yield"); /* other CPUs, where they share one */
    return 0;
}

static u64 call_write_protect(struct vcpu *vcpu)
{
    stage2_protect(vcpu->vm, vcpu->x[1], S2_WRITE, 0);
    return 0;
}

static u64 call_no_execute(struct vcpu *vcpu)
{
    stage2_protect(vcpu->vm, vcpu->x[1], 0, S2_XN);
    return 0;
}

static u64 call_device(struct vcpu *vcpu)
{
    stage2_protect(vcpu->vm, vcpu->x[1], S2_NORMAL, 0);
    return 0;
}

static u64 call_take_code(struct vcpu *vcpu)
{
    vcpu->take_code = true;
    return 0;
}

static u64 call_maintenance(struct vcpu *vcpu)
{
    const u64 seen = vcpu->maintenance;
    vcpu->maintenance = 0;
    return seen;
}

static u64 call_rollovers(struct vcpu *vcpu)
{
    (void)vcpu;
    return vmid_rollovers();
}

/* ---- PSCI ---- */

static u64 psci_version(struct vcpu *vcpu)
{
    (void)vcpu;
    return 0x10001;
}

static u64 psci_cpu_on(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    const u64 number = vcpu->x[1];
    if (number >= vm->guest->cpus)
        return PSCI_INVALID;
    if (vm->vcpus[number]->on)
        return PSCI_ALREADY_ON;
    vcpu_reset(vm->vcpus[number], vcpu->x[2], vcpu->x[3]);
    vcpu_wake(vm->vcpus[number]);
    return 0;
}

static u64 psci_cpu_off(struct vcpu *vcpu)
{
    vcpu->on = false;
    return 0;
}

static u64 psci_system_off(struct vcpu *vcpu)
{
    vm_report(vcpu->vm, false, "it has switched itself off");
    return 0;
}

static const struct {
    u64 function;
    u64 (*call)(struct vcpu *vcpu);
} calls[] = {
    {PSCI_VERSION, psci_version},
    {PSCI_CPU_ON, psci_cpu_on},
    {PSCI_CPU_OFF, psci_cpu_off},
    {PSCI_SYSTEM_OFF, psci_system_off},
    {CALL_REPORT, call_report},
    {CALL_EXIT_LOG, call_exit_log},
    {CALL_EXITS, call_exits},
    {CALL_TRAPS, call_traps},
    {CALL_MOVE_PAGE, call_move_page},
    {CALL_RAISE, call_raise},
    {CALL_LEVEL, call_level},
    {CALL_SERROR, call_serror},
    {CALL_YIELD, call_yield},
    {CALL_WRITE_PROTECT, call_write_protect},
    {CALL_NO_EXECUTE, call_no_execute},
    {CALL_TAKE_CODE, call_take_code},
    {CALL_MAINTENANCE, call_maintenance},
    {CALL_ROLLOVERS, call_rollovers},
    {CALL_DEVICE, call_device},
};

void guest_call(struct vcpu *vcpu)
{
    for (unsigned n = 0; n < sizeof calls / sizeof *calls; n++) {
        if (calls[n].function == vcpu->x[0]) {
            vcpu->x[0] = calls[n].call(vcpu);
            return;
        }
    }
    vcpu->x[0] = NOT_SUPPORTED;
}
