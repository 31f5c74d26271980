/* What the hypervisor and its guests have agreed upon: the guest's machine, and its calls. Also for assembly. */
#pragma once

/* Intermediate physical addresses. The image is loaded at GUEST_RAM and entered there, at EL1 with the MMU off and
 * everything masked: x0 is the number of the virtual CPU, x1 the version of the GIC (2 or 3), x2 how many CPUs there
 * are, x3 a number that is its own. */
#define GUEST_GICD     0x08000000
#define GUEST_GICC     0x08010000 /* v2 */
#define GUEST_GICR     0x080a0000 /* v3: 128 KiB a CPU */
#define GUEST_UART     0x09000000 /* PL011: what is written to it is printed with the guest's name before each line */
#define GUEST_PIC      0x0b000000 /* the modelled interrupt controller, for guests without list registers */
#define GUEST_SCRATCH  0x0c000000 /* a device that is like memory: SCRATCH_SIZE bytes that keep what is written */
#define GUEST_HOLE     0x20000000 /* nothing: an external abort */
#define GUEST_RAM      0x80000000
#define GUEST_RAM_SIZE 0x00400000
#define GUEST_BLOCK    0x80200000 /* from here on RAM is mapped by 2 MiB blocks, below by pages */
#define SCRATCH_SIZE   0x1000

/* GUEST_PIC: 32-bit registers. PENDING: lines that are raised, one bit each (written: raises them too); ENABLE; FAST: those
 * that are FIQs; ACK (written): lowers them. */
#define PIC_PENDING 0x00
#define PIC_ENABLE  0x04
#define PIC_FAST    0x08
#define PIC_ACK     0x0c

/* HVC #0 with x0 one of these calls the hypervisor; the result is in x0. PSCI calls are by HVC #0 too. */
#define CALL_REPORT 0xc6000001 /* x1: 1 passed, 0 failed; x2: IPA of the reason, a string. Ends the guest */
#define CALL_EXIT_LOG \
    0xc6000002 /* the last exit but x1 of this virtual CPU, this call not counted: x0 ESR_EL2, x1 FAR_EL2,
                                     x2 HPFAR_EL2, x3 where */
#define CALL_EXITS 0xc6000003 /* how many exits there have been, without those of interrupts and of this call */
#define CALL_TRAPS \
    0xc6000004 /* sets x1 in HCR_EL2, x2 in MDCR_EL2, x3 in CPTR_EL2, x4 in CNTHCTL_EL2, x5 in ICH_HCR_EL2,
                                     x6 in ACTLR_EL2, over what the guest has by itself */
#define CALL_MOVE_PAGE \
    0xc6000005 /* takes the page of IPA x1 away, and gives it another place when it is touched again */
#define CALL_RAISE         0xc6000006 /* makes interrupts x1 to x1 + x2 - 1 pending for this virtual CPU */
#define CALL_LEVEL         0xc6000007 /* sets the level of interrupt x1 to x2 */
#define CALL_SERROR        0xc6000008 /* HCR_EL2.VSE */
#define CALL_YIELD         0xc6000009 /* lets others run */
#define CALL_WRITE_PROTECT 0xc600000a /* makes the page of IPA x1 read-only; a write to it makes it writable again */
#define CALL_NO_EXECUTE    0xc600000b /* the same, for instructions */
#define CALL_TAKE_CODE \
    0xc600000c /* the next time an instruction is to be read for emulation, its page is taken away before */
#define CALL_MAINTENANCE 0xc600000d /* GICH_MISR's bits that have been seen since this was last asked */
#define CALL_ROLLOVERS   0xc600000e /* how often VMIDs have run out */
#define CALL_DEVICE \
    0xc600000f /* the page of IPA x1 is Device memory, until a walk of stage 1 complains (HCR_EL2.PTW) */
