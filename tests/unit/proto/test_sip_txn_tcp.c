/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transactions over TCP, and those whose messages cannot be sent. Independent truth: RFC 3261 17 (no copies, timers D,
 * I, J and K are zero), 17.1.4, 18.2.2, 18.4. */
#include "tests/unit/proto/sip_kit.h"

static uint32_t live(const struct host *h)
{
    return h->txns.client_pool.live + h->txns.server_pool.live;
}

static const struct told *failure(const struct bench *b, enum sip_failure why)
{
    const struct told *t = told(b->a, TOLD_FAILURE, 0);
    assert_non_null(t);
    assert_int_equal(told_count(b->a, TOLD_FAILURE), 1);
    assert_int_equal(t->status, why);
    return t;
}

static void nothing_is_repeated(void **state)
{
    static const char *const methods[] = {"INVITE", "OPTIONS"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct bench *b = open_bench();
        b->b->bare = true; /* it says nothing */
        int64_t t0 = sim_now(b->w->sim).ns;
        request(b, methods[i], SIP_OVER_TCP);
        run_for(b->w, dur_s(40));
        assert_int_equal(seen_count(b, methods[i]), 1);
        assert_int_equal(failure(b, SIP_TIMED_OUT)->at_ns, t0 + 32 * S);
        close_bench(b);
    }
}

static void an_invite_is_refused(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    request(b, "INVITE", SIP_OVER_TCP);
    run_for(b->w, dur_ms(300));
    assert_int_equal(told(b->a, TOLD_RESPONSE, 0)->status, 100);
    answer(server(b, 0), 486, "t-of-b");
    assert_int_equal(told_count(b->b, TOLD_END), 0);
    run_for(b->w, dur_ms(10));
    assert_int_equal(told(b->a, TOLD_RESPONSE, 1)->status, 486);
    assert_int_equal(seen_count(b, "ACK"), 1);
    assert_int_equal(live(b->a), 0); /* timer D */
    assert_int_equal(live(b->b), 0); /* timer I */
    assert_int_equal(told(b->b, TOLD_END, 0)->status, 0);
    assert_int_equal(told_count(b->b, TOLD_ACK), 0);
    close_bench(b);
}

/* Its ACK never comes: no copies, but timer H. */
static void a_refusal_without_ack(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    b->a->bare = true;
    request(b, "INVITE", SIP_OVER_TCP);
    run_for(b->w, dur_ms(10));
    int64_t t0 = sim_now(b->w->sim).ns;
    answer(server(b, 0), 486, "t-of-b");
    run_for(b->w, dur_s(40));
    assert_int_equal(seen_count(b, "SIP/2.0 486"), 1);
    assert_int_equal(told(b->b, TOLD_END, 0)->at_ns, t0 + 32 * S);
    assert_int_equal(told(b->b, TOLD_END, 0)->status, 1);
    close_bench(b);
}

static void another_request_is_answered(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    b->b->answer = 200;
    request(b, "OPTIONS", SIP_OVER_TCP);
    run_for(b->w, dur_ms(10));
    assert_int_equal(told(b->a, TOLD_RESPONSE, 0)->status, 200);
    assert_int_equal(live(b->a), 0); /* timer K */
    assert_int_equal(live(b->b), 0); /* timer J */
    const struct told *asked = told(b->b, TOLD_REQUEST, 0), *end = told(b->b, TOLD_END, 0);
    assert_true(end > asked && end->at_ns == asked->at_ns); /* at once, but not from inside the answer */
    close_bench(b);
}

static void a_2xx_over_tcp(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    b->b->answer = 200;
    request(b, "INVITE", SIP_OVER_TCP);
    run_for(b->w, dur_s(31));
    assert_int_equal(live(b->a) + live(b->b), 2); /* timers L and M, over any transport (RFC 6026 8.4, 8.5) */
    run_for(b->w, dur_s(2));
    assert_int_equal(live(b->a) + live(b->b), 0);
    assert_int_equal(seen_count(b, "SIP/2.0 200"), 1);
    close_bench(b);
}

/* --- who cannot be reached ------------------------------------------------------------------------ */

/* Over UDP it is ICMP that says so (18.4). */
static void nobody_listens(void **state)
{
    static const char *const methods[] = {"INVITE", "OPTIONS"};
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct bench *b = open_bench();
        const char *method = methods[i / 2];
        char note[80];
        struct txtbuf t = txtbuf_of(note, sizeof note);
        txtbuf_add(&t, "sip %s, CSeq 101: 10.1.1.2 cannot be reached", method);
        sip_transport_close(&b->b->transport);
        int64_t t0 = sim_now(b->w->sim).ns;
        request(b, method, i % 2 ? SIP_OVER_TCP : SIP_OVER_UDP);
        assert_int_equal(b->a->told_count, 0);
        run_for(b->w, dur_s(1));
        assert_in_range(failure(b, SIP_UNREACHABLE)->at_ns - t0, 0, MS);
        assert_int_equal(facts(b->w, note), 1);
        assert_int_equal(seen_count(b, method), i % 2 ? 0 : 1);
        assert_int_equal(live(b->a), 0);
        assert_true(sip_transport_open(&b->b->transport));
        close_bench(b);
    }
}

/* Not even from inside the call that finds out at once. */
static void no_route(void **state)
{
    (void)state;
    for (int over = SIP_OVER_UDP; over <= SIP_OVER_TCP; over++) {
        struct bench *b = open_bench();
        struct sip_hop to = {{0xc0000201}, 5060, (enum sip_over)over};
        char text[SIP_MESSAGE_MAX];
        size_t n = write_request(text, "INVITE", "z9hG4bKone", 101, to.over, "");
        int64_t t0 = sim_now(b->w->sim).ns;
        struct sip_client *c = sip_client_start(&b->a->txns, &to, STR("INVITE"), STR("z9hG4bKone"), (struct str){text, n},
                                                77, &client_user, b->a);
        assert_int_equal(sip_client_flow(c), 77);
        assert_int_equal(b->a->told_count, 0);
        run_for(b->w, dur_ms(1));
        assert_int_equal(failure(b, SIP_UNREACHABLE)->at_ns, t0);
        close_bench(b);
    }
}

/* 17.1.4, in whatever state an answer is awaited; not after it has come. */
static void the_connection_is_lost(void **state)
{
    static const uint32_t answers[] = {0, 180, 200};
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct bench *b = open_bench();
        b->b->answer = answers[i];
        request(b, "INVITE", SIP_OVER_TCP);
        request_more(b, "OPTIONS", "z9hG4bKudp", 102, SIP_OVER_UDP, ""); /* of another path */
        run_for(b->w, dur_ms(10));
        sip_transport_close(&b->b->transport);
        run_for(b->w, dur_ms(10));
        assert_int_equal(told_count(b->a, TOLD_LOST), 1);
        if (i < 2)
            failure(b, SIP_UNREACHABLE);
        else
            assert_int_equal(told_count(b->a, TOLD_FAILURE), 0);
        run_for(b->w, dur_s(40));
        assert_true(sip_transport_open(&b->b->transport));
        if (i == 1)
            sip_txns_power_off(&b->b->txns); /* it rings for ever */
        close_bench(b);
    }
}

/* The SYN is never answered: TCP gives up before the transaction does. */
static void nobody_is_there(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    link_cut(b->link);
    request(b, "OPTIONS", SIP_OVER_TCP);
    run_for(b->w, dur_s(40));
    assert_int_equal(told_count(b->a, TOLD_FAILURE), 1);
    assert_int_equal(live(b->a), 0);
    link_heal(b->link);
    close_bench(b);
}

/* 18.2.2: the answer opens a connection to the port of sent-by. */
static void an_answer_finds_another_way(void **state)
{
    (void)state;
    struct bench *b = open_bench();
    request(b, "INVITE", SIP_OVER_TCP);
    run_for(b->w, dur_ms(10));
    sip_transport_close(&b->a->transport);
    run_for(b->w, dur_ms(10));
    assert_int_equal(told_count(b->b, TOLD_LOST), 1);
    assert_true(sip_transport_open(&b->a->transport));
    answer(server(b, 0), 200, "t-of-b");
    run_for(b->w, dur_ms(10));
    const struct seen *s = seen(b, "SIP/2.0 200", 0);
    assert_true(s && s->over_tcp && !s->from_a);
    assert_int_equal(told(b->a, TOLD_RESPONSE, 0)->status, 200);
    close_bench(b);
}

static void an_answer_that_cannot_be_sent(void **state)
{
    static const char *const methods[] = {"INVITE", "OPTIONS"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct bench *b = open_bench();
        char text[SIP_MESSAGE_MAX];
        size_t n = write_request(text, methods[i], "z9hG4bKone;maddr=192.0.2.1", 101, SIP_OVER_UDP, "");
        struct sip_hop to = to_b(b, SIP_OVER_UDP);
        assert_true(sip_transport_send(&b->a->transport, &to, (struct str){text, n}, 0));
        run_for(b->w, dur_ms(1));
        answer(server(b, 0), 486, "t-of-b");
        assert_int_equal(told_count(b->b, TOLD_END), 0);
        run_for(b->w, dur_ms(1));
        assert_int_equal(told(b->b, TOLD_END, 0)->status, 1);
        assert_int_equal(live(b->b), 0);
        close_bench(b);
    }
}

/* A user that closes everything from inside what it is told. */
static void close_all(void *arg, struct sip_client *c, enum sip_failure why)
{
    struct host *h = arg;
    tell(h, TOLD_FAILURE, NULL, NULL)->client = c;
    assert_int_equal(why, SIP_UNREACHABLE);
    sip_txns_power_off(&h->txns);
    sip_transport_close(&h->transport);
}

static void the_user_closes_from_inside(void **state)
{
    static const struct sip_client_user closer = {heard_response, close_all};
    (void)state;
    struct bench *b = open_bench();
    struct sip_hop to = to_b(b, SIP_OVER_TCP);
    for (int i = 0; i < 3; i++) {
        char text[SIP_MESSAGE_MAX], branch[SIP_BRANCH_MAX + 1];
        sip_branch_draw(&b->a->txns, branch);
        assert_int_equal(strlen(branch), 7 + 16);
        size_t n = write_request(text, "OPTIONS", branch, 101, SIP_OVER_TCP, "");
        sip_client_start(&b->a->txns, &to, STR("OPTIONS"), str_of(branch), (struct str){text, n}, 0, &closer, b->a);
    }
    run_for(b->w, dur_ms(1));
    sip_transport_close(&b->b->transport);
    run_for(b->w, dur_s(1));
    assert_int_equal(told_count(b->a, TOLD_FAILURE), 1);
    assert_int_equal(live(b->a), 0);
    close_bench(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_repeated),
        cmocka_unit_test(an_invite_is_refused),
        cmocka_unit_test(a_refusal_without_ack),
        cmocka_unit_test(another_request_is_answered),
        cmocka_unit_test(a_2xx_over_tcp),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(no_route),
        cmocka_unit_test(the_connection_is_lost),
        cmocka_unit_test(nobody_is_there),
        cmocka_unit_test(an_answer_finds_another_way),
        cmocka_unit_test(an_answer_that_cannot_be_sent),
        cmocka_unit_test(the_user_closes_from_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
