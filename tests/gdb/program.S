/* A guest for a debugger: counts to 1000 in memory, runs on at EL1, and switches off. Loaded at 0x40080000. */
    .text
    .globl _start
_start:
    adr     x1, counter
    mov     x2, #0
    ldr     x5, =0x1234567890abcdef
    msr     tpidr_el2, x5
    ldr     q0, words
loop:
    add     x2, x2, #1
    bl      bump
    cmp     x2, #1000
    b.ne    loop
    mov     x3, #(1 << 31)          /* HCR_EL2.RW */
    msr     hcr_el2, x3
    mov     x3, #0x3c5              /* EL1h, masked */
    msr     spsr_el2, x3
    adr     x3, guest
    msr     elr_el2, x3
    eret
bump:
    str     x2, [x1]
    ret
guest:
    mrs     x4, currentel
    ldr     x6, [x1]
    ldr     w0, =0x84000008         /* PSCI SYSTEM_OFF */
    smc     #0
spin:
    add     x7, x7, #1
    b       spin
    .pool
    .balign 16
words:
    .long   4, 3, 2, 1
    .data
    .globl counter
    .balign 8
counter:
    .quad   0
