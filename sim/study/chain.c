/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chain.c: see chain.h. */
#include "sim/study/chain.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_linalg.h>
#include <math.h>

#include "sim/base/fault.h"

void chain_init(struct chain *c, struct arena *a, size_t states)
{
    ASSERT(states >= 1);
    *c = (struct chain){.states = states, .arena = a};
    c->q = ARENA_ARRAY(a, double, states * states);
    c->work = ARENA_ARRAY(a, double, states);
}

void chain_add(struct chain *c, size_t from, size_t to, double probability)
{
    ASSERT(from < c->states && to < c->states);
    c->q[from * c->states + to] += probability;
}

double chain_absorbs(const struct chain *c, size_t from)
{
    double stays = 0;
    for (size_t to = 0; to < c->states; to++)
        stays += c->q[from * c->states + to];
    return stays < 1 ? 1 - stays : 0;
}

/* Solves m x = b; m is destroyed. False: m is singular, but for rounding. */
static bool solve(struct arena *a, size_t n, double *m, const double *b, double *x)
{
    gsl_permutation p = {n, ARENA_ARRAY(a, size_t, n)};
    gsl_matrix_view left = gsl_matrix_view_array(m, n, n);
    int sign;
    gsl_linalg_LU_decomp(&left.matrix, &p, &sign);
    for (size_t i = 0; i < n; i++) {
        if (fabs(m[i * n + i]) < 1e-14)
            return false;
    }
    gsl_vector_const_view right = gsl_vector_const_view_array(b, n);
    gsl_vector_view out = gsl_vector_view_array(x, n);
    return gsl_linalg_LU_solve(&left.matrix, &p, &right.vector, &out.vector) == 0;
}

/* The same for I - Q, or its transpose. */
static bool solve_fundamental(const struct chain *c, bool transposed, const double *b, double *x)
{
    size_t n = c->states;
    double *m = ARENA_ARRAY(c->arena, double, n * n);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            m[i * n + j] = (i == j) - (transposed ? c->q[j * n + i] : c->q[i * n + j]);
    }
    return solve(c->arena, n, m, b, x);
}

bool chain_visits(const struct chain *c, const double *start, double *visits)
{
    return solve_fundamental(c, true, start, visits);
}

/* The second moment solves (I - Q) y = 2 N 1 - 1 (Kemeny and Snell, theorem 3.3.5). */
bool chain_steps(const struct chain *c, double *mean, double *variance)
{
    double *right = ARENA_ARRAY(c->arena, double, c->states);
    for (size_t i = 0; i < c->states; i++)
        right[i] = 1;
    if (!solve_fundamental(c, false, right, mean))
        return false;
    for (size_t i = 0; i < c->states; i++)
        right[i] = 2 * mean[i] - 1;
    if (!solve_fundamental(c, false, right, variance))
        return false;
    for (size_t i = 0; i < c->states; i++)
        variance[i] -= mean[i] * mean[i];
    return true;
}

/* The balance of each state but the first, and the sum: well-posed however rare absorption is, unlike the
 * visits. */
bool chain_renewed_law(const struct chain *c, const double *start, double *law)
{
    size_t n = c->states;
    double *m = ARENA_ARRAY(c->arena, double, n * n), *right = ARENA_ARRAY(c->arena, double, n);
    for (size_t from = 0; from < n; from++) {
        double absorbs = chain_absorbs(c, from);
        m[from] = 1;
        for (size_t to = 1; to < n; to++)
            m[to * n + from] = c->q[from * n + to] + absorbs * start[to] - (from == to);
    }
    right[0] = 1;
    return solve(c->arena, n, m, right, law);
}

void chain_step(const struct chain *c, double *law)
{
    for (size_t i = 0; i < c->states; i++)
        c->work[i] = law[i];
    gsl_matrix_const_view q = gsl_matrix_const_view_array(c->q, c->states, c->states);
    gsl_vector_const_view x = gsl_vector_const_view_array(c->work, c->states);
    gsl_vector_view y = gsl_vector_view_array(law, c->states);
    gsl_blas_dgemv(CblasTrans, 1, &q.matrix, &x.vector, 0, &y.vector);
}

double chain_absorbed_within(const struct chain *c, const double *start, uint64_t steps)
{
    double *law = ARENA_ARRAY(c->arena, double, c->states), left = 0;
    for (size_t i = 0; i < c->states; i++)
        law[i] = start[i];
    for (uint64_t n = 0; n < steps; n++)
        chain_step(c, law);
    for (size_t i = 0; i < c->states; i++)
        left += law[i];
    return 1 - left;
}
