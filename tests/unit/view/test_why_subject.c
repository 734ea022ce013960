/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_why_subject.c: what may be asked about, what is answered when there is nothing, and spans. */
#include "sim/view/why_subject.h"
#include "sim/view/why_words.h"
#include "tests/unit/view/view_kit.h"

#include <stdio.h>
#include <stdlib.h>

static int64_t add_alarm(struct kit *k, int reason)
{
    const char *fields = arena_printf(k->run.arena, "{\"name\":\"Gone\",\"reason\":%d,\"device\":\"SEP1\"}", reason);
    return kit_add(k, "ALARM", 3, 0, "Gone: SEP1", fields);
}

static int64_t asked(const struct kit *k, const char *subject)
{
    struct why_subject s;
    struct err e = {0};
    assert_true(why_find(&k->run, subject, &s, &e));
    assert_non_null(s.intro);
    assert_true(s.record || s.intro[0]); /* an answer, in any case */
    return s.record ? s.record->id : 0;
}

static void finds_by_name(void **state)
{
    struct kit k;
    struct view_measure m[] = {{"drops", "1", "1", "frames lost", 3}, {"nothing_s", "", "s", "never", 0},
                               {"zero", "0", "1", "what counts", 0}};
    (void)state;
    kit_init(&k, 64);
    kit_add(&k, "STATE", 1, 0, "power", "{\"machine\":\"power\",\"key\":\"SEP1\"}");
    add_alarm(&k, 10); /* somebody wanted that */
    int64_t drop = kit_drop(&k, 0, "gone: a frame"), alarm = add_alarm(&k, 13);
    k.run.measures = m;
    k.run.measure_count = 3;
    assert_int_equal(asked(&k, NULL), alarm);
    assert_int_equal(asked(&k, "#2"), 2);
    assert_int_equal(asked(&k, "cucm"), alarm);
    assert_int_equal(asked(&k, "phone"), alarm); /* it is about the phone's device */
    assert_int_equal(asked(&k, "SEP1"), alarm);
    assert_int_equal(asked(&k, "Gone"), 2); /* any alarm of that name */
    assert_int_equal(asked(&k, "access"), drop);
    assert_int_equal(asked(&k, "gone"), drop);
    assert_int_equal(asked(&k, "drops"), 3);
    assert_int_equal(asked(&k, "nothing_s"), 0);
    assert_int_equal(asked(&k, "zero"), 0);
    assert_int_equal(asked(&k, "late"), 0);
    kit_free(&k);
}

static void refuses_what_there_is_not(void **state)
{
    static const char *const subjects[] = {"#0", "#2", "#x", "#", "#99999999999999999999", "cucn", ""};
    struct kit k;
    struct why_subject s;
    struct err e = {0};
    (void)state;
    kit_init(&k, 64);
    add_alarm(&k, 13);
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++)
        assert_false(why_find(&k.run, subjects[i], &s, &e));
    assert_false(why_find(&k.run, "SEP2", &s, &e));
    assert_non_null(strstr(e.msg, "did you mean 'SEP1'?"));
    kit_free(&k);
}

static void says_that_nothing_went_wrong(void **state)
{
    struct kit k;
    struct why_subject s;
    struct err e = {0};
    struct view_observable o[] = {{"a", "1", "2", "match", ""}, {"b", "1", "2", "deviates", ""}};
    (void)state;
    kit_init(&k, 64);
    assert_true(why_find(&k.run, NULL, &s, &e));
    assert_null(s.record);
    assert_non_null(strstr(s.intro, "nothing went wrong"));
    k.run.observables = o;
    k.run.observable_count = 2;
    assert_true(why_find(&k.run, NULL, &s, &e));
    assert_non_null(strstr(s.intro, "'b' is documented as 1 and came out as 2"));
    kit_free(&k);
}

#define CALL(node, id, event)                                                                        \
    kit_add(&k, "STATE", node, 0, "call " id ": confirmed -> ended (" event ")",                     \
            "{\"machine\":\"call\",\"key\":\"" id "\",\"from\":\"confirmed\",\"event\":\"" event "\",\"to\":\"ended\"}")

/* Who gave a call up is the answer, not who saw a BYE before; a drop of a frame explains less, an alarm that counts
 * and an observable that deviates are asked about first. */
static void finds_the_call_that_dropped(void **state)
{
    struct kit k;
    struct why_subject s;
    struct err e = {0};
    struct view_measure m[] = {{"call_drop_count", "1", "1", "calls", 4}, {"failover_count", "1", "1", "failovers", 1}};
    struct view_observable o[] = {{"b", "1", "2", "deviates", ""}};
    (void)state;
    kit_init(&k, 64);
    kit_drop(&k, 0, "gone: a frame");
    int64_t other = CALL(1, "x@phone", "bye-sent");
    int64_t seen = CALL(1, "a@prov", "bye-received"), drop = CALL(3, "a@prov", "session-expired");
    k.run.measures = m;
    k.run.measure_count = 2;
    assert_int_equal(asked(&k, NULL), drop);
    assert_int_equal(asked(&k, "call_drop_count"), drop);
    assert_int_equal(asked(&k, "cucm"), drop);
    assert_int_equal(asked(&k, "a@prov"), seen);
    assert_int_equal(asked(&k, "x@phone"), other);
    assert_int_equal(asked(&k, "phone"), other); /* what ended there, though nothing went wrong there */
    assert_false(why_find(&k.run, "x@phne", &s, &e));
    assert_non_null(strstr(e.msg, "did you mean 'x@phone'?"));
    k.run.observables = o;
    k.run.observable_count = 1;
    assert_true(why_find(&k.run, NULL, &s, &e));
    assert_non_null(strstr(s.intro, "'b' is documented as 1"));
    assert_int_equal(s.record->id, drop); /* and it is what went wrong in the run */
    int64_t alarm = add_alarm(&k, 13);
    assert_int_equal(asked(&k, NULL), alarm);
    kit_free(&k);
}

/* A call that stood since 0 s; the refresh at 900 s was lost on its way; the timer at 1768 s had awaited it. */
static void walks_from_a_call_to_the_lost_refresh(void **state)
{
    struct kit k;
    struct why w;
    struct err e = {0};
    (void)state;
    kit_init(&k, 64);
    int64_t answer = kit_add(&k, "STATE", 3, 0, "session a@prov: off -> watching (agreed)", "{\"machine\":\"session\"}");
    k.now_ns = 900 * S;
    int64_t rx = kit_keepalive(&k, 7, 0, "sip: INVITE sent, CSeq 102, to 10.1.1.2",
                               "10.1.1.9:5060 > 10.1.1.2:5060 UDP Len=700 INVITE CSeq 102");
    int64_t lost = kit_drop(&k, rx, "gone: 10.1.1.9:5060 > 10.1.1.2:5060 UDP Len=700 INVITE CSeq 102");
    k.now_ns = 1768 * S;
    k.flow = 0;
    int64_t end = kit_add(&k, "STATE", 3, answer, "session a@prov: watching -> off (expired)",
                          "{\"machine\":\"session\",\"key\":\"a@prov\",\"from\":\"watching\",\"event\":\"expired\",\"to\":\"off\"}");
    kit_because(&k, end, lost, VIEW_AWAITED);
    int64_t call = CALL(3, "a@prov", "session-expired");
    kit_at(&k, call)->cause = end;
    assert_true(why_explain(&k.run, NULL, &w, &e));
    for (int i = 0; getenv("SHOW") && i < w.step_count; i++)
        printf("%s\n", w.steps[i].text);
    assert_int_equal(w.subject, call);
    assert_true(kit_says(&w, "at cucm, call a@prov went from confirmed to ended (session-expired)"));
    assert_true(kit_says(&w, "cucm had waited in vain for 1768s"));
    assert_true(kit_says(&w, "access dropped at 1 the first copy of the awaited INVITE CSeq 102 to 10.1.1.2 (gone)"));
    kit_free(&k);
}

/* The awaited message itself, at the node that waited; no ACK of it, and nobody else's frame. */
static void finds_what_came_late(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k, 64);
    int64_t rx = kit_keepalive(&k, 7, 0, "sip: keepalive 7 to cucm", "A > B Ack=1 Len=9 REGISTER 7");
    int64_t drop = kit_drop(&k, rx, "gone: A > B Ack=1 Len=9 REGISTER 7");
    k.now_ns = 10 * S;
    int64_t end = kit_add(&k, "STATE", 3, 0, "registrar", "{\"machine\":\"registrar\"}");
    kit_because(&k, end, drop, VIEW_AWAITED);
    k.now_ns = 11 * S;
    kit_add(&k, "FRAME_RX", 3, 0, "A > B Ack=2 Len=0", "{}");
    kit_add(&k, "FRAME_RX", 2, 0, "A > B Ack=1 Len=9 REGISTER 7", "{}");
    assert_int_equal(asked(&k, "late"), 0);
    int64_t late = kit_add(&k, "FRAME_RX", 3, 0, "A > B Ack=3 Len=9 REGISTER 7", "{}");
    assert_int_equal(asked(&k, "late"), late);
    kit_free(&k);
}

static void writes_and_reads_spans(void **state)
{
    static const struct {
        int64_t ns;
        const char *text;
    } cases[] = {{106770564962, "106.8s"}, {26880000000, "26.9s"}, {14992590000, "15s"}, {24373000, "24.4ms"},
                 {961780604506, "961.8s"}, {210 * MS, "210ms"},    {999, "999ns"},       {1, "1ns"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[40];
        struct txtbuf t = txtbuf_of(text, sizeof text);
        why_span(&t, cases[i].ns);
        assert_string_equal(text, cases[i].text);
    }
    assert_int_equal(why_span_ns(STR("26.88s")), 26880 * MS);
    assert_int_equal(why_span_ns(STR("210ms")), 210 * MS);
    assert_int_equal(why_span_ns(STR("1.5us")), 1500);
    assert_int_equal(why_span_ns(STR("7ns")), 7);
    assert_int_equal(why_span_ns(STR("s")), 0);
    assert_int_equal(why_span_ns(STR("off")), 0);
    assert_int_equal(why_span_ns(STR("12")), 0);
    assert_int_equal(why_span_ns(STR_NONE), 0);
}

static void writes_clocks(void **state)
{
    static const struct {
        int64_t ns;
        const char *text;
    } cases[] = {{0, "-0:01.0"}, {S, "0:00.0"}, {962780604506, "16:01.8"}, {60949999999, "0:59.9"},
                 {60950000000, "1:00.0"}, {4577 * S, "1:16:16.0"}};
    struct view_run r = {.origin_ns = S};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[40];
        struct txtbuf t = txtbuf_of(text, sizeof text);
        why_clock(&t, &r, cases[i].ns);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_by_name),          cmocka_unit_test(refuses_what_there_is_not),
        cmocka_unit_test(says_that_nothing_went_wrong), cmocka_unit_test(finds_what_came_late),
        cmocka_unit_test(finds_the_call_that_dropped), cmocka_unit_test(walks_from_a_call_to_the_lost_refresh),
        cmocka_unit_test(writes_and_reads_spans), cmocka_unit_test(writes_clocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
