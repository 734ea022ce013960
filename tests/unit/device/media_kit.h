/* SPDX-License-Identifier: GPL-3.0-or-later */
/* media_kit.h: two parties of a call, a - switch - router - b, with 2 ms a link and 1 Gbit/s: what one of them says is
 * under way for 6 ms. What "rtp" NOTEs say is kept, and what they were tied to. */
#ifndef TESTS_UNIT_DEVICE_MEDIA_KIT_H
#define TESTS_UNIT_DEVICE_MEDIA_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "models/net/link_fault.h"
#include "models/proto/media_flow.h"
#include "sim/kernel/measure.h"

#define MS 1000000ll
#define NOTES_MAX 512

extern const struct model model_switch, model_router;

struct party {
    struct ip_stack *ip;
    struct media_config config;
    struct media_host host;
    struct media_flow flow;
};

static inline bool party_init(struct node *n, struct err *e)
{
    struct port *p;
    return node_port(n, STR("eth0"), NULL, 0, &p, e);
}

static void party_hear(struct node *n, struct port *in, const struct frame *f)
{
    struct party *p = n->state;
    ip_on_frame(p->ip, in, f);
}

static const struct param_def party_params[] = {{0}};
static const struct model party_model = {
    .name = "party", .doc = "talks", .state_size = sizeof(struct party), .params = party_params,
    .init = party_init, .on_frame = party_hear,
};

struct call {
    struct sink sink; /* first */
    struct sim *sim;
    struct net *net;
    struct node *node[2], *sw, *router;
    struct link *link[3]; /* a - switch, switch - router, router - b */
    struct media said[2];
    uint32_t note_count, faults;
    struct {
        uint64_t id, because;
        uint16_t node;
        int64_t at_ns;
        char text[96];
    } note[NOTES_MAX];
    uint64_t fault[8], last_drop;
    int64_t sent, lost; /* when it is closed */
};

static void call_see(struct sink *k, const struct rec *r)
{
    struct call *c = (struct call *)(void *)k;
    if (r->kind == REC_FAULT) {
        c->fault[c->faults++ % 8] = (uint64_t)r->id;
        return;
    }
    if (r->kind == REC_DROP)
        c->last_drop = (uint64_t)r->id;
    if (r->kind == REC_DROP || strcmp(r->note.topic, "rtp") != 0)
        return;
    assert_true(c->note_count < NOTES_MAX);
    uint32_t i = c->note_count++;
    struct txtbuf t = txtbuf_of(c->note[i].text, sizeof c->note[i].text);
    rec_args_text(&t, &r->note.line, 0);
    c->note[i].id = (uint64_t)r->id;
    c->note[i].node = r->node;
    c->note[i].at_ns = r->at.ns;
}

static void call_tie(struct sink *k, uint64_t record, uint64_t of, enum because_role role)
{
    struct call *c = (struct call *)(void *)k;
    for (uint32_t i = 0; i < c->note_count; i++) {
        if (c->note[i].id == record && role == BECAUSE_STATE)
            c->note[i].because = of;
    }
}

static struct party *party(struct call *c, int side)
{
    return c->node[side]->state;
}

static struct port *port_of(struct node *n, const char *name, const char *address)
{
    struct setting s = {STR("address"), str_of(address)};
    struct port *p;
    struct err e = {0};
    if (!node_port(n, str_of(name), &s, address[0] ? 1 : 0, &p, &e))
        fail_msg("%s", e.msg);
    return p;
}

static void add_party(struct call *c, int side, int rtp)
{
    struct err e = {0};
    assert_true(net_add_node(c->net, STR("party"), side ? STR("b") : STR("a"), NULL, 0, &c->node[side], &e));
    struct party *p = party(c, side);
    struct ip_options o = {.arp_timeout = dur_s(100000), .arp_retry = dur_s(1), .arp_tries = 3};
    struct ip4 own = {side ? 0x0a000202 : 0x0a000102};
    struct ip_iface i = {.port = c->node[side]->ports[0], .mac = {{2, 0, 0, 0, 0, (uint8_t)side}}, .addr = own,
                         .prefix_len = 24};
    p->ip = ip_new(c->node[side], &o);
    ip_add_iface(p->ip, &i);
    ip_add_route(p->ip, (struct ip4){0}, 0, (struct ip4){(own.v & ~255u) | 1});
    p->config = (struct media_config){rtp, dist_const(DUR_ZERO), dist_const(DUR_ZERO), 16384};
    media_host_init(&p->host, c->node[side], p->ip, &p->config);
    media_flow_init(&p->flow, &p->host);
    c->said[side] = (struct media){.addr = own, .codec_count = 1};
}

static void join(struct call *c, int i, struct port *a, struct port *b)
{
    struct setting s = {STR("link_delay"), STR("2ms")};
    struct err e = {0};
    assert_true(link_connect(a, b, &s, 1, &c->link[i], &e));
}

static void call_run(struct call *c, int64_t ns)
{
    struct err e = {0};
    assert_int_equal(sim_run_until(c->sim, (struct sim_time){ns}, &e), SIM_COMPLETE);
}

/* Both have asked for each other's address by 1 s. */
static struct call *call_open(int rtp, uint64_t seed)
{
    static const struct model *const models[] = {&party_model, &model_switch, &model_router};
    static struct call c;
    struct sim_config config = {.seed = seed};
    struct err e = {0};
    struct setting quiet = {STR("cdp"), STR("off")};
    c = (struct call){.sink = {.name = "seen", .mask = REC_BIT(REC_NOTE) | REC_BIT(REC_FAULT) | REC_BIT(REC_DROP),
                               .on = call_see, .because = call_tie}};
    c.sim = sim_new(&config);
    c.net = net_new(c.sim, models, 3);
    assert_true(net_add_node(c.net, STR("switch"), STR("sw"), &quiet, 1, &c.sw, &e));
    assert_true(net_add_node(c.net, STR("router"), STR("r"), NULL, 0, &c.router, &e));
    add_party(&c, 0, rtp);
    add_party(&c, 1, rtp);
    port_of(c.sw, "blind", ""); /* leads nowhere */
    join(&c, 0, c.node[0]->ports[0], port_of(c.sw, "1", ""));
    join(&c, 1, port_of(c.sw, "2", ""), port_of(c.router, "lan", "10.0.1.1/24"));
    join(&c, 2, port_of(c.router, "wan", "10.0.2.1/24"), c.node[1]->ports[0]);
    bus_attach(c.sim, &c.sink);
    assert_true(net_start(c.net, &e));
    for (int i = 0; i < 2; i++)
        ip_resolve(party(&c, i)->ip, c.said[!i].addr);
    call_run(&c, 1000 * MS);
    return &c;
}

/* Each hears at a port of its own from now on; then `who` (bit 0: a) talks. */
static void call_begin(struct call *c, unsigned who)
{
    for (int i = 0; i < 2; i++)
        c->said[i].port = media_flow_open(&party(c, i)->flow);
    for (int i = 0; i < 2; i++) {
        c->said[i].direction = who >> i & 1 ? SDP_SENDRECV : SDP_RECVONLY;
        media_flow_talk(&party(c, i)->flow, &c->said[i], &c->said[!i]);
    }
}

static void call_say(struct call *c, int side)
{
    media_flow_talk(&party(c, side)->flow, &c->said[side], &c->said[!side]);
}

static int64_t sent(const struct call *c)
{
    return c->sim ? measure_get(c->sim, MEASURE_RTP_PACKETS_SENT).v : c->sent;
}

static int64_t lost(const struct call *c)
{
    return c->sim ? measure_get(c->sim, MEASURE_RTP_PACKETS_LOST).v : c->lost;
}

static struct link_fault *call_fault(struct call *c, int link, enum link_fault_kind kind, const char *text)
{
    struct setting s[4];
    size_t n = 0;
    struct link_fault *f;
    struct err e = {0};
    for (struct str rest = str_of(text); rest.n; n++) {
        s[n].text = str_cut(&rest, ' ');
        s[n].name = str_cut(&s[n].text, '=');
    }
    struct link_fault_order o = {kind, s, n, "link", "case.lua:5"};
    if (!link_fault_add(c->link[link], &o, &f, &e))
        fail_msg("%s", e.msg);
    return f;
}

static void call_close(struct call *c)
{
    for (int i = 0; i < 2; i++)
        media_flow_close(&party(c, i)->flow);
    call_run(c, sim_now(c->sim).ns + 100 * MS);
    net_balance(c->net);
    c->sent = sent(c);
    c->lost = lost(c);
    sim_free(c->sim);
    c->sim = NULL;
}

#endif
