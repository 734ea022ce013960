/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_call_answer.c: the other side's INVITE, re-INVITE, UPDATE, CANCEL and BYE, and our answers. */
#include "models/proto/sip_call_state.h"

#include <string.h>

#include "models/net/frame.h"

/* --- what a request asks for ----------------------------------------------------------------------- */

/* Its session description, if it has one. An answer other than 0 refuses it (RFC 3261 8.2.3, 13.3.1.3). */
static uint32_t take_offer(const struct sip_msg *m, struct call_asked *a)
{
    a->offers = m->body.n > 0;
    if (!a->offers)
        return 0;
    if (!sip_has_sdp(m))
        return 415;
    return media_read(m->body, &a->offer) ? 0 : 488;
}

static void refuse(struct sip_ua *ua, struct sip_server *t, uint32_t status, const char *tag, uint32_t number)
{
    char text[16];
    struct txtbuf b = txtbuf_of(text, sizeof text);
    txtbuf_add(&b, "%u", number);
    switch (status) {
    case 415:
        ua_answer(ua, t, status, tag, "Accept", "application/sdp");
        break;
    case 422: /* RFC 4028 6 */
        ua_answer(ua, t, status, tag, "Min-SE", text);
        break;
    case 500: /* RFC 3261 14.2, RFC 3311 5.2 */
        ua_answer(ua, t, status, tag, "Retry-After", text);
        break;
    default:
        ua_answer(ua, t, status, tag, NULL, NULL);
    }
}

/* What every INVITE and UPDATE must stand, in and out of a dialog; 0: it does. *number: what the answer names. */
static uint32_t examine(struct sip_call *c, const struct sip_msg *m, struct call_asked *a, uint32_t *number)
{
    struct session_headers said;
    bool too_small = false;
    uint32_t status = take_offer(m, a);
    if (status)
        return status;
    if (!session_read(m, &said))
        return 400;
    if (c->fsm.state == CALL_IDLE)
        c->invited = said;
    a->due = session_requested(&c->session, &said, &too_small);
    *number = a->due.min_se_s;
    return too_small ? 422 : 0;
}

/* --- a new call ------------------------------------------------------------------------------------------ */

/* RFC 3261 12.1.1. False: something is missing or longer than there is room for. */
static bool learn_dialog(struct sip_call *c, const struct sip_msg *m, const struct sip_hop *from)
{
    struct sip_cseq cseq;
    c->hop = *from;
    if (!sip_cseq(m, &cseq) || !call_keep(c->call_id, sip_header(m, SIP_CALL_ID)) ||
        !call_keep(c->remote_tag, sip_param(sip_header(m, SIP_FROM), STR("tag"))) ||
        !call_keep(c->remote_uri, sip_uri_of(sip_header(m, SIP_FROM))) ||
        !call_keep(c->local_uri, sip_uri_of(sip_header(m, SIP_TO))))
        return false;
    c->remote_cseq = cseq.number;
    c->peer_updates = sip_list_has(m, SIP_ALLOW, STR("UPDATE"));
    return call_learn_target(c, m) && call_learn_routes(c, m);
}

void call_on_invite(struct sip_ua *ua, struct sip_server *t, const struct sip_msg *m, const struct sip_hop *from)
{
    const struct session_config *s = ua->hooks && ua->hooks->session_of ? ua->hooks->session_of(ua->arg, m, from) : NULL;
    struct sip_call *c = call_new(ua, s ? s : &ua->config->session, false);
    struct call_asked a = {.server = t};
    uint32_t number = 0, status = learn_dialog(c, m, from) ? examine(c, m, &a, &number) : 400;
    if (status) {
        refuse(ua, t, status, c->local_tag, number);
        call_discard(c);
        return;
    }
    a.cseq = c->remote_cseq;
    c->asked = a;
    sip_server_set_arg(t, c);
    call_put(c);
    fsm_step(&c->fsm, CALL_EV_INVITE_RECEIVED, NULL);
    ua_answer(ua, t, 100, "", NULL, NULL);
    ua->user->on_invite(ua->arg, c);
}

/* --- our answers -------------------------------------------------------------------------------------- */

void call_end_asked(struct sip_call *c, uint32_t status)
{
    struct sip_server *t = c->asked.server;
    if (!t)
        return;
    c->asked.server = NULL;
    sip_server_set_arg(t, NULL);
    ua_answer(c->ua, t, status, c->local_tag, NULL, NULL);
}

void call_ring(struct sip_call *c)
{
    struct sip_draft d;
    struct sip_msg request;
    if (!c->asked.server || c->fsm.state != CALL_PROCEEDING)
        return;
    fsm_step(&c->fsm, CALL_EV_RINGING, NULL);
    ua_draft_answer(c->ua, &d, c->asked.server, &request, 180, c->local_tag);
    draft_mirror(&d, &request, SIP_RECORD_ROUTE);
    draft_header(&d, "Allow", "%s", c->ua->config->methods);
    call_draft_contact(c, &d);
    ua_send_answer(c->ua, c->asked.server, &d);
}

/* What we say of the media in a 2xx: an answer, or to an INVITE without an offer our own. False: nothing in common. */
static bool describe(struct sip_call *c, struct media *m)
{
    const struct call_asked *a = &c->asked;
    *m = c->able;
    if (a->offers && !media_answer(&a->offer, &c->able, m))
        return false;
    call_describe(c, m);
    return true;
}

/* RFC 3261 13.3.1.4: a copy is kept until the ACK, or until nobody can be waiting any more. */
static void keep_ok(struct sip_call *c, const struct call_asked *a, struct str bytes, const struct sip_msg *request,
                    bool first)
{
    struct sip_ua *ua = c->ua;
    const struct sip_timers *t = &ua->config->timers;
    call_stop_copies(c);
    c->ok = frame_new(ua->node->net, bytes.n);
    memcpy(c->ok->bytes, bytes.p, bytes.n);
    c->ok->len = (uint16_t)bytes.n;
    c->ok_cseq = a->cseq;
    c->ok_hop = sip_response_hop(request, sip_server_hop(a->server));
    c->ok_offers = !a->offers;
    c->ok_first = first;
    c->copies = 0;
    c->copy_after = t->t1;
    tmr_arm(&c->copy, t->t1);
    tmr_arm(&c->patience, dur_ns(64 * t->t1.ns));
    tmr_await(&c->patience, call_flow(c, false, c->ok_cseq), c->peer);
}

static void send_ok(struct sip_call *c, struct call_asked *a, const struct media *mine, bool first)
{
    struct sip_ua *ua = c->ua;
    struct sip_server *t = a->server;
    struct sip_draft d;
    struct sip_msg request;
    char text[SIP_MESSAGE_MAX];
    ua_draft_answer(ua, &d, t, &request, 200, c->local_tag);
    if (first)
        draft_mirror(&d, &request, SIP_RECORD_ROUTE);
    else
        call_learn_target(c, &request); /* 12.2.2: a target refresh request, now that it is accepted */
    draft_header(&d, "Allow", "%s", ua->config->methods);
    call_draft_contact(c, &d);
    if (c->session_config->supported)
        draft_header(&d, "Supported", "timer");
    call_draft_session(&d, &a->due);
    if (mine)
        call_draft_sdp(c, &d, mine, a->offers ? &a->offer : NULL);
    struct str bytes = ua_write(ua, &d, text);
    if (!a->by_update)
        keep_ok(c, a, bytes, &request, first);
    sip_server_set_arg(t, NULL);
    a->server = NULL;
    sip_server_answer(t, 200, bytes);
    if (!call_is_up(c))
        return; /* the session begins with the 2xx to its INVITE */
    session_accepted(&c->session, &a->due);
    call_await_refresh(c);
}

static void accept(struct sip_call *c, bool first)
{
    struct call_asked *a = &c->asked;
    struct media mine;
    bool says = a->offers || !a->by_update;
    if (!a->server)
        return;
    if (says && !describe(c, &mine)) {
        if (first)
            call_reject(c, 488);
        else
            call_refuse(c, 488);
        return;
    }
    if (says)
        c->local = mine;
    if (a->offers)
        c->remote = a->offer;
    if (first)
        fsm_step(&c->fsm, CALL_EV_ANSWERED, NULL);
    send_ok(c, a, says ? &mine : NULL, first);
}

void call_answer(struct sip_call *c)
{
    accept(c, true);
}

void call_reject(struct sip_call *c, uint32_t status)
{
    call_end_asked(c, status);
    c->status = status;
    call_over(c, CALL_EV_REFUSED, CALL_ENDED_BY_US);
}

void call_accept(struct sip_call *c)
{
    accept(c, false);
    call_go_on(c);
}

void call_refuse(struct sip_call *c, uint32_t status)
{
    call_end_asked(c, status);
    call_go_on(c);
}

/* --- within a call ---------------------------------------------------------------------------------------- */

/* A request of ours is open: INVITE against INVITE, and offer against offer; a 2xx to an INVITE has one, too. */
static bool is_glare(const struct sip_call *c, bool by_update, bool offers)
{
    if (c->by_update)
        return c->offers && (offers || !by_update);
    return !by_update || (offers && (c->offers || !call_is_up(c)));
}

/* RFC 3261 14.2 and RFC 3311 5.2: one at a time. 0: it may go on. */
static uint32_t stands_in_the_way(struct sip_call *c, bool by_update, bool offers, uint32_t *retry_after_s)
{
    if (c->asked.server && (!by_update || offers || c->asked.by_update)) {
        *retry_after_s = (uint32_t)rng_below(c->ua->dice, 11);
        return 500;
    }
    if (c->request && is_glare(c, by_update, offers))
        return 491;
    return 0;
}

/* An UPDATE without an offer, while an INVITE waits for an answer: it asks for nothing that anybody must think about, and it must be
 * answered promptly (RFC 3311 5.2). In an early dialog there is no session yet. */
static void accept_bare_update(struct sip_call *c, struct call_asked *a)
{
    if (!call_is_up(c))
        a->due = (struct session_headers){.supported = a->due.supported};
    send_ok(c, a, NULL, false);
}

static void on_change(struct sip_call *c, struct sip_server *t, const struct sip_msg *m)
{
    struct sip_ua *ua = c->ua;
    struct call_asked a = {.server = t, .by_update = sip_is(m, STR("UPDATE")), .cseq = c->remote_cseq};
    uint32_t number = 0, status = stands_in_the_way(c, a.by_update, m->body.n > 0, &number);
    if (!status)
        status = examine(c, m, &a, &number);
    if (status) {
        refuse(ua, t, status, c->local_tag, number);
        return;
    }
    if (c->asked.server || !call_is_up(c)) {
        accept_bare_update(c, &a);
        return;
    }
    c->asked = a;
    sip_server_set_arg(t, c);
    ua->user->on_modify(ua->arg, c, a.by_update, a.offers ? &c->asked.offer : NULL,
                        a.offers && !media_same(&a.offer, &c->remote));
}

static void on_bye(struct sip_call *c, struct sip_server *t)
{
    ua_answer(c->ua, t, 200, c->local_tag, NULL, NULL);
    call_over(c, CALL_EV_BYE_RECEIVED, CALL_ENDED_BY_PEER);
}

void call_on_request(struct sip_call *c, struct sip_server *t, const struct sip_msg *m, const struct sip_hop *from)
{
    struct sip_ua *ua = c->ua;
    struct sip_cseq cseq = {0};
    (void)from;
    sip_cseq(m, &cseq);
    if (c->remote_cseq && cseq.number <= c->remote_cseq) { /* 12.2.2 */
        ua_answer(ua, t, 500, c->local_tag, NULL, NULL);
        return;
    }
    c->remote_cseq = cseq.number;
    if (sip_header(m, SIP_ALLOW).n) /* in any request (RFC 4028 7.4) */
        c->peer_updates = sip_list_has(m, SIP_ALLOW, STR("UPDATE"));
    if (sip_is(m, STR("BYE")))
        on_bye(c, t);
    else if (sip_is(m, STR("INVITE")) || sip_is(m, STR("UPDATE")))
        on_change(c, t, m);
    else
        ua_answer(ua, t, 200, c->local_tag, "Allow", ua->config->methods); /* OPTIONS */
}

/* RFC 3261 9.2: the CANCEL is answered for itself, the INVITE by 487, if nothing was yet. */
void call_on_cancel(struct sip_ua *ua, struct sip_server *t, const struct sip_msg *m, const struct sip_hop *from)
{
    struct sip_server *invite = sip_server_of_cancel(&ua->txns, m, from);
    struct sip_call *c = invite ? sip_server_arg(invite) : NULL;
    if (!invite) {
        ua_answer(ua, t, 481, "", NULL, NULL);
        return;
    }
    ua_answer(ua, t, 200, c ? c->local_tag : "", NULL, NULL);
    if (!c || c->asked.server != invite)
        return;
    if (call_is_up(c))
        call_refuse(c, 487);
    else
        call_over(c, CALL_EV_CANCELLED, CALL_ENDED_BY_PEER);
}

/* The call begins for its user, who may end it at once. */
static void confirm(struct sip_call *c)
{
    struct sip_ua *ua = c->ua;
    uint64_t key = c->key;
    ua->user->on_confirm(ua->arg, c);
    if (map_get(&ua->calls, key) == c)
        call_go_on(c);
}

/* RFC 3261 13.2.1: the offer was in our 2xx, the answer MUST be in its ACK. */
static bool take_answer(struct sip_call *c, const struct sip_msg *ack)
{
    struct media said, common;
    if (ack->body.n == 0 || !media_read(ack->body, &said))
        return false;
    c->remote = said;
    return media_answer(&said, &c->local, &common);
}

void call_on_ack(struct sip_call *c, const struct sip_msg *m)
{
    struct sip_cseq cseq;
    if (!c->ok || !sip_cseq(m, &cseq) || cseq.number != c->ok_cseq)
        return;
    call_stop_copies(c);
    bool sound = !c->ok_offers || take_answer(c, m);
    if (c->hangs_up || (c->ok_first && !sound)) /* or nobody will hear anything */
        call_bye(c, CALL_ENDED_BY_US);
    else if (c->ok_first)
        confirm(c);
    else
        call_go_on(c);
}
