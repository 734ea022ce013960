/* SPDX-License-Identifier: GPL-3.0-or-later */
/* story_call_text.c: what story_calls.c collected, in words. When more than a few pairs of ends do alike, all of them
 * are one line that shows the first. */
#include <string.h>

#include "lua/cli/story_state.h"
#include "sim/view/why.h"

#define LINES_OF_A_KIND 4

static const char *name(const struct story *st, uint16_t node)
{
    return node ? sim_node_name(st->sim, node) : "nobody";
}

static const char *why_over(const char *event, bool many)
{
    if (strcmp(event, "session-expired") == 0)
        return many ? "sessions that nobody refreshed expired" : "the session expired, nobody refreshed it";
    if (strcmp(event, "refresh-failed") == 0)
        return many ? "refreshes were not answered" : "its refresh was not answered";
    if (strcmp(event, "unreachable") == 0)
        return "the other end cannot be reached";
    return event;
}

/* "932s", "24:29:31.8". */
static void lasted_text(const struct story *st, struct txtbuf *t, int64_t ns)
{
    if (ns < 3600000000000)
        why_span(t, ns);
    else
        why_clock(t, recent_run(st->recent, st->origin_ns), ns + st->origin_ns);
    txtbuf_cstr(t, " after the answer");
}

static void dropped_text(const struct story *st, struct txtbuf *t, const struct story_beat *b)
{
    bool many = b->count > 1;
    txtbuf_add(t, "%s drops ", name(st, b->node));
    if (many)
        txtbuf_add(t, "%u calls", (unsigned)b->count);
    else
        txtbuf_cstr(t, "the call");
    txtbuf_add(t, " with %s, %s", name(st, b->peer), many ? "the first " : "");
    lasted_text(st, t, b->span_ns);
    txtbuf_add(t, ": %s", why_over(b->detail, many));
}

static void hung_up_text(const struct story *st, struct txtbuf *t, const struct story_beat *b)
{
    txtbuf_add(t, "%s hangs up", name(st, b->node));
    if (b->count > 1) {
        txtbuf_add(t, " %u calls", (unsigned)b->count);
    } else {
        txtbuf_cstr(t, ", ");
        lasted_text(st, t, b->span_ns);
    }
}

static void answered_text(const struct story *st, struct txtbuf *t, const struct story_beat *b)
{
    txtbuf_add(t, "%s answers ", name(st, b->node));
    if (b->count > 1)
        txtbuf_add(t, "%u calls of ", (unsigned)b->count);
    txtbuf_add(t, "%s%s%s", name(st, b->peer), b->detail[0] ? ", through " : "", b->detail);
}

static void times_text(struct txtbuf *t, const struct story_beat *b)
{
    if (b->count > 1)
        txtbuf_add(t, ", %u times", (unsigned)b->count);
}

static void fruitless_text(const struct story *st, struct txtbuf *t, const struct story_beat *b)
{
    const char *by = name(st, b->peer);
    bool many = b->count > 1;
    if (strcmp(b->detail, "refused") == 0 && b->peer)
        txtbuf_add(t, "%s refuses ", by);
    else if (strcmp(b->detail, "cancelled") == 0)
        txtbuf_add(t, "given up before the answer: ");
    else
        txtbuf_add(t, "%s: ", strcmp(b->detail, "unreachable") == 0 ? "nobody is reached by" : b->detail);
    if (many)
        txtbuf_add(t, "%u calls of %s", (unsigned)b->count, name(st, b->node));
    else
        txtbuf_add(t, "the call of %s", name(st, b->node));
}

/* All of a kind, from the first on. */
static void merged_text(const struct story *st, struct txtbuf *t, const struct story_beat *b)
{
    static const char *const what[BEAT_COUNT] = {
        [BEAT_ANSWERED]  = "calls are answered",     [BEAT_RETRIED]    = "times an interval was too small (422)",
        [BEAT_REFRESHED] = "refreshes of sessions",  [BEAT_DROPPED]    = "legs of calls are dropped",
        [BEAT_HUNG_UP]   = "calls are hung up",      [BEAT_FRUITLESS]  = "calls come to nothing",
    };
    struct story_beat one = *b;
    one.count = 1;
    one.merged = false;
    txtbuf_add(t, "%u %s; the first: ", (unsigned)b->count, what[b->what]);
    story_call_text(st, t, &one);
}

struct story_beat story_call_told(const struct story *st, const struct story_beat *b)
{
    const struct story_kind *kind = &st->kinds[b->what];
    struct story_beat told = *b;
    if (kind->beats <= LINES_OF_A_KIND)
        return told;
    const struct story_beat *first = st->beats;
    while (first->what != b->what)
        first++;
    told.merged = true;
    told.count = first == b ? kind->count : 0;
    told.last_ns = kind->last_ns;
    return told;
}

void story_call_text(const struct story *st, struct txtbuf *t, const struct story_beat *b)
{
    if (b->merged) {
        merged_text(st, t, b);
        return;
    }
    switch ((enum story_what)b->what) {
    case BEAT_ANSWERED:
        answered_text(st, t, b);
        return;
    case BEAT_RETRIED:
        txtbuf_add(t, "%s asks again, for %s: its interval was too small (422)", name(st, b->node), b->detail);
        times_text(t, b);
        return;
    case BEAT_REFRESHED:
        txtbuf_add(t, "%s refreshes its session with %s", name(st, b->node), name(st, b->peer));
        if (b->detail[0])
            txtbuf_add(t, " by %s", b->detail);
        times_text(t, b);
        return;
    case BEAT_DROPPED:
        dropped_text(st, t, b);
        return;
    case BEAT_HUNG_UP:
        hung_up_text(st, t, b);
        return;
    case BEAT_FRUITLESS:
        fruitless_text(st, t, b);
        return;
    default:
        UNREACHABLE();
    }
}

static void part(struct txtbuf *t, uint32_t n, const char *what, const char **comma)
{
    if (n)
        txtbuf_add(t, "%s%u %s", *comma, (unsigned)n, what);
    *comma = n ? ", " : *comma;
}

void story_calls_end(const struct story *st, struct txtbuf *t)
{
    const struct story_tally *y = &st->tally;
    const char *comma = ": ";
    uint32_t over = y->dropped + y->hung_up;
    if (!y->answered) {
        txtbuf_add(t, "%u call%s made, none answered", (unsigned)y->made, y->made == 1 ? "" : "s");
        return;
    }
    txtbuf_add(t, "%u call%s answered", (unsigned)y->answered, y->answered == 1 ? "" : "s");
    part(t, y->dropped, "dropped", &comma);
    part(t, y->hung_up, "hung up", &comma);
    part(t, y->answered > over ? y->answered - over : 0, "still up", &comma);
}

void story_calls_calm(const struct story *st, struct txtbuf *t)
{
    const struct story_tally *y = &st->tally;
    txtbuf_add(t, "No call was dropped: %u made (%u leg%s), %u answered, %u refresh%s.", (unsigned)y->made,
               (unsigned)y->legs, y->legs == 1 ? "" : "s", (unsigned)y->answered, (unsigned)y->refreshes,
               y->refreshes == 1 ? "" : "es");
}
