/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dhcp_relay.h: what "ip helper-address" makes of a router for DHCP (RFC 2131 4.1, RFC 1542): requests that
 * clients broadcast go on to the servers, with the address of the interface they came in by; answers come
 * back to that interface. With relay information (RFC 3046) it also says by which port, and takes that off
 * again: clients never see it. */
#ifndef MODELS_PROTO_DHCP_RELAY_H
#define MODELS_PROTO_DHCP_RELAY_H

#include "models/net/ip.h"

#define DHCP_HELPERS_MAX 4

struct dhcp_relay {
    struct node *node;
    struct ip_stack *ip;
    bool information; /* append option 82 */
    struct ip4 helper[IP_IFACES_MAX][DHCP_HELPERS_MAX]; /* by interface; 0.0.0.0: no more */
    bool bound;
};

void dhcp_relay_init(struct dhcp_relay *r, struct node *n, struct ip_stack *ip);

/* The servers for requests that come in by interface `iface`: "10.1.1.2, 10.1.1.3". */
MUST_USE bool dhcp_relay_add(struct dhcp_relay *r, uint32_t iface, const char *helpers, struct err *e);

#endif
