/* A virtual machine, as the host sees it. */
#pragma once
#include "host.h"

/* guests.def's options */
enum { VGIC = 1, PIC = 2, WITH_NEXT = 4, AGAIN = 8 };

/* Why guests leave; the closing table has a row for each. */
enum reason {
    R_INTERRUPT,
    R_STAGE2_DATA,
    R_STAGE2_INSN,
    R_STAGE2_WALK,
    R_STAGE2_PERMISSION,
    R_MMIO,
    R_MMIO_DECODED,
    R_HVC,
    R_SMC,
    R_WFI,
    R_WFE,
    R_SYSREG,
    R_TIMER_REG,
    R_SGI_REG,
    R_CACHE,
    R_TLBI,
    R_FP,
    R_ABORT,
    R_MAINTENANCE,
    REASONS
};
#define REASON(r)   (1u << (r))
#define ALL_REASONS (REASON(REASONS) - 1)

/* HCR_EL2 of every guest: its interrupts come here, it does not wait on its own, and it has no firmware */
#define GUEST_HCR (HCR_RW | HCR_VM | HCR_PTW | HCR_IMO | HCR_FMO | HCR_AMO | HCR_TWI | HCR_TWE | HCR_TSC)

enum { SPIS = 32, CONSOLE = 4096 };

struct guest {
    const char *name;
    unsigned cpus;
    u32 options, varying;
};
extern const struct guest guests[];
unsigned guest_count(void);

struct vm {
    const struct guest *guest;
    const char *image, *image_end;
    u32 lock; /* stage 2, the interrupt controller, the console */
    u64 *stage2;
    u64 vmid, vmid_generation;
    u64 cntvoff;
    struct vcpu *vcpus[MAX_VCPUS];
    volatile bool done, passed;
    char reason[128];
    char console[CONSOLE];
    unsigned console_used;
    u64 exits[REASONS];
    /* the virtual distributor */
    struct irq spis[SPIS];
    bool distributor_on;
    /* the modelled controller */
    u32 pic_pending, pic_enable, pic_fast;
    u8 scratch[4096];
    /* pages that have been taken away, to be found again by the fault */
    u64 moved_ipa[8];
    void *moved_page[8];
};

struct vm *vm_create(const struct guest *guest);
void vm_destroy(struct vm *vm);
struct vm *vm_again(struct vm *vm); /* a new one of the same guest, with the exits of the old */
void vm_report(struct vm *vm, bool passed, const char *reason);
extern struct vm *running[]; /* those that run now */
enum { MAX_RUNNING = 4 };
void count_exit(struct vcpu *vcpu, enum reason reason);

/* ---- stage 2 ---- */
void *stage2_page(struct vm *vm, u64 ipa); /* the host's address of the page, mapping it if need be; NULL: not RAM */
bool stage2_fault(struct vcpu *vcpu, u64 ipa); /* false: nothing to map there */
void stage2_move_page(struct vm *vm, u64 ipa);
void stage2_protect(struct vm *vm, u64 ipa, u64 clear, u64 set); /* changes bits of the page's descriptor */
void stage2_free(struct vm *vm);
bool is_ram(u64 ipa);
#define S2_NORMAL (UINT64_C(0xf) << 2) /* MemAttr: write-back; without it Device memory */
#define S2_READ   BIT(6)
#define S2_WRITE  BIT(7)
#define S2_XN     BIT(54)

/* ---- VMIDs ---- */
u64 vmid_generation(void);
void vmid_renew(struct vm *vm); /* with interrupts unmasked: may have to wait for other CPUs */
u64 vmid_rollovers(void);

/* ---- running ---- */
void run_all(void); /* on CPU 0: until every running VM is done */
void vcpu_wake(struct vcpu *vcpu);
void vcpu_reset(struct vcpu *vcpu, u64 pc, u64 x0);
unsigned vcpu_home(const struct vcpu *vcpu); /* the CPU that it runs on */
struct vcpu *vcpu_new(struct vm *vm, unsigned index);
void vcpu_release(struct vcpu *vcpu);

/* ---- exits ---- */
void handle_exit(struct vcpu *vcpu);
void skip_instruction(struct vcpu *vcpu);
void guest_call(struct vcpu *vcpu); /* HVC and SMC */
void trapped_register(struct vcpu *vcpu);
void inject_exception(struct vcpu *vcpu, u64 esr, bool far_valid);
void inject_undefined(struct vcpu *vcpu);

/* ---- virtual interrupts ---- */
void vgic_reset(struct vm *vm);
void vgic_before(struct vcpu *vcpu); /* fills the list registers */
void vgic_after(struct vcpu *vcpu);  /* reads them back */
bool vgic_pending(struct vcpu *vcpu);
void vgic_raise(struct vcpu *vcpu, u32 intid); /* makes it pending; SPIs: wherever they are routed */
void vgic_level(struct vcpu *vcpu, u32 intid, bool level);
void vgic_sgi(struct vcpu *from, u32 cpus_mask, u32 intid);
struct irq *vgic_irq(struct vcpu *vcpu, u32 intid);
void pic_update(struct vcpu *vcpu);

bool vgic_mmio_dist(struct vcpu *vcpu, u64 offset, unsigned size, bool write, u64 *value);
bool vgic_mmio_redist(struct vcpu *vcpu, u64 offset, unsigned size, bool write, u64 *value);

/* ---- the virtual timer of who is loaded on this CPU ---- */
void vtimer_load(struct vcpu *vcpu);
void vtimer_put(struct vcpu *vcpu);
void vtimer_tick(struct vcpu *vcpu);          /* its interrupt has come */
u64 vtimer_deadline(const struct vcpu *vcpu); /* in CNTPCT, of one that is not loaded */

void print_closing_table(bool all);
