/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map against a plain list of pairs under many random operations: same answers, same order. */
#include "tests/unit/base/base_kit.h"

#include "sim/base/hash.h"
#include "sim/base/map.h"

static void small_facts(void **state)
{
    (void)state;
    struct arena *a = arena_new("test", 1 << 24);
    struct map m;
    struct map_slot *slot;
    uint32_t at = 0;
    int x, y;
    map_init(&m, a);
    assert_null(map_get(&m, 0));
    assert_null(map_remove(&m, 0));
    assert_false(map_next(&m, &at, &slot));
    map_put(&m, 0, &x); /* zero is a key like any other */
    map_put(&m, UINT64_MAX, &y);
    assert_ptr_equal(map_get(&m, 0), &x);
    assert_ptr_equal(map_get(&m, UINT64_MAX), &y);
    map_put(&m, 0, &y);
    assert_ptr_equal(map_get(&m, 0), &y);
    assert_ptr_equal(map_remove(&m, 0), &y);
    assert_null(map_get(&m, 0));
    assert_null(map_remove(&m, 0));
    assert_ptr_equal(map_get(&m, UINT64_MAX), &y);
    map_put(&m, 0, &x); /* a removed key comes back, now the youngest */
    assert_ptr_equal(map_get(&m, 0), &x);
    assert_true(map_next(&m, &at, &slot));
    assert_int_equal(slot->key, UINT64_MAX);
    assert_true(map_next(&m, &at, &slot));
    assert_int_equal(slot->key, 0);
    assert_ptr_equal(map_remove(&m, 0), &x);
    assert_null(map_get(&m, 0));
    arena_free(a);
}

#define KEYS 400u

struct model {
    uint64_t key[KEYS];
    void *value[KEYS];
    uint32_t n;
};

static uint32_t find(const struct model *l, uint64_t key)
{
    uint32_t i = 0;
    while (i < l->n && l->key[i] != key)
        i++;
    return i;
}

static void model_put(struct model *l, uint64_t key, void *value)
{
    uint32_t i = find(l, key);
    if (i == l->n)
        l->n++;
    l->key[i] = key;
    l->value[i] = value;
}

static void *model_remove(struct model *l, uint64_t key)
{
    uint32_t i = find(l, key);
    if (i == l->n)
        return NULL;
    void *old = l->value[i];
    l->n--;
    memmove(&l->key[i], &l->key[i + 1], (l->n - i) * sizeof l->key[0]);
    memmove(&l->value[i], &l->value[i + 1], (l->n - i) * sizeof l->value[0]);
    return old;
}

static void expect_same(const struct map *m, const struct model *l)
{
    struct map_slot *slot;
    uint32_t n = 0;
    for (uint32_t i = 0; map_next(m, &i, &slot); n++) {
        assert_true(n < l->n);
        assert_int_equal(slot->key, l->key[n]);
        assert_ptr_equal(slot->value, l->value[n]);
    }
    assert_int_equal(n, l->n);
    assert_int_equal(m->live, l->n);
}

static void same_as_a_list(void **state)
{
    (void)state;
    static struct model l;
    static char values[1000];
    struct arena *a = arena_new("test", 1 << 26);
    struct map m;
    uint64_t dice = 1;
    map_init(&m, a);
    for (int i = 0; i < 200000; i++) {
        dice = hash_mix(dice + 0x9e3779b97f4a7c15u);
        uint64_t key = dice % KEYS;
        key = key % 7 ? key << 32 : key; /* most keys share their low bits */
        if (find(&l, key) == l.n && l.n == KEYS)
            continue;
        if ((dice >> 40) % 5 < 3) {
            void *v = &values[(dice >> 30) % 1000];
            map_put(&m, key, v);
            model_put(&l, key, v);
        } else {
            assert_ptr_equal(map_remove(&m, key), model_remove(&l, key));
        }
        uint32_t at = find(&l, key);
        assert_ptr_equal(map_get(&m, key), at < l.n ? l.value[at] : NULL);
        if (i % 997 == 0)
            expect_same(&m, &l);
    }
    expect_same(&m, &l);
    arena_free(a);
}

static void removing_what_was_just_seen(void **state)
{
    (void)state;
    static int values[100];
    struct arena *a = arena_new("test", 1 << 24);
    struct map m;
    struct map_slot *slot;
    uint64_t next = 0;
    map_init(&m, a);
    for (uint64_t k = 0; k < 100; k++)
        map_put(&m, k, &values[k]);
    for (uint32_t i = 0; map_next(&m, &i, &slot);) {
        assert_int_equal(slot->key, next++);
        if (slot->key % 3)
            map_remove(&m, slot->key);
    }
    assert_int_equal(next, 100);
    assert_int_equal(m.live, 34);
    arena_free(a);
}

/* Churn of a few keys rebuilds in place: memory does not grow with the number of operations. */
static void churn_needs_no_memory(void **state)
{
    (void)state;
    int x;
    struct arena *a = arena_new("test", 1 << 24);
    struct map m;
    map_init(&m, a);
    for (uint64_t k = 0; k < 1000; k++) {
        map_put(&m, k, &x);
        map_remove(&m, k);
    }
    size_t used = arena_used(a);
    for (uint64_t k = 1000; k < 100000; k++) {
        map_put(&m, k, &x);
        map_remove(&m, k);
    }
    assert_int_equal(arena_used(a), used);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_facts),
        cmocka_unit_test(same_as_a_list),
        cmocka_unit_test(removing_what_was_just_seen),
        cmocka_unit_test(churn_needs_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
