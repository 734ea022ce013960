/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a switch does for a phone on its port: CDP, LLDP-MED, power; and what a cut cable makes it forget.
 * Independent truth: CDP's times (60 s, hold 180 s) and IEEE 802.3af's classes as the fact sheets of Catalyst
 * switches give them. */
#include "tests/unit/net/show_kit.h"
#include "tests/unit/net/station.h"

#include "models/wire/wire_frame.h"

#define S 1000000000ll

extern const struct model model_switch;

struct bench {
    struct world *w;
    struct node *sw, *phone, *other;
    struct port *access;
    uint32_t seen; /* of the phone's frames */
};

static struct bench *open_bench(const char *sw, const char *port)
{
    struct setting s[2], voice[4] = {{STR("vlan"), STR("10")}, {STR("voice_vlan"), STR("147")}};
    struct bench *b = test_calloc(1, sizeof *b);
    struct err e = {0};
    size_t n = 0, k = 2;
    struct port *p;
    if (sw) {
        s[n].text = str_of(sw);
        s[n].name = str_cut(&s[n].text, '=');
        n++;
    }
    if (port) {
        voice[k].text = str_of(port);
        voice[k].name = str_cut(&voice[k].text, '=');
        k++;
    }
    b->w = world_open(&model_switch);
    assert_true(net_add_node(b->w->net, STR("switch"), STR("sw"), s, n, &b->sw, &e));
    assert_true(node_port(b->sw, STR("Fa0/7"), voice, k, &b->access, &e));
    assert_true(node_port(b->sw, STR("Fa0/8"), (struct setting[]){{STR("vlan"), STR("147")}}, 1, &p, &e));
    b->phone = station(b->w, "phone");
    b->other = station(b->w, "other");
    cable(b->phone, b->access);
    cable(b->other, p);
    assert_true(net_start(b->w->net, &e));
    return b;
}

static void close_bench(struct bench *b)
{
    world_close(b->w);
    test_free(b);
}

/* The next frame that the phone has not looked at, decoded; top WIRE_NONE: there is none. */
static struct wire_frame next(struct bench *b)
{
    struct wire_frame f = {.top = WIRE_NONE};
    if (b->seen < at(b->phone)->count) {
        const struct arrival *a = &at(b->phone)->got[b->seen++];
        wire_frame_get(a->bytes, a->len, &f);
    }
    return f;
}

static void say_cdp(struct bench *b, bool query, uint32_t power_mw)
{
    struct frame *f = frame_new(b->phone->net, 600);
    struct wr body = wr_of(f->bytes + 14, 500), w = wr_of(f->bytes, f->cap);
    uint8_t level[4];
    struct wr l = wr_of(level, sizeof level);
    wr_u32(&l, power_mw);
    struct cdp m = {.ttl_s = 180, .has = CDP_DEVICE_ID | CDP_PORT_ID | CDP_CAPABILITIES | CDP_PLATFORM,
                    .device_id = STR("SEP020000000001"), .port_id = STR("Port 1"), .platform = STR("Cisco IP Phone 8961"),
                    .capabilities = 0x490};
    if (query) {
        m.has |= CDP_VOICE_QUERY;
        m.voice_query = STR("\x20\x02");
    }
    if (power_mw) {
        m.has |= CDP_POWER_REQUEST;
        m.power_request = (struct cdp_power){7, 1, str_of_bytes(level, 4)};
    }
    cdp_put(&body, &m);
    struct eth e = {.dst = CDP_MAC, .src = mac_n(1), .type = (uint16_t)wr_len(&body)};
    eth_put(&w, &e);
    w.p += wr_len(&body);
    eth_pad(&w);
    port_send(b->phone->ports[0], frame_seal(b->phone->net, f, wr_len(&w)));
}

static void it_speaks_each_minute(void **state)
{
    static const int64_t times[] = {0, 1, 2, 62, 122};
    (void)state;
    struct bench *b = open_bench(NULL, NULL);
    run_to(b->w, 130 * S);
    assert_int_equal(at(b->phone)->count, 5);
    for (uint32_t i = 0; i < 5; i++) {
        struct wire_frame f = next(b);
        assert_int_equal(f.top, WIRE_CDP);
        assert_false(f.eth.tagged);
        assert_int_equal(f.cdp.voice_vlan, 147);
        assert_int_equal(f.cdp.native_vlan, 10);
        assert_int_equal(f.cdp.ttl_s, 180);
        assert_true(str_eq(f.cdp.port_id, STR("FastEthernet0/7")));
        assert_int_equal(at(b->phone)->got[i].at.ns / S, times[i]);
    }
    close_bench(b);
}

static void a_query_is_answered_at_once(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL, NULL);
    run_to(b->w, 30 * S);
    b->seen = at(b->phone)->count;
    say_cdp(b, false, 0); /* no question, no answer */
    run_for(b->w, dur_ms(1));
    assert_int_equal(next(b).top, WIRE_NONE);
    say_cdp(b, true, 0);
    run_for(b->w, dur_ms(1));
    struct wire_frame f = next(b);
    assert_int_equal(f.top, WIRE_CDP);
    assert_true(f.cdp.has & CDP_VOICE_VLAN);
    close_bench(b);
}

static void a_neighbour_is_believed_for_its_hold_time(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL, NULL);
    run_to(b->w, 10 * S);
    say_cdp(b, false, 0);
    run_for(b->w, dur_ms(1));
    struct shown *s = show(b->sw, "cdp-neighbors");
    assert_non_null(strstr(s->text, "SEP020000000001  Fas 0/7           179             H P M  IP Phone  Port 1\n"));
    shown_close(s);
    run_to(b->w, 190 * S);
    at(b->phone)->count = 0;
    assert_int_equal(shown_rows(b->sw, "cdp-neighbors"), 1);
    run_to(b->w, 190 * S + 100000);
    assert_int_equal(shown_rows(b->sw, "cdp-neighbors"), 0);
    close_bench(b);
}

/* Domain fact: CDP does not keep the voice VLAN's secure address alive. */
static void cdp_refreshes_no_secure_address(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL, "port_security=on");
    run_to(b->w, 10 * S);
    say(b->phone, MAC_BROADCAST, mac_n(1), 147, 0x88b5, "dialtone", 8);
    run_for(b->w, dur_s(30));
    assert_int_equal(shown_rows(b->sw, "port-security-address"), 1);
    say_cdp(b, true, 0);
    run_to(b->w, 75 * S);
    assert_int_equal(shown_rows(b->sw, "port-security-address"), 0);
    close_bench(b);
}

static void power_by_class_and_by_request(void **state)
{
    (void)state;
    struct bench *b = open_bench(NULL, NULL);
    run_to(b->w, 10 * S);
    port_offer(b->phone->ports[0], (struct line){.powered_device = true, .pd_class = 3});
    assert_int_equal(port_line(b->phone->ports[0]).supply_mw, 0); /* detection takes its time */
    run_for(b->w, dur_ms(600));
    assert_int_equal(port_line(b->phone->ports[0]).supply_mw, 15400);
    b->seen = at(b->phone)->count;
    say_cdp(b, false, 9800);
    run_for(b->w, dur_ms(1));
    struct wire_frame f = next(b);
    assert_true(f.cdp.has & CDP_POWER_AVAILABLE);
    assert_int_equal(f.cdp.power_available.request, 7);
    assert_int_equal(cdp_power_level(&f.cdp.power_available, 0), 9800);
    assert_cell(b->sw, "power-inline", 0, "power_mw", "9800");
    port_offer(b->phone->ports[0], (struct line){0});
    assert_int_equal(port_line(b->phone->ports[0]).supply_mw, 0);
    assert_cell(b->sw, "power-inline", 0, "oper", "off");
    close_bench(b);
}

static void no_power_beyond_the_budget_or_where_it_is_off(void **state)
{
    static const char *const settings[][2] = {{"power_budget=15399", NULL}, {NULL, "power_inline=off"}};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct bench *b = open_bench(settings[i][0], settings[i][1]);
        port_offer(b->phone->ports[0], (struct line){.powered_device = true, .pd_class = 3});
        run_to(b->w, 10 * S);
        assert_int_equal(port_line(b->phone->ports[0]).supply_mw, 0);
        assert_cell(b->sw, "power-inline", 0, "oper", i ? "off" : "power-deny");
        close_bench(b);
    }
}

static void a_cut_makes_it_forget(void **state)
{
    (void)state;
    struct bench *b = open_bench("cdp=off", NULL);
    say(b->phone, MAC_BROADCAST, mac_n(1), 147, 0x88b5, "dialtone", 8);
    run_to(b->w, S);
    assert_int_equal(shown_rows(b->sw, "mac-address-table"), 1);
    link_cut(b->access->link);
    assert_int_equal(shown_rows(b->sw, "mac-address-table"), 0);
    link_heal(b->access->link);
    assert_int_equal(shown_rows(b->sw, "mac-address-table"), 0); /* it is learned anew */
    close_bench(b);
}

/* A phone whose transceiver is off is no place to flood to. */
static void nothing_is_sent_into_the_dark(void **state)
{
    (void)state;
    struct bench *b = open_bench("cdp=off", NULL);
    port_offer(b->phone->ports[0], (struct line){.dark = true});
    say(b->other, MAC_BROADCAST, mac_n(2), 0, 0x88b5, "dialtone", 8);
    run_to(b->w, S);
    assert_int_equal(at(b->phone)->count, 0);
    assert_int_equal(facts(b->w, "drop no-member-port"), 1);
    assert_cell(b->sw, "interfaces", 0, "status", "notconnect");
    port_offer(b->phone->ports[0], (struct line){.dark = false});
    say(b->other, MAC_BROADCAST, mac_n(2), 0, 0x88b5, "dialtone", 8);
    run_for(b->w, dur_ms(1));
    assert_int_equal(at(b->phone)->count, 1);
    close_bench(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_speaks_each_minute),
        cmocka_unit_test(a_query_is_answered_at_once),
        cmocka_unit_test(a_neighbour_is_believed_for_its_hold_time),
        cmocka_unit_test(cdp_refreshes_no_secure_address),
        cmocka_unit_test(power_by_class_and_by_request),
        cmocka_unit_test(no_power_beyond_the_budget_or_where_it_is_off),
        cmocka_unit_test(a_cut_makes_it_forget),
        cmocka_unit_test(nothing_is_sent_into_the_dark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
