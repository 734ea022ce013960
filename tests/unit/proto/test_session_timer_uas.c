/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a UAS answers: RFC 4028 9 with table 2, and what it remembers of it for its own requests (7.4). */
#include "tests/unit/proto/session_kit.h"

struct row {
    const char *rule;
    /* the UAS */
    uint32_t expires_s, min_se_s;
    bool adds;
    enum session_refresher chooses;
    /* the request */
    uint32_t se, min_se;
    enum session_refresher refresher;
    unsigned tags;
    /* the answer; in front 422 or 2xx */
    const char *expected;
};

/* clang-format off */
static const struct row rows[] = {
    {"9, table 2 row 1: no support, none: uas",          1800, 90, false, UAC,  1800, 0, NONE, 0, "2xx SE 1800;uas k"},
    {"9, table 2 row 2: no support, uac (not allowed)",  1800, 90, false, UAC,  1800, 0, UAC,  0, "2xx SE 1800;uas k"},
    {"9, table 2 row 3: no support, uas (not allowed)",  1800, 90, false, UAC,  1800, 0, UAS,  0, "2xx SE 1800;uas k"},
    {"9, table 2 row 4: support, none: chooses uac",     1800, 90, false, UAC,  1800, 0, NONE, K, "2xx SE 1800;uac kr"},
    {"9, table 2 row 4: support, none: chooses uas",     1800, 90, false, UAS,  1800, 0, NONE, K, "2xx SE 1800;uas kr"},
    {"9, table 2 row 4: no wish: uac",                   1800, 90, false, NONE, 1800, 0, NONE, K, "2xx SE 1800;uac kr"},
    {"9, table 2 row 5: cannot override uac",            1800, 90, false, UAS,  1800, 0, UAC,  K, "2xx SE 1800;uac kr"},
    {"9, table 2 row 6: cannot override uas",            1800, 90, false, UAC,  1800, 0, UAS,  K, "2xx SE 1800;uas kr"},
    {"9: copies",                                        7200, 90, false, UAC,  3600, 0, NONE, K, "2xx SE 3600;uac kr"},
    {"9: MUST NOT be increased",                         7200, 90, false, UAC,  90,   0, NONE, K, "2xx SE 90;uac kr"},
    {"9: MAY be reduced to its own wish",                600,  90, false, UAC,  3600, 0, NONE, K, "2xx SE 600;uac kr"},
    {"9: but not below Min-SE of the request",           600,  90, false, UAC,  3600, 1000, NONE, K, "2xx SE 1000;uac kr"},
    {"9: not at all when Min-SE is as great",            600,  90, false, UAC,  3600, 3600, NONE, K, "2xx SE 3600;uac kr"},
    {"9: not below its own least",                       600,  900, false, UAC, 3600, 0, NONE, K, "2xx SE 900;uac kr"},
    {"9: not below 90 without Min-SE",                   90,   90, false, UAC,  3600, 0, NONE, K, "2xx SE 90;uac kr"},
    {"9: reduced without support, too",                  600,  90, false, UAC,  3600, 0, NONE, 0, "2xx SE 600;uas k"},
    {"9: 422 below its own least",                       1800, 1800, false, UAC, 900, 0, NONE, K, "422 Min-SE 1800 k"},
    {"9: 422 one second below",                          1800, 1800, false, UAC, 1799, 0, NONE, K, "422 Min-SE 1800 k"},
    {"9: none at its own least",                         1800, 1800, false, UAC, 1800, 0, NONE, K, "2xx SE 1800;uac kr"},
    {"6: 422 states its own, not the request's Min-SE",  1800, 1800, false, UAC, 900, 500, NONE, K, "422 Min-SE 1800 k"},
    {"9: no 422 without Supported: timer",               1800, 1800, false, UAC, 900, 0, NONE, 0, "2xx SE 900;uas k"},
    {"13: 422 at 50 s",                                  1800, 90, false, UAC,  50,   0, NONE, K, "422 Min-SE 90 k"},
    {"4, 9: 50 s without support: no timer",             1800, 90, false, UAC,  50,   0, NONE, 0, "2xx k"},
    {"9: its least is never below 90",                   1800, 0,  false, UAC,  89,   0, NONE, K, "422 Min-SE 90 k"},
    {"9: none was asked for",                            1800, 90, false, UAC,  0,    0, NONE, K, "2xx k"},
    {"9: none was asked for, by one without support",    1800, 90, false, UAC,  0,    0, NONE, 0, "2xx k"},
    {"9: MAY request one",                               1800, 90, true,  UAC,  0,    0, NONE, K, "2xx SE 1800;uac kr"},
    {"9: MAY request one that it refreshes",             1800, 90, true,  UAS,  0,    0, NONE, K, "2xx SE 1800;uas kr"},
    {"9: which is not below Min-SE",                     1800, 90, true,  UAC,  0, 3600, NONE, K, "2xx SE 3600;uac kr"},
    {"9, table 2: for one without support only as uas, without Require", 1800, 90, true, UAC, 0, 0, NONE, 0, "2xx SE 1800;uas k"},
};
/* clang-format on */

static void section_9_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        struct session_config c = usual();
        c.expires = dur_s(r->expires_s);
        c.min_se = dur_s(r->min_se_s);
        c.adds = r->adds;
        c.refresher = r->chooses;
        struct side *x = side_open(c);
        struct session_headers request = says(r->se, r->min_se, r->refresher, r->tags);
        bool too_small;
        struct session_headers h = session_requested(&x->t, &request, &too_small);
        if (too_small != (r->expected[0] == '4'))
            fail_msg("%s: %s", r->rule, too_small ? "422" : "no 422");
        assert_says(r->rule, &h, r->expected + 4);
        side_close(x);
    }
}

/* It neither writes nor reads any of it. */
static void section_9_does_not_bind_who_lacks_the_extension(void **state)
{
    (void)state;
    struct session_config c = usual();
    c.supported = false;
    struct side *x = side_open(c);
    struct session_headers request = says(50, 90, REFRESHER_UAC, K), full = says(1800, 0, REFRESHER_UAS, K | R);
    bool too_small;
    struct session_headers h = session_requested(&x->t, &request, &too_small);
    assert_false(too_small);
    assert_says("no support", &h, "");
    session_accepted(&x->t, &full);
    assert_int_equal(x->t.interval_s, 0);
    h = session_request(&x->t);
    assert_says("no support", &h, "");
    side_close(x);
}

/* A UAS remembers the greatest Min-SE of the requests it received, and says it when it refreshes. */
static void section_7_4_min_se_of_received_requests(void **state)
{
    (void)state;
    struct session_config c = usual();
    struct side *x = side_open(c);
    bool too_small;
    struct session_headers request = says(1800, 1000, REFRESHER_UAS, K);
    struct session_headers h = session_requested(&x->t, &request, &too_small);
    session_accepted(&x->t, &h);
    h = session_request(&x->t);
    assert_says("7.4: of the request that made the dialog", &h, "SE 1800;uac Min-SE 1000 k");
    request = says(1800, 3600, REFRESHER_UAS, K);
    request.expires_s = 3600;
    h = session_requested(&x->t, &request, &too_small);
    session_accepted(&x->t, &h);
    request = says(1800, 500, REFRESHER_UAS, K);
    h = session_requested(&x->t, &request, &too_small);
    session_accepted(&x->t, &h);
    h = session_request(&x->t);
    assert_says("7.4: the largest of all, and SE not below it", &h, "SE 3600;uac Min-SE 3600 k");
    side_close(x);
}

/* A request without Session-Expires in a session that has a timer. */
static void section_9_a_timer_goes_on_or_ends(void **state)
{
    (void)state;
    struct session_headers with = says(1800, 0, REFRESHER_NONE, K), plain = says(0, 0, REFRESHER_NONE, 0);
    struct session_headers knowing = says(0, 0, REFRESHER_NONE, K);
    bool too_small;
    struct side *x = side_open(usual());
    struct session_headers h = session_requested(&x->t, &with, &too_small);
    session_accepted(&x->t, &h);
    h = session_requested(&x->t, &knowing, &too_small);
    assert_says("9: a peer with the extension leaves it out: off", &h, "k");
    session_accepted(&x->t, &h);
    assert_int_equal(x->t.interval_s, 0);
    side_close(x);

    x = side_open(usual()); /* 7.2: alone with a timer of its own, as UAC */
    struct session_headers sent = session_request(&x->t);
    assert_true(session_answered(&x->t, &sent, &plain));
    h = session_requested(&x->t, &plain, &too_small);
    assert_says("9: its own timer goes on", &h, "SE 1800;uas k");
    session_accepted(&x->t, &h);
    assert_true(x->t.we_refresh && x->t.interval_s == 1800);
    side_close(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(section_9_answers),
        cmocka_unit_test(section_9_does_not_bind_who_lacks_the_extension),
        cmocka_unit_test(section_7_4_min_se_of_received_requests),
        cmocka_unit_test(section_9_a_timer_goes_on_or_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
