/* Four CPUs, started by PSCI: interrupts from one to the other, a lock that all take, and what each is told of itself. */
#include "lib.h"

enum { CPUS = 4, HOPS = 40, ADDS = 50, RING = 1, ALL = 2 };

static volatile u64 hops, up, done, broadcasts[CPUS], ring[CPUS];
static u32 guard;
static u64 sum;

static void handler(void)
{
    const u32 acked = gic_ack(), me = this_cpu();
    if ((acked & 0x3ff) == RING) {
        check("the sender of an SGI", gic_version == 2 ? acked >> 10 : (me + CPUS - 1) % CPUS, (me + CPUS - 1) % CPUS);
        ring[me]++;
        if (++hops < HOPS)
            gic_send(1u << (me + 1) % CPUS, RING);
    } else if ((acked & 0x3ff) == ALL) {
        broadcasts[me]++;
    }
    gic_eoi(acked);
}

static void add(void)
{
    for (u64 n = 0; n < ADDS; n++) {
        lock(&guard);
        const u64 old = sum;
        if (n % 16 == 0)
            CALL1(CALL_YIELD, 0);
        sum = old + 1;
        unlock(&guard);
    }
}

static void count_up(volatile u64 *counter)
{
    lock(&guard);
    ++*counter;
    unlock(&guard);
}

static void other(void)
{
    mmu_on();
    check("MPIDR_EL1", MRS(mpidr_el1), BIT(31) | this_cpu());
    gic_cpu_on();
    gic_enable(RING, 0x40, true);
    gic_enable(ALL, 0x40, true);
    count_up(&up);
    add();
    count_up(&done);
    for (;;) {
        IRQ_UNMASK();
        WFI();
    }
}

/* Waits in WFI, so that an interrupt that comes before it is not lost. */
static void wait_until(volatile u64 *counter, u64 value)
{
    while (*counter < value) {
        IRQ_UNMASK();
        CALL1(CALL_YIELD, 0);
    }
}

int main(void)
{
    on_irq = handler;
    mmu_on();
    gic_on();
    gic_enable(RING, 0x40, true);
    gic_enable(ALL, 0x40, true);
    check("MPIDR_EL1", MRS(mpidr_el1), BIT(31));
    check("CPU_ON of none", call(PSCI_CPU_ON, CPUS, 0, 0, 0, 0, 0).x0, PSCI_INVALID);
    for (unsigned n = 1; n < CPUS; n++)
        start_cpu(n, other);
    check("CPU_ON of one that is on", call(PSCI_CPU_ON, 1, 0, 0, 0, 0, 0).x0, PSCI_ALREADY_ON);
    add();
    wait_until(&done, CPUS - 1);
    check("all have counted", sum, CPUS * ADDS);
    gic_send(2, RING);
    wait_until(&hops, HOPS);
    for (unsigned n = 0; n < CPUS; n++)
        check("turns of a CPU in the ring", ring[n], HOPS / CPUS);
    gic_send_others(ALL);
    for (unsigned n = 1; n < CPUS; n++)
        wait_until(&broadcasts[n], 1);
    check("not to the sender", broadcasts[0], 0);
    return 0;
}
