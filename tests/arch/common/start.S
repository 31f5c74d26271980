// Where every program of this folder starts: at EL1 or at EL2, on CPU 0, with the MMU off. Calls test(), then leaves.
    .section .text.start, "ax"
    .global _start, secondary_start
_start:
    ldr     x0, =stack_top
    mov     sp, x0
    bl      set_up_el
    bl      lib_start
    bl      test
    b       power_off

// Other CPUs: x0 (PSCI's context ID) is the top of a stack, with the function to call on it.
secondary_start:
    mov     sp, x0
    bl      set_up_el
    ldr     x1, [sp]
    blr     x1
1:  wfi
    b       1b

// Vectors and a state from which lower Exception levels can be entered. Changes x0-x2.
set_up_el:
    ldr     x0, =vectors
    msr     vbar_el1, x0
    mrs     x1, CurrentEL
    cmp     x1, #8
    b.ne    1f
    msr     vbar_el2, x0
    mov     x0, #1 << 31                // HCR_EL2.RW
    msr     hcr_el2, x0
    mov     x0, #3                      // EL1 may use the physical timer and counter
    msr     cnthctl_el2, x0
    msr     cntvoff_el2, xzr
    msr     vttbr_el2, xzr
    mrs     x0, midr_el1
    msr     vpidr_el2, x0
    mrs     x0, mpidr_el1
    msr     vmpidr_el2, x0
    ldr     x0, =0x30d00800             // RES1
    msr     sctlr_el1, x0
1:  isb
    ret

// Frame of an exception: x0-x30, then SP_EL0. The handler is told the vector's offset.
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

taken:
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x19, [sp, #144]
    stp     x20, x21, [sp, #160]
    stp     x22, x23, [sp, #176]
    stp     x24, x25, [sp, #192]
    stp     x26, x27, [sp, #208]
    stp     x28, x29, [sp, #224]
    mrs     x2, sp_el0
    stp     x30, x2, [sp, #240]
    // The way back from below: an SVC or HVC that run_below has prepared.
    tbz     x0, #10, 2f                 // not from a lower level
    tst     x0, #0x180
    b.ne    2f                          // not synchronous
    mrs     x2, CurrentEL
    mrs     x1, esr_el1
    cmp     x2, #8
    b.ne    1f
    mrs     x1, esr_el2
1:  and     x3, x1, #0xffff
    mov     x4, #0xfff
    cmp     x3, x4
    b.ne    2f
    lsr     x3, x1, #26
    cmp     x3, #0x15
    mov     x4, #0x16
    ccmp    x3, x4, #4, ne
    b.eq    back_from_below
2:  mov     x1, sp
    bl      exception
    ldp     x30, x2, [sp, #240]
    msr     sp_el0, x2
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x19, [sp, #144]
    ldp     x20, x21, [sp, #160]
    ldp     x22, x23, [sp, #176]
    ldp     x24, x25, [sp, #192]
    ldp     x26, x27, [sp, #208]
    ldp     x28, x29, [sp, #224]
    ldp     x0, x1, [sp], #240
    add     sp, sp, #32
    eret

// u64 run_below(fn, spsr, sp): calls fn() with that PSTATE, one Exception level (or two) down; returns what it returns.
    .global run_below
run_below:
    stp     x19, x20, [sp, #-96]!
    stp     x21, x22, [sp, #16]
    stp     x23, x24, [sp, #32]
    stp     x25, x26, [sp, #48]
    stp     x27, x28, [sp, #64]
    stp     x29, x30, [sp, #80]
    adr     x30, call_up
    mrs     x3, CurrentEL
    mov     x4, sp
    cmp     x3, #8
    b.eq    1f
    msr     tpidr_el1, x4
    msr     sp_el0, x2
    msr     spsr_el1, x1
    msr     elr_el1, x0
    eret
1:  msr     tpidr_el2, x4
    msr     sp_el1, x2
    msr     sp_el0, x2
    msr     spsr_el2, x1
    msr     elr_el2, x0
    eret

// At EL0 or EL1: up to who has called run_below.
call_up:
    mrs     x1, tpidr_el0
    cbnz    x1, 1f
    svc     #0xfff
1:  hvc     #0xfff

back_from_below:
    mrs     x1, tpidr_el1
    mrs     x2, CurrentEL
    cmp     x2, #8
    b.ne    1f
    mrs     x1, tpidr_el2
1:  ldr     x0, [sp]
    mov     sp, x1
    ldp     x21, x22, [sp, #16]
    ldp     x23, x24, [sp, #32]
    ldp     x25, x26, [sp, #48]
    ldp     x27, x28, [sp, #64]
    ldp     x29, x30, [sp, #80]
    ldp     x19, x20, [sp], #96
    ret
