#include "guest.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 0x1000, NAME = 0x2000, BUFFER = 0x3000, HLT_SEMIHOSTING = 0xd45e0000 };

enum { OPEN = 1, CLOSE, WRITEC, WRITE0, WRITE, READ, READC, ISERROR, ISTTY, SEEK, FLEN = 12, TMPNAM, REMOVE, RENAME };
enum {
    CLOCK = 16,
    TIME,
    SYSTEM,
    ERRNO,
    GET_CMDLINE = 21,
    HEAPINFO,
    EXIT = 24,
    EXIT_EXTENDED = 32,
    ELAPSED = 48,
    TICKFREQ
};

static struct virt *virt;
static char printed[256];
static unsigned printed_count;
static const char *to_type;
static char folder[64];

static void print(void *owner, uint8_t byte)
{
    (void)owner;
    printed[printed_count++ % sizeof printed] = (char)byte;
}

static bool typed(void *owner, uint8_t *byte)
{
    (void)owner;
    *byte = (uint8_t)*to_type;
    return *to_type && to_type++;
}

static void make(const char *directory)
{
    const struct virt_config config = {.model = cpu_model_find("cortex-a72"),
                                       .cpus = 1,
                                       .ram_size = 16 << 20,
                                       .console = print,
                                       .console_input = typed,
                                       .semihosting = true,
                                       .semihosting_dir = directory,
                                       .command_line = "kernel one two"};
    virt = malloc(sizeof *virt);
    assert_non_null(virt);
    assert_int_equal(virt_init(virt, &config), STATUS_OK);
    virt->cpu[0].state.pc = GUEST_BASE;
    printed_count = 0;
    to_type = "";
}

static int without_files(void **state)
{
    (void)state;
    make(NULL);
    return 0;
}

/* A directory with a file, a directory below it, and links that lead out. */
static int with_files(void **state)
{
    (void)state;
    char path[128];
    strcpy(folder, "semihosting-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/below", folder);
    assert_int_equal(mkdir(path, 0755), 0);
    snprintf(path, sizeof path, "%s/way-out", folder);
    assert_int_equal(symlink("/", path), 0);
    snprintf(path, sizeof path, "%s/link", folder);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    snprintf(path, sizeof path, "%s/pipe", folder);
    assert_int_equal(mkfifo(path, 0644), 0);
    make(folder);
    return 0;
}

static int done(void **state)
{
    (void)state;
    guest_free(virt);
    return 0;
}

static int done_with_files(void **state)
{
    static const char *const names[] = {"below/a", "below/b", "below", "way-out", "link", "pipe", "."};
    char path[128];
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
        rmdir(path);
    }
    rmdir(folder);
    return done(state);
}

static void put_text(uint64_t offset, const char *text)
{
    for (size_t i = 0; i <= strlen(text); i++)
        guest_put(virt, offset + i, 1, (uint8_t)text[i]);
}

static uint64_t get(uint64_t offset, unsigned size)
{
    uint64_t value = 0;
    memcpy(&value, bus_load_host(&virt->bus, pa(GUEST_BASE + offset), size), size);
    return value;
}

static uint64_t call_x1(uint64_t number, uint64_t x1)
{
    struct cpu *cpu = &virt->cpu[0];
    cpu->state.x[0] = number;
    cpu->state.x[1] = x1;
    assert_true(semihosting_call(virt, cpu));
    return cpu->state.x[0];
}

static uint64_t call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    const uint64_t argument[] = {a, b, c, d};
    for (unsigned i = 0; i < 4; i++)
        guest_put(virt, BLOCK + 8 * i, 8, argument[i]);
    return call_x1(number, GUEST_BASE + BLOCK);
}

static uint64_t open_file(const char *name, unsigned mode)
{
    put_text(NAME, name);
    return call(OPEN, GUEST_BASE + NAME, mode, strlen(name), 0);
}

#define MINUS_1 UINT64_MAX

static void the_console_is_written_by_character_string_and_handle(void **state)
{
    (void)state;
    put_text(BUFFER, "abc");
    call_x1(WRITEC, GUEST_BASE + BUFFER);
    call_x1(WRITE0, GUEST_BASE + BUFFER);
    const uint64_t tt = open_file(":tt", 4);
    assert_int_equal(call(WRITE, tt, GUEST_BASE + BUFFER, 2, 0), 0);
    assert_int_equal(printed_count, 6);
    assert_memory_equal(printed, "aabcab", 6);
    assert_int_equal(call(ISTTY, tt, 0, 0, 0), 1);
    assert_int_equal(call(CLOSE, tt, 0, 0, 0), 0);
    assert_int_equal(call(CLOSE, tt, 0, 0, 0), MINUS_1);
    assert_int_equal(call_x1(ERRNO, 0), EBADF);
}

static void what_is_typed_can_be_read(void **state)
{
    (void)state;
    to_type = "xyz";
    assert_int_equal(call_x1(READC, 0), 'x');
    const uint64_t tt = open_file(":tt", 0);
    assert_int_equal(call(READ, tt, GUEST_BASE + BUFFER, 8, 0), 6);
    assert_int_equal(get(BUFFER, 2), 'y' | 'z' << 8);
    assert_int_equal(call_x1(READC, 0), MINUS_1);
}

static void the_features_say_extended_exit_and_two_outputs(void **state)
{
    (void)state;
    const uint64_t file = open_file(":semihosting-features", 0);
    assert_int_equal(call(FLEN, file, 0, 0, 0), 5);
    assert_int_equal(call(READ, file, GUEST_BASE + BUFFER, 8, 0), 3);
    assert_int_equal(get(BUFFER, 4), 'S' | 'H' << 8 | 'F' << 16 | 'B' << 24);
    assert_int_equal(get(BUFFER + 4, 1), 3);
    assert_int_equal(call(SEEK, file, 4, 0, 0), 0);
    assert_int_equal(call(READ, file, GUEST_BASE + BUFFER, 1, 0), 0);
    assert_int_equal(get(BUFFER, 1), 3);
}

static void without_a_directory_files_are_refused(void **state)
{
    (void)state;
    assert_int_equal(open_file("file", 4), MINUS_1);
    assert_int_equal(call_x1(ERRNO, 0), EACCES);
    assert_int_equal(open_file("/etc/passwd", 0), MINUS_1);
    put_text(NAME, "file");
    assert_int_equal(call(REMOVE, GUEST_BASE + NAME, 4, 0, 0), MINUS_1);
    assert_int_equal(call(RENAME, GUEST_BASE + NAME, 4, GUEST_BASE + NAME, 4), MINUS_1);
    assert_int_equal(call(SYSTEM, GUEST_BASE + NAME, 4, 0, 0), MINUS_1);
}

static void files_in_the_directory_are_written_read_renamed_and_removed(void **state)
{
    (void)state;
    uint64_t file = open_file("below/a", 4);
    assert_int_not_equal(file, MINUS_1);
    put_text(BUFFER, "hello");
    assert_int_equal(call(WRITE, file, GUEST_BASE + BUFFER, 5, 0), 0);
    call(CLOSE, file, 0, 0, 0);
    put_text(NAME + 256, "below/b");
    put_text(NAME, "below/a");
    assert_int_equal(call(RENAME, GUEST_BASE + NAME, 7, GUEST_BASE + NAME + 256, 7), 0);
    assert_int_equal(open_file("below/a", 0), MINUS_1);
    assert_int_equal(call_x1(ERRNO, 0), ENOENT);
    file = open_file("./below//b", 0);
    assert_int_equal(call(FLEN, file, 0, 0, 0), 5);
    assert_int_equal(call(ISTTY, file, 0, 0, 0), 0);
    assert_int_equal(call(SEEK, file, 1, 0, 0), 0);
    assert_int_equal(call(READ, file, GUEST_BASE + BUFFER + 64, 100, 0), 96);
    assert_int_equal(get(BUFFER + 64, 4), 'e' | 'l' << 8 | 'l' << 16 | 'o' << 24);
    put_text(NAME, "below/b");
    assert_int_equal(call(REMOVE, GUEST_BASE + NAME, 7, 0, 0), 0);
    assert_int_equal(open_file("below/b", 0), MINUS_1);
}

static void no_path_leads_out_of_the_directory(void **state)
{
    (void)state;
    static const char *const names[] = {"/etc/passwd",
                                        "../passwd",
                                        "below/../../x",
                                        "way-out/etc/passwd",
                                        "below/../link",
                                        "link",
                                        "..",
                                        ".",
                                        "way-out/../../x",
                                        "pipe",
                                        "",
                                        "below",
                                        "below/./../../../etc/passwd"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        for (unsigned mode = 0; mode < 12; mode++)
            assert_int_equal(open_file(names[i], mode), MINUS_1);
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        put_text(NAME, names[i]);
        put_text(NAME + 256, "below/a");
        if (strcmp(names[i], "link") != 0 && strcmp(names[i], "pipe") != 0 && strcmp(names[i], "below") != 0)
            assert_int_equal(call(RENAME, GUEST_BASE + NAME, strlen(names[i]), GUEST_BASE + NAME + 256, 7), MINUS_1);
    }
}

static void time_is_modelled_time(void **state)
{
    (void)state;
    virt->cpu[0].state.cycles = UINT64_C(3250000000);
    assert_int_equal(call_x1(CLOCK, 0), 325);
    assert_int_equal(call_x1(TIME, 0), 1704067203);
    assert_int_equal(call_x1(TICKFREQ, 0), 1000000000);
    assert_int_equal(call_x1(ELAPSED, GUEST_BASE + BLOCK), 0);
    assert_int_equal(get(BLOCK, 8), UINT64_C(3250000000));
}

static void the_command_line_and_the_heap_are_told(void **state)
{
    (void)state;
    assert_int_equal(call(GET_CMDLINE, GUEST_BASE + BUFFER, 15, 0, 0), 0);
    assert_int_equal(get(BLOCK + 8, 8), 14);
    assert_memory_equal(bus_load_host(&virt->bus, pa(GUEST_BASE + BUFFER), 15), "kernel one two", 15);
    assert_int_equal(call(GET_CMDLINE, GUEST_BASE + BUFFER, 14, 0, 0), MINUS_1);
    assert_int_equal(call(HEAPINFO, GUEST_BASE + BUFFER, 0, 0, 0), 0);
    assert_int_equal(get(BUFFER, 8), GUEST_BASE + (8 << 20));
    assert_int_equal(get(BUFFER + 16, 8), GUEST_BASE + (16 << 20));
}

static void a_bad_address_is_an_error_and_not_a_crash(void **state)
{
    (void)state;
    for (unsigned number = 0; number < 0x40; number++)
        for (uint64_t address = 0x38000000; address; address <<= 4)
            call_x1(number, address);
    assert_int_equal(call_x1(OPEN, 0x38000000), MINUS_1);
    assert_int_equal(call_x1(ERRNO, 0), EFAULT);
    const uint64_t tt = open_file(":tt", 4);
    assert_int_equal(call(WRITE, tt, GUEST_BASE + (16 << 20) - 4, UINT64_MAX, 0), MINUS_1);
    assert_int_equal(call(CLOSE, 0, 0, 0, 0), MINUS_1);
    assert_int_equal(call(CLOSE, UINT64_MAX, 0, 0, 0), MINUS_1);
}

static void exit_by_hlt_ends_the_run_with_the_guests_code(void **state)
{
    (void)state;
    struct state *s = &virt->cpu[0].state;
    guest_code(virt, 0, (const uint32_t[]){HLT_SEMIHOSTING, 0x14000000}, 2);
    guest_put(virt, BLOCK, 8, 0x20026);
    guest_put(virt, BLOCK + 8, 8, 42);
    s->x[0] = EXIT_EXTENDED;
    s->x[1] = GUEST_BASE + BLOCK;
    assert_int_equal(scheduler_run(&virt->scheduler), SCHEDULE_STOPPED);
    assert_int_equal(virt->outcome, VIRT_OFF);
    assert_int_equal(virt->exit_code, 42);
    assert_int_equal(s->pc, GUEST_BASE + 4);
    guest_put(virt, BLOCK, 8, 0x20024);
    call_x1(EXIT, GUEST_BASE + BLOCK);
    assert_int_equal(virt->exit_code, 1);
}

#define TEST(name)  cmocka_unit_test_setup_teardown(name, without_files, done)
#define FILES(name) cmocka_unit_test_setup_teardown(name, with_files, done_with_files)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_console_is_written_by_character_string_and_handle),
        TEST(what_is_typed_can_be_read),
        TEST(the_features_say_extended_exit_and_two_outputs),
        TEST(without_a_directory_files_are_refused),
        FILES(files_in_the_directory_are_written_read_renamed_and_removed),
        FILES(no_path_leads_out_of_the_directory),
        TEST(time_is_modelled_time),
        TEST(the_command_line_and_the_heap_are_told),
        TEST(a_bad_address_is_an_error_and_not_a_crash),
        TEST(exit_by_hlt_ends_the_run_with_the_guests_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
