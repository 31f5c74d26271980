// The host's vectors at EL1: interrupts return, everything else is a defect of ours. And how it calls EL2.
    .macro  DEFECT offset
    .balign 128
    mov     x0, #\offset
    b       host_defect
    .endm

    .text
    .balign 2048
    .global host_vectors
host_vectors:
    .irp offset, 0x000, 0x080, 0x100, 0x180
    DEFECT  \offset
    .endr
    DEFECT  0x200
    .balign 128
    b       host_interrupt
    .irp offset, 0x300, 0x380, 0x400, 0x480, 0x500, 0x580, 0x600, 0x680, 0x700, 0x780
    DEFECT  \offset
    .endr

host_defect:
    mrs     x1, esr_el1
    mrs     x2, elr_el1
    mrs     x3, far_el1
    b       host_panicked

host_interrupt:
    stp     x0, x1, [sp, #-192]!
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x30, [sp, #144]
    mrs     x0, elr_el1
    mrs     x1, spsr_el1
    stp     x0, x1, [sp, #160]
    bl      host_irq
    ldp     x0, x1, [sp, #160]
    msr     elr_el1, x0
    msr     spsr_el1, x1
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x30, [sp, #144]
    ldp     x0, x1, [sp], #192
    eret

// u64 hyp_call(function, x1, x2, x3, x4), u64 smc(function, x1, x2, x3): as a C call, x19-x29 survive.
    .global hyp_call, smc
hyp_call:
    str     x30, [sp, #-16]!
    hvc     #0
    ldr     x30, [sp], #16
    ret
smc:
    str     x30, [sp, #-16]!
    smc     #0
    ldr     x30, [sp], #16
    ret

// u64 stub_install(table, stack, hyp_cpu, vtcr): HVC to the vectors that install the hypervisor.
    .global stub_install
stub_install:
    str     x30, [sp, #-16]!
    hvc     #0
    ldr     x30, [sp], #16
    ret
