/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables: cells of every kind, order by value, rows as text piece by piece, many rows. */
#include "tests/unit/net/show_kit.h"

#define MANY 5000

static const char *const columns[] = {"number", "text", "mac", "address", "span", NULL};

static void line(const struct table *t, size_t row, struct txtbuf *out)
{
    for (size_t i = 0; i < 5; i++)
        txtbuf_add(out, "%s%s", i ? "|" : "", table_plain(t, row, i, "-"));
    txtbuf_char(out, '\n');
}

static void after(const struct table *t, struct txtbuf *out)
{
    txtbuf_add(out, "%zu rows\n", t->row_count);
}

static const struct table_look look = {.columns = columns, .head = "head\n", .line = line, .after = after};

static void row(struct table *t, int64_t number, const char *text, uint32_t address)
{
    table_int(t, number);
    table_text(t, text);
    table_mac(t, (struct mac){{0, 0x1d, 0xa1, 0x7e, 0x10, 1}});
    table_ip4(t, (struct ip4){address});
    table_dur(t, dur_ms(210));
}

static void some(const struct node *n, struct table *t)
{
    (void)n;
    row(t, 10, "b", 0x0a010102);
    row(t, 9, "z", 0x0a010101);
    row(t, 10, "a", 0x0a010103);
    for (int i = 0; i < 5; i++)
        table_none(t);
    table_sort(t);
}

static void many(const struct node *n, struct table *t)
{
    (void)n;
    for (int i = 0; i < MANY; i++)
        row(t, (i * 7919) % MANY, "x", 1); /* every number once: 7919 is prime */
    table_sort(t);
}

static void none(const struct node *n, struct table *t)
{
    (void)n;
    table_sort(t);
}

static const struct model_table tables[] = {
    {"some", "", &look, some}, {"many", "", &look, many}, {"none", "", &look, none}, {0}};
static const struct param_def params[] = {{0}};
static const struct model box = {.name = "box", .state_size = 8, .params = params, .tables = tables};
static const struct model plain = {.name = "plain", .state_size = 8, .params = params};

static struct node *open(void)
{
    static const struct model *const models[] = {&box};
    struct sim_config c = {.seed = 1};
    struct node *n;
    struct err e = {0};
    assert_true(net_add_node(net_new(sim_new(&c), models, 1), STR("box"), STR("b"), NULL, 0, &n, &e));
    return n;
}

static void rows_are_sorted_by_value_and_printed(void **state)
{
    (void)state;
    struct node *n = open();
    assert_shows(n, "some",
                 "head\n"
                 "-|-|-|-|-\n"
                 "9|z|00:1d:a1:7e:10:01|10.1.1.1|210ms\n"
                 "10|a|00:1d:a1:7e:10:01|10.1.1.3|210ms\n"
                 "10|b|00:1d:a1:7e:10:01|10.1.1.2|210ms\n"
                 "4 rows\n");
    assert_shows(n, "none", "head\n0 rows\n");
    sim_free(n->sim);
}

static void cells_keep_their_values(void **state)
{
    (void)state;
    struct node *n = open();
    struct shown *s = show(n, "some");
    assert_int_equal(shown_cell(s, 0, "span")->kind, CELL_NONE);
    assert_int_equal(shown_cell(s, 1, "span")->i, 210000000);
    assert_int_equal(shown_cell(s, 1, "mac")->i, 0x001da17e1001);
    assert_int_equal(shown_cell(s, 1, "address")->i, 0x0a010101);
    assert_int_equal(shown_cell(s, 1, "text")->kind, CELL_TEXT);
    shown_close(s);
    sim_free(n->sim);
}

static void a_table_may_be_long(void **state)
{
    (void)state;
    struct node *n = open();
    struct arena *a = arena_new("long", 1 << 24);
    struct table *t = table_new(n, &tables[1], a);
    assert_int_equal(t->row_count, MANY);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(table_cell(t, i, 0)->i, i);
    arena_free(a);
    sim_free(n->sim);
}

static void a_model_may_have_none(void **state)
{
    (void)state;
    assert_int_equal(table_count(&plain), 0);
    assert_int_equal(table_count(&box), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_sorted_by_value_and_printed),
        cmocka_unit_test(cells_keep_their_values),
        cmocka_unit_test(a_table_may_be_long),
        cmocka_unit_test(a_model_may_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
