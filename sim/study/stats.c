/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats.c: see stats.h. */
#include "sim/study/stats.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "sim/base/fault.h"

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

void stats_sort(double *x, size_t n)
{
    gsl_sort(x, 1, n);
}

double stats_quantile(const double *sorted, size_t n, double p)
{
    ASSERT(n >= 1 && p >= 0 && p <= 1);
    return gsl_stats_quantile_from_sorted_data(sorted, 1, n, p);
}

bool stats_censored_quantile(const double *sorted, size_t n, size_t censored, double p, double *out)
{
    double place = p * (double)(n + censored - 1);
    size_t below = (size_t)place;
    double part = place - (double)below;
    if (n == 0 || below >= n || (part > 0 && below + 1 >= n))
        return false;
    *out = part > 0 ? sorted[below] + part * (sorted[below + 1] - sorted[below]) : sorted[below];
    return true;
}

struct interval stats_t_interval(const double *x, size_t n, double confidence)
{
    double mean = stats_mean(x, n);
    double t = gsl_cdf_tdist_Qinv((1 - confidence) / 2, (double)(n - 1));
    double half = t * sqrt(stats_variance(x, n) / (double)n);
    return (struct interval){mean - half, mean + half};
}

struct interval stats_bootstrap(const double *x, size_t n, double (*statistic)(const double *x, size_t n),
                                size_t resamples, double confidence, struct rng *r, double *work)
{
    double *sample = work, *values = work + n;
    ASSERT(n >= 1 && resamples >= 1);
    for (size_t b = 0; b < resamples; b++) {
        for (size_t i = 0; i < n; i++)
            sample[i] = x[rng_below(r, n)];
        values[b] = statistic(sample, n);
    }
    stats_sort(values, resamples);
    return (struct interval){stats_quantile(values, resamples, (1 - confidence) / 2),
                             stats_quantile(values, resamples, (1 + confidence) / 2)};
}

struct interval stats_wilson(uint64_t successes, uint64_t n, double confidence)
{
    ASSERT(n >= 1 && successes <= n);
    double z = gsl_cdf_ugaussian_Qinv((1 - confidence) / 2), m = (double)n;
    double p = (double)successes / m, scale = 1 + z * z / m;
    double middle = (p + z * z / (2 * m)) / scale;
    double half = z / scale * sqrt(p * (1 - p) / m + z * z / (4 * m * m));
    /* Exactly 0 and 1 at the ends, where rounding would leave a trace. */
    return (struct interval){successes == 0 ? 0 : middle - half, successes == n ? 1 : middle + half};
}

struct interval stats_paired(const double *a, const double *b, size_t n, double confidence, double *mean,
                             double *work)
{
    for (size_t i = 0; i < n; i++)
        work[i] = a[i] - b[i];
    *mean = stats_mean(work, n);
    return stats_t_interval(work, n, confidence);
}

uint64_t stats_histogram(const double *x, size_t n, double low, double high, uint64_t *counts, size_t bins)
{
    uint64_t inside = 0;
    ASSERT(bins >= 1 && low < high);
    for (size_t b = 0; b < bins; b++)
        counts[b] = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(x[i] >= low && x[i] < high))
            continue;
        size_t b = (size_t)((x[i] - low) / (high - low) * (double)bins);
        counts[b < bins ? b : bins - 1]++;
        inside++;
    }
    return inside;
}

double stats_ecdf(const double *sorted, size_t n, size_t censored, double v)
{
    size_t low = 0, high = n;
    ASSERT(n + censored >= 1);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sorted[middle] <= v)
            low = middle + 1;
        else
            high = middle;
    }
    return (double)low / (double)(n + censored);
}
