/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_why.c: the walk over runs made by hand: what it names as roots, what it folds, where it ends. */
#include "tests/unit/view/view_kit.h"

static const char *const aged = "{\"machine\":\"table\",\"key\":\"k\",\"from\":\"known\",\"event\":\"aged\","
                                "\"to\":\"forgotten\"}";
static const char *const ended = "{\"machine\":\"registrar\",\"key\":\"D\",\"from\":\"registered\","
                                 "\"event\":\"timeout\",\"to\":\"unregistered\"}";

static int64_t limit(struct kit *k, int node, const char *text)
{
    return kit_add(k, "NOTE", node, 0, text, "{\"topic\":\"parameter\"}");
}

static int64_t alarm_for(struct kit *k, int64_t cause)
{
    return kit_add(k, "ALARM", 3, cause, "Gone: D, reason 13 (timeout)",
                   "{\"name\":\"Gone\",\"reason\":13,\"device\":\"D\",\"detail\":\"timeout\"}");
}

/* A keepalive at 0 s that arms a timer of 130 s; one at 100 s that is dropped, for `age` was `ageing`. */
static int64_t outage(struct kit *k, const char *ageing, struct why *w)
{
    int64_t written = kit_keepalive(k, 1, 0, "sip: keepalive 1 to cucm", "A > B Len=9 REGISTER 1");
    int64_t armed = kit_add(k, "FRAME_RX", 3, written, "A > B Len=9 REGISTER 1", "{}");
    k->now_ns = 100 * S;
    int64_t rx = kit_keepalive(k, 2, armed, "sip: keepalive 2 to cucm", "A > B Len=9 REGISTER 2");
    int64_t forgot = kit_add(k, "STATE", 2, rx, "table k: known -> forgotten (aged)", aged);
    kit_because(k, forgot, written, VIEW_STATE);
    kit_because(k, forgot, limit(k, 2, ageing), VIEW_LIMIT);
    int64_t drop = kit_drop(k, rx, "gone: A > B Len=9 REGISTER 2");
    kit_because(k, drop, forgot, VIEW_STATE);
    k->now_ns = 130 * S;
    int64_t timeout = kit_add(k, "STATE", 3, armed, "registrar D: registered -> unregistered (timeout)", ended);
    kit_because(k, timeout, drop, VIEW_AWAITED);
    kit_because(k, timeout, limit(k, 3, "parameter: patience = 130s"), VIEW_LIMIT);
    int64_t alarm = alarm_for(k, timeout);
    why_of_record(&k->run, view_record(&k->run, alarm), w);
    return alarm;
}

static void goes_from_alarm_to_limits(void **state)
{
    struct kit k;
    struct why w;
    (void)state;
    kit_init(&k, 64);
    int64_t alarm = outage(&k, "parameter: ageing = 60s", &w);
    assert_int_equal(w.subject, alarm);
    assert_int_equal(w.steps[0].record, alarm);
    assert_string_equal(w.steps[0].role, "subject");
    assert_true(kit_says(&w, "cucm raised Gone for D, reason 13 (timeout)"));
    assert_true(kit_says(&w, "cucm had waited in vain for 130s (patience = 130s); since 0:00.0"));
    assert_true(kit_says(&w, "access dropped at 1 the first copy of the awaited keepalive 2 to cucm (gone)"));
    assert_true(kit_says(&w, "last confirmed 100s before, longer than ageing = 60s"));
    assert_true(kit_says(&w, "phone had waited 100s before this, longer than that"));
    assert_int_equal(w.root_count, 2);
    assert_string_equal(view_record(&k.run, w.limit)->text, "parameter: ageing = 60s");
    assert_int_equal(w.passed_ns, 100 * S);
    kit_free(&k);
}

/* What was not outlived is not said to have been. */
static void compares_age_with_limit(void **state)
{
    struct kit k;
    struct why w;
    (void)state;
    kit_init(&k, 64);
    outage(&k, "parameter: ageing = 101s", &w);
    assert_false(kit_says(&w, "longer than"));
    assert_true(kit_says(&w, "the limit was ageing = 101s"));
    assert_int_equal(w.limit, 0);
    kit_free(&k);
}

/* The first sentence of a step stands by itself. */
static void briefs_end_where_details_begin(void **state)
{
    struct kit k;
    struct why w;
    (void)state;
    kit_init(&k, 64);
    outage(&k, "parameter: ageing = 60s", &w);
    for (int i = 0; i < w.step_count; i++) {
        const struct why_step *s = &w.steps[i];
        assert_true(s->brief > 0 && s->brief <= strlen(s->text));
        assert_true(s->text[s->brief] == '\0' || s->text[s->brief] == ';');
    }
    kit_free(&k);
}

/* 210 ms doubled three times; two ACKs without a valid sample; the fourth wait is longer than is left. */
static void folds_the_doublings(void **state)
{
    static const char *const notes[] = {
        "tcp.rto: no ACK within the RTO of 210ms: retransmitting, the RTO is now 420ms",
        "tcp.rto: no ACK within the RTO of 420ms: retransmitting, the RTO is now 840ms",
        "tcp.rto: no ACK within the RTO of 840ms: retransmitting, the RTO is now 1.68s"};
    struct kit k;
    struct why w;
    int64_t before = 0;
    (void)state;
    kit_init(&k, 64);
    for (int i = 0; i < 3; i++) {
        k.now_ns += 10 * S;
        int64_t rto = kit_add(&k, "NOTE", 1, 0, notes[i], "{\"topic\":\"tcp.rto\"}");
        kit_because(&k, rto, before, VIEW_STATE);
        before = rto;
        if (i < 2)
            kit_add(&k, "NOTE", 1, 0, "tcp.rto: an ACK gives no sample (Karn)", "{\"topic\":\"tcp.rto\"}");
    }
    int64_t armed = kit_add(&k, "FRAME_RX", 3, 0, "A > B", "{}");
    k.now_ns += 20 * S;
    int64_t rx = kit_keepalive(&k, 5, 0, "sip: keepalive 5 to cucm", "A > B Len=9 REGISTER 5");
    kit_because(&k, rx - 1, before, VIEW_STATE);
    int64_t drop = kit_drop(&k, rx, "gone: A > B Len=9 REGISTER 5");
    k.now_ns += S;
    int64_t timeout = kit_add(&k, "STATE", 3, armed, "registrar D: registered -> unregistered (timeout)", ended);
    kit_because(&k, timeout, drop, VIEW_AWAITED);
    why_of_record(&k.run, view_record(&k.run, alarm_for(&k, timeout)), &w);
    assert_true(kit_says(&w, "the RTO of phone had doubled 3 times since 0:10.0, from 210ms to 1.68s, and stayed"));
    assert_true(kit_says(&w, "repeated after 1.68s, but cucm waited only 1s more"));
    assert_true(kit_says(&w, "the 2 ACKs in between were of retransmitted data"));
    assert_true(kit_says(&w, "step by step 420ms, 840ms, 1.68s"));
    kit_free(&k);
}

/* "In a row" ends at the first like it that got through; another kind of message does not count. */
static void counts_losses_in_a_row(void **state)
{
    struct kit k;
    struct why w;
    int64_t drop = 0;
    static const char *const notes[] = {"sip: keepalive 1 to cucm", "sip: keepalive 2 to cucm", "sip: probe 2 to cucm",
                                        "sip: keepalive 3 to cucm", "sip: keepalive 4 to cucm"};
    (void)state;
    kit_init(&k, 64);
    for (int i = 0; i < 5; i++) {
        k.now_ns += 10 * S;
        int64_t rx = kit_keepalive(&k, i + 1, 0, notes[i], notes[i]);
        if (i != 1)
            drop = kit_drop(&k, rx, arena_printf(k.run.arena, "gone: %s", notes[i]));
    }
    why_of_record(&k.run, view_record(&k.run, drop), &w);
    assert_true(kit_says(&w, "keepalive 4 to cucm"));
    assert_true(kit_says(&w, "the 2nd such message in a row to lose a copy there, since 0:40.0"));
    kit_free(&k);
}

static void ends_where_causes_go_round(void **state)
{
    struct kit k;
    struct why w;
    (void)state;
    kit_init(&k, 2048);
    for (int64_t i = 1; i <= 1000; i++) {
        kit_add(&k, "STATE", 2, i - 1, "table k: known -> forgotten (aged)", aged);
        kit_because(&k, i, 1000 - i + 1, VIEW_STATE);
        kit_because(&k, i, i, VIEW_AWAITED);
    }
    why_of_record(&k.run, view_record(&k.run, 1000), &w);
    assert_int_equal(w.step_count, WHY_STEPS_MAX);
    assert_true(w.root_count >= 1 && w.root_count <= WHY_ROOTS_MAX);
    kit_free(&k);
}

/* What somebody did stands before what somebody set. */
static void puts_faults_first(void **state)
{
    struct kit k;
    struct why w;
    (void)state;
    kit_init(&k, 64);
    int64_t fault = kit_add(&k, "FAULT", 0, 0, "stop cucm: case.lua:7",
                            "{\"what\":\"stop\",\"target\":\"cucm\",\"line\":\"case.lua:7\"}");
    int64_t end = kit_add(&k, "STATE", 3, fault, "registrar D: registered -> unregistered (timeout)", ended);
    kit_because(&k, end, limit(&k, 3, "parameter: patience = 130s"), VIEW_LIMIT);
    why_of_record(&k.run, view_record(&k.run, alarm_for(&k, end)), &w);
    assert_int_equal(w.root_count, 2);
    assert_int_equal(w.roots[0], fault);
    assert_true(kit_says(&w, "the script did it: stop cucm (case.lua:7)"));
    kit_free(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_from_alarm_to_limits),
        cmocka_unit_test(compares_age_with_limit),
        cmocka_unit_test(briefs_end_where_details_begin),
        cmocka_unit_test(folds_the_doublings),
        cmocka_unit_test(counts_losses_in_a_row),
        cmocka_unit_test(ends_where_causes_go_round),
        cmocka_unit_test(puts_faults_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
