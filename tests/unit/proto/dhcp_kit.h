/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dhcp_kit.h: a DHCP client, and at the other end of its cable a server that is played by hand: 10.1.1.1, which
 * gives 10.1.1.20 for an hour unless a test says otherwise. */
#ifndef TESTS_UNIT_PROTO_DHCP_KIT_H
#define TESTS_UNIT_PROTO_DHCP_KIT_H

#include "tests/unit/proto/udp_peer.h"

#include "models/proto/dhcp_client.h"

#define S 1000000000ll
#define SERVER 0x0a010101u
#define GIVEN 0x0a010114u
#define LEASE_S 3600

struct bench {
    struct world *w;
    struct node *phone;
    struct udp_peer server;
    struct dhcp_client_config config;
    struct dhcp_client client;
    int bound, lost;
    const char *why;
    struct dhcp_lease lease; /* of the last on_bound */
    bool stop_when_bound;
};

static inline void set_address(struct bench *b, struct ip4 a, uint8_t prefix_len)
{
    struct ip_iface i = *ip_iface_at(b->client.ip, 0);
    i.addr = a;
    i.prefix_len = prefix_len;
    ip_set_iface(b->client.ip, 0, &i);
}

static inline void on_bound(void *arg, const struct dhcp_lease *l)
{
    struct bench *b = arg;
    b->bound++;
    b->lease = *l;
    set_address(b, l->address, l->prefix_len);
    if (b->stop_when_bound)
        dhcp_client_stop(&b->client);
}

static inline void on_lost(void *arg, const char *why)
{
    struct bench *b = arg;
    b->lost++;
    b->why = why;
    set_address(b, (struct ip4){0}, 0);
}

static const struct dhcp_client_user bench_user = {on_bound, on_lost};

static inline struct bench *open_bench(void)
{
    struct bench *b = test_calloc(1, sizeof *b);
    struct err e = {0};
    b->w = world_open(NULL);
    b->phone = station(b->w, "phone");
    b->server.node = station(b->w, "server");
    cable(b->phone, b->server.node->ports[0]);
    assert_true(net_start(b->w->net, &e));
    ip_bind(peer_stack(b->server.node, 1), DHCP_SERVER_PORT, peer_hear, &b->server);
    b->config = (struct dhcp_client_config){
        .mac = mac_n(99), .host_name = "phone", .vendor_class = "test", .decline_wait = dur_s(10)};
    dhcp_client_init(&b->client, b->phone, peer_stack(b->phone, 0), 0, &b->config, &bench_user, b);
    run_to(b->w, S);
    return b;
}

static inline void close_bench(struct bench *b)
{
    dhcp_client_stop(&b->client);
    at(b->phone)->count = at(b->server.node)->count = 0;
    world_close(b->w);
    test_free(b);
}

/* A span in which the stations hear less than they can keep. */
static inline void pass(struct bench *b, struct sim_dur d)
{
    at(b->phone)->count = at(b->server.node)->count = 0;
    run_for(b->w, d);
}

static inline void start(struct bench *b)
{
    dhcp_client_start(&b->client);
    pass(b, dur_ms(1));
}

static inline const char *state_of(const struct bench *b)
{
    return fsm_state_name(&b->client.fsm);
}

/* --- what the server heard ------------------------------------------------------------------------ */

static inline struct dhcp message(const struct bench *b, uint32_t i)
{
    assert_true(i < b->server.count);
    const struct heard *h = &b->server.heard[i];
    struct rd r = rd_of(h->bytes, h->n);
    struct dhcp m;
    assert_true(dhcp_get(&r, &m));
    return m;
}

static inline struct dhcp last_message(const struct bench *b)
{
    return message(b, b->server.count - 1);
}

/* Seconds between two messages, as a number with a fraction. */
static inline double gap(const struct bench *b, uint32_t i)
{
    return (double)time_sub(b->server.heard[i + 1].at, b->server.heard[i].at).ns / 1e9;
}

/* --- what the server says ------------------------------------------------------------------------- */

/* 0 and NULL: as the bench has it; a `*_not` leaves an option out. */
struct answer {
    enum dhcp_type type;
    uint32_t yiaddr, server, lease_s, t1_s, t2_s, siaddr, xid;
    uint8_t client;
    const char *sname;
    bool server_not, lease_not;
    struct str more[DHCP_END]; /* further options, by number */
};

static inline struct str four(uint8_t *at, uint32_t v)
{
    struct wr w = wr_of(at, 4);
    wr_u32(&w, v);
    return str_of_bytes(at, 4);
}

static inline void put_times(struct dhcp *m, const struct answer *a, uint8_t at[3][4])
{
    if (!a->lease_not)
        m->option[DHCP_LEASE_TIME] = four(at[0], a->lease_s ? a->lease_s : LEASE_S);
    if (a->t1_s)
        m->option[DHCP_RENEWAL_TIME] = four(at[1], a->t1_s);
    if (a->t2_s)
        m->option[DHCP_REBINDING_TIME] = four(at[2], a->t2_s);
}

/* To the client's hardware address, with the xid of what was heard last. */
static inline void say_dhcp(struct bench *b, const struct answer *a)
{
    uint8_t bytes[600], type = (uint8_t)a->type, server[4], times[3][4];
    struct wr w = wr_of(bytes, sizeof bytes);
    struct dhcp m = {.reply = true, .chaddr = mac_n(a->client ? a->client : 99), .siaddr = {a->siaddr}};
    bool nak = a->type == DHCP_NAK;
    for (int i = 1; i < DHCP_END; i++)
        m.option[i] = a->more[i];
    m.xid = a->xid ? a->xid : last_message(b).xid;
    m.yiaddr.v = nak ? 0 : a->yiaddr ? a->yiaddr : GIVEN;
    m.sname = a->sname ? str_of(a->sname) : STR_NONE;
    m.option[DHCP_MESSAGE_TYPE] = str_of_bytes(&type, 1);
    if (!a->server_not)
        m.option[DHCP_SERVER_ID] = four(server, a->server ? a->server : SERVER);
    if (!nak)
        put_times(&m, a, times);
    dhcp_put(&w, &m);
    dhcp_pad(&w);
    struct udp u = {.src = {SERVER}, .dst = nak ? IP4_BROADCAST : m.yiaddr, .src_port = DHCP_SERVER_PORT,
                    .dst_port = DHCP_CLIENT_PORT, .payload = str_of_bytes(bytes, wr_len(&w))};
    ip_send_udp_to(at(b->server.node)->ip, 0, mac_n(99), &u, 0);
    pass(b, dur_ms(1));
}

static inline void say_type(struct bench *b, enum dhcp_type type)
{
    say_dhcp(b, &(struct answer){.type = type});
}

/* From the start to an address, or to the check of it. */
static inline void get_lease(struct bench *b, const struct answer *more)
{
    struct answer a = more ? *more : (struct answer){0};
    start(b);
    a.type = DHCP_OFFER;
    say_dhcp(b, &a);
    assert_string_equal(state_of(b), "requesting");
    a.type = DHCP_ACK;
    say_dhcp(b, &a);
}

#endif
