/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The script acts on the running network: at the right instant, as the cause of what follows, and
 * with sentences for its mistakes. Truth: frames of 100 bytes on a link of 1 Gbit/s and 1 s delay.
 */
#include "tests/unit/lua/lua_bench.h"

struct seen {
    struct sink sink;
    struct rec last[8];
    char text[8][96];
    size_t count;
};

static void see(struct sink *k, const struct rec *r)
{
    struct seen *s = (struct seen *)(void *)k;
    assert_true(s->count < 8);
    struct txtbuf t = txtbuf_of(s->text[s->count], sizeof s->text[0]);
    if (r->kind == REC_FAULT) {
        txtbuf_add(&t, "%s %s ", r->fault.what, r->fault.target);
        rec_args_text(&t, &r->fault.line, 0);
    } else if (r->kind == REC_DROP) {
        txtbuf_cstr(&t, r->drop.reason);
    }
    s->last[s->count++] = *r;
}

static struct bench played(const char *script, struct sim_dur d, struct seen *s)
{
    char text[2048] = "local link ", more[1024];
    size_t n = strlen(text);
    snprintf(more, sizeof more,
             "parameters = { link_delay = '1s' },\nscript = function(sim) %s end", script);
    two_probes(text + n, sizeof text - n, "link = l", more);
    struct bench b = load_text(text);
    if (!b.sc || !build(&b))
        fail_msg("%s", b.e.msg);
    if (s) {
        *s = (struct seen){
            .sink = {.name = "seen", .mask = REC_BIT(REC_FAULT) | REC_BIT(REC_DROP), .on = see}};
        bus_attach(b.sim, &s->sink);
    }
    run_for(&b, d);
    return b;
}

static void cut_and_heal_happen_when_told(void **state)
{
    (void)state;
    struct seen s;
    /* Frames leave each probe at 10, 20, 30, 40 s. Those of 20 s fly when the link is cut at 20.5
     * s. */
    struct bench b =
        played("sim:wait('20500ms') link:cut()\nsim:wait('10s') link:heal()", dur_s(45), &s);
    const char *base = b.path;
    assert_int_equal(((struct probe *)net_find_node(b.net, STR("a"))->state)->heard, 2);
    char cut[96], heal[96];
    snprintf(cut, sizeof cut, "link-cut a:eth0 - b:eth0 %s:8", base);
    snprintf(heal, sizeof heal, "link-heal a:eth0 - b:eth0 %s:9", base);
    assert_int_equal(s.count, 6); /* cut, 2 in flight, 2 refused, heal */
    assert_string_equal(s.text[0], cut);
    assert_int_equal(s.last[0].at.ns, 20500000000);
    assert_string_equal(s.text[1], "link-cut");
    assert_int_equal(s.last[1].cause, s.last[0].id);
    assert_int_equal(s.last[2].cause, s.last[0].id);
    assert_string_equal(s.text[5], heal);
    assert_int_equal(s.last[5].at.ns, 30500000000);
    assert_int_equal(s.last[5].cause, s.last[0].id); /* the wait was begun after the cut */
    tear_down(&b);
}

static void an_operation_is_the_cause_of_its_own(void **state)
{
    (void)state;
    struct seen s;
    struct bench b =
        played("sim:wait_until('10500ms') sim.net:node('a'):op('stop') sim.net:link_at('b'):cut()\n"
               "assert(sim:now() == 10.5 and sim:now_ns() == 10500000000)\n"
               "local d = sim:draw('x', 'uniform(1s,2s)') assert(d:find('^1%.?%d*s$'), d)\n"
               "sim:wait(d) sim:note('over')",
               dur_s(45), &s);
    struct err e;
    if (scenario_failed(b.sc, &e))
        fail_msg("%s", e.msg);
    assert_int_equal(((struct probe *)net_find_node(b.net, STR("a"))->state)->spoken, 1);
    assert_memory_equal(s.text[0], "stop a ", 7);
    assert_memory_equal(s.text[1], "link-cut a:eth0", 15);
    assert_int_equal(s.last[1].cause, s.last[0].id);
    for (int i = 2; i < 4; i++) { /* what flew is lost by the cut, not by the stop before it */
        assert_string_equal(s.text[i], "link-cut");
        assert_int_equal(s.last[i].cause, s.last[1].id);
    }
    tear_down(&b);
}

static void mistakes_end_the_script_with_a_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *script, *says;
    } bad[] = {
        {"sim:wait('5')", ":8: '5' lacks its unit"},
        {"sim:wait('1s')\nsim:wait_until('500ms')", ":9: '500ms' is past already"},
        {"sim:wiat('1s')", ":8: sim has no 'wiat'; did you mean 'wait'?"},
        {"sim.net:node('a'):op('stp')",
         ":8: model 'probe' has no operation 'stp'; did you mean 'stop'?"},
        {"sim.net:node('a'):op('stop') sim.net:node('a'):op('stop')",
         ":8: node 'a' is down already"},
        {"sim.net:node('aa')", ":8: there is no node 'aa'"},
        {"sim.net:add('probe', 'c')", ":8: the network is complete"},
        {"sim.net:link_at('a:eth7')", ":8: node 'a' has no port 'eth7'"},
        {"coroutine.wrap(function() sim:wait('1s') end)()", ":8: only the script itself waits"},
        {"sim:wait('1s') while true do end", ":8: more than 200 million instructions"},
        {"local t = {} while true do t[#t + 1] = ('x'):rep(1e6) .. #t end",
         ":8: more than 256 MiB of memory"},
        {"error({})", ":8: an error that is not text but a table"},
        {"sim:draw('x', 'unform(1s,2s)')", ":8: unknown law 'unform'; did you mean uniform"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct err e = {0};
        struct bench b = played(bad[i].script, dur_s(5), NULL);
        if (!scenario_failed(b.sc, &e))
            fail_msg("accepted: %s", bad[i].script);
        b.e = e;
        if (strncmp(after_path(&b), bad[i].says, strlen(bad[i].says)) != 0)
            fail_msg("says: %s\nnot:  %s", e.msg, bad[i].says);
        tear_down(&b);
    }
}

static void a_scenario_without_script_just_runs(void **state)
{
    (void)state;
    char text[1024];
    struct err e = {0};
    struct bench b = load_text(two_probes(text, sizeof text, "", ""));
    assert_true(build(&b));
    run_for(&b, dur_s(45));
    assert_false(scenario_failed(b.sc, &e));
    assert_int_equal(((struct probe *)net_find_node(b.net, STR("a"))->state)->heard, 4);
    tear_down(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_and_heal_happen_when_told),
        cmocka_unit_test(an_operation_is_the_cause_of_its_own),
        cmocka_unit_test(mistakes_end_the_script_with_a_sentence),
        cmocka_unit_test(a_scenario_without_script_just_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
