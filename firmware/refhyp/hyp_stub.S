// The stub: what answers at EL2 while no hypervisor is installed (the MMU of EL2 is off), and the door through which one is.
#include "hyp.h"

    .macro  NONE                        // nothing that happens here by intention
    .balign 128
1:  wfi
    b       1b
    .endm

    .text
    .balign 2048
    .global stub_vectors
stub_vectors:
    .rept   8
    NONE
    .endr
    .balign 128
    b       stub_call                   // from EL1: HVC
    .rept   7
    NONE
    .endr

stub_call:
    cmp     x0, #STUB_SET_VECTORS
    b.ne    1f
    msr     vbar_el2, x1
    b       3f
1:  cmp     x0, #STUB_SOFT_RESTART
    b.ne    2f
    msr     elr_el2, x1
    mov     x0, #0x3c9                  // EL2h, everything masked
    msr     spsr_el2, x0
    mov     x0, x2
    eret
2:  cmp     x0, #STUB_RESET
    b.eq    3f
    mov     x0, #-1                     // no such call
    eret
3:  mov     x0, #0
    eret

// The vectors that install the hypervisor. x0: its translation table, x1: its stack, x2: its struct hyp_cpu, x3: VTCR_EL2.
// This code is mapped where it lies, so that it goes on when the MMU is turned on.
    .balign 2048
    .global hyp_init_vectors
hyp_init_vectors:
    .rept   8
    NONE
    .endr
    .balign 128
    b       hyp_init
    .rept   7
    NONE
    .endr

hyp_init:
    mov     sp, x1
    msr     tpidr_el2, x2
    msr     ttbr0_el2, x0
    msr     vtcr_el2, x3
    ldr     x0, =0xff04                 // MAIR_VALUE
    msr     mair_el2, x0
    ldr     x0, =0x80823519             // 39 bits, write-back walks, 40 bits of physical address
    msr     tcr_el2, x0
    isb
    tlbi    alle2
    tlbi    alle1
    dsb     sy
    isb
    ldr     x0, =0x30cd1835             // MMU, caches; nothing is writable and executable (WXN)
    msr     sctlr_el2, x0
    isb
    ldr     x0, =hyp_vectors
    msr     vbar_el2, x0
    isb
    mov     x0, #0
    eret

// Leaves: the MMU off, the stub's vectors. Runs where it is mapped, with the same result before and after.
    .global hyp_leave
hyp_leave:
    ldr     x0, =0x30c50830
    msr     sctlr_el2, x0
    isb
    tlbi    alle2
    dsb     sy
    ldr     x0, =stub_vectors
    msr     vbar_el2, x0
    msr     cntvoff_el2, xzr
    msr     ttbr0_el2, xzr
    msr     tpidr_el2, xzr
    isb
    mov     x0, #0
    eret
