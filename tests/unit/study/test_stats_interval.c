/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Intervals against published ones: Student's t, paired differences, Wilson's and order statistics.
 * What they promise over many samples is measured in test_coverage.c. */
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

/* A sample of mean 0 with standard error 1: its interval is plus and minus the critical value. */
static double critical(size_t n, double confidence)
{
    static double x[101];
    double a = n % 2 == 0 ? sqrt((double)n - 1) : sqrt((double)n);
    for (size_t i = 0; i < n; i++)
        x[i] = n % 2 == 1 && i == n - 1 ? 0 : i % 2 == 0 ? a : -a;
    struct interval got = stats_t_interval(x, n, confidence);
    assert_true(fabs(got.low + got.high) < 1e-9);
    return got.high;
}

/* NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2: upper critical values of Student's t,
 * columns 0.95, 0.975 and 0.995. */
static void critical_values_of_the_t_table(void **state)
{
    (void)state;
    static const struct {
        size_t degrees;
        double c90, c95, c99;
    } rows[] = {
        {1, 6.314, 12.706, 63.657}, {2, 2.920, 4.303, 9.925},  {3, 2.353, 3.182, 5.841},
        {4, 2.132, 2.776, 4.604},   {5, 2.015, 2.571, 4.032},  {9, 1.833, 2.262, 3.250},
        {10, 1.812, 2.228, 3.169},  {20, 1.725, 2.086, 2.845}, {29, 1.699, 2.045, 2.756},
        {30, 1.697, 2.042, 2.750},  {40, 1.684, 2.021, 2.704}, {60, 1.671, 2.000, 2.660},
        {100, 1.660, 1.984, 2.626},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_true(fabs(critical(rows[i].degrees + 1, 0.90) - rows[i].c90) < 0.00051);
        assert_true(fabs(critical(rows[i].degrees + 1, 0.95) - rows[i].c95) < 0.00051);
        assert_true(fabs(critical(rows[i].degrees + 1, 0.99) - rows[i].c99) < 0.00051);
    }
}

/* Student's data on two soporifics (Biometrika 6, 1908), R's data set `sleep`. R's own example,
 * t.test(..., paired = TRUE), prints: mean -1.58, interval -2.4598858 -0.7001142. */
static void students_sleep(void **state)
{
    (void)state;
    static const double first[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
    static const double second[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
    double mean, work[10];
    near(stats_paired(first, second, 10, 0.95, &mean, work), -2.4598858, -0.7001142, 5e-8);
    assert_true(fabs(mean + 1.58) < 1e-12);
    /* The same people measured by themselves: half as narrow, for the persons differ. */
    struct interval alone = stats_t_interval(second, 10, 0.95);
    assert_true(alone.high - alone.low > 1.5 * (2.4598858 - 0.7001142));
}

/* R. Newcombe, Statistics in Medicine 17 (1998) 857-872, Table I, method 3. */
static void newcombes_proportions(void **state)
{
    (void)state;
    near(stats_wilson(81, 263, 0.95), 0.2553, 0.3662, 5e-5);
    near(stats_wilson(15, 148, 0.95), 0.0624, 0.1605, 5e-5);
    near(stats_wilson(0, 20, 0.95), 0.0000, 0.1611, 5e-5);
    near(stats_wilson(1, 29, 0.95), 0.0061, 0.1718, 5e-5);
}

static void proportions_at_the_ends(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 2000; n += n / 3 + 1) {
        struct interval none = stats_wilson(0, n, 0.95), all = stats_wilson(n, n, 0.95);
        assert_true(none.low == 0 && none.high > 0 && none.high < 1);
        assert_true(all.high == 1 && fabs(all.low - (1 - none.high)) < 1e-12);
        for (uint64_t k = 0; k <= n; k++) {
            struct interval i = stats_wilson(k, n, 0.95);
            double p = (double)k / (double)n;
            assert_true(i.low >= 0 && i.low <= p && p <= i.high && i.high <= 1);
        }
    }
}

/* Nair 1940, as cited by Dixon and Massey 1969: with at least 95 % (99 %) confidence the median is
 * between the k-th value from below and the k-th from above; 0: none of the values will do. */
static void nairs_ranks_of_the_median(void **state)
{
    (void)state;
    static const struct {
        size_t n, k95, k99;
    } rows[] = {{5, 0, 0},    {6, 1, 0},    {8, 1, 1},    {9, 2, 1},   {10, 2, 1},
                {17, 5, 3},   {20, 6, 4},   {25, 8, 6},   {30, 10, 8}, {40, 14, 12},
                {50, 18, 16}, {51, 19, 16}, {60, 22, 20}, {65, 25, 22}};
    double x[65];
    for (size_t i = 0; i < COUNT(x); i++)
        x[i] = (double)i + 1;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t n = rows[i].n;
        struct interval i95 = stats_quantile_interval(x, n, 0, 0.5, 0.95);
        struct interval i99 = stats_quantile_interval(x, n, 0, 0.5, 0.99);
        if (rows[i].k95 == 0)
            nothing_is_known(i95);
        else
            near(i95, (double)rows[i].k95, (double)(n + 1 - rows[i].k95), 0);
        if (rows[i].k99 == 0)
            nothing_is_known(i99);
        else
            near(i99, (double)rows[i].k99, (double)(n + 1 - rows[i].k99), 0);
    }
}

static void one_value_and_equal_values(void **state)
{
    (void)state;
    static const double same[] = {0.1, 0.1, 0.1};
    double mean, room[3];
    nothing_is_known(stats_t_interval(same, 1, 0.95));
    nothing_is_known(stats_paired(same, same, 1, 0.95, &mean, room));
    assert_true(mean == 0);
    nothing_is_known(stats_quantile_interval(same, 1, 0, 0.5, 0.95));
    near(stats_t_interval(same, 3, 0.95), 0.1, 0.1, 0);
    near(stats_paired(same, same, 3, 0.95, &mean, room), 0, 0, 0);
}

static void with_confidence(void *arg)
{
    static const double x[] = {1, 2};
    stats_t_interval(x, 2, *(double *)arg);
}

static void more_successes_than_trials(void *arg)
{
    (void)arg;
    stats_wilson(3, 2, 0.95);
}

static void what_makes_no_sense_is_a_fault(void **state)
{
    (void)state;
    double bad[] = {0, 1, 95, -0.5, NAN};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_true(kit_dies(with_confidence, &bad[i], "confidence > 0 && confidence < 1"));
    assert_true(kit_dies(more_successes_than_trials, NULL, "successes <= n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(critical_values_of_the_t_table),
        cmocka_unit_test(students_sleep),
        cmocka_unit_test(newcombes_proportions),
        cmocka_unit_test(proportions_at_the_ends),
        cmocka_unit_test(nairs_ranks_of_the_median),
        cmocka_unit_test(one_value_and_equal_values),
        cmocka_unit_test(what_makes_no_sense_is_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
