/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fit.c: see fit.h. */
#include "sim/study/fit.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "sim/base/fault.h"

/* Cells fill up from the last, which is the rarest; what is left at the front joins the one before. */
struct fit fit_chi_square(const double *counted, const double *expected, size_t cells, double least)
{
    struct fit f = {.p = 1};
    double o = 0, e = 0, merged_o = 0, merged_e = 0;
    uint32_t merged = 0;
    for (size_t i = cells; i-- > 0;) {
        if (counted[i] > 0 && expected[i] <= 0)
            return (struct fit){INFINITY, 1, 0};
        o += counted[i];
        e += expected[i];
        if (e < least)
            continue;
        f.statistic += merged ? (merged_o - merged_e) * (merged_o - merged_e) / merged_e : 0;
        merged_o = o;
        merged_e = e;
        merged++;
        o = e = 0;
    }
    merged_o += o;
    merged_e += e;
    if (merged < 2)
        return f;
    f.statistic += (merged_o - merged_e) * (merged_o - merged_e) / merged_e;
    f.degrees = merged - 1;
    f.p = gsl_cdf_chisq_Q(f.statistic, f.degrees);
    return f;
}

double fit_binomial(uint64_t successes, uint64_t n, double p)
{
    ASSERT(n >= 1 && successes <= n && n <= UINT32_MAX);
    unsigned k = (unsigned)successes, all = (unsigned)n;
    double below = gsl_cdf_binomial_P(k, p, all);
    double above = k == 0 ? 1 : gsl_cdf_binomial_Q(k - 1, p, all);
    return fmin(1, 2 * fmin(below, above));
}
