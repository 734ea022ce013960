/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats.h: what a sample says of the law behind it, with GSL's functions. Times that did not occur within
 * the run are censored: they are larger than every one that did. */
#ifndef SIM_STUDY_STATS_H
#define SIM_STUDY_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/kernel/rng.h"

struct interval {
    double low, high;
};

double stats_mean(const double *x, size_t n);     /* n >= 1 */
double stats_variance(const double *x, size_t n); /* unbiased; n >= 2 */
void stats_sort(double *x, size_t n);

/* Linear between the order statistics (Hyndman and Fan's type 7, as R's default); `sorted` is ascending. */
double stats_quantile(const double *sorted, size_t n, double p);

/* The same when `censored` further values are beyond all of these. False: the quantile is among them. */
bool stats_censored_quantile(const double *sorted, size_t n, size_t censored, double p, double *out);

/* Student's t interval of the mean; n >= 2. confidence such as 0.95. */
struct interval stats_t_interval(const double *x, size_t n, double confidence);

/* Percentile bootstrap of any statistic: `resamples` samples drawn from x with replacement. `work` has room
 * for n + resamples values. */
struct interval stats_bootstrap(const double *x, size_t n, double (*statistic)(const double *x, size_t n),
                                size_t resamples, double confidence, struct rng *r, double *work);

/* Wilson's score interval of a proportion; n >= 1. */
struct interval stats_wilson(uint64_t successes, uint64_t n, double confidence);

/* The t interval of the mean of a[i] - b[i]; `work` has room for n values. n >= 2. */
struct interval stats_paired(const double *a, const double *b, size_t n, double confidence, double *mean,
                             double *work);

/* Counts of x in `bins` equal bins of [low, high); what is outside is not counted. Returns how many were. */
uint64_t stats_histogram(const double *x, size_t n, double low, double high, uint64_t *counts, size_t bins);

/* Share of the sample at or below v: the empirical distribution function. */
double stats_ecdf(const double *sorted, size_t n, size_t censored, double v);

#endif
