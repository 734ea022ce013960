/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lldp_speaker.h: LLDP with LLDP-MED on one port (IEEE 802.1AB, ANSI/TIA-1057): every 30 s, three times a
 * second apart when a MED neighbour appears, and the neighbour as long as its time to live lasts. A phone
 * asks for its network policy with an unknown one; the switch's holds the voice VLAN. */
#ifndef MODELS_PROTO_LLDP_SPEAKER_H
#define MODELS_PROTO_LLDP_SPEAKER_H

#include "models/net/table.h"
#include "models/proto/announcer.h"
#include "models/wire/lldp.h"

#define LLDP_NAME_MAX 64

struct lldp_neighbour {
    bool known, is_med;
    char system_name[LLDP_NAME_MAX], port_id[LLDP_NAME_MAX];
    struct ip4 address;
    uint16_t capabilities, ttl_s;
    struct sim_time until;
};

struct lldp_user {
    void (*fill)(void *arg, struct lldp *m); /* chassis, port and what else there is; the TTL stands already */
    void (*heard)(void *arg, const struct lldp *m); /* may be NULL */
};

struct lldp_speaker {
    struct port *port;
    struct mac mac;
    const struct lldp_user *user;
    void *arg;
    struct announcer announcer;
    struct lldp_neighbour *neighbour; /* NULL: nothing was ever heard */
};

void lldp_speaker_init(struct lldp_speaker *l, struct port *p, struct mac mac, const struct lldp_user *user,
                       void *arg);
void lldp_speaker_start(struct lldp_speaker *l); /* speaks at once */
void lldp_speaker_stop(struct lldp_speaker *l);  /* falls silent and forgets its neighbour */
void lldp_hear(struct lldp_speaker *l, const struct frame *f); /* a frame to LLDP_MAC has arrived */

/* The neighbour while its time to live lasts, else NULL. */
const struct lldp_neighbour *lldp_neighbour(const struct lldp_speaker *l);

/* show lldp neighbors: one speaker's row. */
void lldp_row(const struct lldp_speaker *l, struct table *t);
extern const struct table_look show_lldp_neighbors;

#endif
