/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a router shows. Independent truth: the layouts of IOS 15 (show ip arp, show ip route with its
 * classful headings, show ip interface brief) and the ages of ARP entries. */
#include "tests/unit/net/show_kit.h"
#include "tests/unit/net/station.h"

#define S 1000000000ll

extern const struct model model_router;

struct bench {
    struct world *w;
    struct node *router, *pc, *server;
};

static void add_port(struct node *r, const char *name, const char *address, const char *vlan,
                     const char *mac)
{
    struct setting s[] = {{STR("address"), str_of(address)}, {STR("vlan"), str_of(vlan)},
                          {STR("mac"), str_of(mac)}};
    struct port *p;
    struct err e = {0};
    if (!node_port(r, str_of(name), s, 3, &p, &e))
        fail_msg("%s", e.msg);
}

static struct bench open(const char *routes)
{
    struct bench b = {.w = world_open(&model_router)};
    struct setting s = {STR("routes"), str_of(routes)};
    struct err e = {0};
    assert_true(net_add_node(b.w->net, STR("router"), STR("r"), &s, 1, &b.router, &e));
    add_port(b.router, "Gi0/0", "10.0.0.1/24", "0", "001d.a17e.1001");
    add_port(b.router, "Fa0/1", "192.168.1.1/24", "147", "001d.a17e.1002");
    add_port(b.router, "Gi0/2", "172.16.0.1/30", "0", "001d.a17e.1003");
    if (!net_start(b.w->net, &e))
        fail_msg("%s", e.msg);
    b.pc = station(b.w, "pc");
    b.server = station(b.w, "server");
    cable(b.pc, b.router->ports[0]);
    cable(b.server, b.router->ports[1]);
    return b;
}

/* The PC asks for the router's address, so the router learns the PC's (RFC 826). */
static void ask(struct bench *b)
{
    struct arp a = {.oper = ARP_REQUEST, .sha = mac_n(2), .spa = {0x0a000002}, .tpa = {0x0a000001}};
    say_arp(b->pc, MAC_BROADCAST, mac_n(2), &a);
    run_for(b->w, dur_us(10));
}

/* A datagram for 192.168.1.9, who is not there: the router asks. */
static void send_to_nobody(struct bench *b)
{
    struct frame *f = frame_new(b->w->net, 128);
    struct wr w = wr_of(f->bytes, f->cap);
    struct eth e = {.dst = {{0, 0x1d, 0xa1, 0x7e, 0x10, 1}}, .src = mac_n(2), .type = ETH_IP4};
    struct ip4_hdr h = {.payload_len = 8, .ttl = 64, .proto = IP4_UDP, .src = {0x0a000002},
                        .dst = {0xc0a80109}};
    eth_put(&w, &e);
    ip4_put(&w, &h);
    wr_bytes(&w, "\0\1\0\2\0\10\0\0", 8);
    eth_pad(&w);
    port_send(b->pc->ports[0], frame_seal(b->w->net, f, wr_len(&w)));
    run_for(b->w, dur_us(10));
}

static void arp_in_the_manner_of_ios(void **state)
{
    (void)state;
    struct bench b = open("");
    ask(&b);
    send_to_nobody(&b);
    assert_shows(b.router, "arp",
                 "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n"
                 "Internet  10.0.0.1                -   001d.a17e.1001  ARPA   GigabitEthernet0/0\n"
                 "Internet  10.0.0.2                0   0200.0000.0002  ARPA   GigabitEthernet0/0\n"
                 "Internet  172.16.0.1              -   001d.a17e.1003  ARPA   GigabitEthernet0/2\n"
                 "Internet  192.168.1.1             -   001d.a17e.1002  ARPA   FastEthernet0/1.147\n"
                 "Internet  192.168.1.9             0   Incomplete      ARPA\n");
    run_to(b.w, 9 * S); /* nobody answered */
    assert_int_equal(shown_rows(b.router, "arp"), 4);
    run_to(b.w, 120 * S);
    assert_cell(b.router, "arp", 1, "age_s", "119.999998328s"); /* it was heard after one hop */
    struct shown *s = show(b.router, "arp");
    assert_non_null(strstr(s->text, "Internet  10.0.0.2                1   "));
    shown_close(s);
    run_to(b.w, 4 * 3600 * S); /* IOS keeps an entry for 4 hours */
    assert_int_equal(shown_rows(b.router, "arp"), 4);
    run_to(b.w, 4 * 3600 * S + HOP_NS);
    assert_int_equal(shown_rows(b.router, "arp"), 3);
    world_close(b.w);
}

static void routes_under_their_classful_network(void **state)
{
    (void)state;
    struct bench b = open("10.1.0.0/16 via 10.0.0.9, 0.0.0.0/0 via 192.168.1.254, 11.0.0.0/8 via 10.0.0.9, "
                          "12.1.0.0/16 via 10.0.0.9, 12.2.0.0/16 via 10.0.0.9");
    assert_shows(b.router, "routes",
                 "Codes: L - local, C - connected, S - static, * - candidate default\n"
                 "\n"
                 "Gateway of last resort is 192.168.1.254 to network 0.0.0.0\n"
                 "\n"
                 "S*    0.0.0.0/0 [1/0] via 192.168.1.254\n"
                 "      10.0.0.0/8 is variably subnetted, 3 subnets, 3 masks\n"
                 "C        10.0.0.0/24 is directly connected, GigabitEthernet0/0\n"
                 "L        10.0.0.1/32 is directly connected, GigabitEthernet0/0\n"
                 "S        10.1.0.0/16 [1/0] via 10.0.0.9\n"
                 "S     11.0.0.0/8 [1/0] via 10.0.0.9\n"
                 "      12.0.0.0/16 is subnetted, 2 subnets\n"
                 "S        12.1.0.0 [1/0] via 10.0.0.9\n"
                 "S        12.2.0.0 [1/0] via 10.0.0.9\n"
                 "      172.16.0.0/16 is variably subnetted, 2 subnets, 2 masks\n"
                 "C        172.16.0.0/30 is directly connected, GigabitEthernet0/2\n"
                 "L        172.16.0.1/32 is directly connected, GigabitEthernet0/2\n"
                 "      192.168.1.0/24 is variably subnetted, 2 subnets, 2 masks\n"
                 "C        192.168.1.0/24 is directly connected, FastEthernet0/1.147\n"
                 "L        192.168.1.1/32 is directly connected, FastEthernet0/1.147\n");
    world_close(b.w);
}

static void no_default_route(void **state)
{
    (void)state;
    struct bench b = open("");
    struct shown *s = show(b.router, "routes");
    assert_non_null(strstr(s->text, "\nGateway of last resort is not set\n"));
    shown_close(s);
    world_close(b.w);
}

static void interfaces(void **state)
{
    (void)state;
    struct bench b = open("");
    link_cut(b.server->ports[0]->link);
    assert_shows(b.router, "interfaces",
                 "Interface                  IP-Address      OK? Method Status                Protocol\n"
                 "GigabitEthernet0/0         10.0.0.1        YES manual up                    up\n"
                 "FastEthernet0/1.147        192.168.1.1     YES manual down                  down\n"
                 "GigabitEthernet0/2         172.16.0.1      YES manual down                  down\n");
    world_close(b.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arp_in_the_manner_of_ios),
        cmocka_unit_test(routes_under_their_classful_network),
        cmocka_unit_test(no_default_route),
        cmocka_unit_test(interfaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
