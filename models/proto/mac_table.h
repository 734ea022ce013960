/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mac_table.h: the addresses that a switch has learned, at most `size` of them. Ageing is compared when an entry is
 * looked at (idle >= limit), never driven by a timer. In a full table nothing new is learned until an entry has
 * aged or was flushed; frames to what is not in it are flooded. An address is known by its key, VLAN << 48 | MAC. */
#ifndef MODELS_PROTO_MAC_TABLE_H
#define MODELS_PROTO_MAC_TABLE_H

#include "models/net/net.h"
#include "sim/base/map.h"

struct mac_entry;

struct mac_table {
    struct sim_dur aging; /* 0: never */
    int64_t size;
    struct node *node;
    struct map entries;          /* key -> struct mac_entry; those that have aged stay until the place is needed */
    struct sim_time *flushed_at; /* of each port: what was learned up to then is gone; below 0: never */
    struct sim_time room_from;   /* a full table: no entry ages before */
    struct mac_entry *spare;     /* given back, to be used again */
};

void mac_table_init(struct mac_table *t, struct node *n);
void mac_table_ready(struct mac_table *t); /* all ports are there */

void mac_table_learn(struct mac_table *t, struct port *in, uint64_t key);
struct port *mac_table_find(const struct mac_table *t, uint64_t key); /* behind which port; NULL: unknown */
void mac_table_flush(struct mac_table *t, const struct port *p);      /* the port went down */
void mac_table_clear(struct mac_table *t);

/* Made-up addresses behind `in`, in that VLAN, take every free place, as those of a flooding tool do. They age as
 * others do. Returns how many. */
uint64_t mac_table_fill(struct mac_table *t, struct port *in, uint16_t vid);

#endif
