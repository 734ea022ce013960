/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests of ours over UDP. Independent truth: the timers of RFC 3261 17.1 (table 4) with T1 500 ms, T2 4 s, T4 5 s
 * in closed form; the ACK of 17.1.1.3; RFC 6026. */
#include "tests/unit/proto/sip_kit.h"

static uint32_t live(const struct bench *b)
{
    return b->a->txns.client_pool.live;
}

/* The drop that the record awaited, ms before it. */
static void awaited(const struct bench *b, const struct fact *f, int64_t ms)
{
    assert_non_null(f);
    const struct fact *lost = fact_of(b->w, tie(b->w, f->id, BECAUSE_AWAITED));
    assert_non_null(lost);
    assert_string_equal(lost->text, "drop link-loss");
    assert_in_range(f->at.ns - lost->at.ns, ms * MS - MS / 10, ms * MS);
}

/* 17.1.1.2: at 500 ms, then after 1 s, 2 s, 4 s, 8 s, 16 s: seven in all, and timer B at 32 s. */
static void an_invite_that_nobody_answers(void **state)
{
    static const int64_t at_ms[] = {0, 500, 1500, 3500, 7500, 15500, 31500};
    (void)state;
    struct bench *b = open_bench();
    int64_t t0 = sim_now(b->w->sim).ns;
    struct sip_client *c = request(b, "INVITE", SIP_OVER_UDP);
    lose(b, "INVITE", 0, 99);
    run_for(b->w, dur_s(40));
    seen_at(b, "INVITE", t0, at_ms, 7);
    assert_int_equal(b->a->told_count, 1);
    assert_ptr_equal(told(b->a, TOLD_FAILURE, 0)->client, c);
    assert_int_equal(told(b->a, TOLD_FAILURE, 0)->status, SIP_TIMED_OUT);
    assert_int_equal(told(b->a, TOLD_FAILURE, 0)->at_ns, t0 + 32 * S);
    assert_int_equal(live(b), 0);
    awaited(b, fact(b->w, "sip copy 3 of INVITE, CSeq 101, to 10.1.1.2", 0), 2000);
    const struct fact *end = fact(b->w, "sip timer B: no answer to INVITE, CSeq 101, from 10.1.1.2", 0);
    awaited(b, end, 500);
    assert_string_equal(fact_of(b->w, tie(b->w, end->id, BECAUSE_LIMIT))->text, "parameter sip_t1 = 500ms");
    close_bench(b);
}

/* 17.1.2.2: the pauses double up to T2: 500 ms, 1, 2, 4, 4 s, …; timer F at 32 s. */
static void another_request_that_nobody_answers(void **state)
{
    static const int64_t at_ms[] = {0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500};
    (void)state;
    struct bench *b = open_bench();
    int64_t t0 = sim_now(b->w->sim).ns;
    request(b, "OPTIONS", SIP_OVER_UDP);
    lose(b, "OPTIONS", 0, 99);
    run_for(b->w, dur_s(40));
    seen_at(b, "OPTIONS", t0, at_ms, 11);
    assert_int_equal(told(b->a, TOLD_FAILURE, 0)->at_ns, t0 + 32 * S);
    awaited(b, fact(b->w, "sip timer F: no final answer to OPTIONS, CSeq 101, from 10.1.1.2", 0), 500);
    close_bench(b);
}

/* Copies end with the first provisional answer, and so does timer B: it may ring for minutes. */
static void ringing_takes_its_time(void **state)
{
    static const int64_t at_ms[] = {0, 500};
    (void)state;
    struct bench *b = open_bench();
    int64_t t0 = sim_now(b->w->sim).ns;
    struct sip_client *c = request(b, "INVITE", SIP_OVER_UDP);
    lose(b, "INVITE", 0, 1);
    assert_false(sip_client_is_proceeding(c));
    run_for(b->w, dur_ms(600));
    answer(told(b->b, TOLD_REQUEST, 0)->server, 180, "t-of-b");
    run_for(b->w, dur_s(120));
    assert_true(sip_client_is_proceeding(c));
    seen_at(b, "INVITE", t0, at_ms, 2);
    assert_int_equal(b->a->told_count, 1);
    assert_int_equal(told(b->a, TOLD_RESPONSE, 0)->status, 180);
    answer(told(b->b, TOLD_REQUEST, 0)->server, 200, "t-of-b");
    run_for(b->w, dur_s(1));
    assert_int_equal(told(b->a, TOLD_RESPONSE, 1)->status, 200);
    close_bench(b);
}

/* 17.1.2.2: after a provisional answer a copy each T2, and timer F runs on. */
static void a_provisional_answer_to_another_request(void **state)
{
    static const int64_t at_ms[] = {0, 500, 4500, 8500, 12500, 16500, 20500, 24500, 28500};
    (void)state;
    struct bench *b = open_bench();
    int64_t t0 = sim_now(b->w->sim).ns;
    request(b, "OPTIONS", SIP_OVER_UDP);
    run_for(b->w, dur_ms(100));
    answer(told(b->b, TOLD_REQUEST, 0)->server, 183, NULL);
    run_for(b->w, dur_s(40));
    seen_at(b, "OPTIONS", t0, at_ms, 9);
    assert_int_equal(seen_count(b, "SIP/2.0 183"), 9); /* copies of a request bring copies of its answer */
    assert_int_equal(told(b->a, TOLD_FAILURE, 0)->at_ns, t0 + 32 * S);
    close_bench(b);
}

/* 17.1.1.3: as it stands in the RFC, with the Route of the INVITE and the To of the answer. */
static void the_ack_to_a_refusal(void **state)
{
    static const char want[] = "ACK sip:200@10.1.1.2 SIP/2.0\r\n"
                               "Via: SIP/2.0/UDP 10.1.1.1:5060;branch=z9hG4bKone\r\n"
                               "Route: <sip:10.1.1.2;lr>\r\n"
                               "Route: <sip:10.1.1.9;lr>\r\n"
                               "From: <sip:100@10.1.1.1>;tag=t-of-a\r\n"
                               "To: <sip:200@10.1.1.2>;tag=t-of-b\r\n"
                               "Call-ID: call-1@10.1.1.1\r\n"
                               "CSeq: 101 ACK\r\n"
                               "Max-Forwards: 70\r\n"
                               "Content-Length: 0\r\n\r\n";
    (void)state;
    struct bench *b = open_bench();
    b->b->bare = true;
    b->a->transport.relays = true;
    request_more(b, "INVITE", "z9hG4bKone", 101, SIP_OVER_UDP,
                 "Via: SIP/2.0/UDP 10.1.1.8\r\nRoute: <sip:10.1.1.2;lr>\r\nRoute: <sip:10.1.1.9;lr>\r\n"
                 "Contact: <sip:100@10.1.1.1>\r\n"); /* as a proxy would: the topmost Via is its own */
    run_for(b->w, dur_ms(1));
    char text[SIP_MESSAGE_MAX];
    struct wr w = wr_of(text, sizeof text);
    struct sip_msg m;
    const struct told *q = told(b->b, TOLD_REQUEST, 0);
    struct rd r = rd_of(q->text, q->n);
    assert_true(sip_get(&r, &m));
    sip_answer_put(&w, &m, 486, "Busy Here", STR("t-of-b"));
    for (uint32_t i = 0; i < 3; i++) { /* the answer and two copies of it */
        assert_true(sip_transport_send(&b->b->transport, &q->from, str_of_bytes(text, wr_len(&w)), 0));
        run_for(b->w, dur_s(1));
        assert_int_equal(told_count(b->b, TOLD_REQUEST), 2 + i);
        assert_string_equal(told(b->b, TOLD_REQUEST, 1 + i)->text, want);
    }
    assert_int_equal(told_count(b->a, TOLD_RESPONSE), 1);
    assert_int_equal(told_count(b->a, TOLD_STRAY), 0);
    run_for(b->w, dur_ms(28990)); /* timer D: 32 s since the first answer at 1 ms */
    assert_int_equal(live(b), 1);
    run_for(b->w, dur_ms(20));
    assert_int_equal(live(b), 0);
    close_bench(b);
}

/* RFC 6026: a 2xx ends it for its user, its copies come by another door, for 64 T1. */
static void copies_of_a_2xx_reach_the_user(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    request(b, "INVITE", SIP_OVER_UDP);
    run_for(b->w, dur_ms(1));
    struct sip_server *t = told(b->b, TOLD_REQUEST, 0)->server;
    for (int i = 0; i < 3; i++) {
        answer(t, 200, "t-of-b");
        run_for(b->w, dur_s(1));
    }
    assert_int_equal(seen_count(b, "ACK"), 0); /* its user's (13.2.2.4) */
    assert_int_equal(told_count(b->a, TOLD_RESPONSE), 1);
    assert_int_equal(told_count(b->a, TOLD_STRAY), 2);
    assert_int_equal(told(b->a, TOLD_STRAY, 1)->status, 200);
    assert_int_equal(facts(b->w, "sip copy 2 of 200 to INVITE, CSeq 101, to 10.1.1.1"), 1);
    assert_int_equal(seen(b, "SIP/2.0 200", 2)->copy, 2);
    run_for(b->w, dur_ms(28990));
    assert_int_equal(live(b), 1);
    run_for(b->w, dur_ms(20));
    assert_int_equal(live(b), 0); /* timer M */
    close_bench(b);
}

/* Timer K: T4; until then copies of the answer are swallowed. */
static void an_answer_that_comes_twice(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    b->b->answer = 200;
    lose(b, "SIP/2.0 200", 0, 1);
    int64_t t0 = sim_now(b->w->sim).ns;
    request(b, "BYE", SIP_OVER_UDP);
    run_for(b->w, dur_ms(600));
    assert_int_equal(told_count(b->a, TOLD_RESPONSE), 1);
    assert_in_range(told(b->a, TOLD_RESPONSE, 0)->at_ns - t0, 500 * MS, 501 * MS);
    char text[SIP_MESSAGE_MAX];
    size_t n = write_request(text, "BYE", "z9hG4bKone", 101, SIP_OVER_UDP, "");
    struct sip_hop to = to_b(b, SIP_OVER_UDP);
    assert_true(sip_transport_send(&b->a->transport, &to, (struct str){text, n}, 0));
    run_for(b->w, dur_s(1));
    assert_int_equal(seen_count(b, "SIP/2.0 200"), 3);
    assert_int_equal(b->a->told_count, 1);
    assert_int_equal(live(b), 1);
    run_for(b->w, dur_ms(3890)); /* 5.5 s - 10 ms */
    assert_int_equal(live(b), 1);
    run_for(b->w, dur_ms(20));
    assert_int_equal(live(b), 0);
    close_bench(b);
}

/* 17.1.3: branch and method of CSeq; whatever else is the same. */
static void answers_find_their_request(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    struct sip_client *invite = request(b, "INVITE", SIP_OVER_UDP);
    run_for(b->w, dur_ms(1));
    struct sip_client *cancel = request(b, "CANCEL", SIP_OVER_UDP); /* the same branch (9.1) */
    struct sip_client *other = request_more(b, "OPTIONS", "z9hG4bKONE2", 102, SIP_OVER_UDP, "");
    run_for(b->w, dur_ms(1));
    for (uint32_t i = 3; i-- > 0;)
        answer(told(b->b, TOLD_REQUEST, i)->server, 200 + i, "t-of-b");
    run_for(b->w, dur_ms(1));
    assert_int_equal(told_count(b->a, TOLD_RESPONSE), 3);
    assert_ptr_equal(told(b->a, TOLD_RESPONSE, 0)->client, other);
    assert_ptr_equal(told(b->a, TOLD_RESPONSE, 1)->client, cancel);
    assert_ptr_equal(told(b->a, TOLD_RESPONSE, 2)->client, invite);
    assert_int_equal(told(b->a, TOLD_RESPONSE, 2)->status, 200);
    close_bench(b);
}

static void whom_nobody_listens_to(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    struct sip_client *c = request(b, "INVITE", SIP_OVER_UDP);
    run_for(b->w, dur_ms(1));
    answer(told(b->b, TOLD_REQUEST, 0)->server, 180, "t-of-b");
    run_for(b->w, dur_ms(1));
    sip_client_forget(c);
    run_for(b->w, dur_s(31));
    assert_int_equal(live(b), 1);
    run_for(b->w, dur_s(1));
    assert_int_equal(live(b), 0); /* 9.1: 64 T1, though it rang */
    answer(told(b->b, TOLD_REQUEST, 0)->server, 487, "t-of-b");
    run_for(b->w, dur_s(1));
    assert_int_equal(told_count(b->a, TOLD_RESPONSE), 1);
    assert_int_equal(told_count(b->a, TOLD_FAILURE), 0);
    assert_true(told_count(b->a, TOLD_STRAY) > 0);
    close_bench(b);
}

/* Before anybody answers (100 comes after 200 ms): what rings then ends, too, however often it rings. */
static void whom_nobody_listens_to_from_the_start(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    sip_client_forget(request(b, "INVITE", SIP_OVER_UDP));
    run_for(b->w, dur_s(30));
    answer(told(b->b, TOLD_REQUEST, 0)->server, 180, "t-of-b");
    run_for(b->w, dur_s(2));
    assert_int_equal(live(b), 1);
    run_for(b->w, dur_s(1));
    assert_int_equal(live(b), 0);
    answer(told(b->b, TOLD_REQUEST, 0)->server, 487, "t-of-b");
    close_bench(b);
}

static void the_power_goes(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    request(b, "INVITE", SIP_OVER_UDP);
    request_more(b, "OPTIONS", "z9hG4bKtwo", 102, SIP_OVER_UDP, "");
    run_for(b->w, dur_ms(1));
    sip_txns_power_off(&b->a->txns);
    sip_txns_power_off(&b->b->txns);
    assert_int_equal(live(b) + b->b->txns.server_pool.live, 0);
    run_for(b->w, dur_s(60));
    assert_int_equal(seen_count(b, ""), 2);
    assert_int_equal(b->a->told_count, 0);
    close_bench(b);
}

static void other_timers(void **state)
{
    static const int64_t at_ms[] = {0, 100, 300, 500, 700, 900, 1100, 1300, 1500, 1700, 1900, 2100, 2300, 2500,
                                    2700, 2900, 3100, 3300, 3500, 3700, 3900, 4100, 4300, 4500, 4700, 4900, 5100, 5300,
                                    5500, 5700, 5900, 6100, 6300};
    (void)state;
    struct bench *b = open_bench();
    b->a->timers.t1 = dur_ms(100);
    b->a->timers.t2 = dur_ms(200);
    int64_t t0 = sim_now(b->w->sim).ns;
    request(b, "OPTIONS", SIP_OVER_UDP);
    run_for(b->w, dur_s(10));
    seen_at(b, "OPTIONS", t0, at_ms, 33);
    assert_int_equal(told(b->a, TOLD_FAILURE, 0)->at_ns, t0 + 6400 * MS);
    close_bench(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_invite_that_nobody_answers),
        cmocka_unit_test(another_request_that_nobody_answers),
        cmocka_unit_test(ringing_takes_its_time),
        cmocka_unit_test(a_provisional_answer_to_another_request),
        cmocka_unit_test(the_ack_to_a_refusal),
        cmocka_unit_test(copies_of_a_2xx_reach_the_user),
        cmocka_unit_test(an_answer_that_comes_twice),
        cmocka_unit_test(answers_find_their_request),
        cmocka_unit_test(whom_nobody_listens_to),
        cmocka_unit_test(whom_nobody_listens_to_from_the_start),
        cmocka_unit_test(the_power_goes),
        cmocka_unit_test(other_timers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
