/* Options -> machine configuration -> run. The only file that prints usage or exits. */
#include "machine/virt.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, EXIT_LIMIT = 3 };

static const char usage[] = "usage: trapeze [-el2] [-limit CYCLES] [-scale N] ELF\n";

static void to_stdout(void *owner, uint8_t byte)
{
    (void)owner;
    putchar(byte);
    if (byte == '\n')
        fflush(stdout);
}

static const char *describe(enum status status)
{
    static const char *const text[] = {"ok", "the host has no memory", "not a readable AArch64 ELF",
                                       "does not fit in RAM"};
    return text[status];
}

/* A stand-in until the command line is there. */
int main(int argc, char **argv)
{
    struct virt_config config = {
        .model = cpu_model_find("cortex-a72"), .cpus = 1, .ram_size = UINT64_C(1) << 30, .console = to_stdout};
    uint32_t scale = 0;
    const char *elf = NULL;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "-el2"))
            config.el2 = true;
        else if (!strcmp(argv[i], "-scale") && i + 1 < argc)
            scale = (uint32_t)strtoul(argv[++i], NULL, 0);
        else
            elf = argv[i];
    }
    if (!elf) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    struct virt *virt = malloc(sizeof *virt);
    enum status status = virt ? virt_init(virt, &config) : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = virt_load_elf(virt, elf);
    if (status != STATUS_OK) {
        fprintf(stderr, "trapeze: %s: %s\n", elf, describe(status));
        return EXIT_FAILURE;
    }
    bus_write(&virt->bus, pa(0x4ffff000), scale, (struct transaction){.size = 4, .cpu = NOT_A_CPU});
    const enum schedule_end end = scheduler_run(&virt->scheduler);
    fflush(stdout);
    fprintf(stderr, "end %d outcome %d insns %" PRIu64 " unimplemented %" PRIu64 "\n", end, virt->outcome,
            scheduler_instructions(&virt->scheduler), virt->cluster.unimplemented);
    return 0;
}
