/* SPDX-License-Identifier: GPL-3.0-or-later */
/* call_bridge.c: what happens on one leg is done on the other. A leg tells its call's events; its answers wait in
 * sip_call until the other leg has its own. */
#include "models/proto/call_bridge.h"

#define BRIDGED_MAX 50000

static struct bridge_leg *other(struct bridge_leg *l)
{
    return &l->of->leg[l == l->of->leg];
}

static bool is_incoming(const struct bridge_leg *l)
{
    return l == l->of->leg;
}

/* --- media ------------------------------------------------------------------------------------------------ */

/* What this leg's side is told of what the other one said. */
static struct media passed_on(const struct bridge_leg *to, struct ip4 peer, const struct media *said)
{
    const struct call_bridge *b = to->of->bridge;
    bool through = b->policy->media;
    struct media m = {.addr = through ? ip_source(b->ua->transport.ip, peer) : said->addr,
                      .port = through && said->port ? to->flow.port : said->port,
                      .direction = said->direction,
                      .codec_count = said->codec_count,
                      .event_payload = said->event_payload};
    for (uint8_t i = 0; i < m.codec_count; i++)
        m.codec[i] = said->codec[i];
    return m;
}

/* Of a box that has to speak first: what it can pass through. */
static struct media everything(const struct bridge_leg *to, struct ip4 peer)
{
    struct media all = {.port = to->flow.port, .direction = SDP_SENDRECV, .codec_count = 5,
                        .codec = {0, 8, 18, 9, MEDIA_EVENT}};
    return passed_on(to, peer, &all);
}

/* A box in the way of the media sends to each side what it hears from the other. */
static void make_flows(struct bridged_call *k, struct media_host *h)
{
    for (int i = 0; i < 2; i++)
        media_flow_init(&k->leg[i].flow, h);
    for (int i = 0; i < 2; i++)
        media_flow_relay(&k->leg[i].flow, &k->leg[!i].flow);
    k->flows_made = true;
}

static bool open_flows(struct bridged_call *k)
{
    struct media_host *h = k->bridge->policy->media;
    if (h && !k->flows_made)
        make_flows(k, h);
    return !h || (media_flow_open(&k->leg[0].flow) && media_flow_open(&k->leg[1].flow));
}

static void close_flow(struct bridge_leg *l)
{
    if (l->of->bridge->policy->media)
        media_flow_close(&l->flow);
}

static void talk(struct bridged_call *k)
{
    for (int i = 0; k->bridge->policy->media && k->up && i < 2; i++) {
        struct sip_call *c = k->leg[i].call;
        if (c && call_is_up(c))
            media_flow_talk(&k->leg[i].flow, &c->local, &c->remote);
    }
}

/* --- birth and end ---------------------------------------------------------------------------------------- */

static void reset_leg(struct bridged_call *k, int i, const struct bridge_route *r)
{
    struct bridge_leg *l = &k->leg[i];
    l->of = k;
    l->call = NULL;
    l->midcall = r->midcall[i];
    l->midcall_limit = r->midcall_limit[i];
    l->asks = false;
    l->number = ++k->bridge->legs;
    l->tag = r->tag[i];
    l->began = sim_now(k->bridge->node->sim);
    l->answered = TIME_NEVER;
}

static struct bridged_call *take_call(struct call_bridge *b, const struct bridge_route *r)
{
    struct bridged_call *k = pool_get_raw(&b->pool);
    k->bridge = b;
    k->up = false;
    list_init(&k->in_bridge);
    list_append(&b->live, &k->in_bridge);
    reset_leg(k, 0, r);
    reset_leg(k, 1, r);
    return k;
}

static void put_call(struct bridged_call *k)
{
    list_remove(&k->in_bridge);
    pool_put(&k->bridge->pool, k);
}

/* A status of the other leg as the caller can use it. What is a matter between the box and that side says nothing
 * to the caller: a challenge, an extension, an interval; a redirection the box did not follow. */
static uint32_t told_status(uint32_t status)
{
    if (status < 400)
        return 480;
    switch (status) {
    case 401:
    case 407:
        return 403;
    case 408:
        return 504; /* RFC 3398 8.2.6.1, cause 102 */
    case 415:
    case 420:
    case 421:
    case 422:
    case 481:
        return 500;
    default:
        return status;
    }
}

static uint32_t status_of_end(const struct sip_call *c, enum call_end why)
{
    switch (why) {
    case CALL_REFUSED:
        return told_status(c->status);
    case CALL_UNREACHABLE:
        return c->status ? told_status(c->status) : 504;
    case CALL_ENDED_BY_PEER:
    case CALL_ENDED_BY_US:
    case CALL_SESSION_EXPIRED:
    case CALL_REFRESH_FAILED:
        break;
    }
    return 480;
}

static const char *const end_words[] = {
    [CALL_ENDED_BY_US] = "ended here",
    [CALL_ENDED_BY_PEER] = "ended by the other side",
    [CALL_REFUSED] = "refused",
    [CALL_SESSION_EXPIRED] = "its session has expired",
    [CALL_REFRESH_FAILED] = "its refresh failed",
    [CALL_UNREACHABLE] = "nobody answers",
};

/* Its other leg is over, so this one is. */
static void end_leg(struct bridge_leg *l, const struct sip_call *dead, enum call_end why)
{
    struct node *n = l->of->bridge->node;
    uint64_t note = BUS_NOTE(n->sim, n->id, "sip", "call {} ends with its other leg {}: {}", V_TEXT(l->call->call_id),
                             V_TEXT(dead->call_id), V_TEXT(end_words[why]));
    bus_because(n->sim, note, dead->fsm.record, BECAUSE_STATE);
    if (is_incoming(l) && !call_is_up(l->call))
        call_reject(l->call, status_of_end(dead, why));
    else
        call_hang_up(l->call);
}

static void on_end(void *arg, struct sip_call *c, enum call_end why)
{
    struct bridge_leg *l = c->user_arg;
    (void)arg;
    if (!l)
        return; /* refused before it went anywhere */
    l->call = NULL;
    close_flow(l);
    if (other(l)->call)
        end_leg(other(l), c, why); /* which comes back here, at once or when its CANCEL is answered */
    else
        put_call(l->of);
}

/* --- making ------------------------------------------------------------------------------------------------ */

static void refuse(struct call_bridge *b, struct sip_call *in, uint32_t status, const char *why)
{
    BUS_NOTE(b->node->sim, b->node->id, "sip", "call {} goes nowhere: {}", V_TEXT(in->call_id), V_TEXT(why));
    call_reject(in, status);
}

static void start_out(struct bridged_call *k, struct sip_call *in, const struct bridge_route *r)
{
    struct bridge_leg *out = &k->leg[1];
    struct call_start o = {.hop = r->hop,
                           .from = r->from,
                           .to = r->to,
                           .delayed_offer = r->delayed_offer || !in->asked.offers,
                           .session = r->session,
                           .user_arg = out};
    o.able = in->asked.offers ? passed_on(out, r->hop.addr, &in->asked.offer) : everything(out, r->hop.addr);
    out->call = call_start(k->bridge->ua, &o);
    if (!out->call) {
        close_flow(out);
        refuse(k->bridge, in, 503, "there is no route to where it should go");
    }
}

void bridge_connect(struct call_bridge *b, struct sip_call *in, const struct bridge_route *r)
{
    if (str_of(r->from).n > BRIDGE_USER_MAX || str_of(r->to).n > BRIDGE_USER_MAX) {
        refuse(b, in, 414, "a number in it is too long");
        return;
    }
    if (!in->asked.offers && !b->policy->media) {
        refuse(b, in, 488, "it offers no media, and they do not flow through here");
        return;
    }
    struct bridged_call *k = take_call(b, r);
    k->leg[0].call = in;
    in->user_arg = &k->leg[0];
    if (open_flows(k)) {
        start_out(k, in, r);
    } else {
        close_flow(&k->leg[1]);
        refuse(b, in, 503, "there is no port for its media");
    }
}

/* --- before it is up --------------------------------------------------------------------------------------- */

static void on_invite(void *arg, struct sip_call *c)
{
    struct call_bridge *b = arg;
    b->policy->on_invite(b->owner, c);
}

static void on_progress(void *arg, struct sip_call *c, uint32_t status)
{
    struct bridge_leg *l = c->user_arg;
    (void)arg;
    (void)status;
    if (other(l)->call)
        call_ring(other(l)->call);
}

static void on_answer(void *arg, struct sip_call *c)
{
    struct bridge_leg *l = c->user_arg, *in = other(l);
    struct media said = c->remote;
    (void)arg;
    l->answered = sim_now(l->of->bridge->node->sim);
    if (!in->call)
        return; /* it hung up, and so will this leg */
    if (!in->call->asked.offers) { /* the box offers what both it and the other side can */
        said.codec_count = c->local.codec_count;
        for (uint8_t i = 0; i < said.codec_count; i++)
            said.codec[i] = c->local.codec[i];
    }
    in->call->able = passed_on(in, in->call->hop.addr, &said);
    in->answered = l->answered;
    call_answer(in->call);
}

static void on_confirm(void *arg, struct sip_call *c)
{
    struct bridge_leg *l = c->user_arg;
    (void)arg;
    l->of->up = true;
    talk(l->of);
}

/* --- changes within it ------------------------------------------------------------------------------------- */

static const char *request_name(bool by_update)
{
    return by_update ? "UPDATE" : "re-INVITE";
}

static void tell(const struct bridge_leg *l, bool by_update, const char *what, const char *why)
{
    struct node *n = l->of->bridge->node;
    if (!l->midcall_limit) { /* no setting of its: so it is made */
        BUS_NOTE(n->sim, n->id, "sip", "{} CSeq {} of {} {}", V_TEXT(request_name(by_update)),
                 V_U64(l->call->remote_cseq), V_IP4(l->call->hop.addr.v), V_TEXT(what));
        return;
    }
    uint64_t note = BUS_NOTE(n->sim, n->id, "sip", "{} CSeq {} of {} {}: {}midcall-signaling {}",
                             V_TEXT(request_name(by_update)), V_U64(l->call->remote_cseq), V_IP4(l->call->hop.addr.v),
                             V_TEXT(what), V_TEXT(why), V_TEXT(midcall_name(l->midcall)));
    bus_because(n->sim, note, node_limit(n, l->midcall_limit), BECAUSE_LIMIT);
}

static void consume(struct bridge_leg *l, bool by_update, bool changed)
{
    tell(l, by_update, "consumed", changed ? "" : "media unchanged, ");
    call_accept(l->call);
    talk(l->of);
}

/* RFC 3261 14.1: both sides want a change at once, and each would wait for the other. Or this side took a change back
 * (9.1) that is still being asked for there: its answer must not be taken for that of the next. */
static void refuse_glare(struct bridge_leg *l, bool by_update)
{
    struct node *n = l->of->bridge->node;
    BUS_NOTE(n->sim, n->id, "sip", "{} CSeq {} of {} refused: {}", V_TEXT(request_name(by_update)),
             V_U64(l->call->remote_cseq), V_IP4(l->call->hop.addr.v),
             V_TEXT(l->asks ? "the other leg's change is under way here" : "the one before is still under way there"));
    call_refuse(l->call, 491);
}

static void pass_on(struct bridge_leg *l, bool by_update, const struct media *offer, bool changed)
{
    struct bridge_leg *o = other(l);
    tell(l, by_update, "passed on", changed ? "media changed, " : "");
    o->asks = true;
    o->agreed = o->call->able;
    if (offer)
        o->call->able = passed_on(o, o->call->hop.addr, offer);
    call_modify(o->call, by_update, offer != NULL);
}

static void on_modify(void *arg, struct sip_call *c, bool by_update, const struct media *offer, bool changed)
{
    struct bridge_leg *l = c->user_arg, *o = other(l);
    (void)arg;
    if (!o->call || !call_is_up(o->call) || !call_is_up(c))
        call_refuse(c, 500); /* RFC 3311 5.2: not before the first offer is answered */
    else if (l->midcall == MIDCALL_BLOCK || (l->midcall == MIDCALL_MEDIA_CHANGE && !changed))
        consume(l, by_update, changed);
    else if (l->asks || o->asks)
        refuse_glare(l, by_update);
    else
        pass_on(l, by_update, offer, changed);
}

static void answer_change(struct bridge_leg *l, const struct media *said)
{
    l->call->able = passed_on(l, l->call->hop.addr, said);
    call_accept(l->call);
    talk(l->of);
}

/* The other leg's request has its answer: it is that leg's, too. Should that side have taken its request back
 * meanwhile, what it changed here is changed back. */
static void on_modified(void *arg, struct sip_call *c, uint32_t status)
{
    struct bridge_leg *l = c->user_arg, *o = other(l);
    bool accepted = status >= 200 && status < 300, waits = o->call && o->call->asked.server;
    (void)arg;
    if (!l->asks)
        return;
    l->asks = false;
    if (!accepted || !waits)
        c->able = l->agreed;
    if (accepted && waits)
        answer_change(o, &c->remote);
    else if (accepted)
        call_modify(c, false, true);
    else if (waits)
        call_refuse(o->call, told_status(status));
}

const struct call_user bridge_calls = {
    .on_invite = on_invite,
    .on_progress = on_progress,
    .on_answer = on_answer,
    .on_confirm = on_confirm,
    .on_modify = on_modify,
    .on_modified = on_modified,
    .on_end = on_end,
};

/* --- the bridge ------------------------------------------------------------------------------------------- */

void bridge_init(struct call_bridge *b, struct sip_ua *ua, const struct bridge_policy *p, void *owner)
{
    *b = (struct call_bridge){.node = ua->node, .ua = ua, .policy = p, .owner = owner};
    pool_init(&b->pool, sim_arena(ua->node->sim), "bridged calls", sizeof(struct bridged_call), BRIDGED_MAX);
    list_init(&b->live);
}

/* One whose legs are not being ended yet. */
static struct sip_call *next_to_end(struct call_bridge *b)
{
    LIST_EACH (i, &b->live) {
        struct bridged_call *k = LIST_ENTRY(i, struct bridged_call, in_bridge);
        for (int side = 0; side < 2; side++) {
            struct sip_call *c = k->leg[side].call;
            if (c && !c->hangs_up)
                return c;
        }
    }
    return NULL;
}

void bridge_hang_up(struct call_bridge *b)
{
    for (struct sip_call *c; (c = next_to_end(b)) != NULL;)
        call_hang_up(c);
}

void bridge_power_off(struct call_bridge *b)
{
    while (!list_empty(&b->live))
        put_call(LIST_ENTRY(b->live.next, struct bridged_call, in_bridge));
}
