/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_study_db.c: what goes into a sweep.db comes out in order, survives its writer, and a file of another sweep
 * is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/study/study_db.h"

struct fixture {
    struct arena *arena;
    struct grid grid;
    struct study_key key;
    struct study_plan plan;
    char folder[32], path[64];
    struct err e;
};

static bool no_name(void *arg, struct str name, struct quantity *out)
{
    (void)arg;
    (void)name;
    (void)out;
    return false;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->arena = arena_new("test", 1 << 26);
    grid_init(&f->grid, f->arena);
    if (!grid_vary(&f->grid, STR("delay=1ms,2500us"), &f->e) || !grid_vary(&f->grid, STR("stack=linux,\"a\",x"), &f->e) ||
        !grid_close(&f->grid, NULL, 0, no_name, NULL, &f->e))
        return 1;
    f->key = (struct study_key){"scenario", "test"};
    f->plan = (struct study_plan){.grid = &f->grid, .reps = 3, .keys = &f->key, .key_count = 1};
    strcpy(f->folder, "/tmp/study_db_XXXXXX");
    if (!mkdtemp(f->folder))
        return 1;
    (void)snprintf(f->path, sizeof f->path, "%s/sweep.db", f->folder);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    char path[80];
    static const char *const tails[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        (void)snprintf(path, sizeof path, "%s%s", f->path, tails[i]);
        unlink(path);
    }
    rmdir(f->folder);
    arena_free(f->arena);
    free(f);
    return 0;
}

static bool add(struct study_db *d, uint32_t point, uint32_t rep, int64_t unregister_ns)
{
    static struct trial_result r;
    struct err e;
    memset(&r, 0, sizeof r);
    r.trial = (struct trial){point, rep, rep};
    r.complete = true;
    r.measure[MEASURE_FIRST_UNREGISTER] = (struct measure){.v = unregister_ns, .given = unregister_ns > 0};
    return study_db_add(d, &r, &e);
}

static void values_come_by_replication(void **state)
{
    struct fixture *f = *state;
    struct study_db *d = study_db_create(f->arena, f->path, &f->plan, &f->e);
    double v[3];
    uint32_t n, censored;
    assert_non_null(d);
    assert_true(add(d, 2, 3, 3000000000) && add(d, 2, 1, 1500000000) && add(d, 2, 2, 0) && add(d, 1, 1, 5));
    assert_true(study_db_values(d, 2, MEASURE_FIRST_UNREGISTER, v, &n, &censored, &f->e));
    assert_int_equal(n, 2);
    assert_int_equal(censored, 1);
    assert_float_equal(v[0], 1.5, 0);
    assert_float_equal(v[1], 3.0, 0);
    assert_int_equal(study_db_count(d), 4);
    assert_true(study_db_close(d, &f->e));
}

static void a_trial_is_taken_once(void **state)
{
    struct fixture *f = *state;
    struct study_db *d = study_db_create(f->arena, f->path, &f->plan, &f->e);
    assert_true(add(d, 1, 1, 5));
    assert_false(add(d, 1, 1, 5));
    assert_true(study_db_close(d, &f->e));
}

static void goes_on_where_it_was_left(void **state)
{
    struct fixture *f = *state;
    struct study_db *d = study_db_create(f->arena, f->path, &f->plan, &f->e);
    assert_true(add(d, 1, 1, 5) && add(d, 6, 3, 7) && study_db_close(d, &f->e));
    f->plan.reps = 5; /* more may be asked for */
    d = study_db_resume(f->arena, f->path, &f->plan, &f->e);
    assert_non_null(d);
    assert_true(study_db_has(d, 1, 1) && study_db_has(d, 6, 3));
    assert_false(study_db_has(d, 1, 2) || study_db_has(d, 6, 5));
    assert_true(study_db_close(d, &f->e));
}

static void refuses(struct fixture *f, const char *sentence)
{
    assert_null(study_db_resume(f->arena, f->path, &f->plan, &f->e));
    if (!strstr(f->e.msg, sentence))
        fail_msg("it says: %s", f->e.msg);
}

static void refuses_what_is_of_another_sweep(void **state)
{
    struct fixture *f = *state;
    struct study_db *d = study_db_create(f->arena, f->path, &f->plan, &f->e);
    assert_true(add(d, 1, 3, 5) && study_db_close(d, &f->e));
    f->plan.reps = 2;
    refuses(f, "holds replication 3; --reps is 2");
    f->plan.reps = 3;
    f->key.value = "another";
    refuses(f, "its scenario is 'test', not 'another'");
}

static void refuses_what_is_no_sweep(void **state)
{
    struct fixture *f = *state;
    FILE *file = fopen(f->path, "wb");
    fputs("no database at all, but long enough to be taken for the beginning of one\n", file);
    fclose(file);
    refuses(f, "not a sweep.db");
}

/* A plan was written and its writer killed before a single page. */
static void begins_in_an_empty_file(void **state)
{
    struct fixture *f = *state;
    fclose(fopen(f->path, "wb"));
    struct study_db *d = study_db_resume(f->arena, f->path, &f->plan, &f->e);
    assert_non_null(d);
    assert_true(add(d, 1, 1, 5) && study_db_close(d, &f->e));
}

static void exports_in_order_and_quotes(void **state)
{
    struct fixture *f = *state;
    struct study_db *d = study_db_create(f->arena, f->path, &f->plan, &f->e);
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_true(add(d, 5, 1, 0) && add(d, 2, 2, 0) && add(d, 2, 1, 1500000000));
    assert_true(study_db_export(d, STUDY_CSV, out, &f->e));
    fclose(out);
    assert_ptr_equal(strstr(text, "point,delay,stack,rep,seed,measure,value,unit\n2,0.001,\"\"\"a\"\"\",1,1,"), text);
    const char *first = strstr(text, "2,0.001,\"\"\"a\"\"\",1,1,first_unregister_s,1.5,s\n");
    const char *second = strstr(text, "2,0.001,\"\"\"a\"\"\",2,2,first_unregister_s,,s\n");
    const char *third = strstr(text, "5,0.0025,\"\"\"a\"\"\",1,1,first_unregister_s,,s\n");
    assert_non_null(first);
    assert_non_null(second);
    assert_non_null(third);
    assert_true(first < second && second < third);
    free(text);
    assert_true(study_db_close(d, &f->e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values_come_by_replication, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_trial_is_taken_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(goes_on_where_it_was_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_is_of_another_sweep, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_sweep, set_up, tear_down),
        cmocka_unit_test_setup_teardown(begins_in_an_empty_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(exports_in_order_and_quotes, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
