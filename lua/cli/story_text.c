/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story_text.c: tells what story.c collected, in the words of the records. A sentence whose records
 * are missing is left out, never guessed. Why an alarm came, the walk of sim/view/why.c says. */
#include <stdlib.h>
#include <string.h>

#include "lua/cli/cli.h"
#include "lua/cli/story_state.h"
#include "sim/kernel/measure.h"
#include "sim/kernel/param.h"
#include "sim/view/why.h"
#include "sim/view/why_words.h"

#define TEXT_BYTES 2048

static const char *node(const struct story *st, uint16_t id)
{
    return sim_node_name(st->sim, id);
}

static void clock_text(const struct story *st, struct txtbuf *t, int64_t ns)
{
    why_clock(t, recent_run(st->recent, st->origin_ns), ns);
}

const char *story_origin(const struct story *st)
{
    return st->origin_ns ? "the first registration" : "the start of the run";
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
    default:
        story_call_text(st, t, b);
    }
}

static void time_line(const struct story *st, FILE *out, int64_t t_ns, const char *text)
{
    char clock[32];
    struct txtbuf t = txtbuf_of(clock, sizeof clock);
    clock_text(st, &t, t_ns);
    fprintf(out, "%8s  %.*s\n", clock, CLI_COLUMNS - 10, text);
}

/* With the end of what happened more than once. */
static void whole_text(const struct story *st, struct txtbuf *t, const struct story_beat *b)
{
    beat_text(st, t, b);
    if (b->count > 1) {
        txtbuf_cstr(t, ", until ");
        clock_text(st, t, b->last_ns);
    }
}

static void tell_wrapped(const struct story *st, FILE *out, int64_t t_ns, const char *text)
{
    char clock[32], lead[48];
    struct txtbuf c = txtbuf_of(clock, sizeof clock), l = txtbuf_of(lead, sizeof lead);
    clock_text(st, &c, t_ns);
    txtbuf_add(&l, "%8s ", clock);
    cli_print_wrapped(out, lead, "            ", text);
}

/* A single loss that did no harm is not worth a line. */
static void tell_beat(const struct story *st, FILE *out, const struct story_beat *b)
{
    char text[TEXT_BYTES];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    bool of_calls = b->what >= BEAT_ANSWERED;
    struct story_beat told = of_calls ? story_call_told(st, b) : *b;
    if (told.count == 0 || (told.what == BEAT_LOST && told.count == 1))
        return;
    whole_text(st, &t, &told);
    if (of_calls)
        tell_wrapped(st, out, told.t_ns, text);
    else
        time_line(st, out, told.t_ns, text);
}

static void phones_text(const struct story *st, struct txtbuf *t)
{
    const struct story_device *last = NULL;
    struct map_slot *slot;
    unsigned devices = 0, bound = 0;
    for (uint32_t i = 0; map_next(&st->devices, &i, &slot);) {
        last = slot->value;
        devices++;
        bound += last->bindings > 0;
    }
    if (devices > 1)
        txtbuf_add(t, "%u of %u phones are registered", bound, devices);
    else if (bound)
        txtbuf_add(t, "%s is registered with %s", last->name,
                   node(st, last->place < 0 ? last->bound_at : last->registrar[last->place]));
    else
        txtbuf_add(t, "%s is not registered", last->name);
}

static void tell_end(const struct story *st, FILE *out)
{
    char text[TEXT_BYTES];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    bool phones = st->devices.live > 0, calls = st->tally.made > 0;
    txtbuf_cstr(&t, "the run ends: ");
    if (phones)
        phones_text(st, &t);
    if (calls && phones)
        txtbuf_cstr(&t, "; ");
    if (calls)
        story_calls_end(st, &t);
    if (!phones && !calls)
        txtbuf_cstr(&t, "no phone ever registered");
    if (calls)
        tell_wrapped(st, out, sim_now(st->sim).ns, text);
    else
        time_line(st, out, sim_now(st->sim).ns, text);
}

/* How many lines a beat takes; NULL: the end. */
static int lines_of(const struct story *st, const struct story_beat *b)
{
    char *told = NULL;
    size_t n = 0;
    int lines = 0;
    FILE *memory = open_memstream(&told, &n);
    ASSERT(memory != NULL);
    if (b)
        tell_beat(st, memory, b);
    else
        tell_end(st, memory);
    fclose(memory);
    for (const char *at = told; *at; at++)
        lines += *at == '\n';
    free(told);
    return lines;
}

/* The first of its kind that found no room, from there on; NULL: there is none. */
static const struct story_beat *first_untold(const struct story *st, size_t from, enum story_what what)
{
    while (from < st->beat_count && st->beats[from].what != what)
        from++;
    return from < st->beat_count ? &st->beats[from] : NULL;
}

/* The first unregister that finds no room, or else the first dropped call, is still told of. */
static void tell_rest(const struct story *st, FILE *out, size_t from, uint64_t left_out)
{
    char text[TEXT_BYTES];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    const struct story_beat *b = first_untold(st, from, BEAT_UNREGISTERED);
    const char *what = b ? "; unregistered again at " : "; a call is dropped at ";
    b = b ? b : first_untold(st, from, BEAT_DROPPED);
    if (b)
        clock_text(st, &t, b->t_ns);
    fprintf(out, "     ...  and so on, %llu lines more%s%s\n", (unsigned long long)left_out, b ? what : "",
            b ? text : "");
}

void story_timeline(const struct story *st, FILE *out, int lines_max)
{
    int told = 0, shown = 0, end = lines_of(st, NULL);
    int room = lines_max > end + 1 ? lines_max - end : 1;
    for (size_t i = 0; i < st->beat_count; i++)
        told += lines_of(st, &st->beats[i]);
    room = told > room ? room - 1 : room;
    size_t i = 0;
    for (; i < st->beat_count && shown < room; i++) {
        int lines = lines_of(st, &st->beats[i]);
        if (shown + lines > room)
            break;
        tell_beat(st, out, &st->beats[i]);
        shown += lines;
    }
    uint64_t left_out = st->beats_left_out + (uint64_t)(told - shown);
    if (left_out)
        tell_rest(st, out, i, left_out);
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

static int64_t measure(const struct story *st, enum measure_id m)
{
    return measure_get(st->sim, m).v;
}

static void calm_losses(const struct story *st, FILE *out, int *n)
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
    else if (frames == most->count)
        txtbuf_add(&t, "%llu frames were lost, all by %s at %s (%s).", (unsigned long long)frames,
                   node(st, most->node), most->port, most->reason);
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
    if (st->tally.made && st->tally.dropped == 0) {
        story_calls_calm(st, &t);
        sentence(out, n, text);
        t = txtbuf_of(text, sizeof text);
    }
    if (st->devices.live == 0 && st->tally.made == 0) {
        sentence(out, n, "Nobody ever registered.");
    } else if (st->devices.live) {
        txtbuf_add(&t,
                   "Nobody was unregistered: %lld keepalives were sent, and %lld of them needed "
                   "a retransmission.",
                   (long long)measure(st, MEASURE_KEEPALIVES_SENT),
                   (long long)measure(st, MEASURE_KEEPALIVES_RETRANSMITTED));
        sentence(out, n, text);
    }
    calm_losses(st, out, n);
    if (!measure_get(st->sim, MEASURE_MAX_RTO).given)
        return;
    t = txtbuf_of(text, sizeof text);
    txtbuf_cstr(&t, "The largest RTO of the run was ");
    txtbuf_dur(&t, measure(st, MEASURE_MAX_RTO));
    txtbuf_char(&t, '.');
    sentence(out, n, text);
}

/* The first unregister, when its record is still there, else the first dropped call or failover; NULL: none. */
static const struct view_record *explain(const struct story *st, struct why *w)
{
    const struct view_run *run = recent_run(st->recent, st->origin_ns);
    const struct view_record *x = view_record(run, st->unregister);
    x = x ? x : view_record(run, st->dropped);
    x = x ? x : view_record(run, st->failover);
    if (x)
        why_of_record(run, x, w);
    return x;
}

/* What joins a step to the one before it: what was awaited explains the wait, and so does how long
 * something had waited before. NULL: a sentence of its own. */
static const char *joint(const struct why_step *before, const struct why_step *s)
{
    if (strcmp(s->role, "awaited") == 0 && strcmp(before->role, "awaited") == 0)
        return ": ";
    return strcmp(s->role, "cause") == 0 ? "; " : NULL;
}

#define DROP_SENTENCES 2 /* of a dropped call: copies that were lost before tell nothing new */

/* The steps between the alarm and its result, which the timeline shows, without their details. */
static void why_steps(FILE *out, const struct why *w, int sentences_max)
{
    int n = 0;
    char text[TEXT_BYTES];
    struct txtbuf t = txtbuf_of(text, sizeof text);
    for (int i = 1; i < w->step_count && strcmp(w->steps[i].role, "result") != 0; i++) {
        const struct why_step *s = &w->steps[i];
        const char *by = t.n ? joint(s - 1, s) : "";
        if (!by) {
            sentence(out, &n, text);
            t = txtbuf_of(text, sizeof text);
            if (n == sentences_max)
                return;
        }
        txtbuf_cstr(&t, by ? by : "");
        txtbuf_str(&t, (struct str){s->text, s->brief});
    }
    if (t.n)
        sentence(out, &n, text);
}

static void why_heading(const struct story *st, FILE *out, const struct view_record *x)
{
    char device[64], clock[32];
    struct txtbuf t = txtbuf_of(clock, sizeof clock);
    bool alarm = view_is(x, "ALARM");
    struct str name = view_field(x, alarm ? "device" : "key", device, sizeof device);
    clock_text(st, &t, x->t_ns);
    if (alarm)
        fprintf(out, "why %s unregistered %.*s at %s\n", node(st, (uint16_t)x->node), STR_ARG(name), clock);
    else if (x->id == st->dropped)
        fprintf(out, "why %s dropped a call at %s\n", node(st, (uint16_t)x->node), clock);
    else
        fprintf(out, "why %.*s failed over at %s\n", STR_ARG(name), clock);
}

void story_why(const struct story *st, FILE *out)
{
    struct why w;
    int n = 0;
    const struct view_record *x = explain(st, &w);
    if (x) {
        why_heading(st, out, x);
        why_steps(out, &w, x->id == st->dropped ? DROP_SENTENCES : WHY_STEPS_MAX);
        return;
    }
    fprintf(out, "why\n");
    why_calm(st, out, &n);
}

/* The limit that was passed, raised to a full minute beyond what was measured. */
bool story_remedy(const struct story *st, struct txtbuf *t)
{
    struct why w;
    const struct view_record *x = explain(st, &w);
    if (!x || x->id == st->dropped || w.limit == 0)
        return false;
    struct str rest = why_limit(view_record(recent_run(st->recent, st->origin_ns), w.limit));
    struct str name = str_trim(str_cut(&rest, '='));
    txtbuf_add(t, "%.*s=%lldmin", STR_ARG(name), (long long)(w.passed_ns / 60000000000 + 1));
    return true;
}
