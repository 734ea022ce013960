/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story_text.c: tells what story.c collected, in the words of the records. A sentence whose records
 * are missing is left out, never guessed. */
#include <stdlib.h>
#include <string.h>

#include "lua/cli/cli.h"
#include "lua/cli/story_state.h"
#include "sim/kernel/measure.h"
#include "sim/kernel/param.h"

#define TEXT_BYTES 512

static const char *node(const struct story *st, uint16_t id)
{
    return sim_node_name(st->sim, id);
}

/* 16:01.8, or 1:16:01.8, counted from the first registration, as the documents do. */
static void clock_text(const struct story *st, struct txtbuf *t, int64_t ns)
{
    ns -= st->origin_ns;
    long long tenths = ((ns < 0 ? -ns : ns) + 50000000) / 100000000;
    if (ns < 0)
        txtbuf_char(t, '-');
    if (tenths >= 36000)
        txtbuf_add(t, "%lld:%02lld:", tenths / 36000, tenths / 600 % 60);
    else
        txtbuf_add(t, "%lld:", tenths / 600);
    txtbuf_add(t, "%02lld.%lld", tenths / 10 % 60, tenths % 10);
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

/* Tenths of a second, for a span between two clocks' readings. */
static int64_t tenths(int64_t ns)
{
    return (ns + 50000000) / 100000000 * 100000000;
}

/* --- the timeline ----------------------------------------------------------------------------- */

static void who(struct txtbuf *t, const struct story_beat *b)
{
    if (b->count == 1)
        txtbuf_cstr(t, b->subject);
    else
        txtbuf_add(t, "%u phones", (unsigned)b->count);
}

static void moved_text(const struct story *st, struct txtbuf *t, const struct story_beat *b,
                       const char *one, const char *many)
{
    who(t, b);
    txtbuf_add(t, " %s %s", b->count == 1 ? one : many, node(st, b->node));
}

static void beat_text(const struct story *st, struct txtbuf *t, const struct story_beat *b)
{
    switch ((enum story_what)b->what) {
    case BEAT_REGISTERED:
        moved_text(st, t, b, "registers with", "register with");
        return;
    case BEAT_AGAIN:
        moved_text(st, t, b, "registers again, with", "register again, with");
        return;
    case BEAT_FAILOVER:
        moved_text(st, t, b, "fails over: registers again, with", "fail over to");
        return;
    case BEAT_FALLBACK:
        moved_text(st, t, b, "falls back: registers again, with", "fall back to");
        return;
    case BEAT_UNREGISTERED:
        txtbuf_add(t, "%s: EndPointUnregistered ", node(st, b->node));
        who(t, b);
        txtbuf_add(t, ", Reason=%llu", (unsigned long long)b->reason);
        return;
    case BEAT_LOST:
        txtbuf_add(t, "%u %ss lost a copy at %s %s", (unsigned)b->count, b->subject,
                   node(st, b->node), b->place);
        return;
    case BEAT_FAULT:
        txtbuf_add(t, "the script: %s (%s)", b->subject, b->place);
        return;
    }
    UNREACHABLE();
}

static void time_line(const struct story *st, FILE *out, int64_t t_ns, const char *text)
{
    char clock[32];
    struct txtbuf t = txtbuf_of(clock, sizeof clock);
    clock_text(st, &t, t_ns);
    fprintf(out, "%8s  %.*s\n", clock, CLI_COLUMNS - 10, text);
}

static void tell_beat(const struct story *st, FILE *out, const struct story_beat *b)
{
    char text[TEXT_BYTES];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    beat_text(st, &t, b);
    if (b->count > 1) {
        txtbuf_cstr(&t, ", until ");
        clock_text(st, &t, b->last_ns);
    }
    time_line(st, out, b->t_ns, text);
}

static void tell_end(const struct story *st, FILE *out)
{
    char text[TEXT_BYTES];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    const struct story_device *last = NULL;
    struct map_slot *slot;
    unsigned devices = 0, bound = 0;
    for (uint32_t i = 0; map_next(&st->devices, &i, &slot);) {
        last = slot->value;
        devices++;
        bound += last->bindings > 0;
    }
    txtbuf_cstr(&t, "the run ends: ");
    if (devices == 0)
        txtbuf_cstr(&t, "no phone ever registered");
    else if (devices > 1)
        txtbuf_add(&t, "%u of %u phones are registered", bound, devices);
    else if (bound)
        txtbuf_add(&t, "%s is registered with %s", last->name, node(st, last->registrar));
    else
        txtbuf_add(&t, "%s is not registered", last->name);
    time_line(st, out, sim_now(st->sim).ns, text);
}

/* A single loss that did no harm is not worth a line. */
static bool is_told(const struct story_beat *b)
{
    return b->what != BEAT_LOST || b->count > 1;
}

void story_timeline(const struct story *st, FILE *out, int lines_max)
{
    size_t told = 0, room = lines_max > 2 ? (size_t)lines_max - 1 : 1, shown = 0;
    for (size_t i = 0; i < st->beat_count; i++)
        told += is_told(&st->beats[i]);
    uint64_t left_out = st->beats_left_out + (told > room ? told - (room - 1) : 0);
    room = told > room ? room - 1 : room;
    for (size_t i = 0; i < st->beat_count && shown < room; i++) {
        if (!is_told(&st->beats[i]))
            continue;
        tell_beat(st, out, &st->beats[i]);
        shown++;
    }
    if (left_out)
        fprintf(out, "     ...  and so on, %llu lines more\n", (unsigned long long)left_out);
    tell_end(st, out);
}

/* --- sentences -------------------------------------------------------------------------------- */

static void sentence(FILE *out, int *n, const char *text)
{
    char lead[16];
    struct txtbuf t = txtbuf_of(lead, sizeof lead);
    txtbuf_add(&t, "  %d.", ++*n);
    cli_print_wrapped(out, lead, "    ", text);
}

/* "the awaited keepalive REGISTER (CSeq 11008)" */
static void awaited_text(struct txtbuf *t, const struct story_why *w)
{
    if (!w->talk.label)
        txtbuf_cstr(t, "the awaited message");
    else
        txtbuf_add(t, "the awaited %s (CSeq %llu)", w->talk.label, (unsigned long long)w->n);
}

static void why_alarm(const struct story *st, FILE *out, int *n)
{
    char text[TEXT_BYTES];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    const struct story_why *w = &st->why;
    txtbuf_cstr(&t, "At ");
    clock_text(st, &t, w->alarm.t_ns);
    txtbuf_add(&t, " %s unregistered %s (Reason=%llu): ", node(st, w->alarm.node), w->device,
               (unsigned long long)w->reason);
    if (story_is(&w->drop, REC_DROP)) {
        awaited_text(&t, w);
        txtbuf_add(&t, " was dropped at %s %s %s at ", sim_node_model(st->sim, w->drop.node),
                   node(st, w->drop.node), w->drop.where);
        clock_text(st, &t, w->drop.t_ns);
        txtbuf_add(&t, " (%s).", w->drop.what);
    } else {
        txtbuf_add(&t, "%s%s%s.",
                   w->timeout.id ? "what it awaited did not arrive in time"
                                 : "its last signal was ",
                   w->timeout.id ? "" : w->signal, w->timeout.id || w->signal[0] ? "" : "none");
    }
    sentence(out, n, text);
}

static void nth(struct txtbuf *t, unsigned n)
{
    const char *tail = n % 100 / 10 == 1 ? "th"
                       : n % 10 == 1     ? "st"
                       : n % 10 == 2     ? "nd"
                       : n % 10 == 3     ? "rd"
                                         : "th";
    txtbuf_add(t, "%u%s", n, tail);
}

/* Why it was dropped: the state of the node that did it and the limit compared, else the last
 * fault. */
static void why_drop(const struct story *st, FILE *out, int *n)
{
    char text[TEXT_BYTES];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    const struct story_why *w = &st->why;
    if (w->talk.streak > 1) {
        txtbuf_cstr(&t, "It was the ");
        nth(&t, w->talk.streak);
        txtbuf_cstr(&t, " in a row to lose a copy there");
    }
    if (w->state.said[0]) {
        txtbuf_add(&t, "%s%s", t.n ? ": " : "It was dropped because ", w->state.said);
        if (w->limit.said[0])
            txtbuf_add(&t, " (%s)", w->limit.said);
    } else if (w->fault.id) {
        txtbuf_add(&t, "%s%s (%s) at ",
                   t.n ? "; before that the script did " : "Before that the script did ",
                   w->fault.what, w->fault.where);
        clock_text(st, &t, w->fault.t_ns);
    }
    if (t.n == 0)
        return;
    txtbuf_char(&t, '.');
    sentence(out, n, text);
}

/* Why the retransmission did not help: it was due later than the other side waited. */
static void why_late(const struct story *st, FILE *out, int *n)
{
    char text[TEXT_BYTES];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    const struct story_why *w = &st->why;
    int64_t left_ns = tenths(w->alarm.t_ns - w->drop.t_ns);
    if (w->talk.doublings == 0)
        return;
    txtbuf_add(&t, "%she RTO grew from ",
               w->talk.karn ? "No ACK of a retransmission is a valid RTT sample (Karn), so t"
                            : "T");
    span_text(&t, w->talk.rto_first_ns);
    txtbuf_cstr(&t, " to ");
    span_text(&t, w->talk.rto_last_ns);
    if (w->talk.rto_last_ns > left_ns) {
        txtbuf_cstr(&t, ": longer than the ");
        span_text(&t, left_ns);
        txtbuf_add(&t, " that %s still waited", node(st, w->alarm.node));
        for (int i = 0; i < STORY_LIMITS; i++)
            txtbuf_add(&t, "%s%s%s",
                       !w->waited[i].id ? ""
                       : i              ? ", "
                                        : " (",
                       w->waited[i].said,
                       w->waited[i].id && (i + 1 == STORY_LIMITS || !w->waited[i + 1].id) ? ")"
                                                                                          : "");
    }
    txtbuf_char(&t, '.');
    sentence(out, n, text);
}

static int64_t measure(const struct story *st, enum measure_id m)
{
    return measure_get(st->sim, m).v;
}

static void why_losses(const struct story *st, FILE *out, int *n)
{
    char text[TEXT_BYTES];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    const struct story_losses *most = NULL;
    struct map_slot *slot;
    uint64_t frames = 0;
    for (uint32_t i = 0; map_next(&st->losses, &i, &slot);) {
        const struct story_losses *l = slot->value;
        frames += l->count;
        most = most && most->count >= l->count ? most : l;
    }
    if (!most)
        txtbuf_cstr(&t, "Not one frame was lost.");
    else if (frames == 1)
        txtbuf_add(&t, "One frame was lost, by %s at %s (%s).", node(st, most->node), most->port,
                   most->reason);
    else
        txtbuf_add(&t, "%llu frames were lost, most of them (%llu) by %s at %s (%s).",
                   (unsigned long long)frames, (unsigned long long)most->count,
                   node(st, most->node), most->port, most->reason);
    sentence(out, n, text);
}

static void why_calm(const struct story *st, FILE *out, int *n)
{
    char text[TEXT_BYTES];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    if (st->devices.live == 0) {
        sentence(out, n, "Nobody ever registered.");
    } else {
        txtbuf_add(&t,
                   "Nobody was unregistered: %lld keepalives were sent, and %lld of them needed "
                   "a retransmission.",
                   (long long)measure(st, MEASURE_KEEPALIVES_SENT),
                   (long long)measure(st, MEASURE_KEEPALIVES_RETRANSMITTED));
        sentence(out, n, text);
    }
    why_losses(st, out, n);
    if (!measure_get(st->sim, MEASURE_MAX_RTO).given)
        return;
    t = txtbuf_of(text, sizeof text);
    txtbuf_cstr(&t, "The largest RTO of the run was ");
    span_text(&t, measure(st, MEASURE_MAX_RTO));
    txtbuf_char(&t, '.');
    sentence(out, n, text);
}

void story_why(const struct story *st, FILE *out)
{
    int n = 0;
    if (!st->has_why) {
        why_calm(st, out, &n);
        return;
    }
    why_alarm(st, out, &n);
    why_drop(st, out, &n);
    why_late(st, out, &n);
}

/* The limit that was passed, raised to a full minute beyond what was measured. */
bool story_remedy(const struct story *st, struct txtbuf *t)
{
    const struct story_why *w = &st->why;
    if (!st->has_why || !w->limit.id || w->state.span_ns == 0)
        return false;
    struct str rest = str_of(w->limit.said), name = str_trim(str_cut(&rest, '='));
    txtbuf_add(t, "%.*s=%lldmin", STR_ARG(name), (long long)(w->state.span_ns / 60000000000 + 1));
    return true;
}
