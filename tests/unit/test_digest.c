#include "base/digest.h"
#include "base/match.h"
#include "test.h"
#include <stdio.h>
#include <string.h>

static void assert_sha256(const char *text, size_t piece, const char *expected)
{
    struct digest d;
    uint8_t out[32];
    char hex[65];
    const size_t size = strlen(text);
    digest_init(&d);
    for (size_t at = 0; at < size; at += piece)
        digest_bytes(&d, text + at, size - at < piece ? size - at : piece);
    digest_finish(&d, out);
    for (unsigned i = 0; i < 32; i++)
        sprintf(hex + 2 * i, "%02x", out[i]);
    assert_string_equal(hex, expected);
}

/* FIPS 180-4's examples, and lengths around a block's end (coreutils' sha256sum). */
static void digest_gives_the_known_answers_of_sha256(void **state)
{
    (void)state;
    assert_sha256("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_sha256("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 5,
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_sha256("0123456789012345678901234567890123456789012345678901234", 64, /* 55 bytes */
                  "f34d5a0f80c0cbf84c8c0b90218c22637abd199965249da736a20143c8c9c9d9");
    assert_sha256("0123456789012345678901234567890123456789012345678901234567890123", 64, /* 64 */
                  "9674d9e078535b7cec43284387a6ee39956188e735a85452b0050b55341cda56");
}

static void a_string_is_found_across_pieces_and_after_false_starts(void **state)
{
    (void)state;
    struct match m;
    unsigned found = 0;
    assert_true(match_init(&m, "aab"));
    for (const char *p = "aaab aab ab"; *p; p++)
        found += match_byte(&m, (uint8_t)*p);
    assert_int_equal(found, 2);
    match_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digest_gives_the_known_answers_of_sha256),
        cmocka_unit_test(a_string_is_found_across_pieces_and_after_false_starts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
