/* Traces are compared by what they mean: the first difference is named by field and bit, on the CPU where it is first. */
#include "tools/diff.h"
#include "traces.h"
#include <sys/stat.h>

static char said[16384];

static enum diff_result compare(const char *a, const char *b, const struct diff_options *options)
{
    struct trapeze_error error;
    FILE *to = fmemopen(said, sizeof said, "w");
    const enum diff_result result = diff_files(a, b, options, to, &error);
    fclose(to);
    if (result == DIFF_FAILED)
        snprintf(said, sizeof said, "%s", error.text);
    return result;
}

static enum diff_result compare_events(const struct record *a, unsigned as, const struct record *b, unsigned bs,
                                       const struct diff_options *options)
{
    char x[128], y[128];
    traces_write(traces_path(x, "a"), a, as);
    traces_write(traces_path(y, "b"), b, bs);
    const enum diff_result result = compare(x, y, options);
    unlink(x);
    unlink(y);
    return result;
}

#define ESR UINT64_C(0x93c08006)

static void equal_traces_are_equal_whatever_their_time_and_place(void **state)
{
    (void)state;
    struct diff_options o = diff_default();
    struct record a[] = {traces_abort(ESR, 0x9000000), traces_abort(ESR, 0x9000018)}, b[] = {a[0], a[1]};
    b[1].event.cycles += 7;
    b[1].event.pc += 4;
    b[1].event.exception.far = 5;
    assert_int_equal(compare_events(a, 2, b, 2, &o), DIFF_EQUAL);
    o.time = true;
    assert_int_equal(compare_events(a, 2, b, 2, &o), DIFF_DIFFERENT);
    assert_non_null(strstr(said, "cycles: 0x3e8 against 0x3ef"));
    o = diff_default();
    o.pc = true;
    assert_int_equal(compare_events(a, 2, b, 2, &o), DIFF_DIFFERENT);
    assert_non_null(strstr(said, "pc: "));
    o = diff_default();
    o.addresses = true;
    assert_int_equal(compare_events(a, 2, b, 2, &o), DIFF_DIFFERENT);
    assert_non_null(strstr(said, "far: "));
}

static void the_field_of_a_syndrome_that_differs_is_named(void **state)
{
    (void)state;
    static const struct {
        uint64_t flip;
        const char *words;
    } cases[] = {
        {1 << 0, "ESR_ELx.DFSC (<5:0>, lowest bit that differs 0): 0x6, translation fault, level 2, against 0x7"},
        {1 << 6, "ESR_ELx.WnR (<6:6>, lowest bit that differs 6): 0x0, read, against 0x1, write"},
        {1 << 16, "ESR_ELx.SRT (<20:16>, lowest bit that differs 16): 0x0, x0, against 0x1, x1"},
        {UINT64_C(1) << 26, "ESR_ELx.EC (<31:26>, lowest bit that differs 26): 0x24"},
        {1 << 11, "ESR_ELx<11>, which lies in no field: 0 against 1"},
    };
    const struct diff_options o = diff_default();
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct record a[] = {traces_abort(ESR, 1), traces_abort(ESR, 2)};
        const struct record b[] = {a[0], traces_abort(ESR ^ cases[i].flip, 2)};
        assert_int_equal(compare_events(a, 2, b, 2, &o), DIFF_DIFFERENT);
        if (!strstr(said, cases[i].words))
            fail_msg("%s does not say %s", said, cases[i].words);
        assert_non_null(strstr(said, "1 events alike"));
    }
}

static void another_ipa_vmid_or_control_register_is_a_difference(void **state)
{
    (void)state;
    const struct diff_options o = diff_default();
    struct record a[3] = {traces_abort(ESR, 0x9000000)}, b[3];
    a[1].event = (struct trapeze_event){.kind = TRAPEZE_EVENT_CONTROL, .control = {"HCR_EL2", 0, 0x80000001}};
    a[2].event = (struct trapeze_event){.kind = TRAPEZE_EVENT_WORLD, .world = {false, true, 0, 3}};
    memcpy(b, a, sizeof b);
    b[0].event.exception.ipa ^= 0x1000;
    assert_int_equal(compare_events(a, 3, b, 3, &o), DIFF_DIFFERENT);
    assert_non_null(strstr(said, "ipa: 0x9000000 against 0x9001000, bit 12"));
    memcpy(b, a, sizeof b);
    b[0].event.vmid = 2;
    assert_int_equal(compare_events(a, 3, b, 3, &o), DIFF_DIFFERENT);
    assert_non_null(strstr(said, "vmid: "));
    memcpy(b, a, sizeof b);
    b[1].event.control.to ^= 1 << 13;
    assert_int_equal(compare_events(a, 3, b, 3, &o), DIFF_DIFFERENT);
    assert_non_null(strstr(said, "bit 13"));
    assert_int_equal(compare_events(a, 3, a, 2, &o), DIFF_DIFFERENT);
    assert_non_null(strstr(said, "ends here"));
}

/* CPU 1 differs sooner in time, though later in the file. */
static void of_several_cpus_the_first_difference_in_time_is_shown(void **state)
{
    (void)state;
    const struct diff_options o = diff_default();
    struct record a[] = {traces_abort(ESR, 1), traces_abort(ESR, 2)}, b[2];
    a[0].event.cycles = 5000;
    a[1].event.cycles = 4000;
    a[1].event.cpu = 1;
    memcpy(b, a, sizeof b);
    b[0].event.exception.ipa = b[1].event.exception.ipa = 3;
    assert_int_equal(compare_events(a, 2, b, 2, &o), DIFF_DIFFERENT);
    assert_int_equal(strncmp(said, "cpu 1: ", 7), 0);
}

static void interrupts_may_be_left_out(void **state)
{
    (void)state;
    struct diff_options o = diff_default();
    struct record a[] = {traces_abort(ESR, 1), traces_abort(0, 0), traces_abort(ESR, 2)};
    const struct record b[] = {a[0], a[2]};
    a[1].event.exception.vector = 0x480;
    a[1].event.exception.has_ipa = false;
    assert_int_equal(compare_events(a, 3, b, 2, &o), DIFF_DIFFERENT);
    o.synchronous = true;
    assert_int_equal(compare_events(a, 3, b, 2, &o), DIFF_EQUAL);
}

static const char *write_log(char *path, const char *text)
{
    FILE *to = fopen(traces_path(path, "log"), "w");
    fputs(text, to);
    fclose(to);
    return path;
}

static void a_log_of_linux_is_compared_by_what_it_knows(void **state)
{
    (void)state;
    char log[128], trace[128];
    const struct diff_options o = diff_default();
    struct record a[] = {traces_abort(ESR, 0x9000000), traces_abort(0x5a000000, 0), traces_abort(0, 0),
                         traces_abort(0, 0)};
    a[1].event.exception.has_ipa = false;
    a[2].event.exception.vector = 0x480;
    a[3].event.stage2 = false; /* the host's own: no exit of a guest */
    traces_write(traces_path(trace, "t"), a, 4);
    const char *text = "# tracer: nop\n"
                       " kvm-1234 [002] d..1 12.5: kvm_entry: PC: 0xffff0000\n"
                       " kvm-1234 [002] d..1 12.6: kvm_exit: TRAP: HSR_EC: 0x0024 (DABT_LOW), PC: 0x40200000\n"
                       " kvm-1234 [002] .... 12.7: kvm_guest_fault: ipa 0x9000000, hsr 0x93c08006, hxfar 0x1, pc 0x2\n"
                       " kvm-1234 [001] d..1 12.8: kvm_exit: TRAP: HSR_EC: 0x0016 (HVC64), PC: 0x40200004\n";
    char whole[1024];
    snprintf(whole, sizeof whole, "%s kvm-1234 [001] d..1 12.9: kvm_exit: IRQ: HSR_EC: 0x0000 (UNKNOWN), PC: 0x1\n",
             text);
    assert_int_equal(compare(trace, write_log(log, whole), &o), DIFF_EQUAL);
    assert_int_equal(compare(log, trace, &o), DIFF_EQUAL);
    assert_int_equal(compare(trace, write_log(log, text), &o), DIFF_DIFFERENT);
    *strstr(whole, "93c08006") = '8'; /* another class than its exit: it completes nothing */
    assert_int_equal(compare(trace, write_log(log, whole), &o), DIFF_EQUAL);
    *strstr(whole, "0016") = '1';
    assert_int_equal(compare(trace, write_log(log, whole), &o), DIFF_DIFFERENT);
    assert_int_equal(compare(trace, write_log(log, "nothing\n"), &o), DIFF_FAILED);
    assert_non_null(strstr(said, "neither a trace file nor a log"));
    unlink(trace);
    unlink(log);
}

/* Lines of a log, cut and mixed. */
static void no_log_crashes_the_reader(void **state)
{
    (void)state;
    static const char *const pieces[] = {"kvm_exit: ",
                                         "TRAP:",
                                         "IRQ:",
                                         " HSR_EC: ",
                                         "0x24",
                                         "0x99999999999",
                                         ", PC: ",
                                         "kvm_guest_fault: ",
                                         "ipa 0x1, hsr 0x93c08006, hxfar 0x3",
                                         " [",
                                         "a-1",
                                         "\n"};
    char log[128], text[4096];
    const struct diff_options o = diff_default();
    unsigned seed = 5;
    for (unsigned round = 0; round < 500; round++) {
        text[0] = '\0';
        for (unsigned i = 0; i < 150; i++) {
            seed = seed * 1103515245 + 12345;
            strcat(text, pieces[(seed >> 16) % (sizeof pieces / sizeof *pieces)]);
        }
        write_log(log, text);
        assert_int_not_equal(compare(log, log, &o), DIFF_DIFFERENT);
    }
    unlink(log);
}

static void a_cut_trace_is_not_called_equal(void **state)
{
    (void)state;
    char a[128], b[128];
    const struct diff_options o = diff_default();
    const struct record r[] = {traces_abort(ESR, 1)};
    traces_write(traces_path(a, "a"), r, 1);
    traces_write(traces_path(b, "b"), r, 1);
    struct stat st;
    assert_int_equal(stat(b, &st), 0);
    assert_int_equal(truncate(b, st.st_size - 10), 0);
    assert_int_equal(compare(a, b, &o), DIFF_FAILED);
    assert_non_null(strstr(said, "cut"));
    unlink(a);
    unlink(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_traces_are_equal_whatever_their_time_and_place),
        cmocka_unit_test(the_field_of_a_syndrome_that_differs_is_named),
        cmocka_unit_test(another_ipa_vmid_or_control_register_is_a_difference),
        cmocka_unit_test(of_several_cpus_the_first_difference_in_time_is_shown),
        cmocka_unit_test(interrupts_may_be_left_out),
        cmocka_unit_test(a_log_of_linux_is_compared_by_what_it_knows),
        cmocka_unit_test(no_log_crashes_the_reader),
        cmocka_unit_test(a_cut_trace_is_not_called_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
