/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_call_ask.c: our INVITE, re-INVITEs and UPDATEs, and what their answers do to the call. One at a time: what is
 * wanted meanwhile waits (RFC 3261 14.1). */
#include "models/proto/sip_call_state.h"

static void on_response(void *arg, struct sip_client *t, const struct sip_msg *m);
static void on_failure(void *arg, struct sip_client *t, enum sip_failure why);

static const struct sip_client_user client_user = {on_response, on_failure};

/* --- sending ------------------------------------------------------------------------------------------ */

static void wait_no_longer(struct sip_call *c, struct sim_dur than)
{
    tmr_arm(&c->patience, than);
    tmr_await(&c->patience, call_flow(c, true, c->cseq), c->peer);
}

static void send_request(struct sip_call *c, const char *method)
{
    struct sip_ua *ua = c->ua;
    struct sip_draft d;
    char text[SIP_MESSAGE_MAX];
    sip_branch_draw(&ua->txns, c->branch);
    call_draft(c, &d, method, c->branch, ++c->cseq);
    c->sent = session_request(&c->session);
    call_draft_session(&d, &c->sent);
    if (c->offers) {
        c->offered = c->able;
        call_describe(c, &c->offered);
        call_draft_sdp(c, &d, &c->offered, NULL);
    }
    struct str bytes = ua_write(ua, &d, text);
    uint64_t flow = call_flow(c, true, c->cseq);
    bus_set_flow(ua->node->sim, flow);
    BUS_NOTE(ua->node->sim, ua->node->id, "sip", "{} sent, CSeq {}, to {}", V_TEXT(method), V_U64(c->cseq),
             V_IP4(c->hop.addr.v));
    c->request = sip_client_start(&ua->txns, &c->hop, str_of(method), str_of(c->branch), bytes, flow, &client_user, c);
    c->cancelled = false;
    if (!c->by_update && ua->config->invite_expires.ns) /* other transactions have their end */
        wait_no_longer(c, ua->config->invite_expires);
}

/* An INVITE of ours has its final answer, or will have none. */
static void end_request(struct sip_call *c)
{
    c->request = NULL;
    if (!c->by_update) /* else our 2xx to theirs may be waiting for its ACK */
        tmr_disarm(&c->patience);
}

void call_invite(struct sip_call *c)
{
    c->errand = CALL_FIRST;
    send_request(c, "INVITE");
}

static void ask(struct sip_call *c, enum call_errand errand, bool by_update)
{
    c->errand = errand;
    c->by_update = by_update;
    c->offers = !by_update || (errand == CALL_CHANGE && c->change_offers); /* RFC 4028 7.4: an UPDATE that refreshes offers nothing */
    send_request(c, by_update ? "UPDATE" : "INVITE");
}

/* RFC 3261 14.1: no new INVITE while one is under way in either direction, or its ACK has not come. */
static bool is_busy(const struct sip_call *c)
{
    return c->request || c->asked.server || c->ok || tmr_armed(&c->retry);
}

void call_go_on(struct sip_call *c)
{
    if (!call_is_up(c) || is_busy(c))
        return;
    if (c->wants_change) {
        c->wants_change = c->wants_refresh = false; /* it refreshes the session, too (RFC 4028 7.2) */
        ask(c, CALL_CHANGE, c->change_by_update && c->peer_updates);
    } else if (c->wants_refresh) {
        c->wants_refresh = false;
        ask(c, CALL_REFRESH, session_by_update(&c->session, c->peer_updates));
    }
}

void call_modify(struct sip_call *c, bool by_update, bool offers)
{
    c->change_offers = offers;
    c->wants_change = true;
    c->change_by_update = by_update;
    call_go_on(c);
}

static void learn_peer(struct sip_call *c, const struct sip_msg *m)
{
    struct str tag = sip_param(sip_header(m, SIP_TO), STR("tag"));
    if (tag.n && tag.n <= CALL_TEXT_MAX)
        str_keep(c->remote_tag, sizeof c->remote_tag, tag);
    if (sip_header(m, SIP_ALLOW).n)
        c->peer_updates = sip_list_has(m, SIP_ALLOW, STR("UPDATE"));
}

/* RFC 3261 13.2.2.4: ACK to a 2xx, a request of its own with the CSeq of the INVITE. */
static void send_ack(struct sip_call *c)
{
    struct sip_draft d;
    char text[SIP_MESSAGE_MAX];
    call_draft(c, &d, "ACK", c->ack_branch, c->ack_cseq);
    if (c->ack_answers)
        call_draft_sdp(c, &d, &c->local, &c->remote);
    struct str bytes = ua_write(c->ua, &d, text);
    if (!sip_transport_send(&c->ua->transport, &c->hop, bytes, call_flow(c, true, c->ack_cseq)))
        ip_discard(c->ua->node, "no-route");
}

void call_repeat_ack(struct sip_call *c, const struct sip_msg *ok)
{
    struct sip_cseq cseq;
    if (sip_cseq(ok, &cseq) && cseq.number == c->ack_cseq && str_eq(cseq.method, STR("INVITE")))
        send_ack(c);
}

/* A fork of our INVITE answers, too: a dialog of its own, that nobody wants. */
void call_refuse_fork(const struct sip_call *c, const struct sip_msg *ok)
{
    struct sip_call fork = *c; /* its names, to write two requests with; nothing else of it is touched */
    struct sip_draft d;
    struct sip_cseq cseq;
    char text[SIP_MESSAGE_MAX];
    if (!c->outgoing || !sip_cseq(ok, &cseq) || cseq.number > c->cseq || !str_eq(cseq.method, STR("INVITE")))
        return;
    fork.ack_cseq = cseq.number;
    fork.ack_answers = false;
    learn_peer(&fork, ok);
    call_learn_target(&fork, ok);
    call_learn_routes(&fork, ok);
    sip_branch_draw(&c->ua->txns, fork.ack_branch);
    send_ack(&fork);
    sip_branch_draw(&c->ua->txns, fork.branch);
    call_draft(&fork, &d, "BYE", fork.branch, cseq.number + 1);
    struct str bytes = ua_write(c->ua, &d, text);
    BUS_NOTE(c->ua->node->sim, c->ua->node->id, "sip", "BYE sent to a fork of INVITE CSeq {}, to {}", V_U64(cseq.number),
             V_IP4(fork.hop.addr.v));
    sip_client_start(&c->ua->txns, &fork.hop, STR("BYE"), str_of(fork.branch), bytes,
                                       call_flow(c, true, cseq.number), NULL, NULL);
}

/* RFC 3261 9.1: the same Request-URI, Call-ID, To, From, CSeq number and topmost Via. */
static void send_cancel(struct sip_call *c)
{
    struct sip_ua *ua = c->ua;
    struct sip_draft d;
    char text[SIP_MESSAGE_MAX], tag[CALL_TEXT_MAX + 1];
    str_keep(tag, sizeof tag, str_of(c->remote_tag));
    if (c->errand == CALL_FIRST)
        c->remote_tag[0] = 0; /* that INVITE's To had none */
    call_draft(c, &d, "CANCEL", c->branch, c->cseq);
    str_keep(c->remote_tag, sizeof c->remote_tag, str_of(tag));
    struct str bytes = ua_write(ua, &d, text);
    BUS_NOTE(ua->node->sim, ua->node->id, "sip", "CANCEL sent, CSeq {}, to {}", V_U64(c->cseq), V_IP4(c->hop.addr.v));
    sip_client_start(&ua->txns, &c->hop, STR("CANCEL"), str_of(c->branch), bytes, call_flow(c, true, c->cseq), NULL, NULL);
    c->cancelled = true;
    wait_no_longer(c, dur_ns(64 * ua->config->timers.t1.ns));
}

void call_cancel(struct sip_call *c)
{
    c->hangs_up = true;
    if (c->request && sip_client_is_proceeding(c->request)) /* not before a provisional answer */
        send_cancel(c);
}

/* --- answers to the first INVITE ----------------------------------------------------------------------- */

static void on_provisional(struct sip_call *c, const struct sip_msg *m)
{
    if (c->errand != CALL_FIRST)
        return;
    if (c->hangs_up && c->fsm.state == CALL_CALLING) {
        fsm_step(&c->fsm, CALL_EV_TRYING, NULL);
        call_cancel(c);
        return;
    }
    fsm_step(&c->fsm, m->status >= 180 ? CALL_EV_RINGING : CALL_EV_TRYING, NULL);
    if (m->status == 100)
        return;
    learn_peer(c, m);
    c->ua->user->on_progress(c->ua->arg, c, m->status);
}

/* It answers our offer. False: with nothing that was offered (RFC 3264 6.1). */
static bool take_answer(struct sip_call *c, const struct media *said)
{
    struct media common;
    c->local = c->offered;
    c->remote = *said;
    return media_answer(said, &c->offered, &common);
}

/* It offers, and our ACK answers: in any case, even if the call ends then (13.2.2.4). False: nothing in common. */
static bool take_offer(struct sip_call *c, const struct media *said)
{
    struct media mine = {0};
    bool common = media_answer(said, &c->able, &mine);
    if (!common) {
        mine = c->able;
        mine.port = 0;
    }
    call_describe(c, &mine);
    c->local = mine;
    c->remote = *said;
    c->ack_answers = true;
    return common;
}

/* What a 2xx to INVITE or UPDATE says of the media: the answer to our offer, or an offer (13.2.1). False: nonsense. */
static bool take_media(struct sip_call *c, const struct sip_msg *m)
{
    struct media said;
    c->ack_answers = false;
    if (c->by_update && !c->offers)
        return true; /* it spoke of none */
    if (m->body.n == 0 || !media_read(m->body, &said))
        return false;
    return c->offers ? take_answer(c, &said) : take_offer(c, &said);
}

static void take_session(struct sip_call *c, const struct sip_msg *m)
{
    struct session_headers answer;
    if (!session_read(m, &answer))
        answer = (struct session_headers){0}; /* nonsense is no agreement */
    session_answered(&c->session, &c->sent, &answer);
    call_await_refresh(c);
}

static void on_accepted(struct sip_call *c, const struct sip_msg *m)
{
    learn_peer(c, m);
    call_learn_target(c, m);
    bool sound = call_learn_routes(c, m);
    sound = take_media(c, m) && sound;
    c->ack_cseq = c->cseq;
    sip_branch_draw(&c->ua->txns, c->ack_branch);
    fsm_step(&c->fsm, CALL_EV_ANSWERED, NULL);
    take_session(c, m);
    send_ack(c);
    if (c->hangs_up || !sound) { /* answered before it could be cancelled; or with what cannot be heard or reached */
        call_bye(c, CALL_ENDED_BY_US);
        return;
    }
    c->ua->user->on_answer(c->ua->arg, c);
}

/* RFC 4028 7.3: once more with the interval that the 422 asks for. */
static bool tries_longer(struct sip_call *c, const struct sip_msg *m)
{
    struct session_headers answer;
    const struct node *n = c->ua->node;
    if (m->status != 422 || !session_read(m, &answer) || !session_too_small(&c->session, &c->sent, &answer))
        return false;
    BUS_NOTE(n->sim, n->id, "sip", "422, Min-SE {}: asks again, for {} instead of {}", V_DUR(dur_s(answer.min_se_s)),
             V_DUR(dur_s(session_request(&c->session).expires_s)), V_DUR(dur_s(c->sent.expires_s)));
    return true;
}

static void on_refused(struct sip_call *c, const struct sip_msg *m)
{
    if (!c->hangs_up && tries_longer(c, m)) {
        c->remote_tag[0] = 0;
        call_invite(c);
        return;
    }
    c->status = m->status;
    call_over(c, c->hangs_up ? CALL_EV_CANCELLED : CALL_EV_REFUSED, c->hangs_up ? CALL_ENDED_BY_US : CALL_REFUSED);
}

/* --- answers to later ones --------------------------------------------------------------------------- */

static struct sim_dur glare_pause(const struct sip_call *c) /* RFC 3261 14.1: in units of 10 ms */
{
    int64_t units = c->outgoing ? rng_between(c->ua->dice, 210, 400) : rng_between(c->ua->dice, 0, 200);
    return dur_ms(units * 10);
}

static void want_again(struct sip_call *c)
{
    if (c->errand == CALL_CHANGE) {
        c->wants_change = true;
        c->change_by_update = c->by_update;
    } else {
        c->wants_refresh = true;
    }
}

static void on_changed(struct sip_call *c, const struct sip_msg *m)
{
    bool is_invite = !c->by_update;
    learn_peer(c, m);
    call_learn_target(c, m);
    bool sound = take_media(c, m);
    take_session(c, m);
    if (is_invite) {
        c->ack_cseq = c->cseq;
        sip_branch_draw(&c->ua->txns, c->ack_branch);
        send_ack(c);
    }
    if (!sound && c->errand == CALL_CHANGE)
        call_bye(c, CALL_ENDED_BY_US);
    else if (c->errand == CALL_CHANGE)
        c->ua->user->on_modified(c->ua->arg, c, m->status);
}

/* RFC 3261 20.33: "18000;duration=3600", "120 (I'm in a meeting)". False: there is none. */
static bool retry_after(const struct sip_msg *m, int64_t *s)
{
    struct str value = sip_header(m, SIP_RETRY_AFTER);
    uint64_t n = 0;
    size_t digits = 0;
    while (digits < value.n && value.p[digits] >= '0' && value.p[digits] <= '9')
        digits++;
    bool is = str_u64((struct str){value.p, digits}, 3600, &n);
    *s = (int64_t)n;
    return is;
}

/* RFC 4028 10, RFC 3261 12.2.1.2: 408 and 481 end the call, whatever the request was for. Anything else leaves the
 * session as it was. */
static void on_change_refused(struct sip_call *c, const struct sip_msg *m, uint32_t status)
{
    int64_t later_s = 0;
    bool glare = status == 491 || (status == 500 && m && retry_after(m, &later_s));
    if (status == 408 || status == 481) {
        session_refresh_failed(&c->session);
        call_drop(c, CALL_EV_REFRESH_FAILED, CALL_REFRESH_FAILED);
    } else if (glare) {
        want_again(c);
        tmr_arm(&c->retry, status == 491 ? glare_pause(c) : dur_s(later_s));
    } else if (m && tries_longer(c, m)) {
        want_again(c);
    } else if (c->errand == CALL_REFRESH) {
        session_refresh_refused(&c->session);
    } else {
        c->ua->user->on_modified(c->ua->arg, c, status);
    }
}

/* --- what the transaction tells --------------------------------------------------------------------- */

static void on_final(struct sip_call *c, const struct sip_msg *m)
{
    bool first = c->errand == CALL_FIRST, accepted = m->status < 300;
    end_request(c);
    if (first)
        (accepted ? on_accepted : on_refused)(c, m);
    else if (accepted)
        on_changed(c, m);
    else
        on_change_refused(c, m, m->status);
}

static void on_response(void *arg, struct sip_client *t, const struct sip_msg *m)
{
    struct sip_call *c = arg;
    struct sip_ua *ua = c->ua;
    uint64_t key = c->key;
    (void)t;
    if (m->status < 200) {
        on_provisional(c, m);
        return;
    }
    on_final(c, m);
    if (map_get(&ua->calls, key) == c)
        call_go_on(c);
}

static void on_failure(void *arg, struct sip_client *t, enum sip_failure why)
{
    struct sip_call *c = arg;
    uint32_t status = why == SIP_TIMED_OUT ? 408 : 503; /* RFC 3261 8.1.3.1 */
    (void)t;
    end_request(c);
    c->status = status;
    if (c->errand == CALL_FIRST)
        call_over(c, CALL_EV_UNREACHABLE, CALL_UNREACHABLE);
    else
        on_change_refused(c, NULL, status);
}

/* RFC 3261 13.2.1: who is called may have died while it rang, or while he thought about a change, and then nobody else
 * would end that. One within the call that is not even answered 487 had no answer at all (12.2.1.2). */
void call_expire_invite(struct sip_call *c)
{
    struct node *n = c->ua->node;
    if (c->cancelled) {
        sip_client_forget(c->request);
        end_request(c);
        on_change_refused(c, NULL, 408);
        return;
    }
    uint64_t note = BUS_NOTE(n->sim, n->id, "sip", "INVITE CSeq {} has no answer, and is cancelled", V_U64(c->cseq));
    bus_because(n->sim, note, node_limit(n, "sip_invite_expires"), BECAUSE_LIMIT);
    if (c->errand == CALL_FIRST)
        call_cancel(c);
    else if (sip_client_is_proceeding(c->request))
        send_cancel(c);
    else /* it has its own end, unless an answer begins now */
        wait_no_longer(c, dur_ns(64 * c->ua->config->timers.t1.ns));
}

/* --- the start ------------------------------------------------------------------------------------------ */

struct sip_call *call_start(struct sip_ua *ua, const struct call_start *o)
{
    struct ip4 mine = ip_source(ua->transport.ip, o->hop.addr);
    char at[16], to[16];
    struct txtbuf a = txtbuf_of(at, sizeof at), b = txtbuf_of(to, sizeof to);
    if (mine.v == 0)
        return NULL;
    ip4_text(&a, mine);
    ip4_text(&b, o->hop.addr);
    struct sip_call *c = call_new(ua, o->session ? o->session : &ua->config->session, true);
    struct txtbuf id = txtbuf_of(c->call_id, sizeof c->call_id), local = txtbuf_of(c->local_uri, sizeof c->local_uri),
                  remote = txtbuf_of(c->remote_uri, sizeof c->remote_uri), uri = txtbuf_of(c->target, sizeof c->target);
    uint64_t x = rng_u64(ua->dice), y = rng_u64(ua->dice);
    txtbuf_add(&id, "%08X-%08X-%08X@%s", (unsigned)(x >> 32), (unsigned)x, (unsigned)y, at);
    txtbuf_add(&local, "sip:%s@%s", o->from, at);
    txtbuf_add(&remote, "sip:%s@%s", o->to, to);
    txtbuf_add(&uri, "sip:%s@%s:%u", o->to, to, o->hop.port);
    ASSERT(!id.full && !local.full && !remote.full && !uri.full);
    c->hop = o->hop;
    c->able = o->able;
    c->offers = !o->delayed_offer;
    c->user_arg = o->user_arg;
    call_put(c);
    fsm_step(&c->fsm, CALL_EV_INVITE_SENT, NULL);
    call_invite(c);
    return c;
}
