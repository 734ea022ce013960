/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ip.h: the IPv4 stack of one node: interfaces (each on a port, untagged or in one VLAN), connected
 * and static routes, an ARP cache, local delivery by protocol, UDP ports, ICMP echo and errors, and
 * forwarding when it is a router. */
#ifndef MODELS_NET_IP_H
#define MODELS_NET_IP_H

#include "models/net/frame.h"
#include "models/net/net.h"
#include "models/wire/addr.h"
#include "models/wire/arp.h"
#include "models/wire/ip4.h"
#include "models/wire/udp.h"

#define IP_IFACES_MAX 16
#define IP_ROUTES_MAX 64

struct ip_iface;
struct ip_stack;

/* Which of several answers to one question counts. RFC 826 lets the last one; Linux ignores a different
 * address for a while after an entry was written, "for networks with proxy agents" (net/ipv4/arp.c). */
enum arp_policy { ARP_LAST_WINS, ARP_FIRST_WINS_LOCK, ARP_FIRST_WINS_PENDING };
#define ARP_POLICIES "last_wins|first_wins_lock|first_wins_pending"

/* Proxy ARP: does the node answer a request that is for somebody else? The record of that decision; 0: no. */
typedef uint64_t ip_proxy_fn(void *arg, const struct ip_iface *i, const struct arp *request);

/* How it answers ARP requests, where that is not at once and for itself alone. */
struct ip_answering {
    const struct dist *delay; /* from a request to the answer; NULL: none */
    ip_proxy_fn *proxy;       /* NULL: it answers for nobody else */
    void *proxy_arg;
};

struct ip_options {
    bool forward;       /* a router: TTL - 1, a new frame for each hop */
    bool keep_ttl;      /* a firewall: it does not count as a hop */
    bool arp_only;      /* an entry is confirmed by ARP alone, not by a higher layer */
    bool tcp_advice;    /* TCP's third retransmission in a row makes its entry unknown (RFC 1122 2.3.2.1) */
    uint32_t arp_tries; /* requests before the waiting packets are discarded */
    const char *arp_timeout_name; /* the parameter that sets it; NULL: none */
    struct sim_dur arp_timeout;   /* since last confirmation; 4 h on routers, 300 s on hosts */
    struct sim_dur arp_retry;     /* between unanswered requests, RFC 1122 2.3.2.1: at most one a second */
    const char *arp_table_name;   /* the parameter that sets the next one; NULL: none */
    uint32_t arp_table_size;      /* entries that there is room for; 0: any number */
    struct sim_dur arp_gc_age;    /* when it is full: one that was not confirmed for so long makes room */
    struct sim_dur arp_locktime;  /* of ARP_FIRST_WINS_LOCK, since the entry was written */
    enum arp_policy arp_policy;
    const struct ip_answering *answering; /* must outlive the stack; NULL: at once, for itself alone */
};

struct ip_iface {
    struct port *port;
    struct mac mac;
    struct ip4 addr;
    uint8_t prefix_len;
    uint16_t vlan; /* 0: untagged */
    uint8_t pcp;   /* 802.1p priority of tagged frames */
};

/* A datagram for this node. `payload` is valid during the call; `f` may be referenced. */
typedef void ip_recv_fn(void *arg, const struct ip4_hdr *h, struct str payload,
                        const struct frame *f);
typedef void ip_udp_fn(void *arg, const struct udp *u, const struct frame *f);

struct ip_stack *ip_new(struct node *n, const struct ip_options *o);
void ip_add_iface(struct ip_stack *s, const struct ip_iface *i); /* at most IP_IFACES_MAX */
void ip_add_route(struct ip_stack *s, struct ip4 net, uint8_t prefix_len, struct ip4 via);

void ip_clear_routes(struct ip_stack *s); /* the static ones */
uint32_t ip_iface_count(const struct ip_stack *s);
const struct ip_iface *ip_iface_at(const struct ip_stack *s, uint32_t index);

/* Changes an interface in place: its VLAN once that is learned, its address when DHCP gives or takes one
 * (0.0.0.0: none). What was known of its neighbours is forgotten. */
void ip_set_iface(struct ip_stack *s, uint32_t index, const struct ip_iface *i);
void ip_set_arp_timeout(struct ip_stack *s, struct sim_dur d); /* DHCP option 35 (RFC 2132 6.2) */

/* UDP and ICMP are the stack's own: UDP goes to bound ports. */
void ip_on_proto(struct ip_stack *s, uint8_t proto, ip_recv_fn *recv, void *arg);

/* From a node's on_frame. Frames for other addresses are ignored; bad ones are discarded by name. An
 * interface without an address takes UDP to any address that its MAC receives (RFC 2131 4.1). */
void ip_on_frame(struct ip_stack *s, struct port *in, const struct frame *f);

/* Sending in two steps, so that a payload is written once, in place: begin gives a frame with room
 * for `payload_max` bytes at *w (NULL: no route); send fixes the length, fills the IPv4 header,
 * finds the next hop's address and sends; a packet that waits for ARP is kept (the last three a
 * neighbour). 255.255.255.255 leaves by the first interface. */
struct frame *ip_begin(struct ip_stack *s, struct ip4 dst, size_t payload_max, struct wr *w);
uint64_t ip_send(struct ip_stack *s, struct frame *f, struct ip4 dst, uint8_t proto, uint8_t dscp,
                 size_t payload_len); /* the FRAME_TX record; 0: it waits for ARP */

/* A datagram to a port that nobody has bound is answered by ICMP port unreachable. */
void ip_bind(struct ip_stack *s, uint16_t port, ip_udp_fn *recv, void *arg); /* not bound yet */
void ip_unbind(struct ip_stack *s, uint16_t port);

/* Of a bound port: `refused` is told when ICMP says that a datagram it sent did not get there (RFC 1122 4.1.3.3). *u has
 * its ports and its destination, nothing else. */
typedef void ip_refused_fn(void *arg, const struct udp *u);
void ip_on_refused(struct ip_stack *s, uint16_t port, ip_refused_fn *refused);
bool ip_is_free(const struct ip_stack *s, uint16_t port); /* nobody has bound it */
void *ip_bound(const struct ip_stack *s, uint16_t port, ip_udp_fn *recv); /* its arg; NULL: not bound by that function */

/* Ports, dst and payload of *u; the source address is the stack's. False: no route. */
MUST_USE bool ip_send_udp(struct ip_stack *s, const struct udp *u, uint8_t dscp);

/* The node that has that address on an interface of its own; NULL: none has. For who explains, not for who sends. */
struct node *ip_owner(struct net *n, struct ip4 addr);

/* The index of the interface that the datagram being handled came in by. */
uint32_t ip_arrival(const struct ip_stack *s);

/* As it is given, without route or ARP: the source may be 0.0.0.0, the destination need not have its
 * address yet (RFC 2131 4.1). */
void ip_send_udp_to(struct ip_stack *s, uint32_t iface, struct mac to, const struct udp *u, uint8_t dscp);

/* Announces the first interface's address (gratuitous ARP). */
void ip_announce(struct ip_stack *s);

/* Asks for a neighbour's address ahead of need; the reply writes the cache. */
void ip_resolve(struct ip_stack *s, struct ip4 neighbour);

/* Asks whether somebody has `addr`, without claiming one (RFC 5227 2.1.1). */
void ip_probe(struct ip_stack *s, uint32_t iface, struct ip4 addr);

/* `claimed` is told when another MAC claims `addr`, or probes for it (RFC 5227 2.1.1). One address is
 * watched at a time; 0.0.0.0 ends it. */
typedef void ip_claim_fn(void *arg, struct mac who);
void ip_watch(struct ip_stack *s, struct ip4 addr, ip_claim_fn *claimed, void *arg);

/* A neighbour on a connected net, not known yet, as if it had answered just now: the entry ages as any. */
void ip_learn(struct ip_stack *s, struct ip4 addr, struct mac mac);

/* The host dies: what it knew of its neighbours is gone, and so are the packets that waited for them. */
void ip_power_off(struct ip_stack *s);

struct ip4 ip_source(const struct ip_stack *s, struct ip4 dst); /* 0.0.0.0: no route */

/* Higher-layer advice (RFC 1122 2.3.2.1): the path to dst works; its ARP entry counts as confirmed
 * now, unless it has timed out already. */
void ip_confirm(struct ip_stack *s, struct ip4 dst);

/* The opposite: the path to dst has swallowed so many copies of a segment that its ARP entry may be wrong. With
 * tcp_advice the next packet asks anew. */
void ip_doubt(struct ip_stack *s, struct ip4 dst);

/* The interface by which a datagram to `dst` leaves, and in *hop the neighbour that gets it; NULL: no route.
 * *prefix_len: of the route that was taken (0: a default route). */
const struct ip_iface *ip_route(const struct ip_stack *s, struct ip4 dst, struct ip4 *hop, uint8_t *prefix_len);

/* A discard above layer 2: a NOTE "segment-discarded" and the measure. Returns the record. */
uint64_t ip_discard(struct node *n, const char *reason);

#endif
