#include "gic/dist_regs.h"
#include <stddef.h>

/* A family: registers at [from, to), of which the words `first` to `end` - 1 exist. In its functions n is the word's
 * index. */
struct family {
    const char *name;
    uint32_t from, to;
    uint16_t first, end;
    uint32_t (*read)(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n);
    void (*write)(struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n, uint32_t value,
                  uint32_t lanes);
    size_t bits;   /* of families with a bit an interrupt: their struct gic_bits in struct gic_dist */
    uint32_t keep; /* of its word 0: what a write does not change */
    uint8_t sizes; /* of the accesses it takes, ORed: 1, 4, 8 bytes. ANY: whatever comes down to words */
};

enum { ANY = 0, W = 4, B_W = 1 | 4, W_D = 4 | 8 };

/* ---- a bit an interrupt ---- */

static struct gic_bits *bits_of(struct gic_dist *dist, const struct family *family)
{
    return (struct gic_bits *)((char *)dist + family->bits);
}

static uint32_t read_bits(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n)
{
    return gic_word_of((const struct gic_bits *)((const char *)dist + family->bits), cpu, n);
}

static uint32_t read_pending(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n)
{
    (void)family;
    return gic_dist_pending(dist, cpu, n);
}

static uint32_t changeable(const struct family *family, unsigned n)
{
    return n ? UINT32_MAX : ~family->keep;
}

static void write_bits(struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n, uint32_t value,
                       uint32_t lanes)
{
    uint32_t *word = gic_word(bits_of(dist, family), cpu, n);
    *word = (*word & ~lanes) | (value & lanes);
}

/* The group decides who takes an interrupt that is for any PE. */
static void write_group(struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n, uint32_t value,
                        uint32_t lanes)
{
    write_bits(dist, family, cpu, n, value, lanes);
    if (n && dist->version == 3)
        gic_dist_route(dist, n);
}

static void set_bits(struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n, uint32_t value,
                     uint32_t lanes)
{
    *gic_word(bits_of(dist, family), cpu, n) |= value & lanes & changeable(family, n);
}

static void clear_bits(struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n, uint32_t value,
                       uint32_t lanes)
{
    *gic_word(bits_of(dist, family), cpu, n) &= ~(value & lanes & changeable(family, n));
}

/* ---- a byte an interrupt ---- */

static uint32_t read_priority(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n)
{
    (void)family;
    const uint8_t *p = n < GIC_INTERNAL / 4 ? &dist->priority_banked[cpu][n * 4] : &dist->priority[n * 4];
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void write_priority(struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n, uint32_t value,
                           uint32_t lanes)
{
    (void)family;
    for (unsigned i = 0; i < 4; i++)
        if (bit(lanes, 8 * i))
            *gic_priority(dist, cpu, n * 4 + i) = (uint8_t)(value >> 8 * i);
}

/* The PE itself for its own interrupts; with one PE there is nothing to say, and it reads as zero. */
static uint32_t read_targets(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n)
{
    (void)family;
    uint32_t value = 0;
    if (dist->cpus == 1)
        return 0;
    if (n < GIC_INTERNAL / 4)
        return UINT32_C(0x01010101) << cpu;
    for (unsigned i = 0; i < 4; i++)
        for (unsigned to = 0; to < dist->cpus; to++)
            value |= (uint32_t)bit(dist->target[to][n / 8], n * 4 % 32 + i) << (8 * i + to);
    return value;
}

static void write_targets(struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n, uint32_t value,
                          uint32_t lanes)
{
    (void)family, (void)cpu;
    if (dist->cpus == 1 || n < GIC_INTERNAL / 4)
        return;
    for (unsigned i = 0; i < 4; i++) {
        const unsigned at = n * 4 % 32 + i;
        for (unsigned to = 0; to < dist->cpus && bit(lanes, 8 * i); to++)
            dist->target[to][n / 8] = (uint32_t)with_bits(dist->target[to][n / 8], at, at, value >> (8 * i + to));
    }
}

/* ---- two bits an interrupt: the upper one says edge-triggered ---- */

static uint32_t read_config(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n)
{
    (void)family;
    const uint32_t edge = gic_word_of(&dist->edge, cpu, n / 2) >> n % 2 * 16;
    uint32_t value = 0;
    for (unsigned i = 0; i < 16; i++)
        value |= (uint32_t)bit(edge, i) << (2 * i + 1);
    return value;
}

static void write_config(struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n, uint32_t value,
                         uint32_t lanes)
{
    (void)family;
    uint32_t *edge = gic_word(&dist->edge, cpu, n / 2);
    for (unsigned i = 0; i < 16 && n > 0; i++) {
        const unsigned at = n % 2 * 16 + i;
        if (bit(lanes, 2 * i + 1))
            *edge = (uint32_t)with_bits(*edge, at, at, bit(value, 2 * i + 1));
    }
}

/* ---- SGIs ---- */

/* GICD_SGIR: NSATT<15> means nothing without the Security Extensions. */
static void write_sgir(struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n, uint32_t value,
                       uint32_t lanes)
{
    (void)family, (void)n;
    const uint32_t self = UINT32_C(1) << cpu;
    const uint32_t filter[4] = {(uint32_t)bits(value, 23, 16), ~self, self, 0}; /* TargetListFilter; 3 is reserved */
    const uint32_t targets = filter[bits(value, 25, 24)];
    for (unsigned to = 0; to < dist->cpus && lanes == UINT32_MAX; to++)
        if (bit(targets, to))
            gic_dist_send_sgi(dist, to, (unsigned)bits(value, 3, 0), self);
}

static uint32_t read_sgi_sources(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n)
{
    (void)family;
    const uint8_t *s = &dist->sgi_sources[cpu][n * 4];
    return s[0] | (uint32_t)s[1] << 8 | (uint32_t)s[2] << 16 | (uint32_t)s[3] << 24;
}

static void clear_sgi_sources(struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n,
                              uint32_t value, uint32_t lanes)
{
    (void)family;
    for (unsigned i = 0; i < 4; i++)
        gic_dist_clear_sgi(dist, cpu, n * 4 + i, (uint32_t)bits(value & lanes, 8 * i + 7, 8 * i));
}

static void set_sgi_sources(struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n,
                            uint32_t value, uint32_t lanes)
{
    (void)family;
    for (unsigned i = 0; i < 4; i++)
        gic_dist_send_sgi(dist, cpu, n * 4 + i, (uint32_t)(bits(value & lanes, 8 * i + 7, 8 * i) & ones(dist->cpus)));
}

/* ---- GICD_IROUTER: two words an interrupt ---- */

static uint32_t read_router(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n)
{
    (void)family, (void)cpu;
    return (uint32_t)(dist->router[n / 2] >> n % 2 * 32);
}

static void write_router(struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n, uint32_t value,
                         uint32_t lanes)
{
    (void)family, (void)cpu;
    uint64_t *router = &dist->router[n / 2];
    const unsigned at = n % 2 * 32;
    const uint64_t mask = ((uint64_t)lanes << at) & GICD_IROUTER_MASK;
    *router = (*router & ~mask) | ((uint64_t)value << at & mask);
    gic_dist_route(dist, n / 64);
}

/* ---- a redistributor's own ---- */

/* GICR_TYPER: Affinity_Value, Processor_Number, Last; CommonLPIAff as QEMU has it. No LPIs. */
static uint32_t read_redist_typer(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n)
{
    (void)family;
    const uint32_t last = cpu + 1 == dist->cpus;
    return n ? gic_affinity(cpu) : 1 << 24 | cpu << 8 | last << 4;
}

enum { WAKER_PROCESSOR_SLEEP = 1 << 1, WAKER_CHILDREN_ASLEEP = 1 << 2 };

/* GICR_WAKER: going to sleep and waking take no time. */
static uint32_t read_waker(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n)
{
    (void)family, (void)n;
    return bit(dist->asleep, cpu) ? WAKER_PROCESSOR_SLEEP | WAKER_CHILDREN_ASLEEP : 0;
}

static void write_waker(struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n, uint32_t value,
                        uint32_t lanes)
{
    (void)family, (void)n;
    if (lanes & WAKER_PROCESSOR_SLEEP)
        gic_dist_set_asleep(dist, cpu, value & WAKER_PROCESSOR_SLEEP);
}

/* ---- the rest ---- */

static uint32_t read_ctlr(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n)
{
    (void)family, (void)cpu, (void)n;
    return dist->ctlr | (dist->version == 3 ? GICD_CTLR_DS | GICD_CTLR_ARE : 0);
}

static void write_ctlr(struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n, uint32_t value,
                       uint32_t lanes)
{
    (void)family, (void)cpu, (void)n;
    const uint32_t mask = lanes & (GICD_CTLR_ENABLE_GRP0 | GICD_CTLR_ENABLE_GRP1);
    dist->ctlr = (dist->ctlr & ~mask) | (value & mask);
}

/* GICD_TYPER: ITLinesNumber, CPUNumber; SecurityExtn is zero. */
static uint32_t read_typer(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n)
{
    (void)family, (void)cpu, (void)n;
    return (GIC_WORDS - 1) | (dist->cpus - 1) << 5;
}

/* A GICv3's GICD_TYPER: A3V, IDbits, ITLinesNumber; no LPIs, messages or extended ranges. Affinity routing is always on,
 * so that CPUNumber is zero. */
static uint32_t read_typer_v3(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n)
{
    (void)dist, (void)family, (void)cpu, (void)n;
    return 1 << 24 | 0xf << 19 | (GIC_WORDS - 1);
}

/* GICD_IIDR: Arm; product and revision 0, as QEMU has it. */
static uint32_t read_iidr(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n)
{
    (void)dist, (void)family, (void)cpu, (void)n;
    return 0x43b;
}

/* From ICPIDR4, at 0xfd0: ICPIDR4-7, ICPIDR0-3, ICCIDR0-3. ICPIDR2.ArchRev is 2. */
static uint32_t read_id(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n)
{
    (void)dist, (void)family, (void)cpu;
    static const uint8_t id[] = {0x04, 0, 0, 0, 0x90, 0xb4, 0x2b, 0, 0x0d, 0xf0, 0x05, 0xb1};
    return id[n];
}

/* The same of a GICv3, from PIDR4 at 0xffd0: PIDR2.ArchRev is 3. */
static uint32_t read_id_v3(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n)
{
    (void)dist, (void)family, (void)cpu;
    static const uint8_t id[] = {0x44, 0, 0, 0, 0x92, 0xb4, 0x3b, 0, 0x0d, 0xf0, 0x05, 0xb1};
    return id[n];
}

static uint32_t read_redist_id(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n)
{
    return n == 4 ? 0x93 : read_id_v3(dist, family, cpu, n); /* PIDR0: another part */
}

static uint32_t read_zero(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n)
{
    (void)dist, (void)family, (void)cpu, (void)n;
    return 0;
}

static void write_nothing(struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n, uint32_t value,
                          uint32_t lanes)
{
    (void)dist, (void)family, (void)cpu, (void)n, (void)value, (void)lanes;
}

enum { ALL_SGIS = 0xffff, WORDS = GIC_WORDS, WORDS2 = GIC_INTERRUPTS / 16, WORDS8 = GIC_INTERRUPTS / 4 };

/* clang-format off */
#define BITS(name) offsetof(struct gic_dist, name)

static const struct family gicd_v2[] = {
    /* name               from    to    words        on read           on write           bits          kept of word 0, sizes */
    {"GICD_CTLR",       0x000, 0x004, 0, 1,       read_ctlr,        write_ctlr,        0,             0,        ANY},
    {"GICD_TYPER",      0x004, 0x008, 0, 1,       read_typer,       write_nothing,     0,             0,        ANY},
    {"GICD_IIDR",       0x008, 0x00c, 0, 1,       read_iidr,        write_nothing,     0,             0,        ANY},
    {"GICD_IGROUPR",    0x080, 0x100, 0, WORDS,   read_bits,        write_group,       BITS(group1),  0,        ANY},
    {"GICD_ISENABLER",  0x100, 0x180, 0, WORDS,   read_bits,        set_bits,          BITS(enabled), ALL_SGIS, ANY},
    {"GICD_ICENABLER",  0x180, 0x200, 0, WORDS,   read_bits,        clear_bits,        BITS(enabled), ALL_SGIS, ANY},
    {"GICD_ISPENDR",    0x200, 0x280, 0, WORDS,   read_pending,     set_bits,          BITS(latched), ALL_SGIS, ANY},
    {"GICD_ICPENDR",    0x280, 0x300, 0, WORDS,   read_pending,     clear_bits,        BITS(latched), ALL_SGIS, ANY},
    {"GICD_ISACTIVER",  0x300, 0x380, 0, WORDS,   read_bits,        set_bits,          BITS(active),  0,        ANY},
    {"GICD_ICACTIVER",  0x380, 0x400, 0, WORDS,   read_bits,        clear_bits,        BITS(active),  0,        ANY},
    {"GICD_IPRIORITYR", 0x400, 0x800, 0, WORDS8,  read_priority,    write_priority,    0,             0,        ANY},
    {"GICD_ITARGETSR",  0x800, 0xc00, 0, WORDS8,  read_targets,     write_targets,     0,             0,        ANY},
    {"GICD_ICFGR",      0xc00, 0xd00, 0, WORDS2,  read_config,      write_config,      0,             0,        ANY},
    {"GICD_SGIR",       0xf00, 0xf04, 0, 1,       read_zero,        write_sgir,        0,             0,        ANY},
    {"GICD_CPENDSGIR",  0xf10, 0xf20, 0, 4,       read_sgi_sources, clear_sgi_sources, 0,             0,        ANY},
    {"GICD_SPENDSGIR",  0xf20, 0xf30, 0, 4,       read_sgi_sources, set_sgi_sources,   0,             0,        ANY},
    {"ICPIDR",          0xfd0, 0x1000, 0, 12,     read_id,          write_nothing,     0,             0,        ANY},
};

/* The first words are the redistributors'. */
static const struct family gicd_v3[] = {
    {"GICD_CTLR",       0x0000, 0x0004, 0, 1,      read_ctlr,     write_ctlr,     0,             0, W},
    {"GICD_TYPER",      0x0004, 0x0008, 0, 1,      read_typer_v3, write_nothing,  0,             0, W},
    {"GICD_IIDR",       0x0008, 0x000c, 0, 1,      read_iidr,     write_nothing,  0,             0, W},
    {"GICD_IGROUPR",    0x0080, 0x0100, 1, WORDS,  read_bits,     write_group,    BITS(group1),  0, W},
    {"GICD_ISENABLER",  0x0100, 0x0180, 1, WORDS,  read_bits,     set_bits,       BITS(enabled), 0, W},
    {"GICD_ICENABLER",  0x0180, 0x0200, 1, WORDS,  read_bits,     clear_bits,     BITS(enabled), 0, W},
    {"GICD_ISPENDR",    0x0200, 0x0280, 1, WORDS,  read_pending,  set_bits,       BITS(latched), 0, W},
    {"GICD_ICPENDR",    0x0280, 0x0300, 1, WORDS,  read_pending,  clear_bits,     BITS(latched), 0, W},
    {"GICD_ISACTIVER",  0x0300, 0x0380, 1, WORDS,  read_bits,     set_bits,       BITS(active),  0, W},
    {"GICD_ICACTIVER",  0x0380, 0x0400, 1, WORDS,  read_bits,     clear_bits,     BITS(active),  0, W},
    {"GICD_IPRIORITYR", 0x0400, 0x0800, 8, WORDS8, read_priority, write_priority, 0,             0, B_W},
    {"GICD_ICFGR",      0x0c00, 0x0d00, 2, WORDS2, read_config,   write_config,   0,             0, W},
    {"GICD_IROUTER",    0x6000, 0x8000, 2 * GIC_INTERNAL, 2 * GIC_INTERRUPTS, read_router, write_router, 0, 0, W_D},
    {"GICD_PIDR",       0xffd0, 0x10000, 0, 12,    read_id_v3,    write_nothing,  0,             0, W},
};

/* GICR_CTLR, GICR_PROPBASER and GICR_PENDBASER are those of an implementation without LPIs: RES0. */
static const struct family gicr_rd[] = {
    {"GICR_IIDR",       0x0004, 0x0008, 0, 1,      read_iidr,         write_nothing, 0,          0, W},
    {"GICR_TYPER",      0x0008, 0x0010, 0, 2,      read_redist_typer, write_nothing, 0,          0, W_D},
    {"GICR_WAKER",      0x0014, 0x0018, 0, 1,      read_waker,        write_waker,   0,          0, W},
    {"GICR_PIDR",       0xffd0, 0x10000, 0, 12,    read_redist_id,    write_nothing, 0,          0, W},
};

static const struct family gicr_sgi[] = {
    {"GICR_IGROUPR",    0x0080, 0x0084, 0, 1,      read_bits,     write_bits,     BITS(group1),  0, W},
    {"GICR_ISENABLER",  0x0100, 0x0104, 0, 1,      read_bits,     set_bits,       BITS(enabled), 0, W},
    {"GICR_ICENABLER",  0x0180, 0x0184, 0, 1,      read_bits,     clear_bits,     BITS(enabled), 0, W},
    {"GICR_ISPENDR",    0x0200, 0x0204, 0, 1,      read_pending,  set_bits,       BITS(latched), 0, W},
    {"GICR_ICPENDR",    0x0280, 0x0284, 0, 1,      read_pending,  clear_bits,     BITS(latched), 0, W},
    {"GICR_ISACTIVER",  0x0300, 0x0304, 0, 1,      read_bits,     set_bits,       BITS(active),  0, W},
    {"GICR_ICACTIVER",  0x0380, 0x0384, 0, 1,      read_bits,     clear_bits,     BITS(active),  0, W},
    {"GICR_IPRIORITYR", 0x0400, 0x0420, 0, 8,      read_priority, write_priority, 0,             0, B_W},
    {"GICR_ICFGR",      0x0c00, 0x0c08, 0, 2,      read_config,   write_config,   0,             0, W},
};

static const struct {
    const struct family *family;
    unsigned count;
} frames[] = {
#define FRAME(families) {families, sizeof families / sizeof *families}
    [GIC_FRAME_GICD_V2]  = FRAME(gicd_v2),
    [GIC_FRAME_GICD_V3]  = FRAME(gicd_v3),
    [GIC_FRAME_GICR_RD]  = FRAME(gicr_rd),
    [GIC_FRAME_GICR_SGI] = FRAME(gicr_sgi),
#undef FRAME
};
/* clang-format on */

/* The family whose word at an offset exists, NULL when there is none. */
static const struct family *find(enum gic_frame frame, uint64_t offset, unsigned *n)
{
    for (unsigned i = 0; i < frames[frame].count; i++) {
        const struct family *family = &frames[frame].family[i];
        if (offset < family->from || offset >= family->to)
            continue;
        *n = (unsigned)(offset - family->from) / 4;
        return *n >= family->first && *n < family->end ? family : NULL;
    }
    return NULL;
}

bool gic_dist_takes(enum gic_frame frame, uint64_t offset, unsigned size)
{
    unsigned n;
    const struct family *family = find(frame, offset, &n);
    return family && (family->sizes == ANY || (family->sizes & size && offset % size == 0));
}

uint32_t gic_dist_read(const struct gic_dist *dist, enum gic_frame frame, unsigned cpu, uint64_t offset)
{
    unsigned n;
    const struct family *family = find(frame, offset, &n);
    return family ? family->read(dist, family, cpu, n) : 0;
}

uint64_t gic_dist_write(struct gic_dist *dist, enum gic_frame frame, unsigned cpu, uint64_t offset, uint32_t value,
                        uint32_t lanes)
{
    unsigned n;
    const struct family *family = find(frame, offset, &n);
    if (!family)
        return 0;
    family->write(dist, family, cpu, n, value, lanes);
    return ones(dist->cpus);
}
