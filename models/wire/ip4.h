/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ip4.h: the IPv4 header (RFC 791 3.1). Options are kept as they are. */
#ifndef MODELS_WIRE_IP4_H
#define MODELS_WIRE_IP4_H

#include "models/wire/addr.h"
#include "models/wire/wire.h"

#define IP4_HEADER_BYTES 20
#define IP4_ICMP 1
#define IP4_TCP 6
#define IP4_UDP 17

#define DSCP_CS3 24 /* signalling and management traffic of Cisco products */
#define DSCP_EF 46  /* voice (RFC 3246) */

struct ip4_hdr {
    uint8_t dscp, ecn;
    uint16_t payload_len;
    uint16_t id;
    bool dont_fragment, more_fragments;
    uint16_t fragment_offset; /* in units of 8 bytes */
    uint8_t ttl, proto;
    struct ip4 src, dst;
    struct str options; /* whole words; a view */
};

void ip4_put(struct wr *w, const struct ip4_hdr *h); /* with its checksum */

/* Leaves *payload bounded by the total length: what follows it is padding. */
bool ip4_get(struct rd *r, struct ip4_hdr *h, struct rd *payload);
void ip4_line(struct txtbuf *t, const struct ip4_hdr *h);

extern const struct wire_type wire_ip4;

#endif
