/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a session is refreshed and when it ends: RFC 4028 7.2, 9, 10. Independent truth: SE / 2 and SE - min(32 s, SE / 3),
 * worked out by hand. */
#include "tests/unit/proto/session_kit.h"

struct row {
    const char *rule;
    uint32_t se;
    bool we;
    int64_t refresh_ns, end_ns;
};

/* clang-format off */
static const struct row rows[] = {
    {"10: 1800 s, waiting",                    1800,  false, 0,         1768 * S},
    {"10: 4000 s, waiting (13: 3968 s later)", 4000,  false, 0,         3968 * S},
    {"10: 86400 s, waiting",                   86400, false, 0,         86368 * S},
    {"10: 96 s, where both margins meet",      96,    false, 0,         64 * S},
    {"10: 97 s, margin 32 s",                  97,    false, 0,         65 * S},
    {"10: 95 s, margin a third",               95,    false, 0,         95 * S - 31666666666},
    {"10: 90 s, margin a third",               90,    false, 0,         60 * S},
    {"7.2, 9: 1800 s, refreshing",             1800,  true,  900 * S,   1800 * S},
    {"7.2, 9: 86400 s, refreshing",            86400, true,  43200 * S, 86400 * S},
    {"7.2, 9: 91 s, refreshing",               91,    true,  45500000000, 91 * S},
};
/* clang-format on */

/* Nobody answers, and nothing comes. As UAC and as UAS alike. */
static void section_10_by_closed_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * (sizeof rows / sizeof rows[0]); i++) {
        const struct row *r = &rows[i / 2];
        struct side *x = side_open(usual());
        run_to(x->w, 7 * S);
        if (i % 2)
            begin_as_uac(x, r->se, r->we ? UAC : UAS);
        else
            begin_as_uas(x, r->se, r->we ? UAS : UAC);
        run_to(x->w, 7 * S + r->end_ns - 1);
        if (x->expiries || x->refreshes != (r->refresh_ns > 0))
            fail_msg("%s: %d refreshes, %d ends", r->rule, x->refreshes, x->expiries);
        if (r->refresh_ns)
            assert_int_equal(x->refreshed_at[0], 7 * S + r->refresh_ns);
        run_to(x->w, 7 * S + r->end_ns);
        if (!x->expiries)
            fail_msg("%s: no end", r->rule);
        assert_int_equal(x->expired_at, 7 * S + r->end_ns);
        run_for(x->w, dur_s(100000));
        assert_int_equal(x->expiries, 1);
        side_close(x);
    }
}

/* A day of refreshes, each of which is answered 20 ms later: every 900.02 s, and no end. */
static void section_7_2_a_long_call(void **state)
{
    (void)state;
    struct side *x = side_open(usual());
    begin_as_uac(x, 1800, UAC);
    for (int i = 0; i < 16; i++) {
        run_to(x->w, 900 * S * (i + 1) + 20000000ll * i);
        assert_int_equal(x->refreshes, i + 1);
        assert_int_equal(x->refreshed_at[i], 900 * S * (i + 1) + 20000000ll * i);
        run_for(x->w, dur_ms(20));
        struct session_headers sent = session_request(&x->t), answer = says(1800, 0, UAC, K | R);
        assert_true(session_answered(&x->t, &sent, &answer));
    }
    assert_int_equal(x->expiries, 0);
    session_stop(&x->t);
    run_for(x->w, dur_s(100000));
    assert_int_equal(x->expiries + x->refreshes, 16);
    side_close(x);
}

/* 9, 10: each 2xx begins anew with its own interval and refresher; the STATE records tell of the roles. */
static void section_9_the_role_changes(void **state)
{
    (void)state;
    struct side *x = side_open(usual());
    begin_as_uac(x, 1800, UAC);
    run_to(x->w, 100 * S);
    begin_as_uas(x, 600, UAC); /* the peer sent it, and refreshes from now on */
    run_to(x->w, 667 * S);
    assert_int_equal(x->refreshes + x->expiries, 0);
    begin_as_uas(x, 90, UAS);
    run_to(x->w, 712 * S);
    assert_int_equal(x->refreshed_at[0], 712 * S);
    session_stop(&x->t);
    assert_non_null(fact(x->w, "session call: off agreed refresher", 0));
    assert_non_null(fact(x->w, "session call: refresher refreshed watching", 0));
    assert_non_null(fact(x->w, "session call: watching refreshed refresher", 0));
    assert_non_null(fact(x->w, "session call: refresher stopped off", 0));
    side_close(x);
}

/* The end names its limit, and what did not come: the last state of the node that should have refreshed. */
static void section_10_the_end_is_explained(void **state)
{
    (void)state;
    struct side *x = side_open(usual());
    begin_as_uac(x, 1800, UAS);
    const struct fact *agreed = fact(x->w, "session call: off agreed watching", 0);
    session_await(&x->t, 0, x->node->id); /* itself, for want of another */
    run_to(x->w, 1768 * S);
    const struct fact *end = fact(x->w, "session call: watching expired off", 0);
    assert_non_null(end);
    assert_int_equal(tie(x->w, end->id, BECAUSE_AWAITED), agreed->id);
    const struct fact *limit = fact_of(x->w, tie(x->w, end->id, BECAUSE_LIMIT));
    assert_non_null(limit);
    assert_string_equal(limit->text, "parameter session_expires = 1800s");
    side_close(x);
}

/* 10: 408, 481 or no answer: off at once, and nothing more comes of it. */
static void section_10_a_failed_refresh(void **state)
{
    (void)state;
    struct side *x = side_open(usual());
    begin_as_uac(x, 1800, UAC);
    run_to(x->w, 932 * S);
    session_refresh_failed(&x->t);
    assert_non_null(fact(x->w, "session call: refresher refresh-failed off", 0));
    run_for(x->w, dur_s(10000));
    assert_int_equal(x->refreshes, 1);
    assert_int_equal(x->expiries, 0);
    side_close(x);
}

/* 10: any other failure extends nothing: again at half of what remains (900, 450, 225, 112.5, 56.25: below 64 s an
 * answer might come too late), and the end comes at its time. */
static void section_10_a_refused_refresh(void **state)
{
    (void)state;
    static const int64_t at[] = {900 * S, 1350 * S, 1575 * S, 1687500000000, 1743750000000};
    struct side *x = side_open(usual());
    begin_as_uac(x, 1800, UAC);
    for (int i = 0; i < 5; i++) {
        run_to(x->w, at[i]);
        assert_int_equal(x->refreshes, i + 1);
        assert_int_equal(x->refreshed_at[i], at[i]);
        session_refresh_refused(&x->t);
    }
    run_to(x->w, 1800 * S);
    assert_int_equal(x->refreshes, 5);
    assert_int_equal(x->expired_at, 1800 * S);
    side_close(x);
}

/* The experiments: a refresher that forgets, one that never ends, one that waits for the whole interval. */
static void experiments(void **state)
{
    (void)state;
    struct session_config c = usual();
    c.refreshes = false;
    struct side *x = side_open(c);
    begin_as_uac(x, 1800, UAC);
    run_to(x->w, 1800 * S);
    assert_int_equal(x->refreshes, 0);
    assert_int_equal(x->expired_at, 1800 * S);
    side_close(x);

    c = usual();
    c.expires_calls = false;
    for (int r = (int)UAC; r <= (int)UAS; r++) {
        x = side_open(c);
        begin_as_uac(x, 1800, (enum session_refresher)r);
        run_to(x->w, 100000 * S);
        assert_int_equal(x->expiries, 0);
        assert_int_equal(x->refreshes, r == (int)UAC);
        side_close(x);
    }

    c = usual();
    c.full_interval = true;
    x = side_open(c);
    begin_as_uas(x, 86400, UAS);
    run_to(x->w, 86432 * S - 1);
    assert_int_equal(x->refreshed_at[0], 86400 * S);
    assert_int_equal(x->expiries, 0);
    run_to(x->w, 86432 * S);
    assert_int_equal(x->expiries, 1);
    side_close(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(section_10_by_closed_form),
        cmocka_unit_test(section_7_2_a_long_call),
        cmocka_unit_test(section_9_the_role_changes),
        cmocka_unit_test(section_10_the_end_is_explained),
        cmocka_unit_test(section_10_a_failed_refresh),
        cmocka_unit_test(section_10_a_refused_refresh),
        cmocka_unit_test(experiments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
