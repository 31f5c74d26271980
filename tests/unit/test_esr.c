#include "hyp/syndrome.h"
#include "test.h"
#include "trace/esr.h"
#include <stdio.h>
#include <string.h>

static void syndromes_are_put_in_words(void **state)
{
    (void)state;
    const struct fault translation = {.kind = FAULT_TRANSLATION, .level = 2, .stage2 = true};
    const struct fault walk = {.kind = FAULT_PERMISSION, .level = 3, .stage2 = true, .on_walk = true};
    const struct {
        uint64_t esr;
        const char *words;
    } cases[] = {
        {syndrome(EC_HVC64, 7), "HVC #7"},
        {syndrome_wfx(0), "trapped WFI"},
        {syndrome_wfx(1), "trapped WFE"},
        {syndrome(EC_UNKNOWN, 0), "unknown reason"},
        {syndrome(0x3f, 0), "reserved class"},
        {syndrome_sysreg((struct sysreg_encoding){3, 0, 1, 0, 0}, 3, false), "trapped MSR SCTLR_EL1, x3"},
        {syndrome_sysreg((struct sysreg_encoding){3, 4, 1, 1, 0}, 31, true), "trapped MRS xzr, HCR_EL2"},
        {syndrome_sysreg((struct sysreg_encoding){3, 7, 15, 15, 7}, 0, true), "trapped MRS x0, S3_7_C15_C15_7"},
        {syndrome_sysreg((struct sysreg_encoding){1, 3, 7, 4, 1}, 2, false), "trapped SYS #3, C7, C4, #1, x2"},
        {syndrome_data_abort(false, &translation,
                             (struct abort_access){.valid = true, .sas = 2, .srt = 5, .write = true}),
         "data abort from a lower EL: translation fault, level 2, write of 4 bytes, x5"},
        {syndrome_data_abort(true, &walk, (struct abort_access){.write = false}),
         "data abort from the same EL: permission fault, level 3, on a stage 1 walk, read"},
        {syndrome_insn_abort(false, &translation), "instruction abort from a lower EL: translation fault, level 2"},
    };
    char text[ESR_TEXT_MAX];
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(esr_describe(cases[i].esr, text), cases[i].words);
}

static void every_syndrome_fits_the_room_it_is_given(void **state)
{
    (void)state;
    char text[ESR_TEXT_MAX];
    for (uint64_t ec = 0; ec < 64; ec++)
        for (uint64_t i = 0; i < 4096; i++) {
            esr_describe(ec << 26 | (i * UINT64_C(0x9e3779b1) & 0x1ffffff), text);
            assert_true(*text && strlen(text) < sizeof text - 1);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(syndromes_are_put_in_words),
        cmocka_unit_test(every_syndrome_fits_the_room_it_is_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
