/* SPDX-License-Identifier: GPL-3.0-or-later */
/* media_packets.c: the voice of a call packet by packet (RFC 3550): sent every 20 ms, and heard. */
#include <string.h>

#include "models/proto/media_flow.h"
#include "models/wire/rtp.h"
#include "sim/kernel/measure.h"

#define DSCP_EF 46          /* what Cisco phones and gateways mark voice with */
#define SAMPLE_NS 125000    /* 8000 Hz */
#define SOUND_BYTES_MAX 160 /* 20 ms of G.711 */

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

static void send_packet(struct media_flow *f)
{
    uint8_t sound[SOUND_BYTES_MAX], bytes[RTP_HEADER_BYTES + SOUND_BYTES_MAX];
    struct media_rtp_out *o = &f->out;
    uint16_t len = media_codec_bytes(f->codec);
    fill(sound, len, f->codec);
    int64_t samples = time_sub(sim_now(sim_of(f)), o->first_at).ns / SAMPLE_NS;
    struct rtp m = {.marker = f->packet == 0, /* RFC 3551 4.1 */
                    .payload_type = f->codec,
                    .sequence = o->number++,
                    .timestamp = o->timestamp + (uint32_t)samples,
                    .ssrc = o->ssrc,
                    .payload = str_of_bytes(sound, len)};
    struct wr w = wr_of(bytes, sizeof bytes);
    rtp_put(&w, &m);
    ASSERT(wr_ok(&w));
    struct udp u = {.dst = f->to, .src_port = f->port, .dst_port = f->to_port,
                    .payload = str_of_bytes(bytes, wr_len(&w))};
    f->out.sent++;
    if (!ip_send_udp(f->host->ip, &u, DSCP_EF)) /* no route: nobody else can tell that it is lost */
        f->out.refused++;
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
    if (in->lost && !measure_get(s, MEASURE_RTP_PACKETS_LOST).record)
        measure_from(s, MEASURE_RTP_PACKETS_LOST, note);
    if (in->lost)
        measure_add(s, MEASURE_RTP_PACKETS_LOST, (int64_t)in->lost);
    in->got = in->lost = in->first_drop = 0;
}

/* RFC 3550 A.1, A.3: what is behind the highest number came late; it was taken for lost. */
static void count(struct media_rtp_in *in, uint16_t number)
{
    uint16_t ahead = (uint16_t)(number - in->number);
    if (ahead == 0)
        return; /* a copy */
    in->got++;
    if (ahead < 0x8000) {
        in->lost += ahead - 1u;
        in->number = number;
    } else if (in->lost) {
        in->lost--;
    }
}

void media_packets_hear(void *arg, const struct udp *u, const struct frame *frame)
{
    struct media_flow *f = arg;
    struct rd r = rd_of(u->payload.p, u->payload.n);
    struct rtp m;
    if (!rtp_get(&r, &m)) {
        ip_discard(f->host->node, "bad-rtp");
        return;
    }
    struct media_rtp_in *in = &f->in;
    if (!in->heard || in->ssrc != m.ssrc) {
        media_packets_tell_heard(f);
        *in = (struct media_rtp_in){.ssrc = m.ssrc, .number = (uint16_t)(m.sequence - 1), .heard = true};
    }
    in->from = u->src;
    in->from_port = u->src_port;
    count(in, m.sequence);
    if (in->lost && !in->first_drop)
        in->first_drop = bus_last_drop(sim_of(f), frame->flow);
}
