/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mean over the last 10,000 answers (seed 002). Independent truth: closed forms, and a mean over a plain list
 * that is summed anew each time. The window moves in steps of a hundredth: once it is full, it holds the last
 * 9,901 to 10,000. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "models/proto/answer_mean.h"

static void nothing_heard_yet(void **state)
{
    (void)state;
    struct answer_mean m = {0};
    assert_int_equal(answer_mean_get(&m).ns, 0);
    answer_mean_add(&m, dur_ms(7));
    assert_int_equal(answer_mean_get(&m).ns, 7000000);
}

/* The mean of 1 ... n is (n + 1) / 2. */
static void all_of_up_to_10000(void **state)
{
    (void)state;
    struct answer_mean m = {0};
    for (int64_t n = 1; n <= ANSWER_MEAN_MAX; n++) {
        answer_mean_add(&m, (struct sim_dur){n * 2});
        assert_int_equal(answer_mean_get(&m).ns, n + 1);
    }
    assert_int_equal(m.count, ANSWER_MEAN_MAX);
}

/* 1 ... 10100 has the window 101 ... 10100: its mean is (101 + 10100) / 2; and so at each full step, round the ring
 * more than twice. */
static void older_ones_leave(void **state)
{
    (void)state;
    struct answer_mean m = {0};
    const int64_t step = ANSWER_MEAN_MAX / ANSWER_MEAN_STEPS;
    for (int64_t n = 1; n <= 25000; n++) {
        answer_mean_add(&m, (struct sim_dur){n * 2});
        if (n >= ANSWER_MEAN_MAX && n % step == 0) {
            assert_int_equal(m.count, ANSWER_MEAN_MAX);
            assert_int_equal(answer_mean_get(&m).ns, n - ANSWER_MEAN_MAX + 1 + n);
        }
    }
}

/* Within a step, too: against the list itself. */
static void the_same_as_a_list(void **state)
{
    (void)state;
    static int64_t list[30000];
    struct answer_mean m = {0};
    uint64_t x = 12345;
    for (int64_t n = 0; n < 30000; n++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        list[n] = (int64_t)(x >> 34);
        answer_mean_add(&m, (struct sim_dur){list[n]});
        assert_true(m.count <= ANSWER_MEAN_MAX && (n + 1 < ANSWER_MEAN_MAX ? m.count == n + 1 : m.count > 9900));
        if (n % 997 != 0)
            continue;
        int64_t sum = 0;
        for (int64_t i = n + 1 - m.count; i <= n; i++)
            sum += list[i];
        assert_int_equal(answer_mean_get(&m).ns, sum / m.count);
    }
}

/* After a window of other answers nothing is left of the old ones: no drift. */
static void forgets_altogether(void **state)
{
    (void)state;
    struct answer_mean m = {0};
    for (int i = 0; i < 12345; i++)
        answer_mean_add(&m, dur_ms(590));
    for (int i = 0; i < ANSWER_MEAN_MAX; i++)
        answer_mean_add(&m, dur_us(100));
    assert_int_equal(answer_mean_get(&m).ns, 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_heard_yet),  cmocka_unit_test(all_of_up_to_10000), cmocka_unit_test(older_ones_leave),
        cmocka_unit_test(the_same_as_a_list), cmocka_unit_test(forgets_altogether),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
