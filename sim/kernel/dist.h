/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dist.h: laws of spans in text: "10ms", "uniform(0s,120s)", "exp(20ms)", "normal(5ms,1ms)",
 * "choice(1ms,2ms)". This is the only place where a double becomes time (rounded half to even,
 * clamped at 0); const, uniform and choice are integer all through. */
#ifndef SIM_KERNEL_DIST_H
#define SIM_KERNEL_DIST_H

#include "sim/base/err.h"
#include "sim/base/simtime.h"
#include "sim/base/str.h"
#include "sim/kernel/rng.h"

#define DIST_CHOICES 9

enum dist_kind { DIST_CONST, DIST_UNIFORM, DIST_EXP, DIST_NORMAL, DIST_CHOICE };

struct dist {
    enum dist_kind kind;
    uint32_t n;
    struct sim_dur v[DIST_CHOICES]; /* const: value; uniform: low, high; exp: mean; normal: mean, sd */
};

struct dist dist_const(struct sim_dur d);
bool dist_is_law(struct str text); /* does the text name a law, rather than one value? */
MUST_USE bool dist_parse(struct str text, struct dist *out, struct err *e);
struct sim_dur dist_draw(const struct dist *d, struct rng *r);
struct sim_dur dist_low(const struct dist *d); /* smallest possible value, for range checks */
void dist_text(struct txtbuf *t, const struct dist *d);

/* How many of `n` meet what each meets by itself with probability ppb / 1e9. Nothing is drawn when that is sure. */
uint64_t dist_binomial(uint64_t n, int64_t ppb, struct rng *r);

/* "115s", "7.3ms", "1min": exact; a bare number is refused, 0 too. */
MUST_USE bool dur_parse(struct str text, struct sim_dur *out, struct err *e);

#endif
