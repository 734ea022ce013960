/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closing and resetting connections, against scripted segments. Independent truth: RFC
 * 9293 3.6, 3.10.4, 3.10.5 and 3.10.7.4. */
#include "tests/unit/net/tcp_script.h"

static struct bench opened(void)
{
    return script_open(NO_SETTING, NO_SETTING);
}

static void ended_with(struct bench *b, enum tcp_end why)
{
    assert_int_equal(user_of(b->a)->ended, 1);
    assert_int_equal(user_of(b->a)->why, why);
}

static void close_a(struct bench *b)
{
    tcp_close(user_of(b->a)->conn);
    run_for(b, dur_us(100));
}

/* FIN, its ACK, the peer's FIN, 60 s of TIME-WAIT; a repeated FIN is acknowledged and starts them
 * anew. */
static void active_close(void **state)
{
    (void)state;
    struct bench b = opened();
    close_a(&b);
    EXPECT(&b, "FA 1001 ack 5001");
    SAY(&b, TCP_ACK, .seq = 5001, .ack = 1002);
    SAY(&b, TCP_FIN | TCP_ACK, .seq = 5001, .ack = 1002);
    EXPECT(&b, "A 1002 ack 5002");
    assert_int_equal(user_of(b.a)->fins, 1);
    run_for(&b, dur_s(50));
    assert_int_equal(user_of(b.a)->ended, 0);
    struct sim_time again = sim_now(b.sim);
    SAY(&b, TCP_FIN | TCP_ACK, .seq = 5001, .ack = 1002);
    EXPECT(&b, "A 1002 ack 5002");
    run_for(&b, dur_s(59));
    assert_int_equal(user_of(b.a)->ended, 0);
    run_for(&b, dur_s(2));
    ended_with(&b, TCP_END_CLOSED);
    assert_in_range(time_sub(user_of(b.a)->ended_at, again).ns, 60000000000, 60000100000);
    EXPECT(&b, "nothing");
    bench_end(&b);
}

static void passive_close(void **state)
{
    (void)state;
    struct bench b = opened();
    SAY(&b, TCP_FIN | TCP_ACK, .seq = 5001, .ack = 1001);
    EXPECT(&b, "A 1001 ack 5002");
    assert_int_equal(user_of(b.a)->fins, 1);
    send_pattern(b.a, 0, 10, 0); /* the other direction is still open */
    close_a(&b);
    EXPECT(&b, "PA 1001+10 ack 5002");
    EXPECT(&b, "FA 1011 ack 5002");
    assert_false(tcp_send(user_of(b.a)->conn, STR("late"), 0));
    SAY(&b, TCP_ACK, .seq = 5002, .ack = 1011);
    assert_int_equal(user_of(b.a)->ended, 0);
    SAY(&b, TCP_ACK, .seq = 5002, .ack = 1012);
    ended_with(&b, TCP_END_CLOSED);
    bench_end(&b);
}

static void simultaneous_close(void **state)
{
    (void)state;
    struct bench b = opened();
    close_a(&b);
    EXPECT(&b, "FA 1001 ack 5001");
    SAY(&b, TCP_FIN | TCP_ACK, .seq = 5001, .ack = 1001);
    EXPECT(&b, "A 1002 ack 5002");
    run_for(&b, dur_ms(100));
    SAY(&b, TCP_ACK, .seq = 5002, .ack = 1002);
    run_for(&b, dur_s(59));
    assert_int_equal(user_of(b.a)->ended, 0);
    run_for(&b, dur_s(1));
    ended_with(&b, TCP_END_CLOSED);
    EXPECT(&b, "nothing");
    bench_end(&b);
}

/* The peer's FIN may carry the ACK of ours, and data; one ACK answers all of it. */
static void fin_with_data(void **state)
{
    (void)state;
    struct bench b = opened();
    say(&b, (struct tcp_seg){.flags = TCP_FIN | TCP_ACK, .seq = 5001, .ack = 1001, .window = 65535},
        0, 10);
    EXPECT(&b, "A 1001 ack 5012");
    EXPECT(&b, "nothing");
    got_pattern(b.a, 10);
    assert_int_equal(user_of(b.a)->fins, 1);
    close_a(&b);
    EXPECT(&b, "FA 1001 ack 5012");
    SAY(&b, TCP_ACK, .seq = 5012, .ack = 1002);
    ended_with(&b, TCP_END_CLOSED);
    bench_end(&b);
}

/* Case study 2: what CUCM closed takes no more data. RFC 9293 3.6.1 */
static void full_close_resets_late_data(void **state)
{
    (void)state;
    struct bench b = opened();
    send_pattern(b.a, 0, 100, 0);
    close_a(&b);
    EXPECT(&b, "PA 1001+100 ack 5001");
    EXPECT(&b, "FA 1101 ack 5001");
    SAY(&b, TCP_ACK, .seq = 5001, .ack = 1102);
    SAY_DATA(&b, 0, 20, .ack = 1102);
    EXPECT(&b, "RA 1102 ack 5001");
    ended_with(&b, TCP_END_ABORTED);
    assert_int_equal(user_of(b.a)->got_len, 0);
    SAY_DATA(&b, 0, 20, .ack = 1102);
    EXPECT(&b, "R 1102");
    bench_end(&b);
}

static void abort_in_data(struct user *u)
{
    tcp_abort(u->conn);
}

static void close_in_data(struct user *u)
{
    tcp_close(u->conn);
}

/* The user may end the connection while it hands him data. */
static void ending_inside_the_upcall(void **state)
{
    (void)state;
    struct bench b = opened();
    user_of(b.a)->on_data_too = abort_in_data;
    SAY_DATA(&b, 10, 10, .ack = 1001); /* held */
    EXPECT(&b, "A 1001 ack 5001");
    SAY_DATA(&b, 0, 10, .ack = 1001);
    EXPECT(&b, "A 1001 ack 5021");
    EXPECT(&b, "RA 1001 ack 5021");
    EXPECT(&b, "nothing");
    ended_with(&b, TCP_END_ABORTED);
    assert_int_equal(user_of(b.a)->got_len, 10);
    bench_end(&b);
    b = opened();
    user_of(b.a)->on_data_too = close_in_data;
    SAY_DATA(&b, 10, 10, .ack = 1001);
    SAY_DATA(&b, 0, 10, .ack = 1001);
    EXPECT(&b, "A 1001 ack 5001");
    EXPECT(&b, "A 1001 ack 5021");
    EXPECT(&b, "FA 1001 ack 5021");
    EXPECT(&b, "RA 1002 ack 5021"); /* the second ten bytes came too late for him */
    ended_with(&b, TCP_END_ABORTED);
    bench_end(&b);
}

/* The FIN goes again after the RTO, and is given up like data. */
static void lost_fin(void **state)
{
    (void)state;
    struct bench b = script_open((struct setting){STR("tcp_giveup"), STR("5s")}, NO_SETTING);
    struct sim_time at = sim_now(b.sim);
    close_a(&b);
    EXPECT(&b, "FA 1001 ack 5001");
    run_for(&b, dur_ms(209));
    EXPECT(&b, "nothing");
    run_for(&b, dur_ms(2));
    EXPECT(&b, "FA 1001 ack 5001");
    run_for(&b, dur_s(10));
    ended_with(&b, TCP_END_TIMEOUT);
    assert_int_equal(time_sub(user_of(b.a)->ended_at, at).ns, 5000000000);
    assert_int_equal(host_of(b.b)->heard_count, 2 + 5); /* FINs at 0, 0.21, 0.63, 1.47, 3.15 s */
    bench_end(&b);
}

static void no_fin_in_return(void **state)
{
    (void)state;
    struct bench b = opened();
    close_a(&b);
    SAY(&b, TCP_ACK, .seq = 5001, .ack = 1002);
    run_for(&b, dur_s(59));
    assert_int_equal(user_of(b.a)->ended, 0);
    run_for(&b, dur_s(1));
    ended_with(&b, TCP_END_TIMEOUT);
    bench_end(&b);
}

static void aborting(void **state)
{
    (void)state;
    struct bench b = opened();
    tcp_abort(user_of(b.a)->conn);
    ended_with(&b, TCP_END_ABORTED); /* before it returned */
    run_for(&b, dur_ms(1));
    EXPECT(&b, "RA 1001 ack 5001");
    bench_end(&b);
    b = opened();
    SAY(&b, TCP_FIN | TCP_ACK, .seq = 5001, .ack = 1001);
    EXPECT(&b, "A 1001 ack 5002");
    struct tcp_conn *c = user_of(b.a)->conn;
    close_a(&b);
    EXPECT(&b, "FA 1001 ack 5002");
    tcp_abort(c); /* LAST-ACK: everything is said (RFC 9293 3.10.5) */
    run_for(&b, dur_ms(1));
    EXPECT(&b, "nothing");
    bench_end(&b);
}

/* a's window is 17940: 5001 … 22940. */
static void resets(void **state)
{
    (void)state;
    struct bench b = opened();
    SAY(&b, TCP_RST, .seq = 5000);
    SAY(&b, TCP_RST, .seq = 5001 + 17940);
    SAY(&b, TCP_RST | TCP_ACK, .seq = 4000000000u, .ack = 1001);
    assert_int_equal(user_of(b.a)->ended, 0);
    EXPECT(&b, "nothing");
    assert_int_equal(measure_get(b.sim, MEASURE_SEGMENTS_DISCARDED).v, 3);
    SAY(&b, TCP_RST, .seq = 5001 + 17939);
    ended_with(&b, TCP_END_RESET);
    EXPECT(&b, "nothing");
    bench_end(&b);
    b = opened();
    SAY(&b, TCP_RST | TCP_ACK, .seq = 5001, .ack = 1001);
    ended_with(&b, TCP_END_RESET);
    bench_end(&b);
}

static void other_unwanted_segments(void **state)
{
    (void)state;
    struct bench b = opened();
    SAY(&b, 0, .seq = 5001); /* no ACK: dropped */
    EXPECT(&b, "nothing");
    SAY(&b, TCP_ACK, .seq = 5001, .ack = 1002); /* of what was never sent: answered, dropped */
    EXPECT(&b, "A 1001 ack 5001");
    SAY(&b, TCP_ACK, .seq = 4000, .ack = 1001); /* before the window */
    EXPECT(&b, "A 1001 ack 5001");
    SAY(&b, TCP_SYN | TCP_ACK, .seq = 5000,
        .ack = 1001); /* the handshake again: the last ACK was lost */
    EXPECT(&b, "A 1001 ack 5001");
    assert_int_equal(user_of(b.a)->ended, 0);
    SAY(&b, TCP_SYN, .seq = 6000); /* in the window: questioned (RFC 5961 4.2) */
    EXPECT(&b, "A 1001 ack 5001");
    assert_int_equal(user_of(b.a)->ended, 0);
    SAY(&b, TCP_RST, .seq = 5001);
    ended_with(&b, TCP_END_RESET);
    bench_end(&b);
}

static void two_hosts_part(void **state)
{
    (void)state;
    struct bench_options o = {0};
    struct bench b = bench_new(&o);
    open_pair(&b);
    tcp_close(user_of(b.b)->conn);
    run_for(&b, dur_s(1));
    assert_int_equal(user_of(b.a)->fins, 1);
    tcp_close(user_of(b.a)->conn);
    run_for(&b, dur_s(1));
    ended_with(&b, TCP_END_CLOSED);
    run_for(&b, dur_s(60));
    assert_int_equal(user_of(b.b)->why, TCP_END_CLOSED);
    connect_a(&b); /* the same four numbers again */
    run_for(&b, dur_s(1));
    assert_int_equal(user_of(b.a)->opened, 2);
    bench_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(active_close),
        cmocka_unit_test(passive_close),
        cmocka_unit_test(simultaneous_close),
        cmocka_unit_test(fin_with_data),
        cmocka_unit_test(full_close_resets_late_data),
        cmocka_unit_test(ending_inside_the_upcall),
        cmocka_unit_test(lost_fin),
        cmocka_unit_test(no_fin_in_return),
        cmocka_unit_test(aborting),
        cmocka_unit_test(resets),
        cmocka_unit_test(other_unwanted_segments),
        cmocka_unit_test(two_hosts_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
