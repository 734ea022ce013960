/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay_kit.h: a call over relays, a - box - ... - box - b, all at one switch, each with a cable of another length: what
 * goes from one to the next is under way for their two delays and a few microseconds. */
#ifndef TESTS_UNIT_DEVICE_RELAY_KIT_H
#define TESTS_UNIT_DEVICE_RELAY_KIT_H

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
#define NODES_MAX 4
#define NOTES_MAX 256

extern const struct model model_switch;

struct stop {
    struct ip_stack *ip;
    struct media_config config;
    struct media_host host;
    struct media_flow flow[2]; /* towards a, towards b; an end has the one towards the other */
};

struct chain {
    struct sink sink; /* first */
    struct sim *sim;
    struct net *net;
    int nodes; /* with both ends */
    struct node *sw, *node[NODES_MAX];
    struct link *link[NODES_MAX];
    uint32_t note_count;
    struct {
        uint16_t node;
        uint64_t because;
        uint64_t id;
        int64_t at_ns;
        char text[96];
    } note[NOTES_MAX];
};

static inline bool stop_init(struct node *n, struct err *e)
{
    struct port *p;
    return node_port(n, STR("eth0"), NULL, 0, &p, e);
}

static void stop_hear(struct node *n, struct port *in, const struct frame *f)
{
    struct stop *p = n->state;
    ip_on_frame(p->ip, in, f);
}

static const struct param_def stop_params[] = {{0}};
static const struct model stop_model = {
    .name = "stop", .doc = "talks or relays", .state_size = sizeof(struct stop), .params = stop_params,
    .init = stop_init, .on_frame = stop_hear,
};

static void line_see(struct sink *k, const struct rec *r)
{
    struct chain *l = (struct chain *)(void *)k;
    if (strcmp(r->note.topic, "rtp") != 0)
        return;
    assert_true(l->note_count < NOTES_MAX);
    uint32_t i = l->note_count++;
    struct txtbuf t = txtbuf_of(l->note[i].text, sizeof l->note[i].text);
    rec_args_text(&t, &r->note.line, 0);
    l->note[i].id = (uint64_t)r->id;
    l->note[i].node = r->node;
    l->note[i].at_ns = r->at.ns;
}

static void line_tie(struct sink *k, uint64_t record, uint64_t of, enum because_role role)
{
    struct chain *l = (struct chain *)(void *)k;
    for (uint32_t i = 0; i < l->note_count; i++) {
        if (l->note[i].id == record && role == BECAUSE_STATE)
            l->note[i].because = of;
    }
}

static struct stop *stop_at(struct chain *l, int i)
{
    return l->node[i]->state;
}

static struct ip4 address(int i)
{
    return (struct ip4){0x0a000001u + (uint32_t)i};
}

/* What node i says to one side (0: towards a). */
static struct media_flow *facing(struct chain *l, int i, int side)
{
    return &stop_at(l, i)->flow[i == 0 || i == l->nodes - 1 ? 0 : side];
}

static void line_run(struct chain *l, int64_t ns)
{
    struct err e = {0};
    assert_int_equal(sim_run_until(l->sim, (struct sim_time){ns}, &e), SIM_COMPLETE);
}

static void add_stop(struct chain *l, int i, int rtp)
{
    static const char *const names[] = {"a", "b", "c", "d"}, *const delays[] = {"2ms", "3ms", "7ms", "1ms"};
    struct setting delay = {STR("link_delay"), str_of(delays[i])};
    struct ip_options o = {.arp_timeout = dur_s(100000), .arp_retry = dur_s(1), .arp_tries = 3};
    struct ip_iface at = {.mac = {{2, 0, 0, 0, 0, (uint8_t)i}}, .addr = address(i), .prefix_len = 24};
    struct port *p;
    struct err e = {0};
    assert_true(net_add_node(l->net, STR("stop"), str_of(names[i]), NULL, 0, &l->node[i], &e));
    assert_true(node_port(l->sw, str_of(names[i]), NULL, 0, &p, &e));
    assert_true(link_connect(l->node[i]->ports[0], p, &delay, 1, &l->link[i], &e));
    struct stop *s = stop_at(l, i);
    at.port = l->node[i]->ports[0];
    s->ip = ip_new(l->node[i], &o);
    ip_add_iface(s->ip, &at);
    s->config = (struct media_config){rtp, dist_const(DUR_ZERO), dist_const(DUR_ZERO), 16384};
    media_host_init(&s->host, l->node[i], s->ip, &s->config);
    for (int side = 0; side < 2; side++)
        media_flow_init(&s->flow[side], &s->host);
    if (i == 0 || i == l->nodes - 1)
        return;
    media_flow_relay(&s->flow[0], &s->flow[1]);
    media_flow_relay(&s->flow[1], &s->flow[0]);
}

/* All know their neighbours by 1 s, and hear at ports of their own. */
static struct chain *line_open(int nodes, int rtp, uint64_t seed)
{
    static const struct model *const models[] = {&stop_model, &model_switch};
    static struct chain l;
    struct sim_config config = {.seed = seed};
    struct setting quiet = {STR("cdp"), STR("off")};
    struct err e = {0};
    l = (struct chain){.sink = {.name = "seen", .mask = REC_BIT(REC_NOTE), .on = line_see, .because = line_tie},
                      .nodes = nodes};
    l.sim = sim_new(&config);
    l.net = net_new(l.sim, models, 2);
    assert_true(net_add_node(l.net, STR("switch"), STR("sw"), &quiet, 1, &l.sw, &e));
    for (int i = 0; i < nodes; i++)
        add_stop(&l, i, rtp);
    bus_attach(l.sim, &l.sink);
    assert_true(net_start(l.net, &e));
    for (int i = 0; i + 1 < nodes; i++) {
        ip_resolve(stop_at(&l, i)->ip, address(i + 1));
        ip_resolve(stop_at(&l, i + 1)->ip, address(i));
    }
    line_run(&l, 1000 * MS);
    for (int i = 0; i < nodes; i++) {
        media_flow_open(facing(&l, i, 0));
        if (i > 0 && i < nodes - 1)
            media_flow_open(facing(&l, i, 1));
    }
    return &l;
}

static inline struct media said_by(struct chain *l, int i, int side, enum sdp_direction d)
{
    return (struct media){.addr = address(i), .port = facing(l, i, side)->port, .codec_count = 1, .direction = d};
}

/* What node i and its neighbour towards b say to each other; `a_talks`, `b_talks`: voice goes that way. */
static void agree(struct chain *l, int i, bool a_talks, bool b_talks)
{
    enum sdp_direction d = !b_talks ? SDP_SENDONLY : a_talks ? SDP_SENDRECV : SDP_RECVONLY;
    d = a_talks || b_talks ? d : SDP_INACTIVE;
    struct media left = said_by(l, i, 1, d), right = said_by(l, i + 1, 0, d);
    right.direction = d == SDP_SENDONLY ? SDP_RECVONLY : d == SDP_RECVONLY ? SDP_SENDONLY : d;
    if (facing(l, i, 1)->port)
        media_flow_talk(facing(l, i, 1), &left, &right);
    if (facing(l, i + 1, 0)->port)
        media_flow_talk(facing(l, i + 1, 0), &right, &left);
}

static void agree_all(struct chain *l, bool a_talks, bool b_talks)
{
    for (int i = 0; i + 1 < l->nodes; i++)
        agree(l, i, a_talks, b_talks);
}

static inline void fault(struct chain *l, int link, enum link_fault_kind kind, const char *text)
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
    if (!link_fault_add(l->link[link], &o, &f, &e))
        fail_msg("%s", e.msg);
}

/* Its media only: what comes for it is refused, or goes nowhere. */
static inline void crash(struct chain *l, int i)
{
    media_host_power_off(&stop_at(l, i)->host);
    ip_power_off(stop_at(l, i)->ip);
}

static inline int64_t value_of(const struct chain *l, enum measure_id m)
{
    return measure_get(l->sim, m).v;
}

static inline void hang_up(struct chain *l)
{
    for (int i = 0; i < l->nodes; i++)
        media_host_power_off(&stop_at(l, i)->host);
}

static void line_close(struct chain *l)
{
    line_run(l, sim_now(l->sim).ns + 100 * MS);
    net_balance(l->net);
    sim_free(l->sim);
}

#endif
