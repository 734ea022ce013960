/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_transport.h: SIP messages to and from a host's peers, over UDP and TCP (RFC 3261 18). A hop says where to;
 * over TCP its connection is found by the peer's address and port, opened when there is none, and used both ways.
 * A connection that somebody else owns (a phone's registration) can be lent. What is no SIP message is discarded by
 * name; what is one, but cannot be a request or a response (8.1.1, 16.3), is answered 400 here or discarded. Where a
 * request came from is written into its topmost Via (`received`, 18.2.1; `rport`, RFC 3581) before it is handed on. */
#ifndef MODELS_PROTO_SIP_TRANSPORT_H
#define MODELS_PROTO_SIP_TRANSPORT_H

#include "models/proto/sip_check.h"
#include "models/proto/sip_hop.h"
#include "sim/base/list.h"
#include "sim/base/map.h"
#include "sim/base/pool.h"

struct sip_transport_user {
    void (*on_message)(void *arg, const struct sip_msg *m, const struct sip_hop *from); /* well-formed, with its mandatory headers */
    /* A connection has ended, or ICMP says that a datagram did not get there (18.4). May be NULL. */
    void (*on_lost)(void *arg, const struct sip_hop *peer);
};

/* Sees each message that is taken in as one, before anybody acts on it, and each that is sent. `conn` NULL: by UDP;
 * `mark` is its own, one a connection, 0 at first. */
struct sip_watch {
    void (*on_text)(void *arg, const struct sip_hop *peer, struct tcp_conn *conn, uint32_t *mark, bool sent, struct str text);
    void *arg;
};

struct sip_transport {
    struct node *node;
    struct ip_stack *ip;
    struct tcp *tcp; /* NULL: UDP alone */
    uint16_t port;   /* it listens at */
    uint8_t dscp;
    bool lent_only; /* somebody else listens on TCP at that port and lends what he accepts; set before it is opened */
    bool guest;     /* it has nothing but what is lent: no datagrams, no connections of its own; the same */
    const struct sip_transport_user *user;
    void *arg;
    bool relays; /* a proxy's: its responses have more Vias than its own; set before it is opened */
    const struct sip_watch *watch; /* NULL: nobody looks on */
    bool open; /* it listens */
    bool hung; /* nobody reads; what comes is kept */
    struct list_link unread;  /* datagrams */
    struct pool unread_pool;
    size_t unread_bytes;
    struct map channels; /* of TCP, by peer */
    struct pool channel_pool;
    struct list_link up;
};

void sip_transport_init(struct sip_transport *t, struct node *n, struct ip_stack *ip, struct tcp *tcp, uint16_t port,
                        const struct sip_transport_user *u, void *arg);

/* Takes datagrams, and connections when `tcp` is there. False: the port is taken. */
MUST_USE bool sip_transport_open(struct sip_transport *t);
void sip_transport_close(struct sip_transport *t);     /* its own connections are closed */
void sip_transport_power_off(struct sip_transport *t); /* with the host: not a word; the owner ends the connections */

/* Its process stands still, as far as its memory reaches what comes is kept, and goes on: that is read now, and that
 * connections have ended is told. Lent ones are held by their owner. */
void sip_transport_hang(struct sip_transport *t);
void sip_transport_go_on(struct sip_transport *t);

/* False: no route, it is not open, or the message is too long for a datagram. Over TCP a message waits until its
 * connection stands; that it never does is told by on_lost, perhaps before this returns. `copy`: the k-th repetition of
 * the same message (0: the first sending), as a datagram's frame shows it. */
MUST_USE bool sip_transport_send(struct sip_transport *t, const struct sip_hop *to, struct str message, uint64_t flow);
MUST_USE bool sip_transport_send_copy(struct sip_transport *t, const struct sip_hop *to, struct str message, uint64_t flow,
                                      uint32_t copy);

/* Is there a connection to that very peer that can be sent on? Over UDP always. */
bool sip_transport_reaches(const struct sip_transport *t, const struct sip_hop *to);

/* What stands in Via and Contact of a request to that hop (18.1.1): our address, and the port that answers and
 * requests can be sent to. */
void sip_transport_local(const struct sip_transport *t, const struct sip_hop *to, struct ip4 *addr, uint16_t *port);

/* Where the response to a request goes that came from there (18.2.2): over TCP the same connection, else the source
 * address (maddr) and the port of Via's sent-by (rport: the source port, RFC 3581). */
struct sip_hop sip_response_hop(const struct sip_msg *request, const struct sip_hop *from);

/* The same once that connection is gone: one to the port of Via's sent-by. */
struct sip_hop sip_response_hop_anew(const struct sip_msg *request, const struct sip_hop *from);

/* A connection of somebody else: what is sent to its peer takes it, unless there is one already. It is taken back before
 * it ends. */
void sip_transport_lend(struct sip_transport *t, struct tcp_conn *c);
void sip_transport_take_back(struct sip_transport *t, struct tcp_conn *c);
void sip_transport_input(struct sip_transport *t, struct tcp_conn *c, const struct sip_msg *m); /* what came on it */

void sip_transport_show(struct sip_transport *t, const struct sip_hop *peer, bool sent, struct str text); /* to who looks on */

#endif
