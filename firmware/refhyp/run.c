/* Running: each CPU takes its virtual CPUs in turn. A guest runs until it leaves; the host looks why, with interrupts
 * unmasked: an interrupt that made the guest leave is taken then, by the host's own vector. */
#include "vm.h"

enum { SLICE = 12500, SPURIOUS = 1020 }; /* a slice in ticks of the counter, 200 us; interrupts that are none */

unsigned vcpu_home(const struct vcpu *vcpu)
{
    return vcpu->index % (unsigned)machine.cpus;
}

/* ---- the host's interrupts ---- */

void host_irq(void)
{
    struct cpu *cpu = this_cpu();
    const u32 acked = gic->ack(), intid = acked & 0x3ff;
    if (intid >= SPURIOUS)
        return;
    gic->eoi(acked);
    if (intid == IRQ_VTIMER) { /* stays active: the guest's list register, or whoever unloads it, deactivates it */
        cpu->timer_fired = true;
        return;
    }
    if (intid == IRQ_PTIMER) {
        MSR(cntp_ctl_el0, 0);
        ISB();
        cpu->slice_over = true;
    }
    gic->deactivate(acked);
    if (intid == IRQ_KICK) {
        cpu->kicks_taken++;
        SEV();
    }
}

/* ---- who runs next ---- */

enum { PLACES = MAX_RUNNING * MAX_VCPUS };

static struct vcpu *vcpu_at(unsigned place)
{
    struct vm *vm = running[place / MAX_VCPUS];
    return vm && !vm->done ? vm->vcpus[place % MAX_VCPUS] : NULL;
}

static bool is_mine(const struct cpu *cpu, const struct vcpu *vcpu)
{
    return vcpu && vcpu->on && vcpu_home(vcpu) == cpu->number;
}

static bool is_ready(const struct cpu *cpu, struct vcpu *vcpu)
{
    if (!is_mine(cpu, vcpu))
        return false;
    if (!vcpu->blocked || vgic_pending(vcpu))
        return true;
    return cpu->loaded != vcpu && vtimer_deadline(vcpu) <= MRS(cntpct_el0);
}

/* The one that has run before goes on until its slice is over; then the next, in a circle. */
static struct vcpu *pick(struct cpu *cpu)
{
    unsigned first = 0;
    for (unsigned place = 0; place < PLACES; place++)
        if (vcpu_at(place) && vcpu_at(place) == cpu->current)
            first = place + (cpu->slice_over ? 1 : 0);
    cpu->slice_over = false;
    for (unsigned n = 0; n < PLACES; n++) {
        struct vcpu *vcpu = vcpu_at((first + n) % PLACES);
        if (is_ready(cpu, vcpu))
            return vcpu;
    }
    return NULL;
}

/* A slice begins when somebody else's turn has come, not at each entry: who leaves often keeps nobody waiting. */
static void begin_slice(struct cpu *cpu, const struct vcpu *next)
{
    if (next != cpu->current)
        cpu->slice_end = MRS(cntpct_el0) + SLICE;
}

/* The host's timer: the end of the slice, if somebody else waits for it, or the first timer of those that are not loaded. */
static void arm_timer(const struct cpu *cpu, const struct vcpu *next)
{
    u64 deadline = ~UINT64_C(0);
    for (unsigned place = 0; place < PLACES; place++) {
        struct vcpu *vcpu = vcpu_at(place);
        if (vcpu == next || !is_mine(cpu, vcpu))
            continue;
        const u64 theirs = is_ready(cpu, vcpu)   ? cpu->slice_end
                           : cpu->loaded != vcpu ? vtimer_deadline(vcpu)
                                                 : deadline;
        deadline = theirs < deadline ? theirs : deadline;
    }
    MSR(cntp_cval_el0, deadline);
    MSR(cntp_ctl_el0, deadline == ~UINT64_C(0) ? 0 : TIMER_ENABLE);
    ISB();
}

static void load(struct cpu *cpu, struct vcpu *vcpu)
{
    if (cpu->loaded == vcpu)
        return;
    if (cpu->loaded)
        vtimer_put(cpu->loaded);
    cpu->loaded = vcpu;
    if (vcpu)
        vtimer_load(vcpu);
}

/* With interrupts masked, and they are when it returns. False: nobody is ready. */
static bool run_one(struct cpu *cpu)
{
    if (cpu->timer_fired) {
        cpu->timer_fired = false;
        if (cpu->loaded)
            vtimer_tick(cpu->loaded);
    }
    struct vcpu *vcpu = pick(cpu);
    if (vcpu)
        load(cpu, vcpu);
    begin_slice(cpu, vcpu);
    arm_timer(cpu, vcpu);
    if (!vcpu)
        return false;
    if (vcpu->vm->vmid_generation != vmid_generation()) {
        IRQ_UNMASK();
        vmid_renew(vcpu->vm);
        IRQ_MASK();
        return true;
    }
    cpu->current = vcpu;
    vcpu->blocked = false;
    vcpu->vttbr = (u64)vcpu->vm->stage2 | vcpu->vm->vmid << 48;
    vgic_before(vcpu);
    hyp_call(HYP_RUN, (u64)vcpu, 0, 0, 0);
    vgic_after(vcpu);
    IRQ_UNMASK();
    ISB(); /* what has interrupted the guest is taken here */
    handle_exit(vcpu);
    IRQ_MASK();
    return true;
}

static void run_or_wait(struct cpu *cpu)
{
    IRQ_MASK();
    if (!run_one(cpu) && !cpu->job)
        WFI(); /* wakes though interrupts are masked */
    IRQ_UNMASK();
    ISB();
}

void cpu_idle_loop(struct cpu *cpu)
{
    for (;;) {
        if (cpu->job) {
            cpu->job();
            cpu->job = NULL;
            SEV();
        }
        run_or_wait(cpu);
    }
}

/* ---- CPU 0 ---- */

static bool all_done(void)
{
    for (unsigned n = 0; n < MAX_RUNNING; n++)
        if (running[n] && !running[n]->done)
            return false;
    return true;
}

static void unload(void)
{
    IRQ_MASK();
    load(this_cpu(), NULL);
    this_cpu()->timer_fired = false;
    this_cpu()->current = NULL;
    MSR(cntp_ctl_el0, 0);
    IRQ_UNMASK();
}

/* A guest that is to run again while others do, and has passed. */
static struct vm **to_repeat(void)
{
    for (unsigned n = 0; n < MAX_RUNNING; n++)
        if (running[n] && running[n]->done && running[n]->passed && (running[n]->guest->options & AGAIN))
            return &running[n];
    return NULL;
}

void run_all(void)
{
    while (!all_done()) {
        struct vm **again = to_repeat();
        if (again) {
            on_every_cpu(unload); /* nobody has it in hand */
            *again = vm_again(*again);
        }
        run_or_wait(this_cpu());
    }
    on_every_cpu(unload);
}

void vcpu_wake(struct vcpu *vcpu)
{
    if (vcpu_home(vcpu) != this_cpu()->number)
        cpu_kick(vcpu_home(vcpu));
}
