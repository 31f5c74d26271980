#include "cpu/cluster.h"

/* ---- stores ---- */

/* A store has reached a page that holds decoded code. */
static void code_written(struct cluster *cluster, pa_t address, unsigned size)
{
    if (code_patch(&cluster->code, address, size))
        return;
    const struct code_page *page = code_drop(&cluster->code, address);
    if (!page)
        return;
    for (unsigned i = 0; i < cluster->cpus; i++)
        mmu_forget_code(&cluster->cpu[i]->mmu, page);
}

/* A store has reached a page with marked granules: it clears the monitors of all PEs but the one that stores. */
static void monitored_written(struct cluster *cluster, pa_t address, struct transaction t)
{
    for (unsigned i = 0; i < cluster->cpus; i++) {
        struct cpu *cpu = cluster->cpu[i];
        struct monitor *m = &cpu->state.monitor;
        if (i == t.cpu || !m->open || address.raw + t.size <= m->pa || m->pa + MONITOR_GRANULE <= address.raw)
            continue;
        m->open = false;
        cpu->state.event = true; /* losing the reservation is an event for WFE */
        if (cluster->running)
            cluster->running->attention |= ATTEND_YIELD;
    }
}

static void written(void *owner, pa_t address, struct transaction t)
{
    struct cluster *cluster = owner;
    const uint8_t flags = *bus_page_flags(cluster->bus, address);
    if (flags & PAGE_CODE)
        code_written(cluster, address, t.size);
    if (flags & PAGE_MONITORED)
        monitored_written(cluster, address, t);
}

/* Memory is, or is no longer, read directly: nothing that was remembered of it holds. */
static void remapped(void *owner)
{
    struct cluster *cluster = owner;
    for (unsigned i = 0; i < cluster->cpus; i++)
        mmu_forget_all(&cluster->cpu[i]->mmu);
    if (cluster->running && cluster->running->page)
        cluster->running->page->decoded = false;
}

/* ---- life ---- */

enum status cluster_init(struct cluster *cluster, struct bus *bus, const uint8_t *cost)
{
    *cluster = (struct cluster){.bus = bus};
    if (!code_init(&cluster->code, bus, cost))
        return STATUS_NO_MEMORY;
    bus->written = written;
    bus->remapped = remapped;
    bus->owner = cluster;
    return STATUS_OK;
}

void cluster_free(struct cluster *cluster)
{
    code_free(&cluster->code);
}

void cluster_add(struct cluster *cluster, struct cpu *cpu)
{
    cpu->number = cluster->cpus;
    cluster->cpu[cluster->cpus++] = cpu;
}

/* ---- between PEs ---- */

/* The inputs of `mask` take the levels that have been set; those of others may still have to wait. */
static void lines_arrive(struct cpu *cpu, uint8_t mask)
{
    cpu->state.lines = (uint8_t)((cpu->state.lines & ~mask) | (cpu->lines_to_come & mask));
    cpu_lines_changed(cpu);
}

/* An event for each input, so that one which comes sooner does not bring the others along, nor hold them up. */
#define ARRIVAL(name, line)                     \
    static void name(void *owner, uint64_t now) \
    {                                           \
        (void)now;                              \
        lines_arrive(owner, line);              \
    }
ARRIVAL(irq_arrives, LINE_IRQ)
ARRIVAL(fiq_arrives, LINE_FIQ)
ARRIVAL(serror_arrives, LINE_SERROR)
ARRIVAL(virq_arrives, LINE_VIRQ)
ARRIVAL(vfiq_arrives, LINE_VFIQ)

static event_fn *const arrival[] = {irq_arrives, fiq_arrives, serror_arrives, virq_arrives, vfiq_arrives};

void cluster_set_line(struct cluster *cluster, unsigned number, enum line line, bool level, uint64_t now)
{
    struct cpu *cpu = cluster->cpu[number];
    event_fn *const arrives = arrival[__builtin_ctz(line)];
    const uint8_t before = cpu->lines_to_come;
    cpu->lines_to_come = level ? before | line : before & (uint8_t)~line;
    if (cpu->lines_to_come == before)
        return;
    events_cancel(&cpu->events, arrives, cpu); /* what was to come is overtaken: interrupt controllers have one order */
    if (cpu == cluster->running || cpu->state.cycles >= now)
        lines_arrive(cpu, (uint8_t)line);
    else
        events_add(&cpu->events, now, 0, arrives, cpu);
    if (cluster->running && cpu != cluster->running)
        cluster->running->attention |= ATTEND_YIELD;
}

static void event_arrives(void *owner, uint64_t now)
{
    (void)now;
    struct cpu *cpu = owner;
    cpu->state.event = true;
}

void cluster_send_event(struct cluster *cluster, uint64_t now)
{
    for (unsigned i = 0; i < cluster->cpus; i++) {
        struct cpu *cpu = cluster->cpu[i];
        if (cpu == cluster->running || cpu->state.cycles >= now) {
            cpu->state.event = true;
        } else {
            events_cancel(&cpu->events, event_arrives, cpu);
            events_add(&cpu->events, now, 0, event_arrives, cpu);
        }
    }
    if (cluster->running && cluster->cpus > 1)
        cluster->running->attention |= ATTEND_YIELD;
}

void cluster_invalidate(struct cluster *cluster, const struct tlb_match *match)
{
    for (unsigned i = 0; i < cluster->cpus; i++)
        mmu_invalidate(&cluster->cpu[i]->mmu, match);
}
