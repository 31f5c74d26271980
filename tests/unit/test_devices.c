#include "devices/pl031.h"
#include "devices/pl061.h"
#include "devices/virtio_mmio.h"
#include "guest.h"

enum { HZ = 1000 };

static struct events events;
static struct pl031 rtc;
static struct pl061 gpio;
static struct virtio_mmio virtio;
static bool line;
static uint64_t line_at;

static void set_line(void *owner, unsigned number, bool level, uint64_t now)
{
    (void)owner, (void)number;
    line = level;
    line_at = now;
}

static int fresh(void **state)
{
    (void)state;
    const struct irq_line irq = {.set = set_line};
    events = (struct events){0};
    pl031_init(&rtc, &(struct pl031_wiring){.events = &events, .clock = HZ, .irq = irq});
    pl061_init(&gpio, irq);
    virtio_mmio_init(&virtio);
    line = false;
    return 0;
}

static uint32_t get(struct device *device, uint64_t offset, uint64_t now)
{
    return (uint32_t)device->ops->read(device, offset, (struct transaction){.now = now, .size = 4});
}

static void put(struct device *device, uint64_t offset, uint32_t value, uint64_t now)
{
    device->ops->write(device, offset, value, (struct transaction){.now = now, .size = 4});
}

enum { RTC_DR = 0, RTC_MR = 4, RTC_LR = 8, RTC_CR = 12, RTC_IMSC = 16, RTC_RIS = 20, RTC_MIS = 24, RTC_ICR = 28 };

static void the_clock_begins_in_2024_and_passes_with_modelled_time(void **state)
{
    (void)state;
    assert_int_equal(get(&rtc.device, RTC_DR, 0), 1704067200);
    assert_int_equal(get(&rtc.device, RTC_DR, HZ - 1), 1704067200);
    assert_int_equal(get(&rtc.device, RTC_DR, 60 * HZ), 1704067260);
    assert_int_equal(get(&rtc.device, RTC_CR, 0), 1);
}

static void a_loaded_clock_goes_on_from_there(void **state)
{
    (void)state;
    put(&rtc.device, RTC_LR, 0xfffffffe, 5 * HZ);
    assert_int_equal(get(&rtc.device, RTC_LR, 5 * HZ), 0xfffffffe);
    assert_int_equal(get(&rtc.device, RTC_DR, 5 * HZ), 0xfffffffe);
    assert_int_equal(get(&rtc.device, RTC_DR, 8 * HZ), 1);
}

static void the_match_interrupt_comes_at_its_second(void **state)
{
    (void)state;
    put(&rtc.device, RTC_IMSC, 1, 0);
    put(&rtc.device, RTC_MR, RTC_EPOCH + 3, HZ / 2);
    assert_int_equal(events_deadline(&events), 3 * HZ);
    events_run(&events, 3 * HZ);
    assert_true(line);
    assert_int_equal(line_at, 3 * HZ);
    assert_int_equal(get(&rtc.device, RTC_MIS, 3 * HZ), 1);
    put(&rtc.device, RTC_ICR, 1, 3 * HZ);
    assert_false(line);
    assert_int_equal(get(&rtc.device, RTC_RIS, 3 * HZ), 0);
}

static void stop_at_match(void *owner, unsigned number, bool level, uint64_t now)
{
    struct virt *virt = owner;
    (void)number;
    if (!level)
        return;
    line_at = now;
    scheduler_stop(&virt->scheduler);
}

static void a_match_asked_for_by_a_cpu_that_never_waits_comes_all_the_same(void **state)
{
    (void)state;
    struct virt *virt = guest_new(false);
    guest_code(virt, 0, (const uint32_t[]){0xb9000020, 0x14000000}, 2); /* str w0, [x1]; b . */
    virt->cpu[0].state.x[0] = RTC_EPOCH + 3;
    virt->cpu[0].state.x[1] = VIRT_RTC + RTC_MR;
    virt->rtc.wiring.clock = 10000;
    virt->rtc.wiring.irq = (struct irq_line){.set = stop_at_match, .owner = virt};
    virt->rtc.state.imsc = 1;
    assert_int_equal(scheduler_run(&virt->scheduler), SCHEDULE_STOPPED);
    assert_int_equal(line_at, 30000);
    assert_true(virt->cpu[0].state.cycles >= 30000 && virt->cpu[0].state.cycles < 30010);
    guest_free(virt);
}

static void a_match_moves_with_the_clock_and_goes_with_a_reset(void **state)
{
    (void)state;
    put(&rtc.device, RTC_MR, RTC_EPOCH + 10, 0);
    put(&rtc.device, RTC_LR, RTC_EPOCH + 9, 0);
    assert_int_equal(events_deadline(&events), HZ);
    rtc.device.ops->reset(&rtc.device);
    assert_int_equal(events_deadline(&events), EVENT_NEVER);
}

static void gpio_data_is_masked_by_the_address_and_the_direction(void **state)
{
    (void)state;
    put(&gpio.device, 0x400, 0x0f, 0);
    put(&gpio.device, 0x3fc, 0xff, 0);
    assert_int_equal(get(&gpio.device, 0x3fc, 0), 0x0f);
    assert_int_equal(get(&gpio.device, 0x00c, 0), 0x03);
    put(&gpio.device, 0x004, 0, 0);
    assert_int_equal(get(&gpio.device, 0x3fc, 0), 0x0e);
    assert_int_equal(get(&gpio.device, 0xfe0, 0), 0x61);
}

static void a_gpio_level_interrupt_is_masked(void **state)
{
    (void)state;
    put(&gpio.device, 0x404, 0x08, 0); /* level, low */
    assert_int_equal(get(&gpio.device, 0x414, 0), 0x08);
    assert_false(line);
    put(&gpio.device, 0x410, 0x08, 0);
    assert_true(line);
    put(&gpio.device, 0x40c, 0x08, 0); /* high */
    assert_false(line);
}

static void every_virtio_slot_answers_that_it_is_empty(void **state)
{
    (void)state;
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++) {
        const uint64_t slot = i * VIRTIO_SLOT_SIZE;
        assert_int_equal(get(&virtio.device, slot, 0), 0x74726976);
        assert_int_equal(get(&virtio.device, slot + 4, 0), 1);
        assert_int_equal(get(&virtio.device, slot + 8, 0), 0);
        assert_int_equal(get(&virtio.device, slot + 12, 0), 0x554d4551);
    }
}

static void any_offset_width_and_value_is_tolerated(void **state)
{
    (void)state;
    struct device *const all[] = {&rtc.device, &gpio.device, &virtio.device};
    for (unsigned i = 0; i < 3; i++)
        for (unsigned size = 1; size <= 8; size *= 2)
            for (uint64_t offset = 0; offset < 0x4000; offset++) {
                const struct transaction t = {.now = offset << 32, .size = (uint8_t)size};
                all[i]->ops->write(all[i], offset, UINT64_MAX >> (offset & 31), t);
                all[i]->ops->read(all[i], offset, t);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_clock_begins_in_2024_and_passes_with_modelled_time, fresh),
        cmocka_unit_test_setup(a_loaded_clock_goes_on_from_there, fresh),
        cmocka_unit_test_setup(the_match_interrupt_comes_at_its_second, fresh),
        cmocka_unit_test(a_match_asked_for_by_a_cpu_that_never_waits_comes_all_the_same),
        cmocka_unit_test_setup(a_match_moves_with_the_clock_and_goes_with_a_reset, fresh),
        cmocka_unit_test_setup(gpio_data_is_masked_by_the_address_and_the_direction, fresh),
        cmocka_unit_test_setup(a_gpio_level_interrupt_is_masked, fresh),
        cmocka_unit_test_setup(every_virtio_slot_answers_that_it_is_empty, fresh),
        cmocka_unit_test_setup(any_offset_width_and_value_is_tolerated, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
