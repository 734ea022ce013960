/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proxy_route.h: where a SIP proxy sends a request, and what it changes in it (RFC 3261 16.3 to 16.6): validation, Route
 * and Record-Route with loose routing, Max-Forwards, loops, Via. Pure: a request in, an edited one and a next hop out,
 * the same each time, so that a CANCEL can follow its INVITE. */
#ifndef MODELS_PROTO_PROXY_ROUTE_H
#define MODELS_PROTO_PROXY_ROUTE_H

#include "models/proto/sip_edit.h"
#include "models/proto/sip_transport.h"
#include "models/proto/sip_txn.h"

/* Users whose number begins so go there; an empty prefix takes all others. */
struct proxy_route {
    struct proxy_route *next;
    struct str prefix;
    struct sip_hop hop;
};

#define PROXY_ROUTES_DOC \
    "where numbers go that are dialled at the proxy: 'PREFIX=ADDRESS[:PORT][/udp|/tcp]', separated by commas; the "   \
    "longest prefix wins, * takes the rest"

/* "5=10.0.0.2, *=10.0.0.3:5070/tcp"; longest prefix in front. `text` must outlive them. */
MUST_USE bool proxy_routes_read(struct proxy_route **first, struct arena *a, const char *text, struct err *e);
const struct proxy_route *proxy_route_for(const struct proxy_route *first, struct str user); /* NULL: none */

struct proxy_self {
    struct ip4 addr;
    uint16_t port;
    bool record_route;
    const struct proxy_route *routes;
};

/* It is the proxy itself that the request means, and nobody behind it. */
bool proxy_is_meant(const struct proxy_self *self, const struct sip_msg *m);

/* Why a request is not forwarded. `unsupported`: for 420, what stands in Unsupported. */
struct proxy_refusal {
    uint32_t status; /* 0: it is forwarded */
    const char *phrase; /* NULL: the usual one */
    struct str unsupported;
};

/* Steps 1 to 7: `e` begins with *m and becomes what goes to *to, but for the Via. `from` tells how it came. */
struct proxy_refusal proxy_prepare(const struct proxy_self *self, const struct sip_msg *m, const struct sip_hop *from,
                                   struct sip_edit *e, struct sip_hop *to);

/* Of all that has to do with the way of the request as it came (step 8, RFC 5393 4.2): it ends the branch, as
 * proxy_branch writes it, and tells a loop from a spiral. */
uint32_t proxy_loop_hash(const struct sip_msg *m);
void proxy_branch(const struct sip_msg *m, char branch[SIP_BRANCH_MAX + 1]); /* ends what sip_branch_draw drew */

/* Step 8. */
void proxy_push_via(struct sip_edit *e, const struct proxy_self *self, const struct sip_hop *to, const char *branch);

/* The CANCEL of a request that was prepared and has its Via (9.1), into `w`. */
void proxy_cancel_put(struct wr *w, const struct sip_msg *request, struct str via);

#endif
