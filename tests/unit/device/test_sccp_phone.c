/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An SCCP phone that registers, keeps itself registered, is refused, and is reset. Independent truth: the traces of
 * seed 004 (order, sizes, capabilities), 30 and 60 s of seeds 002 and 004, three keepalives' patience, the reasons
 * of CUCM's system error messages. */
#include "tests/unit/device/sccp_kit.h"
#include "tests/unit/net/show_kit.h"

static void registers_in_the_documented_order(void **state)
{
    (void)state;
    struct sccp_office *s = sccp_office(NULL, 0);
    static const uint32_t order[] = {SKINNY_ALARM, SKINNY_REGISTER, SKINNY_REGISTER_ACK, SKINNY_CAPABILITIES_REQ,
                                     SKINNY_IP_PORT, SKINNY_BUTTON_TEMPLATE_REQ, SKINNY_BUTTON_TEMPLATE,
                                     SKINNY_SOFTKEY_TEMPLATE_REQ, SKINNY_SOFTKEY_TEMPLATE_RES, SKINNY_SOFTKEY_SET_REQ,
                                     SKINNY_SOFTKEY_SET_RES, SKINNY_CONFIG_STAT_REQ, SKINNY_CONFIG_STAT,
                                     SKINNY_CAPABILITIES_RES, SKINNY_DISPLAY_PROMPT};
    sccp_run(s, 5000);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        assert_int_equal(s->said[i].id, order[i]);
    assert_string_equal(s->said[0].alarm, "25: Name=SEP0024142DDF24 Load= 9.3.1 Last=Initialized");
    assert_int_equal(told(s, 2, SKINNY_CAPABILITIES_RES, 0)->n, 8 + 168);
    assert_int_equal(told(s, 2, SKINNY_CAPABILITIES_RES, 0)->number, 10);
    const struct move *bound = office_move(&s->o, "registrar", "registered", 0);
    const struct move *mine = office_move(&s->o, "registration", "registered", 0);
    assert_true(bound->t * 1e9 > (double)told(s, 2, SKINNY_CAPABILITIES_RES, 0)->ns); /* and not before */
    assert_true(mine->t * 1e9 > (double)told(s, 10, SKINNY_DISPLAY_PROMPT, 0)->ns);
    assert_string_equal(mine->event, "registered-at-0");
    assert_int_equal(lines_with(s, "Msg Size(received, defined) = 168, 296"), 1);
    assert_int_equal(lines_with(s, "capCount=10 caps= 4(60) 2(60) 86(60) 7(20) 6(20) 11(60) 12(60) 15(60) 16(60) 257(1)"), 1);
    assert_int_equal(lines_with(s, "RegisteredSCCP(1), RegisteredSIP(0), Registered(1)"), 1);
    sccp_close(s);
}

/* The Communicator writes the 64 bytes of seed 004; seed 004 has 45 ms from Register to registered, +-20. */
static void the_communicator_is_seed_004s(void **state)
{
    (void)state;
    struct setting m[] = {{STR("sccp_phone_model"), STR("CIPC")}};
    struct sccp_office *s = sccp_office(m, 1);
    sccp_run(s, 5000);
    const struct spoken *r = told(s, 2, SKINNY_REGISTER, 0);
    assert_int_equal(r->n, 8 + 68);
    assert_int_equal(r->number, 30016);
    assert_int_equal(lines_with(s, "Msg Size(received, defined) = 68, 128"), 1);
    assert_int_equal(lines_with(s, "(mac=0024142DDF24, protocolVer=0x8570000F, limit=200)"), 1);
    double took = office_move(&s->o, "registrar", "registered", 0)->t - (double)r->ns / 1e9;
    assert_true(took > 0.025 && took < 0.065);
    sccp_close(s);
}

static void keepalives_every_30_s_and_60_s(void **state)
{
    (void)state;
    struct sccp_office *s = sccp_office(NULL, 0);
    sccp_run(s, 3600 * 1000);
    int64_t ack = told(s, 10, SKINNY_REGISTER_ACK, 0)->ns, first = told(s, 3, SKINNY_KEEPALIVE, 0)->ns;
    int64_t heard = told(s, 2, SKINNY_KEEPALIVE, 0)->ns - 30 * 1000000000ll; /* when RegisterAck came in */
    assert_true(heard > ack && heard < ack + 1000000);
    for (int i = 0; i < 119; i++)
        assert_int_equal(told(s, 2, SKINNY_KEEPALIVE, i)->ns, heard + (i + 1) * 30 * 1000000000ll);
    for (int i = 0; i < 59; i++)
        assert_int_equal(told(s, 3, SKINNY_KEEPALIVE, i)->ns, first + i * 60 * 1000000000ll);
    assert_int_equal(told_count(s, 10, SKINNY_KEEPALIVE_ACK), 119);
    for (int i = 0; i < s->said_count; i++)
        assert_int_not_equal(s->said[i].node, s->o.b->id); /* the backup acknowledges by TCP alone */
    assert_int_equal(told_count(s, 3, SKINNY_REGISTER) + told_count(s, 3, SKINNY_ALARM), 0);
    assert_int_equal(office_measure(&s->o, MEASURE_KEEPALIVES_SENT), 119);
    assert_int_equal(office_measure(&s->o, MEASURE_STANDBY_KEEPALIVES_SENT), 59);
    assert_int_equal(office_measure(&s->o, MEASURE_PROBES_SENT), 0);
    assert_int_equal(office_measure(&s->o, MEASURE_KEEPALIVES_RETRANSMITTED), 0);
    assert_int_equal(s->o.alarm_count, 0);
    sccp_close(s);
}

static void obeys_other_intervals(void **state)
{
    (void)state;
    struct setting m[] = {{STR("sccp_keepalive_primary"), STR("20s")}, {STR("sccp_keepalive_secondary"), STR("45s")}};
    struct sccp_office *s = sccp_office(m, 2);
    sccp_run(s, 301 * 1000);
    assert_int_equal(told(s, 2, SKINNY_KEEPALIVE, 14)->ns - told(s, 2, SKINNY_KEEPALIVE, 0)->ns, 14 * 20000000000ll);
    assert_int_equal(told_count(s, 2, SKINNY_KEEPALIVE), 15);
    assert_int_equal(told(s, 3, SKINNY_KEEPALIVE, 5)->ns - told(s, 3, SKINNY_KEEPALIVE, 0)->ns, 5 * 45000000000ll);
    assert_int_equal(told_count(s, 3, SKINNY_KEEPALIVE), 6);
    sccp_close(s);
}

/* --- refused -------------------------------------------------------------------------------------- */

/* Both nodes refuse in turn; then it asks again each 30 s, until the administrator adds it. */
static void an_unknown_device_is_rejected_until_it_is_added(void **state)
{
    (void)state;
    struct setting m[] = {{STR("devices"), STR("SEP000000000001")}, {STR("devices_later"), STR("SEP0024142DDF24 dn=7 protocol=SCCP")}};
    struct sccp_office *s = sccp_office(m, 2);
    sccp_run(s, 100 * 1000);
    assert_int_equal(told_count(s, 2, SKINNY_REGISTER), 4); /* 0, 30, 60, 90 s */
    assert_int_equal(told_count(s, 3, SKINNY_REGISTER), 4);
    assert_int_equal(told_count(s, 10, SKINNY_REGISTER_REJECT), 8);
    assert_null(office_move(&s->o, "registrar", "registered", 0));
    assert_string_equal(told(s, 2, SKINNY_ALARM, 1)->alarm, "24: Name=SEP0024142DDF24 Load= 9.3.1 Last=registration-reject");
    int64_t again = told(s, 2, SKINNY_ALARM, 2)->ns - told(s, 3, SKINNY_ALARM, 1)->ns;
    assert_in_range(at_ms(again), 30 * 1000 + 68, 30 * 1000 + 80); /* after the talk with the second node */
    sccp_op(s->o.a, "provision");
    sccp_run(s, 130 * 1000);
    assert_string_equal(office_move(&s->o, "registration", "registered", 0)->event, "registered-at-0");
    assert_int_equal(told_count(s, 2, SKINNY_LINE_STAT_REQ), 1); /* it has a line now */
    sccp_close(s);
}

static void denied_or_no_room(void **state)
{
    (void)state;
    struct setting denied[] = {{STR("denied_devices"), STR("SEP000000000001, SEP0024142DDF24")}};
    struct sccp_office *s = sccp_office(denied, 1);
    sccp_run(s, 20 * 1000);
    assert_int_equal(told_count(s, 10, SKINNY_REGISTER_REJECT), 2);
    assert_int_equal(lines_with(s, "RegisterReject: Registration Rejected"), 2);
    sccp_close(s);
}

/* --- silence -------------------------------------------------------------------------------------- */

static void falls_silent(const char *missed, const char *closes, double limit_s)
{
    struct setting m[] = {{STR("sccp_keepalives_missed"), str_of(missed)}, {STR("cucm_close_on_timeout"), str_of(closes)}};
    struct sccp_office *s = sccp_office(m, 2);
    sccp_run(s, 100 * 1000); /* between two keepalives */
    double heard = (double)told(s, 2, SKINNY_KEEPALIVE, 2)->ns / 1e9;
    link_cut(s->o.phone_link);
    sccp_run(s, 400 * 1000);
    const struct move *gone = office_move(&s->o, "registrar", "unregistered", 0);
    assert_non_null(gone);
    assert_string_equal(gone->event, "StationKeepAliveTimeout");
    assert_true(gone->t - heard > limit_s && gone->t - heard < limit_s + 0.0005); /* the frame's way */
    assert_int_equal(s->o.alarm_count, 1);
    assert_int_equal(s->o.alarms[0], 13);
    assert_int_equal(lines_with(s, "[Protocol=SCCP][DeviceType=437]"), 2);
    sccp_close(s);
}

static void unregistered_after_three_intervals_of_silence(void **state)
{
    (void)state;
    falls_silent("3", "on", 90);
}

static void or_after_five(void **state)
{
    (void)state;
    falls_silent("5", "on", 150);
    falls_silent("3", "off", 90);
}

/* --- reset ---------------------------------------------------------------------------------------- */

/* One that boots: its address by hand, its files from node a. */
static struct sccp_office *booting(const struct setting *more, size_t k)
{
    struct setting phone[] = {{STR("mac"), STR("0024142ddf24")}, {STR("address"), STR(ADD "10")},
                              {STR("tftp_servers"), STR(ADD "2")}, {STR("power"), STR("adapter")}};
    return sccp_office_with(phone, 4, more, k, false);
}

static void reset(const char *op, const char *alarm, bool boots)
{
    struct setting m[] = {{STR("devices"), STR("SEP0024142DDF24 dn=5002 protocol=SCCP")}};
    struct sccp_office *s = booting(m, 1);
    sccp_run(s, 200 * 1000);
    assert_non_null(office_event(&s->o, "registered-at-0", 0));
    assert_string_equal(told(s, 2, SKINNY_ALARM, 0)->alarm, "25: Name=SEP0024142DDF24 Load= 9.3.1 Last=Initialized");
    sccp_op(s->o.a, op);
    sccp_run(s, 400 * 1000);
    assert_int_equal(told(s, 10, SKINNY_RESET, 0)->number, boots ? 1 : 2);
    assert_int_equal(s->o.alarm_count, 1);
    assert_int_equal(s->o.alarms[0], 9);
    assert_int_equal(told_count(s, 2, SKINNY_ALARM), 2);
    assert_string_equal(told(s, 2, SKINNY_ALARM, 1)->alarm, alarm);
    int64_t away = registered_ms(s, "registered-at-0", 1) - 200 * 1000;
    assert_true(boots ? away > 30 * 1000 : away < 10 * 1000); /* its firmware takes 30 s */
    assert_int_equal(lines_with(s, "it restarts: reset by CUCM"), boots ? 1 : 0);
    sccp_close(s);
}

static void reset_boots_it_anew(void **state)
{
    (void)state;
    reset("reset-sccp-phones", "22: Name=SEP0024142DDF24 Load= 9.3.1 Last=reset-reset", true);
}

static void restart_reads_its_configuration_anew(void **state)
{
    (void)state;
    reset("restart-sccp-phones", "23: Name=SEP0024142DDF24 Load= 9.3.1 Last=reset-restart", false);
}

/* Nobody has added it: it registers with the default configuration until then is refused, and asks for its file. */
static void an_unprovisioned_phone_asks_for_its_file_again(void **state)
{
    (void)state;
    struct setting m[] = {{STR("devices"), STR("SEP000000000001 dn=1")}, {STR("devices_later"), STR("SEP0024142DDF24 dn=7 protocol=SCCP")}};
    struct sccp_office *s = booting(m, 2);
    sccp_run(s, 200 * 1000);
    assert_null(office_move(&s->o, "registrar", "registered", 0));
    assert_true(told_count(s, 10, SKINNY_REGISTER_REJECT) >= 2);
    assert_true(lines_with(s, "has no configuration of its own") >= 2);
    sccp_op(s->o.a, "provision");
    sccp_run(s, 300 * 1000);
    assert_non_null(office_event(&s->o, "registered-at-0", 0));
    sccp_close(s);
}

/* Without power nothing is armed and nothing is said. */
static void without_power_it_is_silent(void **state)
{
    (void)state;
    struct setting m[] = {{STR("devices"), STR("SEP0024142DDF24 dn=5002 protocol=SCCP")}, {STR("cucm_group"), STR(ADD "2," ADD "3")}};
    struct sccp_office *s = booting(m, 2);
    sccp_run(s, 200 * 1000);
    assert_true(told_count(s, 3, SKINNY_KEEPALIVE) > 0);
    sccp_op(s->o.phone, "unplug");
    int before = s->said_count;
    for (size_t i = 0; i < 2; i++)
        assert_cell(s->o.phone, "servers", i, "next", "");
    sccp_run(s, 800 * 1000);
    assert_int_equal(s->said_count, before);
    assert_int_equal(s->o.alarms[0], 13);
    sccp_op(s->o.phone, "plug-in");
    sccp_run(s, 1000 * 1000);
    assert_non_null(office_event(&s->o, "registered-at-0", 1));
    assert_string_equal(told(s, 2, SKINNY_ALARM, 1)->alarm, "25: Name=SEP0024142DDF24 Load= 9.3.1 Last=Initialized");
    sccp_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_in_the_documented_order),
        cmocka_unit_test(the_communicator_is_seed_004s),
        cmocka_unit_test(keepalives_every_30_s_and_60_s),
        cmocka_unit_test(obeys_other_intervals),
        cmocka_unit_test(an_unknown_device_is_rejected_until_it_is_added),
        cmocka_unit_test(denied_or_no_room),
        cmocka_unit_test(unregistered_after_three_intervals_of_silence),
        cmocka_unit_test(or_after_five),
        cmocka_unit_test(reset_boots_it_anew),
        cmocka_unit_test(restart_reads_its_configuration_anew),
        cmocka_unit_test(an_unprovisioned_phone_asks_for_its_file_again),
        cmocka_unit_test(without_power_it_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
