/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "ip helper-address" between a client and a server that are played by hand. Independent truth: RFC 2131 4.1,
 * RFC 1542 4.1 (hops, giaddr), RFC 3046 2.1 and 2.2 (option 82 is appended last, and taken off again). */
#include "tests/unit/proto/udp_peer.h"

#include "models/wire/dhcp.h"

#define S 1000000000ll

extern const struct model model_router;

struct bench {
    struct world *w;
    struct udp_peer client, server;
    struct node *router;
};

static struct bench *open_bench(bool information)
{
    struct setting info = {STR("dhcp_relay_information"), information ? STR("on") : STR("off")};
    struct setting near[] = {{STR("address"), STR("10.1.1.1/24")}, {STR("helper_address"), STR("10.2.0.5")}};
    struct setting far = {STR("address"), STR("10.2.0.1/24")};
    struct bench *b = test_calloc(1, sizeof *b);
    struct port *p, *q;
    struct err e = {0};
    b->w = world_open(&model_router);
    assert_true(net_add_node(b->w->net, STR("router"), STR("router"), &info, 1, &b->router, &e));
    assert_true(node_port(b->router, STR("Gi0/0"), near, 2, &p, &e));
    assert_true(node_port(b->router, STR("Gi0/1"), &far, 1, &q, &e));
    b->client.node = station(b->w, "client");
    b->server.node = station(b->w, "server");
    cable(b->client.node, p);
    cable(b->server.node, q);
    assert_true(net_start(b->w->net, &e));
    ip_bind(peer_stack(b->client.node, 0), DHCP_CLIENT_PORT, peer_hear, &b->client);
    struct ip_stack *ip = peer_stack(b->server.node, 5);
    struct ip_iface i = *ip_iface_at(ip, 0);
    i.addr = (struct ip4){0x0a020005};
    ip_set_iface(ip, 0, &i);
    ip_add_route(ip, (struct ip4){0}, 0, (struct ip4){0x0a020001});
    ip_bind(ip, DHCP_SERVER_PORT, peer_hear, &b->server);
    run_to(b->w, S);
    return b;
}

static void close_bench(struct bench *b)
{
    world_close(b->w);
    test_free(b);
}

static void send(struct bench *b, struct node *from, const struct dhcp *m, const struct udp *head)
{
    uint8_t bytes[600];
    struct wr w = wr_of(bytes, sizeof bytes);
    struct udp u = *head;
    dhcp_put(&w, m);
    dhcp_pad(&w);
    u.payload = str_of_bytes(bytes, wr_len(&w));
    if (ip4_is_broadcast(u.dst))
        ip_send_udp_to(at(from)->ip, 0, MAC_BROADCAST, &u, 0);
    else
        assert_true(ip_send_udp(at(from)->ip, &u, 0));
    run_for(b->w, dur_ms(10));
}

static void discover(struct bench *b, uint8_t hops)
{
    uint8_t type = DHCP_DISCOVER;
    struct dhcp m = {.xid = 7, .hops = hops, .chaddr = mac_n(99)};
    struct udp u = {.dst = IP4_BROADCAST, .src_port = DHCP_CLIENT_PORT, .dst_port = DHCP_SERVER_PORT};
    m.option[DHCP_MESSAGE_TYPE] = str_of_bytes(&type, 1);
    send(b, b->client.node, &m, &u);
}

static void offer(struct bench *b, const char *information, bool broadcast)
{
    uint8_t type = DHCP_OFFER;
    struct dhcp m = {.reply = true, .xid = 7, .chaddr = mac_n(99), .yiaddr = {0x0a010120}, .giaddr = {0x0a010101},
                     .broadcast = broadcast};
    struct udp u = {.dst = {0x0a010101}, .src_port = DHCP_SERVER_PORT, .dst_port = DHCP_SERVER_PORT};
    m.option[DHCP_MESSAGE_TYPE] = str_of_bytes(&type, 1);
    if (information)
        m.option[DHCP_RELAY_INFO] = str_of(information);
    send(b, b->server.node, &m, &u);
}

static struct dhcp last_of(const struct udp_peer *p)
{
    struct rd r = rd_of(peer_last(p)->bytes, peer_last(p)->n);
    struct dhcp m;
    assert_true(dhcp_get(&r, &m));
    return m;
}

static void a_request_goes_on_with_the_relays_address(void **state)
{
    (void)state;
    struct bench *b = open_bench(false);
    discover(b, 0);
    assert_int_equal(b->server.count, 1);
    struct dhcp m = last_of(&b->server);
    assert_int_equal(m.giaddr.v, 0x0a010101);
    assert_int_equal(m.hops, 1);
    assert_null(m.option[DHCP_RELAY_INFO].p);
    assert_int_equal(peer_last(&b->server)->src_port, DHCP_SERVER_PORT);
    discover(b, 16); /* RFC 1542 4.1.1 */
    assert_int_equal(b->server.count, 1);
    close_bench(b);
}

static void information_is_the_last_option_and_never_seen_by_the_client(void **state)
{
    (void)state;
    struct bench *b = open_bench(true);
    discover(b, 0);
    const struct heard *h = peer_last(&b->server);
    struct dhcp m = last_of(&b->server);
    assert_true(str_eq(m.option[DHCP_RELAY_INFO], STR("\x01\x05Gi0/0"))); /* circuit id: the port */
    size_t end = 240; /* of the fixed part with the cookie: on to the end option */
    uint8_t last = 0;
    while (h->bytes[end] != DHCP_END) {
        last = h->bytes[end];
        end += 2 + h->bytes[end + 1];
    }
    assert_int_equal(last, DHCP_RELAY_INFO);
    offer(b, "\x01\x05Gi0/0", false);
    assert_int_equal(b->client.count, 1);
    m = last_of(&b->client);
    assert_null(m.option[DHCP_RELAY_INFO].p);
    assert_int_equal(m.yiaddr.v, 0x0a010120);
    close_bench(b);
}

/* 4.1: to the address it is about to have, or to all, as it asked. */
static void where_an_answer_goes(void **state)
{
    (void)state;
    struct bench *b = open_bench(false);
    offer(b, NULL, false);
    assert_int_equal(peer_last(&b->client)->dst.v, 0x0a010120);
    assert_int_equal(peer_last(&b->client)->dst_port, DHCP_CLIENT_PORT);
    offer(b, NULL, true);
    assert_int_equal(peer_last(&b->client)->dst.v, UINT32_MAX);
    close_bench(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_goes_on_with_the_relays_address),
        cmocka_unit_test(information_is_the_last_option_and_never_seen_by_the_client),
        cmocka_unit_test(where_an_answer_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
