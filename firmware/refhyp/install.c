/* How the hypervisor gets to EL2 and leaves it again: through the stub. Its map holds what HYP needs and nothing else: its
 * own text and data, GICH, and the virtual CPUs that the host tells it of. */
#include "host.h"

u64 stub_install(u64 table, u64 stack, u64 hyp_cpu, u64 vtcr);

extern char hyp_text_start[], hyp_text_end[], hyp_rodata_start[], hyp_rodata_end[], hyp_data_start[], hyp_data_end[];

/* AP[1] is RES1 in a regime of one level. */
#define HYP_TEXT   (PTE_MEM | PTE_EL0 | PTE_RO)
#define HYP_RODATA (PTE_MEM | PTE_EL0 | PTE_RO | PTE_XN)
#define HYP_DATA   (PTE_MEM | PTE_EL0 | PTE_XN)
#define HYP_DEVICE (PTE_VALID | PTE_DEVICE | PTE_EL0 | PTE_AF | PTE_XN)

/* VTCR_EL2: 40 bits of IPA from level 1, which makes two concatenated tables; write-back walks; 40 bits of PA */
#define VTCR (UINT64_C(24) | 1 << 6 | 1 << 8 | 1 << 10 | 3 << 12 | 2 << 16 | BIT(31))

static u64 hyp_table[512] __attribute__((aligned(4096)));
static u32 hyp_table_lock;

static void map(char *from, char *to, u64 leaf)
{
    for (char *page = from; page < to; page += PAGE)
        table_map(hyp_table, (u64)page, (u64)page, PAGE, leaf);
}

void hyp_prepare(void)
{
    map(hyp_text_start, hyp_text_end, HYP_TEXT);
    map(hyp_rodata_start, hyp_rodata_end, HYP_RODATA);
    map(hyp_data_start, hyp_data_end, HYP_DATA);
    hyp_config.gic_version = machine.gic_version == 3 || machine.gich ? machine.gic_version : 0;
    hyp_config.gich = machine.gich;
    if (machine.gich)
        table_map(hyp_table, machine.gich, machine.gich, PAGE, HYP_DEVICE);
}

void hyp_map_page(void *page)
{
    unsigned level;
    lock(&hyp_table_lock);
    if (!table_leaf(hyp_table, (u64)page, &level))
        table_map(hyp_table, (u64)page, (u64)page, PAGE, HYP_DATA);
    unlock(&hyp_table_lock);
}

void hyp_install(void)
{
    const u64 number = this_cpu()->number;
    if (hyp_call(HYP_FLUSH_ALL, 0, 0, 0, 0) != NOT_SUPPORTED)
        panic("something is installed already");
    hyp_call(STUB_SET_VECTORS, (u64)hyp_init_vectors, 0, 0, 0);
    if (stub_install((u64)hyp_table, (u64)hyp_stacks[number + 1], (u64)&hyp_cpus[number], VTCR))
        panic("the hypervisor does not install");
}

void hyp_remove(void)
{
    hyp_call(STUB_RESET, 0, 0, 0, 0);
    if (hyp_call(HYP_FLUSH_ALL, 0, 0, 0, 0) != NOT_SUPPORTED)
        panic("the stub does not answer");
}
