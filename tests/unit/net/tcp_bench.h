/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_bench.h: the bench of the TCP tests: host a – tap – host b, or host a – tap – a script that
 * speaks raw segments. The tap writes down every segment that reaches it and does to it what the
 * test says. */
#ifndef TESTS_UNIT_NET_TCP_BENCH_H
#define TESTS_UNIT_NET_TCP_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/net/ip.h"
#include "models/net/link.h"
#include "models/net/net_state.h"
#include "models/net/tcp.h"
#include "models/wire/eth.h"
#include "models/wire/tcp.h"
#include "sim/kernel/measure.h"
#include "sim/kernel/tmr.h"

#define SEEN_MAX 4096
#define GOT_MAX (1u << 20)
#define PORT_A 40000
#define PORT_B 5060

struct seen {
    struct sim_time at;
    struct tcp_seg seg; /* its payload is gone: `len` remains */
    uint32_t len, copy;
    uint64_t flow;
    bool from_a;
};

struct user {
    struct tcp_conn *conn;
    uint8_t *got;
    uint32_t got_len, opened, fins, ended, retransmits;
    enum tcp_end why;
    struct sim_time ended_at;
    struct node *node;
    void (*on_data_too)(struct user *u);
};

struct host {
    struct tcp_config tcp_config;
    uint32_t address;
    bool raw;
    struct sim_dur arp_timeout;
    struct ip_stack *ip;
    struct tcp *tcp;
    struct user user;
    struct seen heard[SEEN_MAX]; /* raw */
    uint32_t heard_count, expected;
};

enum verdict {
    PASS,
    LOSE,
    SPOIL,
    TWICE,
    KEEP
}; /* KEEP: goes on after the next one that passes, or 20 ms */

struct tap {
    enum verdict (*judge)(const struct seen *s);
    struct seen seen[SEEN_MAX];
    uint32_t count, others_of_a; /* frames that are no TCP: ARP */
    const struct frame *kept[64];
    struct port *kept_for[64];
    uint32_t kept_count;
    struct tmr patience;
};

struct bench {
    struct sim *sim;
    struct net *net;
    struct node *a, *b, *tap;
    struct link *near;
};

static inline struct host *host_of(struct node *n)
{
    return n->state;
}

static inline struct tap *tap_of(struct bench *b)
{
    return b->tap->state;
}

/* --- the model of a user ---------------------------------------------------------------------- */

static inline void user_open(void *arg)
{
    ((struct user *)arg)->opened++;
}

static inline void user_data(void *arg, struct str data)
{
    struct user *u = arg;
    assert_true(u->got_len + data.n <= GOT_MAX);
    memcpy(u->got + u->got_len, data.p, data.n);
    u->got_len += (uint32_t)data.n;
    if (u->on_data_too)
        u->on_data_too(u);
}

static inline void user_fin(void *arg)
{
    ((struct user *)arg)->fins++;
}

static inline void user_end(void *arg, enum tcp_end why)
{
    struct user *u = arg;
    u->ended++;
    u->why = why;
    u->ended_at = sim_now(u->node->sim);
    u->conn = NULL;
}

static inline void user_retransmit(void *arg, uint64_t flow, uint32_t copy)
{
    (void)flow;
    (void)copy;
    ((struct user *)arg)->retransmits++;
}

static const struct tcp_events user_events = {.on_open = user_open,
                                              .on_data = user_data,
                                              .on_peer_close = user_fin,
                                              .on_end = user_end,
                                              .on_retransmit = user_retransmit};

static inline void user_accept(void *arg, struct tcp_conn *c)
{
    struct user *u = arg;
    u->opened++;
    u->conn = c;
    tcp_use(c, &user_events, u);
}

/* --- models ----------------------------------------------------------------------------------- */

static inline void raw_recv(void *arg, const struct ip4_hdr *h, struct str payload,
                            const struct frame *f)
{
    struct host *o = arg;
    struct rd r = rd_of(payload.p, payload.n);
    assert_true(o->heard_count < SEEN_MAX);
    struct seen *s = &o->heard[o->heard_count++];
    assert_true(tcp_seg_get(&r, h->src, h->dst, &s->seg));
    *s = (struct seen){.at = sim_now(o->user.node->sim),
                       .seg = s->seg,
                       .len = (uint32_t)s->seg.payload.n,
                       .copy = f->copy,
                       .flow = f->flow};
}

static inline bool host_init(struct node *n, struct err *e)
{
    struct host *o = n->state;
    struct port *p;
    if (!node_port(n, STR("eth0"), NULL, 0, &p, e))
        return false;
    struct ip_options opt = {.arp_timeout = o->arp_timeout, .arp_retry = dur_s(1), .arp_tries = 3};
    struct ip_iface i = {.port = p, .addr = {o->address}, .prefix_len = 24};
    i.mac = (struct mac){{2, 0, 0, 0, 0, (uint8_t)o->address}};
    o->ip = ip_new(n, &opt);
    ip_add_iface(o->ip, &i);
    o->user.node = n;
    o->user.got = calloc(1, GOT_MAX);
    if (o->raw)
        ip_on_proto(o->ip, IP4_TCP, raw_recv, o);
    else
        o->tcp = tcp_new(n, o->ip, &o->tcp_config);
    return true;
}

static inline void host_frame(struct node *n, struct port *in, const struct frame *f)
{
    ip_on_frame(host_of(n)->ip, in, f);
}

static const struct param_def host_params[] = {
    {"address", PARAM_IP4, NULL, NULL, NULL, NULL, "", offsetof(struct host, address), true},
    {"raw", PARAM_BOOL, "off", NULL, NULL, NULL, "", offsetof(struct host, raw), true},
    {"arp_timeout", PARAM_DUR, "10h", NULL, NULL, NULL, "", offsetof(struct host, arp_timeout),
     false},
    TCP_PARAMS(struct host, tcp_config, "", "0s", "0s"),
    {0},
};
static const struct model host_model = {.name = "host",
                                        .doc = "",
                                        .state_size = sizeof(struct host),
                                        .params = host_params,
                                        .init = host_init,
                                        .on_frame = host_frame};

static inline void tap_release(void *owner)
{
    struct tap *t = ((struct node *)owner)->state;
    for (; t->kept_count; t->kept_count--)
        port_send(t->kept_for[t->kept_count - 1], t->kept[t->kept_count - 1]);
    tmr_disarm(&t->patience);
}

static inline bool tap_init(struct node *n, struct err *e)
{
    struct port *p;
    struct tap *t = n->state;
    tmr_init(&t->patience, n->sim, n->id, "tap", n, tap_release);
    return node_port(n, STR("a"), NULL, 0, &p, e) && node_port(n, STR("b"), NULL, 0, &p, e);
}

static inline bool tap_sees(struct node *n, struct port *in, const struct frame *f, struct seen *s)
{
    struct rd r = rd_of(f->bytes, f->len), body;
    struct eth e;
    struct ip4_hdr h;
    *s = (struct seen){
        .at = sim_now(n->sim), .copy = f->copy, .flow = f->flow, .from_a = in->index == 0};
    if (!eth_get(&r, &e) || e.type != ETH_IP4 || !ip4_get(&r, &h, &body) || h.proto != IP4_TCP)
        return false;
    if (!tcp_seg_get(&body, h.src, h.dst, &s->seg))
        return false; /* not its business: it goes on */
    s->len = (uint32_t)s->seg.payload.n;
    return true;
}

static inline void tap_spoil(struct node *n, struct port *out, const struct frame *f)
{
    struct frame *g = frame_new(n->net, f->len);
    memcpy(g->bytes, f->bytes, f->len);
    g->bytes[f->len > 60 ? f->len - 1 : 38] ^= 1; /* the last byte of data, or a sequence number */
    port_send(out, frame_seal(n->net, g, f->len));
}

static inline void tap_keep(struct tap *t, struct port *out, const struct frame *f)
{
    t->kept_for[t->kept_count] = out;
    t->kept[t->kept_count++] = frame_ref(f);
    tmr_arm(&t->patience, dur_ms(20));
}

static inline void tap_frame(struct node *n, struct port *in, const struct frame *f)
{
    struct tap *t = n->state;
    struct port *out = n->ports[in->index ^ 1];
    struct seen s;
    enum verdict v = PASS;
    if (tap_sees(n, in, f, &s)) {
        assert_true(t->count < SEEN_MAX);
        t->seen[t->count++] = s;
        v = t->judge ? t->judge(&s) : PASS;
    } else {
        t->others_of_a += s.from_a;
    }
    if (v == LOSE)
        frame_drop(in, f, DROP_PORT_SECURITY_LEARNING);
    else if (v == SPOIL)
        tap_spoil(n, out, f);
    else if (v == KEEP)
        tap_keep(t, out, f);
    else
        port_send(out, frame_ref(f));
    if (v == TWICE)
        port_send(out, frame_ref(f));
    if (v == PASS)
        tap_release(n);
}

static const struct param_def no_params[] = {{0}};
static const struct model tap_model = {.name = "tap",
                                       .doc = "",
                                       .state_size = sizeof(struct tap),
                                       .params = no_params,
                                       .init = tap_init,
                                       .on_frame = tap_frame};

/* --- a bench ---------------------------------------------------------------------------------- */

struct bench_options {
    struct setting a[8], b[8], link[4]; /* up to the first nameless one */
    struct sink *sink;
    uint64_t seed;
    bool raw; /* b is the script */
};

static inline size_t settings_count(const struct setting *s, size_t cap)
{
    size_t n = 0;
    while (n < cap && s[n].name.n)
        n++;
    return n;
}

static inline struct node *add_host(struct bench *b, const char *name, const char *address,
                                    bool raw, const struct setting *more)
{
    struct setting s[10] = {{STR("address"), str_of(address)},
                            {STR("raw"), str_of(raw ? "on" : "off")}};
    size_t n = settings_count(more, 8);
    memcpy(s + 2, more, n * sizeof *more);
    struct node *node;
    struct err e = {0};
    if (!net_add_node(b->net, STR("host"), str_of(name), s, n + 2, &node, &e))
        fail_msg("%s", e.msg);
    return node;
}

/* One way takes half of `rtt_us`, the clocking of a frame (672 ns at least) aside. */
static inline struct bench bench_new(const struct bench_options *o)
{
    static const struct model *const models[] = {&host_model, &tap_model};
    struct bench b = {0};
    struct err e = {0};
    struct link *far;
    struct sim_config c = {.seed = o->seed ? o->seed : 7};
    b.sim = sim_new(&c);
    if (o->sink)
        bus_attach(b.sim, o->sink);
    b.net = net_new(b.sim, models, 2);
    b.a = add_host(&b, "a", "10.0.0.1", false, o->a);
    b.b = add_host(&b, "b", "10.0.0.2", o->raw, o->b);
    assert_true(net_add_node(b.net, STR("tap"), STR("tap"), NULL, 0, &b.tap, &e));
    size_t n = settings_count(o->link, 4);
    assert_true(link_connect(b.a->ports[0], b.tap->ports[0], o->link, n, &b.near, &e));
    assert_true(link_connect(b.tap->ports[1], b.b->ports[0], o->link, n, &far, &e));
    return b;
}

static inline void run_until(struct bench *b, struct sim_dur at)
{
    struct err e = {0};
    assert_int_equal(sim_run_until(b->sim, time_add(TIME_ZERO, at), &e), SIM_COMPLETE);
}

static inline void run_for(struct bench *b, struct sim_dur d)
{
    run_until(b, dur_add(time_sub(sim_now(b->sim), TIME_ZERO), d));
}

/* The books balance, nothing flies, no frame is left anywhere. */
static inline void bench_end(struct bench *b)
{
    struct net_books k = net_books(b->net);
    assert_int_equal(k.in_flight, 0);
    assert_int_equal(k.sent, k.delivered + k.dropped);
    for (int i = 0; i < FRAME_CLASSES; i++)
        assert_int_equal(b->net->frames[i].live, 0);
    assert_int_equal(b->net->flights.live, 0);
    free(host_of(b->a)->user.got);
    free(host_of(b->b)->user.got);
    sim_free(b->sim);
}

/* --- what hosts do ---------------------------------------------------------------------------- */

static inline struct user *user_of(struct node *n)
{
    return &host_of(n)->user;
}

/* a connects from port 40000, its ISN is 1000. */
static inline void connect_a(struct bench *b)
{
    struct tcp_open o = {.dst = {0x0a000002},
                         .dst_port = PORT_B,
                         .local_port = PORT_A,
                         .isn_given = true,
                         .isn = 1000};
    struct user *u = user_of(b->a);
    u->conn = tcp_connect(host_of(b->a)->tcp, &o, &user_events, u);
    assert_non_null(u->conn);
}

static inline void listen_on(struct node *n, uint32_t isn)
{
    assert_true(tcp_listen(host_of(n)->tcp, PORT_B, true, isn, 0, user_accept, user_of(n)));
}

/* Two hosts, connected. */
static inline void open_pair(struct bench *b)
{
    listen_on(b->b, 5000);
    connect_a(b);
    run_for(b, dur_s(1));
    assert_int_equal(user_of(b->a)->opened, 1);
    assert_int_equal(user_of(b->b)->opened, 1);
}

static inline uint8_t pattern(uint32_t i)
{
    return (uint8_t)(i * 7 + i / 251);
}

/* Sends the next `n` bytes of an endless pattern that starts at `from`. */
static inline void send_pattern(struct node *n, uint32_t from, uint32_t len, uint64_t flow)
{
    uint8_t *p = malloc(len);
    for (uint32_t i = 0; i < len; i++)
        p[i] = pattern(from + i);
    assert_true(tcp_send(user_of(n)->conn, str_of_bytes(p, len), flow));
    free(p);
}

static inline void got_pattern(struct node *n, uint32_t len)
{
    assert_int_equal(user_of(n)->got_len, len);
    for (uint32_t i = 0; i < len; i++)
        assert_int_equal(user_of(n)->got[i], pattern(i));
}

#endif
