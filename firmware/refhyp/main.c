/* The host's story: it finds out what machine it has, starts the other CPUs, installs the hypervisor, leaves and installs it
 * again, runs the guests, and switches the machine off. */
#include "abi.h"
#include "vm.h"

extern char image_end[], power_off_at_el2[];
void vm_account(const struct vm *vm);

struct machine machine;
const struct gic *gic;

static unsigned passed, failed;

/* ---- what is asked for ---- */

/* bootargs from guests=NAME,NAME on; empty: all of them. */
static const char *list_of_guests(void)
{
    const char *at = machine.bootargs;
    while (*at && !starts_with(at, "guests="))
        at++;
    return at;
}

static bool is_wanted(const char *name)
{
    const char *at = list_of_guests();
    if (!*at)
        return true;
    at += 7;
    while (*at && *at != ' ') {
        const char *end = at;
        while (*end && *end != ' ' && *end != ',')
            end++;
        if (starts_with(at, name) && !name[end - at])
            return true;
        at = *end == ',' ? end + 1 : end;
    }
    return false;
}

static bool is_possible(const struct guest *guest)
{
    return hyp_config.gic_version || !(guest->options & VGIC);
}

/* ---- running ---- */

/* What it has printed, with its name before each line. */
static void print_console(const struct vm *vm)
{
    bool begins = true;
    for (unsigned n = 0; n < vm->console_used; n++) {
        if (begins)
            print("%s: ", vm->guest->name);
        uart_put(vm->console[n]);
        begins = vm->console[n] == '\n';
    }
}

static void finish(struct vm *vm)
{
    print_console(vm);
    print("%s %s: %s\n", vm->passed ? "PASS" : "FAIL", vm->guest->name, vm->reason);
    passed += vm->passed;
    failed += !vm->passed;
    vm_account(vm);
    vm_destroy(vm);
}

static void run_together(const struct guest *first, unsigned count)
{
    unsigned used = 0;
    for (unsigned n = 0; n < count; n++) {
        if (!is_wanted(first[n].name))
            continue;
        if (is_possible(&first[n]))
            running[used++] = vm_create(&first[n]);
        else
            print("SKIP %s: this machine has not what it needs\n", first[n].name);
    }
    run_all();
    for (unsigned n = 0; n < used; n++) {
        finish(running[n]);
        running[n] = NULL;
    }
}

static void run_guests(void)
{
    for (unsigned n = 0; n < guest_count();) {
        unsigned count = 1;
        while (guests[n + count - 1].options & WITH_NEXT)
            count++;
        run_together(&guests[n], count);
        n += count;
    }
}

static void install_twice(void)
{
    hyp_prepare();
    on_every_cpu(hyp_install);
    on_every_cpu(hyp_remove);
    print("refhyp: installed, removed: the stub answers again\n");
    on_every_cpu(hyp_install);
    if (hyp_config.gic_version)
        hyp_config.list_registers = hyp_call(HYP_VGIC_INFO, 0, 0, 0, 0);
    print("refhyp: installed, %u list registers\n", hyp_config.list_registers);
}

void host_main(void)
{
    machine.bootargs = "";
    if (!fdt_read((void *)0x40000000, &machine))
        panic("no device tree at the start of RAM");
    memory_init((u64)image_end, machine.memory + machine.memory_size);
    host_map_init();
    host_map_on();
    gic = machine.gic_version == 3 ? &gic_v3 : &gic_v2;
    gic->init();
    cpus_start();
    print("refhyp: split mode, %u CPUs, GICv%u, %u MiB\n", machine.cpus, machine.gic_version,
          machine.memory_size >> 20);
    install_twice();
    run_guests();
    on_every_cpu(hyp_remove);
    print_closing_table(!*list_of_guests());
    if (failed)
        print("%u GUESTS FAILED\n", (u64)failed);
    else
        print("ALL GUESTS PASSED\n");
    hyp_call(STUB_SOFT_RESTART, (u64)power_off_at_el2, 0, 0, 0);
    panic("the stub has not restarted");
}
