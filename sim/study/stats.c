/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats.c: see stats.h. */
#include "sim/study/stats.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_histogram.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "sim/base/fault.h"

static const struct interval unbounded = {-INFINITY, INFINITY};

void stats_sort(double *x, size_t n)
{
    gsl_sort(x, 1, n);
}

double stats_mean(const double *x, size_t n)
{
    ASSERT(n >= 1);
    return gsl_stats_mean(x, 1, n);
}

double stats_variance(const double *x, size_t n)
{
    ASSERT(n >= 2);
    return gsl_stats_variance(x, 1, n);
}

/* GSL's own quantile mixes (1-d)a + db, which need not return a where a = b, and knows no censored
 * values. A place that is whole but for rounding is whole: the next value may be beyond the end. */
bool stats_censored_quantile(const double *sorted, size_t n, size_t censored, double p, double *out)
{
    ASSERT(n + censored >= 1);
    ASSERT(p >= 0 && p <= 1);
    double place = p * (double)(n + censored - 1), whole = round(place);
    if (fabs(place - whole) > 1e-9)
        whole = floor(place);
    else
        place = whole;
    size_t i = (size_t)whole;
    double part = place - whole;
    if (i >= n || (part > 0 && i + 1 >= n))
        return false;
    *out = part > 0 ? sorted[i] + part * (sorted[i + 1] - sorted[i]) : sorted[i];
    return true;
}

double stats_quantile(const double *sorted, size_t n, double p)
{
    double out = 0;
    bool there = stats_censored_quantile(sorted, n, 0, p, &out);
    ASSERT(there);
    return out;
}

double stats_median(const double *sorted, size_t n)
{
    return stats_quantile(sorted, n, 0.5);
}

double stats_ecdf(const double *sorted, size_t n, size_t censored, double v)
{
    size_t low = 0, high = n;
    ASSERT(n + censored >= 1);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle] <= v)
            low = middle + 1;
        else
            high = middle;
    }
    return (double)low / (double)(n + censored);
}

void stats_histogram(const double *x, size_t n, double low, double high, struct histogram *h)
{
    gsl_histogram g = {.n = h->bins, .range = h->edges, .bin = h->counts};
    ASSERT(h->bins >= 1);
    ASSERT(low < high);
    gsl_histogram_set_ranges_uniform(&g, low, high); /* and counts to 0 */
    h->below = h->above = 0;
    for (size_t i = 0; i < n; i++) {
        if (x[i] < low)
            h->below++;
        else if (x[i] > high)
            h->above++;
        else if (x[i] == high) /* GSL's last bin is open at its upper edge */
            h->counts[h->bins - 1]++;
        else
            gsl_histogram_increment(&g, x[i]);
    }
}

/* Upper tail of a two-sided interval. */
static double tail(double confidence)
{
    ASSERT(confidence > 0 && confidence < 1);
    return (1 - confidence) / 2;
}

static struct interval around(double mean, double variance, size_t n, double confidence)
{
    double half =
        gsl_cdf_tdist_Qinv(tail(confidence), (double)(n - 1)) * sqrt(variance / (double)n);
    return (struct interval){mean - half, mean + half};
}

struct interval stats_t_interval(const double *x, size_t n, double confidence)
{
    double mean = stats_mean(x, n);
    return n == 1 ? unbounded : around(mean, stats_variance(x, n), n, confidence);
}

struct interval stats_paired(const double *a, const double *b, size_t n, double confidence,
                             double *mean, double *work)
{
    for (size_t i = 0; i < n; i++)
        work[i] = a[i] - b[i];
    *mean = stats_mean(work, n);
    return stats_t_interval(work, n, confidence);
}

double stats_restricted_mean(const double *x, size_t n, size_t censored, double end)
{
    ASSERT(n + censored >= 1);
    double mean = n > 0 ? stats_mean(x, n) : end;
    ASSERT(mean <= end);
    return mean + (end - mean) * ((double)censored / (double)(n + censored));
}

struct interval stats_restricted_interval(const double *x, size_t n, size_t censored, double end,
                                          double confidence)
{
    size_t all = n + censored;
    double mean = stats_restricted_mean(x, n, censored, end);
    if (all == 1)
        return unbounded;
    double squares = (double)censored * (end - mean) * (end - mean);
    for (size_t i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    return around(mean, squares / (double)(all - 1), all, confidence);
}

struct interval stats_wilson(uint64_t successes, uint64_t n, double confidence)
{
    ASSERT(n >= 1);
    ASSERT(successes <= n);
    double z = gsl_cdf_ugaussian_Qinv(tail(confidence)), m = (double)n;
    double p = (double)successes / m, scale = 1 + z * z / m;
    double middle = (p + z * z / (2 * m)) / scale;
    double half = z / scale * sqrt(p * (1 - p) / m + z * z / (4 * m * m));
    /* Exactly 0 and 1 at the ends, where rounding would leave a trace. */
    return (struct interval){successes == 0 ? 0 : middle - half,
                             successes == n ? 1 : middle + half};
}

/* The j-th value in ascending order, from 1; the censored are the last. */
static double in_order(const double *sorted, size_t n, size_t j)
{
    if (j == 0)
        return -INFINITY;
    return j <= n ? sorted[j - 1] : INFINITY;
}

/* How many values lie below the quantile is binomial: so many of `all`, with probability p each.
 * The j-th value is above it when fewer than j are below, and below it when j or more are. */
struct interval stats_quantile_interval(const double *sorted, size_t n, size_t censored, double p,
                                        double confidence)
{
    unsigned all = (unsigned)(n + censored), low, high;
    double alpha = tail(confidence);
    ASSERT(n + censored >= 1 && n + censored < UINT32_MAX);
    ASSERT(p > 0 && p < 1);
    for (low = (unsigned)(p * all) + 1; low > 0; low--) {
        if (gsl_cdf_binomial_P(low - 1, p, all) <= alpha)
            break;
    }
    for (high = low + 1; high <= all; high++) {
        if (gsl_cdf_binomial_Q(high - 1, p, all) <= alpha)
            break;
    }
    return (struct interval){in_order(sorted, n, low), in_order(sorted, n, high)};
}

/* One resample in ascending order: how often each value was drawn, then the values. */
static void resample(const double *sorted, size_t n, struct rng *r, double *times, double *sample)
{
    for (size_t i = 0; i < n; i++)
        times[i] = 0;
    for (size_t i = 0; i < n; i++)
        times[rng_below(r, n)]++;
    for (size_t i = 0, k = 0; i < n; i++) {
        for (double left = times[i]; left > 0; left--)
            sample[k++] = sorted[i];
    }
}

/* The acceleration: a sixth of the skewness of the statistic, by leaving out one value after
 * another (Efron and Tibshirani 1993, 14.15). */
static double acceleration(const double *sorted, size_t n, const struct bootstrap *b)
{
    double *without = b->work, *rest = b->work + n, mean, squares = 0, cubes = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k + 1 < n; k++)
            rest[k] = sorted[k < i ? k : k + 1];
        without[i] = b->statistic(rest, n - 1);
    }
    mean = stats_mean(without, n);
    for (size_t i = 0; i < n; i++) {
        double d = mean - without[i];
        squares += d * d;
        cubes += d * d * d;
    }
    return squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0;
}

/* The bias: where the statistic of the sample stands among those of the resamples, as a normal
 * quantile (14.14). Equal ones count half: medians have many. Half a resample keeps it finite. */
static double bias(const double *values, size_t count, double statistic)
{
    double below = 0;
    for (size_t i = 0; i < count; i++)
        below += values[i] < statistic ? 1 : values[i] == statistic ? 0.5 : 0;
    below = fmin(fmax(below, 0.5), (double)count - 0.5);
    return gsl_cdf_ugaussian_Pinv(below / (double)count);
}

/* The share of the resamples that stands for the normal quantile z (14.10). */
static double corrected(double z, double z0, double a)
{
    double w = z0 + z, scale = 1 - a * w;
    if (scale <= 0) /* so skewed that the correction has no end */
        return w > 0 ? 1 : 0;
    return gsl_cdf_ugaussian_P(z0 + w / scale);
}

struct interval stats_bootstrap(const double *sorted, size_t n, const struct bootstrap *b)
{
    double *values = b->work + 2 * n, low = tail(b->confidence), high = 1 - low;
    ASSERT(n >= 1);
    ASSERT(b->resamples >= 1);
    ASSERT(sorted[0] <= sorted[n - 1]);
    if (n == 1)
        return unbounded;
    for (size_t i = 0; i < b->resamples; i++) {
        resample(sorted, n, b->rng, b->work, b->work + n);
        values[i] = b->statistic(b->work + n, n);
    }
    stats_sort(values, b->resamples);
    if (b->corrected) {
        double z = gsl_cdf_ugaussian_Qinv(low), a = acceleration(sorted, n, b);
        double z0 = bias(values, b->resamples, b->statistic(sorted, n));
        low = corrected(-z, z0, a);
        high = corrected(z, z0, a);
    }
    return (struct interval){stats_quantile(values, b->resamples, low),
                             stats_quantile(values, b->resamples, high)};
}
