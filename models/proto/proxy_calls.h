/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proxy_calls.h: the calls that a stateful proxy believes in. It hears of a call's end by its BYE alone; when that is
 * lost it goes on believing, unless the session has a timer: then until it expires (RFC 4028 8.3), and without a word,
 * for a proxy MUST NOT send BYE. */
#ifndef MODELS_PROTO_PROXY_CALLS_H
#define MODELS_PROTO_PROXY_CALLS_H

#include "models/net/fsm.h"
#include "models/net/table.h"
#include "sim/base/map.h"
#include "sim/base/pool.h"
#include "sim/kernel/tmr.h"

#define PROXY_CALL_ID_MAX 127 /* characters that are shown */

struct proxy_calls {
    struct node *node; /* it has a parameter session_expires */
    struct map calls;  /* by Call-ID */
    struct pool pool;
    uint64_t expired;  /* so many */
};

void proxy_calls_init(struct proxy_calls *p, struct node *n);

/* A call's key, from its Call-ID. What is told of a call that is not known is not heard. */
uint64_t proxy_call_key(struct str call_id);
void proxy_call_invite(struct proxy_calls *p, struct str call_id); /* an INVITE outside of a dialog is forwarded */
void proxy_call_refused(struct proxy_calls *p, uint64_t call);     /* by a final answer other than 2xx */
void proxy_call_bye(struct proxy_calls *p, uint64_t call);         /* the BYE has its final answer, or nobody gave one */

/* A 2xx to an INVITE or UPDATE is forwarded: the session expires so many seconds from now (0: never). `refresh`: the
 * exchange that a refresh would be, as far as it can be told; 0: it cannot. */
void proxy_call_answered(struct proxy_calls *p, uint64_t call, uint32_t interval_s, uint64_t refresh);

extern const struct table_look show_proxy_calls;
void show_proxy_calls_rows(const struct proxy_calls *p, struct table *t);

#endif
