#include "machine/psci.h"
#include "machine/virt.h"

enum { /* return values: PSCI's, and SMCCC's where they differ */
       /* clang-format off */
    SUCCESS            =  0,
    NOT_SUPPORTED      = -1,
    INVALID_PARAMETERS = -2,
    ALREADY_ON         = -4,
    ON_PENDING         = -5
       /* clang-format on */
};

enum { AFFINITY_ON, AFFINITY_OFF, AFFINITY_ON_PENDING };

#define VERSION_1_1 0x10001
#define NO_TOS      2 /* MIGRATE_INFO_TYPE: a Trusted OS that does not migrate is not present */

/* Functions get X1-X3, truncated to 32 bits in SMC32 calls, and return what goes to X0. */
typedef int64_t function(struct virt *virt, struct cpu *cpu, const uint64_t *argument);

/* ---- PEs ---- */

#define AFFINITY_MASK UINT64_C(0xff00ffffff) /* MPIDR_EL1.{Aff3, Aff2, Aff1, Aff0} */

static struct cpu *find_cpu(struct virt *virt, uint64_t affinity)
{
    for (unsigned i = 0; i < virt->config.cpus; i++)
        if ((virt->cpu[i].state.sys[MPIDR_EL1] & AFFINITY_MASK) == affinity)
            return &virt->cpu[i];
    return NULL;
}

static int64_t cpu_on(struct virt *virt, struct cpu *caller, const uint64_t *argument)
{
    const struct cpu *cpu = find_cpu(virt, argument[0]);
    if (!cpu || argument[1] % 4)
        return INVALID_PARAMETERS;
    if (cpu->power.pending)
        return ON_PENDING;
    if (cpu->state.wait != WAIT_OFF)
        return ALREADY_ON;
    cluster_power_on(&virt->cluster, cpu->number, argument[1], argument[2], caller->state.cycles);
    return SUCCESS;
}

/* The caller waits from the next instruction on, and another PE has its turn. */
static void wait_as(struct cpu *cpu, enum wait wait)
{
    cpu->state.wait = (uint8_t)wait;
    cpu->attention |= ATTEND_YIELD;
}

static int64_t cpu_off(struct virt *virt, struct cpu *cpu, const uint64_t *argument)
{
    (void)argument;
    virt_interrupts_stopped(virt, cpu->number);
    wait_as(cpu, WAIT_OFF);
    return SUCCESS;
}

/* Every state is a standby: it ends like a WFI, and returns. */
static int64_t cpu_suspend(struct virt *virt, struct cpu *cpu, const uint64_t *argument)
{
    (void)virt;
    if (argument[0] >> 17) /* PowerLevel above the PE's, and reserved bits */
        return INVALID_PARAMETERS;
    wait_as(cpu, WAIT_WFI);
    return SUCCESS;
}

static int64_t affinity_info(struct virt *virt, struct cpu *caller, const uint64_t *argument)
{
    (void)caller;
    if (argument[1]) /* above the PEs everything is on, as QEMU says */
        return AFFINITY_ON;
    const struct cpu *cpu = find_cpu(virt, argument[0]);
    if (!cpu)
        return INVALID_PARAMETERS;
    if (cpu->power.pending)
        return AFFINITY_ON_PENDING;
    return cpu->state.wait == WAIT_OFF ? AFFINITY_OFF : AFFINITY_ON;
}

/* ---- the system ---- */

static int64_t version(struct virt *virt, struct cpu *caller, const uint64_t *argument)
{
    (void)virt, (void)caller, (void)argument;
    return VERSION_1_1;
}

static int64_t migrate_info_type(struct virt *virt, struct cpu *caller, const uint64_t *argument)
{
    (void)virt, (void)caller, (void)argument;
    return NO_TOS;
}

static int64_t system_off(struct virt *virt, struct cpu *caller, const uint64_t *argument)
{
    (void)caller, (void)argument;
    virt_stop(virt, VIRT_OFF);
    return SUCCESS;
}

static int64_t system_reset(struct virt *virt, struct cpu *caller, const uint64_t *argument)
{
    (void)caller, (void)argument;
    virt_stop(virt, VIRT_RESET);
    return SUCCESS;
}

static int64_t features(struct virt *virt, struct cpu *caller, const uint64_t *argument);

/* No architectural workaround is needed or offered. */
static int64_t arch_features(struct virt *virt, struct cpu *caller, const uint64_t *argument)
{
    (void)virt, (void)caller;
    const uint32_t id = (uint32_t)argument[0];
    return id == 0x80000000 || id == 0x80000001 ? SUCCESS : NOT_SUPPORTED;
}

#define SMC64 UINT32_C(0x40000000) /* the bit in a function's number */

static const struct {
    const char *name;
    uint32_t id;
    bool also_64; /* as SMC64 too */
    bool smccc;   /* not in PSCI_FEATURES, but for SMCCC_VERSION */
    function *call;
} functions[] = {
    /* clang-format off */
    {"SMCCC_VERSION", 0x80000000, false, false, version}, /* SMCCC_VERSION: 1.1 too */
    {"SMCCC_ARCH_FEATURES", 0x80000001, false, true,  arch_features},
    {"PSCI_VERSION", 0x84000000, false, false, version},
    {"CPU_SUSPEND", 0x84000001, true,  false, cpu_suspend},
    {"CPU_OFF", 0x84000002, false, false, cpu_off},
    {"CPU_ON", 0x84000003, true,  false, cpu_on},
    {"AFFINITY_INFO", 0x84000004, true,  false, affinity_info},
    {"MIGRATE_INFO_TYPE", 0x84000006, false, false, migrate_info_type},
    {"SYSTEM_OFF", 0x84000008, false, false, system_off},
    {"SYSTEM_RESET", 0x84000009, false, false, system_reset},
    {"PSCI_FEATURES", 0x8400000a, false, false, features},
    /* clang-format on */
};

enum { FUNCTIONS = sizeof functions / sizeof *functions };

/* Its row; FUNCTIONS: there is none. */
static unsigned find(uint32_t id)
{
    unsigned i = 0;
    while (i < FUNCTIONS && id != functions[i].id && !(functions[i].also_64 && id == (functions[i].id | SMC64)))
        i++;
    return i;
}

static int64_t features(struct virt *virt, struct cpu *caller, const uint64_t *argument)
{
    (void)virt, (void)caller;
    const unsigned i = find((uint32_t)argument[0]);
    return i < FUNCTIONS && !functions[i].smccc ? SUCCESS : NOT_SUPPORTED;
}

static COLD void tell(const struct cpu *cpu, uint32_t id, const uint64_t *argument)
{
    const unsigned i = find(id);
    const char *name = i < FUNCTIONS ? functions[i].name : NULL;
    trace_emit(&cpu->cluster->trace,
               &(struct trapeze_event){.kind = TRAPEZE_EVENT_PSCI,
                                       .cpu = (uint8_t)cpu->number,
                                       .el = cpu->state.el,
                                       .cycles = cpu->state.cycles,
                                       .pc = cpu->state.pc,
                                       .psci = {.name = name,
                                                .function = id,
                                                .argument = {argument[0], argument[1], argument[2]},
                                                .result = (int64_t)cpu->state.x[0]}});
}

bool psci_call(void *owner, struct cpu *cpu, bool smc)
{
    struct virt *virt = owner;
    uint64_t *x = cpu->state.x;
    if (smc != cpu->state.has_el2)
        return false;
    const uint32_t id = (uint32_t)x[0];
    const unsigned i = find(id);
    const uint64_t mask = id & SMC64 ? UINT64_MAX : UINT32_MAX;
    const uint64_t argument[] = {x[1] & mask, x[2] & mask, x[3] & mask};
    x[0] = (uint64_t)(i < FUNCTIONS ? functions[i].call(virt, cpu, argument) : NOT_SUPPORTED);
    if (trace_wants(&virt->cluster.trace, TRAPEZE_EVENT_PSCI))
        tell(cpu, id, argument);
    return true;
}
