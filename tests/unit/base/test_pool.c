/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pool: slots come zeroed, are reused, are counted, and are not more than the cap. */
#include "tests/unit/base/base_kit.h"

#include "sim/base/pool.h"

struct thing {
    uint64_t a[5];
};

static void slots_come_zeroed_and_apart(void **state)
{
    (void)state;
    struct arena *a = arena_new("test", 1 << 24);
    struct pool p;
    struct thing *t[100];
    pool_init(&p, a, "things", sizeof(struct thing), 100);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 100; i++) {
            t[i] = pool_get(&p);
            for (int k = 0; k < 5; k++)
                assert_int_equal(t[i]->a[k], 0);
            memset(t[i], 0xee, sizeof *t[i]);
            t[i]->a[0] = (uint64_t)i;
        }
        for (int i = 0; i < 100; i++) {
            assert_int_equal(t[i]->a[0], i);
            pool_put(&p, t[i]);
        }
    }
    assert_int_equal(p.live, 0);
    assert_int_equal(p.high_water, 100);
    arena_free(a);
}

static void memory_is_reused(void **state)
{
    (void)state;
    struct arena *a = arena_new("test", 1 << 24);
    struct pool p;
    pool_init(&p, a, "things", 1, 1000);
    void *first = pool_get(&p);
    size_t used = arena_used(a);
    pool_put(&p, first);
    for (int i = 0; i < 10000; i++)
        pool_put(&p, pool_get(&p));
    assert_int_equal(arena_used(a), used);
    assert_int_equal(p.high_water, 1);
    void *x = pool_get(&p), *y = pool_get(&p);
    assert_int_equal(p.live, 2);
    assert_ptr_not_equal(x, y);
    arena_free(a);
}

static void take_four(void *arg)
{
    struct pool p;
    (void)arg;
    pool_init(&p, arena_new("test", 1 << 20), "three only", 8, 3);
    for (int i = 0; i < 4; i++)
        pool_get(&p);
}

static void give_back_one_too_many(void *arg)
{
    struct pool p;
    (void)arg;
    pool_init(&p, arena_new("test", 1 << 20), "things", 8, 3);
    void *t = pool_get(&p);
    pool_put(&p, t);
    pool_put(&p, t);
}

static void misuse_is_a_fault(void **state)
{
    (void)state;
    assert_true(kit_dies(take_four, NULL, "pool 'three only'"));
    assert_true(kit_dies(give_back_one_too_many, NULL, "live > 0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_come_zeroed_and_apart),
        cmocka_unit_test(memory_is_reused),
        cmocka_unit_test(misuse_is_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
