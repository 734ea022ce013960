/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_view_run.c: records by number in a ring, what was pinned, further causes, fields. */
#include "tests/unit/view/view_kit.h"

static void finds_records_by_number(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k, 4);
    assert_null(view_record(&k.run, 1));
    assert_int_equal(view_oldest(&k.run), 1);
    for (int i = 0; i < 6; i++)
        kit_add(&k, "NOTE", 1, 0, "n", "{}");
    assert_int_equal(view_oldest(&k.run), 3);
    for (int64_t id = -1; id <= 8; id++) {
        const struct view_record *x = view_record(&k.run, id);
        assert_true((x != NULL) == (id >= 3 && id <= 6));
        assert_true(!x || x->id == id);
    }
    kit_free(&k);
}

static void keeps_what_is_pinned(void **state)
{
    struct kit k;
    struct view_record pinned[] = {{.id = 2, .kind = "NOTE", .text = "parameter: a = 1s"}};
    (void)state;
    kit_init(&k, 4);
    for (int i = 0; i < 9; i++)
        kit_add(&k, "NOTE", 1, 0, "n", "{}");
    k.run.pinned = pinned;
    k.run.pinned_count = 1;
    assert_ptr_equal(view_record(&k.run, 2), pinned);
    assert_null(view_record(&k.run, 1));
    kit_free(&k);
}

/* Causes of one record need not be stated in a row, and keep their order. */
static void lists_further_causes_in_order(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k, 8);
    for (int i = 0; i < 5; i++)
        kit_add(&k, "NOTE", 1, 0, "n", "{}");
    kit_because(&k, 4, 1, VIEW_LIMIT);
    kit_because(&k, 5, 3, VIEW_STATE);
    kit_because(&k, 4, 2, VIEW_LIMIT);
    kit_because(&k, 4, 3, VIEW_AWAITED);
    const int64_t expected[] = {1, 2, 3};
    int n = 0;
    const struct view_record *x = view_record(&k.run, 4);
    for (const struct view_because *b = view_becauses(&k.run, x); b; b = view_next_because(&k.run, b))
        assert_int_equal(b->of, expected[n++]);
    assert_int_equal(n, 3);
    assert_int_equal(view_because(&k.run, x, VIEW_LIMIT)->id, 1);
    assert_int_equal(view_because(&k.run, x, VIEW_AWAITED)->id, 3);
    assert_null(view_because(&k.run, x, VIEW_STATE));
    assert_null(view_becauses(&k.run, view_record(&k.run, 1)));
    assert_null(view_becauses(&k.run, NULL));
    kit_free(&k);
}

/* The ring of causes may be passed before the ring of records: then they are gone, not another's. */
static void forgets_causes_that_were_passed(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k, 4);
    kit_add(&k, "NOTE", 1, 0, "n", "{}");
    kit_add(&k, "NOTE", 1, 0, "n", "{}");
    kit_because(&k, 1, 1, VIEW_STATE);
    for (int i = 0; i < 4; i++)
        kit_because(&k, 2, 1, VIEW_LIMIT);
    assert_null(view_becauses(&k.run, view_record(&k.run, 1)));
    kit_free(&k);
}

static void reads_fields(void **state)
{
    char buf[64], small[3];
    struct view_record x = {.id = 1, .kind = "STATE",
                            .fields = "{\"key\":\"a \\\"b\\\"\",\"reason\":13,\"last\":\"\"}"};
    (void)state;
    assert_true(str_eq(view_field(&x, "key", buf, sizeof buf), STR("a \"b\"")));
    assert_true(str_eq(view_field(&x, "reason", buf, sizeof buf), STR("13")));
    assert_true(view_field_is(&x, "last", ""));
    assert_int_equal(view_field(&x, "none", buf, sizeof buf).n, 0);
    assert_int_equal(view_field(NULL, "key", buf, sizeof buf).n, 0);
    assert_true(view_field(&x, "key", small, sizeof small).n < sizeof small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_records_by_number),
        cmocka_unit_test(keeps_what_is_pinned),
        cmocka_unit_test(lists_further_causes_in_order),
        cmocka_unit_test(forgets_causes_that_were_passed),
        cmocka_unit_test(reads_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
