/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A phone and its group of CUCM nodes: refresh and standby intervals (seed 000: 115 s and 120 s), failover,
 * the connection monitor, fallback, and what happens when nobody is there. */
#include "tests/unit/device/office.h"

static void assert_near(double got, double want, double tolerance)
{
    if (got < want - tolerance || got > want + tolerance)
        fail_msg("%.6f is not %.6f +- %.6f", got, want, tolerance);
}

static void refreshes_every_115_s_and_standby_every_120_s(void **state)
{
    (void)state;
    struct office *o = office_open(NULL, 0);
    office_run(o, 1200);
    const struct move *reg = office_move(o, "registration", "registered", 0);
    assert_non_null(reg);
    assert_string_equal(reg->event, "registered-at-0");
    assert_null(office_move(o, "registration", "registered", 1));
    assert_int_equal(office_measure(o, MEASURE_KEEPALIVES_SENT), 10);        /* 115 … 1150 */
    assert_int_equal(office_measure(o, MEASURE_STANDBY_KEEPALIVES_SENT), 10); /* 0 … 1080 */
    assert_int_equal(office_measure(o, MEASURE_KEEPALIVES_RETRANSMITTED), 0);
    assert_int_equal(o->alarm_count, 0);
    office_close(o);
}

static void interval_is_granted_minus_delta(void **state)
{
    (void)state;
    struct setting s[] = {{STR("sip_station_keepalive_interval"), STR("60s")},
                          {STR("timer_register_delta"), STR("10s")},
                          {STR("timer_keepalive_expires"), STR("300s")},
                          {STR("secondary_keepalive_offset"), STR("20s")}};
    struct office *o = office_open(s, 4);
    office_run(o, 610);
    assert_int_equal(office_measure(o, MEASURE_KEEPALIVES_SENT), 12); /* 50 … 600 */
    assert_int_equal(office_measure(o, MEASURE_STANDBY_KEEPALIVES_SENT), 2); /* 20, 320 */
    office_close(o);
}

/* The primary's cable is pulled: the phone's TCP gives up 22 s after the keepalive that goes unanswered,
 * the primary's registrar 130 s after its last 200. Healed, it must answer for 120 s. */
static void fails_over_and_falls_back(void **state)
{
    (void)state;
    struct office *o = office_open(NULL, 0);
    office_run(o, 50);
    link_cut(o->a_link);
    office_run(o, 300);
    const struct move *second = office_move(o, "registration", "registered", 1);
    assert_non_null(second);
    assert_string_equal(second->event, "registered-at-1");
    assert_near(second->t, 115 + 22, 0.2);
    assert_int_equal(o->alarm_count, 1);
    assert_int_equal(o->alarms[0], 13);
    assert_near(office_move(o, "registrar", "unregistered", 0)->t, 130, 0.2);
    link_heal(o->a_link);
    office_run(o, 700);
    const struct move *third = office_move(o, "registration", "registered", 2);
    assert_non_null(third);
    assert_string_equal(third->event, "registered-at-0");
    assert_in_range((uint64_t)third->t, 300 + 120, 300 + 120 + 60); /* found within two retries */
    assert_int_equal(o->alarm_count, 2);
    assert_int_equal(o->alarms[1], 10); /* the binding left behind is ended by the phone */
    office_close(o);
}

static void a_monitored_node_that_fails_again_starts_anew(void **state)
{
    (void)state;
    struct office *o = office_open(NULL, 0);
    office_run(o, 50);
    link_cut(o->a_link);
    office_run(o, 300);
    link_heal(o->a_link);
    office_run(o, 360);
    link_cut(o->a_link); /* before the monitor's 120 s are over, and through the next probe */
    office_run(o, 560);
    assert_null(office_event(o, "registered-at-0", 1));
    link_heal(o->a_link);
    office_run(o, 900);
    const struct move *again = office_event(o, "registered-at-0", 1);
    assert_non_null(again);
    assert_true(again->t > 560 + 120);
    office_close(o);
}

static void registers_below_when_the_first_is_dead_at_power_on(void **state)
{
    (void)state;
    struct office *o = office_open(NULL, 0);
    link_cut(o->a_link);
    office_run(o, 200);
    const struct move *reg = office_move(o, "registration", "registered", 0);
    assert_non_null(reg);
    assert_string_equal(reg->event, "registered-at-1");
    assert_near(reg->t, 22, 0.5); /* the SYN is given up like any data */
    office_close(o);
}

static void keeps_trying_when_nobody_is_there(void **state)
{
    (void)state;
    struct office *o = office_open(NULL, 0);
    link_cut(o->a_link);
    link_cut(o->b_link);
    office_run(o, 600);
    assert_null(office_move(o, "registration", "registered", 0));
    assert_non_null(office_move(o, "registration", "waiting", 3)); /* again and again */
    link_heal(o->a_link);
    link_heal(o->b_link);
    office_run(o, 720);
    assert_non_null(office_move(o, "registration", "registered", 0));
    office_close(o);
}

static void an_unknown_device_is_refused_everywhere(void **state)
{
    (void)state;
    struct office *o = office_open(NULL, 0);
    office_close(o);
    struct setting s[] = {{STR("devices"), STR("SEP000000000001, SEP000000000002")}};
    o = office_open(s, 1);
    office_run(o, 200);
    assert_null(office_move(o, "registration", "registered", 0));
    assert_null(office_move(o, "registrar", "registered", 0));
    assert_non_null(office_move(o, "registration", "waiting", 1));
    office_close(o);
    struct setting t[] = {{STR("devices"), STR("SEP000000000001, SEP0024142DDF24")}};
    o = office_open(t, 1);
    office_run(o, 10);
    assert_non_null(office_move(o, "registration", "registered", 0));
    office_close(o);
}

/* CUCM is slower than the line timer and the phone's timer F: the request fails, the phone goes on. */
static void silence_ends_with_timer_f(void **state)
{
    (void)state;
    struct setting s[] = {{STR("cucm_answer_time"), STR("40s")}};
    struct office *o = office_open(s, 1);
    office_run(o, 33);
    assert_null(office_move(o, "registration", "registered", 0));
    const struct move *next = office_move(o, "registration", "connecting", 1);
    assert_non_null(next);
    assert_string_equal(next->event, "no-answer");
    assert_near(next->t, 32, 0.1);
    office_close(o);
}

static void a_dead_standby_connection_is_reopened_and_changes_nothing(void **state)
{
    (void)state;
    struct office *o = office_open(NULL, 0);
    office_run(o, 50);
    link_cut(o->b_link);
    office_run(o, 400);
    link_heal(o->b_link);
    office_run(o, 900);
    assert_null(office_move(o, "registration", "registered", 1));
    assert_int_equal(o->alarm_count, 0);
    uint64_t before = (uint64_t)office_measure(o, MEASURE_STANDBY_KEEPALIVES_SENT);
    office_run(o, 1500);
    assert_in_range((uint64_t)office_measure(o, MEASURE_STANDBY_KEEPALIVES_SENT) - before, 5, 5);
    office_close(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refreshes_every_115_s_and_standby_every_120_s),
        cmocka_unit_test(interval_is_granted_minus_delta),
        cmocka_unit_test(fails_over_and_falls_back),
        cmocka_unit_test(a_monitored_node_that_fails_again_starts_anew),
        cmocka_unit_test(registers_below_when_the_first_is_dead_at_power_on),
        cmocka_unit_test(keeps_trying_when_nobody_is_there),
        cmocka_unit_test(an_unknown_device_is_refused_everywhere),
        cmocka_unit_test(silence_ends_with_timer_f),
        cmocka_unit_test(a_dead_standby_connection_is_reopened_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
