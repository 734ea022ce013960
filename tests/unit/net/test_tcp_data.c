/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data against scripted segments: order, duplicates, windows, delayed ACKs, Nagle, timestamps.
 * Independent truth: RFC 9293 3.7.4, 3.8.6 and 3.10.7.4, RFC 5681 4.2, RFC 7323 3.2. */
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
    say(&b, (struct tcp_seg){.flags = TCP_ACK | TCP_FIN, .seq = 5401, .ack = 1001, .window = 9}, 400, 10);
    EXPECT(&b, "A 1001 ack 5001");
    assert_int_equal(user_of(b.a)->got_len, 0);
    SAY_DATA(&b, 0, 100, .ack = 1001);
    EXPECT(&b, "A 1001 ack 5301");
    got_pattern(b.a, 300);
    SAY_DATA(&b, 250, 200, .ack = 1001); /* overlaps what is there on both sides */
    EXPECT(&b, "A 1001 ack 5451");
    EXPECT(&b, "nothing");
    got_pattern(b.a, 450);
    assert_int_equal(user_of(b.a)->fins, 0); /* its FIN was sent at 5411: it does not fit what came */
    drop_conn(&b);
}

static void held_fin_counts_in_order(void **state)
{
    (void)state;
    struct bench b = script_open(NO_SETTING, NO_SETTING);
    say(&b, (struct tcp_seg){.flags = TCP_ACK | TCP_FIN, .seq = 5101, .ack = 1001, .window = 9}, 100, 10);
    EXPECT(&b, "A 1001 ack 5001");
    assert_int_equal(user_of(b.a)->fins, 0);
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

static void receive_window_ends_the_data(void **state)
{
    (void)state;
    struct bench b = script_open(SET("tcp_window", "512B"), NO_SETTING);
    say(&b, (struct tcp_seg){.flags = TCP_ACK | TCP_FIN, .seq = 5001, .ack = 1001, .window = 9}, 0, 600);
    EXPECT(&b, "A 1001 ack 5513");
    got_pattern(b.a, 512);
    SAY_DATA(&b, 1024, 10, .ack = 1001); /* first byte just beyond: 5513 + 512 */
    EXPECT(&b, "A 1001 ack 5513");
    assert_int_equal(user_of(b.a)->fins, 0);
    drop_conn(&b);
}

static void send_window_is_respected(void **state)
{
    (void)state;
    struct bench b = script_bench(NO_SETTING, NO_SETTING);
    script_accepts(&b, 500, 1200);
    send_pattern(b.a, 0, 2500, 0);
    run_for(&b, dur_ms(1));
    EXPECT(&b, "A 1001+500 ack 5001");
    EXPECT(&b, "A 1501+500 ack 5001");
    EXPECT(&b, "nothing");
    SAY_WINDOW(&b, TCP_ACK, 1200, .seq = 5001, .ack = 1501);
    EXPECT(&b, "A 2001+500 ack 5001");
    SAY_WINDOW(&b, TCP_ACK, 0, .seq = 5001, .ack = 2501);
    SAY_WINDOW(&b, TCP_ACK, 60000, .seq = 5001, .ack = 2001); /* older: brings no window back */
    EXPECT(&b, "nothing");
    SAY_WINDOW(&b, TCP_ACK, 60000, .seq = 5001, .ack = 2501);
    EXPECT(&b, "A 2501+500 ack 5001");
    EXPECT(&b, "PA 3001+500 ack 5001");
    drop_conn(&b);
}

/* A window smaller than a segment: the segment is cut. */
static void small_window(void **state)
{
    (void)state;
    struct bench b = script_bench(NO_SETTING, NO_SETTING);
    script_accepts(&b, 1460, 300);
    send_pattern(b.a, 0, 700, 0);
    run_for(&b, dur_ms(1));
    EXPECT(&b, "A 1001+300 ack 5001");
    EXPECT(&b, "nothing");
    SAY_WINDOW(&b, TCP_ACK, 100, .seq = 5001, .ack = 1301); /* less than half of the largest: waits */
    EXPECT(&b, "nothing");
    run_for(&b, dur_ms(215)); /* … but not for ever (RFC 9293 3.8.6.2.1, rule 4) */
    EXPECT(&b, "A 1301+100 ack 5001");
    SAY_WINDOW(&b, TCP_ACK, 1000, .seq = 5001, .ack = 1401);
    EXPECT(&b, "PA 1401+300 ack 5001");
    SAY_WINDOW(&b, TCP_ACK, 1000, .seq = 5001, .ack = 1701);
    EXPECT(&b, "nothing");
    drop_conn(&b);
}

/* Probes after 0.21 s, then 0.42, 0.84 …; answered ones keep the connection, whatever tcp_giveup says. */
static void closed_window(void **state)
{
    (void)state;
    struct bench b = script_bench(SET("tcp_giveup", "22s"), NO_SETTING);
    script_accepts(&b, 1460, 0);
    struct sim_time at = sim_now(b.sim);
    send_pattern(b.a, 0, 100, 0);
    for (int k = 0; k < 9; k++) {
        EXPECT(&b, "nothing");
        at = time_add(at, dur_ms(210 << k));
        run_until(&b, dur_add(time_sub(at, TIME_ZERO), dur_ms(1)));
        EXPECT(&b, "A 1000 ack 5001");
        SAY_WINDOW(&b, TCP_ACK, 0, .seq = 5001, .ack = 1001);
    }
    assert_int_equal(user_of(b.a)->ended, 0);
    SAY_WINDOW(&b, TCP_ACK, 100, .seq = 5001, .ack = 1001);
    EXPECT(&b, "PA 1001+100 ack 5001");
    SAY_WINDOW(&b, TCP_ACK, 0, .seq = 5001, .ack = 1101);
    run_for(&b, dur_s(100));
    EXPECT(&b, "nothing");
    send_pattern(b.a, 100, 100, 0);
    run_for(&b, dur_s(3600)); /* fifteen probes that nobody answers */
    assert_int_equal(user_of(b.a)->why, TCP_END_TIMEOUT);
    assert_int_equal(user_of(b.a)->ended, 1);
    for (int k = 0; k < 15; k++)
        EXPECT(&b, "A 1100 ack 5001");
    EXPECT(&b, "nothing");
    bench_end(&b);
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

static void nagle(void **state)
{
    (void)state;
    struct bench b = script_open(SET("tcp_nagle", "on"), NO_SETTING);
    for (uint32_t i = 0; i < 3; i++)
        send_pattern(b.a, 10 * i, 10, 0);
    run_for(&b, dur_ms(1));
    EXPECT(&b, "PA 1001+10 ack 5001");
    EXPECT(&b, "nothing");
    SAY(&b, TCP_ACK, .seq = 5001, .ack = 1011);
    EXPECT(&b, "PA 1011+20 ack 5001"); /* gathered */
    send_pattern(b.a, 30, 1500, 0);
    run_for(&b, dur_ms(1));
    EXPECT(&b, "A 1031+1460 ack 5001"); /* a full one waits for nothing */
    EXPECT(&b, "nothing");
    SAY(&b, TCP_ACK, .seq = 5001, .ack = 2491);
    EXPECT(&b, "PA 2491+40 ack 5001");
    drop_conn(&b);
    b = script_open(SET("tcp_nagle", "off"), NO_SETTING);
    for (uint32_t i = 0; i < 2; i++)
        send_pattern(b.a, 10 * i, 10, 0);
    run_for(&b, dur_ms(1));
    EXPECT(&b, "PA 1001+10 ack 5001");
    EXPECT(&b, "PA 1011+10 ack 5001");
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
    SAY_DATA(&b, 10, 10, .ack = 2450, .has_ts = true, .ts_val = 90); /* out of order: 77 is still due */
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

/* A segment sent to the subnet's broadcast address opens nothing and is not answered (MUST-57). */
static void broadcasts_are_ignored(void **state)
{
    (void)state;
    struct bench b = script_bench(NO_SETTING, NO_SETTING);
    listen_on(b.a, 7000);
    struct frame *f = frame_new(b.net, 64);
    struct wr w = wr_of(f->bytes, f->cap);
    struct eth e = {.dst = MAC_BROADCAST, .src = {{2, 0, 0, 0, 0, 2}}, .type = ETH_IP4};
    struct ip4_hdr h = {.payload_len = 20, .ttl = 64, .proto = IP4_TCP, .src = {0x0a000002},
                        .dst = {0x0a0000ff}};
    struct tcp_seg s = {.src = h.src, .dst = h.dst, .src_port = 1, .dst_port = PORT_B, .flags = TCP_SYN};
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(out_of_order),
        cmocka_unit_test(held_fin_counts_in_order),
        cmocka_unit_test(duplicates_are_trimmed),
        cmocka_unit_test(receive_window_ends_the_data),
        cmocka_unit_test(send_window_is_respected),
        cmocka_unit_test(small_window),
        cmocka_unit_test(closed_window),
        cmocka_unit_test(delayed_ack),
        cmocka_unit_test(nagle),
        cmocka_unit_test(timestamps_if_both_agree),
        cmocka_unit_test(broadcasts_are_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
