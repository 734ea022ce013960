/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What nodes are told: equal values are kept once, and yet no node's value can reach another node. */
#include "tests/unit/net/station.h"

struct thing {
    const char *name;
    struct sim_dur wait, drawn;
    struct dist law;
    int64_t number;
    int mode;
    struct ip4 address;
};

#define AT(field) offsetof(struct thing, field)

static const struct param_def params[] = {
    {"name", PARAM_TEXT, "nobody", NULL, NULL, NULL, "", AT(name), true},
    {"wait", PARAM_DUR, "", "0s", "1h", NULL, "", AT(wait), false},
    {"drawn", PARAM_DUR, "1s", "0s", "1h", NULL, "", AT(drawn), false},
    {"law", PARAM_LAW, "uniform(1s,2s)", "0s", "1h", NULL, "", AT(law), false},
    {"number", PARAM_INT, "", "0", "100", NULL, "", AT(number), false},
    {"mode", PARAM_ENUM, "one", NULL, NULL, "one|two", "", AT(mode), false},
    {"place", PARAM_IP4, "", NULL, NULL, NULL, "", AT(address), true},
    {0},
};

static const struct model thing_model = {
    .name = "thing", .doc = "", .state_size = sizeof(struct thing), .params = params, .init = station_init,
    .on_frame = station_hear};

static struct node *thing(struct world *w, const char *name, const struct setting *s, size_t count)
{
    struct node *n;
    struct err e = {0};
    assert_true(net_add_node(w->net, STR("thing"), str_of(name), s, count, &n, &e));
    return n;
}

static const struct thing *of(const struct node *n)
{
    return n->state;
}

static const char *shown(const struct node *n, const char *param)
{
    static char text[64];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    struct param_value v = node_param(n, param);
    size_t i = 0;
    while (strcmp(params[i].name, param) != 0)
        i++;
    param_text(&t, &params[i], &v);
    return text;
}

/* a, b, a again and the default, in this order: each node keeps its own. */
static void each_node_keeps_what_it_was_told(void **state)
{
    (void)state;
    struct world *w = world_open(&thing_model);
    char text[] = "ann"; /* the caller's text may change afterwards */
    struct setting ann[] = {{STR("name"), str_of(text)}, {STR("number"), STR("7")}, {STR("mode"), STR("two")}};
    struct setting bob[] = {{STR("name"), STR("bob")}, {STR("number"), STR("8")}, {STR("place"), STR("10.0.0.8")}};
    const struct node *n[] = {thing(w, "n0", ann, 3), thing(w, "n1", bob, 3), thing(w, "n2", ann, 3),
                              thing(w, "n3", NULL, 0), thing(w, "n4", ann, 3)};
    static const char *const names[] = {"ann", "bob", "ann", "nobody", "ann"};
    static const int64_t numbers[] = {7, 8, 7, 0, 7};
    static const int modes[] = {1, 0, 1, 0, 1};
    text[0] = 'X';
    for (int i = 0; i < 5; i++) {
        assert_string_equal(of(n[i])->name, names[i]);
        assert_string_equal(shown(n[i], "name"), names[i]);
        assert_int_equal(of(n[i])->number, numbers[i]);
        assert_int_equal(node_param(n[i], "number").given, numbers[i] != 0);
        assert_int_equal(of(n[i])->mode, modes[i]);
        assert_int_equal(of(n[i])->address.v, i == 1 ? 0x0a000008 : 0);
    }
    world_close(w);
}

static void a_default_filled_in_is_one_node_s(void **state)
{
    (void)state;
    struct world *w = world_open(&thing_model);
    struct setting given[] = {{STR("wait"), STR("3s")}};
    struct node *a = thing(w, "a", NULL, 0), *b = thing(w, "b", NULL, 0), *c = thing(w, "c", given, 1);
    struct sim_dur field = DUR_ZERO;
    node_fill_default(a, "wait", dur_s(5), &field);
    assert_int_equal(field.ns, dur_s(5).ns);
    node_fill_default(c, "wait", dur_s(9), &field);
    assert_int_equal(field.ns, dur_s(5).ns); /* it was given: nothing is filled in */
    assert_string_equal(shown(a, "wait"), "5s");
    assert_false(node_param(b, "wait").given);
    assert_string_equal(shown(c, "wait"), "3s");
    world_close(w);
}

/* The law is what reports show; what was drawn from it is each node's own. */
static void laws_are_shown_and_drawn_for_each(void **state)
{
    (void)state;
    struct world *w = world_open(&thing_model);
    struct setting s[] = {{STR("drawn"), STR("uniform(0s,10s)")}, {STR("law"), STR("choice(1s,4s)")}};
    const struct node *a = thing(w, "a", s, 2), *b = thing(w, "b", s, 2), *c = thing(w, "c", NULL, 0);
    assert_true(of(a)->drawn.ns != of(b)->drawn.ns);
    assert_string_equal(shown(a, "drawn"), "uniform(0s,10s)");
    assert_string_equal(shown(b, "drawn"), "uniform(0s,10s)");
    assert_int_equal(of(b)->law.kind, DIST_CHOICE);
    assert_int_equal(of(b)->law.v[1].ns, dur_s(4).ns);
    assert_int_equal(of(c)->drawn.ns, dur_s(1).ns);
    assert_string_equal(shown(c, "drawn"), "1s");
    assert_string_equal(shown(c, "law"), "uniform(1s,2s)");
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_node_keeps_what_it_was_told),
        cmocka_unit_test(a_default_filled_in_is_one_node_s),
        cmocka_unit_test(laws_are_shown_and_drawn_for_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
