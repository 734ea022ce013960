/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show.h: the tables that devices have in common: rows of the node's stack (none without one), and the
 * looks of IOS, of Linux and of a phone's pages. A device's own table takes a look here or brings one;
 * cells come in the order of the look's columns. */
#ifndef MODELS_NET_SHOW_H
#define MODELS_NET_SHOW_H

#include "models/net/table.h"

/* ARP entries that are in force or asked for; `all`: with the node's own addresses, as IOS has it. */
void show_arp_rows(const struct node *n, struct table *t);
void show_arp_all_rows(const struct node *n, struct table *t);
extern const struct table_look show_arp_ios;   /* show ip arp */
extern const struct table_look show_arp_linux; /* arp */

void show_route_rows(const struct node *n, struct table *t);
extern const struct table_look show_route_ios; /* show ip route */

void show_iface_rows(const struct node *n, struct table *t);
extern const struct table_look show_iface_ios; /* show ip interface brief */

/* Listeners, then connections in the order they were opened. */
void show_tcp_rows(const struct node *n, struct table *t);
extern const struct table_look show_netstat; /* netstat -ano, with RTO and unacknowledged bytes beside */

/* Cells: port, name, status, vlan, rate_bps */
extern const struct table_look show_interfaces_status;
/* Cells: vlan, mac, type, port */
extern const struct table_look show_mac_address_table;
/* Cells: port, maximum, current, violations, action */
extern const struct table_look show_port_security;
/* Cells: vlan, mac, type, port, aging_type, remaining_s (none: it is not aged) */
extern const struct table_look show_port_security_address;

/* A page of a phone. Cells: item, value */
extern const struct table_look show_page;

/* "f029.290a.3c71", as IOS writes a MAC address. */
void show_mac_dotted(struct txtbuf *out, const struct cell *mac);

#endif
