/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flows against a plain table: who is known, by which number, and what is remembered of him. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sim/base/hash.h"
#include "sim/kernel/flow.h"

#define KEYS 200

/* The number a key has, by the definition: its last one, while at most limit - 1 younger ones are out. */
static uint64_t number_of[KEYS], newest;

static uint64_t known(uint64_t key, uint32_t limit)
{
    uint64_t n = number_of[key];
    return n && newest - n < limit ? n : 0;
}

/* Keys that fall on few places of the index, so that occupants are pushed on. */
static uint64_t crowded(uint64_t i)
{
    uint64_t x = i * 977;
    while ((hash_mix(x) & 31) > 3)
        x++;
    return x;
}

static void open_at_random(uint32_t limit, int steps)
{
    struct flows f;
    uint64_t keys[KEYS], dice = limit;
    memset(number_of, 0, sizeof number_of);
    newest = 0;
    flows_init(&f, limit);
    for (uint64_t i = 0; i < KEYS; i++)
        keys[i] = crowded(i);
    for (int step = 0; step < steps; step++) {
        dice = hash_mix(dice + 0x9e3779b97f4a7c15u);
        uint64_t key = dice % KEYS, want = known(key, limit);
        uint64_t number = flows_open(&f, keys[key]);
        if (want) {
            assert_int_equal(number, want);
            assert_int_equal(flows_find(&f, number)->last_tx, want * 3);
        } else {
            assert_int_equal(number, ++newest);
            number_of[key] = number;
            assert_int_equal(flows_find(&f, number)->last_tx, 0);
            flows_find(&f, number)->last_tx = number * 3;
        }
    }
    flows_free(&f);
}

static void each_key_keeps_its_number_until_it_is_forgotten(void **state)
{
    (void)state;
    static const uint32_t limits[] = {1, 2, 7, 16, 33, 64, 150, 1000};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        open_at_random(limits[i], 5000);
}

static void numbers_never_handed_out_or_forgotten_find_nothing(void **state)
{
    (void)state;
    struct flows f;
    flows_init(&f, 3);
    assert_null(flows_find(&f, 0));
    assert_null(flows_find(&f, 1));
    for (uint64_t key = 10; key < 15; key++)
        flows_open(&f, key);
    assert_null(flows_find(&f, 2));
    assert_int_equal(flows_find(&f, 3)->key, 12);
    assert_int_equal(flows_find(&f, 5)->key, 14);
    assert_null(flows_find(&f, 6));
    assert_null(flows_find(&f, UINT64_MAX));
    flows_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_key_keeps_its_number_until_it_is_forgotten),
        cmocka_unit_test(numbers_never_handed_out_or_forgotten_find_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
