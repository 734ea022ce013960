/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story.c: see story.h. Facts are numbered from 1 without gaps, so a record is an array element. The walk
 * from an alarm follows causes and becauses; what it finds on the way is named by the records' own words.
 * Nothing here knows a scenario. */
#include "lua/cli/story.h"

#include <stdlib.h>
#include <string.h>

#include "lua/cli/cli.h"
#include "sim/kernel/measure.h"
#include "sim/kernel/param.h"

#define WALK_MAX 64

struct fact {
    int64_t t_ns;
    uint64_t cause, flow;
    uint32_t because; /* first because row + 1 */
    uint16_t node;
    uint8_t kind;
    char *text;       /* of what the story tells: owned; NULL for frames */
    const char *what; /* STATE: machine; DROP: reason; NOTE: topic; ALARM: name (static or owned by the run) */
    int64_t a, b;     /* NOTE: first two spans; ALARM: reason */
};

struct because {
    uint64_t of;
    uint32_t next;
    uint8_t role;
};

struct story {
    struct sink sink;
    struct sim *sim;
    struct fact *facts;
    size_t count, cap;
    struct because *becauses;
    size_t because_count, because_cap;
};

static void *grow(void *p, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap)
        return p;
    *cap = *cap ? *cap * 2 : 256;
    p = realloc(p, *cap * size);
    ASSERT(p != NULL);
    return p;
}

static char *state_text(const struct rec_state *s)
{
    char *text;
    /* machine|key|from|event|to: cut where it is used */
    if (asprintf(&text, "%s|%s|%s|%s|%s", s->machine, s->key, s->from, s->event, s->to) < 0)
        return NULL;
    return text;
}

static void note_spans(struct fact *f, const struct rec_args *a)
{
    int64_t *to[] = {&f->a, &f->b};
    for (uint32_t i = 0, n = 0; i < a->n && n < 2; i++) {
        if (a->v[i].type == VAL_DUR)
            *to[n++] = a->v[i].ns;
    }
}

static void fill(struct story *st, struct fact *f, const struct rec *r)
{
    char line[512];
    struct txtbuf t = txtbuf_of(line, sizeof line);
    switch (r->kind) {
    case REC_STATE:
        f->what = r->state.machine;
        f->text = state_text(&r->state);
        return;
    case REC_DROP:
        f->what = r->drop.reason;
        f->text = strdup(r->drop.port);
        return;
    case REC_ALARM:
        f->a = (int64_t)r->alarm.reason;
        f->what = r->alarm.name;
        txtbuf_add(&t, "%s", r->alarm.device);
        f->text = strdup(line);
        return;
    case REC_FAULT:
        txtbuf_add(&t, "%s %s", r->fault.what, r->fault.target);
        f->text = strdup(line);
        return;
    case REC_NOTE:
        f->what = r->note.topic;
        note_spans(f, &r->note.line);
        rec_args_text(&t, &r->note.line, sim_epoch_ns(st->sim));
        f->text = strdup(line);
        return;
    default:
        return;
    }
}

static void on_record(struct sink *k, const struct rec *r)
{
    struct story *st = (struct story *)(void *)((char *)k - offsetof(struct story, sink));
    if (r->id <= 0)
        return;
    size_t id = (size_t)r->id;
    st->facts = grow(st->facts, &st->cap, id + 1, sizeof *st->facts);
    struct fact *f = &st->facts[id];
    *f = (struct fact){.t_ns = r->at.ns, .cause = r->cause, .flow = r->flow, .node = r->node,
                       .kind = (uint8_t)r->kind};
    fill(st, f, r);
    st->count = id + 1;
}

static void on_because(struct sink *k, uint64_t record, uint64_t of, enum because_role role)
{
    struct story *st = (struct story *)(void *)((char *)k - offsetof(struct story, sink));
    if (record >= st->count)
        return;
    st->becauses = grow(st->becauses, &st->because_cap, st->because_count + 1, sizeof *st->becauses);
    st->becauses[st->because_count++] =
        (struct because){of, st->facts[record].because, (uint8_t)role};
    st->facts[record].because = (uint32_t)st->because_count;
}

struct story *story_new(struct sim *s)
{
    struct story *st = calloc(1, sizeof *st);
    ASSERT(st != NULL);
    st->sim = s;
    st->sink = (struct sink){.name = "story", .mask = REC_ALL & ~REC_BIT(REC_TMR) & ~REC_BIT(REC_STAT),
                             .on = on_record, .because = on_because};
    return st;
}

struct sink *story_sink(struct story *st)
{
    return &st->sink;
}

void story_free(struct story *st)
{
    for (size_t i = 1; st && i < st->count; i++)
        free(st->facts[i].text);
    if (st) {
        free(st->facts);
        free(st->becauses);
    }
    free(st);
}

/* --- questions ------------------------------------------------------------------------------------------------ */

static const struct fact *fact(const struct story *st, uint64_t id)
{
    return id > 0 && id < st->count ? &st->facts[id] : NULL;
}

static uint64_t because_of(const struct story *st, uint64_t id, enum because_role role)
{
    const struct fact *f = fact(st, id);
    for (uint32_t i = f ? f->because : 0; i; i = st->becauses[i - 1].next) {
        if (st->becauses[i - 1].role == role)
            return st->becauses[i - 1].of;
    }
    return 0;
}

static bool is(const struct fact *f, enum rec_kind kind, const char *what)
{
    return f && f->kind == kind && f->what && strcmp(f->what, what) == 0;
}

/* The n-th of the words of a STATE: 0 machine, 1 key, 2 from, 3 event, 4 to. */
static struct str state_word(const struct fact *f, int n)
{
    struct str rest = str_of(f->text), word = STR_NONE;
    for (int i = 0; i <= n; i++)
        word = str_cut(&rest, '|');
    return word;
}

static bool counted(const struct fact *f)
{
    return is(f, REC_ALARM, "EndPointUnregistered") && f->a != 8 && f->a != 9 && f->a != 10 && f->a != 28;
}

static uint64_t first_alarm(const struct story *st)
{
    for (uint64_t i = 1; i < st->count; i++) {
        if (counted(&st->facts[i]))
            return i;
    }
    return 0;
}

static void clock_text(struct txtbuf *t, int64_t ns)
{
    int64_t tenths = (ns < 0 ? 50000000 - ns : ns + 50000000) / 100000000;
    txtbuf_add(t, "%s%lld:%02lld.%lld", ns < 0 ? "-" : "", (long long)(tenths / 600), (long long)(tenths / 10 % 60),
               (long long)(tenths % 10));
}

/* A span as a person says it: "107 s", "26.88 s", "210 ms". */
static void span_text(struct txtbuf *t, int64_t ns)
{
    if (ns >= 1000000000) {
        int64_t step = ns < 100000000000 ? 10000000 : 1000000000;
        txtbuf_scaled(t, (ns + step / 2) / step * (step / 10000000), 2);
        txtbuf_cstr(t, " s");
    } else {
        txtbuf_scaled(t, (ns + 50000) / 100000, 1);
        txtbuf_cstr(t, " ms");
    }
}

/* The story counts from the first registration, as the documents do. */
static int64_t origin_ns(const struct story *st)
{
    for (uint64_t i = 1; i < st->count; i++) {
        const struct fact *f = &st->facts[i];
        if (is(f, REC_STATE, "registration") && str_eq(state_word(f, 4), STR("registered")))
            return f->t_ns;
    }
    return 0;
}

/* --- timeline --------------------------------------------------------------------------------------------------- */

static void line(const struct story *st, FILE *out, int64_t t_ns, const char *text)
{
    char clock[32];
    struct txtbuf t = txtbuf_of(clock, sizeof clock);
    clock_text(&t, t_ns - origin_ns(st));
    fprintf(out, "  %8s  %s\n", clock, text);
}

/* Name of the node where this device's binding was last made before record `id`. */
static const char *registrar_of(const struct story *st, struct str device, uint64_t id)
{
    for (uint64_t i = id; i > 0; i--) {
        const struct fact *f = &st->facts[i];
        if (is(f, REC_STATE, "registrar") && str_eq(state_word(f, 1), device) &&
            str_eq(state_word(f, 4), STR("registered")))
            return sim_node_name(st->sim, f->node);
    }
    return "its CUCM";
}

struct tally {
    uint64_t drops, copies;
    const struct fact *last;
};

static void tell_drops(const struct story *st, FILE *out, struct tally *y)
{
    char text[160];
    if (y->drops > 0 && y->last) {
        struct txtbuf t = txtbuf_of(text, sizeof text);
        txtbuf_add(&t, "%llu frame%s lost, the last at %s %s (%s)", (unsigned long long)y->drops,
                   y->drops == 1 ? "" : "s", sim_node_name(st->sim, y->last->node), y->last->text,
                   y->last->what);
        line(st, out, y->last->t_ns, text);
    }
    y->drops = 0;
}

static bool told(const struct fact *f)
{
    if (is(f, REC_STATE, "registration"))
        return str_starts(state_word(f, 3), STR("registered-at-"));
    return f->kind == REC_ALARM || f->kind == REC_FAULT;
}

static void tell(const struct story *st, FILE *out, uint64_t id, int registrations)
{
    const struct fact *f = &st->facts[id];
    char text[160];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    if (f->kind == REC_ALARM) {
        txtbuf_add(&t, "%s: %s %s, Reason=%lld", sim_node_name(st->sim, f->node), f->what, f->text,
                   (long long)f->a);
    } else if (f->kind == REC_STATE) {
        struct str device = state_word(f, 1);
        txtbuf_add(&t, "%.*s %s with %s", STR_ARG(device),
                   registrations ? "registers again," : "registers", registrar_of(st, device, id));
    } else {
        txtbuf_add(&t, "%s: %s", sim_node_name(st->sim, f->node), f->text ? f->text : "fault");
    }
    line(st, out, f->t_ns, text);
}

void story_timeline(const struct story *st, FILE *out, int lines_max)
{
    struct tally y = {0};
    int lines = 0, registrations = 0;
    uint64_t left = 0;
    for (uint64_t i = 1; i < st->count; i++) {
        const struct fact *f = &st->facts[i];
        if (f->kind == REC_DROP) {
            y.drops++;
            y.last = f;
        }
        if (!told(f))
            continue;
        if (lines >= lines_max - 1) {
            left++;
            continue;
        }
        lines += y.drops > 0 && registrations > 0;
        if (registrations > 0)
            tell_drops(st, out, &y);
        tell(st, out, i, registrations);
        lines++;
        registrations += f->kind == REC_STATE;
        y.drops = 0;
    }
    if (left)
        fprintf(out, "            ... and %llu more registrations and alarms like these\n",
                (unsigned long long)left);
    if (lines == 0)
        fprintf(out, "            nobody registered\n");
}

/* --- why ------------------------------------------------------------------------------------------------------------ */

static void sentence(FILE *out, int n, const char *text)
{
    char lead[16];
    struct txtbuf t = txtbuf_of(lead, sizeof lead);
    txtbuf_add(&t, "  %d.", n);
    cli_print_wrapped(out, lead, "    ", text);
}

/* What a walk from the first unregister finds. */
struct chain {
    uint64_t alarm, timeout, drop, aged, limit;
    int64_t idle_ns, rto_first_ns, rto_last_ns;
    uint64_t same_drops, karn_acks;
    uint16_t sender;
};

/* The sender's RTOs between its last valid sample and the alarm. */
static void find_rtos(const struct story *st, struct chain *c)
{
    int64_t first = 0, last = 0;
    for (uint64_t i = 1; i < c->alarm; i++) {
        const struct fact *f = &st->facts[i];
        if (!is(f, REC_NOTE, "tcp.rto") || f->node != c->sender)
            continue;
        c->karn_acks += strstr(f->text, "Karn") != NULL;
        if (strncmp(f->text, "no ACK", 6) == 0) {
            first = first ? first : f->a;
            last = f->b;
        } else if (strncmp(f->text, "a valid", 7) == 0 && f->b < last) {
            first = last = 0;
            c->karn_acks = 0;
        }
    }
    c->rto_first_ns = first;
    c->rto_last_ns = last;
}

static void find_sender(const struct story *st, struct chain *c)
{
    for (uint64_t i = c->drop; i > 0; i = st->facts[i].cause) {
        if (st->facts[i].kind == REC_FRAME_TX)
            c->sender = st->facts[i].node;
    }
}

static bool find_chain(const struct story *st, struct chain *c)
{
    *c = (struct chain){.alarm = first_alarm(st)};
    uint64_t at = c->alarm;
    for (int i = 0; at && i < WALK_MAX && !c->timeout; i++) {
        if (because_of(st, at, BECAUSE_AWAITED))
            c->timeout = at;
        at = st->facts[at].cause;
    }
    uint64_t awaited = because_of(st, c->timeout, BECAUSE_AWAITED);
    if (fact(st, awaited) && st->facts[awaited].kind == REC_DROP)
        c->drop = awaited;
    c->aged = because_of(st, c->drop, BECAUSE_STATE);
    c->limit = because_of(st, c->aged, BECAUSE_LIMIT);
    uint64_t written = because_of(st, c->aged, BECAUSE_STATE);
    if (written)
        c->idle_ns = st->facts[c->aged].t_ns - st->facts[written].t_ns;
    for (uint64_t i = 1; c->drop && i <= c->drop; i++) {
        const struct fact *f = &st->facts[i], *d = &st->facts[c->drop];
        c->same_drops += f->kind == REC_DROP && f->node == d->node && f->what == d->what &&
                         because_of(st, i, BECAUSE_STATE) != 0;
    }
    if (c->drop)
        find_sender(st, c);
    if (c->sender)
        find_rtos(st, c);
    return c->alarm != 0;
}

static void why_alarm(const struct story *st, const struct chain *c, FILE *out)
{
    char text[400];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    const struct fact *a = &st->facts[c->alarm], *d = fact(st, c->drop);
    txtbuf_cstr(&t, "At ");
    clock_text(&t, a->t_ns - origin_ns(st));
    txtbuf_add(&t, " %s unregistered %s (Reason=%lld): ", sim_node_name(st->sim, a->node), a->text,
               (long long)a->a);
    if (!d) {
        txtbuf_cstr(&t, c->timeout ? "what it awaited did not arrive." : "its connection ended.");
    } else {
        txtbuf_cstr(&t, "the keepalive it awaited was dropped at ");
        txtbuf_add(&t, "%s %s %s at ", sim_node_model(st->sim, d->node),
                   sim_node_name(st->sim, d->node), d->text);
        clock_text(&t, d->t_ns - origin_ns(st));
        txtbuf_add(&t, " (%s), and no copy of it came within the ", d->what);
        span_text(&t, (a->t_ns - d->t_ns + 50000000) / 100000000 * 100000000);
        txtbuf_cstr(&t, " that were left.");
    }
    sentence(out, 1, text);
}

static bool why_drop(const struct story *st, const struct chain *c, FILE *out, int n)
{
    char text[400];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    const struct fact *limit = fact(st, c->limit);
    if (!limit)
        return false;
    uint16_t node = st->facts[c->drop].node;
    txtbuf_add(&t, "The %s %s had forgotten its address: it had been silent for ",
               sim_node_model(st->sim, node), sim_node_name(st->sim, node));
    span_text(&t, c->idle_ns);
    txtbuf_add(&t, ", longer than %s; %llu first copies in a row were lost to that.", limit->text,
               (unsigned long long)c->same_drops);
    sentence(out, n, text);
    return true;
}

static bool why_rto(const struct story *st, const struct chain *c, FILE *out, int n)
{
    char text[400];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    if (c->rto_last_ns == 0)
        return false;
    txtbuf_add(&t, "%s the RTO of the %s doubled with each loss, from ",
               c->karn_acks ? "An ACK of retransmitted data gives no valid RTT sample (Karn), so"
                            : "No ACK came any more:",
               sim_node_name(st->sim, c->sender));
    span_text(&t, c->rto_first_ns);
    txtbuf_cstr(&t, " to ");
    span_text(&t, c->rto_last_ns);
    txtbuf_cstr(&t, ": too long for the last one.");
    sentence(out, n, text);
    return true;
}

static void why_calm(const struct story *st, FILE *out)
{
    char text[300];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_add(&t, "Nobody was unregistered: %lld keepalives were sent, %lld of them needed a TCP "
                   "retransmission.",
               (long long)measure_get(st->sim, MEASURE_KEEPALIVES_SENT).v,
               (long long)measure_get(st->sim, MEASURE_KEEPALIVES_RETRANSMITTED).v);
    sentence(out, 1, text);
    uint64_t drops = 0;
    const struct fact *last = NULL;
    for (uint64_t i = 1; i < st->count; i++) {
        if (st->facts[i].kind == REC_DROP) {
            drops++;
            last = &st->facts[i];
        }
    }
    t = txtbuf_of(text, sizeof text);
    if (!last)
        txtbuf_cstr(&t, "Not one frame was lost.");
    else
        txtbuf_add(&t, "%llu frame%s lost, the last at %s %s (%s).", (unsigned long long)drops,
                   drops == 1 ? " was" : "s were", sim_node_name(st->sim, last->node), last->text,
                   last->what);
    sentence(out, 2, text);
}

void story_why(const struct story *st, FILE *out)
{
    struct chain c;
    if (!find_chain(st, &c)) {
        why_calm(st, out);
        return;
    }
    why_alarm(st, &c, out);
    int n = 2;
    n += why_drop(st, &c, out, n);
    why_rto(st, &c, out, n);
}

bool story_remedy(const struct story *st, struct txtbuf *t)
{
    struct chain c;
    if (!find_chain(st, &c) || !fact(st, c.limit) || c.idle_ns == 0)
        return false;
    struct str rest = str_of(st->facts[c.limit].text), name = str_trim(str_cut(&rest, '='));
    int64_t minutes = c.idle_ns / 60000000000 + 1;
    txtbuf_add(t, "%.*s=%lldmin", STR_ARG(name), (long long)minutes);
    return true;
}
