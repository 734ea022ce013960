/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An SCCP phone whose only node is gone, with restart_when_lost and without. Independent truth: case study 1 of seed
 * 002 (the phone restarts again and again); 22 s of TCP's patience, attempts 30 s after the last one failed. */
#include "tests/unit/device/sccp_kit.h"

static struct sccp_office *open(const char *restarts)
{
    struct setting phone[] = {{STR("mac"), STR("0024142ddf24")}, {STR("starts"), STR("configured")},
                              {STR("address"), STR(ADD "10")}, {STR("cucm_group"), STR(ADD "2")},
                              {STR("restart_when_lost"), str_of(restarts)}};
    return sccp_office_with(phone, 5, NULL, 0, false);
}

/* Its machine begins anew with "power-on"; the first is that of the start. */
static int restarts(const struct sccp_office *s)
{
    int n = 0;
    while (office_event(&s->o, "power-on", n + 1))
        n++;
    return n;
}

static int64_t restart_ms(const struct sccp_office *s, int i)
{
    return registered_ms(s, "power-on", i + 1);
}

/* Crashed at 100 s: the KeepAlive of 120 s stays unanswered for 4 s. Each attempt begins with ARP, three times a
 * second: its SYN is given up after 22 s, and 30 s later the phone restarts. */
static void it_restarts_until_the_node_is_back(void **state)
{
    (void)state;
    struct sccp_office *s = open("on");
    sccp_run(s, 100 * 1000);
    sccp_op(s->o.a, "crash");
    sccp_run(s, 240 * 1000);
    int64_t lost = registered_ms(s, "no-answer", 0);
    assert_int_equal(lost / 1000, 124);
    assert_int_equal(restarts(s), 2);
    assert_int_equal(restart_ms(s, 0) / 1000, 124 + 22 + 30);
    assert_int_equal(restart_ms(s, 1) - restart_ms(s, 0), (22 + 30) * 1000);
    assert_int_equal(lines_with(s, "segment-discarded"), 0);
    sccp_op(s->o.a, "start");
    sccp_run(s, 300 * 1000);
    assert_int_equal(registered_ms(s, "registered-at-0", 1) / 1000, 228 + 15); /* SYNs after 0, 1, 3, 7, 15 s */
    assert_string_equal(told(s, 2, SKINNY_ALARM, 1)->alarm, "15: Name=SEP0024142DDF24 Load= 9.3.1 Last=KeepaliveTO");
    sccp_run(s, 600 * 1000);
    assert_int_equal(restarts(s), 2);
    sccp_close(s);
}

static void otherwise_it_tries_on(void **state)
{
    (void)state;
    struct sccp_office *s = open("off");
    sccp_run(s, 100 * 1000);
    sccp_op(s->o.a, "crash");
    sccp_run(s, 250 * 1000);
    assert_int_equal(restarts(s), 0);
    sccp_op(s->o.a, "start");
    sccp_run(s, 400 * 1000);
    assert_non_null(office_event(&s->o, "registered-at-0", 1));
    sccp_close(s);
}

/* What was learned is forgotten: it announces itself and asks by ARP anew, though its entry would hold. */
static void it_forgets_what_arp_taught_it(void **state)
{
    (void)state;
    struct sccp_office *s = open("on");
    sccp_run(s, 10 * 1000);
    sccp_op(s->o.a, "stop"); /* the host lives: the attempt is refused at once */
    sccp_run(s, 39 * 1000);
    assert_int_equal(restarts(s), 0);
    assert_int_equal(lines_with(s, ADD "2 is at"), 1);
    sccp_run(s, 41 * 1000);
    assert_int_equal(restart_ms(s, 0) / 1000, 40);
    assert_int_equal(lines_with(s, ADD "2 is at"), 2);
    sccp_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_restarts_until_the_node_is_back),
        cmocka_unit_test(otherwise_it_tries_on),
        cmocka_unit_test(it_forgets_what_arp_taught_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
