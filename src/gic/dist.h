/* The distributor: the state of every interrupt, and which of them a PE is given next (IHI 0048B, chapters 2 and 3;
 * IHI 0069, chapter 4). A GICv3's redistributors are part of it: what they hold is the banked half of this state. Plain
 * state; the register faces and the CPU interfaces lie above it. Sets of PEs are uint64_t, bit n being PE n. */
#pragma once
#include "base/bits.h"

enum {
    GIC_CPUS = 64,     /* of a GICv3 */
    GIC_V2_CPUS = 8,   /* of a GICv2 */
    GIC_SGIS = 16,     /* INTID 0-15: from PE to PE */
    GIC_INTERNAL = 32, /* INTID 0-31: each PE has its own */
    GIC_INTERRUPTS = 288,
    GIC_WORDS = GIC_INTERRUPTS / 32,
    GIC_SPECIAL = 1020, /* INTIDs from here to 1023 are of no interrupt */
    GIC_GROUP1_PENDING = 1022,
    GIC_SPURIOUS = 1023
};

/* One bit an interrupt: word 0 once for each PE, the others once. */
struct gic_bits {
    uint32_t banked[GIC_CPUS];
    uint32_t shared[GIC_WORDS]; /* [0] is not used */
};

#define GICD_CTLR_ENABLE_GRP0 BIT(0)
#define GICD_CTLR_ENABLE_GRP1 BIT(1)
#define GICD_CTLR_ARE         BIT(4) /* of a GICv3, always set */
#define GICD_CTLR_DS          BIT(6) /* the same */

struct gic_dist {
    uint64_t router[GIC_INTERRUPTS]; /* GICv3: GICD_IROUTER */
    uint64_t asleep;    /* GICv3: the PEs whose GICR_WAKER.ProcessorSleep is set: nothing is forwarded to them */
    uint64_t takers[2]; /* GICv3: by group, the PEs whose interface has enabled it */
    uint16_t taker[2];  /* of these the one that is given interrupts for any PE; GIC_CPUS: there is none */
    uint32_t version;   /* of the architecture: 2 or 3 */
    uint32_t cpus;      /* implemented: 1..GIC_CPUS */
    uint32_t ctlr;      /* GICD_CTLR: the enable bits */
    struct gic_bits enabled;
    struct gic_bits latched; /* made pending by an edge, a write to GICD_ISPENDR or an SGI */
    struct gic_bits level;   /* of the input lines */
    struct gic_bits active;
    struct gic_bits edge; /* edge-triggered, else level-sensitive */
    struct gic_bits group1;
    uint32_t target[GIC_CPUS][GIC_WORDS]; /* which interrupts go to a PE: GICD_ITARGETSR, or as they are routed */
    uint8_t priority_banked[GIC_CPUS][GIC_INTERNAL];
    uint8_t priority[GIC_INTERRUPTS];
    uint8_t sgi_sources[GIC_CPUS][GIC_SGIS]; /* by receiver: the PEs from which it is pending */
};

/* What a PE is given next. */
struct gic_best {
    uint16_t intid; /* GIC_SPURIOUS: nothing */
    uint8_t priority;
    bool group1;
};

/* The word of interrupts 32 * word to 32 * word + 31, as PE `cpu` sees it. */
static inline uint32_t *gic_word(struct gic_bits *bits, unsigned cpu, unsigned word)
{
    return word ? &bits->shared[word] : &bits->banked[cpu];
}

static inline uint32_t gic_word_of(const struct gic_bits *bits, unsigned cpu, unsigned word)
{
    return word ? bits->shared[word] : bits->banked[cpu];
}

static inline bool gic_bit(const struct gic_bits *bits, unsigned cpu, unsigned intid)
{
    return bit(gic_word_of(bits, cpu, intid / 32), intid % 32);
}

/* The priority of an interrupt, as PE `cpu` sees it. */
static inline uint8_t *gic_priority(struct gic_dist *dist, unsigned cpu, unsigned intid)
{
    return intid < GIC_INTERNAL ? &dist->priority_banked[cpu][intid] : &dist->priority[intid];
}

/* To the state after reset, with all lines low: of that version (2 or 3), for that many PEs. */
void gic_dist_reset(struct gic_dist *dist, unsigned version, unsigned cpus);

/* A word of pending states: latched, or following the line. */
uint32_t gic_dist_pending(const struct gic_dist *dist, unsigned cpu, unsigned word);

/* The interrupt of the highest priority that is pending, enabled, in an enabled group and not active; the lowest INTID
 * among equals (HighestPriorityPendingInterrupt). */
struct gic_best gic_dist_best(const struct gic_dist *dist, unsigned cpu);

/* Of an SGI pending for `cpu`: the lowest PE that has sent it. 0 for other interrupts. */
unsigned gic_dist_sgi_source(const struct gic_dist *dist, unsigned cpu, unsigned intid);

/* Each of these changes the state of an interrupt, and returns the set of PEs that may now be given another one.
 * intid < GIC_INTERRUPTS; `cpu` says whose, where it is banked. */
uint64_t gic_dist_set_level(struct gic_dist *dist, unsigned cpu, unsigned intid, bool level);
uint64_t gic_dist_acknowledge(struct gic_dist *dist, unsigned cpu, unsigned intid, unsigned sgi_source);
uint64_t gic_dist_deactivate(struct gic_dist *dist, unsigned cpu, unsigned intid);

/* ---- GICv3: affinity routing ---- */

#define GICD_IROUTER_IRM  BIT(31) /* to any PE */
#define GICD_IROUTER_MASK (UINT64_C(0xff00ffffff) | GICD_IROUTER_IRM)

/* Where PE `cpu` is: Aff3 in bits 31..24, down to Aff0, as its MPIDR_EL1 has it; sixteen PEs have one Aff1. */
static inline uint32_t gic_affinity(unsigned cpu)
{
    return (cpu / 16) << 8 | cpu % 16;
}

/* The interrupts of a word (from 1 on) go where GICD_IROUTER says, or to the PE that takes those for any: the first one
 * that is awake and has enabled their group. */
void gic_dist_route(struct gic_dist *dist, unsigned word);

/* PE `cpu` goes to sleep or wakes; its interface enables a group or disables it. */
uint64_t gic_dist_set_asleep(struct gic_dist *dist, unsigned cpu, bool asleep);
uint64_t gic_dist_set_taker(struct gic_dist *dist, unsigned cpu, bool group1, bool takes);

/* Makes an SGI pending in PE `to`, if it is of that group there. */
uint64_t gic_dist_raise_sgi(struct gic_dist *dist, unsigned to, unsigned sgi, bool group1);

/* ---- GICv2 ---- */

/* Makes an SGI pending (or not) in PE `to`, as sent by the set of PEs `sources`. */
uint64_t gic_dist_send_sgi(struct gic_dist *dist, unsigned to, unsigned sgi, uint32_t sources);
uint64_t gic_dist_clear_sgi(struct gic_dist *dist, unsigned to, unsigned sgi, uint32_t sources);
