#include "gdbstub/rsp.h"
#include "test.h"
#include <string.h>

/* What the last byte leads to; all others must lead to nothing. */
static enum rsp_result take(struct rsp *rsp, const char *bytes, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++)
        assert_int_equal(rsp_byte(rsp, (uint8_t)bytes[i]), RSP_MORE);
    return rsp_byte(rsp, (uint8_t)bytes[size - 1]);
}

static enum rsp_result take_text(struct rsp *rsp, const char *text)
{
    return take(rsp, text, strlen(text));
}

static void a_packet_with_the_right_checksum_is_taken(void **state)
{
    (void)state;
    struct rsp rsp = {0};
    assert_int_equal(take_text(&rsp, "$m40000000,4#51"), RSP_PACKET);
    assert_string_equal(rsp.packet, "m40000000,4");
    assert_int_equal(take_text(&rsp, "$g#67"), RSP_PACKET);
    assert_string_equal(rsp.packet, "g");
    assert_int_equal(take_text(&rsp, "$#00"), RSP_PACKET);
    assert_int_equal(rsp.size, 0);
}

static void a_garbled_packet_is_refused_and_the_next_one_taken(void **state)
{
    (void)state;
    static const char *const garbled[] = {"$g#68", "$g#6x", "$g#x7", "$h#67", "$g##7"};
    struct rsp rsp = {0};
    for (unsigned i = 0; i < sizeof garbled / sizeof *garbled; i++) {
        assert_int_equal(take_text(&rsp, garbled[i]), RSP_BAD);
        assert_int_equal(take_text(&rsp, "$g#67"), RSP_PACKET);
    }
}

static void a_packet_that_was_cut_off_gives_way_to_the_next(void **state)
{
    (void)state;
    struct rsp rsp = {0};
    assert_int_equal(take_text(&rsp, "$m4000$g#67"), RSP_PACKET);
    assert_string_equal(rsp.packet, "g");
    assert_int_equal(take_text(&rsp, "noise$g#67"), RSP_PACKET);
}

static void escapes_are_undone_and_summed_as_sent(void **state)
{
    (void)state;
    struct rsp rsp = {0};
    assert_int_equal(take(&rsp, "$X}\x03}\x04}]}\n#ba", 13), RSP_PACKET);
    assert_int_equal(rsp.size, 5);
    assert_memory_equal(rsp.packet, "X#$}*", 5);
}

static void bytes_between_packets_are_acknowledgements_or_an_interrupt(void **state)
{
    (void)state;
    struct rsp rsp = {0};
    assert_int_equal(rsp_byte(&rsp, '+'), RSP_ACK);
    assert_int_equal(rsp_byte(&rsp, '-'), RSP_NAK);
    assert_int_equal(rsp_byte(&rsp, 3), RSP_INTERRUPT);
    assert_int_equal(take(&rsp, "$\x03#03", 5), RSP_PACKET); /* inside, it is contents */
}

static void a_packet_that_is_too_long_is_told_apart_and_harms_nothing(void **state)
{
    (void)state;
    struct rsp rsp = {0};
    for (unsigned extra = 0; extra < 2; extra++) {
        rsp_byte(&rsp, '$');
        for (unsigned i = 0; i < RSP_PACKET_MAX + extra * 100000; i++)
            assert_int_equal(rsp_byte(&rsp, 0), RSP_MORE);
        assert_int_equal(take_text(&rsp, "#00"), extra ? RSP_TOO_LONG : RSP_PACKET);
        assert_int_equal(rsp.size, RSP_PACKET_MAX);
    }
    assert_int_equal(take_text(&rsp, "$g#67"), RSP_PACKET);
}

static void what_is_framed_is_taken_back_whatever_it_holds(void **state)
{
    (void)state;
    char contents[1024], frame[RSP_FRAMED_SIZE(sizeof contents)];
    struct rsp rsp = {0};
    for (unsigned i = 0; i < sizeof contents; i++)
        contents[i] = (char)(i * 7 + (i >> 8));
    const size_t size = rsp_frame(frame, contents, sizeof contents);
    assert_true(size <= sizeof frame);
    assert_int_equal(take(&rsp, frame, size), RSP_PACKET);
    assert_int_equal(rsp.size, sizeof contents);
    assert_memory_equal(rsp.packet, contents, sizeof contents);
}

static void numbers_end_where_digits_do_and_have_at_most_64_bits(void **state)
{
    (void)state;
    const char *at = "fFff000000000001,2", *none = ",1", *large = "10000000000000000";
    uint64_t value;
    assert_true(hex_number(&at, &value));
    assert_int_equal(value, UINT64_C(0xffff000000000001));
    assert_int_equal(*at, ',');
    assert_false(hex_number(&none, &value));
    assert_false(hex_number(&large, &value));
    uint8_t bytes[2];
    assert_false(hex_bytes("123", bytes, 2));
    assert_true(hex_bytes("12aB", bytes, 2));
    assert_int_equal(bytes[1], 0xab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_with_the_right_checksum_is_taken),
        cmocka_unit_test(a_garbled_packet_is_refused_and_the_next_one_taken),
        cmocka_unit_test(a_packet_that_was_cut_off_gives_way_to_the_next),
        cmocka_unit_test(escapes_are_undone_and_summed_as_sent),
        cmocka_unit_test(bytes_between_packets_are_acknowledgements_or_an_interrupt),
        cmocka_unit_test(a_packet_that_is_too_long_is_told_apart_and_harms_nothing),
        cmocka_unit_test(what_is_framed_is_taken_back_whatever_it_holds),
        cmocka_unit_test(numbers_end_where_digits_do_and_have_at_most_64_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
