/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of spans: what parses, what is refused and how, and whether draws have the law's mean and
 * spread. Bounds are five standard deviations; the seeds are fixed. */
#include "tests/unit/base/base_kit.h"

#include <math.h>

#include "sim/kernel/dist.h"

static struct dist parse(const char *text)
{
    struct dist d;
    struct err e = {0};
    if (!dist_parse(str_of(text), &d, &e))
        fail_msg("%s", e.msg);
    return d;
}

static void laws_parse(void **state)
{
    (void)state;
    struct dist d = parse("115s");
    assert_int_equal(d.kind, DIST_CONST);
    assert_int_equal(d.v[0].ns, dur_s(115).ns);
    d = parse(" uniform( 0s , 120s ) ");
    assert_int_equal(d.kind, DIST_UNIFORM);
    assert_int_equal(d.v[1].ns, dur_s(120).ns);
    d = parse("exp(20ms)");
    assert_int_equal(d.kind, DIST_EXP);
    d = parse("normal(5ms,1ms)");
    assert_int_equal(d.kind, DIST_NORMAL);
    assert_int_equal(d.v[1].ns, dur_ms(1).ns);
    d = parse("choice(1ms,2ms,3ms,4ms,5ms,6ms,7ms,8ms)");
    assert_int_equal(d.kind, DIST_CHOICE);
    assert_int_equal(d.n, 8);
}

static void text_comes_back(void **state)
{
    (void)state;
    static const char *const texts[] = {"115s", "uniform(0s,120s)", "exp(20ms)",
                                        "normal(5ms,1.5ms)", "choice(1ms,2ms,1ns)"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char p[100];
        struct dist d = parse(texts[i]);
        struct txtbuf t = txtbuf_of(p, sizeof p);
        dist_text(&t, &d);
        assert_string_equal(p, texts[i]);
        assert_int_equal(dist_is_law(str_of(texts[i])), i > 0);
    }
}

static void what_is_refused_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"", "not a number"},
        {"115", "lacks its unit"},
        {"0", "lacks its unit"},
        {"-5s", "negative"},
        {"(5s)", "not a number"},
        {"unifrom(0s,1s)", "did you mean uniform"},
        {"pareto(1s,2s)", "unknown law 'pareto'"},
        {"uniform(0s,1s", "closing parenthesis"},
        {"uniform(", "closing parenthesis"},
        {"uniform(0s,1s) ms", "closing parenthesis"},
        {"uniform(0s)", "uniform takes 2"},
        {"uniform(0s,1s,2s)", "uniform takes 2"},
        {"uniform(0s,1s,)", "not a number"},
        {"exp()", "exp takes 1"},
        {"exp(1)", "lacks its unit"},
        {"choice()", "choice takes 1 to 9"},
        {"choice(1s,1s,1s,1s,1s,1s,1s,1s,1s,1s)", "choice takes 1 to 9"},
        {"uniform(2s,1s)", "low end above"},
        {"exp(exp(1s))", "unit"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct dist d;
        struct err e = {0};
        assert_false(dist_parse(str_of(bad[i].text), &d, &e));
        assert_int_equal(e.kind, ERR_USER);
        if (!strstr(e.msg, bad[i].says))
            fail_msg("'%s' says: %s", bad[i].text, e.msg);
    }
}

#define DRAWS 200000

static void sample(const char *text, double *mean, double *variance, struct sim_dur *least)
{
    struct dist d = parse(text);
    struct rng r;
    double sum = 0, square = 0;
    rng_seed(&r, 11, text);
    *least = DUR_MAX;
    for (int i = 0; i < DRAWS; i++) {
        struct sim_dur v = dist_draw(&d, &r);
        *least = dur_min(*least, v);
        sum += (double)v.ns;
        square += (double)v.ns * (double)v.ns;
    }
    *mean = sum / DRAWS;
    *variance = square / DRAWS - *mean * *mean;
}

static void expect_moments(const char *text, double mean, double sd, double fourth)
{
    double m, v;
    struct sim_dur least;
    sample(text, &m, &v, &least);
    double mean_bound = 5 * sd / sqrt(DRAWS),
           variance_bound = 5 * sd * sd * sqrt((fourth - 1) / DRAWS);
    assert_true(fabs(m - mean) < mean_bound);
    assert_true(fabs(v - sd * sd) < variance_bound);
    assert_true(least.ns >= 0);
}

/* Standardised fourth moments: uniform 9/5, exponential 9, normal 3, two points 1 (bound widened).
 */
static void draws_follow_their_law(void **state)
{
    (void)state;
    expect_moments("uniform(10ms,30ms)", 20e6, 20e6 / sqrt(12), 1.8);
    expect_moments("exp(20ms)", 20e6, 20e6, 9);
    expect_moments("normal(50ms,2ms)", 50e6, 2e6, 3);
    expect_moments("choice(10ms,30ms)", 20e6, 10e6, 1.1);
}

static void spans_are_never_negative(void **state)
{
    (void)state;
    double mean, variance;
    struct sim_dur least;
    sample("normal(1ms,10ms)", &mean, &variance, &least);
    assert_int_equal(least.ns, 0); /* half of the bell lies below */
    struct dist d = parse("exp(0s)");
    struct rng r;
    rng_seed(&r, 1, "zero");
    assert_int_equal(dist_draw(&d, &r).ns, 0);
}

/* Two streams through GSL at the same time do not disturb each other. */
static void streams_do_not_mix(void **state)
{
    (void)state;
    struct dist d = parse("normal(1s,1ms)");
    struct rng a, b, alone;
    rng_seed(&a, 1, "a");
    rng_seed(&alone, 1, "a");
    rng_seed(&b, 1, "b");
    for (int i = 0; i < 1000; i++) {
        dist_draw(&d, &b);
        assert_int_equal(dist_draw(&d, &a).ns, dist_draw(&d, &alone).ns);
    }
}

static void least_values(void **state)
{
    (void)state;
    struct dist d = parse("choice(7ms,3ms,9ms)");
    assert_int_equal(dist_low(&d).ns, dur_ms(3).ns);
    d = parse("uniform(4ms,9ms)");
    assert_int_equal(dist_low(&d).ns, dur_ms(4).ns);
    d = parse("exp(20ms)");
    assert_int_equal(dist_low(&d).ns, 0);
    d = dist_const(dur_s(2));
    assert_int_equal(dist_low(&d).ns, dur_s(2).ns);
}

/* Mean n p and variance n p (1 - p), whether n is small, large, or more than GSL counts at once; five deviations. */
static void many_chances_are_binomial(void **state)
{
    static const struct {
        uint64_t n;
        int64_t ppb;
    } rows[] = {{1, 300000000}, {50, 50000000}, {4320000, 10000000}, {4320000, 999000000}, {3000000000, 500000000}};
    const int draws = 2000;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rng r;
        double p = (double)rows[i].ppb / 1e9, mean = (double)rows[i].n * p, variance = mean * (1 - p), sum = 0, square = 0;
        rng_seed(&r, 3, "chances");
        for (int k = 0; k < draws; k++) {
            uint64_t met = dist_binomial(rows[i].n, rows[i].ppb, &r);
            assert_true(met <= rows[i].n);
            sum += (double)met - mean;
            square += ((double)met - mean) * ((double)met - mean);
        }
        assert_true(fabs(sum / draws) < 5 * sqrt(variance / draws));
        assert_true(fabs(square / draws - variance) < 5 * variance * sqrt(2.5 / draws));
    }
}

static void sure_chances_draw_nothing(void **state)
{
    struct rng r, before;
    (void)state;
    rng_seed(&r, 3, "sure");
    before = r;
    assert_int_equal(dist_binomial(45000, 0, &r), 0);
    assert_int_equal(dist_binomial(45000, 1000000000, &r), 45000);
    assert_int_equal(dist_binomial(0, 500000000, &r), 0);
    assert_memory_equal(&r, &before, sizeof r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(laws_parse),
        cmocka_unit_test(text_comes_back),
        cmocka_unit_test(what_is_refused_says_why),
        cmocka_unit_test(draws_follow_their_law),
        cmocka_unit_test(spans_are_never_negative),
        cmocka_unit_test(streams_do_not_mix),
        cmocka_unit_test(least_values),
        cmocka_unit_test(many_chances_are_binomial),
        cmocka_unit_test(sure_chances_draw_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
