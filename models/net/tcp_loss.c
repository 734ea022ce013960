/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_loss.c: what is acknowledged and what is lost: RTT samples (Karn), the retransmission timer
 * (RFC 6298), the congestion window (RFC 5681, 6582), closed windows, giving up (RFC 9293 3.8.3).
 *
 * Each change of the RTO is a NOTE, each NOTE names the one before: the chain from a late
 * retransmission back to the timeouts that doubled its RTO. */
#include "models/net/tcp_state.h"
#include "sim/kernel/measure.h"

#define SYN_RETRIES_MAX 6   /* Linux tcp_syn_retries */
#define DATA_RETRIES_MAX 15 /* Linux tcp_retries2 */
#define R1_RETRIES 3        /* RFC 9293 3.8.3: then the layer below is told (RFC 1122 2.3.2.1) */
#define DUP_ACKS_FAST 3     /* RFC 5681 3.2 */
#define CWND_MAX (1u << 30)
#define LINGER_S                                                                                   \
    60 /* Linux, TIME-WAIT and tcp_fin_timeout; RFC 9293 3.6.1 asks for 2 MSL = 240 s */

uint32_t tcp_outstanding(const struct tcp_conn *c)
{
    return c->snd_max - c->snd_una;
}

bool tcp_has_unacked(const struct tcp_conn *c)
{
    return tcp_outstanding(c) > 0;
}

/* --- the timers' arming ----------------------------------------------------------------------- */

static uint64_t oldest_flow(const struct tcp_conn *c)
{
    return c->queue ? c->queue->data->flow : c->handshake_flow;
}

void tcp_arm_rto(struct tcp_conn *c)
{
    c->probing = false;
    tmr_arm(&c->rto_timer, c->rto.rto);
    tmr_await(&c->rto_timer, oldest_flow(c), 0);
    measure_max(c->tcp->node->sim, MEASURE_MAX_RTO, c->rto.rto.ns, c->rto_record);
}

/* From the first transmission of what has waited longest. */
void tcp_arm_giveup(struct tcp_conn *c, struct sim_time since)
{
    if (c->tcp->config->giveup.ns == 0)
        return;
    tmr_arm_at(&c->giveup_timer, time_add(since, c->tcp->config->giveup));
    tmr_await(&c->giveup_timer, oldest_flow(c), 0);
}

/* RFC 9293 3.8.6.1: the first after an RTO, then ever more slowly. The RTO itself is not touched.
 */
void tcp_arm_probe(struct tcp_conn *c)
{
    if (!c->probing)
        c->probes = 0;
    c->probing = true;
    struct sim_dur wait = c->rto.rto;
    for (uint32_t i = 0; i < c->probes && dur_cmp(wait, c->rto.config->cap) < 0; i++)
        wait = dur_scaled(2, wait.ns);
    tmr_arm(&c->rto_timer, dur_min(wait, c->rto.config->cap));
    tmr_await(&c->rto_timer, oldest_flow(c), 0);
}

void tcp_linger(struct tcp_conn *c)
{
    c->probing = false;
    tmr_arm(&c->rto_timer, dur_s(LINGER_S));
}

/* --- samples ---------------------------------------------------------------------------------- */

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

/* What an ACK says about the RTT. */
enum timing { TIMING_NONE, TIMING_CLEAR, TIMING_AMBIGUOUS };

/* Karn (RFC 6298 3): only data never retransmitted gives a sample, unless timestamps tell copies
 * apart. Without the rule the ACK is taken for one of the first copy, as TCPs did before 1987. */
static void take_sample(struct tcp_conn *c, enum timing timing, struct sim_time sent_at,
                        const struct tcp_seg *s)
{
    struct sim *sim = c->tcp->node->sim;
    int32_t echoed_ms = (int32_t)(tcp_ts_now(c) - s->ts_ecr); /* negative: never sent by us */
    if (c->timestamps && s->has_ts && s->ts_ecr && echoed_ms >= 0)
        sample(c, dur_ms(echoed_ms));
    else if (timing == TIMING_CLEAR || (timing == TIMING_AMBIGUOUS && !c->tcp->config->karn))
        sample(c, time_sub(sim_now(sim), sent_at));
    else if (timing == TIMING_AMBIGUOUS)
        BUS_NOTE(sim, c->tcp->node->id, "tcp.rto",
                 "an ACK of retransmitted data gives no valid RTT sample (Karn): the RTO stays {}",
                 V_DUR(c->rto.rto));
}

/* Frees what `ack` covers. The oldest segment that it covers whole is the one timed; *sent_at is when
 * it, or the oldest that was retransmitted, was first sent. */
static enum timing free_acked(struct tcp_conn *c, uint32_t ack, struct sim_time *sent_at)
{
    enum timing timing = TIMING_NONE;
    while (c->queue && c->queue->sent && SEQ_LT(c->queue->seq, ack)) {
        struct seg *g = c->queue;
        if (g->copies > 0 && timing != TIMING_AMBIGUOUS) {
            timing = TIMING_AMBIGUOUS;
            *sent_at = g->sent_at;
        }
        if (SEQ_LT(ack, seg_end(g))) {
            g->partly = true;
            break;
        }
        if (timing == TIMING_NONE && !g->partly) {
            timing = TIMING_CLEAR;
            *sent_at = g->sent_at;
        }
        c->queue = g->next;
        if (!c->queue)
            c->queue_end = &c->queue;
        tcp_seg_free(c->tcp, g);
    }
    return timing;
}

/* --- the congestion window -------------------------------------------------------------------- */

/* RFC 5681 3.1. */
uint32_t tcp_initial_window(uint32_t mss)
{
    return (mss > 2190 ? 2 : mss > 1095 ? 3 : 4) * mss;
}

static void shrink_threshold(struct tcp_conn *c)
{
    uint32_t half = tcp_outstanding(c) / 2; /* RFC 5681 3.1, equation 4 */
    c->ssthresh = half > 2 * c->mss ? half : 2 * c->mss;
    c->recover = c->snd_max;
}

static void open_window(struct tcp_conn *c, uint32_t acked)
{
    if (c->cwnd >= CWND_MAX)
        return;
    if (c->cwnd < c->ssthresh)
        c->cwnd += acked < c->mss ? acked : c->mss;
    else
        c->cwnd += c->mss * c->mss > c->cwnd ? c->mss * c->mss / c->cwnd : 1;
}

/* RFC 6582 3.2, step 3: an ACK of part of what was out when the loss was found shows the next hole.
 */
static void go_on_recovering(struct tcp_conn *c, uint32_t ack, uint32_t acked)
{
    if (SEQ_LT(ack, c->recover)) {
        c->cwnd = c->cwnd > acked + c->mss ? c->cwnd - acked : c->mss;
        c->cwnd += acked >= c->mss ? c->mss : 0;
        tcp_retransmit_first(c);
        return;
    }
    c->recovering = false;
    c->cwnd = c->ssthresh;
}

/* RFC 5681 3.2; not for the ACKs that a timeout's own repetitions call forth (RFC 6582 4). */
void tcp_on_duplicate_ack(struct tcp_conn *c)
{
    c->dup_acks++;
    if (c->recovering) {
        c->cwnd += c->mss;
    } else if (c->dup_acks == DUP_ACKS_FAST && SEQ_LEQ(c->recover, c->snd_una)) {
        shrink_threshold(c);
        c->recovering = true;
        c->cwnd = c->ssthresh + DUP_ACKS_FAST * c->mss;
        tcp_arm_rto(c); /* a whole RTO after this copy */
        tcp_retransmit_first(c);
    }
}

/* --- acknowledgements ------------------------------------------------------------------------- */

/* The ACK of our SYN: no data, so the window does not grow (RFC 5681 3.1). When both opened at once it went
 * twice, as a SYN and as a SYN,ACK, and was not lost. */
static enum timing on_syn_acked(struct tcp_conn *c, struct sim_time *sent_at)
{
    c->syn_acked = true;
    c->cwnd = c->syn_lost ? c->mss : tcp_initial_window(c->mss);
    *sent_at = c->syn_at;
    return c->syn_copies > 1 ? TIMING_AMBIGUOUS : TIMING_CLEAR;
}

static void after_lost_syn(struct tcp_conn *c)
{
    struct sim_dur was = c->rto.rto;
    if (tcp_rto_after_lost_syn(&c->rto))
        note_rto(c, "the SYN was lost and gave no sample: the RTO goes from {} to {}", was);
}

void tcp_on_acked(struct tcp_conn *c, uint32_t ack, const struct tcp_seg *s)
{
    bool of_syn = !c->syn_acked;
    struct sim_time sent_at;
    uint32_t acked = ack - c->snd_una;
    c->snd_una = ack;
    if (SEQ_LT(c->snd_nxt, ack))
        c->snd_nxt = ack;
    c->dup_acks = 0;
    c->retries = 0;
    enum timing timing = free_acked(c, ack, &sent_at);
    if (of_syn)
        timing = on_syn_acked(c, &sent_at);
    take_sample(c, timing, sent_at, s);
    if (of_syn && c->syn_lost)
        after_lost_syn(c);
    ip_confirm(c->tcp->ip, c->peer);
    if (tcp_outstanding(c) > 0) { /* RFC 6298 5.3 */
        tcp_arm_rto(c);
        tcp_arm_giveup(c, c->queue->sent_at);
    } else { /* 5.2 */
        tmr_disarm(&c->rto_timer);
        tmr_disarm(&c->giveup_timer);
        c->drained = !of_syn;
    }
    if (!c->recovering && SEQ_LT(c->recover, ack))
        c->recover = ack; /* it must not fall half a round of the numbers behind */
    if (c->recovering)
        go_on_recovering(c, ack, acked);
    else if (!of_syn)
        open_window(c, acked);
}

/* --- timers ----------------------------------------------------------------------------------- */

static void give_up(struct tcp_conn *c)
{
    struct node *n = c->tcp->node;
    BUS_NOTE(n->sim, n->id, "tcp.giveup",
             "no ACK after {} retransmissions: the peer counts as dead", V_U64(c->retries - 1));
    tcp_conn_end(c, TCP_END_TIMEOUT, "give-up");
}

static bool out_of_retries(const struct tcp_conn *c, bool syn)
{
    return c->tcp->config->giveup.ns == 0 &&
           c->retries > (syn ? SYN_RETRIES_MAX : DATA_RETRIES_MAX);
}

/* The window is still closed, or so small that sending was put off until now (3.8.6.2.1, rule 4).
 * As long as the probes are answered the connection stays (MUST-37). */
static void probe(struct tcp_conn *c)
{
    if (c->snd_wnd > 0) {
        if (c->snd_wnd < c->queue->data->len)
            tcp_split_first(c, c->snd_wnd);
        tcp_output(c);
        return;
    }
    if (++c->retries > DATA_RETRIES_MAX) {
        give_up(c);
        return;
    }
    c->probes++;
    tcp_arm_probe(c);
    tcp_send_probe(c);
}

/* RFC 6298 5.4 to 5.6, RFC 5681 3.1. */
static void on_timeout(struct tcp_conn *c, bool syn)
{
    struct sim_dur was = c->rto.rto;
    tcp_rto_backoff(&c->rto);
    note_rto(c, "no ACK within the RTO of {}: retransmitting, the RTO is now {}", was);
    if (c->retries == R1_RETRIES)
        ip_doubt(c->tcp->ip, c->peer);
    if (syn) {
        c->syn_lost = true;
        tcp_send_syn(c);
        return;
    }
    if (c->retries == 1)
        shrink_threshold(c);
    c->recover = c->snd_max;
    c->recovering = false;
    c->dup_acks = 0;
    c->cwnd = c->mss;
    c->snd_nxt = c->snd_una;
    tcp_arm_rto(c);
    tcp_retransmit_first(c);
}

void tcp_on_rto(void *owner)
{
    struct tcp_conn *c = owner;
    bool syn = !c->syn_acked;
    if (c->state == TCP_TIME_WAIT || c->state == TCP_FIN_WAIT_2) {
        tcp_conn_end(c, c->state == TCP_TIME_WAIT ? TCP_END_CLOSED : TCP_END_TIMEOUT,
                     c->state == TCP_TIME_WAIT ? "time-wait-over" : "no-fin");
        return;
    }
    if (c->probing) {
        probe(c);
        return;
    }
    c->retries++;
    if (out_of_retries(c, syn))
        give_up(c);
    else
        on_timeout(c, syn);
}

void tcp_on_giveup(void *owner)
{
    struct tcp_conn *c = owner;
    struct node *n = c->tcp->node;
    const char *name = c->tcp->config->giveup_name;
    uint64_t r = BUS_NOTE(n->sim, n->id, "tcp.giveup",
                          "no ACK for {} since it was first sent: the peer counts as dead",
                          V_DUR(c->tcp->config->giveup));
    bus_because(n->sim, r, node_limit(n, name ? name : "tcp_giveup"), BECAUSE_LIMIT);
    bus_because(n->sim, r, c->rto_record, BECAUSE_STATE);
    tcp_conn_end(c, TCP_END_TIMEOUT, "give-up");
}
