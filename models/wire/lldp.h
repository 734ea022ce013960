/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lldp.h: LLDP (IEEE 802.1AB) with the TLVs of LLDP-MED (ANSI/TIA-1057) that a phone and its switch exchange: the
 * network policy, which carries the voice VLAN, and power. */
#ifndef MODELS_WIRE_LLDP_H
#define MODELS_WIRE_LLDP_H

#include "models/wire/addr.h"
#include "models/wire/wire.h"

#define LLDP_MAC ((struct mac){{0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e}})
#define LLDP_ETHERTYPE 0x88cc

/* Which optional TLVs there are: bits of lldp.has. */
enum lldp_has {
    LLDP_PORT_DESCRIPTION = 1 << 0,
    LLDP_SYSTEM_NAME = 1 << 1,
    LLDP_SYSTEM_DESCRIPTION = 1 << 2,
    LLDP_CAPABILITIES = 1 << 3,
    LLDP_MANAGEMENT_ADDRESS = 1 << 4,
    LLDP_MED_CAPABILITIES = 1 << 5,
    LLDP_MED_POLICY = 1 << 6,
    LLDP_MED_POWER = 1 << 7,
};

#define LLDP_ID_MAC 4       /* chassis id: a MAC address; of a port id it is 3 */
#define LLDP_ID_ADDRESS 5   /* chassis id: a network address; of a port id it is 4 */
#define LLDP_CAP_BRIDGE 0x04
#define LLDP_CAP_PHONE 0x20

#define LLDP_MED_VOICE 1 /* applications of a network policy */
#define LLDP_MED_VOICE_SIGNALING 2

struct lldp_policy {
    uint8_t application;
    bool unknown; /* the phone asks: it has no policy yet */
    bool tagged;
    uint16_t vlan;         /* 0: only the priority counts */
    uint8_t priority, dscp; /* layer 2, 0..7; layer 3, 0..63 */
};

struct lldp {
    uint8_t chassis_type, port_type; /* subtypes of the two ids */
    struct str chassis_id, port_id;
    uint16_t ttl_s; /* 0: the neighbour leaves */
    uint32_t has;
    struct str port_description, system_name, system_description;
    uint16_t capabilities, enabled;
    struct ip4 management_address;
    uint16_t med_capabilities;
    uint8_t med_class;         /* 3: a phone; 4: a network device */
    struct lldp_policy policy; /* the first; others are passed over */
    uint8_t power_type;        /* type, source and priority, as they stand in their byte */
    uint16_t power_tenth_w;    /* needed or offered */
};

void lldp_put(struct wr *w, const struct lldp *m);

/* Up to the end TLV; padding is left in *r. Unknown TLVs are passed over. */
bool lldp_get(struct rd *r, struct lldp *m);
void lldp_line(struct txtbuf *t, const struct lldp *m);

extern const struct wire_type wire_lldp;

#endif
