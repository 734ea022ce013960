/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link.c: departure = max(now, line free); arrival = departure + clocking + delay + jitter, never before
 * the frame in front. The queue is a ring of departure times: what has not left yet is waiting. Most
 * links are lossless, steady and idle: their streams are never opened, their rings never made. */
#include "models/net/link.h"

#include <string.h>

#include "models/net/frame.h"
#include "models/net/link_fault.h"
#include "models/net/link_state.h"
#include "models/net/net_state.h"

#define LINE_OVERHEAD_BYTES 24 /* preamble 8 + FCS 4 + gap 12, IEEE 802.3 */
#define FLIGHTS_MAX 4000000

struct link_config {
    struct sim_dur delay;
    struct dist jitter;
    int64_t loss_ppb, rate_bps, queue_frames;
};

struct flight {
    struct event ev;
    struct list_link in_dir;
    struct link *link;
    const struct frame *frame;
    uint64_t corrupted_by; /* FAULT record; 0: its bits are sound */
    uint8_t side;
};

/* clang-format off */
const struct param_def link_params[] = {
    {"link_delay", PARAM_DUR, "1us", "0s", "1h", NULL, "propagation delay, one way", offsetof(struct link_config, delay), false},
    {"link_jitter", PARAM_LAW, "0s", "0s", "1h", NULL, "added to the delay of each frame; order is kept", offsetof(struct link_config, jitter), false},
    {"link_loss", PARAM_FRACTION, "0%", "0%", "100%", NULL, "share of frames lost at random, each direction", offsetof(struct link_config, loss_ppb), false},
    {"link_rate", PARAM_RATE, "1Gbps", "1bps", "400Gbps", NULL, "line rate", offsetof(struct link_config, rate_bps), false},
    {"link_queue", PARAM_INT, "1000", "1", "4096", NULL, "frames that may wait to be sent, each direction", offsetof(struct link_config, queue_frames), false},
    {0},
};
/* clang-format on */

void net_init_flights(struct net *n)
{
    pool_init(&n->flights, sim_arena(n->sim), "frames in flight", sizeof(struct flight), FLIGHTS_MAX);
}

static struct rng *stream(struct link *l, int side, const char *what)
{
    struct port *p = l->end[side];
    char name[256];
    struct txtbuf t = txtbuf_of(name, sizeof name);
    txtbuf_add(&t, "%s/%s/%s", p->node->name, p->name, what);
    return sim_stream(p->node->sim, name);
}

static bool can_connect(const struct port *a, const struct port *b, struct err *e)
{
    if (a == b || a->node == b->node)
        return err_set(e, "link from '%s:%s' leads back to the same node", a->node->name, a->name);
    const struct port *taken = a->link ? a : b->link ? b : NULL;
    if (taken)
        return err_set(e, "port '%s:%s' is used twice", taken->node->name, taken->name);
    return true;
}

static const struct link_config *keep_config(struct net *n, const struct link_config *c)
{
    const struct link_config *last = n->last_link;
    if (last && last->delay.ns == c->delay.ns && last->loss_ppb == c->loss_ppb &&
        last->rate_bps == c->rate_bps && last->queue_frames == c->queue_frames &&
        last->jitter.kind == DIST_CONST && c->jitter.kind == DIST_CONST &&
        last->jitter.v[0].ns == c->jitter.v[0].ns)
        return last;
    struct link_config *own = ARENA_NEW(sim_arena(n->sim), struct link_config);
    *own = *c;
    n->last_link = own;
    return own;
}

bool link_connect(struct port *a, struct port *b, const struct setting *settings, size_t count,
                  struct link **out, struct err *e)
{
    if (!can_connect(a, b, e))
        return false;
    struct sim *s = a->node->sim;
    struct link *l = ARENA_NEW(sim_arena(s), struct link);
    char owner[256];
    struct txtbuf t = txtbuf_of(owner, sizeof owner);
    txtbuf_add(&t, "link %s:%s - %s:%s", a->node->name, a->name, b->node->name, b->name);
    struct link_config c = {0};
    if (!settings_store(link_params, settings, count, &c, NULL, a->node->net, owner, e))
        return false;
    l->config = keep_config(a->node->net, &c);
    l->end[0] = a;
    l->end[1] = b;
    for (int i = 0; i < 2; i++) {
        struct direction *d = &l->dir[i];
        d->loss = l->config->loss_ppb ? stream(l, i, "loss") : NULL;
        d->jitter = l->config->jitter.kind != DIST_CONST ? stream(l, i, "jitter") : NULL;
        list_init(&d->flights);
        l->end[i]->link = l;
        l->end[i]->side = (uint8_t)i;
    }
    *out = l;
    return true;
}

static void drop_at_sender(struct port *p, const struct frame *f, enum drop_reason why, uint64_t because)
{
    struct net *n = p->node->net;
    struct rec r = {.kind = REC_DROP, .node = p->node->id, .port = p->index, .flow = f->flow};
    r.bytes = str_of_bytes(f->bytes, f->len);
    r.drop = (struct rec_drop){f->id, p->name, drop_names[why], f->len};
    uint64_t record = bus_publish(n->sim, &r);
    bus_because(n->sim, record, because, BECAUSE_STATE);
    n->first_drop = n->first_drop ? n->first_drop : record;
    n->books.dropped++;
    frame_unref(n, f);
}

static void publish_arrival(struct port *p, const struct frame *f)
{
    struct rec r = {.kind = REC_FRAME_RX, .node = p->node->id, .port = p->index, .flow = f->flow};
    r.bytes = str_of_bytes(f->bytes, f->len);
    r.frame_rx = (struct rec_frame_rx){f->id, p->name, f->len};
    bus_publish(p->node->sim, &r);
}

static void arrive(struct event *ev)
{
    struct flight *fl = (struct flight *)(void *)((char *)ev - offsetof(struct flight, ev));
    struct link *l = fl->link;
    const struct frame *f = fl->frame;
    struct port *to = l->end[1 - fl->side];
    struct net *n = to->node->net;
    uint64_t corrupted_by = fl->corrupted_by;
    list_remove(&fl->in_dir);
    pool_put(&n->flights, fl);
    n->books.in_flight--;
    n->arrival_dropped = false;
    bus_set_flow(n->sim, f->flow);
    publish_arrival(to, f);
    if (corrupted_by)
        bus_because(n->sim, frame_drop(to, f, DROP_FCS_ERROR), corrupted_by, BECAUSE_STATE);
    else
        to->node->model->on_frame(to->node, to, f);
    if (n->arrival_dropped)
        n->books.dropped++;
    else
        n->books.delivered++;
    n->arrival_dropped = false;
    frame_unref(n, f);
}

/* Forgets departures that have happened, then tells whether one more fits. */
static bool queue_admits(struct link *l, struct direction *d, struct sim_time now)
{
    while (d->waiting && !time_before(now, d->departures[d->first])) {
        d->first = (d->first + 1) & (d->cap - 1);
        d->waiting--;
    }
    return d->waiting < (uint32_t)l->config->queue_frames;
}

static void wait_in_queue(struct direction *d, struct arena *a, struct sim_time leaves)
{
    if (d->waiting == d->cap) {
        uint32_t cap = d->cap ? 2 * d->cap : 4;
        struct sim_time *bigger = ARENA_ARRAY(a, struct sim_time, cap);
        for (uint32_t i = 0; i < d->waiting; i++)
            bigger[i] = d->departures[(d->first + i) & (d->cap - 1)];
        d->departures = bigger;
        d->cap = cap;
        d->first = 0;
    }
    d->departures[(d->first + d->waiting++) & (d->cap - 1)] = leaves;
}

static void take_off(struct link *l, uint8_t side, const struct frame *f, const struct link_fate *fate)
{
    struct direction *d = &l->dir[side];
    struct net *n = l->end[side]->node->net;
    struct sim_time now = sim_now(n->sim);
    struct sim_time leaves = time_before(now, d->free_at) ? d->free_at : now;
    if (time_before(now, leaves))
        wait_in_queue(d, sim_arena(n->sim), leaves);
    d->free_at = time_add(leaves, dur_tx((uint64_t)f->len + LINE_OVERHEAD_BYTES,
                                         (uint64_t)l->config->rate_bps));
    struct sim_time at = time_add(d->free_at, l->config->delay);
    at = time_add(time_add(at, dist_draw(&l->config->jitter, d->jitter)), fate->late);
    if (time_before(at, d->last_arrival))
        at = d->last_arrival;
    d->last_arrival = at;
    struct flight *fl = pool_get_raw(&n->flights);
    *fl = (struct flight){.link = l, .frame = f, .side = side, .corrupted_by = fate->corrupted_by};
    fl->ev = (struct event){.fire = arrive, .label = "link.arrive", .rank = EV_WIRE};
    list_append(&d->flights, &fl->in_dir);
    n->books.in_flight++;
    sim_schedule(n->sim, &fl->ev, time_add(at, fate->held_back));
}

/* What becomes of a frame that leaves; link_fault.h says what `after` is. */
static struct link_fate fate_of(struct port *out, const struct frame *f, uint64_t tx, struct link_fault *after)
{
    struct link *l = out->link;
    struct link_fate fate = {.lost = DROP_COUNT};
    if (!l) {
        fate.lost = DROP_NO_LINK;
    } else if (l->cut & 1u << out->side) {
        fate.lost = DROP_LINK_CUT;
        fate.lost_by = l->cut_record[out->side];
    } else if (!queue_admits(l, &l->dir[out->side], sim_now(out->node->sim))) {
        fate.lost = DROP_LINK_QUEUE_FULL;
    } else if (rng_chance_ppb(l->dir[out->side].loss, l->config->loss_ppb)) {
        fate.lost = DROP_LINK_LOSS;
    } else if (l->faults) {
        fate = link_faults_act(l, out->side, f, tx, after);
    }
    return fate;
}

/* One transmission; returns its record. Takes over the reference. */
static uint64_t transmit(struct port *out, const struct frame *f, struct link_fault *after, uint64_t fault)
{
    struct net *n = out->node->net;
    struct rec r = {.kind = REC_FRAME_TX, .node = out->node->id, .port = out->index, .flow = f->flow};
    r.bytes = str_of_bytes(f->bytes, f->len);
    r.frame_tx = (struct rec_frame_tx){f->id, out->name, f->len, f->copy};
    uint64_t id = bus_publish(n->sim, &r);
    bus_because(n->sim, id, fault, BECAUSE_STATE);
    n->books.sent++;
    struct link_fate fate = fate_of(out, f, id, after);
    uint64_t before = bus_swap_cause(n->sim, id); /* the flight and a drop descend from this sending */
    if (fate.lost == DROP_COUNT)
        take_off(out->link, out->side, f, &fate);
    else
        drop_at_sender(out, f, (enum drop_reason)fate.lost, fate.lost_by);
    bus_swap_cause(n->sim, before);
    return id;
}

/* A frame of its own: what becomes of the two can be told apart. */
static const struct frame *duplicate(struct net *n, const struct frame *f)
{
    struct frame *g = frame_new(n, f->len);
    memcpy(g->bytes, f->bytes, f->len);
    g->flow = f->flow;
    g->copy = f->copy;
    return frame_seal(n, g, f->len);
}

static void transmit_copies(struct port *out, const struct frame *f)
{
    struct link_fault *by;
    uint64_t record;
    while ((by = link_faults_take_copy(out->link, out->side, &record)))
        transmit(out, duplicate(out->node->net, f), by, record);
}

uint64_t port_send(struct port *out, const struct frame *f)
{
    struct net *n = out->node->net;
    ASSERT(f->id != 0);
    if (!out->link || !out->link->faults)
        return transmit(out, f, NULL, 0);
    frame_ref(f);
    uint64_t id = transmit(out, f, NULL, 0);
    transmit_copies(out, f);
    frame_unref(n, f);
    return id;
}

static void tell(struct port *p)
{
    if (p->node->model->on_line)
        p->node->model->on_line(p->node, p);
}

void port_offer(struct port *p, struct line l)
{
    if (!p->link)
        return;
    struct line *now = &p->link->line[p->side];
    bool same = now->dark == l.dark && now->powered_device == l.powered_device && now->pd_class == l.pd_class &&
                now->supply_mw == l.supply_mw;
    bool turned = now->dark != l.dark;
    *now = l;
    if (turned)
        net_changed(p->node->net);
    if (!same && !link_is_cut(p->link))
        tell(p->link->end[1 - p->side]);
}

struct line port_line(const struct port *p)
{
    return p->link && !link_is_cut(p->link) ? p->link->line[1 - p->side] : (struct line){0};
}

static void lose_flights(struct link *l, uint8_t side)
{
    struct direction *d = &l->dir[side];
    struct net *n = l->end[side]->node->net;
    while (!list_empty(&d->flights)) {
        struct flight *fl = LIST_ENTRY(d->flights.next, struct flight, in_dir);
        const struct frame *f = fl->frame;
        sim_cancel(n->sim, &fl->ev);
        list_remove(&fl->in_dir);
        pool_put(&n->flights, fl);
        n->books.in_flight--;
        drop_at_sender(l->end[side], f, DROP_LINK_CUT, l->cut_record[side]);
    }
}

void link_review_cut(struct link *l)
{
    uint64_t record[2] = {l->hand_record, l->hand_record};
    uint8_t before = l->cut;
    l->cut = l->cut_by_hand ? LINK_BOTH_WAYS : link_faults_cut(l, record);
    for (uint8_t side = 0; side < 2; side++) {
        l->cut_record[side] = record[side];
        if (l->cut & 1u << side)
            lose_flights(l, side);
    }
    if (before != l->cut) /* who counts what passed hears of it before devices do something about it */
        net_changed(l->end[0]->node->net);
    if ((before == LINK_BOTH_WAYS) == link_is_cut(l))
        return;
    tell(l->end[0]);
    tell(l->end[1]);
}

void link_cut(struct link *l)
{
    l->cut_by_hand = true;
    l->hand_record = bus_cause(l->end[0]->node->sim);
    link_review_cut(l);
}

void link_heal(struct link *l)
{
    l->cut_by_hand = false;
    link_faults_end_all(l);
    link_review_cut(l);
    net_changed(l->end[0]->node->net);
}

bool link_is_cut(const struct link *l)
{
    return l->cut == LINK_BOTH_WAYS;
}

struct link_outlook link_outlook(const struct port *out, const struct link_traffic *t)
{
    const struct link *l = out->link;
    struct link_outlook o = {.cut = true};
    if (!l || !port_is_up(out))
        o.record = l && link_is_cut(l) ? l->cut_record[out->side] : 0;
    else if (l->cut & 1u << out->side)
        o.record = l->cut_record[out->side];
    else
        o = l->faults ? link_faults_outlook(l, out->side, t) : (struct link_outlook){0};
    if (!o.cut && l->config->loss_ppb) {
        int64_t pass = 1000000000 - o.loss_ppb;
        o.loss_ppb += (int64_t)((__int128)pass * l->config->loss_ppb / 1000000000);
    }
    return o;
}

struct sim_dur link_transit(const struct port *out, const struct link_traffic *t)
{
    const struct link_config *c = out->link->config;
    return dur_add(dur_tx((uint64_t)t->frame_bytes + LINE_OVERHEAD_BYTES, (uint64_t)c->rate_bps), c->delay);
}

int64_t link_rate_bps(const struct link *l)
{
    return l->config->rate_bps;
}

const struct port *port_peer(const struct port *p)
{
    return p->link ? p->link->end[1 - p->side] : NULL;
}

bool port_is_up(const struct port *p)
{
    return p->link && !link_is_cut(p->link) && !p->link->line[0].dark && !p->link->line[1].dark;
}

bool port_is_dark(const struct port *p)
{
    return p->link && p->link->line[1 - p->side].dark;
}
