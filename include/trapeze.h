/* libtrapeze: a deterministic model of an Arm machine with the virtualization extensions.
 *
 *     struct trapeze_config config = trapeze_config_default();
 *     config.kernel = "hypervisor.elf";
 *     config.el2 = true;
 *     struct trapeze_error error;
 *     struct trapeze *t = trapeze_create(&config, &error);
 *     enum trapeze_stop why = trapeze_run(t, &(struct trapeze_until){.instructions = 1000000});
 *     trapeze_destroy(t);
 *
 * Same configuration, same input: same bits. Nothing here asks the host for time or randomness, and looking (reading
 * registers, memory, events) changes nothing. One thread at a time may use one machine. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct trapeze;

/* One line that says what is wrong and where: the option or the file, and the reason. */
struct trapeze_error {
    char text[512];
};

/* ---- configuration ---- */

enum { TRAPEZE_LOADERS_MAX = 32, TRAPEZE_SERIALS_MAX = 2, TRAPEZE_CPUS_MAX = 64, TRAPEZE_STRINGS_MAX = 8 };

/* -device loader: a file (ELF, or raw) or a value at a physical address. */
struct trapeze_loader {
    const char *file; /* NULL: a value */
    uint64_t address;
    bool has_address; /* an ELF may do without */
    bool force_raw;
    uint64_t data;
    unsigned data_len; /* bytes: 1..8 */
    bool starts;       /* CPU `cpu` starts at the ELF's entry, or at `address` */
    unsigned cpu;
};

/* A flash bank's image. */
struct trapeze_flash {
    const char *file; /* NULL: erased */
    bool keep;        /* what the guest writes is written back to the file */
};

/* Receives bytes that a serial port sends. */
typedef void trapeze_serial_fn(void *owner, uint8_t byte);

struct trapeze_config {
    const char *cpu;         /* a name that trapeze_cpu_name gives */
    unsigned cpus;           /* 1..64; 1..8 with gic 2 */
    uint64_t ram_size;       /* bytes, a multiple of 4096 */
    bool el2;                /* virtualization=on */
    unsigned gic;            /* version 2 or 3 */
    unsigned list_registers; /* of each virtual CPU interface, with EL2: 1..16; 0: 4, as the cores have */
    const char *kernel;      /* ELF, arm64 Image or raw; NULL: none */
    const char *initrd;
    const char *append;
    const char *dtb;
    const char *bios; /* to flash bank 0 */
    struct trapeze_flash flash[2];
    struct trapeze_loader loader[TRAPEZE_LOADERS_MAX];
    unsigned loaders;
    trapeze_serial_fn *serial[TRAPEZE_SERIALS_MAX]; /* NULL: bytes go nowhere */
    void *serial_owner[TRAPEZE_SERIALS_MAX];
    bool semihosting;
    const char *semihosting_dir; /* NULL: file calls are refused */
    bool timing;                 /* false: one cycle an instruction; true: the core model's costs */
    bool count;                  /* counts instructions under `timing`, too: one at a time, several times slower */
    bool no_reboot;              /* a reset ends the run */
    bool tlb_flush;              /* a change of VMID or ASID drops every translation, as in QEMU */
    bool strict;                 /* reaching what the model lacks ends the run; TLB conflicts abort */
};

/* virt, cortex-a72, 1 CPU, 128 MiB, no EL2, GICv2. */
struct trapeze_config trapeze_config_default(void);

/* Names and descriptions of the core models, NULL from the end on. */
const char *trapeze_cpu_name(unsigned index);
const char *trapeze_cpu_about(unsigned index);

/* Builds the machine and loads its images. NULL: *error says why. */
struct trapeze *trapeze_create(const struct trapeze_config *config, struct trapeze_error *error);
void trapeze_destroy(struct trapeze *t); /* NULL is allowed. */

/* Writes the flash banks that are to be kept back to their files. False: *error says which could not be. */
bool trapeze_keep_flash(struct trapeze *t, struct trapeze_error *error);

/* The device tree that the guest is given; *size in bytes. Valid until the machine is destroyed. */
const void *trapeze_device_tree(const struct trapeze *t, size_t *size);

/* ---- running ---- */

enum trapeze_stop {
    TRAPEZE_OFF,          /* the guest switched off, or left by semihosting: trapeze_exit_code */
    TRAPEZE_RESET,        /* the guest asked for a reset under no_reboot */
    TRAPEZE_INSTRUCTIONS, /* the limit of instructions has been reached, exactly */
    TRAPEZE_TIME,         /* the limit of modelled time has been reached */
    TRAPEZE_CONSOLE,      /* the console has printed a string: trapeze_console_hit */
    TRAPEZE_EVENT,        /* the event callback asked for it, or trapeze_stop was called */
    TRAPEZE_BREAK,        /* a breakpoint or watchpoint: trapeze_break_hit */
    TRAPEZE_STUCK,        /* every CPU waits and nothing will ever happen: trapeze_stuck says it in words */
    TRAPEZE_LOOP,         /* an exception was taken again at the same place with nothing retired between; the same */
    TRAPEZE_LACKING,      /* under `strict`: the guest has reached what the model lacks; trapeze_stuck says what */
    TRAPEZE_NO_MEMORY     /* of the host */
};

/* What ends a run; 0 or NULL: no limit. */
struct trapeze_until {
    uint64_t instructions; /* of all CPUs together, counted from the creation of the machine */
    uint64_t nanoseconds;  /* of modelled time, from the same moment */
    /* Strings on serial port 0, up to the first NULL; "" is never found. One that the last run looked for too goes on where it
     * was: the pieces of a run do not tear it. */
    const char *console[TRAPEZE_STRINGS_MAX];
};

/* Runs until something ends it. Going on afterwards is as if it had not stopped. */
enum trapeze_stop trapeze_run(struct trapeze *t, const struct trapeze_until *until);

/* After TRAPEZE_CONSOLE: the number of the string. */
unsigned trapeze_console_hit(const struct trapeze *t);

/* Runs one instruction of `cpu`, and on the way what the other CPUs have to do first. TRAPEZE_INSTRUCTIONS: it has.
 * TRAPEZE_TIME: it waits, and they have run for a million instructions; call again. */
enum trapeze_stop trapeze_step(struct trapeze *t, unsigned cpu);

/* Makes trapeze_run return soon. May be called from a signal handler or from a callback. */
void trapeze_stop(struct trapeze *t);

/* Asked when every CPU waits and modelled time is about to jump to `nanoseconds` (UINT64_MAX: nothing is to come). False:
 * not yet; trapeze_run returns TRAPEZE_EVENT, and asks again when called again. For those who run beside a wall clock. */
typedef bool trapeze_idle_fn(void *owner, uint64_t nanoseconds);
void trapeze_on_idle(struct trapeze *t, trapeze_idle_fn *fn, void *owner);

/* Why the guest is stuck, or what the model lacks: one line with pc, symbol, and the exception in words. */
const char *trapeze_stuck(const struct trapeze *t);

int trapeze_exit_code(const struct trapeze *t); /* of a guest that left by semihosting, else 0 */

/* Of all CPUs together; under `timing` without `count`: cycles in which they did not wait, of the limit too. */
uint64_t trapeze_instructions(const struct trapeze *t);
uint64_t trapeze_nanoseconds(const struct trapeze *t); /* modelled time */

/* Of a CPU's TLB, since the machine was made. */
struct trapeze_tlb {
    uint64_t lookups;   /* by accesses that the tables in front of it did not answer */
    uint64_t misses;    /* that a walk followed */
    uint64_t evictions; /* entries that made room for others */
    uint32_t capacity;  /* entries */
};
struct trapeze_tlb trapeze_tlb(const struct trapeze *t, unsigned cpu);

uint64_t trapeze_unimplemented(const struct trapeze *t); /* times that the guest reached what the model lacks */
bool trapeze_idle(const struct trapeze *t);              /* every CPU waits or is off */
unsigned trapeze_cpus(const struct trapeze *t);
unsigned trapeze_current_cpu(const struct trapeze *t); /* whose turn it is */

/* All architectural state of the machine, CPUs, devices and RAM: SHA-256. The same for every host and build. */
void trapeze_digest(const struct trapeze *t, uint8_t digest[32]);

/* Types a byte into serial port 0; the receiver takes it when it is on and its FIFO has room. False: the queue of 64 KiB
 * is full. */
bool trapeze_type(struct trapeze *t, uint8_t byte);

/* Types `text` once the console has printed `after` (NULL: at once, after what has been asked for before). In order. The
 * strings are copied. False: no memory. */
bool trapeze_script(struct trapeze *t, const char *after, const uint8_t *text, size_t size);

/* ---- looking and changing ---- */

/* Registers by the manual's names: "X0", "SP", "PC", "PSTATE", "V0", "FPSR", "SCTLR_EL1". Names compare without regard to
 * case. */
struct trapeze_register {
    const char *name;
    unsigned bits;     /* 32, 64 or 128 */
    const char *group; /* "general", "fp" or "system" */
    bool writable;
};

/* The registers of the machine's CPUs; false from the end on. Indices do not change while the machine exists. */
bool trapeze_register_info(const struct trapeze *t, unsigned index, struct trapeze_register *info);
int trapeze_register_find(const struct trapeze *t, const char *name); /* -1: no such register */
/* Of a register of 128 bits: the low 64; writing them clears the others, as an instruction does. */
uint64_t trapeze_register_read(const struct trapeze *t, unsigned cpu, unsigned index);
/* As the instruction that writes it would, side effects and reserved bits included. False: read-only. */
bool trapeze_register_write(struct trapeze *t, unsigned cpu, unsigned index, uint64_t value);
/* The same for a register of any size: bits / 8 bytes, the lowest first. `size`: of the buffer. get: how many bytes the
 * register has; 0: they do not fit. set: false, too, when `size` is not as many. */
size_t trapeze_register_get(const struct trapeze *t, unsigned cpu, unsigned index, void *to, size_t size);
bool trapeze_register_set(struct trapeze *t, unsigned cpu, unsigned index, const void *from, size_t size);

/* Whose addresses. */
enum trapeze_world {
    TRAPEZE_CURRENT, /* as the CPU sees virtual memory now */
    TRAPEZE_EL1,     /* the EL1&0 regime, through both stages */
    TRAPEZE_EL2,     /* the EL2 regime */
    TRAPEZE_IPA,     /* through stage 2 alone */
    TRAPEZE_PHYSICAL
};

/* Reads or writes memory (never a device), ignoring permissions. Returns how many bytes could be reached. */
size_t trapeze_memory_read(const struct trapeze *t, unsigned cpu, enum trapeze_world world, uint64_t address, void *to,
                           size_t size);
size_t trapeze_memory_write(struct trapeze *t, unsigned cpu, enum trapeze_world world, uint64_t address,
                            const void *from, size_t size);

/* ---- translation, step by step ---- */

enum trapeze_access { TRAPEZE_READ, TRAPEZE_WRITE, TRAPEZE_EXECUTE };

enum trapeze_descriptor {
    TRAPEZE_TABLE,
    TRAPEZE_BLOCK,
    TRAPEZE_PAGE,
    TRAPEZE_INVALID, /* or reserved: a Translation fault */
    TRAPEZE_UNREAD   /* its address could not be translated, or nothing answers there */
};

/* A descriptor that a walk reads. */
struct trapeze_walk_step {
    uint8_t stage, level;
    enum trapeze_descriptor is;
    uint64_t address; /* of the descriptor: an intermediate one in stage 1 under stage 2 */
    uint64_t pa;      /* the same in memory; of TRAPEZE_UNREAD: 0 */
    uint64_t value;
};

enum trapeze_fault {
    TRAPEZE_FAULT_NONE,
    TRAPEZE_FAULT_ADDRESS_SIZE,
    TRAPEZE_FAULT_TRANSLATION,
    TRAPEZE_FAULT_ACCESS_FLAG,
    TRAPEZE_FAULT_PERMISSION,
    TRAPEZE_FAULT_EXTERNAL /* nothing answers where a descriptor is */
};

/* What an access may do: by stage 1 at EL0, by stage 1 at EL1 or EL2, by stage 2. */
enum trapeze_permission {
    TRAPEZE_EL0_R = 1 << 0,
    TRAPEZE_EL0_W = 1 << 1,
    TRAPEZE_EL0_X = 1 << 2,
    TRAPEZE_EL1_R = 1 << 3,
    TRAPEZE_EL1_W = 1 << 4,
    TRAPEZE_EL1_X = 1 << 5,
    TRAPEZE_S2_R = 1 << 6,
    TRAPEZE_S2_W = 1 << 7,
    TRAPEZE_S2_X = 1 << 8
};

/* How a walk ends. What it did not get to is zero. */
struct trapeze_walk_end {
    enum trapeze_fault fault;
    uint8_t fault_stage, fault_level;
    bool fault_on_walk;   /* stage 2, of the address of a stage 1 descriptor (S1PTW): `fault_ipa` */
    uint8_t fault_status; /* as DFSC and IFSC encode it */
    uint64_t fault_ipa;   /* of a fault of stage 2 */
    bool stage1, stage2;  /* which of them act */
    uint16_t vmid, asid;
    bool global;          /* for every ASID */
    uint64_t ipa, pa;     /* where the address leads */
    uint8_t level1;       /* of the leaf of stage 1 */
    uint8_t level2;       /* of the leaf of stage 2 */
    uint8_t shift;        /* log2 of the bytes that both leaves map alike */
    uint8_t attr, sh;     /* of memory by both stages, as PAR_EL1 encodes them */
    uint16_t permissions; /* a set of enum trapeze_permission */
    bool cached;          /* the TLB has a translation: until it is invalidated, that decides, and not the tables */
    uint64_t cached_pa;
    uint16_t cached_permissions;
};

/* Walks the tables for an access, by EL0 if `el0` (in the EL1&0 regime), and says how it ends there. The first `max` of the
 * descriptors read are written to step[], in order; returns how many there were. Nothing is changed, the TLB is not asked
 * but for what it has. TRAPEZE_PHYSICAL has no tables. */
size_t trapeze_walk(const struct trapeze *t, unsigned cpu, enum trapeze_world world, uint64_t address,
                    enum trapeze_access access, bool el0, struct trapeze_walk_step *step, size_t max,
                    struct trapeze_walk_end *end);

/* The symbol at or before a virtual address in the ELF images loaded, and how far; NULL: none. */
const char *trapeze_symbol(const struct trapeze *t, uint64_t address, uint64_t *offset);

/* ---- break- and watchpoints: virtual addresses of any CPU; guest memory is never patched ---- */

enum trapeze_point { TRAPEZE_BREAKPOINT, TRAPEZE_WATCH_WRITE, TRAPEZE_WATCH_READ, TRAPEZE_WATCH_ACCESS };

bool trapeze_point_add(struct trapeze *t, enum trapeze_point kind, uint64_t address, uint64_t size);
bool trapeze_point_remove(struct trapeze *t, enum trapeze_point kind, uint64_t address, uint64_t size);

/* After TRAPEZE_BREAK: which kind, the address (that was accessed), and whose CPU. */
struct trapeze_break {
    enum trapeze_point kind;
    uint64_t address;
    unsigned cpu;
};
struct trapeze_break trapeze_break_hit(const struct trapeze *t);

/* ---- events ---- */

enum trapeze_event_kind {
    TRAPEZE_EVENT_INSN,      /* an instruction is about to run */
    TRAPEZE_EVENT_EXCEPTION, /* an exception was taken, synchronous or not */
    TRAPEZE_EVENT_RETURN,    /* an exception return */
    TRAPEZE_EVENT_MEMORY,    /* a data access was done */
    TRAPEZE_EVENT_IRQ,       /* an interrupt input of a CPU has changed */
    TRAPEZE_EVENT_TLB,       /* TLB maintenance, or a TLB conflict */
    TRAPEZE_EVENT_NOTE,      /* something that the model lacks was reached, the first time */
    TRAPEZE_EVENT_INTERRUPT, /* a physical interrupt goes on in its life */
    TRAPEZE_EVENT_LR,        /* a list register has changed its state */
    TRAPEZE_EVENT_WORLD,     /* VTTBR_EL2.VMID or HCR_EL2.VM has changed */
    TRAPEZE_EVENT_CONTROL,   /* a register that traps or translation depend on has changed, by MSR */
    TRAPEZE_EVENT_PSCI,      /* the firmware has answered a call */
    TRAPEZE_EVENT_MARKER,    /* serial port 0 has printed a line */
    TRAPEZE_EVENT_KINDS
};

/* The steps in the life of an interrupt. */
enum trapeze_interrupt_step {
    TRAPEZE_INTERRUPT_PENDING,
    TRAPEZE_INTERRUPT_ACKNOWLEDGED,
    TRAPEZE_INTERRUPT_PRIORITY_DROP,
    TRAPEZE_INTERRUPT_DEACTIVATED,
    TRAPEZE_INTERRUPT_STEPS
};

/* The states of a list register: GICH_LR.State, ICH_LR_EL2.State. */
enum trapeze_lr_state { TRAPEZE_LR_INVALID, TRAPEZE_LR_PENDING, TRAPEZE_LR_ACTIVE, TRAPEZE_LR_PENDING_ACTIVE };

struct trapeze_event {
    enum trapeze_event_kind kind;
    uint8_t cpu;
    uint8_t el;      /* before the event */
    bool stage2;     /* HCR_EL2.VM, after it: is a guest's world in place? */
    uint16_t vmid;   /* VTTBR_EL2.VMID, likewise */
    uint64_t cycles; /* the CPU's time */
    uint64_t pc;     /* of the instruction concerned; of IRQ, INTERRUPT, LR and MARKER: 0 */
    union {
        struct {
            uint32_t word;
        } insn;
        struct {
            uint8_t to;             /* Exception level */
            uint16_t vector;        /* offset from VBAR */
            uint64_t esr, far, elr; /* esr and far: 0 for interrupts */
            const char *trap;       /* the bit that decided, "HCR_EL2.TVM"; NULL: none did */
            int row;                /* that decided, for trapeze_trap_info, be it a bit or a rule; -1: not a trap */
            uint64_t losing[2];     /* a set of rows: those that too would have refused this access */
            bool has_ipa;           /* a stage 2 fault, which `ipa` tells of */
            uint64_t ipa;
        } exception;
        struct {
            uint8_t to; /* Exception level */
            uint64_t target;
        } ret;
        struct {
            bool write;
            uint8_t size; /* bytes */
            uint64_t va, pa, value;
        } memory;
        struct {
            const char *line; /* "IRQ", "FIQ", "SError", "vIRQ", "vFIQ" */
            bool level;
        } irq;
        struct {
            const char *what; /* a name of the manual's */
            uint64_t value;
        } note; /* NOTE and TLB */
        struct {
            uint8_t step; /* enum trapeze_interrupt_step */
            uint8_t priority;
            uint32_t intid;
        } interrupt; /* cpu: the one concerned */
        struct {
            uint8_t number;
            uint8_t from, to; /* enum trapeze_lr_state */
            bool group1;
            bool hardware;           /* linked to the physical interrupt pintid */
            uint32_t vintid, pintid; /* as it is now; of one that has become invalid: as it was */
            const char *by;          /* what did it, in a word: "write", "acknowledge", "eoi" */
        } lr;
        struct {
            bool from_stage2, to_stage2;
            uint16_t from, to; /* VMID */
        } world;
        struct {
            const char *name;
            uint64_t from, to;
        } control;
        struct {
            const char *name; /* NULL: a number that the firmware does not know */
            uint32_t function;
            uint64_t argument[3];
            int64_t result;
        } psci;
        struct {
            const char *text; /* the line without its end, cut at 159 bytes */
        } marker;
    };
};

/* ---- traps: the rows from which the one judge decides ---- */

struct trapeze_trap {
    const char *name;    /* "HCR_EL2.TVM"; of a rule that no bit controls its own name, "READ_ONLY" */
    const char *control; /* the register; NULL: a rule, it always acts */
    uint64_t mask;       /* it acts when (control & mask) == armed, the control as the architecture lets it act */
    uint64_t armed;
    unsigned to;      /* Exception level, EL1's traps being EL2's under HCR_EL2.TGE; 0: UNDEFINED where that goes */
    unsigned from;    /* a set of 1 << Exception level */
    bool read, write; /* the accesses it catches; instructions that access no register count as reads */
    bool reachable;   /* this machine has an access that it catches, and can arm it */
};

/* The rows, in no order that matters; false from trapeze_trap_count() on. Indices do not change while the machine exists. */
unsigned trapeze_trap_count(void);
bool trapeze_trap_info(const struct trapeze *t, unsigned index, struct trapeze_trap *info);

/* True: stop the run at the next instruction boundary. */
typedef bool trapeze_event_fn(void *owner, const struct trapeze_event *event);

/* Calls fn for the kinds in `kinds`, a set of 1 << enum trapeze_event_kind; 0: none. INSN and MEMORY are slow. */
void trapeze_on_event(struct trapeze *t, uint32_t kinds, trapeze_event_fn *fn, void *owner);

#ifdef __cplusplus
}
#endif
