/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults as a script orders them: verbs and kinds, now and later, several at one instant in the order of the script,
 * healed alone or together; sentences for mistakes. Truth: the script itself. */
#include "tests/unit/lua/lua_bench.h"

struct seen {
    struct sink sink;
    char text[24][112];
    size_t count;
};

static void see(struct sink *k, const struct rec *r)
{
    struct seen *s = (struct seen *)(void *)k;
    assert_true(s->count < 24);
    struct txtbuf t = txtbuf_of(s->text[s->count++], sizeof s->text[0]);
    txtbuf_add(&t, "%lld %s ", (long long)(r->at.ns / 1000000000), r->fault.what);
    rec_args_text(&t, &r->fault.line, 0);
}

static struct bench played(const char *script, struct sim_dur d, struct seen *s)
{
    char text[2048] = "local link ", more[1024];
    size_t n = strlen(text);
    snprintf(more, sizeof more, "script = function(sim) %s end", script);
    two_probes(text + n, sizeof text - n, "link = l", more);
    struct bench b = load_text(text);
    if (!b.sc || !build(&b))
        fail_msg("%s", b.e.msg);
    *s = (struct seen){.sink = {.name = "seen", .mask = REC_BIT(REC_FAULT), .on = see}};
    bus_attach(b.sim, &s->sink);
    run_for(&b, d);
    return b;
}

/* '@' stands for the file's name. */
static void check(const struct bench *b, const struct seen *s, const char *const *want, size_t count)
{
    struct err e;
    if (scenario_failed(b->sc, &e))
        fail_msg("%s", e.msg);
    for (size_t i = 0; i < count; i++) {
        char line[160];
        struct txtbuf t = txtbuf_of(line, sizeof line);
        struct str rest = str_of(want[i]);
        txtbuf_str(&t, str_cut(&rest, '@'));
        txtbuf_add(&t, "%s%.*s", b->path, STR_ARG(rest));
        assert_string_equal(s->text[i], line);
    }
    assert_int_equal(s->count, count);
}

static void verbs_and_kinds_are_the_same(void **state)
{
    (void)state;
    struct seen s;
    struct bench b = played("link:loss { rate = '100%', from = 'a', lasts = '5s' }\n"
                            "link:fault { kind = 'loss', rate = '100%', from = 'b:eth0', at = '30s', lasts = '15s' }\n"
                            "link:mask { frames = 1 }",
                            dur_s(59), &s);
    static const char *const want[] = {
        "0 link-loss @:7: from=a lasts=5s rate=100%", "0 link-mask @:9: frames=1", "5 link-heal @:7: loss is over",
        "30 link-loss @:8: from=b:eth0 lasts=15s rate=100%", "45 link-heal @:8: loss is over"};
    check(&b, &s, want, 5);
    /* at 10, 20 … 50 s each way; the first is masked, and of b's the one of 40 s is lost: that of 30 s was sent before
     * the script acted, as timers come first */
    assert_int_equal(((struct probe *)net_find_node(b.net, STR("a"))->state)->heard, 3);
    assert_int_equal(((struct probe *)net_find_node(b.net, STR("b"))->state)->heard, 4);
    tear_down(&b);
}

/* All at 10 s: what began first in the script begins and ends first, and what the script does then comes last. */
static void one_instant_has_the_order_of_the_script(void **state)
{
    (void)state;
    struct seen s;
    struct bench b = played("link:delay { by = '1ms', at = '5s', lasts = '5s' }\n"
                            "link:cut { at = '10s', lasts = '1s' }\n"
                            "sim.net:node('a'):op('stop', { at = '10s' })\n"
                            "link:delay { by = '2ms', at = '10s' }\n"
                            "sim:wait('10s') link:jitter { by = 'exp(1ms)' }",
                            dur_s(12), &s);
    static const char *const want[] = {
        "5 link-delay @:7: by=1ms lasts=5s", "10 link-heal @:7: delay is over", "10 link-cut @:8: lasts=1s",
        "10 stop @:9", "10 link-delay @:10: by=2ms", "10 link-jitter @:11: by=exp(1ms)",
        "11 link-heal @:8: cut is over"};
    check(&b, &s, want, 7);
    tear_down(&b);
}

static void one_is_healed_alone_or_all_together(void **state)
{
    (void)state;
    struct seen s;
    struct bench b = played("local f = link:cut()\nlink:loss { rate = '50%' }\n"
                            "local later = link:cut { at = '20s' }\nlink:cut { at = '30s' }\n"
                            "sim:wait('1s') f:heal() f:heal()\nsim:wait('1s') link:heal() later:heal()\n"
                            "sim:wait('35s') link:heal()",
                            dur_s(40), &s);
    static const char *const want[] = {"0 link-cut @:7",  "0 link-loss @:8: rate=50%", "1 link-heal @:11: cut is over",
                                       "2 link-heal @:12", "30 link-cut @:10",          "37 link-heal @:13"};
    check(&b, &s, want, 6);
    tear_down(&b);
}

static void mistakes_are_sentences(void **state)
{
    (void)state;
    static const struct {
        const char *script, *says;
    } bad[] = {
        {"link:los { rate = '1%' }", ":7: link has no 'los'; did you mean 'loss'?"},
        {"link:fault { kind = 'los', rate = '1%' }", ":7: there is no fault of kind 'los'; did you mean 'loss'?"},
        {"link:fault { rate = '1%' }", ":7: link:fault needs a kind, as in { kind = \"loss\", rate = \"10%\" }"},
        {"link:loss()", ":7: loss of a:eth0 - b:eth0 needs a value for 'rate' (share of frames lost"},
        {"link:loss { rate = '101%' }", ":7: loss of a:eth0 - b:eth0: parameter 'rate': '101%' is above its greatest value 100%"},
        {"link:loss { rate = 0.1 }", ":7: setting 'rate' must be text, a whole number or true/false"},
        {"link:loss { rat = '1%' }", ":7: loss of a:eth0 - b:eth0 has no parameter 'rat'; did you mean 'rate'?"},
        {"link:cut { from = 'c' }",
         ":7: 'from' is 'c', must be one of the link's ends, 'a:eth0' or 'b:eth0'"},
        {"sim:wait('2s') link:cut { at = '1s' }", ":7: 'at' is 1s, which is past already: it is 2s"},
        {"link:mask { frames = '3,x' }", ":7: 'frames' has 'x', must be numbers from 1 on or ranges"},
        {"sim.net:node('a'):op('stop', { at = '5' })", ":7: '5' lacks its unit"},
        {"sim.net:node('a'):op('stop', { et = '5s' })", ":7: node:op has no setting 'et'; there is 'at'"},
        {"sim.net:node('a'):op('stop', { at = '3s' })\nsim.net:node('a'):op('stop')",
         ":7: node 'a' is down already"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct err e = {0};
        struct seen s;
        struct bench b = played(bad[i].script, dur_s(5), &s);
        if (!scenario_failed(b.sc, &e))
            fail_msg("accepted: %s", bad[i].script);
        b.e = e;
        if (strncmp(after_path(&b), bad[i].says, strlen(bad[i].says)) != 0)
            fail_msg("says: %s\nnot:  %s", e.msg, bad[i].says);
        tear_down(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verbs_and_kinds_are_the_same),
        cmocka_unit_test(one_instant_has_the_order_of_the_script),
        cmocka_unit_test(one_is_healed_alone_or_all_together),
        cmocka_unit_test(mistakes_are_sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
