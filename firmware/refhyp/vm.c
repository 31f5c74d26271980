/* Virtual machines: made, ended, counted. */
#include "vm.h"
#include "abi.h"

extern const char *const image_places[][2];

const struct guest guests[] = {
#define GUEST(name, image, cpus, options, varying) {#name, cpus, options, varying},
#include "../guests/guests.def"
#undef GUEST
};

struct vm *running[MAX_RUNNING];

static u32 vcpu_lock;
static struct vcpu *free_vcpus[16]; /* HYP knows their pages: they are used again */
static unsigned free_vcpu_count;

unsigned guest_count(void)
{
    return sizeof guests / sizeof *guests;
}

struct vcpu *vcpu_new(struct vm *vm, unsigned index)
{
    _Static_assert(sizeof(struct vcpu) <= PAGE, "a page for each");
    _Static_assert(offsetof(struct vcpu, pc) == 248, "hyp_entry.S");
    _Static_assert(offsetof(struct fp_regs, fpcr) == 512, "hyp_fp.S");
    lock(&vcpu_lock);
    struct vcpu *vcpu = free_vcpu_count ? free_vcpus[--free_vcpu_count] : page_alloc();
    unlock(&vcpu_lock);
    memset(vcpu, 0, sizeof *vcpu);
    hyp_map_page(vcpu);
    vcpu->vm = vm;
    vcpu->index = index;
    vcpu->vmpidr = BIT(31) | index;
    vcpu->cntvoff = vm->cntvoff;
    vcpu->cnthctl = CNTHCTL_EL1PCTEN;
    vcpu->hcr = GUEST_HCR;
    return vcpu;
}

void vcpu_release(struct vcpu *vcpu)
{
    lock(&vcpu_lock);
    free_vcpus[free_vcpu_count++] = vcpu;
    unlock(&vcpu_lock);
}

void vcpu_reset(struct vcpu *vcpu, u64 pc, u64 x0)
{
    memset(vcpu->x, 0, sizeof vcpu->x);
    memset(&vcpu->el1, 0, sizeof vcpu->el1);
    vcpu->el1.sctlr_el1 = SCTLR_RES1;
    vcpu->x[0] = x0;
    vcpu->pc = pc;
    vcpu->pstate = PSR_EL1H | PSR_MASKED;
    vcpu->blocked = false;
    DSB();
    vcpu->on = true;
}

/* Roots of stage 2: two tables next to each other each. */
static u64 roots[MAX_RUNNING][1024] __attribute__((aligned(8192)));

struct vm *vm_create(const struct guest *guest)
{
    static struct vm pool[MAX_RUNNING];
    struct vm *vm = pool;
    while (vm->guest)
        vm++;
    memset(vm, 0, sizeof *vm);
    vm->guest = guest;
    vm->image = image_places[guest - guests][0];
    vm->image_end = image_places[guest - guests][1];
    vm->stage2 = memset(roots[vm - pool], 0, sizeof roots[0]);
    vm->cntvoff = MRS(cntpct_el0); /* its time begins now */
    for (unsigned n = 0; n < guest->cpus; n++)
        vm->vcpus[n] = vcpu_new(vm, n);
    vgic_reset(vm);
    vcpu_reset(vm->vcpus[0], GUEST_RAM, 0);
    vm->vcpus[0]->x[1] = machine.gic_version;
    vm->vcpus[0]->x[2] = guest->cpus;
    vm->vcpus[0]->x[3] = (u64)(guest - guests) + 1;
    return vm;
}

void vm_destroy(struct vm *vm)
{
    stage2_free(vm);
    for (unsigned n = 0; n < vm->guest->cpus; n++)
        vcpu_release(vm->vcpus[n]);
    vm->guest = NULL;
}

struct vm *vm_again(struct vm *vm)
{
    u64 exits[REASONS];
    memcpy(exits, vm->exits, sizeof exits);
    const struct guest *guest = vm->guest;
    vm_destroy(vm);
    vm = vm_create(guest);
    memcpy(vm->exits, exits, sizeof exits);
    return vm;
}

void vm_report(struct vm *vm, bool passed, const char *reason)
{
    lock(&vm->lock);
    if (!vm->done) {
        vm->passed = passed;
        for (unsigned n = 0; n + 1 < sizeof vm->reason && *reason; n++)
            vm->reason[n] = *reason++;
        DSB();
        vm->done = true;
    }
    unlock(&vm->lock);
    for (unsigned n = 0; n < machine.cpus; n++)
        cpu_kick(n);
}

void count_exit(struct vcpu *vcpu, enum reason reason)
{
    __asm__ volatile(
        "1: ldxr x9, [%0]; add x9, x9, #1; stxr w10, x9, [%0]; cbnz w10, 1b" ::"r"(&vcpu->vm->exits[reason])
        : "memory", "x9", "x10");
}
