#include "gic/ich.h"
#include "gic/virtual.h"

/* The bits of a list register: State, HW, Group; Priority, as far as it is implemented; pINTID; vINTID, 24 bits of it. */
#define LR_BITS UINT64_C(0xf0f81fff00ffffff)

/* n: the register's index among those of its name, the group of active priorities. */
typedef uint64_t ich_read_fn(const struct gic_vcpu *v, unsigned n);
typedef void ich_write_fn(const struct gic_virtual *at, unsigned n, uint64_t value);

static uint64_t read_hcr(const struct gic_vcpu *v, unsigned n)
{
    (void)n;
    return v->hcr;
}

static void write_hcr(const struct gic_virtual *at, unsigned n, uint64_t value)
{
    (void)n;
    at->v->hcr = (uint32_t)(value & ~ICH_HCR_TRAPS);
}

/* ICH_VTR_EL2: PRIbits, PREbits, each less one; INTIDs of 24 bits; A3V; nV4: no direct injection; TDS: TDIR is there;
 * ListRegs, less one. */
static uint64_t read_vtr(const struct gic_vcpu *v, unsigned n)
{
    (void)n;
    return (GIC_VPRIORITY_BITS - 1u) << 29 | (GIC_VPRIORITY_BITS - 1u) << 26 | 1 << 23 | 1 << 21 | 1 << 20 | 1 << 19 |
           (v->lrs - 1);
}

static uint64_t read_misr(const struct gic_vcpu *v, unsigned n)
{
    (void)n;
    return gic_vcpu_misr(v);
}

static uint64_t read_eisr(const struct gic_vcpu *v, unsigned n)
{
    (void)n;
    return gic_vcpu_eisr(v);
}

static uint64_t read_elrsr(const struct gic_vcpu *v, unsigned n)
{
    (void)n;
    return gic_vcpu_elrsr(v);
}

static uint64_t read_vmcr(const struct gic_vcpu *v, unsigned n)
{
    (void)n;
    return v->vmcr;
}

static void write_vmcr(const struct gic_virtual *at, unsigned n, uint64_t value)
{
    (void)n;
    gic_vcpu_write_vmcr(at->v, value, ICH_VMCR_V3);
}

static uint64_t read_apr(const struct gic_vcpu *v, unsigned n)
{
    return v->apr[n];
}

static void write_apr(const struct gic_virtual *at, unsigned n, uint64_t value)
{
    at->v->apr[n] = (uint32_t)value;
}

static uint64_t read_lr(const struct gic_vcpu *v, unsigned n)
{
    return v->lr[n];
}

static void write_lr(const struct gic_virtual *at, unsigned n, uint64_t value)
{
    gic_virtual_write_lr(at, n, value & LR_BITS);
}

/* ---- the table ---- */

/* clang-format off */
static const struct ich_register {
    ich_read_fn *read;   /* NULL: it is none of these */
    ich_write_fn *write; /* NULL: read-only, the judge refuses before */
    uint8_t n;
} registers[SYSREG_COUNT] = {
    [ICH_AP0R0_EL2] = {read_apr,   write_apr,  0},
    [ICH_AP1R0_EL2] = {read_apr,   write_apr,  1},
    [ICH_HCR_EL2]   = {read_hcr,   write_hcr,  0},
    [ICH_VTR_EL2]   = {read_vtr,   NULL,       0},
    [ICH_MISR_EL2]  = {read_misr,  NULL,       0},
    [ICH_EISR_EL2]  = {read_eisr,  NULL,       0},
    [ICH_ELRSR_EL2] = {read_elrsr, NULL,       0},
    [ICH_VMCR_EL2]  = {read_vmcr,  write_vmcr, 0},
    [ICH_LR0_EL2]   = {read_lr,    write_lr,   0},
    [ICH_LR1_EL2]   = {read_lr,    write_lr,   1},
    [ICH_LR2_EL2]   = {read_lr,    write_lr,   2},
    [ICH_LR3_EL2]   = {read_lr,    write_lr,   3},
    [ICH_LR4_EL2]   = {read_lr,    write_lr,   4},
    [ICH_LR5_EL2]   = {read_lr,    write_lr,   5},
    [ICH_LR6_EL2]   = {read_lr,    write_lr,   6},
    [ICH_LR7_EL2]   = {read_lr,    write_lr,   7},
    [ICH_LR8_EL2]   = {read_lr,    write_lr,   8},
    [ICH_LR9_EL2]   = {read_lr,    write_lr,   9},
    [ICH_LR10_EL2]  = {read_lr,    write_lr,   10},
    [ICH_LR11_EL2]  = {read_lr,    write_lr,   11},
    [ICH_LR12_EL2]  = {read_lr,    write_lr,   12},
    [ICH_LR13_EL2]  = {read_lr,    write_lr,   13},
    [ICH_LR14_EL2]  = {read_lr,    write_lr,   14},
    [ICH_LR15_EL2]  = {read_lr,    write_lr,   15},
};
/* clang-format on */

/* ---- hooks ---- */

/* The traps of ICH_HCR_EL2 are the PE's, of the other registers nothing is. */
static uint64_t read_register(void *owner, struct state *s, enum sysreg reg)
{
    const struct icc *icc = owner;
    const uint64_t kept = reg == ICH_HCR_EL2 ? s->sys[reg] & ICH_HCR_TRAPS : 0;
    return kept | registers[reg].read(&icc->gic->vcpu[icc->cpu], registers[reg].n);
}

static void write_register(void *owner, struct state *s, enum sysreg reg, uint64_t value)
{
    const struct icc *icc = owner;
    const struct gic_virtual at = {icc->gic, &icc->gic->vcpu[icc->cpu], icc->cpu, s->cycles};
    if (!registers[reg].write)
        return;
    registers[reg].write(&at, registers[reg].n, value);
    gic_virtual_update(&at);
}

bool ich_hook_of(enum sysreg reg, struct icc_hook *hook)
{
    *hook = (struct icc_hook){read_register, write_register, NULL};
    return registers[reg].read;
}
