#include "guest.h"
#include "machine/fdt.h"
#include <libfdt.h>

static const char *text(const void *fdt, const char *path, const char *property)
{
    return fdt_getprop(fdt, fdt_path_offset(fdt, path), property, NULL);
}

static uint64_t number(const void *fdt, const char *path, const char *property)
{
    int size;
    const fdt64_t *value = fdt_getprop(fdt, fdt_path_offset(fdt, path), property, &size);
    assert_non_null(value);
    assert_int_equal(size, 8);
    return fdt64_ld(value);
}

static void the_boot_loaders_part_is_in_chosen(void **state)
{
    (void)state;
    struct virt *virt = guest_new(true);
    void *fdt = fdt_make(virt, &(struct fdt_boot){"console=ttyAMA0", 0x48000000, 0x48123456});
    assert_non_null(fdt);
    assert_int_equal(fdt_check_full(fdt, fdt_totalsize(fdt)), 0);
    assert_string_equal(text(fdt, "/chosen", "bootargs"), "console=ttyAMA0");
    assert_int_equal(number(fdt, "/chosen", "linux,initrd-start"), 0x48000000);
    assert_int_equal(number(fdt, "/chosen", "linux,initrd-end"), 0x48123456);
    assert_string_equal(text(fdt, "/chosen", "stdout-path"), "/pl011@9000000");
    free(fdt);
    fdt = fdt_make(virt, &(struct fdt_boot){0});
    assert_null(text(fdt, "/chosen", "bootargs"));
    assert_null(text(fdt, "/chosen", "linux,initrd-start"));
    free(fdt);
    guest_free(virt);
}

static void two_trees_of_one_machine_are_the_same(void **state)
{
    (void)state;
    struct virt *a = guest_of("cortex-a53", 4, false, false), *b = guest_of("cortex-a53", 4, false, false);
    void *x = fdt_make(a, &(struct fdt_boot){0}), *y = fdt_make(b, &(struct fdt_boot){0});
    assert_int_equal(fdt_totalsize(x), fdt_totalsize(y));
    assert_memory_equal(x, y, fdt_totalsize(x));
    free(x);
    free(y);
    guest_free(a);
    guest_free(b);
}

static void a_command_line_of_any_length_fits(void **state)
{
    (void)state;
    enum { LENGTH = 1200000 };
    struct virt *virt = guest_new(false);
    char *line = malloc(LENGTH + 1);
    memset(line, 'x', LENGTH);
    line[LENGTH] = '\0';
    void *fdt = fdt_make(virt, &(struct fdt_boot){.append = line});
    assert_string_equal(text(fdt, "/chosen", "bootargs"), line);
    free(line);
    free(fdt);
    guest_free(virt);
}

/* A tree as a user would give it: other memory, no PSCI, a command line of its own. */
static void *given(unsigned address_cells)
{
    void *fdt = malloc(4096);
    assert_int_equal(fdt_create_empty_tree(fdt, 4096), 0);
    fdt_setprop_u32(fdt, 0, "#address-cells", address_cells);
    fdt_setprop_u32(fdt, 0, "#size-cells", address_cells);
    int node = fdt_add_subnode(fdt, 0, "memory@80000000");
    fdt_setprop_string(fdt, node, "device_type", "memory");
    node = fdt_add_subnode(fdt, 0, "chosen");
    fdt_setprop_string(fdt, node, "bootargs", "its own");
    fdt_pack(fdt);
    return fdt;
}

static void a_given_tree_gets_this_machines_memory_and_firmware(void **state)
{
    (void)state;
    struct virt *virt = guest_new(true);
    const char *why;
    void *mine = given(2);
    void *fdt = fdt_adopt(virt, mine, fdt_totalsize(mine), &(struct fdt_boot){0}, &why);
    assert_non_null(fdt);
    assert_true(fdt_path_offset(fdt, "/memory@80000000") < 0);
    const fdt64_t *reg = fdt_getprop(fdt, fdt_path_offset(fdt, "/memory@40000000"), "reg", NULL);
    assert_int_equal(fdt64_ld(&reg[0]), 0x40000000);
    assert_int_equal(fdt64_ld(&reg[1]), 16 << 20);
    assert_string_equal(text(fdt, "/psci", "method"), "smc");
    assert_string_equal(text(fdt, "/chosen", "bootargs"), "its own");
    free(fdt);
    fdt = fdt_adopt(virt, mine, fdt_totalsize(mine), &(struct fdt_boot){"ours", 1, 2}, &why);
    assert_string_equal(text(fdt, "/chosen", "bootargs"), "ours");
    free(fdt);
    free(mine);
    guest_free(virt);
}

static void a_given_tree_of_one_cell_is_written_in_one_cell(void **state)
{
    (void)state;
    struct virt *virt = guest_new(false);
    const char *why;
    int size;
    void *mine = given(1);
    void *fdt = fdt_adopt(virt, mine, fdt_totalsize(mine), &(struct fdt_boot){0}, &why);
    const fdt32_t *reg = fdt_getprop(fdt, fdt_path_offset(fdt, "/memory@40000000"), "reg", &size);
    assert_int_equal(size, 8);
    assert_int_equal(fdt32_ld(&reg[1]), 16 << 20);
    free(fdt);
    free(mine);
    guest_free(virt);
}

static void what_is_no_tree_is_refused_with_a_reason(void **state)
{
    (void)state;
    struct virt *virt = guest_new(false);
    const struct fdt_boot boot = {.append = "x"};
    const char *why = NULL;
    uint8_t *mine = given(2);
    const size_t size = fdt_totalsize(mine);
    assert_null(fdt_adopt(virt, "no tree", 7, &boot, &why));
    assert_non_null(why);
    assert_null(fdt_adopt(virt, mine, size - 1, &boot, &why));
    void *large = calloc(1, FDT_MAX + 1);
    assert_null(fdt_adopt(virt, large, FDT_MAX + 1, &boot, &why));
    assert_non_null(strstr(why, "2 MiB"));
    free(large);
    for (size_t i = 0; i < size; i++) /* broken in every byte: refused or not, never a crash */
        for (unsigned bit = 0; bit < 8; bit += 7) {
            mine[i] ^= (uint8_t)(1u << bit);
            free(fdt_adopt(virt, mine, size, &boot, &why));
            mine[i] ^= (uint8_t)(1u << bit);
        }
    free(mine);
    guest_free(virt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_boot_loaders_part_is_in_chosen),
        cmocka_unit_test(two_trees_of_one_machine_are_the_same),
        cmocka_unit_test(a_command_line_of_any_length_fits),
        cmocka_unit_test(a_given_tree_gets_this_machines_memory_and_firmware),
        cmocka_unit_test(a_given_tree_of_one_cell_is_written_in_one_cell),
        cmocka_unit_test(what_is_no_tree_is_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
