/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dhcp_log.h: what a DHCP server that runs IOS prints on its console with "debug ip dhcp server
 * packet" and "debug ip dhcp server events", and its one syslog message. A client is named as in
 * "show ip dhcp binding": the hardware type 01 and its MAC address. */
#ifndef MODELS_PROTO_DHCP_LOG_H
#define MODELS_PROTO_DHCP_LOG_H

#include "models/net/net.h"
#include "models/wire/dhcp.h"

void dhcp_log_received(struct node *n, const struct dhcp *m, const char *iface);

/* `to`: where it goes, a relay when `relayed`; 255.255.255.255: to all. */
void dhcp_log_sending(struct node *n, const struct dhcp *out, struct ip4 to, bool relayed);

void dhcp_log_no_pool(struct node *n, struct ip4 net);
void dhcp_log_empty_pool(struct node *n, const char *pool, struct ip4 first, struct ip4 last);
void dhcp_log_declined(struct node *n, struct mac client, struct ip4 address);

#endif
