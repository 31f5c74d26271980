// One instruction, with all registers as the test wants them. The page is also mapped near the data and runs there, for
// instructions that address what lies near themselves.
    .arch   armv8-a+fp+simd

    // struct state of mmio.c
    .set    SP_, 248
    .set    NZCV, 256
    .set    SAVED, 264
    .set    V, 384

    .macro  CALLER_REGISTERS op
    .irp    n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    \op     x\n, [x0, #SAVED + 8 * (\n - 19)]
    .endr
    .endm

    .macro  X_REGISTERS op
    .irp    n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    \op     x\n, [x0, #8 * \n]
    .endr
    .endm

    .macro  V_REGISTERS op
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    \op     q\n, [x0, #V + 16 * \n]
    .endr
    .irp    n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \op     q\n, [x0, #V + 16 * \n]
    .endr
    .endm

    .section .text.near, "ax"
    .balign 4096
    .global near_page, run_instruction, instruction

// void run_instruction(struct state *): the instruction uses SP_EL0, so that exceptions have a stack.
near_page:
run_instruction:
    CALLER_REGISTERS str
    msr     tpidr_el0, x0
    V_REGISTERS ldr
    ldr     x1, [x0, #SP_]
    msr     sp_el0, x1
    ldr     x1, [x0, #NZCV]
    msr     nzcv, x1
    X_REGISTERS ldr
    ldr     x0, [x0]
    msr     spsel, #0
instruction:
    nop                                 // what is tested
    msr     spsel, #1
    msr     tpidrro_el0, x0
    mrs     x0, tpidr_el0
    X_REGISTERS str
    mrs     x1, tpidrro_el0
    str     x1, [x0]
    mrs     x1, nzcv
    str     x1, [x0, #NZCV]
    mrs     x1, sp_el0
    str     x1, [x0, #SP_]
    V_REGISTERS str
    CALLER_REGISTERS ldr
    ret
    .balign 4096
