/* SPDX-License-Identifier: GPL-3.0-or-later */
/* asa_kit.h: for the tests of the ASA: one with three interfaces, a raw station on each, and its log. */
#ifndef TESTS_UNIT_DEVICE_ASA_KIT_H
#define TESTS_UNIT_DEVICE_ASA_KIT_H

#include "models/wire/ip4.h"
#include "models/wire/tcp.h"
#include "tests/unit/net/station.h"

#define S 1000000000ll
#define LOGS_MAX 64

extern const struct model model_asa;

/* Addresses: 10.0.0.0/24 inside (level 100), 20.0.0.0/24 dmz (50), 30.0.0.0/24 outside (0); each station has .2 and
 * MAC n + 2, the ASA .1. */
enum { INSIDE, DMZ, OUTSIDE, SIDES };

struct bench {
    struct world *w;
    struct node *asa, *on[SIDES];
    struct mac mac[SIDES]; /* of the ASA */
    struct sink logger;
    uint32_t log_count;
    char logs[LOGS_MAX][200];
};

static inline void bench_log(struct sink *k, const struct rec *r)
{
    struct bench *b = (struct bench *)(void *)((char *)k - offsetof(struct bench, logger));
    assert_true(b->log_count < LOGS_MAX);
    struct txtbuf t = txtbuf_of(b->logs[b->log_count++], sizeof b->logs[0]);
    assert_string_equal(r->log.facility, "asa");
    rec_args_text(&t, &r->log.line, 0);
}

static inline struct ip4 ip_of(int side, uint8_t host)
{
    return (struct ip4){(uint32_t)(10 * (side + 1)) << 24 | host};
}

/* Settings of the node, "name=value", NULL at the end; and one of the inside port (may be NULL). */
static inline bool bench_try(struct bench *b, const char *const *sets, const char *port_set, struct err *e)
{
    static const char *const names[] = {"inside", "dmz", "outside"}, *const levels[] = {"100", "50", "0"};
    struct setting s[8], p[3];
    size_t n = 0;
    *b = (struct bench){.w = world_open(&model_asa)};
    for (; sets[n]; n++) {
        s[n].text = str_of(sets[n]);
        s[n].name = str_cut(&s[n].text, '=');
    }
    if (!net_add_node(b->w->net, STR("asa"), STR("fw"), s, n, &b->asa, e))
        return false;
    for (int i = 0; i < SIDES; i++) {
        char address[24];
        struct txtbuf t = txtbuf_of(address, sizeof address);
        struct port *port;
        txtbuf_add(&t, "%d.0.0.1/24", 10 * (i + 1));
        p[0] = (struct setting){STR("address"), str_of(address)};
        p[1] = (struct setting){STR("security_level"), str_of(levels[i])};
        bool more = i == INSIDE && port_set;
        if (more) {
            p[2].text = str_of(port_set);
            p[2].name = str_cut(&p[2].text, '=');
        }
        if (!node_port(b->asa, str_of(names[i]), p, more ? 3 : 2, &port, e))
            return false;
        b->on[i] = station(b->w, names[i]);
        b->mac[i] = port_made_up_mac(port);
        cable(b->on[i], port);
    }
    b->logger = (struct sink){.name = "log", .mask = REC_BIT(REC_LOG), .on = bench_log};
    bus_attach(b->w->sim, &b->logger);
    return net_start(b->w->net, e);
}

static inline struct bench *bench_open(const char *const *sets, const char *port_set)
{
    struct bench *b = test_calloc(1, sizeof *b);
    struct err e = {0};
    if (!bench_try(b, sets, port_set, &e))
        fail_msg("%s", e.msg);
    return b;
}

static inline void bench_close(struct bench *b)
{
    world_close(b->w);
    test_free(b);
}

/* The stations and the ASA know each other by ARP, so that what follows is no ARP. */
static inline void bench_meet(struct bench *b)
{
    for (int i = 0; i < SIDES; i++) {
        struct arp a = {.oper = ARP_REQUEST, .sha = mac_n((uint8_t)(i + 2)), .spa = ip_of(i, 2), .tpa = ip_of(i, 1)};
        say_arp(b->on[i], MAC_BROADCAST, a.sha, &a);
    }
    run_for(b->w, dur_ms(100));
    for (int i = 0; i < SIDES; i++)
        at(b->on[i])->count = 0;
}

/* A segment as one side sends it; src and dst are filled in from the sides. */
static inline void bench_send(struct bench *b, int from, int to, const struct tcp_seg *seg)
{
    uint8_t bytes[400];
    struct wr w = wr_of(bytes, sizeof bytes);
    struct tcp_seg s = *seg;
    s.src = ip_of(from, 2);
    s.dst = ip_of(to, to == from ? 9 : 2);
    struct ip4_hdr h = {.dscp = 24, .id = 7, .dont_fragment = true, .ttl = 64, .proto = IP4_TCP, .src = s.src, .dst = s.dst};
    h.payload_len = (uint16_t)(tcp_seg_header_bytes(&s) + s.payload.n);
    ip4_put(&w, &h);
    tcp_seg_put(&w, &s);
    assert_true(wr_ok(&w));
    say(b->on[from], b->mac[from], mac_n((uint8_t)(from + 2)), 0, ETH_IP4, bytes, wr_len(&w));
    run_for(b->w, dur_us(20));
}

/* What the side heard last, taken apart; false: nothing since it was asked. */
static inline bool bench_heard(struct bench *b, int side, struct ip4_hdr *h, struct tcp_seg *s)
{
    struct station *st = at(b->on[side]);
    struct eth e;
    struct rd body;
    if (st->count == 0)
        return false;
    struct rd r = rd_of(last(b->on[side])->bytes, last(b->on[side])->len);
    assert_true(eth_get(&r, &e) && e.type == ETH_IP4);
    assert_true(ip4_get(&r, h, &body) && tcp_seg_get(&body, h->src, h->dst, s)); /* both checksums are right */
    st->count = 0;
    return true;
}

/* Did the segment get through? */
static inline bool bench_passes(struct bench *b, int from, int to, const struct tcp_seg *s)
{
    struct ip4_hdr h;
    struct tcp_seg got;
    bench_send(b, from, to, s);
    return bench_heard(b, to, &h, &got);
}

static inline struct tcp_seg seg(uint16_t from, uint16_t to, uint8_t flags, uint32_t seq, uint32_t ack)
{
    return (struct tcp_seg){.src_port = from, .dst_port = to, .flags = flags, .seq = seq, .ack = ack, .window = 8192};
}

#endif
