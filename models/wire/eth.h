/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eth.h: Ethernet II with at most one 802.1Q tag. No FCS: captures do not hold it either. */
#ifndef MODELS_WIRE_ETH_H
#define MODELS_WIRE_ETH_H

#include "models/wire/addr.h"
#include "models/wire/wire.h"

#define ETH_BYTES_MIN 60 /* without FCS; shorter frames are padded with zeros */
#define ETH_IP4 0x0800
#define ETH_ARP 0x0806
#define ETH_VLAN 0x8100
#define ETH_TYPE_LEAST 0x0600 /* below it: an 802.3 length */

struct eth {
    struct mac dst, src;
    bool tagged;
    uint8_t pcp; /* 802.1p priority, 0..7 */
    bool dei;
    uint16_t vid;  /* 0: priority tag only; 4095 is reserved */
    uint16_t type; /* EtherType, or 802.3 length */
};

void eth_put(struct wr *w, const struct eth *e);
bool eth_get(struct rd *r, struct eth *e); /* the payload (and padding) is what is left in *r */
void eth_line(struct txtbuf *t, const struct eth *e);
size_t eth_bytes(bool tagged); /* of the header */
void eth_pad(struct wr *w);    /* zeros up to the least length */

extern const struct wire_type wire_eth;

#endif
