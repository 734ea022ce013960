/* SPDX-License-Identifier: GPL-3.0-or-later */
/* call_control.h: calls at CUCM: to its SIP phones by their directory numbers, over the connections that they
 * registered on, and to one SIP trunk for every other number. Each call has two legs (call_bridge.h), each with its
 * own dialog and session timer; a refresh of one is never seen on the other, and voice flows past CUCM. It takes
 * datagrams at port 5060; connections to that port are the station's (sip_station.h), which hands over everything that
 * is no REGISTER. */
#ifndef MODELS_PROTO_CALL_CONTROL_H
#define MODELS_PROTO_CALL_CONTROL_H

#include "models/net/table.h"
#include "models/proto/call_bridge.h"
#include "models/proto/sip_station.h"

/* The CALL_CONTROL_PARAMS of a device are stored here. */
struct call_control_config {
    struct sip_ua_config agent;
    const char *trunk;
    int trunk_over;
    bool delayed_offer;
};

/* clang-format off */
#define CALL_CONTROL_PARAMS(state, field) \
    {"sip_trunk", PARAM_TEXT, "", NULL, NULL, NULL, "the far end of its SIP trunk: an address, with :port unless it is 5060; numbers that no phone has go there", offsetof(state, field.trunk), true}, \
    {"sip_trunk_transport", PARAM_ENUM, "tcp", NULL, NULL, SIP_OVER_CHOICES, "what its calls to the trunk go over", offsetof(state, field.trunk_over), true}, \
    {"delayed_offer", PARAM_BOOL, "off", NULL, NULL, NULL, "its INVITE has no SDP: the answer offers, the ACK answers; off is Early Offer support", offsetof(state, field.delayed_offer), false}, \
    SIP_UA_PARAMS(state, field.agent)
/* clang-format on */

struct call_control {
    const struct call_control_config *config;
    struct call_manager *manager;
    struct sip_station *station;
    struct sip_ua agent;
    struct call_bridge bridge;
    struct sip_hop trunk; /* port 0: none */
    struct sip_watch watch;
    struct station_calls lines;
};

/* After the station's; it takes the station's other messages from now on. */
MUST_USE bool control_init(struct call_control *c, struct call_manager *m, struct sip_station *s, struct ip_stack *ip,
                           struct call_control_config *config, struct err *e);
MUST_USE bool control_open(struct call_control *c); /* false: UDP port 5060 is taken */
/* The service stops, before the station's: calls are ended; one that hangs cannot even do that. */
void control_close(struct call_control *c);
void control_power_off(struct call_control *c); /* with the host: they are gone, and nobody is told */
void control_hang(struct call_control *c);      /* its process stands still: nothing is read, no timer fires */
void control_go_on(struct call_control *c);     /* what came and ran out meanwhile follows; before the station's */

/* What an administrator does: ends all calls. */
MUST_USE bool control_hang_up(struct call_control *c, struct err *e);

#endif
