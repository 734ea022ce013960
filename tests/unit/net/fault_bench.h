/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fault_bench.h: two probes on a link of 1 Gbit/s and 1 ms, faults ordered by settings in text, and the records
 * that tell what they did. A frame of 60 bytes is 672 ns on the line. */
#ifndef TESTS_UNIT_NET_FAULT_BENCH_H
#define TESTS_UNIT_NET_FAULT_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "models/net/frame.h"
#include "models/net/link_fault.h"

#define FRAME_BYTES 60
#define TX_NS ((FRAME_BYTES + 24) * 8)
#define DELAY_NS 1000000
#define LANDED_MAX 400000
#define FAULTS_SEEN 32

struct probe {
    uint32_t count, *number; /* the numbers of the frames that landed, in order */
    int64_t *at_ns;
};

static bool make(struct node *n, struct err *e)
{
    struct probe *p = n->state;
    struct port *port;
    p->number = ARENA_ARRAY(sim_arena(n->sim), uint32_t, LANDED_MAX);
    p->at_ns = ARENA_ARRAY(sim_arena(n->sim), int64_t, LANDED_MAX);
    return node_port(n, STR("eth0"), NULL, 0, &port, e);
}

static void land(struct node *n, struct port *in, const struct frame *f)
{
    struct probe *p = n->state;
    (void)in;
    assert_true(p->count < LANDED_MAX);
    memcpy(&p->number[p->count], f->bytes + 14, sizeof p->number[0]);
    p->at_ns[p->count++] = sim_now(n->sim).ns;
}

static const struct param_def no_params[] = {{0}};
static const struct model probe_model = {
    .name = "probe", .doc = "records arrivals", .state_size = sizeof(struct probe),
    .params = no_params, .init = make, .on_frame = land,
};

struct bench {
    struct sink sink; /* first: what the bus says */
    struct sim *sim;
    struct net *net;
    struct node *node[2];
    struct link *link;
    uint32_t next; /* number of the frame to be sent */
    /* what was seen */
    uint32_t drops[DROP_COUNT], explained, fault_count;
    uint64_t last_drop, fault_id[FAULTS_SEEN];
    struct {
        int64_t at_ns;
        char text[128];
    } fault[FAULTS_SEEN];
};

static void see(struct sink *k, const struct rec *r)
{
    struct bench *b = (struct bench *)(void *)k;
    if (r->kind == REC_DROP) {
        b->last_drop = (uint64_t)r->id;
        for (int i = 0; i < DROP_COUNT; i++)
            b->drops[i] += strcmp(r->drop.reason, drop_names[i]) == 0;
        return;
    }
    if (b->fault_count == FAULTS_SEEN)
        return;
    struct txtbuf t = txtbuf_of(b->fault[b->fault_count].text, sizeof b->fault[0].text);
    txtbuf_add(&t, "%s ", r->fault.what);
    rec_args_text(&t, &r->fault.line, 0);
    b->fault_id[b->fault_count] = (uint64_t)r->id;
    b->fault[b->fault_count++].at_ns = r->at.ns;
}

/* Counts the discards that a fault explains. */
static void see_because(struct sink *k, uint64_t record, uint64_t of, enum because_role role)
{
    struct bench *b = (struct bench *)(void *)k;
    for (uint32_t i = 0; i < b->fault_count; i++)
        b->explained += record == b->last_drop && of == b->fault_id[i] && role == BECAUSE_STATE;
}

static struct bench *set_up_seeded(uint64_t seed)
{
    static const struct model *const models[] = {&probe_model};
    static struct bench b;
    struct err e = {0};
    struct sim_config c = {.seed = seed};
    struct setting s[] = {{STR("link_delay"), STR("1ms")}, {STR("link_queue"), STR("4096")}};
    b = (struct bench){.sink = {.name = "seen", .mask = REC_BIT(REC_DROP) | REC_BIT(REC_FAULT),
                                .on = see, .because = see_because}};
    b.sim = sim_new(&c);
    b.net = net_new(b.sim, models, 1);
    assert_true(net_add_node(b.net, STR("probe"), STR("a"), NULL, 0, &b.node[0], &e));
    assert_true(net_add_node(b.net, STR("probe"), STR("b"), NULL, 0, &b.node[1], &e));
    assert_true(link_connect(b.node[0]->ports[0], b.node[1]->ports[0], s, 2, &b.link, &e));
    bus_attach(b.sim, &b.sink);
    return &b;
}

static inline struct bench *set_up(void)
{
    return set_up_seeded(7);
}

/* "rate=10% from=a" into settings; returns what link_fault_add returns. */
static bool try_order(struct bench *b, enum link_fault_kind kind, const char *text, struct link_fault **out,
                      struct err *e)
{
    struct setting s[8];
    size_t n = 0;
    for (struct str rest = str_of(text); rest.n;) {
        struct str one = str_cut(&rest, ' ');
        s[n].name = str_cut(&one, '=');
        s[n++].text = one;
    }
    struct link_fault_order o = {kind, s, n, "a:eth0 - b:eth0", "case.lua:5"};
    return link_fault_add(b->link, &o, out, e);
}

static inline struct link_fault *order(struct bench *b, enum link_fault_kind kind, const char *text)
{
    struct link_fault *f = NULL;
    struct err e = {0};
    if (!try_order(b, kind, text, &f, &e))
        fail_msg("%s", e.msg);
    return f;
}

static void send_frame(struct bench *b, int from, size_t len)
{
    struct frame *f = frame_new(b->net, len);
    memset(f->bytes, 0, len);
    memcpy(f->bytes + 14, &b->next, sizeof b->next);
    b->next++;
    port_send(b->node[from]->ports[0], frame_seal(b->net, f, len));
}

static void run(struct bench *b, int64_t until_ns)
{
    struct err e = {0};
    assert_int_equal(sim_run_until(b->sim, (struct sim_time){until_ns}, &e), SIM_COMPLETE);
}

/* `n` frames, one each `gap_ns` from now on. */
static inline void send_every(struct bench *b, int from, uint32_t n, int64_t gap_ns)
{
    for (uint32_t i = 0; i < n; i++) {
        send_frame(b, from, FRAME_BYTES);
        run(b, sim_now(b->sim).ns + gap_ns);
    }
}

static inline const struct probe *heard(const struct bench *b, int node)
{
    return b->node[node]->state;
}

/* sent = delivered + dropped + in flight; returns them. */
static inline struct net_books balanced(const struct bench *b)
{
    struct net_books k = net_books(b->net);
    assert_int_equal(k.sent, k.delivered + k.dropped + k.in_flight);
    return k;
}

static inline void tear_down(struct bench *b)
{
    balanced(b);
    sim_free(b->sim);
}

#endif
