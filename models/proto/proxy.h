/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proxy.h: a stateful SIP proxy (RFC 3261 16) that stays on the path of its calls and keeps their state: requests go by
 * its routes or by their Route (proxy_route.h), each with a transaction on either side, one target each, no forking.
 * What it believes of calls: proxy_calls.h; session timers (RFC 4028 8): session_proxy.h. */
#ifndef MODELS_PROTO_PROXY_H
#define MODELS_PROTO_PROXY_H

#include "models/proto/proxy_calls.h"
#include "models/proto/proxy_route.h"
#include "models/proto/session_proxy.h"

/* The PROXY_PARAMS of a device are stored here. */
struct proxy_config {
    struct sip_timers timers;
    struct session_proxy_config session;
    struct sim_dur timer_c;
    const char *routes;
    bool record_route;
};

/* clang-format off */
#define PROXY_PARAMS(state, field) \
    {"routes", PARAM_TEXT, "", NULL, NULL, NULL, PROXY_ROUTES_DOC, offsetof(state, field.routes), true}, \
    {"record_route", PARAM_BOOL, "on", NULL, NULL, NULL, "a proxy stays on the path of later requests of a call", offsetof(state, field.record_route), false}, \
    {"proxy_session_timers", PARAM_BOOL, "on", NULL, NULL, NULL, "RFC 4028 8: a proxy asks for session timers, and forgets a call whose session expired; off: it remembers each until its BYE", offsetof(state, field.session.on), false}, \
    {"proxy_inserts_session_expires", PARAM_BOOL, "on", NULL, NULL, NULL, "a proxy with session timers asks for one where the caller did not", offsetof(state, field.session.inserts), false}, \
    SESSION_INTERVAL_PARAMS(state, field.session), \
    {"sip_timer_c", PARAM_DUR, "181s", "180001ms", "1h", NULL, "RFC 3261's timer C: a proxy lets a call ring so long after its last provisional answer", offsetof(state, field.timer_c), false}, \
    SIP_TIMER_PARAMS(state, field.timers)
/* clang-format on */

struct proxy {
    struct node *node;
    const struct proxy_config *config;
    struct sip_transport transport;
    struct sip_txns txns;
    struct proxy_self self;
    struct proxy_calls calls;
    /* state */
    struct map contexts; /* requests on their way, by the branch that we sent */
    struct pool context_pool;
};

/* It listens at port 5060 of `addr`, over UDP and over `tcp`. */
MUST_USE bool proxy_init(struct proxy *p, struct node *n, struct ip_stack *ip, struct tcp *tcp, struct ip4 addr,
                         const struct proxy_config *c, struct err *e);

#endif
