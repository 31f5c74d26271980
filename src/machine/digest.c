/* trapeze_digest: all that the guest could ever see, field by field, so that no padding and no host address takes part. */
#include "base/digest.h"
#include "cpu/exec/flags.h"
#include "machine/library.h"
#include <string.h>

static void add_state(struct digest *d, const struct state *s)
{
    const struct monitor none = {0}, *m = s->monitor.open ? &s->monitor : &none;
    const uint64_t fields[] = {flags_pack(&s->flags),
                               s->el,
                               s->sp_sel,
                               s->daif,
                               s->il,
                               s->ss,
                               s->lines,
                               s->wait,
                               s->event,
                               s->event_since,
                               s->has_el2,
                               m->open,
                               m->pa,
                               m->size,
                               s->pmu.since,
                               s->pmu.phase,
                               s->pc,
                               s->cycles,
                               s->idle};
    for (unsigned i = 0; i < XZR; i++)
        digest_u64(d, s->x[i]);
    digest_u64(d, s->x[SP]);
    for (unsigned i = 0; i < 2 * V_COUNT; i++)
        digest_u64(d, s->v[i]);
    for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++)
        digest_u64(d, fields[i]);
    for (unsigned i = 0; i < SYSREG_COUNT; i++)
        digest_u64(d, s->sys[i]);
}

/* Entry `number`. */
static void add_entry(struct digest *d, const struct tlb_entry *e, unsigned number)
{
    const uint64_t fields[] = {number,
                               e->tag.vmid,
                               e->tag.asid,
                               e->tag.regime,
                               e->tag.stages,
                               e->global,
                               e->whole,
                               e->told,
                               e->shift,
                               e->s1_shift,
                               e->s2_shift,
                               e->s1_level,
                               e->s2_level,
                               e->permissions,
                               e->s1[0].attr | e->s1[0].sh << 8 | e->s1[1].attr << 16 | (uint64_t)e->s1[1].sh << 24,
                               e->all[0].attr | e->all[0].sh << 8 | e->all[1].attr << 16 | (uint64_t)e->all[1].sh << 24,
                               e->va.raw,
                               e->ipa.raw,
                               e->pa.raw,
                               e->born};
    for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++)
        digest_u64(d, fields[i]);
}

static void add_tlb(struct digest *d, const struct tlb *tlb)
{
    for (unsigned i = 0; i < (unsigned)tlb->sets * tlb->ways; i++)
        if (tlb->key[i])
            add_entry(d, &tlb->entry[i], i);
    digest_bytes(d, tlb->next_way, tlb->sets);
}

static void add_cpu(struct digest *d, const struct cpu *cpu)
{
    add_state(d, &cpu->state);
    digest_u64(d, cpu->lines_to_come);
    digest_u64(d, cpu->power.pending);
    digest_u64(d, cpu->power.pending ? cpu->power.entry : 0);
    digest_u64(d, cpu->power.pending ? cpu->power.context : 0);
    add_tlb(d, &cpu->mmu.tlb);
}

/* Device states have no padding whose bytes are not zero: they begin as zeros and are set field by field. */
static void add_devices(struct digest *d, const struct virt *virt)
{
    for (unsigned i = 0; i < virt->devices; i++) {
        const struct device *device = virt->device[i].device;
        digest_bytes(d, device->name, strlen(device->name) + 1);
        if (device->state)
            digest_bytes(d, device->state, device->state_size);
    }
    digest_bytes(d, &virt->gic.dist, sizeof virt->gic.dist);
    digest_bytes(d, &virt->gic.iface, sizeof virt->gic.iface);
    digest_bytes(d, &virt->gic.vcpu, sizeof virt->gic.vcpu);
}

static bool is_zero(const uint8_t *page)
{
    return page[0] == 0 && !memcmp(page, page + 1, PAGE_SIZE - 1);
}

/* Pages that hold something, with their addresses: a page that was never touched is as one that holds zeros. */
static void add_memory(struct digest *d, const struct memory *m)
{
    for (uint64_t at = 0; at < m->size; at += PAGE_SIZE) {
        if (is_zero(m->host + at))
            continue;
        digest_u64(d, m->base.raw + at);
        digest_bytes(d, m->host + at, PAGE_SIZE);
    }
}

void trapeze_digest(const struct trapeze *t, uint8_t digest[32])
{
    const struct virt *virt = &t->virt;
    struct digest d;
    digest_init(&d);
    for (unsigned i = 0; i < virt->config.cpus; i++)
        add_cpu(&d, &virt->cpu[i]);
    digest_u64(&d, trapeze_current_cpu(t));
    digest_u64(&d, virt->outcome);
    add_devices(&d, virt);
    for (unsigned i = 0; i < virt->bus.memories; i++)
        add_memory(&d, &virt->bus.memory[i]);
    digest_finish(&d, digest);
}
