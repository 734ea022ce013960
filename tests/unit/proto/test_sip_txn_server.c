/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests to us over UDP. Independent truth: the timers of RFC 3261 17.2 (table 4) with T1 500 ms, T2 4 s, T4 5 s in
 * closed form; RFC 6026. */
#include "tests/unit/proto/sip_kit.h"

static uint32_t live(const struct bench *b)
{
    return b->b->txns.server_pool.live;
}

/* 17.2.1: after 200 ms; a copy of the INVITE brings a copy of it. */
static void a_hundred_trying(void **state)
{
    static const int64_t at_ms[] = {200, 301};
    (void)state;
    struct bench *b = open_bench();
    int64_t t0 = sim_now(b->w->sim).ns;
    ask(b, "INVITE", "z9hG4bKone", 101);
    run_for(b->w, dur_ms(99));
    ask(b, "INVITE", "z9hG4bKone", 101); /* before the 100 there is nothing to repeat */
    assert_int_equal(facts(b->w, "sip INVITE, CSeq 101, came again and has no answer yet"), 1);
    run_for(b->w, dur_ms(200));
    ask(b, "INVITE", "z9hG4bKone", 101);
    seen_at(b, "SIP/2.0 100 Trying", t0, at_ms, 2);
    assert_int_equal(told_count(b->b, TOLD_REQUEST), 1);
    const struct told *t = told(b->a, TOLD_STRAY, 0);
    assert_string_equal(t->text, "SIP/2.0 100 Trying\r\nVia: SIP/2.0/UDP 10.1.1.1:5060;branch=z9hG4bKone\r\n"
                                 "From: <sip:100@10.1.1.1>;tag=t-of-a\r\nTo: <sip:200@10.1.1.2>\r\n"
                                 "Call-ID: call-1@10.1.1.1\r\nCSeq: 101 INVITE\r\nContent-Length: 0\r\n\r\n");
    answer(server(b, 0), 200, "t-of-b");
    close_bench(b);
}

static void no_hundred_when_it_is_quick(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    ask(b, "INVITE", "z9hG4bKone", 101);
    run_for(b->w, dur_ms(190));
    answer(server(b, 0), 180, "t-of-b");
    ask(b, "OPTIONS", "z9hG4bKtwo", 102); /* 100 is for INVITE alone (8.2.6.1) */
    run_for(b->w, dur_s(2));
    assert_int_equal(seen_count(b, "SIP/2.0 100"), 0);
    assert_int_equal(seen_count(b, "SIP/2.0 180"), 1);
    ask(b, "INVITE", "z9hG4bKone", 101);
    assert_int_equal(seen_count(b, "SIP/2.0 180"), 2);
    answer(server(b, 0), 200, "t-of-b");
    close_bench(b);
}

/* Timer G: 500 ms, 1, 2, 4, 4 s, …; timer H at 32 s. */
static void a_refusal_that_nobody_acknowledges(void **state)
{
    static const int64_t at_ms[] = {0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500};
    (void)state;
    struct bench *b = open_bench();
    ask(b, "INVITE", "z9hG4bKone", 101);
    int64_t t0 = sim_now(b->w->sim).ns;
    lose(b, "SIP/2.0 486", 0, 99);
    answer(server(b, 0), 486, "t-of-b");
    assert_true(sip_server_is_answered(server(b, 0)));
    run_for(b->w, dur_s(40));
    seen_at(b, "SIP/2.0 486", t0, at_ms, 11);
    const struct told *end = told(b->b, TOLD_END, 0);
    assert_true(end && end->status == 1 && end->server == server(b, 0));
    assert_int_equal(end->at_ns, t0 + 32 * S);
    const struct fact *f = fact(b->w, "sip timer H: no ACK to 486 of INVITE, CSeq 101, from 10.1.1.1", 0);
    assert_non_null(f);
    assert_string_equal(fact_of(b->w, tie(b->w, f->id, BECAUSE_AWAITED))->text, "drop link-loss");
    assert_string_equal(fact_of(b->w, tie(b->w, f->id, BECAUSE_LIMIT))->text, "parameter sip_t1 = 500ms");
    assert_int_equal(facts(b->w, "sip copy 10 of 486 to INVITE, CSeq 101, to 10.1.1.1"), 1);
    close_bench(b);
}

/* The ACK ends the copies; it is swallowed, and so is what comes within T4. */
static void a_refusal_and_its_ack(void **state)
{
    static const int64_t at_ms[] = {0, 500, 1500};
    (void)state;
    struct bench *b = open_bench();
    ask(b, "INVITE", "z9hG4bKone", 101);
    int64_t t0 = sim_now(b->w->sim).ns;
    answer(server(b, 0), 486, "t-of-b");
    run_for(b->w, dur_ms(1600));
    ask(b, "INVITE", "z9hG4bKone", 101);
    assert_int_equal(seen_count(b, "SIP/2.0 486"), 4); /* its copy is answered by a copy */
    ask(b, "ACK", "z9hG4bKone", 101);
    ask(b, "ACK", "z9hG4bKone", 101);
    ask(b, "INVITE", "z9hG4bKone", 101);
    run_for(b->w, dur_ms(4990));
    assert_int_equal(live(b), 1);
    assert_int_equal(seen_count(b, "SIP/2.0 486"), 4);
    run_for(b->w, dur_ms(20));
    assert_int_equal(live(b), 0); /* timer I */
    assert_int_equal(told_count(b->b, TOLD_ACK), 0);
    assert_int_equal(told_count(b->b, TOLD_REQUEST), 1);
    assert_int_equal(told(b->b, TOLD_END, 0)->status, 0);
    for (uint32_t i = 0; i < 3; i++)
        assert_in_range(seen(b, "SIP/2.0 486", i)->at_ns - t0, at_ms[i] * MS, at_ms[i] * MS + MS / 10);
    close_bench(b);
}

/* RFC 6026: it stays for 64 T1, swallows copies of the INVITE and lets any ACK through. */
static void a_2xx_is_the_users(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    ask(b, "INVITE", "z9hG4bKone", 101);
    int64_t t0 = sim_now(b->w->sim).ns;
    answer(server(b, 0), 200, "t-of-b");
    for (int i = 0; i < 3; i++)
        ask(b, "INVITE", "z9hG4bKone", 101);
    assert_int_equal(seen_count(b, "SIP/2.0 200"), 1);
    assert_int_equal(told_count(b->b, TOLD_REQUEST), 1);
    ask(b, "ACK", "z9hG4bKother", 101);
    ask(b, "ACK", "z9hG4bKone", 101); /* of a client that does not know better */
    assert_int_equal(told_count(b->b, TOLD_ACK), 2);
    assert_null(told(b->b, TOLD_ACK, 1)->server);
    answer(server(b, 0), 200, "t-of-b"); /* the user's own copy */
    run_for(b->w, dur_s(40));
    assert_int_equal(seen_count(b, "SIP/2.0 200"), 2);
    assert_int_equal(seen(b, "SIP/2.0 200", 1)->copy, 1);
    assert_int_equal(told(b->b, TOLD_END, 0)->at_ns, t0 + 32 * S);
    assert_int_equal(told(b->b, TOLD_END, 0)->status, 0);
    close_bench(b);
}

/* Timer J: 64 T1; copies are swallowed before the answer and bring a copy after it. */
static void another_request(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    ask(b, "BYE", "z9hG4bKone", 101);
    ask(b, "BYE", "z9hG4bKone", 101);
    assert_int_equal(seen_count(b, "SIP/2.0"), 0);
    int64_t t0 = sim_now(b->w->sim).ns;
    answer(server(b, 0), 200, "t-of-b");
    ask(b, "BYE", "z9hG4bKone", 101);
    ask(b, "BYE", "z9hG4bKone", 101);
    assert_int_equal(seen_count(b, "SIP/2.0 200"), 3);
    assert_int_equal(seen(b, "SIP/2.0 200", 2)->copy, 2);
    assert_int_equal(facts(b->w, "sip copy 2 of 200 to BYE, CSeq 101, to 10.1.1.1"), 1);
    run_for(b->w, dur_s(40));
    assert_int_equal(told_count(b->b, TOLD_REQUEST), 1);
    assert_int_equal(told(b->b, TOLD_END, 0)->at_ns, t0 + 32 * S);
    assert_int_equal(told(b->b, TOLD_END, 0)->status, 0);
    close_bench(b);
}

/* RFC 4320: after 64 T1 nobody waits for it. */
static void what_is_never_answered(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    int64_t t0 = sim_now(b->w->sim).ns;
    ask(b, "OPTIONS", "z9hG4bKone", 101);
    ask(b, "INVITE", "z9hG4bKtwo", 102);
    sip_server_forget(server(b, 1));
    ask(b, "INVITE", "z9hG4bKtwo", 102);
    ask(b, "ACK", "z9hG4bKtwo", 102);
    run_for(b->w, dur_s(40));
    assert_int_equal(seen_count(b, "SIP/2.0"), 0);
    assert_int_equal(told_count(b->b, TOLD_REQUEST), 2);
    assert_int_equal(told_count(b->b, TOLD_END), 2);
    assert_in_range(told(b->b, TOLD_END, 0)->at_ns - t0, 32 * S, 32 * S + MS);
    assert_in_range(told(b->b, TOLD_END, 1)->at_ns - t0, 32 * S + MS, 32 * S + 3 * MS);
    close_bench(b);
}

static void what_it_remembers(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    int mine;
    ask(b, "INVITE", "z9hG4bKone", 101);
    struct sip_server *t = server(b, 0);
    assert_int_equal(sip_server_flow(t), bus_flow(b->w->sim, "sip", STR("call-1@10.1.1.1"), 101));
    assert_int_equal(sip_server_hop(t)->addr.v, b->a->address.v);
    assert_int_equal(sip_server_hop(t)->port, 5060);
    assert_null(sip_server_arg(t));
    sip_server_set_arg(t, &mine);
    assert_ptr_equal(sip_server_arg(t), &mine);
    answer(t, 180, "t-of-b");
    assert_false(sip_server_is_answered(t));
    sip_txns_power_off(&b->b->txns);
    assert_int_equal(told_count(b->b, TOLD_END), 0);
    close_bench(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_trying),
        cmocka_unit_test(no_hundred_when_it_is_quick),
        cmocka_unit_test(a_refusal_that_nobody_acknowledges),
        cmocka_unit_test(a_refusal_and_its_ack),
        cmocka_unit_test(a_2xx_is_the_users),
        cmocka_unit_test(another_request),
        cmocka_unit_test(what_is_never_answered),
        cmocka_unit_test(what_it_remembers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
