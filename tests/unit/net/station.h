/* SPDX-License-Identifier: GPL-3.0-or-later */
/* station.h: for tests of stacks and boxes: a node that keeps every frame it hears, says what a
 * test wants, and carries an IPv4 stack if it is given one; and a watcher that keeps facts as text.
 */
#ifndef TESTS_UNIT_NET_STATION_H
#define TESTS_UNIT_NET_STATION_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "models/net/frame.h"
#include "models/net/ip.h"
#include "models/net/link.h"
#include "models/net/net_state.h"
#include "models/wire/arp.h"
#include "models/wire/eth.h"

#define GOT_MAX 64
#define FACTS_MAX 1024
#define TIES_MAX 1024

/* What 60 bytes need over a default link (1 Gbit/s, 1 us): 84 bytes of line time, then the delay.
 */
#define HOP_NS (84 * 8 + 1000)

struct arrival {
    struct sim_time at;
    size_t len;
    uint64_t id, flow;
    uint32_t copy;
    uint8_t bytes[256];
};

struct station {
    struct ip_stack *ip;
    uint32_t count;
    struct arrival got[GOT_MAX];
};

struct fact {
    uint64_t id;
    struct sim_time at;
    uint16_t node;
    char text[120];
};

struct world {
    struct sim *sim;
    struct net *net;
    struct sink sink;
    uint32_t fact_count, tie_count;
    struct fact facts[FACTS_MAX];
    struct {
        uint64_t record, of;
        enum because_role role;
    } ties[TIES_MAX];
};

/* --- stations --------------------------------------------------------------------------------- */

static inline bool station_init(struct node *n, struct err *e)
{
    struct port *p;
    return node_port(n, STR("eth0"), NULL, 0, &p, e);
}

static inline void station_hear(struct node *n, struct port *in, const struct frame *f)
{
    struct station *s = n->state;
    assert_true(s->count < GOT_MAX);
    struct arrival *a = &s->got[s->count++];
    *a = (struct arrival){
        .at = sim_now(n->sim), .len = f->len, .id = f->id, .flow = f->flow, .copy = f->copy};
    memcpy(a->bytes, f->bytes, f->len < sizeof a->bytes ? f->len : sizeof a->bytes);
    if (s->ip)
        ip_on_frame(s->ip, in, f);
}

static const struct param_def station_params[] = {{0}};
static const struct model station_model = {
    .name = "station",
    .doc = "keeps what it hears",
    .state_size = sizeof(struct station),
    .params = station_params,
    .init = station_init,
    .on_frame = station_hear,
};

static inline struct station *at(const struct node *n)
{
    return n->state;
}

static inline const struct arrival *last(const struct node *n)
{
    assert_true(at(n)->count > 0);
    return &at(n)->got[at(n)->count - 1];
}

/* --- facts ------------------------------------------------------------------------------------ */

static inline void world_fact(struct sink *k, const struct rec *r)
{
    struct world *w = (struct world *)(void *)((char *)k - offsetof(struct world, sink));
    assert_true(w->fact_count < FACTS_MAX);
    struct fact *f = &w->facts[w->fact_count++];
    *f = (struct fact){.id = (uint64_t)r->id, .at = r->at, .node = r->node};
    struct txtbuf t = txtbuf_of(f->text, sizeof f->text);
    if (r->kind == REC_DROP)
        txtbuf_add(&t, "drop %s", r->drop.reason);
    else if (r->kind == REC_STATE)
        txtbuf_add(&t, "%s %s: %s %s %s", r->state.machine, r->state.key, r->state.from,
                   r->state.event, r->state.to);
    else if (r->kind == REC_NOTE) {
        txtbuf_add(&t, "%s ", r->note.topic);
        rec_args_text(&t, &r->note.line, 0);
    } else
        txtbuf_add(&t, r->kind == REC_FRAME_TX ? "tx" : "rx");
}

static inline void world_tie(struct sink *k, uint64_t record, uint64_t of, enum because_role role)
{
    struct world *w = (struct world *)(void *)((char *)k - offsetof(struct world, sink));
    assert_true(w->tie_count < TIES_MAX);
    w->ties[w->tie_count].record = record;
    w->ties[w->tie_count].of = of;
    w->ties[w->tie_count++].role = role;
}

/* The i-th fact (from 0) of this text, or NULL. */
static inline const struct fact *fact(const struct world *w, const char *text, uint32_t i)
{
    for (uint32_t k = 0; k < w->fact_count; k++) {
        if (strcmp(w->facts[k].text, text) == 0 && i-- == 0)
            return &w->facts[k];
    }
    return NULL;
}

static inline uint32_t facts(const struct world *w, const char *text)
{
    uint32_t n = 0;
    while (fact(w, text, n))
        n++;
    return n;
}

static inline const struct fact *fact_of(const struct world *w, uint64_t id)
{
    for (uint32_t k = 0; k < w->fact_count; k++) {
        if (w->facts[k].id == id)
            return &w->facts[k];
    }
    return NULL;
}

/* What `record` was tied to in this role, or 0. */
static inline uint64_t tie(const struct world *w, uint64_t record, enum because_role role)
{
    for (uint32_t k = 0; k < w->tie_count; k++) {
        if (w->ties[k].record == record && w->ties[k].role == role)
            return w->ties[k].of;
    }
    return 0;
}

/* --- the world -------------------------------------------------------------------------------- */

static inline struct world *world_open(const struct model *device)
{
    static const struct model *models[2];
    struct world *w = test_calloc(1, sizeof *w);
    struct sim_config c = {.seed = 7};
    models[0] = &station_model;
    models[1] = device;
    w->sim = sim_new(&c);
    w->net = net_new(w->sim, models, device ? 2 : 1);
    w->sink = (struct sink){.name = "test", .on = world_fact, .because = world_tie};
    w->sink.mask = REC_BIT(REC_DROP) | REC_BIT(REC_STATE) | REC_BIT(REC_NOTE) |
                   REC_BIT(REC_FRAME_TX) | REC_BIT(REC_FRAME_RX);
    bus_attach(w->sim, &w->sink);
    return w;
}

static inline void run_to(struct world *w, int64_t ns)
{
    struct err e = {0};
    assert_int_equal(sim_run_until(w->sim, (struct sim_time){ns}, &e), SIM_COMPLETE);
}

static inline void run_for(struct world *w, struct sim_dur d)
{
    run_to(w, time_add(sim_now(w->sim), d).ns);
}

/* Once all is quiet the books balance and no frame is left. */
static inline void world_close(struct world *w)
{
    run_for(w, dur_s(10));
    struct net_books k = net_books(w->net);
    assert_int_equal(k.in_flight, 0);
    assert_int_equal(k.sent, k.delivered + k.dropped);
    for (int i = 0; i < FRAME_CLASSES; i++)
        assert_int_equal(w->net->frames[i].live, 0);
    sim_free(w->sim);
    test_free(w);
}

static inline struct node *station(struct world *w, const char *name)
{
    struct node *n;
    struct err e = {0};
    assert_true(net_add_node(w->net, STR("station"), str_of(name), NULL, 0, &n, &e));
    return n;
}

static inline void cable(struct node *a, struct port *b)
{
    struct link *l;
    struct err e = {0};
    assert_true(link_connect(a->ports[0], b, NULL, 0, &l, &e));
}

/* --- what a station says ---------------------------------------------------------------------- */

static inline struct mac mac_n(uint8_t last_byte)
{
    return (struct mac){{2, 0, 0, 0, 0, last_byte}};
}

/* A frame of at least 60 bytes; vid 0: untagged. */
static inline void say(struct node *n, struct mac dst, struct mac src, uint16_t vid, uint16_t type,
                       const void *body, size_t len)
{
    struct frame *f = frame_new(n->net, len + 64);
    struct wr w = wr_of(f->bytes, f->cap);
    struct eth e = {
        .dst = dst, .src = src, .tagged = vid != 0, .pcp = vid ? 3 : 0, .vid = vid, .type = type};
    eth_put(&w, &e);
    wr_bytes(&w, body, len);
    eth_pad(&w);
    port_send(n->ports[0], frame_seal(n->net, f, wr_len(&w)));
}

static inline void say_arp(struct node *n, struct mac dst, struct mac src, const struct arp *a)
{
    uint8_t b[ARP_BYTES];
    struct wr w = wr_of(b, sizeof b);
    arp_put(&w, a);
    say(n, dst, src, 0, ETH_ARP, b, sizeof b);
}

#endif
