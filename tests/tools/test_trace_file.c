/* Trace files hold what was written; cut or damaged ones are read up to there, and nothing that they say crashes. */
#include "tools/diff.h"
#include "traces.h"
#include <sys/stat.h>
#include <zstd.h>

enum { EVENTS = 8000 };

static uint64_t next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Events of every kind, with small and large numbers and texts that come again. */
static struct record make(uint64_t *seed, unsigned i, char *text)
{
    struct record r = {.number = i, .event = {.kind = (enum trapeze_event_kind)(next(seed) % TRAPEZE_EVENT_KINDS)}};
    const struct schema *s = &schema_kinds[r.event.kind];
    sprintf(text, "text %u of %u", (unsigned)(next(seed) % 40), i % 7);
    for (unsigned f = 0; f < schema_common.fields; f++)
        field_set_value(&r, &schema_common.field[f], next(seed) >> next(seed) % 64);
    for (unsigned f = 0; f < s->fields; f++)
        if (s->field[f].size)
            field_set_value(&r, &s->field[f], next(seed) >> next(seed) % 64);
        else
            field_set_text(&r, &s->field[f], next(seed) % 4 ? text : NULL);
    return r;
}

static const struct diff_options everything = {.kinds = UINT32_MAX, .pc = true, .time = true, .addresses = true};

static void assert_same(const struct record *a, const struct record *b)
{
    char why[DIFF_WHY_MAX];
    assert_int_equal(a->number, b->number);
    if (!diff_same(a, b, &everything, why))
        fail_msg("event %u: %s", (unsigned)a->number, why);
    for (unsigned i = 0; i < schema_kinds[a->event.kind].fields; i++) {
        const struct field *f = &schema_kinds[a->event.kind].field[i];
        if (f->size)
            assert_int_equal(field_value(a, f), field_value(b, f));
    }
}

static void write_random(const char *path, unsigned count)
{
    struct trapeze_error error;
    struct trapeze *t = traces_machine();
    struct trace_writer *w = trace_writer_open(path, t, "a test", &error);
    uint64_t seed = 1;
    char text[64];
    for (unsigned i = 0; i < count; i++) {
        const struct record r = make(&seed, i, text);
        assert_true(trace_writer_add(w, &r));
    }
    assert_true(trace_writer_close(w, &error));
    trapeze_destroy(t);
}

/* Reads all that can be read, and compares it with what was written. */
static unsigned read_random(const char *path, bool *damaged)
{
    struct trapeze_error error;
    struct trace_reader *reader = trace_reader_open(path, &error);
    uint64_t seed = 1;
    unsigned count = 0;
    char text[64];
    struct record r;
    *damaged = true;
    if (!reader)
        return 0;
    for (; trace_reader_next(reader, &r); count++) {
        const struct record expected = make(&seed, count, text);
        assert_same(&r, &expected);
    }
    *damaged = trace_reader_damage(reader);
    trace_reader_close(reader);
    return count;
}

static void every_field_of_every_kind_comes_back(void **state)
{
    (void)state;
    char path[128];
    bool damaged;
    write_random(traces_path(path, "all"), EVENTS);
    assert_int_equal(read_random(path, &damaged), EVENTS);
    assert_false(damaged);
    struct trapeze_error error;
    struct trace_reader *reader = trace_reader_open(path, &error);
    uint64_t pfr0;
    assert_string_equal(trace_reader_machine(reader), "a test");
    assert_true(trace_reader_register(reader, "ID_AA64PFR0_EL1", &pfr0));
    assert_int_equal(pfr0 >> 8 & 15, 1); /* EL2, in AArch64 */
    bool tvm = false;
    for (unsigned i = 0; i < TRAPS_MAX; i++) {
        const struct trace_trap *trap = trace_reader_trap(reader, i);
        tvm |= trap && !strcmp(trap->name, "HCR_EL2.TVM") && trap->mask == 1u << 26 && trap->to == 2;
    }
    assert_true(tvm);
    trace_reader_close(reader);
    unlink(path);
}

static void a_file_that_is_cut_is_read_up_to_its_last_whole_block(void **state)
{
    (void)state;
    char path[128];
    bool damaged;
    struct stat st;
    unsigned least = EVENTS;
    write_random(traces_path(path, "cut"), EVENTS);
    assert_int_equal(stat(path, &st), 0);
    for (off_t size = st.st_size - 1; size > 0; size -= size > 3000 ? 12345 : 77) {
        assert_int_equal(truncate(path, size), 0);
        const unsigned count = read_random(path, &damaged);
        assert_true(damaged);
        assert_true(count <= least);
        if (size == st.st_size - 1)
            assert_int_equal(count, EVENTS); /* only the block that says the end is missing */
        least = count;
    }
    assert_int_equal(least, 0);
    unlink(path);
}

static void put_byte(const char *path, long at, uint8_t with)
{
    FILE *f = fopen(path, "r+b");
    fseek(f, at, SEEK_SET);
    const int old = getc(f);
    fseek(f, at, SEEK_SET);
    putc(old ^ with, f);
    fclose(f);
}

static void a_byte_that_is_changed_is_noticed(void **state)
{
    (void)state;
    char path[128];
    bool damaged;
    struct stat st;
    write_random(traces_path(path, "flip"), 300);
    assert_int_equal(stat(path, &st), 0);
    for (long at = 0; at < st.st_size; at += at < 64 ? 1 : 61) {
        put_byte(path, at, 0x10);
        read_random(path, &damaged); /* compares what it reads */
        if (!damaged)
            fail_msg("byte %ld", at);
        put_byte(path, at, 0x10);
    }
    unlink(path);
}

static void put_block(FILE *to, uint32_t type, uint32_t events, uint64_t first, const void *raw, size_t size)
{
    uint8_t packed[8192], head[BLOCK_HEAD] = {0};
    const uint32_t stored = (uint32_t)ZSTD_compress(packed, sizeof packed, raw, size, 1);
    const uint32_t words[] = {BLOCK_MAGIC, type, (uint32_t)size, stored, events, 0};
    memcpy(head, words, sizeof words);
    memcpy(head + 24, &first, 8);
    const uint32_t crc = trace_crc(trace_crc(0, head, BLOCK_HEAD), packed, stored);
    memcpy(head + 20, &crc, 4);
    fwrite(head, 1, sizeof head, to);
    fwrite(packed, 1, stored, to);
}

/* Blocks whose checksums are right and whose contents are not; words of the header, and bytes of events, at random. */
static void nothing_that_a_file_says_crashes_the_reader(void **state)
{
    (void)state;
    static const char *const words[] = {"trapeze-trace 1\n",
                                        "kind ",
                                        "-1 common ",
                                        "kind 0 exc ",
                                        "esr:n ",
                                        "trap:t ",
                                        "cpu:n ",
                                        "trap ",
                                        "1 A - 0 0 0 0 0\n",
                                        "\n",
                                        "9",
                                        "register X 1\n",
                                        "kind 3 lr by:t from:n\n",
                                        "kind 2 later new:n other:t\n",
                                        ":",
                                        "machine"};
    char path[128], header[2048];
    uint64_t seed = 99;
    traces_path(path, "fuzz");
    for (unsigned round = 0; round < 1000; round++) {
        uint8_t raw[512];
        strcpy(header,
               next(&seed) % 8 ? "trapeze-trace 1\nkind -1 common cpu:n el:n pc:n\nkind 0 exc esr:n trap:t\n" : "");
        for (unsigned i = next(&seed) % 12; i; i--)
            strcat(header, words[next(&seed) % (sizeof words / sizeof *words)]);
        for (unsigned i = 0; i < sizeof raw; i++)
            raw[i] = (uint8_t)(next(&seed) % 3 ? next(&seed) % 5 : next(&seed));
        FILE *to = fopen(path, "wb");
        fputs(TRACE_MAGIC, to);
        put_block(to, BLOCK_HEADER, 0, 0, header, strlen(header));
        put_block(to, BLOCK_EVENTS, 1 + next(&seed) % 50, 0, raw, next(&seed) % sizeof raw);
        put_block(to, (uint32_t)(next(&seed) % 4), 0, 7, raw, 5);
        fclose(to);
        struct trapeze_error error;
        struct trace_reader *reader = trace_reader_open(path, &error);
        struct record r;
        while (reader && trace_reader_next(reader, &r))
            ;
        trace_reader_close(reader);
    }
    unlink(path);
}

static void what_is_no_trace_file_is_refused_in_a_line(void **state)
{
    (void)state;
    struct trapeze_error error;
    assert_null(trace_reader_open("/dev/null", &error));
    assert_non_null(strstr(error.text, "/dev/null: not a trace file"));
    assert_null(trace_reader_open("/nowhere/at/all", &error));
    assert_non_null(strstr(error.text, "No such file"));
    struct trapeze *t = traces_machine();
    assert_null(trace_writer_open("/dev/full", t, "a test", &error));
    assert_non_null(strstr(error.text, "/dev/full: No space left"));
    trapeze_destroy(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_of_every_kind_comes_back),
        cmocka_unit_test(a_file_that_is_cut_is_read_up_to_its_last_whole_block),
        cmocka_unit_test(a_byte_that_is_changed_is_noticed),
        cmocka_unit_test(nothing_that_a_file_says_crashes_the_reader),
        cmocka_unit_test(what_is_no_trace_file_is_refused_in_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
