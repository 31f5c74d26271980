/* The guest's distributor, and of GICv3 its redistributors: registers of 1, 2 or 8 bits for each interrupt, as rows. */
#include "vm.h"

struct row {
    u32 offset, bits;
    u32 (*get)(const struct irq *irq);
    void (*set)(struct irq *irq, u32 value);
};

static u32 get_group(const struct irq *irq)
{
    return irq->group1;
}

static void set_group(struct irq *irq, u32 value)
{
    irq->group1 = value;
}

static u32 get_enable(const struct irq *irq)
{
    return irq->enabled;
}

static void set_enable(struct irq *irq, u32 value)
{
    irq->enabled |= value;
}

static void clear_enable(struct irq *irq, u32 value)
{
    irq->enabled &= !value;
}

static u32 get_pending(const struct irq *irq)
{
    return irq->pending || (!irq->edge && irq->level);
}

static void set_pending(struct irq *irq, u32 value)
{
    irq->pending |= value;
}

static void clear_pending(struct irq *irq, u32 value)
{
    irq->pending &= !value;
}

static u32 get_active(const struct irq *irq)
{
    return irq->active;
}

static void set_active(struct irq *irq, u32 value)
{
    irq->active |= value;
}

static void clear_active(struct irq *irq, u32 value)
{
    irq->active &= !value;
}

static u32 get_priority(const struct irq *irq)
{
    return irq->priority;
}

static void set_priority(struct irq *irq, u32 value)
{
    irq->priority = (u8)value & 0xf8;
}

static u32 get_targets(const struct irq *irq)
{
    return irq->targets;
}

static void set_targets(struct irq *irq, u32 value)
{
    irq->targets = (u8)value;
    irq->cpu = value ? (u8)__builtin_ctz(value) : 0;
}

static u32 get_config(const struct irq *irq)
{
    return irq->edge ? 2 : 0;
}

static void set_config(struct irq *irq, u32 value)
{
    irq->edge = value & 2;
}

static const struct row rows[] = {
    {0x080, 1, get_group, set_group},     {0x100, 1, get_enable, set_enable},     {0x180, 1, get_enable, clear_enable},
    {0x200, 1, get_pending, set_pending}, {0x280, 1, get_pending, clear_pending}, {0x300, 1, get_active, set_active},
    {0x380, 1, get_active, clear_active}, {0x400, 8, get_priority, set_priority}, {0x800, 8, get_targets, set_targets},
    {0xc00, 2, get_config, set_config},
};

/* The interrupts first to first + count - 1 of this access, `bits` of the value for each. */
static void access_irqs(struct vcpu *vcpu, const struct row *row, u32 first, u32 count, bool write, u64 *value)
{
    const u64 mask = BIT(row->bits) - 1;
    for (u32 n = 0; n < count; n++) {
        struct irq *irq = vgic_irq(vcpu, first + n);
        const bool sgi_config = row->bits == 2 && first + n < 16;
        if (!write)
            *value |= (u64)row->get(irq) << n * row->bits;
        else if (!sgi_config)
            row->set(irq, (u32)(*value >> n * row->bits & mask));
    }
}

/* The rows, for interrupts from `from` to `to`, others read as zero. False: no row. */
static bool irq_registers(struct vcpu *vcpu, u64 offset, unsigned size, bool write, u64 *value, u32 from, u32 to)
{
    for (unsigned n = 0; n < sizeof rows / sizeof *rows; n++) {
        const struct row *row = &rows[n];
        const u32 first = (u32)(offset - row->offset) * 8 / row->bits, count = (8u << size) / row->bits;
        if (offset < row->offset || first + count > 1024 || (row->bits < 8 && size != 2))
            continue;
        if (n + 1 < sizeof rows / sizeof *rows && offset >= rows[n + 1].offset)
            continue;
        if (!write)
            *value = 0;
        if (first >= from && first + count <= to)
            access_irqs(vcpu, row, first, count, write, value);
        return true;
    }
    return false;
}

/* GICv2: the list, all others, or the sender itself. */
static void sgir(struct vcpu *vcpu, u64 value)
{
    const u32 all = (1u << vcpu->vm->guest->cpus) - 1, own = 1u << vcpu->index;
    const u32 targets[4] = {(u32)bits(value, 23, 16) & all, all & ~own, own, 0};
    vgic_sgi(vcpu, targets[bits(value, 25, 24)], (u32)bits(value, 3, 0));
}

enum { GICD_CTLR = 0x000, GICD_TYPER = 0x004, GICD_IIDR = 0x008, GICD_SGIR = 0xf00, GICD_IROUTER = 0x6000 };
enum { PIDR2_V2 = 0xfe8, PIDR2_V3 = 0xffe8, IIDR = 0x43b, CTLR_ARE = 1 << 4 };

static u64 read_dist(const struct vcpu *vcpu, u64 offset)
{
    const bool v3 = machine.gic_version == 3;
    switch (offset) {
    case GICD_CTLR: return vcpu->vm->distributor_on | (v3 ? CTLR_ARE : 0);
    case GICD_TYPER: return (32 + SPIS) / 32 - 1 | (v3 ? 9 << 19 : (vcpu->vm->guest->cpus - 1) << 5);
    case GICD_IIDR: return IIDR;
    case PIDR2_V2: return v3 ? 0 : 0x2b;
    case PIDR2_V3: return v3 ? 0x3b : 0;
    }
    return 0;
}

static bool irouter(struct vcpu *vcpu, u64 offset, bool write, u64 *value)
{
    const u64 n = (offset - GICD_IROUTER) / 8;
    if (machine.gic_version != 3 || offset < GICD_IROUTER || n < 32 || n >= 32 + SPIS)
        return false;
    struct irq *irq = vgic_irq(vcpu, (u32)n);
    if (write)
        irq->cpu = (u8)(*value & 0xff) % vcpu->vm->guest->cpus;
    else
        *value = irq->cpu;
    return true;
}

bool vgic_mmio_dist(struct vcpu *vcpu, u64 offset, unsigned size, bool write, u64 *value)
{
    struct vm *vm = vcpu->vm;
    if (offset == GICD_SGIR && write && machine.gic_version == 2) {
        sgir(vcpu, *value);
        return true;
    }
    lock(&vm->lock);
    const u32 first = machine.gic_version == 3 ? 32 : 0; /* of v3 the others are the redistributors' */
    if (irouter(vcpu, offset, write, value) ||
        (offset >= 0x80 && offset < 0xd00 && irq_registers(vcpu, offset, size, write, value, first, 32 + SPIS)))
        ;
    else if (!write)
        *value = read_dist(vcpu, offset);
    else if (offset == GICD_CTLR)
        vm->distributor_on = *value & 3;
    unlock(&vm->lock);
    for (unsigned n = 0; write && n < vm->guest->cpus; n++)
        if (vm->vcpus[n] != vcpu)
            vcpu_wake(vm->vcpus[n]); /* what they have in list registers may have changed */
    return true;
}

enum { GICR_FRAMES = 0x20000, GICR_SGI = 0x10000, GICR_IIDR = 0x004, GICR_TYPER = 0x008 };

bool vgic_mmio_redist(struct vcpu *vcpu, u64 offset, unsigned size, bool write, u64 *value)
{
    struct vm *vm = vcpu->vm;
    const u64 number = offset / GICR_FRAMES, reg = offset % GICR_FRAMES;
    if (machine.gic_version != 3 || number >= vm->guest->cpus)
        return false;
    struct vcpu *owner = vm->vcpus[number];
    lock(&vm->lock);
    if (reg >= GICR_SGI + 0x80 && reg < GICR_SGI + 0xd00)
        irq_registers(owner, reg - GICR_SGI, size, write, value, 0, 32);
    else if (!write)
        *value = reg == GICR_TYPER  ? number << 32 | number << 8 | (u64)(number + 1 == vm->guest->cpus) << 4
                 : reg == GICR_IIDR ? IIDR
                 : reg == PIDR2_V3  ? 0x3b
                                    : 0;
    unlock(&vm->lock);
    if (write && owner != vcpu)
        vcpu_wake(owner);
    return true;
}
