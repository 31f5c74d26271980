#include "cpu/cluster.h"
#include "base/hints.h"

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

/* ---- monitors: only other observers' stores matter, so a page is flagged when a PE rests with its monitor open ---- */

static bool same_page(uint64_t a, uint64_t b)
{
    return a >> PAGE_SHIFT == b >> PAGE_SHIFT;
}

/* A store may have reached a marked granule: it clears the monitors of all PEs but the one that stores. A page that
 * nobody else watches any more goes back to fast stores. */
static void monitored_written(struct cluster *cluster, pa_t address, struct transaction t)
{
    bool watched = false;
    for (unsigned i = 0; i < cluster->cpus; i++) {
        struct cpu *cpu = cluster->cpu[i];
        struct monitor *m = &cpu->state.monitor;
        if (i == t.cpu || !m->open)
            continue;
        if (address.raw + t.size <= m->pa || m->pa + MONITOR_GRANULE <= address.raw) {
            watched |= same_page(m->pa, address.raw);
            continue;
        }
        m->open = false;
        cluster_send_event_to(cluster, cpu, t.now); /* losing the reservation is an event for WFE */
    }
    if (!watched)
        *bus_page_flags(cluster->bus, address) &= (uint8_t)~PAGE_MONITORED;
}

void cluster_rest(struct cluster *cluster, const struct cpu *cpu)
{
    const struct monitor *m = &cpu->state.monitor;
    if (likely(!m->open || cluster->cpus == 1))
        return;
    const pa_t page = pa(align_down(m->pa, PAGE_SIZE));
    const void *host = bus_store_host(cluster->bus, page, PAGE_SIZE);
    if (!host || *bus_page_flags(cluster->bus, page) & PAGE_MONITORED)
        return;
    *bus_page_flags(cluster->bus, page) |= PAGE_MONITORED;
    for (unsigned i = 0; i < cluster->cpus; i++)
        mmu_forget_stores(&cluster->cpu[i]->mmu, host);
}

static void written(void *owner, pa_t address, struct transaction t)
{
    struct cluster *cluster = owner;
    const uint8_t flags = *bus_page_flags(cluster->bus, address);
    if (flags & PAGE_CODE)
        code_written(cluster, address, t.size);
    if (flags & PAGE_MONITORED || t.cpu == NOT_A_CPU)
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
    cluster->code.fp16 = cpu->model->fp16; /* all are of one model */
    cluster->cpu[cluster->cpus++] = cpu;
}

/* ---- between PEs ---- */

static COLD void tell_lacking(const struct cpu *cpu, const struct op *op, const char *what, uint32_t word)
{
    trace_emit(&cpu->cluster->trace, &(struct trapeze_event){.kind = TRAPEZE_EVENT_NOTE,
                                                             .cpu = (uint8_t)cpu->number,
                                                             .el = cpu->state.el,
                                                             .cycles = engine_now(cpu, op),
                                                             .pc = pc_of(cpu, op),
                                                             .note = {what, word}});
}

COLD void cluster_lacks(struct cluster *cluster, struct cpu *cpu, const struct op *op, const char *what)
{
    const uint64_t offset = (uint64_t)(op - cpu->page->op) * sizeof(uint32_t);
    const uint32_t *known = bus_load_host(cluster->bus, pa(cpu->page->pa.raw + offset), sizeof *known);
    const uint32_t word = known ? *known : 0; /* a test's word lies nowhere */
    if (cluster->unimplemented++ == 0 && trace_wants(&cluster->trace, TRAPEZE_EVENT_NOTE))
        tell_lacking(cpu, op, what, word);
    if (cluster->lacking)
        cluster->lacking(cluster->watcher, cpu, pc_of(cpu, op), what, word);
}

/* The pc is where the PE was last known to be: it may be under way. So it is not told. */
static COLD void tell_line(const struct cpu *cpu, enum line line)
{
    static const char *const names[] = {"IRQ", "FIQ", "SError", "vIRQ", "vFIQ"};
    const struct state *s = &cpu->state;
    trace_emit(&cpu->cluster->trace, &(struct trapeze_event){.kind = TRAPEZE_EVENT_IRQ,
                                                             .cpu = (uint8_t)cpu->number,
                                                             .el = s->el,
                                                             .cycles = s->cycles,
                                                             .irq = {names[__builtin_ctz(line)], s->lines & line}});
}

/* The inputs of `mask` take the levels that have been set; those of others may still have to wait. */
static void lines_arrive(struct cpu *cpu, uint8_t mask)
{
    const uint8_t changed = (cpu->state.lines ^ cpu->lines_to_come) & mask;
    cpu->state.lines = (uint8_t)((cpu->state.lines & ~mask) | (cpu->lines_to_come & mask));
    cpu_lines_changed(cpu);
    if (changed && trace_wants(&cpu->cluster->trace, TRAPEZE_EVENT_IRQ))
        tell_line(cpu, changed); /* one: mask is of one input */
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

void cluster_send_event_to(struct cluster *cluster, struct cpu *cpu, uint64_t now)
{
    if (cpu == cluster->running || cpu->state.cycles >= now) {
        cpu->state.event = true;
    } else {
        events_cancel(&cpu->events, event_arrives, cpu);
        events_add(&cpu->events, now, 0, event_arrives, cpu);
    }
    if (cluster->running && cpu != cluster->running)
        cluster->running->attention |= ATTEND_YIELD;
}

void cluster_send_event(struct cluster *cluster, uint64_t now)
{
    for (unsigned i = 0; i < cluster->cpus; i++)
        cluster_send_event_to(cluster, cluster->cpu[i], now);
}

void cluster_invalidate(struct cluster *cluster, const struct tlb_match *match)
{
    for (unsigned i = 0; i < cluster->cpus; i++) {
        mmu_invalidate(&cluster->cpu[i]->mmu, match);
        cluster->cpu[i]->here.valid = false; /* one that goes round in its page must not for ever */
    }
}

/* ---- power ---- */

/* From reset: nothing is left in the TLBs. */
static void start(struct cpu *cpu, uint64_t entry)
{
    static const struct tlb_match all[] = {{.regime = REGIME_EL10}, {.regime = REGIME_EL2}};
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
        mmu_invalidate(&cpu->mmu, &all[i]);
    cpu->power.pending = false;
    cpu_reset(cpu, entry);
    if (cpu->cluster->started)
        cpu->cluster->started(cpu->cluster->owner, cpu);
}

static void power_arrives(void *owner, uint64_t now)
{
    struct cpu *cpu = owner;
    (void)now;
    start(cpu, cpu->power.entry);
    cpu->state.x[0] = cpu->power.context;
}

void cluster_power_on(struct cluster *cluster, unsigned number, uint64_t entry, uint64_t context, uint64_t now)
{
    struct cpu *cpu = cluster->cpu[number];
    cpu->power = (struct cpu_power){true, entry, context};
    if (cpu->state.cycles >= now)
        power_arrives(cpu, now);
    else
        events_add(&cpu->events, now, 0, power_arrives, cpu);
    if (cluster->running)
        cluster->running->attention |= ATTEND_YIELD;
}

void cluster_reset(struct cluster *cluster, unsigned number, uint64_t now)
{
    struct cpu *cpu = cluster->cpu[number];
    events_cancel(&cpu->events, power_arrives, cpu);
    events_cancel(&cpu->events, event_arrives, cpu);
    for (unsigned i = 0; i < sizeof arrival / sizeof *arrival; i++)
        events_cancel(&cpu->events, arrival[i], cpu);
    cpu->state.idle += now - cpu->state.cycles;
    cpu->state.cycles = now;
    cpu->state.lines = cpu->lines_to_come;
    start(cpu, 0);
}
