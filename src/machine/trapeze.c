/* trapeze.h's machine: made from a configuration, and unmade. */
#include "machine/boot.h"
#include "machine/library.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TEST_PROFILES = 1 /* at the end of cpu_models: for vectors, not for users */ };

#define RAM_MAX (UINT64_C(255) << 30) /* where QEMU's map goes on */

struct trapeze_config trapeze_config_default(void)
{
    return (struct trapeze_config){.cpu = "cortex-a72", .cpus = 1, .ram_size = UINT64_C(128) << 20, .gic = 2};
}

/* ---- core models ---- */

static const struct cpu_model *model_at(unsigned index)
{
    unsigned count = 0;
    while (cpu_models[count])
        count++;
    return index + TEST_PROFILES < count ? cpu_models[index] : NULL;
}

const char *trapeze_cpu_name(unsigned index)
{
    const struct cpu_model *model = model_at(index);
    return model ? model->name : NULL;
}

const char *trapeze_cpu_about(unsigned index)
{
    const struct cpu_model *model = model_at(index);
    return model ? model->about : NULL;
}

/* ---- what is wrong with a configuration ---- */

static bool check(const struct trapeze_config *c, struct trapeze_error *error)
{
    if (!c->cpu || !cpu_model_find(c->cpu))
        return refuse(error, "-cpu %s: no such CPU; -cpu help lists them", c->cpu ? c->cpu : "(none)");
    if (c->cpus < 1 || c->cpus > TRAPEZE_CPUS_MAX)
        return refuse(error, "-smp %u: 1 to %d CPUs", c->cpus, TRAPEZE_CPUS_MAX);
    if (c->cpus > GIC_V2_CPUS && c->gic == 2)
        return refuse(error, "-smp %u: a GICv2 has up to %d CPUs; -M virt,gic-version=3 for more", c->cpus,
                      GIC_V2_CPUS);
    if (c->ram_size == 0 || c->ram_size % PAGE_SIZE || c->ram_size > RAM_MAX)
        return refuse(error, "-m: %" PRIu64 " bytes; a multiple of 4 KiB, at most 255 GiB", c->ram_size);
    if (c->gic != 2 && c->gic != 3)
        return refuse(error, "-M virt,gic-version=%u: 2 or 3", c->gic);
    if (c->list_registers > GIC_LRS)
        return refuse(error, "-M virt,list-registers=%u: 1 to %d", c->list_registers, GIC_LRS);
    if (c->list_registers && !c->el2)
        return refuse(error, "-M virt,list-registers=%u: they are EL2's; virtualization=on", c->list_registers);
    if (c->loaders > TRAPEZE_LOADERS_MAX)
        return refuse(error, "-device loader: more than %d", TRAPEZE_LOADERS_MAX);
    return true;
}

/* ---- wiring ---- */

static void printed(void *owner, uint8_t byte)
{
    console_printed(&((struct trapeze *)owner)->console, byte);
}

static void room(void *owner)
{
    console_room(&((struct trapeze *)owner)->console);
}

static bool receive(void *owner, uint8_t byte)
{
    struct virt *virt = &((struct trapeze *)owner)->virt;
    return pl011_receive(&virt->uart, byte, scheduler_now(&virt->scheduler));
}

/* Semihosting's console input: what the port has not been given yet. */
static bool typed(void *owner, uint8_t *byte)
{
    return console_take(&((struct trapeze *)owner)->console, byte);
}

static void found(void *owner, unsigned number)
{
    struct trapeze *t = owner;
    t->console_hit = number;
    library_stop(t, TRAPEZE_CONSOLE);
}

/* A line of the console is a marker, wherever the PE that printed it stands. */
static void line_printed(void *owner, const char *text)
{
    const struct cluster *cluster = &((struct trapeze *)owner)->virt.cluster;
    const struct cpu *cpu = cluster->running ? cluster->running : cluster->cpu[0];
    if (trace_wants(&cluster->trace, TRAPEZE_EVENT_MARKER))
        trace_emit(&cluster->trace, &(struct trapeze_event){.kind = TRAPEZE_EVENT_MARKER,
                                                            .cpu = (uint8_t)cpu->number,
                                                            .el = cpu->state.el,
                                                            .cycles = cpu->state.cycles,
                                                            .marker = {text}});
}

static struct virt_config machine_config(struct trapeze *t, const struct trapeze_config *c)
{
    return (struct virt_config){
        .model = cpu_model_find(c->cpu),
        .cpus = c->cpus,
        .gic_v3 = c->gic == 3,
        .ram_size = c->ram_size,
        .el2 = c->el2,
        .list_registers = c->list_registers,
        .timing = c->timing,
        .count = c->count,
        .console = printed,
        .console_room = room,
        .console_input = typed,
        .console_owner = t,
        .semihosting = c->semihosting,
        .semihosting_dir = t->semihosting_dir,
        .command_line = t->command_line,
        .reload = boot_reload,
        .reload_owner = t,
    };
}

/* ---- life ---- */

/* *built: there is something in t->virt to free. */
static bool build(struct trapeze *t, const struct trapeze_config *config, struct trapeze_error *error, bool *built)
{
    t->semihosting_dir = config->semihosting_dir ? strdup(config->semihosting_dir) : NULL;
    t->command_line = config->append ? strdup(config->append) : NULL;
    const struct virt_config machine = machine_config(t, config);
    const enum status status = virt_init(&t->virt, &machine);
    *built = status == STATUS_OK;
    if (!*built)
        return refuse(error, "-m: no memory for the machine");
    inspect_init(&t->inspect, &t->virt.scheduler);
    t->virt.cluster.looped = library_looped;
    t->virt.cluster.lacking = config->strict ? library_lacking : NULL;
    t->virt.cluster.watcher = t;
    for (unsigned i = 0; i < config->cpus; i++) {
        t->virt.cpu[i].mmu.conflict_aborts = config->strict;
        t->virt.cpu[i].mmu.flush = config->tlb_flush;
    }
    t->no_reboot = config->no_reboot;
    t->console = (struct console){.sink = config->serial[0],
                                  .sink_owner = config->serial_owner[0],
                                  .receive = receive,
                                  .found = found,
                                  .line = line_printed,
                                  .owner = t};
    return boot_load(t, config, error);
}

static void unmake(struct trapeze *t, bool built)
{
    if (built)
        virt_free(&t->virt);
    free(t->semihosting_dir);
    free(t->command_line);
    free(t->flash[0].file);
    free(t->flash[1].file);
    free(t->device_tree.blob);
    console_free(&t->console);
    images_free(&t->images);
    symbols_free(&t->symbols);
    free(t);
}

struct trapeze *trapeze_create(const struct trapeze_config *config, struct trapeze_error *error)
{
    bool built = false;
    error->text[0] = '\0';
    if (!check(config, error))
        return NULL;
    struct trapeze *t = calloc(1, sizeof *t);
    if (!t) {
        refuse(error, "no memory");
        return NULL;
    }
    if (build(t, config, error, &built))
        return t;
    unmake(t, built);
    return NULL;
}

void trapeze_destroy(struct trapeze *t)
{
    if (!t)
        return;
    unmake(t, true);
}

const void *trapeze_device_tree(const struct trapeze *t, size_t *size)
{
    *size = t->device_tree.size;
    return t->device_tree.blob;
}
