/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a switch shows: which addresses, behind which port, for how much longer. Independent truth: the
 * layouts that Catalyst switches print (titles, rules and columns of a 2960's output), and the closed
 * forms of ageing. */
#include "tests/unit/device/lan.h"
#include "tests/unit/net/show_kit.h"

#define S 1000000000ll
#define VOICE 147
#define SECURE_AT "port-security-address"

enum { SECURE, UPLINK, OTHER };

static struct lan open(const char *setting, const char *more)
{
    struct lan_config c = {
        .node = {setting, setting ? more : NULL},
        .port = {{"vlan=10", "voice_vlan=147", "port_security=on"},
                 {"mode=trunk"},
                 {"vlan=10", "port_security=on", "port_security_maximum=3"},
                 {"vlan=10"}},
    };
    return lan_open(&c);
}

static void empty_tables(void **state)
{
    (void)state;
    struct lan l = open(NULL, NULL);
    assert_shows(l.sw, SECURE_AT,
                 "               Secure Mac Address Table\n"
                 "-----------------------------------------------------------------------------\n"
                 "Vlan    Mac Address       Type                          Ports   Remaining Age\n"
                 "                                                                   (mins)\n"
                 "----    -----------       ----                          -----   -------------\n"
                 "-----------------------------------------------------------------------------\n"
                 "Total Addresses in System (excluding one mac per port)     : 0\n"
                 "Max Addresses limit in System (excluding one mac per port) : 4096\n");
    assert_shows(l.sw, "port-security",
                 "Secure Port  MaxSecureAddr  CurrentAddr  SecurityViolation  Security Action\n"
                 "                (Count)       (Count)          (Count)\n"
                 "---------------------------------------------------------------------------\n"
                 "          a              2            0                  0          Protect\n"
                 "          c              3            0                  0          Protect\n"
                 "---------------------------------------------------------------------------\n"
                 "Total Addresses in System (excluding one mac per port)     : 0\n"
                 "Max Addresses limit in System (excluding one mac per port) : 4096\n");
    world_close(l.w);
}

static void a_secure_address_and_its_remaining_age(void **state)
{
    (void)state;
    struct lan l = open("port_security_aging_time=2min", NULL);
    lan_say_at(&l, 1 * S, SECURE, 9, 1, VOICE);
    run_to(l.w, 31 * S);
    assert_int_equal(cell_number(l.sw, SECURE_AT, 0, "remaining_s"), 90 * S);
    struct shown *s = show(l.sw, SECURE_AT);
    assert_non_null(strstr(s->text, "\n"
                                    " 147    0200.0000.0001    SecureDynamic                 a       "
                                    "     1 (I)\n"));
    shown_close(s);
    run_to(l.w, 61 * S + 1);
    assert_int_equal(cell_number(l.sw, SECURE_AT, 0, "remaining_s"), 60 * S - 1);
    s = show(l.sw, SECURE_AT);
    assert_non_null(strstr(s->text, " < 1 (I)\n"));
    shown_close(s);
    run_to(l.w, 121 * S - 1);
    assert_int_equal(shown_rows(l.sw, SECURE_AT), 1);
    run_to(l.w, 121 * S); /* idle >= limit: aged, though no frame has made the switch notice */
    assert_int_equal(shown_rows(l.sw, SECURE_AT), 0);
    assert_int_equal(facts(l.w, "secure-address vlan 147 02:00:00:00:00:01: secured aged forgotten"), 0);
    assert_cell(l.sw, "port-security", 0, "current", "0");
    world_close(l.w);
}

static void ageing_types_as_ios_marks_them(void **state)
{
    (void)state;
    struct lan l = open("port_security_aging_type=absolute", "port_security_aging_time=5min");
    lan_say_at(&l, 1 * S, SECURE, 9, 1, VOICE);
    lan_say_at(&l, 100 * S, SECURE, 9, 1, VOICE); /* refreshes nothing */
    run_to(l.w, 121 * S);
    assert_int_equal(cell_number(l.sw, SECURE_AT, 0, "remaining_s"), 180 * S);
    struct shown *s = show(l.sw, SECURE_AT);
    assert_non_null(strstr(s->text, "  3\n"));
    shown_close(s);
    world_close(l.w);
    l = open("port_security_aging_type=off", NULL);
    lan_say_at(&l, 1 * S, SECURE, 9, 1, VOICE);
    run_to(l.w, 100000 * S);
    assert_cell(l.sw, SECURE_AT, 0, "remaining_s", "");
    s = show(l.sw, SECURE_AT);
    assert_non_null(strstr(s->text, " -\n"));
    shown_close(s);
    world_close(l.w);
    l = open("port_security_aging_tick=50s", NULL); /* written at 1 s, old at 61 s, swept at 100 s */
    lan_say_at(&l, 1 * S, SECURE, 9, 1, VOICE);
    run_to(l.w, 70 * S);
    assert_int_equal(cell_number(l.sw, SECURE_AT, 0, "remaining_s"), 30 * S);
    world_close(l.w);
}

static void addresses_beyond_the_first_of_a_port_are_counted(void **state)
{
    (void)state;
    struct lan l = open(NULL, NULL);
    for (uint8_t i = 1; i <= 3; i++)
        lan_say_at(&l, i * S, OTHER, 9, i, 0);
    lan_say_at(&l, 4 * S, OTHER, 9, 4, 0); /* one too many: protect */
    assert_cell(l.sw, "port-security", 1, "current", "3");
    assert_cell(l.sw, "port-security", 1, "violations", "0");
    struct shown *s = show(l.sw, "port-security");
    assert_non_null(strstr(s->text, "(excluding one mac per port)     : 2\n"));
    shown_close(s);
    s = show(l.sw, SECURE_AT);
    assert_non_null(strstr(s->text, "(excluding one mac per port)     : 2\n"));
    shown_close(s);
    world_close(l.w);
}

/* Secure ones are static from the first frame on, even if that one went no further; learned ones last
 * 300 s (a Catalyst's default). */
static void the_address_table(void **state)
{
    (void)state;
    struct lan l = open("port_security_aging_time=10min", NULL);
    lan_say_at(&l, 1 * S, SECURE, 9, 1, VOICE);
    lan_say_at(&l, 2 * S, UPLINK, 1, 9, VOICE);
    lan_say_at(&l, 3 * S, UPLINK, 1, 8, 20);
    assert_shows(l.sw, "mac-address-table",
                 "          Mac Address Table\n"
                 "-------------------------------------------\n"
                 "\n"
                 "Vlan    Mac Address       Type        Ports\n"
                 "----    -----------       --------    -----\n"
                 "  20    0200.0000.0008    DYNAMIC     b\n"
                 " 147    0200.0000.0001    STATIC      a\n"
                 " 147    0200.0000.0009    DYNAMIC     b\n"
                 "Total Mac Addresses for this criterion: 3\n");
    run_to(l.w, 302 * S); /* the second was heard at 2 s */
    assert_int_equal(shown_rows(l.sw, "mac-address-table"), 2);
    run_to(l.w, 303 * S);
    assert_int_equal(shown_rows(l.sw, "mac-address-table"), 1);
    assert_cell(l.sw, "mac-address-table", 0, "type", "STATIC");
    world_close(l.w);
}

static void interfaces(void **state)
{
    (void)state;
    struct lan l = open(NULL, NULL);
    struct port *p;
    struct err e = {0};
    struct setting rate = {STR("link_rate"), STR("100Mbps")};
    struct link *wire;
    struct node *pc = station(l.w, "pc");
    assert_true(node_port(l.sw, STR("Gi0/24"), NULL, 0, &p, &e));
    assert_true(node_port(l.sw, STR("Gi0/25"), NULL, 0, &p, &e));
    assert_true(link_connect(pc->ports[0], p, &rate, 1, &wire, &e));
    link_cut(l.on[OTHER]->ports[0]->link);
    assert_shows(l.sw, "interfaces",
                 "Port      Name               Status       Vlan       Duplex  Speed\n"
                 "a         a                  connected    10         a-full a-1000\n"
                 "b         b                  connected    trunk      a-full a-1000\n"
                 "c         c                  notconnect   10           auto   auto\n"
                 "d         d                  connected    10         a-full a-1000\n"
                 "Gi0/24                       notconnect   1            auto   auto\n"
                 "Gi0/25    pc                 connected    1          a-full  a-100\n");
    world_close(l.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_tables),
        cmocka_unit_test(a_secure_address_and_its_remaining_age),
        cmocka_unit_test(ageing_types_as_ios_marks_them),
        cmocka_unit_test(addresses_beyond_the_first_of_a_port_are_counted),
        cmocka_unit_test(the_address_table),
        cmocka_unit_test(interfaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
