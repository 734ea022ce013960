/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A SIP phone and an SCCP phone at one CUCM node: what its trace counts, what it shows, and that each keeps its own
 * time. Independent truth: seed 004's line of the trace, CUCM's layout of show risdb query phone, 130 s and 90 s. */
#include "tests/unit/device/sccp_kit.h"
#include "tests/unit/net/show_kit.h"

/* The kit's SCCP phone, and a SIP phone beside it. */
static struct sccp_office *both(struct link **sip_link)
{
    struct sccp_office *s = test_calloc(1, sizeof *s);
    struct office *o = &s->o;
    struct sim_config c = {.seed = 11};
    struct err e = {0};
    struct node *sip;
    struct setting a[] = {{STR("mac"), STR("005056000002")}, {STR("address"), STR(ADD "2")}};
    struct setting q[] = {{STR("mac"), STR("0024142ddf25")}, {STR("starts"), STR("configured")}, {STR("dn"), STR("5678")},
                          {STR("address"), STR(ADD "11")}, {STR("cucm_group"), STR(ADD "2")}};
    struct setting p[] = {{STR("mac"), STR("0024142ddf24")}, {STR("starts"), STR("configured")},
                          {STR("address"), STR(ADD "10")}, {STR("cucm_group"), STR(ADD "2")}, {STR("power_on_at"), STR("10s")}};
    o->sim = sim_new(&c);
    o->net = net_new(o->sim, registry_models, registry_model_count);
    office_node(o, "switch", "access", NULL, 0, NULL, 0, &o->access);
    office_node(o, "sccp-phone", "phone", p, 5, NULL, 0, &o->phone);
    office_node(o, "sip-phone", "sip", q, 5, NULL, 0, &sip);
    office_node(o, "cucm", "a", a, 2, NULL, 0, &o->a);
    office_cable(o, o->phone, "1", &o->phone_link);
    office_cable(o, o->a, "2", &o->a_link);
    office_cable(o, sip, "3", sip_link);
    o->recorder = (struct sink){.name = "test", .mask = REC_BIT(REC_STATE) | REC_BIT(REC_ALARM), .on = office_record};
    s->ear = (struct sink){.name = "ear", .on = ear_hear, .mask = REC_BIT(REC_LOG) | REC_BIT(REC_UNEXPECTED)};
    bus_attach(o->sim, &o->recorder);
    bus_attach(o->sim, &s->ear);
    assert_true(net_start(o->net, &e));
    return s;
}

static void counted_apart(void **state)
{
    (void)state;
    struct link *sip;
    struct sccp_office *s = both(&sip);
    sccp_run(s, 60 * 1000);
    assert_int_equal(lines_with(s, "Protocol(1), RegisteredSCCP(1), RegisteredSIP(1), Registered(2)"), 1);
    assert_cell(s->o.a, "registrations", 0, "protocol", "SIP");
    assert_cell(s->o.a, "registrations", 0, "cseq", "101");
    assert_cell(s->o.a, "registrations", 1, "protocol", "SCCP");
    assert_cell(s->o.a, "registrations", 1, "cseq", ""); /* SCCP has none */
    struct shown *t = show(s->o.a, "registrations");
    assert_non_null(strstr(t->text, "#RegSCCPPhones, #RegSIPPhones, #UnRegPhones\n2, 2, 1, 1, 0\n"));
    assert_non_null(strstr(t->text, "\nSEP0024142DDF25, 5678, 10.1.1.11, reg, SIP, 540, "));
    assert_non_null(strstr(t->text, "\nSEP0024142DDF24, , 10.1.1.10, reg, SCCP, 437, "));
    shown_close(t);
    sccp_close(s);
}

/* Both cables are cut at 60 s: the SIP phone last registered at 0 s, the SCCP phone's last keepalive was at 40 s. */
static void timed_apart(void **state)
{
    (void)state;
    struct link *sip;
    struct sccp_office *s = both(&sip);
    sccp_run(s, 60 * 1000);
    link_cut(sip);
    link_cut(s->o.phone_link);
    sccp_run(s, 150 * 1000);
    const struct move *first = office_move(&s->o, "registrar", "unregistered", 0),
                      *second = office_move(&s->o, "registrar", "unregistered", 1);
    assert_true(first && second);
    assert_string_equal(first->event, "SIPStationDPrimaryLineTimeout");
    assert_string_equal(second->event, "StationKeepAliveTimeout");
    if (first->t < 130 || first->t > 130.1 || second->t < 130.05 || second->t > 130.1)
        fail_msg("%f and %f", first->t, second->t);
    assert_int_equal(lines_with(s, "[Protocol=SIP][DeviceType=540]"), 2);
    assert_int_equal(lines_with(s, "[Protocol=SCCP][DeviceType=437]"), 2);
    struct shown *t = show(s->o.a, "registrations");
    assert_non_null(strstr(t->text, "\n2, 0, 0, 0, 2\n"));
    assert_non_null(strstr(t->text, ", unr, SCCP, 437, "));
    shown_close(t);
    sccp_close(s);
}

/* There is no other node to go to: both ask the same one again, and come back when it does. */
static void the_only_node_stops_and_starts(void **state)
{
    (void)state;
    struct link *sip;
    struct sccp_office *s = both(&sip);
    sccp_run(s, 60 * 1000);
    sccp_op(s->o.a, "stop");
    sccp_run(s, 70 * 1000);
    assert_int_equal(s->o.alarm_count, 2);
    sccp_op(s->o.a, "start");
    sccp_run(s, 130 * 1000);
    assert_non_null(office_move(&s->o, "registrar", "registered", 3));
    assert_null(office_move(&s->o, "registrar", "registered", 4));
    sccp_op(s->o.a, "crash");
    sccp_run(s, 300 * 1000);
    sccp_op(s->o.a, "start");
    sccp_run(s, 400 * 1000);
    assert_non_null(office_move(&s->o, "registrar", "registered", 5));
    assert_cell(s->o.a, "registrations", 0, "status", "registered");
    assert_cell(s->o.a, "registrations", 1, "status", "registered");
    sccp_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counted_apart),
        cmocka_unit_test(timed_apart),
        cmocka_unit_test(the_only_node_stops_and_starts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
