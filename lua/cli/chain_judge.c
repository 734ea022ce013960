/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chain_judge.c: the counts of a run beside the chain.
 *
 * Copies: given the RTO that it begins with, the copies of a keepalive have the chain's law whatever went
 * before, so counts and expected counts are summed over all keepalives. RTO: that of each eighth keepalive of a
 * registration, in the law of a chain that has lived so long; two of them depend on each other by less than
 * loss^8, since a keepalive whose first copy arrives forgets all that was. Ends: one yes or no a trial.
 *
 * With bursts the state is the pair of RTO and channel. The simulation knows the RTO alone: a pause lasts as long as
 * fifty bursts, so each keepalive finds the channel in equilibrium. */
#include "lua/cli/chain.h"

#include <math.h>

#include "sim/study/keepalive_chain.h"

#define ARENA_BYTES_MAX (64u << 20)
#define CELL_LEAST 5 /* expected in a cell of the chi-square test */
#define LEVEL 0.01
#define CHAIN_STATES (2 * CHAIN_EXPONENTS)

static double seconds(struct sim_dur d)
{
    return (double)d.ns / 1e9;
}

static void build(const struct chain_row *r, struct arena *a, struct keepalive_chain *k)
{
    struct keepalive_law l = {
        .base_s = seconds(chain_base(r)),
        .cap_s = 120,
        .pause_s = seconds(chain_pause(r)),
        .channel = {.clock = CHANNEL_BY_TIME, .loss_good = r->loss_percent / 100.0, .loss_bad = 1},
    };
    if (r->good_s) {
        l.channel.to_bad = 1.0 / (double)r->good_s;
        l.channel.to_good = 1000.0 / (double)r->burst_ms;
    }
    double wait = seconds(chain_wait(r)), answer = seconds(chain_answer());
    if (r->factor)
        wait = keepalive_settled_wait(a, &l, answer, wait, (double)r->factor);
    l.patience_s = wait - answer;
    keepalive_chain_build(k, a, &l);
    ASSERT(k->exponents <= CHAIN_EXPONENTS && k->copies <= CHAIN_COPIES);
}

/* The probability that a keepalive which begins with this RTO is answered at copy j. */
static double answered(const struct keepalive_chain *k, uint32_t exponent, uint32_t j)
{
    double p = 0;
    for (uint32_t c = 0; c < k->channels; c++)
        p += k->start[c] * keepalive_chain_answered(k, (size_t)exponent * k->channels + c, j);
    return p;
}

static void judge_copies(const struct keepalive_chain *k, const struct chain_counts *c, struct chain_verdict *v)
{
    for (uint32_t e = 0; e < CHAIN_EXPONENTS; e++) {
        double n = c->given_up[e];
        for (uint32_t j = 0; j < CHAIN_COPIES; j++) {
            n += c->answered[e][j];
            v->copies_counted[j] += c->answered[e][j];
        }
        v->copies_counted[CHAIN_COPIES] += c->given_up[e];
        v->keepalives += n;
        if (e >= k->exponents)
            continue; /* never, says the chain: nothing is expected */
        for (uint32_t i = 0; i < k->channels; i++)
            v->copies_expected[CHAIN_COPIES] +=
                n * k->start[i] * chain_absorbs(&k->chain, (size_t)e * k->channels + i);
        for (uint32_t j = 0; j < k->copies; j++)
            v->copies_expected[j] += n * answered(k, e, j);
    }
    v->copies = k->copies;
    v->copies_fit = fit_chi_square(v->copies_counted, v->copies_expected, CHAIN_COPIES + 1, CELL_LEAST);
}

static void judge_rto(const struct keepalive_chain *k, const struct chain_counts *c, struct chain_verdict *v)
{
    double law[CHAIN_STATES] = {0};
    for (size_t s = 0; s < k->chain.states; s++)
        law[s] = k->start[s];
    for (uint32_t i = 1; i < CHAIN_TAKEN; i++) {
        double lives = 0;
        for (int n = 0; n < CHAIN_EVERY; n++)
            chain_step(&k->chain, law);
        for (size_t s = 0; s < k->chain.states; s++)
            lives += law[s];
        for (size_t s = 0; s < k->chain.states && lives > 0; s++)
            v->rto_expected[s / k->channels] += c->taken[i] * law[s] / lives;
        v->taken += c->taken[i];
    }
    for (uint32_t e = 0; e < CHAIN_EXPONENTS; e++)
        v->rto_counted[e] = c->taken_rto[e];
    v->rto_counted[CHAIN_EXPONENTS] = c->strange;
    v->exponents = k->exponents;
    v->rto_fit = fit_chi_square(v->rto_counted, v->rto_expected, CHAIN_EXPONENTS + 1, CELL_LEAST);
}

static void judge_ends(const struct keepalive_chain *k, const struct chain_row *r, const struct chain_counts *c,
                       struct chain_verdict *v)
{
    double mean[CHAIN_STATES], variance[CHAIN_STATES];
    v->lasts = INFINITY;
    if (chain_steps(&k->chain, mean, variance)) {
        v->lasts = 0;
        for (uint32_t i = 0; i < k->channels; i++)
            v->lasts += k->start[i] * mean[i];
    }
    v->ends_expected = chain_absorbed_within(&k->chain, k->start, chain_horizon(r));
    v->ends_counted = c->trials ? (double)c->ended / c->trials : 0;
    v->ends_p = c->trials ? fit_binomial(c->ended, c->trials, v->ends_expected) : 0;
}

void chain_judge(const struct chain_row *r, const struct chain_counts *c, struct chain_verdict *out)
{
    struct arena *a = arena_new("chain", ARENA_BYTES_MAX);
    struct keepalive_chain k;
    *out = (struct chain_verdict){0};
    build(r, a, &k);
    judge_copies(&k, c, out);
    judge_rto(&k, c, out);
    judge_ends(&k, r, c, out);
    arena_free(a);
}

uint32_t chain_tests(const struct chain_row *r)
{
    return r->kind == CHAIN_SHAPES ? 2 : 1;
}

uint32_t chain_failed(const struct chain_row *r, const struct chain_verdict *v)
{
    if (r->kind == CHAIN_ENDS)
        return v->ends_p < LEVEL;
    return (v->copies_fit.p < LEVEL ? 1u : 0) + (v->rto_fit.p < LEVEL ? 1u : 0);
}
