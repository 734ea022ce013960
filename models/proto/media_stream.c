/* SPDX-License-Identifier: GPL-3.0-or-later */
/* media_stream.c: the voice of a call without packets: counted when something changes on its way.
 *
 * A stream goes over one leg, or over several when the node that hears it relays it. All legs of a stream have the same
 * packets, told apart by the same numbers; a leg's packets leave when they have come in over the leg before. So all are
 * counted together, up to the last packet that is through to the end of the last leg: those that one leg lost are not
 * sent on the next. A leg that ends is counted with those after it, which end too; the ones before go on. */
#include "models/proto/media_flow_state.h"
#include "models/wire/eth.h"
#include "models/wire/rtp.h"

#define CLOSED_BIT 31 /* of `shut`, besides those of the hops: the far port */
#define NO_WAY_BIT 30
#define HEADERS_BYTES (eth_bytes(false) + IP4_HEADER_BYTES + UDP_HEADER_BYTES + RTP_HEADER_BYTES)

static struct sim_time now_of(const struct media_flow *f)
{
    return sim_now(f->host->node->sim);
}

/* --- a leg's way ------------------------------------------------------------------------------------------ */

static struct link_traffic traffic_of(const struct media_flow *f)
{
    return (struct link_traffic){f->port, f->to_port, (uint16_t)(HEADERS_BYTES + media_codec_bytes(f->codec))};
}

/* False: it is known. */
static bool find_way(struct media_flow *f)
{
    struct link_traffic t = traffic_of(f);
    uint32_t layout = net_layout(f->host->node->net);
    if (f->layout == layout)
        return false;
    f->layout = layout;
    if (net_path_find(&f->path, f->host->node, f->to, &t))
        net_watch_port(&f->watch, f->path.to, f->to_port);
    return true;
}

static struct net_path_state look(const struct media_flow *f)
{
    struct link_traffic t = traffic_of(f);
    if (!f->path.to)
        return (struct net_path_state){.cut = 1u << NO_WAY_BIT};
    struct net_path_state s = net_path_look(&f->path, &t);
    if (ip_is_free(f->path.to->ip, f->to_port))
        s.cut |= 1u << CLOSED_BIT;
    return s;
}

static struct sim_time arrival(const struct media_flow *f, uint64_t number)
{
    struct sim_time leaves = time_add(f->tally.begins, dur_ms((int64_t)number * MEDIA_PACKET_MS));
    return time_add(leaves, net_path_transit(&f->path));
}

static void begin_tally(struct media_flow *f, struct sim_time at)
{
    find_way(f);
    struct net_path_state s = look(f);
    f->shut = s.cut;
    f->loss_ppb = s.loss_ppb;
    f->passes = false;
    f->joined = f->turn = 0;
    media_tally_begin(&f->tally, at, s.cut, s.loss_ppb, s.record);
}

/* --- the legs of a stream --------------------------------------------------------------------------------- */

static struct media_flow *leg_before(const struct media_flow *f)
{
    return f->relays ? f->relays->heard : NULL;
}

static struct media_flow *leg_after(const struct media_flow *f)
{
    struct media_flow *r = f->hearer ? f->hearer->relay : NULL;
    return r && r->talking ? r : NULL;
}

static struct media_flow *first_leg(struct media_flow *f)
{
    while (leg_before(f))
        f = leg_before(f);
    return f;
}

static struct media_flow *last_leg(struct media_flow *f)
{
    while (leg_after(f))
        f = leg_after(f);
    return f;
}

static struct rng *losses_of(struct media_host *h)
{
    if (!h->losses)
        h->losses = node_stream(h->node, "rtp-loss");
    return h->losses;
}

/* Packets for which nothing changes on any leg: the end of the next such stretch. */
static uint64_t next_end(const struct media_flow *first, uint64_t end)
{
    uint64_t done = first->tally.counted;
    for (const struct media_flow *f = first; f; f = leg_after(f)) {
        uint64_t next = media_tally_next(&f->tally);
        end = next < end ? next : end;
        end = f->joined > done && f->joined < end ? f->joined : end;
    }
    return end;
}

/* Packets up to this number, all of which have left the first leg. */
static void count_up_to(struct media_flow *first, uint64_t end)
{
    while (first->tally.counted < end) {
        uint64_t done = first->tally.counted, stop = next_end(first, end), n = stop - done;
        for (struct media_flow *f = first; f; f = leg_after(f)) {
            n = f->joined > done ? 0 : n;
            struct media_count c = media_tally_take(&f->tally, stop, n, losses_of(f->host));
            media_count_add(&f->count, &c);
            n -= c.lost;
        }
    }
}

static void tell(struct media_flow *f)
{
    media_tell_sent(f, &f->count);
    f->count = (struct media_count){0};
}

/* --- who hears it ------------------------------------------------------------------------------------------ */

/* Voice that would come back to where it was is not heard: it would go round for ever. */
static struct media_flow *find_hearer(const struct media_flow *f)
{
    struct media_flow *h = f->path.to ? ip_bound(f->path.to->ip, f->to_port, media_packets_hear) : NULL;
    for (const struct media_flow *l = f; h && l; l = leg_before(l)) {
        if (l->relays == h)
            return NULL;
    }
    return h;
}

static void pass(struct media_flow *f, uint64_t first)
{
    f->passes = true;
    f->turn = first;
    if (f->hearer)
        media_silence_comes(f->hearer, arrival(f, first));
}

/* When two legs are cut at once, the packets that the later one takes are the earlier ones. */
static void pass_no_more(struct media_flow *f, uint64_t first)
{
    if (!f->passes && first >= f->turn)
        return;
    f->passes = false;
    f->turn = first;
    if (f->hearer)
        media_silence_stops(f->hearer, first > f->joined ? arrival(f, first - 1) : TIME_ZERO);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t greatest(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* This leg's packets get through from some number on, or no longer; so do those of the legs after it. */
static void settle(struct media_flow *f)
{
    const struct media_flow *before = leg_before(f);
    for (; f; before = f, f = leg_after(f)) {
        bool come = !before || before->passes, shut = media_tally_is_shut(&f->tally);
        uint64_t own = media_tally_turn(&f->tally), theirs = before ? before->turn : 0;
        if (!come || shut)
            pass_no_more(f, least(shut ? own : UINT64_MAX, come ? UINT64_MAX : theirs));
        else if (!f->passes)
            pass(f, greatest(greatest(own, theirs), f->joined));
    }
}

static void leave(struct media_flow *f, struct sim_time last)
{
    if (f->hearer && f->passes)
        media_silence_stops(f->hearer, last);
    if (f->hearer)
        f->hearer->heard = NULL;
    f->hearer = NULL;
    f->passes = false;
}

void media_stream_unheard(struct media_flow *f)
{
    if (!f->heard)
        return;
    if (leg_after(f->heard))
        media_stream_end(f->relay, now_of(f));
    leave(f->heard, now_of(f));
}

/* A port hears one stream: the one that began last. */
static void reach(struct media_flow *f, bool begins)
{
    struct media_flow *h = find_hearer(f);
    if (h && h->heard && h->heard != f && !begins)
        h = NULL;
    if (h == f->hearer)
        return;
    if (f->hearer)
        media_stream_unheard(f->hearer);
    if (h) {
        media_stream_unheard(h);
        h->heard = f;
        f->hearer = h;
    }
}

/* The relay's tally begins when the stream's first packet comes, or came. */
static void begin_relay(struct media_flow *r)
{
    const struct media_flow *before = leg_before(r);
    r->codec = before->codec;
    r->layout = net_layout(r->host->node->net) - 1; /* the size of packets may be another one */
    begin_tally(r, arrival(before, 0));
    r->talking = true;
    r->tally.counted = before->tally.counted;
    uint64_t came = media_tally_sent(&r->tally, now_of(r));
    r->joined = came > r->tally.counted ? came : r->tally.counted;
}

/* This leg has begun: so do those after it. */
static void go_on(struct media_flow *f)
{
    for (struct media_flow *l = f, *r; l; l = r) {
        reach(l, true);
        r = l->hearer ? l->hearer->relay : NULL;
        r = r && r->sending && !r->talking ? r : NULL;
        if (r)
            begin_relay(r);
    }
    settle(f);
}

/* --- life --------------------------------------------------------------------------------------------------- */

void media_stream_begin(struct media_flow *f, struct sim_time at)
{
    begin_tally(f, at);
    go_on(f);
}

void media_stream_join(struct media_flow *relay)
{
    if (!leg_before(relay))
        return;
    begin_relay(relay);
    go_on(relay);
}

static void end_legs(struct media_flow *f, uint64_t end)
{
    count_up_to(first_leg(f), end);
    for (struct media_flow *l = f, *after; l; l = after) {
        after = leg_after(l);
        tell(l);
        leave(l, end > l->joined ? arrival(l, end - 1) : TIME_ZERO);
        l->talking = false;
    }
}

/* Those that are under way count as if nothing changed any more. */
void media_stream_end(struct media_flow *f, struct sim_time until)
{
    end_legs(f, media_tally_sent(&f->tally, until));
}

/* A packet of this very instant is out; one that has not come to a relay yet is not sent on. */
void media_stream_finish(struct media_flow *f)
{
    struct sim_time until = time_add(now_of(f), dur_ns(1));
    for (struct media_flow *l = last_leg(f); l != f; l = last_leg(f))
        media_stream_end(l, until);
    media_stream_end(f, until);
}

/* --- changes ------------------------------------------------------------------------------------------------ */

/* Without a way a packet is lost where it is sent; at the far port it is when it arrives. */
static void shut_or_open(struct media_flow *f, uint32_t bit, bool shut, uint64_t record)
{
    bool hop = bit < f->path.count;
    struct sim_time now = now_of(f);
    struct sim_dur there = bit == NO_WAY_BIT ? DUR_ZERO : net_path_transit(&f->path);
    if (shut)
        media_tally_shut(&f->tally, now, bit, hop ? f->path.hop[bit].leaves : there, record);
    else
        media_tally_open(&f->tally, now, bit, hop ? net_path_enters(&f->path, bit) : there);
}

static void count_what_is_through(struct media_flow *f)
{
    struct media_flow *first = first_leg(f), *last = last_leg(f);
    uint64_t through = media_tally_through(&last->tally, now_of(f), net_path_transit(&last->path));
    uint64_t sent = media_tally_sent(&first->tally, now_of(f));
    count_up_to(first, through < sent ? through : sent);
}

static void take_in(struct media_flow *f, const struct net_path_state *s)
{
    uint32_t changed = s->cut ^ f->shut;
    for (uint32_t bit = 0; bit < 32; bit++) {
        if (changed >> bit & 1)
            shut_or_open(f, bit, s->cut >> bit & 1, s->record);
    }
    if (s->loss_ppb != f->loss_ppb)
        media_tally_loss(&f->tally, now_of(f), s->loss_ppb, s->record);
    f->shut = s->cut;
    f->loss_ppb = s->loss_ppb;
}

/* Its way may be longer now, or shorter: the legs after it have its packets when they arrive. */
static void shift_legs_after(struct media_flow *f)
{
    for (struct media_flow *l = f, *r; (r = leg_after(l)) != NULL; l = r)
        r->tally.begins = arrival(l, 0);
}

void media_stream_look(struct media_flow *f)
{
    if (find_way(f))
        shift_legs_after(f);
    struct media_flow *before = f->hearer;
    reach(f, false);
    struct net_path_state s = look(f);
    if (s.cut != f->shut || s.loss_ppb != f->loss_ppb) {
        count_what_is_through(f);
        tell(f);
        take_in(f, &s);
        settle(f);
    }
    if (f->hearer && f->hearer != before)
        go_on(f);
}
