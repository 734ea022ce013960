/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phone_calls.h: a SIP phone's calls: a user agent and the person at it (talker.h). They use the connections that the
 * phone registers on (sip_leg.h) and have no port of their own, so a call needs a registration, and what it says goes
 * over the next connection to that node when the first one is gone. The agent is made when the first call is. */
#ifndef MODELS_PROTO_PHONE_CALLS_H
#define MODELS_PROTO_PHONE_CALLS_H

#include "models/proto/sip_group.h"
#include "models/proto/talker.h"

struct phone_agent;

struct phone_calls {
    /* configuration; a device's SIP_UA_PARAMS and TALKER_PARAMS are stored here */
    struct sip_ua_config config;
    struct talker_config talker;
    /* parts */
    struct ip_stack *ip;
    struct sip_group *group;
    struct phone_agent *agent; /* NULL until it is needed */
};

/* After the group's, whose legs are told of it: `id` is theirs. */
MUST_USE bool phone_calls_init(struct phone_calls *c, struct ip_stack *ip, struct sip_group *g, struct leg_identity *id,
                               struct err *e);
void phone_calls_stop(struct phone_calls *c); /* the phone is off or has lost its address: nobody is told */

/* What its person does (talker.h). */
MUST_USE bool phone_calls_call(struct phone_calls *c, struct err *e);
MUST_USE bool phone_calls_hang_up(struct phone_calls *c, struct err *e);
MUST_USE bool phone_calls_hold(struct phone_calls *c, struct err *e);
MUST_USE bool phone_calls_retrieve(struct phone_calls *c, struct err *e);
MUST_USE bool phone_calls_change_codec(struct phone_calls *c, struct err *e);

void phone_calls_rows(const struct phone_calls *c, struct table *t); /* of call_show.h */

#endif
