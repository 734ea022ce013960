/* SPDX-License-Identifier: GPL-3.0-or-later */
/* why.c: the walk. From a record it goes to what it awaited, to the record that last wrote the value it
 * acted on, to the limit it was compared with, and to its cause; frames on the way are passed silently
 * down to the sending that began them. A cause that lies more than a second back armed a timer: it is
 * told, not followed, or the walk would go on through every exchange before it. Chains of one kind are
 * folded: the doublings of an RTO are one sentence, and so are repeated losses. */
#include "sim/view/why.h"

#include <string.h>

#include "sim/view/why_state.h"
#include "sim/view/why_subject.h"
#include "sim/view/why_words.h"

#define TIMER_GAP_NS 1000000000

bool walk_visit(struct walk *w, const struct view_record *x)
{
    if (!x || w->seen_count == WHY_VISITS_MAX)
        return false;
    for (int i = 0; i < w->seen_count; i++) {
        if (w->seen[i] == x->id)
            return false;
    }
    w->seen[w->seen_count++] = x->id;
    return true;
}

void walk_root(struct walk *w, const struct view_record *x)
{
    for (int i = 0; i < w->out->root_count; i++) {
        if (w->out->roots[i] == x->id)
            return;
    }
    if (w->out->root_count == WHY_ROOTS_MAX)
        return;
    int at = view_is(x, "FAULT") ? 0 : w->out->root_count; /* what was done stands before what was set */
    memmove(&w->out->roots[at + 1], &w->out->roots[at],
            (size_t)(w->out->root_count - at) * sizeof w->out->roots[0]);
    w->out->roots[at] = x->id;
    w->out->root_count++;
}

static void go(struct walk *w, const struct view_record *x, const char *role);

static bool is_fault(const struct view_record *x)
{
    return view_is(x, "FAULT");
}

/* The first of this kind among what explains a frame, or NULL. */
static const struct view_record *explains(const struct walk *w, const struct view_record *frame,
                                          bool (*is)(const struct view_record *))
{
    const struct view_because *b = view_becauses(w->run, frame);
    for (; b; b = view_next_because(w->run, b)) {
        const struct view_record *of = view_record(w->run, b->of);
        if (of && is(of))
            return of;
    }
    return NULL;
}

/* Down through the frames to the sending that began them, and why it was sent; then what the script did to it on the
 * way, and the sender's RTO. */
static void follow_frame(struct walk *w, const struct view_record *x)
{
    const struct view_record *rto = NULL, *fault = NULL;
    while (x && view_is_frame(x) && walk_visit(w, x)) {
        rto = rto ? rto : explains(w, x, why_is_rto);
        fault = fault ? fault : explains(w, x, is_fault);
        const struct view_record *cause = view_record(w->run, x->cause);
        x = cause && x->t_ns - cause->t_ns <= TIMER_GAP_NS ? cause : NULL;
    }
    if (x && !view_is_frame(x))
        go(w, x, "cause");
    go(w, fault, "state");
    if (!walk_visit(w, rto))
        return;
    w->rto = rto;
    tell_rto(w, rto);
}

static void go_limits(struct walk *w, const struct view_record *x)
{
    for (const struct view_because *b = view_becauses(w->run, x); b; b = view_next_because(w->run, b)) {
        if (b->role == VIEW_LIMIT)
            go(w, view_record(w->run, b->of), "limit");
    }
}

static void go_awaited(struct walk *w, const struct view_record *x, const struct view_record *awaited)
{
    if (!why_is_rto(x))
        w->timeout = x;
    if (w->timeout == x && view_is(awaited, "DROP"))
        w->lost_ns = awaited->t_ns;
    go(w, awaited, "awaited");
}

static void go_on(struct walk *w, const struct view_record *x)
{
    const struct view_record *awaited = view_because(w->run, x, VIEW_AWAITED);
    const struct view_record *state = view_because(w->run, x, VIEW_STATE);
    const struct view_record *cause = view_record(w->run, x->cause);
    bool far = cause && x->t_ns - cause->t_ns > TIMER_GAP_NS;
    if (far && !why_is_rto(x))
        tell_wait(w, x, cause);
    go_limits(w, x);
    if (awaited)
        go_awaited(w, x, awaited);
    if (state && !view_is_frame(state))
        go(w, state, "state");
    if (cause && !far)
        go(w, cause, "cause");
    if (!awaited && !state && !cause)
        walk_root(w, x);
}

static void tell(struct walk *w, const struct view_record *x, const char *role)
{
    bool of_alarm = view_is(w->subject, "ALARM") && w->subject->cause == x->id && view_is(x, "STATE");
    if (view_is(x, "DROP"))
        tell_drop(w, x, role);
    else if (view_is(x, "ALARM"))
        tell_alarm(w, x, role);
    else if (of_alarm && !view_because(w->run, x, VIEW_STATE))
        return; /* the alarm says it all */
    else if (view_is(x, "STATE"))
        tell_state(w, x, role);
    else
        tell_plain(w, x, role);
}

/* Depth is bounded by WHY_VISITS_MAX: every record is visited once. */
static void go(struct walk *w, const struct view_record *x, const char *role)
{
    if (!x)
        return;
    bool subject = strcmp(role, "subject") == 0, limit = strcmp(role, "limit") == 0;
    if (view_is_frame(x)) {
        if (subject || strcmp(role, "awaited") == 0)
            tell_plain(w, x, role);
        follow_frame(w, x);
        return;
    }
    if (!walk_visit(w, x))
        return;
    if (why_is_rto(x)) {
        w->rto = x;
        const struct view_record *began = tell_rto(w, x);
        if (began && (subject || view_is_frame(w->subject)))
            go_on(w, subject ? began : x);
        return;
    }
    bool awaited = strcmp(role, "awaited") == 0; /* it says why nothing came */
    bool minor = view_is(x, "LOG") || (view_is(x, "NOTE") && !limit && !awaited);
    if (!minor || subject)
        tell(w, x, role);
    if (limit || view_is(x, "FAULT")) /* what the script did has no reason behind it */
        walk_root(w, x);
    else
        go_on(w, x);
}

void why_of_record(const struct view_run *r, const struct view_record *x, struct why *out)
{
    struct walk w = {.run = r, .out = out, .subject = x};
    *out = (struct why){.intro = "", .subject = x->id};
    go(&w, x, "subject");
    if (out->step_count == 0)
        tell_plain(&w, x, "subject");
    if (out->root_count == 0 && w.rto) /* nothing else explains it: what no ACK came for */
        go_on(&w, w.rto);
    if (out->root_count == 0) /* a timer's start, or as far as records go */
        walk_root(&w, w.began ? w.began : view_record(r, out->steps[out->step_count - 1].record));
    if (view_is(x, "ALARM"))
        tell_result(&w, x);
}

bool why_explain(const struct view_run *r, const char *subject, struct why *out, struct err *e)
{
    struct why_subject found;
    *out = (struct why){.intro = ""};
    if (!why_find(r, subject, &found, e))
        return false;
    if (found.record)
        why_of_record(r, found.record, out);
    out->intro = found.intro;
    return true;
}
