/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp.c: connections' life: making, opening, listening, ending. */
#include "models/net/tcp.h"

#include <string.h>

#include "models/net/tcp_state.h"

#define PORT_FIRST 49152u /* RFC 6335: the dynamic ports */
#define PORT_COUNT 16384u
#define RTO_CAP_S 120
#define RTO_INITIAL_S 1 /* RFC 6298 2.1 */

static const char *const state_names[TCP_STATE_COUNT] = {
    "CLOSED",     "LISTEN",     "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
    "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING",  "LAST-ACK",     "TIME-WAIT",
};

const char *tcp_state_name(enum tcp_state s)
{
    return state_names[s];
}

/* "10.1.1.2:50708>10.2.2.2:5060" */
static void write_key(const struct tcp_conn *c, char *key, size_t cap)
{
    struct txtbuf t = txtbuf_of(key, cap);
    ip4_text(&t, c->local);
    txtbuf_add(&t, ":%u>", c->local_port);
    ip4_text(&t, c->peer);
    txtbuf_add(&t, ":%u", c->peer_port);
}

void tcp_set_state(struct tcp_conn *c, enum tcp_state next, const char *event)
{
    struct node *n = c->tcp->node;
    struct rec r = {.kind = REC_STATE, .node = n->id};
    char key[48];
    write_key(c, key, sizeof key);
    r.state = (struct rec_state){"tcp", key, state_names[c->state], event, state_names[next]};
    if (c->listener) {
        c->listener->pending -= c->state == TCP_SYN_RECEIVED;
        c->listener->pending += next == TCP_SYN_RECEIVED;
    }
    c->state = next;
    bus_publish(n->sim, &r);
}

/* --- the engine ------------------------------------------------------------------------------- */

struct tcp *tcp_new(struct node *n, struct ip_stack *ip, struct tcp_config *c)
{
    struct tcp *t = ARENA_NEW(sim_arena(n->sim), struct tcp);
    *t = (struct tcp){.node = n, .ip = ip, .config = c, .isns = node_stream(n, "tcp/isn")};
    n->tcp = t;
    map_init(&t->conns, sim_arena(n->sim));
    map_init(&t->listeners, sim_arena(n->sim));
    struct rng ports = node_dice(n, "tcp/ports");
    t->next_port = (uint32_t)rng_below(&ports, PORT_COUNT);
    enum tcp_rto_profile profile = (enum tcp_rto_profile)c->rto_profile;
    node_fill_default(n, "tcp_rto_min", tcp_rto_floor_default(profile), &c->rto_min);
    c->rto = (struct tcp_rto_config){.profile = profile,
                                     .floor = c->rto_min,
                                     .granularity = c->granularity,
                                     .initial = dur_s(RTO_INITIAL_S),
                                     .cap = dur_s(RTO_CAP_S)};
    ip_on_proto(ip, IP4_TCP, tcp_input, t);
    return t;
}

uint64_t tcp_key(uint16_t local_port, struct ip4 peer, uint16_t peer_port)
{
    return (uint64_t)local_port << 48 | (uint64_t)peer.v << 16 | peer_port;
}

struct seg *tcp_seg_new(struct tcp *t, struct str data, size_t cap)
{
    struct seg *s = t->free_segs;
    if (s)
        t->free_segs = s->next;
    else
        s = ARENA_NEW(sim_arena(t->node->sim), struct seg);
    *s = (struct seg){.data = frame_new(t->node->net, cap > data.n ? cap : data.n)};
    if (data.n)
        memcpy(s->data->bytes, data.p, data.n);
    s->data->len = (uint16_t)data.n;
    return s;
}

void tcp_seg_free(struct tcp *t, struct seg *s)
{
    frame_unref(t->node->net, s->data);
    s->next = t->free_segs;
    t->free_segs = s;
}

/* Connections that ended are reused only when no caller can still hold them. */
static void bury(struct tcp *t)
{
    while (t->depth == 0 && t->dead) {
        struct tcp_conn *c = t->dead;
        t->dead = c->next;
        c->next = t->free_conns;
        t->free_conns = c;
    }
}

struct tcp_conn *tcp_conn_new(struct tcp *t, struct ip4 peer, uint16_t peer_port,
                              uint16_t local_port, uint32_t iss)
{
    static const struct tcp_events deaf;
    bury(t);
    struct tcp_conn *c = t->free_conns;
    if (c)
        t->free_conns = c->next;
    else
        c = ARENA_NEW(sim_arena(t->node->sim), struct tcp_conn);
    *c = (struct tcp_conn){.tcp = t,
                           .events = &deaf,
                           .peer = peer,
                           .peer_port = peer_port,
                           .local_port = local_port,
                           .local = ip_source(t->ip, peer),
                           .iss = iss,
                           .snd_una = iss,
                           .snd_nxt = iss,
                           .snd_max = iss,
                           .recover = iss,
                           .mss = (uint32_t)t->config->mss,
                           .ssthresh = UINT32_MAX};
    c->queue_end = &c->queue;
    tcp_rto_init(&c->rto, &t->config->rto);
    struct sim *s = t->node->sim;
    tmr_init(&c->rto_timer, s, t->node->id, "tcp.rto", c, tcp_on_rto);
    tmr_init(&c->giveup_timer, s, t->node->id, "tcp.giveup", c, tcp_on_giveup);
    tmr_init(&c->ack_timer, s, t->node->id, "tcp.ack", c, tcp_on_ack_timer);
    map_put(&t->conns, tcp_key(local_port, peer, peer_port), c);
    return c;
}

static void free_list(struct tcp *t, struct seg *s)
{
    for (struct seg *next; s; s = next) {
        next = s->next;
        tcp_seg_free(t, s);
    }
}

void tcp_conn_end(struct tcp_conn *c, enum tcp_end why, const char *event)
{
    struct tcp *t = c->tcp;
    if (c->ended)
        return;
    c->ended = true;
    tmr_disarm(&c->rto_timer);
    tmr_disarm(&c->giveup_timer);
    tmr_disarm(&c->ack_timer);
    free_list(t, c->queue);
    free_list(t, c->held);
    c->queue = c->held = NULL;
    map_remove(&t->conns, tcp_key(c->local_port, c->peer, c->peer_port));
    tcp_set_state(c, TCP_CLOSED, event);
    c->next = t->dead;
    t->dead = c;
    if (c->events->on_end)
        c->events->on_end(c->arg, why);
}

/* --- opening ---------------------------------------------------------------------------------- */

static uint16_t pick_port(struct tcp *t, const struct tcp_open *o)
{
    if (o->local_port)
        return map_get(&t->conns, tcp_key(o->local_port, o->dst, o->dst_port)) ? 0 : o->local_port;
    for (uint32_t i = 0; i < PORT_COUNT; i++) {
        uint16_t port = (uint16_t)(PORT_FIRST + t->next_port++ % PORT_COUNT);
        if (!map_get(&t->conns, tcp_key(port, o->dst, o->dst_port)) &&
            !map_get(&t->listeners, port))
            return port;
    }
    return 0;
}

struct tcp_conn *tcp_connect(struct tcp *t, const struct tcp_open *o, const struct tcp_events *ev,
                             void *arg)
{
    uint16_t port = pick_port(t, o);
    if (port == 0 || ip4_eq(ip_source(t->ip, o->dst), (struct ip4){0}))
        return NULL;
    uint32_t isn = o->isn_given ? o->isn : rng_u32(t->isns);
    struct tcp_conn *c = tcp_conn_new(t, o->dst, o->dst_port, port, isn);
    c->events = ev;
    c->arg = arg;
    c->dscp = o->dscp;
    c->handshake_flow = o->flow ? o->flow : bus_current_flow(t->node->sim);
    c->timestamps = t->config->timestamps;
    tcp_set_state(c, TCP_SYN_SENT, "connect");
    tcp_send_syn(c);
    return c;
}

struct tcp_conn *tcp_resume(struct tcp *t, const struct tcp_resume *o, const struct tcp_events *ev,
                            void *arg)
{
    if (map_get(&t->conns, tcp_key(o->local_port, o->peer, o->peer_port)) ||
        ip4_eq(ip_source(t->ip, o->peer), (struct ip4){0}))
        return NULL;
    struct tcp_conn *c = tcp_conn_new(t, o->peer, o->peer_port, o->local_port, o->seq - 1);
    c->events = ev;
    c->arg = arg;
    c->dscp = o->dscp;
    c->timestamps = t->config->timestamps;
    c->syn_acked = true;
    c->snd_una = c->snd_nxt = c->snd_max = c->recover = o->seq;
    c->irs = o->ack - 1;
    c->rcv_nxt = c->last_ack_sent = o->ack;
    c->snd_wnd = c->snd_wnd_max = (uint32_t)t->config->window_bytes;
    c->snd_wl1 = o->ack;
    c->snd_wl2 = o->seq;
    c->cwnd = tcp_initial_window(c->mss);
    tcp_set_state(c, TCP_ESTABLISHED, "resume");
    return c;
}

bool tcp_listen(struct tcp *t, uint16_t port, bool isn_given, uint32_t isn, uint8_t dscp,
                void (*on_accept)(void *arg, struct tcp_conn *c), void *arg)
{
    if (map_get(&t->listeners, port))
        return false;
    struct listener *l = ARENA_NEW(sim_arena(t->node->sim), struct listener);
    *l = (struct listener){port, isn_given, isn, dscp, on_accept, arg, 0};
    map_put(&t->listeners, port, l);
    return true;
}

/* Who has not finished his handshake has nobody to be accepted by. */
void tcp_unlisten(struct tcp *t, uint16_t port)
{
    const struct listener *l = map_get(&t->listeners, port);
    struct map_slot *slot;
    for (uint32_t i = 0; l && map_next(&t->conns, &i, &slot);) {
        struct tcp_conn *c = slot->value;
        if (c->listener == l && c->state == TCP_SYN_RECEIVED)
            tcp_conn_end(c, TCP_END_ABORTED, "unlisten");
    }
    map_remove(&t->listeners, port);
}

void tcp_use(struct tcp_conn *c, const struct tcp_events *ev, void *arg)
{
    c->events = ev;
    c->arg = arg;
}

void *tcp_user(const struct tcp_conn *c, const struct tcp_events *ev)
{
    return c->events == ev ? c->arg : NULL;
}

void tcp_opened(struct tcp_conn *c)
{
    ip_confirm(c->tcp->ip, c->peer);
    if (c->listener)
        c->listener->on_accept(c->listener->arg, c);
    else if (c->events->on_open)
        c->events->on_open(c->arg);
}

/* --- the end of all, and questions ----------------------------------------------------------- */

void tcp_power_off(struct tcp *t)
{
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&t->conns, &i, &slot);)
        tcp_conn_end(slot->value, TCP_END_ABORTED, "power-off");
}

bool tcp_is_open(const struct tcp_conn *c)
{
    return c->state == TCP_ESTABLISHED;
}

struct ip4 tcp_peer(const struct tcp_conn *c)
{
    return c->peer;
}

struct ip4 tcp_local(const struct tcp_conn *c)
{
    return c->local;
}

uint16_t tcp_peer_port(const struct tcp_conn *c)
{
    return c->peer_port;
}

uint16_t tcp_local_port(const struct tcp_conn *c)
{
    return c->local_port;
}

uint64_t tcp_rto_record(const struct tcp_conn *c)
{
    return c->rto_record;
}
