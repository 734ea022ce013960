/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A router's proxy ARP. Independent truth: RFC 1027 2.1 to 2.4: for what is routed by another interface, never by
 * a default route, never for a broadcast or from one network to another. */
#include "tests/unit/net/station.h"

extern const struct model model_router;

/* Two subnets of network 10, one of network 20, and 10.9.0.0/16 behind the second; a default route. */
static const char *const addresses[] = {"10.1.1.1/24", "10.1.2.1/24", "20.1.1.1/24"};

struct bench {
    struct world *w;
    struct node *router, *pc;
};

static struct bench open(const char *proxy_arp)
{
    struct bench b = {.w = world_open(&model_router)};
    struct err e = {0};
    struct setting s[] = {{STR("routes"), STR("10.9.0.0/16 via 10.1.2.9, 10.8.0.0/16 via 10.1.1.8, 0.0.0.0/0 via 20.1.1.9")},
                          {STR("proxy_arp"), str_of(proxy_arp)}};
    assert_true(net_add_node(b.w->net, STR("router"), STR("r"), s, 2, &b.router, &e));
    b.pc = station(b.w, "pc");
    for (int i = 0; i < 3; i++) {
        struct setting p = {STR("address"), str_of(addresses[i])};
        struct port *port;
        char name[8];
        struct txtbuf t = txtbuf_of(name, sizeof name);
        txtbuf_add(&t, "p%d", i);
        assert_true(node_port(b.router, txtbuf_view(&t), &p, 1, &port, &e));
        cable(i ? station(b.w, name) : b.pc, port);
    }
    assert_true(net_start(b.w->net, &e));
    return b;
}

static bool answers(struct bench *b, const char *spa, const char *tpa)
{
    struct arp a = {.oper = ARP_REQUEST, .sha = mac_n(2)}, got;
    struct eth e;
    assert_true(ip4_parse(str_of(spa), &a.spa) && ip4_parse(str_of(tpa), &a.tpa));
    at(b->pc)->count = 0;
    say_arp(b->pc, MAC_BROADCAST, a.sha, &a);
    run_for(b->w, dur_us(100));
    if (at(b->pc)->count == 0)
        return false;
    struct rd r = rd_of(last(b->pc)->bytes, last(b->pc)->len);
    assert_true(eth_get(&r, &e) && arp_get(&r, &got));
    assert_true(ip4_eq(got.spa, a.tpa) && mac_eq(got.sha, port_made_up_mac(b->router->ports[0])));
    return true;
}

static void answers_for_what_it_would_forward(void **state)
{
    (void)state;
    static const struct {
        const char *spa, *tpa;
        bool answers;
    } rows[] = {
        {"10.1.1.2", "10.1.2.7", true},      /* another subnet of the network */
        {"10.1.1.2", "10.9.3.3", true},      /* behind a router there */
        {"10.1.1.2", "10.1.1.7", false},     /* the same interface: it can answer itself */
        {"10.1.1.2", "10.8.3.3", false},     /* its route leaves by the same interface */
        {"10.1.1.2", "10.7.0.1", false},     /* by the default route only */
        {"10.1.1.2", "20.1.1.7", false},     /* another network */
        {"20.1.1.7", "20.1.1.8", true},      /* the hosts' networks agree, wherever they stand */
        {"10.1.1.2", "10.1.2.255", false},   /* broadcast there */
        {"10.1.1.2", "255.255.255.255", false},
        {"10.1.1.2", "224.0.0.1", false},
        {"0.0.0.0", "10.1.2.7", false},      /* a probe names no network */
        {"10.1.1.2", "10.1.1.1", true},      /* itself */
    };
    struct bench on = open("on"), off = open("off");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool itself = strcmp(rows[i].tpa, "10.1.1.1") == 0;
        if (answers(&on, rows[i].spa, rows[i].tpa) != rows[i].answers)
            fail_msg("%s asks for %s", rows[i].spa, rows[i].tpa);
        assert_int_equal(answers(&off, rows[i].spa, rows[i].tpa), itself);
    }
    assert_non_null(fact(on.w, "proxy-arp it answers for 10.1.2.7 on p0, which lies behind another interface", 0));
    world_close(on.w);
    world_close(off.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_for_what_it_would_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
