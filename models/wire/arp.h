/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arp.h: ARP for IPv4 over Ethernet (RFC 826), 28 bytes. */
#ifndef MODELS_WIRE_ARP_H
#define MODELS_WIRE_ARP_H

#include "models/wire/addr.h"
#include "models/wire/wire.h"

#define ARP_REQUEST 1
#define ARP_REPLY 2
#define ARP_BYTES 28

struct arp {
    uint16_t oper;
    struct mac sha, tha;
    struct ip4 spa, tpa;
};

void arp_put(struct wr *w, const struct arp *a);
bool arp_get(struct rd *r, struct arp *a); /* IPv4 over Ethernet only; padding is left */
void arp_line(struct txtbuf *t, const struct arp *a);

extern const struct wire_type wire_arp;

#endif
