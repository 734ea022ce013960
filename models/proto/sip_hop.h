/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_hop.h: where a SIP message goes next: an address, a port, and over what. */
#ifndef MODELS_PROTO_SIP_HOP_H
#define MODELS_PROTO_SIP_HOP_H

#include "models/net/tcp.h"
#include "models/wire/sip.h"

enum sip_over { SIP_OVER_UDP, SIP_OVER_TCP };
#define SIP_OVER_CHOICES "udp|tcp"

struct sip_hop {
    struct ip4 addr;
    uint16_t port;
    enum sip_over over;
};

/* "10.0.0.1:5060", over UDP; the port is 5060 when it is left out. False: it is no such thing. */
bool sip_hop_parse(struct str text, struct sip_hop *out);

/* Where a URI with an IPv4 address leads; what it says nothing of (transport) stays as it was in *h. False: another host,
 * and *h is as it was. */
bool sip_hop_of_uri(struct str uri, struct sip_hop *h);
struct sip_hop sip_hop_of_conn(const struct tcp_conn *c); /* its other end */

bool sip_hop_eq(const struct sip_hop *a, const struct sip_hop *b);
const char *sip_over_name(enum sip_over over); /* "UDP", as Via has it */

#endif
