/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows against scripted segments: the receiver's, the sender's, closed and small ones, Nagle,
 * and the congestion window's. Independent truth: RFC 9293 3.7.4, 3.8.6 and 3.10.7.4, RFC 5681 3.
 */
#include "tests/unit/net/tcp_script.h"

#define SET(name, value) ((struct setting){STR(name), STR(value)})

static void drop_conn(struct bench *b)
{
    if (user_of(b->a)->conn)
        tcp_abort(user_of(b->a)->conn);
    run_for(b, dur_ms(1));
    bench_end(b);
}

static void receive_window_ends_the_data(void **state)
{
    (void)state;
    struct bench b = script_open(SET("tcp_window", "512B"), NO_SETTING);
    say(&b, (struct tcp_seg){.flags = TCP_ACK | TCP_FIN, .seq = 5001, .ack = 1001, .window = 9}, 0,
        600);
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
    SAY_WINDOW(&b, TCP_ACK, 60000, .seq = 5101,
               .ack = 2001); /* an older ACK brings no window back */
    SAY_WINDOW(&b, TCP_ACK, 0, .seq = 5101, .ack = 2501);
    SAY_WINDOW(&b, TCP_ACK, 60000, .seq = 5001, .ack = 2501); /* nor an older segment, late */
    EXPECT(&b, "nothing");
    SAY_WINDOW(&b, TCP_ACK, 60000, .seq = 5101, .ack = 2501);
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
    SAY_WINDOW(&b, TCP_ACK, 100, .seq = 5001,
               .ack = 1301); /* less than half of the largest: waits */
    EXPECT(&b, "nothing");
    run_for(&b, dur_ms(215)); /* … but not for ever (RFC 9293 3.8.6.2.1, rule 4) */
    EXPECT(&b, "A 1301+100 ack 5001");
    SAY_WINDOW(&b, TCP_ACK, 1000, .seq = 5001, .ack = 1401);
    EXPECT(&b, "PA 1401+300 ack 5001");
    SAY_WINDOW(&b, TCP_ACK, 1000, .seq = 5001, .ack = 1701);
    EXPECT(&b, "nothing");
    drop_conn(&b);
}

/* Probes after 0.21 s, then 0.42, 0.84 … 120; answered ones keep the connection, whatever
 * tcp_giveup says. */
static void closed_window(void **state)
{
    (void)state;
    struct bench b = script_bench(SET("tcp_giveup", "22s"), NO_SETTING);
    script_accepts(&b, 1460, 0);
    struct sim_time at = sim_now(b.sim);
    send_pattern(b.a, 0, 100, 0);
    for (int k = 0; k < 18; k++) {
        EXPECT(&b, "nothing");
        at = time_add(at, k < 10 ? dur_ms(210 << k) : dur_s(120));
        run_until(&b, dur_add(time_sub(at, TIME_ZERO), dur_ms(1)));
        EXPECT(&b, "A 1000 ack 5001");
        SAY_WINDOW(&b, TCP_ACK, 0, .seq = 5001, .ack = 1001);
    }
    assert_int_equal(user_of(b.a)->ended, 0);
    SAY_WINDOW(&b, TCP_ACK, 100, .seq = 5001, .ack = 1001);
    EXPECT(&b, "PA 1001+100 ack 5001");
    run_for(&b, dur_ms(208));
    EXPECT(&b, "nothing");
    run_for(&b, dur_ms(3)); /* the RTO has not grown with the probes */
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

/* Three ACKs that repeat mean a loss; the fourth lets another segment go. The copy has a whole RTO.
 */
static void fast_retransmit(void **state)
{
    (void)state;
    struct bench b = script_open(NO_SETTING, NO_SETTING);
    send_pattern(b.a, 0, 8 * 1460, 0);
    run_for(&b, dur_ms(198));
    for (uint32_t i = 0; i < 3; i++) { /* the initial window */
        char want[32];
        snprintf(want, sizeof want, "A %u+1460 ack 5001", 1001 + i * 1460);
        EXPECT(&b, want);
    }
    for (uint16_t i = 0; i < 4; i++)
        SAY_WINDOW(&b, TCP_ACK, (uint16_t)(60000 + i), .seq = 5001,
                   .ack = 1001); /* news of the window */
    EXPECT(&b, "nothing");
    for (int i = 0; i < 3; i++)
        SAY_WINDOW(&b, TCP_ACK, 60003, .seq = 5001, .ack = 1001);
    EXPECT(&b, "A 1001+1460 ack 5001");
    EXPECT(&b, "A 5381+1460 ack 5001"); /* cwnd = 2 + 3 segments */
    EXPECT(&b, "A 6841+1460 ack 5001");
    EXPECT(&b, "nothing");
    SAY_WINDOW(&b, TCP_ACK, 60003, .seq = 5001, .ack = 1001);
    EXPECT(&b, "A 8301+1460 ack 5001");
    run_for(&b, dur_ms(150)); /* 210 ms since the first copy are over */
    EXPECT(&b, "nothing");
    SAY_WINDOW(&b, TCP_ACK, 60003, .seq = 5001, .ack = 5381); /* all that was out: cwnd = 2 again */
    EXPECT(&b, "nothing");
    SAY_WINDOW(&b, TCP_ACK, 60003, .seq = 5001, .ack = 9761);
    EXPECT(&b, "A 9761+1460 ack 5001");
    EXPECT(&b, "PA 11221+1460 ack 5001");
    run_for(&b, dur_ms(500)); /* a timeout: what was lost goes again, one segment first */
    EXPECT(&b, "A 9761+1460 ack 5001");
    EXPECT(&b, "nothing");
    tcp_abort(user_of(b.a)->conn);
    run_for(&b, dur_ms(1));
    EXPECT(&b, "RA 12681 ack 5001"); /* after all that was ever sent */
    bench_end(&b);
}

/* RFC 6582 4: until all is acknowledged that was out at a timeout, repeated ACKs tell of its
 * copies. */
static void no_fast_retransmit_after_a_timeout(void **state)
{
    (void)state;
    struct bench b = script_open(NO_SETTING, NO_SETTING);
    send_pattern(b.a, 0, 3 * 1460, 0);
    run_for(&b, dur_ms(215));
    for (int i = 0; i < 4; i++)
        SAY(&b, TCP_ACK, .seq = 5001, .ack = 1001);
    EXPECT(&b, "A 1001+1460 ack 5001");
    EXPECT(&b, "A 2461+1460 ack 5001");
    EXPECT(&b, "PA 3921+1460 ack 5001");
    EXPECT(&b, "A 1001+1460 ack 5001"); /* by the timer alone */
    EXPECT(&b, "nothing");
    SAY(&b, TCP_ACK, .seq = 5001, .ack = 2461);
    EXPECT(&b, "A 2461+1460 ack 5001"); /* the rest follows as the window opens again */
    EXPECT(&b, "PA 3921+1460 ack 5001");
    drop_conn(&b);
}

/* RFC 5681 3.1: 4 segments up to 1095 bytes, 3 up to 2190, else 2. */
static void check_initial_window(uint16_t mss, uint32_t segments)
{
    struct bench b = script_bench(SET("tcp_mss", "8000B"), NO_SETTING);
    connect_a(&b);
    run_for(&b, dur_ms(1));
    EXPECT(&b, "S 1000 mss 8000");
    SAY(&b, TCP_SYN | TCP_ACK, .seq = 5000, .ack = 1001, .mss = mss);
    EXPECT(&b, "A 1001 ack 5001");
    send_pattern(b.a, 0, 8u * mss, 0);
    run_for(&b, dur_ms(1));
    assert_int_equal(host_of(b.b)->heard_count, 2 + segments);
    drop_conn(&b);
}

static void initial_window(void **state)
{
    (void)state;
    check_initial_window(1095, 4);
    check_initial_window(1096, 3);
    check_initial_window(2190, 3);
    check_initial_window(2191, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(receive_window_ends_the_data),
        cmocka_unit_test(send_window_is_respected),
        cmocka_unit_test(small_window),
        cmocka_unit_test(closed_window),
        cmocka_unit_test(nagle),
        cmocka_unit_test(fast_retransmit),
        cmocka_unit_test(no_fast_retransmit_after_a_timeout),
        cmocka_unit_test(initial_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
