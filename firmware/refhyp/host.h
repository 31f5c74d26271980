/* The host's kernel: EL1, no threads. Every CPU runs either what CPU 0 asks for, or virtual CPUs that are ready. */
#pragma once
#include "hyp.h"
#include "vcpu.h"

struct cpu {
    u64 stack, entry; /* boot.S begins with these */
    u64 number, mpidr;
    void (*volatile job)(void); /* what CPU 0 asks for; NULL when done */
    volatile u64 kicks_taken;   /* SGIs of other CPUs */
    u64 slice_end;              /* by the counter, of the virtual CPU that has run last */
    volatile bool slice_over;   /* the host's timer has fired */
    volatile bool timer_fired;  /* the virtual timer's interrupt has come, for the virtual CPU that is loaded */
    struct vcpu *loaded;        /* whose timer is in this CPU */
    struct vcpu *current;       /* the one that has run last */
};

struct machine { /* what the device tree says */
    u64 memory, memory_size;
    u64 cpus, mpidr[MAX_CPUS];
    u64 gic_version, gicd, gicc, gicr, gich, gicv;
    const char *bootargs;
};

extern struct machine machine;
extern struct cpu cpus[MAX_CPUS];

static inline struct cpu *this_cpu(void)
{
    return (struct cpu *)MRS(tpidr_el1);
}

/* The device tree at `blob`; false if it is none. */
bool fdt_read(const void *blob, struct machine *into);

/* %s, %c, %u (64 bits, decimal), %x (64 bits, hexadecimal); a width pads to the left, - to the right. */
void print(const char *format, ...);
void panic(const char *format, ...) __attribute__((noreturn));
void uart_put(char c);

bool streq(const char *a, const char *b);
bool starts_with(const char *text, const char *prefix);
void *memset(void *to, int byte, size_t n);
void *memcpy(void *to, const void *from, size_t n);

/* ---- memory: pages and 2 MiB blocks, cleared ---- */
enum { PAGE = 4096, BLOCK = 2 << 20 };
void memory_init(u64 from, u64 to);
void *page_alloc(void);
void page_free(void *page);
void *block_alloc(void);
void block_free(void *block);
u64 pages_in_use(void); /* blocks count as 512 */

/* Tables of the 4 KiB granule that begin at level 1. Maps [va, va + size) to pa, by blocks where both are aligned; `leaf` is
 * the descriptor without its address, as of a block (PTE_VALID). */
void table_map(u64 *root, u64 va, u64 pa, u64 size, u64 leaf);
/* The leaf descriptor for an address and its level (2 or 3), or NULL. */
u64 *table_leaf(u64 *root, u64 va, unsigned *level);
void table_free(u64 *root, unsigned levels); /* the tables below the root; not what they map */

void host_map_init(void);
void host_map_on(void); /* on this CPU */

/* ---- the hypervisor, installed through the stub ---- */
void hyp_prepare(void);        /* its map */
void hyp_map_page(void *page); /* makes a page of the host's known to HYP, for a struct vcpu */
void hyp_install(void);        /* on this CPU */
void hyp_remove(void);
u64 hyp_call(u64 function, u64 x1, u64 x2, u64 x3, u64 x4);

/* ---- other CPUs ---- */
void cpus_start(void);
void on_every_cpu(void (*job)(void)); /* and waits for all */
void cpu_kick(unsigned cpu);          /* makes it leave its guest */
void cpus_kick_and_wait(void);        /* all others have left theirs since the call */
void secondary_main(struct cpu *cpu);
u64 smc(u64 function, u64 x1, u64 x2, u64 x3);

/* ---- the interrupt controller, GICv2 or v3: EOI drops the priority, deactivating is another thing (EOImode 1) ---- */
struct gic {
    void (*init)(void);     /* the distributor */
    void (*init_cpu)(void); /* this CPU's part */
    u32 (*ack)(void);       /* 1023: none */
    void (*eoi)(u32 intid);
    void (*deactivate)(u32 intid);
    void (*enable)(u32 intid); /* private ones: of this CPU */
    void (*set_active)(u32 intid, bool active);
    void (*send)(unsigned cpu, u32 sgi);
};
extern const struct gic gic_v2, gic_v3;
extern const struct gic *gic;

enum { IRQ_KICK = 1, IRQ_MAINTENANCE = 25, IRQ_VTIMER = 27, IRQ_PTIMER = 30 };
