/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_in.c: arriving segments, in the order of RFC 9293 3.10.7: the checks (tcp_check.c), ACK, text,
 * FIN. Urgent data is data: URG and the urgent pointer say nothing here. */
#include <string.h>

#include "models/net/tcp_state.h"

#define HELD_MAX 256

/* RFC 9293 3.10.7.4, fifth: an older segment must not bring an older window back. */
static void update_window(struct tcp_conn *c, const struct tcp_seg *s)
{
    bool newer =
        SEQ_LT(c->snd_wl1, s->seq) || (c->snd_wl1 == s->seq && SEQ_LEQ(c->snd_wl2, s->ack));
    if (s->ack != c->snd_una || !newer)
        return;
    c->snd_wnd = s->window;
    c->snd_wl1 = s->seq;
    c->snd_wl2 = s->ack;
    if (c->snd_wnd_max < c->snd_wnd)
        c->snd_wnd_max = c->snd_wnd;
}

/* --- ACK -------------------------------------------------------------------------------------- */

/* RFC 5681 2, "duplicate acknowledgment". */
static bool is_duplicate_ack(const struct tcp_conn *c, const struct tcp_seg *s)
{
    return s->ack == c->snd_una && tcp_outstanding(c) > 0 && tcp_seg_len(s) == 0 &&
           s->window == c->snd_wnd;
}

/* Our FIN was acknowledged: where that leads. */
static bool fin_acked(struct tcp_conn *c)
{
    if (!c->user_closed || c->queue)
        return true;
    switch (c->state) {
    case TCP_FIN_WAIT_1:
        tcp_set_state(c, TCP_FIN_WAIT_2, "ack-of-fin");
        if (!c->reads_on)
            tcp_linger(c); /* closed both ways: he waits for no data, nor do we for ever */
        return true;
    case TCP_CLOSING:
        tcp_set_state(c, TCP_TIME_WAIT, "ack-of-fin");
        tcp_linger(c);
        return true;
    case TCP_LAST_ACK:
        tcp_conn_end(c, TCP_END_CLOSED, "ack-of-fin");
        return false;
    default:
        return true;
    }
}

/* SYN-RECEIVED. False: the connection has ended, or the segment is done with. */
static bool on_ack_of_syn(struct tcp_conn *c, const struct tcp_seg *s)
{
    if (s->ack != c->iss + 1) {
        ip_discard(c->tcp->node, "tcp-unacceptable-ack");
        tcp_reset_stray(c->tcp, s);
        return false;
    }
    tcp_on_acked(c, s->ack, s);
    update_window(c, s);
    tcp_set_state(c, TCP_ESTABLISHED, "ack-of-syn");
    if (c->user_closed)
        tcp_set_state(c, TCP_FIN_WAIT_1, "close"); /* it waited behind data (3.10.4) */
    else
        tcp_opened(c);
    tcp_send_waiting(c);
    return !c->ended;
}

/* The peer lives and its window is closed: that is no reason to give it up, whether nothing is out (RFC
 * 9293 3.8.6.1, MUST-37) or something that it took its window back from (3.8.6, SHLD-17). */
static void spare(struct tcp_conn *c)
{
    c->retries = 0;
    if (!c->probing)
        tcp_arm_giveup(c, sim_now(c->tcp->node->sim));
}

/* False as above. */
static bool on_ack(struct tcp_conn *c, const struct tcp_seg *s)
{
    if (c->state == TCP_SYN_RECEIVED)
        return on_ack_of_syn(c, s);
    if (SEQ_LT(c->snd_una, s->ack))
        tcp_on_acked(c, s->ack, s);
    else if (is_duplicate_ack(c, s))
        tcp_on_duplicate_ack(c);
    update_window(c, s);
    if (c->probing || (c->snd_wnd == 0 && tcp_outstanding(c) > 0))
        spare(c);
    if (!fin_acked(c))
        return false;
    tcp_output(c);
    return !c->ended;
}

/* --- text ------------------------------------------------------------------------------------- */

/* Keeps a segment that came too early, in order of sequence number. */
static void hold(struct tcp_conn *c, const struct tcp_seg *s)
{
    struct seg **at = &c->held;
    while (*at && SEQ_LT((*at)->seq, s->seq))
        at = &(*at)->next;
    if (*at && (*at)->seq == s->seq)
        return;
    if (c->held_count == HELD_MAX) {
        ip_discard(c->tcp->node, "tcp-too-many-held");
        return;
    }
    struct seg *g = tcp_seg_new(c->tcp, s->payload, 0);
    g->seq = s->seq;
    g->fin = s->flags & TCP_FIN;
    g->next = *at;
    *at = g;
    c->held_count++;
}

/* Full close: nobody is left to read (RFC 9293 3.6.1). After tcp_shutdown somebody is. */
static bool is_deaf(const struct tcp_conn *c)
{
    return c->user_closed && !c->reads_on;
}

static void refuse_data(struct tcp_conn *c)
{
    tcp_send_rst(c);
    tcp_conn_end(c, TCP_END_ABORTED, "data-after-close");
}

/* Moves RCV.NXT over what starts at or before it; returns how many of its bytes were known already,
 * and in *finished that its FIN counts. */
static uint32_t advance(struct tcp_conn *c, uint32_t seq, uint32_t len, bool fin, bool *finished)
{
    uint32_t old = c->rcv_nxt - seq;
    if (old > len)
        return len;
    c->rcv_nxt = seq + len + fin;
    *finished = fin;
    return old;
}

/* Takes from the held segments those that are in order now. */
static struct seg *unhold(struct tcp_conn *c, bool *fin)
{
    struct seg *ready = NULL, **end = &ready;
    while (!*fin && c->held && SEQ_LEQ(c->held->seq, c->rcv_nxt)) {
        struct seg *g = c->held;
        c->held = g->next;
        c->held_count--;
        g->skip = advance(c, g->seq, g->data->len, g->fin, fin);
        g->next = NULL;
        *end = g;
        end = &g->next;
    }
    return ready;
}

static void deliver(struct tcp_conn *c, struct str data)
{
    if (data.n == 0 || c->ended)
        return;
    if (is_deaf(c))
        refuse_data(c);
    else if (c->events->on_data)
        c->events->on_data(c->arg, data);
}

static void on_fin(struct tcp_conn *c)
{
    if (c->last_ack_sent != c->rcv_nxt) /* the ACK of its data may have told it */
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
        tcp_linger(c);
        break;
    default:
        return;
    }
    if (c->events->on_peer_close)
        c->events->on_peer_close(c->arg);
}

/* A segment in order. One ACK tells of all that it completes, at once when there is or was a hole
 * (RFC 5681 4.2); the user hears of the data after that, of the FIN last. */
static void take(struct tcp_conn *c, const struct tcp_seg *s)
{
    bool fin = false;
    uint32_t old = advance(c, s->seq, (uint32_t)s->payload.n, s->flags & TCP_FIN, &fin);
    struct str fresh = {s->payload.p + old, s->payload.n - old};
    bool hole = c->held != NULL;
    struct seg *ready = unhold(c, &fin);
    if (hole)
        tcp_send_ack(c);
    else if (fresh.n)
        tcp_ack_later(c, fresh.n >= c->mss);
    deliver(c, fresh);
    for (struct seg *next; ready; ready = next) {
        next = ready->next;
        deliver(c, str_of_bytes(ready->data->bytes + ready->skip, ready->data->len - ready->skip));
        tcp_seg_free(c->tcp, ready);
    }
    if (fin && !c->ended)
        on_fin(c);
}

/* What lies beyond the window is cut off (RFC 9293 3.10.7.4, first). */
static void trim(const struct tcp_conn *c, struct tcp_seg *s)
{
    uint32_t room = c->rcv_nxt + (uint32_t)c->tcp->config->window_bytes - s->seq;
    if (tcp_seg_len(s) <= room)
        return;
    s->flags &= (uint8_t)~TCP_FIN; /* the last in sequence */
    if (s->payload.n > room)
        s->payload.n = room;
}

void tcp_on_text(struct tcp_conn *c, struct tcp_seg *s)
{
    if (c->state != TCP_ESTABLISHED && c->state != TCP_FIN_WAIT_1 && c->state != TCP_FIN_WAIT_2)
        return;
    trim(c, s);
    if (tcp_seg_len(s) == 0)
        return;
    if (s->payload.n && is_deaf(c)) {
        refuse_data(c);
        return;
    }
    if (SEQ_LT(c->rcv_nxt, s->seq)) {
        hold(c, s);
        tcp_send_ack(c); /* a duplicate ACK, at once (RFC 5681 4.2) */
        return;
    }
    take(c, s);
}

/* Not in the midst of the segment's work: the user may send or close. */
static void tell_drained(struct tcp_conn *c)
{
    bool tell = c->drained && !c->ended && !c->queue && c->events && c->events->on_drained;
    c->drained = false;
    if (tell)
        c->events->on_drained(c->arg);
}

/* RFC 9293 3.5, figure 7, and A.2: when both opened at once, the SYN,ACK repeats the SYN that we have; its
 * ACK is the news. */
static void strip_known_syn(const struct tcp_conn *c, struct tcp_seg *s)
{
    bool known = c->state == TCP_SYN_RECEIVED && !c->listener && s->seq == c->irs;
    if (!known || (s->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != (TCP_SYN | TCP_ACK))
        return;
    s->flags &= (uint8_t)~TCP_SYN;
    s->seq++;
}

static void on_synchronized(struct tcp_conn *c, struct tcp_seg *s)
{
    strip_known_syn(c, s);
    if (!tcp_acceptable(c, s))
        return;
    if (on_ack(c, s))
        tcp_on_text(c, s);
    tell_drained(c);
}

/* --- demultiplexing --------------------------------------------------------------------------- */

static void on_no_conn(struct tcp *t, struct listener *l, const struct tcp_seg *s)
{
    uint8_t kind = s->flags & (TCP_SYN | TCP_ACK | TCP_RST);
    if (l && kind == TCP_SYN) {
        tcp_on_listen(t, l, s);
    } else if (l && kind == 0) { /* RFC 9293 3.10.7.2, fourth */
        ip_discard(t->node, "tcp-unexpected");
    } else {
        ip_discard(t->node, "no-such-connection");
        tcp_reset_stray(t, s);
    }
}

/* RFC 9293 3.9.2.3: a broadcast is no address to speak to, nor one to speak from. */
static bool addresses_ok(const struct tcp *t, const struct tcp_seg *s)
{
    bool from_one = s->src.v != 0 && !ip4_is_multicast(s->src) && !ip4_is_broadcast(s->src);
    return from_one && ip4_eq(s->dst, ip_source(t->ip, s->src));
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
    if (!addresses_ok(t, &s)) {
        ip_discard(t->node, "tcp-wrong-address");
        return;
    }
    struct tcp_conn *c = map_get(&t->conns, tcp_key(s.dst_port, s.src, s.src_port));
    bool may_open = !c || c->state == TCP_TIME_WAIT;
    struct listener *l = may_open ? map_get(&t->listeners, s.dst_port) : NULL;
    t->depth++;
    if (!c)
        on_no_conn(t, l, &s);
    else if (c->state == TCP_SYN_SENT)
        tcp_on_syn_sent(c, &s);
    else if (l && tcp_may_reopen(c, &s))
        tcp_reopen(c, l, &s);
    else
        on_synchronized(c, &s);
    t->depth--;
}
