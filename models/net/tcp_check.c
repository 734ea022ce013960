/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_check.c: whether an arriving segment counts (RFC 9293 3.10.7.4, first to fifth, with the checks of
 * RFC 5961 and the timestamps of RFC 7323), and how one that does not is answered.
 *
 * What comes from nowhere (a RST that is not exact, a SYN on a connection, an ACK out of range) calls
 * forth an ACK: a peer that is really at another place answers it by a RST that is exact. Two ends that
 * have lost each other would so speak for ever; a limit to these ACKs ends it (RFC 5961 7). */
#include "models/net/tcp_state.h"

#define CHALLENGES_MAX 10 /* RFC 5961 7: no more than these in … */
#define CHALLENGE_SPAN_S 5
#define TS_RECENT_VALID_S (24 * 86400) /* RFC 7323 5.5 */

static void challenge(struct tcp_conn *c)
{
    struct sim_time now = sim_now(c->tcp->node->sim);
    if (dur_cmp(time_sub(now, c->challenged_at), dur_s(CHALLENGE_SPAN_S)) >= 0 || c->challenges == 0) {
        c->challenged_at = now;
        c->challenges = 0;
    }
    if (c->challenges == CHALLENGES_MAX) {
        ip_discard(c->tcp->node, "tcp-challenge-limit");
        return;
    }
    c->challenges++;
    tcp_send_ack(c);
}

/* --- sequence number -------------------------------------------------------------------------- */

/* RFC 9293 3.10.7.4, first: the four cases. */
static bool in_window(const struct tcp_conn *c, const struct tcp_seg *s)
{
    uint32_t wnd = (uint32_t)c->tcp->config->window_bytes, len = tcp_seg_len(s);
    uint32_t first = s->seq - c->rcv_nxt, last = s->seq + len - 1 - c->rcv_nxt;
    if (wnd == 0)
        return len == 0 && first == 0;
    return first < wnd || (len > 0 && last < wnd);
}

static void on_unacceptable(struct tcp_conn *c, const struct tcp_seg *s)
{
    if (s->flags & TCP_RST) {
        ip_discard(c->tcp->node, "tcp-reset-outside-window");
        return;
    }
    if (c->state == TCP_TIME_WAIT && s->flags & TCP_FIN)
        tcp_linger(c); /* the last ACK was lost: 2 MSL again */
    if (tcp_seg_len(s) == 0 || s->flags & TCP_SYN)
        challenge(c);
    else
        tcp_send_ack(c);
}

/* RFC 7323 5.3: older than what came last, so the sequence number is of an earlier round (PAWS). */
static bool is_stale(const struct tcp_conn *c, const struct tcp_seg *s)
{
    struct sim_dur age = time_sub(sim_now(c->tcp->node->sim), c->ts_recent_at);
    return c->timestamps && s->has_ts && (int32_t)(s->ts_val - c->ts_recent) < 0 &&
           dur_cmp(age, dur_s(TS_RECENT_VALID_S)) <= 0;
}

/* False: the segment is done with. */
static bool timestamp_ok(struct tcp_conn *c, const struct tcp_seg *s)
{
    if (s->flags & TCP_RST)
        return true;
    if (c->timestamps && !s->has_ts) { /* RFC 7323 3.2: both agreed to have it in all */
        ip_discard(c->tcp->node, "tcp-no-timestamp");
        return false;
    }
    if (!is_stale(c, s))
        return true;
    ip_discard(c->tcp->node, "tcp-old-timestamp");
    tcp_send_ack(c);
    return false;
}

/* RFC 7323 4.3: what the next segment will echo. */
static void note_timestamp(struct tcp_conn *c, const struct tcp_seg *s)
{
    if (!c->timestamps || !s->has_ts || !SEQ_LEQ(s->seq, c->last_ack_sent))
        return;
    c->ts_recent = s->ts_val;
    c->ts_recent_at = sim_now(c->tcp->node->sim);
}

/* --- RST, SYN and ACK ------------------------------------------------------------------------- */

/* All that we had to say has arrived, or only our FIN may be missing: the RST takes nothing away. */
static bool is_over(const struct tcp_conn *c)
{
    return c->state >= TCP_CLOSING && (!c->queue || c->queue->fin);
}

/* Any RST in the window resets, or, as RFC 5961 3.2 has it, only one with the exact sequence number. */
static void on_reset(struct tcp_conn *c, const struct tcp_seg *s)
{
    if (c->tcp->config->reset_exact && s->seq != c->rcv_nxt) {
        ip_discard(c->tcp->node, "tcp-reset-not-exact");
        challenge(c);
        return;
    }
    enum tcp_end why = is_over(c) ? TCP_END_CLOSED : TCP_END_RESET;
    if (c->state == TCP_SYN_RECEIVED && !c->listener) /* MUST-11 */
        why = TCP_END_REFUSED;
    tcp_conn_end(c, why, "reset");
}

/* RFC 5961 4.2; a connection that still waits for its handshake to end makes room (RFC 9293 3.10.7.4,
 * fourth): the listener hears the next SYN. */
static void on_syn(struct tcp_conn *c)
{
    ip_discard(c->tcp->node, "tcp-syn-in-window");
    if (c->state == TCP_SYN_RECEIVED && c->listener)
        tcp_conn_end(c, TCP_END_RESET, "syn-in-window");
    else
        challenge(c);
}

/* RFC 5961 5.2. SYN-RECEIVED has a rule of its own. */
static bool ack_in_range(const struct tcp_conn *c, const struct tcp_seg *s)
{
    return c->state == TCP_SYN_RECEIVED ||
           (SEQ_LEQ(c->snd_una - c->snd_wnd_max, s->ack) && SEQ_LEQ(s->ack, c->snd_max));
}

bool tcp_acceptable(struct tcp_conn *c, const struct tcp_seg *s)
{
    if (!timestamp_ok(c, s))
        return false;
    if (!in_window(c, s)) {
        on_unacceptable(c, s);
        return false;
    }
    if (s->flags & TCP_RST) {
        on_reset(c, s);
        return false;
    }
    if (s->flags & TCP_SYN) {
        on_syn(c);
        return false;
    }
    if (!(s->flags & TCP_ACK))
        return false;
    if (!ack_in_range(c, s)) {
        ip_discard(c->tcp->node, "tcp-ack-out-of-range");
        challenge(c);
        return false;
    }
    note_timestamp(c, s);
    return true;
}

/* --- a new connection in the place of an old one ---------------------------------------------- */

/* RFC 9293 3.6.1, MAY-2, and 3.10.7.4, fourth: later than all that the old one had. */
bool tcp_may_reopen(const struct tcp_conn *c, const struct tcp_seg *s)
{
    bool syn = (s->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
    bool newer = c->timestamps && s->has_ts && (int32_t)(s->ts_val - c->ts_recent) > 0;
    return c->state == TCP_TIME_WAIT && syn && (newer || SEQ_LT(c->rcv_nxt, s->seq));
}
