/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story.c: collects the timeline; why the first unregister came is left to the walk over the newest
 * records (recent.h). Memory is bounded however long the run: of exchanges the newest are kept; of devices
 * and places of loss there is one for each there is.
 *
 * Conventions of the models that are used here, all published as records: a phone's STATE
 * "registration" (event "registered-at-N"), a CUCM's STATE "registrar" (key = device) and ALARM,
 * the NOTE that names an exchange.
 */
#include "lua/cli/story.h"

#include <string.h>

#include "lua/cli/story_state.h"
#include "models/wire/arp.h"
#include "models/wire/eth.h"
#include "sim/base/hash.h"

#define FLOWS_KEPT (1u << 14)
#define BEATS_MAX 4096

const char *story_keep(struct story *st, const char *text)
{
    uint64_t key = hash_cstr(0, text);
    const char *kept = map_get(&st->texts, key);
    if (kept && strcmp(kept, text) == 0)
        return kept;
    char *copy = arena_strdup(st->arena, str_of(text));
    map_put(&st->texts, key, copy);
    return copy;
}

/* --- the timeline ----------------------------------------------------------------------------- */

static bool same_beat(const struct story_beat *a, const struct story_beat *b)
{
    return a->what == b->what && a->node == b->node && a->reason == b->reason &&
           a->place == b->place && a->detail == b->detail &&
           (a->what != BEAT_LOST || a->subject == b->subject);
}

struct story_beat *story_beat(struct story *st, const struct rec *r, const struct story_beat *b)
{
    if (st->beat_count == BEATS_MAX) {
        st->beats_left_out++;
        return NULL;
    }
    struct story_beat *kept = &st->beats[st->beat_count++];
    *kept = *b;
    kept->t_ns = kept->last_ns = r->at.ns;
    kept->count = 1;
    return kept;
}

static void beat(struct story *st, const struct rec *r, struct story_beat b)
{
    struct story_beat *last = st->newest;
    if (last && st->beats_left_out == 0 && same_beat(last, &b)) {
        last->count++;
        last->last_ns = r->at.ns;
    } else {
        st->newest = story_beat(st, r, &b);
    }
}

/* --- exchanges -------------------------------------------------------------------------------- */

struct story_flow *story_flow(struct story *st, uint64_t number)
{
    struct story_flow *f = &st->flows[number % FLOWS_KEPT];
    return number && f->number == number ? f : NULL;
}

/* "keepalive REGISTER CSeq {} to {}" is labelled "keepalive REGISTER", "BYE sent, CSeq {}" "BYE". */
static const char *label_of(struct story *st, const struct rec_args *a)
{
    char text[80];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    struct str s = str_of(a->fmt);
    if (str_starts(s, STR("{} sent,")) && a->v[0].type == VAL_TEXT)
        return story_keep(st, a->v[0].text);
    ptrdiff_t cut = str_find(s, STR(" sent,"));
    cut = cut < 0 ? str_find(s, STR(" CSeq")) : cut;
    cut = cut < 0 ? str_find(s, STR("{}")) : cut;
    txtbuf_str(&t, str_trim((struct str){s.p, cut < 0 ? s.n : (size_t)cut}));
    return story_keep(st, text);
}

static bool has_number(const struct rec_args *a)
{
    for (uint32_t i = 0; i < a->n; i++) {
        if (a->v[i].type == VAL_U64)
            return true;
    }
    return false;
}

/* The first numbered note of an exchange names it. */
static void on_note(struct story *st, const struct rec *r)
{
    if (strcmp(r->note.topic, "sip") == 0)
        story_on_sip(st, r);
    if (r->flow == 0 || story_flow(st, r->flow) || !has_number(&r->note.line) ||
        strcmp(r->note.topic, "tcp.rto") == 0)
        return;
    st->flows[r->flow % FLOWS_KEPT] =
        (struct story_flow){.number = r->flow, .label = label_of(st, &r->note.line)};
}

/* --- registrations ---------------------------------------------------------------------------- */

static struct story_device *device(struct story *st, const char *name)
{
    uint64_t key = hash_cstr(0, name);
    struct story_device *d = map_get(&st->devices, key);
    if (!d) {
        d = ARENA_NEW(st->arena, struct story_device);
        *d = (struct story_device){.name = story_keep(st, name), .place = -1};
        map_put(&st->devices, key, d);
    }
    return d;
}

static void on_registered(struct story *st, const struct rec *r, const char *place)
{
    struct story_device *d = device(st, r->state.key);
    int now = place[0] >= '0' && place[0] <= '9' ? place[0] - '0' : 0;
    uint8_t what = d->place < 0      ? BEAT_REGISTERED
                   : now == d->place ? BEAT_AGAIN
                   : now > d->place  ? BEAT_FAILOVER
                                     : BEAT_FALLBACK;
    if (st->origin_ns == 0)
        st->origin_ns = r->at.ns;
    if (d->bound_at) /* else it renewed a binding that was still there: with whom is known */
        d->registrar[now] = d->bound_at;
    d->bound_at = 0;
    beat(st, r, (struct story_beat){.what = what, .node = d->registrar[now], .subject = d->name});
    d->place = now;
    if (what != BEAT_FAILOVER || st->failover)
        return;
    st->failover = r->id;
    recent_stop(st->recent);
}

static void on_state(struct story *st, const struct rec *r)
{
    if (strcmp(r->state.machine, "call") == 0)
        story_on_call(st, r);
    else if (strcmp(r->state.machine, "session") == 0)
        story_on_session(st, r);
    bool bound = strcmp(r->state.to, "registered") == 0;
    if (strcmp(r->state.machine, "registrar") == 0) {
        struct story_device *d = device(st, r->state.key);
        if (bound)
            d->bound_at = r->node;
        if (bound)
            d->bindings++;
        else if (d->bindings > 0)
            d->bindings--;
    } else if (strcmp(r->state.machine, "registration") == 0) {
        struct str event = str_of(r->state.event), prefix = STR("registered-at-");
        if (bound && str_starts(event, prefix))
            on_registered(st, r, event.p + prefix.n);
    }
}

static void count_loss(struct story *st, const struct rec *r, const char *port, const char *reason)
{
    uint64_t key = hash_fold(hash_cstr(r->node, port), hash_cstr(0, reason));
    struct story_losses *l = map_get(&st->losses, key);
    if (!l) {
        l = ARENA_NEW(st->arena, struct story_losses);
        *l = (struct story_losses){.node = r->node, .port = port, .reason = reason};
        map_put(&st->losses, key, l);
    }
    l->count++;
}

/* --- losses ----------------------------------------------------------------------------------- */

/* Whose address this is, of hardware or IP; a node's number is owned by it when it is a host. */
static const char *owner(const struct story *st, const void *address, size_t n)
{
    return map_get(&st->owners, hash_bytes(n, address, n));
}

/* Whoever first sends from an address owns it. */
static void own(struct story *st, const struct rec *r, const void *address, size_t n)
{
    if (!owner(st, address, n))
        map_put(&st->owners, hash_bytes(n, address, n), (void *)sim_node_name(st->sim, r->node));
}

static void on_sent(struct story *st, const struct rec *r)
{
    struct rd rest = rd_of(r->bytes.p, r->bytes.n);
    struct eth e;
    struct arp a;
    if (!eth_get(&rest, &e))
        return;
    own(st, r, e.src.b, sizeof e.src.b);
    if (e.type != ETH_ARP || !arp_get(&rest, &a))
        return;
    own(st, r, &a.spa.v, sizeof a.spa.v);
    if (owner(st, &a.spa.v, sizeof a.spa.v) == sim_node_name(st->sim, r->node))
        own(st, r, &r->node, sizeof r->node); /* else it passes on what another one said */
}

/* What a switch floods comes to hosts that it is not for, too: when one that is off discards it, nothing is lost. */
static bool is_bystander(const struct story *st, const struct rec *r)
{
    struct rd rest = rd_of(r->bytes.p, r->bytes.n);
    struct eth e;
    struct arp a;
    if (strcmp(r->drop.reason, "node-down") != 0 || !owner(st, &r->node, sizeof r->node) || !eth_get(&rest, &e))
        return false;
    bool asks = e.type == ETH_ARP && arp_get(&rest, &a);
    const char *meant = asks ? owner(st, &a.tpa.v, sizeof a.tpa.v) : owner(st, e.dst.b, sizeof e.dst.b);
    return meant && meant != sim_node_name(st->sim, r->node);
}

static void on_drop(struct story *st, const struct rec *r)
{
    if (is_bystander(st, r))
        return;
    struct story_flow *x = story_flow(st, r->flow);
    const char *reason = story_keep(st, r->drop.reason), *port = story_keep(st, r->drop.port);
    count_loss(st, r, port, reason);
    if (!x || x->lost)
        return;
    x->lost = true;
    beat(st, r,
         (struct story_beat){.what = BEAT_LOST,
                             .node = r->node,
                             .subject = x->label,
                             .place = port,
                             .detail = reason});
}

static void on_fault(struct story *st, const struct rec *r)
{
    char text[128];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_add(&t, "%s %s", r->fault.what, r->fault.target);
    const char *what = story_keep(st, text);
    t = txtbuf_of(text, sizeof text);
    rec_args_text(&t, &r->fault.line, sim_epoch_ns(st->sim));
    beat(st, r,
         (struct story_beat){.what = BEAT_FAULT,
                             .subject = what,
                             .place = story_keep(st, text),
                             .detail = story_keep(st, r->fault.what)});
}

/* Reasons that are no loss: reset, restart, re-registration elsewhere (the contract's measure). */
static bool counts(uint64_t reason)
{
    return reason != 8 && reason != 9 && reason != 10 && reason != 28;
}

static void on_alarm(struct story *st, const struct rec *r)
{
    if (strcmp(r->alarm.name, "EndPointUnregistered") != 0 || !counts(r->alarm.reason))
        return;
    if (st->unregister == 0)
        st->unregister = r->id;
    recent_stop(st->recent); /* what explains it came before */
    beat(st, r,
         (struct story_beat){.what = BEAT_UNREGISTERED,
                             .node = r->node,
                             .reason = r->alarm.reason,
                             .subject = story_keep(st, r->alarm.device)});
}

/* --- the sink --------------------------------------------------------------------------------- */

static struct story *of(struct sink *k)
{
    return (struct story *)(void *)((char *)k - offsetof(struct story, sink));
}

static void on_record(struct sink *k, const struct rec *r)
{
    struct story *st = of(k);
    switch (r->kind) {
    case REC_FRAME_TX:
        on_sent(st, r);
        return;
    case REC_STATE:
        on_state(st, r);
        return;
    case REC_DROP:
        on_drop(st, r);
        return;
    case REC_NOTE:
        on_note(st, r);
        return;
    case REC_ALARM:
        on_alarm(st, r);
        return;
    case REC_FAULT:
        on_fault(st, r);
        return;
    }
}

struct story *story_new(struct arena *a, struct sim *s)
{
    struct story *st = ARENA_NEW(a, struct story);
    st->arena = a;
    st->sim = s;
    st->recent = recent_new(a, s);
    st->sink = (struct sink){.name = "story",
                             .on = on_record,
                             .mask = REC_BIT(REC_FRAME_TX) | REC_BIT(REC_STATE) | REC_BIT(REC_DROP) |
                                     REC_BIT(REC_NOTE) | REC_BIT(REC_ALARM) | REC_BIT(REC_FAULT)};
    map_init(&st->texts, a);
    map_init(&st->devices, a);
    map_init(&st->losses, a);
    map_init(&st->calls, a);
    map_init(&st->received, a);
    map_init(&st->call_beats, a);
    map_init(&st->owners, a);
    st->flows = ARENA_ARRAY(a, struct story_flow, FLOWS_KEPT);
    st->beats = ARENA_ARRAY(a, struct story_beat, BEATS_MAX);
    bus_attach(s, recent_sink(st->recent));
    bus_attach(s, &st->sink);
    return st;
}
