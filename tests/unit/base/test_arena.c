/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arena: zeroed, aligned, disjoint, and its cap is a fault with its name. */
#include "tests/unit/base/base_kit.h"

#include <stdalign.h>
#include <stdlib.h>

#include "sim/base/arena.h"

static void memory_is_zeroed_aligned_and_disjoint(void **state)
{
    (void)state;
    struct arena *a = arena_new("test", 1 << 26);
    unsigned char *p[500];
    size_t n[500];
    for (size_t i = 0; i < 500; i++) {
        n[i] = i * 37 % 4000 + 1;
        p[i] = arena_alloc(a, n[i]);
        assert_int_equal((uintptr_t)p[i] % alignof(max_align_t), 0);
        for (size_t k = 0; k < n[i]; k++)
            assert_int_equal(p[i][k], 0);
        memset(p[i], (int)(i % 255 + 1), n[i]);
    }
    for (size_t i = 0; i < 500; i++) {
        for (size_t k = 0; k < n[i]; k++)
            assert_int_equal(p[i][k], i % 255 + 1); /* nobody else wrote here */
    }
    arena_free(a);
}

static void a_request_larger_than_any_block(void **state)
{
    (void)state;
    struct arena *a = arena_new("test", 1 << 26);
    char *small = arena_alloc(a, 8);
    char *large = arena_alloc(a, 5 << 20);
    memset(large, 1, 5 << 20);
    assert_int_equal(small[7], 0);
    assert_true(arena_used(a) >= (5 << 20) + 8);
    arena_free(a);
}

static void text(void **state)
{
    (void)state;
    struct arena *a = arena_new("test", 1 << 20);
    assert_string_equal(arena_strdup(a, (struct str){"abcdef", 3}), "abc");
    assert_string_equal(arena_strdup(a, STR_NONE), "");
    assert_string_equal(arena_printf(a, "%s-%d", "x", 42), "x-42");
    arena_free(a);
    arena_free(NULL);
}

static void fill(void *arg)
{
    struct arena *a = arena_new("the small one", 1000);
    arena_alloc(a, (size_t)(uintptr_t)arg);
    arena_alloc(a, 500);
}

static void the_cap_is_a_fault_that_names_the_arena(void **state)
{
    (void)state;
    assert_false(kit_dies(fill, (void *)(uintptr_t)400, NULL));
    assert_true(kit_dies(fill, (void *)(uintptr_t)600, "arena 'the small one'"));
    assert_true(kit_dies(fill, (void *)(uintptr_t)100000, "arena 'the small one'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_disjoint),
        cmocka_unit_test(a_request_larger_than_any_block),
        cmocka_unit_test(text),
        cmocka_unit_test(the_cap_is_a_fault_that_names_the_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
