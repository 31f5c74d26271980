#include "test.h"
#include "vectors.h"

static const char line[] = "{\"i\":12,\"r\":{\"HCR_EL2\":\"80000001\",\"X\":\"f\"},\"m\":[[\"a0\",\"1\"],[\"b0\",\"2\"]"
                           "],\"a\":\"stp x0,x2,[x1]\"}";

static void numbers_are_hexadecimal_when_quoted(void **state)
{
    (void)state;
    const struct json v = json_line(line);
    assert_int_equal(json_number(json_get(v, "i"), 0), 12);
    assert_int_equal(json_number(json_get(json_get(v, "r"), "HCR_EL2"), 0), 0x80000001);
    assert_int_equal(json_number(json_get(v, "absent"), 7), 7);
}

static void a_key_of_an_inner_object_is_not_one_of_the_outer(void **state)
{
    (void)state;
    assert_false(json_has(json_line(line), "X"));
    assert_true(json_has(json_get(json_line(line), "r"), "X"));
}

static void arrays_are_walked_in_order_to_their_end(void **state)
{
    (void)state;
    struct json place = {0}, key, value;
    const struct json m = json_get(json_line(line), "m");
    uint64_t sum = 0;
    unsigned n = 0;
    while (json_each(m, &place, &key, &value)) {
        sum = sum * 256 + json_number(json_element(value, 0), 0);
        n++;
    }
    assert_int_equal(n, 2);
    assert_int_equal(sum, 0xa0b0);
    assert_false(json_element(m, 2).at);
}

static void commas_inside_strings_do_not_end_a_value(void **state)
{
    (void)state;
    assert_true(json_is(json_get(json_line(line), "a"), "stp x0,x2,[x1]"));
}

static void bytes_are_in_address_order(void **state)
{
    (void)state;
    uint8_t bytes[4] = {0};
    assert_int_equal(json_bytes(json_line("\"01020f\""), bytes, sizeof bytes), 3);
    assert_int_equal(bytes[0], 1);
    assert_int_equal(bytes[2], 15);
}

static void every_line_of_a_file_is_read(void **state)
{
    (void)state;
    struct vectors *v = vectors_open(VECTORS_DATA "/a64_xlat.jsonl.zst");
    assert_non_null(v);
    unsigned lines = 0;
    while (vectors_next(v))
        lines++;
    assert_int_equal(lines, 49870);
    vectors_close(v);
}

static void a_word_runs_at_its_pc_without_being_fetched(void **state)
{
    (void)state;
    struct vector_machine m;
    vector_machine_init(&m, "sail-v85", true);
    vector_machine_reset(&m);
    m.cpu->state.pc = 0x40080000;
    m.cpu->state.x[1] = 41;
    assert_int_equal(cpu_execute(m.cpu, 0x91000420), STATUS_OK); /* add x0, x1, #1 */
    assert_int_equal(m.cpu->state.x[0], 42);
    assert_int_equal(m.cpu->state.pc, 0x40080004);
    assert_int_equal(cpu_execute(m.cpu, 0x14000004), STATUS_OK); /* b .+16 */
    assert_int_equal(m.cpu->state.pc, 0x40080014);
    m.cpu->state.sys[VBAR_EL2] = 0x20000;
    assert_int_equal(cpu_execute(m.cpu, 0xd4000021), STATUS_OK); /* svc #1 */
    assert_int_equal(m.cpu->state.pc, 0x20200);
    assert_int_equal(m.cpu->state.sys[ELR_EL2], 0x40080018);
    vector_machine_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_hexadecimal_when_quoted),
        cmocka_unit_test(a_key_of_an_inner_object_is_not_one_of_the_outer),
        cmocka_unit_test(arrays_are_walked_in_order_to_their_end),
        cmocka_unit_test(commas_inside_strings_do_not_end_a_value),
        cmocka_unit_test(bytes_are_in_address_order),
        cmocka_unit_test(every_line_of_a_file_is_read),
        cmocka_unit_test(a_word_runs_at_its_pc_without_being_fetched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
