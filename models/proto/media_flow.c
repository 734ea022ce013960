/* SPDX-License-Identifier: GPL-3.0-or-later */
/* media_flow.c: see media_flow.h. The life of a stream, and what it is as a flow; media_packets.c has it as packets. */
#include "models/proto/media_flow.h"

#include "models/wire/eth.h"
#include "models/wire/rtp.h"
#include "sim/kernel/measure.h"

#define PORTS 8192    /* even ones */
#define CLOSED_BIT 31 /* of `shut`, besides those of the hops: the far port */
#define NO_WAY_BIT 30
#define HEADERS_BYTES (eth_bytes(false) + IP4_HEADER_BYTES + UDP_HEADER_BYTES + RTP_HEADER_BYTES)

static struct sim *sim_of(const struct media_flow *f)
{
    return f->host->node->sim;
}

static bool as_packets(const struct media_flow *f)
{
    return f->host->config->rtp == MEDIA_AS_PACKETS;
}

/* --- what is told ---------------------------------------------------------------------------------------- */

void media_tell_sent(struct media_flow *f, const struct media_count *c)
{
    struct sim *s = sim_of(f);
    if (c->sent == 0)
        return;
    char addr[16];
    struct txtbuf t = txtbuf_of(addr, sizeof addr);
    ip4_text(&t, f->to);
    uint64_t note = BUS_NOTE(s, f->host->node->id, "rtp", "sent {} packets {} to {}:{}, lost {}", V_U64(c->sent),
                             V_TEXT(media_codec_name(f->codec)), V_TEXT(addr), V_U64(f->to_port), V_U64(c->lost));
    bus_because(s, note, c->record, BECAUSE_STATE);
    measure_add(s, MEASURE_RTP_PACKETS_SENT, (int64_t)c->sent);
    if (c->lost && !measure_get(s, MEASURE_RTP_PACKETS_LOST).record)
        measure_from(s, MEASURE_RTP_PACKETS_LOST, note);
    if (c->lost)
        measure_add(s, MEASURE_RTP_PACKETS_LOST, (int64_t)c->lost);
}

/* --- as a flow: its way ---------------------------------------------------------------------------------- */

static struct link_traffic traffic_of(const struct media_flow *f)
{
    return (struct link_traffic){f->port, f->to_port, (uint16_t)(HEADERS_BYTES + media_codec_bytes(f->codec))};
}

static void find_way(struct media_flow *f)
{
    struct link_traffic t = traffic_of(f);
    f->layout = net_layout(f->host->node->net);
    if (net_path_find(&f->path, f->host->node, f->to, &t))
        net_watch_port(&f->watch, f->path.to, f->to_port);
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

static void begin_tally(struct media_flow *f, struct sim_time at)
{
    if (f->layout != net_layout(f->host->node->net))
        find_way(f);
    struct net_path_state s = look(f);
    f->shut = s.cut;
    f->loss_ppb = s.loss_ppb;
    media_tally_begin(&f->tally, at, s.cut, s.loss_ppb, s.record);
}

static void count_up_to(struct media_flow *f, uint64_t end)
{
    struct media_host *h = f->host;
    if (!h->losses)
        h->losses = node_stream(h->node, "rtp-loss");
    struct media_count c = media_tally_count(&f->tally, end, h->losses);
    media_tell_sent(f, &c);
}

/* Those that are under way count as if nothing changed any more. */
static void count_all(struct media_flow *f, struct sim_time until)
{
    count_up_to(f, media_tally_sent(&f->tally, until));
}

/* Without a way a packet is lost where it is sent; at the far port it is when it arrives. */
static void shut_or_open(struct media_flow *f, uint32_t bit, bool shut, uint64_t record)
{
    bool hop = bit < f->path.count;
    struct sim_time now = sim_now(sim_of(f));
    struct sim_dur there = bit == NO_WAY_BIT ? DUR_ZERO : net_path_transit(&f->path);
    if (shut)
        media_tally_shut(&f->tally, now, bit, hop ? f->path.hop[bit].leaves : there, record);
    else
        media_tally_open(&f->tally, now, bit, hop ? net_path_enters(&f->path, bit) : there);
}

static void take_in(struct media_flow *f, const struct net_path_state *s)
{
    struct sim_time now = sim_now(sim_of(f));
    uint64_t through = media_tally_through(&f->tally, now, net_path_transit(&f->path));
    uint64_t sent = media_tally_sent(&f->tally, now);
    uint32_t changed = s->cut ^ f->shut;
    count_up_to(f, through < sent ? through : sent);
    for (uint32_t bit = 0; bit < 32; bit++) {
        if (changed >> bit & 1)
            shut_or_open(f, bit, s->cut >> bit & 1, s->record);
    }
    if (s->loss_ppb != f->loss_ppb)
        media_tally_loss(&f->tally, now, s->loss_ppb, s->record);
    f->shut = s->cut;
    f->loss_ppb = s->loss_ppb;
}

static void on_change(struct net_watch *w)
{
    struct media_flow *f = (struct media_flow *)(void *)((char *)w - offsetof(struct media_flow, watch));
    if (!f->talking || as_packets(f))
        return; /* a spurt that begins looks for itself */
    if (f->layout != net_layout(f->host->node->net))
        find_way(f);
    struct net_path_state s = look(f);
    if (s.cut != f->shut || s.loss_ppb != f->loss_ppb)
        take_in(f, &s);
}

/* --- spurts ----------------------------------------------------------------------------------------------- */

static struct sim_dur draw(struct media_flow *f, const struct dist *law)
{
    struct media_host *h = f->host;
    if (!h->spurts)
        h->spurts = node_stream(h->node, "rtp-spurts");
    return dist_draw(law, h->spurts);
}

static bool is_endless(const struct dist *law)
{
    return law->kind == DIST_CONST && law->v[0].ns == 0;
}

static void begin_spurt(struct media_flow *f)
{
    const struct dist *law = &f->host->config->talk_spurt;
    struct sim_time now = sim_now(sim_of(f));
    f->talking = true;
    f->spurt_ends = TIME_NEVER;
    if (!is_endless(law)) /* it has one packet at least */
        f->spurt_ends = time_add(now, dur_max(draw(f, law), dur_ms(MEDIA_PACKET_MS)));
    if (as_packets(f)) {
        media_packets_begin(f);
        return;
    }
    begin_tally(f, now);
    if (!is_endless(law))
        tmr_arm_at(&f->next, f->spurt_ends);
}

static void tell_spurt(struct media_flow *f, struct sim_time until)
{
    if (as_packets(f))
        media_packets_tell_sent(f);
    else if (f->talking)
        count_all(f, until);
}

static void end_spurt(struct media_flow *f)
{
    struct sim_time now = sim_now(sim_of(f));
    struct sim_dur silence = draw(f, &f->host->config->silence);
    tell_spurt(f, now);
    f->talking = false;
    tmr_arm_at(&f->next, time_add(now, silence));
}

/* What follows descends from the agreement, not from the packet or the spurt before. */
static void on_next(void *owner)
{
    struct media_flow *f = owner;
    struct sim *s = sim_of(f);
    uint64_t before = bus_swap_cause(s, f->cause);
    if (!f->talking)
        begin_spurt(f);
    else if (!time_before(sim_now(s), f->spurt_ends))
        end_spurt(f);
    else
        media_packets_next(f);
    bus_swap_cause(s, before);
}

/* --- life -------------------------------------------------------------------------------------------------- */

void media_host_init(struct media_host *h, struct node *n, struct ip_stack *ip, const struct media_config *c)
{
    *h = (struct media_host){.node = n, .ip = ip, .config = c};
    list_init(&h->open);
}

static void on_end(struct net_watch *w)
{
    struct media_flow *f = (struct media_flow *)(void *)((char *)w - offsetof(struct media_flow, watch));
    struct sim *s = sim_of(f);
    uint64_t before = bus_swap_cause(s, f->cause);
    if (f->sending) /* a packet of this very instant is out */
        tell_spurt(f, time_add(sim_now(s), dur_ns(1)));
    media_packets_tell_heard(f);
    bus_swap_cause(s, before);
}

void media_flow_init(struct media_flow *f, struct media_host *h)
{
    *f = (struct media_flow){.host = h, .watch = {.on_change = on_change, .on_end = on_end}};
    tmr_init(&f->next, h->node->sim, h->node->id, "rtp.next", f, on_next);
    list_init(&f->in_host);
}

static uint16_t take_port(struct media_host *h)
{
    uint32_t first = (uint32_t)(h->config->port_first + 1) & ~1u; /* RFC 3550 11: an even one */
    for (int i = 0; i < PORTS; i++) {
        uint16_t port = (uint16_t)(first + 2 * (h->taken++ % PORTS));
        if (ip_is_free(h->ip, port))
            return port;
    }
    return 0;
}

uint16_t media_flow_open(struct media_flow *f)
{
    struct media_host *h = f->host;
    ASSERT(f->port == 0);
    f->port = take_port(h);
    if (f->port == 0)
        return 0;
    ip_bind(h->ip, f->port, media_packets_hear, f);
    ip_on_refused(h->ip, f->port, media_packets_refused);
    net_watch_start(h->node->net, &f->watch);
    list_append(&h->open, &f->in_host);
    f->in = (struct media_rtp_in){0};
    f->out = (struct media_rtp_out){0};
    return f->port;
}

static void stop_sending(struct media_flow *f)
{
    if (!f->sending)
        return;
    tell_spurt(f, sim_now(sim_of(f)));
    tmr_disarm(&f->next);
    f->sending = f->talking = false;
}

void media_flow_talk(struct media_flow *f, const struct media *local, const struct media *remote)
{
    uint8_t codec = 0;
    ASSERT(f->port != 0);
    bool sends = media_sends(local, remote, &codec);
    if (sends && f->sending && ip4_eq(f->to, remote->addr) && f->to_port == remote->port && f->codec == codec)
        return;
    stop_sending(f);
    if (!sends)
        return;
    f->sending = true;
    f->to = remote->addr;
    f->to_port = remote->port;
    f->codec = codec;
    f->cause = bus_cause(sim_of(f));
    f->layout = net_layout(f->host->node->net) - 1; /* no way was found yet */
    begin_spurt(f);
}

void media_flow_close(struct media_flow *f)
{
    if (f->port == 0)
        return;
    stop_sending(f);
    media_packets_tell_heard(f);
    net_watch_stop(&f->watch);
    list_remove(&f->in_host);
    ip_unbind(f->host->ip, f->port);
    f->port = 0;
}

void media_host_power_off(struct media_host *h)
{
    while (!list_empty(&h->open))
        media_flow_close(LIST_ENTRY(h->open.next, struct media_flow, in_host));
}
