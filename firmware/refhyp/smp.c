/* Other CPUs: started by PSCI, they run what CPU 0 asks for. */
#include "host.h"

extern char secondary_start[], host_vectors[];
void cpu_idle_loop(struct cpu *cpu);

enum { STACK = 0x4000 };

struct cpu cpus[MAX_CPUS];
static char stacks[MAX_CPUS][STACK] __attribute__((aligned(16)));
static volatile u64 started;

static void cpu_init(struct cpu *cpu)
{
    MSR(vbar_el1, host_vectors);
    MSR(tpidr_el1, cpu);
    ISB();
    gic->init_cpu();
    gic->enable(IRQ_KICK);
    gic->enable(IRQ_MAINTENANCE);
    gic->enable(IRQ_VTIMER);
    gic->enable(IRQ_PTIMER);
}

void cpus_start(void)
{
    for (u64 n = 0; n < machine.cpus; n++) {
        cpus[n].number = n;
        cpus[n].mpidr = machine.mpidr[n];
    }
    cpu_init(&cpus[0]);
    for (u64 n = 1; n < machine.cpus; n++) {
        cpus[n].stack = (u64)stacks[n] + STACK;
        cpus[n].entry = (u64)secondary_main;
        DSB();
        const u64 result = smc(PSCI_CPU_ON, cpus[n].mpidr, (u64)secondary_start, (u64)&cpus[n]);
        if (result)
            panic("CPU %u does not start: %x", n, result);
        while (started < n)
            WFE();
    }
}

void secondary_main(struct cpu *cpu)
{
    host_map_on();
    cpu_init(cpu);
    started = cpu->number;
    SEV();
    cpu_idle_loop(cpu);
}

void on_every_cpu(void (*job)(void))
{
    for (u64 n = 1; n < machine.cpus; n++) {
        cpus[n].job = job;
        cpu_kick((unsigned)n);
    }
    job();
    for (u64 n = 1; n < machine.cpus; n++)
        while (cpus[n].job)
            WFE();
}

void cpu_kick(unsigned cpu)
{
    DSB();
    gic->send(cpu, IRQ_KICK);
}

void cpus_kick_and_wait(void)
{
    u64 before[MAX_CPUS];
    const u64 me = this_cpu()->number;
    for (u64 n = 0; n < machine.cpus; n++) {
        before[n] = cpus[n].kicks_taken;
        if (n != me)
            cpu_kick((unsigned)n);
    }
    for (u64 n = 0; n < machine.cpus; n++)
        while (n != me && cpus[n].kicks_taken == before[n])
            WFE();
}
