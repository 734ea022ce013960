/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is documented beside what was simulated. Truth: two probes, linked, each sends a frame every
 * 10 s and raises an alarm (reason 13) with every third, so at 30 s, 60 s, … */
#include "tests/unit/lua/lua_bench.h"

/* A probe's frame as a segment: its first byte is the sequence number. */
static bool decode(const void *bytes, size_t n, struct segment_row *out)
{
    const uint8_t *b = bytes;
    *out = (struct segment_row){.src = 0x0a000001,
                                .dst = 0x0a000002,
                                .src_port = 50708,
                                .dst_port = 5060,
                                .seq = b[0],
                                .len = (uint32_t)n,
                                .flags = "PSH,ACK",
                                .info = "REGISTER"};
    return b[0] != 2; /* the second is no segment */
}

struct judged {
    struct bench b;
    const struct observable *all;
    size_t count;
    bool ok;
};

/* Runs two probes for a while and judges `documented` after it. */
static struct judged judged(const char *documented, struct sim_dur reached)
{
    char text[4096], more[2048];
    snprintf(more, sizeof more, "documented = { %s }", documented);
    struct judged j = {
        .b = load_text(two_probes(text, sizeof text, "net:capture('b', 'its port')", more))};
    if (!j.b.sc || !build(&j.b))
        fail_msg("%s", j.b.e.msg);
    struct sink *k = scenario_trace(j.b.sc, decode);
    if (k)
        bus_attach(j.b.sim, k);
    run_for(&j.b, reached);
    j.ok = scenario_judge(j.b.sc, j.b.sim, sim_now(j.b.sim), &j.all, &j.count, &j.b.e);
    return j;
}

static void expect(const char *entry, struct sim_dur reached, const char *verdict,
                   const char *simulated)
{
    char text[1024];
    snprintf(text, sizeof text, "{ name = 'x', %s }", entry);
    struct judged j = judged(text, reached);
    if (!j.ok)
        fail_msg("%s", j.b.e.msg);
    assert_int_equal(j.count, 1);
    if (strcmp(verdict_names[j.all[0].verdict], verdict) != 0 ||
        strcmp(j.all[0].simulated, simulated) != 0)
        fail_msg("%s: %s '%s', expected %s '%s'", entry, verdict_names[j.all[0].verdict],
                 j.all[0].simulated, verdict, simulated);
    tear_down(&j.b);
}

static void numbers_are_compared_within_their_tolerance(void **state)
{
    (void)state;
    struct sim_dur whole = dur_s(60), early = dur_s(45), before = dur_s(25);
    expect("documented = '30s', measure = 'first_unregister_s'", whole, "match", "30");
    expect("documented = '31s', tolerance = '1s', measure = 'first_unregister_s'", whole, "match",
           "30");
    expect("documented = '31.000000001s', tolerance = '1s', measure = 'first_unregister_s'", whole,
           "deviates", "30");
    expect("documented = '0.5min', measure = 'first_unregister_s'", early, "match", "30");
    expect("documented = 2, measure = 'unregister_count'", early, "match", "2");
    expect("documented = 3, tolerance = 0.5, measure = 'unregister_count'", early, "deviates", "2");
    expect("documented = '30s', by = '50s', measure = 'first_unregister_s'", early, "not-reached",
           "30");
    expect("documented = '30s', by = '40s', measure = 'first_unregister_s'", early, "match", "30");
    expect("documented = '30s', measure = 'first_unregister_s'", before, "not-reached", "");
    expect("documented = '20s', by = '20s', measure = 'first_unregister_s'", before, "deviates",
           "");
    expect("documented = '1s', measure = 'max_rto_s'", whole, "deviates",
           ""); /* a whole run without it */
    expect("documented = '95%', tolerance = '1%', value = function() return 0.945 end", whole,
           "match", "0.945");
    expect("documented = '30.1s', slip = 'misprint', measure = 'first_unregister_s'", whole,
           "documented-slip", "30");
    expect("documented = '30.1s', slip = 'misprint', by = '2min', measure = 'first_unregister_s'",
           whole, "not-reached", "30");
}

static void values_are_computed_from_the_run(void **state)
{
    (void)state;
    struct sim_dur t = dur_s(60);
    expect("documented = '30s', value = function(run) return run:records{kind = 'ALARM', node = "
           "'a'}[1].t end",
           t, "match", "30");
    expect("documented = '30s', value = function(run) local a = run:records{kind = 'ALARM'} return "
           "a[3].t - a[1].t end",
           t, "match", "30");
    expect("documented = 'Silence 13 second', value = function(run) local a = run:last{kind = "
           "'ALARM', node = 'b'} "
           "return ('%s %d %s'):format(a.name, a.reason, a.device) end",
           t, "match", "Silence 13 second");
    expect("documented = 'x', value = function(run) return run:first{kind = 'ALARM'}.detail end", t,
           "deviates", "third frame");
    expect(
        "documented = 4, value = function(run) return run:count{kind = 'ALARM', reason = 13} end",
        t, "match", "4");
    expect("documented = 0, value = function(run) return run:count{kind = 'DROP'} end", t, "match",
           "0");
    expect("documented = 60, value = function(run) return 2 * run.measures.first_unregister_s end",
           t, "match", "60");
    expect("documented = 'none', value = function(run) return run.measures.max_rto_s == nil and "
           "'none' end",
           t, "match", "none");
    expect("documented = 'x', value = function(run) return false end", t, "deviates", "");
}

static void captured_segments_are_seen(void **state)
{
    (void)state;
    struct sim_dur t = dur_s(40);
    /* b sends 1, 2, 3, 4 at 10, 20, 30, 40 s and receives the same; 2 is no segment; the last of a
     * comes after 40 s */
    expect("documented = 'out 1 10, in 1 10, out 3 30, in 3 30, out 4 40', value = function(run) "
           "local s = {} "
           "for i, g in ipairs(run:segments{port = 'b'}) do s[i] = ('%s %d %.0f'):format(g.sent "
           "and 'out' or 'in', "
           "g.seq, g.t) end return table.concat(s, ', ') end",
           t, "match", "out 1 10, in 1 10, out 3 30, in 3 30, out 4 40");
    expect("documented = 3, value = function(run) return #run:segments{port = 'b:eth0', sent = "
           "true} end",
           t, "match", "3");
    expect("documented = '10.0.0.2:5060 50708 PSH,ACK 100 REGISTER', value = function(run) "
           "local g = run:segments{port = 'b', sent = true}[1] return ('%s:%d %d %s %d "
           "%s'):format(g.peer, g.peer_port, "
           "g.local_port, g.flags, g.len, g.info) end",
           t, "match", "10.0.0.2:5060 50708 PSH,ACK 100 REGISTER");
    expect("documented = '10.0.0.1:50708 5060', value = function(run) "
           "local g = run:segments{port = 'b', sent = false}[1] return ('%s:%d %d'):format(g.peer, "
           "g.peer_port, "
           "g.local_port) end",
           t, "match", "10.0.0.1:50708 5060");
}

static void the_outside_sees_every_field(void **state)
{
    (void)state;
    struct judged j = judged(
        "{ name = 'first', documented = '29s', tolerance = '0.5s', source = 'page 3', note = 'n',\n"
        "  measure = 'first_unregister_s' },\n"
        "{ { name = 'second', documented = 'text', value = function() return 'text' end },\n"
        "  { name = 'third', documented = '1.5Mbps', value = function() return 1500000 end } }",
        dur_s(60));
    assert_true(j.ok);
    assert_int_equal(j.count, 3);
    assert_true(j.all[0].numeric);
    assert_string_equal(j.all[0].name, "first");
    assert_string_equal(j.all[0].documented, "29");
    assert_string_equal(j.all[0].simulated, "30");
    assert_string_equal(j.all[0].tolerance, "0.5");
    assert_string_equal(j.all[0].unit, "s");
    assert_string_equal(j.all[0].source, "page 3");
    assert_string_equal(j.all[0].note, "n");
    assert_int_equal(j.all[0].verdict, VERDICT_DEVIATES);
    assert_false(j.all[1].numeric);
    assert_string_equal(j.all[1].documented, "text");
    assert_string_equal(j.all[1].unit, "");
    assert_string_equal(j.all[2].documented, "1500000");
    assert_string_equal(j.all[2].unit, "bit/s");
    assert_int_equal(j.all[2].verdict, VERDICT_MATCH);
    tear_down(&j.b);
}

static void mistakes_name_the_observable_or_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *entry, *says;
    } bad[] = {
        {"documented = '30s', value = function() return 'x' end",
         "observable 'x': it is documented as a number, but"},
        {"documented = 'x', value = function() return 1 end",
         "observable 'x': it is documented as a text, but"},
        {"documented = '30s', tolerance = 3, measure = 'max_rto_s'",
         "observable 'x': its tolerance '3' is not of the"},
        {"documented = '30B', measure = 'first_unregister_s'",
         "observable 'x': '30B' is not of the same kind"},
        {"documented = 'soon', measure = 'first_unregister_s'",
         "observable 'x': 'soon' is not of the same kind"},
        {"documented = 1, value = function(run) return run.mesures.x end",
         ":7: run has no 'mesures'; did you mean 'measures'?"},
        {"documented = 1, value = function(run) return run.measures.max_rto end",
         ":7: there is no measure 'max_rto'; did you mean"},
        {"documented = 1, value = function(run) return #run:records{kind = 'ALRAM'} end",
         ":7: records of kind 'ALRAM'"},
        {"documented = 1, value = function(run) return #run:segments{port = 'a'} end",
         ":7: port 'a' is not captured"},
        {"documented = 1, value = function(run) return #run:segments{} end",
         ":7: segments are those of a captured port"},
        {"documented = 1, value = function(run) return 0/0 end", "observable 'x': the value"},
        {"documented = 1, value = function(run) while true do end end",
         ":7: more than 200 million instructions"},
        {"documented = 1, value = function(run) return nil + 1 end",
         ":7: attempt to perform arithmetic on a nil value"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text, "{ name = 'x', %s }", bad[i].entry);
        struct judged j = judged(text, dur_s(60));
        if (j.ok)
            fail_msg("accepted: %s", bad[i].entry);
        const char *at = bad[i].says[0] == ':' ? after_path(&j.b) : j.b.e.msg;
        if (strncmp(at, bad[i].says, strlen(bad[i].says)) != 0)
            fail_msg("says: %s\nnot:  %s", j.b.e.msg, bad[i].says);
        tear_down(&j.b);
    }
}

static void watching_changes_nothing(void **state)
{
    (void)state;
    struct judged with =
        judged("{ name = 'x', documented = 1, value = function() return 1 end }", dur_s(60));
    struct judged without = judged("", dur_s(60));
    assert_int_equal(without.count, 0);
    assert_int_equal(sim_digest(with.b.sim), sim_digest(without.b.sim));
    tear_down(&with.b);
    tear_down(&without.b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_compared_within_their_tolerance),
        cmocka_unit_test(values_are_computed_from_the_run),
        cmocka_unit_test(captured_segments_are_seen),
        cmocka_unit_test(the_outside_sees_every_field),
        cmocka_unit_test(mistakes_name_the_observable_or_the_line),
        cmocka_unit_test(watching_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
