/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stateful proxy on the wire, between two peers that speak by hand: RFC 3261 16, 13.3.1.4. Independent truth: the
 * messages of these sections. */
#include "tests/unit/device/proxy_kit.h"

static void section_16_a_whole_call(void **state)
{
    (void)state;
    struct bench *b = plain_bench();
    say_sip(&b->a, INVITE("Subject: hello\nX-Unknown: 1, 2\n"));
    soon(b);
    struct sip_msg q = next_mail(&b->b, "INVITE sip:5@10.1.1.3 SIP/2.0");
    assert_int_equal(vias(&q), 2);
    assert_header(&q, SIP_MAX_FORWARDS, "69");
    assert_header(&q, SIP_RECORD_ROUTE, "<sip:10.1.1.1;lr>");
    assert_true(str_eq(sip_header_named(&q, STR("X-Unknown")), STR("1, 2")));
    assert_false(q.first[SIP_SESSION_EXPIRES]);
    assert_int_equal(calls(b, "proceeding"), 1);
    reply(&b->b, &q, "100 Trying", "");
    reply(&b->b, &q, "180 Ringing", "");
    soon(b);
    struct sip_msg m = next_mail(&b->a, "SIP/2.0 180"); /* 16.7 step 5: no 100 */
    assert_int_equal(vias(&m), 1);
    reply(&b->b, &q, "200 OK", "");
    soon(b);
    m = next_mail(&b->a, "SIP/2.0 200 OK");
    assert_int_equal(vias(&m), 1);
    assert_header(&m, SIP_RECORD_ROUTE, "<sip:10.1.1.1;lr>");
    assert_int_equal(calls(b, "confirmed"), 1);
    say_sip(&b->a, LATER("ACK", "1", ""));
    soon(b);
    m = next_mail(&b->b, "ACK sip:10.1.1.3");
    assert_false(m.first[SIP_ROUTE]);
    assert_false(m.first[SIP_RECORD_ROUTE]);
    say_sip(&b->a, LATER("BYE", "2", ""));
    soon(b);
    m = next_mail(&b->b, "BYE sip:10.1.1.3");
    assert_int_equal(calls(b, "confirmed"), 1); /* until it is answered */
    reply(&b->b, &m, "200 OK", "");
    soon(b);
    next_mail(&b->a, "SIP/2.0 200");
    assert_int_equal(calls(b, NULL), 0);
    assert_non_null(fact(b->w, "proxy-call call: idle invite proceeding", 0));
    assert_non_null(fact(b->w, "proxy-call call: proceeding answered confirmed", 0));
    assert_non_null(fact(b->w, "proxy-call call: confirmed bye-answered ended", 0));
    no_mail(&b->a);
    no_mail(&b->b);
    bench_end(b);
}

/* 16.3: what is not forwarded, with the status that it is answered with. */
static void section_16_3_refused(void **state)
{
    (void)state;
    static const struct {
        const char *invite, *status;
    } rows[] = {
        {INVITE("Proxy-Require: foo\n"), "SIP/2.0 420"},
        {INVITE("Via: SIP/2.0/UDP 10.1.1.1:5060;branch=z9hG4bKzz\n"), NULL}, /* a spiral is none of these */
        {"INVITE sip:5@10.1.1.1 SIP/2.0\nVia: SIP/2.0/UDP {};branch=z9hG4bKm\nFrom: <sip:1@{}>;tag=f\n"
         "To: <sip:5@10.1.1.1>\nCall-ID: c2\nCSeq: 1 INVITE\nMax-Forwards: 0\n", "SIP/2.0 483"},
        {"INVITE tel:5 SIP/2.0\nVia: SIP/2.0/UDP {};branch=z9hG4bKn\nFrom: <sip:1@{}>;tag=f\n"
         "To: <sip:5@10.1.1.1>\nCall-ID: c3\nCSeq: 1 INVITE\nMax-Forwards: 70\n", "SIP/2.0 416"},
        {"OPTIONS sip:5@nowhere.example SIP/2.0\nVia: SIP/2.0/UDP {};branch=z9hG4bKo\nFrom: <sip:1@{}>;tag=f\n"
         "To: <sip:5@10.1.1.1>\nCall-ID: c4\nCSeq: 1 OPTIONS\nMax-Forwards: 70\n", "SIP/2.0 404"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench *b = plain_bench();
        say_sip(&b->a, rows[i].invite);
        soon(b);
        if (rows[i].status) {
            struct sip_msg m = next_mail(&b->a, rows[i].status);
            if (m.status == 420)
                assert_header(&m, SIP_UNSUPPORTED, "foo"); /* 16.3 step 5: MUST */
            no_mail(&b->b);
            assert_int_equal(calls(b, NULL), 0);
        } else {
            next_mail(&b->b, "INVITE");
        }
        bench_end(b);
    }
}

/* 16.3 step 4: it comes back by the second proxy: with another Route, as was asked for, it is a spiral; as it was, since
 * somebody sends it where it was, it is a loop. */
static void section_16_3_spiral_and_loop(void **state)
{
    (void)state;
    struct bench *b = plain_bench();
    say_sip(&b->a, INVITE("Route: <sip:10.1.1.1;lr>,<sip:10.1.1.4;lr>,<sip:10.1.1.1;lr>\n"));
    soon(b);
    struct sip_msg m = next_mail(&b->b, "INVITE sip:5@10.1.1.3");
    assert_int_equal(vias(&m), 4);
    bench_end(b);

    b = plain_bench();
    say_sip(&b->a, INVITE(""));
    soon(b);
    m = next_mail(&b->b, "INVITE sip:5@10.1.1.3");
    char text[600];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    struct sip_via via;
    assert_true(sip_via(&m, &via));
    txtbuf_add(&t, "INVITE sip:5@10.1.1.1 SIP/2.0\nVia: SIP/2.0/UDP {}:5060;branch=z9hG4bKb1\n"
               "Via: SIP/2.0/UDP 10.1.1.1:5060;branch=%.*s\nFrom: <sip:1@10.1.1.2>;tag=f\nTo: <sip:5@10.1.1.1>\n"
               "Call-ID: call\nCSeq: 1 INVITE\nMax-Forwards: 68\n", STR_ARG(via.branch));
    say_sip(&b->b, text);
    soon(b);
    next_mail(&b->b, "SIP/2.0 482");
    bench_end(b);
}

/* 16.7 step 6: a 503 of b's says nothing of the proxy. */
static void section_16_7_a_503_becomes_500(void **state)
{
    (void)state;
    struct bench *b = plain_bench();
    say_sip(&b->a, INVITE(""));
    soon(b);
    struct sip_msg q = next_mail(&b->b, "INVITE");
    reply(&b->b, &q, "503 Service Unavailable", "");
    soon(b);
    next_mail(&b->a, "SIP/2.0 500");
    bench_end(b);
}

/* 13.3.1.4: b repeats its 200 until the ACK comes; each copy is passed on, and starts nothing anew. */
static void section_16_7_copies_of_a_2xx(void **state)
{
    (void)state;
    struct bench *b = plain_bench();
    struct sip_msg q = plain_call(b);
    for (int i = 0; i < 3; i++) {
        reply(&b->b, &q, "200 OK", "");
        soon(b);
        struct sip_msg m = next_mail(&b->a, "SIP/2.0 200");
        assert_int_equal(vias(&m), 1);
    }
    run_for(b->w, dur_s(100)); /* its transactions are over: stateless (16.11) */
    reply(&b->b, &q, "200 OK", "");
    soon(b);
    next_mail(&b->a, "SIP/2.0 200");
    no_mail(&b->a);
    assert_int_equal(facts(b->w, "proxy-call call: proceeding answered confirmed"), 1);
    bench_end(b);
}

/* 18, 16.6 step 4: from UDP to TCP and on over UDP by a second proxy: its answers and later requests find the way. */
static void section_16_over_udp_and_tcp(void **state)
{
    (void)state;
    struct bench *b = plain_bench();
    b->b.to = 4;
    say_sip(&b->a, INVITE("Route: <sip:10.1.1.1;lr>,<sip:10.1.1.4;transport=tcp;lr>\n"));
    soon(b);
    struct sip_msg q = next_mail(&b->b, "INVITE sip:5@10.1.1.3");
    assert_int_equal(vias(&q), 3);
    struct str one, expected[] = {STR("<sip:10.1.1.4;lr>"), STR("<sip:10.1.1.4;transport=tcp;lr>"),
                                  STR("<sip:10.1.1.1;transport=tcp;lr>"), STR("<sip:10.1.1.1;lr>")};
    struct sip_list l = sip_list_of(&q, SIP_RECORD_ROUTE);
    for (int i = 0; i < 4; i++) {
        assert_true(sip_list_next(&l, &one));
        assert_true(str_eq(one, expected[i])); /* RFC 5658: both sides of each */
    }
    reply(&b->b, &q, "200 OK", "");
    soon(b);
    next_mail(&b->a, "SIP/2.0 200");
    /* b hangs up: its route set is in the order of Record-Route */
    say_sip(&b->b, "BYE sip:1@10.1.1.2 SIP/2.0\nVia: SIP/2.0/UDP {}:5060;branch=z9hG4bKb1\nFrom: <sip:5@10.1.1.1>;tag=t\n"
                   "To: <sip:1@10.1.1.2>;tag=f\nCall-ID: call\nCSeq: 7 BYE\nMax-Forwards: 70\n"
                   "Route: <sip:10.1.1.4;lr>,<sip:10.1.1.4;transport=tcp;lr>,<sip:10.1.1.1;transport=tcp;lr>,<sip:10.1.1.1;lr>\n");
    soon(b);
    struct sip_msg bye = next_mail(&b->a, "BYE sip:1@10.1.1.2");
    assert_int_equal(vias(&bye), 3);
    assert_false(bye.first[SIP_ROUTE]);
    reply(&b->a, &bye, "200 OK", "");
    soon(b);
    next_mail(&b->b, "SIP/2.0 200");
    assert_int_equal(calls(b, NULL), 0);
    bench_end(b);
}

/* 11: somebody asks the proxy itself; a number that is none is not found. */
static void section_11_options(void **state)
{
    (void)state;
    struct bench *b = plain_bench();
    say_sip(&b->a, "OPTIONS sip:10.1.1.1 SIP/2.0\nVia: SIP/2.0/UDP {};branch=z9hG4bKo\nFrom: <sip:1@{}>;tag=f\n"
                   "To: <sip:10.1.1.1>\nCall-ID: c5\nCSeq: 1 OPTIONS\nMax-Forwards: 70\n");
    soon(b);
    next_mail(&b->a, "SIP/2.0 200");
    say_sip(&b->a, "MESSAGE sip:10.1.1.1 SIP/2.0\nVia: SIP/2.0/UDP {};branch=z9hG4bKp\nFrom: <sip:1@{}>;tag=f\n"
                   "To: <sip:10.1.1.1>\nCall-ID: c5\nCSeq: 2 MESSAGE\nMax-Forwards: 70\n");
    soon(b);
    next_mail(&b->a, "SIP/2.0 404");
    no_mail(&b->b);
    bench_end(b);
}

static void what_it_cannot_be_told(void **state)
{
    static const struct {
        struct setting setting;
        const char *want;
    } bad[] = {
        {{STR("routes"), STR("5=10.1.1.300")}, "parameter 'routes': route '5=10.1.1.300': '10.1.1.300' is no address"},
        {{STR("session_expires"), STR("1800.5s")}, "parameter 'session_expires': must be whole seconds"},
        {{STR("min_se"), STR("90.1s")}, "parameter 'min_se': must be whole seconds"},
    };
    struct bench *k = bench_of(NULL, 0);
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char name[] = "proxy0", mac[] = "02:00:00:00:00:90", address[] = "10.1.1.90";
        struct node *n;
        struct err e = {0};
        name[5] = mac[16] = address[8] = (char)('0' + i);
        struct setting s[] = {{STR("mac"), str_of(mac)}, {STR("address"), str_of(address)}, bad[i].setting};
        assert_false(net_add_node(k->w->net, STR("sip-proxy"), str_of(name), s, 3, &n, &e));
        if (!strstr(e.msg, bad[i].want))
            fail_msg("'%s' lacks '%s'", e.msg, bad[i].want);
    }
    bench_end(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(section_16_a_whole_call),
        cmocka_unit_test(section_16_3_refused),
        cmocka_unit_test(section_16_3_spiral_and_loop),
        cmocka_unit_test(section_16_7_a_503_becomes_500),
        cmocka_unit_test(section_16_7_copies_of_a_2xx),
        cmocka_unit_test(section_16_over_udp_and_tcp),
        cmocka_unit_test(section_11_options),
        cmocka_unit_test(what_it_cannot_be_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
