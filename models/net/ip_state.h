/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ip_state.h: the inside of an IPv4 stack, shared by ip.c (datagrams), ip_arp.c (neighbours),
 * ip_udp.c (ports) and ip_icmp.c (echo and errors). */
#ifndef MODELS_NET_IP_STATE_H
#define MODELS_NET_IP_STATE_H

#include "models/net/ip.h"
#include "models/wire/arp.h"
#include "models/wire/eth.h"
#include "models/wire/icmp.h"
#include "sim/base/map.h"
#include "sim/kernel/tmr.h"

#define WAITING_MAX 3 /* packets a neighbour, as in Linux; RFC 1122 2.3.2.2 asks for at least one  \
                       */

struct route {
    struct ip4 net, via;
    uint8_t prefix_len;
};

enum neighbour_state {
    NEIGHBOUR_UNKNOWN,    /* never asked for, or timed out */
    NEIGHBOUR_RESOLVING,  /* asked; packets wait */
    NEIGHBOUR_RESOLVED,   /* `mac` holds until arp_timeout after `confirmed` */
    NEIGHBOUR_UNRESOLVED, /* nobody answered; the next packet asks again */
};

struct neighbour {
    /* identity */
    struct ip_stack *stack;
    const struct ip_iface *iface;
    struct ip4 addr;
    /* state */
    enum neighbour_state state;
    struct mac mac;
    bool asked; /* for an entry that no packet waits for */
    struct sim_time confirmed, written; /* written: with another address, or after it was not known */
    uint64_t confirmed_by; /* the record in whose handling that was */
    uint64_t record; /* the fact that last wrote the entry */
    uint32_t tries, waiting_count;
    struct frame *waiting[WAITING_MAX];
    struct tmr retry;
};

struct udp_binding {
    ip_udp_fn *recv; /* NULL: the port was given back */
    ip_refused_fn *refused; /* NULL: it does not mind */
    void *arg;
};

/* Who takes the datagrams of one protocol. */
struct proto {
    struct proto *next;
    ip_recv_fn *recv;
    void *arg;
    uint8_t number;
};

struct ip_stack {
    /* configuration */
    struct node *node;
    struct ip_options options;
    struct ip_iface **ifaces;
    uint32_t iface_count, iface_cap, route_count, route_cap;
    struct route *routes;
    struct proto *protos; /* a list: there are three of them */
    /* state */
    struct map neighbours; /* address -> neighbour */
    uint32_t arp_entries; /* neighbours that are resolved, or asked for */
    struct map udp_ports;  /* port -> udp_binding */
    uint32_t arrival;      /* interface of the datagram being handled */
    struct ip4 watched;    /* 0.0.0.0: none */
    ip_claim_fn *claimed;
    void *claimed_arg;
    struct answers *answers; /* ARP replies that are not out yet; NULL: there never was one */
    uint16_t next_id;
};

/* ip.c */

/* ip_send with a source address of one's choice: an answer comes from the address that was asked.
 */
uint64_t ip_send_as(struct ip_stack *s, struct frame *f, struct ip4 src, struct ip4 dst, uint8_t proto,
                uint8_t dscp, size_t payload_len);
/* Fills both headers of a frame whose payload stands in place behind them; returns its length with
 * padding. The destination MAC is left to the caller. */
size_t ip_put_headers(struct frame *f, const struct ip_iface *i, const struct ip4_hdr *h);
struct ip4_hdr ip_header(struct ip_stack *s, struct ip4 src, struct ip4 dst, uint8_t proto, uint8_t dscp,
                         size_t payload_len); /* of a datagram that starts here */
/* Where dst is sent: the interface (NULL: no route) and in *hop the neighbour. */
const struct ip_iface *ip_route_to(const struct ip_stack *s, struct ip4 dst, struct ip4 *hop);
bool ip_is_own(const struct ip_stack *s, struct ip4 a);
bool ip_is_iface_broadcast(const struct ip_iface *i, struct ip4 a);

/* The reason of a discard after a failed decoder: a bad checksum is told apart from the rest. */
const char *ip_bad(const struct rd *r, const char *otherwise);

/* ip_arp.c */

/* Sends now, or keeps the packet until the next hop's address is known. Takes the frame over. */
uint64_t ip_arp_output(struct ip_stack *s, const struct ip_iface *i, struct ip4 hop, struct frame *f,
                       size_t len); /* the FRAME_TX record; 0: it waits */
void ip_arp_input(struct ip_stack *s, const struct ip_iface *i, const struct arp *a);
void ip_arp_request(const struct ip_iface *i, struct ip4 target);
void ip_arp_resolve(struct ip_stack *s, const struct ip_iface *i, struct ip4 neighbour);
void ip_arp_confirm(struct ip_stack *s, struct ip4 hop);
void ip_arp_doubt(struct ip_stack *s, struct ip4 hop);
void ip_arp_send(const struct ip_iface *i, struct mac to, const struct arp *a);
void ip_arp_forget(struct ip_stack *s, const struct ip_iface *i, const char *event); /* NULL: of all */

/* ip_arp_answer.c: answers one request for `tpa`, after the stack's delay. */
void ip_arp_answer(struct ip_stack *s, const struct ip_iface *i, const struct arp *request);
void ip_arp_drop_answers(struct ip_stack *s); /* those that are not out yet */

/* ip_udp.c, ip_icmp.c: `stack` is the struct ip_stack. */
void ip_udp_input(void *stack, const struct ip4_hdr *h, struct str payload, const struct frame *f);
void ip_udp_refused(struct ip_stack *s, struct str quoted); /* by ICMP: header and first bytes of a datagram */
void ip_icmp_input(void *stack, const struct ip4_hdr *h, struct str payload, const struct frame *f);

/* Tells the sender of the datagram (h, payload) what became of it, where RFC 1122 3.2.2 allows it.
 */
void ip_icmp_error(struct ip_stack *s, uint8_t type, uint8_t code, const struct ip4_hdr *h,
                   struct str payload, const struct frame *about);

#endif
