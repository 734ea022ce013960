/* SPDX-License-Identifier: GPL-3.0-or-later */
/* host_power.h: a host that dies from one instant to the next and is switched on again: STATE of the machine "host". What
 * it loses by that is its device's business; frames to it are lost, with the crash as the reason. */
#ifndef MODELS_PROTO_HOST_POWER_H
#define MODELS_PROTO_HOST_POWER_H

#include "models/net/ip.h"

struct host_power {
    uint64_t down; /* the record that tells of the crash; 0: the host is up */
};

MUST_USE bool host_power_is_on(const struct host_power *p, const struct node *n, struct err *e);

/* The host is gone: no FIN, no RST, no ARP. Said after what it loses it is the node's last state, which explains its
 * silence to those who wait for it (tmr.h). */
void host_power_cut(struct host_power *p, struct node *n);
MUST_USE bool host_power_return(struct host_power *p, struct node *n, struct err *e); /* false: it is up */

/* A frame has come in: it is the stack's, or lost. */
void host_power_on_frame(const struct host_power *p, struct ip_stack *ip, struct port *in, const struct frame *f);

#endif
