/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire_frame.h: a whole Ethernet frame taken apart layer by layer, and told in one line. */
#ifndef MODELS_WIRE_WIRE_FRAME_H
#define MODELS_WIRE_WIRE_FRAME_H

#include "models/wire/wire_any.h"

enum wire_layer { WIRE_NONE, WIRE_ETH, WIRE_CDP, WIRE_LLDP, WIRE_ARP, WIRE_IP4, WIRE_ICMP, WIRE_UDP, WIRE_TCP };

struct wire_frame {
    enum wire_layer top; /* the highest layer that was decoded */
    const char *why;     /* NULL, or why the next one was not */
    struct eth eth;
    struct cdp cdp;
    struct lldp lldp;
    struct arp arp;
    struct ip4_hdr ip4;
    union {
        struct icmp icmp;
        struct udp udp;
        struct tcp_seg tcp;
    };
};

void wire_frame_get(const void *bytes, size_t n, struct wire_frame *f);
void wire_frame_line(struct txtbuf *t, const void *bytes, size_t n);

#endif
