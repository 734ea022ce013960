/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening connections: handshake, options, refusal, lost SYNs, ports, and segments for nobody,
 * against scripted segments. Independent truth: RFC 9293 3.5, 3.7.1 and 3.10.7, RFC 6298 5. */
#include "tests/unit/net/tcp_script.h"

static char states[1024];

static void on_state(struct sink *k, const struct rec *r)
{
    (void)k;
    if (strcmp(r->state.machine, "tcp") != 0)
        return;
    size_t n = strlen(states);
    snprintf(states + n, sizeof states - n, "%s %s>%s;", r->state.key, r->state.from, r->state.to);
}

static struct sink state_sink = {.name = "states", .mask = REC_BIT(REC_STATE), .on = on_state};

static void active_open_agrees_on_the_mss(void **state)
{
    (void)state;
    struct bench_options o = {.raw = true, .sink = &state_sink};
    struct bench b = bench_new(&o);
    states[0] = 0;
    script_accepts(&b, 1000, 65535);
    assert_string_equal(states, "10.0.0.1:40000>10.0.0.2:5060 CLOSED>SYN-SENT;"
                                "10.0.0.1:40000>10.0.0.2:5060 SYN-SENT>ESTABLISHED;");
    assert_int_equal(last_heard(&b)->seg.window, 17940);
    send_pattern(b.a, 0, 2500, 0);
    run_for(&b, dur_ms(1));
    EXPECT(&b, "A 1001+1000 ack 5001");
    EXPECT(&b, "A 2001+1000 ack 5001");
    EXPECT(&b, "PA 3001+500 ack 5001");
    SAY(&b, TCP_ACK, .seq = 5001, .ack = 3501);
    EXPECT(&b, "nothing");
    bench_end(&b);
}

static void check_segment_size(uint16_t theirs, const char *ours, const char *first)
{
    struct bench b = script_bench((struct setting){STR("tcp_mss"), str_of(ours)}, NO_SETTING);
    char syn[32];
    snprintf(syn, sizeof syn, "S 1000 mss %.*s", (int)strlen(ours) - 1, ours);
    connect_a(&b);
    run_for(&b, dur_ms(1));
    EXPECT(&b, syn);
    SAY(&b, TCP_SYN | TCP_ACK, .seq = 5000, .ack = 1001, .mss = theirs);
    EXPECT(&b, "A 1001 ack 5001");
    send_pattern(b.a, 0, 2000, 0);
    run_for(&b, dur_ms(1));
    EXPECT(&b, first);
    tcp_abort(user_of(b.a)->conn);
    run_for(&b, dur_ms(1));
    bench_end(&b);
}

static void segment_size_is_the_smaller_one(void **state)
{
    (void)state;
    check_segment_size(0, "1460B", "A 1001+536 ack 5001"); /* no option: 536, MUST-15 */
    check_segment_size(1460, "700B", "A 1001+700 ack 5001");
    check_segment_size(1, "1460B", "A 1001+48 ack 5001"); /* absurd: something must fit */
}

static void passive_open(void **state)
{
    (void)state;
    struct bench_options o = {.raw = true, .sink = &state_sink};
    struct bench b = bench_new(&o);
    states[0] = 0;
    listen_on(b.a, 7000);
    SAY(&b, TCP_SYN, .seq = 5000, .mss = 1380, .dst_port = PORT_B, .src_port = 1234);
    EXPECT(&b, "SA 7000 ack 5001 mss 1460");
    assert_int_equal(user_of(b.a)->opened, 0);
    SAY(&b, TCP_ACK, .seq = 5001, .ack = 7001, .dst_port = PORT_B, .src_port = 1234);
    EXPECT(&b, "nothing");
    assert_int_equal(user_of(b.a)->opened, 1);
    assert_int_equal(tcp_peer_port(user_of(b.a)->conn), 1234);
    assert_string_equal(states, "10.0.0.1:5060>10.0.0.2:1234 LISTEN>SYN-RECEIVED;"
                                "10.0.0.1:5060>10.0.0.2:1234 SYN-RECEIVED>ESTABLISHED;");
    send_pattern(b.a, 0, 1381, 0);
    run_for(&b, dur_ms(1));
    EXPECT(&b, "A 7001+1380 ack 5001");
    EXPECT(&b, "PA 8381+1 ack 5001");
    SAY(&b, TCP_RST, .seq = 5001, .dst_port = PORT_B, .src_port = 1234);
    assert_int_equal(user_of(b.a)->why, TCP_END_RESET);
    bench_end(&b);
}

/* A second SYN from elsewhere is another connection; a wrong ACK in SYN-RECEIVED is answered RST.
 */
static void listener_takes_many(void **state)
{
    (void)state;
    struct bench b = script_bench(NO_SETTING, NO_SETTING);
    listen_on(b.a, 7000);
    SAY(&b, TCP_SYN, .seq = 5000, .dst_port = PORT_B, .src_port = 1);
    EXPECT(&b, "SA 7000 ack 5001 mss 1460");
    SAY(&b, TCP_ACK, .seq = 5001, .ack = 6000, .dst_port = PORT_B, .src_port = 1);
    EXPECT(&b, "R 6000");
    SAY(&b, TCP_SYN, .seq = 8000, .dst_port = PORT_B, .src_port = 2);
    const struct seen *s = &host_of(b.b)->heard[host_of(b.b)->expected++];
    assert_int_equal(s->seg.flags, TCP_SYN | TCP_ACK);
    assert_int_equal(s->seg.ack, 8001);
    assert_int_equal(s->seg.dst_port, 2);
    assert_int_not_equal(s->seg.seq, 7000); /* the given ISN was for the first one alone */
    SAY(&b, TCP_RST, .seq = 8001, .dst_port = PORT_B, .src_port = 2);
    SAY(&b, TCP_ACK, .seq = 5001, .ack = 7001, .dst_port = PORT_B, .src_port = 1);
    assert_int_equal(user_of(b.a)->opened, 1);
    bench_end(&b);
}

static void refused(void **state)
{
    (void)state;
    struct bench b = script_bench(NO_SETTING, NO_SETTING);
    connect_a(&b);
    run_for(&b, dur_ms(1));
    EXPECT(&b, "S 1000 mss 1460");
    SAY(&b, TCP_RST, .seq = 0); /* without an ACK of our SYN it means nothing */
    SAY(&b, TCP_ACK, .seq = 5000, .ack = 999);
    EXPECT(&b, "R 999");
    SAY(&b, TCP_RST | TCP_ACK, .seq = 0, .ack = 999);
    assert_int_equal(user_of(b.a)->ended, 0);
    SAY(&b, TCP_RST | TCP_ACK, .seq = 0, .ack = 1001);
    assert_int_equal(user_of(b.a)->ended, 1);
    assert_int_equal(user_of(b.a)->why, TCP_END_REFUSED);
    EXPECT(&b, "nothing");
    bench_end(&b);
}

static void host_refuses(void **state)
{
    (void)state;
    struct bench_options o = {0};
    struct bench b = bench_new(&o);
    connect_a(&b); /* nobody listens at b */
    run_for(&b, dur_ms(1));
    assert_int_equal(user_of(b.a)->why, TCP_END_REFUSED);
    assert_int_equal(measure_get(b.sim, MEASURE_SEGMENTS_DISCARDED).v, 1);
    bench_end(&b);
}

/* SYNs at 0, 1, 3, 7 … 63 s; by count the seventh timeout gives up, at 127 s. */
static void lost_syns(void **state)
{
    (void)state;
    struct bench b = script_bench(NO_SETTING, NO_SETTING);
    connect_a(&b);
    run_for(&b, dur_s(200));
    struct host *o = host_of(b.b);
    assert_int_equal(o->heard_count, 7);
    for (uint32_t i = 0; i < 7; i++) {
        int64_t late = time_sub(o->heard[i].at, o->heard[0].at).ns;
        assert_in_range(late + 20000, ((1u << i) - 1) * 1000000000ull,
                        ((1u << i) - 1) * 1000000000ull + 20000);
        assert_int_equal(o->heard[i].copy, i);
    }
    assert_int_equal(user_of(b.a)->why, TCP_END_TIMEOUT);
    assert_int_equal(user_of(b.a)->ended_at.ns, 127000000000);
    bench_end(&b);
}

static void syn_gives_up_by_time(void **state)
{
    (void)state;
    struct bench b = script_bench((struct setting){STR("tcp_giveup"), STR("22s")}, NO_SETTING);
    connect_a(&b);
    run_for(&b, dur_s(200));
    assert_int_equal(host_of(b.b)->heard_count, 5); /* 0, 1, 3, 7, 15 s */
    assert_int_equal(user_of(b.a)->why, TCP_END_TIMEOUT);
    assert_int_equal(user_of(b.a)->ended_at.ns, 22000000000);
    bench_end(&b);
}

/* RFC 6298 5.7: after a lost SYN data starts with 3 s; RFC 5681 3.1: and with one segment. */
static void lost_syn_makes_data_careful(void **state)
{
    (void)state;
    struct bench b = script_bench(NO_SETTING, NO_SETTING);
    connect_a(&b);
    run_until(&b, dur_ms(1500));
    EXPECT(&b, "S 1000 mss 1460");
    EXPECT(&b, "S 1000 mss 1460");
    SAY(&b, TCP_SYN | TCP_ACK, .seq = 5000, .ack = 1001, .mss = 1460);
    EXPECT(&b, "A 1001 ack 5001");
    send_pattern(b.a, 0, 2920, 0);
    run_for(&b, dur_ms(2999));
    EXPECT(&b, "A 1001+1460 ack 5001");
    EXPECT(&b, "nothing");
    run_for(&b, dur_ms(2));
    EXPECT(&b, "A 1001+1460 ack 5001");
    tcp_abort(user_of(b.a)->conn);
    run_for(&b, dur_ms(1));
    bench_end(&b);
}

/* RFC 9293 3.10.7.1. */
static void segments_for_nobody(void **state)
{
    (void)state;
    struct bench b = script_bench(NO_SETTING, NO_SETTING);
    SAY(&b, TCP_SYN, .seq = 5000, .dst_port = 9);
    EXPECT(&b, "RA 0 ack 5001");
    say(&b, (struct tcp_seg){.flags = TCP_FIN, .seq = 5000, .dst_port = 9}, 0, 10);
    EXPECT(&b, "RA 0 ack 5011");
    SAY(&b, TCP_ACK, .seq = 5000, .ack = 777, .dst_port = 9);
    EXPECT(&b, "R 777");
    SAY(&b, TCP_RST, .seq = 5000, .dst_port = 9);
    listen_on(b.a, 7000);
    SAY(&b, TCP_ACK, .seq = 5000, .ack = 778, .dst_port = PORT_B);
    EXPECT(&b, "R 778");
    SAY(&b, TCP_RST, .seq = 5000, .dst_port = PORT_B);
    EXPECT(&b, "nothing");
    assert_int_equal(measure_get(b.sim, MEASURE_SEGMENTS_DISCARDED).v, 6);
    bench_end(&b);
}

static void bad_checksum_is_discarded(void **state)
{
    (void)state;
    struct bench b = script_open(NO_SETTING, NO_SETTING);
    struct host *o = host_of(b.b);
    struct tcp_seg s = {.src = {o->address},
                        .dst = {0x0a000001},
                        .src_port = PORT_B,
                        .dst_port = PORT_A,
                        .seq = 5001,
                        .ack = 1001,
                        .flags = TCP_ACK,
                        .window = 1,
                        .payload = STR("x")};
    struct wr w;
    struct frame *f = ip_begin(o->ip, s.dst, 21, &w);
    tcp_seg_put(&w, &s);
    w.base[20] = 'y';
    ip_send(o->ip, f, s.dst, IP4_TCP, 0, 21);
    run_for(&b, dur_ms(1));
    EXPECT(&b, "nothing");
    assert_int_equal(user_of(b.a)->got_len, 0);
    assert_int_equal(measure_get(b.sim, MEASURE_SEGMENTS_DISCARDED).v, 1);
    bench_end(&b);
}

/* Ephemeral ports come one after the other from a drawn start, each its own connection. */
static void ephemeral_ports(void **state)
{
    (void)state;
    uint16_t first[2];
    for (uint64_t seed = 1; seed <= 2; seed++) {
        struct bench_options o = {.raw = true, .seed = seed};
        struct bench b = bench_new(&o);
        struct tcp_open to = {.dst = {0x0a000002}, .dst_port = PORT_B};
        uint16_t last = 0;
        for (int i = 0; i < 3; i++) {
            struct tcp_conn *c = tcp_connect(host_of(b.a)->tcp, &to, &user_events, user_of(b.a));
            uint16_t port = tcp_local_port(c);
            assert_true(port >= 49152);
            assert_true(i == 0 || port == (last == 65535 ? 49152 : last + 1));
            last = port;
            if (i == 0)
                first[seed - 1] = port;
        }
        to.local_port =
            (uint16_t)(last == 65535 ? 49152 : last + 1); /* taken: the next is passed over */
        struct tcp_conn *taken = tcp_connect(host_of(b.a)->tcp, &to, &user_events, user_of(b.a));
        to.local_port = 0;
        struct tcp_conn *next = tcp_connect(host_of(b.a)->tcp, &to, &user_events, user_of(b.a));
        assert_int_not_equal(tcp_local_port(taken), tcp_local_port(next));
        to.local_port = last;
        assert_null(tcp_connect(host_of(b.a)->tcp, &to, &user_events, user_of(b.a)));
        to.local_port = 0;
        to.dst.v = 0x0b000001;
        assert_null(tcp_connect(host_of(b.a)->tcp, &to, &user_events, user_of(b.a))); /* no route */
        run_for(&b, dur_s(130));
        assert_int_equal(user_of(b.a)->ended, 5);
        bench_end(&b);
    }
    assert_int_not_equal(first[0], first[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(active_open_agrees_on_the_mss),
        cmocka_unit_test(segment_size_is_the_smaller_one),
        cmocka_unit_test(passive_open),
        cmocka_unit_test(listener_takes_many),
        cmocka_unit_test(refused),
        cmocka_unit_test(host_refuses),
        cmocka_unit_test(lost_syns),
        cmocka_unit_test(syn_gives_up_by_time),
        cmocka_unit_test(lost_syn_makes_data_careful),
        cmocka_unit_test(segments_for_nobody),
        cmocka_unit_test(bad_checksum_is_discarded),
        cmocka_unit_test(ephemeral_ports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
