/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a TCP engine shows: state, what waits for its ACK, the RTO in force and the timer that runs.
 * Independent truth: RFC 9293's states, RFC 6298's doubling, the RTO of case study 2 (210 ms), and the
 * layout of netstat -ano. */
#include "models/net/show.h"
#include "tests/unit/net/show_kit.h"
#include "tests/unit/net/tcp_script.h"

#define MS 1000000ll

static const struct model_table table = {"connections", "netstat -ano", &show_netstat, show_tcp_rows};

static void cell(const struct node *n, size_t row, const char *column, const char *text)
{
    struct shown *s = show_table(n, &table);
    const struct cell *c = shown_cell(s, row, column);
    if (strcmp(c->kind == CELL_NONE ? "" : c->text, text) != 0)
        fail_msg("%s is '%s', not '%s'", column, c->kind == CELL_NONE ? "" : c->text, text);
    shown_close(s);
}

static int64_t number(const struct node *n, size_t row, const char *column)
{
    struct shown *s = show_table(n, &table);
    int64_t v = shown_cell(s, row, column)->i;
    shown_close(s);
    return v;
}

static enum verdict lose_data(const struct seen *s)
{
    return s->len ? LOSE : PASS;
}

static enum verdict lose_all(const struct seen *s)
{
    (void)s;
    return LOSE;
}

/* 901 bytes that never arrive: sent at t, again at t + .21 s, + .63 s, + 1.47 s. */
static void rto_doubles_with_each_retransmission(void **state)
{
    (void)state;
    struct bench b = bench_new(&(struct bench_options){0});
    open_pair(&b);
    cell(b.a, 0, "timer", "off");
    cell(b.a, 0, "rto_s", "210ms");
    tap_of(&b)->judge = lose_data;
    send_pattern(b.a, 0, 901, 0);
    int64_t rto = 210 * MS, since = 0;
    for (int k = 0; k <= 7; k++) { /* just after the k-th retransmission */
        run_until(&b, dur_ns(1000 * MS + since + 10 * MS));
        assert_int_equal(number(b.a, 0, "retries"), k);
        assert_int_equal(number(b.a, 0, "rto_s"), rto);
        assert_int_equal(number(b.a, 0, "timer_s"), rto - 10 * MS);
        assert_int_equal(number(b.a, 0, "unacked_bytes"), 901);
        assert_int_equal(number(b.a, 0, "queued_bytes"), 0);
        since += rto;
        rto *= 2;
    }
    tap_of(&b)->judge = NULL;
    run_for(&b, dur_s(60));
    assert_int_equal(number(b.a, 0, "unacked_bytes"), 0);
    assert_int_equal(number(b.a, 0, "rto_s"), 210 * MS << 8); /* Karn: it stays */
    cell(b.a, 0, "timer", "off");
    bench_end(&b);
}

static void as_netstat_prints_it(void **state)
{
    (void)state;
    struct bench b = bench_new(&(struct bench_options){0});
    open_pair(&b);
    tap_of(&b)->judge = lose_data;
    send_pattern(b.a, 0, 901, 0);
    run_until(&b, dur_ns(1000 * MS + 240 * MS)); /* once repeated: 0.39 s of 0.42 s are left */
    struct shown *s = show_table(b.a, &table);
    assert_string_equal(
        s->text, "Active Internet connections (servers and established)\n"
                 "Proto Recv-Q Send-Q Local Address           Foreign Address         State       "
                 "Timer                     RTO  Unacked\n"
                 "tcp        0    901 10.0.0.1:40000          10.0.0.2:5060           ESTABLISHED "
                 "on (0.39/1/0)            0.42      901\n");
    shown_close(s);
    s = show_table(b.b, &table);
    assert_non_null(strstr(s->text, "\ntcp        0      0 0.0.0.0:5060            0.0.0.0:*"
                                    "               LISTEN      off (0.00/0/0)\n"));
    shown_close(s);
    tap_of(&b)->judge = NULL;
    run_for(&b, dur_s(10));
    bench_end(&b);
}

/* A SYN counts as one byte; the RTO before the first sample is 1 s (RFC 6298 2.1). */
static void states_of_opening_and_closing(void **state)
{
    (void)state;
    struct bench b = bench_new(&(struct bench_options){0});
    listen_on(b.b, 5000);
    tap_of(&b)->judge = lose_all;
    connect_a(&b);
    run_until(&b, dur_ms(1500));
    cell(b.a, 0, "state", "SYN-SENT");
    assert_int_equal(number(b.a, 0, "unacked_bytes"), 1);
    assert_int_equal(number(b.a, 0, "rto_s"), 2000 * MS);
    assert_int_equal(number(b.a, 0, "timer_s"), 1500 * MS);
    cell(b.b, 0, "state", "LISTEN");
    cell(b.b, 0, "peer", "");
    tap_of(&b)->judge = NULL;
    run_until(&b, dur_s(5));
    cell(b.a, 0, "state", "ESTABLISHED");
    cell(b.b, 1, "peer_port", "40000");
    tcp_close(user_of(b.a)->conn);
    run_for(&b, dur_ms(1));
    cell(b.a, 0, "state", "FIN-WAIT-2");
    cell(b.b, 1, "state", "CLOSE-WAIT");
    struct shown *s = show_table(b.a, &table);
    assert_non_null(strstr(s->text, " FIN_WAIT2 ")); /* as Linux spells it */
    shown_close(s);
    tcp_close(user_of(b.b)->conn);
    run_for(&b, dur_ms(1));
    cell(b.a, 0, "state", "TIME-WAIT");
    cell(b.a, 0, "timer", "timewait");
    s = show_table(b.b, &table);
    assert_int_equal(s->t->row_count, 1); /* the listener alone */
    shown_close(s);
    run_for(&b, dur_s(61));
    bench_end(&b);
}

/* What the peer's window does not take is queued; a closed one is probed. */
static void queued_data_and_a_closed_window(void **state)
{
    (void)state;
    struct bench b = script_open(NO_SETTING, NO_SETTING);
    SAY_WINDOW(&b, TCP_ACK, 1460, .seq = 5001, .ack = 1001);
    send_pattern(b.a, 0, 3000, 0);
    run_for(&b, dur_ms(1));
    assert_int_equal(number(b.a, 0, "unacked_bytes"), 1460);
    assert_int_equal(number(b.a, 0, "queued_bytes"), 1540);
    SAY_WINDOW(&b, TCP_ACK, 0, .seq = 5001, .ack = 2461);
    assert_int_equal(number(b.a, 0, "unacked_bytes"), 0);
    assert_int_equal(number(b.a, 0, "queued_bytes"), 1540);
    cell(b.a, 0, "timer", "probe");
    run_for(&b, dur_s(1));
    assert_true(number(b.a, 0, "probes") >= 1);
    tcp_abort(user_of(b.a)->conn);
    run_for(&b, dur_s(1));
    bench_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rto_doubles_with_each_retransmission),
        cmocka_unit_test(as_netstat_prints_it),
        cmocka_unit_test(states_of_opening_and_closing),
        cmocka_unit_test(queued_data_and_a_closed_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
