/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text cursor: lines, tokens, limits, and failures that stick. */
#include "tests/unit/base/base_kit.h"

#include "sim/base/txt.h"

static void expect(struct str got, const char *text)
{
    assert_int_equal(got.n, strlen(text));
    assert_true(str_eq(got, str_of(text)));
}

static void lines_and_tokens(void **state)
{
    (void)state;
    struct txt t = txt_of(STR("SIP/2.0 200 OK\r\nVia:  x\r\n\r\nrest"));
    struct txt first = txt_of(txt_line(&t, 100));
    expect(txt_token(&first), "SIP/2.0");
    expect(txt_token(&first), "200");
    expect(txt_rest(&first), "OK");
    assert_true(txt_done(&first));
    struct txt header = txt_of(txt_line(&t, 100));
    expect(txt_until(&header, ':'), "Via");
    txt_skip_blanks(&header);
    expect(txt_rest(&header), "x");
    expect(txt_line(&t, 100), "");
    assert_true(txt_ok(&t));
    assert_false(txt_done(&t));
    expect(txt_rest(&t), "rest");
    assert_true(txt_done(&t));
}

static void what_is_no_line(void **state)
{
    (void)state;
    struct txt bare = txt_of(STR("a\nb\r\n"));
    expect(txt_line(&bare, 100), "");
    assert_string_equal(bare.why, "line does not end in CRLF");
    expect(txt_rest(&bare), ""); /* it stuck */
    struct txt cut = txt_of(STR("abc"));
    expect(txt_line(&cut, 100), "");
    assert_string_equal(cut.why, "truncated");
    struct txt alone = txt_of(STR("\n"));
    txt_line(&alone, 100);
    assert_false(txt_ok(&alone));
}

static void the_longest_line_is_stated(void **state)
{
    (void)state;
    struct txt fits = txt_of(STR("12345\r\n")), cut = fits, endless = txt_of(STR("1234567890"));
    expect(txt_line(&fits, 5), "12345");
    txt_line(&cut, 4);
    assert_string_equal(cut.why, "line too long");
    txt_line(&endless, 5); /* refused before its end has come */
    assert_string_equal(endless.why, "line too long");
}

static void separators_and_tokens_must_be_there(void **state)
{
    (void)state;
    struct txt t = txt_of(STR("name"));
    expect(txt_until(&t, ':'), "");
    assert_string_equal(t.why, "separator missing");
    struct txt empty = txt_of(STR(" x"));
    expect(txt_token(&empty), "");
    assert_string_equal(empty.why, "empty token");
    struct txt none = txt_of(STR_NONE);
    assert_true(txt_done(&none));
    txt_token(&none);
    assert_false(txt_done(&none));
    txt_fail(&none, "later");
    assert_string_equal(none.why, "empty token");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_and_tokens),
        cmocka_unit_test(what_is_no_line),
        cmocka_unit_test(the_longest_line_is_stated),
        cmocka_unit_test(separators_and_tokens_must_be_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
