/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_txn_client.c: requests of ours (RFC 3261 17.1, RFC 6026 8.4). Top to bottom: finding, sending, actions, the
 * two machines, events, its user's. */
#include <string.h>

#include "models/net/frame.h"
#include "models/proto/sip_txn_state.h"

#define INVITE STR("INVITE")
#define WAIT_D_S 32 /* 17.1.1.2: at least, whatever T1 is here: the server's may be another */

enum client_state { CALLING, PROCEEDING, ACCEPTED, COMPLETED, FAILED, TERMINATED, STATES };
enum client_event { PROVISIONAL, SUCCESS, FAILURE, REPEAT, TIMEOUT, WAITED, LOST, EVENTS };

static bool is_invite(const struct sip_client *c)
{
    return str_eq(c->method, INVITE);
}

static bool repeats(const struct sip_client *c)
{
    return c->hop.over == SIP_OVER_UDP;
}

/* --- finding -------------------------------------------------------------------------------------- */

static uint64_t key_of(struct str branch, struct str method)
{
    return sip_txn_hash(sip_txn_hash(1, branch), method);
}

static void link_in(struct sip_client *c)
{
    struct map *m = &c->txns->clients;
    c->next_same = map_get(m, c->key);
    map_put(m, c->key, c);
}

static void link_out(struct sip_client *c)
{
    struct map *m = &c->txns->clients;
    struct sip_client *first = map_get(m, c->key), **at = &first;
    while (*at != c)
        at = &(*at)->next_same;
    *at = c->next_same;
    if (first)
        map_put(m, c->key, first);
    else
        map_remove(m, c->key);
}

/* 17.1.3 */
static struct sip_client *find(struct sip_txns *x, const struct sip_msg *m)
{
    struct sip_via via;
    struct sip_cseq cseq;
    if (!sip_via(m, &via) || !sip_cseq(m, &cseq))
        return NULL;
    struct sip_client *c = map_get(&x->clients, key_of(via.branch, cseq.method));
    while (c && !(str_eq_nocase(str_of(c->branch), via.branch) && str_eq(c->method, cseq.method)))
        c = c->next_same;
    return c;
}

static void release(struct sip_client *c)
{
    struct sip_txns *x = c->txns;
    tmr_disarm(&c->copy);
    tmr_disarm(&c->end);
    sip_txn_free(x, &c->text);
    sip_txn_free(x, &c->ack);
    pool_put(&x->client_pool, c);
}

void sip_client_drop(struct sip_client *c)
{
    link_out(c);
    release(c);
}

/* --- sending -------------------------------------------------------------------------------------- */

static uint32_t cseq_of(const struct sip_client *c)
{
    struct sip_msg m;
    uint32_t n;
    sip_txn_decode(c->text, &m, &n);
    return n;
}

static const char *name_of(const struct sip_client *c, char room[24])
{
    str_keep(room, 24, c->method);
    return room;
}

static bool send(struct sip_client *c, const struct frame *what, uint32_t copy)
{
    return sip_transport_send_copy(c->txns->transport, &c->hop, sip_txn_text(what), c->flow, copy);
}

/* 17.1.1.2 and 17.1.2.2: an INVITE's pauses double; another request's, too, but not beyond T2. */
static void arm_copy(struct sip_client *c)
{
    sip_txn_arm(&c->copy, is_invite(c) ? "sip.timer_a" : "sip.timer_e", c->pause, c->flow);
}

static struct sim_dur longer(const struct sip_client *c)
{
    struct sim_dur twice = {2 * c->pause.ns}, t2 = c->txns->timers->t2;
    return is_invite(c) || twice.ns < t2.ns ? twice : t2;
}

/* --- the ACK -------------------------------------------------------------------------------------- */

/* The first final answer's To is that of every ACK: the others are its copies. */
static void acknowledge(void *self, const void *msg)
{
    struct sip_client *c = self;
    char text[FRAME_BYTES_MAX];
    struct wr w = wr_of(text, sizeof text);
    struct sip_msg invite;
    uint32_t cseq;
    if (!c->ack) {
        bool ok = sip_txn_decode(c->text, &invite, &cseq);
        ASSERT(ok);
        sip_ack_put(&w, &invite, msg);
        if (!wr_ok(&w)) {
            ip_discard(c->txns->node, "sip-too-large");
            return;
        }
        c->ack = sip_txn_keep(c->txns, str_of_bytes(text, wr_len(&w)));
    }
    if (!send(c, c->ack, 0))
        ip_discard(c->txns->node, "no-route");
}

/* --- actions -------------------------------------------------------------------------------------- */

/* Nobody wants to hear of it: it may not ring for ever, but for as long as one that was cancelled (9.1). */
static void limit_ringing(struct sip_client *c)
{
    sip_txn_arm(&c->end, "sip.timer_b", sip_txn_life(c->txns), 0);
}

static void hear_provisional(void *self, const void *msg)
{
    struct sip_client *c = self;
    (void)msg;
    c->deed = CLIENT_ANSWERED;
    if (is_invite(c) && c->fsm.state == PROCEEDING && !c->user) {
        return; /* its time runs */
    } else if (is_invite(c)) {
        tmr_disarm(&c->copy);
        tmr_disarm(&c->end); /* how long it may ring is its user's business */
        if (!c->user)
            limit_ringing(c);
    } else if (repeats(c)) {
        c->pause = c->txns->timers->t2; /* of the next ones; the one under way stays (17.1.2.2) */
    }
}

static void finish(struct sip_client *c, const char *label, struct sim_dur wait)
{
    c->deed = CLIENT_OVER;
    tmr_disarm(&c->copy);
    sip_txn_arm(&c->end, label, wait, 0);
}

static void accept(void *self, const void *msg)
{
    struct sip_client *c = self;
    (void)msg;
    finish(c, "sip.timer_m", sip_txn_life(c->txns)); /* RFC 6026 8.4, over any transport */
}

static void refuse(void *self, const void *msg)
{
    struct sip_client *c = self;
    acknowledge(c, msg);
    finish(c, "sip.timer_d", repeats(c) ? dur_max(sip_txn_life(c->txns), dur_s(WAIT_D_S)) : DUR_ZERO);
}

static void complete(void *self, const void *msg)
{
    struct sip_client *c = self;
    (void)msg;
    finish(c, "sip.timer_k", repeats(c) ? c->txns->timers->t4 : DUR_ZERO);
}

static void be_stray(void *self, const void *msg)
{
    (void)msg;
    ((struct sip_client *)self)->deed = CLIENT_STRAY;
}

static void repeat(void *self, const void *msg)
{
    struct sip_client *c = self;
    struct sip_txns *x = c->txns;
    char name[24];
    (void)msg;
    bus_set_flow(x->node->sim, c->flow);
    BUS_NOTE(x->node->sim, x->node->id, "sip", "copy {} of {}, CSeq {}, to {}", V_U64(++c->copies),
             V_TEXT(name_of(c, name)), V_U64(cseq_of(c)), V_IP4(c->hop.addr.v));
    c->pause = longer(c);
    arm_copy(c);
    if (!send(c, c->text, c->copies))
        fsm_raise(&c->fsm, LOST);
}

static void time_out(void *self, const void *msg)
{
    struct sip_client *c = self;
    char name[24];
    (void)msg;
    struct val v[] = {V_TEXT(name_of(c, name)), V_U64(cseq_of(c)), V_IP4(c->hop.addr.v)};
    bus_set_flow(c->txns->node->sim, c->flow);
    sip_txn_give_up(c->txns, is_invite(c) ? "timer B: no answer to {}, CSeq {}, from {}"
                                          : "timer F: no final answer to {}, CSeq {}, from {}", v, 3);
    c->why = SIP_TIMED_OUT;
    c->deed = CLIENT_FAILED;
}

/* Its user hears of it in a moment, never from inside the call that found it out. */
static void lose(void *self, const void *msg)
{
    struct sip_client *c = self;
    struct node *n = c->txns->node;
    char name[24];
    (void)msg;
    bus_set_flow(n->sim, c->flow);
    BUS_NOTE(n->sim, n->id, "sip", "{}, CSeq {}: {} cannot be reached", V_TEXT(name_of(c, name)), V_U64(cseq_of(c)),
             V_IP4(c->hop.addr.v));
    c->why = SIP_UNREACHABLE;
    tmr_disarm(&c->copy);
    sip_txn_arm(&c->end, "sip.unreachable", DUR_ZERO, 0);
}

static void fail(void *self, const void *msg)
{
    (void)msg;
    ((struct sip_client *)self)->deed = CLIENT_FAILED;
}

/* --- the two machines ----------------------------------------------------------------------------- */

static const struct fsm_state states[STATES] = {
    [CALLING] = {"calling", NULL, "sip.timer_b"},      [PROCEEDING] = {"proceeding", NULL, "forever"},
    [ACCEPTED] = {"accepted", NULL, "sip.timer_m"},    [COMPLETED] = {"completed", NULL, "sip.timer_d"},
    [FAILED] = {"failed", NULL, "sip.unreachable"},    [TERMINATED] = {"terminated", NULL, "forever"},
};
static const char *const events[EVENTS] = {"1xx", "2xx", "300-699", "timer-a", "timer-b", "waited", "lost"};

static const struct fsm_row invite_rows[] = {
    {CALLING, PROVISIONAL, NULL, hear_provisional, PROCEEDING},
    {CALLING, SUCCESS, NULL, accept, ACCEPTED},
    {CALLING, FAILURE, NULL, refuse, COMPLETED},
    {CALLING, REPEAT, NULL, repeat, CALLING},
    {CALLING, TIMEOUT, NULL, time_out, TERMINATED},
    {CALLING, LOST, NULL, lose, FAILED},
    {PROCEEDING, PROVISIONAL, NULL, hear_provisional, PROCEEDING},
    {PROCEEDING, SUCCESS, NULL, accept, ACCEPTED},
    {PROCEEDING, FAILURE, NULL, refuse, COMPLETED},
    {PROCEEDING, LOST, NULL, lose, FAILED},
    {PROCEEDING, TIMEOUT, NULL, fail, TERMINATED}, /* of one that is forgotten */
    {ACCEPTED, SUCCESS, NULL, be_stray, ACCEPTED},
    {ACCEPTED, WAITED, NULL, NULL, TERMINATED},
    {COMPLETED, FAILURE, NULL, acknowledge, COMPLETED},
    {COMPLETED, WAITED, NULL, NULL, TERMINATED},
    {FAILED, WAITED, NULL, fail, TERMINATED},
};
static const struct fsm_row invite_ignored[] = {
    {.state = ACCEPTED, .event = PROVISIONAL},  {.state = ACCEPTED, .event = FAILURE},
    {.state = ACCEPTED, .event = LOST},         {.state = COMPLETED, .event = PROVISIONAL},
    {.state = COMPLETED, .event = SUCCESS},     {.state = COMPLETED, .event = LOST},
    {.state = FAILED, .event = PROVISIONAL},    {.state = FAILED, .event = SUCCESS},
    {.state = FAILED, .event = FAILURE},        {.state = FAILED, .event = LOST},
};

/* 2xx and what is above it are one to a request other than INVITE: SUCCESS is both. */
static const struct fsm_row other_rows[] = {
    {CALLING, PROVISIONAL, NULL, hear_provisional, PROCEEDING},
    {CALLING, SUCCESS, NULL, complete, COMPLETED},
    {CALLING, REPEAT, NULL, repeat, CALLING},
    {CALLING, TIMEOUT, NULL, time_out, TERMINATED},
    {CALLING, LOST, NULL, lose, FAILED},
    {PROCEEDING, PROVISIONAL, NULL, hear_provisional, PROCEEDING},
    {PROCEEDING, SUCCESS, NULL, complete, COMPLETED},
    {PROCEEDING, REPEAT, NULL, repeat, PROCEEDING},
    {PROCEEDING, TIMEOUT, NULL, time_out, TERMINATED},
    {PROCEEDING, LOST, NULL, lose, FAILED},
    {COMPLETED, WAITED, NULL, NULL, TERMINATED},
    {FAILED, WAITED, NULL, fail, TERMINATED},
};
static const struct fsm_row other_ignored[] = {
    {.state = COMPLETED, .event = PROVISIONAL}, {.state = COMPLETED, .event = SUCCESS},
    {.state = COMPLETED, .event = LOST},        {.state = FAILED, .event = PROVISIONAL},
    {.state = FAILED, .event = SUCCESS},        {.state = FAILED, .event = LOST},
};

#define COUNT(a) (int)(sizeof(a) / sizeof(a)[0])

static const struct fsm_table invite_table = {
    .machine = "sip-client-invite", .states = states, .events = events, .state_count = STATES, .event_count = EVENTS,
    .rows = invite_rows, .row_count = COUNT(invite_rows), .ignored = invite_ignored,
    .ignored_count = COUNT(invite_ignored), .quiet = true};
static const struct fsm_table other_table = {
    .machine = "sip-client", .states = states, .events = events, .state_count = STATES, .event_count = EVENTS,
    .rows = other_rows, .row_count = COUNT(other_rows), .ignored = other_ignored,
    .ignored_count = COUNT(other_ignored), .quiet = true};

/* --- events --------------------------------------------------------------------------------------- */

static void tell_failure(struct sip_client *c)
{
    link_out(c); /* whatever its user does now, it is not found any more */
    if (c->user)
        c->user->on_failure(c->arg, c, c->why);
    release(c);
}

/* `m` and `from` of a response, else NULL. */
static void step(struct sip_client *c, enum client_event event, const struct sip_msg *m, const struct sip_hop *from)
{
    struct sip_txns *x = c->txns;
    const struct sip_client_user *user = c->user;
    c->deed = CLIENT_SILENT;
    fsm_step(&c->fsm, (int)event, m);
    if (c->deed == CLIENT_FAILED) {
        tell_failure(c);
    } else if (c->fsm.state == TERMINATED) {
        sip_client_drop(c);
    } else if (c->deed == CLIENT_STRAY) {
        x->user->on_stray(x->arg, m, from);
    } else if (c->deed != CLIENT_SILENT) {
        c->user = c->deed == CLIENT_OVER ? NULL : user;
        if (user)
            user->on_response(c->arg, c, m);
    }
}

void sip_client_hear(struct sip_txns *x, const struct sip_msg *m, const struct sip_hop *from)
{
    struct sip_client *c = find(x, m);
    if (!c) {
        x->user->on_stray(x->arg, m, from);
        return;
    }
    bus_set_flow(x->node->sim, c->flow);
    enum client_event e = m->status < 200 ? PROVISIONAL : m->status < 300 || !is_invite(c) ? SUCCESS : FAILURE;
    step(c, e, m, from);
}

void sip_client_lose(struct sip_client *c)
{
    if (c->fsm.stepping)
        fsm_raise(&c->fsm, LOST);
    else
        step(c, LOST, NULL, NULL);
}

static void on_copy(void *owner)
{
    step(owner, REPEAT, NULL, NULL);
}

static void on_end(void *owner)
{
    struct sip_client *c = owner;
    bool open = c->fsm.state == CALLING || c->fsm.state == PROCEEDING;
    step(c, open ? TIMEOUT : WAITED, NULL, NULL);
}

/* --- its user's ----------------------------------------------------------------------------------- */

static struct sip_client *new_client(struct sip_txns *x, struct str method, struct str branch, struct str message)
{
    struct node *n = x->node;
    struct sip_client *c = pool_get(&x->client_pool);
    ASSERT(branch.n && branch.n <= SIP_BRANCH_MAX && str_starts(message, method) && !str_eq(method, STR("ACK")));
    c->txns = x;
    str_keep(c->branch, sizeof c->branch, branch);
    c->text = sip_txn_keep(x, message);
    c->method = (struct str){(const char *)c->text->bytes, method.n};
    c->key = key_of(branch, method);
    tmr_init(&c->copy, n->sim, n->id, "sip.timer_a", c, on_copy);
    tmr_init(&c->end, n->sim, n->id, "sip.timer_b", c, on_end);
    fsm_init(&c->fsm, str_eq(method, INVITE) ? &invite_table : &other_table, n, c->branch, c, CALLING);
    link_in(c);
    return c;
}

struct sip_client *sip_client_start(struct sip_txns *x, const struct sip_hop *to, struct str method, struct str branch,
                                    struct str message, uint64_t flow, const struct sip_client_user *u, void *arg)
{
    struct sip_client *c = new_client(x, method, branch, message);
    c->hop = *to;
    c->flow = flow;
    c->user = u;
    c->arg = arg;
    c->pause = x->timers->t1;
    bus_set_flow(x->node->sim, flow);
    if (repeats(c))
        arm_copy(c);
    sip_txn_arm(&c->end, is_invite(c) ? "sip.timer_b" : "sip.timer_f", sip_txn_life(x), flow);
    if (!send(c, c->text, 0))
        sip_client_lose(c);
    return c;
}

void sip_client_forget(struct sip_client *c)
{
    c->user = NULL;
    if (is_invite(c) && c->fsm.state == PROCEEDING)
        limit_ringing(c);
}

bool sip_client_is_proceeding(const struct sip_client *c)
{
    return c->fsm.state == PROCEEDING;
}

uint64_t sip_client_flow(const struct sip_client *c)
{
    return c->flow;
}
