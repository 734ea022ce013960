/* SPDX-License-Identifier: GPL-3.0-or-later */
/* routed_ports.h: what boxes with several interfaces have in common: an interface a port, and static routes as
 * text. */
#ifndef MODELS_PROTO_ROUTED_PORTS_H
#define MODELS_PROTO_ROUTED_PORTS_H

#include "models/net/ip.h"

struct routed_port {
    const char *address; /* "10.1.1.1/24" */
    uint16_t vlan;       /* 0: untagged */
    struct mac mac;      /* zero: made from the names */
};

/* Makes the port an interface of the stack. */
MUST_USE bool routed_port_add(struct ip_stack *s, struct port *p, const struct routed_port *c, struct err *e);

/* "10.2.0.0/16 via 10.1.0.2", separated by commas; after the interfaces. */
MUST_USE bool routed_routes_add(struct ip_stack *s, const char *routes, struct err *e);

/* Publishes the decision to answer an ARP request for somebody else's address, with the parameter proxy_arp as its
 * limit; `why` in words. The record. */
uint64_t routed_proxy_arp(struct node *n, const struct ip_iface *in, struct ip4 addr, struct str why);

#endif
