// Where every guest starts: at EL1 with the MMU off. x0: the CPU, x1: the GIC's version, x2: how many CPUs there are,
// x3: the guest's number.
    .section .text.start, "ax"
    .global _start, secondary_start
_start:
    mov     x9, x3                      // the guest's number
    ldr     x3, =stack_top
    mov     sp, x3
    adr     x3, vectors
    msr     vbar_el1, x3
    msr     tpidr_el1, xzr              // the CPU's number
    ldr     x3, =bss_start
    ldr     x4, =bss_end
1:  cmp     x3, x4
    b.hs    2f
    stp     xzr, xzr, [x3], #16
    b       1b
2:  ldr     x3, =gic_version
    str     x1, [x3]
    ldr     x3, =cpu_count
    str     x2, [x3]
    ldr     x3, =guest_number
    str     x9, [x3]
    isb
    bl      main
    bl      passed
    b       .

// Other CPUs: x0 (PSCI's context ID) is the top of a stack, with the function to call and the CPU's number on it.
secondary_start:
    mov     sp, x0
    adr     x3, vectors
    msr     vbar_el1, x3
    ldp     x19, x20, [x0]
    msr     tpidr_el1, x20
    isb
    blr     x19
1:  wfi
    b       1b

// Frame of an exception: x0-x30. The handler is told the vector's offset.
    .macro  VECTOR offset
    .balign 128
    sub     sp, sp, #272
    stp     x0, x1, [sp]
    mov     x0, #\offset
    b       taken
    .endm

    .balign 2048
    .global vectors
vectors:
    .irp offset, 0x000, 0x080, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380, 0x400, 0x480, 0x500, 0x580, 0x600, 0x680, 0x700, 0x780
    VECTOR  \offset
    .endr

    .macro  PAIRS op
    \op     x2, x3, [sp, #16]
    \op     x4, x5, [sp, #32]
    \op     x6, x7, [sp, #48]
    \op     x8, x9, [sp, #64]
    \op     x10, x11, [sp, #80]
    \op     x12, x13, [sp, #96]
    \op     x14, x15, [sp, #112]
    \op     x16, x17, [sp, #128]
    \op     x18, x19, [sp, #144]
    \op     x20, x21, [sp, #160]
    \op     x22, x23, [sp, #176]
    \op     x24, x25, [sp, #192]
    \op     x26, x27, [sp, #208]
    \op     x28, x29, [sp, #224]
    .endm

taken:
    PAIRS   stp
    mrs     x1, elr_el1                 // kept for handlers that take exceptions themselves
    stp     x30, x1, [sp, #240]
    mrs     x1, spsr_el1
    str     x1, [sp, #256]
    // The way back from EL0: SVC #0xfff.
    cmp     x0, #0x400
    b.ne    1f
    mrs     x1, esr_el1
    ldr     x2, =0x56000fff
    cmp     x1, x2
    b.eq    back_from_el0
1:  mov     x1, sp
    bl      exception
    ldr     x1, [sp, #256]
    msr     spsr_el1, x1
    ldp     x30, x1, [sp, #240]
    msr     elr_el1, x1
    PAIRS   ldp
    ldp     x0, x1, [sp], #240
    add     sp, sp, #32
    eret

// u64 run_at_el0(fn, spsr, sp, x0): calls fn(x0) there and returns what it returns.
    .global run_at_el0
run_at_el0:
    stp     x19, x20, [sp, #-96]!
    stp     x21, x22, [sp, #16]
    stp     x23, x24, [sp, #32]
    stp     x25, x26, [sp, #48]
    stp     x27, x28, [sp, #64]
    stp     x29, x30, [sp, #80]
    mov     x4, sp
    ldr     x5, =el0_caller
    str     x4, [x5]
    adr     x30, el0_done
    msr     sp_el0, x2
    msr     spsr_el1, x1
    msr     elr_el1, x0
    mov     x0, x3
    eret
el0_done:
    svc     #0xfff
back_from_el0:
    ldr     x0, [sp]
    ldr     x5, =el0_caller
    ldr     x1, [x5]
    mov     sp, x1
    ldp     x21, x22, [sp, #16]
    ldp     x23, x24, [sp, #32]
    ldp     x25, x26, [sp, #48]
    ldp     x27, x28, [sp, #64]
    ldp     x29, x30, [sp, #80]
    ldp     x19, x20, [sp], #96
    ret

// struct result hypercall(arguments[7]): HVC #0 with x0-x6 from the first argument, x0-x3 stored at the second.
    .global hypercall
hypercall:
    stp     x1, x30, [sp, #-16]!
    mov     x9, x0
    ldp     x0, x1, [x9]
    ldp     x2, x3, [x9, #16]
    ldp     x4, x5, [x9, #32]
    ldr     x6, [x9, #48]
    hvc     #0
    ldp     x9, x30, [sp], #16
    stp     x0, x1, [x9]
    stp     x2, x3, [x9, #16]
    ret
