/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams of many segments between two hosts under loss, damage and reordering: every byte arrives,
 * in order, and recovery takes as long as RFC 5681 and 6582 say: a round trip for each hole, one
 * timeout for a flight that is lost whole. */
#include "models/net/tcp_state.h"
#include "tests/unit/net/tcp_bench.h"

#define SET(name, value)                                                                           \
    {                                                                                              \
        STR(name), STR(value)                                                                      \
    }
#define SEGMENT 1460u

static uint32_t lost_mask; /* bit i: the first copy of a's i-th segment after `mask_from` is lost */
static uint32_t mask_from;

static enum verdict judge_mask(const struct seen *s)
{
    uint32_t i = (s->seg.seq - mask_from) / SEGMENT;
    bool hit = s->from_a && s->len > 0 && s->copy == 0 && i < 32 && (lost_mask >> i & 1);
    return hit ? LOSE : PASS;
}

/* RTT 10 ms, a congestion window of a dozen segments. */
static struct bench warm_bench(void)
{
    struct bench_options o = {.link = {SET("link_delay", "2500us")},
                              .b = {SET("tcp_window", "32120B")}};
    struct bench b = bench_new(&o);
    open_pair(&b);
    for (uint32_t i = 0; i < 3; i++) { /* windows of 3, 6 and 12 segments; no idle time between */
        send_pattern(b.a, i * 14 * SEGMENT, 14 * SEGMENT, 0);
        run_for(&b, dur_ms(i == 2 ? 45 : 60));
    }
    got_pattern(b.b, 42 * SEGMENT);
    assert_int_equal(user_of(b.a)->retransmits, 0);
    return b;
}

/* Loses the masked segments of a flight of ten; returns the time until all ten have arrived. */
static int64_t recovered_after_ms(uint32_t mask, uint32_t retransmits)
{
    struct bench b = warm_bench();
    tap_of(&b)->judge = judge_mask;
    lost_mask = mask;
    mask_from = 1001 + 42 * SEGMENT;
    send_pattern(b.a, 42 * SEGMENT, 10 * SEGMENT, 0);
    int64_t ms = 0;
    for (; user_of(b.b)->got_len < 52 * SEGMENT && ms < 10000; ms++)
        run_for(&b, dur_ms(1));
    got_pattern(b.b, 52 * SEGMENT);
    run_for(&b, dur_s(5));
    assert_int_equal(user_of(b.a)->retransmits, retransmits);
    bench_end(&b);
    return ms;
}

static void holes_cost_a_round_trip_each(void **state)
{
    (void)state;
    assert_in_range(recovered_after_ms(0, 0), 5, 7);
    assert_in_range(recovered_after_ms(1u << 2, 1), 15, 18);
    assert_in_range(recovered_after_ms(1u << 2 | 1u << 5, 2), 25, 28);
    assert_in_range(recovered_after_ms(1u << 1 | 1u << 3 | 1u << 4, 3), 35, 38);
}

/* No ACK comes back: a timeout of 0.21 s, then one, two, four, three segments, 10 ms apart. */
static void lost_flight_costs_one_timeout(void **state)
{
    (void)state;
    assert_in_range(recovered_after_ms(0x3ff, 10), 210 + 30 + 5, 210 + 30 + 8);
}

/* The last segments have no three behind them to tell of their loss: a timeout, one segment, and,
 * as what follows it was lost too, the next right after its ACK. */
static void lost_tail_costs_one_timeout(void **state)
{
    (void)state;
    assert_in_range(recovered_after_ms(1u << 8 | 1u << 9, 2), 210 + 5 + 10, 210 + 5 + 13 + 10);
}

/* RFC 5681 3.1, equation 4: half of what was out, taken once for a segment that is lost again and
 * again; and 4.1: after a pause the window starts anew. */
static enum verdict judge_all(const struct seen *s)
{
    return s->from_a && s->len > 0 ? LOSE : PASS;
}

static void threshold_is_taken_once(void **state)
{
    (void)state;
    struct bench b = warm_bench();
    struct tcp_conn *c = user_of(b.a)->conn;
    tap_of(&b)->judge = judge_all;
    send_pattern(b.a, 42 * SEGMENT, 10 * SEGMENT, 0);
    run_for(&b, dur_s(5));
    assert_in_range(c->retries, 4, 5); /* timeouts at 0.21, 0.63, 1.47, 3.15 s */
    assert_int_equal(c->ssthresh, 5 * SEGMENT);
    assert_int_equal(c->cwnd, SEGMENT);
    tap_of(&b)->judge = NULL;
    run_for(&b, dur_s(30));
    got_pattern(b.b, 52 * SEGMENT);
    bench_end(&b);
}

static void idle_window_starts_anew(void **state)
{
    (void)state;
    struct bench b = warm_bench();
    run_for(&b, dur_ms(150)); /* less than an RTO */
    tap_of(&b)->count = 0;
    send_pattern(b.a, 42 * SEGMENT, 10 * SEGMENT, 0);
    run_for(&b, dur_ms(5));
    assert_int_equal(tap_of(&b)->count, 10);
    run_for(&b, dur_ms(600));
    tap_of(&b)->count = 0;
    send_pattern(b.a, 52 * SEGMENT, 10 * SEGMENT, 0);
    run_for(&b, dur_ms(5));
    assert_int_equal(tap_of(&b)->count, 3);
    run_for(&b, dur_s(1));
    bench_end(&b);
}

static uint32_t dice;

static enum verdict judge_at_random(const struct seen *s)
{
    (void)s;
    dice = dice * 1664525u + 1013904223u;
    uint32_t d = dice >> 16 & 127;
    return d < 10 ? LOSE : d < 16 ? SPOIL : d < 30 ? KEEP : PASS;
}

static void close_both(struct bench *b)
{
    tcp_close(user_of(b->a)->conn);
    run_for(b, dur_s(1));
    if (user_of(b->b)->conn)
        tcp_close(user_of(b->b)->conn);
}

/* 60 KB each way through a tap that loses 8 %, spoils 5 % and keeps 11 % of all segments back, over
 * links that lose 3 % each. */
static void every_byte_arrives(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct bench_options o = {.seed = seed,
                                  .link = {SET("link_delay", "3ms"), SET("link_loss", "3%"),
                                           SET("link_jitter", "uniform(0ms,4ms)")},
                                  .a = {SET("tcp_ack_delay", "40ms")},
                                  .b = {SET("tcp_mss", "700B"), SET("tcp_window", "4000B")}};
        if (seed & 1)
            o.a[1] = o.b[2] = (struct setting)SET("tcp_timestamps", "on");
        if (seed & 2)
            o.a[2] = (struct setting)SET("tcp_nagle", "on");
        struct bench b = bench_new(&o);
        listen_on(b.b, 4294967000u); /* sequence numbers wrap */
        connect_a(&b);
        run_for(&b, dur_s(100));
        assert_int_equal(user_of(b.b)->opened, 1);
        tap_of(&b)->judge = judge_at_random;
        dice = (uint32_t)seed;
        for (uint32_t i = 0; i < 60; i++) {
            send_pattern(b.a, 1000 * i, 1000, 0);
            send_pattern(b.b, 1000 * i, 1000, 0);
            run_for(&b, dur_ms(i % 7 * 30));
            tap_of(&b)->count = 0;
        }
        for (int i = 0; i < 100; i++) {
            run_for(&b, dur_s(20));
            tap_of(&b)->count = 0;
        }
        got_pattern(b.b, 60000);
        got_pattern(b.a, 60000);
        tap_of(&b)->judge = NULL;
        close_both(&b);
        run_for(&b, dur_s(3000));
        assert_int_equal(user_of(b.a)->ended, 1);
        assert_int_equal(user_of(b.b)->ended, 1);
        bench_end(&b);
    }
}

/* The user may go while it is told of a retransmission, and connect anew: from a timer, and from
 * inside its own tcp_send, which finds room for what a timeout gave up for lost. */
static uint64_t parting_flow;

static void abort_when_told(void *arg, uint64_t flow, uint32_t copy)
{
    struct user *u = arg;
    (void)copy;
    if (flow != parting_flow)
        return;
    parting_flow = 0;
    struct tcp_open o = {.dst = {0x0a000002}, .dst_port = PORT_B};
    tcp_abort(u->conn);
    u->conn = tcp_connect(host_of(u->node)->tcp, &o, &user_events, u);
}

static void check_parting(uint64_t flow, bool send_more)
{
    static struct tcp_events events;
    events = user_events;
    events.on_retransmit = abort_when_told;
    struct bench_options o = {0};
    struct bench b = bench_new(&o);
    open_pair(&b);
    tcp_use(user_of(b.a)->conn, &events, user_of(b.a));
    tap_of(&b)->judge = judge_all;
    parting_flow = flow;
    for (uint32_t i = 0; i < 3; i++)
        send_pattern(b.a, 100 * i, 100, i + 1);
    run_for(&b, dur_ms(250));
    if (send_more)
        send_pattern(b.a, 300, 100, 4);
    run_for(&b, dur_s(1));
    assert_int_equal(user_of(b.a)->ended, 1);
    assert_int_equal(user_of(b.a)->why, TCP_END_ABORTED);
    assert_int_equal(user_of(b.a)->opened, 2);
    assert_int_equal(user_of(b.b)->opened, 2);
    tap_of(&b)->judge = NULL;
    send_pattern(b.a, 0, 100, 0);
    run_for(&b, dur_s(10));
    got_pattern(b.b, 100);
    bench_end(&b);
}

static void user_leaves_inside_the_upcall(void **state)
{
    (void)state;
    check_parting(1, false);
    check_parting(2, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holes_cost_a_round_trip_each),
        cmocka_unit_test(lost_flight_costs_one_timeout),
        cmocka_unit_test(lost_tail_costs_one_timeout),
        cmocka_unit_test(threshold_is_taken_once),
        cmocka_unit_test(idle_window_starts_anew),
        cmocka_unit_test(every_byte_arrives),
        cmocka_unit_test(user_leaves_inside_the_upcall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
