/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters of a scenario: its own and those of the models in its network; who sets them, where
 * they go, what is shown of them, and when the run still is the documented one. */
#include "tests/unit/lua/lua_bench.h"

static const struct probe *probe_of(struct bench *b, const char *name)
{
    return net_find_node(b->net, str_of(name))->state;
}

static struct scenario_param shown(struct bench *b, const char *name)
{
    struct scenario_param p;
    if (!scenario_has_param(b->sc, name, &p))
        fail_msg("no parameter '%s'", name);
    return p;
}

static void set(struct bench *b, const char *name, const char *value)
{
    if (!scenario_set(b->sc, str_of(name), str_of(value), "command", &b->e))
        fail_msg("%s", b->e.msg);
}

static struct bench built(const char *net, const char *more, const char *name, const char *value)
{
    char text[2048];
    struct bench b = load_text(two_probes(text, sizeof text, net, more));
    if (!b.sc)
        fail_msg("%s", b.e.msg);
    if (name)
        set(&b, name, value);
    if (!build(&b))
        fail_msg("%s", b.e.msg);
    return b;
}

static void models_bring_their_parameters(void **state)
{
    (void)state;
    struct bench b = built("", "", NULL, NULL);
    static const char *const names[] = {
        "duration",     "link_delay", "link_jitter",   "link_loss",    "link_queue", "link_rate",
        "segment_size", "talk_floor", "talk_interval", "talk_profile", "wall_clock"};
    const struct scenario_param *p;
    assert_int_equal(scenario_params(b.sc, &p),
                     sizeof names / sizeof names[0]); /* not label: own */
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_string_equal(p[i].name, names[i]);
        assert_string_equal(p[i].set_by, "default");
    }
    assert_int_equal(shown(&b, "duration").value.law.v[0].ns, 60000000000);
    assert_int_equal(shown(&b, "link_rate").value.i, 1000000000);
    assert_true(scenario_is_documented(b.sc));
    tear_down(&b);
}

static void values_come_from_the_nearest_source(void **state)
{
    (void)state;
    const char *file = "parameters = { segment_size = '1380B', talk_interval = '20s' }";
    struct bench b =
        built("net:add('probe', 'c', {talk_interval = '7s'})", file, "segment_size", "536B");
    assert_int_equal(probe_of(&b, "a")->segment, 536);
    assert_int_equal(probe_of(&b, "a")->interval.ns, 20000000000);
    assert_int_equal(probe_of(&b, "c")->interval.ns, 7000000000);
    assert_string_equal(shown(&b, "segment_size").set_by, "command");
    assert_string_equal(shown(&b, "talk_interval").set_by, "scenario");
    assert_int_equal(shown(&b, "talk_interval").value.law.v[0].ns, 20000000000);
    assert_false(scenario_is_documented(b.sc));
    tear_down(&b);
}

static void ports_and_links_take_them_too(void **state)
{
    (void)state;
    struct bench b = built("local h = net:add('hub', 'h') h:port('1') net:link('a:x', 'h:2')"
                           "net:link('b:x', 'h:3', {link_delay = '1s'})",
                           "parameters = { hub_speed = '10Mbps' }", "link_delay", "3ms");
    const struct node *h = net_find_node(b.net, STR("h"));
    for (int i = 0; i < 3; i++)
        assert_int_equal(((struct hub_port *)h->ports[i]->config)->speed, 10000000);
    assert_int_equal(shown(&b, "hub_speed").value.i, 10000000);
    assert_int_equal(shown(&b, "link_delay").value.law.v[0].ns, 3000000);
    tear_down(&b);
}

static void a_value_that_the_model_fills_in_is_shown(void **state)
{
    (void)state;
    struct bench b = built("", "", "talk_profile", "rfc6298");
    assert_int_equal(shown(&b, "talk_floor").value.i, 1000000000);
    tear_down(&b);
    b = built("", "", NULL, NULL);
    assert_int_equal(shown(&b, "talk_floor").value.i, 200000000);
    tear_down(&b);
    b = built("", "", "talk_floor", "95ms");
    assert_int_equal(shown(&b, "talk_floor").value.i, 95000000);
    tear_down(&b);
}

static const char own[] =
    "parameters = { pause = { type = 'duration', default = '5s', max = '1min', doc = 'd' },"
    " many = { type = 'integer', default = 3, min = 1, max = 9, doc = 'd' },"
    " mode = { type = 'enum', choices = 'fast|slow', default = 'fast', doc = 'd' },"
    " lossy = { type = 'switch', default = false, doc = 'd' },"
    " link_delay = { type = 'law', default = 'uniform(1ms,2ms)', doc = 'd' } }";

static void own_parameters_reach_the_network(void **state)
{
    (void)state;
    struct bench b = built(
        "for i = 1, p.many do net:add('probe', 'p' .. i, {talk_interval = p.pause}) end\n"
        "assert(p.mode == 'slow' and p.lossy == 'off' and p.link_delay == 'uniform(1ms,2ms)')\n"
        "assert(p.duration == '1min')",
        own, "mode", "slow");
    assert_int_equal(net_node_count(b.net), 5);
    assert_int_equal(probe_of(&b, "p3")->interval.ns, 5000000000);
    assert_int_equal(probe_of(&b, "a")->interval.ns, 10000000000);
    assert_string_equal(shown(&b, "mode").set_by, "command");
    assert_int_equal(shown(&b, "link_delay").value.law.kind,
                     DIST_UNIFORM); /* its own, not the links' */
    assert_false(scenario_is_documented(b.sc));
    tear_down(&b);
}

static void a_law_is_drawn_once_a_run(void **state)
{
    (void)state;
    const char *net = "net:add('probe', 'c', {talk_interval = p.pause}) net:add('probe', 'd', "
                      "{talk_interval = p.pause})";
    struct bench b = built(net, own, "pause", "uniform(10s,20s)");
    int64_t first = probe_of(&b, "c")->interval.ns;
    assert_in_range(first, 10000000000, 20000000000);
    assert_int_equal(probe_of(&b, "d")->interval.ns, first);
    assert_int_equal(shown(&b, "pause").value.law.kind, DIST_UNIFORM);
    tear_down(&b);
    b = built("", own, "talk_interval", "uniform(10s,20s)"); /* of the model: for each node */
    assert_true(probe_of(&b, "a")->interval.ns != probe_of(&b, "b")->interval.ns);
    tear_down(&b);
}

static void bad_values_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *says;
    } bad[] = {
        {"pause", "5", "parameter 'pause': '5' lacks its unit (one of ns us ms s min h d)"},
        {"pause", "2min", "parameter 'pause': '2min' is above its greatest value 1min"},
        {"mode", "slwo", "parameter 'mode': 'slwo' is none of fast|slow; did you mean 'slow'?"},
        {"duration", "1 parsec", "parameter 'duration': '1 parsec' has the unknown unit"},
        {"duration", "exp(1s)",
         "parameter 'duration': 'exp(1s)' is a law; the run needs one value"},
        {"talk_interval", "5", "parameter 'talk_interval': '5' lacks its unit"},
        {"segment_size", "10B", "parameter 'segment_size': '10B' is below its least value 64B"},
        {"talk_intervall", "5s",
         "scenario 'scenario_%ld' has no parameter 'talk_intervall'; did you mean "
         "'talk_interval'?"},
        {"label", "x", "scenario 'scenario_%ld' has no parameter 'label'"},
        {"hub_speed", "7bps",
         "parameter 'hub_speed' cannot be set: the scenario gives every node that has it"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[2048], says[256];
        struct bench b = load_text(two_probes(
            text, sizeof text, "net:add('hub', 'h'):port('1', {hub_speed = '1Mbps'})", own));
        assert_non_null(b.sc);
        snprintf(says, sizeof says, bad[i].says, (long)getpid());
        if (scenario_set(b.sc, str_of(bad[i].name), str_of(bad[i].value), "command", &b.e) &&
            build(&b))
            fail_msg("accepted: %s=%s", bad[i].name, bad[i].value);
        if (strncmp(b.e.msg, says, strlen(says)) != 0)
            fail_msg("says: %s\nnot:  %s", b.e.msg, says);
        tear_down(&b);
    }
}

static void bad_values_of_the_file_name_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *more, *says;
    } bad[] = {
        {"parameters = {\n segment_size = '1380' }",
         ":8: parameter 'segment_size': '1380' lacks its unit"},
        {"parameters = {\n segmnt_size = '1380B' }",
         ":8: nothing in the network has a parameter 'segmnt_size'; did you mean 'segment_size'?"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[1024];
        struct bench b = load_text(two_probes(text, sizeof text, "", bad[i].more));
        assert_non_null(b.sc);
        assert_false(build(&b));
        if (strncmp(after_path(&b), bad[i].says, strlen(bad[i].says)) != 0)
            fail_msg("says: %s\nnot:  %s", b.e.msg, bad[i].says);
        tear_down(&b);
    }
}

static void the_documented_value_given_again_changes_nothing(void **state)
{
    (void)state;
    struct bench b = built("", "parameters = { segment_size = '1380B' }", "segment_size", "1380B");
    assert_true(scenario_is_documented(b.sc));
    tear_down(&b);
    b = built("", "", "talk_interval", "10000ms");
    assert_true(scenario_is_documented(b.sc));
    tear_down(&b);
    b = built("", "", "duration", "2h");
    assert_true(scenario_is_documented(b.sc));
    assert_int_equal(shown(&b, "duration").value.law.v[0].ns, 7200000000000);
    assert_int_equal(scenario_info(b.sc)->duration.ns, 60000000000); /* stays the documented one */
    tear_down(&b);
    b = built("", "", "talk_interval", "uniform(10s,10s)");
    assert_false(scenario_is_documented(b.sc));
    tear_down(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_bring_their_parameters),
        cmocka_unit_test(values_come_from_the_nearest_source),
        cmocka_unit_test(ports_and_links_take_them_too),
        cmocka_unit_test(a_value_that_the_model_fills_in_is_shown),
        cmocka_unit_test(own_parameters_reach_the_network),
        cmocka_unit_test(a_law_is_drawn_once_a_run),
        cmocka_unit_test(bad_values_are_refused),
        cmocka_unit_test(bad_values_of_the_file_name_their_line),
        cmocka_unit_test(the_documented_value_given_again_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
