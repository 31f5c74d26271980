/* fdt_dump CPU CPUS MEBIBYTES EL2 GIC: writes the machine's device tree to standard output. */
#include "machine/fdt.h"
#include "machine/virt.h"
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    const struct virt_config config = {.model = cpu_model_find(argv[1]),
                                       .cpus = (unsigned)strtoul(argv[2], NULL, 0),
                                       .ram_size = strtoull(argv[3], NULL, 0) << 20,
                                       .el2 = argv[4][0] == '1',
                                       .gic_v3 = argv[5][0] == '3'};
    struct virt *virt = malloc(sizeof *virt);
    if (!virt || virt_init(virt, &config) != STATUS_OK)
        return 1;
    void *fdt = fdt_make(virt, &(struct fdt_boot){0});
    if (!fdt || fdt_check_full(fdt, fdt_totalsize(fdt)) != 0)
        return 1;
    const size_t written = fwrite(fdt, 1, fdt_totalsize(fdt), stdout);
    const int ok = written == fdt_totalsize(fdt) && fflush(stdout) == 0;
    free(fdt);
    virt_free(virt);
    free(virt);
    return !ok;
}
