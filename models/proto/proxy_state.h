/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proxy_state.h: what the files of proxy share: a request on its way, and what is answered in whose place. Numbers are
 * sections of RFC 3261. */
#ifndef MODELS_PROTO_PROXY_STATE_H
#define MODELS_PROTO_PROXY_STATE_H

#include "models/proto/proxy.h"

#define PROXY_TEXT_MAX 9000 /* a request of SIP_REQUEST_MAX, and what we add */

/* A response context (16.2). It is there as long as one of its transactions is. */
struct proxy_context {
    struct proxy *proxy;
    struct sip_server *server; /* NULL: it is over */
    struct sip_client *client; /* NULL: answered, or given up */
    struct sip_hop from, to;
    struct session_asked asked;
    uint64_t key, flow, call;
    uint32_t cseq;
    bool is_invite, is_first, is_bye, is_refresh; /* first: it makes a dialog; refresh: INVITE or UPDATE */
    bool cancel_wanted, cancelled;
    struct tmr timer_c;
    char branch[SIP_BRANCH_MAX + 1];
};

struct sip_msg proxy_decode(struct str bytes); /* of a message that was one when it came */
void proxy_note(struct proxy *p, const char *what, const struct sip_msg *m, struct ip4 to);
void proxy_end_if_over(struct proxy_context *c);

/* An answer of our own; `phrase` NULL: the usual one; `name` and `value`: one header more, NULL: none. */
void proxy_answer(struct proxy *p, struct sip_server *t, uint32_t status, const char *phrase, const char *name,
                  struct str value);

/* A final answer of ours in place of one that did not come, or that must not be passed on (16.7 step 6). */
void proxy_answer_for(struct proxy_context *c, uint32_t status);

void proxy_cancel(struct proxy_context *c); /* 16.10: now, or when it has been answered at all */
void proxy_arm_timer_c(struct proxy_context *c, struct sim_dur in);
void proxy_on_timer_c(void *owner);
void proxy_on_stray(void *arg, const struct sip_msg *m, const struct sip_hop *from);
extern const struct sip_client_user proxy_client_user; /* arg: the context */

#endif
