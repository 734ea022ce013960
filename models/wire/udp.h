/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udp.h: UDP (RFC 768). The addresses belong to the checksum's pseudo header. */
#ifndef MODELS_WIRE_UDP_H
#define MODELS_WIRE_UDP_H

#include "models/wire/addr.h"
#include "models/wire/wire.h"

#define UDP_HEADER_BYTES 8

struct udp {
    struct ip4 src, dst; /* of the IPv4 header */
    uint16_t src_port, dst_port;
    struct str payload;
};

void udp_put(struct wr *w, const struct udp *u);
bool udp_get(struct rd *r, struct ip4 src, struct ip4 dst, struct udp *u); /* checksum 0: none */
void udp_line(struct txtbuf *t, const struct udp *u);

extern const struct wire_type wire_udp;

#endif
