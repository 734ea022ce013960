/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data against scripted segments: order, duplicates, delayed ACKs, timestamps, addresses.
 * Independent truth: RFC 9293 3.8.6.3 and 3.10.7.4, RFC 5681 4.2, RFC 7323 3.2. */
#include "tests/unit/net/tcp_script.h"

#define SET(name, value) ((struct setting){STR(name), STR(value)})

static void drop_conn(struct bench *b)
{
    if (user_of(b->a)->conn)
        tcp_abort(user_of(b->a)->conn);
    run_for(b, dur_ms(1));
    bench_end(b);
}

/* Held, handed on in order, with one ACK for all when the hole closes. */
static void out_of_order(void **state)
{
    (void)state;
    struct bench b = script_open(SET("tcp_ack_delay", "40ms"), NO_SETTING);
    SAY_DATA(&b, 200, 100, .ack = 1001);
    EXPECT(&b, "A 1001 ack 5001"); /* a duplicate ACK, at once */
    SAY_DATA(&b, 100, 100, .ack = 1001);
    EXPECT(&b, "A 1001 ack 5001");
    SAY_DATA(&b, 100, 100, .ack = 1001); /* the same again */
    EXPECT(&b, "A 1001 ack 5001");
    say(&b, (struct tcp_seg){.flags = TCP_ACK | TCP_FIN, .seq = 5401, .ack = 1001, .window = 9},
        400, 10);
    EXPECT(&b, "A 1001 ack 5001");
    assert_int_equal(user_of(b.a)->got_len, 0);
    SAY_DATA(&b, 0, 100, .ack = 1001);
    EXPECT(&b, "A 1001 ack 5301");
    got_pattern(b.a, 300);
    SAY_DATA(&b, 250, 200, .ack = 1001); /* overlaps what is there on both sides */
    EXPECT(&b, "A 1001 ack 5451");
    EXPECT(&b, "nothing");
    got_pattern(b.a, 450);
    assert_int_equal(user_of(b.a)->fins,
                     0);                 /* its FIN was sent at 5411: it does not fit what came */
    SAY_DATA(&b, 500, 100, .ack = 1001); /* stays held, and is let go with the connection */
    drop_conn(&b);
}

static void held_fin_counts_in_order(void **state)
{
    (void)state;
    struct bench b = script_open(NO_SETTING, NO_SETTING);
    say(&b, (struct tcp_seg){.flags = TCP_ACK | TCP_FIN, .seq = 5101, .ack = 1001, .window = 9},
        100, 10);
    EXPECT(&b, "A 1001 ack 5001");
    assert_int_equal(user_of(b.a)->fins, 0);
    SAY_DATA(&b, 104, 20, .ack = 1001); /* beyond that FIN: nonsense */
    EXPECT(&b, "A 1001 ack 5001");
    SAY_DATA(&b, 0, 100, .ack = 1001);
    EXPECT(&b, "A 1001 ack 5112");
    EXPECT(&b, "nothing");
    got_pattern(b.a, 110);
    assert_int_equal(user_of(b.a)->fins, 1);
    drop_conn(&b);
}

static void duplicates_are_trimmed(void **state)
{
    (void)state;
    struct bench b = script_open(NO_SETTING, NO_SETTING);
    SAY_DATA(&b, 0, 100, .ack = 1001);
    EXPECT(&b, "A 1001 ack 5101");
    SAY_DATA(&b, 0, 100, .ack = 1001);
    EXPECT(&b, "A 1001 ack 5101");
    SAY_DATA(&b, 50, 100, .ack = 1001);
    EXPECT(&b, "A 1001 ack 5151");
    got_pattern(b.a, 150);
    drop_conn(&b);
}

static void answer(struct user *u)
{
    tcp_send(u->conn, STR("answer"), 0);
}

/* RFC 9293 3.8.6.3. */
static void delayed_ack(void **state)
{
    (void)state;
    struct bench b = script_open(SET("tcp_ack_delay", "40ms"), NO_SETTING);
    uint64_t flow = bus_flow(b.sim, "test", STR("a message"), 1);
    bus_set_flow(b.sim, flow);
    SAY_DATA(&b, 0, 100, .ack = 1001);
    bus_set_flow(b.sim, 0);
    run_for(&b, dur_ms(38));
    EXPECT(&b, "nothing");
    run_for(&b, dur_ms(2));
    EXPECT(&b, "A 1001 ack 5101");
    assert_int_equal(last_heard(&b)->flow, flow); /* of what it acknowledges */
    SAY_DATA(&b, 100, 1460, .ack = 1001);
    EXPECT(&b, "nothing");
    SAY_DATA(&b, 1560, 1460, .ack = 1001); /* the second full one: at once */
    EXPECT(&b, "A 1001 ack 8021");
    run_for(&b, dur_ms(100));
    EXPECT(&b, "nothing");
    user_of(b.a)->on_data_too = answer;
    SAY_DATA(&b, 3020, 100, .ack = 1001);
    EXPECT(&b, "PA 1001+6 ack 8121"); /* data carries the ACK */
    SAY(&b, TCP_ACK, .seq = 8121, .ack = 1007);
    run_for(&b, dur_ms(100));
    EXPECT(&b, "nothing");
    drop_conn(&b);
}

static void timestamps_if_both_agree(void **state)
{
    (void)state;
    struct bench b = script_bench(SET("tcp_timestamps", "on"), NO_SETTING);
    connect_a(&b);
    run_for(&b, dur_ms(1));
    EXPECT(&b, "S 1000 mss 1460 ts");
    SAY(&b, TCP_SYN | TCP_ACK, .seq = 5000, .ack = 1001, .mss = 1460, .has_ts = true, .ts_val = 77,
        .ts_ecr = last_heard(&b)->seg.ts_val);
    EXPECT(&b, "A 1001 ack 5001 ts");
    assert_int_equal(last_heard(&b)->seg.ts_ecr, 77);
    send_pattern(b.a, 0, 1449, 0);
    run_for(&b, dur_ms(1));
    EXPECT(&b, "A 1001+1448 ack 5001 ts"); /* room for the option */
    EXPECT(&b, "PA 2449+1 ack 5001 ts");
    SAY_DATA(&b, 10, 10, .ack = 2450, .has_ts = true,
             .ts_val = 90); /* out of order: 77 is still due */
    EXPECT(&b, "A 2450 ack 5001 ts");
    assert_int_equal(last_heard(&b)->seg.ts_ecr, 77);
    SAY_DATA(&b, 0, 10, .ack = 2450, .has_ts = true, .ts_val = 91);
    EXPECT(&b, "A 2450 ack 5021 ts");
    assert_int_equal(last_heard(&b)->seg.ts_ecr, 91);
    drop_conn(&b);
    b = script_bench(SET("tcp_timestamps", "on"), NO_SETTING);
    connect_a(&b);
    run_for(&b, dur_ms(1));
    EXPECT(&b, "S 1000 mss 1460 ts");
    SAY(&b, TCP_SYN | TCP_ACK, .seq = 5000, .ack = 1001, .mss = 1460); /* the peer has none */
    EXPECT(&b, "A 1001 ack 5001");
    drop_conn(&b);
}

/* No more than 256 are held; the next one is dropped, and its ACK says so as any other. */
static void held_segments_are_bounded(void **state)
{
    (void)state;
    struct bench b = script_open(NO_SETTING, NO_SETTING);
    for (uint32_t i = 0; i < 257; i++)
        SAY_DATA(&b, 1 + 2 * i, 1, .ack = 1001);
    assert_int_equal(measure_get(b.sim, MEASURE_SEGMENTS_DISCARDED).v, 1);
    for (uint32_t i = 0; i < 257; i++)
        SAY_DATA(&b, 2 * i, 1, .ack = 1001);
    got_pattern(b.a, 2 * 256 + 1);
    drop_conn(&b);
}

static void check_ignored(uint32_t src, uint32_t dst)
{
    struct bench b = script_bench(NO_SETTING, NO_SETTING);
    listen_on(b.a, 7000);
    struct frame *f = frame_new(b.net, 64);
    struct wr w = wr_of(f->bytes, f->cap);
    struct eth e = {.dst = MAC_BROADCAST, .src = {{2, 0, 0, 0, 0, 2}}, .type = ETH_IP4};
    struct ip4_hdr h = {
        .payload_len = 20, .ttl = 64, .proto = IP4_TCP, .src = {src}, .dst = {dst}};
    struct tcp_seg s = {
        .src = h.src, .dst = h.dst, .src_port = 1, .dst_port = PORT_B, .flags = TCP_SYN};
    eth_put(&w, &e);
    ip4_put(&w, &h);
    tcp_seg_put(&w, &s);
    eth_pad(&w);
    port_send(b.b->ports[0], frame_seal(b.net, f, wr_len(&w)));
    run_for(&b, dur_s(5));
    EXPECT(&b, "nothing");
    assert_int_equal(measure_get(b.sim, MEASURE_SEGMENTS_DISCARDED).v, 1);
    bench_end(&b);
}

/* RFC 9293 3.9.2.3: a SYN to a broadcast address (MUST-57), or from what is no host (MUST-63), opens
 * nothing and is not answered. */
static void addresses_of_no_host_are_ignored(void **state)
{
    (void)state;
    check_ignored(0x0a000002, 0x0a0000ff);
    check_ignored(0xe0000001, 0x0a000001);
    check_ignored(UINT32_MAX, 0x0a000001);
    check_ignored(0, 0x0a000001);
}

/* An ACK of half a segment times nothing, nor does the ACK of the rest: the RTO stays at its floor.
 * A sample R after one of nearly 0 would make it R/8 + R, more than 300 ms for both 280 and 290. */
static void partial_ack_gives_no_sample(void **state)
{
    (void)state;
    struct bench b = script_open(SET("tcp_rto_profile", "rfc6298"), SET("tcp_rto_min", "300ms"));
    uint64_t of_syn = tcp_rto_record(user_of(b.a)->conn);
    send_pattern(b.a, 0, 1000, 0);
    run_for(&b, dur_ms(140));
    SAY(&b, TCP_ACK, .seq = 5001, .ack = 1501);
    run_for(&b, dur_ms(140));
    SAY(&b, TCP_ACK, .seq = 5001, .ack = 2001);
    assert_int_equal(tcp_rto_record(user_of(b.a)->conn), of_syn);
    send_pattern(b.a, 1000, 1000, 0); /* a whole one does */
    run_for(&b, dur_ms(290));
    SAY(&b, TCP_ACK, .seq = 5001, .ack = 3001);
    assert_int_not_equal(tcp_rto_record(user_of(b.a)->conn), of_syn);
    drop_conn(&b);
}

/* RFC 1122 2.3.2.1: an ACK of new data confirms the neighbour, so it is not asked for again. */
static void acks_confirm_the_neighbour(void **state)
{
    (void)state;
    struct bench_options o = {.a = {SET("arp_timeout", "100s")}};
    struct bench b = bench_new(&o);
    open_pair(&b);
    assert_int_equal(tap_of(&b)->others_of_a, 1);
    for (uint32_t i = 0; i < 10; i++) {
        run_for(&b, dur_s(60));
        send_pattern(b.a, 100 * i, 100, 0);
    }
    assert_int_equal(tap_of(&b)->others_of_a, 1);
    run_for(&b, dur_s(101));
    send_pattern(b.a, 1000, 100, 0);
    run_for(&b, dur_s(1));
    assert_int_equal(tap_of(&b)->others_of_a, 2);
    bench_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(out_of_order),
        cmocka_unit_test(held_fin_counts_in_order),
        cmocka_unit_test(duplicates_are_trimmed),
        cmocka_unit_test(delayed_ack),
        cmocka_unit_test(timestamps_if_both_agree),
        cmocka_unit_test(held_segments_are_bounded),
        cmocka_unit_test(addresses_of_no_host_are_ignored),
        cmocka_unit_test(partial_ack_gives_no_sample),
        cmocka_unit_test(acks_confirm_the_neighbour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
