/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_call_state.h: what the parts of sip_call.h share: sip_ua.c (the agent and its requests from outside),
 * sip_call.c (a call's life), sip_call_ask.c (our requests within it), sip_call_answer.c (our answers), sip_call_write.c
 * (what is sent). */
#ifndef MODELS_PROTO_SIP_CALL_STATE_H
#define MODELS_PROTO_SIP_CALL_STATE_H

#include "models/proto/sip_call.h"
#include "models/proto/sip_draft.h"

enum call_event {
    CALL_EV_INVITE_SENT,
    CALL_EV_INVITE_RECEIVED,
    CALL_EV_TRYING,
    CALL_EV_RINGING,
    CALL_EV_ANSWERED,
    CALL_EV_REFUSED,
    CALL_EV_CANCELLED,
    CALL_EV_UNREACHABLE,
    CALL_EV_SESSION_EXPIRED,
    CALL_EV_REFRESH_FAILED,
    CALL_EV_BYE_SENT,
    CALL_EV_BYE_RECEIVED,
    CALL_EV_COUNT
};

/* --- sip_call.c: life --- */
struct sip_call *call_new(struct sip_ua *ua, const struct session_config *s, bool outgoing);
void call_put(struct sip_call *c);                   /* findable by Call-ID and our tag */
struct sip_call *call_find(struct sip_ua *ua, struct str call_id, struct str our_tag); /* NULL: none */
void call_over(struct sip_call *c, enum call_event ev, enum call_end why); /* tells its user; the call is gone */
void call_bye(struct sip_call *c, enum call_end why); /* sends BYE; the call is gone */
void call_drop(struct sip_call *c, enum call_event ev, enum call_end why); /* nobody wished it: BYE */
void call_discard(struct sip_call *c);               /* without a word to anybody */
bool call_keep(char to[CALL_TEXT_MAX + 1], struct str s); /* false and untouched: it is too long */
bool call_learn_target(struct sip_call *c, const struct sip_msg *m); /* from its Contact; false: it is too long or none */
bool call_learn_routes(struct sip_call *c, const struct sip_msg *m); /* from its Record-Route, at the start of a dialog */
void call_await_refresh(struct sip_call *c); /* the next request of the other side, should its session expire */
uint64_t call_flow(const struct sip_call *c, bool ours, uint32_t cseq); /* the exchange of a request */

/* --- sip_call_ask.c: our requests --- */
void call_invite(struct sip_call *c); /* the first, or once more after a 422 */
void call_go_on(struct sip_call *c);  /* what waits is sent, if nothing is under way */
void call_repeat_ack(struct sip_call *c, const struct sip_msg *ok);
void call_refuse_fork(const struct sip_call *c, const struct sip_msg *ok); /* ACK, then BYE (RFC 3261 13.2.2.4) */
void call_cancel(struct sip_call *c); /* the first INVITE: now, or as soon as that is allowed */
void call_expire_invite(struct sip_call *c); /* it has waited long enough for its answer */

/* --- sip_call_answer.c: the other side's requests --- */
void call_on_invite(struct sip_ua *ua, struct sip_server *t, const struct sip_msg *m, const struct sip_hop *from);
void call_on_request(struct sip_call *c, struct sip_server *t, const struct sip_msg *m, const struct sip_hop *from);
void call_on_cancel(struct sip_ua *ua, struct sip_server *t, const struct sip_msg *m, const struct sip_hop *from);
void call_on_ack(struct sip_call *c, const struct sip_msg *m);
void call_end_asked(struct sip_call *c, uint32_t status); /* what waits for an answer gets that one */
void call_stop_copies(struct sip_call *c); /* of our 2xx */

/* --- sip_call_write.c --- */
void call_draft(struct sip_call *c, struct sip_draft *d, const char *method, const char *branch, uint32_t cseq);
void call_draft_session(struct sip_draft *d, const struct session_headers *h);
void call_describe(struct sip_call *c, struct media *m); /* our next description: its o= line */
void call_draft_sdp(const struct sip_call *c, struct sip_draft *d, const struct media *m, const struct media *offer);
void call_draft_contact(const struct sip_call *c, struct sip_draft *d);
struct str ua_write(struct sip_ua *ua, struct sip_draft *d, char *to);
void ua_draft_answer(struct sip_ua *ua, struct sip_draft *d, struct sip_server *t, struct sip_msg *request,
                     uint32_t status, const char *tag); /* *request: read anew from what the transaction keeps */
void ua_send_answer(struct sip_ua *ua, struct sip_server *t, struct sip_draft *d);
/* A final answer, or 100, in one: with one header more, `name` NULL none. */
void ua_answer(struct sip_ua *ua, struct sip_server *t, uint32_t status, const char *tag, const char *name,
               const char *value);
void ua_draw_tag(struct sip_ua *ua, char out[CALL_TEXT_MAX + 1]);

#endif
