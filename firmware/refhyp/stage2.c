/* Stage 2: guests' memory is mapped when it is touched, by pages below GUEST_BLOCK and by 2 MiB blocks from there on. */
#include "abi.h"
#include "vm.h"

#define S2_MEMORY (PTE_VALID | S2_NORMAL | S2_READ | S2_WRITE | PTE_SH | PTE_AF)
#define S2_DEVICE (PTE_VALID | UINT64_C(1) << 2 | S2_READ | S2_WRITE | PTE_AF | S2_XN)

bool is_ram(u64 ipa)
{
    return ipa >= GUEST_RAM && ipa < GUEST_RAM + GUEST_RAM_SIZE;
}

static u64 vttbr(const struct vm *vm)
{
    return (u64)vm->stage2 | vm->vmid << 48;
}

/* The page that was taken away from here, or NULL. */
static void *moved_page(struct vm *vm, u64 ipa)
{
    for (unsigned n = 0; n < 8; n++) {
        if (vm->moved_page[n] && vm->moved_ipa[n] == ipa) {
            void *page = vm->moved_page[n];
            vm->moved_page[n] = NULL;
            return page;
        }
    }
    return NULL;
}

/* A page with what the image has for it. */
static void *first_page(struct vm *vm, u64 ipa)
{
    u8 *page = page_alloc();
    const char *from = vm->image + (ipa - GUEST_RAM);
    const u64 left = from < vm->image_end ? (u64)(vm->image_end - from) : 0;
    memcpy(page, from, left < PAGE ? left : PAGE);
    for (u64 at = 0; at < PAGE; at += 64)
        __asm__ volatile("dc cvau, %0" ::"r"(page + at) : "memory");
    ASM("dsb ish; ic ialluis; dsb ish");
    return page;
}

/* With the lock held. */
static u64 *map_ram(struct vm *vm, u64 ipa)
{
    unsigned level;
    u64 *leaf = table_leaf(vm->stage2, ipa, &level);
    if (leaf)
        return leaf;
    if (ipa >= GUEST_BLOCK) {
        const u64 base = ipa & ~(u64)(BLOCK - 1);
        table_map(vm->stage2, base, (u64)block_alloc(), BLOCK, S2_MEMORY);
    } else {
        const u64 base = ipa & ~(u64)(PAGE - 1);
        void *page = moved_page(vm, base);
        table_map(vm->stage2, base, (u64)(page ? page : first_page(vm, base)), PAGE, S2_MEMORY);
    }
    return table_leaf(vm->stage2, ipa, &level);
}

void *stage2_page(struct vm *vm, u64 ipa)
{
    if (!is_ram(ipa))
        return NULL;
    lock(&vm->lock);
    const u64 *leaf = map_ram(vm, ipa);
    u64 base = *leaf & PTE_ADDR;
    if (ipa >= GUEST_BLOCK)
        base += ipa & (BLOCK - 1) & ~(u64)(PAGE - 1);
    unlock(&vm->lock);
    return (void *)base;
}

bool stage2_fault(struct vcpu *vcpu, u64 ipa)
{
    struct vm *vm = vcpu->vm;
    if (is_ram(ipa)) {
        stage2_page(vm, ipa);
        return true;
    }
    /* GICv2: what the guest takes for the CPU interface is the virtual one. */
    if (machine.gicv && (vm->guest->options & VGIC) && ipa - GUEST_GICC < 2 * PAGE) {
        unsigned level;
        lock(&vm->lock);
        if (!table_leaf(vm->stage2, ipa, &level))
            table_map(vm->stage2, GUEST_GICC, machine.gicv, 2 * PAGE, S2_DEVICE);
        unlock(&vm->lock);
        return true;
    }
    return false;
}

/* Break before make: nobody may use what the descriptor has said when the page gets a new place. */
void stage2_move_page(struct vm *vm, u64 ipa)
{
    unsigned level;
    lock(&vm->lock);
    u64 *leaf = table_leaf(vm->stage2, ipa, &level);
    unsigned slot = 0;
    while (slot < 8 && vm->moved_page[slot])
        slot++;
    if (leaf && level == 3 && slot < 8) {
        u8 *old = (u8 *)(*leaf & PTE_ADDR), *new = page_alloc();
        *leaf = 0;
        hyp_call(HYP_FLUSH_IPA, vttbr(vm), ipa, 0, 0);
        memcpy(new, old, PAGE);
        memset(old, 0x5a, PAGE); /* who still comes here is seen */
        page_free(old);
        vm->moved_ipa[slot] = ipa & ~(u64)(PAGE - 1);
        vm->moved_page[slot] = new;
    }
    unlock(&vm->lock);
}

void stage2_protect(struct vm *vm, u64 ipa, u64 clear, u64 set)
{
    unsigned level;
    lock(&vm->lock);
    map_ram(vm, ipa);
    u64 *leaf = table_leaf(vm->stage2, ipa, &level);
    *leaf = (*leaf & ~clear) | set;
    hyp_call(HYP_FLUSH_IPA, vttbr(vm), ipa, 0, 0);
    unlock(&vm->lock);
}

static void free_leaves(struct vm *vm, u64 from, u64 size, void (*release)(void *))
{
    unsigned level;
    for (u64 at = 0; at < GUEST_RAM_SIZE / 2; at += size) {
        const u64 *leaf = table_leaf(vm->stage2, from + at, &level);
        if (leaf)
            release((void *)(*leaf & PTE_ADDR));
    }
}

void stage2_free(struct vm *vm)
{
    free_leaves(vm, GUEST_RAM, PAGE, page_free);
    free_leaves(vm, GUEST_BLOCK, BLOCK, block_free);
    for (unsigned n = 0; n < 8; n++)
        if (vm->moved_page[n])
            page_free(vm->moved_page[n]);
    if (vm->vmid_generation == vmid_generation())
        hyp_call(HYP_FLUSH_VM, vttbr(vm), 0, 0, 0);
    table_free(vm->stage2, 2);
}
