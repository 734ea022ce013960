/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ip_state.h: the inside of an IPv4 stack, shared by ip.c (datagrams) and ip_arp.c (neighbours). */
#ifndef MODELS_NET_IP_STATE_H
#define MODELS_NET_IP_STATE_H

#include "models/net/ip.h"
#include "models/wire/arp.h"
#include "models/wire/eth.h"
#include "sim/base/map.h"
#include "sim/kernel/tmr.h"

#define IFACES_MAX 16
#define ROUTES_MAX 64
#define WAITING_MAX 3 /* packets a neighbour, as in Linux; RFC 1122 2.3.2.2 asks for at least one */

struct route {
    struct ip4 net, via;
    uint8_t prefix_len;
};

struct neighbour {
    struct ip_stack *stack;
    const struct ip_iface *iface;
    struct ip4 addr;
    struct mac mac;
    bool resolved;
    struct sim_time confirmed;
    uint64_t record; /* the fact that last wrote the entry */
    uint32_t tries, waiting_count;
    struct frame *waiting[WAITING_MAX];
    struct tmr retry;
};

struct ip_stack {
    struct node *node;
    struct ip_options options;
    struct ip_iface ifaces[IFACES_MAX];
    uint32_t iface_count;
    struct route routes[ROUTES_MAX];
    uint32_t route_count;
    struct map neighbours; /* address -> neighbour */
    uint16_t next_id;
    struct {
        ip_recv_fn *recv;
        void *arg;
    } protos[256];
};

/* Sends now, or keeps the packet until the next hop's address is known. Takes the frame over. */
void ip_arp_output(struct ip_stack *s, const struct ip_iface *i, struct ip4 hop, struct frame *f,
                   size_t len);
void ip_arp_input(struct ip_stack *s, const struct ip_iface *i, const struct arp *a);
void ip_arp_request(struct ip_stack *s, const struct ip_iface *i, struct ip4 target);

#endif
