/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_out.c: building segments and sending what the windows allow (RFC 9293 3.8.6). What a timeout
 * gave up for lost and what was never sent stand in the same queue and leave by the same loop. */
#include <string.h>

#include "models/net/tcp_state.h"

/* --- segments --------------------------------------------------------------------------------- */

/* Milliseconds, never 0: a zero echo would say "nothing to echo" (RFC 7323 3.2). */
uint32_t tcp_ts_now(const struct tcp_conn *c)
{
    return (uint32_t)(sim_now(c->tcp->node->sim).ns / 1000000) + 1;
}

static void add_timestamps(const struct tcp_conn *c, struct tcp_seg *s)
{
    if (!c->timestamps || s->flags & TCP_RST)
        return;
    s->has_ts = true;
    s->ts_val = tcp_ts_now(c);
    s->ts_ecr = s->flags & TCP_ACK ? c->ts_recent : 0;
}

static struct tcp_seg header(const struct tcp_conn *c, uint32_t seq, uint8_t flags)
{
    struct tcp_seg s = {.src = c->local,
                        .dst = c->peer,
                        .src_port = c->local_port,
                        .dst_port = c->peer_port,
                        .seq = seq,
                        .flags = flags};
    s.ack = flags & TCP_ACK ? c->rcv_nxt : 0;
    s.window = flags & TCP_RST ? 0 : (uint16_t)c->tcp->config->window_bytes;
    add_timestamps(c, &s);
    return s;
}

static uint64_t emit(struct tcp *t, const struct tcp_seg *s, uint8_t dscp, uint64_t flow,
                     uint32_t copy)
{
    size_t len = tcp_seg_header_bytes(s) + s->payload.n;
    struct wr w;
    struct frame *f = ip_begin(t->ip, s->dst, len, &w);
    if (!f) {
        ip_discard(t->node, "no-route");
        return 0;
    }
    f->flow = flow ? flow : bus_current_flow(t->node->sim);
    f->copy = copy;
    tcp_seg_put(&w, s);
    ASSERT(wr_ok(&w));
    return ip_send(t->ip, f, s->dst, IP4_TCP, dscp, len);
}

/* Every segment with ACK tells what we have: what waited to be acknowledged no longer does. */
static uint64_t send_segment(struct tcp_conn *c, const struct tcp_seg *s, uint64_t flow,
                             uint32_t copy)
{
    if (s->flags & TCP_ACK) {
        c->ack_pending = false;
        c->full_segments = 0;
        c->last_ack_sent = s->ack;
        tmr_disarm(&c->ack_timer);
    }
    return emit(c->tcp, s, c->dscp, flow, copy);
}

void tcp_send_syn(struct tcp_conn *c)
{
    uint8_t flags = c->state == TCP_SYN_SENT ? TCP_SYN : TCP_SYN | TCP_ACK;
    struct tcp_seg s = header(c, c->iss, flags);
    s.mss = (uint16_t)c->tcp->config->mss;
    if (c->syn_copies == 0) {
        c->syn_at = sim_now(c->tcp->node->sim);
        c->snd_nxt = c->snd_max = c->iss + 1;
        tcp_arm_giveup(c, c->syn_at);
    }
    tcp_arm_rto(c);
    send_segment(c, &s, c->handshake_flow, c->syn_copies++);
}

void tcp_send_ack(struct tcp_conn *c)
{
    struct tcp_seg s = header(c, c->snd_max, TCP_ACK);
    send_segment(c, &s, 0, 0);
}

/* RFC 9293 3.8.6.3: soon, and at once for every second full segment. */
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

/* --- data ------------------------------------------------------------------------------------- */

static void send_data(struct tcp_conn *c, struct seg *g)
{
    uint8_t flags = TCP_ACK | (g->push ? TCP_PSH : 0) | (g->fin ? TCP_FIN : 0);
    struct tcp_seg s = header(c, g->seq, flags);
    s.payload = str_of_bytes(g->data->bytes, g->data->len);
    c->last_sent = sim_now(c->tcp->node->sim);
    uint64_t tx = send_segment(c, &s, g->data->flow, g->copies);
    /* How long its ACK is awaited was decided by what last wrote the RTO. */
    bus_because(c->tcp->node->sim, tx, c->rto_record, BECAUSE_STATE);
}

/* Sends a segment of the queue, for the first time or again (RFC 6298 5.1 arms the timer). */
static void transmit(struct tcp_conn *c, struct seg *g)
{
    bool again = g->sent;
    if (again) {
        g->copies++;
    } else {
        ASSERT(c->snd_nxt == c->snd_max);
        g->sent = true;
        g->seq = c->snd_nxt;
        g->sent_at = sim_now(c->tcp->node->sim);
    }
    if (SEQ_LT(c->snd_nxt, seg_end(g)))
        c->snd_nxt = seg_end(g);
    if (SEQ_LT(c->snd_max, c->snd_nxt))
        c->snd_max = c->snd_nxt;
    if (!tmr_armed(&c->rto_timer) || c->probing)
        tcp_arm_rto(c);
    if (!tmr_armed(&c->giveup_timer))
        tcp_arm_giveup(c, c->queue->sent_at);
    send_data(c, g);
    if (again && c->events->on_retransmit)
        c->events->on_retransmit(c->arg, g->data->flow, g->copies);
}

/* Only what was never sent is cut: sent segments keep their borders. */
static void split(struct tcp_conn *c, struct seg *g, uint32_t len)
{
    ASSERT(!g->sent && len > 0 && len < g->data->len);
    struct str rest = str_of_bytes(g->data->bytes + len, g->data->len - len);
    /* Nagle may gather more data in it. */
    struct seg *tail = tcp_seg_new(c->tcp, rest, c->tcp->config->nagle ? c->mss : 0);
    tail->data->flow = g->data->flow;
    tail->push = g->push;
    tail->next = g->next;
    if (c->queue_end == &g->next)
        c->queue_end = &tail->next;
    g->next = tail;
    g->push = false;
    g->data->len = (uint16_t)len;
}

void tcp_split_first(struct tcp_conn *c, uint32_t len)
{
    split(c, c->queue, len);
}

/* RFC 9293 3.8.6.2.1. A segment larger than half of the largest window ever offered may be cut. */
static bool fits(struct tcp_conn *c, struct seg *g)
{
    uint32_t window = c->snd_wnd < c->cwnd ? c->snd_wnd : c->cwnd;
    uint32_t flight = c->snd_nxt - c->snd_una, len = g->data->len;
    uint32_t usable = window > flight ? window - flight : 0;
    if (g->fin)
        return true;
    if (c->tcp->config->nagle && !g->sent && len < c->mss && tcp_outstanding(c) > 0)
        return false;
    if (len <= usable)
        return true;
    if (g != c->queue || g->sent || usable == 0 || usable < c->snd_wnd_max / 2)
        return false;
    tcp_split_first(c, usable);
    return true;
}

/* RFC 5681 4.1: after an idle time longer than the RTO the window starts again. */
static void restart_after_idle(struct tcp_conn *c)
{
    struct sim_dur idle = time_sub(sim_now(c->tcp->node->sim), c->last_sent);
    uint32_t initial = tcp_initial_window(c->mss);
    if (tcp_outstanding(c) == 0 && dur_cmp(idle, c->rto.rto) > 0 && c->cwnd > initial)
        c->cwnd = initial;
}

void tcp_output(struct tcp_conn *c)
{
    if (c->state <= TCP_SYN_RECEIVED || c->ended)
        return;
    restart_after_idle(c);
    c->tcp->depth++; /* on_retransmit may end the connection */
    struct seg *g = c->queue;
    for (; g && !c->ended; g = g->next) {
        if (g->sent && SEQ_LEQ(seg_end(g), c->snd_nxt))
            continue;
        if (!g->sent && g->data->len > c->mss) /* queued before the peer told us its MSS */
            split(c, g, c->mss);
        if (!fits(c, g))
            break;
        transmit(c, g);
    }
    c->tcp->depth--;
    if (!c->ended && g && tcp_outstanding(c) == 0 && !tmr_armed(&c->rto_timer))
        tcp_arm_probe(c);
}

void tcp_retransmit_first(struct tcp_conn *c)
{
    if (!c->queue || !c->queue->sent)
        return;
    c->tcp->depth++;
    transmit(c, c->queue);
    c->tcp->depth--;
}

/* Asks for the window without new data: what lies before the window is answered by an ACK
 * (3.10.7.4). A byte of new data (3.8.6.1) would have to count as unacknowledged, and be given up.
 */
void tcp_send_probe(struct tcp_conn *c)
{
    struct tcp_seg s = header(c, c->snd_una - 1, TCP_ACK);
    send_segment(c, &s, c->queue->data->flow, 0);
}

/* --- resets ----------------------------------------------------------------------------------- */

void tcp_send_rst(struct tcp_conn *c)
{
    struct tcp_seg s = header(c, c->snd_max, TCP_RST | TCP_ACK);
    send_segment(c, &s, 0, 0);
}

void tcp_reset_stray(struct tcp *t, const struct tcp_seg *in)
{
    if (in->flags & TCP_RST)
        return;
    struct tcp_seg s = {
        .src = in->dst, .dst = in->src, .src_port = in->dst_port, .dst_port = in->src_port};
    if (in->flags & TCP_ACK) {
        s.seq = in->ack;
        s.flags = TCP_RST;
    } else {
        s.ack = in->seq + tcp_seg_len(in);
        s.flags = TCP_RST | TCP_ACK;
    }
    emit(t, &s, 0, 0, 0);
}
