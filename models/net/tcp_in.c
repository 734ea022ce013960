/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_in.c: arriving segments, in the order of checks of RFC 9293 3.10.7: sequence, RST, SYN, ACK, text,
 * FIN. A RST is accepted anywhere in the window. */
#include <string.h>

#include "models/net/tcp_state.h"

#define HELD_MAX 64
#define MSS_DEFAULT 536 /* RFC 9293 3.7.1: no option came */
#define DUP_ACKS_FAST 3 /* RFC 5681 3.2 */
#define TIME_WAIT_S 60  /* Linux; RFC 9293 3.6.1 asks for 2 MSL = 240 s */

static void agree_options(struct tcp_conn *c, const struct tcp_seg *s)
{
    uint32_t theirs = s->mss ? s->mss : MSS_DEFAULT;
    c->mss = theirs < (uint32_t)c->tcp->config->mss ? theirs : (uint32_t)c->tcp->config->mss;
    c->timestamps = c->tcp->config->timestamps && s->has_ts;
    if (c->timestamps) {
        c->ts_recent = s->ts_val;
        c->mss -= 12; /* the option stands in every segment from now on */
    }
    c->cwnd = 3 * c->mss;
    c->irs = s->seq;
    c->rcv_nxt = s->seq + 1;
    c->snd_wnd = s->window;
}

/* --- LISTEN and SYN-SENT -------------------------------------------------------------------------------- */

static void on_listen(struct tcp *t, struct listener *l, const struct tcp_seg *s)
{
    uint32_t isn = l->isn_given ? l->isn : rng_u32(t->isns);
    l->isn_given = false; /* for the first connection only */
    struct tcp_conn *c = tcp_conn_new(t, s->src, s->src_port, s->dst_port, isn);
    c->listener = l;
    c->dscp = l->dscp;
    c->handshake_flow = bus_current_flow(t->node->sim);
    agree_options(c, s);
    tcp_set_state(c, TCP_SYN_RECEIVED, "syn");
    tcp_send_syn(c);
}

static void on_syn_sent(struct tcp_conn *c, const struct tcp_seg *s)
{
    bool ack = s->flags & TCP_ACK;
    if (ack && s->ack != c->iss + 1) {
        tcp_reset_stray(c->tcp, s);
        return;
    }
    if (s->flags & TCP_RST) {
        if (ack)
            tcp_conn_end(c, TCP_END_REFUSED, "reset");
        return;
    }
    if (!(s->flags & TCP_SYN) || !ack) {
        ip_discard(c->tcp->node, "tcp-unexpected");
        return;
    }
    agree_options(c, s);
    tcp_on_acked(c, s->ack, s);
    tcp_set_state(c, TCP_ESTABLISHED, "syn-ack");
    tcp_send_ack(c);
    tcp_opened(c);
}

/* --- the synchronized states: checks ------------------------------------------------------------------------ */

/* RFC 9293 3.10.7.4, first: the four cases. */
static bool in_window(const struct tcp_conn *c, const struct tcp_seg *s)
{
    uint32_t wnd = (uint32_t)c->tcp->config->window_bytes, len = tcp_seg_len(s);
    uint32_t first = s->seq - c->rcv_nxt, last = s->seq + len - 1 - c->rcv_nxt;
    if (wnd == 0)
        return len == 0 && first == 0;
    return first < wnd || (len > 0 && last < wnd);
}

/* RFC 7323 4.3: what the next segment will echo. */
static void note_timestamp(struct tcp_conn *c, const struct tcp_seg *s)
{
    if (c->timestamps && s->has_ts && (int32_t)(s->ts_val - c->ts_recent) >= 0 &&
        SEQ_LEQ(s->seq, c->last_ack_sent))
        c->ts_recent = s->ts_val;
}

static void on_duplicate_ack(struct tcp_conn *c, const struct tcp_seg *s)
{
    if (s->ack == c->snd_una && tcp_in_flight(c) > 0 && tcp_seg_len(s) == 0 &&
        s->window == c->snd_wnd && ++c->dup_acks == DUP_ACKS_FAST)
        tcp_retransmit_first(c);
}

/* Our FIN was acknowledged: where that leads. */
static bool fin_acked(struct tcp_conn *c)
{
    if (!c->user_closed || c->queue)
        return true;
    switch (c->state) {
    case TCP_FIN_WAIT_1:
        tcp_set_state(c, TCP_FIN_WAIT_2, "ack-of-fin");
        return true;
    case TCP_CLOSING:
        tcp_set_state(c, TCP_TIME_WAIT, "ack-of-fin");
        tmr_arm(&c->rto_timer, dur_s(TIME_WAIT_S));
        return true;
    case TCP_LAST_ACK:
        tcp_conn_end(c, TCP_END_CLOSED, "ack-of-fin");
        return false;
    default:
        return true;
    }
}

/* False: the connection has ended, or the segment is done with. */
static bool on_ack(struct tcp_conn *c, const struct tcp_seg *s)
{
    if (!(s->flags & TCP_ACK))
        return false;
    if (c->state == TCP_SYN_RECEIVED) {
        if (s->ack != c->iss + 1) {
            tcp_reset_stray(c->tcp, s);
            return false;
        }
        tcp_on_acked(c, s->ack, s);
        c->snd_wnd = s->window;
        tcp_set_state(c, TCP_ESTABLISHED, "ack-of-syn");
        tcp_opened(c);
        return !c->ended;
    }
    if (SEQ_LT(c->snd_max, s->ack)) { /* acknowledges what was never sent */
        tcp_send_ack(c);
        return false;
    }
    if (SEQ_LT(c->snd_una, s->ack))
        tcp_on_acked(c, s->ack, s);
    else
        on_duplicate_ack(c, s);
    c->snd_wnd = s->window;
    if (!fin_acked(c))
        return false;
    tcp_output(c);
    return !c->ended;
}

/* --- text ------------------------------------------------------------------------------------------------------ */

/* Keeps a segment that came too early, in order of sequence number. */
static void hold(struct tcp_conn *c, const struct tcp_seg *s)
{
    struct seg **at = &c->held;
    while (*at && SEQ_LT((*at)->seq, s->seq))
        at = &(*at)->next;
    if (c->held_count == HELD_MAX || (*at && (*at)->seq == s->seq))
        return;
    struct seg *g = tcp_seg_new(c->tcp, s->payload);
    g->seq = s->seq;
    g->fin = s->flags & TCP_FIN;
    g->next = *at;
    *at = g;
    c->held_count++;
}

/* Hands on what starts at or before RCV.NXT; true when a FIN came in order. */
static bool take(struct tcp_conn *c, uint32_t seq, struct str data, bool fin)
{
    uint32_t old = c->rcv_nxt - seq; /* bytes of it we have already */
    if (old > data.n)
        return false;
    struct str fresh = {data.p + old, data.n - old};
    c->rcv_nxt += (uint32_t)fresh.n + fin;
    if (fresh.n) {
        tcp_ack_later(c, fresh.n >= c->mss);
        if (c->events->on_data)
            c->events->on_data(c->arg, fresh);
    }
    return fin;
}

static bool take_held(struct tcp_conn *c)
{
    bool fin = false;
    while (!c->ended && c->held && SEQ_LEQ(c->held->seq, c->rcv_nxt)) {
        struct seg *g = c->held;
        c->held = g->next;
        c->held_count--;
        fin = take(c, g->seq, str_of_bytes(g->data->bytes, g->data->len), g->fin) || fin;
        tcp_seg_free(c->tcp, g);
    }
    return fin;
}

static void on_fin(struct tcp_conn *c)
{
    tcp_send_ack(c);
    switch (c->state) {
    case TCP_ESTABLISHED:
        tcp_set_state(c, TCP_CLOSE_WAIT, "fin");
        break;
    case TCP_FIN_WAIT_1:
        tcp_set_state(c, TCP_CLOSING, "fin");
        break;
    case TCP_FIN_WAIT_2:
        tcp_set_state(c, TCP_TIME_WAIT, "fin");
        tmr_arm(&c->rto_timer, dur_s(TIME_WAIT_S));
        break;
    default:
        return;
    }
    if (c->events->on_peer_close)
        c->events->on_peer_close(c->arg);
}

static void on_text(struct tcp_conn *c, const struct tcp_seg *s)
{
    bool fin = s->flags & TCP_FIN;
    if (s->payload.n == 0 && !fin)
        return;
    if (c->state != TCP_ESTABLISHED && c->state != TCP_FIN_WAIT_1 && c->state != TCP_FIN_WAIT_2)
        return;
    if (s->payload.n && c->user_closed) { /* full close: nobody is left to read (RFC 9293 3.6.1) */
        tcp_send_rst(c);
        tcp_conn_end(c, TCP_END_ABORTED, "data-after-close");
        return;
    }
    if (SEQ_LT(c->rcv_nxt, s->seq)) {
        hold(c, s);
        tcp_send_ack(c); /* a duplicate ACK, at once (RFC 5681 4.2) */
        return;
    }
    bool done = take(c, s->seq, s->payload, fin);
    done = take_held(c) || done;
    if (done && !c->ended)
        on_fin(c);
}

static void on_synchronized(struct tcp_conn *c, const struct tcp_seg *s)
{
    if (!in_window(c, s)) {
        if (s->flags & TCP_RST)
            ip_discard(c->tcp->node, "tcp-reset-outside-window");
        else if (c->state == TCP_TIME_WAIT && s->flags & TCP_FIN)
            tmr_arm(&c->rto_timer, dur_s(TIME_WAIT_S)); /* the last ACK was lost: 2 MSL again */
        if (!(s->flags & TCP_RST))
            tcp_send_ack(c);
        return;
    }
    note_timestamp(c, s);
    if (s->flags & TCP_RST) {
        tcp_conn_end(c, TCP_END_RESET, "reset");
        return;
    }
    if (s->flags & TCP_SYN) {
        if (c->state == TCP_SYN_RECEIVED && s->seq == c->irs)
            return; /* the SYN again: our SYN,ACK is repeated by its own timer */
        tcp_send_rst(c);
        tcp_conn_end(c, TCP_END_RESET, "syn-in-window");
        return;
    }
    if (on_ack(c, s))
        on_text(c, s);
}

void tcp_input(void *arg, const struct ip4_hdr *h, struct str payload, const struct frame *f)
{
    struct tcp *t = arg;
    struct tcp_seg s;
    struct rd r = rd_of(payload.p, payload.n);
    (void)f;
    if (!tcp_seg_get(&r, h->src, h->dst, &s)) {
        ip_discard(t->node, "tcp-malformed");
        return;
    }
    struct tcp_conn *c = map_get(&t->conns, tcp_key(s.dst_port, s.src, s.src_port));
    struct listener *l = c ? NULL : map_get(&t->listeners, s.dst_port);
    t->depth++;
    if (c && c->state == TCP_SYN_SENT)
        on_syn_sent(c, &s);
    else if (c)
        on_synchronized(c, &s);
    else if (l && (s.flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN)
        on_listen(t, l, &s);
    else {
        ip_discard(t->node, "no-such-connection");
        tcp_reset_stray(t, &s);
    }
    t->depth--;
}
