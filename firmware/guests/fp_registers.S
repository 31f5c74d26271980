// u64 fp_registers_survive(u64 seed): V0-V31, FPCR and FPSR get values, the hypervisor is called to let others run, and they
// are compared.
    .arch   armv8-a+fp+simd
    .text
    .global fp_registers_survive
fp_registers_survive:
    mov     x9, x0
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    add     x10, x9, #\n
    mvn     x11, x10
    fmov    d\n, x10
    ins     v\n\().d[1], x11
    .endr
    and     x10, x9, #0xc00000          // FPCR.RMode
    orr     x10, x10, #0x1000000        // FZ
    msr     fpcr, x10
    and     x11, x9, #0x1f
    msr     fpsr, x11
    ldr     x0, =0xc6000009             // CALL_YIELD
    hvc     #0
    mov     x0, #1
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    add     x12, x9, #\n
    mvn     x13, x12
    umov    x14, v\n\().d[0]
    umov    x15, v\n\().d[1]
    cmp     x12, x14
    ccmp    x13, x15, #0, eq
    b.ne    1f
    .endr
    mrs     x14, fpcr
    mrs     x15, fpsr
    cmp     x10, x14
    ccmp    x11, x15, #0, eq
    cset    x0, ne
1:  ret
