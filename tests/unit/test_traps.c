/* The rows of trap.def as the library shows them. */
#include "hyp/trap.h"
#include "test.h"
#include "trapeze.h"
#include <string.h>

static struct trapeze *machine(bool el2)
{
    struct trapeze_error error;
    struct trapeze_config config = trapeze_config_default();
    config.ram_size = 16 << 20;
    config.el2 = el2;
    struct trapeze *t = trapeze_create(&config, &error);
    assert_non_null(t);
    return t;
}

static void a_row_says_its_register_its_bit_and_whom_it_catches(void **state)
{
    (void)state;
    struct trapeze *t = machine(true);
    struct trapeze_trap trap;
    assert_true(trapeze_trap_info(t, TRAP_TVM, &trap));
    assert_string_equal(trap.name, "HCR_EL2.TVM");
    assert_string_equal(trap.control, "HCR_EL2");
    assert_true(trap.mask == 1 << 26 && trap.armed == 1 << 26);
    assert_int_equal(trap.to, 2);
    assert_int_equal(trap.from, 1 << 1);
    assert_true(trap.write && !trap.read && trap.reachable);
    assert_true(trapeze_trap_info(t, TRAP_READ_ONLY, &trap));
    assert_string_equal(trap.name, "READ_ONLY");
    assert_null(trap.control);
    assert_true(trap.to == 0 && trap.write && !trap.read && trap.reachable);
    assert_true(trapeze_trap_info(t, TRAP_FPEN, &trap));
    assert_int_equal(trap.to, 1);
    assert_int_equal(trap.from, 3);
    assert_false(trapeze_trap_info(t, trapeze_trap_count(), &trap));
    trapeze_destroy(t);
}

static void rows_of_el2_are_out_of_reach_without_it(void **state)
{
    (void)state;
    struct trapeze *without = machine(false), *with = machine(true);
    struct trapeze_trap trap;
    unsigned reached = 0;
    for (unsigned i = 0; i < trapeze_trap_count(); i++) {
        assert_true(trapeze_trap_info(without, i, &trap));
        assert_false(trap.to == 2 && trap.reachable);
        assert_true(trapeze_trap_info(with, i, &trap));
        reached += trap.to == 2 && trap.reachable;
    }
    assert_true(reached > 20);
    trapeze_destroy(without);
    trapeze_destroy(with);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_says_its_register_its_bit_and_whom_it_catches),
        cmocka_unit_test(rows_of_el2_are_out_of_reach_without_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
