/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of a server, and the queue of its work: first come, first served, one service time each. */
#include "tests/unit/proto/file_kit.h"

#define JOBS 4

struct bench {
    struct office *o;
    struct file_store *store;
    struct file_job job[JOBS];
    int ran[JOBS];
    int64_t at[JOBS];
    int count;
};

static struct bench *bench;

static void run(void *arg)
{
    struct file_job *j = arg;
    bench->at[bench->count] = sim_now(bench->o->sim).ns;
    bench->ran[bench->count++] = (int)(j - bench->job);
}

static struct bench *open_bench(const char *service_time, const char *queue)
{
    const struct setting s[] = {{STR("tftp_service_time"), str_of(service_time)}, {STR("tftp_queue"), str_of(queue)}};
    bench = test_calloc(1, sizeof *bench);
    bench->o = office_open(s, 2);
    bench->store = &end_of(bench->o->server[0])->store;
    return bench;
}

static void close_bench(void)
{
    office_close(bench->o);
    test_free(bench);
}

static bool wait_job(int i)
{
    return file_store_wait(bench->store, &bench->job[i], run, &bench->job[i]);
}

static bool is_there(const char *name, const char *text)
{
    struct str bytes;
    return file_store_get(bench->store, str_of(name), &bytes) && str_eq(bytes, str_of(text));
}

static void exact_names(void **state)
{
    struct str bytes;
    (void)state;
    open_bench("2ms", "10");
    file_store_put(bench->store, STR("SEP0024142DDF24.cnf.xml"), STR("one"));
    file_store_put(bench->store, STR("Locale/tones.xml"), STR("two"));
    assert_true(is_there("SEP0024142DDF24.cnf.xml", "one"));
    assert_true(is_there("Locale/tones.xml", "two"));
    assert_false(file_store_get(bench->store, STR("sep0024142ddf24.cnf.xml"), &bytes));
    assert_false(file_store_get(bench->store, STR("SEP0024142DDF24.cnf"), &bytes));
    assert_false(file_store_get(bench->store, STR(""), &bytes));
    assert_int_equal(file_store_count(bench->store), 2);
    close_bench();
}

static void replaced_and_removed(void **state)
{
    struct str bytes;
    (void)state;
    open_bench("2ms", "10");
    file_store_put(bench->store, STR("f"), STR("one"));
    file_store_put(bench->store, STR("f"), STR("other"));
    assert_true(is_there("f", "other"));
    file_store_remove(bench->store, STR("f"));
    file_store_remove(bench->store, STR("g"));
    assert_false(file_store_get(bench->store, STR("f"), &bytes));
    assert_int_equal(file_store_count(bench->store), 0);
    file_store_put(bench->store, STR("f"), STR(""));
    assert_true(is_there("f", ""));
    close_bench();
}

static void the_lists_of_the_cluster(void **state)
{
    static const struct {
        const char *asked, *sought;
    } cases[] = {
        {"CTLSEP005056A1033D.tlv", "CTLFile.tlv"}, {"ITLSEP005056A1033D.tlv", "ITLFile.tlv"},
        {"CTLIPCTEST2.tlv", "CTLFile.tlv"}, /* seed 004: a soft phone */
        {"CTLFile.tlv", "CTLFile.tlv"},            {"CTLSEP005056A1033D.xml", "CTLSEP005056A1033D.xml"},
        {"SEP005056A1033D.tlv", "SEP005056A1033D.tlv"}, {"CTL.tlv", "CTL.tlv"}, {"tlv", "tlv"}, {"", ""},
    };
    struct str bytes, sought;
    (void)state;
    open_bench("2ms", "10");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_false(file_store_find(bench->store, str_of(cases[i].asked), &bytes, &sought));
        assert_true(str_eq(sought, str_of(cases[i].sought)));
    }
    file_store_put(bench->store, STR("ITLFile.tlv"), STR("list"));
    assert_true(file_store_find(bench->store, STR("ITLSEP005056A1033D.tlv"), &bytes, &sought));
    assert_true(str_eq(bytes, STR("list")) && str_eq(sought, STR("ITLFile.tlv")));
    file_store_put(bench->store, STR("ITLSEP005056A1033D.tlv"), STR("own"));
    assert_true(file_store_find(bench->store, STR("ITLSEP005056A1033D.tlv"), &bytes, &sought));
    assert_true(str_eq(bytes, STR("own")) && str_eq(sought, STR("ITLSEP005056A1033D.tlv")));
    close_bench();
}

/* Three at one instant are ready 2, 4 and 6 ms later; a fourth that comes when all is quiet waits for itself alone. */
static void one_after_the_other(void **state)
{
    (void)state;
    open_bench("2ms", "10");
    int64_t start = sim_now(bench->o->sim).ns;
    for (int i = 0; i < 3; i++)
        assert_true(wait_job(i));
    run_for(bench->o, dur_ms(100));
    assert_true(wait_job(3));
    run_for(bench->o, dur_ms(100));
    assert_int_equal(bench->count, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(bench->ran[i], i);
    for (int i = 0; i < 3; i++)
        assert_int_equal(bench->at[i] - start, 2 * MS * (i + 1));
    assert_int_equal(bench->at[3] - start, 102 * MS);
    close_bench();
}

static void a_full_queue_takes_no_more(void **state)
{
    (void)state;
    open_bench("2ms", "2");
    assert_true(wait_job(0) && wait_job(1));
    assert_false(wait_job(2));
    run_for(bench->o, dur_us(2500));
    assert_true(wait_job(2)); /* the first is through */
    run_for(bench->o, dur_ms(100));
    assert_int_equal(bench->count, 3);
    close_bench();
}

/* Who leaves costs nobody time: those behind him move up; the next one's work begins anew. */
static void who_leaves(void **state)
{
    (void)state;
    open_bench("2ms", "10");
    int64_t start = sim_now(bench->o->sim).ns;
    for (int i = 0; i < 4; i++)
        assert_true(wait_job(i));
    file_store_leave(bench->store, &bench->job[2]);
    run_for(bench->o, dur_ms(1));
    file_store_leave(bench->store, &bench->job[0]);
    file_store_leave(bench->store, &bench->job[0]);
    run_for(bench->o, dur_ms(100));
    assert_int_equal(bench->count, 2);
    assert_int_equal(bench->ran[0], 1);
    assert_int_equal(bench->ran[1], 3);
    assert_int_equal(bench->at[0] - start, 3 * MS);
    assert_int_equal(bench->at[1] - start, 5 * MS);
    close_bench();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_names),
        cmocka_unit_test(replaced_and_removed),
        cmocka_unit_test(the_lists_of_the_cluster),
        cmocka_unit_test(one_after_the_other),
        cmocka_unit_test(a_full_queue_takes_no_more),
        cmocka_unit_test(who_leaves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
