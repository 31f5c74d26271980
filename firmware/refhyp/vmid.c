/* VMIDs tell guests' translations apart in the TLB. There are few, so that they run out while guests run, and they differ in
 * single bits, so that none of these can be lost. When they have run out, a new generation begins: every CPU leaves its guest,
 * every TLB forgets every guest, and whoever runs next gets a new VMID. */
#include "vm.h"

static const u8 vmids[] = {0x80, 0x40, 0x21, 0x01}; /* 0 is the host's */

static struct {
    u32 lock;
    volatile u64 generation;
    u64 next, rollovers;
} allocator = {.generation = 1};

u64 vmid_generation(void)
{
    return allocator.generation;
}

u64 vmid_rollovers(void)
{
    return allocator.rollovers;
}

static void begin_generation(void)
{
    allocator.generation++;
    allocator.next = 0;
    allocator.rollovers++;
    cpus_kick_and_wait(); /* those who come back find the old generation gone, and wait for the lock */
    hyp_call(HYP_FLUSH_ALL, 0, 0, 0, 0);
}

void vmid_renew(struct vm *vm)
{
    lock(&allocator.lock);
    if (vm->vmid_generation != allocator.generation) {
        if (allocator.next == sizeof vmids)
            begin_generation();
        vm->vmid = vmids[allocator.next++];
        DSB();
        vm->vmid_generation = allocator.generation;
    }
    unlock(&allocator.lock);
}
