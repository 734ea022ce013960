/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calls.c: from facts to the measures of calls.
 *
 * A call is one Call-ID, and has two ends. A back-to-back agent (a CUBE, CUCM) joins calls: one that a caller and a
 * phone see as one is three, and counts as three. Each end says what it knows: STATE machine "call" (confirmed: it
 * was answered; ended, with the event that ended it) and STATE machine "session" (RFC 4028), both keyed by the
 * Call-ID. An end that ends a call because its timer ran out, or because its refresh came to nothing, has dropped it;
 * the other end, and the other calls that a back-to-back agent ends for it, see a BYE like any other. All is counted
 * in integer ns; of each call only a hash of its Call-ID is kept. */
#include "sim/observe/sink.h"

#include <string.h>

#include "sim/base/hash.h"
#include "sim/base/map.h"

#define NEVER INT64_MIN

enum first { FIRST_ANSWER, FIRST_REFRESH, FIRST_BYE, FIRST_DROP, FIRST_END, FIRST_COUNT };

/* An end that has sent BYE. */
struct farewell {
    struct farewell *next;
    uint16_t node;
};

struct call {
    int64_t answer_ns; /* NEVER */
    bool ended, dropped;
    struct farewell *byes;
};

struct calls {
    struct sink sink;
    struct arena *arena;
    struct map by_id;
    /* counters */
    int64_t answered, ended, dropped, byes, refreshes;
    __int128 time_ns; /* answer to end, summed over those that ended */
    uint64_t first[FIRST_COUNT]; /* records */
};

static struct call *call_of(struct calls *g, const char *id)
{
    uint64_t key = hash_cstr(0, id);
    struct call *c = map_get(&g->by_id, key);
    if (c)
        return c;
    c = ARENA_NEW(g->arena, struct call);
    c->answer_ns = NEVER;
    map_put(&g->by_id, key, c);
    return c;
}

static void count(struct calls *g, int64_t *counter, enum first which, const struct rec *r)
{
    if ((*counter)++ == 0)
        g->first[which] = (uint64_t)r->id;
}

static bool is_one_of(const char *event, const char *const *events)
{
    while (*events && strcmp(event, *events) != 0)
        events++;
    return *events != NULL;
}

/* Ends that nobody wished for, of a call that stood. */
static bool is_drop(const struct rec *r)
{
    static const char *const events[] = {"session-expired", "refresh-failed", "unreachable", NULL};
    return strcmp(r->state.from, "confirmed") == 0 && is_one_of(r->state.event, events);
}

/* RFC 4028 10: who ends a call for its session's sake sends BYE, whether it says so in a record of its own or not. */
static bool is_bye(const struct rec *r)
{
    static const char *const events[] = {"bye-sent", "session-expired", "refresh-failed", NULL};
    return is_drop(r) || is_one_of(r->state.event, events);
}

/* One end sends one BYE, however many records speak of it. */
static void on_bye(struct calls *g, struct call *c, const struct rec *r)
{
    for (const struct farewell *f = c->byes; f; f = f->next) {
        if (f->node == r->node)
            return;
    }
    struct farewell *f = ARENA_NEW(g->arena, struct farewell);
    *f = (struct farewell){.next = c->byes, .node = r->node};
    c->byes = f;
    count(g, &g->byes, FIRST_BYE, r);
}

/* A call is over when its first end says so: what the other one still believes is no conversation. */
static void on_end(struct calls *g, struct call *c, const struct rec *r)
{
    if (is_drop(r) && !c->dropped) {
        c->dropped = true;
        count(g, &g->dropped, FIRST_DROP, r);
    }
    if (c->ended || c->answer_ns == NEVER)
        return;
    c->ended = true;
    g->time_ns += r->at.ns - c->answer_ns;
    count(g, &g->ended, FIRST_END, r);
}

static void on_call(struct calls *g, const struct rec *r)
{
    struct call *c = call_of(g, r->state.key);
    if (is_bye(r))
        on_bye(g, c, r);
    if (strcmp(r->state.to, "confirmed") == 0 && c->answer_ns == NEVER) {
        c->answer_ns = r->at.ns;
        count(g, &g->answered, FIRST_ANSWER, r);
    } else if (strcmp(r->state.to, "ended") == 0) {
        on_end(g, c, r);
    }
}

/* Both ends tell of a refresh; it is counted where the session was the refresher's until then. */
static void on_session(struct calls *g, const struct rec *r)
{
    if (strcmp(r->state.event, "refreshed") == 0 && strcmp(r->state.from, "refresher") == 0)
        count(g, &g->refreshes, FIRST_REFRESH, r);
}

static void on_record(struct sink *k, const struct rec *r)
{
    struct calls *g = (struct calls *)(void *)k;
    if (strcmp(r->state.machine, "call") == 0)
        on_call(g, r);
    else if (strcmp(r->state.machine, "session") == 0)
        on_session(g, r);
}

static void set(struct calls *g, struct sim *s, enum measure_id m, int64_t v, enum first which)
{
    measure_set(s, m, v);
    measure_from(s, m, g->first[which]);
}

void calls_finish(struct sink *k, struct sim *s)
{
    struct calls *g = (struct calls *)(void *)k;
    set(g, s, MEASURE_CALL_COUNT, g->answered, FIRST_ANSWER);
    set(g, s, MEASURE_CALL_DROP_COUNT, g->dropped, FIRST_DROP);
    set(g, s, MEASURE_REFRESH_COUNT, g->refreshes, FIRST_REFRESH);
    set(g, s, MEASURE_BYE_COUNT, g->byes, FIRST_BYE);
    if (g->ended)
        set(g, s, MEASURE_CALL_TIME, (int64_t)((g->time_ns + g->ended / 2) / g->ended), FIRST_END);
}

struct sink *calls_new(struct arena *a)
{
    struct calls *g = ARENA_NEW(a, struct calls);
    g->sink = (struct sink){.name = "calls", .mask = REC_BIT(REC_STATE), .on = on_record};
    g->arena = a;
    map_init(&g->by_id, a);
    return &g->sink;
}
