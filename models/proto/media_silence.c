/* SPDX-License-Identifier: GPL-3.0-or-later */
/* media_silence.c: voice that should come and does not, where it should be heard (media_flow.h). */
#include "models/proto/media_flow_state.h"
#include "sim/kernel/measure.h"

#define SILENCE_S 5 /* longer than what a burst of losses, a route that changes or a spanning tree's port takes */

static struct sim *sim_of(const struct media_flow *f)
{
    return f->host->node->sim;
}

/* Up to `end` the other side was not heard. */
static void count(struct media_flow *f, struct sim_time end)
{
    struct media_silence *q = &f->silence;
    if (q->told && !f->relay)
        measure_add(sim_of(f), MEASURE_RTP_SILENCE, time_sub(end, q->since).ns);
    q->told = false;
}

static void wait(struct media_flow *f)
{
    struct sim_time now = sim_now(sim_of(f)), at = time_add(f->silence.since, dur_s(SILENCE_S));
    f->silence.asked = false;
    tmr_arm_at(&f->silence.timer, time_before(at, now) ? now : at);
}

/* The speaker only sends on what he hears, and hears nothing himself. */
static uint64_t silence_of_speaker(const struct media_flow *f)
{
    const struct node *n = ip_owner(f->host->node->net, f->peer);
    const struct media_flow *out = n && n->ip ? ip_bound(n->ip, f->peer_port, media_packets_hear) : NULL;
    return out && out->relays && out->relays->silence.told ? out->relays->silence.note : 0;
}

/* What explains it besides that which made the stream stop: a packet of its stream that was dropped since. */
static uint64_t reason(const struct media_flow *f)
{
    uint64_t drop = f->silence.flow ? bus_last_drop(sim_of(f), f->silence.flow) : 0;
    uint64_t theirs = silence_of_speaker(f);
    return theirs ? theirs : drop > f->silence.heard ? drop : 0;
}

static void tell(struct media_flow *f)
{
    struct media_silence *q = &f->silence;
    struct sim *s = sim_of(f);
    char since[24];
    struct txtbuf t = txtbuf_of(since, sizeof since);
    long long tenths = (q->since.ns + 50000000) / 100000000;
    txtbuf_add(&t, "%lld.%lld", tenths / 10, tenths % 10);
    uint64_t note = BUS_NOTE(s, f->host->node->id, "rtp", "heard nothing from {}:{} since {} s", V_IP4(f->peer.v),
                             V_U64(f->peer_port), V_TEXT(since));
    bus_because(s, note, reason(f), BECAUSE_STATE);
    if (!f->relay && !measure_get(s, MEASURE_RTP_SILENCE).record)
        measure_from(s, MEASURE_RTP_SILENCE, note);
    q->told = true;
    q->note = note;
}

/* Packets that nobody sent any more leave no trace: it is the last state of the one who should have. */
static bool ask_for_speaker(struct media_flow *f)
{
    struct media_silence *q = &f->silence;
    const struct node *n = ip_owner(f->host->node->net, f->peer);
    if (q->asked || !n || !q->flow || reason(f))
        return false;
    q->asked = true;
    tmr_arm_at(&q->timer, sim_now(sim_of(f)));
    tmr_await(&q->timer, 0, n->id);
    return true;
}

/* Packets arm no timer: it looks whether one came meanwhile. */
static void on_quiet(void *owner)
{
    struct media_flow *f = owner;
    struct sim_time at = time_add(f->silence.since, dur_s(SILENCE_S));
    if (time_before(sim_now(sim_of(f)), at))
        wait(f);
    else if (!ask_for_speaker(f))
        tell(f);
}

void media_silence_init(struct media_flow *f)
{
    tmr_init(&f->silence.timer, sim_of(f), f->host->node->id, "rtp.silence", f, on_quiet);
}

void media_silence_expect(struct media_flow *f, bool expects)
{
    struct media_silence *q = &f->silence;
    struct sim_time now = sim_now(sim_of(f));
    if (expects == q->expects)
        return;
    if (!expects)
        count(f, now);
    tmr_disarm(&q->timer);
    q->expects = expects;
    q->from = q->since = now;
    if (expects && !q->comes)
        wait(f);
}

void media_silence_packet(struct media_flow *f, uint64_t flow)
{
    struct media_silence *q = &f->silence;
    struct sim_time now = sim_now(sim_of(f));
    bool again = q->told;
    if (!q->expects)
        return;
    count(f, now);
    q->since = now;
    q->heard = bus_cause(sim_of(f));
    q->flow = flow;
    if (again)
        wait(f);
}

void media_silence_comes(struct media_flow *f, struct sim_time at)
{
    struct media_silence *q = &f->silence;
    struct sim_time now = sim_now(sim_of(f));
    q->comes = true;
    if (!q->expects)
        return;
    at = time_before(at, now) ? now : at; /* it was under way already when this port began to hear */
    tmr_disarm(&q->timer);
    count(f, at);
    q->from = q->since = at;
}

void media_silence_stops(struct media_flow *f, struct sim_time at)
{
    struct media_silence *q = &f->silence;
    q->comes = false;
    if (!q->expects)
        return;
    q->since = time_before(q->from, at) ? at : q->from;
    wait(f);
}

void media_silence_count(struct media_flow *f)
{
    if (f->silence.expects)
        count(f, sim_now(sim_of(f)));
}
