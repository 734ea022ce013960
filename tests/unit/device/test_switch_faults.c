/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a script does to a switch: a MAC table that is full, is filled and is cleared; a reload. Truth: counted frames,
 * IEEE 802.1D (what is not known is flooded), and the times that the parameters give, to the nanosecond. */
#include "tests/unit/device/lan.h"

#define S 1000000000ll
#define A 1u /* bits of lan_heard */
#define B 2u
#define C 4u
#define D 8u

static void do_op(struct lan *l, const char *name)
{
    struct err e = {0};
    for (const struct model_op *o = model_switch.ops; o->name; o++) {
        if (strcmp(o->name, name) == 0 && !o->run(l->sw, &e))
            fail_msg("%s", e.msg);
    }
}

/* Two places: the third source is not learned until the first has aged, to the nanosecond. */
static void a_full_table_learns_nothing_new(void **state)
{
    (void)state;
    for (int64_t late = -1; late <= 0; late++) {
        struct lan_config c = {.node = {"mac_table_size=2", "mac_aging_time=300s"}};
        struct lan l = lan_open(&c);
        lan_say_at(&l, 1 * S, 0, 9, 1, 0);
        lan_say_at(&l, 2 * S, 1, 9, 2, 0);
        lan_say_at(&l, 3 * S, 2, 9, 3, 0);
        lan_heard(&l);
        lan_say(&l, 3, 1, 4, 0);
        assert_int_equal(lan_heard(&l), A); /* known */
        lan_say(&l, 3, 3, 4, 0);
        assert_int_equal(lan_heard(&l), A | B | C); /* came too late */
        lan_say_at(&l, 100 * S, 2, 9, 2, 0);         /* one that is known may move */
        lan_say_at(&l, 301 * S + late, 2, 9, 3, 0);
        lan_heard(&l);
        lan_say(&l, 0, 3, 2, 0);
        assert_int_equal(lan_heard(&l), late < 0 ? B | C | D : C);
        world_close(l.w);
    }
}

/* A port that goes down leaves room. */
static void a_flushed_port_makes_room(void **state)
{
    (void)state;
    struct lan_config c = {.node = {"mac_table_size=1", "mac_aging_time=0s"}};
    struct lan l = lan_open(&c);
    lan_say_at(&l, 1 * S, 0, 9, 1, 0);
    lan_say_at(&l, 2 * S, 1, 9, 2, 0);
    link_cut(l.on[0]->ports[0]->link);
    link_heal(l.on[0]->ports[0]->link);
    lan_say_at(&l, 3 * S, 1, 9, 2, 0);
    lan_heard(&l);
    lan_say(&l, 2, 2, 1, 0);
    assert_int_equal(lan_heard(&l), B);
    world_close(l.w);
}

static void a_filled_table_floods_until_it_ages(void **state)
{
    (void)state;
    struct lan_config c = {.node = {"mac_table_size=1000"}};
    struct lan l = lan_open(&c);
    lan_say_at(&l, 1 * S, 0, 9, 1, 0);
    run_to(l.w, 10 * S);
    do_op(&l, "fill-mac-table");
    assert_int_equal(facts(l.w, "mac-table 999 made-up addresses behind a fill it: it holds 1000"), 1);
    lan_heard(&l);
    lan_say_at(&l, 20 * S, 1, 1, 2, 0);
    assert_int_equal(lan_heard(&l), A); /* what was known still is */
    do_op(&l, "clear-mac-table");
    do_op(&l, "fill-mac-table");
    lan_say_at(&l, 30 * S, 0, 2, 1, 0);
    lan_say_at(&l, 31 * S, 1, 1, 2, 0);
    assert_int_equal(lan_heard(&l), A | B | C | D); /* both flooded */
    lan_say_at(&l, 319 * S, 0, 9, 1, 0);
    lan_say_at(&l, 320 * S + 11000, 0, 9, 1, 0); /* 300 s after the second flood of addresses */
    lan_heard(&l);
    lan_say(&l, 1, 1, 2, 0);
    assert_int_equal(lan_heard(&l), A);
    world_close(l.w);
}

/* Dark for three minutes: what comes is discarded, what was learned is gone, secure addresses among it. */
static void a_reload_forgets_and_comes_back(void **state)
{
    (void)state;
    struct lan_config c = {.node = {"reload_time=180s"}, .port = {{"port_security=on"}}};
    struct lan l = lan_open(&c);
    lan_say_at(&l, 1 * S, 0, 9, 1, 0); /* teaches the secure address */
    lan_say_at(&l, 2 * S, 0, 9, 1, 0);
    lan_say_at(&l, 3 * S, 1, 9, 2, 0);
    run_to(l.w, 10 * S);
    do_op(&l, "reload");
    struct err e = {0};
    assert_false(model_switch.ops[0].run(l.sw, &e));
    assert_string_equal(e.msg, "'sw' is reloading already");
    lan_heard(&l);
    for (int i = 0; i < LAN_PORTS; i++)
        assert_false(port_is_up(l.on[i]->ports[0]));
    lan_say_at(&l, 190 * S - 1, 1, 1, 2, 0);
    assert_int_equal(lan_heard(&l), 0);
    assert_int_equal(facts(l.w, "drop node-down"), 1);
    assert_int_equal(facts(l.w, "secure-address vlan 1 02:00:00:00:00:01: secured port-down forgotten"), 1);
    assert_true(port_is_up(l.on[2]->ports[0]));
    lan_say_at(&l, 191 * S, 2, 2, 3, 0);
    assert_int_equal(lan_heard(&l), A | B | D); /* 2 was behind b: forgotten */
    lan_say_at(&l, 192 * S, 0, 9, 1, 0);
    assert_int_equal(facts(l.w, "drop port-security-learning"), 2); /* learned anew */
    struct net_books k = net_books(l.w->net);
    assert_int_equal(k.sent, k.delivered + k.dropped + k.in_flight);
    world_close(l.w);
}

/* A powered device is without power for the reload and its detection, and then has it again. */
static void a_reload_takes_power_away(void **state)
{
    (void)state;
    struct lan_config c = {.node = {"reload_time=60s", "power_detection_time=600ms"}};
    struct lan l = lan_open(&c);
    struct port *device = l.on[3]->ports[0];
    run_to(l.w, 1 * S);
    port_offer(device, (struct line){.powered_device = true, .pd_class = 2});
    run_to(l.w, 2 * S);
    assert_int_equal(port_line(device).supply_mw, 7000);
    do_op(&l, "reload");
    assert_int_equal(port_line(device).supply_mw, 0);
    assert_true(port_is_dark(device));
    run_to(l.w, 62 * S + 599999999);
    assert_int_equal(port_line(device).supply_mw, 0);
    run_to(l.w, 62 * S + 600000000);
    assert_int_equal(port_line(device).supply_mw, 7000);
    assert_int_equal(facts(l.w, "power-inline d: on power-fail off"), 1);
    do_op(&l, "reload"); /* and while it is detecting, the second time */
    run_to(l.w, 122 * S + 900000000);
    do_op(&l, "reload");
    run_to(l.w, 184 * S);
    assert_int_equal(port_line(device).supply_mw, 7000);
    world_close(l.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_table_learns_nothing_new),
        cmocka_unit_test(a_flushed_port_makes_room),
        cmocka_unit_test(a_filled_table_floods_until_it_ages),
        cmocka_unit_test(a_reload_forgets_and_comes_back),
        cmocka_unit_test(a_reload_takes_power_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
