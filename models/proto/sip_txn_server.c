/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_txn_server.c: requests to us (RFC 3261 17.2, RFC 6026 8.5). Top to bottom: finding, sending, actions, the two
 * machines, events, its user's. */
#include <string.h>

#include "models/net/frame.h"
#include "models/proto/sip_txn_state.h"

#define INVITE STR("INVITE")
#define TRYING_MS 200 /* 17.2.1: its user has so long to answer before 100 does */

enum server_state { TRYING, PROCEEDING, ACCEPTED, COMPLETED, CONFIRMED, FORGOTTEN, FAILED, TERMINATED, STATES };
enum server_event { COPY, ACK, SILENCE, PROVISIONAL, SUCCESS, FAILURE, FORGET, REPEAT, WAITED, UNSENT, EVENTS };

static bool is_invite(const struct sip_server *t)
{
    return str_eq(t->id.method, INVITE);
}

static bool repeats(const struct sip_server *t)
{
    return t->hop.over == SIP_OVER_UDP;
}

/* --- finding -------------------------------------------------------------------------------------- */

static struct sip_server *find(struct sip_txns *x, const struct sip_request_id *id)
{
    struct sip_server *t = map_get(&x->servers, sip_txn_id_key(id));
    while (t && !sip_txn_id_eq(&t->id, id))
        t = t->next_same;
    return t;
}

static void link_out(struct sip_server *t)
{
    struct map *m = &t->txns->servers;
    struct sip_server *first = map_get(m, t->key), **at = &first;
    while (*at != t)
        at = &(*at)->next_same;
    *at = t->next_same;
    if (first)
        map_put(m, t->key, first);
    else
        map_remove(m, t->key);
}

static void release(struct sip_server *t)
{
    struct sip_txns *x = t->txns;
    tmr_disarm(&t->copy);
    tmr_disarm(&t->end);
    sip_txn_free(x, &t->text);
    sip_txn_free(x, &t->answer);
    pool_put(&x->server_pool, t);
}

void sip_server_drop(struct sip_server *t)
{
    link_out(t);
    release(t);
}

/* --- sending -------------------------------------------------------------------------------------- */

static const char *name_of(const struct sip_server *t, char room[24])
{
    str_keep(room, 24, t->id.method);
    return room;
}

/* 18.2.2: by the connection that the request came by, else by a new one. */
static bool send(struct sip_server *t, uint32_t copy)
{
    struct sip_transport *over = t->txns->transport;
    const struct sip_hop *to = sip_transport_reaches(over, &t->hop) ? &t->hop : &t->anew;
    return sip_transport_send_copy(over, to, sip_txn_text(t->answer), t->flow, copy);
}

static void send_answer(void *self, const void *msg)
{
    struct sip_server *t = self;
    const struct str *message = msg;
    sip_txn_free(t->txns, &t->answer);
    t->answer = sip_txn_keep(t->txns, *message);
    t->copies = 0;
    tmr_disarm(&t->copy);
    if (!send(t, 0))
        fsm_raise(&t->fsm, UNSENT);
}

static void repeat(void *self, const void *msg)
{
    struct sip_server *t = self;
    struct node *n = t->txns->node;
    char name[24];
    (void)msg;
    bus_set_flow(n->sim, t->flow);
    BUS_NOTE(n->sim, n->id, "sip", "copy {} of {} to {}, CSeq {}, to {}", V_U64(++t->copies), V_U64(t->status),
             V_TEXT(name_of(t, name)), V_U64(t->id.cseq), V_IP4(t->hop.addr.v));
    if (!send(t, t->copies))
        fsm_raise(&t->fsm, UNSENT);
}

/* --- actions -------------------------------------------------------------------------------------- */

static void swallow(void *self, const void *msg)
{
    struct sip_server *t = self;
    struct node *n = t->txns->node;
    char name[24];
    (void)msg;
    BUS_NOTE(n->sim, n->id, "sip", "{}, CSeq {}, came again and has no answer yet", V_TEXT(name_of(t, name)),
             V_U64(t->id.cseq));
}

static void copy_came(void *self, const void *msg)
{
    struct sip_server *t = self;
    if (t->answer)
        repeat(self, msg);
    else
        swallow(self, msg);
}

/* 17.2.1; its To has no tag: no dialog is meant. */
static void send_trying(void *self, const void *msg)
{
    struct sip_server *t = self;
    char text[SIP_ANSWER_MAX];
    struct wr w = wr_of(text, sizeof text);
    struct sip_msg m;
    uint32_t cseq;
    (void)msg;
    bool ok = sip_txn_decode(t->text, &m, &cseq);
    ASSERT(ok);
    sip_answer_put(&w, &m, 100, "Trying", STR_NONE);
    ASSERT(wr_ok(&w));
    struct str message = str_of_bytes(text, wr_len(&w));
    t->status = 100;
    bus_set_flow(t->txns->node->sim, t->flow);
    send_answer(t, &message);
}

static void accept(void *self, const void *msg)
{
    struct sip_server *t = self;
    send_answer(t, msg);
    sip_txn_arm(&t->end, "sip.timer_l", sip_txn_life(t->txns), 0);
}

static void arm_g(struct sip_server *t)
{
    sip_txn_arm(&t->copy, "sip.timer_g", t->pause, t->flow);
}

static void refuse(void *self, const void *msg)
{
    struct sip_server *t = self;
    send_answer(t, msg);
    t->pause = t->txns->timers->t1;
    if (repeats(t))
        arm_g(t);
    sip_txn_arm(&t->end, "sip.timer_h", sip_txn_life(t->txns), t->flow);
}

static void repeat_refusal(void *self, const void *msg)
{
    struct sip_server *t = self;
    struct sim_dur twice = {2 * t->pause.ns}, t2 = t->txns->timers->t2;
    t->pause = twice.ns < t2.ns ? twice : t2;
    arm_g(t);
    repeat(t, msg);
}

static void confirm(void *self, const void *msg)
{
    struct sip_server *t = self;
    (void)msg;
    tmr_disarm(&t->copy);
    sip_txn_arm(&t->end, "sip.timer_i", repeats(t) ? t->txns->timers->t4 : DUR_ZERO, 0);
}

static void miss_ack(void *self, const void *msg)
{
    struct sip_server *t = self;
    char name[24];
    (void)msg;
    struct val v[] = {V_U64(t->status), V_TEXT(name_of(t, name)), V_U64(t->id.cseq), V_IP4(t->hop.addr.v)};
    sip_txn_give_up(t->txns, "timer H: no ACK to {} of {}, CSeq {}, from {}", v, 4);
    t->unsent = true;
}

static void complete(void *self, const void *msg)
{
    struct sip_server *t = self;
    send_answer(t, msg);
    sip_txn_arm(&t->end, "sip.timer_j", repeats(t) ? sip_txn_life(t->txns) : DUR_ZERO, 0);
}

static void forget(void *self, const void *msg)
{
    struct sip_server *t = self;
    (void)msg;
    tmr_disarm(&t->copy);
    sip_txn_arm(&t->end, "sip.timer_j", sip_txn_life(t->txns), 0);
}

/* Its user hears of it in a moment, never from inside the call that found it out. */
static void be_unsent(void *self, const void *msg)
{
    struct sip_server *t = self;
    struct node *n = t->txns->node;
    char name[24];
    (void)msg;
    BUS_NOTE(n->sim, n->id, "sip", "{} to {}, CSeq {}: {} cannot be reached", V_U64(t->status), V_TEXT(name_of(t, name)),
             V_U64(t->id.cseq), V_IP4(t->hop.addr.v));
    t->unsent = true;
    tmr_disarm(&t->copy);
    sip_txn_arm(&t->end, "sip.unreachable", DUR_ZERO, 0);
}

static void be_for_user(void *self, const void *msg)
{
    (void)msg;
    ((struct sip_server *)self)->for_user = true;
}

/* --- the two machines ----------------------------------------------------------------------------- */

static const struct fsm_state states[STATES] = {
    [TRYING] = {"trying", NULL, "sip.timer_j"},       [PROCEEDING] = {"proceeding", NULL, "forever"},
    [ACCEPTED] = {"accepted", NULL, "sip.timer_l"},   [COMPLETED] = {"completed", NULL, "sip.timer_h"},
    [CONFIRMED] = {"confirmed", NULL, "sip.timer_i"}, [FORGOTTEN] = {"forgotten", NULL, "sip.timer_j"},
    [FAILED] = {"failed", NULL, "sip.unreachable"},   [TERMINATED] = {"terminated", NULL, "forever"},
};
static const char *const events[EVENTS] = {"copy", "ack",    "silence", "1xx",    "2xx",
                                           "300-699", "forget", "timer-g", "waited", "unsent"};

static const struct fsm_row invite_rows[] = {
    {PROCEEDING, COPY, NULL, copy_came, PROCEEDING},
    {PROCEEDING, SILENCE, NULL, send_trying, PROCEEDING},
    {PROCEEDING, PROVISIONAL, NULL, send_answer, PROCEEDING},
    {PROCEEDING, SUCCESS, NULL, accept, ACCEPTED},
    {PROCEEDING, FAILURE, NULL, refuse, COMPLETED},
    {PROCEEDING, FORGET, NULL, forget, FORGOTTEN},
    {PROCEEDING, UNSENT, NULL, be_unsent, FAILED},
    {ACCEPTED, COPY, NULL, swallow, ACCEPTED},
    {ACCEPTED, ACK, NULL, be_for_user, ACCEPTED},
    {ACCEPTED, SUCCESS, NULL, repeat, ACCEPTED}, /* its user's copy (13.3.1.4) */
    {ACCEPTED, WAITED, NULL, NULL, TERMINATED},
    {ACCEPTED, UNSENT, NULL, be_unsent, FAILED},
    {COMPLETED, COPY, NULL, repeat, COMPLETED},
    {COMPLETED, REPEAT, NULL, repeat_refusal, COMPLETED},
    {COMPLETED, ACK, NULL, confirm, CONFIRMED},
    {COMPLETED, WAITED, NULL, miss_ack, TERMINATED},
    {COMPLETED, UNSENT, NULL, be_unsent, FAILED},
    {CONFIRMED, WAITED, NULL, NULL, TERMINATED},
    {FORGOTTEN, COPY, NULL, swallow, FORGOTTEN},
    {FORGOTTEN, WAITED, NULL, NULL, TERMINATED},
    {FAILED, WAITED, NULL, NULL, TERMINATED},
};
static const struct fsm_row invite_ignored[] = {
    {.state = PROCEEDING, .event = ACK},  {.state = CONFIRMED, .event = COPY}, {.state = CONFIRMED, .event = ACK},
    {.state = FORGOTTEN, .event = ACK},   {.state = FAILED, .event = COPY},    {.state = FAILED, .event = ACK},
    {.state = FAILED, .event = SUCCESS},  {.state = FAILED, .event = FORGET},  {.state = FAILED, .event = FAILURE},
    {.state = FAILED, .event = PROVISIONAL},
};

/* 2xx and what is above it are one to a request other than INVITE: SUCCESS is both. */
static const struct fsm_row other_rows[] = {
    {TRYING, COPY, NULL, swallow, TRYING},
    {TRYING, PROVISIONAL, NULL, send_answer, PROCEEDING},
    {TRYING, SUCCESS, NULL, complete, COMPLETED},
    {TRYING, FORGET, NULL, forget, FORGOTTEN},
    {TRYING, WAITED, NULL, NULL, TERMINATED},
    {TRYING, UNSENT, NULL, be_unsent, FAILED},
    {PROCEEDING, COPY, NULL, repeat, PROCEEDING},
    {PROCEEDING, PROVISIONAL, NULL, send_answer, PROCEEDING},
    {PROCEEDING, SUCCESS, NULL, complete, COMPLETED},
    {PROCEEDING, FORGET, NULL, forget, FORGOTTEN},
    {PROCEEDING, WAITED, NULL, NULL, TERMINATED},
    {PROCEEDING, UNSENT, NULL, be_unsent, FAILED},
    {COMPLETED, COPY, NULL, repeat, COMPLETED},
    {COMPLETED, WAITED, NULL, NULL, TERMINATED},
    {COMPLETED, UNSENT, NULL, be_unsent, FAILED},
    {FORGOTTEN, COPY, NULL, swallow, FORGOTTEN},
    {FORGOTTEN, WAITED, NULL, NULL, TERMINATED},
    {FAILED, WAITED, NULL, NULL, TERMINATED},
};
static const struct fsm_row other_ignored[] = {
    {.state = FAILED, .event = COPY},   {.state = FAILED, .event = PROVISIONAL}, {.state = FAILED, .event = SUCCESS},
    {.state = FAILED, .event = FORGET},
};

#define COUNT(a) (int)(sizeof(a) / sizeof(a)[0])

static const struct fsm_table invite_table = {
    .machine = "sip-server-invite", .states = states, .events = events, .state_count = STATES, .event_count = EVENTS,
    .rows = invite_rows, .row_count = COUNT(invite_rows), .ignored = invite_ignored,
    .ignored_count = COUNT(invite_ignored), .quiet = true};
static const struct fsm_table other_table = {
    .machine = "sip-server", .states = states, .events = events, .state_count = STATES, .event_count = EVENTS,
    .rows = other_rows, .row_count = COUNT(other_rows), .ignored = other_ignored,
    .ignored_count = COUNT(other_ignored), .quiet = true};

/* --- events --------------------------------------------------------------------------------------- */

static void step(struct sip_server *t, enum server_event event, const void *msg)
{
    struct sip_txns *x = t->txns;
    t->for_user = false;
    fsm_step(&t->fsm, (int)event, msg);
    if (t->fsm.state != TERMINATED)
        return;
    link_out(t); /* whatever its user does now, it is not found any more */
    if (x->user->on_server_end)
        x->user->on_server_end(x->arg, t, t->unsent);
    release(t);
}

static void on_copy_timer(void *owner)
{
    struct sip_server *t = owner;
    step(t, t->fsm.state == PROCEEDING ? SILENCE : REPEAT, NULL);
}

static void on_end(void *owner)
{
    step(owner, WAITED, NULL);
}

/* A request that is longer than a frame's room was refused by the transport. */
static struct sip_server *new_server(struct sip_txns *x, const struct sip_msg *m, const struct sip_hop *from)
{
    struct node *n = x->node;
    struct sip_server *t = pool_get(&x->server_pool);
    struct sip_msg kept;
    uint32_t cseq;
    t->txns = x;
    t->text = sip_txn_keep(x, m->whole);
    bool ok = sip_txn_decode(t->text, &kept, &cseq);
    ASSERT(ok);
    t->id = sip_txn_id(&kept, kept.method);
    t->hop = sip_response_hop(m, from);
    t->anew = sip_response_hop_anew(m, from);
    t->flow = bus_flow(n->sim, "sip", t->id.call_id, cseq);
    t->key = sip_txn_id_key(&t->id);
    tmr_init(&t->copy, n->sim, n->id, "sip.trying", t, on_copy_timer);
    tmr_init(&t->end, n->sim, n->id, "sip.timer_j", t, on_end);
    fsm_init(&t->fsm, is_invite(t) ? &invite_table : &other_table, n, "", t, is_invite(t) ? PROCEEDING : TRYING);
    t->next_same = map_get(&x->servers, t->key);
    map_put(&x->servers, t->key, t);
    return t;
}

static void begin(struct sip_txns *x, const struct sip_msg *m, const struct sip_hop *from)
{
    struct sip_server *t = new_server(x, m, from);
    bus_set_flow(x->node->sim, t->flow);
    if (is_invite(t))
        sip_txn_arm(&t->copy, "sip.trying", dur_ms(TRYING_MS), 0);
    else
        sip_txn_arm(&t->end, "sip.timer_j", sip_txn_life(x), 0); /* RFC 4320 4.2: who asked has given up */
    x->user->on_request(x->arg, t, m, from);
}

/* The ACK to a 2xx is its user's: it has a branch of its own, so that it is found by nothing here. */
static void hear_ack(struct sip_txns *x, const struct sip_msg *m, const struct sip_hop *from)
{
    struct sip_request_id id = sip_txn_id(m, INVITE);
    struct sip_server *t = find(x, &id);
    bool for_user = true;
    if (t) {
        bus_set_flow(x->node->sim, t->flow);
        step(t, ACK, NULL); /* ends nothing at once */
        for_user = t->for_user;
    }
    if (for_user)
        x->user->on_request(x->arg, NULL, m, from);
}

void sip_server_hear(struct sip_txns *x, const struct sip_msg *m, const struct sip_hop *from)
{
    if (str_eq(m->method, STR("ACK"))) {
        hear_ack(x, m, from);
        return;
    }
    struct sip_request_id id = sip_txn_id(m, m->method);
    struct sip_server *t = find(x, &id);
    if (t) {
        bus_set_flow(x->node->sim, t->flow);
        step(t, COPY, NULL);
    } else {
        begin(x, m, from);
    }
}

/* --- its user's ----------------------------------------------------------------------------------- */

void sip_server_answer(struct sip_server *t, uint32_t status, struct str message)
{
    bool success = status >= 200 && (status < 300 || !is_invite(t));
    ASSERT(status >= 100 && status <= 699);
    ASSERT(t->fsm.state != COMPLETED && t->fsm.state != CONFIRMED && t->fsm.state != FORGOTTEN);
    t->status = status;
    bus_set_flow(t->txns->node->sim, t->flow);
    step(t, status < 200 ? PROVISIONAL : success ? SUCCESS : FAILURE, &message);
}

void sip_server_forget(struct sip_server *t)
{
    step(t, FORGET, NULL);
}

struct str sip_server_request(const struct sip_server *t)
{
    return sip_txn_text(t->text);
}

const struct sip_hop *sip_server_hop(const struct sip_server *t)
{
    return &t->hop;
}

uint64_t sip_server_flow(const struct sip_server *t)
{
    return t->flow;
}

bool sip_server_is_answered(const struct sip_server *t)
{
    return t->status >= 200;
}

bool sip_server_is_refused(const struct sip_server *t)
{
    return t->status >= 300 || t->fsm.state == FORGOTTEN;
}

void sip_server_set_arg(struct sip_server *t, void *arg)
{
    t->arg = arg;
}

void *sip_server_arg(const struct sip_server *t)
{
    return t->arg;
}

struct sip_server *sip_server_of_cancel(struct sip_txns *x, const struct sip_msg *cancel, const struct sip_hop *from)
{
    struct sip_request_id id = sip_txn_id(cancel, INVITE);
    (void)from; /* sent-by says who it is, wherever it came from */
    return find(x, &id);
}
