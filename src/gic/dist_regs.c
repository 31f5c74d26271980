#include "gic/dist_regs.h"
#include <stddef.h>

/* A family: registers at [from, to), of which the first `count` words exist. In its functions n is the word's index. */
struct family {
    const char *name;
    uint16_t from, to, count;
    uint32_t (*read)(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n);
    void (*write)(struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n, uint32_t value,
                  uint32_t lanes);
    size_t bits;   /* of families with a bit an interrupt: their struct gic_bits in struct gic_dist */
    uint32_t keep; /* of its word 0: what a write does not change */
};

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

/* ---- the rest ---- */

static uint32_t read_ctlr(const struct gic_dist *dist, const struct family *family, unsigned cpu, unsigned n)
{
    (void)family, (void)cpu, (void)n;
    return dist->ctlr;
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

#define BITS(name) offsetof(struct gic_dist, name)

/* clang-format off */
static const struct family families[] = {
    /* name             from   to      words   on read           on write           bits           kept of word 0 */
    {"GICD_CTLR",       0x000, 0x004,  1,      read_ctlr,        write_ctlr,        0,             0},
    {"GICD_TYPER",      0x004, 0x008,  1,      read_typer,       write_nothing,     0,             0},
    {"GICD_IIDR",       0x008, 0x00c,  1,      read_iidr,        write_nothing,     0,             0},
    {"GICD_IGROUPR",    0x080, 0x100,  WORDS,  read_bits,        write_bits,        BITS(group1),  0},
    {"GICD_ISENABLER",  0x100, 0x180,  WORDS,  read_bits,        set_bits,          BITS(enabled), ALL_SGIS},
    {"GICD_ICENABLER",  0x180, 0x200,  WORDS,  read_bits,        clear_bits,        BITS(enabled), ALL_SGIS},
    {"GICD_ISPENDR",    0x200, 0x280,  WORDS,  read_pending,     set_bits,          BITS(latched), ALL_SGIS},
    {"GICD_ICPENDR",    0x280, 0x300,  WORDS,  read_pending,     clear_bits,        BITS(latched), ALL_SGIS},
    {"GICD_ISACTIVER",  0x300, 0x380,  WORDS,  read_bits,        set_bits,          BITS(active),  0},
    {"GICD_ICACTIVER",  0x380, 0x400,  WORDS,  read_bits,        clear_bits,        BITS(active),  0},
    {"GICD_IPRIORITYR", 0x400, 0x800,  WORDS8, read_priority,    write_priority,    0,             0},
    {"GICD_ITARGETSR",  0x800, 0xc00,  WORDS8, read_targets,     write_targets,     0,             0},
    {"GICD_ICFGR",      0xc00, 0xd00,  WORDS2, read_config,      write_config,      0,             0},
    {"GICD_SGIR",       0xf00, 0xf04,  1,      read_zero,        write_sgir,        0,             0},
    {"GICD_CPENDSGIR",  0xf10, 0xf20,  4,      read_sgi_sources, clear_sgi_sources, 0,             0},
    {"GICD_SPENDSGIR",  0xf20, 0xf30,  4,      read_sgi_sources, set_sgi_sources,   0,             0},
    {"ICPIDR",          0xfd0, 0x1000, 12,     read_id,          write_nothing,     0,             0},
};
/* clang-format on */

/* The family whose word at an offset exists, NULL when there is none. */
static const struct family *find(uint64_t offset, unsigned *n)
{
    for (unsigned i = 0; i < sizeof families / sizeof *families; i++) {
        const struct family *family = &families[i];
        if (offset < family->from || offset >= family->to)
            continue;
        *n = (unsigned)(offset - family->from) / 4;
        return *n < family->count ? family : NULL;
    }
    return NULL;
}

uint32_t gic_dist_read(const struct gic_dist *dist, unsigned cpu, uint64_t offset)
{
    unsigned n;
    const struct family *family = find(offset, &n);
    return family ? family->read(dist, family, cpu, n) : 0;
}

uint64_t gic_dist_write(struct gic_dist *dist, unsigned cpu, uint64_t offset, uint32_t value, uint32_t lanes)
{
    unsigned n;
    const struct family *family = find(offset, &n);
    if (!family)
        return 0;
    family->write(dist, family, cpu, n, value, lanes);
    return ones(dist->cpus);
}
