/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a switch prints on its console, and when. Independent truth: the messages as Catalyst
 * switches print them
 * ("%LINK-3-UPDOWN", "%ILPOWER-7-DETECT"…; the severity stands in each), protect mode that prints
 * nothing. */
#include "tests/unit/net/station.h"

#include "models/wire/cdp.h"

#define S 1000000000ll
#define PRINTED_MAX 16

extern const struct model model_switch;

struct printed {
    struct sim_time at;
    uint64_t severity;
    char text[200];
};

struct console {
    struct sink sink;
    struct world *w;
    struct node *sw, *phone, *other;
    struct port *access, *trunk;
    uint32_t count;
    struct printed line[PRINTED_MAX];
};

static void hear(struct sink *k, const struct rec *r)
{
    struct console *c = (struct console *)(void *)k;
    assert_true(c->count < PRINTED_MAX);
    struct printed *p = &c->line[c->count++];
    struct txtbuf t = txtbuf_of(p->text, sizeof p->text);
    assert_string_equal(r->log.facility, "console");
    assert_int_equal(r->node, c->sw->id);
    p->at = r->at;
    p->severity = r->log.severity;
    rec_args_text(&t, &r->log.line, 0);
}

static struct console *open_console(const char *name, const char *value)
{
    struct console *c = test_calloc(1, sizeof *c);
    struct setting s[] = {{STR("vlan"), STR("10")},
                          {STR("voice_vlan"), STR("20")},
                          {STR("port_security"), STR("on")}};
    struct setting own[] = {{str_of(name), str_of(value)}};
    struct err e = {0};
    c->sink = (struct sink){.name = "console", .mask = REC_BIT(REC_LOG), .on = hear};
    c->w = world_open(&model_switch);
    bus_attach(c->w->sim, &c->sink);
    assert_true(net_add_node(c->w->net, STR("switch"), STR("sw"), own, 1, &c->sw, &e));
    assert_true(node_port(c->sw, STR("Fa0/7"), s, 3, &c->access, &e));
    assert_true(node_port(c->sw, STR("Gi0/1"), (struct setting[]){{STR("mode"), STR("trunk")}}, 1,
                          &c->trunk, &e));
    c->phone = station(c->w, "phone");
    c->other = station(c->w, "other");
    cable(c->phone, c->access);
    cable(c->other, c->trunk);
    assert_true(net_start(c->w->net, &e));
    run_to(c->w, S);
    return c;
}

static void close_console(struct console *c)
{
    world_close(c->w);
    test_free(c);
}

/* The next line, at this instant, and its severity, which stands in the line itself. */
static void printed(struct console *c, uint32_t i, int64_t ns, const char *text)
{
    assert_true(i < c->count);
    assert_string_equal(c->line[i].text, text);
    assert_int_equal(c->line[i].at.ns, ns);
    assert_int_equal(c->line[i].severity, strchr(text, '-')[1] - '0');
}

static void links(void **state)
{
    (void)state;
    struct console *c = open_console("cdp", "off");
    assert_int_equal(c->count, 0); /* that links are up from the beginning is no news */
    link_cut(c->trunk->link);
    printed(c, 0, S,
            "%LINEPROTO-5-UPDOWN: Line protocol on Interface GigabitEthernet0/1, changed state to "
            "down");
    printed(c, 1, S, "%LINK-3-UPDOWN: Interface GigabitEthernet0/1, changed state to down");
    run_to(c->w, 2 * S);
    link_heal(c->trunk->link);
    printed(c, 2, 2 * S, "%LINK-3-UPDOWN: Interface GigabitEthernet0/1, changed state to up");
    printed(
        c, 3, 2 * S,
        "%LINEPROTO-5-UPDOWN: Line protocol on Interface GigabitEthernet0/1, changed state to up");
    port_offer(c->phone->ports[0],
               (struct line){.powered_device = true, .pd_class = 1}); /* a link that stays up */
    assert_int_equal(c->count, 4);
    close_console(c);
}

static void power(void **state)
{
    (void)state;
    struct console *c = open_console("cdp", "off");
    port_offer(c->phone->ports[0], (struct line){.powered_device = true, .pd_class = 3});
    run_to(c->w, 2 * S);
    printed(c, 0, S + 600000000,
            "%ILPOWER-7-DETECT: Interface Fa0/7: Power Device detected: IEEE PD");
    printed(c, 1, S + 600000000, "%ILPOWER-5-POWER_GRANTED: Interface Fa0/7: Power granted");
    port_offer(c->phone->ports[0], (struct line){0});
    printed(c, 2, 2 * S, "%ILPOWER-5-IEEE_DISCONNECT: Interface Fa0/7: PD removed");
    port_offer(c->phone->ports[0], (struct line){.powered_device = true, .pd_class = 3});
    run_to(c->w, 2 * S + 500000000);
    port_offer(c->phone->ports[0],
               (struct line){0}); /* before it was detected: it was never there */
    run_to(c->w, 9 * S);
    assert_int_equal(c->count, 3);
    close_console(c);
}

static void no_power_left(void **state)
{
    (void)state;
    struct console *c = open_console("power_budget", "15399");
    port_offer(c->phone->ports[0], (struct line){.powered_device = true, .pd_class = 3});
    run_to(c->w, 2 * S);
    printed(c, 0, S + 600000000,
            "%ILPOWER-7-DETECT: Interface Fa0/7: Power Device detected: IEEE PD");
    printed(c, 1, S + 600000000,
            "%ILPOWER-5-ILPOWER_POWER_DENY: Interface Fa0/7: inline power denied");
    assert_int_equal(c->count, 2);
    close_console(c);
}

/* Port security in protect mode: frames are gone, and nobody is told (seed 002). */
static void protect_says_nothing(void **state)
{
    (void)state;
    struct console *c = open_console("cdp", "off");
    for (uint8_t i = 1; i < 5; i++)
        say(c->phone, MAC_BROADCAST, mac_n(i), 0, 0x88b5, "dialtone", 8);
    run_to(c->w, 2 * S);
    assert_non_null(fact(c->w, "drop port-security-violation", 1));
    assert_int_equal(c->count, 0);
    close_console(c);
}

/* Another switch on the trunk whose native VLAN is another. */
static void say_cdp(struct console *c, uint16_t native_vlan)
{
    struct frame *f = frame_new(c->other->net, 600);
    struct wr body = wr_of(f->bytes + 14, 500), w = wr_of(f->bytes, f->cap);
    struct cdp m = {.ttl_s = 180,
                    .has = CDP_DEVICE_ID | CDP_PORT_ID | CDP_NATIVE_VLAN,
                    .device_id = STR("Switch2"),
                    .port_id = STR("GigabitEthernet0/24"),
                    .native_vlan = native_vlan};
    if (!native_vlan)
        m.has &= ~(uint32_t)CDP_NATIVE_VLAN;
    cdp_put(&body, &m);
    struct eth e = {.dst = CDP_MAC, .src = mac_n(9), .type = (uint16_t)wr_len(&body)};
    eth_put(&w, &e);
    w.p += wr_len(&body);
    eth_pad(&w);
    port_send(c->other->ports[0], frame_seal(c->other->net, f, wr_len(&w)));
    run_for(c->w, dur_us(100));
}

static void native_vlans(void **state)
{
    (void)state;
    struct console *c = open_console("cdp", "on");
    say_cdp(c, 1);
    say_cdp(c, 0); /* a phone, or a router */
    assert_int_equal(c->count, 0);
    say_cdp(c, 99);
    say_cdp(c, 99);
    assert_int_equal(c->count, 2);
    assert_string_equal(c->line[1].text,
                        "%CDP-4-NATIVE_VLAN_MISMATCH: Native VLAN mismatch discovered on "
                        "GigabitEthernet0/1 (1), with Switch2 GigabitEthernet0/24 (99).");
    assert_int_equal(c->line[1].severity, 4);
    close_console(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links),         cmocka_unit_test(power),
        cmocka_unit_test(no_power_left), cmocka_unit_test(protect_says_nothing),
        cmocka_unit_test(native_vlans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
