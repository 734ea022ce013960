/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_call.c: a call's life: its states, how it is found, and every way in which it ends. */
#include "models/proto/sip_call_state.h"

#include "models/net/frame.h"
#include "sim/base/hash.h"

/* clang-format off */
static const char *const event_names[CALL_EV_COUNT] = {
    [CALL_EV_INVITE_SENT]     = "invite-sent",
    [CALL_EV_INVITE_RECEIVED] = "invite-received",
    [CALL_EV_TRYING]          = "trying",
    [CALL_EV_RINGING]         = "ringing",
    [CALL_EV_ANSWERED]        = "answered",
    [CALL_EV_REFUSED]         = "refused",
    [CALL_EV_CANCELLED]       = "cancelled",
    [CALL_EV_UNREACHABLE]     = "unreachable",
    [CALL_EV_SESSION_EXPIRED] = "session-expired",
    [CALL_EV_REFRESH_FAILED]  = "refresh-failed",
    [CALL_EV_BYE_SENT]        = "bye-sent",
    [CALL_EV_BYE_RECEIVED]    = "bye-received",
};

#define REFUSED_IN(state) \
    {state, CALL_EV_REFUSED,      NULL, NULL, CALL_ENDED}, \
    {state, CALL_EV_CANCELLED,    NULL, NULL, CALL_ENDED}, \
    {state, CALL_EV_UNREACHABLE,  NULL, NULL, CALL_ENDED}, \
    {state, CALL_EV_BYE_SENT,     NULL, NULL, CALL_ENDED}, \
    {state, CALL_EV_BYE_RECEIVED, NULL, NULL, CALL_ENDED}, \
    {state, CALL_EV_ANSWERED,     NULL, NULL, CALL_CONFIRMED}

static const struct fsm_row rows[] = {
    {CALL_IDLE,       CALL_EV_INVITE_SENT,     NULL, NULL, CALL_CALLING},
    {CALL_IDLE,       CALL_EV_INVITE_RECEIVED, NULL, NULL, CALL_PROCEEDING},
    {CALL_CALLING,    CALL_EV_TRYING,          NULL, NULL, CALL_PROCEEDING},
    {CALL_CALLING,    CALL_EV_RINGING,         NULL, NULL, CALL_EARLY},
    REFUSED_IN(CALL_CALLING),
    {CALL_PROCEEDING, CALL_EV_RINGING,         NULL, NULL, CALL_EARLY},
    REFUSED_IN(CALL_PROCEEDING),
    REFUSED_IN(CALL_EARLY),
    {CALL_CONFIRMED,  CALL_EV_BYE_SENT,        NULL, NULL, CALL_ENDED},
    {CALL_CONFIRMED,  CALL_EV_BYE_RECEIVED,    NULL, NULL, CALL_ENDED},
    /* nobody wished it: the BYE follows */
    {CALL_CONFIRMED,  CALL_EV_SESSION_EXPIRED, NULL, NULL, CALL_ENDED},
    {CALL_CONFIRMED,  CALL_EV_REFRESH_FAILED,  NULL, NULL, CALL_ENDED},
    {CALL_CONFIRMED,  CALL_EV_UNREACHABLE,     NULL, NULL, CALL_ENDED},
};

/* A provisional answer once more says nothing new. */
static const struct fsm_row ignored[] = {
    {CALL_PROCEEDING, CALL_EV_TRYING,  NULL, NULL, 0},
    {CALL_EARLY,      CALL_EV_TRYING,  NULL, NULL, 0},
    {CALL_EARLY,      CALL_EV_RINGING, NULL, NULL, 0},
};

static const struct fsm_state states[] = {
    [CALL_IDLE]       = {"idle",       NULL, "forever"},
    [CALL_CALLING]    = {"calling",    NULL, "sip.timer_b"},
    [CALL_PROCEEDING] = {"proceeding", NULL, "forever"},
    [CALL_EARLY]      = {"early",      NULL, "forever"},
    [CALL_CONFIRMED]  = {"confirmed",  NULL, "session.expiry"},
    [CALL_ENDED]      = {"ended",      NULL, "forever"},
};
/* clang-format on */

static const struct fsm_table table = {
    .machine = "call",
    .states = states,
    .events = event_names,
    .rows = rows,
    .state_count = CALL_ENDED + 1,
    .event_count = CALL_EV_COUNT,
    .row_count = sizeof rows / sizeof rows[0],
    .ignored = ignored,
    .ignored_count = sizeof ignored / sizeof ignored[0],
};

/* --- being found ------------------------------------------------------------------------------------- */

/* Both sides of one call may live in one agent: our tag is what tells them apart. */
static uint64_t key_of(struct str call_id, struct str tag)
{
    return hash_fold(hash_bytes(0, call_id.p, call_id.n), hash_bytes(0, tag.p, tag.n));
}

void call_put(struct sip_call *c)
{
    c->key = key_of(str_of(c->call_id), str_of(c->local_tag));
    map_put(&c->ua->calls, c->key, c);
}

struct sip_call *call_find(struct sip_ua *ua, struct str call_id, struct str our_tag)
{
    struct sip_call *c = map_get(&ua->calls, key_of(call_id, our_tag));
    bool is = c && str_eq(str_of(c->call_id), call_id) && str_eq(str_of(c->local_tag), our_tag);
    return is ? c : NULL;
}

/* Each side counts its own requests, so the two directions are two names. */
uint64_t call_flow(const struct sip_call *c, bool ours, uint32_t cseq)
{
    return bus_flow(c->ua->node->sim, ours == c->outgoing ? "sip" : "sip-back", str_of(c->call_id), cseq);
}

/* --- the dialog --------------------------------------------------------------------------------------- */

bool call_keep(char to[CALL_TEXT_MAX + 1], struct str s)
{
    if (s.n > CALL_TEXT_MAX)
        return false;
    str_keep(to, CALL_TEXT_MAX + 1, s);
    return true;
}

/* RFC 3261 12.2.1.1: to the first route, else to the remote target; lr is taken for granted. */
static void aim(struct sip_call *c)
{
    struct ip4 before = c->hop.addr;
    if (!sip_hop_of_uri(sip_uri_of(str_of(c->routes[0] ? c->routes : c->target)), &c->hop))
        return; /* a name: the way of the INVITE is the only one we know */
    if (c->peer && ip4_eq(before, c->hop.addr))
        return;
    const struct node *peer = ip_owner(c->ua->node->net, c->hop.addr);
    c->peer = peer ? peer->id : 0;
}

bool call_learn_target(struct sip_call *c, const struct sip_msg *m)
{
    struct str uri = sip_uri_of(sip_header(m, SIP_CONTACT));
    if (uri.n == 0 || !call_keep(c->target, uri))
        return false;
    aim(c);
    return true;
}

/* RFC 3261 12.1.1 and 12.1.2: as it stands for who is called, turned round for who calls. */
bool call_learn_routes(struct sip_call *c, const struct sip_msg *m)
{
    struct str route[SIP_HEADERS_MAX], one;
    struct txtbuf t = txtbuf_of(c->routes, sizeof c->routes);
    uint32_t n = 0;
    struct sip_list list = sip_list_of(m, SIP_RECORD_ROUTE);
    while (n < SIP_HEADERS_MAX && sip_list_next(&list, &one))
        route[n++] = one;
    for (uint32_t i = 0; i < n; i++) {
        struct str s = route[c->outgoing ? n - 1 - i : i];
        txtbuf_add(&t, "%s%.*s", i ? ", " : "", STR_ARG(s));
    }
    if (t.full) /* half a URI leads nowhere */
        c->routes[0] = 0;
    aim(c);
    return !t.full;
}

/* --- birth and end ----------------------------------------------------------------------------------- */

void call_await_refresh(struct sip_call *c)
{
    session_await(&c->session, call_flow(c, false, c->remote_cseq ? c->remote_cseq + 1 : CALL_CSEQ_FIRST), c->peer);
}

static void on_session_refresh(void *arg)
{
    struct sip_call *c = arg;
    c->wants_refresh = true;
    call_go_on(c);
}

static void on_session_expire(void *arg)
{
    call_drop(arg, CALL_EV_SESSION_EXPIRED, CALL_SESSION_EXPIRED);
}

static const struct session_user session_user = {on_session_refresh, on_session_expire};

/* RFC 3261 13.3.1.4: a 2xx is repeated until its ACK comes, whatever the transport. */
static void on_copy(void *owner)
{
    struct sip_call *c = owner;
    struct sim_dur most = c->ua->config->timers.t2;
    BUS_NOTE(c->ua->node->sim, c->ua->node->id, "sip", "no ACK yet: 2xx to INVITE CSeq {} once more", V_U64(c->ok_cseq));
    c->copy_after.ns = c->copy_after.ns * 2 < most.ns ? c->copy_after.ns * 2 : most.ns;
    tmr_arm(&c->copy, c->copy_after);
    if (!sip_transport_send_copy(&c->ua->transport, &c->ok_hop, str_of_bytes(c->ok->bytes, c->ok->len),
                                 call_flow(c, false, c->ok_cseq), ++c->copies))
        ip_discard(c->ua->node, "no-route");
}

/* No answer to an INVITE of ours; no ACK to our 2xx; or no answer to a first INVITE that we cancelled, which is then
 * taken for cancelled (9.1). */
static void on_patience(void *owner)
{
    struct sip_call *c = owner;
    if (c->request && !c->by_update && !c->hangs_up)
        call_expire_invite(c);
    else if (call_is_up(c) && c->hangs_up)
        call_bye(c, CALL_ENDED_BY_US);
    else if (call_is_up(c))
        call_drop(c, CALL_EV_UNREACHABLE, CALL_UNREACHABLE);
    else
        call_over(c, CALL_EV_CANCELLED, CALL_ENDED_BY_US);
}

static void on_retry(void *owner)
{
    call_go_on(owner);
}

struct sip_call *call_new(struct sip_ua *ua, const struct session_config *s, bool outgoing)
{
    struct node *n = ua->node;
    struct sip_call *c = pool_get(&ua->call_pool);
    c->ua = ua;
    c->outgoing = outgoing;
    c->session_config = s;
    c->cseq = CALL_CSEQ_FIRST - 1;
    list_append(&ua->up, &c->in_ua);
    fsm_init(&c->fsm, &table, n, c->call_id, c, CALL_IDLE);
    session_init(&c->session, n, c->call_id, s, &session_user, c);
    tmr_init(&c->copy, n->sim, n->id, "sip.2xx_copy", c, on_copy);
    tmr_init(&c->patience, n->sim, n->id, "sip.2xx_patience", c, on_patience);
    tmr_init(&c->retry, n->sim, n->id, "sip.retry", c, on_retry);
    ua_draw_tag(ua, c->local_tag);
    ua->live++;
    return c;
}

void call_stop_copies(struct sip_call *c)
{
    if (c->ok)
        frame_unref(c->ua->node->net, c->ok);
    c->ok = NULL;
    tmr_disarm(&c->copy);
    tmr_disarm(&c->patience);
}

void call_discard(struct sip_call *c)
{
    if (c->request)
        sip_client_forget(c->request);
    if (c->asked.server)
        sip_server_set_arg(c->asked.server, NULL);
    call_stop_copies(c);
    tmr_disarm(&c->retry);
    session_stop(&c->session);
    if (c->key)
        map_remove(&c->ua->calls, c->key);
    list_remove(&c->in_ua);
    c->ua->live--;
    pool_put(&c->ua->call_pool, c);
}

void call_over(struct sip_call *c, enum call_event ev, enum call_end why)
{
    fsm_step(&c->fsm, (int)ev, NULL);
    call_end_asked(c, 487);
    c->ua->user->on_end(c->ua->arg, c, why);
    call_discard(c);
}

void call_bye(struct sip_call *c, enum call_end why)
{
    struct sip_ua *ua = c->ua;
    struct sip_draft d;
    char branch[SIP_BRANCH_MAX + 1], text[SIP_MESSAGE_MAX];
    if (call_is_up(c)) /* else it was dropped, and that is said */
        fsm_step(&c->fsm, CALL_EV_BYE_SENT, NULL);
    sip_branch_draw(&ua->txns, branch);
    call_draft(c, &d, "BYE", branch, ++c->cseq);
    struct str bytes = ua_write(ua, &d, text);
    bus_set_flow(ua->node->sim, call_flow(c, true, c->cseq));
    BUS_NOTE(ua->node->sim, ua->node->id, "sip", "BYE sent, CSeq {}, to {}", V_U64(c->cseq), V_IP4(c->hop.addr.v));
    /* whatever comes back, the call is over (RFC 3261 15.1.1) */
    sip_client_start(&ua->txns, &c->hop, STR("BYE"), str_of(branch), bytes, call_flow(c, true, c->cseq), NULL, NULL);
    call_end_asked(c, 487);
    ua->user->on_end(ua->arg, c, why);
    call_discard(c);
}

void call_drop(struct sip_call *c, enum call_event ev, enum call_end why)
{
    fsm_step(&c->fsm, (int)ev, NULL);
    call_bye(c, why);
}

void call_hang_up(struct sip_call *c)
{
    switch ((enum call_state)c->fsm.state) {
    case CALL_CONFIRMED: /* RFC 3261 15: who was called MUST NOT send BYE before it has the ACK, or waited for it */
        if (c->ok && c->ok_first)
            c->hangs_up = true;
        else
            call_bye(c, CALL_ENDED_BY_US);
        break;
    case CALL_CALLING:
    case CALL_PROCEEDING:
    case CALL_EARLY:
        if (!c->outgoing)
            call_reject(c, 603);
        else if (!c->hangs_up)
            call_cancel(c);
        break;
    default:
        break;
    }
}

bool call_is_up(const struct sip_call *c)
{
    return c->fsm.state == CALL_CONFIRMED;
}

struct str call_remote_number(const struct sip_call *c)
{
    return sip_uri_user(str_of(c->remote_uri));
}

struct str call_local_number(const struct sip_call *c)
{
    return sip_uri_user(str_of(c->local_uri));
}
