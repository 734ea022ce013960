/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an interval promises, kept: of 1,000 studies, each with an interval of its own, how many
 * hold the truth? Draws from named streams, with seeds 1, 2 and 3. The share itself varies by 0.7
 * points (one standard deviation) from seed to seed. It prints the table of docs/statistics.md:
 * with the argument `full` from 1,000 studies a row, else from fewer where a study takes long. */
#include "tests/unit/base/base_kit.h"

#include <gsl/gsl_randist.h>
#include <math.h>

#include "sim/kernel/dist.h"
#include "sim/study/stats.h"

#define STUDIES 1000
#define REPS_MAX 200
#define RESAMPLES 399 /* few for one study, enough for a thousand */

static size_t some_studies = 100;

/* One study: draws its replications and says whether the interval holds the truth. */
typedef bool study_fn(struct rng *r, size_t reps);

static void covers(const char *what, study_fn *study, size_t reps, size_t studies, double least,
                   double most)
{
    double share[4];
    print_message("| %s | %zu |", what, reps);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        size_t held = 0;
        for (size_t i = 0; i < studies; i++) {
            char name[100];
            struct rng r;
            snprintf(name, sizeof name, "coverage/%s/%zu", what, i);
            rng_seed(&r, seed, name);
            held += study(&r, reps);
        }
        share[seed] = 100 * (double)held / (double)studies;
        print_message(" %.1f |", share[seed]);
    }
    print_message("\n");
    for (uint64_t seed = 1; seed <= 3; seed++) {
        if (share[seed] < least || share[seed] > most)
            fail_msg("%s, seed %d: %.1f %% hold the truth", what, (int)seed, share[seed]);
    }
}

static bool holds(struct interval i, double truth)
{
    return i.low <= truth && truth <= i.high;
}

static double drawn(struct sim_dur mean, struct rng *r)
{
    struct dist d = {.kind = DIST_EXP, .n = 1, .v = {mean}};
    return (double)dist_draw(&d, r).ns / 1e9;
}

static void fill(double *x, size_t n, struct rng *r)
{
    for (size_t i = 0; i < n; i++)
        x[i] = drawn(dur_s(1), r);
}

static bool exponential_mean(struct rng *r, size_t n)
{
    double x[REPS_MAX];
    fill(x, n, r);
    return holds(stats_t_interval(x, n, 0.95), 1);
}

/* Mean wait of 400 customers of an M/M/1 queue by Lindley's recursion; an arrival comes every 2 s
 * on the average, so lambda is 0.5. The first customer finds the queue as time left it: no wait
 * with probability 1 - rho, else exponential with mean 1/(mu - lambda). So each waits rho/(mu -
 * lambda) on the average (L. Kleinrock, Queueing Systems 1, chapter 5). One draw for each purpose,
 * needed or not: two queues with one stream stay in step. */
#define CUSTOMERS 400

static double mm1_wait(int64_t service_ms, struct rng *r)
{
    bool busy = rng_chance_ppb(r, service_ms * 1000000 / 2);
    double sum = 0, wait = drawn(dur_ns(2000000000 * service_ms / (2000 - service_ms)), r);
    wait = busy ? wait : 0;
    for (int i = 0; i < CUSTOMERS; i++) {
        sum += wait;
        wait = fmax(0, wait + drawn(dur_ms(service_ms), r) - drawn(dur_s(2), r));
    }
    return sum / CUSTOMERS;
}

static bool mm1_mean(struct rng *r, size_t n)
{
    double x[REPS_MAX];
    for (size_t i = 0; i < n; i++)
        x[i] = mm1_wait(1000, r);
    return holds(stats_t_interval(x, n, 0.95), 1);
}

/* The exponential law is as skewed as laws of waiting get: with 30 replications it takes 2 points
 * from what is promised, for Student's t wants a mean that is nearly normal. 200 are enough. */
static void t_intervals(void **state)
{
    (void)state;
    covers("t: exponential mean", exponential_mean, 200, STUDIES, 93, 97);
    covers("t: M/M/1 mean wait", mm1_mean, 30, STUDIES, 93, 97);
    covers("t: exponential mean", exponential_mean, 30, STUDIES, 90, 96);
}

static double paired_width, unpaired_width;

/* Service of 1 s and of 0.9 s for the same customers: waits of 1 s and 0.45/(1/0.9 - 0.5) s. Apart,
 * each is compared with a replication of other customers. */
static bool mm1_difference(struct rng *r, size_t n)
{
    double slow[REPS_MAX], fast[REPS_MAX], other[REPS_MAX], work[REPS_MAX], mean;
    for (size_t i = 0; i < n; i++) {
        struct rng same = *r;
        slow[i] = mm1_wait(1000, r);
        fast[i] = mm1_wait(900, &same);
        other[(i + 1) % n] = fast[i];
    }
    struct interval paired = stats_paired(slow, fast, n, 0.95, &mean, work);
    struct interval apart = stats_paired(slow, other, n, 0.95, &mean, work);
    paired_width += paired.high - paired.low;
    unpaired_width += apart.high - apart.low;
    return holds(paired, 1 - 0.45 / (1 / 0.9 - 0.5));
}

static void common_random_numbers(void **state)
{
    (void)state;
    covers("paired t: M/M/1, two service times", mm1_difference, 30, some_studies, 88, 100);
    print_message("the paired interval is %.1f times as narrow\n", unpaired_width / paired_width);
    assert_true(unpaired_width > 3 * paired_width);
}

static bool bootstrap_holds(struct rng *r, size_t n, double (*statistic)(const double *, size_t),
                            bool corrected, double truth)
{
    static double work[2 * REPS_MAX + RESAMPLES], x[REPS_MAX];
    const struct bootstrap b = {.statistic = statistic,
                                .resamples = RESAMPLES,
                                .confidence = 0.95,
                                .corrected = corrected,
                                .rng = r,
                                .work = work};
    fill(x, n, r);
    stats_sort(x, n);
    return holds(stats_bootstrap(x, n, &b), truth);
}

static bool mean_percentile(struct rng *r, size_t n)
{
    return bootstrap_holds(r, n, stats_mean, false, 1);
}

static bool mean_bca(struct rng *r, size_t n)
{
    return bootstrap_holds(r, n, stats_mean, true, 1);
}

static bool median_percentile(struct rng *r, size_t n)
{
    return bootstrap_holds(r, n, stats_median, false, log(2));
}

static bool variance_percentile(struct rng *r, size_t n)
{
    return bootstrap_holds(r, n, stats_variance, false, 1);
}

static bool variance_bca(struct rng *r, size_t n)
{
    return bootstrap_holds(r, n, stats_variance, true, 1);
}

/* A bootstrap knows the sample only: too narrow for few values, most so where the tail decides. */
static void bootstraps(void **state)
{
    (void)state;
    covers("bootstrap: exponential mean", mean_percentile, 30, some_studies, 84, 98);
    covers("bootstrap BCa: exponential mean", mean_bca, 30, some_studies, 84, 98);
    covers("bootstrap: exponential median", median_percentile, 30, some_studies, 88, 100);
    covers("bootstrap: exponential variance", variance_percentile, 30, some_studies, 62, 86);
    covers("bootstrap BCa: exponential variance", variance_bca, 30, some_studies, 68, 92);
}

/* A share of 1/3 of the phones, and a rare one. */
static bool third(struct rng *r, size_t n)
{
    uint64_t k = 0;
    for (size_t i = 0; i < n; i++)
        k += rng_below(r, 3) == 0;
    return holds(stats_wilson(k, n, 0.95), 1.0 / 3);
}

static bool rare(struct rng *r, size_t n)
{
    uint64_t k = 0;
    for (size_t i = 0; i < n; i++)
        k += rng_chance_ppb(r, 20000000);
    return holds(stats_wilson(k, n, 0.95), 0.02);
}

/* The coverage of Wilson's interval can be summed up, without drawing. */
static double wilson_holds(unsigned n, double p)
{
    double sum = 0;
    for (unsigned k = 0; k <= n; k++)
        sum += holds(stats_wilson(k, n, 0.95), p) ? gsl_ran_binomial_pdf(k, p, n) : 0;
    return 100 * sum;
}

/* It is right on the average, but not for each proportion. At the worst one occurrence excludes a
 * truth that has none most of the time: np is just below 1 + z^2/2 - z sqrt(1 + z^2/4) = 0.1765,
 * the limit of Wilson's lower end for one of many, and the coverage exp(-0.1765) = 83.8 %. */
static void proportions(void **state)
{
    (void)state;
    covers("Wilson: a share of 1/3", third, 30, STUDIES, 93, 98);
    covers("Wilson: a share of 2 %", rare, 100, STUDIES, 92, 98);
    double sum = 0, worst = 100;
    size_t count = 0;
    for (unsigned n = 5; n <= 100; n += 5) {
        for (unsigned k = 1; k < 1000; k++, count++) {
            double share = wilson_holds(n, k / 1000.0);
            sum += share;
            worst = fmin(worst, share);
        }
    }
    print_message("Wilson, summed up: %.2f %% on the average, %.1f %% at the worst\n",
                  sum / (double)count, worst);
    assert_true(fabs(sum / (double)count - 95) < 0.3);
    assert_true(worst > 83 && worst < 83.8);
    double edge = stats_wilson(1, 10000, 0.95).low;
    assert_true(fabs(edge * 10000 - 0.1765) < 0.0001);
    assert_true(fabs(wilson_holds(10000, edge * 0.9999) - 83.8) < 0.05);
}

/* Times of 1 s on the average, of which so many lie within a run that ends after a while. */
static size_t within(double *x, size_t n, double end, struct rng *r)
{
    size_t left = 0;
    fill(x, n, r);
    stats_sort(x, n);
    while (left < n && x[left] <= end)
        left++;
    return left;
}

static bool median_within(struct rng *r, size_t n)
{
    double x[REPS_MAX];
    size_t left = within(x, n, 1, r);
    return holds(stats_quantile_interval(x, left, n - left, 0.5, 0.95), log(2));
}

/* The run ends before the median: a lower end among the censored says no more than that. */
static bool median_beyond(struct rng *r, size_t n)
{
    double x[REPS_MAX];
    size_t left = within(x, n, 0.6, r);
    struct interval i = stats_quantile_interval(x, left, n - left, 0.5, 0.95);
    return i.low == INFINITY || holds(i, log(2));
}

static bool restricted_mean(struct rng *r, size_t n)
{
    double x[REPS_MAX];
    size_t left = within(x, n, 1, r);
    return holds(stats_restricted_interval(x, left, n - left, 1, 0.95), 1 - exp(-1));
}

/* What must not be done: the mean of those that occurred, taken for the mean. */
static bool mean_of_the_rest(struct rng *r, size_t n)
{
    double x[REPS_MAX];
    size_t left = within(x, n, 1, r);
    return left > 0 && holds(stats_t_interval(x, left, 0.95), 1);
}

static void censored_times(void **state)
{
    (void)state;
    covers("order statistics: median, 37 % censored", median_within, 30, STUDIES, 94, 98);
    covers("order statistics: median beyond the end", median_beyond, 30, STUDIES, 94, 100);
    covers("t: restricted mean, 37 % censored", restricted_mean, 30, STUDIES, 93, 97);
    covers("wrong: mean of those that occurred", mean_of_the_rest, 30, STUDIES, 0, 3);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(t_intervals),    cmocka_unit_test(common_random_numbers),
        cmocka_unit_test(bootstraps),     cmocka_unit_test(proportions),
        cmocka_unit_test(censored_times),
    };
    if (argc == 2 && strcmp(argv[1], "full") == 0)
        some_studies = STUDIES;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
