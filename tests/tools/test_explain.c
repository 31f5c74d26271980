/* Syndromes field by field, for every class and any value; walks to text and back. */
#include "tools/explain.h"
#include "tools/walk.h"
#include "trace/esr.h"
#include "traces.h"

static char said[16384];

static const char *explain(uint64_t esr)
{
    FILE *to = fmemopen(said, sizeof said, "w");
    explain_esr(esr, to);
    fclose(to);
    return said;
}

static void fields_of_a_class_do_not_overlap_and_come_from_the_top(void **state)
{
    (void)state;
    for (uint64_t ec = 0; ec < 64; ec++) {
        const struct esr_field *f;
        unsigned below = 32;
        for (unsigned i = 0; (f = esr_field(ec << 26, i)); i++) {
            assert_true(f->hi < below && f->lo <= f->hi);
            below = f->lo;
        }
    }
}

static void every_value_can_be_explained(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (unsigned i = 0; i < 20000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        assert_true(strlen(explain(seed >> 20)) > 40);
    }
}

static void an_abort_is_told_field_by_field(void **state)
{
    (void)state;
    static const char *const words[] = {"data abort from a lower EL",
                                        "translation fault, level 2",
                                        "8 bytes",
                                        "64 bits",
                                        "<31:26>",
                                        "the access: read"};
    explain(0x93c08006);
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
        if (!strstr(said, words[i]))
            fail_msg("%s does not say %s", said, words[i]);
    assert_null(strstr(said, "reserved"));
    assert_non_null(strstr(explain(0x93c08006 | 1 << 11), "0x800 in bits that are reserved"));
}

static void a_walk_comes_back_from_its_text(void **state)
{
    (void)state;
    char text[WALK_TEXT_MAX], again[WALK_TEXT_MAX];
    struct walk_report walk = {.steps = WALK_STEPS_MAX}, back;
    for (unsigned i = 0; i < WALK_STEPS_MAX; i++)
        walk.step[i] =
            (struct trapeze_walk_step){1 + i % 2, 3, TRAPEZE_PAGE, ~UINT64_C(0) - i, ~UINT64_C(1), ~UINT64_C(2)};
    memset(&walk.end, 0, sizeof walk.end);
    walk.end.fault = TRAPEZE_FAULT_PERMISSION;
    walk.end.fault_ipa = 0x123456789000;
    walk.end.permissions = TRAPEZE_S2_X;
    walk.end.vmid = UINT16_MAX;
    walk_text(&walk, text);
    assert_true(strlen(text) < WALK_TEXT_MAX - 1);
    assert_true(walk_parse(text, &back));
    assert_string_equal(walk_text(&back, again), text);
    assert_int_equal(back.end.fault, TRAPEZE_FAULT_PERMISSION);
    assert_int_equal(back.step[1].stage, 2);
}

static void what_is_no_walk_is_refused(void **state)
{
    (void)state;
    char text[WALK_TEXT_MAX];
    struct walk_report walk = {.steps = 2}, back;
    walk_text(&walk, text);
    assert_true(walk_parse(text, &back));
    for (size_t size = strlen(text); size-- > 0;) {
        text[size] = '\0';
        assert_false(walk_parse(text, &back));
    }
    assert_false(walk_parse("1 2 3", &back));
    assert_false(walk_parse("", &back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_of_a_class_do_not_overlap_and_come_from_the_top),
        cmocka_unit_test(every_value_can_be_explained),
        cmocka_unit_test(an_abort_is_told_field_by_field),
        cmocka_unit_test(a_walk_comes_back_from_its_text),
        cmocka_unit_test(what_is_no_walk_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
