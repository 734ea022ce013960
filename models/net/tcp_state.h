/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_state.h: the inside of TCP, shared by tcp.c (life), tcp_user.c (the calls of users), tcp_open.c
 * (handshakes), tcp_in.c (arriving segments), tcp_check.c (which of them count), tcp_out.c (building and
 * sending) and tcp_loss.c (acknowledgements, samples, timers).
 * Names of variables are those of RFC 9293 3.3.1. After a timeout SND.NXT goes back to SND.UNA, so
 * that all that was sent goes again as the congestion window opens; SND.MAX remembers how far it
 * had come. */
#ifndef MODELS_NET_TCP_STATE_H
#define MODELS_NET_TCP_STATE_H

#include "models/net/tcp.h"
#include "models/wire/tcp.h"
#include "sim/base/map.h"
#include "sim/kernel/tmr.h"

enum tcp_state {
    TCP_CLOSED,
    TCP_LISTEN, /* a connection that answers a SYN starts here */
    TCP_SYN_SENT,
    TCP_SYN_RECEIVED,
    TCP_ESTABLISHED,
    TCP_FIN_WAIT_1,
    TCP_FIN_WAIT_2,
    TCP_CLOSE_WAIT,
    TCP_CLOSING,
    TCP_LAST_ACK,
    TCP_TIME_WAIT,
    TCP_STATE_COUNT
};

/* One segment's worth of data, waiting to be sent, acknowledged or put in order. */
struct seg {
    struct seg *next;
    struct frame *data;      /* a buffer of the frames' pools: len, flow */
    struct sim_time sent_at; /* first transmission */
    uint32_t seq, copies;
    uint32_t skip; /* held: bytes at its start that came with another one */
    bool sent, push, fin;
    bool partly; /* some of it was acknowledged before the rest: no RTT sample */
};

struct listener {
    uint16_t port;
    bool isn_given;
    uint32_t isn;
    uint8_t dscp;
    void (*on_accept)(void *arg, struct tcp_conn *c);
    void *arg;
    uint32_t pending; /* in SYN-RECEIVED */
};

struct tcp {
    struct node *node;
    struct ip_stack *ip;
    struct tcp_config *config;
    struct map conns;     /* local port, peer address, peer port -> tcp_conn */
    struct map listeners; /* port -> listener */
    struct seg *free_segs;
    struct tcp_conn *free_conns, *dead; /* dead ones may still be on the stack of a caller */
    struct rng *isns;
    uint32_t next_port;
    uint32_t depth; /* of segments and timers being handled */
};

struct tcp_conn {
    /* identity */
    struct tcp *tcp;
    struct tcp_conn *next;
    const struct tcp_events *events;
    void *arg;
    struct listener *listener; /* who will hear of it once it is open */
    struct ip4 local, peer;
    uint16_t local_port, peer_port;
    uint8_t dscp;
    /* state */
    enum tcp_state state;
    bool user_closed, timestamps, ended;
    bool syn_acked;
    bool syn_lost; /* its timer has run out */
    bool reads_on; /* our FIN is queued, yet the user takes data (tcp_shutdown) */
    bool drained; /* by the segment being handled: the user is to hear of it */
    uint32_t iss, snd_una, snd_nxt, snd_max, irs, rcv_nxt;
    uint32_t snd_wnd, snd_wl1, snd_wl2, snd_wnd_max;
    uint32_t cwnd, ssthresh, dup_acks;
    uint32_t recover; /* SND.MAX when the last loss was found (RFC 6582) */
    bool recovering;  /* from a fast retransmit */
    bool probing;     /* a closed window; rto_timer times the probes */
    uint32_t probes;
    uint32_t mss; /* the largest payload sent */
    uint32_t ts_recent, last_ack_sent;
    struct sim_time ts_recent_at;
    struct sim_time challenged_at; /* the first of … */
    uint32_t challenges;           /* … these */
    uint64_t handshake_flow;
    struct sim_time syn_at, last_sent;
    uint32_t syn_copies, retries;
    struct seg *queue, **queue_end; /* unacknowledged and unsent, in order */
    struct seg *held;               /* arrived out of order, by sequence number */
    uint32_t held_count;
    bool ack_pending;
    uint32_t full_segments; /* since the last ACK went out */
    struct tcp_rto rto;
    uint64_t rto_record;
    struct tmr rto_timer; /* also times probes and the last states */
    struct tmr giveup_timer, ack_timer;
};

#define SEQ_LT(a, b) ((int32_t)((a) - (b)) < 0)
#define SEQ_LEQ(a, b) ((int32_t)((a) - (b)) <= 0)

/* tcp.c */
void tcp_set_state(struct tcp_conn *c, enum tcp_state next, const char *event); /* the one funnel */
const char *tcp_state_name(enum tcp_state s);
struct tcp_conn *tcp_conn_new(struct tcp *t, struct ip4 peer, uint16_t peer_port,
                              uint16_t local_port, uint32_t iss);
void tcp_conn_end(struct tcp_conn *c, enum tcp_end why, const char *event);
struct seg *tcp_seg_new(struct tcp *t, struct str data, size_t cap); /* room for at least data.n */
void tcp_seg_free(struct tcp *t, struct seg *s);
uint64_t tcp_key(uint16_t local_port, struct ip4 peer, uint16_t peer_port);
void tcp_opened(struct tcp_conn *c); /* ESTABLISHED: tells the user or the listener */

/* tcp_in.c */
void tcp_input(void *arg, const struct ip4_hdr *h, struct str payload, const struct frame *f);
void tcp_on_text(struct tcp_conn *c, struct tcp_seg *s); /* data and FIN of an acceptable segment */

/* tcp_open.c */
void tcp_on_listen(struct tcp *t, struct listener *l, const struct tcp_seg *s); /* a SYN */
void tcp_on_syn_sent(struct tcp_conn *c, struct tcp_seg *s);
void tcp_reopen(struct tcp_conn *c, struct listener *l, const struct tcp_seg *s);
void tcp_send_waiting(struct tcp_conn *c); /* what the user gave before the handshake was done */

/* tcp_check.c */
bool tcp_acceptable(struct tcp_conn *c, const struct tcp_seg *s); /* false: answered, and done with */
bool tcp_may_reopen(const struct tcp_conn *c, const struct tcp_seg *s); /* a SYN takes its place */

/* tcp_out.c */
void tcp_output(struct tcp_conn *c);   /* sends what windows allow */
void tcp_send_syn(struct tcp_conn *c); /* SYN in SYN-SENT, else SYN,ACK */
void tcp_send_ack(struct tcp_conn *c);
void tcp_ack_later(struct tcp_conn *c, bool full_segment);
void tcp_on_ack_timer(void *owner);
void tcp_send_rst(struct tcp_conn *c);
void tcp_reset_stray(struct tcp *t, const struct tcp_seg *s); /* RFC 9293 3.10.7.1 */
void tcp_retransmit_first(struct tcp_conn *c);
void tcp_send_probe(struct tcp_conn *c);
void tcp_split_first(struct tcp_conn *c, uint32_t len); /* cuts the first segment of the queue */
uint32_t tcp_ts_now(const struct tcp_conn *c);

/* tcp_loss.c */
uint32_t tcp_outstanding(const struct tcp_conn *c); /* sent, not acknowledged */
uint32_t tcp_initial_window(uint32_t mss);
void tcp_arm_rto(struct tcp_conn *c);
void tcp_arm_giveup(struct tcp_conn *c, struct sim_time since);
void tcp_arm_probe(struct tcp_conn *c);
void tcp_on_acked(struct tcp_conn *c, uint32_t ack, const struct tcp_seg *s); /* SND.UNA moves */
void tcp_on_duplicate_ack(struct tcp_conn *c);
void tcp_linger(struct tcp_conn *c); /* times TIME-WAIT, or FIN-WAIT-2, from now */
void tcp_on_rto(void *owner);
void tcp_on_giveup(void *owner);

static inline uint32_t seg_end(const struct seg *g)
{
    return g->seq + g->data->len + g->fin;
}

#endif
