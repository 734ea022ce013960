/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats.h: what a sample says of the law behind it, with GSL's functions.
 *
 * Values are finite. `sorted` is ascending (stats_sort). A time that did not occur within the run
 * is censored: it is beyond the end of the run, and so larger than every one that did occur. It has
 * a place in quantiles and in the ECDF, but no value: there is no mean of it. What there is instead
 * is the restricted mean, of min(time, end), and it is never called a mean (docs/statistics.md).
 *
 * An end of an interval is infinite where the sample sets no bound: one value says nothing of the
 * spread, and a median may lie among the censored. A lower end of INFINITY: the quantile is beyond
 * the end of the run. Whoever prints it says "-" or "beyond the end". */
#ifndef SIM_STUDY_STATS_H
#define SIM_STUDY_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "sim/kernel/rng.h"

struct interval {
    double low, high;
};

void stats_sort(double *x, size_t n);
double stats_mean(const double *x, size_t n);     /* n >= 1 */
double stats_variance(const double *x, size_t n); /* unbiased, denominator n - 1; n >= 2 */

/* Linear between the order statistics (Hyndman and Fan's type 7, as R's default); n >= 1, p in
 * 0..1. A sample of equal values gives that value, to the last bit. */
double stats_quantile(const double *sorted, size_t n, double p);
double stats_median(const double *sorted, size_t n);

/* The same with `censored` further values beyond these. False: the quantile is beyond the end. */
bool stats_censored_quantile(const double *sorted, size_t n, size_t censored, double p,
                             double *out);

/* Mean of min(time, end), and Student's t interval of it; x has the n that occurred, by `end` at
 * the latest. n + censored >= 1. */
double stats_restricted_mean(const double *x, size_t n, size_t censored, double end);
struct interval stats_restricted_interval(const double *x, size_t n, size_t censored, double end,
                                          double confidence);

/* The empirical distribution function: share of all, the censored included, that is at most v. */
double stats_ecdf(const double *sorted, size_t n, size_t censored, double v);

/* Equal bins of [low, high]. A value on an edge counts above it, `high` itself in the last bin. */
struct histogram {
    size_t bins;
    double *edges;       /* room for bins + 1 */
    double *counts;      /* room for bins */
    size_t below, above; /* values outside */
};
void stats_histogram(const double *x, size_t n, double low, double high, struct histogram *h);

/* Student's t interval of the mean; n >= 1. Confidence, here and below: such as 0.95, never 1. */
struct interval stats_t_interval(const double *x, size_t n, double confidence);

/* The t interval of the mean of a[i] - b[i], and that mean; a[i] and b[i] are of one replication,
 * which had the same random numbers at both points. `work` has room for n values. */
struct interval stats_paired(const double *a, const double *b, size_t n, double confidence,
                             double *mean, double *work);

/* Wilson's score interval of a proportion; n >= 1. Never empty, never outside 0..1. */
struct interval stats_wilson(uint64_t successes, uint64_t n, double confidence);

/* Two order statistics with the quantile of the law between them, whatever the law and however many
 * are censored; true at least as often as `confidence` says. n + censored >= 1. */
struct interval stats_quantile_interval(const double *sorted, size_t n, size_t censored, double p,
                                        double confidence);

/* The bootstrap: how the statistic varies over samples drawn from this one with replacement. */
struct bootstrap {
    double (*statistic)(const double *sorted, size_t n); /* stats_mean, stats_median or the like */
    size_t resamples;                                    /* 2,000 or so */
    double confidence;
    bool corrected;  /* for bias and skewness: Efron's BCa; else plain percentiles */
    struct rng *rng; /* the order of the values does not matter: they come sorted */
    double *work;    /* room for 2 n + resamples values */
};
struct interval stats_bootstrap(const double *sorted, size_t n, const struct bootstrap *b);

#endif
