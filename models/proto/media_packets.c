/* SPDX-License-Identifier: GPL-3.0-or-later */
/* media_packets.c: the voice of a call packet by packet (RFC 3550): sent every 20 ms, and heard. */
#include <string.h>

#include "models/proto/media_flow_state.h"
#include "models/wire/rtp.h"
#include "sim/kernel/measure.h"

#define SAMPLE_NS 125000    /* 8000 Hz */
#define SOUND_BYTES_MAX 160 /* 20 ms of G.711 */
#define RELAYED_BYTES_MAX 1460 /* of an Ethernet frame of 1,500 */

static struct sim *sim_of(const struct media_flow *f)
{
    return f->host->node->sim;
}

/* --- sending ----------------------------------------------------------------------------------------------- */

/* RFC 3550 5.1: all three begin at random. They go on through hold and change of codec. */
static void draw_ids(struct media_flow *f)
{
    struct media_host *h = f->host;
    if (f->out.drawn)
        return;
    if (!h->ids)
        h->ids = node_stream(h->node, "rtp-ids");
    f->out = (struct media_rtp_out){.ssrc = rng_u32(h->ids), .timestamp = rng_u32(h->ids), .drawn = true};
    f->out.number = (uint16_t)rng_u32(h->ids);
    f->out.first_at = sim_now(sim_of(f));
    f->flow = bus_flow(sim_of(f), "rtp", str_of(h->node->name), f->out.ssrc);
}

/* Silence: what a muted line sends. */
static void fill(uint8_t *sound, size_t n, uint8_t codec)
{
    memset(sound, codec == 0 ? 0xff : codec == 8 ? 0xd5 : 0, n);
}

static uint32_t timestamp_now(const struct media_flow *f)
{
    int64_t samples = time_sub(sim_now(sim_of(f)), f->out.first_at).ns / SAMPLE_NS;
    return f->out.timestamp + (uint32_t)samples;
}

static void send_rtp(struct media_flow *f, const struct rtp *m, uint8_t *room, size_t size)
{
    struct wr w = wr_of(room, size);
    rtp_put(&w, m);
    ASSERT(wr_ok(&w));
    struct udp u = {.dst = f->to, .src_port = f->port, .dst_port = f->to_port,
                    .payload = str_of_bytes(room, wr_len(&w))};
    f->out.sent++;
    if (!ip_send_udp(f->host->ip, &u, DSCP_EF)) /* no route: nobody else can tell that it is lost */
        f->out.refused++;
}

static void send_packet(struct media_flow *f)
{
    uint8_t sound[SOUND_BYTES_MAX], bytes[RTP_HEADER_BYTES + SOUND_BYTES_MAX];
    struct media_rtp_out *o = &f->out;
    uint16_t len = media_codec_bytes(f->codec);
    fill(sound, len, f->codec);
    struct rtp m = {.marker = f->packet == 0, /* RFC 3551 4.1 */
                    .payload_type = f->codec,
                    .sequence = o->number++,
                    .timestamp = timestamp_now(f),
                    .ssrc = o->ssrc,
                    .payload = str_of_bytes(sound, len)};
    send_rtp(f, &m, bytes, sizeof bytes);
}

void media_packets_begin(struct media_flow *f)
{
    draw_ids(f);
    f->packet = 0;
    f->spurt_began = sim_now(sim_of(f));
    media_packets_next(f);
}

void media_packets_next(struct media_flow *f)
{
    struct sim *s = sim_of(f);
    uint64_t cause = bus_cause(s), flow = bus_current_flow(s);
    bus_set_flow(s, f->flow);
    send_packet(f);
    bus_swap_cause(s, cause);
    struct sim_time next = time_add(f->spurt_began, dur_ms((int64_t)++f->packet * MEDIA_PACKET_MS));
    tmr_arm_at(&f->next, time_before(next, f->spurt_ends) ? next : f->spurt_ends);
    bus_set_flow(s, flow);
}

void media_packets_tell_sent(struct media_flow *f)
{
    struct media_count c = {.sent = f->out.sent, .lost = f->out.refused};
    f->out.sent = f->out.refused = 0;
    media_tell_sent(f, &c);
}

/* Packets came back to a port that nobody has bound: the call is over there (RFC 1122 4.1.3.3). */
void media_packets_refused(void *arg, const struct udp *u)
{
    struct media_flow *f = arg;
    if (!f->sending || !ip4_eq(u->dst, f->to) || u->dst_port != f->to_port)
        return;
    char addr[16];
    struct txtbuf t = txtbuf_of(addr, sizeof addr);
    ip4_text(&t, f->to);
    if (f->out.refused++ == 0)
        BUS_NOTE(sim_of(f), f->host->node->id, "rtp", "{}:{} is closed, says ICMP", V_TEXT(addr), V_U64(f->to_port));
}

/* --- hearing ------------------------------------------------------------------------------------------------ */

void media_packets_tell_heard(struct media_flow *f)
{
    struct media_rtp_in *in = &f->in;
    struct sim *s = sim_of(f);
    if (in->got == 0)
        return;
    char addr[16];
    struct txtbuf t = txtbuf_of(addr, sizeof addr);
    ip4_text(&t, in->from);
    uint64_t note = BUS_NOTE(s, f->host->node->id, "rtp", "heard {} packets from {}:{}, {} missing", V_U64(in->got),
                             V_TEXT(addr), V_U64(in->from_port), V_U64(in->lost));
    bus_because(s, note, in->first_drop, BECAUSE_STATE);
    if (in->lost > in->passed_on && !measure_get(s, MEASURE_RTP_PACKETS_LOST).record)
        measure_from(s, MEASURE_RTP_PACKETS_LOST, note);
    if (in->lost > in->passed_on)
        measure_add(s, MEASURE_RTP_PACKETS_LOST, (int64_t)(in->lost - in->passed_on));
    in->got = in->lost = in->passed_on = in->first_drop = 0;
}

/* RFC 3550 A.1, A.3: what is behind the highest number came late; it was taken for lost. */
static void count(struct media_rtp_in *in, uint16_t number, bool passes_on)
{
    uint16_t ahead = (uint16_t)(number - in->number);
    if (ahead == 0)
        return; /* a copy */
    in->got++;
    if (ahead < 0x8000) {
        in->lost += ahead - 1u;
        in->passed_on += passes_on ? ahead - 1u : 0;
        in->number = number;
    } else if (in->lost) {
        in->lost--;
        in->passed_on -= passes_on && in->passed_on;
    }
}

static void know_sender(struct media_flow *f, const struct rtp *m, const struct udp *u)
{
    struct media_rtp_in *in = &f->in;
    if (!in->heard || in->ssrc != m->ssrc) {
        media_packets_tell_heard(f);
        *in = (struct media_rtp_in){.ssrc = m->ssrc, .number = (uint16_t)(m->sequence - 1), .heard = true};
        if (f->relay)
            f->relay->out.follows = false;
    }
    in->from = u->src;
    in->from_port = u->src_port;
}

/* --- relaying ------------------------------------------------------------------------------------------------ */

/* Its numbers go on where they were, from the first packet of a sender on, or after a pause; then they are the sender's,
 * shifted: what is missing there is missing here. */
static void follow(struct media_flow *f, const struct rtp *m)
{
    struct media_rtp_out *o = &f->out;
    draw_ids(f);
    if (o->follows)
        return;
    o->number_shift = (uint16_t)(o->number - m->sequence);
    o->timestamp_shift = timestamp_now(f) - m->timestamp;
    o->follows = true;
}

/* RFC 3550 2.3, 7.1: a source of its own to those that hear it. The packet stays part of the exchange it came in with. */
static void send_on(struct media_flow *f, const struct rtp *heard)
{
    uint8_t bytes[RTP_HEADER_BYTES + RELAYED_BYTES_MAX];
    struct media_rtp_out *o = &f->out;
    struct rtp m = *heard;
    if (m.payload.n > RELAYED_BYTES_MAX) {
        ip_discard(f->host->node, "rtp-too-long");
        return;
    }
    follow(f, &m);
    if (m.payload_type != f->codec)
        media_packets_tell_sent(f);
    f->codec = m.payload_type;
    m.sequence = (uint16_t)(m.sequence + o->number_shift);
    m.timestamp += o->timestamp_shift;
    m.ssrc = o->ssrc;
    if ((uint16_t)(m.sequence - o->number) < 0x8000)
        o->number = (uint16_t)(m.sequence + 1);
    send_rtp(f, &m, bytes, sizeof bytes);
}

void media_packets_hear(void *arg, const struct udp *u, const struct frame *frame)
{
    struct media_flow *f = arg, *out = f->relay;
    struct media_rtp_in *in = &f->in;
    struct rd r = rd_of(u->payload.p, u->payload.n);
    struct rtp m;
    if (!rtp_get(&r, &m)) {
        ip_discard(f->host->node, "bad-rtp");
        return;
    }
    know_sender(f, &m, u);
    count(in, m.sequence, out && out->sending && out->out.follows);
    if (in->lost && !in->first_drop)
        in->first_drop = bus_last_drop(sim_of(f), frame->flow);
    media_silence_packet(f, frame->flow);
    if (out && out->sending)
        send_on(out, &m);
}
