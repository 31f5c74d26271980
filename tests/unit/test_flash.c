#include "base/bits.h"
#include "devices/flash.h"
#include "test.h"
#include <string.h>

static struct bus bus;
static struct flash flash;
static uint64_t written_pages;

static const pa_t base = {0x04000000};

static void written(void *owner, pa_t address, struct transaction t)
{
    (void)owner, (void)t;
    written_pages |= BIT((address.raw - base.raw) >> PAGE_SHIFT & 63);
}

static int set_up(void **state)
{
    (void)state;
    bus_init(&bus);
    assert_int_equal(flash_init(&flash, &bus, base), STATUS_OK);
    bus.written = written;
    written_pages = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    bus_free(&bus);
    return 0;
}

static uint64_t get_sized(uint64_t offset, uint8_t size)
{
    uint64_t value;
    assert_true(bus_read(&bus, pa(base.raw + offset), (struct transaction){.size = size}, &value));
    return value;
}

static uint32_t get(uint64_t offset)
{
    return (uint32_t)get_sized(offset, 4);
}

static void put(uint64_t offset, uint32_t value)
{
    assert_true(bus_write(&bus, pa(base.raw + offset), value, (struct transaction){.size = 4}));
}

static void erase(uint64_t offset)
{
    put(offset, 0x00200020);
    put(offset, 0x00d000d0);
}

static void the_array_is_read_directly_until_a_command_comes(void **state)
{
    (void)state;
    uint32_t word = 0x12345678;
    memcpy(bus_image_host(&bus, base, 4), &word, 4);
    assert_non_null(bus_load_host(&bus, base, 4));
    assert_null(bus_store_host(&bus, base, 4));
    assert_int_equal(get(0), word);
    put(0, 0x00900090);
    assert_null(bus_load_host(&bus, base, 4));
    assert_int_equal(get(0), 0x00890089);
    assert_int_equal(get(4), 0x00180018);
    put(0, 0x00ff00ff);
    assert_non_null(bus_load_host(&bus, base, 4));
    assert_int_equal(get(0), word);
}

static void the_query_describes_two_chips_of_256_sectors(void **state)
{
    (void)state;
    put(0x55 * 4, 0x00980098);
    assert_int_equal(get(0x10 * 4), 'Q' | 'Q' << 16);
    assert_int_equal(get(0x11 * 4), 'R' | 'R' << 16);
    assert_int_equal(get(0x12 * 4), 'Y' | 'Y' << 16);
    assert_int_equal(get_sized(0x27 * 4, 1), 25);
    assert_int_equal(get_sized(0x2d * 4, 1) + 1, FLASH_SECTORS);
    assert_int_equal(get_sized(0x2f * 4, 1) << 8 | get_sized(0x30 * 4, 1) << 16, FLASH_SECTOR / 2);
    assert_int_equal(get_sized(0x10 * 4, 8), UINT64_C(0x0052005200510051));
}

static void programming_clears_bits_and_erasing_sets_those_of_the_sector(void **state)
{
    (void)state;
    erase(FLASH_SECTOR + 8);
    assert_int_equal(get(0), 0x00800080);
    put(FLASH_SECTOR, 0x00400040);
    put(FLASH_SECTOR, 0xffff00ff);
    put(FLASH_SECTOR, 0x00400040);
    put(FLASH_SECTOR, 0x0f0fffff);
    put(0, 0xff);
    assert_int_equal(get(FLASH_SECTOR), 0x0f0f00ff);
    assert_int_equal(get(FLASH_SECTOR + 4), 0xffffffff);
    assert_int_equal(get(2 * FLASH_SECTOR - 4), 0xffffffff);
    assert_int_equal(get(2 * FLASH_SECTOR), 0);
    assert_int_equal(get(FLASH_SECTOR - 4), 0);
}

static void a_buffered_write_programs_when_confirmed(void **state)
{
    (void)state;
    erase(0);
    put(0x40, 0x00e800e8);
    assert_int_equal(get(0x40), 0x00800080);
    put(0x40, 0x00030003);
    for (unsigned i = 0; i < 4; i++)
        put(0x40 + 4 * i, 0x1000 + i);
    assert_int_equal(*(uint32_t *)bus_image_host(&bus, pa(base.raw + 0x40), 4), 0xffffffff);
    put(0x40, 0x00d000d0);
    put(0, 0xff);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(get(0x40 + 4 * i), 0x1000 + i);
    assert_int_equal(get(0x50), 0xffffffff);
    assert_int_equal(get(0x3c), 0xffffffff);
}

static void a_buffered_write_over_its_buffers_border_is_a_sequence_error(void **state)
{
    (void)state;
    erase(0);
    put(0xffc, 0xe8);
    put(0xffc, 1);
    put(0xffc, 1);
    put(0x1000, 2);
    assert_int_equal(get(0), 0x00b000b0);
    put(0, 0x50);
    put(0, 0x70);
    assert_int_equal(get(0), 0x00800080);
}

static void an_erase_without_confirmation_does_nothing_but_say_so(void **state)
{
    (void)state;
    put(0, 0x20);
    put(0, 0xff);
    assert_int_equal(get(0), 0x00b000b0);
    put(0, 0xff);
    assert_int_equal(get(0), 0);
}

static void a_locked_sector_is_neither_programmed_nor_erased(void **state)
{
    (void)state;
    erase(0);
    put(0, 0x60);
    put(0, 0x01);
    put(0, 0x90);
    assert_int_equal(get(8), 0x00010001);
    put(0, 0x40);
    put(0, 0);
    assert_int_equal(get(0), 0x00920092);
    put(0, 0x50);
    *(uint8_t *)bus_image_host(&bus, base, 1) = 0;
    erase(0);
    assert_int_equal(get(0), 0x00a200a2);
    put(0, 0x60);
    put(0, 0xd0);
    erase(0);
    put(0, 0xff);
    assert_int_equal(get(0), 0xffffffff);
}

static void flagged_pages_are_told_of_what_is_programmed_and_erased(void **state)
{
    (void)state;
    *bus_page_flags(&bus, pa(base.raw + 0x1000)) = PAGE_CODE;
    *bus_page_flags(&bus, pa(base.raw + 0x3000)) = PAGE_CODE;
    put(0x1000, 0x40);
    put(0x1000, 0);
    assert_int_equal(written_pages, BIT(1));
    put(0x2000, 0x40);
    put(0x2000, 0);
    assert_int_equal(written_pages, BIT(1));
    erase(0);
    assert_int_equal(written_pages, BIT(1) | BIT(3));
}

static void any_offset_width_and_value_is_tolerated(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (unsigned i = 0; i < 100000; i++) {
        seed = seed * 1664525 + 1013904223;
        const struct transaction t = {.size = (uint8_t)(1u << (seed >> 30))};
        const uint64_t offset = seed % 64 ? seed >> 4 & (FLASH_SECTOR - 1) : FLASH_SIZE - 8 + (seed >> 8 & 7);
        flash.device.ops->write(&flash.device, offset, seed >> 12 | (uint64_t)seed << 32, t);
        flash.device.ops->read(&flash.device, offset, t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_array_is_read_directly_until_a_command_comes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_query_describes_two_chips_of_256_sectors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(programming_clears_bits_and_erasing_sets_those_of_the_sector, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_buffered_write_programs_when_confirmed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_buffered_write_over_its_buffers_border_is_a_sequence_error, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_erase_without_confirmation_does_nothing_but_say_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_locked_sector_is_neither_programmed_nor_erased, set_up, tear_down),
        cmocka_unit_test_setup_teardown(flagged_pages_are_told_of_what_is_programmed_and_erased, set_up, tear_down),
        cmocka_unit_test_setup_teardown(any_offset_width_and_value_is_tolerated, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
