/* SPDX-License-Identifier: GPL-3.0-or-later */
/* why_tell.c: one sentence for each step of the walk. A sentence begins with what a reader needs and goes
 * on with details; the first part stands by itself. */
#include <string.h>

#include "sim/view/why_state.h"
#include "sim/view/why_words.h"

struct sentence {
    char bytes[WHY_TEXT_BYTES];
    struct txtbuf t;
    size_t brief; /* 0: all of it */
};

static void begin(struct sentence *s)
{
    s->t = txtbuf_of(s->bytes, sizeof s->bytes);
    s->brief = 0;
}

static void details(struct sentence *s)
{
    s->brief = s->t.n;
}

static void step(struct walk *w, const struct view_record *x, const char *role, struct sentence *s)
{
    if (w->out->step_count == WHY_STEPS_MAX)
        return;
    struct str text = txtbuf_view(&s->t);
    w->out->steps[w->out->step_count++] =
        (struct why_step){x->t_ns, x->id, view_node_name(w->run, x->node), role,
                          arena_strdup(w->run->arena, text), s->brief ? s->brief : text.n};
}

static const char *node(const struct walk *w, const struct view_record *x)
{
    return view_node_name(w->run, x->node);
}

static void ordinal(struct txtbuf *t, int n)
{
    static const char *const tails[] = {"th", "st", "nd", "rd"};
    txtbuf_add(t, "%d%s", n, n % 100 / 10 == 1 || n % 10 > 3 ? "th" : tails[n % 10]);
}

/* --- alarms, faults, notes ------------------------------------------------------------------------------ */

void tell_alarm(struct walk *w, const struct view_record *x, const char *role)
{
    struct sentence s;
    char name[64], device[64], reason[24], detail[96];
    begin(&s);
    struct str d = view_field(x, "device", device, sizeof device);
    struct str why = view_field(x, "detail", detail, sizeof detail);
    txtbuf_add(&s.t, "%s raised %.*s", node(w, x), STR_ARG(view_field(x, "name", name, sizeof name)));
    if (d.n)
        txtbuf_add(&s.t, " for %.*s", STR_ARG(d));
    txtbuf_add(&s.t, ", reason %.*s", STR_ARG(view_field(x, "reason", reason, sizeof reason)));
    if (why.n)
        txtbuf_add(&s.t, " (%.*s)", STR_ARG(why));
    step(w, x, role, &s);
}

static void tell_fault(struct walk *w, const struct view_record *x, const char *role)
{
    struct sentence s;
    char what[64], target[96], line[96];
    begin(&s);
    txtbuf_add(&s.t, "the script did it: %.*s %.*s (%.*s)", STR_ARG(view_field(x, "what", what, sizeof what)),
               STR_ARG(view_field(x, "target", target, sizeof target)),
               STR_ARG(view_field(x, "line", line, sizeof line)));
    step(w, x, role, &s);
}

void tell_plain(struct walk *w, const struct view_record *x, const char *role)
{
    struct sentence s;
    bool limit = strcmp(role, "limit") == 0, awaited = strcmp(role, "awaited") == 0;
    if (view_is(x, "FAULT")) {
        tell_fault(w, x, role);
        return;
    }
    begin(&s);
    if (awaited)
        txtbuf_cstr(&s.t, view_is(x, "NOTE") ? "what it waited for could not come: "
                                             : "what it waited for was sent and did not help: ");
    if (limit)
        txtbuf_add(&s.t, "the limit was %.*s (%s)", STR_ARG(why_limit(x)), node(w, x));
    else if (view_is_frame(x)) {
        txtbuf_add(&s.t, "%s %s ", node(w, x), view_is(x, "FRAME_RX") ? "received" : "sent");
        why_message(&s.t, w->run, x);
    } else {
        txtbuf_add(&s.t, "%s: %s", node(w, x), x->text);
    }
    step(w, x, role, &s);
}

/* --- discards ------------------------------------------------------------------------------------------- */

/* Packets of voice are many of one exchange, none a copy of another. */
static bool is_voice(const struct view_record *x)
{
    return strstr(x->text, " RTP PT=") != NULL;
}

static void tell_losses(struct walk *w, const struct view_record *x, struct txtbuf *t)
{
    struct why_losses l = why_losses(w->run, x);
    if (l.exchanges > 1) {
        txtbuf_cstr(t, "; it was the ");
        ordinal(t, l.exchanges);
        txtbuf_cstr(t, " such message in a row to lose a copy there, since ");
    } else if (l.copies > 1) {
        txtbuf_add(t, "; %d %s there since ", l.copies,
                   is_voice(x) ? "packets of its stream were lost"
                   : x->flow ? "copies of it were lost"
                             : "frames like it were lost");
    } else {
        return;
    }
    why_clock(t, w->run, l.since_ns);
}

void tell_drop(struct walk *w, const struct view_record *x, const char *role)
{
    struct sentence s;
    char port[64], reason[64];
    begin(&s);
    txtbuf_add(&s.t, "%s dropped at %.*s %s%s", node(w, x), STR_ARG(view_field(x, "port", port, sizeof port)),
               why_losses(w->run, x).first_copy && x->flow && !is_voice(x) ? "the first copy of " : "",
               strcmp(role, "awaited") == 0 ? "the awaited " : "");
    why_message(&s.t, w->run, x);
    txtbuf_add(&s.t, " (%.*s)", STR_ARG(view_field(x, "reason", reason, sizeof reason)));
    details(&s);
    tell_losses(w, x, &s.t);
    step(w, x, role, &s);
}

/* --- states and limits ---------------------------------------------------------------------------------- */

/* "a = 1s, b = 2s": every limit that a record was compared with; each is a root. */
static bool add_limits(struct walk *w, const struct view_record *x, struct txtbuf *t, const char *lead)
{
    bool any = false;
    for (const struct view_because *b = view_becauses(w->run, x); b; b = view_next_because(w->run, b)) {
        const struct view_record *limit = b->role == VIEW_LIMIT ? view_record(w->run, b->of) : NULL;
        if (!limit || !walk_visit(w, limit))
            continue;
        walk_root(w, limit);
        txtbuf_add(t, "%s%.*s", any ? ", " : lead, STR_ARG(why_limit(limit)));
        any = true;
    }
    return any;
}

/* The first limit on the way that something had outlived: to raise it would have helped. */
static bool outlived(struct walk *w, const struct view_record *x, int64_t age_ns)
{
    const struct view_record *limit = view_because(w->run, x, VIEW_LIMIT);
    struct str line = limit ? why_limit(limit) : STR_NONE;
    str_cut(&line, '=');
    int64_t limit_ns = why_span_ns(str_trim(line));
    if (limit_ns == 0 || limit_ns > age_ns)
        return false;
    if (w->out->limit == 0) {
        w->out->limit = limit->id;
        w->out->passed_ns = age_ns;
    }
    return true;
}

static void tell_written(struct walk *w, const struct view_record *x, struct sentence *s)
{
    const struct view_record *written = view_because(w->run, x, VIEW_STATE);
    if (!written)
        return;
    int64_t age = x->t_ns - written->t_ns;
    bool old = outlived(w, x, age);
    txtbuf_cstr(&s->t, ": last confirmed ");
    why_span(&s->t, age);
    txtbuf_cstr(&s->t, " before");
    add_limits(w, x, &s->t, old ? ", longer than " : "; the limit was ");
    details(s);
    txtbuf_add(&s->t, "; confirmed by #%lld at ", (long long)written->id);
    why_clock(&s->t, w->run, written->t_ns);
    struct why_repeats n = why_repeats(w->run, x);
    if (n.count < 2)
        return;
    txtbuf_add(&s->t, "; the same %d times since ", n.count);
    why_clock(&s->t, w->run, n.since_ns);
    txtbuf_cstr(&s->t, ", after ");
    why_span(&s->t, n.age_min_ns);
    txtbuf_cstr(&s->t, " to ");
    why_span(&s->t, n.age_max_ns);
}

/* A change that a NOTE puts in words; and what came too late to change it again. */
static void tell_said(struct walk *w, const struct view_record *x, const struct view_record *said, const char *role)
{
    struct sentence s;
    const struct view_record *late = why_outrun(w->run, x);
    begin(&s);
    txtbuf_add(&s.t, "at %s, %.*s", node(w, x), STR_ARG(why_note_line(said)));
    add_limits(w, x, &s.t, ": ");
    if (late) {
        txtbuf_cstr(&s.t, "; ");
        why_span(&s.t, late->t_ns - x->t_ns);
        txtbuf_add(&s.t, " later, %.*s", STR_ARG(why_note_line(late)));
    }
    step(w, x, role, &s);
}

void tell_state(struct walk *w, const struct view_record *x, const char *role)
{
    struct sentence s;
    const struct view_record *said = view_because(w->run, x, VIEW_STATE) ? NULL : why_said(w->run, x);
    if (said) {
        tell_said(w, x, said, role);
        return;
    }
    char machine[64], key[96], from[32], event[64], to[32];
    begin(&s);
    struct str k = view_field(x, "key", key, sizeof key);
    struct str m = view_field(x, "machine", machine, sizeof machine);
    txtbuf_add(&s.t, "at %s, %.*s%s%.*s went from %.*s", node(w, x), STR_ARG(m), k.n ? " " : "", STR_ARG(k),
               STR_ARG(view_field(x, "from", from, sizeof from)));
    txtbuf_add(&s.t, " to %.*s (%.*s)", STR_ARG(view_field(x, "to", to, sizeof to)),
               STR_ARG(view_field(x, "event", event, sizeof event)));
    tell_written(w, x, &s);
    step(w, x, role, &s);
}

/* What was due in regular time may have been due too late for a limit that was told before. */
static void add_interval(struct walk *w, struct txtbuf *t, int64_t span_ns)
{
    const struct view_record *limit = view_record(w->run, w->out->limit);
    struct str line = limit ? why_limit(limit) : STR_NONE, value = line;
    str_cut(&value, '=');
    if (limit && span_ns > why_span_ns(str_trim(value)))
        txtbuf_cstr(t, ", longer than that");
}

void tell_wait(struct walk *w, const struct view_record *x, const struct view_record *since)
{
    struct sentence s;
    int64_t span = x->t_ns - since->t_ns;
    bool in_vain = view_because(w->run, x, VIEW_AWAITED) != NULL;
    begin(&s);
    txtbuf_add(&s.t, in_vain ? "%s had waited in vain for " : "%s had waited ", node(w, x));
    why_span(&s.t, span);
    txtbuf_cstr(&s.t, in_vain ? "" : " before this");
    if (add_limits(w, x, &s.t, " ("))
        txtbuf_char(&s.t, ')');
    else if (!in_vain)
        add_interval(w, &s.t, span);
    details(&s);
    txtbuf_cstr(&s.t, "; since ");
    why_clock(&s.t, w->run, since->t_ns);
    txtbuf_add(&s.t, " (#%lld)", (long long)since->id);
    if (view_is_frame(since)) {
        txtbuf_add(&s.t, ", when it had %s ", view_is(since, "FRAME_RX") ? "received" : "sent");
        why_message(&s.t, w->run, since);
    } else {
        txtbuf_add(&s.t, ": %s", since->text);
    }
    step(w, x, in_vain ? "awaited" : "cause", &s);
    w->began = since;
}

/* --- the RTO -------------------------------------------------------------------------------------------- */

struct doublings {
    const struct view_record *first;
    int count;
    struct str spans[WHY_VISITS_MAX]; /* from the newest back: what it became */
};

static void collect_doublings(struct walk *w, const struct view_record *last, struct doublings *d)
{
    const struct view_record *x = last;
    d->first = last;
    d->count = 0;
    while (x && why_is_rto(x) && d->count < WHY_VISITS_MAX) {
        walk_visit(w, x);
        struct str now = why_word_after(x->text, "the RTO is now ");
        if (str_find(str_of(x->text), STR("valid RTT sample takes")) >= 0)
            return;
        if (now.n)
            d->spans[d->count++] = now;
        d->first = x;
        x = view_because(w->run, x, VIEW_STATE);
    }
}

/* ACKs at a node, after one record and up to another, that gave no valid sample. */
static int karn_acks(const struct walk *w, int at, int64_t from_id, int64_t to_id)
{
    int n = 0;
    for (int64_t id = from_id; id <= to_id; id++) {
        const struct view_record *x = view_record(w->run, id);
        n += x && x->node == at && why_is_rto(x) && str_find(str_of(x->text), STR("Karn")) >= 0;
    }
    return n;
}

/* A repetition that would have come after the timer had run out. */
static void add_too_late(struct txtbuf *t, const struct walk *w, struct str rto)
{
    if (!w->timeout || !w->lost_ns || why_span_ns(rto) <= w->timeout->t_ns - w->lost_ns)
        return;
    txtbuf_add(t, "; so what was lost was to be repeated after %.*s, but %s waited only ", STR_ARG(rto),
               node(w, w->timeout));
    why_span(t, w->timeout->t_ns - w->lost_ns);
    txtbuf_cstr(t, " more");
}

const struct view_record *tell_rto(struct walk *w, const struct view_record *last)
{
    struct sentence s;
    struct doublings d;
    begin(&s);
    collect_doublings(w, last, &d);
    if (d.count == 0)
        return NULL;
    struct str was = why_word_after(d.first->text, "within the RTO of ");
    txtbuf_add(&s.t, "the RTO of %s had doubled ", node(w, last));
    txtbuf_add(&s.t, d.count == 1 ? "once since " : "%d times since ", d.count);
    why_clock(&s.t, w->run, d.first->t_ns);
    txtbuf_add(&s.t, ", from %.*s to %.*s", STR_ARG(was), STR_ARG(d.spans[0]));
    int karn = karn_acks(w, last->node, d.first->id, w->out->subject);
    txtbuf_cstr(&s.t, karn ? ", and stayed: no ACK gave a valid RTT sample (Karn)" : ": no ACK came");
    add_too_late(&s.t, w, d.spans[0]);
    details(&s);
    if (karn)
        txtbuf_add(&s.t, "; the %d ACKs in between were of retransmitted data", karn);
    for (int i = d.count; i-- > 0 && d.count > 1;)
        txtbuf_add(&s.t, "%s%.*s", i == d.count - 1 ? "; step by step " : ", ", STR_ARG(d.spans[i]));
    step(w, last, "state", &s);
    return d.first;
}

/* --- what followed -------------------------------------------------------------------------------------- */

static bool is_bound(const struct view_record *x, const char *machine, const char *device)
{
    return view_is(x, "STATE") && view_field_is(x, "machine", machine) && view_field_is(x, "key", device) &&
           view_field_is(x, "to", "registered");
}

void tell_result(struct walk *w, const struct view_record *alarm)
{
    struct sentence s;
    char device[64];
    const struct view_record *binding = NULL;
    struct str name = view_field(alarm, "device", device, sizeof device);
    for (int64_t id = alarm->id; name.n && (size_t)id <= w->run->count; id++) {
        const struct view_record *x = view_record(w->run, id);
        if (is_bound(x, "registrar", device))
            binding = x;
        if (!binding || !is_bound(x, "registration", device))
            continue;
        begin(&s);
        txtbuf_add(&s.t, "so %s %s with %s ", device,
                   binding->node == alarm->node ? "registered again" : "failed over: it registered",
                   node(w, binding));
        why_span(&s.t, x->t_ns - alarm->t_ns);
        txtbuf_cstr(&s.t, " later");
        if (w->out->step_count == WHY_STEPS_MAX)
            w->out->step_count--;
        step(w, x, "result", &s);
        return;
    }
}
