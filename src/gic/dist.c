#include "gic/dist.h"
#include <string.h>

void gic_dist_reset(struct gic_dist *dist, unsigned version, unsigned cpus)
{
    memset(dist, 0, sizeof *dist);
    dist->version = version;
    dist->cpus = cpus;
    dist->asleep = version == 2 ? 0 : ones(cpus);
    dist->taker[0] = dist->taker[1] = GIC_CPUS;
    for (unsigned cpu = 0; cpu < GIC_CPUS; cpu++) {
        dist->edge.banked[cpu] = (uint32_t)ones(GIC_SGIS);
        dist->enabled.banked[cpu] = version == 2 ? (uint32_t)ones(GIC_SGIS) : 0;
        dist->target[cpu][0] = UINT32_MAX;
    }
    if (version == 2 && cpus == 1) /* GICD_ITARGETSR is RAZ/WI then */
        memset(dist->target[0], 0xff, sizeof dist->target[0]);
    for (unsigned word = 1; word < GIC_WORDS && version == 3; word++)
        gic_dist_route(dist, word);
}

/* ---- choosing ---- */

uint32_t gic_dist_pending(const struct gic_dist *dist, unsigned cpu, unsigned word)
{
    const uint32_t follows = gic_word_of(&dist->level, cpu, word) & ~gic_word_of(&dist->edge, cpu, word);
    return gic_word_of(&dist->latched, cpu, word) | follows;
}

/* The interrupts of a word that may be given to a PE. */
static uint32_t candidates(const struct gic_dist *dist, unsigned cpu, unsigned word)
{
    if (bit(dist->asleep, cpu))
        return 0;
    uint32_t set = gic_word_of(&dist->enabled, cpu, word) & dist->target[cpu][word];
    set &= gic_dist_pending(dist, cpu, word) & ~gic_word_of(&dist->active, cpu, word);
    const uint32_t group1 = gic_word_of(&dist->group1, cpu, word);
    return set &
           ((dist->ctlr & GICD_CTLR_ENABLE_GRP0 ? ~group1 : 0) | (dist->ctlr & GICD_CTLR_ENABLE_GRP1 ? group1 : 0));
}

struct gic_best gic_dist_best(const struct gic_dist *dist, unsigned cpu)
{
    struct gic_best best = {.intid = GIC_SPURIOUS, .priority = UINT8_MAX};
    for (unsigned word = 0; word < GIC_WORDS; word++) {
        const uint8_t *priority = word ? &dist->priority[word * 32] : dist->priority_banked[cpu];
        for (uint32_t set = candidates(dist, cpu, word); set; set &= set - 1) {
            const unsigned i = (unsigned)__builtin_ctz(set);
            if (best.intid != GIC_SPURIOUS && priority[i] >= best.priority)
                continue;
            best = (struct gic_best){(uint16_t)(word * 32 + i), priority[i], false};
        }
    }
    best.group1 = best.intid != GIC_SPURIOUS && gic_bit(&dist->group1, cpu, best.intid);
    return best;
}

unsigned gic_dist_sgi_source(const struct gic_dist *dist, unsigned cpu, unsigned intid)
{
    const uint32_t sources = intid < GIC_SGIS ? dist->sgi_sources[cpu][intid] : 0;
    return sources ? (unsigned)__builtin_ctz(sources) : 0;
}

/* ---- changing ---- */

/* The PEs that an interrupt concerns. */
static uint64_t concerned(const struct gic_dist *dist, unsigned cpu, unsigned intid)
{
    uint64_t set = 0;
    if (intid < GIC_INTERNAL)
        return BIT(cpu);
    for (unsigned i = 0; i < dist->cpus; i++)
        set |= (uint64_t)bit(dist->target[i][intid / 32], intid % 32) << i;
    return set;
}

static void put(struct gic_bits *bits, unsigned cpu, unsigned intid, bool value)
{
    uint32_t *word = gic_word(bits, cpu, intid / 32);
    *word = (uint32_t)with_bits(*word, intid % 32, intid % 32, value);
}

uint64_t gic_dist_set_level(struct gic_dist *dist, unsigned cpu, unsigned intid, bool level)
{
    if (gic_bit(&dist->level, cpu, intid) == level)
        return 0;
    put(&dist->level, cpu, intid, level);
    if (level && gic_bit(&dist->edge, cpu, intid))
        put(&dist->latched, cpu, intid, true);
    return concerned(dist, cpu, intid);
}

uint64_t gic_dist_acknowledge(struct gic_dist *dist, unsigned cpu, unsigned intid, unsigned sgi_source)
{
    put(&dist->active, cpu, intid, true);
    if (dist->version == 2 && intid < GIC_SGIS)
        return gic_dist_clear_sgi(dist, cpu, intid, UINT32_C(1) << sgi_source);
    put(&dist->latched, cpu, intid, false);
    return concerned(dist, cpu, intid);
}

uint64_t gic_dist_deactivate(struct gic_dist *dist, unsigned cpu, unsigned intid)
{
    put(&dist->active, cpu, intid, false);
    return concerned(dist, cpu, intid);
}

/* ---- affinity routing ---- */

/* The PE that an interrupt goes to; GIC_CPUS: none. */
static unsigned routed_to(const struct gic_dist *dist, unsigned intid)
{
    const uint64_t router = dist->router[intid];
    if (router & GICD_IROUTER_IRM)
        return dist->taker[gic_bit(&dist->group1, 0, intid)];
    const uint32_t affinity = (uint32_t)(bits(router, 39, 32) << 24 | bits(router, 23, 0));
    for (unsigned cpu = 0; cpu < dist->cpus; cpu++)
        if (gic_affinity(cpu) == affinity)
            return cpu;
    return GIC_CPUS;
}

void gic_dist_route(struct gic_dist *dist, unsigned word)
{
    for (unsigned cpu = 0; cpu < dist->cpus; cpu++)
        dist->target[cpu][word] = 0;
    for (unsigned i = 0; i < 32; i++) {
        const unsigned to = routed_to(dist, word * 32 + i);
        if (to < dist->cpus)
            dist->target[to][word] |= UINT32_C(1) << i;
    }
}

/* Whom interrupts for any PE go to now. Where nobody takes them, they stay pending. */
static uint64_t choose_takers(struct gic_dist *dist)
{
    uint16_t before[2];
    memcpy(before, dist->taker, sizeof before);
    for (unsigned group = 0; group < 2; group++) {
        const uint64_t takers = dist->takers[group] & ~dist->asleep;
        dist->taker[group] = takers ? (uint16_t)__builtin_ctzll(takers) : GIC_CPUS;
    }
    if (!memcmp(before, dist->taker, sizeof before))
        return 0;
    for (unsigned word = 1; word < GIC_WORDS; word++)
        gic_dist_route(dist, word);
    return ones(dist->cpus);
}

uint64_t gic_dist_set_asleep(struct gic_dist *dist, unsigned cpu, bool asleep)
{
    dist->asleep = with_bits(dist->asleep, cpu, cpu, asleep);
    return choose_takers(dist) | BIT(cpu);
}

uint64_t gic_dist_set_taker(struct gic_dist *dist, unsigned cpu, bool group1, bool takes)
{
    dist->takers[group1] = with_bits(dist->takers[group1], cpu, cpu, takes);
    return choose_takers(dist) | BIT(cpu);
}

/* ---- SGIs ---- */

uint64_t gic_dist_raise_sgi(struct gic_dist *dist, unsigned to, unsigned sgi, bool group1)
{
    if (gic_bit(&dist->group1, to, sgi) != group1)
        return 0;
    put(&dist->latched, to, sgi, true);
    return BIT(to);
}

static uint64_t set_sgi_sources(struct gic_dist *dist, unsigned to, unsigned sgi, uint32_t sources)
{
    dist->sgi_sources[to][sgi] = (uint8_t)sources;
    put(&dist->latched, to, sgi, sources != 0);
    return BIT(to);
}

uint64_t gic_dist_send_sgi(struct gic_dist *dist, unsigned to, unsigned sgi, uint32_t sources)
{
    return set_sgi_sources(dist, to, sgi, dist->sgi_sources[to][sgi] | sources);
}

uint64_t gic_dist_clear_sgi(struct gic_dist *dist, unsigned to, unsigned sgi, uint32_t sources)
{
    return set_sgi_sources(dist, to, sgi, dist->sgi_sources[to][sgi] & ~sources);
}
