/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story_calls.c: calls in a story, as those who speak see them. A back-to-back agent makes a leg of its own for each
 * call that comes in: what it sends while it handles an INVITE belongs to that one, and legs that belong together are
 * one call. Equal things about the same two ends are one line, with the first and the last time, and when too many
 * ends do alike all of them are: a call that is refreshed for a day, or a hundred calls, are few lines.
 *
 * The detail of a beat: ANSWERED whom the call went through ("" nobody); RETRIED the new interval; REFRESHED the method;
 * DROPPED and FRUITLESS the event that ended it. */
#include <string.h>

#include "lua/cli/story_state.h"
#include "sim/base/hash.h"

#define HOPS_MAX 64
#define LEGS_TOLD 8

/* --- which legs are one call ------------------------------------------------------------------------ */

static struct story_call *call_of(struct story *st, const char *id)
{
    uint64_t key = hash_cstr(0, id);
    struct story_call *c = map_get(&st->calls, key);
    if (c)
        return c;
    c = ARENA_NEW(st->arena, struct story_call);
    map_put(&st->calls, key, c);
    return c;
}

static struct story_call *whole(struct story_call *c)
{
    while (c->parent)
        c = c->parent;
    return c;
}

static uint64_t received_key(uint16_t node, uint64_t cause)
{
    return hash_fold(hash_fold(0, node), cause);
}

/* The call whose INVITE this node was handling, however long its timers took. */
static struct story_call *made_for(struct story *st, const struct rec *r)
{
    const struct view_run *run = recent_run(st->recent, st->origin_ns);
    int64_t cause = (int64_t)r->cause;
    for (int hops = 0; cause && hops < HOPS_MAX; hops++) {
        struct story_call *c = map_get(&st->received, received_key(r->node, (uint64_t)cause));
        if (c)
            return c;
        const struct view_record *x = view_record(run, cause);
        cause = x ? x->cause : 0;
    }
    return NULL;
}

static void on_made(struct story *st, const struct rec *r, struct story_call *c)
{
    c->from = r->node;
    c->parent = made_for(st, r);
    if (c->parent == c) /* a proxy in a loop */
        c->parent = NULL;
    st->tally.legs++;
    st->tally.made += !c->parent;
    whole(c)->legs++;
}

static void on_received(struct story *st, const struct rec *r, struct story_call *c)
{
    c->to = r->node;
    map_put(&st->received, received_key(r->node, r->cause), c);
}

/* --- what happened to it ------------------------------------------------------------------------------ */

/* Equal ones are one wherever they stand. */
static void beat(struct story *st, const struct rec *r, struct story_beat b)
{
    struct story_kind *kind = &st->kinds[b.what];
    kind->count++;
    kind->last_ns = r->at.ns;
    uint64_t looks = hash_fold(hash_fold(b.what, b.node), b.peer);
    looks = hash_cstr(hash_cstr(looks, b.detail), b.subject);
    struct story_beat *known = map_get(&st->call_beats, looks);
    if (known) {
        known->count++;
        known->last_ns = r->at.ns;
        return;
    }
    known = story_beat(st, r, &b);
    if (!known)
        return;
    kind->beats++;
    map_put(&st->call_beats, looks, known);
}

static const char *name(const struct story *st, uint16_t node)
{
    return node ? sim_node_name(st->sim, node) : "nobody";
}

/* "cube and cucm": from the one that speaks back to the caller. */
static const char *agents_of(struct story *st, const struct story_call *c)
{
    char text[256];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    const char *agents[LEGS_TOLD];
    size_t n = 0;
    for (; c->parent && n < LEGS_TOLD; c = c->parent)
        agents[n++] = name(st, c->from);
    for (size_t i = n; i > 0; i--)
        txtbuf_add(&t, "%s%s", agents[i - 1], i > 2 ? ", " : i == 2 ? " and " : "");
    return story_keep(st, text);
}

static void on_confirmed(struct story *st, const struct rec *r, struct story_call *c)
{
    struct story_call *w = whole(c);
    if (w->answer_ns)
        return;
    w->answer_ns = r->at.ns;
    st->tally.answered++;
    beat(st, r,
         (struct story_beat){.what = BEAT_ANSWERED,
                             .node = c->to ? c->to : r->node,
                             .peer = w->from,
                             .subject = "",
                             .detail = agents_of(st, c)});
}

static bool is_drop(const struct rec *r)
{
    return strcmp(r->state.from, "confirmed") == 0 &&
           (strcmp(r->state.event, "session-expired") == 0 || strcmp(r->state.event, "refresh-failed") == 0 ||
            strcmp(r->state.event, "unreachable") == 0);
}

static void on_dropped(struct story *st, const struct rec *r, uint16_t peer, struct story_call *w)
{
    if (!w->dropped) {
        w->dropped = true;
        st->tally.dropped++;
    }
    if (!st->dropped)
        st->dropped = r->id;
    recent_stop(st->recent); /* what explains it came before */
    beat(st, r,
         (struct story_beat){.what = BEAT_DROPPED,
                             .node = r->node,
                             .peer = peer,
                             .subject = "",
                             .detail = story_keep(st, r->state.event),
                             .span_ns = r->at.ns - w->answer_ns});
}

static void on_fruitless(struct story *st, const struct rec *r, const struct story_call *w)
{
    beat(st, r,
         (struct story_beat){.what = BEAT_FRUITLESS,
                             .node = r->node,
                             .peer = w->refused_by == r->node ? 0 : w->refused_by,
                             .subject = "",
                             .detail = story_keep(st, r->state.event)});
}

static void on_hung_up(struct story *st, const struct rec *r, const struct story_call *w)
{
    st->tally.hung_up++;
    beat(st, r,
         (struct story_beat){
             .what = BEAT_HUNG_UP, .node = r->node, .subject = "", .detail = "", .span_ns = r->at.ns - w->answer_ns});
}

/* Whoever first says that a call that stood is over ends it, but each end that drops its leg is told of. */
static void on_ended(struct story *st, const struct rec *r, struct story_call *c)
{
    struct story_call *w = whole(c);
    bool was_over = w->over;
    w->over = w->over || strcmp(r->state.from, "confirmed") == 0;
    w->refused_by = w->refused_by ? w->refused_by : r->node;
    if (is_drop(r))
        on_dropped(st, r, r->node == c->from ? c->to : c->from, w);
    else if (w->over && !was_over)
        on_hung_up(st, r, w);
    else if (!w->answer_ns && c == w && r->node == c->from)
        on_fruitless(st, r, w);
}

void story_on_call(struct story *st, const struct rec *r)
{
    struct story_call *c = call_of(st, r->state.key);
    if (strcmp(r->state.event, "invite-sent") == 0)
        on_made(st, r, c);
    else if (strcmp(r->state.event, "invite-received") == 0)
        on_received(st, r, c);
    else if (strcmp(r->state.to, "confirmed") == 0)
        on_confirmed(st, r, c);
    else if (strcmp(r->state.to, "ended") == 0)
        on_ended(st, r, c);
}

/* Both ends tell of a refresh; it is told where the session was the refresher's until then. */
void story_on_session(struct story *st, const struct rec *r)
{
    if (strcmp(r->state.event, "refreshed") != 0 || strcmp(r->state.from, "refresher") != 0)
        return;
    const struct story_call *c = call_of(st, r->state.key);
    const struct story_flow *x = story_flow(st, r->flow);
    st->tally.refreshes++;
    beat(st, r,
         (struct story_beat){.what = BEAT_REFRESHED,
                             .node = r->node,
                             .peer = r->node == c->from ? c->to : c->from,
                             .subject = "",
                             .detail = x ? x->label : ""});
}

/* RFC 4028 7.3. */
void story_on_sip(struct story *st, const struct rec *r)
{
    char text[40];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    const struct rec_args *a = &r->note.line;
    if (!str_starts(str_of(a->fmt), STR("422,")) || a->n < 2 || a->v[1].type != VAL_DUR)
        return;
    txtbuf_dur(&t, a->v[1].ns);
    beat(st, r, (struct story_beat){.what = BEAT_RETRIED, .node = r->node, .subject = "", .detail = story_keep(st, text)});
}
