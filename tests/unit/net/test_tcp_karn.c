/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_karn=off: the ACK of a retransmitted segment counts as one of its first copy, so that the time of
 * the timeout becomes an RTT sample. The expected RTOs are the Linux arithmetic of
 * tcp_rto.h by hand, in ticks of 10 ms; with the rule on they are 0.21 s, doubled each time. */
#include "tests/unit/net/tcp_script.h"

#define SET(name, value) {STR(name), STR(value)}

static enum verdict judge(const struct seen *s)
{
    return s->from_a && s->len > 0 && s->copy == 0 ? LOSE : PASS;
}

/* From the first copy of the next message, which is lost, to its second. */
static int64_t repeated_after_ms(struct bench *b)
{
    struct tap *t = tap_of(b);
    struct sim_time at[2] = {{0}, {0}};
    uint32_t copies = 0;
    t->count = 0;
    t->judge = judge;
    send_pattern(b->a, user_of(b->b)->got_len, 901, 0);
    run_for(b, dur_s(60));
    for (uint32_t i = 0; i < t->count; i++) {
        if (!t->seen[i].from_a || t->seen[i].len == 0)
            continue;
        assert_true(copies < 2);
        at[copies++] = t->seen[i].at;
    }
    assert_int_equal(copies, 2);
    return time_sub(at[1], at[0]).ns / 1000000;
}

static struct bench open_bench(const char *karn)
{
    struct bench_options o = {.link = {SET("link_delay", "3650us")}, .a = {{STR("tcp_karn"), str_of(karn)}}};
    struct bench b = bench_new(&o);
    connect_a(&b); /* refused: the addresses are resolved, the next SYN times the path alone */
    run_for(&b, dur_ms(500));
    user_of(b.a)->ended = 0;
    open_pair(&b);
    return b;
}

/* SYN: 1 tick, srtt 8/8, mdev 2/4. Then 22 ticks (0.21 s and 14.6 ms): srtt 29/8 = 3, mdev 2 + 21 - 0 = 23,
 * so 30 + 230 ms. Then 27: srtt 53/8 = 6, mdev 23 + 24 - 5 = 42, so 60 + 420 ms. */
static void off_takes_the_timeout_for_a_round_trip(void **state)
{
    (void)state;
    struct bench b = open_bench("off");
    assert_int_equal(repeated_after_ms(&b), 210);
    assert_int_equal(repeated_after_ms(&b), 260);
    assert_int_equal(repeated_after_ms(&b), 480);
    bench_end(&b);
}

static void on_keeps_what_was_doubled(void **state)
{
    (void)state;
    struct bench b = open_bench("on");
    for (int k = 0; k < 5; k++)
        assert_int_equal(repeated_after_ms(&b), 210 << k);
    bench_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(off_takes_the_timeout_for_a_round_trip),
        cmocka_unit_test(on_keeps_what_was_doubled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
