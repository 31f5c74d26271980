/* Accesses that a syndrome does not describe. */
#include "mmio.h"

void emulate_access(struct vcpu *vcpu, u32 word)
{
    (void)word;
    inject_external_abort(vcpu);
}
