// u64 registers_survive(u64 seed): x1-x30 get values, the hypervisor is called to let others run, and they are compared.
    .text
    .global registers_survive
registers_survive:
    stp     x19, x20, [sp, #-112]!
    stp     x21, x22, [sp, #16]
    stp     x23, x24, [sp, #32]
    stp     x25, x26, [sp, #48]
    stp     x27, x28, [sp, #64]
    stp     x29, x30, [sp, #80]
    str     x0, [sp, #96]
    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    add     x\n, x0, #\n
    .endr
    ldr     x0, =0xc6000009             // CALL_YIELD
    hvc     #0
    ldr     x0, [sp, #96]
    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    sub     x\n, x\n, x0
    cmp     x\n, #\n
    mov     x\n, #\n
    b.ne    1f
    .endr
    mov     x1, #0
    b       2f
1:  mov     x1, #1
2:  mov     x0, x1
    ldp     x21, x22, [sp, #16]
    ldp     x23, x24, [sp, #32]
    ldp     x25, x26, [sp, #48]
    ldp     x27, x28, [sp, #64]
    ldp     x29, x30, [sp, #80]
    ldp     x19, x20, [sp], #112
    ret
