/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a UAC asks for, and what it makes of the answer: RFC 4028 7.1 to 7.4. */
#include "tests/unit/proto/session_kit.h"

#define ASKS 1u
#define STATES 2u /* Min-SE */
#define NAMES 4u  /* the refresher */

struct first_row {
    const char *rule;
    unsigned does;
    uint32_t expires_s, min_se_s;
    enum session_refresher refresher;
    uint32_t told; /* Min-SE of a 422; 0: none came */
    const char *expected;
};

/* clang-format off */
static const struct first_row first_rows[] = {
    {"7.1: Supported MUST be there, wanted or not",      0,              1800, 90,   UAC, 0,    "k"},
    {"7.1: MAY ask; refresher better omitted",           ASKS,           1800, 90,   UAC, 0,    "SE 1800 k"},
    {"7.1: MAY name itself",                             ASKS | NAMES,   1800, 90,   UAC, 0,    "SE 1800;uac k"},
    {"7.1: or its peer",                                 ASKS | NAMES,   1800, 90,   UAS, 0,    "SE 1800;uas k"},
    {"7.1: MAY include Min-SE",                          ASKS | STATES,  1800, 90,   UAC, 0,    "SE 1800 Min-SE 90 k"},
    {"7.1: Session-Expires MUST NOT be below Min-SE",    ASKS | STATES,  600,  900,  UAC, 0,    "SE 900 Min-SE 900 k"},
    {"7.1: Min-SE without asking",                       STATES,         1800, 900,  UAC, 0,    "Min-SE 900 k"},
    {"7.4: MUST insert Min-SE of a 422",                 ASKS,           900,  90,   UAC, 1800, "SE 1800 Min-SE 1800 k"},
    {"7.4: the wish stays when it is greater",           ASKS,           7200, 90,   UAC, 1800, "SE 7200 Min-SE 1800 k"},
    {"7.4: MAY increase it to its own",                  ASKS | STATES,  900,  3600, UAC, 1800, "SE 3600 Min-SE 3600 k"},
    {"7.4: even when it did not ask, a proxy having done so", 0,         1800, 90,   UAC, 1800, "Min-SE 1800 k"},
};
/* clang-format on */

static void section_7_1_first_request(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof first_rows / sizeof first_rows[0]; i++) {
        const struct first_row *r = &first_rows[i];
        struct session_config c = usual();
        c.asks = r->does & ASKS;
        c.states_min_se = r->does & STATES;
        c.names_refresher = r->does & NAMES;
        c.expires = dur_s(r->expires_s);
        c.min_se = dur_s(r->min_se_s);
        c.refresher = r->refresher;
        struct side *x = side_open(c);
        struct session_headers sent = says(r->expires_s, 0, NONE, K), answer = says(0, r->told, NONE, 0);
        sent.expires_s = 0;
        if (r->told)
            assert_true(session_too_small(&x->t, &sent, &answer));
        sent = session_request(&x->t);
        assert_says(r->rule, &sent, r->expected);
        side_close(x);
    }
}

/* 7.3 with section 13: 3600 and 4000 of two proxies; a smaller one later changes nothing; what is known brings no
 * second try. */
static void section_7_3_the_largest_of_all_422s(void **state)
{
    (void)state;
    struct session_config c = usual();
    c.expires = dur_s(90);
    struct side *x = side_open(c);
    struct session_headers sent = session_request(&x->t), answer = says(0, 3600, NONE, 0), none = {0};
    assert_true(session_too_small(&x->t, &sent, &answer));
    sent = session_request(&x->t);
    assert_says("13, message 4", &sent, "SE 3600 Min-SE 3600 k");
    assert_false(session_too_small(&x->t, &sent, &answer)); /* no greater one than was sent */
    answer = says(0, 4000, NONE, 0);
    assert_true(session_too_small(&x->t, &sent, &answer));
    sent = session_request(&x->t);
    assert_says("13, message 10", &sent, "SE 4000 Min-SE 4000 k");
    answer = says(0, 100, NONE, 0);
    assert_false(session_too_small(&x->t, &sent, &answer));
    assert_false(session_too_small(&x->t, &sent, &none)); /* 6: Min-SE MUST be there */
    sent = session_request(&x->t);
    assert_says("7.4: the largest of all", &sent, "SE 4000 Min-SE 4000 k");
    side_close(x);
}

struct answer_row {
    const char *rule;
    bool asks;
    enum session_refresher asked_for;
    uint32_t asked_s, se;
    enum session_refresher refresher;
    unsigned tags;
    bool allowed;
    uint32_t interval_s;
    bool we;
};

/* clang-format off */
static const struct answer_row answer_rows[] = {
    {"7.2: uac: it refreshes",                         true,  NONE, 1800, 1800, UAC,  K | R, true,  1800, true},
    {"7.2: uas: its peer does",                        true,  NONE, 1800, 1800, UAS,  K | R, true,  1800, false},
    {"9: uas without Require is allowed",              true,  NONE, 1800, 1800, UAS,  K,     true,  1800, false},
    {"7.2: MUST be prepared for one it did not ask for", false, NONE, 0,  3600, UAC,  R,     true,  3600, true},
    {"7.2: the same, its peer refreshes",              false, NONE, 0,    3600, UAS,  K,     true,  3600, false},
    {"9: reduced on the way",                          true,  NONE, 1800, 900,  UAC,  K | R, true,  900,  true},
    {"7.2: nobody knows of it, it still wants one",    true,  NONE, 1800, 0,    NONE, 0,     true,  1800, true},
    {"7.2: nobody knows of it, uas was asked for",     true,  UAS,  1800, 0,    NONE, 0,     true,  1800, true},
    {"7.2: nobody knows of it, it does not want one",  false, NONE, 0,    0,    NONE, 0,     true,  0,    false},
    {"7.2: a UAS that knows of it leaves it out: none", true, NONE, 1800, 0,    NONE, K,     true,  0,    false},
    {"7.2: Require without Session-Expires: none",     true,  NONE, 1800, 0,    NONE, R,     false, 0,    false},
    {"9: refresher MUST be set",                       true,  NONE, 1800, 1800, NONE, R,     false, 1800, true},
    {"table 2: uac cannot be overridden, but holds",   true,  UAC,  1800, 1800, UAS,  K | R, false, 1800, false},
    {"table 2: uas cannot be overridden, but holds",   true,  UAS,  1800, 1800, UAC,  K | R, false, 1800, true},
    {"9: MUST NOT be increased, but holds",            true,  NONE, 1800, 3600, UAC,  K | R, false, 3600, true},
    {"4: not below 90 s",                              true,  NONE, 1800, 10,   UAC,  K | R, false, 90,   true},
};
/* clang-format on */

static void section_7_2_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answer_rows / sizeof answer_rows[0]; i++) {
        const struct answer_row *r = &answer_rows[i];
        struct session_config c = usual();
        c.asks = r->asks;
        struct side *x = side_open(c);
        struct session_headers sent = says(r->asked_s, 0, r->asked_for, K), answer = says(r->se, 0, r->refresher, r->tags);
        bool allowed = session_answered(&x->t, &sent, &answer);
        if (allowed != r->allowed)
            fail_msg("%s: was %s", r->rule, allowed ? "allowed" : "not allowed");
        if (x->t.interval_s != r->interval_s || x->t.we_refresh != r->we)
            fail_msg("%s: %u s, %s", r->rule, x->t.interval_s, x->t.we_refresh ? "we" : "not we");
        assert_int_equal(tmr_armed(&x->t.refresh), r->we);
        assert_int_equal(tmr_armed(&x->t.expiry), r->interval_s > 0);
        side_close(x);
    }
}

/* 9: a 2xx below the Min-SE that the request had is not allowed. */
static void section_9_seen_by_the_uac(void **state)
{
    (void)state;
    struct side *x = side_open(usual());
    struct session_headers sent = says(3600, 1800, NONE, K), answer = says(900, 0, UAC, K | R);
    assert_false(session_answered(&x->t, &sent, &answer));
    assert_int_equal(x->t.interval_s, 900);
    assert_non_null(fact(x->w, "sip the 2xx of session call has a Session-Expires below Min-SE", 0));
    side_close(x);
}

/* 7.2: turned off in mid-dialog, in either role, by a 2xx without the header; and on again by one that has it. */
static void section_7_2_off_and_on(void **state)
{
    (void)state;
    struct session_headers none = says(0, 0, NONE, K);
    for (int r = (int)UAC; r <= (int)UAS; r++) {
        struct side *x = side_open(usual());
        begin_as_uac(x, 1800, (enum session_refresher)r);
        struct session_headers sent = session_request(&x->t);
        assert_true(session_answered(&x->t, &sent, &none));
        assert_false(tmr_armed(&x->t.refresh) || tmr_armed(&x->t.expiry));
        sent = session_request(&x->t);
        assert_says("7.4: no active timer, no header", &sent, "k");
        begin_as_uac(x, 600, UAC);
        assert_int_equal(x->t.interval_s, 600);
        side_close(x);
    }
}

/* 7.4: who sends is the UAC, whoever made the call; what was told before the dialog is forgotten, what is told on it
 * is not; a 422 leaves the interval as it is (10). */
static void section_7_4_later_requests(void **state)
{
    (void)state;
    struct side *x = side_open(usual());
    struct session_headers sent = session_request(&x->t), answer = says(0, 3600, NONE, 0);
    session_too_small(&x->t, &sent, &answer);
    begin_as_uac(x, 3600, UAC);
    sent = session_request(&x->t);
    assert_says("7.4: we refresh: uac; Min-SE is cleared", &sent, "SE 3600;uac k");
    assert_true(session_too_small(&x->t, &sent, &(struct session_headers){.has_min_se = true, .min_se_s = 7200}));
    assert_int_equal(x->t.interval_s, 3600);
    sent = session_request(&x->t);
    assert_says("7.4: the maximum of Min-SE and the interval", &sent, "SE 7200;uac Min-SE 7200 k");
    answer = says(7200, 0, UAS, K | R);
    assert_false(session_answered(&x->t, &sent, &answer)); /* not what was asked for, but it holds */
    sent = session_request(&x->t);
    assert_says("7.4: our peer refreshes: uas", &sent, "SE 7200;uas Min-SE 7200 k");
    side_close(x);

    x = side_open(usual());
    begin_as_uas(x, 1800, UAS);
    sent = session_request(&x->t);
    assert_says("7.4: a called side that refreshes is the uac of its refresh", &sent, "SE 1800;uac k");
    begin_as_uas(x, 1800, UAC);
    sent = session_request(&x->t);
    assert_says("7.4: the other way round", &sent, "SE 1800;uas k");
    side_close(x);
}

static void section_7_4_update_or_invite(void **state)
{
    (void)state;
    struct session_config c = usual();
    c.method = SESSION_BY_UPDATE;
    struct side *x = side_open(c);
    assert_true(session_by_update(&x->t, true));
    assert_false(session_by_update(&x->t, false));
    x->config.method = SESSION_BY_INVITE;
    assert_false(session_by_update(&x->t, true));
    side_close(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(section_7_1_first_request),
        cmocka_unit_test(section_7_3_the_largest_of_all_422s),
        cmocka_unit_test(section_7_2_answers),
        cmocka_unit_test(section_9_seen_by_the_uac),
        cmocka_unit_test(section_7_2_off_and_on),
        cmocka_unit_test(section_7_4_later_requests),
        cmocka_unit_test(section_7_4_update_or_invite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
