/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a phone and its CUCM nodes show before, during and after a failover. Independent truth: seeds 000
 * and 002 (115 s, 120 s, 130 s, 22 s) and the layouts of the products. */
#include "models/net/show.h"
#include "tests/unit/device/office.h"
#include "tests/unit/net/show_kit.h"

#define S 1000000000ll

static void assert_near(int64_t got_ns, int64_t want_ms, int64_t tolerance_ms)
{
    int64_t off = got_ns / 1000000 - want_ms;
    if (off < -tolerance_ms || off > tolerance_ms)
        fail_msg("%lld ms is not %lld +- %lld", (long long)(got_ns / 1000000), (long long)want_ms,
                 (long long)tolerance_ms);
}

static void a_registered_phone(void **state)
{
    (void)state;
    struct office *o = office_open(NULL, 0);
    office_run(o, 60);
    assert_shows(o->phone, "status",
                 "MAC Address              0024142DDF24\n"
                 "Host Name                SEP0024142DDF24\n"
                 "Phone DN                 5678\n"
                 "Model Number             CP-8961\n"
                 "Active Load ID           9.3.1\n"
                 "IP Address               10.1.1.10\n"
                 "Subnet Mask              255.255.255.0\n"
                 "Operational VLAN Id\n"
                 "CUCM Server1             10.1.1.2 (Active)\n"
                 "CUCM Server2             10.1.1.3 (Standby)\n"
                 "Registration             registered\n"
                 "Registered to            10.1.1.2\n");
    assert_cell(o->phone, "servers", 0, "name", "a");
    assert_cell(o->phone, "servers", 0, "next", "keepalive");
    assert_near(cell_number(o->phone, "servers", 0, "next_in_s"), 115 * 1000 - 60 * 1000, 50);
    assert_cell(o->phone, "servers", 1, "next", "standby keepalive");
    assert_near(cell_number(o->phone, "servers", 1, "next_in_s"), 120 * 1000 - 60 * 1000, 50);
    assert_cell(o->phone, "servers", 0, "pending", "");
    assert_cell(o->phone, "servers", 0, "cseq", "101");
    office_run(o, 116);
    assert_cell(o->phone, "servers", 0, "cseq", "102"); /* one more each keepalive */
    assert_int_equal(shown_rows(o->phone, "connections"), 2);
    office_close(o);
}

static void what_cucm_knows_of_it(void **state)
{
    (void)state;
    struct office *o = office_open(NULL, 0);
    office_run(o, 60);
    assert_cell(o->a, "registrations", 0, "device", "SEP0024142DDF24");
    assert_cell(o->a, "registrations", 0, "status", "registered");
    assert_cell(o->a, "registrations", 0, "address", "10.1.1.10");
    assert_near(cell_number(o->a, "registrations", 0, "expires_in_s"), 130 * 1000 - 60 * 1000, 50);
    assert_int_equal(shown_rows(o->b, "registrations"), 0); /* a standby keepalive is no registration */
    struct shown *s = show(o->a, "registrations");
    assert_non_null(strstr(s->text, "\n1, 1, 0, 1, 0\n"));
    assert_non_null(strstr(s->text, "\nSEP0024142DDF24, 5678, 10.1.1.10, reg, SIP, 540, "));
    assert_non_null(strstr(s->text, "\nTotal count 1\n"));
    shown_close(s);
    assert_cell(o->a, "connections", 0, "state", "LISTEN");
    assert_cell(o->a, "connections", 3, "peer", "10.1.1.10");
    office_close(o);
}

static void neighbours_in_the_manner_of_linux(void **state)
{
    (void)state;
    struct office *o = office_open(NULL, 0);
    office_run(o, 60);
    assert_shows(o->phone, "arp",
                 "Address                  HWtype  HWaddress           Flags Mask            Iface\n"
                 "10.1.1.2                 ether   00:50:56:00:00:02   C                     net\n"
                 "10.1.1.3                 ether   00:50:56:00:00:03   C                     net\n");
    assert_cell(o->a, "arp", 0, "mac", "00:24:14:2d:df:24");
    office_close(o);
}

/* The primary's cable is cut at 50 s: the keepalive of 115 s waits for its ACK; TCP gives up 22 s after
 * it, the phone goes to the secondary; the primary forgets the phone 130 s after its last 200. */
static void through_a_failover(void **state)
{
    (void)state;
    struct office *o = office_open(NULL, 0);
    office_run(o, 50);
    link_cut(o->a_link);
    office_run(o, 125);
    assert_cell(o->phone, "servers", 0, "pending", "keepalive");
    assert_true(cell_number(o->phone, "connections", 0, "unacked_bytes") > 800);
    assert_int_equal(cell_number(o->phone, "connections", 0, "retries"), 5); /* .21 … 3.36: 6.51 s */
    assert_int_equal(cell_number(o->phone, "connections", 0, "rto_s"), 6720000000);
    assert_cell(o->a, "registrations", 0, "status", "registered");
    office_run(o, 138);
    struct shown *s = show(o->phone, "status");
    assert_non_null(strstr(s->text, "\nCUCM Server1             10.1.1.2\n"
                                    "CUCM Server2             10.1.1.3 (Active)\n"));
    assert_non_null(strstr(s->text, "\nRegistered to            10.1.1.3\n"));
    shown_close(s);
    assert_cell(o->a, "registrations", 0, "status", "unregistered"); /* at 130 s */
    assert_near(cell_number(o->a, "registrations", 0, "since_s"), 130 * 1000, 50);
    assert_cell(o->a, "registrations", 0, "expires_in_s", "");
    assert_cell(o->b, "registrations", 0, "status", "registered");
    s = show(o->a, "registrations");
    assert_non_null(strstr(s->text, "\n1, 0, 0, 0, 1\n"));
    assert_non_null(strstr(s->text, ", unr, SIP, "));
    shown_close(s);
    link_heal(o->a_link);
    office_run(o, 220);
    assert_cell(o->phone, "servers", 0, "role", "Monitored");
    assert_cell(o->phone, "servers", 1, "role", "Active");
    office_close(o);
}

/* Not powered yet: nothing is there, and nothing breaks. */
static void a_phone_that_is_off(void **state)
{
    (void)state;
    struct setting s[] = {{STR("power_on_at"), STR("1h")}};
    struct office *o = office_open(s, 1);
    office_run(o, 60);
    assert_cell(o->phone, "status", 9, "value", "10.1.1.3"); /* no role */
    assert_cell(o->phone, "status", 10, "value", "off");
    assert_cell(o->phone, "servers", 0, "connection", "closed");
    assert_cell(o->phone, "servers", 0, "next", "");
    assert_int_equal(shown_rows(o->phone, "connections"), 0);
    assert_int_equal(shown_rows(o->phone, "arp"), 0);
    assert_int_equal(shown_rows(o->a, "registrations"), 0);
    office_close(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_registered_phone),
        cmocka_unit_test(what_cucm_knows_of_it),
        cmocka_unit_test(neighbours_in_the_manner_of_linux),
        cmocka_unit_test(through_a_failover),
        cmocka_unit_test(a_phone_that_is_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
