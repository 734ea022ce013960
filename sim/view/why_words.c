/* SPDX-License-Identifier: GPL-3.0-or-later */
/* why_words.c: see why_words.h. Counting goes back from a record as far as records go. */
#include "sim/view/why_words.h"

#include <string.h>

#include "sim/view/why.h"

#define DROPS_MAX 512

/* --- time ----------------------------------------------------------------------------------------------- */

void why_clock(struct txtbuf *t, const struct view_run *r, int64_t t_ns)
{
    int64_t rel = t_ns - r->origin_ns;
    long long tenths = ((rel < 0 ? -rel : rel) + 50000000) / 100000000;
    if (rel < 0 && tenths)
        txtbuf_char(t, '-');
    if (tenths >= 36000)
        txtbuf_add(t, "%lld:%02lld:", tenths / 36000, tenths / 600 % 60);
    else
        txtbuf_add(t, "%lld:", tenths / 600);
    txtbuf_add(t, "%02lld.%lld", tenths / 10 % 60, tenths % 10);
}

void why_span(struct txtbuf *t, int64_t ns)
{
    int64_t step = 1;
    while (ns / step >= 1000 && step < 100000000)
        step *= 10;
    txtbuf_dur(t, (ns + step / 2) / step * step);
}

int64_t why_span_ns(struct str s)
{
    static const struct {
        const char *unit;
        int64_t ns;
    } units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
    uint64_t whole, digit;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t n = strlen(units[i].unit);
        if (s.n <= n || memcmp(s.p + s.n - n, units[i].unit, n) != 0 || s.p[s.n - n - 1] > '9')
            continue;
        struct str frac = {s.p, s.n - n};
        int64_t scale = units[i].ns;
        if (!str_u64(str_cut(&frac, '.'), INT64_MAX / 2000000000, &whole))
            return 0;
        int64_t ns = (int64_t)whole * scale;
        for (size_t k = 0; k < frac.n; k++) {
            scale /= 10;
            ns += str_u64((struct str){frac.p + k, 1}, 9, &digit) ? (int64_t)digit * scale : 0;
        }
        return ns;
    }
    return 0;
}

struct str why_word_after(const char *text, const char *words)
{
    ptrdiff_t at = str_find(str_of(text), str_of(words));
    if (at < 0)
        return STR_NONE;
    struct str rest = str_of(text + at + strlen(words)), word = str_cut(&rest, ' ');
    while (word.n && (word.p[word.n - 1] == ':' || word.p[word.n - 1] == ','))
        word.n--;
    return word;
}

/* --- names ---------------------------------------------------------------------------------------------- */

bool why_is_rto(const struct view_record *x)
{
    return view_is(x, "NOTE") && view_field_is(x, "topic", "tcp.rto");
}

struct str why_limit(const struct view_record *x)
{
    struct str line = str_of(x->text), lead = STR("parameter: ");
    return str_starts(line, lead) ? (struct str){line.p + lead.n, line.n - lead.n} : line;
}

/* "sip: keepalive REGISTER …" without the topic. */
struct str why_note_line(const struct view_record *x)
{
    struct str line = str_of(x->text);
    ptrdiff_t at = str_find(line, STR(": "));
    return at < 0 ? line : (struct str){line.p + at + 2, line.n - (size_t)at - 2};
}

const struct view_record *why_exchange(const struct view_run *r, const struct view_record *x)
{
    const struct view_record *found = NULL;
    for (int64_t id = x->flow ? x->id : 0; id >= view_oldest(r); id--) {
        const struct view_record *n = view_record(r, id);
        if (n && n->flow == x->flow && view_is(n, "NOTE") && !why_is_rto(n))
            found = n;
    }
    return found;
}

/* "200 OK CSeq 7" of "… Len=649 200 OK CSeq 7"; "" when nothing stands behind the length. */
static struct str carried(struct str frame)
{
    ptrdiff_t at = str_find(frame, STR(" Len="));
    if (at < 0)
        return STR_NONE;
    struct str rest = {frame.p + at + 1, frame.n - (size_t)at - 1};
    str_cut(&rest, ' ');
    return rest;
}

static struct str frame_text(const struct view_record *x)
{
    struct str text = str_of(x->text), reason = text;
    if (!view_is(x, "DROP"))
        return text;
    str_cut(&reason, ' '); /* it stands in front */
    return reason;
}

/* A retransmission may acknowledge more than the first copy did. */
static bool same_message(struct str a, struct str b)
{
    while (a.n || b.n) {
        struct str x = str_cut(&a, ' '), y = str_cut(&b, ' ');
        bool ack = str_starts(x, STR("Ack=")) && str_starts(y, STR("Ack="));
        if (!ack && !str_eq(x, y))
            return false;
    }
    return true;
}

/* The frame that was sent in the handling of the NOTE. */
static const struct view_record *opening(const struct view_run *r, const struct view_record *note)
{
    for (int64_t id = note->id + 1; (size_t)id <= r->count; id++) {
        const struct view_record *x = view_record(r, id);
        if (x && x->t_ns != note->t_ns)
            return NULL;
        if (view_is(x, "FRAME_TX") && x->cause == note->id)
            return x;
    }
    return NULL;
}

bool why_opens(const struct view_run *r, const struct view_record *x)
{
    const struct view_record *note = why_exchange(r, x), *first = note ? opening(r, note) : NULL;
    return first && same_message(frame_text(x), str_of(first->text));
}

/* "INVITE sent, CSeq 102, to 10.0.0.1" is what happened; its name is "INVITE CSeq 102 to 10.0.0.1". */
static struct str exchange_name(const struct view_run *r, const struct view_record *note)
{
    struct str line = why_note_line(note), sent = STR(" sent, CSeq "), to = STR(", to ");
    ptrdiff_t at = str_find(line, sent), end = str_find(line, to);
    if (at < 0 || end < at)
        return line;
    struct str number = {line.p + at + sent.n, (size_t)end - (size_t)at - sent.n};
    struct str whom = {line.p + end + to.n, line.n - (size_t)end - to.n};
    return str_of(arena_printf(r->arena, "%.*s CSeq %.*s to %.*s", (int)at, line.p, STR_ARG(number), STR_ARG(whom)));
}

void why_message(struct txtbuf *t, const struct view_run *r, const struct view_record *x)
{
    const struct view_record *note = why_exchange(r, x);
    struct str own = frame_text(x), name = note ? exchange_name(r, note) : STR_NONE;
    if (why_opens(r, x))
        txtbuf_str(t, name);
    else if (carried(own).n)
        txtbuf_str(t, carried(own));
    else if (note && own.n)
        txtbuf_add(t, "%.*s (of %.*s)", STR_ARG(own), STR_ARG(name));
    else if (note)
        txtbuf_add(t, "a frame of %.*s", STR_ARG(name));
    else
        txtbuf_str(t, own.n ? own : STR("a frame"));
}

/* --- how often ------------------------------------------------------------------------------------------ */

/* Equal but for numbers: "keepalive REGISTER CSeq 7 to …" and "… CSeq 8 to …". An address is no number. */
static bool same_shape(const struct view_record *a, const struct view_record *b)
{
    struct str x = str_of(a->text), y = str_of(b->text);
    uint64_t ignored;
    if (a->node != b->node)
        return false;
    while (x.n || y.n) {
        struct str v = str_cut(&x, ' '), w = str_cut(&y, ' ');
        bool numbers = str_u64(v, UINT64_MAX, &ignored) && str_u64(w, UINT64_MAX, &ignored);
        if (!numbers && !str_eq(v, w))
            return false;
    }
    return true;
}

static bool same_place(const struct view_run *r, const struct view_record *a, const struct view_record *b)
{
    char reason[64], port[64];
    view_field(b, "reason", reason, sizeof reason);
    view_field(b, "port", port, sizeof port);
    return a->node == b->node && view_field_is(a, "reason", reason) && view_field_is(a, "port", port) &&
           (view_because(r, a, VIEW_STATE) != NULL) == (view_because(r, b, VIEW_STATE) != NULL);
}

/* Whether what was discarded was a first copy, as its sending says. */
static bool is_first_copy(const struct view_run *r, const struct view_record *drop)
{
    const struct view_record *x = view_record(r, drop->cause);
    while (x && view_is_frame(x) && !view_is(x, "FRAME_TX"))
        x = view_record(r, x->cause);
    return view_is(x, "FRAME_TX") && view_field_is(x, "copy", "0");
}

/* Exchanges like this one, backwards, as long as each lost a copy there. */
static void count_exchanges(const struct view_run *r, const struct view_record *note, const int64_t *flows,
                            int flow_count, struct why_losses *l)
{
    int64_t last = 0;
    for (int64_t id = note->id; id >= view_oldest(r); id--) {
        const struct view_record *x = view_record(r, id);
        if (!view_is(x, "NOTE") || x->flow == last || !same_shape(x, note))
            continue;
        bool lost = false;
        for (int i = 0; i < flow_count && !lost; i++)
            lost = flows[i] == x->flow;
        if (!lost)
            return;
        last = x->flow;
        l->exchanges++;
        l->since_ns = x->t_ns;
    }
}

struct why_losses why_losses(const struct view_run *r, const struct view_record *drop)
{
    struct why_losses l = {.since_ns = drop->t_ns, .first_copy = is_first_copy(r, drop)};
    int64_t flows[DROPS_MAX], first_ns = drop->t_ns;
    int n = 0;
    for (int64_t id = drop->id; id >= view_oldest(r) && n < DROPS_MAX; id--) {
        const struct view_record *x = view_record(r, id);
        if (!view_is(x, "DROP") || !same_place(r, x, drop))
            continue;
        flows[n++] = x->flow;
        if (x->flow == drop->flow) {
            l.copies++;
            first_ns = x->t_ns;
        }
    }
    const struct view_record *note = why_exchange(r, drop);
    if (note)
        count_exchanges(r, note, flows, n, &l);
    if (l.exchanges < 2)
        l.since_ns = first_ns;
    return l;
}

struct why_repeats why_repeats(const struct view_run *r, const struct view_record *state)
{
    struct why_repeats n = {0};
    for (int64_t id = state->id; id >= view_oldest(r); id--) {
        const struct view_record *x = view_record(r, id);
        if (!view_is(x, "STATE") || x->node != state->node || strcmp(x->text, state->text) != 0)
            continue;
        const struct view_record *written = view_because(r, x, VIEW_STATE);
        if (!written)
            continue;
        int64_t age = x->t_ns - written->t_ns;
        n.age_min_ns = n.count == 0 || age < n.age_min_ns ? age : n.age_min_ns;
        n.age_max_ns = age > n.age_max_ns ? age : n.age_max_ns;
        n.since_ns = x->t_ns;
        n.count++;
    }
    return n;
}

const struct view_record *why_said(const struct view_run *r, const struct view_record *state)
{
    char machine[64];
    view_field(state, "machine", machine, sizeof machine);
    for (int64_t id = state->id + 1; (size_t)id <= r->count; id++) {
        const struct view_record *x = view_record(r, id);
        if (!x || x->t_ns != state->t_ns)
            return NULL;
        if (view_is(x, "NOTE") && x->node == state->node && view_field_is(x, "topic", machine))
            return x;
    }
    return NULL;
}

const struct view_record *why_outrun(const struct view_run *r, const struct view_record *state)
{
    for (int64_t id = state->id + 1; (size_t)id <= r->count; id++) {
        const struct view_record *x = view_record(r, id);
        if (!x || x->t_ns - state->t_ns > 1000000000)
            return NULL;
        if (view_is(x, "NOTE") && x->node == state->node && view_because(r, x, VIEW_STATE) == state)
            return x;
    }
    return NULL;
}
