/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns_kit.h: a resolver at 10.1.1.2 and, at the other end of its cable, two DNS servers that are played by hand:
 * 10.1.1.1, and 10.1.2.1 in VLAN 9, where the resolver is 10.1.2.2. */
#ifndef TESTS_UNIT_PROTO_DNS_KIT_H
#define TESTS_UNIT_PROTO_DNS_KIT_H

#include "tests/unit/proto/udp_peer.h"

#include "models/proto/dns_client.h"

#define S 1000000000ll
#define DONE_MAX 16

#define SERVER_1 ((struct ip4){0x0a010101})
#define SERVER_2 ((struct ip4){0x0a010201})

/* A station with the parameters of a resolver. */
struct host {
    struct station station;
    struct dns_config dns;
};

static const struct param_def host_params[] = {DNS_PARAMS(struct host, dns), {0}};
static const struct model host_model = {
    .name = "host",
    .doc = "a station that looks up names",
    .state_size = sizeof(struct host),
    .params = host_params,
    .init = station_init,
    .on_frame = station_hear,
};

struct done {
    enum dns_result result;
    struct ip4 address[DNS_ADDRESSES_MAX];
    size_t count;
    struct sim_time at;
};

struct bench {
    struct world *w;
    struct node *phone;
    struct link *link;
    struct udp_peer server;
    struct dns_client dns;
    struct done done[DONE_MAX];
    uint32_t done_count;
    const char *next; /* asked for inside `done`, once */
};

static inline void on_done(void *arg, enum dns_result result, const struct ip4 *addresses, size_t count)
{
    struct bench *b = arg;
    assert_true(b->done_count < DONE_MAX);
    struct done *d = &b->done[b->done_count++];
    *d = (struct done){.result = result, .count = count, .at = sim_now(b->w->sim)};
    memcpy(d->address, addresses, count * sizeof *addresses);
    const char *next = b->next;
    b->next = NULL;
    if (next)
        dns_resolve(&b->dns, str_of(next), on_done, b);
}

/* The stack of 10.1.1.x, with a second foot in VLAN 9: 10.1.2.x. */
static inline struct ip_stack *two_feet(struct node *n, uint8_t last_byte)
{
    struct ip_stack *ip = peer_stack(n, last_byte);
    struct ip_iface second = *ip_iface_at(ip, 0);
    second.addr.v += 0x100;
    second.vlan = 9;
    ip_add_iface(ip, &second);
    return ip;
}

static inline struct bench *open_bench(const char *domain)
{
    struct bench *b = test_calloc(1, sizeof *b);
    struct ip4 list[] = {SERVER_1, SERVER_2};
    struct err e = {0};
    b->w = world_open(&host_model);
    assert_true(net_add_node(b->w->net, STR("host"), STR("phone"), NULL, 0, &b->phone, &e));
    b->server.node = station(b->w, "server");
    assert_true(link_connect(b->phone->ports[0], b->server.node->ports[0], NULL, 0, &b->link, &e));
    assert_true(net_start(b->w->net, &e));
    struct ip_stack *ip = two_feet(b->phone, 2), *far = two_feet(b->server.node, 1);
    ip_bind(far, DNS_PORT, peer_hear, &b->server);
    dns_init(&b->dns, b->phone, ip, &((struct host *)b->phone->state)->dns);
    dns_set_servers(&b->dns, list, 2, str_of(domain));
    ip_resolve(ip, SERVER_1);
    ip_resolve(ip, SERVER_2);
    run_to(b->w, S);
    at(b->phone)->count = at(b->server.node)->count = 0;
    return b;
}

static inline void close_bench(struct bench *b)
{
    dns_stop(&b->dns);
    at(b->phone)->count = at(b->server.node)->count = 0;
    world_close(b->w);
    test_free(b);
}

/* A simulated span, in which the stations hear less than they can keep. */
static inline void pass(struct bench *b, struct sim_dur d)
{
    at(b->phone)->count = at(b->server.node)->count = 0;
    run_for(b->w, d);
}

static inline void look_up(struct bench *b, const char *name)
{
    dns_resolve(&b->dns, str_of(name), on_done, b);
    pass(b, dur_ms(1));
}

static inline const struct done *last_done(const struct bench *b)
{
    assert_true(b->done_count > 0);
    return &b->done[b->done_count - 1];
}

static inline struct dns asked(const struct bench *b, uint32_t i)
{
    struct dns m;
    assert_true(i < b->server.count);
    struct rd r = rd_of(b->server.heard[i].bytes, b->server.heard[i].n);
    assert_true(dns_get(&r, &m));
    return m;
}

static inline struct dns_name name_of(const char *text)
{
    struct dns_name n;
    assert_true(dns_name_parse(str_of(text), &n));
    return n;
}

/* An answer to the last query, as it should be: no records yet. */
static inline struct dns answer_of(const struct bench *b)
{
    struct dns m = asked(b, b->server.count - 1);
    m.is_response = true;
    return m;
}

static inline void add_address(struct dns *m, const char *owner, uint8_t last_byte, uint32_t ttl_s)
{
    m->record[m->record_count++] =
        (struct dns_record){.owner = name_of(owner), .type = DNS_A, .ttl_s = ttl_s, .address = ip4_n(last_byte)};
}

static inline void add_alias(struct dns *m, const char *owner, const char *target, uint32_t ttl_s)
{
    m->record[m->record_count++] =
        (struct dns_record){.owner = name_of(owner), .type = DNS_CNAME, .ttl_s = ttl_s, .target = name_of(target)};
}

static inline void say_bytes(struct bench *b, struct ip4 src, uint16_t src_port, struct str payload)
{
    const struct heard *query = peer_last(&b->server);
    struct udp u = {.src = src, .dst = query->src, .src_port = src_port, .dst_port = query->src_port, .payload = payload};
    ip_send_udp_to(at(b->server.node)->ip, ip4_eq(query->dst, SERVER_2), mac_n(2), &u, 0);
    pass(b, dur_ms(1));
}

static inline void say_from(struct bench *b, struct ip4 src, uint16_t src_port, const struct dns *m)
{
    uint8_t bytes[1024];
    struct wr w = wr_of(bytes, sizeof bytes);
    dns_put(&w, m);
    assert_true(wr_ok(&w));
    say_bytes(b, src, src_port, str_of_bytes(bytes, wr_len(&w)));
}

/* From the server that was asked last. */
static inline void say_dns(struct bench *b, const struct dns *m)
{
    say_from(b, peer_last(&b->server)->dst, DNS_PORT, m);
}

/* Asks for a name and answers with one address. */
static inline void learn(struct bench *b, const char *name, uint8_t last_byte, uint32_t ttl_s)
{
    look_up(b, name);
    struct dns m = answer_of(b);
    add_address(&m, name, last_byte, ttl_s);
    say_dns(b, &m);
    assert_int_equal(last_done(b)->result, DNS_OK);
}

#endif
