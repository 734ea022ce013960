/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Describing a sample: mean, variance, quantiles, ECDF and histogram against published values. */
#include "tests/unit/base/base_kit.h"

#include <math.h>

#include "sim/study/stats.h"
#include "tests/unit/study/strd.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Within `digits` significant digits, as NIST judges software (the log relative error). */
static void agrees(double got, double certified, int digits)
{
    if (!(fabs(got - certified) <= pow(10, -digits) * fabs(certified)))
        fail_msg("%.16g where %.16g is certified", got, certified);
}

static void nist_certified_samples(void **state)
{
    (void)state;
    static const struct {
        const double *x;
        size_t n;
        double mean, sd;
    } sets[] = {
        {strd_lew, COUNT(strd_lew), -177.435, 277.332168044316},
        {strd_lottery, COUNT(strd_lottery), 518.958715596330, 291.699727470969},
        {strd_mavro, COUNT(strd_mavro), 2.00185600000000, 0.000429123454003053},
        {strd_michelso, COUNT(strd_michelso), 299.852400000000, 0.0790105478190518},
        {strd_numacc1, COUNT(strd_numacc1), 10000002, 1},
    };
    for (size_t i = 0; i < COUNT(sets); i++) {
        agrees(stats_mean(sets[i].x, sets[i].n), sets[i].mean, 14);
        agrees(sqrt(stats_variance(sets[i].x, sets[i].n)), sets[i].sd, 12);
    }
}

/* NumAcc2 to 4: 1,001 values that differ in their last digit only. As many digits of s as the
 * values keep in a double: 16 less those of the mean over s. The textbook sum of squares keeps none
 * of NumAcc4. */
static void nist_constructed_samples(void **state)
{
    (void)state;
    static const struct {
        double middle, low, high;
        int digits;
    } sets[] = {{1.2, 1.1, 1.3, 12},
                {1000000.2, 1000000.1, 1000000.3, 8},
                {10000000.2, 10000000.1, 10000000.3, 7}};
    static double x[1001];
    for (size_t i = 0; i < COUNT(sets); i++) {
        x[0] = sets[i].middle;
        for (size_t k = 1; k < 1001; k++)
            x[k] = k % 2 == 1 ? sets[i].low : sets[i].high;
        agrees(stats_mean(x, 1001), sets[i].middle, 14);
        agrees(sqrt(stats_variance(x, 1001)), 0.1, sets[i].digits);
    }
}

static void quantiles_are(const double *sorted, size_t n, double first, double median, double third)
{
    assert_true(fabs(stats_quantile(sorted, n, 0.25) - first) < 1e-12);
    assert_true(fabs(stats_median(sorted, n) - median) < 1e-12);
    assert_true(fabs(stats_quantile(sorted, n, 0.75) - third) < 1e-12);
    assert_true(stats_quantile(sorted, n, 0) == sorted[0]);
    assert_true(stats_quantile(sorted, n, 1) == sorted[n - 1]);
}

/* quantile((1:10)^2): R. Pruim, Foundations and Applications of Statistics, 2nd ed., 1.2;
 * quantile(1:9) and its deciles: TIBCO's R language reference; the weights of R's mtcars: quartiles
 * as R prints them. */
static void quantiles_as_r_gives_them(void **state)
{
    (void)state;
    static const double squares[] = {1, 4, 9, 16, 25, 36, 49, 64, 81, 100},
                        nine[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    static const double mtcars[] = {1.513, 1.615, 1.835, 1.935, 2.140, 2.200, 2.320, 2.465,
                                    2.620, 2.770, 2.780, 2.875, 3.150, 3.170, 3.190, 3.215,
                                    3.435, 3.440, 3.440, 3.440, 3.460, 3.520, 3.570, 3.570,
                                    3.730, 3.780, 3.840, 3.845, 4.070, 5.250, 5.345, 5.424};
    static const double deciles[] = {1.0, 1.8, 2.6, 3.4, 4.2, 5.0, 5.8, 6.6, 7.4, 8.2, 9.0};
    quantiles_are(squares, COUNT(squares), 10.75, 30.50, 60.25);
    quantiles_are(nine, COUNT(nine), 3, 5, 7);
    quantiles_are(mtcars, COUNT(mtcars), 2.58125, 3.325, 3.61);
    for (size_t i = 0; i < COUNT(deciles); i++)
        assert_true(fabs(stats_quantile(nine, COUNT(nine), (double)i / 10) - deciles[i]) < 1e-12);
}

/* A measure that the seed does not change must not seem to vary by rounding. */
static void equal_values_stay_what_they_are(void **state)
{
    (void)state;
    double x[30];
    for (int v = 1; v < 200; v++) {
        for (size_t i = 0; i < COUNT(x); i++)
            x[i] = v * 0.1;
        assert_true(stats_mean(x, COUNT(x)) == x[0]);
        assert_true(stats_variance(x, COUNT(x)) == 0);
        for (int p = 0; p <= 20; p++)
            assert_true(stats_quantile(x, COUNT(x), p * 0.05) == x[0]);
    }
}

static void one_value(void **state)
{
    (void)state;
    const double x = 961.8;
    assert_true(stats_mean(&x, 1) == x);
    assert_true(stats_median(&x, 1) == x);
    assert_true(stats_quantile(&x, 1, 0) == x && stats_quantile(&x, 1, 1) == x);
    assert_true(stats_ecdf(&x, 1, 0, 961.7) == 0 && stats_ecdf(&x, 1, 0, x) == 1);
}

static void sorting(void **state)
{
    (void)state;
    double x[] = {3, -1, 2, 2, 0};
    stats_sort(x, COUNT(x));
    static const double want[] = {-1, 0, 2, 2, 3};
    assert_memory_equal(x, want, sizeof x);
}

/* The example of statsmodels' ECDF: ECDF([3, 3, 1, 4])([3, 55, 0.5, 1.5]) is 0.75, 1, 0, 0.25. */
static void ecdf_as_statsmodels_gives_it(void **state)
{
    (void)state;
    static const double x[] = {1, 3, 3, 4};
    assert_true(stats_ecdf(x, 4, 0, 3) == 0.75);
    assert_true(stats_ecdf(x, 4, 0, 55) == 1);
    assert_true(stats_ecdf(x, 4, 0, 0.5) == 0);
    assert_true(stats_ecdf(x, 4, 0, 1.5) == 0.25);
}

static void counts_are(const double *x, size_t n, double low, double high, size_t bins,
                       const double *want)
{
    double edges[32], counts[32];
    struct histogram h = {.bins = bins, .edges = edges, .counts = counts};
    stats_histogram(x, n, low, high, &h);
    size_t all = h.below + h.above;
    for (size_t i = 0; i < bins; i++) {
        assert_true(counts[i] == want[i]);
        all += (size_t)counts[i];
    }
    assert_int_equal(all, n);
    assert_true(edges[0] == low && edges[bins] == high);
}

/* The examples of numpy.histogram, whose last bin has both its edges, too. */
static void histogram_as_numpy_gives_it(void **state)
{
    (void)state;
    static const double a[] = {1, 2, 1}, b[] = {1, 2, 1, 1, 0, 1}, c[] = {0, 1, 2, 3, 4};
    counts_are(a, COUNT(a), 0, 3, 3, (double[]){0, 2, 1});
    counts_are(b, COUNT(b), 0, 3, 3, (double[]){1, 4, 1});
    counts_are(c, COUNT(c), 0, 4, 10, (double[]){1, 0, 1, 0, 0, 1, 0, 1, 0, 1});
    counts_are(c, COUNT(c), 1, 3, 2, (double[]){1, 2});
    counts_are(c, 0, 0, 1, 1, (double[]){0});
}

static void outside_is_counted_apart(void **state)
{
    (void)state;
    static const double x[] = {-1, 0.5, 2, 3, 9};
    double edges[3], counts[2];
    struct histogram h = {.bins = 2, .edges = edges, .counts = counts};
    stats_histogram(x, COUNT(x), 0, 2, &h);
    assert_int_equal(h.below, 1);
    assert_int_equal(h.above, 2);
    assert_true(counts[0] == 1 && counts[1] == 1 && edges[1] == 1);
}

static void mean_of_none(void *arg)
{
    stats_mean(arg, 0);
}

static void variance_of_one(void *arg)
{
    stats_variance(arg, 1);
}

static void quantile_above_1(void *arg)
{
    stats_quantile(arg, 2, 1.5);
}

static void histogram_without_width(void *arg)
{
    struct histogram h = {.bins = 1, .edges = arg, .counts = arg};
    stats_histogram(arg, 2, 3, 3, &h);
}

static void what_makes_no_sense_is_a_fault(void **state)
{
    (void)state;
    double x[2] = {1, 2};
    assert_true(kit_dies(mean_of_none, x, "n >= 1"));
    assert_true(kit_dies(variance_of_one, x, "n >= 2"));
    assert_true(kit_dies(quantile_above_1, x, "p <= 1"));
    assert_true(kit_dies(histogram_without_width, x, "low < high"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nist_certified_samples),
        cmocka_unit_test(nist_constructed_samples),
        cmocka_unit_test(quantiles_as_r_gives_them),
        cmocka_unit_test(equal_values_stay_what_they_are),
        cmocka_unit_test(one_value),
        cmocka_unit_test(sorting),
        cmocka_unit_test(ecdf_as_statsmodels_gives_it),
        cmocka_unit_test(histogram_as_numpy_gives_it),
        cmocka_unit_test(outside_is_counted_apart),
        cmocka_unit_test(what_makes_no_sense_is_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
