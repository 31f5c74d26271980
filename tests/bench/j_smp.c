/* Each of N CPUs runs intmix, once all are there: what several CPUs cost the host. N is the word at 0x4ffff004 (0: 1).
   The code is one; each CPU has data of its own behind the same addresses. ops are those of all CPUs together. */
#include "common/lib.h"
#include "intmix.h"
enum { CPUS = 8, STACK = 0x4000, APART = 16 << 20 };
#define SHARED ((volatile u64 *)0x4fff0000ul) /* mapped as it is: ready[8], go, done[8], result[8] */
enum { READY = 0, GO = 8, DONE = 16, RESULT = 24 };
extern char __bss_start[], __bss_end[], stack_top[], smp_entry[], vectors_bad[];
static struct pt pt[CPUS];
asm(".text\n.global smp_entry\nsmp_entry: ldr x1, =stack_top\n sub x1, x1, x0, lsl #14\n mov sp, x1\n"
    " ldr x1, =vectors_bad\n msr vbar_el1, x1\n isb\n b smp_main\n");
static void build(u64 cpu) {
  s1_build(&pt[cpu], 0, 0);
  for (u64 va = (u64)__bss_start; va < (u64)__bss_end; va += 4096) {
    u64 i = (va - 0x40000000ul) >> 12;
    pt[cpu].l3[i >> 9][i & 511] += cpu * APART;
  }
  DSB();
}
static void spin(u64 at, u64 n) { for (u64 i = 0; i < n; i++) while (!SHARED[at + i]) asm volatile("wfe"); }
static void tell(u64 at, u64 value) { SHARED[at] = value; DSB(); asm volatile("sev"); }
void smp_main(u64 cpu) {
  mmu_on_el1(&pt[cpu], 0);
  tell(READY + cpu, 1);
  spin(GO, 1);
  SHARED[RESULT + cpu] = intmix(scaled(20000));
  tell(DONE + cpu, 1);
  for (;;) asm volatile("wfi");
}
static void cpu_on(u64 cpu) {
  register u64 x0 asm("x0") = 0xc4000003, x1 asm("x1") = cpu, x2 asm("x2") = (u64)smp_entry, x3 asm("x3") = cpu;
  asm volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"memory");
}
void bench_main(void) {
  u64 n = *(volatile u32 *)0x4ffff004ul, sum = 0, iterations = scaled(20000);
  if (!n) n = 1;
  for (u64 i = 0; i < n; i++) build(i);
  for (u64 i = 1; i < n; i++) cpu_on(i);
  mmu_on_el1(&pt[0], 0);
  spin(READY + 1, n - 1);
  sec_begin("intmix_smp");
  tell(GO, 1);
  SHARED[RESULT] = intmix(iterations);
  spin(DONE + 1, n - 1);
  for (u64 i = 0; i < n; i++) sum += SHARED[RESULT + i];
  sec_end("intmix_smp", n * iterations, sum);
}
