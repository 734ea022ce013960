/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story.c: collects. Memory is bounded however long the run: of facts and exchanges the newest are
 * kept, for an alarm's explanation lies seconds, not hours, before it; of talks, devices and places
 * of loss there is one for each there is. What an alarm is explained by is copied when it is
 * raised.
 *
 * Conventions of the models that are used here, all published as records: a phone's STATE
 * "registration" (event "registered-at-N"), a CUCM's STATE "registrar" (key = device) and ALARM,
 * the NOTE that names an exchange (its first number is the CSeq), NOTE "tcp.rto", NOTE "parameter".
 */
#include "lua/cli/story.h"

#include <string.h>

#include "lua/cli/story_state.h"
#include "sim/base/hash.h"

#define FACTS_KEPT (1u << 15)
#define FLOWS_KEPT (1u << 14)
#define BEATS_MAX 4096
#define CAUSES_MAX 8
#define ARGS_MAX 8

bool story_is(const struct story_fact *f, enum rec_kind kind)
{
    return f && f->id && f->kind == kind;
}

static const char *keep(struct story *st, const char *text)
{
    uint64_t key = hash_cstr(0, text);
    const char *kept = map_get(&st->texts, key);
    if (kept && strcmp(kept, text) == 0)
        return kept;
    char *copy = arena_strdup(st->arena, str_of(text));
    map_put(&st->texts, key, copy);
    return copy;
}

/* The place of a record; NULL: not kept, or no longer. */
static struct story_fact *fact(struct story *st, uint64_t id)
{
    struct story_fact *limit = map_get(&st->limits, id);
    if (limit)
        return limit;
    struct story_fact *f = &st->facts[id % FACTS_KEPT];
    return id && f->id == id ? f : NULL;
}

static struct story_fact *add_fact(const struct rec *r, struct story_fact *f)
{
    *f = (struct story_fact){.id = (uint64_t)r->id,
                             .cause = r->cause,
                             .flow = r->flow,
                             .t_ns = r->at.ns,
                             .node = r->node,
                             .kind = (uint8_t)r->kind};
    return f;
}

/* Text of a note as a person says it: spans with three significant digits. */
static void say(const struct story *st, char *text, size_t cap, const struct rec_args *a)
{
    struct val v[ARGS_MAX];
    struct txtbuf t = txtbuf_of(text, cap);
    if (a->n > ARGS_MAX)
        return;
    for (uint32_t i = 0; i < a->n; i++) {
        v[i] = a->v[i];
        int64_t step = 1;
        while (v[i].type == VAL_DUR && v[i].ns / step >= 1000)
            step *= 10;
        if (v[i].type == VAL_DUR)
            v[i].ns = (v[i].ns + step / 2) / step * step;
    }
    struct rec_args rounded = {a->fmt, v, a->n};
    rec_args_text(&t, &rounded, sim_epoch_ns(st->sim));
}

/* --- the timeline ----------------------------------------------------------------------------- */

static bool same_beat(const struct story_beat *a, const struct story_beat *b)
{
    return a->what == b->what && a->node == b->node && a->reason == b->reason &&
           a->place == b->place && a->detail == b->detail &&
           (a->what != BEAT_LOST || a->subject == b->subject);
}

static void beat(struct story *st, const struct rec *r, struct story_beat b)
{
    struct story_beat *last = st->beat_count ? &st->beats[st->beat_count - 1] : NULL;
    b.t_ns = b.last_ns = r->at.ns;
    b.count = 1;
    if (last && st->beats_left_out == 0 && same_beat(last, &b)) {
        last->count++;
        last->last_ns = b.t_ns;
    } else if (st->beat_count < BEATS_MAX) {
        st->beats[st->beat_count++] = b;
    } else {
        st->beats_left_out++;
    }
}

/* --- exchanges -------------------------------------------------------------------------------- */

static struct story_flow *flow(struct story *st, uint64_t number)
{
    struct story_flow *f = &st->flows[number % FLOWS_KEPT];
    return number && f->number == number ? f : NULL;
}

/* "keepalive REGISTER CSeq {} to {}" is labelled "keepalive REGISTER". */
static const char *label_of(struct story *st, const char *fmt)
{
    char text[80];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    struct str s = str_of(fmt);
    ptrdiff_t cut = str_find(s, STR(" CSeq"));
    cut = cut < 0 ? str_find(s, STR("{}")) : cut;
    txtbuf_str(&t, str_trim((struct str){s.p, cut < 0 ? s.n : (size_t)cut}));
    return keep(st, text);
}

static struct story_talk *talk(struct story *st, const struct rec *r)
{
    const struct rec_args *a = &r->note.line;
    uint64_t key = hash_fold(hash_cstr(r->node, r->note.topic), hash_cstr(0, a->fmt));
    for (uint32_t i = 0; i < a->n; i++) {
        if (a->v[i].type == VAL_IP4 || a->v[i].type == VAL_MAC)
            key = hash_fold(key, a->v[i].u);
        else if (a->v[i].type == VAL_TEXT)
            key = hash_cstr(key, a->v[i].text);
    }
    struct story_talk *k = map_get(&st->talks, key);
    if (k)
        return k;
    k = ARENA_NEW(st->arena, struct story_talk);
    k->label = label_of(st, a->fmt);
    k->next = map_get(&st->talks_of_node, r->node);
    map_put(&st->talks, key, k);
    map_put(&st->talks_of_node, r->node, k);
    return k;
}

static bool has_number(const struct rec_args *a)
{
    for (uint32_t i = 0; i < a->n; i++) {
        if (a->v[i].type == VAL_U64)
            return true;
    }
    return false;
}

/* The first numbered note of an exchange names it. */
static void name_flow(struct story *st, const struct rec *r)
{
    if (r->flow == 0 || flow(st, r->flow) || !has_number(&r->note.line))
        return;
    struct story_flow *f = &st->flows[r->flow % FLOWS_KEPT];
    *f = (struct story_flow){.number = r->flow, .talk = talk(st, r)};
    for (uint32_t i = r->note.line.n; i-- > 0;) {
        if (r->note.line.v[i].type == VAL_U64)
            f->n = r->note.line.v[i].u;
    }
    if (!f->talk->lost)
        f->talk->streak = 0;
    f->talk->lost = false;
}

/* Two spans: the RTO before and after. One: it stays, for there was no valid sample. */
static void on_rto(struct story *st, const struct rec *r)
{
    const struct story_flow *f = flow(st, r->flow);
    const struct rec_args *a = &r->note.line;
    if (!f || a->n < 1 || a->v[0].type != VAL_DUR)
        return;
    struct story_talk *k = f->talk;
    if (a->n == 1) {
        k->karn = true;
    } else if (a->v[1].ns > a->v[0].ns) {
        k->rto_first_ns = k->doublings ? k->rto_first_ns : a->v[0].ns;
        k->rto_last_ns = a->v[1].ns;
        k->doublings++;
    } else {
        k->doublings = 0;
        k->karn = false;
    }
}

static void start_anew(struct story *st, uint16_t node)
{
    for (struct story_talk *k = map_get(&st->talks_of_node, node); k; k = k->next) {
        k->streak = k->doublings = 0;
        k->lost = k->karn = false;
    }
}

/* --- records ---------------------------------------------------------------------------------- */

static struct story_device *device(struct story *st, const char *name)
{
    uint64_t key = hash_cstr(0, name);
    struct story_device *d = map_get(&st->devices, key);
    if (!d) {
        d = ARENA_NEW(st->arena, struct story_device);
        *d = (struct story_device){.name = keep(st, name), .place = -1};
        map_put(&st->devices, key, d);
    }
    return d;
}

static void on_registered(struct story *st, const struct rec *r, const char *place)
{
    struct story_device *d = device(st, r->state.key);
    int now = place[0] >= '0' && place[0] <= '9' ? place[0] - '0' : 0;
    uint8_t what = d->place < 0      ? BEAT_REGISTERED
                   : now == d->place ? BEAT_AGAIN
                   : now > d->place  ? BEAT_FAILOVER
                                     : BEAT_FALLBACK;
    if (st->origin_ns == 0)
        st->origin_ns = r->at.ns;
    beat(st, r, (struct story_beat){.what = what, .node = d->registrar, .subject = d->name});
    d->place = now;
    start_anew(st, r->node);
}

static void on_state(struct story *st, const struct rec *r)
{
    struct story_fact *f = add_fact(r, &st->facts[(uint64_t)r->id % FACTS_KEPT]);
    f->what = keep(st, r->state.machine);
    st->last_state = f->id;
    bool bound = strcmp(r->state.to, "registered") == 0;
    if (strcmp(r->state.machine, "registrar") == 0) {
        struct story_device *d = device(st, r->state.key);
        if (bound)
            d->registrar = r->node;
        if (bound)
            d->bindings++;
        else if (d->bindings > 0)
            d->bindings--;
    } else if (strcmp(r->state.machine, "registration") == 0) {
        struct str event = str_of(r->state.event), prefix = STR("registered-at-");
        if (bound && str_starts(event, prefix))
            on_registered(st, r, event.p + prefix.n);
    }
}

static void count_loss(struct story *st, const struct rec *r, const char *port, const char *reason)
{
    uint64_t key = hash_fold(hash_cstr(r->node, port), hash_cstr(0, reason));
    struct story_losses *l = map_get(&st->losses, key);
    if (!l) {
        l = ARENA_NEW(st->arena, struct story_losses);
        *l = (struct story_losses){.node = r->node, .port = port, .reason = reason};
        map_put(&st->losses, key, l);
    }
    l->count++;
}

static void on_drop(struct story *st, const struct rec *r)
{
    struct story_fact *f = add_fact(r, &st->facts[(uint64_t)r->id % FACTS_KEPT]);
    struct story_flow *x = flow(st, r->flow);
    f->what = keep(st, r->drop.reason);
    f->where = keep(st, r->drop.port);
    count_loss(st, r, f->where, f->what);
    if (!x || x->talk->lost)
        return;
    x->talk->lost = true;
    x->talk->streak++;
    beat(st, r,
         (struct story_beat){.what = BEAT_LOST,
                             .node = r->node,
                             .subject = x->talk->label,
                             .place = f->where,
                             .detail = f->what});
}

static void on_note(struct story *st, const struct rec *r)
{
    struct story_fact *state = fact(st, st->last_state);
    if (strcmp(r->note.topic, "parameter") == 0) {
        struct story_fact *f = add_fact(r, ARENA_NEW(st->arena, struct story_fact));
        say(st, f->said, sizeof f->said, &r->note.line);
        map_put(&st->limits, f->id, f);
    } else if (strcmp(r->note.topic, "tcp.rto") == 0) {
        on_rto(st, r);
    } else if (state && state->node == r->node && state->t_ns == r->at.ns &&
               strcmp(state->what, r->note.topic) == 0) {
        say(st, state->said, sizeof state->said, &r->note.line);
        for (uint32_t i = r->note.line.n; i-- > 0;) {
            if (r->note.line.v[i].type == VAL_DUR)
                state->span_ns = r->note.line.v[i].ns;
        }
    } else {
        name_flow(st, r);
    }
}

static void on_fault(struct story *st, const struct rec *r)
{
    char target[128];
    struct txtbuf t = txtbuf_of(target, sizeof target);
    struct story_fact *f = add_fact(r, &st->last_fault);
    txtbuf_add(&t, "%s %s", r->fault.what, r->fault.target);
    f->what = keep(st, target);
    say(st, target, sizeof target, &r->fault.line);
    f->where = keep(st, target);
    beat(st, r, (struct story_beat){.what = BEAT_FAULT, .subject = f->what, .place = f->where});
}

/* --- alarms ----------------------------------------------------------------------------------- */

static void copy(struct story *st, struct story_fact *to, uint64_t id)
{
    const struct story_fact *f = fact(st, id);
    if (f)
        *to = *f;
}

/* From the alarm to the timer that fired, to what it awaited, to the state that discarded it. */
static void explain(struct story *st, const struct rec *r)
{
    struct story_why *w = &st->why;
    *w = (struct story_why){.reason = r->alarm.reason,
                            .device = keep(st, r->alarm.device),
                            .signal = keep(st, r->alarm.detail),
                            .fault = st->last_fault};
    add_fact(r, &w->alarm);
    uint64_t at = r->cause;
    for (int i = 0; i < CAUSES_MAX && fact(st, at) && !w->timeout.id; i++) {
        if (fact(st, at)->awaited)
            copy(st, &w->timeout, at);
        at = fact(st, at)->cause;
    }
    for (int i = 0; i < STORY_LIMITS; i++)
        copy(st, &w->waited[i], w->timeout.limit[i]);
    copy(st, &w->drop, w->timeout.awaited);
    if (!story_is(&w->drop, REC_DROP))
        return;
    copy(st, &w->state, w->drop.state);
    copy(st, &w->limit, w->state.limit[0]);
    const struct story_flow *x = flow(st, w->drop.flow);
    if (x) {
        w->talk = *x->talk;
        w->n = x->n;
    }
}

/* Reasons that are no loss: reset, restart, re-registration elsewhere (the contract's measure). */
static bool counts(uint64_t reason)
{
    return reason != 8 && reason != 9 && reason != 10 && reason != 28;
}

static void on_alarm(struct story *st, const struct rec *r)
{
    if (strcmp(r->alarm.name, "EndPointUnregistered") != 0 || !counts(r->alarm.reason))
        return;
    st->unregisters++;
    if (!st->has_why)
        explain(st, r);
    st->has_why = true;
    beat(st, r,
         (struct story_beat){.what = BEAT_UNREGISTERED,
                             .node = r->node,
                             .reason = r->alarm.reason,
                             .subject = keep(st, r->alarm.device)});
}

/* --- the sink --------------------------------------------------------------------------------- */

static struct story *of(struct sink *k)
{
    return (struct story *)(void *)((char *)k - offsetof(struct story, sink));
}

static void on_record(struct sink *k, const struct rec *r)
{
    struct story *st = of(k);
    switch (r->kind) {
    case REC_STATE:
        on_state(st, r);
        return;
    case REC_DROP:
        on_drop(st, r);
        return;
    case REC_NOTE:
        on_note(st, r);
        return;
    case REC_ALARM:
        on_alarm(st, r);
        return;
    case REC_FAULT:
        on_fault(st, r);
        return;
    }
}

static void on_because(struct sink *k, uint64_t record, uint64_t of_record, enum because_role role)
{
    struct story_fact *f = fact(of(k), record);
    if (!f)
        return;
    if (role == BECAUSE_AWAITED)
        f->awaited = of_record;
    else if (role == BECAUSE_STATE)
        f->state = of_record;
    else if (f->limit[0] == 0)
        f->limit[0] = of_record;
    else
        f->limit[1] = of_record;
}

struct story *story_new(struct arena *a, const struct sim *s)
{
    struct story *st = ARENA_NEW(a, struct story);
    st->arena = a;
    st->sim = s;
    st->sink = (struct sink){.name = "story",
                             .on = on_record,
                             .because = on_because,
                             .mask = REC_BIT(REC_STATE) | REC_BIT(REC_DROP) | REC_BIT(REC_NOTE) |
                                     REC_BIT(REC_ALARM) | REC_BIT(REC_FAULT)};
    struct map *maps[] = {&st->texts,         &st->limits,  &st->talks,
                          &st->talks_of_node, &st->devices, &st->losses};
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++)
        map_init(maps[i], a);
    st->facts = ARENA_ARRAY(a, struct story_fact, FACTS_KEPT);
    st->flows = ARENA_ARRAY(a, struct story_flow, FLOWS_KEPT);
    st->beats = ARENA_ARRAY(a, struct story_beat, BEATS_MAX);
    return st;
}

struct sink *story_sink(struct story *st)
{
    return &st->sink;
}
