#include "machine/psci.h"
#include "machine/virt.h"

#define PSCI_SYSTEM_OFF UINT32_C(0x84000008)

bool psci_call(void *owner, struct cpu *cpu, bool smc)
{
    struct virt *virt = owner;
    (void)smc;
    if ((uint32_t)cpu->state.x[0] == PSCI_SYSTEM_OFF)
        virt_stop(virt, VIRT_OFF);
    else
        cpu->state.x[0] = UINT64_MAX; /* NOT_SUPPORTED */
    return true;
}
