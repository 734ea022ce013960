/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proxy_calls.c: see proxy_calls.h. A call that has ended is given back after its machine has said so. */
#include "models/proto/proxy_calls.h"

#include "sim/base/hash.h"

#define CALLS_MAX 1000000

enum { IDLE, PROCEEDING, CONFIRMED, ENDED, STATE_COUNT };
enum { E_INVITE, E_ANSWERED, E_REFUSED, E_BYE_ANSWERED, E_EXPIRED, EVENT_COUNT };

static const char *const event_names[EVENT_COUNT] = {"invite", "answered", "refused", "bye-answered", "expired"};

struct proxy_call {
    struct proxy_calls *calls;
    struct fsm fsm;
    struct sim_time since;
    uint64_t key;
    struct tmr expiry;
    char call_id[PROXY_CALL_ID_MAX + 1];
};

/* clang-format off */
static const struct fsm_row rows[] = {
    {IDLE,       E_INVITE,       NULL, NULL, PROCEEDING},
    {PROCEEDING, E_INVITE,       NULL, NULL, PROCEEDING},
    {PROCEEDING, E_ANSWERED,     NULL, NULL, CONFIRMED},
    {PROCEEDING, E_REFUSED,      NULL, NULL, ENDED},
    {PROCEEDING, E_BYE_ANSWERED, NULL, NULL, ENDED}, /* a caller may end an early dialog (RFC 3261 15) */
    {CONFIRMED,  E_INVITE,       NULL, NULL, CONFIRMED},
    {CONFIRMED,  E_ANSWERED,     NULL, NULL, CONFIRMED}, /* refreshed */
    {CONFIRMED,  E_REFUSED,      NULL, NULL, CONFIRMED}, /* RFC 3261 14.1: the session stays as it was */
    {CONFIRMED,  E_BYE_ANSWERED, NULL, NULL, ENDED},
    {CONFIRMED,  E_EXPIRED,      NULL, NULL, ENDED}, /* RFC 4028 8.3 */
};

static const struct fsm_state states[STATE_COUNT] = {
    [IDLE]       = {"idle",       NULL, "forever"},
    [PROCEEDING] = {"proceeding", NULL, "proxy.timer_c"},
    [CONFIRMED]  = {"confirmed",  NULL, "proxy.session"},
    [ENDED]      = {"ended",      NULL, "forever"},
};

static const struct fsm_table table = {
    .machine = "proxy-call", .states = states, .events = event_names, .rows = rows,
    .state_count = STATE_COUNT, .event_count = EVENT_COUNT, .row_count = sizeof rows / sizeof rows[0],
};
/* clang-format on */

uint64_t proxy_call_key(struct str call_id)
{
    return hash_bytes(0, call_id.p, call_id.n);
}

static void step(struct proxy_call *c, int event)
{
    struct proxy_calls *p = c->calls;
    fsm_step(&c->fsm, event, NULL);
    if (c->fsm.state != ENDED)
        return;
    tmr_disarm(&c->expiry);
    map_remove(&p->calls, c->key);
    pool_put(&p->pool, c);
}

/* 8.3: its state is removed; whoever still talks does not notice. */
static void on_expiry(void *owner)
{
    struct proxy_call *c = owner;
    struct proxy_calls *p = c->calls;
    struct sim *s = p->node->sim;
    fsm_step(&c->fsm, E_EXPIRED, NULL);
    bus_because(s, c->fsm.record, node_limit(p->node, "session_expires"), BECAUSE_LIMIT);
    p->expired++;
    map_remove(&p->calls, c->key);
    pool_put(&p->pool, c);
}

void proxy_calls_init(struct proxy_calls *p, struct node *n)
{
    *p = (struct proxy_calls){.node = n};
    map_init(&p->calls, sim_arena(n->sim));
    pool_init(&p->pool, sim_arena(n->sim), "calls of a proxy", sizeof(struct proxy_call), CALLS_MAX);
}

static void tell(struct proxy_calls *p, uint64_t call, int event)
{
    struct proxy_call *c = map_get(&p->calls, call);
    if (c)
        step(c, event);
}

void proxy_call_invite(struct proxy_calls *p, struct str call_id)
{
    struct node *n = p->node;
    uint64_t key = proxy_call_key(call_id);
    struct proxy_call *c = map_get(&p->calls, key);
    if (!c) {
        c = pool_get(&p->pool);
        *c = (struct proxy_call){.calls = p, .key = key, .since = sim_now(n->sim)};
        str_keep(c->call_id, sizeof c->call_id, call_id);
        fsm_init(&c->fsm, &table, n, c->call_id, c, IDLE);
        tmr_init(&c->expiry, n->sim, n->id, "proxy.session", c, on_expiry);
        map_put(&p->calls, c->key, c);
    }
    step(c, E_INVITE);
}

void proxy_call_refused(struct proxy_calls *p, uint64_t call)
{
    tell(p, call, E_REFUSED);
}

void proxy_call_bye(struct proxy_calls *p, uint64_t call)
{
    tell(p, call, E_BYE_ANSWERED);
}

void proxy_call_answered(struct proxy_calls *p, uint64_t call, uint32_t interval_s, uint64_t refresh)
{
    struct proxy_call *c = map_get(&p->calls, call);
    if (!c)
        return;
    step(c, E_ANSWERED);
    tmr_disarm(&c->expiry); /* 8.2: MUST update any existing session expiration */
    if (interval_s == 0)
        return;
    tmr_arm(&c->expiry, dur_s(interval_s));
    tmr_await(&c->expiry, refresh, 0);
}

/* --- show ------------------------------------------------------------------------------------------ */

enum { PC_CALL_ID, PC_STATE, PC_AGE, PC_EXPIRES };
static const char *const columns[] = {"call_id", "state", "age_s", "expires_in_s", NULL};

void show_proxy_calls_rows(const struct proxy_calls *p, struct table *t)
{
    struct map_slot *slot;
    for (uint32_t i = 0; map_next(&p->calls, &i, &slot);) {
        const struct proxy_call *c = slot->value;
        table_text(t, c->call_id);
        table_text(t, fsm_state_name(&c->fsm));
        table_dur(t, time_sub(sim_now(p->node->sim), c->since));
        if (tmr_armed(&c->expiry))
            table_dur(t, tmr_left(&c->expiry));
        else
            table_none(t);
    }
}

/* "2:00:07", to the nearest second. */
static void add_clock(struct txtbuf *out, const struct cell *c)
{
    char text[24] = "never";
    struct txtbuf t = txtbuf_of(text, sizeof text);
    long long s = (c->i + 500000000) / 1000000000;
    if (c->kind == CELL_DUR)
        txtbuf_add(&t, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
    txtbuf_add(out, " %12s", text);
}

static void line(const struct table *t, size_t row, struct txtbuf *out)
{
    txtbuf_add(out, "%-44s %-11s", table_plain(t, row, PC_CALL_ID, ""), table_plain(t, row, PC_STATE, ""));
    add_clock(out, table_cell(t, row, PC_AGE));
    add_clock(out, table_cell(t, row, PC_EXPIRES));
    txtbuf_char(out, '\n');
}

static void after(const struct table *t, struct txtbuf *out)
{
    txtbuf_add(out, "%zu calls\n", t->row_count);
}

const struct table_look show_proxy_calls = {
    .columns = columns,
    .head = "Call-ID                                      State                Age   Expires in\n",
    .line = line,
    .after = after,
};
