/* What guests are written with. A guest has a main(); what it expects goes through CHECK, and it ends by its return: passed,
 * when every check has held. */
#pragma once
#include "abi.h"
#include "arm.h"

extern u64 gic_version; /* 2 or 3 */
extern u64 cpu_count;
extern u64 guest_number; /* of this guest alone */

int main(void);                                                         /* on the first CPU */
void report(bool passed, const char *reason) __attribute__((noreturn)); /* ends the guest, whichever CPU says it */

/* Ends the guest with FAIL and that reason, and both values, unless they are equal. */
void check(const char *reason, u64 is, u64 should);

/* The hypervisor's calls (abi.h); PSCI as well. */
struct result {
    u64 x0, x1, x2, x3;
};
struct result call(u64 function, u64 x1, u64 x2, u64 x3, u64 x4, u64 x5, u64 x6);
#define CALL1(function, x1)     call(function, x1, 0, 0, 0, 0, 0).x0
#define CALL2(function, x1, x2) call(function, x1, x2, 0, 0, 0, 0).x0

/* The last exit of this CPU, as the hypervisor has seen it, has to have this ESR_EL2. */
void check_exit(const char *reason, u64 esr);

/* Exceptions to EL1: the last one is remembered; a synchronous one goes on behind the instruction, or at `recover` (used
 * once) if that is not 0. Interrupts call on_irq or on_fiq. */
struct exception {
    u64 count, vector, esr, far, elr, spsr;
};
extern struct exception last_exception[];
struct exception *last(void); /* this CPU's */
extern u64 recover;
extern void (*on_irq)(void), (*on_fiq)(void), (*on_serror)(void);
unsigned this_cpu(void);

/* Starts CPU `number` in fn. */
void start_cpu(unsigned number, void (*fn)(void));

/* Stage 1: RAM by 2 MiB blocks and the devices below 1 GiB, VA = IPA. map_page puts one page (a descriptor) in the first 2 MiB
 * of RAM's alias at 0xc0000000. */
void mmu_on(void);
void map_page(u64 va, u64 descriptor);
#define ALIAS UINT64_C(0xc0000000)

/* Calls fn at EL0, on a stack of its own. */
u64 at_el0(u64 (*fn)(void));

void print(const char *text);
void print_hex(u64 value);
void *memset(void *to, int byte, size_t n);
void *memcpy(void *to, const void *from, size_t n);

/* ---- the interrupt controller, of either version; all interrupts are IRQs: of Group 0 (v2), of Group 1 (v3) ---- */
void gic_on(void);     /* the distributor, and this CPU's interface */
void gic_cpu_on(void); /* the interface alone */
void gic_enable(u32 intid, u8 priority, bool edge);
u32 gic_ack(void);  /* with the sender, of an SGI of v2, from bit 10 on; 1023: none */
u32 gic_wait(void); /* the same, but waits for a while */
void gic_eoi(u32 acked);
void gic_deactivate(u32 acked);
void gic_eoi_mode(bool separate);
void gic_mask(u8 priority); /* PMR */
void gic_binary_point(u8 value);
u32 gic_running(void); /* RPR */
void gic_send(u32 cpus, u32 sgi);
void gic_send_others(u32 sgi);
u64 gic_dist(u32 offset); /* the address of a register that has bits for interrupts: of SGIs and PPIs when below 32 */

/* Runs one instruction with x0 as given, and returns x0. Its words are made by SYS. */
u64 run_word(u32 word, u64 x0);
void prepare_word(u32 word); /* the same in two steps: the first has traps of its own */
u64 run_prepared(u64 x0);
u64 run_word_at_el0(u32 word, u64 x0);
#define SYS(read, op0, op1, crn, crm, op2) \
    (0xd5000000u | (read) << 21 | (op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)
u64 esr_of(u32 word); /* of a system register or instruction that is trapped: class 0x18 */
