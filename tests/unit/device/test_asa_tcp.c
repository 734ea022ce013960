/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an ASA lets through. Independent truth: the ASA's configuration guide (security levels, stateful inspection,
 * sysopt connection tcpmss, timeouts) and its syslog messages guide. */
#include "tests/unit/device/asa_kit.h"

static const char *const plain[] = {"asa_arp_delay=0s", NULL};

/* inside:1000 talks with outside:80. */
static const uint16_t C = 1000, V = 80;

static bool handshake(struct bench *b, int from, int to)
{
    struct tcp_seg syn = seg(C, V, TCP_SYN, 100, 0), syn_ack = seg(V, C, TCP_SYN | TCP_ACK, 500, 101),
                   ack = seg(C, V, TCP_ACK, 101, 501);
    return bench_passes(b, from, to, &syn) && bench_passes(b, to, from, &syn_ack) && bench_passes(b, from, to, &ack);
}

static bool data(struct bench *b, int from, int to)
{
    struct tcp_seg s = from == INSIDE ? seg(C, V, TCP_PSH | TCP_ACK, 101, 501) : seg(V, C, TCP_PSH | TCP_ACK, 501, 101);
    s.payload = STR("hello");
    return bench_passes(b, from, to, &s);
}

static struct bench *open(const char *const *sets)
{
    struct bench *b = bench_open(sets, NULL);
    bench_meet(b);
    return b;
}

static uint32_t logged(const struct bench *b, const char *line)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->log_count; i++)
        n += strcmp(b->logs[i], line) == 0;
    return n;
}

static void connection_passes_both_ways(void **state)
{
    (void)state;
    struct bench *b = open(plain);
    assert_true(handshake(b, INSIDE, OUTSIDE));
    assert_true(data(b, INSIDE, OUTSIDE));
    assert_true(data(b, OUTSIDE, INSIDE));
    assert_int_equal(logged(b, "%ASA-6-302013: Built outbound TCP connection 1 for outside:30.0.0.2/80 (30.0.0.2/80) to "
                               "inside:10.0.0.2/1000 (10.0.0.2/1000)"), 1);
    assert_int_equal(b->log_count, 1);
    bench_close(b);
}

/* Every kind of segment that is no SYN, without a connection: no RST, no ICMP, a line in the log. */
static void mid_stream_segment_is_dropped_silently(void **state)
{
    (void)state;
    static const struct {
        uint8_t flags;
        const char *text;
    } rows[] = {
        {TCP_ACK, "ACK"},
        {TCP_PSH | TCP_ACK, "PSH ACK"},
        {TCP_FIN | TCP_ACK, "FIN ACK"},
        {TCP_FIN | TCP_PSH | TCP_ACK, "FIN PSH ACK"},
        {TCP_SYN | TCP_ACK, "SYN ACK"},
        {TCP_RST, "RST"},
        {TCP_RST | TCP_ACK, "RST ACK"},
    };
    struct bench *b = open(plain);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tcp_seg s = seg(C, V, rows[i].flags, 101, 501);
        char line[200];
        struct txtbuf t = txtbuf_of(line, sizeof line);
        txtbuf_add(&t, "%%ASA-6-106015: Deny TCP (no connection) from 10.0.0.2/1000 to 30.0.0.2/80 flags %s on interface inside",
                   rows[i].text);
        assert_false(bench_passes(b, INSIDE, OUTSIDE, &s));
        assert_int_equal(facts(b->w, "drop asa-no-connection"), i + 1);
        assert_int_equal(logged(b, line), 1);
    }
    run_for(b->w, dur_s(1));
    for (int i = 0; i < SIDES; i++)
        assert_int_equal(at(b->on[i])->count, 0);
    bench_close(b);
}

/* Who may begin a connection with whom, by security level, and back out of the same interface. */
static void levels_decide_who_may_begin(void **state)
{
    (void)state;
    static const struct {
        int from, to;
        bool ok, ok_same;
    } rows[] = {
        {INSIDE, OUTSIDE, true, true},  {INSIDE, DMZ, true, true},     {DMZ, OUTSIDE, true, true},
        {OUTSIDE, INSIDE, false, false}, {DMZ, INSIDE, false, false},   {OUTSIDE, DMZ, false, false},
        {INSIDE, INSIDE, false, true},
    };
    static const char *const same[] = {"same_security_traffic=on", "asa_arp_delay=0s", NULL};
    for (int permit = 0; permit <= 1; permit++) {
        struct bench *b = open(permit ? same : plain);
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            struct tcp_seg syn = seg((uint16_t)(2000 + i), V, TCP_SYN, 100, 0);
            uint32_t before = at(b->on[rows[i].to])->count, denied = facts(b->w, "drop asa-denied");
            bool ok = permit ? rows[i].ok_same : rows[i].ok;
            bench_send(b, rows[i].from, rows[i].to, &syn);
            assert_int_equal(at(b->on[rows[i].to])->count > before, ok); /* a hairpin: it asks for 10.0.0.9 */
            assert_int_equal(facts(b->w, "drop asa-denied") > denied, !ok);
        }
        bench_close(b);
    }
    struct bench *b = open(plain);
    struct tcp_seg syn = seg(C, V, TCP_SYN, 100, 0);
    assert_false(bench_passes(b, INSIDE, INSIDE, &syn));
    assert_int_equal(logged(b, "%ASA-2-106001: Inbound TCP connection denied from 10.0.0.2/1000 to 10.0.0.9/80 flags SYN on "
                               "interface inside"), 1);
    bench_close(b);
}

static void answers_pass_inward(void **state)
{
    (void)state;
    struct bench *b = open(plain);
    struct tcp_seg syn = seg(V, C, TCP_SYN, 900, 0);
    assert_true(handshake(b, DMZ, OUTSIDE));
    assert_false(bench_passes(b, OUTSIDE, DMZ, &(struct tcp_seg){.src_port = 81, .dst_port = C, .flags = TCP_ACK}));
    assert_true(bench_passes(b, OUTSIDE, DMZ, &syn)); /* of that connection's addresses and ports: it is known */
    bench_close(b);
}

static void ends(void **state)
{
    (void)state;
    struct tcp_seg fin = seg(C, V, TCP_FIN | TCP_ACK, 101, 501), fin2 = seg(V, C, TCP_FIN | TCP_ACK, 501, 102),
                   last_ack = seg(C, V, TCP_ACK, 102, 502), rst = seg(V, C, TCP_RST, 501, 0);
    struct bench *b = open(plain);
    handshake(b, INSIDE, OUTSIDE);
    assert_true(bench_passes(b, INSIDE, OUTSIDE, &fin));
    assert_true(data(b, OUTSIDE, INSIDE)); /* half closed: the other way is open */
    assert_true(bench_passes(b, OUTSIDE, INSIDE, &fin2));
    assert_true(bench_passes(b, INSIDE, OUTSIDE, &last_ack));
    assert_false(bench_passes(b, INSIDE, OUTSIDE, &last_ack));
    assert_int_equal(logged(b, "%ASA-6-302014: Teardown TCP connection 1 for outside:30.0.0.2/80 to inside:10.0.0.2/1000 "
                               "duration 0:00:00 bytes 5 TCP FINs"), 1);
    handshake(b, INSIDE, OUTSIDE);
    assert_true(bench_passes(b, OUTSIDE, INSIDE, &rst));
    assert_false(data(b, INSIDE, OUTSIDE));
    assert_int_equal(logged(b, "%ASA-6-302014: Teardown TCP connection 2 for outside:30.0.0.2/80 to inside:10.0.0.2/1000 "
                               "duration 0:00:00 bytes 0 TCP Reset-O"), 1); /* from outside */
    bench_close(b);
}

/* Idle for one nanosecond less than the limit, and for exactly so long. */
static bool lives(const char *const *sets, int stage, int64_t idle_ns)
{
    struct bench *b = open(sets);
    struct tcp_seg syn = seg(C, V, TCP_SYN, 100, 0), fin = seg(C, V, TCP_FIN | TCP_ACK, 101, 501);
    if (stage == 0)
        bench_send(b, INSIDE, OUTSIDE, &syn);
    else
        handshake(b, INSIDE, OUTSIDE);
    if (stage == 2)
        bench_passes(b, INSIDE, OUTSIDE, &fin);
    at(b->on[OUTSIDE])->count = 0;
    int64_t used = sim_now(b->w->sim).ns - 20000 + HOP_NS;
    run_to(b->w, used + idle_ns - HOP_NS);
    bool passes = data(b, INSIDE, OUTSIDE);
    bench_close(b);
    return passes;
}

static void idle_connections_are_forgotten(void **state)
{
    (void)state;
    static const char *const short_ones[] = {"asa_timeout_conn=5min", "asa_timeout_embryonic=7s", "asa_timeout_half_closed=1min",
                                             NULL};
    static const int64_t usual[] = {30 * S, 3600 * S, 600 * S}, other[] = {7 * S, 300 * S, 60 * S};
    for (int stage = 0; stage < 3; stage++) {
        assert_true(lives(plain, stage, usual[stage] - 1));
        assert_false(lives(plain, stage, usual[stage]));
        assert_true(lives(short_ones, stage, other[stage] - 1));
        assert_false(lives(short_ones, stage, other[stage]));
    }
}

/* A SYN of this MSS goes through; what it offers on the other side. */
static uint16_t offered(const char *const *sets, uint16_t mss, bool more_options)
{
    struct bench *b = open(sets);
    struct tcp_seg syn = seg(C, V, TCP_SYN, 100, 0), got;
    struct ip4_hdr h;
    syn.mss = mss;
    syn.sack_permitted = syn.has_ts = more_options;
    syn.ts_val = 77;
    bench_send(b, INSIDE, OUTSIDE, &syn);
    assert_true(bench_heard(b, OUTSIDE, &h, &got)); /* with a right checksum */
    assert_int_equal(h.ttl, 64);                    /* it does not count as a hop */
    assert_int_equal(h.dscp, 24);
    assert_int_equal(got.seq, 100);
    assert_int_equal(got.sack_permitted, more_options);
    assert_int_equal(got.ts_val, more_options ? 77 : 0);
    uint16_t out = got.mss;
    syn = seg(V, C, TCP_SYN | TCP_ACK, 500, 101);
    syn.mss = mss;
    bench_send(b, OUTSIDE, INSIDE, &syn);
    assert_true(bench_heard(b, INSIDE, &h, &got));
    assert_int_equal(got.mss, out); /* both ways */
    bench_close(b);
    return out;
}

static void mss_is_clamped(void **state)
{
    (void)state;
    static const char *const small[] = {"asa_tcp_mss=1200B", NULL}, *const any[] = {"asa_tcp_mss=0B", NULL};
    assert_int_equal(offered(plain, 1460, false), 1380);
    assert_int_equal(offered(plain, 1460, true), 1380);
    assert_int_equal(offered(plain, 1381, true), 1380);
    assert_int_equal(offered(plain, 1380, true), 1380);
    assert_int_equal(offered(plain, 536, false), 536);
    assert_int_equal(offered(plain, 0, true), 0); /* none offered, none made */
    assert_int_equal(offered(small, 1460, true), 1200);
    assert_int_equal(offered(any, 8960, true), 8960);
}

static void what_cannot_go_on(void **state)
{
    (void)state;
    static const char *const mapped[] = {"nat=(dmz,inside) source static 20.0.0.2 10.0.0.9", NULL};
    struct bench *b = open(mapped);
    struct tcp_seg syn = seg(C, V, TCP_SYN, 100, 0);
    assert_false(bench_passes(b, INSIDE, INSIDE, &syn)); /* to 10.0.0.9 */
    assert_int_equal(facts(b->w, "drop asa-not-translated"), 1);
    bench_close(b);
    b = open(plain);
    uint8_t bytes[60];
    struct wr w = wr_of(bytes, sizeof bytes);
    struct ip4_hdr h = {.payload_len = 20, .ttl = 64, .proto = IP4_TCP, .src = ip_of(INSIDE, 2), .dst = ip_of(DMZ, 2)};
    ip4_put(&w, &h);
    wr_bytes(&w, "\0\0\0\0\0\0\0\0\0\0\0\0\x50\2\0\0\0\0\0\0", 20); /* the checksum is wrong */
    say(b->on[INSIDE], b->mac[INSIDE], mac_n(2), 0, ETH_IP4, bytes, wr_len(&w));
    run_for(b->w, dur_us(20));
    assert_int_equal(facts(b->w, "drop malformed"), 1);
    bench_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connection_passes_both_ways),
        cmocka_unit_test(mid_stream_segment_is_dropped_silently),
        cmocka_unit_test(levels_decide_who_may_begin),
        cmocka_unit_test(answers_pass_inward),
        cmocka_unit_test(ends),
        cmocka_unit_test(idle_connections_are_forgotten),
        cmocka_unit_test(mss_is_clamped),
        cmocka_unit_test(what_cannot_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
