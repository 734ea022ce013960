/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How requests end at a stateful proxy when they are not simply answered: RFC 3261 9, 16.7, 16.8, 16.10. Independent
 * truth: the RFC's timers, added up by hand. */
#include "tests/unit/device/proxy_kit.h"

/* 9.1, 16.10: after a provisional answer at once, before one as soon as it comes; 200 at once, and 487 by way of b. */
static void section_16_10_cancel(void **state)
{
    (void)state;
    static const char cancel[] = "CANCEL sip:5@10.1.1.1 SIP/2.0\nVia: SIP/2.0/UDP {}:5060;branch=z9hG4bKa1\n"
                                 "From: <sip:1@{}>;tag=f\nTo: <sip:5@10.1.1.1>\nCall-ID: call\nCSeq: 1 CANCEL\nMax-Forwards: 70\n";
    for (int early = 0; early < 2; early++) {
        struct bench *b = plain_bench();
        say_sip(&b->a, INVITE(""));
        soon(b);
        struct sip_msg q = next_mail(&b->b, "INVITE");
        if (!early) {
            reply(&b->b, &q, "180 Ringing", "");
            soon(b);
            next_mail(&b->a, "SIP/2.0 180");
        }
        say_sip(&b->a, cancel);
        soon(b);
        next_mail(&b->a, "SIP/2.0 200");
        if (early) {
            no_mail(&b->b);
            reply(&b->b, &q, "100 Trying", "");
            soon(b);
        }
        struct sip_msg c = next_mail(&b->b, "CANCEL sip:5@10.1.1.3");
        assert_int_equal(vias(&c), 1);
        struct sip_via of_invite, of_cancel;
        assert_true(sip_via(&q, &of_invite) && sip_via(&c, &of_cancel) && str_eq(of_invite.branch, of_cancel.branch));
        reply(&b->b, &c, "200 OK", "");
        reply(&b->b, &q, "487 Request Terminated", "");
        soon(b);
        next_mail(&b->b, "ACK sip:5@10.1.1.3"); /* 17.1.1.3: by the hop */
        next_mail(&b->a, "SIP/2.0 487");
        assert_int_equal(calls(b, NULL), 0);
        say_sip(&b->a, "ACK sip:5@10.1.1.1 SIP/2.0\nVia: SIP/2.0/UDP {}:5060;branch=z9hG4bKa1\nFrom: <sip:1@{}>;tag=f\n"
                       "To: <sip:5@10.1.1.1>;tag=t\nCall-ID: call\nCSeq: 1 ACK\nMax-Forwards: 70\n");
        soon(b);
        no_mail(&b->b);
        bench_end(b);
    }
}

/* 16.7, 17.1.1.2: nobody answers: seven copies, then 408 after 64 T1. */
static void section_16_7_no_answer(void **state)
{
    (void)state;
    struct bench *b = plain_bench();
    int64_t begin = sim_now(b->w->sim).ns;
    say_sip(&b->a, INVITE(""));
    run_for(b->w, dur_ms(31800));
    for (int i = 0; i < 7; i++)
        next_mail(&b->b, "INVITE");
    next_mail(&b->a, "SIP/2.0 100"); /* 17.2.1: after 200 ms */
    no_mail(&b->a);
    run_for(b->w, dur_s(2));
    next_mail(&b->a, "SIP/2.0 408");
    assert_in_range(b->a.mail[1].at_ns - begin, 32 * S, 32 * S + 20000000);
    assert_int_equal(calls(b, NULL), 0);
    bench_end(b);
}

/* 16.8: it rings for ever. Timer C counts from the last 1xx that is more than 100; then CANCEL; no 487 comes. */
static void section_16_8_timer_c(void **state)
{
    (void)state;
    struct bench *b = plain_bench();
    say_sip(&b->a, INVITE(""));
    soon(b);
    struct sip_msg q = next_mail(&b->b, "INVITE");
    run_for(b->w, dur_s(10));
    b->b.read = b->b.count;
    reply(&b->b, &q, "180 Ringing", "");
    int64_t rang = sim_now(b->w->sim).ns;
    run_for(b->w, dur_s(180));
    no_mail(&b->b);
    run_for(b->w, dur_s(2));
    next_mail(&b->b, "CANCEL");
    assert_in_range(b->b.mail[b->b.read - 1].at_ns - rang, 181 * S, 181 * S + 20000000);
    run_for(b->w, dur_s(32));
    next_mail(&b->a, "SIP/2.0 100");
    next_mail(&b->a, "SIP/2.0 180");
    next_mail(&b->a, "SIP/2.0 408");
    assert_int_equal(calls(b, NULL), 0);
    bench_end(b);
}

/* 16.7 step 5: after timer C and 408 b answers all the same: its 2xx is passed on, when it says it once more. */
static void section_16_7_answered_after_408(void **state)
{
    (void)state;
    struct bench *b = plain_bench();
    say_sip(&b->a, INVITE(""));
    soon(b);
    struct sip_msg q = next_mail(&b->b, "INVITE");
    reply(&b->b, &q, "180 Ringing", "");
    run_for(b->w, dur_s(181 + 32 + 1));
    next_mail(&b->a, "SIP/2.0 180");
    next_mail(&b->a, "SIP/2.0 408");
    b->a.read = b->a.count; /* copies of it: there was no ACK */
    reply(&b->b, &q, "200 OK", "");
    soon(b);
    reply(&b->b, &q, "200 OK", "");
    soon(b);
    struct sip_msg ok = next_mail(&b->a, "SIP/2.0 200");
    assert_int_equal(vias(&ok), 1);
    bench_end(b);
}

/* 15.1.1, 16.7: b is gone: the BYE is answered 408, and the call is over. */
static void section_15_1_a_bye_without_answer(void **state)
{
    (void)state;
    struct bench *b = plain_bench();
    plain_call(b);
    say_sip(&b->a, LATER("BYE", "2", ""));
    run_for(b->w, dur_s(33));
    assert_int_equal(calls(b, NULL), 0);
    bench_end(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(section_16_10_cancel),
        cmocka_unit_test(section_16_7_no_answer),
        cmocka_unit_test(section_16_8_timer_c),
        cmocka_unit_test(section_16_7_answered_after_408),
        cmocka_unit_test(section_15_1_a_bye_without_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
