/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chain.h: an absorbing Markov chain with finitely many states, solved with GSL's linear algebra.
 *
 * The matrix Q holds the probabilities to go from one transient state to another in a step; what a row
 * lacks to 1 is the probability to be absorbed from there. All questions are about a chain that begins
 * in a state drawn from `start`, a law over the transient states. With N = (I - Q)^-1, the fundamental
 * matrix (Kemeny and Snell, Finite Markov Chains, chapter III): start N are the expected visits, N 1 the
 * expected steps to absorption. */
#ifndef SIM_STUDY_CHAIN_H
#define SIM_STUDY_CHAIN_H

#include <stdint.h>

#include "sim/base/arena.h"

struct chain {
    size_t states; /* transient ones */
    double *q;     /* states x states, by rows */
    double *work;  /* room for a law */
    struct arena *arena;
};

void chain_init(struct chain *c, struct arena *a, size_t states); /* with Q = 0 */
void chain_add(struct chain *c, size_t from, size_t to, double probability);
double chain_absorbs(const struct chain *c, size_t from); /* in the next step */

/* Expected visits to each state until absorption, the start counted; their sum is the expected number
 * of steps. False: some state is never left for good. */
bool chain_visits(const struct chain *c, const double *start, double *visits);

/* Expected steps to absorption from each state, and their variances. False: as above. */
bool chain_steps(const struct chain *c, double *mean, double *variance);

/* Where a chain is in the long run that begins anew, from `start`, as often as it is absorbed: the
 * visits, scaled to 1; and what never is absorbed has a long run, too. False: it has more than one. */
bool chain_renewed_law(const struct chain *c, const double *start, double *law);

/* One step: law := law Q. What is lost was absorbed. */
void chain_step(const struct chain *c, double *law);

/* The probability to be absorbed within so many steps. */
double chain_absorbed_within(const struct chain *c, const double *start, uint64_t steps);

#endif
