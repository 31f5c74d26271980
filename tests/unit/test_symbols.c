#include "machine/symbols.h"
#include "test.h"

static void the_symbol_at_or_before_an_address_is_found(void **state)
{
    (void)state;
    struct symbols symbols = {0};
    uint64_t offset = 99;
    assert_null(symbols_find(&symbols, 5, &offset));
    assert_true(symbols_add(&symbols, "label", 0x300, 0));
    assert_true(symbols_add(&symbols, "main", 0x100, 0x20));
    assert_true(symbols_add(&symbols, "alias", 0x100, 0));
    assert_true(symbols_add(&symbols, "data", 0x200, 8));
    symbols_sort(&symbols);
    assert_null(symbols_find(&symbols, 0xff, &offset));
    assert_string_equal(symbols_find(&symbols, 0x100, &offset), "main");
    assert_int_equal(offset, 0);
    assert_string_equal(symbols_find(&symbols, 0x11f, &offset), "main");
    assert_int_equal(offset, 0x1f);
    assert_null(symbols_find(&symbols, 0x120, &offset)); /* behind its end */
    assert_string_equal(symbols_find(&symbols, 0x207, &offset), "data");
    assert_string_equal(symbols_find(&symbols, UINT64_MAX, &offset), "label");
    symbols_free(&symbols);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_symbol_at_or_before_an_address_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
