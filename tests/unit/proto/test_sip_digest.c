/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digest authentication. Independent truth: the test suite of RFC 1321, and the example of RFC 2069 2.4 with
 * its published correction. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "models/proto/sip_digest.h"

static void md5_of_rfc_1321(void **state)
{
    static const char *const suite[][2] = {
        {"", "d41d8cd98f00b204e9800998ecf8427e"},
        {"a", "0cc175b9c0f1b6a831c399e269772661"},
        {"abc", "900150983cd24fb0d6963f7d28e17f72"},
        {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
        {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
         "57edf4a22be3c955ac49da2e2107b67a"}};
    char hex[MD5_HEX_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof suite / sizeof suite[0]; i++) {
        struct str one = str_of(suite[i][0]);
        md5_hex(&one, 1, hex);
        assert_string_equal(hex, suite[i][1]);
    }
}

static void response_of_rfc_2069(void **state)
{
    char hex[MD5_HEX_BYTES];
    (void)state;
    digest_response(STR("Mufasa"), STR("testrealm@host.com"), STR("CircleOfLife"),
                    STR("dcd98b7102dd2f0e8b11d0f600bfb0c093"), STR("GET"), STR("/dir/index.html"), hex);
    assert_string_equal(hex, "1949323746fe6a43ef61f9606e7febea");
}

static const char challenge[] = "Digest realm=\"a, b\",nonce=\"0123\",algorithm=MD5";

static void an_answer_holds_for_its_password_and_nonce_only(void **state)
{
    char value[SIP_CREDENTIALS_MAX];
    struct txtbuf t = txtbuf_of(value, sizeof value);
    (void)state;
    assert_true(digest_answer(&t, str_of(challenge), STR("5678"), STR("12345"), STR("REGISTER"), STR("sip:a")));
    assert_true(str_eq(digest_param(txtbuf_view(&t), STR("realm")), STR("a, b"))); /* a comma in quotes separates nothing */
    assert_true(str_eq(digest_param(txtbuf_view(&t), STR("USERNAME")), STR("5678")));
    assert_true(digest_holds(txtbuf_view(&t), STR("0123"), STR("12345"), STR("REGISTER")));
    assert_false(digest_holds(txtbuf_view(&t), STR("0123"), STR("12346"), STR("REGISTER")));
    assert_false(digest_holds(txtbuf_view(&t), STR("0124"), STR("12345"), STR("REGISTER")));
    assert_false(digest_holds(txtbuf_view(&t), STR("0123"), STR("12345"), STR("INVITE")));
}

static void what_is_no_challenge(void **state)
{
    static const char *const bad[] = {"", "Basic realm=\"x\"", "Digest realm=\"x\"", "Digest nonce=\"1\",algorithm=SHA-256",
                                      "Digest nonce=\"\""};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char value[SIP_CREDENTIALS_MAX];
        struct txtbuf t = txtbuf_of(value, sizeof value);
        assert_false(digest_answer(&t, str_of(bad[i]), STR("u"), STR("p"), STR("REGISTER"), STR("sip:a")));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(md5_of_rfc_1321),
        cmocka_unit_test(response_of_rfc_2069),
        cmocka_unit_test(an_answer_holds_for_its_password_and_nonce_only),
        cmocka_unit_test(what_is_no_challenge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
