/* A log of Linux' trace events kvm_exit and kvm_guest_fault, as ftrace and trace-cmd print them:
 *
 *     qemu-1234 [002] d..1 1234.567890: kvm_exit: TRAP: HSR_EC: 0x0024 (DABT_LOW), PC: 0xffff800010081234
 *     qemu-1234 [002] .... 1234.567891: kvm_guest_fault: ipa 0x9000000, hsr 0x93c08046, hxfar 0x..., pc 0x...
 *
 * Tasks are virtual CPUs, numbered as they come; kvm_guest_fault completes the exit of its task before it. Other lines are
 * passed over. */
#pragma once
#include "tools/record.h"

struct kvmlog {
    struct record *record; /* exceptions to EL2; number: the line of the log; cpu: the task */
    size_t count, room;
};

/* False: *error says why; there is nothing to free. A log without exits is refused. */
bool kvmlog_read(const char *file, struct kvmlog *log, struct trapeze_error *error);
void kvmlog_free(struct kvmlog *log);
