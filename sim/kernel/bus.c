/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bus.c: numbering, causes, flows, the digest of facts, and the fan-out to sinks. */
#include "sim/kernel/bus.h"

#include <time.h>

#include "sim/base/hash.h"
#include "sim/kernel/sim.h"
#include "sim/kernel/sim_state.h"

#define F(record, type, field) {#field, REC_FIELD_##type, offsetof(struct rec, record.field)},
#define REC(KIND, name, fact, fields) static const struct rec_field fields_##name[] = {fields};
#include "sim/kernel/records.def"
#undef REC
#undef F

const struct rec_info rec_infos[REC_COUNT] = {
#define REC(KIND, name, fact, fields) \
    {#KIND, fact, sizeof fields_##name / sizeof fields_##name[0], fields_##name},
#include "sim/kernel/records.def"
#undef REC
};

const char *const because_names[] = {"awaited", "state", "limit"};

void bus_attach(struct sim *s, struct sink *k)
{
    ASSERT(s->sink_count < SINKS_MAX);
    s->sinks[s->sink_count++] = k;
    s->wanted |= k->mask;
}

bool bus_close(struct sim *s, struct err *e)
{
    bool ok = true;
    for (uint32_t i = 0; i < s->sink_count; i++) {
        struct err mine = {0};
        if (!s->sinks[i]->close || s->sinks[i]->close(s->sinks[i], &mine))
            continue;
        if (ok)
            *e = mine;
        ok = false;
    }
    s->sink_count = 0;
    s->wanted = 0;
    return ok;
}

bool bus_wants(const struct sim *s, enum rec_kind kind)
{
    return (s->wanted & REC_BIT(kind)) != 0;
}

uint64_t bus_cause(const struct sim *s)
{
    return s->cause;
}

uint64_t bus_swap_cause(struct sim *s, uint64_t cause)
{
    uint64_t was = s->cause;
    s->cause = cause;
    return was;
}

uint64_t bus_current_flow(const struct sim *s)
{
    return s->flow;
}

void bus_set_flow(struct sim *s, uint64_t flow)
{
    s->flow = flow;
}

static uint64_t fold_args(uint64_t h, const struct rec_args *a)
{
    h = hash_fold(h, hash_cstr(a->n, a->fmt));
    for (uint32_t i = 0; i < a->n; i++)
        h = hash_fold(h, a->v[i].type == VAL_TEXT ? hash_cstr(1, a->v[i].text) : a->v[i].u);
    return h;
}

static uint64_t fold_field(uint64_t h, const void *field, enum rec_field_type type)
{
    switch (type) {
    case REC_FIELD_u64:
        return hash_fold(h, *(const uint64_t *)field);
    case REC_FIELD_dur:
        return hash_fold(h, (uint64_t)((const struct sim_dur *)field)->ns);
    case REC_FIELD_text:
        return hash_fold(h, hash_cstr(0, *(const char *const *)field));
    case REC_FIELD_args:
        return fold_args(h, field);
    }
    UNREACHABLE();
}

static void fold_fact(struct sim *s, const struct rec *r)
{
    uint64_t h = s->digest;
    h = hash_fold(h, (uint64_t)r->at.ns);
    h = hash_fold(h, (uint64_t)r->kind << 32 | r->node);
    h = hash_fold(h, r->cause);
    h = hash_fold(h, r->flow);
    const struct rec_info *info = &rec_infos[r->kind];
    for (uint32_t i = 0; i < info->field_count; i++)
        h = fold_field(h, (const char *)r + info->fields[i].offset, info->fields[i].type);
    s->digest = h;
}

static void deliver(struct sim *s, const struct rec *r)
{
    uint64_t bit = REC_BIT(r->kind);
    if (!(s->wanted & bit))
        return;
    for (uint32_t i = 0; i < s->sink_count; i++) {
        if (s->sinks[i]->mask & bit)
            s->sinks[i]->on(s->sinks[i], r);
    }
}

static void remember(struct sim *s, const struct rec *r)
{
    if (r->kind == REC_STATE) {
        s->nodes[r->node].last_state = (uint64_t)r->id;
        return;
    }
    if (r->flow == 0 || (r->kind != REC_DROP && r->kind != REC_FRAME_TX))
        return;
    struct flow *f = flows_find(&s->flows, r->flow);
    if (!f)
        return;
    if (r->kind == REC_DROP)
        f->last_drop = (uint64_t)r->id;
    else
        f->last_tx = (uint64_t)r->id;
}

static uint64_t publish_fact(struct sim *s, struct rec *r, uint64_t cause)
{
    ASSERT(r->kind < REC_COUNT && r->node < s->node_count);
    r->at = s->now;
    r->id = (int64_t)++s->fact_ids;
    r->cause = cause;
    fold_fact(s, r);
    remember(s, r);
    deliver(s, r);
    return (uint64_t)r->id;
}

uint64_t bus_publish(struct sim *s, struct rec *r)
{
    if (r->flow == 0)
        r->flow = s->flow;
    if (!rec_infos[r->kind].fact) {
        if (!bus_wants(s, r->kind) || !s->config.record_timers)
            return 0;
        r->at = s->now;
        r->id = --s->other_ids;
        r->cause = s->cause;
        deliver(s, r);
        return 0;
    }
    uint64_t id = publish_fact(s, r, s->cause);
    if (!s->firing_published) {
        s->firing_published = true;
        s->cause = id;
        bus_because(s, id, s->awaited, BECAUSE_AWAITED);
    }
    return id;
}

uint64_t bus_publish_root(struct sim *s, struct rec *r)
{
    ASSERT(rec_infos[r->kind].fact);
    return publish_fact(s, r, 0);
}

void bus_because(struct sim *s, uint64_t record, uint64_t of, enum because_role role)
{
    if (record == 0 || of == 0)
        return;
    for (uint32_t i = 0; i < s->sink_count; i++) {
        if (s->sinks[i]->because)
            s->sinks[i]->because(s->sinks[i], record, of, role);
    }
}

/* --- flows --------------------------------------------------------------------------------------- */

uint64_t bus_flow(struct sim *s, const char *proto, struct str name, uint64_t n)
{
    return flows_open(&s->flows, hash_fold(hash_bytes(hash_cstr(0, proto), name.p, name.n), n));
}

uint64_t bus_last_drop(const struct sim *s, uint64_t flow)
{
    const struct flow *f = flows_find(&s->flows, flow);
    return f ? f->last_drop : 0;
}

void bus_dismiss(struct sim *s, uint64_t flow, uint64_t record)
{
    struct flow *f = flows_find(&s->flows, flow);
    if (f)
        f->last_drop = record;
}

uint64_t bus_resolve_awaited(const struct sim *s, uint64_t flow, uint16_t node)
{
    const struct flow *f = flows_find(&s->flows, flow);
    if (f && f->last_drop)
        return f->last_drop;
    if (f && f->last_tx)
        return f->last_tx;
    return node ? s->nodes[node].last_state : 0;
}

/* --- text ---------------------------------------------------------------------------------------- */

uint64_t bus_note(struct sim *s, uint16_t node, const char *topic, const char *fmt,
                  const struct val *v, uint32_t n)
{
    struct rec r = {.kind = REC_NOTE, .node = node, .note = {topic, {fmt, v, n}}};
    return bus_publish(s, &r);
}

static void wall_text(struct txtbuf *t, int64_t ns)
{
    int64_t s = ns / 1000000000, part = ns % 1000000000;
    if (part < 0) {
        part += 1000000000;
        s--;
    }
    time_t at = (time_t)s;
    struct tm tm;
    gmtime_r(&at, &tm); /* pure arithmetic on a given instant, no clock is read */
    txtbuf_add(t, "%04d-%02d-%02d %02d:%02d:%02d.%03d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
               tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(part / 1000000));
}

static void val_text(struct txtbuf *t, const struct val *v, int64_t epoch_ns)
{
    switch (v->type) {
    case VAL_U64:
        txtbuf_add(t, "%llu", (unsigned long long)v->u);
        return;
    case VAL_DUR:
        txtbuf_dur(t, v->ns);
        return;
    case VAL_TEXT:
        txtbuf_cstr(t, v->text);
        return;
    case VAL_IP4:
        txtbuf_add(t, "%u.%u.%u.%u", (unsigned)(v->u >> 24 & 255), (unsigned)(v->u >> 16 & 255),
                   (unsigned)(v->u >> 8 & 255), (unsigned)(v->u & 255));
        return;
    case VAL_MAC:
        for (int i = 5; i >= 0; i--)
            txtbuf_add(t, "%02x%s", (unsigned)(v->u >> (8 * i) & 255), i ? ":" : "");
        return;
    case VAL_WALL:
        wall_text(t, epoch_ns + v->ns);
        return;
    }
    UNREACHABLE();
}

void rec_args_text(struct txtbuf *t, const struct rec_args *a, int64_t epoch_ns)
{
    uint32_t next = 0;
    struct str fmt = str_of(a->fmt);
    for (ptrdiff_t at; (at = str_find(fmt, STR("{}"))) >= 0;) {
        ASSERT(next < a->n);
        txtbuf_str(t, (struct str){fmt.p, (size_t)at});
        val_text(t, &a->v[next++], epoch_ns);
        fmt.p += at + 2;
        fmt.n -= (size_t)at + 2;
    }
    ASSERT(next == a->n);
    txtbuf_str(t, fmt);
}
