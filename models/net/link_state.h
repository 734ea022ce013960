/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link_state.h: the inside of struct link, shared by link.c and link_fault.c only. */
#ifndef MODELS_NET_LINK_STATE_H
#define MODELS_NET_LINK_STATE_H

#include "models/net/link.h"
#include "sim/base/list.h"

struct link_config;
struct link_faults;

struct direction {
    struct sim_time free_at, last_arrival;
    struct sim_time *departures; /* ring; grows as needed */
    uint32_t cap, first, waiting; /* cap: a power of 2, or 0 */
    struct rng *loss, *jitter;    /* NULL: nothing is drawn */
    struct list_link flights;
};

struct link {
    const struct link_config *config; /* shared by links in a row that are alike */
    struct port *end[2];
    struct direction dir[2]; /* dir[i]: sent by end[i] */
    struct line line[2];     /* line[i]: offered by end[i] */
    struct link_faults *faults; /* NULL: there was never one */
    bool cut_by_hand;           /* link_cut, not a fault */
    uint8_t cut;                /* bit i: what end[i] sends is lost; both: the link is down */
    uint64_t hand_record;       /* in whose handling it was cut by hand */
    uint64_t cut_record[2];     /* of each direction: what cut it */
};

#define LINK_BOTH_WAYS 3

/* Some cut began or ended: what flies is lost, and both ends hear when the link goes down or comes up. */
void link_review_cut(struct link *l);

#endif
