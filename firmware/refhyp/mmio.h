/* Guests' accesses to devices: found by a stage-2 fault, described by its syndrome or by the instruction itself. */
#pragma once
#include "vcpu.h"

/* One access of 1 << size bytes (size 0 to 3) to the device at `ipa`. False: nothing answers there. */
bool mmio_access(struct vcpu *vcpu, u64 ipa, unsigned size, bool write, u64 *value);

/* An external abort, taken by the guest at its EL1 for the access it has made (synchronous: FAR is that of the exit). */
void inject_external_abort(struct vcpu *vcpu);

/* Emulates an access that the syndrome does not describe: `word` is the instruction at the guest's pc (emulate.c). Its
 * addresses are virtual; emulate_translate gives their IPA. Registers and pc are advanced when it is done; what cannot be
 * emulated gets an external abort. */
void emulate_access(struct vcpu *vcpu, u32 word);

/* The IPA of a virtual address of the guest, for an access as its present Exception level makes it (or as EL0, if
 * `unprivileged`). False: its own stage 1 does not allow it (the guest has then taken the abort). */
bool emulate_translate(struct vcpu *vcpu, u64 va, bool write, bool unprivileged, u64 *ipa);

/* What DC ZVA zeroes. */
unsigned zero_block_bytes(void);

/* Copies between the host and guest memory at an IPA (mapping it when it is not). False: no RAM there. */
bool guest_memory(struct vcpu *vcpu, u64 ipa, void *data, unsigned bytes, bool write);
