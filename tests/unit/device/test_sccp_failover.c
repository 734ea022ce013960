/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An SCCP phone that loses its node, finds another, and goes back. Independent truth: seed 002's rules of detection
 * (the mean of the answers times a factor, at least a floor; or three intervals), 22 s of TCP's patience, 120 s of
 * connection monitor, the order of messages of a fallback. Times are worked out from the keepalives that were heard. */
#include "tests/unit/device/sccp_script.h"
#include "tests/unit/net/show_kit.h"

#define S 1000000000ll

static int64_t lost_ns(const struct sccp_office *s, const char *event, int i)
{
    const struct move *m = office_event(&s->o, event, i);
    assert_non_null(m);
    return (int64_t)(m->t * 1e9 + 0.5);
}

static void assert_near(int64_t got_ns, int64_t want_ns, int64_t tolerance_ns)
{
    if (got_ns < want_ns - tolerance_ns || got_ns > want_ns + tolerance_ns)
        fail_msg("%lld ns is not %lld +- %lld", (long long)got_ns, (long long)want_ns, (long long)tolerance_ns);
}

/* --- how a loss is seen --------------------------------------------------------------------------- */

/* The service stops: its FIN is seen at once, and the connection that stands is used. */
static void a_stopped_primary_is_left_at_once(void **state)
{
    (void)state;
    struct sccp_office *s = sccp_office(NULL, 0);
    sccp_run(s, 100 * 1000);
    sccp_op(s->o.a, "stop");
    sccp_run(s, 160 * 1000);
    const struct move *lost = office_event(&s->o, "connection-lost", 1); /* the registrar's is the other */
    assert_non_null(lost);
    assert_int_equal(registered_ms(s, "registered-at-1", 0) / 1000, 100);
    assert_string_equal(told(s, 3, SKINNY_ALARM, 0)->alarm, "14: Name=SEP0024142DDF24 Load= 9.3.1 Last=cm-closed-tcp");
    assert_int_equal(office_event(&s->o, "registered-at-1", 0)->t < 100.3, 1);
    assert_int_equal(s->o.alarms[0], 6);
    int64_t next = told(s, 3, SKINNY_KEEPALIVE, 1)->ns; /* the first was the standby's */
    assert_near(next, told(s, 10, SKINNY_REGISTER_ACK, 1)->ns + 30 * S, S / 1000);
    assert_int_equal(office_measure(&s->o, MEASURE_KEEPALIVES_SENT), 3 + 1);
    sccp_close(s);
}

/* It crashes: nobody says so. The first keepalive that stays unanswered ends it: 8 times the mean of answers is far
 * below the floor of 4 s. */
static void a_crashed_primary_is_left_after_the_floor(void **state)
{
    (void)state;
    struct sccp_office *s = sccp_office(NULL, 0);
    sccp_run(s, 100 * 1000);
    sccp_op(s->o.a, "crash");
    sccp_run(s, 200 * 1000);
    int64_t asked = told(s, 2, SKINNY_KEEPALIVE, 3)->ns; /* at 120 s */
    assert_near(lost_ns(s, "no-answer", 0), asked + 4 * S, 1000);
    assert_string_equal(told(s, 3, SKINNY_ALARM, 0)->alarm, "15: Name=SEP0024142DDF24 Load= 9.3.1 Last=KeepaliveTO");
    assert_int_equal(registered_ms(s, "registered-at-1", 0) / 1000, 124);
    assert_int_equal(s->o.alarm_count, 0); /* nobody is left to raise it */
    sccp_close(s);
}

/* With delayed detection TCP is the first to give up: 22 s after the keepalive. */
static void or_by_tcp_when_detection_is_delayed(void **state)
{
    (void)state;
    struct setting m[] = {{STR("failover_detection"), STR("delayed")}};
    struct sccp_office *s = sccp_office(m, 1);
    sccp_run(s, 100 * 1000);
    sccp_op(s->o.a, "crash");
    sccp_run(s, 200 * 1000);
    assert_near(lost_ns(s, "connection-lost", 0), told(s, 2, SKINNY_KEEPALIVE, 3)->ns + 22 * S, 1000);
    assert_string_equal(told(s, 3, SKINNY_ALARM, 0)->alarm, "10: Name=SEP0024142DDF24 Load= 9.3.1 Last=TCP-timeout");
    sccp_close(s);
}

/* --- a node whose TCP lives and whose service is silent -------------------------------------------- */

static void three_intervals_when_tcp_lives(void **state)
{
    (void)state;
    struct setting m[] = {{STR("failover_detection"), STR("delayed")}};
    struct hand *a, *b;
    script_set(2, dur_ms(1), 30, 60);
    struct sccp_office *s = script_office(m, 1, &a, &b);
    room_for(s, 151 * 1000);
    assert_int_equal(hand_count(a, SKINNY_KEEPALIVE), 5); /* the third and what follows stay unanswered */
    assert_null(office_event(&s->o, "no-answer", 0));
    room_for(s, 40 * 1000);
    assert_near(lost_ns(s, "no-answer", 0), hand_got(a, SKINNY_KEEPALIVE, 2)->ns + 90 * S, S / 1000);
    assert_int_equal(hand_count(a, SKINNY_KEEPALIVE), 5);
    assert_int_equal(hand_count(b, SKINNY_REGISTER), 1);
    sccp_close(s);
}

/* Three answers after 1, 1 and 1 s: then 8 times 1 s and the way, which is more than the floor. */
static void the_mean_of_the_answers_times_the_factor(void **state)
{
    (void)state;
    struct hand *a, *b;
    script_set(3, dur_s(1), 30, 60);
    struct sccp_office *s = script_office(NULL, 0, &a, &b);
    room_for(s, 200 * 1000);
    assert_near(lost_ns(s, "no-answer", 0), hand_got(a, SKINNY_KEEPALIVE, 3)->ns + 8 * S, S / 1000);
    sccp_close(s);
}

/* Seed 002's drawback: after quick answers a slow one is taken for a death, when little is waited for. */
static void a_slow_answer_is_taken_for_a_death(void **state)
{
    (void)state;
    struct setting m[] = {{STR("failover_wait_floor"), STR("200ms")}, {STR("failover_wait_factor"), STR("2")}};
    struct hand *a, *b;
    script_set(1000, dur_ms(150), 20, 45);
    struct sccp_office *s = script_office(m, 2, &a, &b);
    room_for(s, 110 * 1000);
    assert_null(office_event(&s->o, "no-answer", 0));
    assert_int_equal(hand_got(a, SKINNY_KEEPALIVE, 4)->ns - hand_got(a, SKINNY_KEEPALIVE, 0)->ns, 80 * S);
    assert_int_equal(hand_got(b, SKINNY_KEEPALIVE, 1)->ns - hand_got(b, SKINNY_KEEPALIVE, 0)->ns, 45 * S);
    script.late = dur_ms(590);
    room_for(s, 20 * 1000);
    assert_near(lost_ns(s, "no-answer", 0), hand_got(a, SKINNY_KEEPALIVE, 5)->ns + 2 * 150 * 1000000, S / 1000);
    assert_int_equal(a->why, TCP_END_RESET);
    sccp_close(s);
}

/* --- there and back ------------------------------------------------------------------------------- */

/* Back at 200 s, found at the next attempt; 120 s later the token, at once. */
static void goes_back_after_the_monitor(void **state)
{
    (void)state;
    struct sccp_office *s = sccp_office(NULL, 0);
    sccp_run(s, 100 * 1000);
    sccp_op(s->o.a, "stop");
    sccp_run(s, 200 * 1000);
    sccp_op(s->o.a, "start");
    sccp_run(s, 500 * 1000);
    const struct spoken *token = told(s, 2, SKINNY_TOKEN_REQ, 0), *ack = said(s, s->o.a, SKINNY_TOKEN_ACK, 0),
                        *leaves = told(s, 3, SKINNY_UNREGISTER, 0), *left = said(s, s->o.b, SKINNY_UNREGISTER_ACK, 0),
                        *alarm = told(s, 2, SKINNY_ALARM, 1), *reg = told(s, 2, SKINNY_REGISTER, 1);
    assert_true(token && ack && leaves && left && alarm && reg);
    assert_true(token->ns < ack->ns && ack->ns < leaves->ns && leaves->ns < left->ns && left->ns < alarm->ns);
    assert_string_equal(alarm->alarm, "18: Name=SEP0024142DDF24 Load= 9.3.1 Last=failback");
    int64_t probe = told(s, 2, SKINNY_KEEPALIVE, 3)->ns; /* 0, 1, 2 were before */
    assert_near(token->ns, probe + 60 * S, S / 1000); /* both began when the connection stood */
    assert_in_range(token->ns, 320 * S, 350 * S);
    assert_string_equal(office_event(&s->o, "registered-at-0", 1)->to, "registered");
    assert_int_equal(s->o.alarm_count, 2);
    assert_int_equal(s->o.alarms[1], 10);
    assert_int_equal(office_measure(&s->o, MEASURE_PROBES_SENT), 2); /* 60 and 120 s after it stood */
    sccp_close(s);
}

/* The node is up, but takes no registrations for another 200 s: it refuses the token and says how long. */
static void a_refused_token_is_asked_for_again_when_it_says(void **state)
{
    (void)state;
    struct setting m[] = {{STR("initializing_time"), STR("200s")}, {STR("sccp_answer_timeout"), STR("5s")}};
    struct sccp_office *s = sccp_office(m, 2);
    sccp_run(s, 300 * 1000); /* both are initialized at 200 s */
    assert_string_equal(office_move(&s->o, "registration", "registered", 0)->event, "registered-at-0");
    sccp_op(s->o.a, "stop");
    sccp_run(s, 310 * 1000);
    sccp_op(s->o.a, "start"); /* takes registrations from 510 s on */
    sccp_run(s, 500 * 1000);
    assert_int_equal(told_count(s, 10, SKINNY_REGISTER_REJECT), 0); /* who does not register yet says nothing */
    const struct spoken *no = told(s, 10, SKINNY_TOKEN_REJECT, 0);
    assert_non_null(no);
    assert_string_equal(office_event(&s->o, "token-rejected", 0)->to, "registered");
    assert_int_equal(told_count(s, 3, SKINNY_UNREGISTER), 0);
    assert_in_range(no->number, 50, 85); /* what is left, rounded up */
    sccp_run(s, 600 * 1000);
    int64_t again = told(s, 2, SKINNY_TOKEN_REQ, 1)->ns;
    assert_near(again, no->ns + no->number * S, S / 1000);
    assert_near(again, 510 * S, 2 * S);
    assert_int_equal(registered_ms(s, "registered-at-0", 1) / 1000, again / S);
    sccp_close(s);
}

/* The higher node dies while its token is asked for, and while the phone is on its way back. */
static void stays_where_it_is_when_the_higher_node_dies_again(void **state)
{
    (void)state;
    struct sccp_office *s = sccp_office(NULL, 0);
    sccp_run(s, 100 * 1000);
    sccp_op(s->o.a, "stop");
    sccp_run(s, 110 * 1000);
    sccp_op(s->o.a, "start");
    sccp_run(s, 200 * 1000); /* watched since about 130 s */
    sccp_op(s->o.a, "crash");
    sccp_run(s, 400 * 1000);
    assert_null(office_event(&s->o, "registered-at-0", 1));
    assert_int_equal(s->o.alarm_count, 1); /* the first, by the stop */
    sccp_op(s->o.a, "start");
    sccp_run(s, 700 * 1000);
    assert_non_null(office_event(&s->o, "registered-at-0", 1));
    sccp_close(s);
}

/* --- no other node -------------------------------------------------------------------------------- */

static void the_only_node_is_asked_again(void **state)
{
    (void)state;
    struct setting phone[] = {{STR("mac"), STR("0024142ddf24")}, {STR("starts"), STR("configured")},
                              {STR("address"), STR(ADD "10")}, {STR("cucm_group"), STR(ADD "2")}};
    struct sccp_office *s = sccp_office_with(phone, 4, NULL, 0, false);
    sccp_run(s, 100 * 1000);
    sccp_op(s->o.a, "stop");
    sccp_run(s, 120 * 1000);
    sccp_op(s->o.a, "start");
    sccp_run(s, 150 * 1000);
    assert_int_equal(registered_ms(s, "registered-at-0", 1) / 1000, 130); /* the interval after the refusal */
    sccp_op(s->o.a, "crash");
    sccp_run(s, 200 * 1000);
    sccp_op(s->o.a, "start");
    sccp_run(s, 300 * 1000);
    assert_non_null(office_event(&s->o, "registered-at-0", 2));
    sccp_close(s);
}

/* 10.1.1.9 is not there: down to the third and up again. The connection to the third, two below, is let go. */
static void of_three_only_the_neighbour_below_is_kept(void **state)
{
    (void)state;
    struct setting phone[] = {{STR("mac"), STR("0024142ddf24")}, {STR("starts"), STR("configured")},
                              {STR("address"), STR(ADD "10")}, {STR("cucm_group"), STR(ADD "2," ADD "9," ADD "3")}};
    struct sccp_office *s = sccp_office_with(phone, 4, NULL, 0, false);
    sccp_run(s, 100 * 1000);
    sccp_op(s->o.a, "stop");
    sccp_run(s, 150 * 1000);
    assert_non_null(office_event(&s->o, "registered-at-2", 0));
    sccp_op(s->o.a, "start");
    sccp_run(s, 400 * 1000);
    assert_non_null(office_event(&s->o, "registered-at-0", 1));
    assert_cell(s->o.phone, "servers", 0, "role", "Active");
    assert_cell(s->o.phone, "servers", 2, "connection", "closed");
    assert_int_equal(shown_rows(s->o.b, "connections"), 3); /* its ears: SIP, SCCP and HTTP */
    sccp_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stopped_primary_is_left_at_once),
        cmocka_unit_test(a_crashed_primary_is_left_after_the_floor),
        cmocka_unit_test(or_by_tcp_when_detection_is_delayed),
        cmocka_unit_test(three_intervals_when_tcp_lives),
        cmocka_unit_test(the_mean_of_the_answers_times_the_factor),
        cmocka_unit_test(a_slow_answer_is_taken_for_a_death),
        cmocka_unit_test(goes_back_after_the_monitor),
        cmocka_unit_test(a_refused_token_is_asked_for_again_when_it_says),
        cmocka_unit_test(stays_where_it_is_when_the_higher_node_dies_again),
        cmocka_unit_test(the_only_node_is_asked_again),
        cmocka_unit_test(of_three_only_the_neighbour_below_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
