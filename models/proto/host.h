/* SPDX-License-Identifier: GPL-3.0-or-later */
/* host.h: a server on one port, "eth0": its address, its router, its IPv4 stack. What devices that only listen and
 * answer have in common. */
#ifndef MODELS_PROTO_HOST_H
#define MODELS_PROTO_HOST_H

#include "models/net/ip.h"
#include "sim/kernel/dist.h"

/* The HOST_PARAMS of a device are stored here. */
struct host_config {
    struct mac mac;
    struct ip4 address, gateway; /* gateway 0.0.0.0: none */
    int64_t prefix_len;
    struct sim_dur arp_timeout;
    struct dist arp_reply_delay;
    int64_t arp_table_size;
    struct sim_dur arp_gc_age;
    struct ip_answering answering; /* filled by host_init */
};

#define HOST_PARAMS(state, field)                                                                    \
    {"mac", PARAM_MAC, NULL, NULL, NULL, NULL, "MAC address", offsetof(state, field.mac), true},       \
    {"address", PARAM_IP4, NULL, NULL, NULL, NULL, "IPv4 address", offsetof(state, field.address), true}, \
    {"prefix_len", PARAM_INT, "24", "1", "30", NULL, "length of the subnet's prefix",                  \
     offsetof(state, field.prefix_len), true},                                                       \
    {"gateway", PARAM_IP4, "", NULL, NULL, NULL, "default router", offsetof(state, field.gateway), true}, \
    {"arp_timeout", PARAM_DUR, "300s", "1s", "30d", NULL,                                              \
     "ARP entries live this long since they were last confirmed", offsetof(state, field.arp_timeout), false}, \
    {"arp_table_size", PARAM_INT, "0", "0", "1000000", NULL,                                             \
     "entries that a server's ARP table has room for (Linux: gc_thresh3, 1024); 0: any number", offsetof(state, field.arp_table_size), false}, \
    {"arp_gc_age", PARAM_DUR, "60s", "0s", "1h", NULL,                                                  \
     "when it is full, an entry that was not confirmed for so long makes room", offsetof(state, field.arp_gc_age), false}, \
    {"arp_reply_delay", PARAM_LAW, "0s", "0s", "1min", NULL,                                           \
     "a server takes so long to answer an ARP request", offsetof(state, field.arp_reply_delay), false}

/* Makes the port and the stack; `c` must outlive it. */
MUST_USE bool host_init(struct node *n, struct host_config *c, struct ip_stack **out, struct err *e);

/* A server that has been up has spoken with its router: each knows the other's address. */
void host_start(const struct host_config *c, struct ip_stack *ip);

#endif
