#include "gic/gich.h"

/* ---- list registers: GICH_LR<n> holds what ICH_LR<n>_EL2 does, in 32 bits ---- */

/* clang-format off */
static const struct {
    uint8_t hi, lo;   /* of GICH_LR<n> */
    uint8_t hi3, lo3; /* of ICH_LR<n>_EL2 */
} fields[] = {
    {31, 31, 61, 61}, /* HW */
    {30, 30, 60, 60}, /* Grp1 */
    {29, 28, 63, 62}, /* State */
    {27, 23, 55, 51}, /* Priority */
    {19, 10, 41, 32}, /* PhysicalID; or EOI, and CPUID */
    { 9,  0,  9,  0}, /* VirtualID */
};
/* clang-format on */

static uint32_t to_v2(uint64_t lr)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++)
        value |= bits(lr, fields[i].hi3, fields[i].lo3) << fields[i].lo;
    return (uint32_t)value;
}

static uint64_t from_v2(uint32_t value)
{
    uint64_t lr = 0;
    for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++)
        lr |= bits(value, fields[i].hi, fields[i].lo) << fields[i].lo3;
    return lr;
}

/* n: the register's index among those of its name. Those that are not implemented read as zero. */
static uint32_t read_lr(const struct gic_vcpu *v, unsigned n)
{
    return n < v->lrs ? to_v2(v->lr[n]) : 0;
}

static void write_lr(const struct gic_virtual *at, unsigned n, uint32_t value)
{
    if (n < at->v->lrs)
        gic_virtual_write_lr(at, n, from_v2(value));
}

/* ---- control and status ---- */

static uint32_t read_hcr(const struct gic_vcpu *v, unsigned n)
{
    (void)n;
    return v->hcr;
}

static void write_hcr(const struct gic_virtual *at, unsigned n, uint32_t value)
{
    (void)n;
    at->v->hcr = value & (uint32_t)(ICH_HCR_EOICOUNT | 0xff);
}

/* GICH_VTR: PRIbits, PREbits, ListRegs, each less one. */
static uint32_t read_vtr(const struct gic_vcpu *v, unsigned n)
{
    (void)n;
    return (GIC_VPRIORITY_BITS - 1u) << 29 | (GIC_VPRIORITY_BITS - 1u) << 26 | (v->lrs - 1);
}

static uint32_t read_vmcr(const struct gic_vcpu *v, unsigned n)
{
    (void)n;
    return v->vmcr;
}

static void write_vmcr(const struct gic_virtual *at, unsigned n, uint32_t value)
{
    (void)n;
    gic_vcpu_write_vmcr(at->v, value, GICH_VMCR_CTLR);
}

static uint32_t read_misr(const struct gic_vcpu *v, unsigned n)
{
    (void)n;
    return gic_vcpu_misr(v);
}

static uint32_t read_eisr(const struct gic_vcpu *v, unsigned n)
{
    (void)n;
    return gic_vcpu_eisr(v);
}

static uint32_t read_elrsr(const struct gic_vcpu *v, unsigned n)
{
    (void)n;
    return gic_vcpu_elrsr(v);
}

/* One set of active priorities, for both groups. */
static uint32_t read_apr(const struct gic_vcpu *v, unsigned n)
{
    (void)n;
    return v->apr[0] | v->apr[1];
}

static void write_apr(const struct gic_virtual *at, unsigned n, uint32_t value)
{
    (void)n;
    at->v->apr[0] = value;
    at->v->apr[1] = 0;
}

/* ---- the table ---- */

/* clang-format off */
static const struct gich_register {
    const char *name;
    uint16_t offset, count; /* words */
    uint32_t (*read)(const struct gic_vcpu *v, unsigned n);
    void (*write)(const struct gic_virtual *at, unsigned n, uint32_t value); /* NULL: ignores writes */
} registers[] = {
    {"GICH_HCR",    0x000, 1,       read_hcr,   write_hcr},
    {"GICH_VTR",    0x004, 1,       read_vtr,   NULL},
    {"GICH_VMCR",   0x008, 1,       read_vmcr,  write_vmcr},
    {"GICH_MISR",   0x010, 1,       read_misr,  NULL},
    {"GICH_EISR0",  0x020, 1,       read_eisr,  NULL},
    {"GICH_ELRSR0", 0x030, 1,       read_elrsr, NULL},
    {"GICH_APR",    0x0f0, 1,       read_apr,   write_apr},
    {"GICH_LR",     0x100, GIC_LRS, read_lr,    write_lr},
};
/* clang-format on */

static const struct gich_register *find(uint64_t offset, unsigned *n)
{
    for (unsigned i = 0; i < sizeof registers / sizeof *registers; i++) {
        *n = (unsigned)(offset - registers[i].offset) / 4;
        if (*n < registers[i].count)
            return &registers[i];
    }
    return NULL;
}

uint32_t gic_gich_read(const struct gic_virtual *at, uint64_t offset)
{
    unsigned n;
    const struct gich_register *r = find(offset, &n);
    return r ? r->read(at->v, n) : 0;
}

void gic_gich_write(const struct gic_virtual *at, uint64_t offset, uint32_t value)
{
    unsigned n;
    const struct gich_register *r = find(offset, &n);
    if (!r || !r->write)
        return;
    r->write(at, n, value);
    gic_virtual_update(at);
}
