/* SPDX-License-Identifier: GPL-3.0-or-later */
/* call_bridge.h: a back-to-back user agent (RFC 3261 6): an incoming call and the outgoing one that it causes, joined
 * until one of them ends. Each leg is a call of its own, with its own dialog, session timer and media; what happens
 * on one is done on the other: ringing, answer, refusal, CANCEL, BYE, and a change within the call, unless the box
 * consumes it (Cisco's midcall-signaling). Media flow through the box, with its own address and ports to both sides,
 * or around it. Which way a call goes is its owner's business. */
#ifndef MODELS_PROTO_CALL_BRIDGE_H
#define MODELS_PROTO_CALL_BRIDGE_H

#include "models/proto/media_flow.h"
#include "models/proto/midcall.h"
#include "models/proto/sip_call.h"

#define BRIDGE_USER_MAX 64 /* bytes of a user part; with an address they fit into CALL_TEXT_MAX */

struct bridged_call;

/* What is the same for all calls of a box; must outlive the bridge. */
struct bridge_policy {
    struct media_host *media; /* media flow through it; NULL: around it */
    /* A call has come in: bridge_connect, or any other answer to it. */
    void (*on_invite)(void *owner, struct sip_call *in);
};

/* Where a call goes, and what holds for its legs; [0] the incoming one, [1] the outgoing one. */
struct bridge_route {
    struct sip_hop hop;
    const char *from, *to; /* user parts */
    const struct session_config *session; /* of the outgoing leg; must outlive the call; NULL: the agent's */
    bool delayed_offer;                   /* that leg's INVITE has no SDP, though the incoming one's has */
    enum midcall midcall[2];              /* for what comes in on that leg */
    const char *midcall_limit[2];         /* the parameter that says so, to be cited; NULL: none */
    uint32_t tag[2];                      /* of the owner's own, such as a dial-peer's; for tables */
};

struct bridge_leg {
    struct sip_call *call; /* NULL: it is over */
    struct bridged_call *of;
    enum midcall midcall;
    const char *midcall_limit;
    struct media_flow flow;
    struct media agreed; /* what we could hear before a change that is being asked for on this leg */
    bool asks;           /* a change of the other leg is asked for here */
    /* for tables */
    uint32_t number, tag;
    struct sim_time began, answered; /* answered: TIME_NEVER before it is */
};

struct bridged_call {
    struct list_link in_bridge;
    struct call_bridge *bridge;
    struct bridge_leg leg[2]; /* incoming, outgoing */
    bool flows_made;          /* the slot's media flows were initialized */
    bool up;                  /* both legs were confirmed */
};

struct call_bridge {
    struct node *node;
    struct sip_ua *ua;
    const struct bridge_policy *policy;
    void *owner;
    struct pool pool;
    struct list_link live; /* in order of birth */
    uint32_t legs;         /* so far */
};

/* The agent's user, with the bridge as its arg; every call of the agent is the bridge's. */
extern const struct call_user bridge_calls;

void bridge_init(struct call_bridge *b, struct sip_ua *ua, const struct bridge_policy *p, void *owner);

/* Sends the call on; it is answered by itself when that cannot be done. From on_invite. */
void bridge_connect(struct call_bridge *b, struct sip_call *in, const struct bridge_route *r);
void bridge_hang_up(struct call_bridge *b); /* all calls, both legs of each */
void bridge_power_off(struct call_bridge *b); /* after the agent's: nobody is told */

#endif
