/* Law 1: a run that was stepped for its first million instructions ends as one that was not, on U-Boot and on a program of
 * four CPUs. */
#include "test.h"
#include "trapeze.h"
#include <stdlib.h>
#include <string.h>

#ifndef GUESTS
#error "GUESTS: the folder of tests/arch's programs"
#endif

enum { STEPPED = 1000000 };

static struct trapeze *machine(const char *bios, const char *kernel, unsigned cpus)
{
    struct trapeze_config config = trapeze_config_default();
    struct trapeze_error error;
    config.el2 = true;
    config.bios = bios;
    config.kernel = kernel;
    config.cpus = cpus;
    struct trapeze *t = trapeze_create(&config, &error);
    if (!t)
        fail_msg("%s", error.text);
    return t;
}

static void run_to(struct trapeze *t, uint64_t instructions, uint8_t digest[32])
{
    const enum trapeze_stop why = trapeze_run(t, &(struct trapeze_until){.instructions = instructions});
    assert_true(why == TRAPEZE_INSTRUCTIONS || why == TRAPEZE_OFF);
    trapeze_digest(t, digest);
}

static void assert_stepping_changes_nothing(const char *bios, const char *kernel, unsigned cpus, uint64_t end)
{
    uint8_t ran_digest[32], stepped_digest[32];
    struct trapeze *ran = machine(bios, kernel, cpus), *stepped = machine(bios, kernel, cpus);
    run_to(ran, end, ran_digest);
    for (unsigned i = 0; i < STEPPED; i++)
        if (trapeze_step(stepped, trapeze_current_cpu(stepped)) == TRAPEZE_OFF)
            break;
    run_to(stepped, end, stepped_digest);
    assert_memory_equal(ran_digest, stepped_digest, sizeof ran_digest);
    trapeze_destroy(ran);
    trapeze_destroy(stepped);
}

static void uboot_stepped_for_a_million_instructions_ends_the_same(void **state)
{
    (void)state;
    assert_stepping_changes_nothing("/usr/lib/u-boot/qemu_arm64/u-boot.bin", NULL, 1, 5000000);
}

static void four_cpus_stepped_for_a_million_instructions_end_the_same(void **state)
{
    (void)state;
    assert_stepping_changes_nothing(NULL, GUESTS "/other_cpus_start_and_share_a_counter.elf", 4, 3000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uboot_stepped_for_a_million_instructions_ends_the_same),
        cmocka_unit_test(four_cpus_stepped_for_a_million_instructions_end_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
