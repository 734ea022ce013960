/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_open.c: segments that open a connection: a SYN to a listener, in the place of a connection in
 * TIME-WAIT, or from a peer that opens at the same time; a SYN,ACK (RFC 9293 3.5, 3.10.7.2 and 3.10.7.3). */
#include "models/net/tcp_state.h"

#define MSS_DEFAULT 536 /* RFC 9293 3.7.1: no option came */
#define MSS_MIN 48      /* Linux: whatever the peer says, a segment carries something */
#define TS_BYTES 12     /* the option in whole words */
#define BEYOND_ANY_WINDOW 65537u

static void agree_options(struct tcp_conn *c, const struct tcp_seg *s)
{
    uint32_t theirs = s->mss ? s->mss : MSS_DEFAULT, ours = (uint32_t)c->tcp->config->mss;
    c->mss = theirs < MSS_MIN ? MSS_MIN : theirs < ours ? theirs : ours;
    c->timestamps = c->tcp->config->timestamps && s->has_ts;
    if (c->timestamps) {
        c->ts_recent = s->ts_val;
        c->ts_recent_at = sim_now(c->tcp->node->sim);
        c->mss -= TS_BYTES; /* the option stands in every segment from now on */
    }
    c->irs = s->seq;
    c->rcv_nxt = s->seq + 1;
    c->snd_wnd = c->snd_wnd_max = s->window;
    c->snd_wl1 = s->seq;
    c->snd_wl2 = c->iss;
}

/* --- LISTEN and SYN-SENT ---------------------------------------------------------------------- */

/* Data on the SYN is not kept: unacknowledged, it comes again. */
static void answer_syn(struct tcp *t, struct listener *l, const struct tcp_seg *s, uint32_t isn)
{
    struct tcp_conn *c = tcp_conn_new(t, s->src, s->src_port, s->dst_port, isn);
    c->listener = l;
    c->dscp = l->dscp;
    c->handshake_flow = bus_current_flow(t->node->sim);
    c->state = TCP_LISTEN;
    agree_options(c, s);
    tcp_set_state(c, TCP_SYN_RECEIVED, "syn");
    tcp_send_syn(c);
}

void tcp_on_listen(struct tcp *t, struct listener *l, const struct tcp_seg *s)
{
    if (t->config->backlog && l->pending >= t->config->backlog) {
        ip_discard(t->node, "tcp-backlog-full");
        return;
    }
    uint32_t isn = l->isn_given ? l->isn : rng_u32(t->isns);
    l->isn_given = false; /* for the first connection only */
    answer_syn(t, l, s, isn);
}

/* The new connection's numbers begin beyond any window of the old one (RFC 9293 3.6.1, MAY-2). */
void tcp_reopen(struct tcp_conn *c, struct listener *l, const struct tcp_seg *s)
{
    uint32_t isn = c->snd_max + BEYOND_ANY_WINDOW;
    tcp_conn_end(c, TCP_END_CLOSED, "new-syn");
    answer_syn(c->tcp, l, s, isn);
}

/* Both have opened at once (RFC 9293 3.5, figure 7). */
static void meet(struct tcp_conn *c)
{
    tcp_set_state(c, TCP_SYN_RECEIVED, "syn");
    tcp_send_syn(c);
}

/* What the user gave us while the connection was being opened leaves now. */
void tcp_send_waiting(struct tcp_conn *c)
{
    if (!c->ended && c->queue)
        tcp_output(c);
}

/* Text may stand behind the SYN (3.10.7.3, fourth). */
static void on_syn_ack(struct tcp_conn *c, struct tcp_seg *s)
{
    tcp_on_acked(c, s->ack, s);
    tcp_set_state(c, TCP_ESTABLISHED, "syn-ack");
    tcp_send_ack(c);
    tcp_opened(c);
    tcp_send_waiting(c);
    s->flags &= (uint8_t)~TCP_SYN;
    s->seq++;
    if (!c->ended)
        tcp_on_text(c, s);
}

void tcp_on_syn_sent(struct tcp_conn *c, struct tcp_seg *s)
{
    bool ack = s->flags & TCP_ACK;
    if (ack && s->ack != c->iss + 1) {
        ip_discard(c->tcp->node, "tcp-unacceptable-ack");
        tcp_reset_stray(c->tcp, s);
        return;
    }
    if (s->flags & TCP_RST) {
        if (ack)
            tcp_conn_end(c, TCP_END_REFUSED, "reset");
        return;
    }
    if (!(s->flags & TCP_SYN)) {
        ip_discard(c->tcp->node, "tcp-unexpected");
        return;
    }
    agree_options(c, s);
    if (ack)
        on_syn_ack(c, s);
    else
        meet(c);
}
