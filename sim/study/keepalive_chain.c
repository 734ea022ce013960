/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keepalive_chain.c: see keepalive_chain.h. */
#include "sim/study/keepalive_chain.h"

#include <math.h>

#include "sim/base/fault.h"

#define COPIES_MAX 256

static double rto_s(const struct keepalive_law *l, uint32_t exponent)
{
    return fmin(ldexp(l->base_s, (int)exponent), l->cap_s);
}

/* At the cap the exponent stays: a larger one would be the same RTO. */
static uint32_t doubled(const struct keepalive_law *l, uint32_t exponent, uint32_t times)
{
    while (times-- && rto_s(l, exponent) < l->cap_s)
        exponent++;
    return exponent;
}

/* From the first copy to copy number `copy`. */
static double delay_of(const struct keepalive_law *l, uint32_t exponent, uint32_t copy)
{
    double sum = 0;
    for (uint32_t j = 0; j < copy; j++)
        sum += rto_s(l, doubled(l, exponent, j));
    return sum;
}

static uint32_t copies_of(const struct keepalive_law *l, uint32_t exponent)
{
    uint32_t n = 1;
    while (n < COPIES_MAX && delay_of(l, exponent, n) <= l->patience_s)
        n++;
    ASSERT(n < COPIES_MAX);
    return n;
}

/* Whatever is reached is reached by the keepalives before it: exponents grow until they fit. */
static void count_states(struct keepalive_chain *k)
{
    k->exponents = 1;
    for (uint32_t e = 0; e < k->exponents; e++) {
        uint32_t n = copies_of(&k->law, e), last = doubled(&k->law, e, n - 1);
        k->copies = n > k->copies ? n : k->copies;
        k->exponents = last + 1 > k->exponents ? last + 1 : k->exponents;
    }
}

/* --- the channel ------------------------------------------------------------------------------ */

/* Moves the law of the channel (two probabilities) over some frames and some seconds. The second
 * eigenvalue of the two-state chain says how fast it forgets. */
static void move(const struct channel *c, double u[2], uint32_t frames, double seconds)
{
    double rate = c->to_bad + c->to_good;
    if (c->to_bad <= 0)
        return;
    double kept = c->clock == CHANNEL_BY_FRAME ? pow(1 - rate, frames) : exp(-rate * seconds);
    double mass = u[0] + u[1], bad = mass * c->to_bad / rate;
    u[1] = bad + kept * (u[1] - bad);
    u[0] = mass - u[1];
}

static void equilibrium(const struct channel *c, double u[2])
{
    u[1] = c->to_bad > 0 ? c->to_bad / (c->to_bad + c->to_good) : 0;
    u[0] = 1 - u[1];
}

/* --- the keepalive ---------------------------------------------------------------------------- */

static void fill_row(struct keepalive_chain *k, uint32_t e, uint32_t channel)
{
    const struct keepalive_law *l = &k->law;
    size_t from = (size_t)e * k->channels + channel;
    double u[2] = {channel == 0, channel == 1};
    for (uint32_t j = 0, n = copies_of(l, e); j < n; j++) {
        double arrives[2] = {u[0] * (1 - l->channel.loss_good), u[1] * (1 - l->channel.loss_bad)};
        uint32_t next = j == 0 ? 0 : doubled(l, e, j);
        k->answered[from * k->copies + j] = arrives[0] + arrives[1];
        u[0] -= arrives[0];
        u[1] -= arrives[1];
        move(&l->channel, arrives, 1 + l->channel.frames_between, l->pause_s);
        for (uint32_t c = 0; c < k->channels; c++)
            chain_add(&k->chain, from, (size_t)next * k->channels + c, arrives[c]);
        move(&l->channel, u, 1, rto_s(l, doubled(l, e, j)));
    }
}

void keepalive_chain_build(struct keepalive_chain *k, struct arena *a, const struct keepalive_law *law)
{
    double u[2];
    ASSERT(law->base_s > 0 && law->patience_s >= 0);
    *k = (struct keepalive_chain){.law = *law, .channels = law->channel.to_bad > 0 ? 2 : 1};
    count_states(k);
    size_t states = (size_t)k->exponents * k->channels;
    chain_init(&k->chain, a, states);
    k->answered = ARENA_ARRAY(a, double, states * k->copies);
    k->start = ARENA_ARRAY(a, double, states);
    k->delay_s = ARENA_ARRAY(a, double, (size_t)k->exponents * k->copies);
    equilibrium(&law->channel, u);
    for (uint32_t c = 0; c < k->channels; c++)
        k->start[c] = u[c];
    for (uint32_t e = 0; e < k->exponents; e++) {
        for (uint32_t j = 0; j < k->copies; j++) {
            double d = delay_of(law, e, j);
            k->delay_s[e * k->copies + j] = d <= law->patience_s ? d : INFINITY;
        }
        for (uint32_t c = 0; c < k->channels; c++)
            fill_row(k, e, c);
    }
}

uint32_t keepalive_chain_copies(const struct keepalive_chain *k, uint32_t exponent)
{
    return copies_of(&k->law, exponent);
}

double keepalive_chain_answered(const struct keepalive_chain *k, size_t state, uint32_t copy)
{
    ASSERT(state < k->chain.states && copy < k->copies);
    return k->answered[state * k->copies + copy];
}

/* Over answered keepalives alone, in the law of a phone that registers anew when it was absorbed. */
bool keepalive_chain_mean_delay(const struct keepalive_chain *k, double *out)
{
    double *law = ARENA_ARRAY(k->chain.arena, double, k->chain.states), sum = 0, mass = 0;
    if (!chain_renewed_law(&k->chain, k->start, law))
        return false;
    for (size_t s = 0; s < k->chain.states; s++) {
        const double *delay = &k->delay_s[s / k->channels * k->copies];
        for (uint32_t j = 0; j < k->copies && isfinite(delay[j]); j++) {
            sum += law[s] * k->answered[s * k->copies + j] * delay[j];
            mass += law[s] * k->answered[s * k->copies + j];
        }
    }
    if (mass <= 0)
        return false;
    *out = sum / mass;
    return true;
}

/* A longer wait lets later answers into the mean, so waits only grow: from the floor upwards the first
 * that stays is the smallest. They are sums of RTOs apart, so this ends soon. */
double keepalive_settled_wait(struct arena *a, const struct keepalive_law *law, double round_trip_s,
                              double floor_s, double factor)
{
    double wait = floor_s;
    for (int i = 0; i < COPIES_MAX; i++) {
        struct keepalive_law l = *law;
        struct keepalive_chain k;
        double mean = 0;
        l.patience_s = fmax(wait - round_trip_s, 0);
        keepalive_chain_build(&k, a, &l);
        if (!keepalive_chain_mean_delay(&k, &mean))
            break;
        double next = fmax(floor_s, factor * (mean + round_trip_s));
        if (next <= wait * (1 + 1e-12))
            break;
        wait = next;
    }
    return wait;
}
