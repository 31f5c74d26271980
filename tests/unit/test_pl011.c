#include "devices/pl011.h"
#include "test.h"
#include <string.h>

enum { DR = 0x00, RSR = 0x04, FR = 0x18, IBRD = 0x24, LCR_H = 0x2c, CR = 0x30, IFLS = 0x34, IMSC = 0x38 };
enum { RIS = 0x3c, MIS = 0x40, ICR = 0x44, RX = 1 << 4, TX = 1 << 5, RT = 1 << 6, FEN = 1 << 4, ON = 0x301 };

static struct pl011 uart;
static char sent[64];
static unsigned sent_count, room_calls;
static bool line;

static void sink(void *owner, uint8_t byte)
{
    (void)owner;
    sent[sent_count++ % sizeof sent] = (char)byte;
}

static void room(void *owner)
{
    (void)owner;
    room_calls++;
}

static void set_line(void *owner, unsigned number, bool level, uint64_t now)
{
    (void)owner, (void)number, (void)now;
    line = level;
}

static uint64_t read_sized(uint64_t offset, uint8_t size)
{
    return uart.device.ops->read(&uart.device, offset, (struct transaction){.size = size});
}

static uint32_t get(uint64_t offset)
{
    return (uint32_t)read_sized(offset, 4);
}

static void put(uint64_t offset, uint64_t value)
{
    uart.device.ops->write(&uart.device, offset, value, (struct transaction){.size = 4});
}

static int fresh(void **state)
{
    (void)state;
    pl011_init(&uart, &(struct pl011_wiring){.sink = sink, .room = room, .irq = {.set = set_line}});
    sent_count = room_calls = 0;
    line = false;
    return 0;
}

static void bytes_written_to_dr_are_sent_in_order(void **state)
{
    (void)state;
    put(DR, 'h');
    put(DR, 'i');
    assert_int_equal(sent_count, 2);
    assert_memory_equal(sent, "hi", 2);
    assert_int_equal(get(FR), 0x90);
}

static void a_receiver_that_is_off_takes_no_byte(void **state)
{
    (void)state;
    assert_false(pl011_receive(&uart, 'x', 0));
    put(CR, 0x001); /* UARTEN without RXE */
    assert_false(pl011_receive(&uart, 'x', 0));
    put(CR, 0x200); /* RXE without UARTEN */
    assert_false(pl011_receive(&uart, 'x', 0));
    put(CR, ON);
    assert_true(pl011_receive(&uart, 'x', 0));
    assert_int_equal(get(DR), 'x');
}

static void the_fifo_holds_16_bytes_with_fen_and_one_without(void **state)
{
    (void)state;
    put(CR, ON);
    assert_true(pl011_receive(&uart, 'a', 0));
    assert_false(pl011_receive(&uart, 'b', 0));
    assert_int_equal(get(FR), 0x80 | 0x40);
    put(LCR_H, FEN); /* empties it */
    assert_int_equal(get(FR), 0x90);
    for (unsigned i = 0; i < 16; i++)
        assert_true(pl011_receive(&uart, (uint8_t)i, 0));
    assert_false(pl011_receive(&uart, 16, 0));
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(get(DR), i);
    assert_int_equal(get(FR), 0x90);
    assert_int_equal(get(DR), 0);
}

static void room_is_offered_when_the_receiver_is_turned_on_and_when_the_fifo_is_read(void **state)
{
    (void)state;
    put(CR, 0x001);
    assert_int_equal(room_calls, 0);
    put(CR, ON);
    assert_int_equal(room_calls, 1);
    put(IBRD, 1);
    assert_int_equal(room_calls, 1);
    pl011_receive(&uart, 'a', 0);
    get(DR);
    assert_int_equal(room_calls, 2);
}

static void the_receive_interrupt_comes_at_the_trigger_level_and_the_timeout_below_it(void **state)
{
    (void)state;
    static const uint8_t level[] = {2, 4, 8, 12, 14};
    put(CR, ON);
    put(LCR_H, FEN);
    for (unsigned select = 0; select < sizeof level; select++) {
        put(IFLS, select << 3);
        for (unsigned i = 1; i < level[select]; i++) {
            pl011_receive(&uart, 'a', 0);
            assert_int_equal(get(RIS), RT);
        }
        pl011_receive(&uart, 'a', 0);
        assert_int_equal(get(RIS) & RX, RX);
        get(DR);
        assert_int_equal(get(RIS), RT);
        while (!(get(FR) & 0x10))
            get(DR);
        assert_int_equal(get(RIS), 0);
    }
}

static void without_fifos_one_byte_raises_the_receive_interrupt(void **state)
{
    (void)state;
    put(CR, ON);
    pl011_receive(&uart, 'a', 0);
    assert_int_equal(get(RIS), RX);
    get(DR);
    assert_int_equal(get(RIS), 0);
}

static void the_line_is_the_masked_status(void **state)
{
    (void)state;
    put(DR, 'a');
    assert_int_equal(get(RIS), TX);
    assert_int_equal(get(MIS), 0);
    assert_false(line);
    put(IMSC, TX);
    assert_int_equal(get(MIS), TX);
    assert_true(line);
    put(ICR, TX);
    assert_false(line);
    put(DR, 'a');
    assert_true(line);
    uart.device.ops->reset(&uart.device);
    assert_false(line);
}

static void the_identification_registers_read_as_the_primecell_says(void **state)
{
    (void)state;
    static const uint8_t id[] = {0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};
    for (unsigned i = 0; i < sizeof id; i++)
        assert_int_equal(get(0xfe0 + 4 * i), id[i]);
}

static void any_offset_width_and_value_is_tolerated(void **state)
{
    (void)state;
    for (unsigned size = 1; size <= 8; size *= 2)
        for (uint64_t offset = 0; offset < 0x1000; offset++) {
            const struct transaction t = {.size = (uint8_t)size};
            uart.device.ops->write(&uart.device, offset, UINT64_MAX, t);
            pl011_receive(&uart, 'x', 0);
            read_sized(offset, (uint8_t)size);
            assert_true(uart.state.count <= PL011_FIFO);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(bytes_written_to_dr_are_sent_in_order, fresh),
        cmocka_unit_test_setup(a_receiver_that_is_off_takes_no_byte, fresh),
        cmocka_unit_test_setup(the_fifo_holds_16_bytes_with_fen_and_one_without, fresh),
        cmocka_unit_test_setup(room_is_offered_when_the_receiver_is_turned_on_and_when_the_fifo_is_read, fresh),
        cmocka_unit_test_setup(the_receive_interrupt_comes_at_the_trigger_level_and_the_timeout_below_it, fresh),
        cmocka_unit_test_setup(without_fifos_one_byte_raises_the_receive_interrupt, fresh),
        cmocka_unit_test_setup(the_line_is_the_masked_status, fresh),
        cmocka_unit_test_setup(the_identification_registers_read_as_the_primecell_says, fresh),
        cmocka_unit_test_setup(any_offset_width_and_value_is_tolerated, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
