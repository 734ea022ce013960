/* SPDX-License-Identifier: GPL-3.0-or-later */
/* access_port.h: what a switch does on a port for the device at its other end, besides forwarding: power,
 * and CDP and LLDP-MED, which tell a phone its voice VLAN. A question by CDP (for the voice VLAN, for
 * power) is answered at once. */
#ifndef MODELS_PROTO_ACCESS_PORT_H
#define MODELS_PROTO_ACCESS_PORT_H

#include "models/proto/cdp_speaker.h"
#include "models/proto/lldp_speaker.h"
#include "models/proto/power_inline.h"

/* What the ports of one switch share. */
struct access_config {
    struct cdp_config cdp;
    bool lldp;
    struct power_budget power;
};

struct access_vlans {
    uint16_t native, voice; /* voice 0: none */
};

struct access_port {
    struct port *port;
    const struct access_config *config;
    struct access_vlans vlans;
    struct cdp_speaker cdp;
    struct lldp_speaker lldp;
    struct power_port power;
    uint16_t power_request, power_management; /* of the last request; 0: none yet */
    char port_id[32];
    uint8_t levels[8]; /* of the answer: what is available, and the most there is */
};

/* `shared` belongs to the switch and lives as long as it. `never`: power inline never. */
void access_port_init(struct access_port *a, struct access_config *shared, struct port *p,
                      struct access_vlans v, bool never);
void access_port_start(struct access_port *a);
void access_port_on_line(struct access_port *a); /* as in struct model */
void access_port_stop(struct access_port *a);    /* the switch has no power: it says nothing and gives none */

/* A frame for the switch itself has arrived: to `dst`, of which mac_is_link_local holds. */
void access_port_hear(struct access_port *a, struct mac dst, const struct frame *f);

/* show power inline: this port's row. */
void access_power_row(const struct access_port *a, struct table *t);

#endif
