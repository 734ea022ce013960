/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fit.h: does what was counted agree with what a law says? */
#ifndef SIM_STUDY_FIT_H
#define SIM_STUDY_FIT_H

#include <stddef.h>
#include <stdint.h>

struct fit {
    double statistic;
    uint32_t degrees; /* of freedom; 0: there was nothing to compare */
    double p;         /* the probability of so much deviation or more, if the law holds */
};

/* Pearson's chi-square of counts against expected counts, which sum to the same unless the law is wrong.
 * From the end on, cells are merged until each expects `least` (5 is usual). A count where the law
 * expects nothing at all: p is 0. */
struct fit fit_chi_square(const double *counted, const double *expected, size_t cells, double least);

/* The exact binomial test, two-sided: twice the smaller tail, at most 1. n >= 1. */
double fit_binomial(uint64_t successes, uint64_t n, double p);

#endif
