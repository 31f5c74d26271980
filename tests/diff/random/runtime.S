/* Runs the sequences at 0x40300000, one behind the other, at EL2 with a flat map, and prints a line of each: its number and
 * the hash of all it leaves: X0-X30, SP, NZCV, V0-V31 and the scratch memory; or "exception", ESR and ELR where it stopped.
 * V0-V31 begin as what X0-X30 begin as, too.
 * A sequence: X0-X30, NZCV (32 doublewords), the length of its code in bytes, the code, which ends in a branch to `finish`. */

#define SCRATCH 0x40500000 /* X29 points there */
#define HASHED  0x404ff000 /* from here on, HASHED_END is behind it */
#define HASHED_END 0x40509000

    .text
    .global _start
_start:
    adr x0, vectors
    msr vbar_el2, x0
    ldr x0, =0x00ff
    msr mair_el2, x0
    ldr x0, =0x80803519 /* T0SZ 25, 4 KiB, write-back, inner shareable, 40 bits */
    msr tcr_el2, x0
    adrp x0, tables
    ldr x1, =0x00400000000405 /* device: attribute 1, execute-never below */
    ldr x2, =0x0060000000000405
    str x2, [x0]
    ldr x1, =0x40000701 /* normal memory */
    str x1, [x0, 8]
    msr ttbr0_el2, x0
    dsb sy
    isb
    mrs x0, sctlr_el2
    ldr x1, =0x1005
    orr x0, x0, x1
    msr sctlr_el2, x0
    isb
    adr x0, cur
    ldr x1, =0x40300000
    stp x1, xzr, [x0]
next:
    adr x0, cur
    ldr x30, [x0]
    ldr x1, [x30, 256]
    cbz x1, off
    add x2, x30, 264
    msr elr_el2, x2
    ldr x2, [x30, 248]
    mov x3, 0x3c9
    orr x2, x2, x3
    msr spsr_el2, x2
    ldr x2, =0x40480000
    mov sp, x2
    ldr x2, =HASHED
    ldr x3, =HASHED_END
1:  stp x2, x30, [x2], 16
    cmp x2, x3
    b.lo 1b
    ldp q0, q1, [x30]
    ldp q2, q3, [x30, 32]
    ldp q4, q5, [x30, 64]
    ldp q6, q7, [x30, 96]
    ldp q8, q9, [x30, 128]
    ldp q10, q11, [x30, 160]
    ldp q12, q13, [x30, 192]
    ldp q14, q15, [x30, 224]
    add x2, x30, 8
    ldp q16, q17, [x2]
    ldp q18, q19, [x2, 32]
    ldp q20, q21, [x2, 64]
    ldp q22, q23, [x2, 96]
    ldp q24, q25, [x2, 128]
    ldp q26, q27, [x2, 160]
    ldp q28, q29, [x2, 192]
    ldr q30, [x2, 224]
    ldr q31, [x30, 16]
    ldp x0, x1, [x30]
    ldp x2, x3, [x30, 16]
    ldp x4, x5, [x30, 32]
    ldp x6, x7, [x30, 48]
    ldp x8, x9, [x30, 64]
    ldp x10, x11, [x30, 80]
    ldp x12, x13, [x30, 96]
    ldp x14, x15, [x30, 112]
    ldp x16, x17, [x30, 128]
    ldp x18, x19, [x30, 144]
    ldp x20, x21, [x30, 160]
    ldp x22, x23, [x30, 176]
    ldp x24, x25, [x30, 192]
    ldp x26, x27, [x30, 208]
    ldp x28, x29, [x30, 224]
    ldr x30, [x30, 240]
    eret

    .org 0x400
    .global finish
finish:
    msr tpidr_el2, x30
    adr x30, dump
    stp x0, x1, [x30]
    stp x2, x3, [x30, 16]
    stp x4, x5, [x30, 32]
    stp x6, x7, [x30, 48]
    stp x8, x9, [x30, 64]
    stp x10, x11, [x30, 80]
    stp x12, x13, [x30, 96]
    stp x14, x15, [x30, 112]
    stp x16, x17, [x30, 128]
    stp x18, x19, [x30, 144]
    stp x20, x21, [x30, 160]
    stp x22, x23, [x30, 176]
    stp x24, x25, [x30, 192]
    stp x26, x27, [x30, 208]
    stp x28, x29, [x30, 224]
    mrs x0, tpidr_el2
    mrs x1, nzcv
    stp x0, x1, [x30, 240]
    mov x0, sp
    str x0, [x30, 256]
    stp q0, q1, [x30, 272]
    stp q2, q3, [x30, 304]
    stp q4, q5, [x30, 336]
    stp q6, q7, [x30, 368]
    stp q8, q9, [x30, 400]
    stp q10, q11, [x30, 432]
    stp q12, q13, [x30, 464]
    stp q14, q15, [x30, 496]
    stp q16, q17, [x30, 528]
    stp q18, q19, [x30, 560]
    stp q20, q21, [x30, 592]
    stp q22, q23, [x30, 624]
    stp q24, q25, [x30, 656]
    stp q26, q27, [x30, 688]
    stp q28, q29, [x30, 720]
    stp q30, q31, [x30, 752]
    ldr x5, =0x9e3779b97f4a7c15
    mov x4, 0
    mov x0, x30
    add x1, x30, 784
    bl hash
    ldr x0, =HASHED
    ldr x1, =HASHED_END
    bl hash
    adr x0, cur
    ldr x0, [x0, 8]
    mov x1, 16
    bl print
    mov x0, x4
    mov x1, 16
    bl print
done:
    mov x0, '\n'
    bl putc
    adr x0, cur
    ldp x1, x2, [x0]
    ldr x3, [x1, 256]
    add x1, x1, x3
    add x1, x1, 264
    add x2, x2, 1
    stp x1, x2, [x0]
    b next
off:
    ldr x0, =0x84000008 /* PSCI SYSTEM_OFF */
    smc 0
    b .

hash: /* x4 of the doublewords from x0 to x1 */
    ldr x2, [x0], 8
    eor x4, x4, x2
    mul x4, x4, x5
    ror x4, x4, 29
    cmp x0, x1
    b.lo hash
    ret
print: /* x1 digits of x0, and a space */
    mov x9, x30
    mov x6, x0
1:  sub x1, x1, 1
    lsl x2, x1, 2
    lsr x0, x6, x2
    and x0, x0, 15
    cmp x0, 10
    add x0, x0, '0'
    add x2, x0, 'a' - '9' - 1
    csel x0, x0, x2, lo
    bl putc
    cbnz x1, 1b
    mov x0, ' '
    bl putc
    ret x9
putc:
    mov x7, 0x09000000
    str w0, [x7]
    ret
exception:
    adr x0, cur
    ldr x0, [x0, 8]
    mov x1, 16
    bl print
    mrs x0, esr_el2
    mov x1, 8
    bl print
    mrs x0, elr_el2
    mov x1, 16
    bl print
    b done

    .balign 2048
vectors:
    .rept 16
    b exception
    .balign 128
    .endr
    .balign 16
cur:
    .quad 0, 0
dump:
    .skip 784
    .balign 4096
tables:
    .skip 4096
