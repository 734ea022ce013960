/* SPDX-License-Identifier: GPL-3.0-or-later */
/* net_state.h: the inside of struct net, shared by frame.c, link.c and net.c only. */
#ifndef MODELS_NET_NET_STATE_H
#define MODELS_NET_NET_STATE_H

#include "models/net/net.h"
#include "sim/base/map.h"
#include "sim/base/pool.h"

#define FRAME_CLASSES 4

struct link_config;
struct kept_value;

struct net {
    struct sim *sim;
    const struct model *const *models;
    size_t model_count;
    struct node **nodes;
    size_t node_count, node_cap;
    struct map by_name; /* hash of the name -> node */
    struct map by_mac, by_address; /* as configured: a node's "mac" and "address" are its alone */
    struct map values;  /* of each parameter's definition: its default and the value last given */
    struct kept_value **kept; /* all values, in blocks */
    uint32_t kept_count, kept_blocks; /* kept_blocks: that there is room to point to */
    struct list_link watches; /* of struct net_watch */
    struct map watched_ports; /* node and UDP port -> list of struct net_watch */
    uint32_t layout;
    struct pool frames[FRAME_CLASSES];
    struct pool flights;
    const struct link_config *last_link; /* of the link made last; NULL: none yet */
    uint64_t frame_ids;
    struct net_books books;
    uint64_t first_drop; /* record; 0: none yet */
    bool arrival_dropped; /* verdict of the arrival being handled */
};

/* settings.c */
struct param_value kept_value(const struct net *n, uint32_t place);
uint32_t keep_value(struct net *n, const struct param_def *d, const struct param_value *v); /* its place */

/* net_watch.c: tell who watches. */
void net_changed(struct net *n);
void net_ended(struct net *n);
void net_layout_changed(struct net *n); /* of addresses or routes */
void net_port_changed(const struct node *n, uint16_t udp_port);
void net_init_frames(struct net *n);  /* frame.c */
void net_init_flights(struct net *n); /* link.c */

#endif
