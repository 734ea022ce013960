/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scenario file is loaded, checked and built: what it says arrives, and what it says wrongly is
 * one sentence with its line and a near name. */
#include "tests/unit/lua/lua_bench.h"

#define NET "network = function(net, p) net:add('probe', 'a') end"

static void what_the_file_says_arrives(void **state)
{
    (void)state;
    struct bench b = load_text("return { title = 'A title', source = 'a book', story = [[long]],\n"
                               "duration = '40min', wall_clock = '2015-07-15 22:54:21.2'," NET "}");
    assert_non_null(b.sc);
    const struct scenario_info *i = scenario_info(b.sc);
    assert_string_equal(i->title, "A title");
    assert_string_equal(i->source, "a book");
    assert_string_equal(i->story, "long");
    assert_string_equal(i->path, b.path);
    assert_int_equal(strlen(i->name) + 4, strlen(b.path));
    assert_int_equal(i->duration.ns, 2400000000000);
    assert_int_equal(i->epoch_ns, 1437000861200000000); /* date -u -d '2015-07-15 22:54:21' +%s */
    scenario_free(b.sc);
}

static void clock_is_a_date_of_the_calendar(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t s;
    } good[] = {{"1970-01-01 00:00:00", 0},
                {"2000-02-29 23:59:59", 951868799},
                {"2016-01-01 00:00:00", 1451606400},
                {"2100-03-01 00:00:00", 4107542400},
                {"2016-01-01 05:30:00 +05:30", 1451606400},
                {"2015-12-31 20:30:00 -03:30", 1451606400}};
    static const char *const bad[] = {"2015-02-29 00:00:00", "2015-7-15 22:54:21",    "2015-07-15",
                                      "2015-07-15 24:00:00", "2015-07-15 22:54:21.x", "yesterday",
                                      "2016-01-01 05:30:00 +5:30", "2016-01-01 05:30:00+05:30",
                                      "2016-01-01 05:30:00 +15:00", "2016-01-01 05:30:00 +05:60"};
    struct bench b = load_text("return {title = 't', duration = '1s', " NET "}");
    assert_non_null(b.sc);
    assert_int_equal(scenario_info(b.sc)->epoch_ns, 1451606400000000000);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(scenario_set(b.sc, STR("wall_clock"), str_of(good[i].text), "command", &b.e));
        assert_int_equal(scenario_info(b.sc)->epoch_ns, good[i].s * 1000000000);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(scenario_set(b.sc, STR("wall_clock"), str_of(bad[i]), "command", &b.e));
        assert_non_null(strstr(b.e.msg, "parameter 'wall_clock': '"));
    }
    scenario_free(b.sc);
}

static void what_is_no_scenario_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"return 5", ": the file must return one table, not a number"},
        {"", ": the file must return one table, not a nil"},
        {"return {\n duration = '1s', " NET "}", ": a scenario lacks 'title'"},
        {"return {\n titel = 'x', duration = '1s', " NET "}",
         ":2: a scenario has no field 'titel'; did you mean 'title'?"},
        {"return {title = 't', duration = 40, " NET "}",
         ":1: a scenario: 'duration' must be a string, not a number"},
        {"return {title = 't',\nduration = '40', " NET "}",
         ":2: parameter 'duration': '40' lacks its unit (one of ns us ms s min h d)"},
        {"return {title = 't', duration = 'uniform(1s,2s)', " NET "}",
         "parameter 'duration': 'uniform(1s,2s)' is a law"},
        {"return {title = 't', duration = '1s',\nwall_clock = 'noon', " NET "}",
         ":2: parameter 'wall_clock': 'noon' is not"},
        {"return {title = 't', duration = '1s', network = 'x'}", "'network' must be a function"},
        {"return {title = 't', duration = '1s', " NET ",\nparameters = {\n Rate = '1s' } }",
         ":3: 'Rate' is no parameter name"},
        {"return {title = 't', duration = '1s', " NET
         ", parameters = {\n a = { type = 'duration', default = '1',"
         " doc = 'd' } } }",
         ":2: parameter 'a': '1' lacks its unit"},
        {"return {title = 't', duration = '1s', " NET
         ", parameters = {\n a = { type = 'time', default = '1s',"
         " doc = 'd' } } }",
         ":2: parameter 'a': unknown type 'time'"},
        {"return {title = 't', duration = '1s', " NET
         ", parameters = {\n a = { type = 'integer', default = 5,"
         " mim = 3, doc = 'd' } } }",
         ":2: parameter 'a' has no field 'mim'; did you mean 'min'?"},
        {"return {title = 't', duration = '1s', " NET
         ", parameters = {\n a = { type = 'integer', default = 5,"
         " min = '1s', doc = 'd' } } }",
         ":2: parameter 'a': '1s' has the unknown unit"},
        {"return {title = 't', duration = '1s', " NET
         ", parameters = {\n a = { type = 'integer', default = 0,"
         " min = 1, doc = 'd' } } }",
         ":2: parameter 'a': '0' is below its least value 1"},
        {"return {title = 't', duration = '1s', " NET
         ", parameters = {\n a = { type = 'switch', default = 'on' } } }",
         ":2: parameter 'a' lacks 'doc'"},
        {"return {title = 't', duration = '1s', " NET
         ", parameters = {\n a = { type = 'text', default = 'x',"
         " min = 1, doc = 'd' } } }",
         "type 'text' has no min and max"},
        {"return {title = 't', duration = '1s', " NET ", parameters = { duration = '2s' } }",
         "stands at the top"},
        {"return {title = 't', duration = '1s', " NET
         ", documented = { { name = 'x', documented = 1 } } }",
         "observable 'x' needs one of 'measure' and 'value'"},
        {"return {title = 't', duration = '1s', " NET
         ",\n documented = { { name = 'x', documented = 1,"
         " measure = 'first_unregster_s' } } }",
         ":2: observable 'x': there is no measure 'first_unregster_s'; did you mean"},
        {"return {title = 't', duration = '1s', " NET
         ", documented = { { name = 'x', documented = '1s',"
         " tolerance = '5', measure = 'max_rto_s', by = '3' } } }",
         "observable 'x': by '3' is no value with a unit"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct bench b = load_text(bad[i].text);
        if (b.sc)
            fail_msg("accepted: %s", bad[i].text);
        if (!strstr(after_path(&b), bad[i].says))
            fail_msg("%s\n  says: %s\n  not:  %s", bad[i].text, b.e.msg, bad[i].says);
    }
    struct err e = {0};
    assert_null(scenario_load("no/such.lua", LIB_DIR, &e));
    assert_string_equal(e.msg, "cannot read 'no/such.lua': No such file or directory");
    assert_null(scenario_load(".", LIB_DIR, &e));
    assert_int_equal(e.kind, ERR_USER);
}

static void network_mistakes_name_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *net, *says;
    } bad[] = {
        {"net:add('prob', 'c')", ":5: node 'c': there is no model 'prob'; did you mean 'probe'?"},
        {"net:add('probe', 'a')", ":5: node 'a' is there twice"},
        {"net:add('probe', 'c', {lable = 'x'})",
         ":5: c has no parameter 'lable'; did you mean 'label'?"},
        {"net:add('probe', 'c', {talk_interval = '5'})",
         ":5: c: parameter 'talk_interval': '5' lacks its unit"},
        {"net:add('probe', 'c', {label = {}})", ":5: setting 'label' must be text"},
        {"net:add('probe', 'c', {segment_size = 1.5})", ":5: setting 'segment_size' must be text"},
        {"net:ad('probe', 'c')", ":5: net has no 'ad'; did you mean 'add'?"},
        {"net:link('a', 'bb')", ":5: there is no node 'bb'; did you mean 'b'?"},
        {"net:link(a, b)", ":5: port 'a:eth0' is used twice"},
        {"net:link('a:x', 'b:x', {link_dealy = '1ms'})",
         ":5: link a:x - b:x has no parameter 'link_dealy'"},
        {"net:capture('a:eth0', 'x') net:capture('a', 'y')", ":5: port 'a:eth0' is captured twice"},
        {"net:add('hub', 'h') net:link('h', 'a:x')", ":5: node 'h' has no port yet: name one"},
        {"local h = net:add('hub', 'h') h:port('1', {vlan = 2}) h:port('1', {vlan = 3})",
         ":5: port 'h:1' is configured twice"},
        {"local h = net:add('hub', 'h') h:port('1', {vlan = 5000})",
         ":5: h:1: parameter 'vlan': '5000' is above"},
        {"local x = p.nothing", ":5: p has no 'nothing'"},
        {"l:cut()", ":5: only script(sim) acts on the running network"},
        {"a:op('stop')", ":5: only script(sim)"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[1024];
        struct bench b = load_text(two_probes(text, sizeof text, bad[i].net, ""));
        assert_non_null(b.sc);
        if (build(&b))
            fail_msg("accepted: %s", bad[i].net);
        if (!strstr(after_path(&b), bad[i].says))
            fail_msg("%s\n  says: %s\n  not:  %s", bad[i].net, b.e.msg, bad[i].says);
        tear_down(&b);
    }
}

static void network_is_built(void **state)
{
    (void)state;
    char text[1024];
    struct bench b =
        load_text(two_probes(text, sizeof text,
                             "local h = net:add('hub', 'h')\n"
                             "assert(h:port('Gi0/1', {vlan = 7}) == 'h:Gi0/1')\n"
                             "assert(tostring(h) == \"node 'h'\" and h:name() == 'h')\n"
                             "local m = net:link('a:eth1', 'h:Gi0/1', {link_delay = '3ms'})\n"
                             "assert(tostring(m) == 'link a:eth1 - h:Gi0/1')\n"
                             "net:capture('h:Gi0/1', 'the hub', '-1.5s')",
                             ""));
    if (!b.sc || !build(&b))
        fail_msg("%s", b.e.msg);
    assert_int_equal(net_node_count(b.net), 3);
    const struct probe *second = net_find_node(b.net, STR("b"))->state;
    assert_string_equal(second->label, "second");
    const struct node *hub = net_find_node(b.net, STR("h"));
    assert_int_equal(((struct hub_port *)hub->ports[0]->config)->vlan, 7);
    const struct scenario_capture *c;
    assert_int_equal(scenario_captures(b.sc, &c), 1);
    assert_ptr_equal(c[0].port, hub->ports[0]);
    assert_string_equal(c[0].description, "the hub");
    assert_int_equal(c[0].clock.offset_ns, -1500000000);
    tear_down(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_file_says_arrives),
        cmocka_unit_test(clock_is_a_date_of_the_calendar),
        cmocka_unit_test(what_is_no_scenario_is_refused),
        cmocka_unit_test(network_mistakes_name_their_line),
        cmocka_unit_test(network_is_built),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
