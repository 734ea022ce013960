/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_out.c: building segments, sending what windows allow, and the three timers: retransmission
 * (RFC 6298), giving up (RFC 9293 3.8.3, R2), delayed ACK (3.8.6.3). */
#include <string.h>

#include "models/net/tcp_state.h"
#include "sim/kernel/measure.h"

#define SYN_RETRIES_MAX 6   /* Linux tcp_syn_retries */
#define DATA_RETRIES_MAX 15 /* Linux tcp_retries2 */

/* Milliseconds, never 0: a zero echo would say "nothing to echo" (RFC 7323 3.2). */
static uint32_t ts_now(const struct tcp_conn *c)
{
    return (uint32_t)(sim_now(c->tcp->node->sim).ns / 1000000) + 1;
}

static void add_timestamps(const struct tcp_conn *c, struct tcp_seg *s)
{
    if (!c->timestamps || s->flags & TCP_RST)
        return;
    s->has_ts = true;
    s->ts_val = ts_now(c);
    s->ts_ecr = s->flags & TCP_ACK ? c->ts_recent : 0;
}

static struct tcp_seg header(const struct tcp_conn *c, uint32_t seq, uint8_t flags)
{
    struct tcp_seg s = {.src = c->local, .dst = c->peer, .src_port = c->local_port,
                        .dst_port = c->peer_port, .seq = seq, .flags = flags};
    s.ack = flags & TCP_ACK ? c->rcv_nxt : 0;
    s.window = flags & TCP_RST ? 0 : (uint16_t)c->tcp->config->window_bytes;
    add_timestamps(c, &s);
    return s;
}

static void emit(struct tcp *t, const struct tcp_seg *s, uint8_t dscp, uint64_t flow, uint32_t copy)
{
    size_t len = tcp_seg_header_bytes(s) + s->payload.n;
    struct wr w;
    struct frame *f = ip_begin(t->ip, s->dst, len, &w);
    if (!f) {
        ip_discard(t->node, "no-route");
        return;
    }
    f->flow = flow ? flow : bus_current_flow(t->node->sim);
    f->copy = copy;
    tcp_seg_put(&w, s);
    ASSERT(wr_ok(&w));
    ip_send(t->ip, f, s->dst, IP4_TCP, dscp, len);
}

/* Every segment with ACK tells what we have: what waited to be acknowledged no longer does. */
static void send_segment(struct tcp_conn *c, const struct tcp_seg *s, uint64_t flow, uint32_t copy)
{
    if (s->flags & TCP_ACK) {
        c->ack_pending = false;
        c->full_segments = 0;
        c->last_ack_sent = s->ack;
        tmr_disarm(&c->ack_timer);
    }
    emit(c->tcp, s, c->dscp, flow, copy);
}

static void arm_rto(struct tcp_conn *c)
{
    tmr_arm(&c->rto_timer, c->rto.rto);
    tmr_await(&c->rto_timer, c->queue ? c->queue->data->flow : c->handshake_flow, 0);
    measure_max(c->tcp->node->sim, MEASURE_MAX_RTO, c->rto.rto.ns);
}

/* From the first transmission of what has waited longest. */
static void arm_giveup(struct tcp_conn *c, struct sim_time since)
{
    if (c->tcp->config->giveup.ns == 0)
        return;
    tmr_arm_at(&c->giveup_timer, time_add(since, c->tcp->config->giveup));
    tmr_await(&c->giveup_timer, c->queue ? c->queue->data->flow : c->handshake_flow, 0);
}

/* --- SYN ------------------------------------------------------------------------------------------------ */

void tcp_send_syn(struct tcp_conn *c)
{
    uint8_t flags = c->state == TCP_SYN_RECEIVED ? TCP_SYN | TCP_ACK : TCP_SYN;
    struct tcp_seg s = header(c, c->iss, flags);
    s.mss = (uint16_t)c->tcp->config->mss;
    if (c->syn_copies == 0) {
        c->syn_at = sim_now(c->tcp->node->sim);
        c->snd_nxt = c->snd_max = c->iss + 1;
        arm_giveup(c, c->syn_at);
    }
    arm_rto(c);
    send_segment(c, &s, c->handshake_flow, c->syn_copies++);
}

/* --- data ------------------------------------------------------------------------------------------------ */

uint32_t tcp_in_flight(const struct tcp_conn *c)
{
    return c->snd_nxt - c->snd_una;
}

static void send_data(struct tcp_conn *c, struct seg *g)
{
    uint8_t flags = TCP_ACK | (g->push ? TCP_PSH : 0) | (g->fin ? TCP_FIN : 0);
    struct tcp_seg s = header(c, g->seq, flags);
    s.payload = str_of_bytes(g->data->bytes, g->data->len);
    c->last_sent = sim_now(c->tcp->node->sim);
    send_segment(c, &s, g->data->flow, g->copies);
}

static bool may_send(const struct tcp_conn *c, const struct seg *g)
{
    uint32_t window = c->snd_wnd < c->cwnd ? c->snd_wnd : c->cwnd;
    if (g->fin)
        return true;
    if (c->tcp->config->nagle && g->data->len < c->mss && tcp_in_flight(c) > 0)
        return false;
    return tcp_in_flight(c) + g->data->len <= window;
}

/* RFC 5681 4.1: after an idle time longer than the RTO the window starts again. */
static void restart_after_idle(struct tcp_conn *c)
{
    struct sim_dur idle = time_sub(sim_now(c->tcp->node->sim), c->last_sent);
    if (tcp_in_flight(c) == 0 && dur_cmp(idle, c->rto.rto) > 0 && c->cwnd > 3 * c->mss)
        c->cwnd = 3 * c->mss;
}

void tcp_output(struct tcp_conn *c)
{
    if (c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED || c->ended)
        return;
    restart_after_idle(c);
    for (struct seg *g = c->queue; g; g = g->next) {
        if (g->sent)
            continue;
        if (!may_send(c, g))
            return;
        bool first = tcp_in_flight(c) == 0;
        g->sent = true;
        g->seq = c->snd_nxt;
        g->sent_at = sim_now(c->tcp->node->sim);
        c->snd_nxt += g->data->len + g->fin;
        c->snd_max = c->snd_nxt;
        if (first) {
            arm_rto(c);
            arm_giveup(c, g->sent_at);
        }
        send_data(c, g);
    }
}

void tcp_retransmit_first(struct tcp_conn *c)
{
    struct seg *g = c->queue;
    if (!g || !g->sent)
        return;
    g->copies++;
    send_data(c, g);
    if (c->events->on_retransmit)
        c->events->on_retransmit(c->arg, g->data->flow, g->copies);
}

/* --- acknowledgements --------------------------------------------------------------------------------------- */

void tcp_send_ack(struct tcp_conn *c)
{
    struct tcp_seg s = header(c, c->snd_nxt, TCP_ACK);
    send_segment(c, &s, 0, 0);
}

void tcp_ack_later(struct tcp_conn *c, bool full_segment)
{
    struct sim_dur delay = c->tcp->config->ack_delay;
    c->full_segments += full_segment;
    c->ack_pending = true;
    if (delay.ns == 0 || c->full_segments >= 2)
        tcp_send_ack(c);
    else if (!tmr_armed(&c->ack_timer))
        tmr_arm(&c->ack_timer, delay);
}

void tcp_on_ack_timer(void *owner)
{
    struct tcp_conn *c = owner;
    tcp_send_ack(c);
}

static void note_rto(struct tcp_conn *c, const char *fmt, struct sim_dur was)
{
    struct node *n = c->tcp->node;
    uint64_t before = c->rto_record;
    c->rto_record = BUS_NOTE(n->sim, n->id, "tcp.rto", fmt, V_DUR(was), V_DUR(c->rto.rto));
    bus_because(n->sim, c->rto_record, before, BECAUSE_STATE);
}

static void sample(struct tcp_conn *c, struct sim_dur rtt)
{
    struct sim_dur was = c->rto.rto;
    tcp_rto_sample(&c->rto, rtt);
    if (was.ns != c->rto.rto.ns)
        note_rto(c, "a valid RTT sample takes the RTO from {} to {}", was);
}

/* Karn (RFC 6298 3): only data never retransmitted gives a sample, unless timestamps tell copies apart. */
static void sample_from(struct tcp_conn *c, bool retransmitted, struct sim_time sent_at,
                        const struct tcp_seg *s)
{
    struct sim_time now = sim_now(c->tcp->node->sim);
    if (c->timestamps && s->has_ts && s->ts_ecr)
        sample(c, dur_ms((int64_t)(ts_now(c) - s->ts_ecr)));
    else if (!retransmitted)
        sample(c, time_sub(now, sent_at));
    else
        BUS_NOTE(c->tcp->node->sim, c->tcp->node->id, "tcp.rto",
                 "an ACK of retransmitted data gives no valid RTT sample (Karn): the RTO stays {}",
                 V_DUR(c->rto.rto));
}

static void open_cwnd(struct tcp_conn *c, uint32_t acked)
{
    uint32_t add = c->cwnd < c->ssthresh ? (acked < c->mss ? acked : c->mss)
                                         : c->mss * c->mss / c->cwnd + 1;
    if (c->cwnd < (1u << 30))
        c->cwnd += add;
}

/* Frees what `ack` covers; true when any of it had been sent more than once. */
static bool free_acked(struct tcp_conn *c, uint32_t ack, struct sim_time *first_sent)
{
    bool retransmitted = false, first = true;
    while (c->queue && c->queue->sent) {
        struct seg *g = c->queue;
        if (!SEQ_LEQ(g->seq + g->data->len + g->fin, ack))
            break;
        retransmitted = retransmitted || g->copies > 0;
        if (first)
            *first_sent = g->sent_at;
        first = false;
        c->queue = g->next;
        if (!c->queue)
            c->queue_end = &c->queue;
        tcp_seg_free(c->tcp, g);
    }
    return retransmitted;
}

void tcp_on_acked(struct tcp_conn *c, uint32_t ack, const struct tcp_seg *s)
{
    bool of_syn = c->snd_una == c->iss;
    struct sim_time sent_at = c->syn_at;
    uint32_t acked = ack - c->snd_una;
    c->snd_una = ack;
    c->dup_acks = 0;
    c->retries = 0;
    bool again = free_acked(c, ack, &sent_at);
    again = again || (of_syn && c->syn_copies > 1);
    sample_from(c, again, sent_at, s);
    open_cwnd(c, acked);
    ip_confirm(c->tcp->ip, c->peer);
    if (tcp_in_flight(c) > 0) { /* RFC 6298 5.3 */
        arm_rto(c);
        arm_giveup(c, c->queue->sent_at);
    } else { /* 5.2 */
        tmr_disarm(&c->rto_timer);
        tmr_disarm(&c->giveup_timer);
    }
}

/* --- timers --------------------------------------------------------------------------------------------------- */

static bool out_of_retries(const struct tcp_conn *c, bool syn)
{
    return c->tcp->config->giveup.ns == 0 && c->retries > (syn ? SYN_RETRIES_MAX : DATA_RETRIES_MAX);
}

void tcp_on_rto(void *owner)
{
    struct tcp_conn *c = owner;
    bool syn = c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED;
    if (c->state == TCP_TIME_WAIT) {
        tcp_conn_end(c, TCP_END_CLOSED, "time-wait-over");
        return;
    }
    c->retries++;
    if (out_of_retries(c, syn)) {
        tcp_conn_end(c, TCP_END_TIMEOUT, "give-up");
        return;
    }
    struct sim_dur was = c->rto.rto;
    tcp_rto_backoff(&c->rto);
    note_rto(c, "no ACK within the RTO of {}: retransmitting, the RTO is now {}", was);
    uint32_t half = tcp_in_flight(c) / 2; /* RFC 5681 3.1, equation 4 */
    c->ssthresh = half > 2 * c->mss ? half : 2 * c->mss;
    c->cwnd = c->mss;
    if (syn) {
        tcp_send_syn(c);
        return;
    }
    arm_rto(c);
    tcp_retransmit_first(c);
}

void tcp_on_giveup(void *owner)
{
    struct tcp_conn *c = owner;
    tcp_conn_end(c, TCP_END_TIMEOUT, "give-up");
}

/* --- resets ------------------------------------------------------------------------------------------------------ */

void tcp_send_rst(struct tcp_conn *c)
{
    struct tcp_seg s = header(c, c->snd_nxt, TCP_RST | TCP_ACK);
    send_segment(c, &s, 0, 0);
}

void tcp_reset_stray(struct tcp *t, const struct tcp_seg *in)
{
    if (in->flags & TCP_RST)
        return;
    struct tcp_seg s = {.src = in->dst, .dst = in->src, .src_port = in->dst_port,
                        .dst_port = in->src_port};
    if (in->flags & TCP_ACK) {
        s.seq = in->ack;
        s.flags = TCP_RST;
    } else {
        s.ack = in->seq + tcp_seg_len(in);
        s.flags = TCP_RST | TCP_ACK;
    }
    emit(t, &s, 0, 0, 0);
}
