/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sccp_group.c: see sccp_group.h. Top to bottom: states and events, questions, keepalives, the connections
 * around the node of registration, actions, the table, and what connections and timers report. */
#include "models/proto/sccp_group.h"

enum { OFF, CONNECTING, REGISTERING, REGISTERED, TOKEN, LEAVING, WAITING, STATE_COUNT };

enum {
    E_POWER_ON,
    E_OPEN,
    E_OK_0, /* by node, so that the record of the move says where */
    E_OK_1,
    E_OK_2,
    E_OK_3,
    E_LOST,
    E_TARGET_LOST,
    E_REJECTED,
    E_NO_ANSWER,
    E_MONITOR,
    E_TOKEN,
    E_TOKEN_REJECTED,
    E_UNREGISTERED,
    E_RETRY,
    E_POWER_OFF,
    EVENT_COUNT
};

static const char *const event_names[EVENT_COUNT] = {
    "power-on",        "connected",   "registered-at-0", "registered-at-1", "registered-at-2", "registered-at-3",
    "connection-lost", "target-lost", "rejected",        "no-answer",       "monitor-done",
    "token",           "token-rejected", "unregistered", "retry",           "power-off",
};

static void feed(struct sccp_group *g, int event)
{
    if (g->fsm.stepping)
        fsm_raise(&g->fsm, event);
    else
        fsm_step(&g->fsm, event, NULL);
}

static const struct phone_config *phone(const struct sccp_group *g)
{
    return g->config->talk.phone;
}

/* --- questions ---------------------------------------------------------------------------------------- */

static int lowest(const struct sccp_group *g)
{
    return (int)phone(g)->member_count - 1;
}

static bool is_standby(const struct sccp_group *g, int i)
{
    return g->at != GROUP_NOWHERE && i == g->at + 1 && i <= lowest(g);
}

static bool is_higher(const struct sccp_group *g, int i)
{
    return g->at != GROUP_NOWHERE && i < g->at;
}

static bool has_failed(const struct sccp_group *g, int i)
{
    return (g->failed & 1u << i) != 0;
}

/* Of the nodes that have not failed: the first open one in the group's order, else the first. When all have, the
 * first of the group: the only node there is may be asked again. */
static int next_target(const struct sccp_group *g)
{
    int first = GROUP_NOWHERE;
    for (int i = lowest(g); i >= 0; i--) {
        if (!has_failed(g, i) && (first == GROUP_NOWHERE || g->leg[i].open || !g->leg[first].open))
            first = i;
    }
    return first == GROUP_NOWHERE ? 0 : first;
}

static bool nowhere_left(const void *self, const void *msg)
{
    const struct sccp_group *g = self;
    (void)msg;
    for (int i = 0; i <= lowest(g); i++) {
        if (i != g->target && !has_failed(g, i))
            return false;
    }
    return true;
}

const char *sccp_group_role(const struct sccp_group *g, int node)
{
    if (g->at == node)
        return "Active";
    if (node >= g->leg_count || !g->leg[node].open || g->at == GROUP_NOWHERE)
        return "";
    if (node > g->at)
        return node == g->at + 1 ? "Standby" : "";
    return "Monitored";
}

/* --- keepalives --------------------------------------------------------------------------------------- */

/* How long a keepalive may stay unanswered (seed 002). What "normal" waits beyond the mean is an assumption:
 * waiting for the mean alone would end every second registration at its first keepalive. */
static struct sim_dur patience(const struct sccp_group *g)
{
    const struct sccp_group_config *c = g->config;
    if (phone(g)->failover_detection == DETECT_DELAYED)
        return (struct sim_dur){3 * g->keepalive_every.ns};
    return dur_max(c->wait_floor, (struct sim_dur){answer_mean_get(&g->mean).ns * c->wait_factor});
}

/* The first that stays unanswered decides: later ones do not begin the wait anew. */
static void await_answer(struct sccp_group *g, uint64_t flow)
{
    if (g->unanswered)
        return;
    g->unanswered = true;
    g->asked = sim_now(g->node->sim);
    tmr_arm(&g->verdict, patience(g));
    tmr_await(&g->verdict, flow, 0);
}

static void on_answered(struct sccp_group *g)
{
    if (!g->unanswered)
        return;
    g->unanswered = false;
    tmr_disarm(&g->verdict);
    answer_mean_add(&g->mean, time_sub(sim_now(g->node->sim), g->asked));
}

static void on_keepalive(void *owner)
{
    struct sccp_slot *s = owner;
    struct sccp_group *g = s->group;
    struct sccp_leg *l = &g->leg[s->index];
    bool home = s->index == g->at;
    tmr_arm(&s->keepalive, home ? g->keepalive_every : g->backup_every);
    if (!l->open)
        return;
    bus_set_flow(g->node->sim, 0);
    if (home)
        await_answer(g, sccp_leg_keepalive(l, MEASURE_KEEPALIVES_SENT));
    else
        sccp_leg_keepalive(l, is_higher(g, s->index) ? MEASURE_PROBES_SENT : MEASURE_STANDBY_KEEPALIVES_SENT);
}

/* --- connections around the node of registration ------------------------------------------------------ */

static void forget(struct sccp_slot *s)
{
    tmr_disarm(&s->keepalive);
    tmr_disarm(&s->monitor);
}

/* A node that the phone only watches, or keeps as its next: it hears keepalives, too. */
static void watch(struct sccp_group *g, int i)
{
    struct sccp_slot *s = &g->slot[i];
    if (!tmr_armed(&s->keepalive))
        tmr_arm(&s->keepalive, g->backup_every);
    if (is_higher(g, i) && !tmr_armed(&s->monitor))
        tmr_arm(&s->monitor, phone(g)->connection_monitor_duration);
}

static void open_around(struct sccp_group *g)
{
    for (int i = 0; i <= lowest(g); i++) {
        if (i == g->at)
            continue;
        if (!is_standby(g, i) && !is_higher(g, i))
            sccp_leg_abort(&g->leg[i]); /* the standby of a node that it has left */
        else if (g->leg[i].open)
            watch(g, i);
        else if (!tmr_armed(&g->slot[i].reconnect))
            sccp_leg_open(&g->leg[i]);
    }
}

static void on_monitor(void *owner)
{
    struct sccp_slot *s = owner;
    struct sccp_group *g = s->group;
    if (!is_higher(g, s->index) || g->fsm.state != REGISTERED)
        return;
    g->target = s->index;
    fsm_step(&g->fsm, E_MONITOR, NULL);
}

static void on_reconnect(void *owner)
{
    struct sccp_slot *s = owner;
    if (is_standby(s->group, s->index) || is_higher(s->group, s->index))
        sccp_leg_open(&s->group->leg[s->index]);
}

/* --- actions ------------------------------------------------------------------------------------------ */

static void aim(struct sccp_group *g, int target)
{
    g->target = target;
    if (g->leg[target].open)
        feed(g, E_OPEN);
    else
        sccp_leg_open(&g->leg[target]);
}

static void power_up(void *self, const void *msg)
{
    (void)msg;
    aim(self, 0);
}

static void begin_talk(void *self, const void *msg)
{
    struct sccp_group *g = self;
    (void)msg;
    sccp_talk_begin(&g->talk, &g->leg[g->target], g->last);
}

static void registered(void *self, const void *msg)
{
    struct sccp_group *g = self;
    (void)msg;
    g->at = g->target;
    g->failed = 0;
    g->last = OOS_NONE;
    for (int i = 0; i <= lowest(g); i++) {
        if (i != g->at)
            forget(&g->slot[i]);
    }
}

static void enter_registered(void *self)
{
    struct sccp_group *g = self;
    open_around(g);
    g->on_registered(g->arg);
}

/* What was said to the node of registration is void. */
static void leave(struct sccp_group *g)
{
    g->at = GROUP_NOWHERE;
    g->unanswered = false;
    tmr_disarm(&g->verdict);
    tmr_disarm(&g->token);
    sccp_talk_end(&g->talk);
    for (int i = 0; i <= lowest(g); i++)
        forget(&g->slot[i]);
}

static void go_elsewhere(void *self, const void *msg)
{
    struct sccp_group *g = self;
    int failed = g->at != GROUP_NOWHERE ? g->at : g->target;
    (void)msg;
    g->failed |= (uint8_t)(1u << failed);
    leave(g);
    aim(g, next_target(g));
}

/* It is left with its connection reset: whatever it says later would be for a phone that is elsewhere. */
static void abandon(void *self, const void *msg)
{
    struct sccp_group *g = self;
    sccp_leg_abort(&g->leg[g->at != GROUP_NOWHERE ? g->at : g->target]);
    go_elsewhere(self, msg);
}

static struct sim_dur reconnect_pause(struct sccp_group *g)
{
    const struct sccp_group_config *c = g->config;
    if (c->reconnect_jitter.kind == DIST_CONST)
        return dur_add(c->reconnect_interval, c->reconnect_jitter.v[0]);
    g->dice = g->dice ? g->dice : node_stream(g->node, "reconnect");
    return dur_add(c->reconnect_interval, dist_draw(&c->reconnect_jitter, g->dice));
}

static void wait_and_retry(void *self, const void *msg)
{
    struct sccp_group *g = self;
    (void)msg;
    g->failed = 0;
    leave(g);
    tmr_arm(&g->retry, reconnect_pause(g));
}

static void abandon_and_wait(void *self, const void *msg)
{
    struct sccp_group *g = self;
    sccp_leg_abort(&g->leg[g->target]);
    wait_and_retry(self, msg);
}

static void rejected_everywhere(void *self, const void *msg)
{
    struct sccp_group *g = self;
    abandon_and_wait(self, msg);
    g->on_rejected(g->arg);
}

static void try_first(void *self, const void *msg)
{
    struct sccp_group *g = self;
    (void)msg;
    aim(g, next_target(g));
}

static void ask_for_token(void *self, const void *msg)
{
    struct sccp_group *g = self;
    const struct sccp_talk_config *c = &g->config->talk;
    struct sccp_leg *l = &g->leg[g->target];
    uint64_t type = 0;
    bool ok = str_u64(str_of(c->model->kind.number), UINT32_MAX, &type);
    ASSERT(ok);
    (void)msg;
    struct skinny m = {.id = SKINNY_TOKEN_REQ,
                       .token = {.device = str_of(c->device), .instance = 1, .addr = tcp_local(l->conn),
                                 .device_type = (uint32_t)type}};
    tmr_arm(&g->token, c->answer_timeout);
    tmr_await(&g->token, sccp_leg_send(l, &m), 0);
}

/* It has a token of the higher node: it leaves the lower one. */
static void unregister(void *self, const void *msg)
{
    struct sccp_group *g = self;
    struct skinny m = {.id = SKINNY_UNREGISTER};
    (void)msg;
    tmr_arm(&g->token, g->config->talk.answer_timeout);
    tmr_await(&g->token, sccp_leg_send(&g->leg[g->at], &m), 0);
}

static void go_back(void *self, const void *msg)
{
    struct sccp_group *g = self;
    (void)msg;
    leave(g);
    g->last = OOS_FALLBACK;
    aim(g, g->target);
}

/* Its binding below still stands; the monitor begins anew, unless the node has said how long to wait. */
static void stay(void *self, const void *msg)
{
    struct sccp_group *g = self;
    (void)msg;
    tmr_disarm(&g->token);
    if (g->leg[g->target].open)
        watch(g, g->target);
    g->target = g->at;
}

static void power_down(void *self, const void *msg)
{
    struct sccp_group *g = self;
    (void)msg;
    leave(g);
    tmr_disarm(&g->retry);
    for (int i = 0; i < g->leg_count; i++) {
        tmr_disarm(&g->slot[i].reconnect);
        sccp_leg_forget(&g->leg[i]);
    }
    g->failed = 0;
}

/* clang-format off */
static const struct fsm_row rows[] = {
    /* state       event             guard         action               next */
    {OFF,         E_POWER_ON,       NULL,         power_up,            CONNECTING},
    {CONNECTING,  E_OPEN,           NULL,         begin_talk,          REGISTERING},
    {CONNECTING,  E_LOST,           nowhere_left, wait_and_retry,      WAITING},
    {CONNECTING,  E_LOST,           NULL,         go_elsewhere,        CONNECTING},
    {REGISTERING, E_OK_0,           NULL,         registered,          REGISTERED},
    {REGISTERING, E_OK_1,           NULL,         registered,          REGISTERED},
    {REGISTERING, E_OK_2,           NULL,         registered,          REGISTERED},
    {REGISTERING, E_OK_3,           NULL,         registered,          REGISTERED},
    {REGISTERING, E_LOST,           nowhere_left, wait_and_retry,      WAITING},
    {REGISTERING, E_LOST,           NULL,         go_elsewhere,        CONNECTING},
    {REGISTERING, E_REJECTED,       nowhere_left, rejected_everywhere, WAITING},
    {REGISTERING, E_REJECTED,       NULL,         abandon,             CONNECTING},
    {REGISTERING, E_NO_ANSWER,      nowhere_left, abandon_and_wait,    WAITING},
    {REGISTERING, E_NO_ANSWER,      NULL,         abandon,             CONNECTING},
    {REGISTERED,  E_LOST,           NULL,         go_elsewhere,        CONNECTING},
    {REGISTERED,  E_NO_ANSWER,      NULL,         abandon,             CONNECTING},
    {REGISTERED,  E_MONITOR,        NULL,         ask_for_token,       TOKEN},
    {TOKEN,       E_TOKEN,          NULL,         unregister,          LEAVING},
    {TOKEN,       E_TOKEN_REJECTED, NULL,         stay,                REGISTERED},
    {TOKEN,       E_TARGET_LOST,    NULL,         stay,                REGISTERED},
    {TOKEN,       E_LOST,           NULL,         go_elsewhere,        CONNECTING},
    {TOKEN,       E_NO_ANSWER,      NULL,         abandon,             CONNECTING},
    {LEAVING,     E_UNREGISTERED,   NULL,         go_back,             CONNECTING},
    {LEAVING,     E_LOST,           NULL,         go_back,             CONNECTING},
    {LEAVING,     E_NO_ANSWER,      NULL,         go_back,             CONNECTING},
    {LEAVING,     E_TARGET_LOST,    NULL,         go_back,             CONNECTING},
    {WAITING,     E_RETRY,          NULL,         try_first,           CONNECTING},
    {CONNECTING,  E_POWER_OFF,      NULL,         power_down,          OFF},
    {REGISTERING, E_POWER_OFF,      NULL,         power_down,          OFF},
    {REGISTERED,  E_POWER_OFF,      NULL,         power_down,          OFF},
    {TOKEN,       E_POWER_OFF,      NULL,         power_down,          OFF},
    {LEAVING,     E_POWER_OFF,      NULL,         power_down,          OFF},
    {WAITING,     E_POWER_OFF,      NULL,         power_down,          OFF},
};

static const struct fsm_state states[STATE_COUNT] = {
    [OFF]         = {"off",              NULL,             "forever"},
    [CONNECTING]  = {"connecting",       NULL,             "tcp"},
    [REGISTERING] = {"registering",      NULL,             "sccp.answer"},
    [REGISTERED]  = {"registered",       enter_registered, "sccp.verdict"},
    [TOKEN]       = {"requesting-token", NULL,             "sccp.token"},
    [LEAVING]     = {"unregistering",    NULL,             "sccp.token"},
    [WAITING]     = {"waiting",          NULL,             "sccp.retry"},
};
/* clang-format on */

static const struct fsm_row ignored[] = {{OFF, E_POWER_OFF, NULL, NULL, OFF}};

static const struct fsm_table table = {
    .machine = "registration",
    .states = states,
    .events = event_names,
    .rows = rows,
    .state_count = STATE_COUNT,
    .event_count = EVENT_COUNT,
    .row_count = sizeof rows / sizeof rows[0],
    .ignored = ignored,
    .ignored_count = sizeof ignored / sizeof ignored[0],
};

/* --- what connections report -------------------------------------------------------------------------- */

static void on_open(void *arg, struct sccp_leg *l)
{
    struct sccp_group *g = arg;
    tmr_disarm(&g->slot[l->index].reconnect);
    if (g->fsm.state == CONNECTING && l->index == g->target)
        feed(g, E_OPEN);
    else if (is_higher(g, l->index) || is_standby(g, l->index))
        watch(g, l->index);
}

/* It says how long to wait before it is asked again; 0: as long as the first time. */
static void on_token_rejected(struct sccp_group *g, uint32_t wait_s)
{
    if (wait_s)
        tmr_arm(&g->slot[g->target].monitor, dur_s(wait_s));
    feed(g, E_TOKEN_REJECTED);
}

static void on_message(void *arg, struct sccp_leg *l, const struct skinny *m)
{
    struct sccp_group *g = arg;
    int state = g->fsm.state;
    if (m->id == SKINNY_KEEPALIVE_ACK && l->index == g->at)
        on_answered(g);
    else if (m->id == SKINNY_TOKEN_ACK && l->index == g->target && state == TOKEN)
        feed(g, E_TOKEN);
    else if (m->id == SKINNY_TOKEN_REJECT && l->index == g->target && state == TOKEN)
        on_token_rejected(g, m->number);
    else if (m->id == SKINNY_UNREGISTER_ACK && l->index == g->at && state == LEAVING)
        feed(g, E_UNREGISTERED);
    else if (m->id == SKINNY_RESET && l->index == (g->at == GROUP_NOWHERE ? g->target : g->at))
        g->on_reset(g->arg, (enum skinny_reset)m->number);
    else
        sccp_talk_hear(&g->talk, l, m);
}

static void on_down(void *arg, struct sccp_leg *l, enum leg_down why)
{
    struct sccp_group *g = arg;
    struct sccp_slot *s = &g->slot[l->index];
    bool home = l->index == g->at;
    forget(s);
    if (home || (g->at == GROUP_NOWHERE && l->index == g->target && g->fsm.state != WAITING)) {
        if (home)
            g->last = oos_of_down(why);
        feed(g, E_LOST);
        return;
    }
    /* A standby or watched node: again at once when it had stood, else after the interval. */
    bool stood = why == LEG_DOWN_CLOSED || why == LEG_DOWN_RESET || why == LEG_DOWN_TIMEOUT;
    if (!tmr_armed(&s->reconnect))
        tmr_arm(&s->reconnect, stood && l->was_open ? DUR_ZERO : reconnect_pause(g));
    if (l->index == g->target && (g->fsm.state == TOKEN || g->fsm.state == LEAVING))
        feed(g, E_TARGET_LOST);
}

static const struct sccp_leg_user leg_user = {on_open, on_message, on_down};

/* --- what the conversation reports -------------------------------------------------------------------- */

/* The keepalives' clock begins with the acknowledgement that says how fast it goes. */
static void on_acknowledged(void *arg, const struct skinny_register_ack *a)
{
    struct sccp_group *g = arg;
    g->keepalive_every = dur_s(a->keepalive_s ? a->keepalive_s : 30);
    g->backup_every = dur_s(a->backup_keepalive_s ? a->backup_keepalive_s : 60);
    tmr_arm(&g->slot[g->target].keepalive, g->keepalive_every);
}

static void on_registered(void *arg)
{
    struct sccp_group *g = arg;
    feed(g, E_OK_0 + g->target);
}

static void on_failed(void *arg, bool rejected)
{
    struct sccp_group *g = arg;
    g->last = rejected ? OOS_REJECTED : OOS_REGISTER_TIMEOUT;
    feed(g, rejected ? E_REJECTED : E_NO_ANSWER);
}

static void on_line(void *arg, struct str number)
{
    struct sccp_group *g = arg;
    g->on_line(g->arg, number);
}

static const struct sccp_talk_user talk_user = {on_acknowledged, on_registered, on_failed, on_line};

/* --- life --------------------------------------------------------------------------------------------- */

/* The limit that decided: the mean's multiple, its floor, or the three intervals. */
static const char *limit_of(const struct sccp_group *g)
{
    if (phone(g)->failover_detection == DETECT_DELAYED)
        return "failover_detection";
    bool floor = patience(g).ns == g->config->wait_floor.ns;
    return floor ? "failover_wait_floor" : "failover_wait_factor";
}

static void on_verdict(void *owner)
{
    struct sccp_group *g = owner;
    struct sim *s = g->node->sim;
    bus_set_flow(s, 0);
    uint64_t note = BUS_NOTE(s, g->node->id, "sccp", "{} has not answered a keepalive for {}: it is given up",
                             V_IP4(phone(g)->group[g->at].addr.v), V_DUR(patience(g)));
    bus_because(s, note, node_limit(g->node, limit_of(g)), BECAUSE_LIMIT);
    g->last = OOS_KEEPALIVE;
    feed(g, E_NO_ANSWER);
}

/* Neither a token nor a refusal; or no UnregisterAck. */
static void on_token(void *owner)
{
    struct sccp_group *g = owner;
    feed(g, g->fsm.state == TOKEN ? E_TOKEN_REJECTED : E_NO_ANSWER);
}

/* Whoever was refused does not restart for it. */
static void on_retry(void *owner)
{
    struct sccp_group *g = owner;
    if (g->config->restart && g->last != OOS_REJECTED)
        g->on_lost(g->arg);
    else
        fsm_step(&g->fsm, E_RETRY, NULL);
}

static void prepare_leg(struct sccp_group *g, uint8_t i)
{
    struct sccp_slot *s = &g->slot[i];
    struct node *n = g->node;
    *s = (struct sccp_slot){.group = g, .index = i};
    g->leg[i] = (struct sccp_leg){.node = n, .tcp = g->tcp, .config = phone(g), .device = g->config->talk.device,
                                  .dscp = DSCP_CS3};
    sccp_leg_init(&g->leg[i], i, &leg_user, g);
    tmr_init(&s->keepalive, n->sim, n->id, "sccp.keepalive", s, on_keepalive);
    tmr_init(&s->monitor, n->sim, n->id, "sccp.monitor", s, on_monitor);
    tmr_init(&s->reconnect, n->sim, n->id, "sccp.reconnect", s, on_reconnect);
}

/* As many as the configuration names, which may be more than the last time. None of them is in use. */
static void prepare(struct sccp_group *g)
{
    uint8_t count = (uint8_t)phone(g)->member_count;
    if (count <= g->leg_count)
        return;
    g->leg = ARENA_ARRAY(sim_arena(g->node->sim), struct sccp_leg, count);
    g->slot = ARENA_ARRAY(sim_arena(g->node->sim), struct sccp_slot, count);
    g->leg_count = count;
    for (uint8_t i = 0; i < count; i++)
        prepare_leg(g, i);
}

void sccp_group_init(struct sccp_group *g, struct node *n, struct tcp *t, const struct sccp_group_config *c)
{
    g->node = n;
    g->tcp = t;
    g->config = c;
    g->at = GROUP_NOWHERE;
    fsm_init(&g->fsm, &table, n, c->talk.device, g, OFF);
    sccp_talk_init(&g->talk, n, &c->talk, &talk_user, g);
    tmr_init(&g->verdict, n->sim, n->id, "sccp.verdict", g, on_verdict);
    tmr_init(&g->token, n->sim, n->id, "sccp.token", g, on_token);
    tmr_init(&g->retry, n->sim, n->id, "sccp.retry", g, on_retry);
}

void sccp_group_start(struct sccp_group *g)
{
    prepare(g);
    fsm_step(&g->fsm, E_POWER_ON, NULL);
}

void sccp_group_stop(struct sccp_group *g, enum out_of_service why)
{
    bool was_off = g->fsm.state == OFF;
    feed(g, E_POWER_OFF);
    if (!was_off)
        g->last = why;
}

void sccp_group_quit(struct sccp_group *g, enum out_of_service why)
{
    for (int i = 0; i < g->leg_count; i++)
        sccp_leg_abort(&g->leg[i]);
    sccp_group_stop(g, why);
}

void sccp_group_leave(struct sccp_group *g)
{
    struct skinny m = {.id = SKINNY_UNREGISTER, .number = SKINNY_UNREGISTER_RESET};
    if (g->at != GROUP_NOWHERE && g->leg[g->at].open)
        sccp_leg_send(&g->leg[g->at], &m);
}

void sccp_group_babble(struct sccp_group *g)
{
    struct skinny m = {.id = SKINNY_KEEPALIVE};
    if (g->at != GROUP_NOWHERE && g->leg[g->at].open)
        sccp_leg_send(&g->leg[g->at], &m);
}
