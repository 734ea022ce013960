/* SPDX-License-Identifier: GPL-3.0-or-later */
/* media_flow.c: see media_flow.h. The life of a stream; what it is without packets and with them, have its parts. */
#include "models/proto/media_flow_state.h"

#include "sim/kernel/measure.h"

#define PORTS 8192    /* even ones */

static struct sim *sim_of(const struct media_flow *f)
{
    return f->host->node->sim;
}

/* A relay sends on what comes in, as it comes. */
static bool as_packets(const struct media_flow *f)
{
    return !f->relays && f->host->config->rtp == MEDIA_AS_PACKETS;
}

/* --- what is told ---------------------------------------------------------------------------------------- */

void media_tell_sent(struct media_flow *f, const struct media_count *c)
{
    struct sim *s = sim_of(f);
    if (c->sent == 0)
        return;
    uint64_t note = BUS_NOTE(s, f->host->node->id, "rtp", "sent {} packets {} to {}:{}, lost {}", V_U64(c->sent),
                             V_TEXT(media_codec_name(f->codec)), V_IP4(f->to.v), V_U64(f->to_port), V_U64(c->lost));
    bus_because(s, note, c->record, BECAUSE_STATE);
    measure_add(s, MEASURE_RTP_PACKETS_SENT, (int64_t)c->sent);
    if (c->lost && !measure_get(s, MEASURE_RTP_PACKETS_LOST).record)
        measure_from(s, MEASURE_RTP_PACKETS_LOST, note);
    if (c->lost)
        measure_add(s, MEASURE_RTP_PACKETS_LOST, (int64_t)c->lost);
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
    media_stream_begin(f, now);
    if (!is_endless(law))
        tmr_arm_at(&f->next, f->spurt_ends);
}

static void tell_spurt(struct media_flow *f)
{
    media_packets_tell_sent(f);
    if (f->talking && !as_packets(f))
        media_stream_end(f, sim_now(sim_of(f)));
}

static void end_spurt(struct media_flow *f)
{
    struct sim_time now = sim_now(sim_of(f));
    struct sim_dur silence = draw(f, &f->host->config->silence);
    tell_spurt(f);
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

static struct media_flow *watcher(struct net_watch *w)
{
    return (struct media_flow *)(void *)((char *)w - offsetof(struct media_flow, watch));
}

static void on_change(struct net_watch *w)
{
    struct media_flow *f = watcher(w);
    if (f->talking && !as_packets(f)) /* a spurt that begins looks for itself */
        media_stream_look(f);
}

static void on_end(struct net_watch *w)
{
    struct media_flow *f = watcher(w);
    struct sim *s = sim_of(f);
    uint64_t before = bus_swap_cause(s, f->cause);
    media_packets_tell_sent(f);
    if (f->talking && !as_packets(f))
        media_stream_finish(f);
    media_packets_tell_heard(f);
    media_silence_count(f);
    bus_swap_cause(s, before);
}

void media_flow_init(struct media_flow *f, struct media_host *h)
{
    *f = (struct media_flow){.host = h, .watch = {.on_change = on_change, .on_end = on_end}};
    tmr_init(&f->next, h->node->sim, h->node->id, "rtp.next", f, on_next);
    media_silence_init(f);
    list_init(&f->in_host);
}

void media_flow_relay(struct media_flow *out, struct media_flow *in)
{
    ASSERT(out->host->node == in->host->node);
    ASSERT(!out->relays && !in->relay && out->port == 0);
    out->relays = in;
    in->relay = out;
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
    tell_spurt(f);
    tmr_disarm(&f->next);
    f->sending = f->talking = f->out.follows = false;
}

static void start_sending(struct media_flow *f, const struct media *remote, uint8_t codec)
{
    f->sending = true;
    f->to = remote->addr;
    f->to_port = remote->port;
    f->codec = codec;
    f->cause = bus_cause(sim_of(f));
    f->layout = net_layout(f->host->node->net) - 1; /* no way was found yet */
    if (f->relays)
        media_stream_join(f);
    else
        begin_spurt(f);
}

void media_flow_talk(struct media_flow *f, const struct media *local, const struct media *remote)
{
    uint8_t codec = 0, theirs;
    ASSERT(f->port != 0);
    f->peer = remote->addr;
    f->peer_port = remote->port;
    media_silence_expect(f, media_sends(remote, local, &theirs));
    bool sends = media_sends(local, remote, &codec);
    bool same = f->sending && ip4_eq(f->to, remote->addr) && f->to_port == remote->port;
    if (sends && same && (f->relays || f->codec == codec))
        return;
    stop_sending(f);
    if (sends)
        start_sending(f, remote, codec);
}

void media_flow_close(struct media_flow *f)
{
    if (f->port == 0)
        return;
    stop_sending(f);
    media_stream_unheard(f);
    media_packets_tell_heard(f);
    media_silence_expect(f, false);
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
