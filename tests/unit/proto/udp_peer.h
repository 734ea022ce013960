/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udp_peer.h: a station with an IPv4 stack that speaks UDP by hand and keeps what it is told, for the tests of
 * protocols over UDP; and a world of one device and one such peer on a cable. */
#ifndef TESTS_UNIT_PROTO_UDP_PEER_H
#define TESTS_UNIT_PROTO_UDP_PEER_H

#include "tests/unit/net/station.h"

#define HEARD_MAX 128
#define HEARD_BYTES 600

struct heard {
    struct sim_time at;
    struct ip4 src, dst;
    uint16_t src_port, dst_port;
    size_t n;
    uint8_t bytes[HEARD_BYTES];
};

struct udp_peer {
    struct node *node;
    struct heard heard[HEARD_MAX];
    uint32_t count;
};

static inline void peer_hear(void *arg, const struct udp *u, const struct frame *f)
{
    struct udp_peer *p = arg;
    (void)f;
    assert_true(p->count < HEARD_MAX);
    struct heard *h = &p->heard[p->count++];
    *h = (struct heard){.at = sim_now(p->node->sim), .src = u->src, .dst = u->dst, .src_port = u->src_port,
                        .dst_port = u->dst_port, .n = u->payload.n};
    memcpy(h->bytes, u->payload.p, u->payload.n < HEARD_BYTES ? u->payload.n : HEARD_BYTES);
}

static inline struct ip4 ip4_n(uint8_t last_byte)
{
    return (struct ip4){0x0a010100u | last_byte}; /* 10.1.1.x */
}

/* A stack on a station; last_byte 0: without an address. */
static inline struct ip_stack *peer_stack(struct node *n, uint8_t last_byte)
{
    struct ip_options o = {.arp_timeout = dur_s(300), .arp_retry = dur_s(1), .arp_tries = 3};
    struct ip_iface i = {.port = n->ports[0], .mac = mac_n(last_byte ? last_byte : 99),
                         .addr = last_byte ? ip4_n(last_byte) : (struct ip4){0}, .prefix_len = last_byte ? 24 : 0};
    struct ip_stack *ip = ip_new(n, &o);
    ip_add_iface(ip, &i);
    at(n)->ip = ip;
    return ip;
}

static inline const struct heard *peer_last(const struct udp_peer *p)
{
    assert_true(p->count > 0);
    return &p->heard[p->count - 1];
}

#endif
