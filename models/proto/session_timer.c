/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session_timer.c: see session_timer.h. The rules of the UAC, then those of the UAS, on one state; numbers beside the
 * code are sections of RFC 4028. Reading the headers: session_read.c. */
#include "models/proto/session_timer.h"

enum { OFF, REFRESHER, WATCHING, STATE_COUNT };
enum { E_AGREED, E_REFRESHED, E_EXPIRED, E_REFRESH_FAILED, E_STOPPED, EVENT_COUNT };

static const char *const event_names[EVENT_COUNT] = {"agreed", "refreshed", "expired", "refresh-failed", "stopped"};

static bool ours(const void *self, const void *msg)
{
    const struct session_timer *t = self;
    (void)msg;
    return t->we_refresh;
}

static void disarm(void *self)
{
    struct session_timer *t = self;
    tmr_disarm(&t->refresh);
    tmr_disarm(&t->expiry);
    t->interval_s = 0;
    t->we_refresh = false;
}

/* clang-format off */
static const struct fsm_row rows[] = {
    {OFF,       E_AGREED,         ours, NULL, REFRESHER},
    {OFF,       E_AGREED,         NULL, NULL, WATCHING},
    {OFF,       E_STOPPED,        NULL, NULL, OFF},
    {OFF,       E_REFRESH_FAILED, NULL, NULL, OFF},
    {REFRESHER, E_REFRESHED,      ours, NULL, REFRESHER},
    {REFRESHER, E_REFRESHED,      NULL, NULL, WATCHING},
    {REFRESHER, E_EXPIRED,        NULL, NULL, OFF},
    {REFRESHER, E_REFRESH_FAILED, NULL, NULL, OFF},
    {REFRESHER, E_STOPPED,        NULL, NULL, OFF},
    {WATCHING,  E_REFRESHED,      ours, NULL, REFRESHER},
    {WATCHING,  E_REFRESHED,      NULL, NULL, WATCHING},
    {WATCHING,  E_EXPIRED,        NULL, NULL, OFF},
    {WATCHING,  E_REFRESH_FAILED, NULL, NULL, OFF}, /* any request in the dialog may find its peer gone */
    {WATCHING,  E_STOPPED,        NULL, NULL, OFF},
};

static const struct fsm_state states[STATE_COUNT] = {
    [OFF]       = {"off",       disarm, "forever"},
    [REFRESHER] = {"refresher", NULL,   "session.refresh"},
    [WATCHING]  = {"watching",  NULL,   "session.expiry"},
};

static const struct fsm_table table = {
    .machine = "session", .states = states, .events = event_names, .rows = rows,
    .state_count = STATE_COUNT, .event_count = EVENT_COUNT, .row_count = sizeof rows / sizeof rows[0],
};
/* clang-format on */

static uint32_t max_u32(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static void on_refresh(void *owner)
{
    struct session_timer *t = owner;
    t->user->on_refresh(t->arg);
}

static void on_expiry(void *owner)
{
    struct session_timer *t = owner;
    fsm_step(&t->fsm, E_EXPIRED, NULL);
    bus_because(t->node->sim, t->fsm.record, node_limit(t->node, "session_expires"), BECAUSE_LIMIT);
    t->user->on_expire(t->arg);
}

static bool is_whole(const char *name, struct sim_dur d, struct err *e)
{
    return d.ns % dur_s(1).ns == 0 || err_set(e, "parameter '%s': must be whole seconds", name);
}

bool session_interval_check(struct sim_dur expires, struct sim_dur min_se, struct err *e)
{
    return is_whole("session_expires", expires, e) && is_whole("min_se", min_se, e);
}

void session_init(struct session_timer *t, struct node *n, const char *call_id, const struct session_config *c,
                  const struct session_user *u, void *arg)
{
    *t = (struct session_timer){.node = n, .config = c, .user = u, .arg = arg};
    fsm_init(&t->fsm, &table, n, call_id, t, OFF);
    tmr_init(&t->refresh, n->sim, n->id, "session.refresh", t, on_refresh);
    tmr_init(&t->expiry, n->sim, n->id, "session.expiry", t, on_expiry);
}

void session_stop(struct session_timer *t)
{
    fsm_step(&t->fsm, E_STOPPED, NULL);
}

/* --- the interval begins ----------------------------------------------------------------------- */

/* 10: who waits for a refresh ends the call somewhat early, since firewalls may close at the expiration. Who refreshes
 * has its own time to try until then; one that begins only at the end is given the length of a transaction. */
static struct sim_dur time_to_expiry(const struct session_timer *t)
{
    struct sim_dur whole = dur_s(t->interval_s), margin = dur_s(SESSION_MARGIN_S);
    if (t->we_refresh)
        return t->config->full_interval ? dur_add(whole, margin) : whole;
    return dur_sub(whole, dur_min(margin, dur_ratio(whole, 1, 3)));
}

/* The same side as before goes on refreshing: no move of the machine, and yet a fact. */
static void say_refreshed(struct session_timer *t)
{
    const char *state = fsm_state_name(&t->fsm);
    struct rec r = {.kind = REC_STATE, .node = t->node->id};
    r.state = (struct rec_state){table.machine, t->fsm.key, state, event_names[E_REFRESHED], state};
    t->fsm.record = bus_publish(t->node->sim, &r);
}

/* 7.2, 9: from the 2xx on, received or sent. interval_s 0: the session does not expire, which also turns off a timer
 * that was running. */
static void begin(struct session_timer *t, uint32_t interval_s, bool we_refresh)
{
    t->agreed = true;
    if (interval_s == 0) {
        session_stop(t);
        return;
    }
    bool running = t->interval_s > 0;
    t->interval_s = interval_s;
    t->we_refresh = we_refresh;
    t->expires_at = time_add(sim_now(t->node->sim), dur_s(interval_s));
    tmr_disarm(&t->refresh);
    tmr_disarm(&t->expiry);
    int was = t->fsm.state;
    fsm_step(&t->fsm, running ? E_REFRESHED : E_AGREED, NULL);
    if (running && t->fsm.state == was)
        say_refreshed(t);
    if (we_refresh && t->config->refreshes) /* half of it is RECOMMENDED */
        tmr_arm(&t->refresh, dur_ratio(dur_s(interval_s), 1, t->config->full_interval ? 1 : 2));
    if (t->config->expires_calls)
        tmr_arm(&t->expiry, time_to_expiry(t));
}

/* --- UAC --------------------------------------------------------------------------------------- */

static struct session_headers first_request(const struct session_timer *t)
{
    const struct session_config *c = t->config;
    struct session_headers h = {.supported = true}; /* 7.1: wanted or not */
    uint32_t own = c->states_min_se ? dur_whole_s(c->min_se) : 0;
    h.min_se_s = max_u32(t->min_se_s, own); /* 7.4: MUST hold the greatest of all 422s, MAY be increased */
    h.has_min_se = h.min_se_s > 0;
    h.has_expires = c->asks;
    if (!c->asks)
        return h;
    h.expires_s = max_u32(max_u32(dur_whole_s(c->expires), h.min_se_s), SESSION_MIN_SE_S); /* 7.1 */
    if (c->names_refresher)
        h.refresher = c->refresher;
    return h;
}

struct session_headers session_request(const struct session_timer *t)
{
    if (!t->config->supported)
        return (struct session_headers){0};
    if (!t->agreed)
        return first_request(t);
    struct session_headers h = {.supported = true, .min_se_s = t->min_se_s, .has_min_se = t->min_se_s > 0};
    if (t->interval_s == 0)
        return h;
    h.has_expires = true; /* 7.4: SHOULD be the greater of the two, against hostile short ones (11.1) */
    h.expires_s = max_u32(t->interval_s, max_u32(t->min_se_s, SESSION_MIN_SE_S));
    h.refresher = t->we_refresh ? REFRESHER_UAC : REFRESHER_UAS; /* 7.4: roles stay where they are */
    return h;
}

/* 7.2: nobody on the way knows of session timers; who still wants one has it alone. A peer that does know and leaves
 * the header out has turned it off. */
static bool goes_on_alone(const struct session_timer *t, const struct session_headers *sent,
                          const struct session_headers *answer)
{
    return t->config->asks && sent->has_expires && !answer->required && !answer->supported && !t->peer_supports;
}

/* What a 2xx does wrong; NULL: nothing. */
static const char *fault_of(const struct session_headers *sent, const struct session_headers *answer)
{
    if (!answer->has_expires)
        return answer->required ? "requires timer without Session-Expires" : NULL; /* 7.2 */
    if (answer->refresher == REFRESHER_NONE)
        return "names no refresher"; /* 9 */
    if (sent->refresher != REFRESHER_NONE && answer->refresher != sent->refresher)
        return "names another refresher than was asked for"; /* table 2 */
    if (sent->has_expires && answer->expires_s > sent->expires_s)
        return "raises Session-Expires"; /* 9 */
    uint32_t least = sent->has_min_se ? sent->min_se_s : SESSION_MIN_SE_S;
    return answer->expires_s < least ? "has a Session-Expires below Min-SE" : NULL; /* 9 */
}

bool session_answered(struct session_timer *t, const struct session_headers *sent,
                      const struct session_headers *answer)
{
    if (!t->agreed)
        t->min_se_s = 0; /* 7.4: what was told before there was a dialog is forgotten with it */
    t->agreed = true;
    if (!t->config->supported)
        return true;
    t->peer_supports |= answer->supported;
    const char *fault = fault_of(sent, answer);
    if (fault)
        BUS_NOTE(t->node->sim, t->node->id, "sip", "the 2xx of session {} {}", V_TEXT(t->fsm.key), V_TEXT(fault));
    if (answer->has_expires) /* 7.2: its refresher holds, whatever was asked for; no one named, then we are safe */
        begin(t, max_u32(answer->expires_s, SESSION_MIN_SE_S), answer->refresher != REFRESHER_UAS);
    else if (goes_on_alone(t, sent, answer))
        begin(t, sent->expires_s, true);
    else
        begin(t, 0, false);
    return fault == NULL;
}

bool session_too_small(struct session_timer *t, const struct session_headers *sent,
                       const struct session_headers *answer)
{
    if (!t->config->supported || !answer->has_min_se)
        return false; /* 6: MUST be there */
    t->min_se_s = max_u32(t->min_se_s, answer->min_se_s); /* 7.4 */
    return answer->min_se_s > max_u32(sent->min_se_s, sent->expires_s);
}

/* --- UAS --------------------------------------------------------------------------------------- */

/* Table 2. A UAC without the extension cannot refresh, whatever it says. */
static enum session_refresher choose_refresher(const struct session_timer *t, const struct session_headers *request)
{
    if (!request->supported)
        return REFRESHER_UAS;
    if (request->refresher != REFRESHER_NONE)
        return request->refresher;
    return t->config->refresher == REFRESHER_NONE ? REFRESHER_UAC : t->config->refresher;
}

/* The interval of the 2xx; 0: none. */
static uint32_t choose_interval(const struct session_timer *t, const struct session_headers *request)
{
    const struct session_config *c = t->config;
    uint32_t least = max_u32(request->has_min_se ? request->min_se_s : SESSION_MIN_SE_S, dur_whole_s(c->min_se));
    uint32_t wish = max_u32(dur_whole_s(c->expires), least);
    if (request->has_expires) /* 9: MAY be reduced, MUST NOT be increased; one below 90 s can be neither used nor raised */
        return request->expires_s < SESSION_MIN_SE_S ? 0 : min_u32(request->expires_s, wish);
    if (c->adds)
        return wish;
    /* A timer that we keep up for ourselves goes on through what a peer without the extension asks. */
    return t->we_refresh && !request->supported ? max_u32(t->interval_s, least) : 0;
}

struct session_headers session_requested(struct session_timer *t, const struct session_headers *request,
                                         bool *too_small)
{
    const struct session_config *c = t->config;
    *too_small = false;
    if (!c->supported)
        return (struct session_headers){0};
    t->peer_supports |= request->supported;
    if (request->has_min_se)
        t->min_se_s = max_u32(t->min_se_s, request->min_se_s); /* 7.4 */
    uint32_t own = max_u32(dur_whole_s(c->min_se), SESSION_MIN_SE_S);
    if (request->supported && request->has_expires && request->expires_s < own) { /* 9: only who can try again */
        *too_small = true;
        return (struct session_headers){.supported = true, .has_min_se = true, .min_se_s = own}; /* 6 */
    }
    struct session_headers h = {.supported = true, .expires_s = choose_interval(t, request)};
    h.has_expires = h.expires_s > 0;
    if (!h.has_expires)
        return h;
    h.refresher = choose_refresher(t, request);
    h.required = request->supported; /* 9: MUST with uac, SHOULD with uas; none for a UAC without the extension */
    return h;
}

void session_accepted(struct session_timer *t, const struct session_headers *answer)
{
    t->agreed = true;
    if (t->config->supported)
        begin(t, answer->has_expires ? answer->expires_s : 0, answer->refresher == REFRESHER_UAS);
}

/* --- refreshes --------------------------------------------------------------------------------- */

void session_refresh_failed(struct session_timer *t)
{
    fsm_step(&t->fsm, E_REFRESH_FAILED, NULL);
}

void session_refresh_refused(struct session_timer *t)
{
    if (t->fsm.state != REFRESHER || !t->config->refreshes)
        return;
    struct sim_time now = sim_now(t->node->sim);
    if (!time_before(now, t->expires_at))
        return;
    struct sim_dur half = dur_ratio(time_sub(t->expires_at, now), 1, 2);
    if (dur_cmp(half, dur_s(SESSION_MARGIN_S)) >= 0) /* 10: retry if possible, but not continuously */
        tmr_arm(&t->refresh, half);
}

bool session_by_update(const struct session_timer *t, bool peer_allows)
{
    return t->config->method == SESSION_BY_UPDATE && peer_allows;
}

void session_await(struct session_timer *t, uint64_t flow, uint16_t node)
{
    if (t->fsm.state == WATCHING && tmr_armed(&t->expiry))
        tmr_await(&t->expiry, flow, node);
}
