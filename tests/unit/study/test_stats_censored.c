/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times that did not occur: they count in quantiles and shares, and never in a mean. */
#include "tests/unit/base/base_kit.h"

#include <math.h>

#include "sim/study/stats.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Weeks of remission of 21 children given a placebo: E. Freireich and others, Blood 21 (1963)
 * 699-716, as listed by E. Gehan, Biometrika 52 (1965) 203-223, and in R as MASS::gehan. All
 * relapsed by week 23; here the study is made to end earlier. */
static const double placebo[] = {1, 1, 2,  2,  3,  4,  4,  5,  5,  8, 8,
                                 8, 8, 11, 11, 12, 12, 15, 17, 22, 23};
#define PLACEBO COUNT(placebo)

static size_t occurred_by(double end)
{
    size_t n = 0;
    while (n < PLACEBO && placebo[n] <= end)
        n++;
    return n;
}

/* Ending the study earlier takes values away, but changes no quantile that it still shows: the
 * median of 8 weeks stands as long as week 8 is within. */
static void quantiles_do_not_depend_on_the_end(void **state)
{
    (void)state;
    double got;
    for (double end = 0; end <= 25; end++) {
        size_t n = occurred_by(end);
        for (int p = 0; p <= 40; p++) { /* half a place apart: on a value, then between two */
            double full = stats_quantile(placebo, PLACEBO, p * 0.025);
            bool there = stats_censored_quantile(placebo, n, PLACEBO - n, p * 0.025, &got);
            assert_int_equal(there, placebo[(p + 1) / 2] <= end);
            if (there)
                assert_true(got == full);
        }
    }
    assert_true(
        stats_censored_quantile(placebo, occurred_by(8), PLACEBO - occurred_by(8), 0.5, &got));
    assert_true(got == 8);
    assert_false(
        stats_censored_quantile(placebo, occurred_by(7), PLACEBO - occurred_by(7), 0.5, &got));
}

/* 0.07 of 100 steps is 7.000000000000001 of them in doubles: the eighth value, and no ninth. */
static void a_whole_place_needs_one_value(void **state)
{
    (void)state;
    static const double x[] = {1, 2, 3, 4, 5, 6, 7, 8};
    double got;
    assert_true(stats_censored_quantile(x, 8, 93, 0.07, &got));
    assert_true(got == 8);
    assert_false(stats_censored_quantile(x, 8, 93, 0.071, &got));
    assert_false(stats_censored_quantile(x, 7, 94, 0.07, &got));
}

static void none_occurred(void **state)
{
    (void)state;
    double got = 5;
    assert_false(stats_censored_quantile(NULL, 0, 30, 0, &got));
    assert_true(got == 5);
    assert_true(stats_ecdf(NULL, 0, 30, 1e9) == 0);
    assert_true(stats_restricted_mean(NULL, 0, 30, 2400) == 2400);
    struct interval i = stats_restricted_interval(NULL, 0, 30, 2400, 0.95);
    assert_true(i.low == 2400 && i.high == 2400);
    i = stats_quantile_interval(NULL, 0, 30, 0.5, 0.95);
    assert_true(i.low == INFINITY && i.high == INFINITY);
}

static void all_occurred(void **state)
{
    (void)state;
    static const double x[] = {0.1, 0.1, 0.1};
    assert_true(stats_restricted_mean(x, 3, 0, 1000) == stats_mean(x, 3));
    struct interval a = stats_restricted_interval(placebo, PLACEBO, 0, 40, 0.95);
    struct interval b = stats_t_interval(placebo, PLACEBO, 0.95);
    assert_true(fabs(a.low - b.low) < 1e-12 && fabs(a.high - b.high) < 1e-12);
}

/* The restricted mean is the area under the curve of those who are left (J. Irwin, Journal of
 * Hygiene 47 (1949) 188-189), and the mean of min(time, end) as filled in by hand. From week 23 on
 * it is the mean: 182 weeks over 21 children. */
static void restricted_mean(void **state)
{
    (void)state;
    assert_true(fabs(stats_restricted_mean(placebo, PLACEBO, 0, 35) - 182.0 / 21) < 1e-12);
    for (double end = 0; end <= 25; end += 2.5) {
        double filled[PLACEBO];
        size_t n = occurred_by(end);
        for (size_t i = 0; i < PLACEBO; i++)
            filled[i] = fmin(placebo[i], end);
        double got = stats_restricted_mean(placebo, n, PLACEBO - n, end);
        struct interval a = stats_restricted_interval(placebo, n, PLACEBO - n, end, 0.95);
        struct interval b = stats_t_interval(filled, PLACEBO, 0.95);
        assert_true(fabs(got - stats_mean(filled, PLACEBO)) < 1e-12);
        assert_true(fabs(a.low - b.low) < 1e-9 && fabs(a.high - b.high) < 1e-9);
        double area = 0, last = floor(end);
        for (double week = 0; week < last; week++)
            area += 1 - stats_ecdf(placebo, n, PLACEBO - n, week);
        area += (end - last) * (1 - stats_ecdf(placebo, n, PLACEBO - n, last));
        assert_true(fabs(got - area) < 1e-12);
        /* What it must not be: the mean of those that occurred, which is too short. */
        if (n > 0 && n < PLACEBO)
            assert_true(stats_mean(placebo, n) < got && got < stats_mean(placebo, PLACEBO));
    }
}

static void one_trial(void **state)
{
    (void)state;
    const double x = 961.8;
    struct interval i = stats_restricted_interval(&x, 1, 0, 2400, 0.95);
    assert_true(i.low == -INFINITY && i.high == INFINITY);
    i = stats_restricted_interval(NULL, 0, 1, 2400, 0.95);
    assert_true(i.low == -INFINITY && i.high == INFINITY);
}

/* Nair's ranks for n = 20, 6 and 15 (test_stats_interval.c), with more and more values beyond the
 * end. */
static void interval_of_a_quantile(void **state)
{
    (void)state;
    double x[20];
    for (size_t i = 0; i < COUNT(x); i++)
        x[i] = (double)i + 1;
    for (size_t n = 0; n <= 20; n++) {
        struct interval i = stats_quantile_interval(x, n, 20 - n, 0.5, 0.95);
        assert_true(i.low == (n >= 6 ? 6 : INFINITY));
        assert_true(i.high == (n >= 15 ? 15 : INFINITY));
    }
}

/* A tenth of the phones lost within the run: the curve ends at 0.1. */
static void shares_are_of_all(void **state)
{
    (void)state;
    static const double x[] = {100, 200, 200};
    assert_true(stats_ecdf(x, 3, 27, 99) == 0);
    assert_true(fabs(stats_ecdf(x, 3, 27, 100) - 1 / 30.0) < 1e-15);
    assert_true(fabs(stats_ecdf(x, 3, 27, 1e9) - 0.1) < 1e-15);
}

static void later_than_the_end(void *arg)
{
    stats_restricted_mean(arg, 1, 1, 900);
}

static void nobody_at_all(void *arg)
{
    stats_censored_quantile(arg, 0, 0, 0.5, arg);
}

static void what_makes_no_sense_is_a_fault(void **state)
{
    (void)state;
    double x = 961.8;
    assert_true(kit_dies(later_than_the_end, &x, "mean <= end"));
    assert_true(kit_dies(nobody_at_all, &x, "n + censored >= 1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_do_not_depend_on_the_end),
        cmocka_unit_test(a_whole_place_needs_one_value),
        cmocka_unit_test(none_occurred),
        cmocka_unit_test(all_occurred),
        cmocka_unit_test(restricted_mean),
        cmocka_unit_test(one_trial),
        cmocka_unit_test(interval_of_a_quantile),
        cmocka_unit_test(shares_are_of_all),
        cmocka_unit_test(what_makes_no_sense_is_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
