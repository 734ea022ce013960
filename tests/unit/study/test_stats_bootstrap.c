/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bootstrap against Efron and Tibshirani's example and against what is known without drawing.
 */
#include "tests/unit/base/base_kit.h"

#include <math.h>

#include "sim/study/stats.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void near(struct interval got, double low, double high, double within)
{
    if (!(fabs(got.low - low) <= within && fabs(got.high - high) <= within))
        fail_msg("%.9g to %.9g where %.9g to %.9g is published", got.low, got.high, low, high);
}

static void nothing_is_known(struct interval i)
{
    assert_true(i.low == -INFINITY && i.high == INFINITY);
}

/* Spatial test data, B. Efron and R. Tibshirani, An Introduction to the Bootstrap (1993),
 * Table 14.1. */
static const double spatial[] = {0,  4,  6,  14, 20, 20, 22, 24, 24, 26, 28, 29, 30,
                                 32, 33, 34, 36, 41, 41, 41, 42, 42, 42, 45, 47, 48};

static double plug_in_variance(const double *sorted, size_t n)
{
    return stats_variance(sorted, n) * (double)(n - 1) / (double)n;
}

#define RESAMPLES 20000

static double work[2 * 64 + RESAMPLES];

static struct interval resampled(const double *sorted, size_t n,
                                 double (*statistic)(const double *, size_t), double confidence,
                                 bool corrected, uint64_t seed)
{
    struct rng r;
    rng_seed(&r, seed, "test/bootstrap");
    const struct bootstrap b = {.statistic = statistic,
                                .resamples = RESAMPLES,
                                .confidence = confidence,
                                .corrected = corrected,
                                .rng = &r,
                                .work = work};
    return stats_bootstrap(sorted, n, &b);
}

/* Table 14.2, 90 %: percentile 100.8 to 233.9, BCa 115.8 to 259.6, from 2,000 resamples. Those
 * limits are random themselves, by about 2 at the lower end and 4 at the upper. */
static void efrons_spatial_data(void **state)
{
    (void)state;
    assert_true(fabs(plug_in_variance(spatial, 26) - 171.5) < 0.05);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct interval plain = resampled(spatial, 26, plug_in_variance, 0.90, false, seed);
        struct interval bca = resampled(spatial, 26, plug_in_variance, 0.90, true, seed);
        assert_true(fabs(plain.low - 100.8) < 4 && fabs(plain.high - 233.9) < 5);
        assert_true(fabs(bca.low - 115.8) < 4 && fabs(bca.high - 259.6) < 8);
    }
}

/* Three values have 27 resamples, all as likely: the quantiles of their means are known without
 * drawing. The confidences keep away from the steps of those 27: no draw decides. */
static void all_resamples_of_three(void **state)
{
    (void)state;
    static const double x[] = {0, 1, 3};
    static const int percents[] = {10, 30, 60, 85, 95};
    double mean[27];
    size_t n = 0;
    for (int a = 0; a < 3; a++) {
        for (int b = 0; b < 3; b++) {
            for (int c = 0; c < 3; c++)
                mean[n++] = (x[a] + x[b] + x[c]) / 3;
        }
    }
    stats_sort(mean, n);
    for (size_t i = 0; i < COUNT(percents); i++) {
        double half = percents[i] / 200.0;
        near(resampled(x, 3, stats_mean, 2 * half, false, 1), mean[(int)(27 * (0.5 - half))],
             mean[(int)(27 * (0.5 + half))], 1e-9);
    }
}

static void little_to_draw_from(void **state)
{
    (void)state;
    static const double one[] = {7}, same[] = {0.1, 0.1, 0.1, 0.1};
    nothing_is_known(resampled(one, 1, stats_mean, 0.95, true, 1));
    near(resampled(same, 4, stats_mean, 0.95, false, 1), 0.1, 0.1, 0);
    near(resampled(same, 4, stats_median, 0.95, true, 1), 0.1, 0.1, 0);
}

/* The same stream gives the same interval, and both kinds hold the median of a skewed sample. */
static void median_of_a_skewed_sample(void **state)
{
    (void)state;
    static const double skewed[] = {1, 1, 1, 2, 2, 3, 4, 6, 9, 1000};
    struct interval plain = resampled(skewed, 10, stats_median, 0.95, false, 5);
    struct interval again = resampled(skewed, 10, stats_median, 0.95, false, 5);
    struct interval bca = resampled(skewed, 10, stats_median, 0.95, true, 5);
    near(again, plain.low, plain.high, 0);
    assert_true(plain.low >= 1 && plain.low <= 2 && plain.high >= 4 && plain.high <= 9);
    assert_true(bca.low >= 1 && bca.low <= 2.5 && bca.high >= 3 && bca.high <= 9);
}

static double largest(const double *sorted, size_t n)
{
    return sorted[n - 1];
}

static double distinct(const double *sorted, size_t n)
{
    double count = 1;
    for (size_t i = 1; i < n; i++)
        count += sorted[i] != sorted[i - 1];
    return count;
}

/* BCa by hand for the largest of 1 to 5. A resample has the 5 with probability 1 - 0.8^5 = 0.672,
 * half of which counts as below: z0 = 0.42. Leaving one out gives 4 once and 5 four times: a =
 * 0.112. So the lower end of 90 % is at the share 0.257: above 0.6^5 = 0.078, below 0.8^5 = 0.328,
 * which is a 4. */
static void ties_count_half(void **state)
{
    (void)state;
    static const double x[] = {1, 2, 3, 4, 5};
    near(resampled(x, 5, largest, 0.90, true, 1), 4, 5, 0);
}

/* No resample has as many distinct values as the sample, so the bias has no bound. */
static void bias_without_bound(void **state)
{
    (void)state;
    double x[40];
    for (size_t i = 0; i < COUNT(x); i++)
        x[i] = (double)i;
    struct interval i = resampled(x, COUNT(x), distinct, 0.95, true, 1);
    assert_true(i.low >= 1 && i.low <= i.high && i.high < 40);
}

static void unsorted(void *arg)
{
    static const double x[] = {2, 1};
    (void)arg;
    resampled(x, 2, stats_mean, 0.95, false, 1);
}

static void unsorted_is_a_fault(void **state)
{
    (void)state;
    assert_true(kit_dies(unsorted, NULL, "sorted[0] <= sorted[n - 1]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(efrons_spatial_data), cmocka_unit_test(all_resamples_of_three),
        cmocka_unit_test(little_to_draw_from), cmocka_unit_test(median_of_a_skewed_sample),
        cmocka_unit_test(ties_count_half),     cmocka_unit_test(bias_without_bound),
        cmocka_unit_test(unsorted_is_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
