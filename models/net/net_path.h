/* SPDX-License-Identifier: GPL-3.0-or-later */
/* net_path.h: the way of a datagram, found without sending it: from a node over links, switches, routers and firewalls
 * to the node that owns the address, and what the links on it do with a stream of packets now.
 *
 * Each node with a stack says by its routes who is next; between two such nodes the cables are followed, which form
 * a tree. VLANs, MAC tables and a firewall's rules are not asked: who talks by signalling gets through. A change is
 * told by net_watch (net.h). */
#ifndef MODELS_NET_NET_PATH_H
#define MODELS_NET_NET_PATH_H

#include "models/net/link.h"
#include "models/wire/addr.h"

#define NET_PATH_HOPS_MAX 30 /* links; half of what the TTL of 64 allows with a switch between any two routers */

struct net_hop {
    const struct port *out;
    struct sim_dur leaves; /* from the sending to the arrival at its far end; the next hop is entered then */
};

struct net_path {
    uint32_t count;
    struct net_hop hop[NET_PATH_HOPS_MAX];
    struct node *to; /* who owns the address; NULL: there is no way to it */
};

/* False: no route, nobody there, or more links than a path may have. */
bool net_path_find(struct net_path *p, struct node *from, struct ip4 dst, const struct link_traffic *t);

struct net_path_state {
    uint32_t cut;     /* bit i: hop i lets nothing pass */
    int64_t loss_ppb; /* of all hops together, cuts apart */
    uint64_t record;  /* that explains the first of them; 0: none */
};

struct net_path_state net_path_look(const struct net_path *p, const struct link_traffic *t);

/* When the i-th hop of a packet sent at 0 begins, and when its last one ends. */
struct sim_dur net_path_enters(const struct net_path *p, uint32_t i);
struct sim_dur net_path_transit(const struct net_path *p);

#endif
