/* include/trapeze.h as a user of the library sees it: nothing here includes anything else of the project. */
#include "trapeze.h"
#include <setjmp.h> /* before cmocka.h */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define RAM UINT64_C(0x40000000)
enum { LOOPS = 100, BEFORE_LOOP = 7, LOOP = 5, ALL = BEFORE_LOOP + LOOPS * LOOP + 3 };
#define LOOP_START (RAM + 4 * BEFORE_LOOP)
#define STORE      (LOOP_START + 8)
#define CELL       (RAM + 0x10000)

/* Prints AB, counts to LOOPS in X2 and at CELL, and switches off. */
static const uint32_t program[] = {
    0xd2a12001, /* mov x1, #0x9000000 */
    0x52800820, /* mov w0, #'A' */
    0xb9000020, /* str w0, [x1] */
    0x52800840, /* mov w0, #'B' */
    0xb9000020, /* str w0, [x1] */
    0xd2a80024, /* mov x4, #0x40010000 */
    0xd2800002, /* mov x2, #0 */
    0x91000442, /* loop: add x2, x2, #1 */
    0x9b027c43, /* mul x3, x2, x2 */
    0xf9000082, /* str x2, [x4] */
    0xf101905f, /* cmp x2, #100 */
    0x54ffff81, /* b.ne loop */
    0xd2b08000, /* mov x0, #0x84000000 */
    0xf2800100, /* movk x0, #8 */
    0xd4000002, /* hvc #0: SYSTEM_OFF */
};

struct heard {
    char text[16];
    size_t size;
};

static void hear(void *owner, uint8_t byte)
{
    struct heard *heard = owner;
    if (heard->size < sizeof heard->text - 1)
        heard->text[heard->size++] = (char)byte;
}

static struct trapeze *machine(struct trapeze_config config, const uint32_t *words, size_t count)
{
    struct trapeze_error error;
    struct trapeze *t = trapeze_create(&config, &error);
    assert_non_null(t);
    assert_int_equal(trapeze_memory_write(t, 0, TRAPEZE_PHYSICAL, RAM, words, 4 * count), 4 * count);
    assert_true(trapeze_register_write(t, 0, (unsigned)trapeze_register_find(t, "PC"), RAM));
    return t;
}

static struct trapeze *counter(struct trapeze_config config)
{
    return machine(config, program, sizeof program / sizeof *program);
}

static uint64_t reg(const struct trapeze *t, const char *name)
{
    const int index = trapeze_register_find(t, name);
    assert_true(index >= 0);
    return trapeze_register_read(t, 0, (unsigned)index);
}

/* ---- creation ---- */

static void what_is_wrong_with_a_configuration_is_said_in_one_line(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        struct trapeze_config config;
    } bad[] = {
        {"-cpu z80", {.cpu = "z80", .cpus = 1, .ram_size = 4096, .gic = 2}},
        {"-smp 0", {.cpu = "cortex-a53", .cpus = 0, .ram_size = 4096, .gic = 2}},
        {"-m", {.cpu = "cortex-a53", .cpus = 1, .ram_size = 4097, .gic = 2}},
        {"gic-version=1", {.cpu = "cortex-a53", .cpus = 1, .ram_size = 4096, .gic = 1}},
        {"/nowhere/kernel", {.cpu = "cortex-a53", .cpus = 1, .ram_size = 4096, .gic = 2, .kernel = "/nowhere/kernel"}},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct trapeze_error error = {""};
        assert_null(trapeze_create(&bad[i].config, &error));
        assert_non_null(strstr(error.text, bad[i].says));
        assert_null(strchr(error.text, '\n'));
    }
    trapeze_destroy(NULL);
}

static void every_core_that_is_named_can_be_made(void **state)
{
    (void)state;
    unsigned cores = 0;
    for (const char *name; (name = trapeze_cpu_name(cores)); cores++) {
        struct trapeze_config config = trapeze_config_default();
        config.cpu = name;
        assert_non_null(trapeze_cpu_about(cores));
        trapeze_destroy(counter(config));
    }
    assert_true(cores >= 3);
    assert_null(trapeze_cpu_about(cores));
}

static void the_device_tree_is_there_to_read(void **state)
{
    (void)state;
    struct trapeze *t = counter(trapeze_config_default());
    size_t size = 0;
    const uint8_t *tree = trapeze_device_tree(t, &size);
    assert_true(size > 40);
    assert_memory_equal(tree, "\xd0\x0d\xfe\xed", 4);
    trapeze_destroy(t);
}

/* ---- running ---- */

static void a_run_ends_at_the_instruction_that_was_asked_for_and_goes_on_from_there(void **state)
{
    (void)state;
    struct trapeze *t = counter(trapeze_config_default());
    for (unsigned loops = 1; loops < 10; loops++) {
        const struct trapeze_until until = {.instructions = BEFORE_LOOP + loops * LOOP};
        assert_int_equal(trapeze_run(t, &until), TRAPEZE_INSTRUCTIONS);
        assert_int_equal(trapeze_instructions(t), until.instructions);
        assert_int_equal(reg(t, "X2"), loops);
        assert_int_equal(reg(t, "PC"), LOOP_START);
    }
    assert_int_equal(trapeze_run(t, NULL), TRAPEZE_OFF);
    assert_int_equal(trapeze_instructions(t), ALL);
    assert_int_equal(trapeze_run(t, NULL), TRAPEZE_OFF);
    trapeze_destroy(t);
}

static void instructions_can_be_counted_exactly_where_they_take_more_than_a_cycle(void **state)
{
    (void)state;
    struct trapeze_config config = trapeze_config_default();
    config.timing = true;
    struct trapeze *plain = counter(config);
    config.count = true;
    struct trapeze *t = counter(config);
    for (unsigned n = 1; n <= BEFORE_LOOP + LOOPS * LOOP; n += 13) {
        assert_int_equal(trapeze_run(t, &(struct trapeze_until){.instructions = n}), TRAPEZE_INSTRUCTIONS);
        assert_int_equal(trapeze_instructions(t), n);
        assert_int_equal(reg(t, "X2"), n <= BEFORE_LOOP ? 0 : (n - BEFORE_LOOP + LOOP - 1) / LOOP);
    }
    assert_int_equal(trapeze_run(t, NULL), TRAPEZE_OFF);
    assert_int_equal(trapeze_run(plain, NULL), TRAPEZE_OFF);
    assert_int_equal(trapeze_instructions(t), ALL);
    uint8_t a[32], b[32];
    trapeze_digest(t, a);
    trapeze_digest(plain, b);
    assert_memory_equal(a, b, sizeof a);
    assert_int_equal(trapeze_nanoseconds(t), trapeze_nanoseconds(plain));
    assert_true(trapeze_nanoseconds(t) > ALL);
    trapeze_destroy(t);
    trapeze_destroy(plain);
}

static void a_run_ends_at_a_time_and_at_what_the_console_prints(void **state)
{
    (void)state;
    struct heard heard = {.size = 0};
    struct trapeze_config config = trapeze_config_default();
    config.serial[0] = hear;
    config.serial_owner[0] = &heard;
    struct trapeze *t = counter(config);
    assert_int_equal(trapeze_run(t, &(struct trapeze_until){.console = {"x", "B"}}), TRAPEZE_CONSOLE);
    assert_int_equal(trapeze_console_hit(t), 1);
    assert_string_equal(heard.text, "AB");
    assert_int_equal(trapeze_run(t, &(struct trapeze_until){.nanoseconds = 200}), TRAPEZE_TIME);
    assert_int_equal(trapeze_nanoseconds(t), 200);
    trapeze_destroy(t);
}

static void a_step_is_one_instruction(void **state)
{
    (void)state;
    struct trapeze *t = counter(trapeze_config_default());
    for (unsigned i = 1; i <= BEFORE_LOOP; i++) {
        assert_int_equal(trapeze_step(t, 0), TRAPEZE_INSTRUCTIONS);
        assert_int_equal(reg(t, "PC"), RAM + 4 * i);
    }
    trapeze_destroy(t);
}

static void a_guest_that_waits_for_ever_or_loops_is_told_so(void **state)
{
    (void)state;
    struct trapeze *t = machine(trapeze_config_default(), (const uint32_t[]){0xd503207f /* wfi */}, 1);
    assert_int_equal(trapeze_run(t, NULL), TRAPEZE_STUCK);
    assert_non_null(strstr(trapeze_stuck(t), "WFI"));
    assert_true(trapeze_idle(t));
    trapeze_destroy(t);
    t = machine(trapeze_config_default(), (const uint32_t[]){0xd4000001 /* svc, to the empty flash */}, 1);
    assert_int_equal(trapeze_run(t, NULL), TRAPEZE_LOOP);
    assert_non_null(strstr(trapeze_stuck(t), "VBAR_EL1"));
    trapeze_destroy(t);
}

static bool refuse_to_idle(void *owner, uint64_t nanoseconds)
{
    *(uint64_t *)owner = nanoseconds;
    return false;
}

static void who_runs_beside_a_wall_clock_is_asked_before_time_jumps(void **state)
{
    (void)state;
    uint64_t until = 0;
    struct trapeze *t = machine(trapeze_config_default(), (const uint32_t[]){0xd503207f /* wfi */}, 1);
    trapeze_on_idle(t, refuse_to_idle, &until);
    assert_int_equal(trapeze_run(t, NULL), TRAPEZE_EVENT);
    assert_true(until == UINT64_MAX);
    trapeze_destroy(t);
}

/* ---- looking and changing ---- */

static void registers_of_any_size_are_read_and_written(struct trapeze *t)
{
    const unsigned v31 = (unsigned)trapeze_register_find(t, "v31"), x5 = (unsigned)trapeze_register_find(t, "X5");
    const unsigned fpcr = (unsigned)trapeze_register_find(t, "FPCR");
    uint64_t wide[2] = {1, 2}, got[2] = {0};
    assert_true(trapeze_register_set(t, 0, v31, wide, 16));
    assert_int_equal(trapeze_register_get(t, 0, v31, got, sizeof got), 16);
    assert_memory_equal(got, wide, 16);
    assert_int_equal(reg(t, "V31"), 1);
    assert_true(trapeze_register_write(t, 0, v31, 3)); /* clears the high half */
    assert_int_equal(trapeze_register_get(t, 0, v31, got, sizeof got), 16);
    assert_int_equal(got[0], 3);
    assert_int_equal(got[1], 0);
    assert_int_equal(trapeze_register_get(t, 0, v31, got, 15), 0);
    assert_false(trapeze_register_set(t, 0, v31, got, 8));
    assert_true(trapeze_register_set(t, 0, x5, wide, 8));
    assert_int_equal(trapeze_register_get(t, 0, x5, got, sizeof got), 8);
    assert_int_equal(got[0], 1);
    wide[0] = UINT64_MAX;
    assert_true(trapeze_register_set(t, 0, fpcr, wide, 4));
    assert_int_equal(trapeze_register_get(t, 0, fpcr, got, sizeof got), 4);
    assert_int_equal(got[0], 0x07c00000);
    assert_int_equal(trapeze_register_get(t, 0, 1000000, got, sizeof got), 0);
    assert_false(trapeze_register_set(t, 0, 1000000, wide, 8));
}

static void registers_have_names_and_keep_their_rules(void **state)
{
    (void)state;
    struct trapeze *t = counter(trapeze_config_default());
    struct trapeze_register info;
    unsigned count = 0;
    while (trapeze_register_info(t, count, &info)) {
        assert_int_equal(trapeze_register_find(t, info.name), count);
        count++;
    }
    assert_true(count > 100);
    assert_int_equal(trapeze_register_find(t, "sctlr_el1"), trapeze_register_find(t, "SCTLR_EL1"));
    assert_int_equal(trapeze_register_find(t, "SCTLR_EL9"), -1);
    assert_false(trapeze_register_write(t, 0, (unsigned)trapeze_register_find(t, "MIDR_EL1"), 1));
    assert_true(trapeze_register_write(t, 0, (unsigned)trapeze_register_find(t, "X5"), 0x1234));
    assert_int_equal(reg(t, "x5"), 0x1234);
    assert_true(trapeze_register_write(t, 0, (unsigned)trapeze_register_find(t, "VBAR_EL1"), RAM + 0x7ff));
    assert_int_equal(reg(t, "VBAR_EL1"), RAM); /* bits 10..0 are RES0 */
    registers_of_any_size_are_read_and_written(t);
    trapeze_destroy(t);
}

static void memory_is_read_and_written_where_there_is_some(void **state)
{
    (void)state;
    struct trapeze *t = counter(trapeze_config_default());
    uint64_t cell = 0;
    assert_int_equal(trapeze_run(t, &(struct trapeze_until){.instructions = ALL - 1}), TRAPEZE_INSTRUCTIONS);
    assert_int_equal(trapeze_memory_read(t, 0, TRAPEZE_CURRENT, CELL, &cell, sizeof cell), sizeof cell);
    assert_int_equal(cell, LOOPS);
    assert_int_equal(trapeze_memory_read(t, 0, TRAPEZE_PHYSICAL, RAM - 4, &cell, sizeof cell), 0);
    assert_int_equal(trapeze_memory_write(t, 0, TRAPEZE_PHYSICAL, UINT64_C(0x09000000), &cell, 1), 0); /* a device */
    trapeze_destroy(t);
}

static void looking_changes_no_digest_and_a_changed_byte_does(void **state)
{
    (void)state;
    uint8_t a[32], b[32], byte = 1;
    struct trapeze *t = counter(trapeze_config_default());
    trapeze_digest(t, a);
    trapeze_digest(t, b);
    assert_memory_equal(a, b, sizeof a);
    assert_int_equal(trapeze_memory_write(t, 0, TRAPEZE_PHYSICAL, RAM + 0x5000, &byte, 1), 1);
    trapeze_digest(t, b);
    assert_memory_not_equal(a, b, sizeof a);
    trapeze_destroy(t);
}

/* ---- points and events ---- */

static void breakpoints_and_watchpoints_stop_where_they_stand(void **state)
{
    (void)state;
    struct trapeze *t = counter(trapeze_config_default());
    assert_true(trapeze_point_add(t, TRAPEZE_BREAKPOINT, STORE, 4));
    assert_true(trapeze_point_add(t, TRAPEZE_WATCH_WRITE, CELL, 8));
    for (unsigned loops = 1; loops < 4; loops++) {
        assert_int_equal(trapeze_run(t, NULL), TRAPEZE_BREAK);
        assert_int_equal(trapeze_break_hit(t).kind, TRAPEZE_BREAKPOINT);
        assert_int_equal(reg(t, "X3"), loops * loops);
        assert_int_equal(trapeze_run(t, NULL), TRAPEZE_BREAK);
        assert_int_equal(trapeze_break_hit(t).kind, TRAPEZE_WATCH_WRITE);
        assert_true(trapeze_break_hit(t).address == CELL);
    }
    assert_true(trapeze_point_remove(t, TRAPEZE_BREAKPOINT, STORE, 4));
    assert_true(trapeze_point_remove(t, TRAPEZE_WATCH_WRITE, CELL, 8));
    assert_false(trapeze_point_remove(t, TRAPEZE_WATCH_WRITE, CELL, 8));
    assert_int_equal(trapeze_run(t, NULL), TRAPEZE_OFF);
    assert_int_equal(trapeze_instructions(t), ALL);
    trapeze_destroy(t);
}

static bool count_to_ten(void *owner, const struct trapeze_event *event)
{
    assert_int_equal(event->kind, TRAPEZE_EVENT_INSN);
    assert_int_equal(event->insn.word, program[(event->pc - RAM) / 4]);
    return ++*(unsigned *)owner == 10;
}

static void an_event_can_stop_the_run(void **state)
{
    (void)state;
    unsigned seen = 0;
    struct trapeze *t = counter(trapeze_config_default());
    trapeze_on_event(t, 1u << TRAPEZE_EVENT_INSN, count_to_ten, &seen);
    assert_int_equal(trapeze_run(t, NULL), TRAPEZE_EVENT);
    assert_int_equal(seen, 10);
    trapeze_on_event(t, 0, NULL, NULL);
    assert_int_equal(trapeze_run(t, NULL), TRAPEZE_OFF);
    assert_int_equal(trapeze_instructions(t), ALL);
    trapeze_destroy(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_with_a_configuration_is_said_in_one_line),
        cmocka_unit_test(every_core_that_is_named_can_be_made),
        cmocka_unit_test(the_device_tree_is_there_to_read),
        cmocka_unit_test(a_run_ends_at_the_instruction_that_was_asked_for_and_goes_on_from_there),
        cmocka_unit_test(instructions_can_be_counted_exactly_where_they_take_more_than_a_cycle),
        cmocka_unit_test(a_run_ends_at_a_time_and_at_what_the_console_prints),
        cmocka_unit_test(a_step_is_one_instruction),
        cmocka_unit_test(a_guest_that_waits_for_ever_or_loops_is_told_so),
        cmocka_unit_test(who_runs_beside_a_wall_clock_is_asked_before_time_jumps),
        cmocka_unit_test(registers_have_names_and_keep_their_rules),
        cmocka_unit_test(memory_is_read_and_written_where_there_is_some),
        cmocka_unit_test(looking_changes_no_digest_and_a_changed_byte_does),
        cmocka_unit_test(breakpoints_and_watchpoints_stop_where_they_stand),
        cmocka_unit_test(an_event_can_stop_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
