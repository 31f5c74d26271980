/* The guest's devices. */
#include "mmio.h"
#include "abi.h"
#include "vm.h"

enum { UART_DR = 0x00, UART_FR = 0x18, UART_FR_EMPTY = 0x90 };

static bool uart(struct vcpu *vcpu, u64 offset, unsigned size, bool write, u64 *value)
{
    struct vm *vm = vcpu->vm;
    (void)size;
    if (!write)
        *value = offset == UART_FR ? UART_FR_EMPTY : 0;
    if (!write || offset != UART_DR)
        return true;
    lock(&vm->lock);
    if (vm->console_used < CONSOLE - 1)
        vm->console[vm->console_used++] = (char)*value;
    unlock(&vm->lock);
    return true;
}

static bool pic(struct vcpu *vcpu, u64 offset, unsigned size, bool write, u64 *value)
{
    struct vm *vm = vcpu->vm;
    u32 *const registers[4] = {&vm->pic_pending, &vm->pic_enable, &vm->pic_fast, NULL};
    if (size != 2 || offset > PIC_ACK)
        return false;
    u32 *reg = registers[offset / 4];
    lock(&vm->lock);
    if (!write)
        *value = reg ? *reg : 0;
    else if (offset == PIC_PENDING)
        *reg |= (u32)*value;
    else if (reg)
        *reg = (u32)*value;
    else
        vm->pic_pending &= ~(u32)*value;
    unlock(&vm->lock);
    pic_update(vcpu);
    return true;
}

/* The lines of the modelled controller are HCR_EL2.VI and VF. */
void pic_update(struct vcpu *vcpu)
{
    const struct vm *vm = vcpu->vm;
    const u32 raised = vm->pic_pending & vm->pic_enable;
    vcpu->vi = raised & ~vm->pic_fast;
    vcpu->vf = raised & vm->pic_fast;
    vcpu->hcr = (vcpu->hcr & ~(HCR_VI | HCR_VF)) | (vcpu->vi ? HCR_VI : 0) | (vcpu->vf ? HCR_VF : 0);
}

static bool scratch(struct vcpu *vcpu, u64 offset, unsigned size, bool write, u64 *value)
{
    u8 *at = vcpu->vm->scratch + offset;
    const unsigned bytes = 1u << size;
    if (offset + bytes > SCRATCH_SIZE)
        return false;
    if (!write)
        *value = 0;
    for (unsigned n = 0; n < bytes; n++) {
        if (write)
            at[n] = (u8)(*value >> 8 * n);
        else
            *value |= (u64)at[n] << 8 * n;
    }
    return true;
}

static const struct device {
    u64 base, size;
    bool (*access)(struct vcpu *vcpu, u64 offset, unsigned size, bool write, u64 *value);
    u32 options; /* of guests that have it; 0: all */
} devices[] = {
    {GUEST_UART, 0x1000, uart, 0},
    {GUEST_PIC, 0x1000, pic, PIC},
    {GUEST_SCRATCH, SCRATCH_SIZE, scratch, 0},
    {GUEST_GICD, 0x10000, vgic_mmio_dist, VGIC},
    {GUEST_GICR, MAX_VCPUS * 0x20000, vgic_mmio_redist, VGIC},
};

bool mmio_access(struct vcpu *vcpu, u64 ipa, unsigned size, bool write, u64 *value)
{
    for (unsigned n = 0; n < sizeof devices / sizeof *devices; n++) {
        const struct device *device = &devices[n];
        if (ipa - device->base < device->size && (!device->options || (device->options & vcpu->vm->guest->options)))
            return device->access(vcpu, ipa - device->base, size, write, value);
    }
    return false;
}

bool guest_memory(struct vcpu *vcpu, u64 ipa, void *data, unsigned bytes, bool write)
{
    u8 *mine = data;
    for (unsigned n = 0; n < bytes; n++, ipa++) {
        u8 *page = stage2_page(vcpu->vm, ipa);
        if (!page)
            return false;
        if (write)
            page[ipa % PAGE] = mine[n];
        else
            mine[n] = page[ipa % PAGE];
    }
    return true;
}

unsigned zero_block_bytes(void)
{
    return 4u << bits(MRS(dczid_el0), 3, 0);
}

bool emulate_translate(struct vcpu *vcpu, u64 va, bool write, bool unprivileged, u64 *ipa)
{
    const u64 how = (unprivileged || vcpu_at_el0(vcpu) ? AS_EL0 : AS_EL1) | (write ? TO_WRITE : TO_READ);
    u64 par = 1 | BIT(9);
    IRQ_MASK(); /* the VMID stays ours */
    if (vcpu->vm->vmid_generation == vmid_generation())
        par = hyp_call(HYP_TRANSLATE, (u64)vcpu, va, how, 0);
    IRQ_UNMASK();
    if (!(par & 1)) {
        *ipa = (par & PTE_ADDR) | (va & 0xfff);
        return true;
    }
    if (bits(par, 9, 9)) /* its tables' page has been taken away, or the VMID: it walks, and faults, by itself */
        return false;
    vcpu->exit.far = va;
    inject_exception(vcpu, (u64)EC_DATA_LOW << 26 | ESR_IL | (u64)write << 6 | bits(par, 6, 1), true);
    return false;
}
