/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_plot_over.c: the formula of a boundary: its value, what it refuses, and where its curve runs. */
#include "sim/view/plot_over.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"x", "y", "delta_s"};

static struct plot_over *parse(struct arena *a, const char *text, struct err *e)
{
    *e = (struct err){0};
    return plot_over_parse(a, text, names, 3, 1, e);
}

/* Left minus right at x = 2, y = 5, delta_s = 10. */
static void computes(void **state)
{
    static const struct {
        const char *text;
        double value;
    } rows[] = {
        {"y = 3", 2},
        {"x", 2 - 5}, /* bare: it equals y */
        {"1 + 2 * 3 = 0", 7},
        {"(1 + 2) * 3 = 0", 9},
        {"10 - 4 - 3 = 0", 3},
        {"24 / 4 / 3 = 0", 2},
        {"2 ** 3 ** 2 = 0", 512},
        {"-2 ** 2 = 0", -4},
        {"2 ** -1 = 0", 0.5},
        {"- -x == 0", 2},
        {"2min + 1h - 500ms = 0", 3719.5},
        {"50% + 3us = 0", 0.500003},
        {"1.5e3 + 2e-1 = 0", 1500.2},
        {"1d = 0", 86400},
        {"max(x, min(y, 3)) = 0", 3},
        {"ceil(log2((delta_s + 10) / 0.21)) = 0", 7}, /* the doublings of case study 2 */
        {"sqrt(16) + abs(-1) + floor(1.9) + round(1.5) + log10(100) + exp(0) + log(1) = 0", 11},
    };
    const double at[OVER_NAMES_MAX] = {2, 5, 10};
    struct arena *a = arena_new("test", 1 << 20);
    struct err e;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct plot_over *o = parse(a, rows[i].text, &e);
        if (!o)
            fail_msg("'%s': %s", rows[i].text, e.msg);
        double got = plot_over_at(o, at);
        if (fabs(got - rows[i].value) > 1e-12 * fabs(rows[i].value))
            fail_msg("'%s' is %.17g, not %.17g", rows[i].text, got, rows[i].value);
    }
    arena_free(a);
}

static void refuses(void **state)
{
    static const char *const rows[][2] = {
        {"", "a name or a number is missing at its end"},
        {"x +", "missing at its end"},
        {"(x", "')' is missing"},
        {"x)", "cannot be read at ')'"},
        {"x = y = 1", "cannot be read at '= 1'"},
        {"interval", "'interval' is unknown; the names here are 'x', 'y', 'delta_s'"},
        {"delta_x", "did you mean 'delta_s'?"},
        {"cel(x)", "did you mean 'ceil'?"},
        {"system(\"touch here\")", "'system' is unknown"},
        {"`touch here`", "missing at '`touch here`'"},
        {"x; y", "cannot be read at '; y'"},
        {"min(x)", "',' is missing"},
        {"ceil x", "'(' is missing"},
        {"1.2.3", "a number is wrong"},
        {"0x10", "a unit is none of"},
        {"5parsec", "a unit is none of us, ms, s, min, h, d, %"},
        {"x\ny", "cannot be read"},
    };
    struct arena *a = arena_new("test", 1 << 20);
    struct err e;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (parse(a, rows[i][0], &e))
            fail_msg("'%s' is taken", rows[i][0]);
        if (!strstr(e.msg, rows[i][1]))
            fail_msg("'%s': %s", rows[i][0], e.msg);
    }
    arena_free(a);
}

/* Text without end is refused, not followed. */
static void has_limits(void **state)
{
    static char text[20001];
    struct arena *a = arena_new("test", 1 << 20);
    struct err e;
    (void)state;
    memset(text, '(', sizeof text - 1);
    assert_null(parse(a, text, &e));
    assert_non_null(strstr(e.msg, "deeper than 32"));
    for (size_t i = 0; i + 1 < sizeof text; i++)
        text[i] = i % 2 ? '+' : 'x';
    assert_null(parse(a, text, &e));
    assert_non_null(strstr(e.msg, "longer than 256"));
    memset(text, '-', sizeof text - 1);
    assert_null(parse(a, text, &e));
    arena_free(a);
}

static struct plot_curve trace(struct arena *a, const char *text, bool log_axes)
{
    static const double value[OVER_NAMES_MAX] = {0, 0, 0.5};
    struct plot_window w = {.x = 0, .y = 1, .x_low = -2, .x_high = 2, .y_low = -2, .y_high = 2, .value = value};
    struct plot_curve k = {0};
    struct err e;
    if (log_axes)
        w = (struct plot_window){.x = 0, .y = 1, .x_low = 0.01, .x_high = 10, .y_low = 0.1, .y_high = 100,
                                 .log_x = true, .log_y = true, .value = value};
    const struct plot_over *o = parse(a, text, &e);
    assert_non_null(o);
    assert_true(plot_over_trace(a, o, &w, &k, &e));
    return k;
}

static void traces(void **state)
{
    struct arena *a = arena_new("test", 256 << 20);
    (void)state;
    struct plot_curve k = trace(a, "y = 2 * x + delta_s", false); /* a straight line is two points */
    assert_int_equal(k.line_count, 1);
    assert_int_equal(k.count, 2);
    double first = k.point[0].x, last = k.point[1].x;
    assert_true(fabs(fmin(first, last) + 1.25) < 1e-9 && fabs(fmax(first, last) - 0.75) < 1e-9);

    k = trace(a, "x ** 2 + y ** 2 = 1", false); /* a circle, closed, in one piece */
    assert_int_equal(k.line_count, 1);
    assert_true(k.count > 100);
    for (size_t i = 0; i < k.count; i++)
        assert_true(fabs(hypot(k.point[i].x, k.point[i].y) - 1) < 1e-9);
    assert_true(k.point[0].x == k.point[k.count - 1].x && k.point[0].y == k.point[k.count - 1].y);

    k = trace(a, "ceil(x) = y - 0.25", false); /* a step stands where it is, upright */
    for (size_t i = 0; i < k.count; i++) {
        double step = ceil(k.point[i].x) + 0.25, before = step - 1;
        bool on_edge = fabs(k.point[i].x - nearbyint(k.point[i].x)) < 1e-9;
        assert_true(fabs(k.point[i].y - step) < 1e-9 || fabs(k.point[i].y - before) < 1e-9 || on_edge);
    }
    k = trace(a, "y = 1 / x", true);
    assert_true(k.count > 10);
    for (size_t i = 0; i < k.count; i++)
        assert_true(fabs(k.point[i].x * k.point[i].y - 1) < 1e-9);
    assert_int_equal(trace(a, "y = 5", false).count, 0);
    assert_int_equal(trace(a, "y = sqrt(-1)", false).count, 0);
    arena_free(a);
}

/* A formula that holds everywhere and nowhere is no line; saying so takes no time. */
static void no_line(void **state)
{
    static const double value[OVER_NAMES_MAX] = {0};
    struct plot_window w = {.x = 0, .y = 1, .x_low = 0, .x_high = 1, .y_low = 0, .y_high = 1, .value = value};
    struct arena *a = arena_new("test", 64 << 20);
    struct plot_curve k;
    struct err e;
    (void)state;
    const struct plot_over *o = parse(a, "floor(x * 1e5 * (y + 7)) / 2 = floor(floor(x * 1e5 * (y + 7)) / 2) + 0.25", &e);
    assert_non_null(o);
    assert_false(plot_over_trace(a, o, &w, &k, &e));
    assert_non_null(strstr(e.msg, "too many places"));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(computes), cmocka_unit_test(refuses), cmocka_unit_test(has_limits),
        cmocka_unit_test(traces),   cmocka_unit_test(no_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
