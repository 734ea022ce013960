/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sip_group.c: see sip_group.h. Top to bottom: states and events, questions, the connections around
 * the node of registration, actions, the table, and what legs and timers report. */
#include "models/proto/sip_group.h"

enum { OFF, CONNECTING, REGISTERING, REGISTERED, WAITING, STATE_COUNT };

enum {
    E_POWER_ON,
    E_OPEN,
    E_OK_0, /* by node, so that the record of the move says where */
    E_OK_1,
    E_OK_2,
    E_OK_3,
    E_LOST,
    E_REJECTED,
    E_NO_ANSWER,
    E_MONITOR,
    E_RETRY,
    E_POWER_OFF,
    EVENT_COUNT
};

static const char *const event_names[EVENT_COUNT] = {
    "power-on",        "connected", "registered-at-0", "registered-at-1", "registered-at-2", "registered-at-3",
    "connection-lost", "rejected",  "no-answer",       "monitor-done",    "retry",
    "power-off",
};

/* A leg may report from inside a step (no route: at once); then the event waits its turn. */
static void feed(struct sip_group *g, int event)
{
    if (g->fsm.stepping)
        fsm_raise(&g->fsm, event);
    else
        fsm_step(&g->fsm, event, NULL);
}

/* --- questions ------------------------------------------------------------------------------------ */

static int lowest(const struct sip_group *g)
{
    return (int)g->config->member_count - 1;
}

static bool is_standby(const struct sip_group *g, int i)
{
    return g->at != GROUP_NOWHERE && i == g->at + 1 && i <= lowest(g);
}

static bool is_higher(const struct sip_group *g, int i)
{
    return g->at != GROUP_NOWHERE && i < g->at;
}

/* It failed since the last pause, or has asked to be left alone (RFC 3261 20.33). */
static bool has_failed(const struct sip_group *g, int i)
{
    return g->failed & 1u << i || time_before(sim_now(g->node->sim), g->slot[i].not_before);
}

/* Of the nodes that have not failed: the first open one in the group's order, else the first. When all have, the
 * first of the group. */
static int next_target(const struct sip_group *g)
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
    const struct sip_group *g = self;
    (void)msg;
    for (int i = 0; i <= lowest(g); i++) {
        if (i != g->target && !has_failed(g, i))
            return false;
    }
    return true;
}

static bool still_bound(const void *self, const void *msg)
{
    const struct sip_group *g = self;
    (void)msg;
    return g->at != GROUP_NOWHERE && g->at != g->target;
}

/* --- connections around the node of registration ---------------------------------------------------- */

static void forget(struct group_slot *s)
{
    tmr_disarm(&s->probe);
    tmr_disarm(&s->monitor);
    s->proven = false;
}

static void forget_all(struct sip_group *g)
{
    for (int i = 0; i <= lowest(g); i++)
        forget(&g->slot[i]);
}

static void on_standby(void *owner)
{
    struct sip_group *g = owner;
    int i = g->at + 1;
    tmr_arm(&g->standby, g->config->timer_keepalive_expires);
    if (!is_standby(g, i))
        return;
    g->standby_missed = !g->leg[i].open;
    if (g->leg[i].open)
        leg_request(&g->leg[i], LEG_STANDBY, NULL);
}

static void on_probe(void *owner)
{
    struct group_slot *s = owner;
    tmr_arm(&s->probe, s->group->config->timer_keepalive_expires);
    leg_request(&s->group->leg[s->index], LEG_PROBE, NULL);
}

static void on_monitor(void *owner)
{
    struct group_slot *s = owner;
    struct sip_group *g = s->group;
    if (!is_higher(g, s->index) || g->target != g->at)
        return; /* another fallback is under way */
    g->target = s->index;
    fsm_step(&g->fsm, E_MONITOR, NULL);
}

static void on_reconnect(void *owner)
{
    struct group_slot *s = owner;
    if (is_standby(s->group, s->index) || is_higher(s->group, s->index))
        leg_open(&s->group->leg[s->index]);
}

static void open_around(struct sip_group *g)
{
    for (int i = 0; i <= lowest(g); i++) {
        if (is_higher(g, i) && g->leg[i].open)
            on_probe(&g->slot[i]);
        else if ((is_standby(g, i) || is_higher(g, i)) && !tmr_armed(&g->slot[i].reconnect))
            leg_open(&g->leg[i]);
    }
}

/* --- actions -------------------------------------------------------------------------------------- */

static void aim(struct sip_group *g, int target)
{
    g->target = target;
    if (g->leg[target].open)
        feed(g, E_OPEN);
    else
        leg_open(&g->leg[target]);
}

/* Both connections are opened at power-on, so that the standby stream can begin with the first 200. */
static void power_up(void *self, const void *msg)
{
    struct sip_group *g = self;
    (void)msg;
    aim(g, 0);
    if (lowest(g) > 0)
        leg_open(&g->leg[1]);
}

/* Registered before the run began: the refresh is armed by whoever knows when it is due. */
static void resumed(void *self, const void *msg)
{
    struct sip_group *g = self;
    (void)msg;
    g->at = g->target = 0;
    if (lowest(g) > 0)
        tmr_arm(&g->standby, g->standby_offset);
}

static void register_now(void *self, const void *msg)
{
    struct sip_group *g = self;
    (void)msg;
    leg_request(&g->leg[g->target], LEG_REGISTER, g->reason[0] ? g->reason : NULL);
}

static void arm_refresh(struct sip_group *g)
{
    struct sim_dur in = dur_sub(g->granted, g->config->timer_register_delta);
    tmr_arm(&g->refresh, dur_max(in, DUR_ZERO));
}

static void refreshed(void *self, const void *msg)
{
    (void)msg;
    arm_refresh(self);
}

static void registered(void *self, const void *msg)
{
    struct sip_group *g = self;
    (void)msg;
    g->left = g->at != g->target ? g->at : GROUP_NOWHERE;
    g->at = g->target;
    g->fresh = true;
    g->failed = 0;
    g->reason[0] = 0;
    g->standby_missed = false;
    forget_all(g);
    arm_refresh(g);
    tmr_disarm(&g->standby);
    if (g->at < lowest(g))
        tmr_arm(&g->standby, g->standby_offset);
}

/* The Expires-0 REGISTER that ends the old binding counts as the standby keepalive at offset 0. */
static void enter_registered(void *self)
{
    struct sip_group *g = self;
    if (g->left != GROUP_NOWHERE && is_standby(g, g->left) && g->leg[g->left].open) {
        leg_request(&g->leg[g->left], LEG_STANDBY, NULL);
        if (g->standby_offset.ns == 0)
            tmr_arm(&g->standby, g->config->timer_keepalive_expires);
    }
    g->left = GROUP_NOWHERE;
    if (g->fresh)
        leg_register_lines(&g->leg[g->at]);
    g->fresh = false;
    open_around(g);
    if (g->on_registered)
        g->on_registered(g->arg);
}

static void leave(struct sip_group *g)
{
    g->at = GROUP_NOWHERE;
    tmr_disarm(&g->refresh);
    tmr_disarm(&g->standby);
    forget_all(g);
}

static void go_elsewhere(void *self, const void *msg)
{
    struct sip_group *g = self;
    (void)msg;
    g->failed |= (uint8_t)(1u << g->target);
    leave(g);
    aim(g, next_target(g));
}

static struct sim_dur reconnect_pause(struct sip_group *g)
{
    if (g->reconnect_jitter->kind == DIST_CONST)
        return dur_add(g->reconnect_interval, g->reconnect_jitter->v[0]);
    g->dice = g->dice ? g->dice : node_stream(g->node, "reconnect");
    return dur_add(g->reconnect_interval, dist_draw(g->reconnect_jitter, g->dice));
}

/* Until the first node may be asked again. */
static struct sim_dur pause(struct sip_group *g)
{
    struct sim_time now = sim_now(g->node->sim), first = time_add(now, reconnect_pause(g));
    bool any = false;
    for (int i = 0; i <= lowest(g); i++)
        any = any || !time_before(first, g->slot[i].not_before);
    for (int i = 0; !any && i <= lowest(g); i++) {
        if (i == 0 || time_before(g->slot[i].not_before, first))
            first = g->slot[i].not_before;
    }
    return time_sub(first, now);
}

static void wait_and_retry(void *self, const void *msg)
{
    struct sip_group *g = self;
    (void)msg;
    g->failed = 0;
    leave(g);
    tmr_arm(&g->retry, pause(g));
}

static void rejected_everywhere(void *self, const void *msg)
{
    struct sip_group *g = self;
    wait_and_retry(self, msg);
    if (g->on_rejected)
        g->on_rejected(g->arg);
}

static void try_first(void *self, const void *msg)
{
    struct sip_group *g = self;
    (void)msg;
    aim(g, next_target(g));
}

static void power_down(void *self, const void *msg)
{
    struct sip_group *g = self;
    (void)msg;
    leave(g);
    tmr_disarm(&g->retry);
    for (int i = 0; i <= lowest(g); i++) {
        tmr_disarm(&g->slot[i].reconnect);
        leg_forget(&g->leg[i]);
    }
    g->failed = 0;
    g->reason[0] = 0;
}

/* A fallback failed: the binding below still stands. */
static void stay(void *self, const void *msg)
{
    struct sip_group *g = self;
    (void)msg;
    forget(&g->slot[g->target]);
    g->target = g->at;
}

/* clang-format off */
static const struct fsm_row rows[] = {
    /* state       event        guard         action          next */
    {OFF,         E_POWER_ON,  NULL,         power_up,       CONNECTING},
    {OFF,         E_OK_0,      NULL,         resumed,        REGISTERED},
    {CONNECTING,  E_OPEN,      NULL,         register_now,   REGISTERING},
    {CONNECTING,  E_LOST,      nowhere_left, wait_and_retry, WAITING},
    {CONNECTING,  E_LOST,      NULL,         go_elsewhere,   CONNECTING},
    {REGISTERING, E_OK_0,      NULL,         registered,     REGISTERED},
    {REGISTERING, E_OK_1,      NULL,         registered,     REGISTERED},
    {REGISTERING, E_OK_2,      NULL,         registered,     REGISTERED},
    {REGISTERING, E_OK_3,      NULL,         registered,     REGISTERED},
    {REGISTERING, E_LOST,      still_bound,  stay,           REGISTERED},
    {REGISTERING, E_LOST,      nowhere_left, wait_and_retry, WAITING},
    {REGISTERING, E_LOST,      NULL,         go_elsewhere,   CONNECTING},
    {REGISTERING, E_REJECTED,  still_bound,  stay,           REGISTERED},
    {REGISTERING, E_REJECTED,  nowhere_left, rejected_everywhere, WAITING},
    {REGISTERING, E_REJECTED,  NULL,         go_elsewhere,   CONNECTING},
    {REGISTERING, E_NO_ANSWER, still_bound,  stay,           REGISTERED},
    {REGISTERING, E_NO_ANSWER, nowhere_left, wait_and_retry, WAITING},
    {REGISTERING, E_NO_ANSWER, NULL,         go_elsewhere,   CONNECTING},
    {REGISTERED,  E_OK_0,      NULL,         refreshed,      REGISTERED},
    {REGISTERED,  E_OK_1,      NULL,         refreshed,      REGISTERED},
    {REGISTERED,  E_OK_2,      NULL,         refreshed,      REGISTERED},
    {REGISTERED,  E_OK_3,      NULL,         refreshed,      REGISTERED},
    {REGISTERED,  E_LOST,      nowhere_left, wait_and_retry, WAITING},
    {REGISTERED,  E_LOST,      NULL,         go_elsewhere,   CONNECTING},
    {REGISTERED,  E_REJECTED,  nowhere_left, wait_and_retry, WAITING},
    {REGISTERED,  E_REJECTED,  NULL,         go_elsewhere,   CONNECTING},
    {REGISTERED,  E_NO_ANSWER, nowhere_left, wait_and_retry, WAITING},
    {REGISTERED,  E_NO_ANSWER, NULL,         go_elsewhere,   CONNECTING},
    {REGISTERED,  E_MONITOR,   NULL,         register_now,   REGISTERING},
    {WAITING,     E_RETRY,     NULL,         try_first,      CONNECTING},
    {CONNECTING,  E_POWER_OFF, NULL,         power_down,     OFF},
    {REGISTERING, E_POWER_OFF, NULL,         power_down,     OFF},
    {REGISTERED,  E_POWER_OFF, NULL,         power_down,     OFF},
    {WAITING,     E_POWER_OFF, NULL,         power_down,     OFF},
};

static const struct fsm_state states[STATE_COUNT] = {
    [OFF]         = {"off",         NULL,             "forever"},
    [CONNECTING]  = {"connecting",  NULL,             "tcp"},
    [REGISTERING] = {"registering", NULL,             "sip.timer_f"},
    [REGISTERED]  = {"registered",  enter_registered, "sip.refresh"},
    [WAITING]     = {"waiting",     NULL,             "sip.retry"},
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

/* --- what legs report ------------------------------------------------------------------------------- */

static void on_open(void *arg, struct sip_leg *l)
{
    struct sip_group *g = arg;
    tmr_disarm(&g->slot[l->index].reconnect);
    if (g->fsm.state == CONNECTING && l->index == g->target)
        feed(g, E_OPEN);
    else if (is_higher(g, l->index))
        on_probe(&g->slot[l->index]);
    else if (is_standby(g, l->index) && g->standby_missed) {
        g->standby_missed = false;
        leg_request(l, LEG_STANDBY, NULL);
    }
}

static void on_probe_answer(struct sip_group *g, struct group_slot *s, uint32_t status)
{
    if (status != 200) {
        tmr_disarm(&s->monitor);
        s->proven = false;
    } else if (is_higher(g, s->index) && !s->proven) {
        s->proven = true;
        tmr_arm(&s->monitor, g->config->connection_monitor_duration);
    }
}

static void on_binding_answer(struct sip_group *g, struct sip_leg *l, uint32_t status,
                              struct sim_dur granted)
{
    bool ok = status == 200 && granted.ns > 0;
    if (ok)
        g->granted = granted;
    if (ok && l->index != g->target) {
        arm_refresh(g); /* a refresh answered while a fallback is under way */
        return;
    }
    if (l->index != g->target)
        return;
    if (status == 503)
        g->slot[l->index].not_before = time_add(sim_now(g->node->sim), l->retry_after);
    if (status == 0)
        leg_abort(l); /* whoever is silent for the length of timer F gets a new connection */
    feed(g, ok ? E_OK_0 + l->index : status == 0 ? E_NO_ANSWER : E_REJECTED);
}

static void on_answer(void *arg, struct sip_leg *l, enum leg_request kind, uint32_t status,
                      struct sim_dur granted)
{
    struct sip_group *g = arg;
    if (kind == LEG_PROBE)
        on_probe_answer(g, &g->slot[l->index], status);
    else if (kind == LEG_REGISTER || kind == LEG_REFRESH)
        on_binding_answer(g, l, status, granted);
}

/* For the REGISTER after an outage (seed 004). */
static void write_reason(struct sip_group *g, enum out_of_service o)
{
    struct txtbuf t = txtbuf_of(g->reason, sizeof g->reason);
    txtbuf_add(&t, "cisco-alarm:%u Name=%s Load=%s Last=%s", oos_code(o), g->id->device, g->config->load, oos_name(o));
}

static void on_down(void *arg, struct sip_leg *l, enum leg_down why)
{
    struct sip_group *g = arg;
    struct group_slot *s = &g->slot[l->index];
    forget(s);
    if (l->index == g->at)
        write_reason(g, oos_of_down(why));
    if (l->index == g->target && g->fsm.state != WAITING) {
        feed(g, E_LOST);
        return;
    }
    if (l->index == g->at) { /* bound there while falling back: nothing to return to */
        g->at = GROUP_NOWHERE;
        return;
    }
    /* A standby or probed node: again at once when it had stood, else after the interval. */
    bool stood = why == LEG_DOWN_CLOSED || why == LEG_DOWN_RESET || why == LEG_DOWN_TIMEOUT;
    if (!tmr_armed(&s->reconnect))
        tmr_arm(&s->reconnect, stood && l->was_open ? DUR_ZERO : reconnect_pause(g));
}

static const struct leg_user user = {.on_open = on_open, .on_answer = on_answer, .on_down = on_down};

/* --- life ------------------------------------------------------------------------------------------- */

static void on_refresh(void *owner)
{
    struct sip_group *g = owner;
    if (g->at != GROUP_NOWHERE && g->leg[g->at].open)
        leg_request(&g->leg[g->at], LEG_REFRESH, NULL);
}

static void on_retry(void *owner)
{
    struct sip_group *g = owner;
    fsm_step(&g->fsm, E_RETRY, NULL);
}

/* As many as the configuration names, which may be more than the last time. None of them is in use. */
void group_prepare(struct sip_group *g)
{
    struct node *n = g->node;
    uint8_t count = (uint8_t)g->config->member_count;
    if (count <= g->leg_count)
        return;
    g->leg = ARENA_ARRAY(sim_arena(n->sim), struct sip_leg, count);
    g->slot = ARENA_ARRAY(sim_arena(n->sim), struct group_slot, count);
    g->leg_count = count;
    for (uint8_t i = 0; i < count; i++) {
        struct group_slot *s = &g->slot[i];
        s->group = g;
        s->index = i;
        leg_init(&g->leg[i], n, g->tcp, g->id, i, &user, g);
        tmr_init(&s->probe, n->sim, n->id, "sip.probe", s, on_probe);
        tmr_init(&s->monitor, n->sim, n->id, "sip.monitor", s, on_monitor);
        tmr_init(&s->reconnect, n->sim, n->id, "sip.reconnect", s, on_reconnect);
    }
}

void group_init(struct sip_group *g, struct node *n, struct tcp *t, const struct leg_identity *id)
{
    g->node = n;
    g->tcp = t;
    g->id = id;
    g->config = id->config;
    g->at = g->left = GROUP_NOWHERE;
    fsm_init(&g->fsm, &table, n, id->device, g, OFF);
    tmr_init(&g->refresh, n->sim, n->id, "sip.refresh", g, on_refresh);
    tmr_init(&g->standby, n->sim, n->id, "sip.standby", g, on_standby);
    tmr_init(&g->retry, n->sim, n->id, "sip.retry", g, on_retry);
    group_prepare(g);
}

void group_start(struct sip_group *g)
{
    group_prepare(g);
    if (g->last != OOS_NONE)
        write_reason(g, g->last);
    g->last = OOS_NONE;
    fsm_step(&g->fsm, E_POWER_ON, NULL);
}

void group_stop(struct sip_group *g)
{
    feed(g, E_POWER_OFF);
}

void group_quit(struct sip_group *g)
{
    for (int i = 0; i < g->leg_count; i++)
        leg_abort(&g->leg[i]);
    group_stop(g);
}

void group_leave(struct sip_group *g)
{
    if (g->at != GROUP_NOWHERE && g->leg[g->at].open && !g->leg[g->at].pending)
        leg_request(&g->leg[g->at], LEG_STANDBY, NULL);
}

void group_resume(struct sip_group *g, const struct standing *s)
{
    leg_resume(&g->leg[0], s);
    fsm_step(&g->fsm, E_OK_0, NULL);
    tmr_arm(&g->refresh, s->refresh_in);
}
