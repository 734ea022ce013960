/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Session timers through a proxy, on the wire: RFC 4028 8.1, 8.2, 8.3. A call whose BYE is lost hangs for ever without
 * them, and is gone with them when its session expires. */
#include "tests/unit/device/proxy_kit.h"

#define TIMER "Supported: timer\n"

static struct bench *bench(const char *on, const char *inserts, const char *expires, const char *min_se)
{
    const char *const settings[][2] = {{"proxy_session_timers", on},
                                       {"proxy_inserts_session_expires", inserts},
                                       {"session_expires", expires},
                                       {"min_se", min_se}};
    return bench_of(settings, 4);
}

static struct bench *usual(void)
{
    return bench("on", "on", "1800s", "90s");
}

struct request_row {
    const char *rule, *inserts, *expires, *min_se, *invite;
    const char *refused; /* Min-SE of a 422; NULL: forwarded */
    const char *se, *least; /* Session-Expires and Min-SE that b sees; "": none */
};

/* clang-format off */
static const struct request_row requests[] = {
    {"8.1: inserts", "on", "1800s", "90s", INVITE(TIMER), NULL, "1800", ""},
    {"8.1: inserts for a UAC without support, too", "on", "1800s", "90s", INVITE(""), NULL, "1800", ""},
    {"8.1: not below Min-SE", "on", "600s", "90s", INVITE(TIMER "Min-SE: 1000\n"), NULL, "1000", "1000"},
    {"8.1: need not insert", "off", "1800s", "90s", INVITE(TIMER), NULL, "", ""},
    {"8.1: reduces, and leaves all parameters", "on", "600s", "90s", INVITE(TIMER "x: 3600;a=b;refresher=uas\n"), NULL, "600;a=b;refresher=uas", ""},
    {"8.1: MUST NOT increase", "on", "7200s", "90s", INVITE(TIMER "Session-Expires: 1800;refresher=uac\n"), NULL, "1800;refresher=uac", ""},
    {"8.1: 422 with its minimum", "on", "1800s", "1800s", INVITE(TIMER "Session-Expires: 900\n"), "1800", NULL, NULL},
    {"13, message 2: 422 at 50 s", "on", "3600s", "3600s", INVITE(TIMER "Session-Expires: 50\n"), "3600", NULL, NULL},
    {"8.1: without support no 422, but a Min-SE", "on", "1800s", "1800s", INVITE("Session-Expires: 900\n"), NULL, "1800", "1800"},
    {"8.1: without support Min-SE is raised", "on", "1800s", "1800s", INVITE("Min-SE: 100\nSession-Expires: 900\n"), NULL, "1800", "1800"},
    {"8.1: with support Min-SE MUST NOT be modified", "on", "1800s", "1800s", INVITE(TIMER "Min-SE: 100\nSession-Expires: 1800\n"), NULL, "1800", "100"},
};
/* clang-format on */

static void section_8_1_on_the_wire(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        const struct request_row *r = &requests[i];
        struct bench *b = bench("on", r->inserts, r->expires, r->min_se);
        say_sip(&b->a, r->invite);
        soon(b);
        if (r->refused) {
            struct sip_msg m = next_mail(&b->a, "SIP/2.0 422 Session Interval Too Small");
            assert_header(&m, SIP_MIN_SE, r->refused);
            no_mail(&b->b);
            assert_int_equal(calls(b, NULL), 0);
        } else {
            struct sip_msg m = next_mail(&b->b, "INVITE");
            assert_header(&m, SIP_SESSION_EXPIRES, r->se);
            assert_header(&m, SIP_MIN_SE, r->least);
        }
        bench_end(b);
    }
}

static void section_5_malformed(void **state)
{
    (void)state;
    static const char *const bad[] = {INVITE(TIMER "Min-SE: 89\n"), INVITE("Session-Expires: soon\n")};
    for (int i = 0; i < 2; i++) {
        struct bench *b = usual();
        say_sip(&b->a, bad[i]);
        soon(b);
        next_mail(&b->a, "SIP/2.0 400");
        no_mail(&b->b);
        bench_end(b);
    }
}

struct answer_row {
    const char *rule, *invite, *answer;
    const char *se, *require; /* that a sees */
    int64_t gone_s; /* when the proxy forgets the call, after the 200; 0: never */
};

/* clang-format off */
static const struct answer_row answers[] = {
    {"8.2: the UAS knows nothing of it", INVITE(TIMER), "", "1800;refresher=uac", "timer", 1800},
    {"8.2: added to the Require that is there", INVITE(TIMER), "Require: 100rel\n", "1800;refresher=uac", "100rel", 1800},
    {"8.2: neither knows of it", INVITE(""), "", "", "", 0},
    {"8.2: MUST NOT modify", INVITE(TIMER), "Require: timer\nSession-Expires: 600;refresher=uas\n", "600;refresher=uas", "timer", 600},
    {"8.2: the UAS alone knows of it", INVITE(""), "Session-Expires: 1800;refresher=uas\n", "1800;refresher=uas", "", 1800},
    {"8.2: more than was asked for MUST NOT be modified either", INVITE(TIMER "x: 900\n"),
     "Require: timer\nx: 4000;refresher=uac\n", "4000;refresher=uac", "timer", 4000},
};
/* clang-format on */

/* 8.3: at its expiration the state is removed, and nobody is told: a proxy MUST NOT send BYE. */
static void section_8_2_and_8_3_on_the_wire(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        const struct answer_row *r = &answers[i];
        struct bench *b = usual();
        say_sip(&b->a, r->invite);
        soon(b);
        struct sip_msg q = next_mail(&b->b, "INVITE");
        int64_t sent = sim_now(b->w->sim).ns;
        reply(&b->b, &q, "200 OK", r->answer);
        soon(b);
        struct sip_msg m = next_mail(&b->a, "SIP/2.0 200");
        assert_header(&m, SIP_SESSION_EXPIRES, r->se);
        assert_header(&m, SIP_REQUIRE, r->require);
        assert_int_equal(sip_list_has(&m, SIP_REQUIRE, STR("timer")), r->gone_s > 0 && r->require[0]);
        run_to(b->w, sent + (r->gone_s ? r->gone_s : 10 * 86400) * S); /* forwarded some microseconds later */
        assert_int_equal(calls(b, "confirmed"), 1);
        run_for(b->w, dur_ms(1));
        assert_int_equal(calls(b, NULL), r->gone_s == 0);
        no_mail(&b->a);
        no_mail(&b->b);
        bench_end(b);
    }
}

static struct sip_msg connect(struct bench *b, const char *invite, const char *answer)
{
    say_sip(&b->a, invite);
    soon(b);
    struct sip_msg q = next_mail(&b->b, "INVITE");
    reply(&b->b, &q, "200 OK", answer);
    soon(b);
    struct sip_msg m = next_mail(&b->a, "SIP/2.0 200");
    say_sip(&b->a, LATER("ACK", "1", ""));
    soon(b);
    next_mail(&b->b, "ACK");
    return m;
}

/* The BYE is lost, each of its copies: a has gone, b knows nothing, and what the proxy believes depends on timers. */
static void lose_bye(struct bench *b)
{
    struct hub *h = b->hub->state;
    h->lose = "BYE";
    h->from = 1;
    bus_set_flow(b->w->sim, bus_flow(b->w->sim, "sip", STR("call"), 2));
    say_sip(&b->a, LATER("BYE", "2", ""));
    soon(b);
    assert_int_equal(h->lost, 1);
    no_mail(&b->b);
}

/* The user agents may well have one between them: it does not look. */
static void section_1_without_timers_a_call_hangs(void **state)
{
    (void)state;
    static const char *const answers_of_b[] = {"", "Require: timer\nSession-Expires: 600;refresher=uac\n"};
    for (int i = 0; i < 2; i++) {
        struct bench *b = bench("off", "on", "1800s", "90s");
        struct sip_msg m = connect(b, INVITE(TIMER), answers_of_b[i]);
        assert_header(&m, SIP_SESSION_EXPIRES, i ? "600;refresher=uac" : "");
        lose_bye(b);
        run_for(b->w, dur_s(30 * 86400));
        assert_int_equal(calls(b, "confirmed"), 1);
        bench_end(b);
    }
}

static void section_8_3_with_timers_it_is_gone(void **state)
{
    (void)state;
    struct bench *b = usual();
    connect(b, INVITE(TIMER), "");
    lose_bye(b);
    run_to(b->w, 1800 * S);
    assert_int_equal(calls(b, "confirmed"), 1);
    run_to(b->w, 1802 * S);
    assert_int_equal(calls(b, NULL), 0);
    no_mail(&b->a);
    no_mail(&b->b);
    const struct fact *end = fact(b->w, "proxy-call call: confirmed expired ended", 0);
    assert_non_null(end);
    const struct fact *limit = fact_of(b->w, tie(b->w, end->id, BECAUSE_LIMIT));
    assert_non_null(limit);
    assert_string_equal(limit->text, "parameter session_expires = 1800s");
    const struct fact *lost = fact_of(b->w, tie(b->w, end->id, BECAUSE_AWAITED)); /* the next exchange of a's: its BYE */
    assert_non_null(lost);
    assert_string_equal(lost->text, "drop link-loss");
    bench_end(b);
}

/* 8.2: a refresh, by re-INVITE or by UPDATE, MUST update the expiration; one that is refused does not. */
static void section_8_2_refreshes(void **state)
{
    (void)state;
    struct bench *b = usual();
    connect(b, INVITE(TIMER), "");
    run_to(b->w, 901 * S);
    say_sip(&b->a, LATER("INVITE", "2", TIMER "Session-Expires: 1800;refresher=uac\n"));
    soon(b);
    struct sip_msg q = next_mail(&b->b, "INVITE sip:10.1.1.3");
    assert_header(&q, SIP_SESSION_EXPIRES, "1800;refresher=uac");
    reply(&b->b, &q, "200 OK", "");
    soon(b);
    struct sip_msg m = next_mail(&b->a, "SIP/2.0 200");
    assert_header(&m, SIP_SESSION_EXPIRES, "1800;refresher=uac");
    say_sip(&b->a, LATER("ACK", "2", ""));
    soon(b);
    next_mail(&b->b, "ACK");
    run_to(b->w, 1801 * S);
    say_sip(&b->a, LATER("UPDATE", "3", TIMER "Session-Expires: 1800;refresher=uac\n"));
    soon(b);
    q = next_mail(&b->b, "UPDATE sip:10.1.1.3");
    reply(&b->b, &q, "200 OK", "Require: timer\nSession-Expires: 3600;refresher=uac\n");
    soon(b);
    next_mail(&b->a, "SIP/2.0 200");
    run_to(b->w, 3601 * S);
    say_sip(&b->a, LATER("UPDATE", "4", TIMER "Session-Expires: 1800;refresher=uac\n"));
    soon(b);
    q = next_mail(&b->b, "UPDATE");
    reply(&b->b, &q, "500 Server Internal Error", "");
    run_to(b->w, 5401 * S);
    assert_int_equal(calls(b, "confirmed"), 1);
    run_to(b->w, 5402 * S);
    assert_int_equal(calls(b, NULL), 0);
    bench_end(b);
}

/* 7.2, 8.2: a 2xx to a refresh without the header turns the timer off, where the proxy did not ask for it itself. */
static void section_8_2_turned_off(void **state)
{
    (void)state;
    struct bench *b = bench("on", "off", "1800s", "90s");
    connect(b, INVITE(TIMER "x: 1800\n"), "Require: timer\nx: 1800;refresher=uac\n");
    run_to(b->w, 901 * S);
    say_sip(&b->a, LATER("UPDATE", "2", TIMER));
    soon(b);
    struct sip_msg q = next_mail(&b->b, "UPDATE");
    reply(&b->b, &q, "200 OK", TIMER);
    run_for(b->w, dur_s(100000));
    assert_int_equal(calls(b, "confirmed"), 1);
    bench_end(b);
}

/* The table as a user sees it. */
static void the_table_of_calls(void **state)
{
    (void)state;
    struct bench *b = usual();
    connect(b, INVITE(TIMER), "");
    run_to(b->w, 601 * S);
    struct shown *x = show(b->proxy, "calls");
    assert_string_equal(x->text, "Call-ID                                      State                Age   Expires in\n"
                                 "call                                         confirmed        0:10:00      0:20:00\n"
                                 "1 calls\n");
    shown_close(x);
    bench_end(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(section_8_1_on_the_wire),
        cmocka_unit_test(section_5_malformed),
        cmocka_unit_test(section_8_2_and_8_3_on_the_wire),
        cmocka_unit_test(section_1_without_timers_a_call_hangs),
        cmocka_unit_test(section_8_3_with_timers_it_is_gone),
        cmocka_unit_test(section_8_2_refreshes),
        cmocka_unit_test(section_8_2_turned_off),
        cmocka_unit_test(the_table_of_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
