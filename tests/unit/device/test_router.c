/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The router: what a forwarded datagram looks like, whom it answers, how long it remembers
 * neighbours, and which configurations it refuses. Independent truth: RFC 791, 792, 1812 and IOS's
 * 4 hours. */
#include "models/wire/cksum.h"
#include "tests/unit/net/station.h"

#define S 1000000000ll

extern const struct model model_router;

static const struct ip4 pc_ip = {0x0a000002}, server_ip = {0x14000002};

struct bench {
    struct world *w;
    struct node *router, *pc,
        *server; /* raw stations on 10.0.0.0/24, untagged, and 20.0.0.0/24, VLAN 147 */
};

static bool add(struct world *w, const char *routes, const char *const *addresses,
                struct node **out, struct err *e)
{
    struct setting s = {STR("routes"), str_of(routes)};
    if (!net_add_node(w->net, STR("router"), STR("r"), &s, 1, out, e))
        return false;
    for (int i = 0; addresses[i]; i++) {
        char name[8];
        struct txtbuf t = txtbuf_of(name, sizeof name);
        txtbuf_add(&t, "p%d", i);
        struct setting p[] = {{STR("address"), str_of(addresses[i])}, {STR("vlan"), STR("147")}};
        struct port *port;
        if (!node_port(*out, str_of(name), p, i == 1 ? 2 : 1, &port, e))
            return false;
    }
    return net_start(w->net, e);
}

static struct bench open(const char *routes)
{
    static const char *const addresses[] = {"10.0.0.1/24", "20.0.0.1/24", NULL};
    struct bench b = {.w = world_open(&model_router)};
    struct err e = {0};
    b.pc = station(b.w, "pc");
    b.server = station(b.w, "server");
    if (!add(b.w, routes, addresses, &b.router, &e))
        fail_msg("%s", e.msg);
    cable(b.pc, b.router->ports[0]);
    cable(b.server, b.router->ports[1]);
    return b;
}

static void refused(const char *routes, const char *const *addresses, const char *why)
{
    struct world *w = world_open(&model_router);
    struct node *n;
    struct err e = {0};
    assert_false(add(w, routes, addresses, &n, &e));
    if (!strstr(e.msg, why))
        fail_msg("wanted '%s', got '%s'", why, e.msg);
    world_close(w);
}

/* The MAC address of the router's port to the PC, as its own ARP reply gives it. */
static struct mac router_mac(struct bench *b)
{
    struct arp a = {.oper = ARP_REQUEST, .sha = mac_n(2), .spa = pc_ip, .tpa = {0x0a000001}};
    struct mac m;
    say_arp(b->pc, MAC_BROADCAST, mac_n(2), &a);
    run_for(b->w, dur_us(10));
    memcpy(m.b, last(b->pc)->bytes + 6, 6);
    return m;
}

static struct ip4_hdr header(struct ip4 dst, uint8_t ttl)
{
    return (struct ip4_hdr){.dscp = 24,
                            .payload_len = 8,
                            .id = 5,
                            .dont_fragment = true,
                            .ttl = ttl,
                            .proto = IP4_UDP,
                            .src = pc_ip,
                            .dst = dst};
}

/* The PC sends this header and 8 bytes; copy 2 of exchange 77. */
static void send_as(struct bench *b, struct mac to, const struct ip4_hdr *h, const char *data)
{
    struct frame *f = frame_new(b->w->net, 128);
    struct wr w = wr_of(f->bytes, f->cap);
    struct eth e = {.dst = to, .src = mac_n(2), .type = ETH_IP4};
    eth_put(&w, &e);
    ip4_put(&w, h);
    wr_bytes(&w, data, 8);
    eth_pad(&w);
    f->flow = 77;
    f->copy = 2;
    port_send(b->pc->ports[0], frame_seal(b->w->net, f, wr_len(&w)));
    run_for(b->w, dur_us(10));
}

static void send(struct bench *b, struct ip4 dst, uint8_t ttl)
{
    struct ip4_hdr h = header(dst, ttl);
    send_as(b, router_mac(b), &h, "\0\1\0\2\0\10\0\0");
}

/* The server answers the router's question, in its VLAN. */
static void answer(struct bench *b, struct ip4 spa)
{
    struct arp a = {.oper = ARP_REPLY, .sha = mac_n(3), .spa = spa, .tpa = {0x14000001}};
    struct mac to;
    memcpy(to.b, last(b->server)->bytes + 6, 6);
    uint8_t d[ARP_BYTES];
    struct wr w = wr_of(d, sizeof d);
    arp_put(&w, &a);
    say(b->server, to, mac_n(3), 147, ETH_ARP, d, sizeof d);
    run_for(b->w, dur_us(10));
}

static void forwards_with_one_hop_less(void **state)
{
    (void)state;
    struct bench b = open("");
    send(&b, server_ip, 64);
    assert_int_equal(at(b.server)->count, 1);
    static const uint8_t asks[] = {0x81, 0, 0, 147, 8, 6}; /* tagged */
    assert_memory_equal(last(b.server)->bytes + 12, asks, sizeof asks);
    answer(&b, server_ip);
    const struct arrival *got = last(b.server);
    assert_int_equal(at(b.server)->count, 2);
    assert_memory_equal(got->bytes, mac_n(3).b, 6);
    assert_true((got->bytes[6] & 3) == 2); /* its own, locally administered address */
    static const uint8_t head[] = {0x81, 0, 0, 147, 8, 0, 0x45, 0x60, 0, 28, 0, 5, 0x40, 0, 63, 17};
    assert_memory_equal(got->bytes + 12, head, sizeof head);
    assert_int_equal(cksum_fold(cksum_add(0, got->bytes + 18, 20)), 0);
    assert_memory_equal(got->bytes + 30, ((uint8_t[]){10, 0, 0, 2, 20, 0, 0, 2, 0, 1, 0, 2, 0, 8}),
                        14);
    assert_true(got->flow == 77 && got->copy == 2); /* a new frame of the same exchange */
    world_close(b.w);
}

/* RFC 1812 5.3.1: TTL 1 is not forwarded; the answer comes from the port towards the sender. */
static void last_hop_is_reported(void **state)
{
    (void)state;
    struct bench b = open("");
    send(&b, server_ip, 1);
    const uint8_t *p = last(b.pc)->bytes;
    assert_int_equal(at(b.server)->count, 0);
    assert_true(p[23] == 1 && p[34] == 11 && p[35] == 0);
    assert_memory_equal(p + 26, ((uint8_t[]){10, 0, 0, 1, 10, 0, 0, 2}), 8);
    assert_int_equal(p[42 + 8], 1); /* the quoted TTL */
    assert_int_equal(facts(b.w, "segment-discarded ttl-exceeded"), 1);
    world_close(b.w);
}

/* RFC 1122 3.2.2: no errors about errors, later fragments, or what was broadcast. */
static void some_losses_are_not_reported(void **state)
{
    (void)state;
    struct bench b = open("");
    struct mac to = router_mac(&b);
    uint32_t said = at(b.pc)->count;
    struct ip4_hdr h = header(server_ip, 1);
    h.proto = IP4_ICMP;
    send_as(&b, to, &h, "\3\1\374\376\0\0\0\0");
    assert_int_equal(at(b.pc)->count, said);
    h = header(server_ip, 1);
    h.fragment_offset = 9;
    send_as(&b, to, &h, "12345678");
    assert_int_equal(at(b.pc)->count, said);
    assert_int_equal(facts(b.w, "segment-discarded ttl-exceeded"), 2);
    h = header(server_ip, 64);
    send_as(&b, MAC_BROADCAST, &h, "12345678"); /* RFC 1812 5.3.4: not forwarded either */
    assert_int_equal(at(b.pc)->count, said);
    assert_int_equal(at(b.server)->count, 0);
    h.proto = IP4_ICMP;
    h.ttl = 1;
    send_as(&b, to, &h, "\10\0\367\377\0\0\0\0"); /* an echo request is no error */
    assert_int_equal(at(b.pc)->count, said + 1);
    world_close(b.w);
}

static void no_route_is_reported(void **state)
{
    (void)state;
    struct bench b = open("");
    send(&b, (struct ip4){0x1e000001}, 64);
    assert_true(last(b.pc)->bytes[34] == 3 && last(b.pc)->bytes[35] == 0);
    assert_int_equal(facts(b.w, "segment-discarded no-route"), 1);
    world_close(b.w);
}

static void static_routes_lead_on(void **state)
{
    (void)state;
    struct bench b = open("30.0.0.0/8 via 20.0.0.7, 0.0.0.0/0 via 20.0.0.8");
    send(&b, (struct ip4){0x1e000001}, 64);
    assert_memory_equal(last(b.server)->bytes + 42, ((uint8_t[]){20, 0, 0, 7}), 4);
    send(&b, (struct ip4){0x28000001}, 64);
    assert_memory_equal(last(b.server)->bytes + 42, ((uint8_t[]){20, 0, 0, 8}), 4);
    answer(&b, (struct ip4){0x14000007});
    assert_memory_equal(last(b.server)->bytes + 34, ((uint8_t[]){30, 0, 0, 1}), 4);
    world_close(b.w);
}

/* Forwarding confirms nothing: the entry ages 4 hours after the reply. */
static void neighbours_are_remembered_for_four_hours(void **state)
{
    (void)state;
    struct bench b = open("");
    send(&b, server_ip, 64);
    int64_t learned = sim_now(b.w->sim).ns + HOP_NS;
    answer(&b, server_ip);
    run_to(b.w, learned + 4 * 3600 * S - dur_ms(1).ns);
    send(&b, server_ip, 64);
    assert_int_equal(last(b.server)->bytes[17], 0); /* IPv4: type 0800 */
    assert_int_equal(facts(b.w, "arp 20.0.0.2: resolved timeout unknown"), 0);
    run_to(b.w, learned + 4 * 3600 * S);
    send(&b, server_ip, 64);
    assert_int_equal(last(b.server)->bytes[17], 6); /* ARP: type 0806 */
    assert_int_equal(facts(b.w, "arp 20.0.0.2: resolved timeout unknown"), 1);
    world_close(b.w);
}

/* Echo to the far port's address is answered from that address (RFC 1122 3.2.2.6). */
static void far_address_answers_for_itself(void **state)
{
    (void)state;
    struct bench b = open("");
    static const uint8_t ask[] = {8, 0, 0xf7, 0xff, 0, 0, 0, 0}; /* 0800 + f7ff = ffff */
    uint8_t d[64];
    struct wr w = wr_of(d, sizeof d);
    struct ip4_hdr h = {
        .payload_len = sizeof ask, .ttl = 64, .proto = 1, .src = pc_ip, .dst = {0x14000001}};
    ip4_put(&w, &h);
    wr_bytes(&w, ask, sizeof ask);
    say(b.pc, router_mac(&b), mac_n(2), 0, ETH_IP4, d, wr_len(&w));
    run_for(b.w, dur_us(10));
    assert_memory_equal(last(b.pc)->bytes + 26, ((uint8_t[]){20, 0, 0, 1, 10, 0, 0, 2, 0}), 9);
    world_close(b.w);
}

static void bad_configurations_are_refused(void **state)
{
    (void)state;
    static const char *const good[] = {"10.0.0.1/24", NULL}, *const bare[] = {"10.0.0.1", NULL},
                             *const twice[] = {"10.0.0.1/24", "10.0.0.9/25", NULL};
    static const char *const many[] = {
        "1.0.0.1/8",  "2.0.0.1/8",  "3.0.0.1/8",  "4.0.0.1/8",  "5.0.0.1/8",  "6.0.0.1/8",
        "7.0.0.1/8",  "8.0.0.1/8",  "9.0.0.1/8",  "10.0.0.1/8", "11.0.0.1/8", "12.0.0.1/8",
        "13.0.0.1/8", "14.0.0.1/8", "15.0.0.1/8", "16.0.0.1/8", "17.0.0.1/8", NULL};
    refused("", bare, "'10.0.0.1' is not an address with prefix length");
    refused("", twice, "is in the net of another port");
    refused("", many, "at most 16 ports");
    refused("30.0.0.0/8", good, "is not 'a.b.c.d/len via a.b.c.d'");
    refused("30.0.0.0/8 via 20.0.0.1", good, "the next hop is on no connected net");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forwards_with_one_hop_less),
        cmocka_unit_test(last_hop_is_reported),
        cmocka_unit_test(some_losses_are_not_reported),
        cmocka_unit_test(no_route_is_reported),
        cmocka_unit_test(static_routes_lead_on),
        cmocka_unit_test(neighbours_are_remembered_for_four_hours),
        cmocka_unit_test(far_address_answers_for_itself),
        cmocka_unit_test(bad_configurations_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
