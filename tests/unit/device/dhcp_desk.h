/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dhcp_desk.h: a DHCP server, and at the other end of its cable clients that are played by hand. */
#ifndef TESTS_UNIT_DEVICE_DHCP_DESK_H
#define TESTS_UNIT_DEVICE_DHCP_DESK_H

#include "tests/unit/proto/udp_peer.h"

#include "models/wire/dhcp.h"

#define S 1000000000ll
#define OWN 99 /* the client whose MAC address the peer has */

extern const struct model model_dhcp_server;

struct bench {
    struct world *w;
    struct udp_peer peer;
    struct node *server;
};

/* 10.1.1.10 to .12 can be given. `more`: further settings, "dhcp_queue=2|dhcp_service_time=5ms". */
static inline struct bench *open_bench(const char *more)
{
    struct setting s[8] = {{STR("mac"), STR("020000000001")}, {STR("address"), STR("10.1.1.1")},
                           {STR("dhcp_pools"), STR("v 10.1.1.0/24 exclude=10.1.1.1-10.1.1.9,10.1.1.13-10.1.1.254 "
                                                   "router=10.1.1.1 option150=10.1.1.2,10.1.1.3 domain=example.com; "
                                                   "far 10.9.0.0/24 option66=tftp")}};
    struct bench *b = test_calloc(1, sizeof *b);
    struct str rest = more ? str_of(more) : STR_NONE;
    struct err e = {0};
    size_t n = 3;
    while (rest.n && n < 8) {
        s[n].text = str_cut(&rest, '|');
        s[n].name = str_cut(&s[n].text, '=');
        n++;
    }
    b->w = world_open(&model_dhcp_server);
    assert_true(net_add_node(b->w->net, STR("dhcp-server"), STR("server"), s, n, &b->server, &e));
    b->peer.node = station(b->w, "peer");
    cable(b->peer.node, b->server->ports[0]);
    assert_true(net_start(b->w->net, &e));
    ip_bind(peer_stack(b->peer.node, 0), DHCP_CLIENT_PORT, peer_hear, &b->peer);
    run_to(b->w, S);
    return b;
}

static inline void close_bench(struct bench *b)
{
    world_close(b->w);
    test_free(b);
}

struct ask {
    enum dhcp_type type;
    uint8_t client;
    uint32_t requested, server, ciaddr, giaddr; /* 0: not there; addresses in host order */
    bool broadcast;
    const char *relay_info;
};

static inline struct str four(uint8_t *at, uint32_t v)
{
    struct wr w = wr_of(at, 4);
    wr_u32(&w, v);
    return str_of_bytes(at, 4);
}

static inline void say_dhcp(struct bench *b, const struct ask *a)
{
    uint8_t bytes[600], type = (uint8_t)a->type, requested[4], server[4];
    struct wr w = wr_of(bytes, sizeof bytes);
    struct dhcp m = {.xid = 0x100u + a->client, .chaddr = mac_n(a->client), .ciaddr = {a->ciaddr}, .giaddr = {a->giaddr},
                     .broadcast = a->broadcast || a->client != OWN}; /* the others have no station */
    m.option[DHCP_MESSAGE_TYPE] = str_of_bytes(&type, 1);
    if (a->requested)
        m.option[DHCP_REQUESTED_ADDRESS] = four(requested, a->requested);
    if (a->server)
        m.option[DHCP_SERVER_ID] = four(server, a->server);
    if (a->relay_info)
        m.option[DHCP_RELAY_INFO] = str_of(a->relay_info);
    dhcp_put(&w, &m);
    dhcp_pad(&w);
    struct udp u = {.src = {a->ciaddr}, .dst = IP4_BROADCAST, .src_port = DHCP_CLIENT_PORT, .dst_port = DHCP_SERVER_PORT,
                    .payload = str_of_bytes(bytes, wr_len(&w))};
    ip_send_udp_to(at(b->peer.node)->ip, 0, MAC_BROADCAST, &u, 0);
}

/* The answer within 10 ms; type 0: none came. */
static inline struct dhcp ask(struct bench *b, const struct ask *a)
{
    struct dhcp m = {0};
    uint32_t before = b->peer.count;
    say_dhcp(b, a);
    run_for(b->w, dur_ms(10));
    if (b->peer.count == before)
        return m;
    assert_int_equal(b->peer.count, before + 1);
    struct rd r = rd_of(peer_last(&b->peer)->bytes, peer_last(&b->peer)->n);
    assert_true(dhcp_get(&r, &m));
    return m;
}

#define ADDRESS(x) (0x0a010100u | (x))
#define RELAY 0x0a090001u /* of the net of the pool 'far' */

static inline uint32_t bind(struct bench *b, uint8_t client)
{
    struct dhcp offer = ask(b, &(struct ask){.type = DHCP_DISCOVER, .client = client});
    assert_int_equal(dhcp_type(&offer), DHCP_OFFER);
    struct dhcp ack = ask(b, &(struct ask){.type = DHCP_REQUEST, .client = client, .requested = offer.yiaddr.v,
                                           .server = ADDRESS(1)});
    assert_int_equal(dhcp_type(&ack), DHCP_ACK);
    assert_int_equal(ack.yiaddr.v, offer.yiaddr.v);
    return ack.yiaddr.v;
}

static inline void op(struct bench *b, const char *name)
{
    struct err e = {0};
    const struct model_op *o = b->server->model->ops;
    while (o->name && strcmp(o->name, name) != 0)
        o++;
    if (!o->name || !o->run(b->server, &e))
        fail_msg("operation '%s': %s", name, e.msg);
}

/* The peer has this address of the server's net. */
static inline void settle(struct bench *b, uint32_t address)
{
    struct ip_iface i = *ip_iface_at(at(b->peer.node)->ip, 0);
    i.addr.v = address;
    i.prefix_len = 24;
    ip_set_iface(at(b->peer.node)->ip, 0, &i);
}

/* The peer is the server's gateway 10.1.1.2 from now on, a relay with a net behind it. */
static inline void become_relay(struct bench *b)
{
    settle(b, ADDRESS(2));
    struct ip_iface second = *ip_iface_at(at(b->peer.node)->ip, 0);
    second.addr.v = RELAY;
    second.vlan = 9;
    ip_add_iface(at(b->peer.node)->ip, &second);
    ip_bind(at(b->peer.node)->ip, DHCP_SERVER_PORT, peer_hear, &b->peer);
}

#endif
