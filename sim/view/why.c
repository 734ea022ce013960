/* SPDX-License-Identifier: GPL-3.0-or-later */
/* why.c: the walk. From a record it goes to what it awaited, to the record that last wrote the value it
 * acted on, to the limit it was compared with, and to its cause; frames on the way are passed silently
 * down to the sending that began them. A cause that lies more than a second back armed a timer: it is
 * told, not followed, or the walk would go on through every exchange before it. Chains of one kind are
 * folded: the doublings of an RTO are one sentence, and so are repeated losses. */
#include "sim/view/why.h"

#include <stdlib.h>
#include <string.h>

#include "sim/view/why_subject.h"

#define TIMER_GAP_NS 1000000000
#define VISITS_MAX 256

struct walk {
    const struct view_run *run;
    struct why *out;
    const struct view_record *subject;
    int64_t lost_ns; /* when what the subject awaited was lost; 0: it was not */
    int64_t seen[VISITS_MAX];
    int seen_count;
};

/* --- words ------------------------------------------------------------------------------------------------ */

static void add_clock(struct txtbuf *t, const struct view_run *r, int64_t ns)
{
    int64_t rel = ns - r->origin_ns, tenths = (rel < 0 ? 50000000 - rel : rel + 50000000) / 100000000;
    txtbuf_add(t, "%s%lld:%02lld.%lld", rel < 0 && tenths ? "-" : "", (long long)(tenths / 600),
               (long long)(tenths / 10 % 60), (long long)(tenths % 10));
}

static void add_span(struct txtbuf *t, int64_t ns)
{
    int64_t step = ns >= 10000000000 ? 100000000 : ns >= 1000000000 ? 10000000 : 1000;
    txtbuf_dur(t, (ns + step / 2) / step * step);
}

static const char *node_name(const struct walk *w, const struct view_record *x)
{
    bool known = x->node > 0 && x->node < w->run->node_count && w->run->nodes[x->node].name;
    return known ? w->run->nodes[x->node].name : "the scenario";
}

static bool field_is(const struct view_record *x, const char *name, const char *value)
{
    char buf[128];
    return str_eq(view_field(x, name, buf, sizeof buf), str_of(value));
}

static void step(struct walk *w, const struct view_record *x, const char *role, const char *text)
{
    if (w->out->step_count == WHY_STEPS_MAX)
        return;
    w->out->steps[w->out->step_count++] =
        (struct why_step){x->t_ns, x->id, node_name(w, x), role,
                          arena_strdup(w->run->arena, str_of(text))};
}

static void root(struct walk *w, const struct view_record *x)
{
    for (int i = 0; i < w->out->root_count; i++) {
        if (w->out->roots[i] == x->id)
            return;
    }
    if (w->out->root_count < WHY_ROOTS_MAX)
        w->out->roots[w->out->root_count++] = x->id;
}

static bool visit(struct walk *w, const struct view_record *x)
{
    if (!x || w->seen_count == VISITS_MAX)
        return false;
    for (int i = 0; i < w->seen_count; i++) {
        if (w->seen[i] == x->id)
            return false;
    }
    w->seen[w->seen_count++] = x->id;
    return true;
}

static bool is_frame(const struct view_record *x)
{
    return view_is(x, "FRAME_TX") || view_is(x, "FRAME_RX");
}

/* --- sentences by kind ---------------------------------------------------------------------------------------- */

/* How often the same port discarded for the same reason, up to this time; and when first. */
static int same_drops(const struct walk *w, const struct view_record *d, int64_t *since_ns)
{
    char reason[64], port[64];
    view_field(d, "reason", reason, sizeof reason);
    view_field(d, "port", port, sizeof port);
    int n = 0;
    for (int64_t id = d->id; id >= 1; id--) {
        const struct view_record *x = view_record(w->run, id);
        bool same = view_is(x, "DROP") && x->node == d->node && field_is(x, "reason", reason) &&
                    field_is(x, "port", port) &&
                    (view_because(w->run, x, VIEW_STATE) != NULL) ==
                        (view_because(w->run, d, VIEW_STATE) != NULL);
        if (!same)
            continue;
        n++;
        *since_ns = x->t_ns;
    }
    return n;
}

static void tell_drop(struct walk *w, const struct view_record *x, const char *role)
{
    char text[600], port[64], reason[64];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    view_field(x, "port", port, sizeof port);
    view_field(x, "reason", reason, sizeof reason);
    int64_t since = x->t_ns;
    int n = same_drops(w, x, &since);
    struct str frame = str_of(x->text);
    str_cut(&frame, ' '); /* the reason stands in front */
    if (strcmp(role, "awaited") == 0)
        txtbuf_cstr(&t, "what it waited for had been lost: ");
    txtbuf_add(&t, "%s %s discarded, as %s, the frame %.*s", node_name(w, x), port, reason, STR_ARG(frame));
    if (n > 1) {
        txtbuf_add(&t, "; it was the %dth such loss there since ", n);
        add_clock(&t, w->run, since);
    }
    step(w, x, role, text);
}

static struct str limit_text(const struct view_record *x)
{
    struct str line = str_of(x->text), lead = STR("parameter: ");
    return str_starts(line, lead) ? (struct str){line.p + lead.n, line.n - lead.n} : line;
}

/* What was compared with the time since then, in the same sentence. */
static void tell_limits(struct walk *w, const struct view_record *x, struct txtbuf *t)
{
    for (uint32_t i = 0; i < x->because_count; i++) {
        const struct view_because *b = &w->run->because[x->because + i];
        const struct view_record *limit = b->role == VIEW_LIMIT ? view_record(w->run, b->of) : NULL;
        if (!limit || !visit(w, limit))
            continue;
        root(w, limit);
        struct str line = limit_text(limit);
        txtbuf_add(t, "; the limit was %.*s (#%lld)", STR_ARG(line), (long long)limit->id);
    }
}

static void tell_state(struct walk *w, const struct view_record *x, const char *role)
{
    char text[600], m[64], k[96], f[32], ev[64], to[32];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    struct str machine = view_field(x, "machine", m, sizeof m), key = view_field(x, "key", k, sizeof k);
    struct str from = view_field(x, "from", f, sizeof f), event = view_field(x, "event", ev, sizeof ev);
    struct str next = view_field(x, "to", to, sizeof to);
    txtbuf_add(&t, "at %s, %.*s %.*s went from %.*s to %.*s (%.*s)", node_name(w, x), STR_ARG(machine),
               STR_ARG(key), STR_ARG(from), STR_ARG(next), STR_ARG(event));
    const struct view_record *written = view_because(w->run, x, VIEW_STATE);
    if (written) {
        txtbuf_cstr(&t, ": it had been written ");
        add_span(&t, x->t_ns - written->t_ns);
        txtbuf_add(&t, " before, by #%lld", (long long)written->id);
        tell_limits(w, x, &t);
    }
    step(w, x, role, text);
}

static void tell_plain(struct walk *w, const struct view_record *x, const char *role)
{
    char text[600];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    bool limit = strcmp(role, "limit") == 0;
    struct str line = limit ? limit_text(x) : str_of(x->text);
    if (limit)
        txtbuf_add(&t, "the limit was %.*s (%s)", STR_ARG(line), node_name(w, x));
    else
        txtbuf_add(&t, "%s: %.*s", node_name(w, x), STR_ARG(line));
    step(w, x, role, text);
}

/* --- the RTO's history, folded ------------------------------------------------------------------------------------ */

static bool is_rto(const struct view_record *x)
{
    return view_is(x, "NOTE") && field_is(x, "topic", "tcp.rto");
}

/* The last span that a line names, or the first after a word: text such as "… RTO of 210ms: … now 420ms". */
static struct str span_after(const char *text, const char *words)
{
    ptrdiff_t at = str_find(str_of(text), str_of(words));
    if (at < 0)
        return STR_NONE;
    struct str rest = str_of(text + at + strlen(words)), word = str_cut(&rest, ' ');
    while (word.n && (word.p[word.n - 1] == ':' || word.p[word.n - 1] == ','))
        word.n--;
    return word;
}

/* "26.88s", "420ms": as txtbuf_dur writes spans. */
static int64_t span_ns(struct str s)
{
    static const struct {
        const char *unit;
        int64_t ns;
    } units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
    struct str number = s, frac;
    uint64_t whole = 0, part = 0;
    int64_t scale = 0;
    for (size_t i = 0; i < 4 && !scale; i++) {
        size_t n = strlen(units[i].unit);
        if (s.n > n && memcmp(s.p + s.n - n, units[i].unit, n) == 0) {
            scale = units[i].ns;
            number.n = s.n - n;
        }
    }
    frac = number;
    if (!scale || !str_u64(str_cut(&frac, '.'), INT64_MAX / 2000000000, &whole))
        return 0;
    int64_t ns = (int64_t)whole * scale;
    for (size_t i = 0; i < frac.n; i++) {
        scale /= 10;
        if (str_u64((struct str){frac.p + i, 1}, 9, &part))
            ns += (int64_t)part * scale;
    }
    return ns;
}

/* A repetition that would have come after the subject's timer had run out. */
static void add_too_late(struct txtbuf *t, const struct walk *w, int64_t rto_ns)
{
    int64_t left = w->subject->t_ns - w->lost_ns;
    if (!w->lost_ns || rto_ns <= left || w->subject->node == 0)
        return;
    txtbuf_cstr(t, "; so what was lost would have been repeated after ");
    add_span(t, rto_ns);
    txtbuf_add(t, ", but %s waited only ", node_name(w, w->subject));
    add_span(t, left);
    txtbuf_cstr(t, " more");
}

static int karn_acks(const struct walk *w, int node, int64_t from_id, int64_t to_id)
{
    int n = 0;
    for (int64_t id = from_id; id <= to_id; id++) {
        const struct view_record *x = view_record(w->run, id);
        n += is_rto(x) && x->node == node && str_find(str_of(x->text), STR("Karn")) >= 0;
    }
    return n;
}

/* Returns the record that the chain began with; NULL: it doubled nothing. */
static const struct view_record *tell_rto(struct walk *w, const struct view_record *last)
{
    char text[600];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    const struct view_record *first = last, *x = last;
    int doubled = 0;
    for (int i = 0; x && is_rto(x) && i < VISITS_MAX; i++) {
        visit(w, x);
        if (str_find(str_of(x->text), STR("valid RTT sample takes")) >= 0)
            break;
        doubled += str_find(str_of(x->text), STR("within the RTO of")) >= 0;
        first = x;
        x = view_because(w->run, x, VIEW_STATE);
    }
    if (doubled == 0)
        return NULL;
    struct str was = span_after(first->text, "within the RTO of "), now = span_after(last->text, "is now ");
    txtbuf_add(&t, "the RTO of %s had doubled ", node_name(w, last));
    if (doubled == 1)
        txtbuf_cstr(&t, "once, at ");
    else
        txtbuf_add(&t, "%d times since ", doubled);
    add_clock(&t, w->run, first->t_ns);
    txtbuf_add(&t, ", from %.*s to %.*s", STR_ARG(was), STR_ARG(now));
    int karn = karn_acks(w, last->node, first->id, w->out->subject);
    if (karn)
        txtbuf_add(&t, ", and stayed: %d ACKs in between were of retransmitted data and gave no valid RTT "
                       "sample (Karn)", karn);
    else
        txtbuf_cstr(&t, ": no ACK came in between");
    add_too_late(&t, w, span_ns(now));
    step(w, last, "state", text);
    return first;
}

/* --- the walk ---------------------------------------------------------------------------------------------------------- */

static void go(struct walk *w, const struct view_record *x, const char *role);

static void tell(struct walk *w, const struct view_record *x, const char *role)
{
    if (view_is(x, "DROP"))
        tell_drop(w, x, role);
    else if (view_is(x, "STATE"))
        tell_state(w, x, role);
    else
        tell_plain(w, x, role);
}

static void armed_by(struct walk *w, const struct view_record *x, const struct view_record *cause)
{
    char text[600];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    txtbuf_add(&t, "its timer had been started ");
    add_span(&t, x->t_ns - cause->t_ns);
    txtbuf_add(&t, " before, at %s, by %s", node_name(w, cause), cause->text);
    step(w, cause, "cause", text);
}

/* Down through the frames to the sending that began them, where the sender's RTO may tell more. */
static void follow_frame(struct walk *w, const struct view_record *x)
{
    while (x && is_frame(x) && visit(w, x)) {
        for (uint32_t i = 0; i < x->because_count; i++) {
            const struct view_record *of = view_record(w->run, w->run->because[x->because + i].of);
            if (of && is_rto(of))
                tell_rto(w, of);
        }
        const struct view_record *cause = view_record(w->run, x->cause);
        if (!cause || x->t_ns - cause->t_ns > TIMER_GAP_NS)
            return;
        x = cause;
    }
    if (x && !is_frame(x))
        go(w, x, "cause");
}

static void go_on(struct walk *w, const struct view_record *x)
{
    const struct view_record *awaited = view_because(w->run, x, VIEW_AWAITED);
    const struct view_record *state = view_because(w->run, x, VIEW_STATE);
    const struct view_record *cause = view_record(w->run, x->cause);
    for (uint32_t i = 0; i < x->because_count; i++) {
        const struct view_because *b = &w->run->because[x->because + i];
        if (b->role == VIEW_LIMIT)
            go(w, view_record(w->run, b->of), "limit");
    }
    if (awaited && view_is(awaited, "DROP") && view_is(w->subject, "ALARM"))
        w->lost_ns = awaited->t_ns;
    if (awaited)
        go(w, awaited, "awaited");
    if (state && !is_frame(state))
        go(w, state, "state");
    if (cause && x->t_ns - cause->t_ns > TIMER_GAP_NS && awaited)
        armed_by(w, x, cause);
    else if (cause && x->t_ns - cause->t_ns <= TIMER_GAP_NS)
        go(w, cause, "cause");
    if (!awaited && !state && !cause)
        root(w, x);
}

/* Depth is bounded by VISITS_MAX: every record is visited once. */
static void go(struct walk *w, const struct view_record *x, const char *role)
{
    if (!x)
        return;
    if (is_frame(x)) {
        if (strcmp(role, "awaited") == 0)
            tell_plain(w, x, role);
        follow_frame(w, x);
        return;
    }
    if (!visit(w, x))
        return;
    if (is_rto(x)) {
        const struct view_record *began = tell_rto(w, x);
        if (began && strcmp(role, "subject") == 0)
            go_on(w, began);
        return;
    }
    bool minor = view_is(x, "LOG") || (view_is(x, "NOTE") && strcmp(role, "limit") != 0);
    if (!minor)
        tell(w, x, role);
    if (strcmp(role, "limit") == 0)
        root(w, x);
    else
        go_on(w, x);
}

/* --- what followed --------------------------------------------------------------------------------------- */

/* What came of an alarm: the device's next registration. */
static void tell_result(struct walk *w, const struct view_record *alarm)
{
    char device[64], key[64], event[64], text[300];
    struct str name = view_field(alarm, "device", device, sizeof device);
    for (int64_t id = alarm->id; name.n && (size_t)id <= w->run->count; id++) {
        const struct view_record *x = view_record(w->run, id);
        if (!view_is(x, "STATE") || !field_is(x, "machine", "registration") ||
            !str_eq(view_field(x, "key", key, sizeof key), name) || !field_is(x, "to", "registered"))
            continue;
        struct txtbuf t = txtbuf_of(text, sizeof text);
        struct str where = view_field(x, "event", event, sizeof event);
        txtbuf_add(&t, "so %.*s registered elsewhere (%.*s in its group) ", STR_ARG(name), STR_ARG(where));
        add_span(&t, x->t_ns - alarm->t_ns);
        txtbuf_cstr(&t, " later");
        if (w->out->step_count == WHY_STEPS_MAX)
            w->out->step_count--;
        step(w, x, "result", text);
        return;
    }
}

bool why_explain(const struct view_run *r, const char *subject, struct why *out, struct err *e)
{
    *out = (struct why){0};
    struct why_subject found;
    if (!why_find(r, subject, &found, e))
        return false;
    out->intro = found.intro;
    const struct view_record *x = found.record;
    if (!x)
        return true;
    struct walk w = {.run = r, .out = out, .subject = x};
    out->subject = x->id;
    go(&w, x, "subject");
    if (out->step_count == 0)
        tell_plain(&w, x, "subject");
    if (view_is(x, "ALARM"))
        tell_result(&w, x);
    return true;
}
