/* SPDX-License-Identifier: GPL-3.0-or-later */
/* call_show.h: the calls of a device as IOS shows them, one row a leg. What a row says comes from whoever keeps the
 * calls; the rows of both looks are the same. */
#ifndef MODELS_PROTO_CALL_SHOW_H
#define MODELS_PROTO_CALL_SHOW_H

#include "models/net/table.h"

struct call_row {
    int64_t leg;      /* the device's own number of it, from 1 */
    bool outgoing;    /* the device sent the INVITE: IOS's originate, and user agent client */
    const char *call_id, *from, *to; /* numbers; NULL: not known */
    const char *state;               /* of the machine "call": "confirmed" */
    struct ip4 local, peer;          /* of the signalling */
    uint16_t peer_port;
    int64_t dial_peer;               /* its tag; 0: none */
    struct sim_time began, answered; /* answered: TIME_NEVER before it is */
    uint32_t session_s;              /* of the session timer; 0: the session does not expire */
    const char *refresher;           /* who of the two: "local" or "remote"; NULL without a session timer */
    struct sim_dur expires_in;
    struct ip4 media_local, media; /* where it hears, and where the other side does; 0: nothing agreed yet */
    uint16_t media_local_port, media_port;
    const char *codec;             /* in IOS's words: "g711ulaw"; NULL: none */
};

/* Cells: role (uac, uas), leg, call_id, from, to, state, local, peer, dial_peer, began_s, connect_s, session_s,
 * refresher, expires_in_s, media, codec. connect_s is the time from the INVITE to the answer; an address has its port
 * behind it. */
void call_row_add(struct table *t, const struct call_row *r);

/* show call active voice brief: in the order of the rows, which should be that of the legs. */
extern const struct table_look show_call_active_voice_brief;

/* show sip-ua calls: rows in order of their role (table_sort). Beside what IOS prints it has the session timer. */
extern const struct table_look show_sip_ua_calls;

#endif
