/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frame_filter.h: which frames a fault of a link is about: those of a protocol, those that carry data. */
#ifndef MODELS_NET_FRAME_FILTER_H
#define MODELS_NET_FRAME_FILTER_H

#include "models/net/frame.h"

/* In the order of `enum frame_protocol`. TFTP: the request, and what passes between its two ports. RTP: even
 * ports of its range, and a header of version 2. */
#define FRAME_PROTOCOLS "any|arp|ip|icmp|udp|tcp|sip|sccp|dhcp|dns|tftp|http|cdp|lldp|rtp"

struct frame_filter {
    int protocol; /* index into FRAME_PROTOCOLS; 0: any */
    bool payload; /* only TCP segments and UDP datagrams that carry data */
};

bool frame_filter_takes(const struct frame_filter *w, const struct frame *f);

/* Would it take a packet of voice (RTP) between these two UDP ports? */
bool frame_filter_takes_rtp(const struct frame_filter *w, uint16_t src_port, uint16_t dst_port);

#endif
