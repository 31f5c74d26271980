// HYP's vectors, and the way into a guest and out of it.
#include "hyp.h"

    .set    VCPU_PC, 248                // struct vcpu begins with x0-x30, pc, pstate

    .macro  PANIC
    .balign 128
    b       hyp_panic
    .endm

    .macro  GUEST_LEFT kind             // from EL1 or EL0: nothing but a guest is interrupted into HYP
    .balign 128
    stp     x0, x1, [sp, #-16]!
    mrs     x0, tpidr_el2
    ldr     x0, [x0]
    mov     x1, #\kind
    cbnz    x0, guest_exit
    b       hyp_panic
    .endm

    .text
    .balign 2048
    .global hyp_vectors
hyp_vectors:
    .rept   8
    PANIC
    .endr
    .balign 128
    stp     x0, x1, [sp, #-16]!         // synchronous: a guest, or the host's call
    mrs     x0, tpidr_el2
    ldr     x0, [x0]
    mov     x1, #0
    cbnz    x0, guest_exit
    ldp     x0, x1, [sp], #16
    b       host_call
    GUEST_LEFT 1
    GUEST_LEFT 2
    GUEST_LEFT 3
    .rept   4
    PANIC                               // AArch32
    .endr

host_call:
    cmp     x0, #STUB_RESET
    b.eq    hyp_leave
    cmp     x0, #STUB_CALLS
    b.lo    1f
    cmp     x0, #HYP_CALLS
    b.hs    1f
    stp     x29, x30, [sp, #-16]!
    ldr     x9, =hyp_calls
    add     x9, x9, x0, lsl #3
    ldr     x9, [x9, #-8 * STUB_CALLS]
    mov     x0, x1
    mov     x1, x2
    mov     x2, x3
    blr     x9
    ldp     x29, x30, [sp], #16
    eret
1:  mov     x0, #-1
    eret

// u64 guest_enter(struct vcpu *vcpu): returns the kind of exit.
    .global guest_enter
guest_enter:
    stp     x19, x20, [sp, #-96]!
    stp     x21, x22, [sp, #16]
    stp     x23, x24, [sp, #32]
    stp     x25, x26, [sp, #48]
    stp     x27, x28, [sp, #64]
    stp     x29, x30, [sp, #80]
    ldp     x2, x3, [x0, #VCPU_PC]
    msr     elr_el2, x2
    msr     spsr_el2, x3
    ldp     x2, x3, [x0, #16]
    ldp     x4, x5, [x0, #32]
    ldp     x6, x7, [x0, #48]
    ldp     x8, x9, [x0, #64]
    ldp     x10, x11, [x0, #80]
    ldp     x12, x13, [x0, #96]
    ldp     x14, x15, [x0, #112]
    ldp     x16, x17, [x0, #128]
    ldp     x18, x19, [x0, #144]
    ldp     x20, x21, [x0, #160]
    ldp     x22, x23, [x0, #176]
    ldp     x24, x25, [x0, #192]
    ldp     x26, x27, [x0, #208]
    ldp     x28, x29, [x0, #224]
    ldr     x30, [x0, #240]
    ldp     x0, x1, [x0]
    eret

guest_exit:                             // x0: vcpu, x1: the kind; the guest's x0 and x1 are on the stack
    stp     x2, x3, [x0, #16]
    stp     x4, x5, [x0, #32]
    stp     x6, x7, [x0, #48]
    stp     x8, x9, [x0, #64]
    stp     x10, x11, [x0, #80]
    stp     x12, x13, [x0, #96]
    stp     x14, x15, [x0, #112]
    stp     x16, x17, [x0, #128]
    stp     x18, x19, [x0, #144]
    stp     x20, x21, [x0, #160]
    stp     x22, x23, [x0, #176]
    stp     x24, x25, [x0, #192]
    stp     x26, x27, [x0, #208]
    stp     x28, x29, [x0, #224]
    str     x30, [x0, #240]
    ldp     x2, x3, [sp], #16
    stp     x2, x3, [x0]
    mrs     x2, elr_el2
    mrs     x3, spsr_el2
    stp     x2, x3, [x0, #VCPU_PC]
    mov     x0, x1
    ldp     x21, x22, [sp, #16]
    ldp     x23, x24, [sp, #32]
    ldp     x25, x26, [sp, #48]
    ldp     x27, x28, [sp, #64]
    ldp     x29, x30, [sp, #80]
    ldp     x19, x20, [sp], #96
    ret

// A defect of ours: the host is told, at EL1, what EL2 has taken. Its own state may be lost: it only prints.
hyp_panic:
    mrs     x0, esr_el2
    mrs     x1, elr_el2
    mrs     x2, far_el2
    mrs     x3, spsr_el2
    mov     x4, #1 << 31
    msr     hcr_el2, x4
    mrs     x4, tpidr_el2
    ldr     x4, =hyp_panicked
    msr     elr_el2, x4
    mov     x4, #0x3c5
    msr     spsr_el2, x4
    eret

    .section .rodata, "a"
    .balign 8
hyp_calls:
    .quad   hyp_run, hyp_flush_ipa, hyp_flush_vm, hyp_flush_all, hyp_vgic_info, hyp_translate
