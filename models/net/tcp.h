/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp.h: TCP (RFC 9293) over a node's IPv4 stack: connect, listen, data both ways, retransmission with
 * sticky back-off, an out-of-order queue, orderly close, resets, optional timestamps (RFC 7323), and
 * giving up. One engine a node; connections are found by local port and peer in constant time. */
#ifndef MODELS_NET_TCP_H
#define MODELS_NET_TCP_H

#include "models/net/ip.h"
#include "models/net/tcp_rto.h"

struct tcp;
struct tcp_conn;

/* The TCP_PARAMS of a device are stored here. */
struct tcp_config {
    int rto_profile;               /* enum tcp_rto_profile */
    struct sim_dur rto_min;        /* filled in with the profile's default when not given */
    struct sim_dur granularity;
    bool timestamps;
    bool reset_exact;
    int64_t backlog; /* handshakes under way at one listener; 0: any number */
    bool karn;                     /* off: an experiment, see tcp_karn */
    const char *giveup_name;       /* the parameter; NULL: tcp_giveup */
    struct sim_dur giveup;         /* first transmission of unacknowledged data to giving up; 0: by count */
    int64_t mss, window_bytes;
    struct sim_dur ack_delay;      /* of a bare ACK; 0: at once */
    bool nagle;
    struct tcp_rto_config rto;     /* derived by tcp_new */
};

/* Rows of a device's parameter table; `field` is its struct tcp_config. `giveup` and `ack_delay` are the
 * device's own defaults, as text. A parameter of a scenario has one default, so a device that is not a phone
 * has its own names for these two: `prefix` stands before them. */
#define TCP_PARAMS(state, field, prefix, giveup_default, ack_delay_default)                           \
    {"tcp_rto_profile", PARAM_ENUM, "linux", NULL, NULL, "linux|rfc6298",                            \
     "how the retransmission timeout is computed", offsetof(state, field.rto_profile), false},       \
    {"tcp_rto_min", PARAM_DUR, "", "1ms", "1min", NULL,                                              \
     "linux: floor of the variance term (200ms); rfc6298: floor of the RTO (1s)",                    \
     offsetof(state, field.rto_min), false},                                                         \
    {"tcp_clock_granularity", PARAM_DUR, "10ms", "1us", "1s", NULL, "clock tick of the TCP timers",  \
     offsetof(state, field.granularity), false},                                                     \
    {"tcp_timestamps", PARAM_BOOL, "off", NULL, NULL, NULL, "RFC 7323 timestamps, if the peer agrees", \
     offsetof(state, field.timestamps), false},                                                      \
    {"tcp_reset_exact", PARAM_BOOL, "off", NULL, NULL, NULL,                                         \
     "RFC 5961 3.2: a RST within the window, but not at its edge, is questioned by an ACK",          \
     offsetof(state, field.reset_exact), false},                                                     \
    {"tcp_backlog", PARAM_INT, "0", "0", "65535", NULL,                                              \
     "handshakes under way at one listener, a SYN beyond them is dropped; 0: any number",            \
     offsetof(state, field.backlog), false},                                                         \
    {"tcp_karn", PARAM_BOOL, "on", NULL, NULL, NULL,                                                 \
     "Karn's rule: no RTT sample from a retransmitted segment; off is an experiment that no stack should make", \
     offsetof(state, field.karn), false},                                                            \
    {prefix "tcp_giveup", PARAM_DUR, giveup_default, "0s", "1h", NULL,                                      \
     "first transmission of unacknowledged data to declaring the peer dead; 0s: by count only",      \
     offsetof(state, field.giveup), false},                                                          \
    {"tcp_mss", PARAM_BYTES, "1460B", "64B", "9000B", NULL, "maximum segment size offered and used", \
     offsetof(state, field.mss), false},                                                             \
    {"tcp_window", PARAM_BYTES, "17940B", "512B", "65535B", NULL, "receive window",                  \
     offsetof(state, field.window_bytes), false},                                                    \
    {prefix "tcp_ack_delay", PARAM_DUR, ack_delay_default, "0s", "500ms", NULL,                             \
     "wait before a bare ACK (RFC 9293 3.8.6.3: below 0.5 s)", offsetof(state, field.ack_delay), false}, \
    {"tcp_nagle", PARAM_BOOL, "off", NULL, NULL, NULL, "hold short segments while data is unacknowledged", \
     offsetof(state, field.nagle), false}

/* How a connection ended, as told to its user; once, and last. */
enum tcp_end {
    TCP_END_CLOSED,  /* orderly, both sides; a RST when all was said changes nothing */
    TCP_END_RESET,   /* RST from the peer */
    TCP_END_REFUSED, /* RST to our SYN */
    TCP_END_TIMEOUT, /* given up */
    TCP_END_ABORTED, /* by us */
};

/* What a connection tells its user; any may be NULL. `arg` is the user's. Inside, every call on the
 * connection is allowed. */
struct tcp_events {
    void (*on_open)(void *arg);
    void (*on_data)(void *arg, struct str data); /* in order; valid during the call */
    void (*on_drained)(void *arg);               /* all that was queued has been acknowledged */
    void (*on_peer_close)(void *arg);            /* FIN: no more data will come */
    void (*on_end)(void *arg, enum tcp_end why); /* the handle is dead after this */
    void (*on_retransmit)(void *arg, uint64_t flow, uint32_t copy);
};

struct tcp_open {
    struct ip4 dst;
    uint16_t dst_port;
    uint16_t local_port; /* 0: the next ephemeral one */
    bool isn_given;
    uint32_t isn; /* when given, else drawn from the node's stream "tcp/isn" */
    uint8_t dscp;
    uint64_t flow; /* of the handshake; 0: the current one */
};

/* A connection that stood before the run began, with nothing on its way. */
struct tcp_resume {
    struct ip4 peer;
    uint16_t peer_port, local_port;
    uint32_t seq, ack; /* of the next segment we send: SND.NXT and RCV.NXT */
    uint8_t dscp;
};

struct tcp *tcp_new(struct node *n, struct ip_stack *ip, struct tcp_config *c);
struct tcp_conn *tcp_connect(struct tcp *t, const struct tcp_open *o, const struct tcp_events *ev,
                             void *arg); /* NULL: no route, or no port left */

/* ESTABLISHED from now on, as if the handshake had been long ago; no RTT sample has been taken, and the
 * peer's window is taken to be our own until it says otherwise. NULL: no route, or the pair of ports is
 * in use. */
struct tcp_conn *tcp_resume(struct tcp *t, const struct tcp_resume *o, const struct tcp_events *ev,
                            void *arg);

/* Accepts on a port. on_accept runs when the handshake is done (ESTABLISHED) and must
 * call tcp_use(). `isn` as in tcp_open, for the first connection only. */
bool tcp_listen(struct tcp *t, uint16_t port, bool isn_given, uint32_t isn, uint8_t dscp,
                void (*on_accept)(void *arg, struct tcp_conn *c), void *arg);
void tcp_unlisten(struct tcp *t, uint16_t port); /* a SYN to it is answered RST from now on */
void tcp_use(struct tcp_conn *c, const struct tcp_events *ev, void *arg);
void *tcp_user(const struct tcp_conn *c, const struct tcp_events *ev); /* the arg that came with them; NULL: others are in use */

/* Queues data and sends what the window allows; before the handshake is done it waits. `flow` is the
 * exchange that it belongs to; copies and the peer's ACK carry it. False: closed for sending. */
bool tcp_send(struct tcp_conn *c, struct str data, uint64_t flow);
void tcp_shutdown(struct tcp_conn *c); /* half-close: FIN after what is queued; data still comes in */
void tcp_close(struct tcp_conn *c); /* full close: FIN after what is queued; later data is answered RST */
void tcp_abort(struct tcp_conn *c); /* RST now; on_end(TCP_END_ABORTED) is called before this returns */

/* The host dies: every connection ends (on_end says TCP_END_ABORTED) and not one segment is sent. */
void tcp_power_off(struct tcp *t);

bool tcp_is_open(const struct tcp_conn *c); /* ESTABLISHED: both ways */
struct ip4 tcp_peer(const struct tcp_conn *c);
bool tcp_has_unacked(const struct tcp_conn *c); /* data was sent that the peer has not acknowledged */
struct ip4 tcp_local(const struct tcp_conn *c);
uint16_t tcp_peer_port(const struct tcp_conn *c);
uint16_t tcp_local_port(const struct tcp_conn *c);
uint64_t tcp_rto_record(const struct tcp_conn *c); /* the record that last wrote its RTO; 0: none */

#endif
