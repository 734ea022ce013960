/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are written beside their name: whole when there, gone when they failed, cheap to hold
 * open. */
#include "tests/unit/observe/observe_kit.h"

#include <signal.h>
#include <sys/resource.h>

#include "sim/observe/out_file.h"

struct bench {
    struct arena *arena;
    char dir[32], path[64], part[80];
};

static void set_up(struct bench *b)
{
    b->arena = arena_new("test", 1 << 26);
    kit_folder(b->dir, sizeof b->dir);
    snprintf(b->path, sizeof b->path, "%s/x.log", b->dir);
    snprintf(b->part, sizeof b->part, "%s.part", b->path);
}

static void tear_down(struct bench *b)
{
    kit_remove(b->dir);
    arena_free(b->arena);
}

/* Pieces shorter, as long as and longer than the buffer come out in their order. */
static void all_bytes_in_order(void **state)
{
    (void)state;
    static char expected[20000], got[20001];
    struct bench b;
    struct err e = {0};
    set_up(&b);
    struct out_file *f = out_file_open(b.arena, b.path, 64, &e);
    assert_non_null(f);
    size_t at = 0;
    for (size_t n = 0; n < 180; n++) {
        memset(expected + at, (int)('a' + n % 26), n);
        out_file_write(f, expected + at, n);
        at += n;
    }
    assert_int_not_equal(access(b.path, F_OK), 0); /* not yet */
    assert_true(out_file_close(f, &e));
    assert_int_equal(kit_read(b.path, got, sizeof got), at);
    assert_memory_equal(got, expected, at);
    assert_int_not_equal(access(b.part, F_OK), 0);
    tear_down(&b);
}

static void what_stood_there_is_replaced_whole(void **state)
{
    (void)state;
    struct bench b;
    struct err e = {0};
    char got[32];
    set_up(&b);
    for (int i = 0; i < 2; i++) {
        struct out_file *f = out_file_open(b.arena, b.path, 64, &e);
        out_file_write(f, i ? "new" : "older", i ? 3 : 5);
        if (i)
            kit_read(b.path, got, sizeof got);
        assert_true(out_file_close(f, &e));
    }
    assert_string_equal(got, "older"); /* until the close */
    kit_read(b.path, got, sizeof got);
    assert_string_equal(got, "new");
    tear_down(&b);
}

static void a_full_disk_leaves_nothing(void **state)
{
    (void)state;
    static const char bytes[3000];
    struct bench b;
    struct err e = {0};
    struct rlimit before, small;
    set_up(&b);
    struct out_file *f = out_file_open(b.arena, b.path, 64, &e);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 1000; /* the first write is cut short, the second fails */
    setrlimit(RLIMIT_FSIZE, &small);
    for (int i = 0; i < 10; i++)
        out_file_write(f, bytes, sizeof bytes);
    setrlimit(RLIMIT_FSIZE, &before);
    out_file_write(f, bytes, sizeof bytes); /* room again: too late */
    assert_false(out_file_close(f, &e));
    assert_int_equal(e.kind, ERR_MACHINE);
    assert_non_null(strstr(e.msg, b.path));
    assert_int_equal(rmdir(b.dir), 0); /* an empty folder */
    arena_free(b.arena);
}

static void thousands_may_be_open(void **state)
{
    (void)state;
    static struct out_file *f[3000];
    struct bench b;
    struct err e = {0};
    char name[64];
    set_up(&b);
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof name, "%s/%d", b.dir, i);
        f[i] = out_file_open(b.arena, name, 64, &e);
        assert_non_null(f[i]);
    }
    for (int i = 0; i < 3000; i++)
        assert_true(out_file_close(f[i], &e));
    tear_down(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_bytes_in_order),
        cmocka_unit_test(what_stood_there_is_replaced_whole),
        cmocka_unit_test(a_full_disk_leaves_nothing),
        cmocka_unit_test(thousands_may_be_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
