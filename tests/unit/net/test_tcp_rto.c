/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The RTO estimator against series worked out by hand from RFC 6298 2 and 5 and from the integer
 * arithmetic of the Linux profile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "models/net/tcp_rto.h"

static struct tcp_rto_config config(enum tcp_rto_profile p, struct sim_dur floor,
                                    struct sim_dur tick)
{
    return (struct tcp_rto_config){
        .profile = p, .floor = floor, .granularity = tick, .initial = dur_s(1), .cap = dur_s(120)};
}

static void samples(const struct tcp_rto_config *c, const int64_t *rtt_us, const int64_t *rto_us,
                    int n)
{
    struct tcp_rto r;
    tcp_rto_init(&r, c);
    for (int i = 0; i < n; i++) {
        tcp_rto_sample(&r, dur_us(rtt_us[i]));
        assert_int_equal(r.rto.ns, rto_us[i] * 1000);
    }
}

static int64_t first_rto_us(const struct tcp_rto_config *c, int64_t rtt_us)
{
    struct tcp_rto r;
    tcp_rto_init(&r, c);
    tcp_rto_sample(&r, dur_us(rtt_us));
    return r.rto.ns / 1000;
}

/* Seed 002, case study 2: 14.6 ms is one tick of 10 ms, so the RTO is 10 + 200 ms. */
static void linux_counts_whole_ticks(void **state)
{
    (void)state;
    assert_int_equal(tcp_rto_floor_default(TCP_RTO_LINUX).ns, 200000000);
    struct tcp_rto_config c = config(TCP_RTO_LINUX, dur_ms(200), dur_ms(10));
    assert_int_equal(first_rto_us(&c, 14600), 210000);
    assert_int_equal(first_rto_us(&c, 24600), 220000);
    assert_int_equal(first_rto_us(&c, 50000), 250000);
    assert_int_equal(first_rto_us(&c, 19999), 210000);
    assert_int_equal(first_rto_us(&c, 9999), 210000); /* less than a tick counts as one */
    assert_int_equal(first_rto_us(&c, 0), 210000);
    assert_int_equal(first_rto_us(&c, 150000), 450000); /* 15 ticks + 2·15 > 20 */
}

/* m = 15, 15, 5 ticks: srtt8 120, 120, 110; mdev4 30, 30-7 = 23, |5-15| + 23-5 = 28. */
static void linux_smooths_in_integers(void **state)
{
    (void)state;
    struct tcp_rto_config c = config(TCP_RTO_LINUX, dur_ms(200), dur_ms(10));
    const int64_t rtt[] = {150000, 150000, 50000}, rto[] = {450000, 380000, 130000 + 280000};
    samples(&c, rtt, rto, 3);
    /* 2 ticks, then 1: srtt8 16, 15, which is one whole tick */
    const int64_t near[] = {28900, 14600}, near_rto[] = {220000, 210000};
    samples(&c, near, near_rto, 2);
}

static void linux_floor_as_given(void **state)
{
    (void)state;
    struct tcp_rto_config c = config(TCP_RTO_LINUX, dur_ms(95), dur_ms(10));
    assert_int_equal(first_rto_us(&c, 14600), 105000);
}

static void rfc6298_has_a_floor_of_a_second(void **state)
{
    (void)state;
    assert_int_equal(tcp_rto_floor_default(TCP_RTO_RFC6298).ns, 1000000000);
    struct tcp_rto_config c = config(TCP_RTO_RFC6298, dur_s(1), dur_ms(10));
    assert_int_equal(first_rto_us(&c, 14600), 1000000);
    assert_int_equal(first_rto_us(&c, 333333), 1000000); /* 3 R = 0.999999 s */
    assert_int_equal(first_rto_us(&c, 400000), 1200000);
}

/* R = 2: SRTT 2, VAR 1, RTO 6. R = 3: VAR 3/4 + 1/4·|2-3| = 1, SRTT 2.125, RTO 6.125.
 * R = 1: VAR 3/4 + 1/4·1.125 = 1.03125, SRTT 1.984375, RTO 6.109375. */
static void rfc6298_by_hand(void **state)
{
    (void)state;
    struct tcp_rto_config c = config(TCP_RTO_RFC6298, dur_s(1), dur_ms(10));
    const int64_t rtt[] = {2000000, 3000000, 1000000}, rto[] = {6000000, 6125000, 6109375};
    samples(&c, rtt, rto, 3);
}

/* RFC 6298 4: when 4·RTTVAR falls below G, G stands in. R = 0.5 s: 4·VAR = 1, 0.75, 0.5625 … */
static void rfc6298_variance_is_at_least_a_tick(void **state)
{
    (void)state;
    struct tcp_rto_config c = config(TCP_RTO_RFC6298, dur_ms(1), dur_ms(500));
    const int64_t rtt[] = {500000, 500000, 500000, 500000};
    const int64_t rto[] = {1500000, 1250000, 1062500, 1000000}; /* 0.421875 < 0.5 */
    samples(&c, rtt, rto, 4);
}

/* 0.21·2^k, cut at 120 s; only a sample brings it back, at once and to the same value. */
static void back_off_doubles_and_sticks(void **state)
{
    (void)state;
    struct tcp_rto_config c = config(TCP_RTO_LINUX, dur_ms(200), dur_ms(10));
    struct tcp_rto r;
    tcp_rto_init(&r, &c);
    tcp_rto_sample(&r, dur_us(14600));
    const int64_t ms[] = {420, 840, 1680, 3360, 6720, 13440, 26880, 53760, 107520, 120000, 120000};
    for (int i = 0; i < 11; i++) {
        tcp_rto_backoff(&r);
        assert_int_equal(r.rto.ns, ms[i] * 1000000);
        assert_int_equal(r.base.ns, 210000000);
    }
    tcp_rto_sample(&r, dur_us(14600));
    assert_int_equal(r.rto.ns, 210000000);
}

static void starts_at_a_second_and_backs_off(void **state)
{
    (void)state;
    struct tcp_rto_config c = config(TCP_RTO_LINUX, dur_ms(200), dur_ms(10));
    struct tcp_rto r;
    tcp_rto_init(&r, &c);
    assert_int_equal(r.rto.ns, 1000000000);
    tcp_rto_backoff(&r);
    tcp_rto_backoff(&r);
    assert_int_equal(r.rto.ns, 4000000000);
}

/* RFC 6298 5.7: 3 s, unless timestamps gave a sample or the RTO began at 3 s. */
static void after_a_lost_syn(void **state)
{
    (void)state;
    struct tcp_rto_config c = config(TCP_RTO_RFC6298, dur_s(1), dur_ms(10));
    struct tcp_rto r;
    tcp_rto_init(&r, &c);
    tcp_rto_backoff(&r);
    assert_true(tcp_rto_after_lost_syn(&r));
    assert_int_equal(r.rto.ns, 3000000000);
    tcp_rto_init(&r, &c);
    tcp_rto_backoff(&r);
    tcp_rto_sample(&r, dur_ms(20));
    assert_false(tcp_rto_after_lost_syn(&r));
    assert_int_equal(r.rto.ns, 1000000000);
    c.initial = dur_s(3);
    tcp_rto_init(&r, &c);
    tcp_rto_backoff(&r);
    assert_false(tcp_rto_after_lost_syn(&r));
    assert_int_equal(r.rto.ns, 6000000000);
}

static void base_is_capped(void **state)
{
    (void)state;
    struct tcp_rto_config c = config(TCP_RTO_RFC6298, dur_s(1), dur_ms(10));
    assert_int_equal(first_rto_us(&c, 50000000), 120000000);
    c = config(TCP_RTO_LINUX, dur_ms(200), dur_ms(10));
    assert_int_equal(first_rto_us(&c, 50000000), 120000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linux_counts_whole_ticks),
        cmocka_unit_test(linux_smooths_in_integers),
        cmocka_unit_test(linux_floor_as_given),
        cmocka_unit_test(rfc6298_has_a_floor_of_a_second),
        cmocka_unit_test(rfc6298_by_hand),
        cmocka_unit_test(rfc6298_variance_is_at_least_a_tick),
        cmocka_unit_test(back_off_doubles_and_sticks),
        cmocka_unit_test(starts_at_a_second_and_backs_off),
        cmocka_unit_test(after_a_lost_syn),
        cmocka_unit_test(base_is_capped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
