/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What nobody should say to a proxy, and hops that are not there: answered or dropped, never more. */
#include "tests/unit/device/proxy_kit.h"

/* 60 headers of its own, and the proxy's do not fit any more: refused, not cut. */
static void too_many_headers_to_pass_on(void **state)
{
    (void)state;
    struct bench *b = plain_bench();
    char text[MAIL_BYTES];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_cstr(&t, INVITE(""));
    for (int i = 0; i < SIP_HEADERS_MAX - 8; i++)
        txtbuf_cstr(&t, "X: 1\n");
    say_sip(&b->a, text); /* with Content-Length: 64 */
    soon(b);
    struct sip_msg m = next_mail(&b->a, "SIP/2.0 5");
    assert_true(m.status == 500 || m.status == 513);
    no_mail(&b->b);
    assert_int_equal(calls(b, NULL), 0);
    bench_end(b);
}

/* Over TCP to one who has none: 16.9, 500 or 408, and the call is forgotten. */
static void a_hop_that_is_not_there(void **state)
{
    (void)state;
    static const char *const nowhere[][2] = {{"routes", "*=10.1.1.99/tcp"}, {"routes", "*=10.1.1.99"}, {"routes", "*=172.16.0.1"}};
    for (int i = 0; i < 3; i++) {
        struct bench *b = bench_of(&nowhere[i], 1);
        say_sip(&b->a, INVITE(""));
        run_for(b->w, dur_s(40));
        struct mail *last = &b->a.mail[b->a.count - 1];
        assert_true(strncmp(last->text, "SIP/2.0 408", 11) == 0 || strncmp(last->text, "SIP/2.0 500", 11) == 0);
        assert_int_equal(calls(b, NULL), 0);
        bench_end(b);
    }
}

/* A response that b made up, for a request that nobody sent, and requests that answer nothing. */
static void responses_out_of_nowhere(void **state)
{
    (void)state;
    struct bench *b = plain_bench();
    say_sip(&b->b, "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 10.1.1.1:5060;branch=z9hG4bKnone\nFrom: <sip:1@h>;tag=f\nTo: <sip:2@h>;tag=t\n"
                   "Call-ID: x\nCSeq: 1 INVITE\n"); /* no Via is left to go by */
    soon(b); /* the first datagram finds the way */
    say_sip(&b->b, "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 10.1.1.1:5060;branch=z9hG4bKnone\nVia: SIP/2.0/UDP nobody.example\n"
                   "From: <sip:1@h>;tag=f\nTo: <sip:2@h>;tag=t\nCall-ID: x\nCSeq: 1 INVITE\n");
    say_sip(&b->b, "ACK sip:5@nobody.example SIP/2.0\nVia: SIP/2.0/UDP {};branch=z9hG4bKq\nFrom: <sip:1@h>;tag=f\n"
                   "To: <sip:2@h>;tag=t\nCall-ID: x\nCSeq: 1 ACK\nMax-Forwards: 70\n");
    say_sip(&b->b, "CANCEL sip:5@10.1.1.2 SIP/2.0\nVia: SIP/2.0/UDP {};branch=z9hG4bKr\nFrom: <sip:1@h>;tag=f\n"
                   "To: <sip:2@h>\nCall-ID: x\nCSeq: 1 CANCEL\nMax-Forwards: 70\n");
    soon(b);
    assert_int_equal(facts(b->w, "segment-discarded sip-unanswerable"), 2);
    assert_int_equal(facts(b->w, "segment-discarded sip-unroutable"), 1);
    next_mail(&b->a, "CANCEL"); /* 16.10: of nothing that we know: it goes its way */
    no_mail(&b->b);
    bench_end(b);
}

/* A call's messages with bytes changed, lost and doubled; whatever comes of them, the books balance. */
static void messages_spoilt_at_random(void **state)
{
    (void)state;
    static const char *const said[] = {
        INVITE("Supported: timer\nSession-Expires: 1800\nRoute: <sip:10.1.1.1;lr>, <sip:10.1.1.3;lr>\n"),
        LATER("BYE", "2", "Proxy-Require: timer\n"),
        LATER("UPDATE", "3", "k: timer\nx: 1800;refresher=uas\nMin-SE: 90\n"),
        "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 10.1.1.1:5060;branch=z9hG4bKx\nVia: SIP/2.0/UDP 10.1.1.2;rport=5060;received=10.1.1.2\n"
        "From: <sip:1@h>;tag=f\nTo: <sip:2@h>;tag=t\nCall-ID: call\nCSeq: 1 INVITE\nRequire: timer\n",
    };
    struct bench *b = bench_of(NULL, 0);
    struct rng dice;
    rng_seed(&dice, 7, "spoil");
    b->w->sink.mask = 0; /* too many facts to keep */
    b->w->sink.because = NULL;
    for (int i = 0; i < 4000; i++) {
        char text[MAIL_BYTES];
        struct txtbuf t = txtbuf_of(text, sizeof text);
        txtbuf_cstr(&t, said[rng_u32(&dice) % 4]);
        for (uint32_t n = rng_u32(&dice) % 6; n > 0; n--) {
            uint32_t at = rng_u32(&dice) % (uint32_t)t.n;
            if (rng_u32(&dice) % 2)
                text[at] = (char)(1 + rng_u32(&dice) % 127);
            else
                text[at] = text[rng_u32(&dice) % (uint32_t)t.n];
        }
        say_sip(rng_u32(&dice) % 2 ? &b->a : &b->b, text);
        run_for(b->w, dur_ms(rng_u32(&dice) % 400));
        b->a.count = b->b.count = 0;
    }
    for (int i = 0; i < 100; i++) { /* copies of what nobody answers */
        run_for(b->w, dur_s(1));
        b->a.count = b->b.count = 0;
    }
    b->a.read = b->b.read = 0;
    bench_end(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(too_many_headers_to_pass_on),
        cmocka_unit_test(a_hop_that_is_not_there),
        cmocka_unit_test(responses_out_of_nowhere),
        cmocka_unit_test(messages_spoilt_at_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
