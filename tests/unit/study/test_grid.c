/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_grid.c: values, ranges, and which points a constraint leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sim/study/grid.h"

struct fixture {
    struct arena *arena;
    struct grid grid;
    struct err e;
};

static int set_up(void **state)
{
    static struct fixture f;
    f = (struct fixture){.arena = arena_new("test", 1 << 24)};
    grid_init(&f.grid, f.arena);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    arena_free(((struct fixture *)*state)->arena);
    return 0;
}

/* grace = 10s and stack = linux; nothing else. */
static bool lookup(void *arg, struct str name, struct quantity *out)
{
    (void)arg;
    if (str_eq(name, STR("grace")))
        *out = quantity_of(STR("10s"));
    else if (str_eq(name, STR("stack")))
        *out = quantity_of(STR("linux"));
    else
        return false;
    return true;
}

static bool vary(struct fixture *f, const char *spec)
{
    return grid_vary(&f->grid, str_of(spec), &f->e);
}

static uint32_t points(struct fixture *f, const char *where)
{
    struct str w = str_of(where ? where : "");
    bool ok = grid_close(&f->grid, &w, where != NULL, lookup, NULL, &f->e);
    return ok ? f->grid.point_count : 0;
}

static int64_t value(struct fixture *f, uint32_t point, uint32_t dim)
{
    return grid_value(&f->grid, point, dim)->v;
}

static void counts_the_last_dimension_fastest(void **state)
{
    struct fixture *f = *state;
    assert_true(vary(f, "delta=3s..13s:5s"));
    assert_true(vary(f, "aging=1min,2min"));
    assert_int_equal(points(f, NULL), 6);
    assert_int_equal(value(f, 1, 0), 3000000000);
    assert_int_equal(value(f, 1, 1), 60000000000);
    assert_int_equal(value(f, 2, 0), 3000000000);
    assert_int_equal(value(f, 2, 1), 120000000000);
    assert_int_equal(value(f, 6, 0), 13000000000);
}

static void a_grid_of_nothing_has_one_point(void **state)
{
    assert_int_equal(points(*state, NULL), 1);
}

/* 0.1 + 0.1 + ... is no trouble for integers: 0.1s..1s has ten values, the end in. */
static void ranges_end_where_they_say(void **state)
{
    struct fixture *f = *state;
    assert_true(vary(f, "a=0.1s..1s:0.1s"));
    assert_int_equal(f->grid.dim[0].count, 10);
    assert_true(vary(f, "b=0%..1%:0.3%"));
    assert_int_equal(f->grid.dim[1].count, 4); /* 0, 0.3, 0.6, 0.9 */
    assert_true(vary(f, "c=-2..2:2"));
    assert_int_equal(f->grid.dim[2].count, 3);
    assert_int_equal(f->grid.dim[2].value[0].v, -2);
    assert_true(vary(f, "d=1500ms..1500ms:1h"));
    assert_int_equal(f->grid.dim[3].count, 1);
}

/* The first points of the sequence in two dimensions (Bratley and Fox 1988). */
static void a_sobol_sequence_fills_the_ranges(void **state)
{
    struct fixture *f = *state;
    static const int64_t want[7][2] = {{500, 500}, {750, 250}, {250, 750}, {375, 375}, {875, 875}, {625, 125}, {125, 625}};
    grid_sobol(&f->grid, 7);
    assert_true(vary(f, "a=0..1000"));
    assert_true(vary(f, "b=1000..2000"));
    assert_int_equal(points(f, NULL), 7);
    for (uint32_t i = 0; i < 7; i++) {
        assert_int_equal(value(f, i + 1, 0), want[i][0]);
        assert_int_equal(value(f, i + 1, 1), want[i][1] + 1000);
    }
}

static void a_law_is_one_value(void **state)
{
    struct fixture *f = *state;
    assert_true(vary(f, "offset=uniform(0s,120s),normal(5s,1s)"));
    assert_int_equal(f->grid.dim[0].count, 2);
    assert_false(f->grid.dim[0].value[0].number);
    assert_true(str_eq(f->grid.dim[0].value[0].word, STR("uniform(0s,120s)")));
}

static void constraints_exclude_points(void **state)
{
    struct fixture *f = *state;
    assert_true(vary(f, "interval=90s..130s:10s"));
    assert_true(vary(f, "aging=1min,2min"));
    assert_int_equal(points(f, "interval - grace >= aging + 20s"), 5 + 0);
    assert_int_equal(value(f, 1, 0), 90000000000); /* what is left is numbered anew */
    assert_int_equal(value(f, 5, 0), 130000000000);
    assert_int_equal(value(f, 5, 1), 60000000000);
}

static void words_compare_for_equality(void **state)
{
    struct fixture *f = *state;
    assert_true(vary(f, "profile=linux,bsd"));
    assert_int_equal(points(f, "profile != stack"), 1);
    assert_true(str_eq(grid_value(&f->grid, 1, 0)->word, STR("bsd")));
}

static void refuses(struct fixture *f, const char *spec, const char *sentence)
{
    assert_false(vary(f, spec));
    if (!strstr(f->e.msg, sentence))
        fail_msg("'%s' says: %s", spec, f->e.msg);
}

static void says_what_is_wrong_with_values(void **state)
{
    struct fixture *f = *state;
    refuses(f, "delta", "NAME=A..B:STEP");
    refuses(f, "=3s", "NAME=A..B:STEP");
    refuses(f, "delta=", "empty value");
    refuses(f, "delta=3s,", "empty value");
    refuses(f, "delta=1s,2%", "not of the same kind");
    refuses(f, "delta=1s,linux", "not of the same kind");
    refuses(f, "delta=1s,1000ms", "twice");
    refuses(f, "delta=1s..2s", "lacks its step");
    refuses(f, "delta=1s..2s:0s", "not above zero");
    refuses(f, "delta=1s..2s:-1s", "not above zero");
    refuses(f, "delta=2s..1s:1s", "low end above its high end");
    refuses(f, "delta=1s..2%:1s", "not of the same kind");
    refuses(f, "delta=linux..2s:1s", "no number with a unit");
    refuses(f, "delta=0s..1h:1ns", "more than 100000 values");
    assert_true(vary(f, "delta=1s"));
    refuses(f, "delta=2s", "varied twice");
}

static void refuses_where(struct fixture *f, const char *where, const char *sentence)
{
    f->grid.point_count = 0;
    assert_int_equal(points(f, where), 0);
    if (!strstr(f->e.msg, sentence))
        fail_msg("'%s' says: %s", where, f->e.msg);
}

static void says_what_is_wrong_with_constraints(void **state)
{
    struct fixture *f = *state;
    assert_true(vary(f, "delta=1s,2s"));
    refuses_where(f, "delta > 5s", "no point is left: the --where constraints exclude all 2");
    refuses_where(f, "delta", "not of the form");
    refuses_where(f, "delta = 1s", "not of the form");
    refuses_where(f, "< 1s", "not of the form");
    refuses_where(f, "delta + < 1s", "a value is missing");
    refuses_where(f, "delta < 1%", "cannot be compared");
    refuses_where(f, "delta < linux", "cannot be compared");
    refuses_where(f, "delta + linux < 1s", "cannot be added");
    refuses_where(f, "stack < linux", "compare with == and != only");
}

static void a_million_points_and_no_more(void **state)
{
    struct fixture *f = *state;
    assert_true(vary(f, "a=1..1000:1"));
    assert_true(vary(f, "b=1..1001:1"));
    refuses_where(f, NULL, "more than 1000000 points");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(counts_the_last_dimension_fastest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_grid_of_nothing_has_one_point, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ranges_end_where_they_say, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sobol_sequence_fills_the_ranges, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_law_is_one_value, set_up, tear_down),
        cmocka_unit_test_setup_teardown(constraints_exclude_points, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_compare_for_equality, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_what_is_wrong_with_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_what_is_wrong_with_constraints, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_million_points_and_no_more, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
