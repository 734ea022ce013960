/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Views, bounded text, spans as people write them, and near names. */
#include "tests/unit/base/base_kit.h"

#include "sim/base/err.h"
#include "sim/base/str.h"

static void views(void **state)
{
    (void)state;
    struct str s = STR("a=b=c"), rest = s;
    assert_true(str_eq(str_cut(&rest, '='), STR("a")));
    assert_true(str_eq(str_cut(&rest, '='), STR("b")));
    assert_true(str_eq(str_cut(&rest, '='), STR("c")));
    assert_int_equal(rest.n, 0);
    assert_int_equal(str_cut(&rest, '=').n, 0);
    assert_int_equal(str_find(s, STR("b=c")), 2);
    assert_int_equal(str_find(s, STR("x")), -1);
    assert_int_equal(str_find(STR_NONE, STR("x")), -1);
    assert_true(str_starts(s, STR("a=")) && !str_starts(STR("a"), STR("a=")));
    assert_true(str_eq_nocase(STR("Call-ID"), STR("cALL-id")));
    assert_false(str_eq_nocase(STR("\xc4"), STR("\xe4"))); /* no locale */
    assert_true(str_eq(str_trim(STR(" \tx y\t ")), STR("x y")));
    assert_true(str_eq(STR_NONE, STR("")));
    assert_int_equal(str_of(NULL).n, 0);
}

static void decimals_are_strict(void **state)
{
    (void)state;
    uint64_t v = 7;
    assert_true(str_u64(STR("18446744073709551615"), UINT64_MAX, &v));
    assert_int_equal(v, UINT64_MAX);
    assert_false(str_u64(STR("18446744073709551616"), UINT64_MAX, &v));
    assert_false(str_u64(STR("99999999999999999999999"), UINT64_MAX, &v));
    assert_true(str_u64(STR("0070"), 70, &v));
    assert_int_equal(v, 70);
    assert_false(str_u64(STR("71"), 70, &v));
    static const char *const bad[] = {"", "+1", "-1", " 1", "1 ", "0x1", "1.0"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(str_u64(str_of(bad[i]), UINT64_MAX, &v));
    assert_int_equal(v, 70); /* left alone by what failed */
}

static void text_never_passes_its_end(void **state)
{
    (void)state;
    char p[8] = "xxxxxxx";
    struct txtbuf t = txtbuf_of(p, 5);
    txtbuf_add(&t, "%d", 12);
    txtbuf_cstr(&t, "ab");
    assert_false(t.full);
    assert_string_equal(p, "12ab");
    txtbuf_char(&t, 'c');
    assert_true(t.full);
    assert_string_equal(p, "12ab");
    t = txtbuf_of(p, 5);
    txtbuf_add(&t, "%d", 123456);
    assert_true(t.full);
    assert_string_equal(p, "1234");
    assert_memory_equal(p + 5, "xx", 2);
    assert_int_equal(txtbuf_view(&t).n, 4);
}

static void spans(void **state)
{
    (void)state;
    static const struct {
        int64_t ns;
        const char *text;
    } cases[] = {
        {0, "0s"},
        {1, "1ns"},
        {999, "999ns"},
        {1500, "1.5us"},
        {7300000, "7.3ms"},
        {210000000, "210ms"},
        {115000000000, "115s"},
        {60000000000, "60s"},
        {961800000001, "961.800000001s"},
        {-210000000, "-210ms"},
        {INT64_MAX, "9223372036.854775807s"},
        {INT64_MIN, "-9223372036.854775808s"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char p[40];
        struct txtbuf t = txtbuf_of(p, sizeof p);
        txtbuf_dur(&t, cases[i].ns);
        assert_string_equal(p, cases[i].text);
    }
}

static void distances(void **state)
{
    (void)state;
    assert_int_equal(str_distance(STR("kitten"), STR("sitting")), 3);
    assert_int_equal(str_distance(STR("ab"), STR("ba")), 1); /* a swap of neighbours */
    assert_int_equal(str_distance(STR("ABC"), STR("abc")), 0);
    assert_int_equal(str_distance(STR(""), STR("abc")), 3);
}

static void near_names(void **state)
{
    (void)state;
    static const char *const names[] = {"tcp_rto_min", "tcp_giveup", "sip_timer_f", "cseq_first"};
    static const char *const units[] = {"B", "KiB", "MiB"};
    assert_string_equal(str_nearest(STR("tcp_rto_mim"), names, 4), "tcp_rto_min");
    assert_string_equal(str_nearest(STR("sip_timerf"), names, 4), "sip_timer_f");
    assert_null(str_nearest(STR("banana"), names, 4));
    assert_string_equal(str_nearest(STR("MB"), units, 3), "MiB"); /* not B, which is as near */
    assert_string_equal(str_nearest(STR("KB"), units, 3), "KiB");
    assert_null(str_nearest(STR("x"), names, 0));
}

static void errors_gather_context(void **state)
{
    (void)state;
    struct err e = {0};
    assert_false(err_set(&e, "'%s' is negative", "-1s"));
    assert_false(err_wrap(&e, "option --set"));
    assert_int_equal(e.kind, ERR_USER);
    assert_string_equal(e.msg, "option --set: '-1s' is negative");
    assert_false(err_machine(&e, "disk full"));
    assert_int_equal(e.kind, ERR_MACHINE);
    for (int i = 0; i < 300; i++)
        err_wrap(&e, "context %d", i); /* ends by being cut, not by overrunning */
    assert_true(strlen(e.msg) < sizeof e.msg);
    assert_memory_equal(e.msg, "context 299: context 298: ", 26);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views),
        cmocka_unit_test(decimals_are_strict),
        cmocka_unit_test(text_never_passes_its_end),
        cmocka_unit_test(spans),
        cmocka_unit_test(distances),
        cmocka_unit_test(near_names),
        cmocka_unit_test(errors_gather_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
