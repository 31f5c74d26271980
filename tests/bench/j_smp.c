/* Every CPU runs intmix at once, on its own data: a CPU's tables map the pages of intmix's variables to pages of its own.
 * CPU 0 starts the others by PSCI CPU_ON, as many as there are. EL1, where PSCI is called by HVC. */
#include "common/lib.h"
#include "intmix.h"
enum { CPUS = 8, STACK = 16384 };
static struct pt pt[CPUS];
static struct { volatile u64 ready[CPUS], done[CPUS], result[CPUS], go; u64 n; u8 fill[4096 - 26 * 8]; } all __attribute__((aligned(4096)));
static u8 stack[CPUS][STACK] __attribute__((aligned(4096)));
#define PRIVATE(cpu) (0x48000000ul + ((u64)(cpu) << 20))

extern void secondary(void);
asm(".global secondary\nsecondary: mov sp, x0\n ldr x1, =vectors_bad\n msr vbar_el1, x1\n bl secondary_main\n1: wfi\n b 1b\n .ltorg");

static u64 least(u64 a, u64 b) { return a < b ? a : b; }
static u64 most(u64 a, u64 b) { return a > b ? a : b; }

static void own_data(u64 cpu) {
  u64 from = least(least((u64)pool, (u64)mc), least((u64)ma, (u64)mb)) >> 12;
  u64 to = most(most((u64)(pool + NN), (u64)(mc + 256)), most((u64)(ma + 256), (u64)(mb + 256))) - 1;
  for (u64 page = from; page <= to >> 12; page++) {
    u64 *pte = &pt[cpu].l3[(page << 12) - 0x40000000ul >> 21][page & 511];
    *pte = (PRIVATE(cpu) + (page - from << 12)) | (*pte & ~0xfffffffff000ul);
  }
}

static void work(u64 cpu) {
  all.result[cpu] = intmix(all.n); DSB();
  all.done[cpu] = 1; asm volatile("dsb ish; sev" ::: "memory");
}

void secondary_main(void) {
  u64 cpu = MRS(mpidr_el1) & 0xff;
  mmu_on_el1(&pt[cpu], 0);
  all.ready[cpu] = 1; asm volatile("dsb ish; sev" ::: "memory");
  while (!all.go) asm volatile("wfe" ::: "memory");
  work(cpu);
}

static u64 cpu_on(u64 cpu) {
  register u64 x0 asm("x0") = 0xc4000003, x1 asm("x1") = cpu, x2 asm("x2") = (u64)secondary, x3 asm("x3") = (u64)stack[cpu + 1];
  asm volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) :: "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "memory");
  return x0;
}

void bench_main(void) {
  u64 cpus = 1, sum = 0;
  for (u64 i = 0; i < CPUS; i++) { s1_build(&pt[i], 0, 0); if (i) own_data(i); }
  all.n = scaled(2000);
  mmu_on_el1(&pt[0], 0);
  while (cpus < CPUS && cpu_on(cpus) == 0) cpus++;
  for (u64 i = 1; i < cpus; i++) while (!all.ready[i]) asm volatile("wfe" ::: "memory");
  sec_begin("intmix_smp");
  all.go = 1; asm volatile("dsb ish; sev" ::: "memory");
  work(0);
  for (u64 i = 1; i < cpus; i++) while (!all.done[i]) asm volatile("wfe" ::: "memory");
  for (u64 i = 0; i < cpus; i++) sum = sum * 31 + all.result[i];
  sec_end("intmix_smp", cpus * all.n, sum);
}
