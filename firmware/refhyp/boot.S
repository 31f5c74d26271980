// Where the machine starts: every CPU at EL2 with the MMU off. It gets the stub, and drops to EL1, where the host's kernel
// lives. The stub is all that stays at EL2 until the hypervisor is installed.
#include "hyp.h"

    .section .text.start, "ax"
    .global _start, secondary_start
_start:
    ldr     x0, =bss_start
    ldr     x1, =bss_end
1:  stp     xzr, xzr, [x0], #16
    cmp     x0, x1
    b.lo    1b
    ldr     x19, =cpu0_stack_top
    ldr     x20, =host_main
    mov     x21, #0
    b       enter_host

// Another CPU, started by PSCI: x0 is its struct cpu, which begins with its stack and where to go.
secondary_start:
    ldp     x19, x20, [x0]
    mov     x21, x0

enter_host:                             // x19: stack, x20: the host's function, x21: its argument
    mrs     x0, CurrentEL
    cmp     x0, #8
    b.ne    no_el2
    ldr     x0, =stub_vectors
    msr     vbar_el2, x0
    bl      el2_defaults
    msr     sp_el1, x19
    msr     elr_el2, x20
    mov     x0, #0x3c5                  // EL1h, everything masked
    msr     spsr_el2, x0
    mov     x0, x21
    eret

// A state of EL2 in which EL1 is on its own: no stage 2, no trap, no offset of time.
el2_defaults:
    mov     x0, #1 << 31                // HCR_EL2.RW: EL1 is AArch64
    msr     hcr_el2, x0
    mov     x0, #0x33ff
    msr     cptr_el2, x0
    msr     hstr_el2, xzr
    mov     x0, #3                      // the physical timer and counter are EL1's
    msr     cnthctl_el2, x0
    msr     cntvoff_el2, xzr
    msr     vttbr_el2, xzr
    mrs     x0, midr_el1
    msr     vpidr_el2, x0
    mrs     x0, mpidr_el1
    msr     vmpidr_el2, x0
    mov     x1, #0
    mrs     x0, id_aa64dfr0_el1
    ubfx    x0, x0, #8, #4              // PMUVer: all its counters are EL1's
    cbz     x0, 1f
    mrs     x1, pmcr_el0
    ubfx    x1, x1, #11, #5
1:  msr     mdcr_el2, x1
    ldr     x0, =0x30c50830             // RES1, MMU off
    msr     sctlr_el2, x0
    ldr     x0, =0x30d00800
    msr     sctlr_el1, x0
    mrs     x0, id_aa64pfr0_el1
    ubfx    x0, x0, #24, #4
    cbz     x0, 2f                      // no system registers of a GICv3
    mov     x0, #0xf                    // SRE, no bypass, and EL1 may use it
    msr     icc_sre_el2, x0
    isb
    msr     ich_hcr_el2, xzr
2:  isb
    ret

no_el2:                                 // says so, and waits for ever
    adr     x0, no_el2_text
    mov     x1, #0x09000000
1:  ldrb    w2, [x0], #1
    cbz     w2, 2f
    str     w2, [x1]
    b       1b
2:  wfi
    b       2b
no_el2_text:
    .asciz  "refhyp: started below EL2: it needs -M virt,virtualization=on\n"

// The last code to run: by a soft restart, at EL2 with the MMU off, without a stack.
    .balign 4
    .global power_off_at_el2
power_off_at_el2:
    ldr     x0, =0x84000008             // PSCI SYSTEM_OFF
    smc     #0
1:  wfi
    b       1b

    .bss
    .balign 16
    .skip   0x4000
    .global cpu0_stack_top
cpu0_stack_top:
