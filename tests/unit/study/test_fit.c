/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of fit against published and closed ones. */
#include "tests/unit/base/base_kit.h"

#include <math.h>

#include "sim/study/fit.h"

#define NEAR(got, want, within) assert_true(fabs((got) - (want)) < (within))

/* Mendel's peas (1866), round or wrinkled, yellow or green, expected as 9:3:3:1: chi-square 0.470, p 0.925. */
static void mendels_peas(void **state)
{
    (void)state;
    static const double counted[] = {315, 108, 101, 32};
    static const double expected[] = {556 * 9 / 16.0, 556 * 3 / 16.0, 556 * 3 / 16.0, 556 * 1 / 16.0};
    struct fit f = fit_chi_square(counted, expected, 4, 5);
    NEAR(f.statistic, 0.470, 0.0005);
    NEAR(f.p, 0.925, 0.0005);
    assert_int_equal(f.degrees, 3);
}

/* With two degrees of freedom p is exp(-x / 2). */
static void two_degrees_of_freedom(void **state)
{
    (void)state;
    static const double counted[] = {130, 90, 80}, expected[] = {100, 100, 100};
    struct fit f = fit_chi_square(counted, expected, 3, 5);
    NEAR(f.statistic, 9 + 1 + 4, 1e-12);
    NEAR(f.p, exp(-7), 1e-12);
}

/* 3 and 1 make 4: too few, so 16 joins them; and a first cell that is too small joins the second. */
static void rare_cells_are_merged(void **state)
{
    (void)state;
    static const double counted[] = {60, 26, 9, 4, 1}, expected[] = {60, 20, 16, 3, 1};
    struct fit f = fit_chi_square(counted, expected, 5, 5);
    assert_int_equal(f.degrees, 2);
    NEAR(f.statistic, 36 / 20.0 + 36 / 20.0, 1e-12);
    static const double few[] = {1, 49, 50}, little[] = {2, 48, 50};
    f = fit_chi_square(few, little, 3, 5);
    assert_int_equal(f.degrees, 1);
    NEAR(f.statistic, 0, 1e-12);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    static const double counted[] = {99, 0, 1}, expected[] = {100, 0, 0};
    struct fit f = fit_chi_square(counted, expected, 3, 5);
    assert_true(isinf(f.statistic) && f.p == 0);
}

static void one_cell_says_nothing(void **state)
{
    (void)state;
    static const double counted[] = {100, 1}, expected[] = {99, 2};
    struct fit f = fit_chi_square(counted, expected, 2, 5);
    assert_int_equal(f.degrees, 0);
    NEAR(f.p, 1, 1e-12);
}

static void binomial_tails(void **state)
{
    (void)state;
    NEAR(fit_binomial(0, 10, 0.5), 2 / 1024.0, 1e-12);
    NEAR(fit_binomial(10, 10, 0.5), 2 / 1024.0, 1e-12);
    NEAR(fit_binomial(1, 10, 0.5), 22 / 1024.0, 1e-12);
    NEAR(fit_binomial(5, 10, 0.5), 1, 1e-12);
    NEAR(fit_binomial(0, 100, 0.02), 2 * pow(0.98, 100), 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mendels_peas),           cmocka_unit_test(two_degrees_of_freedom),
        cmocka_unit_test(rare_cells_are_merged),  cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(one_cell_says_nothing), cmocka_unit_test(binomial_tails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
