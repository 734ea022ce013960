/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a proxy does to session timers: RFC 4028 8.1 and 8.2, rule by rule. */
#include "models/proto/session_proxy.h"
#include "tests/unit/proto/session_kit.h"

struct request_row {
    const char *rule;
    bool inserts;
    uint32_t expires_s, least_s; /* the proxy's */
    uint32_t se, min_se;
    enum session_refresher refresher;
    unsigned tags;
    const char *expected; /* in front "422" or "fwd" */
};

/* clang-format off */
static const struct request_row requests[] = {
    {"8.1: MAY insert Session-Expires",                       true,  1800, 90,   0,    0,    NONE, K, "fwd SE 1800 k"},
    {"8.1: also for a UAC without the extension",             true,  1800, 90,   0,    0,    NONE, 0, "fwd SE 1800 "},
    {"8.1: with no refresher, and not below Min-SE",          true,  600,  90,   0,    1000, NONE, K, "fwd SE 1000 Min-SE 1000 k"},
    {"8.1: what it inserts is not below its own least",       true,  600,  900,  0,    0,    NONE, K, "fwd SE 900 k"},
    {"8.1: need not insert",                                  false, 1800, 90,   0,    0,    NONE, K, "fwd k"},
    {"8.1: MAY reduce",                                       false, 600,  90,   3600, 0,    NONE, K, "fwd SE 600 k"},
    {"8.1: but not below Min-SE",                             false, 600,  90,   3600, 1800, NONE, K, "fwd SE 1800 Min-SE 1800 k"},
    {"8.1: nor below 90 s without Min-SE",                    false, 1,    1,    3600, 0,    NONE, K, "fwd SE 90 k"},
    {"8.1: MUST NOT increase",                                true,  7200, 90,   1800, 0,    NONE, K, "fwd SE 1800 k"},
    {"8.1: equal to Min-SE is not increased either",          true,  7200, 90,   1800, 1800, NONE, K, "fwd SE 1800 Min-SE 1800 k"},
    {"8.1: MUST increase when below Min-SE",                  false, 7200, 90,   600,  1000, NONE, K, "fwd SE 1000 Min-SE 1000 k"},
    {"8.1: the refresher passes as it is, reduced or not",    false, 600,  90,   3600, 0,    UAS,  K, "fwd SE 600;uas k"},
    {"8.1: uac, too",                                         true,  7200, 90,   3600, 0,    UAC,  K, "fwd SE 3600;uac k"},
    {"8.1: MAY reject with 422, which has its minimum",       false, 1800, 1800, 900,  0,    NONE, K, "422 Min-SE 1800 "},
    {"8.1: one second below",                                 false, 1800, 1800, 1799, 0,    NONE, K, "422 Min-SE 1800 "},
    {"8.1: not at its minimum",                               false, 1800, 1800, 1800, 0,    NONE, K, "fwd SE 1800 k"},
    {"8.1: its minimum MUST NOT be lower than 90",            false, 1800, 0,    50,   0,    NONE, K, "422 Min-SE 90 "},
    {"8.1: without support: inserts Min-SE, increases SE",    false, 1800, 1800, 900,  0,    NONE, 0, "fwd SE 1800 Min-SE 1800 "},
    {"8.1: without support: increases Min-SE and SE",         false, 1800, 1800, 900,  500,  NONE, 0, "fwd SE 1800 Min-SE 1800 "},
    {"8.1: without support: MUST NOT decrease Min-SE",        false, 1800, 1800, 900,  3600, NONE, 0, "fwd SE 3600 Min-SE 3600 "},
    {"8.1: without support, large enough: no Min-SE",         false, 1800, 1800, 1800, 0,    NONE, 0, "fwd SE 1800 "},
    {"8.1: with support MUST NOT insert Min-SE",              false, 1800, 1800, 3600, 0,    NONE, K, "fwd SE 1800 k"},
    {"8.1: with support MUST NOT modify Min-SE",              false, 1800, 1800, 1800, 100,  NONE, K, "fwd SE 1800 Min-SE 100 k"},
    {"8.1: Require passes",                                   true,  1800, 90,   0,    0,    NONE, K | R, "fwd SE 1800 kr"},
};

struct answer_row {
    const char *rule;
    unsigned uac; /* K: supports */
    uint32_t asked_s; /* of the forwarded request; 0: none */
    uint32_t se;
    enum session_refresher refresher;
    unsigned tags;
    const char *expected;
    uint32_t interval_s;
};

static const struct answer_row answers[] = {
    {"8.2: there: no modification",                          K, 1800, 900,  UAS,  K | R, "SE 900;uas kr",  900},
    {"8.2: MUST NOT modify one, though greater than asked",  K, 1800, 3600, UAC,  R,     "SE 3600;uac r",  3600},
    {"8.2: the UAS knows nothing, the UAC does",             K, 1800, 0,    NONE, 0,     "SE 1800;uac r",  1800},
    {"8.2: timer is added to a Require that is there",       K, 3600, 0,    NONE, K,     "SE 3600;uac kr", 3600},
    {"8.2: neither knows of it",                             0, 1800, 0,    NONE, 0,     "",               0},
    {"8.2: the UAS alone refreshes",                         0, 1800, 1800, UAS,  K,     "SE 1800;uas k",  1800},
    {"8.2: it did not ask for one",                          K, 0,    0,    NONE, 0,     "",               0},
    {"8.2: it did not ask, the UAS did: it expires",         K, 0,    1800, UAC,  K | R, "SE 1800;uac kr", 1800},
};
/* clang-format on */

static void section_8_1_requests(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        const struct request_row *r = &requests[i];
        struct session_proxy_config c = {true, r->inserts, dur_s(r->expires_s), dur_s(r->least_s)};
        struct session_headers h = says(r->se, r->min_se, r->refresher, r->tags);
        struct session_asked asked;
        bool forward = session_proxy_request(&c, &h, &asked);
        if (forward != (r->expected[0] == 'f'))
            fail_msg("%s: %s", r->rule, forward ? "forwarded" : "refused");
        assert_says(r->rule, &h, r->expected + 4);
        assert_int_equal(asked.uac_supports, (r->tags & K) > 0);
        if (!forward)
            continue;
        assert_int_equal(asked.uses, h.has_expires); /* 8.1: MUST remember */
        assert_int_equal(asked.expires_s, h.expires_s);
    }
}

static void section_8_2_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        const struct answer_row *r = &answers[i];
        struct session_asked asked = {.uses = r->asked_s > 0, .uac_supports = r->uac & K, .expires_s = r->asked_s};
        struct session_headers h = says(r->se, 0, r->refresher, r->tags);
        uint32_t interval_s = session_proxy_answer(&asked, &h);
        assert_says(r->rule, &h, r->expected);
        if (interval_s != r->interval_s)
            fail_msg("%s: expires after %u s", r->rule, interval_s);
    }
}

/* Without session timers all of it passes as it came. */
static void section_8_a_proxy_that_does_not_care(void **state)
{
    (void)state;
    struct session_proxy_config c = {false, true, dur_s(1800), dur_s(1800)};
    struct session_headers h = says(50, 90, UAC, K), none = {0};
    struct session_asked asked;
    assert_true(session_proxy_request(&c, &h, &asked));
    assert_says("8", &h, "SE 50;uac Min-SE 90 k");
    assert_int_equal(session_proxy_answer(&asked, &none), 0);
    assert_says("8", &none, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(section_8_1_requests),
        cmocka_unit_test(section_8_2_answers),
        cmocka_unit_test(section_8_a_proxy_that_does_not_care),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
