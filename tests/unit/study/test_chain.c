/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Absorbing chains against closed forms: waiting for a success, the gambler's ruin, runs of heads. */
#include "tests/unit/base/base_kit.h"

#include <math.h>

#include "sim/study/chain.h"

#define NEAR(got, want) assert_true(fabs((got) - (want)) < 1e-9 * (1 + fabs(want)))

static struct arena *room;

static int set_up(void **state)
{
    (void)state;
    room = arena_new("test", 1 << 24);
    return 0;
}

static int take_down(void **state)
{
    (void)state;
    arena_free(room);
    return 0;
}

/* One state, left with probability 1 - q in each step: the geometric law. */
static void waiting_for_a_success(void **state)
{
    (void)state;
    static const double stays[] = {0, 0.01, 0.3, 0.5, 0.99};
    for (int i = 0; i < 5; i++) {
        struct chain c;
        double q = stays[i], start[] = {1}, visits[1], mean[1], variance[1];
        chain_init(&c, room, 1);
        chain_add(&c, 0, 0, q);
        assert_true(chain_visits(&c, start, visits) && chain_steps(&c, mean, variance));
        NEAR(visits[0], 1 / (1 - q));
        NEAR(mean[0], 1 / (1 - q));
        NEAR(variance[0], q / ((1 - q) * (1 - q)));
        NEAR(chain_absorbs(&c, 0), 1 - q);
        NEAR(chain_absorbed_within(&c, start, 0), 0.0);
        NEAR(chain_absorbed_within(&c, start, 7), 1 - pow(q, 7));
    }
}

/* Two players with k and n - k coins, a fair one decides: it lasts k (n - k) tosses, and of those the first
 * has j coins 2 min(j, k) (n - max(j, k)) / n times (Kemeny and Snell, section 7.1). */
static void the_gamblers_ruin(void **state)
{
    enum { N = 12 };
    (void)state;
    struct chain c;
    double mean[N - 1], variance[N - 1];
    chain_init(&c, room, N - 1);
    for (size_t k = 1; k < N; k++) {
        if (k > 1)
            chain_add(&c, k - 1, k - 2, 0.5);
        if (k < N - 1)
            chain_add(&c, k - 1, k, 0.5);
    }
    assert_true(chain_steps(&c, mean, variance));
    for (size_t k = 1; k < N; k++) {
        double start[N - 1] = {0}, visits[N - 1], law[N - 1], sum = 0;
        start[k - 1] = 1;
        NEAR(mean[k - 1], (double)(k * (N - k)));
        assert_true(chain_visits(&c, start, visits) && chain_renewed_law(&c, start, law));
        for (size_t j = 1; j < N; j++) {
            double want = 2.0 * (double)((j < k ? j : k) * (N - (j > k ? j : k))) / N;
            NEAR(visits[j - 1], want);
            NEAR(law[j - 1], want / (double)(k * (N - k)));
            sum += law[j - 1];
        }
        NEAR(sum, 1.0);
    }
}

/* Tosses until so many heads come in a row: the mean is 2^(n+1) - 2; for three the variance is 142 (Feller,
 * volume I, XIII.7). */
static void runs_of_heads(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 8; n++) {
        struct chain c;
        double mean[8], variance[8];
        chain_init(&c, room, n);
        for (size_t run = 0; run < n; run++) {
            chain_add(&c, run, 0, 0.5);
            if (run + 1 < n)
                chain_add(&c, run, run + 1, 0.5);
        }
        assert_true(chain_steps(&c, mean, variance));
        NEAR(mean[0], ldexp(1, (int)n + 1) - 2);
        if (n == 3)
            NEAR(variance[0], 142.0);
    }
}

/* A step at a time: where a fair walk from the middle of five places is, by hand. */
static void a_step_at_a_time(void **state)
{
    (void)state;
    static const double want[3][3] = {{0.5, 0, 0.5}, {0, 0.5, 0}, {0.25, 0, 0.25}};
    struct chain c;
    double law[] = {0, 1, 0}, start[] = {0, 1, 0};
    chain_init(&c, room, 3);
    chain_add(&c, 0, 1, 0.5);
    chain_add(&c, 1, 0, 0.5);
    chain_add(&c, 1, 2, 0.5);
    chain_add(&c, 2, 1, 0.5);
    for (int n = 0; n < 3; n++) {
        chain_step(&c, law);
        for (int i = 0; i < 3; i++)
            NEAR(law[i], want[n][i]);
    }
    NEAR(chain_absorbed_within(&c, start, 3), 0.5);
}

static void what_never_ends_has_no_answer(void **state)
{
    (void)state;
    struct chain c;
    double start[] = {1, 0}, a[2], b[2];
    chain_init(&c, room, 2);
    chain_add(&c, 0, 1, 1);
    chain_add(&c, 1, 0, 1);
    assert_false(chain_visits(&c, start, a));
    assert_false(chain_steps(&c, a, b));
    assert_true(chain_renewed_law(&c, start, a)); /* but a long run */
    NEAR(a[0], 0.5);
    NEAR(a[1], 0.5);
    chain_init(&c, room, 2);
    chain_add(&c, 0, 0, 1);
    chain_add(&c, 1, 1, 1);
    assert_false(chain_renewed_law(&c, start, a)); /* two of them */
    NEAR(chain_absorbed_within(&c, start, 1000), 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waiting_for_a_success),
        cmocka_unit_test(the_gamblers_ruin),
        cmocka_unit_test(runs_of_heads),
        cmocka_unit_test(a_step_at_a_time),
        cmocka_unit_test(what_never_ends_has_no_answer),
    };
    return cmocka_run_group_tests(tests, set_up, take_down);
}
